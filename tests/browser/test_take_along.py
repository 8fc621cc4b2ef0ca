"""From a phone: the way in without a network, and what one takes along, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

CAMP = "localgovcamp"
PHONE = {"width": 360, "height": 740}
WIFI = "<h1>Sign in to the Wi-Fi</h1>"


@pytest.fixture
def way_in(open_page):
    """A stranger's phone at the way in."""

    def way_in(path: str):
        page = open_page(viewport=PHONE)
        page.goto(path)
        return page, page.locator("main [data-unreached]"), page.get_by_role("button", name="Go in")

    return way_in


def cut(page) -> None:
    page.context.set_offline(True)


def mend(page) -> None:
    page.context.set_offline(False)
    page.context.unroute("**/*")


def sign_in_first(page) -> None:
    """Whatever one asks for, the Wi-Fi answers with a page of its own."""
    page.context.route("**/*", lambda route: route.fulfill(content_type="text/html", body=WIFI))


NETWORKS = {
    "cut": (cut, "there is no network here"),
    "Wi-Fi": (sign_in_first, "Campgrid does not answer. Does the Wi-Fi want you to sign in first?"),
}


@pytest.mark.parametrize(("away", "said"), NETWORKS.values(), ids=NETWORKS)
def test_without_network_the_join_page_says_so_at_the_form_and_what_was_typed_is_sent_later(way_in, away, said):
    page, sentence, button = way_in("/govcamp-2027/join/")
    name = page.get_by_label("The name people will see")
    name.fill("Quiet Fox")
    expect(sentence).to_be_hidden()
    away(page)
    button.click()
    expect(sentence).to_contain_text(f"You are not in yet: {said}")
    expect(sentence).to_contain_text("What you typed stays here.")
    assert WIFI not in page.content()
    assert name.input_value() == "Quiet Fox"
    mend(page)
    button.click()
    page.wait_for_url("**/govcamp-2027/")
    expect(page.locator("main")).to_contain_text("You are in as Quiet Fox")


@pytest.mark.parametrize(("away", "said"), NETWORKS.values(), ids=NETWORKS)
def test_without_network_the_page_for_a_code_says_so_too(way_in, away, said):
    page, sentence, button = way_in("/j/")
    code = page.locator("#id_code")
    code.fill("abcd")
    away(page)
    button.click()
    expect(sentence).to_contain_text(said)
    assert code.input_value() == "abcd"
    mend(page)
    button.click()
    expect(page.locator("main")).to_contain_text("No camp has the code")


def test_the_sentence_goes_by_itself_when_the_network_is_back(way_in):
    page, sentence, _button = way_in("/govcamp-2027/join/")
    cut(page)
    expect(sentence).to_be_visible()
    mend(page)
    expect(sentence).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_my_day_to_a_draft_on_a_phone(open_page, scripts):
    page = open_page("attendee", CAMP, scripts=scripts, viewport={"width": 320, "height": 640})
    page.goto(f"/{CAMP}/my/")
    page.get_by_role("link", name="What I was in, to take along").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My camp, to take along")
    assert page.get_by_label("What I take from it").count() > 1
    page.get_by_label("What I take from it").first.fill("They turn their heads.")
    page.get_by_label("What I do next").fill("Ask Ann.")
    page.get_by_role("button", name="Make a draft of a write-up").click()
    page.wait_for_url("**/along/draft/")
    expect(page.get_by_label("Text")).to_contain_text("Ask Ann.")
    if scripts:
        # Without a network the draft of the draft waits, too.
        page.get_by_label("Title").fill("Typed in the train")
        cut(page)
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("#not-saved")).to_contain_text("Your text is kept here.")
        mend(page)
        page.reload()
        expect(page.get_by_label("Title")).to_have_value("Typed in the train")
    page.get_by_label("Title").fill("What I take home")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What I take home")
    page.goto(f"/{CAMP}/along/")
    expect(page.get_by_label("What I take from it").first).to_have_value("They turn their heads.")
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_network_that_goes_while_i_write_takes_no_word(open_page):
    page = open_page("attendee", CAMP, viewport=PHONE)
    page.goto(f"/{CAMP}/along/")
    page.get_by_label("What I do next").fill("Ask Ann about the owls.")
    cut(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#not-saved")).to_contain_text("Not saved.")
    mend(page)
    # The phone was put away, and the page with it.
    page.goto(f"/{CAMP}/along/")
    expect(page.get_by_label("What I do next")).to_have_value("Ask Ann about the owls.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".told")).to_contain_text(re.compile("Saved"))
    page.goto(f"/{CAMP}/along/")
    expect(page.get_by_label("What I do next")).to_have_value("Ask Ann about the owls.")


@pytest.mark.parametrize("persona", ["", "attendee"])
def test_what_is_wrong_is_kept_until_there_is_a_network(open_page, persona):
    page = open_page(persona, "govcamp-2027", viewport=PHONE)
    page.goto("/govcamp-2027/")
    page.locator("footer").get_by_role("link", name="Something is wrong").click()
    page.get_by_label("What is wrong").fill("Somebody shouts at the desk.")
    cut(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#not-saved")).to_contain_text("Not saved.")
    mend(page)
    page.reload()
    expect(page.get_by_label("What is wrong")).to_have_value("Somebody shouts at the desk.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".told")).to_contain_text("Robin can read it now, and nobody else.")
