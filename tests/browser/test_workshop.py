"""The workshop: the board fits, stays and says what it is; a session is moved by mouse, touch and keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .test_journey import submit
from .test_wcag import MEASURE

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
BOX = """(selector) => { const box = document.querySelector(selector).getBoundingClientRect();
    return Object.fromEntries(["left", "top", "right", "bottom", "width", "height"].map((side) => [side, Math.round(box[side])])); }"""


def box(page: Page, selector: str) -> dict[str, int]:
    return page.evaluate(BOX, selector)


def opened(open_page, path: str, size: dict, **options) -> Page:
    page = open_page("organiser", viewport=size, **options)
    page.goto(path)
    return page


def test_every_room_of_a_camp_of_eight_and_the_grid_first(open_page):
    page = opened(open_page, "/govcamp-2027/draft/", DESK)
    assert box(page, ".board-box")["top"] <= 160
    inner = page.evaluate(
        "() => { const b = document.querySelector('.board-box'); return [b.scrollWidth, b.clientWidth]; }"
    )
    assert inner[0] <= inner[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    last = page.locator(".board thead th[scope=col]").last.bounding_box()
    assert last["x"] + last["width"] <= box(page, ".tray")["left"]


@pytest.mark.parametrize(
    ("size", "most", "first"), [(DESK, 160, ".board-box"), (PHONE, 220, ".map")], ids=["desk", "phone"]
)
def test_while_figures_are_counted_the_grid_stays_where_it_is(open_page, size, most, first):
    page = opened(open_page, "/govcamp-2027/draft/", size)
    at = box(page, first)["top"]
    page.evaluate(
        """() => {
            const line = document.querySelector('.line-of-figures');
            line.querySelectorAll(':scope > .soft').forEach((age) => age.remove());
            const age = document.createElement('p');
            age.className = 'soft';
            age.textContent = 'Figures of 10:51; being counted again.';
            line.querySelector('ul').after(age);
        }"""
    )
    assert box(page, first)["top"] == at <= most


def test_twelve_rooms_stand_side_by_side_at_1280(open_page, camp_of_twelve):
    page = opened(open_page, f"/{camp_of_twelve}/draft/", DESK)
    heads = page.locator(".board thead th[scope=col]")
    assert heads.count() == 13
    sizes = page.evaluate(
        "() => (({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(document.querySelector('.board-box'))"
    )
    assert sizes[0] <= sizes[1]
    last = heads.last.bounding_box()
    assert last["x"] + last["width"] <= 1280


#: what one card may hold at its widest, in every card at once: a build lays other sessions there each time
WIDEST = """() => document.querySelectorAll('.board .entry').forEach((card) => {
    const people = card.querySelector('.people');
    if (people) { people.classList.add('over'); people.childNodes[0].data = 'up to 1240 '; }
    card.querySelector('.band > span').textContent = 'Kraftfahrzeughaftpflicht';
    card.querySelector('.hosts').textContent = 'Wilhelmina-Alexandra, Rosa Featherstonehaugh';
})"""


@pytest.mark.parametrize("width", [320, 900, 1280])
@pytest.mark.parametrize("way", ["spread", "enlarge", "normal"])
def test_nothing_on_a_card_is_cut_whatever_stands_on_it(open_page, width, way):
    page = opened(open_page, "/localgovcamp/draft/", {"width": width, "height": 800})
    page.evaluate(MEASURE)
    page.evaluate(WIDEST)
    page.evaluate(f"measure.{way}()")
    assert page.evaluate("measure.cut()") == []


@pytest.mark.parametrize("dark", [False, True])
def test_both_heads_stay_while_it_scrolls_both_ways(open_page, wide_camp, dark):
    page = opened(
        open_page, f"/{wide_camp}/draft/", {"width": 1000, "height": 500}, color_scheme="dark" if dark else "light"
    )
    before = [box(page, ".board thead tr:last-child th:last-child"), box(page, ".board tbody tr:last-child th")]
    page.evaluate("() => document.querySelector('.board-box').scrollTo(400, 150)")
    page.wait_for_timeout(100)
    after = [box(page, ".board thead tr:last-child th:last-child"), box(page, ".board tbody tr:last-child th")]
    assert page.evaluate("document.querySelector('.board-box').scrollLeft") == 400
    # Up to the gap between cells.
    assert abs(after[0]["top"] - before[0]["top"]) <= 4
    assert abs(after[1]["left"] - before[1]["left"]) <= 4
    assert after[0]["left"] == before[0]["left"] - 400


def test_on_a_phone_the_map_is_first_and_leads_to_the_cards(open_page):
    page = opened(open_page, "/localgovcamp/draft/", PHONE)
    assert box(page, ".map")["top"] <= 220
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tile = page.locator(".map td > a[href^='#entry']").last
    target = tile.get_attribute("href")
    tile.click()
    page.wait_for_timeout(300)
    card = box(page, target)
    assert card["top"] >= 0
    assert card["bottom"] <= box(page, ".dock")["top"]
    sizes = page.evaluate("[...document.querySelectorAll('.map td > a')].map((a) => [a.offsetWidth, a.offsetHeight])")
    assert min(width for width, _height in sizes) >= 24
    assert min(height for _width, height in sizes) >= 30


@pytest.mark.parametrize("path", ["draft/", "grid/"])
def test_the_page_is_as_wide_as_the_window_however_many_rooms_there_are(open_page, wide_camp, path):
    """What is only heard is taken out of the flow: of the box that scrolls, not of the page."""
    page = opened(open_page, f"/{wide_camp}/{path}", DESK)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize(("size", "most"), [(DESK, 160), (PHONE, 220)], ids=["desk", "phone"])
def test_the_published_grid_comes_first(open_page, size, most):
    """Where no line of what is next stands above it."""
    page = open_page("", viewport=size)
    page.goto("/localgovcamp/grid/")
    assert page.evaluate("document.querySelector('#published-grid > div').getBoundingClientRect().top") <= most


def test_no_tile_is_too_narrow_for_a_finger_however_many_rooms_there_are(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", PHONE)
    sizes = page.evaluate("[...document.querySelectorAll('.map td > a')].map((a) => [a.offsetWidth, a.offsetHeight])")
    assert min(width for width, _height in sizes) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_free_place_takes_what_waits_and_what_is_typed(open_page, wide_camp, size):
    page = opened(open_page, f"/{wide_camp}/draft/", size)
    page.locator(".board a.free").nth(3).click()
    page.get_by_role("button", name=re.compile("^Herons")).click()
    expect(page.locator(".entry:target a")).to_have_text("Herons")
    page.locator(".board a.free").nth(5).click()
    page.get_by_label("Title").fill("Written in")
    page.get_by_label("Title").press("Enter")
    expect(page.locator(".entry:target a")).to_have_text("Written in")


#: set on a page, and gone with it
#: a second press within these milliseconds is taken for the first
GRACE = 650
MARK, IS_MARKED = "window.isStill = true", "window.isStill === true"


def grace(page: Page) -> None:
    """Something is in hand, and was looked at for as long as nobody presses twice by mistake."""
    expect(page.locator("#place")).to_be_attached()
    page.wait_for_timeout(GRACE)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_session_is_moved_in_two_presses_without_scripts(open_page, wide_camp, size):
    page = opened(open_page, f"/{wide_camp}/draft/", size, scripts=False)
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.get_by_role("heading", level=1, name="Ducks")).to_be_visible()
    page.locator("table.board button[name=cell]").nth(5).click()
    expect(page.locator(".entry:target a")).to_have_text("Ducks")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_session_is_moved_in_two_presses_and_the_page_stays(open_page, wide_camp, size):
    page = opened(open_page, f"/{wide_camp}/draft/", size)
    page.evaluate(MARK)
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.get_by_role("heading", level=1, name="Ducks")).to_be_visible()
    grace(page)
    expect(page.locator("#said")).to_contain_text("You hold “Ducks”. Its best place: ")
    page.locator("table.board button[name=cell]").nth(5).click()
    expect(page.locator(".entry[data-touched] a")).to_have_text("Ducks")
    expect(page.locator("#said")).to_contain_text("“Ducks” is here now: ")
    expect(page.locator(".entry[data-touched] a")).to_be_focused()
    expect(page.locator(".entry[data-touched]")).to_be_in_viewport()
    assert page.url.endswith("/draft/")
    page.locator(".told").get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("Barn")
    assert page.evaluate(IS_MARKED)


def test_neither_rows_nor_columns_move_when_a_session_is_lifted(open_page):
    page = opened(open_page, "/localgovcamp/draft/", DESK)

    def places() -> list[list[int]]:
        return page.evaluate(
            """() => [...document.querySelectorAll('.board thead th')].map((head) => head.getBoundingClientRect())
                .map((box) => [box.left, box.width, box.top].map(Math.round))"""
        )

    before = places()
    page.locator(".entry a").first.click()
    expect(page.locator(".board .best").first).to_be_visible()
    apart = [abs(one - other) for a, b in zip(before, places(), strict=True) for one, other in zip(a, b, strict=True)]
    assert max(apart) <= 3


def test_the_box_stays_where_it_was_scrolled_to(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", {"width": 1000, "height": 500})
    page.evaluate("document.querySelector('.board-box').scrollTo(300, 40)")
    # A click would scroll to what is out of view.
    page.locator(".entry a", has_text="Swans").scroll_into_view_if_needed()
    places = """() => ['thead th:nth-child(5)', 'tbody tr[id^=slot-]'].map((part) =>
        document.querySelector(`.board ${part}`).getBoundingClientRect()).map(({left, top}) => [left, top].map(Math.round))"""
    before = page.evaluate(places)
    page.locator(".entry a", has_text="Swans").click()
    expect(page.locator(".board .price.here")).to_be_visible()
    after = page.evaluate(places)
    assert after[0][0] == before[0][0]
    assert abs(after[1][1] - before[1][1]) <= 3
    page.keyboard.press("Escape")
    expect(page.locator(".entry a", has_text="Swans")).to_be_focused()
    after = page.evaluate(places)
    assert after[0][0] == before[0][0]
    assert abs(after[1][1] - before[1][1]) <= 3


def test_by_keyboard_alone(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.evaluate(MARK)
    page.locator(".entry a", has_text="Ducks").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Geese"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".board .best").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".entry a", has_text="Ducks")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".board .best").first).to_be_focused()
    grace(page)
    page.keyboard.press("ArrowDown")
    slot = page.evaluate("document.activeElement.value").partition("-")[0]
    page.keyboard.press("Enter")
    expect(page.locator(f"#slot-{slot} .entry[data-touched] a")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#said")).to_contain_text("Barn")
    assert page.evaluate(IS_MARKED)


def test_a_chain_of_two_goes_on_where_the_board_stands(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.evaluate(MARK)
    page.locator(".entry a", has_text="Ducks").click()
    grace(page)
    page.locator(".board a.way-on", has_text="Geese").click()
    expect(page.get_by_role("heading", level=1, name="Geese")).to_be_visible()
    expect(page.locator(".held")).to_contain_text("Where does “Geese” go?")
    grace(page)
    page.locator("table.board button[name=cell]").nth(4).click()
    expect(page.locator(".told")).to_contain_text("“Ducks” is here now: Loft")
    expect(page.locator(".entry[data-touched]")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(page.locator(".told")).not_to_contain_text("is here now: Loft")
    assert page.evaluate(IS_MARKED)


def pulled(page: Page, card, place, *, sees_prices: bool = False) -> None:
    """With the mouse, and let go; `sees_prices`: only once they are there."""
    start, end = card.bounding_box(), place.bounding_box()
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 30)
    page.mouse.move(end["x"] + 20, end["y"] + 20, steps=4)
    expect(page.locator(".ghost")).to_be_visible()
    if sees_prices:
        expect(page.locator(".board .price.here")).to_be_visible()
    page.mouse.up()


def test_a_card_is_pulled_with_the_mouse(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.evaluate(MARK)
    place = page.locator(".board a.free").nth(2)
    slot = place.evaluate("a => a.closest('tr').id")
    pulled(page, page.locator(".entry", has_text="Ducks"), place)
    expect(page.locator(f"#{slot} .entry[data-touched] a")).to_have_text("Ducks")
    # Let go beside the board it is in hand still, and nothing moved.
    pulled(page, page.locator(".entry", has_text="Ducks"), page.locator(".workbar h1"))
    expect(page.locator(".board .price.here")).to_be_visible()
    expect(page.locator(".ghost")).to_have_count(0)
    assert page.evaluate(IS_MARKED)


def delayed(page: Page, seconds: float) -> None:
    """Pages of places come that much later."""
    page.evaluate(
        """(later) => { const ask = window.fetch; window.fetch = async (...all) => {
            const answer = await ask(...all);
            await new Promise((done) => setTimeout(done, later));
            return answer; }; }""",
        seconds * 1000,
    )


def test_let_go_before_the_prices_are_there_it_goes_where_it_was_let_go(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    delayed(page, 1)
    place = page.locator("tr[id^=slot-]", has=page.locator("a.free")).nth(3).locator("a.free").first
    slot = place.evaluate("a => a.closest('tr').id")
    pulled(page, page.locator(".entry", has_text="Ducks"), place)
    expect(page.locator(f"#{slot} .entry[data-touched] a")).to_have_text("Ducks")


def test_pulled_to_a_place_that_somebody_took_meanwhile_it_stays_in_hand(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    # It does not ask: what somebody else did has not come in yet.
    page.route(re.compile(r"/draft/\?|/events/"), lambda route: route.abort())
    place = page.locator(".board a.free").nth(2)
    where = place.get_attribute("href")
    # Somebody else puts Herons there, and this page has not asked since.
    other = opened(open_page, where, DESK)
    other.get_by_role("button", name=re.compile("^Herons")).click()
    expect(other.locator(".entry[data-touched]")).to_have_count(1)
    # They have just come, however long that takes here: no clock goes on.
    page.evaluate("() => { performance.now = () => 0; }")
    stale = page.locator(f".board a.free[href='{where}']")
    pulled(page, page.locator(".entry", has_text="Ducks"), stale, sees_prices=True)
    expect(page.locator(".ghost")).to_have_count(0)
    expect(page.locator(".board .price.here")).to_be_visible()
    # What was done in the other window is told in this one, too; nothing of what was pulled.
    assert "“Ducks”" not in "".join(page.locator(".told").all_inner_texts())


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_a_second_press_is_none(open_page, wide_camp, way):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    card = page.locator(".entry a", has_text="Ducks")
    spot = card.bounding_box()
    for _press in range(2):
        if way == "mouse":
            page.mouse.click(spot["x"] + 8, spot["y"] + 8)
        else:
            page.evaluate("document.activeElement.closest('.board') || document.querySelector('.entry a').focus()")
            page.keyboard.press("Enter")
        page.wait_for_timeout(250)
    expect(page.locator(".board .price.here")).to_be_visible()
    expect(page.locator(".told")).to_have_count(0)


def test_what_is_in_hand_stays_under_the_hand(open_page):
    page = opened(open_page, "/localgovcamp/draft/", {"width": 1280, "height": 500})
    page.evaluate("document.querySelector('.board-box').scrollTop = 250")
    card = page.locator(".entry a").nth(9)
    card.scroll_into_view_if_needed()
    row = card.evaluate("a => a.closest('tr').id")
    before = page.locator(f"#{row}").bounding_box()["y"]
    card.click()
    expect(page.locator(".board .price.here")).to_be_visible()
    assert abs(page.locator(f"#{row}").bounding_box()["y"] - before) <= 3


def test_escape_leads_back_from_a_page_that_was_loaded(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    address = page.locator(".entry a", has_text="Ducks").get_attribute("href")
    page.goto(address)
    page.evaluate(MARK)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1, name="Build the grid")).to_be_visible()
    expect(page.locator(".entry a", has_text="Ducks")).to_be_focused()
    assert page.url.endswith("/draft/")
    assert page.evaluate(IS_MARKED)


@pytest.mark.parametrize("part", ["#place .place-cells button", "table.map button[name=cell]"])
def test_on_a_phone_the_best_and_the_map_put_it_there_before_the_answer_comes(open_page, wide_camp, part):
    page = opened(open_page, f"/{wide_camp}/draft/", PHONE)
    held = []
    page.route("**/place/**", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.locator(".entry a", has_text="Ducks").click()
    grace(page)
    button = page.locator(part).first
    name = button.get_attribute("data-place")
    cell = page.locator(f"#{name}").evaluate_handle("(node) => node.closest('td')")
    button.click()
    assert cell.evaluate("(td) => td.textContent") == "Ducks"
    expect(page.locator(f"{part}.landed")).to_have_count(1)
    held[0].continue_()
    expect(page.locator(".entry[data-touched] a")).to_have_text("Ducks")
    expect(page.locator(".entry[data-touched] a")).to_be_in_viewport()


def test_escape_ends_whatever_is_on_its_way(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    delayed(page, 0.7)
    page.locator(".entry a", has_text="Ducks").click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(1200)
    expect(page.get_by_role("heading", level=1, name="Build the grid")).to_be_visible()
    card = page.locator(".entry", has_text="Geese").bounding_box()
    page.mouse.move(card["x"] + 20, card["y"] + 20)
    page.mouse.down()
    page.mouse.move(card["x"] + 60, card["y"] + 60)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_timeout(1200)
    expect(page.locator(".ghost")).to_have_count(0)
    expect(page.get_by_role("heading", level=1, name="Build the grid")).to_be_visible()
    # And the next press is one.
    page.locator(".entry a", has_text="Geese").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Geese")).to_be_visible()


def test_back_puts_it_down_and_what_was_put_somewhere_leaves_no_step_behind(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/grid/", DESK)
    page.goto(f"/{wide_camp}/draft/?topic=")
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.get_by_role("heading", level=1, name="Ducks")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Build the grid")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('#main') !== null")
    page.locator(".entry a", has_text="Ducks").click()
    grace(page)
    page.locator("table.board button[name=cell]").nth(5).click()
    expect(page.locator(".entry[data-touched] a")).to_have_text("Ducks")
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Grid", exact=True)).to_be_visible()


def test_who_pins_a_room_lets_go_of_it_by_the_same_button(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    button = page.get_by_role("button", name="Pin all of Barn")
    button.focus()
    for pressed in ("true", "false"):
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", pressed)
        expect(button).to_be_focused()


@pytest.mark.parametrize("way", ["keys", "link"])
def test_without_a_network_what_is_in_hand_stays_in_hand(open_page, wide_camp, way):
    page = opened(open_page, f"/{wide_camp}/draft/?topic=", DESK)
    page.locator(".entry a", has_text="Ducks").click()
    grace(page)
    held = page.url
    page.context.set_offline(True)
    back = page.get_by_role("link", name="Back to the grid")
    page.keyboard.press("Escape") if way == "keys" else back.click()
    expect(page.locator("#no-answer")).to_be_focused()
    expect(page.locator("#no-answer").get_by_text("may be done")).to_be_hidden()
    assert page.url == held
    page.context.set_offline(False)
    expect(page.locator("#no-answer")).to_be_hidden()
    back.click()
    expect(page.locator(".entry a", has_text="Ducks")).to_be_focused()
    # That of one topic, if it was.
    expect(page).to_have_url(re.compile(r"/draft/\?topic=$"))
    page.go_back()
    expect(page.locator(".board")).to_have_count(0)


def test_without_a_network_the_board_stands_and_says_that_nothing_came(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.evaluate(MARK)
    page.context.set_offline(True)
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.locator("#no-answer")).to_be_focused()
    page.locator(".board thead .pins").first.click()
    expect(page.locator("#no-answer")).to_be_focused()
    assert page.evaluate(IS_MARKED)
    page.context.set_offline(False)
    page.locator(".board thead .pins").first.click()
    expect(page.locator(".told")).to_contain_text("pinned")
    assert page.evaluate(IS_MARKED)


def test_what_is_put_there_is_seen_before_the_answer_comes(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    held = []
    page.route("**/place/**", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.locator(".entry a", has_text="Ducks").click()
    target = page.locator("table.board button[name=cell]").nth(5)
    where = "(node) => [node.closest('tr').rowIndex, node.closest('td').cellIndex]"
    place = target.evaluate(where)
    grace(page)
    target.click()
    # No answer can be there: it is held.
    landed = page.locator(".board .landed")
    expect(landed).to_have_text("Ducks")
    assert landed.evaluate(where) == place
    expect(page.locator(".board .price.here")).to_have_count(0)
    held[0].continue_()
    card = page.locator(".entry[data-touched]")
    expect(card.locator("a")).to_have_text("Ducks")
    assert card.evaluate(where) == place


def test_without_an_answer_it_stands_where_it_stood_and_the_same_press_moves_it_once(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.evaluate(MARK)
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.locator(".board .best").first).to_be_visible()
    # It gets there, and its answer does not get back.
    page.route("**/place/**", lambda route: (route.fetch(max_redirects=0), route.abort()), times=1)
    grace(page)
    page.locator("table.board button[name=cell]").nth(5).click()
    expect(page.locator("#no-answer")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("No answer came.")
    expect(page.locator(".board .price.here")).to_be_visible()
    grace(page)
    page.locator("table.board button[name=cell]").nth(5).click()
    expect(page.locator(".entry[data-touched] a")).to_have_text("Ducks")
    assert page.evaluate(IS_MARKED)
    page.goto(f"/{wide_camp}/draft/history/")
    expect(page.get_by_role("listitem").filter(has_text="Ducks")).to_have_count(2)


def test_signed_out_meanwhile_one_signs_in_as_after_any_form(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.locator(".board .best").first).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    grace(page)
    page.locator("table.board button[name=cell]").nth(5).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Ducks")
    expect(page.locator(".board")).to_have_count(0)


def test_a_page_of_another_release_is_loaded(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.evaluate(MARK)

    def renamed(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("/css/workshop.", "/css/workshop.newer."))

    page.route("**/place/**", renamed, times=1)
    page.locator(".entry a", has_text="Ducks").click()
    expect(page.get_by_role("heading", level=1, name="Ducks")).to_be_visible()
    assert not page.evaluate(IS_MARKED)


def test_swapped_where_nothing_is_free(open_page):
    page = opened(open_page, "/localgovcamp/draft/", DESK)
    page.locator(".entry a").first.click()
    expect(page.locator(".board .best").first).to_be_visible()
    assert page.locator(".board .best").count() == 3
    swap = page.locator("table.board button[name=swap]").first
    other = re.search("“(.*?)”", swap.inner_text().replace("\u00ad", "").replace("\n", " "))[1]
    grace(page)
    swap.click()
    expect(page.locator(".told")).to_contain_text("changed places.")
    expect(page.locator(".told")).to_contain_text(other)


def test_what_is_copied_has_its_words_whole(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    page.locator(".board a.free").first.click()
    page.get_by_label("Title").fill("Homelessness")
    submit(page, "Put it there")
    link = page.locator(".entry:target a")
    assert "\u00ad" in link.evaluate("a => a.textContent")
    copied = link.evaluate(
        """a => { getSelection().selectAllChildren(a); const data = new DataTransfer();
            document.dispatchEvent(new ClipboardEvent('copy', {clipboardData: data, bubbles: true, cancelable: true}));
            return data.getData('text/plain'); }"""
    )
    assert copied == "Homelessness"


def test_what_waits_opens_where_many_rooms_leave_no_place_for_it(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    expect(page.locator("#tray")).to_be_hidden()
    expect(page.locator(".shelf").get_by_role("link", name="Herons")).to_be_visible()
    page.locator(".figures a[href='#waiting']").click()
    expect(page.locator("#tray li", has_text="Herons")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#tray")).to_be_hidden()
    page.locator(".shelf button").click()
    expect(page.locator("#tray")).to_be_visible()


def test_on_a_phone_what_waits_lies_open_however_many_rooms_there_are(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", PHONE)
    page.locator(".figures a[href='#waiting']").click()
    page.wait_for_timeout(300)
    assert not page.locator("#tray").evaluate("tray => tray.matches(':popover-open')")
    expect(page.locator("#tray li", has_text="Herons")).to_be_visible()
    page.goto(f"/{wide_camp}/draft/#%E0%A4%A")
    expect(page.locator(".board .entry").first).to_be_visible()


class Hand:
    """Counts what somebody presses; a title that is typed is none."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, part, key: str = "") -> None:
        part.wait_for()
        # As long as nobody presses by mistake.
        self.page.wait_for_timeout(GRACE)
        self.presses += 1
        part.press(key) if key else part.click()


