"""An organiser builds, looks for whom it is good, loses a room and mends the grid: in a browser, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .test_journey import submit

CAMP = "/digital-health-hack/draft/"


def wait_for(page, locator, path: str) -> None:
    """What a worker does: pages with scripts follow by themselves, others are looked at again."""
    for _ in range(40):
        if locator.count():
            return
        page.wait_for_timeout(500)
        if not locator.count() and page.locator("noscript a").count():
            page.goto(path)
    expect(locator.first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_room_is_lost_and_the_grid_is_mended(open_page, scripts):
    page = open_page("organiser", camp="digital-health-hack", scripts=scripts)
    page.goto(CAMP)
    page.get_by_text("What counts", exact=True).click()
    fairness = page.get_by_label("Fairness")
    fairness.focus()
    fairness.press("ArrowRight")
    page.get_by_label("Take").select_option("1")
    submit(page, "Build the grid")
    wait_for(page, page.get_by_text("The last build"), CAMP)
    expect(page.get_by_text("that is proved").first).to_be_visible()

    if page.get_by_role("button", name="Take it").count():
        submit(page, "Take it")
    page.locator(".figures a").first.click()
    expect(page.get_by_role("heading", level=1, name="For whom the draft is good")).to_be_visible()

    page.goto(f"{CAMP}repair/")
    page.get_by_text("A room or a slot is lost").click()
    submit(page, "Close it")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Room").select_option(index=1)
    page.locator("input[name=closed_in]").last.check()
    submit(page, "Close it")
    submit(page, "Find repairs")
    wait_for(page, page.locator(".card.repair"), f"{CAMP}repair/")
    expect(
        page.get_by_text("No repair that keeps as many sessions on the grid moves fewer: that is proved.")
        .or_(page.get_by_text("Nothing needs to move"))
        .first
    ).to_be_visible()
    page.get_by_role("button", name="Open again").first.click()
    expect(page.get_by_text("Nothing is lost.")).to_be_visible()


def test_a_cell_says_what_it_would_change(open_page):
    page = open_page("organiser", camp="localgovcamp")
    page.goto("/localgovcamp/draft/")
    page.locator(".entry a").first.click()
    expect(page.locator(".board").get_by_text("here now")).to_be_visible()
    expect(page.locator(".board .price small").first).to_contain_text("wishes")


def places(page) -> dict[str, str]:
    """Where each session stands on the board, by its title."""
    return dict(
        page.locator(".board .entry[id]").evaluate_all(
            "all => all.map(one => [one.querySelector('a').textContent, one.closest('tr').rowIndex + ' ' + "
            "one.querySelector('.where').textContent])"
        )
    )


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (360, True), (1280, False)])
def test_a_build_before_ones_eyes_is_left_and_taken(open_page, wide_camp, width, scripts):
    path = f"/{wide_camp}/draft/"
    page = open_page("organiser", scripts=scripts, viewport={"width": width, "height": 900})
    page.goto(path)
    before, wide = places(page), page.evaluate("document.documentElement.scrollWidth")
    page.get_by_text("What counts", exact=True).click()
    page.get_by_label("Take").select_option("60")
    submit(page, "Build the grid")
    wait_for(page, page.locator(".figures").get_by_text("Being built"), path)
    # While it runs there is nothing to start.
    expect(page.get_by_role("button", name="Build the grid")).to_be_hidden()
    drawn = places(page)
    assert drawn != before
    submit(page, "Stop and keep the best")
    wait_for(page, page.get_by_role("button", name="Leave it"), path)
    expect(page.locator("#compared")).to_contain_text(re.compile(r"sessions? moves?|gets? a place"))
    built = places(page)
    assert built != before
    if scripts:
        page.get_by_role("button", name="Close", exact=True).first.click()
        first, most = (".board-box", 160) if width > 1000 else (".map", 220)
        assert page.locator(first).first.bounding_box()["y"] <= most
        assert page.evaluate("document.documentElement.scrollWidth") == wide
    submit(page, "Leave it")
    expect(page.get_by_text("The grid is as it was before the build.").first).to_be_visible()
    assert places(page) == before
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    # Whoever left it changes their mind: it is theirs to do anew.
    page.locator("#step-redo button").click()
    expect(page.get_by_text("Done anew: ").first).to_be_visible()
    assert places(page) == built
