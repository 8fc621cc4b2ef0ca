"""Two windows of one form keep a text each; a text whose form is gone is shown, and can be copied or deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .test_drafts import CAMP, FORMS, NIGHT, button_of, drafts, field_of, find, pitch, text_of, type_into

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
NEW = f"/{CAMP}/pitches/new/"


def test_two_windows_of_one_form_keep_a_text_each_and_saving_one_drops_its_own(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    second = page.context.new_page()
    for window, title in ((page, "Alpha in the first"), (second, "Beta in the second")):
        window.goto(NEW)
        # What another window shows is left alone.
        window.wait_for_timeout(300)
        assert text_of(window) == ""
        field_of(window).fill(title)
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(page.locator("h1")).to_have_text("Alpha in the first")
    assert len(drafts(page)) == 1
    second.reload()
    assert text_of(second) == "Beta in the second"
    second.goto(f"/{CAMP}/pitches/")
    with second.expect_navigation():
        second.evaluate("() => { setTimeout(() => history.back()); }")
    assert text_of(second) == "Beta in the second"
    button_of(second).click()
    second.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(second.locator("h1")).to_have_text("Beta in the second")
    assert drafts(page) == []


def test_each_window_that_left_the_form_finds_its_own_text(open_page):
    """Of those that no window shows the newest comes first, and it is the other's."""
    page = open_page("organiser", CAMP)
    second = page.context.new_page()
    both = ((page, "Alpha was left"), (second, "Beta was left"))
    for window, title in both:
        window.goto(NEW)
        window.wait_for_timeout(300)
        field_of(window).fill(title)
    for window, _title in both:
        window.goto(f"/{CAMP}/pitches/")
    for window, title in both:
        window.goto(NEW)
        window.wait_for_timeout(300)
        assert text_of(window) == title


def test_two_windows_that_save_at_once_lose_neither_and_leave_nothing_behind(open_page):
    """Both are on their way before either is answered."""
    page = open_page("organiser", CAMP)
    second = page.context.new_page()
    for window, title in ((page, "Alpha at once"), (second, "Beta at once")):
        window.goto(NEW)
        window.wait_for_timeout(300)
        field_of(window).fill(title)
    for window in (page, second):
        window.evaluate(
            "() => void setTimeout(() => document.querySelector('form[data-draft] button.primary, form[data-draft] button:not([type=button])').click())"
        )
    for window in (page, second):
        window.wait_for_url(re.compile(r"/pitches/\d+/$"))
    # Two windows hear of each other's writing to the device a moment later: by the second page all is in order.
    page.goto(f"/{CAMP}/")
    page.goto(f"/{CAMP}/pitches/?q=at+once")
    expect(page.locator("#pitch-board article")).to_have_count(2)
    expect(page.locator("#not-saved")).to_be_hidden()
    assert drafts(page) == []


def test_what_was_typed_in_a_window_that_is_closed_is_found_in_the_next(open_page):
    """The newest first; once that is saved, the one before it."""
    page = open_page("organiser", CAMP, **PHONE)
    for title in ("The older", "The newer"):
        window = page.context.new_page()
        window.goto(NEW)
        window.wait_for_timeout(300)
        # Found, and started again: the other is typed beside it.
        field_of(window).fill(title)
        page.context.new_page().goto(NEW)
    for window in page.context.pages[1:]:
        window.close()
    assert len(drafts(page)) == 2
    for title in ("The newer", "The older"):
        page.goto(NEW)
        expect(field_of(page)).to_have_value(title)
        expect(page.get_by_text("This is what you typed here before.")).to_be_visible()
        button_of(page).click()
        page.wait_for_url(re.compile(r"/pitches/\d+/$"))
        expect(page.locator("h1")).to_have_text(title)
    assert drafts(page) == []


def test_what_was_found_can_be_started_again_and_that_be_taken_back(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    first = page.context.new_page()
    pitch(first, "Typed before")
    first.close()
    page.goto(NEW)
    expect(field_of(page)).to_have_value("Typed before")
    page.get_by_role("button", name="Start again").click()
    assert (text_of(page), drafts(page)) == ("", [])
    page.get_by_role("button", name="Undo").click()
    assert text_of(page) == "Typed before"
    page.reload()
    assert text_of(page) == "Typed before"


def test_a_window_that_was_duplicated_takes_a_name_of_its_own(open_page):
    """It has what the first one kept for its window; and so it has once it left for another site and came back."""
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "Typed in the first")
    with page.expect_popup() as opened:
        page.evaluate(f"() => {{ window.open('{NEW}'); }}")
    copy = opened.value
    copy.wait_for_load_state()
    field_of(copy).fill("Typed in the copy")
    assert len(drafts(page)) == 2
    page.reload()
    assert text_of(page) == "Typed in the first"
    copy.reload()
    assert text_of(copy) == "Typed in the copy"

    copy.evaluate("name => { campgrid.copied = name; }", page.evaluate("campgrid.windows.name()"))
    copy.evaluate("window.addEventListener('pagehide', () => sessionStorage.campgridTab = campgrid.copied)")
    copy.reload()
    copy.wait_for_function("name => campgrid.windows.name() !== name", arg=page.evaluate("campgrid.windows.name()"))
    field_of(copy).fill("Typed in the copy once more")
    page.reload()
    assert text_of(page) == "Typed in the first"