#: presses that docs/adr/0018 tells of: as the draft is, and while each change goes out by itself
PRESSES = {"place": 2, "swap": 2, "another day": 2, "late": 2, "cancel and tell": 4, "cancel and tell, live": 2}


def test_so_few_presses_each_thing_takes(open_page, camp_of_two_days):
    page = opened(open_page, f"/{camp_of_two_days}/draft/", DESK)
    found = {}

    def card(title: str):
        return page.locator(".board .entry a", has_text=title)

    def done(name: str, hand: Hand, sentence: str) -> None:
        expect(page.locator(".told")).to_contain_text(sentence)
        found[name] = hand.presses

    hand = Hand(page)
    hand.press(page.locator(".shelf a", has_text="Herons"))
    hand.press(page.locator(".board .best").first)
    done("place", hand, "“Herons” is here now")
    hand = Hand(page)
    hand.press(card("Ducks"))
    hand.press(page.locator("table.board button[name=swap]", has_text="Geese"))
    done("swap", hand, "“Ducks” and “Geese” changed places.")
    hand = Hand(page)
    hand.press(card("Swans"))
    hand.press(page.locator("table.board button[name=cell]").last)
    done("another day", hand, "“Swans” is here now")
    expect(page.locator(".told")).to_contain_text("2 Mar")
    hand = Hand(page)
    hand.press(page.locator(".board a.free").first)
    page.get_by_label("Title").fill("Late one")
    hand.press(page.get_by_label("Title"), "Enter")
    done("late", hand, "“Late one” is on the board and on the draft.")
    hand = Hand(page)
    hand.press(card("Late one"))
    hand.press(page.get_by_role("button", name="Take it off the grid"))
    hand.press(page.get_by_role("link", name="Publish the grid"))
    page.get_by_label("Live from now on").check()
    hand.press(page.locator("form.decide button:not([type=button])").last)
    done("cancel and tell", hand, "is published")
    page.goto(f"/{camp_of_two_days}/draft/")
    hand = Hand(page)
    hand.press(card("Ducks"))
    hand.press(page.get_by_role("button", name="Take it off the grid"))
    done("cancel and tell, live", hand, "It is out: version")
    assert found == PRESSES


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_session_is_renamed_where_it_is_in_hand(open_page, wide_camp, size):
    page = opened(open_page, f"/{wide_camp}/draft/", size)
    page.locator(".entry a", has_text="Ducks").first.click()
    grace(page)
    top = page.locator(".board").bounding_box()["y"]
    page.get_by_text("Rename, split").click()
    # What is opened lies over the board.
    assert page.locator(".board").bounding_box()["y"] == top
    field = page.get_by_label("Title")
    box = field.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    field.fill("Ducks and geese")
    field.press("Enter")
    expect(page.get_by_text("“Ducks” is called “Ducks and geese” now.")).to_be_visible()
    expect(page.locator(".entry a", has_text="Ducks and geese").first).to_be_in_viewport()


