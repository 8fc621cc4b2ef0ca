"""A guest keeps their place, alone or together with an account they had."""

import re

import pytest
from django.core import mail

from accounts.models import Claim, User
from events.models import Attendee
from events.services import join_as_guest
from pitches.models import Interest
from pitches.services import set_interest
from tests.factories import PitchFactory, UserFactory


@pytest.fixture
def guest(camp, client):
    attendee = join_as_guest(camp=camp, display_name="Teapot")
    client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    return attendee


def code_from_mail() -> str:
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def claim(client, email):
    client.post("/accounts/keep/", {"email": email})
    return client.post("/accounts/keep/code/", {"code": code_from_mail()})


def test_a_guest_who_gives_an_address_stays_the_same_person(client, guest):
    response = claim(client, "Tea@Example.org")

    assert response.status_code == 302
    guest.user.refresh_from_db()
    assert guest.user.email == "tea@example.org"
    assert client.session["_auth_user_id"] == str(guest.user.pk)


def test_everything_the_guest_did_moves_to_the_account_nothing_doubled(client, camp, guest, olga):
    account = UserFactory(email="tea@example.org")
    before = Attendee.objects.create(camp=camp, user=account, display_name="Tess")
    both, only = PitchFactory(camp=camp), PitchFactory(camp=camp, hosts=[guest])
    set_interest(pitch=both, attendee=before, level=1)
    set_interest(pitch=both, attendee=guest, level=2)
    set_interest(pitch=only, attendee=guest, level=1)

    claim(client, "tea@example.org")

    assert not User.objects.filter(pk=guest.user.pk).exists()
    assert not Attendee.objects.filter(pk=guest.pk).exists()
    assert list(only.hosts.all()) == [before]
    assert dict(Interest.objects.filter(attendee=before).values_list("pitch_id", "level")) == {both.pk: 2, only.pk: 1}
    assert client.session["_auth_user_id"] == str(account.pk)


def test_in_a_camp_the_account_was_not_in_the_place_simply_changes_hands(client, guest):
    account = UserFactory(email="tea@example.org")

    claim(client, "tea@example.org")

    guest.refresh_from_db()
    assert guest.user == account


def test_a_wrong_code_is_told_and_the_sixth_is_too_late(client, guest):
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    right = code_from_mail()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        response = client.post("/accounts/keep/code/", {"code": wrong})
        assert response.status_code == 422
        assert "not right" in response.content.decode()

    response = client.post("/accounts/keep/code/", {"code": right})

    assert response.status_code == 422
    assert User.objects.get(pk=guest.user.pk).email is None


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(client, guest):
    UserFactory(email="known@example.org")
    known = client.post("/accounts/keep/", {"email": "known@example.org"})
    unknown = client.post("/accounts/keep/", {"email": "unknown@example.org"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert mail.outbox[0].subject[:20] == mail.outbox[1].subject[:20]


def test_a_code_is_not_kept_in_the_clear(guest):
    found, code = Claim.start(guest.user, "tea@example.org")
    assert code not in found.code_hash


def test_sign_in_by_code_makes_an_account_for_a_new_address(client, db):
    client.post("/accounts/login/code/", {"email": "new@example.org"})
    body = mail.outbox[-1].body
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", body, re.M)[1]

    response = client.post("/accounts/login/code/confirm/", {"code": code})

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email="new@example.org").pk)


def test_no_user_is_ever_called_by_their_address(db):
    assert "@" not in str(UserFactory())
    assert str(User.objects.create_guest())
