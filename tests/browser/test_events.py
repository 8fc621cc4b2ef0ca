"""A page hears of a change while it happens; where it cannot, it asks by itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from .conftest import ROOT

CAMP = "bluelightcamp"
PIECE = "document.getElementById('published-grid')"
BUMP = "from events import stamps; from events.models import Camp; stamps.bump(Camp.objects.get(slug='{}'), '{}')"
#: much sooner than it would ask by itself once it is told (a minute); far more than it takes
SOON = 25_000


@pytest.fixture
def bump(site_environment):
    """What the page shows counts as changed, from outside of the server."""

    def bump(part: str = "grid", camp: str = CAMP) -> None:
        code = BUMP.format(camp, part)
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code], cwd=ROOT, env=site_environment, check=True
        )

    return bump


def becomes(page: Page, what: str) -> None:
    """`wait_for_function` makes a script of its text, which our pages allow nobody."""
    for _ in range(SOON // 100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"It never became true: {what}")


def is_told(page: Page) -> None:
    becomes(page, f"{PIECE}.isTold === true")


def number(page: Page, part: str = "grid") -> int:
    return page.evaluate(f"[...{PIECE}.stamps].find(([name]) => name.endsWith(' {part}'))[1]")


def shows_newer(page: Page, than: int) -> None:
    """The piece asked, and was answered since."""
    becomes(page, f"[...{PIECE}.stamps].some(([name, n]) => name.endsWith(' grid') && n > {than})")


@pytest.fixture
def grid(open_page) -> Page:
    page = open_page()
    page.goto(f"/{CAMP}/grid/")
    is_told(page)
    return page


def test_a_page_that_is_told_asks_at_once_and_else_once_a_minute(grid, bump):
    # Longer than it would be between two askings by itself.
    assert grid.evaluate(f"{PIECE}.due - Date.now()") > 30_000
    before = number(grid)
    bump()
    shows_newer(grid, before)


def test_what_it_does_not_show_leaves_it_alone(grid, bump):
    asked = []
    grid.on("request", lambda request: asked.append(request.url) if "/grid/" in request.url else None)
    bump("crowd")
    bump("draft")
    grid.wait_for_timeout(3000)
    assert asked == []
    before = number(grid)
    bump()
    shows_newer(grid, before)
    assert len(asked) == 1


def test_the_grid_that_is_published_comes_with_its_words(open_page, grid):
    """All the way: an organiser publishes, somebody else's page has the new version."""
    organiser = open_page("organiser", camp=CAMP)
    organiser.goto(f"/{CAMP}/draft/")
    organiser.goto(organiser.locator(".entry[id] a").first.get_attribute("href"))
    with organiser.expect_navigation():
        organiser.get_by_role("button", name="Take it off the grid").click()
    before = grid.locator("#published-grid").inner_text()
    organiser.goto(f"/{CAMP}/draft/publish/")
    organiser.get_by_role("button", name="Publish").click()
    expect(grid.locator("#published-grid")).not_to_have_text(before, timeout=SOON)


def test_when_the_connection_ends_it_asks_sooner_and_listens_anew(grid, bump):
    grid.context.set_offline(True)
    # What is open is not cut by that: the page's own way to end it.
    grid.evaluate("dispatchEvent(new Event('pagehide'))")
    assert grid.evaluate(f"{PIECE}.isTold") is False
    assert grid.evaluate(f"{PIECE}.due - Date.now()") < 20_000
    before = number(grid)
    bump()
    grid.context.set_offline(False)
    is_told(grid)
    shows_newer(grid, before)


def test_windows_of_one_browser_hold_three_connections_and_all_hear(grid, bump):
    pages = [grid]
    for _ in range(7):
        page = grid.context.new_page()
        page.goto(f"/{CAMP}/grid/")
        becomes(page, f"{PIECE}.stamps !== undefined")
        pages.append(page)
    held = grid.evaluate("navigator.locks.query().then(({held}) => held.map(({name}) => name))")
    assert len([name for name in held if name.startswith("campgrid-events")]) == 3
    before = [number(page) for page in pages]
    bump()
    for page, known in zip(pages, before, strict=True):
        shows_newer(page, known)


def test_a_browser_that_cannot_listen_asks_by_itself(open_page, bump):
    page = open_page()
    page.add_init_script("delete window.EventSource")
    page.goto(f"/{CAMP}/grid/")
    assert page.evaluate(f"{PIECE}.dataset.every") == "15"
    with page.expect_response(lambda response: "/grid/?" in response.url and response.status == 204, timeout=SOON):
        pass
    bump()
    with page.expect_response(lambda response: "/grid/?" in response.url and response.status == 200, timeout=SOON):
        pass
    assert page.evaluate(f"{PIECE}.isTold") is None


def test_where_no_message_comes_through_it_asks_by_itself(open_page):
    page = open_page()
    page.route("**/events/**", lambda route: route.abort())
    page.goto(f"/{CAMP}/grid/")
    becomes(page, f"{PIECE}.stamps !== undefined")
    assert page.evaluate(f"{PIECE}.isTold") is not True
    assert page.evaluate(f"{PIECE}.due - Date.now()") < 20_000