def test_without_scripts_a_session_is_split(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", DESK, scripts=False)
    page.locator(".entry a", has_text="Ducks").first.click()
    page.get_by_text("Rename, split").click()
    page.get_by_role("link", name="Split it in two").click()
    page.get_by_label("What is the second one called?").fill("Ducklings")
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_text("“Ducklings” is split off from “Ducks”, and waits for a place.")).to_be_visible()


@pytest.mark.parametrize("name", ["Build the grid", "Publish the grid"])
def test_what_is_pressed_without_a_network_is_said_to_be_not_sent_till_it_is(open_page, wide_camp, name):
    """Also when the connection is back: who looked away knows that nothing was done."""
    where = "draft/" if name == "Build the grid" else "draft/publish/"
    page = opened(open_page, f"/{wide_camp}/{where}", PHONE)
    button = page.locator(
        "main form button:not([type=button])", has_text=re.compile("Build the grid|Publish version|Save")
    ).first
    bar = page.locator("#offline")
    page.context.set_offline(True)
    button.click()
    expect(bar).to_contain_text("You are offline.")
    expect(bar.get_by_text("What you pressed was not sent.")).to_be_visible()
    page.context.set_offline(False)
    expect(bar.get_by_text("You are offline.")).to_be_hidden()
    expect(bar.get_by_text("What you pressed was not sent.")).to_be_visible()
    button.click()
    page.wait_for_load_state()
    expect(bar.get_by_text("What you pressed was not sent.")).to_be_hidden()


