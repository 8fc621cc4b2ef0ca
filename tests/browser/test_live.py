"""A colleague's change comes in while somebody reads, types, marks text or has scrolled: nothing moves under their hands."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from .test_draft_windows import KEEP
from .test_journey import submit

SIZES = [{"width": 360, "height": 740}, {"width": 1280, "height": 800}]
BOTH = pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
#: a piece asks every five seconds, a little earlier or later
SOON = 15_000


@pytest.fixture
def camp(wide_camp) -> str:
    return wide_camp


def place(page: Page, camp: str, title: str, room: str) -> None:
    """In the first slot."""
    page.goto(f"/{camp}/draft/?waiting=all")
    # With as many rooms it may be folded away.
    page.goto(page.locator("#tray li a", has_text=title).get_attribute("href"))
    _choose(page, room)


def move(page: Page, camp: str, title: str, room: str) -> None:
    """To that room in the first slot; from the draft."""
    page.goto(f"/{camp}/draft/")
    page.goto(page.locator(f".entry[id]:has-text('{title}') a").get_attribute("href"))
    _choose(page, room)


def _choose(page: Page, room: str) -> None:
    first = page.locator("table.board tr:has(button)").first
    with page.expect_navigation():
        first.get_by_role("button", name=re.compile(rf"^{room}, .* free")).click()


def publish(page: Page, camp: str) -> None:
    page.goto(f"/{camp}/draft/publish/")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Publish")).click()


def pin(page: Page, camp: str, title: str) -> str:
    """A change of the draft that is seen on it; the entry's id."""
    page.goto(f"/{camp}/draft/")
    entry = page.locator(".entry[id]", has=page.get_by_role("link", name=title, exact=True))
    found = entry.get_attribute("id")
    page.goto(entry.locator("a").get_attribute("href"))
    with page.expect_navigation():
        page.get_by_role("button", name="Pin it there", exact=True).click()
    return str(found)


#: until what came is put in, settled and said; or nothing came that is put in
LOOKS_AGAIN = """id => new Promise((done) => {
    const piece = document.getElementById(id), swapped = new Set();
    const listen = (name, hear) => document.addEventListener(`htmx:${name}`, (event) => {
        if (event.target === piece || event.detail.elt === piece) hear(event.detail.xhr);
    });
    listen("afterSwap", (xhr) => swapped.add(xhr));
    listen("afterRequest", (xhr) => swapped.has(xhr) || setTimeout(done));
    listen("afterSettle", (xhr) => swapped.has(xhr) && setTimeout(done));
    htmx.trigger(piece, "again");
})"""


def look_again(page: Page, piece: str) -> None:
    """What is not there afterwards does not come, either."""
    page.evaluate(LOOKS_AGAIN, piece)


#: marks the page, so that a reload is seen; scrolls; says where things are
STATE = """() => {
    const active = document.activeElement, box = document.querySelector('.grid-box, .board-box');
    return {
        same: window.sameDocument === true,
        focus: active.outerHTML.replace(/ class="[^"]*"/g, ''),
        top: Math.round(active.getBoundingClientRect().top),
        left: box ? Math.round(box.scrollLeft) : 0,
    };
}"""


def hold(page: Page, focus: str) -> dict:
    """The page is scrolled down and its table sideways, and something on it has the focus."""
    page.evaluate("window.sameDocument = true")
    page.locator(focus).first.focus()
    page.evaluate(
        "() => { const box = document.querySelector('.grid-box, .board-box'); if (box) box.scrollLeft = 180; }"
    )
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(300)
    return page.evaluate(STATE)


def is_held(page: Page, before: dict) -> None:
    """What has the focus is where it was on the screen, whatever came in above; the table is scrolled as it was."""
    after = page.evaluate(STATE)
    assert after["same"], "the page was loaded anew"
    assert (after["focus"], after["left"]) == (before["focus"], before["left"])
    assert abs(after["top"] - before["top"]) <= 2