def test_of_two_windows_of_one_name_the_second_takes_another(open_page):
    """Copied while a page of another site was shown, the name is there to be copied."""
    page = open_page("organiser", CAMP)
    pitch(page, "In the first of two")
    name = page.evaluate("campgrid.windows.name()")
    second = page.context.new_page()
    second.goto("/robots.txt")
    second.evaluate("name => { sessionStorage.campgridTab = name; }", name)
    second.goto(NEW)
    # So long the other window may be on its way to another page.
    second.wait_for_timeout(2_500)
    assert (second.evaluate("campgrid.windows.name()") == name, held_by(second)) == (False, 2)


def test_a_text_that_an_earlier_release_kept_is_found(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "Of an earlier release")
    earlier = """() => {
      const [name] = Object.keys(localStorage).filter((name) => name.startsWith('campgrid-draft:'));
      const { values, key, sent, person, isGuest, page } = JSON.parse(localStorage.getItem(name));
      localStorage.removeItem(name);
      localStorage.setItem(name.split(' ')[0], JSON.stringify({ values, key, sent, person, isGuest, page }));
    }"""
    page.evaluate(earlier)
    page.goto(NEW)
    expect(field_of(page)).to_have_value("Of an earlier release")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert drafts(page) == []


def press_offline(page) -> None:
    """Nothing went, and it is told."""
    page.context.set_offline(True)
    button_of(page).click()
    page.locator("#not-saved").wait_for()
    page.context.set_offline(False)


def type_offline(page, path: str, text: str) -> None:
    type_into(page, path, text)
    press_offline(page)


