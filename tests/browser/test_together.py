"""Two at one board: what the one does comes to the other as the rows that changed, and nothing is taken out of a hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

DESK = {"width": 1280, "height": 900}
#: milliseconds after which a press on a place counts (static/js/lift.js), and some
GRACE = 800
#: each card, and the row that it stands in
STANDS = "() => Object.fromEntries([...document.querySelectorAll('.board .entry[id]')].map((e) => [e.id, e.closest('tr').id]))"
REMEMBER = """() => {
    window.rows = [...document.querySelectorAll('.board tr[data-is]')];
    window.cards = [...document.querySelectorAll('.board .entry')];
}"""
DUE = """(changed) => {
    const piece = document.getElementById('draft-grid');
    if (changed) piece.dispatchEvent(new Event('campgrid:changed', {bubbles: true}));
    return piece.due - Date.now();
}"""


def opened(open_page, persona: str, camp: str) -> Page:
    page = open_page(persona, "bluelightcamp", viewport=DESK)
    page.goto(f"/{camp}/draft/")
    return page


@pytest.fixture
def two(open_page, wide_camp) -> tuple[Page, Page]:
    """Robin, a helper who may place, and Olga: each sees that the other is here."""
    robin, olga = opened(open_page, "helper", wide_camp), opened(open_page, "organiser", wide_camp)
    expect(robin.locator("#draft-here .who")).to_contain_text("Olga")
    expect(olga.locator("#draft-here .who")).to_contain_text("Robin")
    return robin, olga


def card(page: Page, title: str):
    return page.locator(".board .entry", has_text=title)


def lift(page: Page, title: str) -> None:
    card(page, title).locator("a").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    page.wait_for_timeout(GRACE)


def free_place(page: Page, slot: int):
    return page.locator("table.board tr:has(button[name=cell])").nth(slot).locator("button[name=cell]").nth(1)


def test_what_the_one_moves_comes_to_the_other_as_the_rows_that_changed(two):
    robin, olga = two
    robin.evaluate(REMEMBER)
    stood = robin.evaluate(STANDS)
    answers = []
    robin.on(
        "response", lambda answer: answers.append(answer) if "/draft/?" in answer.url and answer.status == 200 else None
    )
    held = card(robin, "Geese").locator("a")
    robin.evaluate("document.querySelector('.board-box').scrollTo(300, 0)")
    robin.locator("#here-list summary").click()
    held.evaluate("node => node.focus({preventScroll: true})")
    lift(olga, "Ducks")
    free_place(olga, 2).click()
    expect(card(robin, "Ducks")).to_have_attribute("data-lit", "")
    expect(robin.locator("#said")).to_contain_text("“Ducks” moved to ")
    expect(robin.locator(".lately")).to_contain_text("Olga")
    for _ in range(100):
        if robin.evaluate(STANDS) != stood:
            break
        robin.wait_for_timeout(100)
    now = robin.evaluate(STANDS)
    assert [entry for entry in now if now[entry] != stood[entry]] == [card(robin, "Ducks").get_attribute("id")]
    # The first answer that brought rows: those alone, each with that of the map, while the others are named. Where it
    # came from and where it went are two; what was counted anew in between may have come before, by itself.
    first = next(text for answer in answers if "<tr data-is" in (text := answer.text()))
    assert 1 <= first.count('id="slot-') <= 2
    assert first.count("<tr data-has=") > 4
    # Rows, and cards that nobody moved, are those that stood there before.
    assert robin.evaluate("window.rows.every((row) => row.isConnected)")
    assert robin.evaluate("window.cards.filter((card) => card.isConnected).length") >= 2
    expect(held).to_be_focused()
    expect(robin.locator("#here-list")).to_have_attribute("open", "")
    assert robin.evaluate("document.querySelector('.board-box').scrollLeft") == 300
    # It is lit for a moment.
    expect(robin.locator("[data-lit]")).to_have_count(0)


def test_the_board_asks_within_two_seconds_told_or_not(two):
    robin, _olga = two
    for _ in range(150):
        if robin.evaluate("document.getElementById('draft-grid').isTold"):
            break
        robin.wait_for_timeout(100)
    assert robin.evaluate(DUE, True) <= 1_200
    every = robin.evaluate("Number(document.getElementById('draft-grid').dataset.every)")
    # Each a little earlier or later than the others: a fifth.
    assert every * 1.2 <= 2


def test_a_card_in_the_hand_of_another_says_so_warns_and_is_free_again(two):
    robin, olga = two
    lift(olga, "Ducks")
    expect(card(robin, "Ducks")).to_have_attribute("data-held", "Olga holds this")
    expect(robin.locator("#said")).to_contain_text("holds “Ducks”")
    lift(robin, "Ducks")
    expect(robin.locator(".held")).to_contain_text("holds it, too")
    olga.keyboard.press("Escape")
    expect(olga.locator(".board .entry").first).to_be_visible()
    expect(card(olga, "Ducks")).to_have_attribute("data-held", "Robin holds this")
    robin.keyboard.press("Escape")
    expect(card(robin, "Ducks")).to_be_visible()
    expect(olga.locator("[data-held]")).to_have_count(0)


def test_of_two_who_hold_one_card_the_second_is_told_what_the_first_did(two):
    robin, olga = two
    lift(olga, "Ducks")
    lift(robin, "Ducks")
    # Nobody tells Robin's page: what it sends is of before.
    robin.route("**/draft/here/**", lambda route: route.abort())
    free_place(olga, 1).click()
    expect(card(olga, "Ducks")).to_be_visible()
    free_place(robin, 2).click()
    expect(robin.locator(".summary")).to_contain_text("Olga moved “Ducks” meanwhile: ")


def test_what_another_moves_while_one_holds_something_changes_the_prices_and_not_the_hand(two):
    robin, olga = two
    lift(robin, "Geese")
    robin.evaluate("window.sameDocument = true")
    place = free_place(robin, 2)
    place.focus()
    held = place.get_attribute("id")
    lift(olga, "Ducks")
    taken = free_place(olga, 1)
    name = taken.get_attribute("id")
    taken.click()
    expect(robin.locator(f"#{name}")).to_have_attribute("name", "swap")
    expect(robin.get_by_role("heading", level=1, name="Geese")).to_be_visible()
    expect(robin.locator(f"#{held}")).to_be_focused()
    assert robin.evaluate("window.sameDocument") is True


def test_whoever_closes_the_board_is_gone_from_it(two):
    robin, olga = two
    olga.goto("/")
    # Twenty seconds after the last that was heard of them, and the next asking.
    expect(robin.locator("#draft-here .who")).to_have_count(0, timeout=30_000)


def test_without_scripts_one_sees_who_is_here_and_what_they_hold(open_page, wide_camp):
    olga = opened(open_page, "organiser", wide_camp)
    lift(olga, "Ducks")
    robin = open_page("helper", "bluelightcamp", scripts=False, viewport=DESK)
    robin.goto(f"/{wide_camp}/draft/")
    expect(robin.locator("#draft-here .who")).to_contain_text("Olga")
    expect(card(robin, "Ducks")).to_have_attribute("data-held", "Olga holds this")
    card(robin, "Ducks").locator("a").click()
    expect(robin.locator(".held")).to_contain_text("holds it, too")


def test_a_helper_who_may_place_finds_the_board_and_nothing_that_is_refused(open_page, wide_camp):
    robin = opened(open_page, "helper", wide_camp)
    expect(robin.get_by_role("button", name="Build the grid")).to_have_count(0)
    expect(robin.get_by_role("link", name="Publish the grid")).to_have_count(0)
    links = robin.evaluate(
        "[...document.querySelectorAll('main a[href]')].map((a) => a.pathname).filter((p) => p.startsWith('/'))"
    )
    refused = [path for path in dict.fromkeys(links) if robin.request.get(path).status == 403]
    assert refused == []