@BOTH
def test_the_draft_stays_where_it_is(open_page, camp, size):
    page, colleague = open_page("organiser", viewport=size), open_page("organiser")
    page.goto(f"/{camp}/draft/")
    page.get_by_text("What counts", exact=True).click()
    page.get_by_label("Fairness").fill("7")
    page.get_by_label("Take").select_option("60")
    before = hold(page, ".entry[id]:has-text('Swans') a")
    assert (before["left"] > 100) == (size["width"] > 900)
    entry = pin(colleague, camp, "Ducks")
    expect(page.locator(f"#{entry} .mark.pin")).to_have_count(1, timeout=SOON)
    is_held(page, before)
    assert page.locator("details:has(.concerns)").get_attribute("open") is not None
    assert page.get_by_label("Fairness").input_value() == "7"
    assert page.get_by_label("Take").input_value() == "60"


@BOTH
def test_the_draft_stays_while_a_new_session_comes_in_above(open_page, camp, size):
    """What is put in above what one looks at moves nothing: the browser holds on to what has the focus."""
    page, colleague = open_page("organiser", viewport=size), open_page("organiser")
    page.goto(f"/{camp}/draft/")
    before = hold(page, ".entry[id]:has-text('Swans') a")
    place(colleague, camp, "Herons", "Room 5")
    expect(page.locator(".entry[id]:has-text('Herons')")).to_be_visible(timeout=SOON)
    is_held(page, before)
    submit(colleague, "Undo")
    expect(page.locator(".entry[id]:has-text('Herons')")).to_have_count(0, timeout=SOON)
    is_held(page, before)


@BOTH
def test_text_that_is_marked_stays_marked(open_page, camp, size):
    page, colleague = open_page("organiser", viewport=size), open_page("organiser")
    page.goto(f"/{camp}/draft/")
    mark = "() => getSelection().selectAllChildren([...document.querySelectorAll('.entry')].at(-1))"
    page.evaluate(mark)
    entry = pin(colleague, camp, "Ducks")
    look_again(page, "draft-grid")
    assert "Swans" in page.evaluate("getSelection().toString()")
    assert page.locator(f"#{entry} .mark.pin").count() == 0
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator(f"#{entry} .mark.pin")).to_have_count(1, timeout=SOON)


@BOTH
def test_the_grid_stays_where_it_is(open_page, camp, size):
    page, colleague = open_page("attendee", viewport=size), open_page("organiser")
    page.goto(f"/{camp}/grid/?past=1")
    before = hold(page, ".entry:has-text('Swans') a")
    place(colleague, camp, "Herons", "Room 5")
    publish(colleague, camp)
    look_again(page, "published-grid")
    expect(page.locator(".entry:has-text('Herons')")).to_be_visible()
    is_held(page, before)


@BOTH
def test_the_session_page_stays_where_it_is(open_page, camp, size):
    page, colleague = open_page("organiser", viewport=size), open_page("organiser")
    for one in (page, colleague):
        one.goto(f"/{camp}/grid/")
        one.get_by_role("link", name="Ducks").first.click()
    page.get_by_label("Rule of the room").select_option("attendees")
    before = hold(page, "#session-notes a.button")
    colleague.get_by_role("link", name="Write notes").click()
    field = colleague.get_by_label(re.compile("^Notes"))
    field.fill(f"A line at the top, {size['width']}.\n\n{field.input_value()}")
    submit(colleague, "Save")
    look_again(page, "session-page")
    expect(page.get_by_text(f"A line at the top, {size['width']}.")).to_have_count(1)
    is_held(page, before)
    assert page.get_by_label("Rule of the room").input_value() == "attendees"
    # Where it is stayed as it was: that is not said again.
    assert page.locator("#said").inner_text() == ""