def is_shown(page, text: str) -> None:
    """The words, and no way that leads round and round; copied, deleted, and the deletion taken back."""
    kept = page.locator("#kept-words")
    expect(kept).to_contain_text(text)
    expect(kept).to_be_in_viewport(ratio=1)
    expect(page.locator("#not-saved a")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    kept.get_by_role("button", name="Copy").click()
    kept.get_by_role("button", name="Copied").wait_for()
    assert text in page.evaluate("navigator.clipboard.readText()")
    kept.get_by_role("button", name="Delete").click()
    expect(kept).to_be_hidden()
    assert drafts(page) == []
    page.locator(".told-bars").get_by_role("button", name="Undo").click()
    expect(kept).to_contain_text(text)
    assert len(drafts(page)) == 1
    kept.get_by_role("button", name="Delete").click()
    page.reload()
    page.wait_for_timeout(300)
    assert page.locator(".told-bars > :visible").count() == 0
    assert drafts(page) == []


def test_the_words_for_a_pitch_that_was_withdrawn_are_shown_where_its_form_was(open_page):
    """Reached by the bar on another page; typed with marks that would mean something in HTML."""
    page, organiser = open_page("host", CAMP, **PHONE), open_page("organiser", CAMP)
    pitch(page, "To be withdrawn")
    button_of(page).click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    address = page.url
    type_offline(page, f"{address}edit/", "Weasels <b>and</b> {stoats}")
    organiser.goto(f"{address}withdraw/")
    with organiser.expect_navigation():
        organiser.locator("main form[method=post] button").last.click()
    window = page.context.new_page()
    page.close()
    window.goto(f"/{CAMP}/")
    # Not sent: one need not wait whether an answer comes. Without a network the words are within reach, too.
    expect(window.locator("#not-saved")).to_contain_text("Not saved. Your text is kept here.", use_inner_text=True)
    window.context.set_offline(True)
    window.get_by_role("button", name="Show it").click()
    expect(window.locator("#kept-words")).to_contain_text("Weasels <b>and</b> {stoats}")
    expect(window.locator("#kept-words dt").first).to_contain_text("Title")
    window.get_by_role("button", name="Show it").click()
    expect(window.locator("#kept-words")).to_be_hidden()
    window.context.set_offline(False)
    window.locator("#not-saved a").click()
    window.wait_for_load_state()
    is_shown(window, "Weasels <b>and</b> {stoats}")


def test_the_words_for_notes_that_are_kept_no_more_are_shown_where_one_is_led(open_page):
    page, organiser = open_page("attendee", NIGHT, **PHONE), open_page("organiser", NIGHT)
    path = find(page, FORMS["notes/note_edit.html"])
    type_offline(page, path, "An hour of ferrets")
    organiser.goto(path.removesuffix("notes/"))
    rule = organiser.locator("#rule").input_value()

    def set_rule(value: str) -> None:
        organiser.locator("#rule").select_option(value)
        with organiser.expect_navigation():
            organiser.locator("#rule-of-the-room button").last.click()

    set_rule("none")
    page.goto(f"/{NIGHT}/")
    page.locator("#not-saved a").click()
    page.wait_for_load_state()
    assert not page.url.endswith("/notes/")
    is_shown(page, "An hour of ferrets")
    # Other tests write notes there.
    set_rule(rule)


def test_the_words_for_a_form_that_one_may_not_send_any_more_are_shown_though_they_were_never_sent(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    type_into(page, f"/{CAMP}/name/", "Olga of the far fields")
    page.route("**/name/", lambda route: route.continue_(url=route.request.url.replace("/name/", "/nothing/")))
    page.reload()
    is_shown(page, "Olga of the far fields")


def test_nobody_else_is_shown_the_words(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    type_offline(page, f"/{CAMP}/name/", "A secret of Olga's")
    # Signed out by a lost cookie.
    page.context.clear_cookies(name="sessionid")
    page.goto(f"/{CAMP}/nothing/")
    page.locator("#not-saved").wait_for()
    expect(page.get_by_role("button", name="Show it")).to_be_hidden()
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='attendee']").click()
    for path in (f"/{CAMP}/nothing/", f"/{CAMP}/"):
        page.goto(path)
        page.wait_for_timeout(300)
        assert page.locator(".told-bars > :visible").count() == 0
        assert "A secret" not in page.content()


def held_by(page) -> int:
    """How many forms its windows hold, once what is under way is done."""
    page.wait_for_timeout(300)
    # What listens for changes holds some, too.
    return page.evaluate(
        "navigator.locks.query().then(({ held }) => held.filter(({ name }) => !name.startsWith('campgrid-events')).length)"
    )


def test_a_page_that_back_brings_from_memory_holds_its_form_again(open_page):
    """A lock that is held would keep the browser from keeping the page; given back, it is taken again."""
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "Kept in memory")
    assert held_by(page) == 1
    page.goto(f"/{CAMP}/")
    assert held_by(page) == 0
    page.go_back()
    assert held_by(page) == 1
    assert text_of(page) == "Kept in memory"


#: as a browser does that keeps the page as it is (bfcache): what happens meanwhile, it does not hear
KEEP = """() => {
  const hear = (event) => event.stopImmediatePropagation();
  window.addEventListener("storage", hear, true);
  dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  window.comeBack = () => {
    window.removeEventListener("storage", hear, true);
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  };
}"""


def test_a_page_that_the_browser_keeps_leaves_its_form_to_others_until_it_is_back(open_page):
    page = open_page("organiser", CAMP)
    pitch(page, "Left in memory")
    page.evaluate(KEEP)
    assert held_by(page) == 0
    page.evaluate("comeBack()")
    assert held_by(page) == 1


def test_a_page_that_back_brings_from_memory_says_what_is_so_by_then(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "Saved meanwhile")
    press_offline(page)
    page.goto(f"/{CAMP}/grid/")
    page.get_by_role("button", name="Show it").click()
    page.evaluate(KEEP)
    assert "Saved meanwhile" not in page.content()
    other = page.context.new_page()
    other.goto(NEW)
    button_of(other).click()
    other.wait_for_url(re.compile(r"/pitches/\d+/$"))
    page.evaluate("comeBack()")
    page.wait_for_timeout(300)
    assert page.locator(".told-bars > :visible").count() == 0


@pytest.mark.parametrize("before", ["", "Typed the day before"])
def test_what_is_typed_before_the_script_came_is_kept_and_not_written_over(open_page, before):
    page = open_page("organiser", CAMP, **PHONE)
    if before:
        pitch(page, before)
        page.goto(f"/{CAMP}/")
    waits: list = []
    is_late = True
    # It may be asked for twice.
    page.route("**/js/drafts*.js", lambda route: waits.append(route) if is_late else route.continue_())
    page.goto(NEW, wait_until="commit")
    page.locator("form[data-draft] [name=title]").fill("Typed at once")
    page.wait_for_timeout(300)
    is_late = False
    for route in waits:
        route.continue_()
    page.wait_for_function("() => Object.values(localStorage).some((text) => text.includes('Typed at once'))")
    page.unroute("**/js/drafts*.js")
    assert text_of(page) == "Typed at once"
    window = page.context.new_page()
    page.close()
    for title in ("Typed at once", *([before] if before else [])):
        window.goto(NEW)
        expect(field_of(window)).to_have_value(title)
        button_of(window).click()
        window.wait_for_url(re.compile(r"/pitches/\d+/$"))
    assert drafts(window) == []


def test_back_shows_no_page_of_somebody_who_signed_out_unless_they_typed_on_it(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    typed = page.context.new_page()
    typed.goto(NEW)
    typed.locator("#id_title").fill("Typed, and not sent")
    refused = page.context.new_page()
    refused.goto(NEW)
    refused.get_by_text("More", exact=True).click()
    refused.locator("#id_about").fill("Without a title")
    button_of(refused).click()
    refused.locator(".summary").wait_for()
    page.goto(f"/{CAMP}/people/")
    for kept in (page, typed, refused):
        kept.evaluate(KEEP)
    other = page.context.new_page()
    other.goto("/accounts/logout/")
    other.locator("main form[method=post] button").first.click()
    other.wait_for_url("**/")
    for kept in (page, typed, refused):
        kept.evaluate("comeBack()")
    # Its form is empty; with it would stay who is in, and links by which one is an organiser.
    expect(page.locator("form[data-draft], code")).to_have_count(0)
    assert text_of(typed) == "Typed, and not sent"
    assert refused.locator("#id_about").input_value() == "Without a title"


def test_what_has_the_focus_is_seen_below_the_words(open_page):
    """WCAG 2.4.11: one goes back by keyboard through a long page."""
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "A long text")
    page.get_by_text("More", exact=True).click()
    page.locator("#id_about").fill("Ducks and geese. " * 100)
    press_offline(page)
    page.goto(f"/{CAMP}/pitches/")
    page.get_by_role("button", name="Show it").click()
    page.locator("main a[href]").last.focus()
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        top, end = page.evaluate(
            "[document.activeElement.getBoundingClientRect().top, "
            "document.querySelector('.told-bars').getBoundingClientRect().bottom]"
        )
        assert top >= end


def test_what_another_window_saved_is_not_said_to_be_not_saved(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    type_offline(page, NEW, "Saved in another window")
    page.goto(f"/{CAMP}/")
    page.locator("#not-saved").wait_for()
    window = page.context.new_page()
    window.goto(NEW)
    expect(field_of(window)).to_have_value("Saved in another window")
    button_of(window).click()
    window.wait_for_url(re.compile(r"/pitches/\d+/$"))
    expect(page.locator("#not-saved")).to_be_hidden()


def test_sent_from_the_form_and_then_from_the_page_of_the_lost_sign_in_it_is_one_pitch(open_page):
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "Sent from both windows")
    signed_in = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    button_of(page).click()
    page.get_by_role("button", name="Send it now").wait_for()
    page.context.add_cookies(signed_in)
    window = page.context.new_page()
    window.goto(NEW)
    expect(field_of(window)).to_have_value("Sent from both windows")
    button_of(window).click()
    window.wait_for_url(re.compile(r"/pitches/\d+/$"))
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_url(window.url)


@pytest.mark.parametrize(("sending", "left"), [("00000001", 0), ("00000002", 1)])
def test_what_one_window_was_told_is_known_to_the_other(open_page, sending, left):
    """Its text was written at the very moment at which the page came that said it is done."""
    page = open_page("organiser", CAMP, **PHONE)
    pitch(page, "Told to another")
    page.evaluate(
        """(sending) => {
          const name = Object.keys(localStorage).find((name) => name.startsWith("campgrid-draft:"));
          const draft = { ...JSON.parse(localStorage[name]), key: "a".repeat(36), sent: "a".repeat(36), sending };
          localStorage[name] = JSON.stringify(draft);
          localStorage["campgrid-done:" + "a".repeat(16) + "_00000001"] = Date.now();
        }""",
        sending,
    )
    page.goto(f"/{CAMP}/")
    expect(page.locator("#not-saved")).to_be_visible() if left else expect(page.locator("#not-saved")).to_be_hidden()
    assert len(drafts(page)) == left
