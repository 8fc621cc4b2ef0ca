"""My day on a phone: what is next on each page, a clash decided, a gap filled, the card of the grid as one target."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

CAMP = "/bluelightcamp/"
PHONE = {"width": 360, "height": 740}


def at_the_day(open_page, **options):
    return open_page("attendee", "bluelightcamp", viewport=PHONE, **options)


def not_late(page) -> None:
    """What has just begun is told as "now" for ten minutes: off the day with it, so that something is next."""
    page.goto(CAMP + "my/")
    while (begun := page.locator(".my-row.now button[name=away]")).count():
        begun.first.click()
        page.goto(CAMP + "my/")


def test_the_line_says_in_how_many_minutes_and_without_scripts_the_clock_time(open_page):
    page = at_the_day(open_page, scripts=False)
    not_late(page)
    page.goto(CAMP + "pitches/")
    line = page.locator("#next")
    assert re.search(r"Next\s+\d\d:\d\d", line.inner_text())
    starts = line.locator("[data-begins]").get_attribute("data-begins")

    page = at_the_day(open_page)
    page.clock.install(time=datetime.fromisoformat(starts) - timedelta(minutes=12, seconds=-1))
    page.goto(CAMP + "pitches/")
    expect(page.locator("#next")).to_have_text(re.compile(r"Next, in 12 minutes\s+\d\d:\d\d"), use_inner_text=True)


def test_the_line_is_58_high_and_the_page_begins_where_it_was_drawn(open_page):
    page = at_the_day(open_page)
    page.goto(CAMP + "pitches/")
    page.evaluate("document.querySelector('#next .what').textContent = 'Watch room, floor 2 · Data sharing'")
    box = page.locator("#next").bounding_box()
    assert box["height"] <= 58
    assert box["y"] + box["height"] <= 155


def test_it_asks_when_something_else_is_next_and_not_before(open_page):
    page = at_the_day(open_page)
    # What others change meanwhile would have it ask, too.
    page.route("**/events/?*", lambda route: route.abort())
    page.clock.install()
    page.goto(CAMP + "grid/how/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/my/next/" in request.url else None)
    # It asked in its turn, and will not again for long.
    page.evaluate("document.getElementById('next').dataset.every = 3600")
    with page.expect_response(re.compile("/my/next/")):
        page.clock.run_for(20_000)
    page.wait_for_timeout(300)
    asked.clear()
    # As if it were half a minute until then.
    page.evaluate("document.getElementById('next').dataset.changes = new Date(Date.now() + 30000).toISOString()")
    page.clock.run_for(20_000)
    assert asked == []
    # The page goes by the clock of the server, which this one is ahead of by then.
    with page.expect_request(re.compile("/my/next/")):
        page.clock.run_for(90_000)
    assert len(asked) == 1


@pytest.mark.parametrize("address", ["grid/how/", "record/", "my/tell/", "pitches/one/"])
def test_beside_the_line_a_page_still_asks_for_what_moved(open_page, address):
    page = at_the_day(open_page)
    page.clock.install()
    page.goto(CAMP + address)
    expect(page.locator("#next")).to_be_visible()
    with page.expect_request(re.compile("/bluelightcamp/news/")):
        page.clock.run_for(19_000)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_clash_is_decided_by_keyboard_and_the_line_goes_there(open_page, scripts):
    page, clash = somebody_with_a_clash(open_page, scripts=scripts)
    slot = clash.locator("[id^=row-]").get_attribute("id")
    second = clash.locator("button").nth(1)
    title = second.locator("b").inner_text()
    second.focus()
    page.keyboard.press("Enter")
    row = page.locator(f".my-row:has(#{slot})")
    row.get_by_text("Also then:").wait_for()
    assert row.locator(".entry > a").inner_text() == title
    assert page.locator("h1").inner_text() == "My day"
    row.get_by_role("button", name="Go there instead").first.click()
    row.locator(".entry > a", has_not_text=title).wait_for()


def somebody_with_a_clash(open_page, **options):
    """A guest who just came, and wants to be at two sessions of the last slot; and its row on their day."""
    page = open_page(viewport=PHONE, **options)
    page.goto(CAMP + "join/")
    page.locator("#id_display_name").fill("Two at once")
    page.locator("main form[method=post] button:not([type=button])").last.click()
    page.wait_for_url(f"**{CAMP}")
    for _session in range(2):
        page.goto(CAMP + "grid/")
        free = page.locator(".grid tbody tr:last-child .entry button[data-for][aria-pressed=false]").first
        with page.expect_response(re.compile("/interest/")):
            free.click()
    page.goto(CAMP + "my/")
    return page, page.locator(".my-row", has_text="Two at once: which one?")


def test_a_gap_is_filled_and_taken_off_again(open_page):
    page = at_the_day(open_page)
    page.goto(CAMP + "my/")
    gap = page.locator(".my-row", has_text="You are free. Add one?").first
    slot = gap.locator("[id^=row-]").get_attribute("id")
    gap.locator("button").first.click()
    row = page.locator(f".my-row:has(#{slot})")
    row.get_by_role("button", name="Take off my day").click()
    row.get_by_text("You are free. Add one?").wait_for()


def test_the_whole_card_leads_to_its_session_and_its_button_does_not(open_page):
    page = at_the_day(open_page)
    page.goto(CAMP + "grid/")
    card = page.locator(".grid .entry:has(button[data-for][aria-pressed=false]):visible").first
    button = card.locator("button")
    pressed = button.get_attribute("id")
    title = card.locator("a").first.inner_text()
    button.click()
    page.locator(f"#{pressed}[aria-pressed=true]").wait_for()
    expect(page.locator(f".entry:has(#{pressed})")).to_have_css("border-left-width", "6px")
    assert page.url.endswith("/grid/")
    # One stays where one was, and the next tap is for the same one.
    assert page.evaluate("document.activeElement.id") == pressed
    page.keyboard.press("Enter")
    page.locator(f"#{pressed}[aria-pressed=false]").wait_for()
    box = page.locator(f".entry:has(#{pressed})").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + 12)
    page.wait_for_url(re.compile(r"/sessions/\d+/"))
    assert page.locator("h1").inner_text() == title


def test_no_target_holds_another_and_each_is_as_large_as_a_thumb(open_page):
    page = at_the_day(open_page)
    for path in ("grid/", "my/"):
        page.goto(CAMP + path)
        assert page.evaluate("document.querySelectorAll(':is(a, button) :is(a, button)').length") == 0
        small = page.evaluate(
            "[...document.querySelectorAll('.entry button, .pick button, .pick a, .next a, .my-cell button')]"
            ".filter((target) => target.offsetParent && target.getBoundingClientRect().height < 43.9)"
            ".map((target) => target.outerHTML)"
        )
        assert small == []


def test_on_a_network_that_is_gone_what_was_chosen_is_told_as_not_saved(open_page):
    page = at_the_day(open_page)
    page.goto(CAMP + "my/")
    gap = page.locator(".my-row", has_text="You are free. Add one?").first
    slot = gap.locator("[id^=row-]").get_attribute("id")
    page.context.set_offline(True)
    gap.locator("button").first.click()
    page.locator("#not-saved:not([hidden]), #offline:not([hidden])").first.wait_for()
    page.context.set_offline(False)
    gap.locator("button").first.click()
    page.locator(f".my-row:has(#{slot})").get_by_role("button", name="Take off my day").wait_for()