def test_a_session_that_moved_is_seen_on_open_pages_and_said_on_its_own(open_page, camp):
    colleague, page, about = open_page("organiser"), open_page("attendee"), open_page()
    page.goto(f"/{camp}/grid/")
    page.get_by_role("link", name="Geese").first.click()
    about.goto(f"/{camp}/")
    for one in (page, about):
        one.evaluate("window.sameDocument = true")
    move(colleague, camp, "Geese", "Room 7")
    publish(colleague, camp)
    for one, piece in ((page, "session-page"), (about, "camp-page")):
        look_again(one, piece)
        expect(one.locator(f"#{piece}")).to_contain_text("Room 7")
        expect(one.locator(f"#{piece}")).to_contain_text("Moved from Loft")
        assert one.evaluate("window.sameDocument") is True
    expect(page.locator("#said")).to_contain_text("Room 7")


def test_what_moved_is_said_where_sessions_are_listed_and_what_did_not_is_not(open_page, camp):
    colleague, grid, about = open_page("organiser"), open_page("attendee"), open_page()
    grid.goto(f"/{camp}/grid/")
    about.goto(f"/{camp}/")
    place(colleague, camp, "Herons", "Room 6")
    publish(colleague, camp)
    look_again(grid, "published-grid")
    expect(grid.locator(".entry:has-text('Herons')")).to_be_visible()
    assert grid.locator("#said").inner_text() == ""
    for room in ("Room 8", "Room 9"):
        move(colleague, camp, "Herons", room)
        for page in (grid, about):
            # Said for each move, though "Moved from" is the same after the second one. It comes by itself, maybe.
            page.evaluate("document.getElementById('said').textContent = ''")
        publish(colleague, camp)
        for page, piece in ((grid, "published-grid"), (about, "camp-page")):
            look_again(page, piece)
            expect(page.locator(f"#{piece}")).to_contain_text(room)
            expect(page.locator("#said")).to_have_text(re.compile(f"^Herons, .*{room}: Moved from Room \\d"))


def test_what_moved_is_said_though_another_answer_comes_before_it_is_put_in_whole(open_page, camp):
    colleague, page = open_page("organiser"), open_page("attendee")
    page.goto(f"/{camp}/grid/")
    move(colleague, camp, "Geese", "Room 8")
    publish(colleague, camp)
    # Two that ask at once: the other one's answer comes between what is put in and what is said of it.
    ask = "htmx.ajax('GET', location.href, {source: '#main', target: '#said', swap: 'none'})"
    page.evaluate(f"document.addEventListener('htmx:afterSwap', () => {ask}, {{once: true}})")
    page.evaluate("htmx.config.defaultSettleDelay = 1500")
    look_again(page, "published-grid")
    expect(page.locator("#said")).to_have_text(re.compile("^Geese, Room 8.*: Moved from Loft"))


def test_when_the_network_is_back_an_open_page_asks_within_a_few_seconds(open_page, camp):
    page = open_page("attendee")
    page.goto(f"/{camp}/grid/")
    page.evaluate("htmx.trigger('#published-grid', 'again')")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for _ in range(3):
        with page.expect_event("requestfailed"):
            page.evaluate("htmx.trigger('#published-grid', 'again')")
    expect(page.locator("#offline")).to_be_visible()
    with page.expect_response(re.compile(r"/grid/\?seen="), timeout=9_000):
        page.context.set_offline(False)
    # Campgrid did not answer, and does again, while the device had a network all the time.
    gone = re.compile(r"/(grid/\?seen=|health/)")
    page.context.route(gone, lambda route: route.abort())
    for _ in range(3):
        with page.expect_event("requestfailed"):
            page.evaluate("htmx.trigger('#published-grid', 'again')")
    page.context.unroute(gone)
    with page.expect_response(re.compile(r"/grid/\?seen="), timeout=15_000):
        pass


def test_a_page_that_back_brings_from_memory_asks_at_once_what_is_so(open_page, camp):
    """The grid asks every 15 seconds, one that could not every five minutes: the time that it lay there counts, too."""
    page = open_page("attendee")
    page.goto(f"/{camp}/grid/")
    page.wait_for_load_state("networkidle")
    page.evaluate(KEEP)
    with page.expect_response(re.compile(r"/grid/\?seen="), timeout=5_000):
        page.evaluate("comeBack()")


