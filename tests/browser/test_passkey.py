"""A passkey from making it to signing in with it, by a device that the browser plays (WebAuthn's virtual authenticator)."""

from __future__ import annotations

import re

import pytest

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(open_page, site):
    # A number is no name to which a device binds a key.
    page = open_page("organiser", base_url=site.replace("127.0.0.1", "localhost"))
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def test_a_passkey_is_made_signs_in_and_is_removed(page):
    page.goto("/me/")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    assert page.get_by_label("Name").input_value() == "Passkey"
    page.get_by_label("Name").fill("My phone")
    page.get_by_label("Name").press("Enter")
    page.wait_for_url(re.compile(r"/webauthn/$"))
    assert "My phone" in page.locator("main").inner_text()
    assert page.get_by_text("The passkey is added.").count() == 1
    page.goto("/accounts/logout/")
    page.locator("main form").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/code/?next=/govcamp-2027/pitches/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r":\d+/govcamp-2027/pitches/$"))
    page.goto("/me/")
    assert page.get_by_role("link", name="Passkeys").count() == 1
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("link", name="Remove My phone").click()
    # Before what hurts one shows it once more.
    page.get_by_role("button", name="Use my passkey").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url(re.compile(r"/webauthn/$"))
    assert "My phone" not in page.locator("main").inner_text()


def test_a_device_that_has_none_or_refuses_is_told_in_words(page):
    page.goto("/accounts/logout/")
    page.locator("main form").get_by_role("button", name="Sign out").click()
    page.goto("/me/")
    told = page.get_by_role("alert").filter(has_text="Your device gave no passkey.")
    for _time in range(2):
        page.get_by_role("button", name="Sign in with a passkey").click()
        told.wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").filter(has_text="Look whether you are online").wait_for()


def test_an_address_that_is_a_number_is_told(open_page):
    """As the demo prints it."""
    page = open_page("organiser")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("alert").filter(has_text="Open it by its name").wait_for()
