"""The repair desk: from the board to done in three taps, on a phone in the hall and at the desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
#: it runs while the tests do, and has begun; another has free places and is not on yet
RUNNING, COMING = "bluelightcamp", "digital-health-hack"
REASONS = ["Room gone", "Host not here", "Too full", "Cancel it", "Run it again", "New session now"]


class Taps:
    """A thumb that is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, place) -> None:
        with self.page.expect_navigation():
            place.click()
        self.count += 1


def board(open_page, camp: str, size: dict, **options) -> Page:
    page = open_page("organiser", camp, viewport=size, **options)
    page.goto(f"/{camp}/draft/")
    return page


def done(page: Page) -> str:
    expect(page).to_have_url(re.compile(r"/draft/(#.*)?$"))
    return page.locator(".told [data-told]").first.inner_text()


def undo(page: Page) -> None:
    page.locator(".told").get_by_role("button", name="Undo").click()
    expect(page.locator(".told [data-told]").first).to_contain_text("Taken back")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("reason", [*REASONS, "Everything 20 minutes later"])
def test_from_the_board_to_done_are_three_taps(open_page, size, reason):
    page = board(open_page, COMING, size)
    taps = Taps(page)
    taps.on(page.get_by_role("link", name=re.compile("^Repair: ")).first)
    taps.on(page.locator(".whys").get_by_role("link", name=reason))
    expect(page.locator(".remedies > li").first).to_be_in_viewport()
    if reason == "New session now":
        page.get_by_label("Title").fill("Fire drill")
    taps.on(page.locator(".remedies").get_by_role("button", name="Do this").first)
    assert taps.count == 3
    assert done(page)
    undo(page)


def test_without_scripts_it_is_the_same_three(open_page):
    page = board(open_page, COMING, PHONE, scripts=False)
    taps = Taps(page)
    taps.on(page.get_by_role("link", name=re.compile("^Repair: ")).first)
    taps.on(page.locator(".whys").get_by_role("link", name="Cancel it"))
    taps.on(page.locator(".remedies").get_by_role("button", name="Do this").first)
    assert taps.count == 3
    assert "is off the grid." in done(page)
    with page.expect_navigation():
        page.locator(".told").get_by_role("button", name="Undo").click()
    assert "Taken back" in page.locator(".told [data-told]").first.inner_text()


def test_by_keyboard_alone(open_page):
    page = board(open_page, COMING, DESK)
    page.get_by_role("link", name=re.compile("^Repair: ")).first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for stop in (".whys a >> text=Cancel it", ".remedies button"):
        for _press in range(60):
            page.keyboard.press("Tab")
            if page.locator(stop).first.evaluate("(found) => found === document.activeElement"):
                break
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert "is off the grid." in done(page)
    undo(page)


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def test_what_is_over_has_no_way_to_the_desk_and_no_past_time_is_offered(open_page):
    page = board(open_page, RUNNING, DESK)
    cards = page.locator(".board td:has(.entry)").count()
    ways = page.get_by_role("link", name=re.compile("^Repair: "))
    assert 0 < ways.count() < cards
    now = page.locator(".now-flag").locator("xpath=ancestor::th").locator("h3").inner_text()[:5]
    address = ways.last.get_attribute("href")
    for why in ("room", "host", "full", "again"):
        page.goto(f"{address}?why={why}")
        for time in re.findall(
            r"\b(\d\d:\d\d)\b", " ".join(page.locator(".remedies h3, .remedies li li").all_inner_texts())
        ):
            # The demo's running day may go on after midnight.
            assert 0 < (minutes(time) - minutes(now)) % (24 * 60) < 12 * 60, (why, time, now)


def test_a_repair_that_drops_a_session_says_so_first(open_page):
    page = board(open_page, RUNNING, PHONE)
    page.goto(page.get_by_role("link", name=re.compile("^Repair: ")).last.get_attribute("href") + "?why=room")
    first = page.locator(".remedies > li").first
    assert first.inner_text().strip().startswith("Drops")
    assert first.locator(".drops").bounding_box()["y"] < first.locator("h3").bounding_box()["y"]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_screen_and_all_can_be_hit(open_page, width, dark):
    scheme = "dark" if dark else "light"
    page = board(open_page, RUNNING, {"width": width, "height": 740}, color_scheme=scheme)
    address = page.get_by_role("link", name=re.compile("^Repair: ")).last.get_attribute("href")
    for why in ("", "?why=room", "?why=host", "?why=new", "?why=later"):
        page.goto(address + why)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for place in page.locator(".whys a, .remedies button, #calls button").all():
            assert place.bounding_box()["height"] >= 44


def test_on_a_phone_the_way_to_the_desk_is_as_large_as_a_finger(open_page):
    page = board(open_page, RUNNING, PHONE)
    found = page.get_by_role("link", name=re.compile("^Repair: ")).first.bounding_box()
    assert found["width"] >= 44
    assert found["height"] >= 44


def test_from_the_published_grid_and_from_the_page_of_a_session(open_page):
    page = open_page("organiser", RUNNING, viewport=PHONE)
    page.goto(f"/{RUNNING}/grid/")
    link = page.locator(".entry").get_by_role("link", name=re.compile("^Repair")).last
    with page.expect_navigation():
        link.click()
    expect(page.get_by_role("heading", level=1, name="Repair")).to_be_visible()
    number = re.search(r"sessions/(\d+)/", page.url)[1]
    page.goto(f"/{RUNNING}/sessions/{number}/")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("^Repair")).click()
    expect(page.get_by_role("heading", level=1, name="Repair")).to_be_visible()


def test_nobody_else_sees_the_way_to_the_desk(open_page):
    page = open_page("attendee", RUNNING, viewport=PHONE)
    page.goto(f"/{RUNNING}/grid/")
    expect(page.get_by_role("link", name=re.compile("^Repair"))).to_have_count(0)


def test_a_host_is_called_and_the_page_says_when_and_how(open_page):
    page = board(open_page, RUNNING, PHONE)
    for way in page.get_by_role("link", name=re.compile("^Repair: ")).all():
        address = way.get_attribute("href")
        hosted = way.locator("xpath=..").locator(".hosts").inner_text().strip()
        if hosted:
            break
    page.goto(f"{address}?why=host")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Call")).first.click()
    assert "is called." in page.locator(".told [data-told]").first.inner_text()
    expect(page.locator("#calls")).to_contain_text(re.compile(r"called \d\d:\d\d: on their next page"))
    expect(page.locator("#calls")).to_contain_text("no answer yet")
    expect(page.get_by_role("button", name=re.compile("^Call again")).first).to_be_visible()
