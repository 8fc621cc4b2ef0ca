"""Plan B: kept, shown beside the board, changed over to and back; with and without scripts, and by keyboard."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .test_journey import submit

SIZES = [{"width": 360, "height": 740}, {"width": 1280, "height": 800}]


def take_off(page, camp: str, title: str) -> None:
    page.goto(f"/{camp}/draft/")
    page.goto(page.locator(".entry[id] a", has_text=title).first.get_attribute("href"))
    submit(page, "Take it off the grid")


def keep_and_go_on(page, camp: str) -> None:
    """The grid is kept, and Ducks is taken off the board."""
    page.goto(f"/{camp}/draft/plan-b/")
    submit(page, "Keep this grid as plan B")
    expect(page.locator(".told")).to_contain_text("This grid is plan B now.")
    take_off(page, camp, "Ducks")


def counted(page, scripts: bool) -> None:
    """The figures come by themselves; without scripts one looks again."""
    waits = page.get_by_text("being counted")
    if scripts:
        expect(waits).to_have_count(0)
    for _again in range(20):
        if not waits.count():
            return
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Look again").click()
    raise AssertionError("The figures are never counted.")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_two_drafts_side_by_side_change_places_and_back(open_page, wide_camp, size, scripts):
    page = open_page("organiser", viewport=size, scripts=scripts)
    keep_and_go_on(page, wide_camp)
    # From the figures; and on a phone, where the drawer stands below the board, from there.
    page.goto(f"/{wide_camp}/draft/figures/" if size["width"] > 1000 else f"/{wide_camp}/draft/")
    page.get_by_role("link", name=re.compile("^Plan B")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan B")
    counted(page, scripts)
    expect(page.locator("#change-over")).to_contain_text("If you change over, 1 more gets a place.")
    rows = page.get_by_role("row").filter(has_text="Sessions on the grid")
    expect(rows.get_by_role("cell").nth(0)).to_have_text("2")
    expect(rows.get_by_role("cell").nth(1)).to_contain_text("better")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if scripts:
        assert Axe().run(page).response["violations"] == []

    submit(page, "Change over to plan B")
    expect(page.locator(".told")).to_contain_text("Plan B is on the board.")
    expect(page.locator(".entry[id] a", has_text="Ducks")).to_have_count(1)
    submit(page, "Undo")
    expect(page.locator(".entry[id] a", has_text="Ducks")).to_have_count(0)

    page.goto(f"/{wide_camp}/draft/plan-b/")
    expect(page.locator("#change-over")).to_contain_text("1 more gets a place")
    submit(page, "Keep the grid of now instead")
    expect(page.get_by_text("Plan B is the very grid that is on the board.")).to_be_visible()
    submit(page, "Undo")
    expect(page.locator("#change-over")).to_contain_text("1 more gets a place")
    submit(page, "Drop plan B")
    expect(page.get_by_role("button", name="Keep this grid as plan B")).to_be_visible()
    submit(page, "Undo")
    expect(page.locator("#change-over")).to_contain_text("1 more gets a place")


def test_by_keyboard(open_page, wide_camp):
    page = open_page("organiser", viewport=SIZES[1])
    keep_and_go_on(page, wide_camp)
    page.goto(f"/{wide_camp}/draft/plan-b/")
    counted(page, scripts=True)
    for _step in range(60):
        page.keyboard.press("Tab")
        if "Change over" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("Plan B is on the board.")
    page.keyboard.press("Control+z")
    expect(page.locator(".entry[id] a", has_text="Ducks")).to_have_count(0)


def test_it_reads_at_320(open_page, wide_camp):
    page = open_page("organiser", viewport={"width": 320, "height": 640})
    keep_and_go_on(page, wide_camp)
    page.goto(f"/{wide_camp}/draft/plan-b/")
    counted(page, scripts=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # No word of the table is cut or broken: each cell is as wide as what is in it.
    cut = "cells => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length"
    assert page.locator(".two-drafts :is(th, td)").evaluate_all(cut) == 0
