"""Hosts place themselves, on their phones: the best places first, never the same for two, and the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
def camp(open_page, wide_camp) -> str:
    """Its organiser lets hosts choose."""
    olga = open_page("organiser", "bluelightcamp", viewport=DESK)
    olga.goto(f"/{wide_camp}/settings/")
    olga.get_by_role("button", name=re.compile("^Let hosts")).click()
    expect(olga.get_by_role("button", name=re.compile("^Leave it to organisers"))).to_be_visible()
    olga.context.close()
    return wide_camp


def host(open_page, camp: str, name: str, title: str, scripts: bool = True, **options) -> Page:
    """Somebody who came in by the name and pitched that."""
    page = open_page("", viewport=PHONE, scripts=scripts, **options)
    page.goto(f"/{camp}/join/")
    page.locator("#id_display_name").fill(name)
    page.locator("main form[method=post] button:not([type=button])").last.click()
    page.wait_for_url(f"**/{camp}/")
    page.goto(f"/{camp}/pitches/new/")
    page.locator("#id_title").fill(title)
    page.locator("main form:has(#id_title) button:not([type=button])").first.click()
    page.wait_for_url(re.compile(rf"/{camp}/pitches/\d+/"))
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_host_places_and_gives_back_in_two_taps_each(open_page, camp, scripts):
    page = host(open_page, camp, "Nell", "Owls", scripts)
    page.get_by_role("link", name="Choose its place").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a place")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    best = page.locator("ul.claims").first.locator("button").first
    place = best.locator("strong").inner_text()
    # A thumb meets it.
    assert best.bounding_box()["height"] >= 44
    best.click()
    expect(page.locator(".told").first).to_contain_text(place.split(",")[0])
    # It is out: everybody sees it.
    page.goto(f"/{camp}/grid/")
    expect(page.locator(".grid .entry", has_text="Owls")).to_be_visible()
    page.goto(f"/{camp}/my/")
    page.get_by_role("link", name="Owls").first.click()
    page.get_by_role("link", name=re.compile("place")).first.click()
    page.get_by_role("button", name="Give the place back").click()
    page.goto(f"/{camp}/grid/")
    expect(page.locator(".grid .entry", has_text="Owls")).to_have_count(0)


def test_of_two_who_want_the_same_place_the_second_is_told_and_chooses_again(open_page, camp):
    nell, rob = (host(open_page, camp, name, title) for name, title in (("Nell", "Owls"), ("Rob", "Larks")))
    for page in (nell, rob):
        page.get_by_role("link", name="Choose its place").click()
    cell = nell.locator("ul.claims").first.locator("button").first.get_attribute("value")
    nell.locator(f"ul.claims button[value='{cell}']").first.click()
    expect(nell.locator(".told").first).to_be_visible()
    rob.locator(f"ul.claims button[value='{cell}']").first.click()
    expect(rob.get_by_role("alert")).to_contain_text("What is best of what is left stands below.")
    assert rob.locator(f"ul.claims button[value='{cell}']").count() == 0
    rob.locator("ul.claims").first.locator("button").first.click()
    expect(rob.locator(".told").first).to_be_visible()
    rob.goto(f"/{camp}/grid/")
    for title in ("Owls", "Larks"):
        expect(rob.locator(".grid .entry", has_text=title)).to_be_visible()


def test_by_keyboard_alone(open_page, camp):
    page = host(open_page, camp, "Nell", "Owls")
    page.get_by_role("link", name="Choose its place").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a place")
    best = page.locator("ul.claims").first.locator("button").first
    for _press in range(40):
        page.keyboard.press("Tab")
        if best.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".told").first).to_be_visible()