@pytest.mark.parametrize(("path", "piece"), [("grid/", "published-grid"), ("pitches/", "pitch-board")])
def test_the_page_on_which_a_wifi_wants_one_to_sign_in_is_put_into_no_page(open_page, camp, path, piece):
    """It stood in the place of the grid, which asked for nothing any more."""
    page = open_page("attendee")
    page.goto(f"/{camp}/{path}")
    stood = page.locator(f"#{piece}").inner_text()
    here = re.compile(r"/(grid|pitches)/\?")
    page.context.route(
        here, lambda route: route.fulfill(content_type="text/html", body="<h1>Sign in to the Wi-Fi</h1>")
    )
    with page.expect_response(here):
        if piece == "pitch-board":
            page.get_by_text("Filter", exact=True).click()
            page.get_by_label("Search").type("nobody typed this")
        else:
            page.evaluate(f"htmx.trigger('#{piece}', 'again')")
    page.wait_for_timeout(500)
    assert page.locator(f"#{piece}").inner_text() == stood
    assert "Sign in to the Wi-Fi" not in page.content()
    # Else the list is that of other words, in silence.
    expect(page.locator("#offline").get_by_text("Campgrid does not answer.")).to_be_visible()
    page.context.unroute(here)
    # By itself, once the network lets it through.
    with page.expect_response(here):
        pass
    expect(page.locator("#offline").get_by_text("Campgrid does not answer.")).to_be_hidden()
    if piece == "pitch-board":
        expect(page.get_by_text("No pitch fits that.")).to_be_visible()


def test_news_come_to_an_open_page_and_go_from_it(open_page, camp):
    page, colleague = open_page("host"), open_page("organiser")
    page.goto(f"/{camp}/join/")
    page.locator("#id_display_name").fill("Nell")
    page.locator("main form[method=post] button:not([type=button])").last.click()
    page.wait_for_url(f"**/{camp}/")
    page.evaluate("window.sameDocument = true")
    colleague.goto(f"/{camp}/people/?q=Nell")
    colleague.locator("li, tr", has_text="Nell").get_by_role("combobox").first.select_option("helper")
    submit(colleague, "Set Nell")
    look_again(page, "camp-page")
    expect(page.locator("#news")).to_contain_text("Your role in this camp is another one now")
    expect(page.locator("#said")).to_contain_text("Your role in this camp is another one now")
    assert page.evaluate("window.sameDocument") is True
    other = page.context.new_page()
    other.goto(f"/{camp}/")
    submit(other, "Got it")
    look_again(page, "camp-page")
    expect(page.locator("#news")).to_be_empty()


@BOTH
def test_the_board_changes_below_the_field_one_types_into(open_page, size):
    page = open_page("attendee", viewport=size)
    page.goto("/govcamp-2027/pitches/")
    page.evaluate("window.sameDocument = true")
    page.get_by_text("Filter", exact=True).click()
    search = page.get_by_label("Search")
    search.press_sequentially("housing", delay=90)
    expect(page.locator("#pitch-board [data-say]")).to_contain_text("pitch")
    expect(page).to_have_url(re.compile("q=housing"))
    assert search.input_value() == "housing"
    assert page.evaluate("document.activeElement.id") == "id_q"
    assert page.evaluate("window.sameDocument") is True


def test_words_searched_for_without_a_network_are_asked_for_again(open_page):
    page = open_page("attendee")
    page.goto("/govcamp-2027/pitches/")
    page.get_by_text("Filter", exact=True).click()
    search = page.get_by_label("Search")
    search.press_sequentially("housing", delay=30)
    expect(page).to_have_url(re.compile("q=housing"))
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: "q=housingzzz" in request.url):
        search.press_sequentially("zzz", delay=30)
    page.context.set_offline(False)
    expect(page.locator("#pitch-board [data-say]")).to_contain_text("0 pitches")


