"""The network goes, the sign-in is lost, the server dies while somebody types; on every form that keeps a draft."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from .conftest import ROOT, WITHOUT_2022, served
from .test_journey import open_camp, submit

TEXT = "Ducks, geese and a word nobody else types"


def with_draft() -> set[str]:
    """Templates whose forms keep one."""
    found = set()
    for path in (ROOT / "templates").glob("*/*.html"):
        source = path.read_text()
        asks = '{% extends "_ask.html" %}' in source and "{% block draft %}" not in source
        if "data-draft" in source or asks:
            found.add(f"{path.parent.name}/{path.name}")
    return found


CAMP, NIGHT = "govcamp-2027", "localgovcamp"
#: template: the pages on which it is found, each reached from the one before it by a link of this kind
FORMS = {
    "events/camp_create.html": ["/new/"],
    "events/camp_copy.html": [f"/{CAMP}/copy/"],
    "events/camp_edit.html": [f"/{CAMP}/settings/"],
    "events/name_edit.html": [f"/{CAMP}/name/"],
    "events/people_list.html": [f"/{CAMP}/people/"],
    "events/room_list.html": [f"/{CAMP}/rooms/"],
    "events/room_edit.html": [f"/{CAMP}/rooms/", r"/rooms/\d+/$"],
    "events/slot_list.html": [f"/{CAMP}/slots/"],
    "events/slot_edit.html": [f"/{CAMP}/slots/", r"/slots/\d+/$"],
    "events/invitation_accept.html": [f"/{CAMP}/people/", "invited"],
    "pitches/pitch_create.html": [f"/{CAMP}/pitches/new/"],
    "pitches/pitch_edit.html": [f"/{CAMP}/pitches/", r"/pitches/\d+/$", r"/edit/$"],
    "pitches/pitch_merge.html": [f"/{CAMP}/pitches/", r"/pitches/\d+/$", r"/merge/$"],
    "notes/note_edit.html": [f"/{NIGHT}/grid/?past=1", r"/sessions/\d+/$", r"/notes/$"],
    "notes/link_create.html": [f"/{NIGHT}/grid/?past=1", r"/sessions/\d+/$", r"/links/$"],
    "notes/writeup_edit.html": [f"/{CAMP}/write-ups/new/"],
    "notes/along_detail.html": [f"/{NIGHT}/along/"],
    "events/worry_list.html": [f"/{CAMP}/told-to-me/"],
    "schedule/wall_type.html": [f"/{CAMP}/draft/wall/"],
    "schedule/pitch_rename.html": [f"/{CAMP}/draft/", r"/place/", "renamed"],
    "schedule/pitch_split.html": [f"/{CAMP}/draft/", r"/place/", r"/split/$"],
    "schedule/sheet_type.html": [f"/{CAMP}/paper/sheet/"],
}
#: typed by somebody who is not signed in, or beside a file that was sent just now: tried below
OUTSIDE = {"events/camp_join.html", "exchange/camp_import_detail.html"}
#: there once it was made by another form: tried in test_take_along.py
MADE_BEFORE = {"notes/draft_edit.html"}
#: sent by somebody who is signed out as well: tried there, too
BY_ANYBODY = {"events/worry_create.html"}
#: a question with a button: nothing is typed, so nothing is kept
ASK_ONLY = {
    "events/address_drop.html", "events/camp_leave.html", "events/invitation_take_back.html", "exchange/import_detail.html",
    "notes/writeup_delete.html", "pitches/pitch_withdraw.html",
    "events/worry_delete.html", "notes/draft_delete.html", "exchange/practice_erase.html",
}  # fmt: skip


def test_every_form_that_keeps_a_draft_is_tried():
    assert with_draft() == set(FORMS) | OUTSIDE | MADE_BEFORE | BY_ANYBODY | ASK_ONLY


def test_a_question_keeps_nothing(open_page):
    page = open_page("organiser", CAMP)
    for path in (f"/{CAMP}/leave/", f"/{CAMP}/draft/publish/"):
        page.goto(path)
        assert page.locator("main form[method=post] button").count() > 0, path
        assert page.locator("form[data-draft]").count() == 0, path


TYPED = (
    "form[data-draft] textarea, form[data-draft] input[type=text], form[data-draft] input[type=email], "
    "form[data-draft] input[type=url]"
)


def field_of(page):
    """The first field of a form with a draft into which one types words; else what one chooses from."""
    # A click on a link waits for the answer's first byte, not for the fields.
    page.wait_for_load_state()
    words = page.locator(TYPED)
    return words.first if words.count() else page.locator("form[data-draft] select").first


def find(page, steps: list[str]) -> str:
    """The address of the form."""
    start, *rest = steps
    page.goto(start)
    for pattern in rest:
        if pattern == "renamed":
            # Its form stands where the card is in hand; what it refuses is a page.
            path = re.sub(r"/place/.*", "/title/", page.url)
        elif pattern == "invited":
            if not page.locator("main code").count():
                submit(page, "Invite")
            path = page.locator("main code").first.inner_text()
        else:
            links = page.eval_on_selector_all("main a[href]", "links => links.map(a => a.getAttribute('href'))")
            path = next(link for link in links if re.search(pattern, link))
        page.goto(path)
    return str(page.url)


def type_into(page, path: str, text: str = TEXT) -> None:
    page.goto(path)
    field = field_of(page)
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(index=2)
    else:
        field.fill(text[: int(field.get_attribute("maxlength") or 200)])


def button_of(page):
    """That of the form into which one typed: a page may have two."""
    return field_of(page).locator("xpath=ancestor::form[1]").locator("button:not([type=button])").last


def text_of(page) -> str:
    return str(field_of(page).input_value())


def is_kept(page, typed: str) -> None:
    """One is told, and led back to what one typed."""
    page.locator("#not-saved").wait_for()
    assert "Not saved. Your text is kept here." in page.locator("#not-saved").inner_text()
    if page.locator("#not-saved a").is_visible():
        page.locator("#not-saved a").click()
    expect(field_of(page)).to_have_value(typed)


@contextmanager
def broken_database(url: str) -> Iterator[None]:
    """No form with a key of one use can be done: the table of the keys is called otherwise."""
    with connected(url) as run:
        run("ALTER TABLE accounts_sentform RENAME TO accounts_sentform_away")
    try:
        yield
    finally:
        with connected(url) as run:
            run("ALTER TABLE accounts_sentform_away RENAME TO accounts_sentform")


@contextmanager
def connected(url: str):
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        yield connection.execute
        connection.close()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        yield connection.execute


@pytest.mark.parametrize("template", sorted(FORMS))
def test_whatever_happens_to_the_form_the_text_comes_back(open_page, site_environment, template):
    """The network is cut; then the token is refused (403); then the server fails (500); then the sign-in is lost."""
    open_page.expected += "|status of 500"
    page = open_page("organiser", CAMP)
    if NIGHT in FORMS[template][0]:
        page.goto("/demo/")
        page.locator(f"form:has(input[value='{NIGHT}']) button[value='organiser']").click()
    path = find(page, FORMS[template])
    type_into(page, path)
    typed = text_of(page)
    assert typed

    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    assert text_of(page) == typed
    expect(button_of(page)).not_to_have_attribute("aria-disabled", "true")
    page.context.set_offline(False)
    page.goto(path)
    assert text_of(page) == typed

    page.context.clear_cookies(name="csrftoken")
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        button_of(page).click()
    assert answer.value.status == 403
    is_kept(page, typed)

    with broken_database(site_environment["DATABASE_URL"]):
        with page.expect_response(lambda response: response.request.method == "POST") as answer:
            button_of(page).click()
        assert answer.value.status >= 500
        page.locator("#not-saved").wait_for()
    is_kept(page, typed)

    signed_in = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.add_cookies(signed_in)
    is_kept(page, typed)
    # Nothing of it was done, and what is thrown away is gone.
    page.get_by_role("button", name="Start again").click()
    expect(field_of(page)).not_to_have_value(typed)
    assert drafts(page) == []


def drafts(page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('campgrid-draft:'))")


def pitch(page, title: str) -> None:
    type_into(page, f"/{CAMP}/pitches/new/", title)


def test_saved_the_draft_goes_and_the_next_page_says_nothing(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "Knots")
    (name,) = drafts(page)
    assert name.startswith(f"campgrid-draft:/{CAMP}/pitches/new/ ")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert drafts(page) == []
    assert page.locator("#not-saved").is_hidden()


def test_not_saved_is_seen_where_one_is_and_leads_back_by_keyboard(open_page):
    """The network is back, and the bar that said so gone; one has scrolled on a page longer than the screen."""
    page = open_page("organiser", CAMP)
    pitch(page, "Knots")
    page.context.set_offline(True)
    button_of(page).click()
    expect(page.locator("#not-saved")).to_be_in_viewport()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    for top in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {top})")
        expect(page.locator("#not-saved")).to_be_in_viewport(ratio=1)
    page.evaluate("scrollTo(0, 0)")
    page.locator("#not-saved a").focus()
    page.keyboard.press("Enter")
    expect(button_of(page)).to_be_focused()
    expect(button_of(page)).to_be_in_viewport()
    assert text_of(page) == "Knots"


@pytest.mark.parametrize(("path", "field"), [("/accounts/login/code/", "email"), ("/j/", "code")])
def test_without_a_network_no_form_leaves_for_the_page_of_the_browser(open_page, path, field):
    """That page would take along what was typed: an address, a code, minutes."""
    page = open_page()
    page.goto(path)
    typed = page.locator(f"main [name={field}]")
    typed.fill("fern@example.org" if field == "email" else "ABC")
    page.context.set_offline(True)
    send = page.locator("main form[method=post] button").first
    words = send.text_content()
    send.click()
    expect(page.locator("#offline")).to_be_visible()
    expect(send).to_have_text(words)
    assert (page.url.endswith(path), typed.input_value()) == (True, "fern@example.org" if field == "email" else "ABC")


def test_a_page_of_ours_after_a_500_keeps_the_draft_and_says_not_saved(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "Bells")
    page.route(
        "**/pitches/new/", lambda route: route.continue_(url=route.request.url.replace("pitches/new", "nothing"))
    )
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.unroute("**/pitches/new/")
    # That page is the answer.
    expect(page.locator("#not-saved")).to_contain_text("Not saved. Your text is kept here.", use_inner_text=True)
    page.locator("#not-saved a").click()
    assert text_of(page) == "Bells"
    assert page.get_by_text("This is what you typed here before.").is_visible()


def store_and_lose(page, fulfil: dict | None = None) -> None:
    """Sent and saved; what comes back is nothing, or what a machine between says."""
    lost: list = []

    def lose(route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0))
            route.fulfill(**fulfil) if fulfil else route.abort()
        else:
            route.continue_()

    page.route("**/pitches/new/", lose)
    is_post = lambda request: request.method == "POST"  # noqa: E731
    with page.expect_event("requestfinished" if fulfil else "requestfailed", is_post):
        button_of(page).click()
    page.get_by_text("Bad gateway").wait_for() if fulfil else page.wait_for_url("chrome-error://**")
    assert lost[0].status == 302
    page.unroute("**/pitches/new/")


@pytest.mark.parametrize("answer", [None, {"status": 502, "body": "Bad gateway"}])
def test_saved_and_the_answer_lost_the_next_page_says_so_and_the_form_is_for_another_one(open_page, answer):
    page = open_page("organiser", CAMP)
    pitch(page, "First of two")
    store_and_lose(page, answer)
    page.goto(f"/{CAMP}/")
    expect(page.locator("main")).to_contain_text("“First of two” is on the board.")
    expect(page.locator("#not-saved")).to_be_hidden()
    assert drafts(page) == []
    pitch(page, "Second of two")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(page.locator("main")).to_contain_text("“Second of two” is on the board.")


def test_other_words_that_went_from_the_same_page_and_were_lost_are_not_dropped_with_the_first(open_page):
    """What the server confirms is one sending, not all that was ever typed into the form."""
    page = open_page("organiser", CAMP)
    pitch(page, "First words")
    store_and_lose(page, {"status": 502, "body": "Bad gateway"})
    # As a page does that Back brings from the browser's memory, where other words are typed, sent and lost.
    page.evaluate("""() => {
        const name = Object.keys(localStorage).find((name) => name.startsWith("campgrid-draft:"));
        localStorage[name] = localStorage[name].replaceAll("First words", "Other words")
            .replace(/"sending":"[0-9a-f]{8}"/, '"sending":"00000000"');
    }""")
    page.goto(f"/{CAMP}/")
    expect(page.locator("main")).to_contain_text("“First words” is on the board.")
    expect(page.locator("#not-saved")).to_contain_text("we do not know whether it was saved")
    page.locator("#not-saved a").click()
    expect(page.locator("[name=title]")).to_have_value("Other words")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(page.locator("h1")).to_contain_text("Other words")
    assert drafts(page) == []
    page.goto(f"/{CAMP}/pitches/?q=words")
    expect(page.locator("main")).not_to_contain_text("First words")


def press_and_lose(page) -> None:
    """Sent, and no answer comes."""
    page.route("**/pitches/new/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        button_of(page).click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/pitches/new/")


def test_an_answer_that_was_lost_is_not_said_to_be_not_saved(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "Was it saved")
    press_and_lose(page)
    page.goto(f"/{CAMP}/pitches/")
    told = "Sent, and no answer came: we do not know whether it was saved. Your text is kept here."
    expect(page.locator("#not-saved")).to_contain_text(told, use_inner_text=True)
    expect(page.locator("#not-saved")).not_to_contain_text("Not saved.", use_inner_text=True)


def test_a_second_page_of_one_form_makes_a_second_pitch(open_page):
    """Where no window can tell which others are open they share one text; what was found there was never sent."""
    page = open_page("organiser", CAMP)
    page.context.add_init_script("delete Navigator.prototype.locks")
    pitch(page, "Typed in the first window")
    second = page.context.new_page()
    second.goto(f"/{CAMP}/pitches/new/")
    assert text_of(second) == "Typed in the first window"
    field_of(second).fill("Typed over it in the second window")
    button_of(second).click()
    second.wait_for_url(re.compile(r"/pitches/\d+/$"))
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert page.url != second.url
    assert page.get_by_text("Saved: your newer text").count() == 0


@pytest.mark.parametrize("is_typed_first", [True, False])
def test_two_windows_with_a_text_that_was_sent_make_two_pitches_once_one_is_answered(open_page, is_typed_first):
    page = open_page("organiser", CAMP)
    pitch(page, "Sent and lost")
    press_and_lose(page)
    page.goto(f"/{CAMP}/pitches/new/")
    second = page.context.new_page()
    second.goto(f"/{CAMP}/pitches/new/")
    if is_typed_first:
        field_of(second).fill("Typed beside it")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    field_of(second).fill("Typed beside it, and on")
    button_of(second).click()
    second.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert page.url != second.url


def test_no_word_is_typed_into_what_is_on_its_way(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "On its way")
    waits: list = []
    page.route("**/health/", lambda route: waits.append(route))
    button_of(page).click()
    expect(field_of(page)).not_to_be_editable()
    field_of(page).focus()
    page.keyboard.type(" and more")
    assert text_of(page) == "On its way"
    for route in waits:
        route.abort()
    page.locator("#not-saved").wait_for()
    field_of(page).focus()
    page.keyboard.press("End")
    page.keyboard.type(" and more")
    assert text_of(page) == "On its way and more"


def test_a_word_that_came_too_late_is_offered_and_changes_nothing_that_was_made(open_page):
    """Chosen or ticked while it went: such fields cannot be closed. It is another pitch then."""
    page = open_page("organiser", CAMP)
    pitch(page, "Made already")
    page.route(
        "**/pitches/new/",
        lambda route: route.fulfill(status=204) if route.request.method == "POST" else route.continue_(),
    )
    with page.expect_request(lambda request: request.method == "POST"):
        button_of(page).click()
    field_of(page).dispatch_event("input")
    page.unroute("**/pitches/new/")
    key = page.locator("input[name=form_key]").input_value()
    page.context.add_cookies([{"name": "done", "value": key[:16], "url": page.url}])
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == "Made already"
    assert page.locator("input[name=form_key]").input_value() != key


FULL = "void (Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); })"


def test_a_device_that_keeps_nothing_is_told_so_and_offers_no_older_text(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "Older words")
    page.evaluate(FULL)
    field_of(page).fill("Newer words, and the device is full")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("What you typed is only on this page", use_inner_text=True)
    expect(page.locator("#offline")).not_to_contain_text("kept on this device", use_inner_text=True)
    button_of(page).click()
    told = "Not saved. Your text is only on this page: keep it open."
    expect(page.locator("#not-saved")).to_contain_text(told, use_inner_text=True)
    expect(page.locator("#not-saved")).not_to_contain_text("kept here", use_inner_text=True)
    page.context.set_offline(False)
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == ""


#: to the last byte
FILL = """() => {
  for (let size = 2 ** 20, n = 0; size >= 1; n += 1) {
    try { localStorage.setItem(`fill-${n}`, "x".repeat(size)); } catch (error) { size = Math.floor(size / 2); }
  }
}"""


def test_what_was_saved_from_a_device_that_is_full_is_not_offered_again(open_page):
    """Else it is taken as not saved, and saved twice."""
    page = open_page("organiser", CAMP)
    pitch(page, "Saved with no byte left")
    page.evaluate(FILL)
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert drafts(page) == []
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == ""


def test_a_browser_that_refuses_to_keep_anything_is_told_so(open_page):
    page = open_page("organiser", CAMP)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })")
    pitch(page, "Nowhere to be kept")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("What you typed is only on this page", use_inner_text=True)


def test_start_again_is_taken_back_in_the_same_place(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "A long text")
    page.reload()
    page.get_by_role("button", name="Start again").click()
    assert text_of(page) == ""
    assert drafts(page) == []
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    assert text_of(page) == "A long text"
    page.reload()
    assert text_of(page) == "A long text"
    # What was typed meanwhile is not lost, either.
    page.get_by_role("button", name="Start again").click()
    field_of(page).fill("Begun anew")
    undo.click()
    assert text_of(page) == "A long text"
    page.get_by_role("button", name="Start again").click()
    assert text_of(page) == "Begun anew"


def test_without_scripts_back_and_publish_again_is_one_write_up(open_page):
    page = open_page("organiser", CAMP, scripts=False)
    path = f"/{CAMP}/write-ups/new/"
    kept = page.request.get(path).text()
    # Back shows the page as the browser kept it.
    page.route(
        f"**{path}", lambda route: route.fulfill(body=kept) if route.request.method == "GET" else route.continue_()
    )
    page.goto(path)
    for text in ("First words", "Newer words"):
        page.get_by_label("Title").fill("What I heard there")
        page.get_by_label("Text").fill(text)
        submit(page, "Publish")
        expect(page.locator("main")).to_contain_text(text)
        page.go_back()
    page.goto(f"/{CAMP}/record/?q=heard+there")
    expect(page.locator("main").get_by_role("link", name="What I heard there")).to_have_count(1)


def test_what_is_typed_beside_a_camp_that_comes_in_is_there_after_the_network(open_page):
    page = open_page("organiser", CAMP)
    document = page.request.get(f"/{CAMP}/export/json/").body()
    page.goto("/new/import/")
    file = {"name": "camp.json", "mimeType": "application/json", "buffer": document}
    page.locator("main input[type=file]").set_input_files(file)
    submit(page, "Show what it would be")
    page.get_by_text("Nothing is imported yet.").wait_for()
    page.get_by_label("Address", exact=True).fill("typed-on-the-train")
    page.context.set_offline(True)
    page.get_by_role("button", name="Bring it in").click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("Address", exact=True)).to_have_value("typed-on-the-train")


def test_a_phone_of_five_years_sends_what_is_typed(open_page):
    page = open_page("organiser", CAMP)
    page.add_init_script(WITHOUT_2022)
    pitch(page, "From an old phone")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)
    field_of(page).press("Enter")
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(page.locator("h1")).to_have_text("From an old phone")
    assert drafts(page) == []
    # Which of two buttons it was goes along.
    page.goto(f"/{CAMP}/people/")
    page.locator("textarea[name=text]").fill("fern@example.org")
    page.get_by_role("button", name="Add the addresses").click()
    expect(page.get_by_text("1 address is listed.")).to_be_visible()
    page.locator("textarea[name=text]").fill("fern@example.org")
    submit(page, "Take them off")
    expect(page.get_by_text("1 address is listed.")).to_be_hidden()


def test_a_proxy_that_tells_nobody_how_campgrid_is_holds_no_form_back(open_page):
    page = open_page("organiser", CAMP)
    page.route("**/health/", lambda route: route.fulfill(status=403))
    pitch(page, "Behind a strict proxy")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))


def test_two_quick_taps_are_one_pitch_and_the_button_says_that_it_works(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "Only once, said Olga")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button = button_of(page)
    says = "button => { button.click(); button.click(); return [button.ariaDisabled, button.textContent]; }"
    assert button.evaluate(says) == ["true", "Sending…"]
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert len(sent) == 1


def test_signing_out_takes_the_drafts_off_the_device(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "A secret of Olga's")
    page.goto("/accounts/logout/")
    page.locator("form[method=post] button").first.click()
    page.wait_for_url("**/")
    page.wait_for_function("() => Object.keys(localStorage).every((name) => !name.startsWith('campgrid-draft:'))")


def test_another_person_on_the_device_never_sees_the_text(open_page):
    """The sign-in was lost, nobody signed out, and somebody else signs in."""
    page = open_page("organiser", CAMP)
    pitch(page, "A secret of Olga's")
    page.context.clear_cookies()
    page.goto(f"/{CAMP}/pitches/")
    assert drafts(page) != []
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='attendee']").click()
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == ""
    assert drafts(page) == []


def join(page, name: str) -> None:
    page.get_by_label("The name people will see").fill(name)
    submit(page, "Go in")


@pytest.mark.parametrize("was_it_them", [True, False])
def test_a_guest_who_joins_again_says_whether_the_text_of_before_is_theirs(open_page, was_it_them):
    page = open_page()
    page.goto(f"/{CAMP}/join/")
    join(page, "Gus")
    pitch(page, "Typed by a guest")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)
    page.context.clear_cookies(name="sessionid")
    page.goto(f"/{CAMP}/write-ups/new/?again")
    assert "/join/" in page.url
    page.locator("#not-saved a").click()
    join(page, "Gus")
    # Somebody else may have the device: they are not shown the text, and none of theirs is written over it.
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == ""
    assert page.locator("#not-saved").is_hidden()
    question = page.locator("#taps [data-part=lost-text]")
    expect(question).to_contain_text("by a guest who is signed out. Was that you?")
    field_of(page).fill("Typed since")
    expect(question).to_be_hidden()
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(question).to_be_visible()
    question.get_by_role("button", name="It was: keep as mine" if was_it_them else "Delete the text").click()
    expect(question).to_be_hidden()
    if was_it_them:
        page.locator("#not-saved a").click()
        assert text_of(page) == "Typed by a guest"
        button_of(page).click()
        page.wait_for_url(re.compile(r"/pitches/\d+/$"))
        assert page.locator("h1").inner_text() == "Typed by a guest"
    assert drafts(page) == []


def test_on_the_form_itself_the_text_of_before_comes_back_at_once(open_page):
    """Typed, and never sent."""
    page = open_page()
    page.goto(f"/{CAMP}/join/")
    join(page, "Gus")
    pitch(page, "Not sent yet")
    page.context.clear_cookies()
    page.reload()
    join(page, "Gus")
    page.get_by_role("button", name="It was: keep as mine").click()
    assert text_of(page) == "Not sent yet"
    # Whoever has an account is nobody who was lost.
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='attendee']").click()
    page.goto(f"/{CAMP}/pitches/new/")
    assert page.locator("#taps [data-part=lost-text]").is_hidden()
    assert drafts(page) == []


def test_a_guest_who_has_an_address_before_they_answer_is_asked_about_the_text_still(open_page):
    page = open_page()
    page.goto(f"/{CAMP}/join/")
    join(page, "Gus")
    pitch(page, "Typed before the address")
    page.context.clear_cookies()
    page.reload()
    join(page, "Gus")
    page.goto(f"/{CAMP}/")
    question = page.locator("#taps [data-part=lost-text]")
    expect(question).to_be_visible()
    # As it is once they kept their place: the same person, and no guest.
    no_guest = "document.getElementById('taps')?.removeAttribute('data-guest')"
    page.context.add_init_script(f"document.addEventListener('readystatechange', () => {no_guest})")
    page.goto(f"/{CAMP}/my/")
    page.goto(f"/{CAMP}/pitches/new/")
    expect(question).to_be_visible()
    assert text_of(page) == ""
    question.get_by_role("button", name="It was: keep as mine").click()
    assert text_of(page) == "Typed before the address"
    # Whoever signs in next was not asked: nothing is left for them.
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='attendee']").click()
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == ""
    assert drafts(page) == []


@pytest.mark.parametrize("lost", ["sessionid", None], ids=["the sign-in", "all cookies"])
def test_joined_in_another_window_one_press_sends_what_was_typed(open_page, lost):
    page = open_page()
    page.goto(f"/{CAMP}/join/")
    join(page, "Gus")
    pitch(page, "Sent by one press")
    page.context.clear_cookies(**({"name": lost} if lost else {}))
    button_of(page).click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Join in another window").click()
    join(opened.value, "Gus")
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert page.locator("h1").inner_text() == "Sent by one press"
    assert drafts(page) == []


#: the address has an account, and the code that was mailed is this one
CLAIMED = """
from accounts.codes import kept
from accounts.models import Claim, User
User.objects.create_user("teapot@example.org")
for claim in Claim.objects.filter(email="teapot@example.org"):
    Claim.objects.filter(pk=claim.pk).update(code_hash=kept("123456", of=f"claim {claim.guest_id} {claim.email}"))
