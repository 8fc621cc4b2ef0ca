"""The server's key is changed, the one of before still counts: nobody notices."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client, RequestFactory

from accounts.browser import knows_address, note_address
from accounts.claims import is_proved, start_claim
from accounts.models import Claim
from events.joining import join_as_guest
from events.models import Invitation


@pytest.fixture
def new_key(settings):
    """`new_key()`: another key signs from now on; the one of before counts, unless it is left out."""

    def new_key(*, is_kept: bool = True) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if is_kept else []
        settings.SECRET_KEY = "another key of fifty letters or more, all of them random"

    return new_key


KEPT = pytest.mark.parametrize("is_kept", [True, False])


@KEPT
def test_a_code_to_sign_in_is_good(db, new_key, is_kept):
    client = Client()
    client.post("/accounts/login/code/", {"email": "anna@example.org"})
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", mail.outbox[-1].body)[0]
    new_key(is_kept=is_kept)
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert ("_auth_user_id" in client.session) == is_kept


@KEPT
def test_the_code_of_an_invitation_is_found(camp, new_key, is_kept):
    code = Invitation.objects.issue(camp=camp, role="helper", is_shown=True).code
    new_key(is_kept=is_kept)
    assert Invitation.objects.with_code(code).exists() == is_kept


@KEPT
def test_the_code_of_a_claim_is_right(camp, new_key, is_kept):
    guest = join_as_guest(camp=camp, display_name="Tea")
    start_claim(guest=guest.user, email="tea@example.org")
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
    new_key(is_kept=is_kept)
    assert is_proved(claim=Claim.objects.get(), code=code) == is_kept


@KEPT
def test_what_waits_on_a_device_is_found_there(ben, new_key, is_kept):
    before = ben.mark, ben.user.mark
    new_key(is_kept=is_kept)
    assert ((ben.mark, ben.user.mark) == before) == is_kept


@KEPT
def test_a_browser_knows_the_address_that_was_proved_from_it(new_key, is_kept):
    request = RequestFactory().get("/")
    note_address(request, "anna@example.org")
    new_key(is_kept=is_kept)
    assert knows_address(request, "anna@example.org") == is_kept