def test_while_a_build_asks_a_phone_shows_what_it_meets(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", PHONE)
    page.evaluate("() => document.getElementById('build-progress').classList.add('asks')")
    first, second = (page.locator(".line-of-figures .figures li").nth(n) for n in (0, 1))
    expect(first).to_be_visible()
    expect(second).to_be_hidden()


# -- understanding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_one_more_room_would_win_is_asked_and_answered_before_ones_eyes(open_page, wide_camp, size):
    page = opened(open_page, f"/{wide_camp}/draft/figures/", size)
    part = page.get_by_role("region", name="What one more would win")
    part.get_by_label("One more room like").select_option(label="Loft (30)")
    part.get_by_role("button", name=re.compile("Work it out.*one more room")).click()
    expect(part.get_by_role("heading", name="One more room like Loft, for 30 people")).to_be_visible(timeout=60_000)
    expect(part).to_contain_text("every pitch has a place, as it has without it")
    # Another may be asked now.
    expect(part.get_by_role("button", name=re.compile("Work it out.*one more slot"))).to_be_visible()
    page.goto(f"/{wide_camp}/draft/")
    expect(page.locator("#build-take")).to_have_count(0)


def test_without_scripts_one_looks_again_for_the_answer_or_stops(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/figures/", PHONE, scripts=False)
    part = page.get_by_role("region", name="What one more would win")
    part.get_by_role("button", name=re.compile("Work it out.*one more slot")).click()
    expect(part).to_contain_text("One more slot at the end of Saturday 1 March 2031: ")
    part.get_by_role("link", name="Look again").click()
    part.get_by_role("button", name="Stop").click()
    for _again in range(60):
        if part.get_by_text("There is no answer").count():
            break
        page.wait_for_timeout(250)
        page.goto(f"/{wide_camp}/draft/figures/")
    expect(part).to_contain_text("There is no answer: it was stopped")


RUNNING = "/bluelightcamp/draft/"


def running(open_page, size: dict, **options) -> Page:
    page = open_page("organiser", "bluelightcamp", viewport=size, **options)
    page.goto(RUNNING)
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_what_is_over_is_folded_till_one_is_led_into_it(open_page, scripts):
    page = running(open_page, PHONE, scripts=scripts)
    over = page.locator(".board tr.past:has(.entry)").first
    expect(over.locator(".entry").first).to_be_hidden()
    assert page.locator(".board tr.now").bounding_box()["y"] < PHONE["height"]
    page.locator(f".map a[href='#{over.locator('.entry').first.get_attribute('id')}']").click()
    assert over.locator(".entry").first.is_visible()
    page.goto(RUNNING)
    over.locator(".unfold").click()
    assert over.locator(".entry").first.is_visible()
    expect(over.locator(".unfold")).to_be_hidden()


def test_on_the_desk_the_board_opens_at_what_runs_now(open_page):
    page = running(open_page, DESK | {"height": 500})
    head = page.locator(".board thead tr:last-child th").first.bounding_box()
    now = page.locator(".board tr.now").bounding_box()
    assert head["y"] + head["height"] - 1 <= now["y"] <= head["y"] + head["height"] + 12
    expect(page.locator(".unfold").first).to_be_hidden()


def test_on_a_phone_the_name_of_what_one_holds_has_the_focus_where_no_cell_is_good(open_page):
    """Of what has begun every cell is bad: the first of the table would be far below the screen."""
    page = running(open_page, PHONE)
    page.locator(".board tr.now .entry > a").first.click()
    expect(page.locator("#place")).to_be_attached()
    focused = page.locator(":is(.workbar h1, #place button):focus")
    expect(focused).to_be_in_viewport()
    assert 0 <= box(page, ".workbar")["top"] <= 120


def test_on_a_phone_one_is_led_to_the_cell_that_took_what_waited(open_page, wide_camp):
    """History leads back to the board, and not to where one had scrolled on it."""
    page = opened(open_page, f"/{wide_camp}/draft/", PHONE)
    page.locator("#tray ol > li > a").last.click()
    grace(page)
    page.locator("#place .place-cells button").first.click()
    expect(page.locator(".entry[data-touched]")).to_be_in_viewport()
    page.wait_for_timeout(300)
    expect(page.locator(".entry[data-touched]")).to_be_in_viewport()


def test_nothing_moves_when_somebody_comes(open_page, wide_camp):
    """The one line of heads is full at 1280."""
    page = opened(open_page, f"/{wide_camp}/draft/", DESK)
    places = "['.board-box', '.dock', '.steps'].map((part) => JSON.stringify(document.querySelector(part).getBoundingClientRect()))"
    before = page.evaluate(places)
    other = open_page("helper", "bluelightcamp", viewport=DESK)
    other.goto(f"/{wide_camp}/draft/")
    expect(page.locator("#draft-here .who")).to_be_visible()
    assert page.evaluate(places) == before


def test_on_the_map_a_closed_cell_has_a_mark(open_page, wide_camp):
    page = opened(open_page, f"/{wide_camp}/draft/", PHONE)
    page.evaluate(
        "document.querySelector('.map td').innerHTML = '<i class=\"closed\"><b class=\"visually-hidden\">Closed</b></i>'"
    )
    tile = page.locator(".map i.closed")
    assert "gradient" in tile.evaluate("(tile) => getComputedStyle(tile).backgroundImage")


#: words of a card, up to the hyphens that may be in them, of which two letters beside each other stand on two lines
BROKEN = """() => {
    const broken = [];
    const topOf = (node, at) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return [...range.getClientRects()].at(-1).top;
    };
    document.querySelectorAll('.board .entry > a, .board .hosts, .board .band > span').forEach((part) => {
        const node = part.firstChild;
        for (const { 0: word, index } of (node?.data ?? '').matchAll(/[^\\s\\u00ad-]{2,12}/g)) {
            const tops = [...word].map((letter, number) => topOf(node, index + number));
            if (Math.max(...tops) - Math.min(...tops) > 3) broken.push(word);
        }
    });
    return broken;
}"""


def test_with_eight_rooms_no_word_and_no_name_is_broken_without_a_hyphen(open_page):
    page = opened(open_page, "/govcamp-2027/draft/", DESK)
    # Nothing stands on it, yet: each cell has a card with the words that are hardest.
    page.evaluate(
        """() => document.querySelectorAll('.board td.place').forEach((cell) => {
            cell.className = '';
            cell.innerHTML = `<div class="entry"><p class="band"><span>Local government</span></p>
                <a href="#main">Somebody frightened publishing prescribing committees</a>
                <p class="about"><span class="hosts">Wilhelmina R., Marek R.</span><span class="people">10–20</span></p></div>`;
        })"""
    )
    assert page.locator(".board .entry").count() > 5
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.querySelector('main').getBoundingClientRect().right") == DESK["width"]


def test_a_phone_says_that_a_change_is_not_out_and_the_map_stays_where_it_is(open_page):
    page = opened(open_page, "/localgovcamp/draft/", PHONE)
    before = box(page, ".map")["top"]
    page.locator(".board .entry > a").last.click()
    page.get_by_role("button", name="Take it off the grid").click()
    state = page.locator("#draft-state")
    expect(state).to_be_visible()
    # Other tests may have left more on the draft of the demo.
    assert re.fullmatch(r"[1-9]\d* not out", re.sub(r"\s+", " ", state.inner_text()).strip())
    assert state.locator("a").get_attribute("href") == "/localgovcamp/draft/publish/"
    page.goto("/localgovcamp/draft/")
    assert box(page, ".map")["top"] == before <= 220
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
