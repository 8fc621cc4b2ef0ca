"""After a deed: the sentence, the thing touched in view and marked, and the way back; with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .test_journey import submit

CAMP = "localgovcamp"
MEASURE = (Path(__file__).parent / "measure.js").read_text()
SIZES = [{"width": 360, "height": 740}, {"width": 1280, "height": 800}]
#: whether the bar with the sentence lies over it, or it is out of sight
IN_VIEW = """element => {
    const box = element.getBoundingClientRect(), bar = document.querySelector('.told')?.getBoundingClientRect();
    const top = bar && bar.top <= 0.5 ? bar.bottom : 0;
    return box.top >= top - 0.5 && box.top < innerHeight && box.left < innerWidth && box.right > 0;
}"""
MARK = "element => getComputedStyle(element).outlineStyle"


def is_shown_and_marked(page, selector: str) -> None:
    thing = page.locator(selector)
    expect(thing).to_have_count(1)
    assert thing.evaluate(IN_VIEW), selector
    assert thing.evaluate(MARK) == "dashed"
    assert page.locator(".told").evaluate("bar => bar.getBoundingClientRect().top < innerHeight")
    assert page.locator(".told").evaluate("bar => bar.getBoundingClientRect().bottom > 0")


def take_off(page, number: int, but: Sequence[str] = ()) -> tuple[str, str]:
    """Takes a session off the draft, none of these; its title and the id of its entry."""
    page.goto(f"/{CAMP}/draft/")
    entries = page.locator(".entry[id]" + "".join(f":not(#{one})" for one in but))
    # Other tests take some off for good.
    entry = entries.nth(min(number, entries.count() - 1))
    # In a cell a long word may be broken.
    title, found = entry.locator("a").first.inner_text().replace("\u00ad", ""), entry.get_attribute("id")
    page.goto(entry.locator("a").first.get_attribute("href"))
    submit(page, "Take it off the grid")
    return title, found


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_a_session_is_taken_off_and_put_back(open_page, size, scripts):
    page = open_page("organiser", CAMP, viewport=size, scripts=scripts)
    # One far down the page: it is not in view by itself.
    title, entry = take_off(page, 14)
    expect(page.get_by_text(f"“{title}” is off the grid.").first).to_be_visible()
    # With scripts the page stays: its address has no part that it leads to.
    is_shown_and_marked(page, "li[id^=waiting-][data-touched]" if scripts else "li[id^=waiting-]:target")
    expect(page.locator(f"#{entry}")).to_have_count(0)
    submit(page, "Undo")
    expect(page.locator(".told").get_by_text(re.compile(f"“{re.escape(title)}” is here now: "))).to_be_visible()
    is_shown_and_marked(page, f"#{entry}")
    if scripts:
        expect(page.locator("#said")).to_contain_text(f"“{title}” is here now")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_both_of_a_swap_are_marked_also_after_a_colleagues_change_came_in(open_page, size):
    page, colleague = open_page("organiser", CAMP, viewport=size), open_page("organiser", CAMP)
    page.goto(f"/{CAMP}/draft/")
    page.goto(page.locator(".entry[id] a").first.get_attribute("href"))
    page.get_by_role("button", name=re.compile("swap with")).first.click()
    expect(page.get_by_text("changed places.").first).to_be_visible()
    expect(page.locator("[data-touched]")).to_have_count(2)
    touched = page.eval_on_selector_all("[data-touched]", "all => all.map((one) => one.id)")
    _title, entry = take_off(colleague, 9, but=touched)
    expect(page.locator(f"#{entry}")).to_have_count(0, timeout=15_000)
    expect(page.locator("[data-touched]")).to_have_count(2)
    submit(colleague, "Undo")
    submit(page, "Undo")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_the_page_after_a_deed_is_for_everybody(open_page, size, scheme):
    page = open_page("organiser", CAMP, viewport=size, color_scheme=scheme)
    take_off(page, 3)
    wrong = [(v["id"], v["nodes"][0]["html"][:160]) for v in Axe().run(page).response["violations"]]
    page.evaluate(MEASURE)
    found = {kind: page.evaluate(f"measure.{kind}()") for kind in ("rings", "small", "unheard")}
    page.evaluate("measure.spread()")
    found["cut"] = page.evaluate("measure.cut()")
    submit(page, "Undo")
    assert wrong == []
    assert {kind: faults for kind, faults in found.items() if faults} == {}


def test_the_sentence_can_be_put_away(open_page):
    page = open_page("organiser", CAMP)
    page.goto(f"/{CAMP}/settings/")
    submit(page, "Hide the counts")
    page.locator("#main").get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".told .message")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "main"
    submit(page, "Show the counts")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_sentence_stands_once_in_whichever_window(open_page, scripts):
    page = open_page("organiser", CAMP, scripts=scripts)
    other = page.context.new_page()
    for here, there, button in ((page, other, "Hide the counts"), (other, page, "Show the counts")):
        here.goto(f"/{CAMP}/settings/")
        submit(here, button)
        expect(here.locator(".told .message")).to_have_count(1)
        for window in (there, here, there):
            window.goto(f"/{CAMP}/pitches/")
            expect(window.locator(".told .message")).to_have_count(0)


def test_a_page_that_was_lost_on_its_way_is_told_again_and_once(open_page):
    """What two windows sent at once, too. Nobody reads the pages that come, so none of them is known to be heard."""
    page = open_page("organiser", CAMP)
    page.goto(f"/{CAMP}/settings/")
    lost = """names => Promise.all(names.map(name => {
        const form = document.querySelector(`form[action$="/${name}/switch/"]`);
        return fetch(form.action, {method: "POST", body: new FormData(form)}).then(answer => answer.text());
    }))"""
    for told in page.evaluate(lost, ["are_counts_shown", "is_pitching_open"]):
        assert "data-number" in told
    page.goto(f"/{CAMP}/pitches/")
    expect(page.locator(".told .message")).to_have_count(2)
    page.goto(f"/{CAMP}/pitches/")
    expect(page.locator(".told .message")).to_have_count(0)
    page.goto(f"/{CAMP}/settings/")
    page.evaluate(lost, ["are_counts_shown", "is_pitching_open"])


@pytest.mark.parametrize("scripts", [True, False])
def test_what_hurts_asks_once_and_a_pitch_comes_back(open_page, scripts):
    page = open_page("organiser", CAMP, scripts=scripts)
    page.goto(f"/{CAMP}/pitches/")
    page.locator(".card h2 a, .card h3 a").first.click()
    title = page.locator("h1").inner_text()
    page.get_by_role("link", name="Withdraw", exact=True).click()
    submit(page, "Withdraw")
    expect(page.locator(".told").get_by_text(f"“{title}” is withdrawn.")).to_be_visible()
    submit(page, "Undo")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.locator(".told")).to_contain_text("is on the board again")
