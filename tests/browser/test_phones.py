"""The day on a phone of 360 by 740: the board, one by one, a pitch in a moment."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .test_taps import BOARD, CAMP, all_sent, come_in, free_pitches, stored

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
ONE = f"{BOARD}one/"


@pytest.fixture
def phone(open_page):
    """The board as somebody sees it on a phone who just came."""

    def open_phone(**options) -> Page:
        page = open_page("", CAMP, **PHONE | options)
        come_in(page)
        return page

    return open_phone


def boxes(page: Page, what: str) -> list[list[float]]:
    return page.eval_on_selector_all(
        what, "all => all.map(e => { const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })"
    )


def test_the_first_card_is_on_the_first_screen_with_what_is_counted_and_the_filters_folded(phone):
    page = phone()
    [first, *_] = boxes(page, ".card.pitch")
    # The button that adds a pitch takes a line of its own where letters are wide.
    assert first[1] <= 250
    assert first[1] + first[3] <= 740
    expect(page.locator("#counted")).to_be_in_viewport(ratio=1)
    expect(page.locator("#id_q")).to_be_hidden()
    before = boxes(page, ".card.pitch")
    page.get_by_text("Filter", exact=True).click()
    expect(page.locator("#id_q")).to_be_visible()
    assert boxes(page, ".card.pitch") == before
    page.keyboard.press("Escape")
    expect(page.locator("#id_q")).to_be_hidden()


def test_no_state_moves_or_widens_anything(phone):
    page = phone()
    (pitch,) = free_pitches(page, 1)
    what = f"#pitch-card-{pitch}, #pitch-card-{pitch} button, #pitch-card-{pitch} h2"
    before = boxes(page, what)
    for name in ("interested", "must", "not", "not"):
        page.locator(f"#{name}-{pitch}").click()
        assert boxes(page, what) == before, name
    all_sent(page)
    page.context.set_offline(True)
    page.locator(f"#must-{pitch}").click()
    expect(page.locator(f"#interest-control-{pitch} .not-sent")).to_contain_text("Waiting to be sent")
    # That there is no network is told above the page, which stays where it is under the thumb.
    expect(page.locator("#offline")).to_be_in_viewport(ratio=1)
    # One scrolls by whole pixels.
    stood = [pytest.approx(box, abs=0.9) for box in before]
    assert boxes(page, what) == stood
    page.get_by_role("link", name="See what waits").wait_for()
    page.context.set_offline(False)
    all_sent(page)
    expect(page.locator("#offline")).to_be_hidden()
    assert boxes(page, what) == stood


def test_what_was_seen_is_nobody_elses(phone):
    """Of somebody who leaves the camp it goes from the device."""
    page = phone()
    page.context.set_offline(True)
    page.evaluate("scrollTo(0, 2000)")
    kept = "Object.keys(localStorage).filter((name) => name.startsWith('campgrid-seen:')).length"
    page.wait_for_function(f"() => {kept} === 1")
    page.context.set_offline(False)
    page.goto(f"/{CAMP}/leave/")
    assert page.evaluate(f"() => {kept}") == 1
    with page.expect_navigation():
        page.locator("main form[method=post] button").last.click()
    page.wait_for_function(f"() => {kept} === 0")


def test_after_back_what_is_counted_is_so(phone):
    page = phone()
    pitch, other = free_pitches(page, 2)
    page.locator(f"#must-{pitch}").click()
    all_sent(page)
    page.locator(f"#pitch-card-{other} h2 a").click()
    page.wait_for_url(f"**{BOARD}{other}/")
    page.locator(f"#must-{other}").click()
    all_sent(page)
    page.go_back()
    page.wait_for_url(f"**{BOARD}")
    expect(page.locator("#counted")).to_contain_text("1 of 3 musts left")
    expect(page.locator(f"#must-{other}")).to_have_attribute("aria-pressed", "true")


def test_what_is_pitched_meanwhile_is_told_over_the_board_and_moves_nothing(phone):
    page = phone()
    before = boxes(page, ".card.pitch")
    other = phone()
    other.goto(f"{BOARD}new/")
    other.locator("#id_title").fill("How to carry a duck pond")
    other.locator("main form[method=post] button:not([type=button])").last.click()
    other.get_by_role("heading", name="How to carry a duck pond").wait_for()
    news = page.get_by_role("link", name="1 new pitch")
    news.wait_for(timeout=30_000)
    assert boxes(page, ".card.pitch") == before
    expect(page.locator("#said")).to_contain_text("1 new pitch")
    news.click()
    expect(page.locator(".card.pitch").first).to_contain_text("How to carry a duck pond")


def test_one_of_three_is_pressed_and_a_must_is_a_filled_star(phone):
    page = phone()
    (pitch,) = free_pitches(page, 1)

    def pressed() -> list[str]:
        found = page.locator(f'#interest-control-{pitch} [aria-pressed="true"]')
        return found.evaluate_all("all => all.map(b => b.id.split('-')[0])")

    for name, now in [("not", ["not"]), ("interested", ["interested"]), ("must", ["must"])]:
        page.locator(f"#{name}-{pitch}").click()
        assert pressed() == now
    icon = page.locator(f"#must-{pitch} use:visible")
    assert icon.count() == 1
    assert icon.get_attribute("href").endswith("#star-full")
    expect(page.locator(f"#must-{pitch}")).to_have_text("Must", use_inner_text=True)
    page.locator(f"#must-{pitch}").click()
    assert pressed() == ["interested"]
    page.locator(f"#interested-{pitch}").click()
    assert pressed() == []
    all_sent(page)
    assert stored(page, pitch) == 0


def test_a_tap_is_seen_at_once_whatever_the_network(phone):
    page = phone()
    (pitch,) = free_pitches(page, 1)
    page.context.route("**/interest/", lambda route: None)
    for name in ("interested", "must", "not"):
        shown = page.locator(f"#{name}-{pitch}").evaluate("b => { b.click(); return b.getAttribute('aria-pressed'); }")
        assert shown == "true"


def test_musts_left_and_seen_follow_by_themselves(phone):
    page = phone()
    counted = page.locator("#counted")
    expect(counted).to_contain_text("3 of 3 musts left")
    # What is on the screen is seen; what is below it is not.
    expect(counted).to_contain_text(re.compile(r"^\s*[2-5] of \d+ seen"))
    pitches = free_pitches(page, 40)

    def seen_so_far() -> int:
        return int(re.search(r"(\d+) of", counted.inner_text())[1])

    seen = seen_so_far()
    page.locator(f"#interested-{pitches[30]}").scroll_into_view_if_needed()
    page.locator(f"#must-{pitches[30]}").click()
    expect(counted).to_contain_text("2 of 3 musts left")
    page.wait_for_function(
        "least => Number(document.querySelector('#counted strong').textContent.split(' ')[0]) > least", arg=seen
    )
    all_sent(page)
    with page.expect_response(re.compile("/pitches/seen/")):
        pass
    now = seen_so_far()
    page.reload()
    # By the server now; what is on the screen again was counted.
    assert int(counted.get_attribute("data-seen")) == now
    expect(counted).to_contain_text("2 of 3 musts left")


def test_what_is_sent_as_one_leaves_is_counted_once(phone):
    page = phone()
    counted = page.locator("#counted strong")
    expect(counted).to_contain_text(re.compile(r"^\s*[2-5] of \d+ seen"))
    board = page.url
    page.goto(board.replace("/pitches/", "/grid/"))
    page.wait_for_timeout(1500)
    page.goto(board)
    by_server = page.locator("#counted").get_attribute("data-seen")
    assert int(by_server) > 1
    page.wait_for_timeout(1500)
    expect(counted).to_contain_text(re.compile(rf"^\s*{by_server} of \d+ seen"))


def test_for_a_fourth_must_one_of_the_three_is_let_go(phone):
    page = phone()
    musts = free_pitches(page, 4)
    titles = [page.locator(f"#interest-control-{pitch}").get_attribute("data-title") for pitch in musts]
    for pitch in musts[:3]:
        page.locator(f"#must-{pitch}").click()
    all_sent(page)
    page.reload()
    page.context.set_offline(True)
    page.locator(f"#must-{musts[3]}").click()
    sheet = page.locator("#counted .sheet")
    expect(sheet).to_contain_text(f"All musts are given. Let one go for “{titles[3]}”:")
    expect(page.locator(f"#interested-{musts[3]}")).to_have_attribute("aria-pressed", "true")
    sheet.locator("li", has_text=titles[1]).get_by_role("button").click()
    expect(sheet).to_be_hidden()
    page.context.set_offline(False)
    all_sent(page)
    assert [stored(page, pitch) for pitch in musts] == [2, 1, 2, 2]
    expect(page.locator("#counted")).to_contain_text("0 of 3 musts left")


def test_the_sheet_of_musts_closes_as_menus_do(phone):
    page = phone()
    for pitch in free_pitches(page, 4):
        page.locator(f"#must-{pitch}").click()
    sheet = page.locator("#counted .sheet")
    # Each word of a button in one line.
    buttons = boxes(page, "#counted .sheet li:not([hidden]) button")
    assert len(buttons) == 3
    assert all(height < 60 for *_, height in buttons)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator("#counted summary").click()
    expect(sheet).to_be_visible()
    page.touchscreen.tap(20, 720)
    expect(sheet).to_be_hidden()


def test_what_sticks_to_the_screen_sticks_beside_what_is_told_there(phone):
    page = phone()
    (pitch,) = free_pitches(page, 1)
    page.evaluate("scrollTo(0, 900)")
    page.context.set_offline(True)
    page.locator(f"#interested-{pitch}").evaluate("button => button.click()")
    page.get_by_role("link", name="See what waits").wait_for()
    [[_, top, _, height]] = boxes(page, ".told-bars")
    expect(page.locator("#offline")).to_have_text("You are offline.", use_inner_text=True)
    assert boxes(page, "#counted")[0][1] == pytest.approx(top + height, abs=1)
    # As news that came before the network went.
    page.evaluate("document.getElementById('board-news').innerHTML = '<a class=button href=/>1 new pitch</a>'")
    [[_, over, _, tall]] = boxes(page, "#board-news > a")
    assert over + tall <= boxes(page, "#taps")[0][1]


# -- the grid ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 360, 1100])
def test_a_tap_on_the_grid_moves_nothing_and_covers_no_title(open_page, width):
    page = open_page("attendee", "bluelightcamp", viewport={"width": width, "height": 740})
    page.goto("/bluelightcamp/grid/")
    controls = page.locator(".grid [data-tap][data-level='0']")
    assert controls.count()
    what = ".grid .entry, .grid .on-card"
    before = boxes(page, what)
    page.context.set_offline(True)
    controls.locator("button").evaluate_all("all => all.forEach(button => button.click())")
    controls.locator(".not-sent").last.wait_for()
    assert [box[2:] for box in boxes(page, what)] == [pytest.approx(box[2:], abs=0.5) for box in before]
    covered = """all => all.filter((label) => {
      const card = label.closest(".entry");
      const [mine, title] = [label, card.querySelector("a")].map((node) => node.getBoundingClientRect());
      return mine.top < title.bottom - 1 || mine.left < card.getBoundingClientRect().left;
    }).length"""
    assert page.eval_on_selector_all(".grid .not-sent", covered) == 0


def test_a_must_that_the_grid_does_not_know_yet_shows_there_and_is_not_taken_back_by_a_slip(open_page):
    page = open_page("attendee", "bluelightcamp", **PHONE)
    page.goto("/bluelightcamp/grid/")
    control = page.locator(".grid [data-tap][data-level='0']").first
    pitch = control.get_attribute("data-tap")
    button = control.get_by_role("button")
    page.context.set_offline(True)
    button.click()
    # As if it was tapped on the board.
    page.evaluate("""() => {
      const name = Object.keys(localStorage).find((one) => one.startsWith("campgrid-tap:wish:"));
      localStorage.setItem(name, JSON.stringify({...JSON.parse(localStorage.getItem(name)), level: 2}));
      dispatchEvent(new Event("offline"));
    }""")
    expect(page.locator(f"[data-tap='{pitch}'][data-now='2']").first).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert control.get_attribute("data-now") == "2"


# -- what is long ------------------------------------------------------------------------------------------


def test_titles_are_never_cut_off_and_the_whole_card_leads_on(phone):
    page = phone()
    cut = page.eval_on_selector_all(
        ".card.pitch h2 a",
        "all => all.filter(a => a.scrollHeight > a.clientHeight || a.scrollWidth > a.clientWidth).length",
    )
    assert cut == 0
    card = page.locator(".card.pitch").first
    address = card.locator("h2 a").get_attribute("href")
    box = card.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + 8)
    page.wait_for_url(f"**{address}")


# -- one by one --------------------------------------------------------------------------------------------


def test_one_by_one_by_thumb_without_a_network(phone):
    page = phone()
    page.get_by_role("link", name="One by one").click()
    page.wait_for_url(f"**{ONE}")
    places: set[float] = set()
    # The access point is there, and nothing comes through.
    page.context.route("**/*", lambda route: None)
    for name in ("interested", "must", "not", "interested"):
        one = page.locator(".one:visible")
        pitch = one.locator("[data-tap]").get_attribute("data-tap")
        button = page.locator(f"#{name}-{pitch}")
        box = button.bounding_box()
        places |= {box["y"]}
        assert box["height"] >= 84
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        expect(page.locator(f"#interest-control-{pitch}")).to_be_hidden()
    # At the same height for each pitch, however long it is.
    assert len(places) == 1
    page.get_by_role("link", name="Back one").click()
    expect(page.locator(f"#interested-{pitch}")).to_have_attribute("aria-pressed", "true")
    page.context.unroute("**/*")
    all_sent(page)
    assert stored(page, pitch) == 1


def test_one_by_one_by_keyboard(phone):
    page = phone()
    page.goto(ONE)

    def here() -> str:
        return page.locator(".one:visible [data-tap]").get_attribute("data-tap")

    first = here()
    page.keyboard.press("2")
    expect(page.locator(f"#interest-control-{first}")).to_be_hidden()
    second = here()
    page.keyboard.press("ArrowRight")
    assert here() != second
    page.keyboard.press("ArrowLeft")
    assert here() == second
    page.keyboard.press("3")
    expect(page.locator(f"#interest-control-{second}")).to_be_hidden()
    third = here()
    page.keyboard.press("1")
    expect(page.locator(f"#interest-control-{third}")).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == f"not-{here()}"
    all_sent(page)
    assert (stored(page, first), stored(page, second)) == (1, 2)
    page.goto(BOARD)
    assert page.locator(f"#not-{third}").count() == 0


def test_one_by_one_without_scripts(phone):
    page = phone(java_script_enabled=False)
    page.goto(ONE)
    seen = []
    for name in ("Interested", "Must", "Not for me", "Later"):
        assert page.locator(".one:visible").count() == 1
        seen.append(page.locator(".one:visible [data-tap]").get_attribute("data-tap"))
        page.get_by_role("button", name=name).locator("visible=true").click()
    assert len(set(seen)) == 4
    page.get_by_role("link", name="Back one").click()
    assert page.locator(".one:visible [data-tap]").get_attribute("data-tap") == seen[3]
    assert (stored(page, seen[0]), stored(page, seen[1]), stored(page, seen[2])) == (1, 2, -1)


# -- a pitch in a moment -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_title_topic_and_the_button_are_on_the_first_screen(phone, scripts):
    page = phone(java_script_enabled=scripts)
    page.get_by_role("link", name="Pitch", exact=True).click()
    for seen in (page.get_by_label("Title"), page.get_by_label("Topic"), page.get_by_role("button", name="Pitch it")):
        expect(seen).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("What it is about")).to_be_hidden()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("What it is about").fill("Three of us")
    page.get_by_label("Co-hosts").fill("Nobody at all")
    page.get_by_label("Title").fill("Bins, again")
    page.get_by_role("button", name="Pitch it").click()
    # What is wrong is not folded away.
    expect(page.get_by_label("Co-hosts")).to_be_visible()
    page.get_by_label("Co-hosts").fill("")
    page.get_by_role("button", name="Pitch it").click()
    page.wait_for_url(re.compile(r"/pitches/\d+/"))
    expect(page.locator("main")).to_contain_text("Three of us")


def test_a_text_that_was_left_under_more_is_found_again(phone):
    page = phone()
    page.goto(f"{BOARD}new/")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("What it is about").fill("Half a thought")
    page.wait_for_timeout(600)
    page.goto(BOARD)
    page.goto(f"{BOARD}new/")
    expect(page.get_by_label("What it is about")).to_be_visible()
    expect(page.get_by_label("What it is about")).to_have_value("Half a thought")
