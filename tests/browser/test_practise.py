"""Practise, as an organiser does it: two presses into a copy that says what it is, on paper, too, and one out of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .test_pages import EVERY_RULE, found_by_axe
from .test_paper import Pdf

CAMP = "practises-1"


@pytest.fixture
def camp(made_camp) -> str:
    return made_camp(CAMP)


def practise(page: Page, camp: str) -> str:
    """A new copy; its address."""
    page.goto(f"/{camp}/practise/")
    page.get_by_role("button", name=re.compile("Make (the practice|a new) copy")).click()
    page.wait_for_url(re.compile("-practice-"))
    return page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_an_organiser_goes_in_and_out(open_page, camp, scripts):
    page = open_page("organiser", scripts=scripts)
    page.goto(f"/{camp}/")
    page.locator("summary", has_text="Organise").click()
    page.get_by_role("link", name="Practise", exact=True).click()
    page.get_by_role("button", name=re.compile("Make (the practice|a new) copy")).click()
    band = page.get_by_role("region", name="Practice copy")
    expect(band).to_contain_text("Nobody is told anything. It is erased on")
    copy = page.url
    band.get_by_role("link", name="Back to the camp").click()
    expect(page).to_have_url(re.compile(f"/{camp}/$"))
    # Pressed again it offers the one that is there.
    page.goto(f"/{camp}/practise/")
    page.get_by_role("button", name="Go to the practice copy").click()
    expect(page).to_have_url(copy)
    page.get_by_role("region", name="Practice copy").get_by_role("link", name="Erase now").click()
    page.get_by_role("button", name="Erase now").click()
    expect(page).to_have_url(re.compile(f"/{camp}/$"))
    assert page.goto(copy).status == 404


def test_in_it_the_day_runs_and_can_be_repaired(open_page, camp):
    page = open_page("organiser")
    copy = practise(page, camp)
    page.goto(f"{copy}grid/")
    expect(page.locator(".now-flag, tr.now, .now").first).to_be_attached()
    page.goto(f"{copy}draft/repair/")
    expect(page.locator("h1")).to_be_visible()


def test_nobody_else_finds_it(open_page, camp):
    copy = practise(open_page("organiser"), camp)
    for persona in ("", "attendee", "helper"):
        page = open_page(persona)
        assert page.goto(copy).status == 404
        expect(page.locator("body")).not_to_contain_text("Practice")


@pytest.mark.parametrize("path", ["grid/print/", "paper/cards/", "paper/pack/"])
def test_each_sheet_of_paper_says_so(open_page, camp, tmp_path, path):
    page = open_page("organiser")
    page.goto(practise(page, camp) + path)
    texts = Pdf(page, tmp_path / "sheet.pdf").texts
    assert texts
    assert [text for text in texts if "Practice copy of" not in text] == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_the_band_fits_and_can_be_pressed(open_page, camp, width, scheme):
    page = open_page("organiser", viewport={"width": width, "height": 740}, color_scheme=scheme)
    practise(page, camp)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for link in page.get_by_role("region", name="Practice copy").get_by_role("link").all():
        assert link.bounding_box()["height"] >= 44
    assert found_by_axe(page, EVERY_RULE) == []
    page.goto(f"/{camp}/practise/")
    assert found_by_axe(page, EVERY_RULE) == []