"""


def test_a_guest_who_proves_the_address_of_an_account_keeps_what_they_typed(open_page, site_environment):
    page = open_page()
    page.goto(f"/{CAMP}/join/")
    page.get_by_label("The name people will see").fill("Teapot")
    submit(page, "Go in")
    pitch(page, "Typed as a guest")
    page.goto("/accounts/keep/")
    page.locator("main input[type=email]").fill("teapot@example.org")
    with page.expect_navigation():
        page.locator("main form[method=post] button").first.click()
    subprocess.run([sys.executable, "manage.py", "shell", "-c", CLAIMED], cwd=ROOT, env=site_environment, check=True)
    page.locator("main input[name=code]").fill("123456")
    with page.expect_navigation():
        page.locator("main form[method=post] button").first.click()
    expect(page.locator("main").get_by_text("This place is yours.")).to_be_visible()
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == "Typed as a guest"
    # It is theirs, and nobody else's: whoever signs in next on this device finds nothing.
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='attendee']").click()
    page.goto(f"/{CAMP}/pitches/new/")
    assert text_of(page) == ""
    assert drafts(page) == []


def test_back_to_a_page_of_somebody_else_drops_no_draft(open_page):
    page = open_page("attendee", CAMP)
    page.goto(f"/{CAMP}/pitches/new/")
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='organiser']").click()
    pitch(page, "Typed by Olga")
    names = drafts(page)
    # To the page of the same address that the attendee saw: so the address says nothing about whether it is there.
    with page.expect_navigation():
        page.evaluate("() => { setTimeout(() => history.go(-3)); }")
    assert drafts(page) == names


def test_the_server_dies_while_somebody_types_and_the_text_is_there_when_it_is_back(chromium, demo):
    """Every form is open in a window of its own when the server is killed; it comes back, and each is sent."""
    with demo.database() as url:
        environment = demo.environment(url)
        windows = {}
        with served(environment) as address:
            port = address.rpartition(":")[2]
            context = chromium.new_context(base_url=address, service_workers="block")
            context.set_default_timeout(30_000)
            for camp in (NIGHT, CAMP):
                page = context.new_page()
                page.goto("/demo/")
                page.locator(f"form:has(input[value='{camp}']) button[value='organiser']").click()
                theirs = {name: steps for name, steps in FORMS.items() if (NIGHT in steps[0]) == (camp == NIGHT)}
                # Looked for first: what is typed into one page is found on another that has the same form.
                paths = {template: find(page, steps) for template, steps in theirs.items()}
                for template, path in paths.items():
                    page = windows[template] = context.new_page()
                    type_into(page, path, f"Typed while it died {len(windows)}")
            typed = {template: text_of(page) for template, page in windows.items()}
        for template, page in windows.items():
            button_of(page).click()
            page.locator("#not-saved").wait_for()
            assert text_of(page) == typed[template], template
        with served(environment, port=int(port)):
            for template, page in windows.items():
                page.reload()
                # The windows of the other camp are those of somebody else by now: nobody is shown their text.
                if NIGHT not in FORMS[template][0]:
                    assert text_of(page) == typed[template], template
            page = windows["pitches/pitch_create.html"]
            with page.expect_navigation():
                button_of(page).click()
            assert page.locator("h1").inner_text() == typed["pitches/pitch_create.html"]
        context.close()


def test_somebody_outside_types_a_name_and_it_is_kept(open_page):
    page = open_page()
    page.goto(f"/{CAMP}/join/")
    page.get_by_label("The name people will see").fill("Fern of the far fields")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)
    page.goto(f"/{CAMP}/join/")
    assert text_of(page) == "Fern of the far fields"
    submit(page, "Go in")
    expect(page.get_by_text("You are in as Fern of the far fields")).to_be_visible()
    assert drafts(page) == []


def test_a_name_for_an_invitation_is_kept_though_one_is_not_in_yet(open_page):
    """Of somebody with an account: each page of that camp says that they are not in it."""
    organiser, page = open_page("organiser", CAMP), open_page("host", CAMP)
    open_camp(organiser, "kept-at-the-door")
    organiser.goto("/kept-at-the-door/people/")
    submit(organiser, "Invite")
    address = organiser.locator("main code").first.inner_text()
    type_into(page, address, "Hazel of the hedge")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)
    page.goto("/kept-at-the-door/")
    is_kept(page, "Hazel of the hedge")
    submit(page, "Accept")
    assert drafts(page) == []


def test_whoever_is_removed_from_the_camp_leaves_no_text_of_it_on_the_device(open_page):
    page, organiser = open_page(), open_page("organiser", CAMP)
    page.goto(f"/{CAMP}/join/")
    page.get_by_label("The name people will see").fill("Rob the removed")
    submit(page, "Go in")
    pitch(page, "What Rob wrote and did not send")
    page.goto("/new/")
    assert len(drafts(page)) == 1
    organiser.goto(f"/{CAMP}/people/?q=Rob+the+removed")
    organiser.get_by_role("link", name="Remove Rob the removed").click()
    submit(organiser, "Remove")
    page.goto(f"/{CAMP}/")
    assert drafts(page) == []


def test_a_code_that_was_scanned_is_not_written_over_by_what_was_typed_before(open_page):
    organiser, page = open_page("organiser", CAMP), open_page()
    code = open_camp(organiser, "scanned-since")
    organiser.goto("/scanned-since/settings/")
    organiser.locator("#id_joining").select_option("code")
    submit(organiser, "Save")
    type_into(page, "/scanned-since/join/", "Willow of the way")
    page.goto(f"/j/{code}/")
    expect(field_of(page)).to_have_value("Willow of the way")
    expect(page.locator("#id_code")).to_have_value(code)
    submit(page, "Go in")
    expect(page.get_by_text("You are in as Willow of the way")).to_be_visible()


def test_what_was_chosen_and_is_gone_leaves_the_form_as_it_came(open_page):
    page = open_page("organiser", CAMP)
    type_into(page, "/new/", "A camp with a choice")
    (name,) = drafts(page)
    gone = "draft => JSON.stringify({ ...draft, values: { ...draft.values, joining: ['gone by now'] } })"
    page.evaluate(f"name => {{ localStorage[name] = ({gone})(JSON.parse(localStorage[name])) }}", name)
    page.reload()
    expect(field_of(page)).to_have_value("A camp with a choice")
    expect(page.locator("#id_joining")).to_have_value("open")


def test_a_text_found_in_a_form_that_is_folded_away_is_seen(open_page):
    """Where a camp is over, whoever was there and left no name may still."""
    page = open_page()
    page.goto(f"/{NIGHT}/join/")
    page.locator("main summary").click()
    field_of(page).fill("Rowan, rather late")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)
    page.goto(f"/{NIGHT}/")
    page.locator("#not-saved a").click()
    expect(field_of(page)).to_be_visible()
    assert text_of(page) == "Rowan, rather late"


def test_a_text_that_was_kept_is_merged_with_what_others_saved_meanwhile_and_both_are_shown(open_page):
    """The notes have another revision by the time the network is back: found all the same, and nobody is overwritten."""
    page, colleague = open_page("organiser", NIGHT), open_page("helper", NIGHT)
    path = find(page, FORMS["notes/note_edit.html"])
    page.goto(path)
    field_of(page).fill("Bring a rope.")
    submit(page, "Save")
    type_into(page, path, "Bring two ropes.")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    colleague.goto(path)
    field_of(colleague).fill("Bring no rope at all.")
    submit(colleague, "Save")
    page.context.set_offline(False)
    page.goto(path)
    assert text_of(page) == "Bring two ropes."
    with page.expect_navigation():
        button_of(page).click()
    both = text_of(page)
    assert "Bring two ropes." in both
    assert "Bring no rope at all." in both
    # Looked at again, the page has both still.
    page.goto(path)
    assert text_of(page) == both


def test_a_field_that_both_changed_is_shown_with_both_after_the_text_was_kept(open_page):
    page, colleague = open_page("organiser", CAMP), open_page("helper", CAMP)
    path = find(page, FORMS["pitches/pitch_edit.html"])
    type_into(page, path, "Mine, typed without a network")
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    colleague.goto(path)
    field_of(colleague).fill("Theirs, saved meanwhile")
    with colleague.expect_navigation():
        button_of(colleague).click()
    page.context.set_offline(False)
    page.goto(path)
    assert text_of(page) == "Mine, typed without a network"
    with page.expect_navigation():
        button_of(page).click()
    assert text_of(page) == "Mine, typed without a network"
    expect(page.locator(".theirs").first).to_contain_text("Theirs, saved meanwhile")