@BOTH
def test_the_board_changes_while_one_is_on_a_card_of_it(open_page, size):
    """The answer to a search comes when one has gone on to the first card that fits."""
    page = open_page("attendee", viewport=size)
    page.goto("/govcamp-2027/pitches/")
    page.evaluate("window.sameDocument = true")
    links = page.locator("#pitch-board article").locator("h2 a, h3 a")
    # Of a name that no pitch of another test has.
    titles = links.all_inner_texts()
    link = links.nth(titles.index(max(titles[2:], key=len)))
    href = link.get_attribute("href")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Search").fill(link.inner_text())
    link.focus()
    expect(page.locator("#pitch-board article")).to_have_count(1)
    assert page.evaluate("document.activeElement.getAttribute('href')") == href
    assert page.evaluate("window.sameDocument") is True


@BOTH
def test_the_end_of_a_build_does_not_reload_the_page(open_page, camp, size):
    page = open_page("organiser", viewport=size)
    page.goto(f"/{camp}/draft/")
    page.get_by_text("What counts", exact=True).click()
    page.get_by_label("Take").select_option("1")
    submit(page, "Build the grid")
    expect(page.locator("#build-progress progress")).to_be_visible()
    seen = page.locator("[name=seen]").first.input_value()
    before = hold(page, ".entry[id] a")
    href = page.evaluate("document.activeElement.getAttribute('href')")
    expect(page.get_by_text("The last build found a grid").first).to_be_visible(timeout=30_000)
    expect(page.locator("#build-progress progress")).to_have_count(0)
    after = page.evaluate(STATE)
    assert after["same"], "the page was loaded anew"
    assert after["left"] == before["left"]
    assert page.evaluate("document.activeElement.getAttribute('href')") == href
    expect(page.locator("#said")).to_contain_text("The last build found a grid")
    # What is seen is what the next build starts from; the draft may come a moment after the word that it was found.
    with suppress(NotInTime):
        page.wait_for_function("seen => document.querySelector('[name=seen]').value !== seen", arg=seen, timeout=8_000)
    # Where there was a grid before, one is asked first; on a phone in the place of what builds.
    if page.get_by_role("button", name="Take it").is_visible():
        submit(page, "Take it")
        expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    submit(page, "Build the grid")
    expect(page.locator("#build-progress")).to_contain_text(re.compile("Build|build"))
    assert page.get_by_text("The draft was changed meanwhile").count() == 0
    expect(page.locator("#build-progress progress")).to_have_count(0, timeout=30_000)


@BOTH
def test_the_end_of_a_repair_does_not_reload_the_page(open_page, camp, size):
    page = open_page("organiser", viewport=size)
    page.goto(f"/{camp}/draft/repair/")
    submit(page, "Find repairs")
    page.evaluate("window.sameDocument = true")
    page.get_by_text("A room or a slot is lost").click()
    page.get_by_label("Room").select_option(index=2)
    page.locator("input[name=closed_in]").first.check()
    page.locator("input[name=closed_in]").first.focus()
    expect(page.locator(".card.repair").first).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Find repairs")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("document.activeElement.name") == "closed_in"
    assert page.locator("input[name=closed_in]").first.is_checked()
    assert page.get_by_label("Room").evaluate("field => field.selectedIndex") == 2


@BOTH
def test_who_was_on_the_button_that_went_away_is_at_what_came_in_its_place(open_page, camp, size):
    page = open_page("organiser", viewport=size)
    page.goto(f"/{camp}/draft/")
    page.get_by_text("What counts", exact=True).click()
    page.get_by_label("Take").select_option("1")
    submit(page, "Build the grid")
    page.get_by_role("button", name="Stop and keep the best").focus()
    expect(page.get_by_role("button", name=re.compile("Build the grid|Take it")).first).to_be_visible(timeout=30_000)
    assert page.evaluate("document.activeElement.closest('#build-progress') !== null")
