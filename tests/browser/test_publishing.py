"""The page that publishes, on a phone and a desk; live mode in two browsers; a publish taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .test_journey import submit
from .test_live import move

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
CAMP = "publishes-1"
WHY = "The kitchen flooded"
#: what waits for whoever looks is asked for now: by what the page asks by itself
LOOK = "htmx.trigger(document.querySelector('[data-every]:not(#look)') ?? document.getElementById('look'), 'again')"


@pytest.fixture
def camp(made_camp) -> str:
    return made_camp(CAMP)


@pytest.fixture
def nell(open_page, camp) -> Page:
    """A guest who wants to be at Ducks, on a phone."""
    page = open_page("", viewport=PHONE)
    page.goto(f"/{camp}/join/")
    page.locator("#id_display_name").fill("Nell")
    page.locator("main form[method=post] button:not([type=button])").last.click()
    page.wait_for_url(f"**/{camp}/")
    page.goto(f"/{camp}/pitches/")
    page.goto(page.get_by_role("link", name="Ducks", exact=True).get_attribute("href"))
    with page.expect_response(lambda answer: "/interest/" in answer.url):
        page.get_by_role("button", name="Interested").first.click()
    return page


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_what_changes_fits_and_leads_to_the_form(open_page, camp, width):
    organiser = open_page("organiser", viewport=DESK)
    move(organiser, camp, "Ducks", {320: "Room 5", 360: "Room 6", 1280: "Room 7"}[width])
    page = open_page("organiser", viewport={"width": width, "height": 740})
    page.goto(f"/{camp}/draft/publish/")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(page.locator(".counts li").nth(1)).to_have_text("1 other room")
    if width < 1280:
        for target in page.locator(".counts a, .to-form a, main form button").all():
            assert target.bounding_box()["height"] >= 44
        page.get_by_role("link", name="Why, and publish").click()
    else:
        assert page.locator(".to-form").is_hidden()
        form, counts = (page.locator(part).bounding_box() for part in ("form.decide", ".counts"))
        assert form["x"] >= counts["x"] + counts["width"]
        assert form["y"] < 300
    why = page.get_by_label("Why, in one line")
    expect(why).to_be_in_viewport()
    # By keyboard alone.
    why.focus()
    page.keyboard.type(f"{WHY} {width}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-told]")).to_contain_text("is published.")
    expect(page.locator("#published-grid")).to_contain_text(f"{WHY} {width}")


def test_live_a_move_reaches_an_open_page_at_once_and_one_press_ends_it(open_page, camp, nell):
    organiser = open_page("organiser", viewport=DESK)
    organiser.goto(f"/{camp}/draft/")
    organiser.get_by_role("link", name="Go live").click()
    organiser.get_by_label("Live from now on").check()
    submit(organiser, organiser.locator("form.decide button:not([type=button])").last.inner_text())
    expect(organiser.locator("[data-told]").last).to_contain_text("Live: each change goes out at once.")
    nell.goto(f"/{camp}/grid/")
    move(organiser, camp, "Ducks", "Room 8")
    expect(organiser.locator("[data-told]").last).to_contain_text("It is out: version")
    nell.evaluate(LOOK)
    expect(nell.locator(".moves")).to_contain_text("“Ducks” is in Room 8")
    colleague = open_page("organiser", viewport=PHONE)
    colleague.goto(f"/{camp}/draft/")
    expect(colleague.locator("#live-mark")).to_contain_text("Live")
    # In the line of Undo and History: the grid stays where it is.
    mark, undo = (
        colleague.locator(part).bounding_box() for part in ("#live-mark", "#nothing-to-redo, #step-redo button")
    )
    assert mark["x"] + mark["width"] <= PHONE["width"]
    assert mark["y"] < undo["y"] + undo["height"]
    assert colleague.get_by_role("button", name="Stop live").bounding_box()["height"] >= 44
    with colleague.expect_navigation():
        colleague.get_by_role("button", name="Stop live").click()
    expect(colleague.locator("[data-told]").last).to_contain_text("Not live any more")
    # The page that is open elsewhere says so by itself.
    organiser.goto(f"/{camp}/draft/")
    expect(organiser.locator("#live-mark")).to_have_text("Go live")


def test_an_open_draft_learns_that_it_is_live(open_page, camp):
    watching, organiser = open_page("organiser", viewport=DESK), open_page("organiser", viewport=DESK)
    watching.goto(f"/{camp}/draft/")
    watching.evaluate("window.sameDocument = true")
    organiser.goto(f"/{camp}/draft/publish/")
    organiser.get_by_label("Live from now on").check()
    submit(organiser, organiser.locator("form.decide button:not([type=button])").last.inner_text())
    watching.evaluate("htmx.trigger(document.getElementById('draft-grid'), 'again')")
    expect(watching.get_by_role("button", name="Stop live")).to_be_visible()
    assert watching.evaluate("window.sameDocument") is True
    with watching.expect_navigation():
        watching.get_by_role("button", name="Stop live").click()


def test_without_scripts_it_is_published_and_taken_back(open_page, camp, nell):
    organiser = open_page("organiser", viewport=PHONE, java_script_enabled=False)
    move(organiser, camp, "Ducks", "Room 9")
    organiser.goto(f"/{camp}/draft/publish/")
    with organiser.expect_navigation():
        organiser.locator("form.decide button").last.click()
    nell.goto(f"/{camp}/grid/")
    expect(nell.locator(".moves")).to_contain_text("“Ducks” is in Room 9")
    with nell.expect_navigation():
        nell.get_by_role("button", name="I have seen it").click()
    organiser.get_by_role("link", name="Take back version").click()
    expect(organiser.locator(".changes")).to_contain_text("1 moves to another room")
    with organiser.expect_navigation():
        organiser.locator("form.decide button").last.click()
    expect(organiser.locator("[data-told]").last).to_contain_text("What was up before is up again")
    nell.goto(f"/{camp}/")
    expect(nell.locator(".moves")).to_contain_text("“Ducks” is in")
    expect(nell.locator(".moves")).to_contain_text("Room 9")
