"""The day of a camp, from opening it to the write-up, with scripts and without."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect


def submit(page: Page, name: str) -> None:
    """Presses the button and waits for the page that follows: a form that keeps a draft asks the network first."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def open_camp(page: Page, slug: str) -> str:
    """A camp with a day and two rooms; returns its code."""
    page.goto("/new/")
    page.get_by_label("Name", exact=True).fill(f"Camp {slug}")
    page.get_by_label(re.compile("^Address")).fill(slug)
    page.get_by_label("First day").fill("2031-03-01")
    page.get_by_label("Last day").fill("2031-03-01")
    page.get_by_label("Your name in this camp").fill("Olga")
    submit(page, "Open the camp")
    expect(page).to_have_url(re.compile(f"/{slug}/slots/"))
    submit(page, "Make the slots")
    expect(page.get_by_text("10:00–10:45")).to_be_visible()
    page.goto(f"/{slug}/rooms/")
    for name in ("Barn", "Loft"):
        page.get_by_label("Name", exact=True).fill(name)
        submit(page, "Add the room")
        expect(page.locator("main li strong", has_text=name)).to_be_visible()
    page.goto(f"/{slug}/poster/")
    return page.locator(".code").inner_text().strip()


def join(page: Page, code: str, name: str) -> None:
    page.goto("/j/")
    page.get_by_label("Camp code").fill(code)
    submit(page, "Go in")
    page.get_by_label("The name people will see").fill(name)
    submit(page, "Go in")
    expect(page.get_by_text(f"You are in as {name}")).to_be_visible()


def pitch(page: Page, slug: str, title: str) -> str:
    page.goto(f"/{slug}/pitches/new/")
    page.get_by_label("Title").fill(title)
    submit(page, "Pitch it")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    return page.url


def tap(page: Page, slug: str, title: str, word: str) -> None:
    page.goto(f"/{slug}/pitches/")
    card = page.locator("article", has=page.get_by_role("heading", name=title, exact=True))
    card.get_by_role("button", name=word).click()
    expect(card.get_by_role("button", name=word)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_camp_from_opening_to_write_up(open_page, scripts):
    slug = f"journey-{'js' if scripts else 'plain'}"
    olga = open_page("organiser", scripts=scripts)
    code = open_camp(olga, slug)
    ben, cleo, dan = (open_page(scripts=scripts) for _ in range(3))
    for page, name in ((ben, "Ben"), (cleo, "Cleo"), (dan, "Dan")):
        join(page, code, name)

    pitch(ben, slug, "Knots")
    double = pitch(cleo, slug, "Knots again")
    pitch(dan, slug, "Ducks")
    olga.goto(double)
    olga.get_by_role("link", name="Merge with another").click()
    olga.get_by_label("Merge it into").select_option("Knots")
    submit(olga, "Merge")
    expect(olga.get_by_text("Hosted by Ben, Cleo")).to_be_visible()
    cleo.goto(double)
    expect(cleo.get_by_role("heading", level=1, name="Knots", exact=True)).to_be_visible()

    tap(dan, slug, "Knots", "Must")
    tap(ben, slug, "Ducks", "Interested")

    olga.goto(f"/{slug}/draft/")
    olga.get_by_text("What counts", exact=True).click()
    olga.get_by_label("Take").select_option("1")
    submit(olga, "Build the grid")
    for _ in range(40):
        # While it is built, what stands there is not on the draft yet.
        is_built = not olga.get_by_role("button", name="Stop and keep the best").count()
        if is_built and olga.get_by_text("Every pitch has a place.").is_visible():
            break
        time.sleep(0.5)
        if not scripts:
            olga.goto(f"/{slug}/draft/")
    expect(olga.get_by_text("Every pitch has a place.")).to_be_visible()
    olga.goto(f"/{slug}/draft/publish/")
    submit(olga, "Publish version 1")
    expect(olga.get_by_text("Version 1 is published.")).to_be_visible()

    dan.goto(f"/{slug}/my/")
    dan.get_by_role("link", name="Knots").click()
    expect(dan.get_by_text("Nobody has written anything yet.")).to_be_visible()
    address = dan.url
    for page in (dan, cleo):
        page.goto(address)
        page.get_by_role("link", name="Write notes").click()
    dan.get_by_label("Notes").fill("* reef knot")
    cleo.get_by_label("Notes").fill("* bowline")
    submit(dan, "Save")
    expect(dan.get_by_text("Saved.", exact=True)).to_be_visible()
    submit(cleo, "Save")
    expect(cleo.get_by_text("reef knot")).to_be_visible()
    expect(cleo.get_by_text("bowline")).to_be_visible()

    ben.goto(address)
    ben.get_by_role("link", name="Add a write-up").click()
    ben.get_by_label("Title").fill("What knots taught me")
    ben.get_by_label("Text").fill("Patience.")
    submit(ben, "Publish")
    ben.goto(f"/{slug}/record/")
    expect(ben.get_by_role("link", name="What knots taught me")).to_be_visible()


def test_two_organisers_see_each_others_change(open_page):
    one, two = open_page("organiser", camp="localgovcamp"), open_page("organiser", camp="localgovcamp")
    for page in (one, two):
        page.goto("/localgovcamp/draft/")
    first = one.locator(".entry a").first
    title = first.inner_text()
    place = first.get_attribute("href")
    two.goto(place)
    one.goto(place)
    submit(one, "Take it off the grid")
    expect(one.locator("#draft-grid")).to_be_visible()
    two.get_by_role("button", name="Take it off the grid").click()
    expect(two.get_by_text(f"Morgan moved “{title}” meanwhile")).to_be_visible()


def test_the_board_filters_while_one_types(open_page):
    page = open_page("attendee")
    page.goto("/govcamp-2027/pitches/")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Search").type("leasehold")
    expect(page.get_by_role("status").get_by_text("1 pitch")).to_be_visible()
    expect(page).to_have_url(re.compile("q=leasehold"))


def test_a_draft_survives_a_lost_network(open_page):
    page = open_page("host")
    page.goto("/govcamp-2027/pitches/new/")
    page.get_by_label("Title").fill("Half a thought")
    page.context.set_offline(True)
    expect(page.locator("#offline").get_by_text("You are offline.")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/govcamp-2027/")
    page.goto("/govcamp-2027/pitches/new/")
    expect(page.get_by_label("Title")).to_have_value("Half a thought")
    expect(page.get_by_text("This is what you typed here before.")).to_be_visible()
    submit(page, "Pitch it")
    # Only the page that follows proves that the server has it.
    expect(page.get_by_role("heading", level=1, name="Half a thought")).to_be_visible()
    page.goto("/govcamp-2027/pitches/new/")
    expect(page.get_by_label("Title")).to_have_value("")


def test_errors_take_the_focus_and_keep_what_was_typed(open_page):
    page = open_page("host")
    page.goto("/govcamp-2027/pitches/new/")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("What it is about").fill("Only this")
    submit(page, "Pitch it")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("What it is about")).to_have_value("Only this")


def test_interest_by_keyboard_alone(open_page):
    page = open_page("attendee")
    page.goto("/govcamp-2027/pitches/?show=unseen")
    button = page.get_by_role("button", name="Interested").first
    identity = button.get_attribute("id")
    button.focus()
    page.keyboard.press("Enter")
    changed = page.locator(f"#{identity}")
    expect(changed).to_have_attribute("aria-pressed", "true")
    # The focus stays where it was, although the control was swapped.
    expect(changed).to_be_focused()
