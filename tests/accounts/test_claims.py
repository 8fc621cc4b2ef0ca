"""A guest keeps their place, alone or together with an account they had."""

import hashlib
import re

import pytest
from django.contrib.messages.storage.base import Message
from django.core import mail
from django.test import Client

from accounts import told_rows
from accounts.models import Claim, User
from events.joining import join_as_guest
from events.models import Attendee
from pitches.models import Interest
from pitches.services import set_interest
from tests.factories import PitchFactory, UserFactory


@pytest.fixture
def guest(camp, client):
    attendee = join_as_guest(camp=camp, display_name="Teapot")
    client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    return attendee


def code_from_mail() -> str:
    return re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]


def claim(client, email):
    client.post("/accounts/keep/", {"email": email})
    return client.post("/accounts/keep/code/", {"code": code_from_mail()})


def test_a_guest_who_gives_an_address_stays_the_same_person(client, guest):
    response = claim(client, "Tea@Example.org")

    assert response.status_code == 302
    guest.user.refresh_from_db()
    assert guest.user.email == "tea@example.org"
    assert client.session["_auth_user_id"] == str(guest.user.pk)
    # A claim that was used is of no use to anybody.
    assert not Claim.objects.exists()


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


def test_what_waits_for_the_guest_is_told_to_the_account(client, camp, guest):
    account = UserFactory(email="tea@example.org")
    told_rows.write_told(pk=account.pk, said=[Message(20, "Of the account.")])
    told_rows.write_told(pk=guest.user.pk, said=[Message(20, "Of the guest.")], done=["f" * 16])

    claim(client, "tea@example.org")

    page = client.get(f"/{camp.slug}/").content.decode()
    assert [text in page for text in ("Of the account.", "Of the guest.", "f" * 16)] == [True] * 3


def test_what_the_guest_heard_is_not_told_to_the_account_once_more(client, camp, guest):
    """The page told that a code is on its way; what that led to must not begin with it."""
    UserFactory(email="tea@example.org")
    client.cookies["heard"] = f"{guest.user.mark}.0"
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    client.post("/accounts/keep/code/", {"action": "resend"})
    assert "A new code is on its way." in client.get("/accounts/keep/code/").content.decode()
    [[number, *_sentence]] = User.objects.get(pk=guest.user.pk).told
    client.cookies["heard"] = f"{guest.user.mark}.{number}"
    client.post("/accounts/keep/code/", {"code": code_from_mail()})
    page = client.get(f"/{camp.slug}/").content.decode()
    assert ["This place is yours." in page, "on its way" in page] == [True, False]


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


def test_the_sixth_code_in_five_minutes_is_not_sent(client, guest):
    statuses = [client.post("/accounts/keep/", {"email": f"tea{n}@example.org"}).status_code for n in range(6)]
    assert statuses == [302] * 5 + [422]
    assert len(mail.outbox) == 5


def test_many_guests_do_not_flood_one_address(client, camp):
    for number in range(6):
        attendee = join_as_guest(camp=camp, display_name=f"Teapot {number}")
        client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
        response = client.post("/accounts/keep/", {"email": "victim@example.org"})
    assert "Five codes were sent already." in response.content.decode()
    assert len(mail.outbox) == 5


def test_a_code_is_not_kept_in_the_clear(client, guest):
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    code = code_from_mail()
    claim = Claim.objects.get()
    assert code not in str(vars(claim))
    # Nor can it be worked out from the row alone, by trying all that there are.
    assert hashlib.sha256(code.encode()).hexdigest() != claim.code_hash


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


def test_a_code_to_keep_a_place_looks_like_one_to_sign_in(client, guest):
    """Length, alphabet, mail, field and page: people know one kind of code."""
    other = Client()
    other.post("/accounts/login/code/", {"email": "ann@example.org"})
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    to_sign_in, to_keep = mail.outbox[-2:]
    codes = [re.search(r"^\s+(\S+)$", message.body, re.M)[1] for message in (to_sign_in, to_keep)]
    for code in codes:
        assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", code)
    assert to_keep.subject.replace(codes[1], "") == to_sign_in.subject.replace(codes[0], "")
    assert to_keep.body.replace(codes[1], "") == to_sign_in.body.replace(codes[0], "")
    pages = [
        other.get("/accounts/login/code/confirm/").content.decode(),
        client.get("/accounts/keep/code/").content.decode(),
    ]
    for look in (r"<h1>.*?</h1>", r'<input type="text"[^>]*>', r'<button class="quiet"[^>]*>.*?</button>'):
        assert re.findall(look, pages[0]) == re.findall(look, pages[1]) != []


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_code_to_keep_a_place_is_taken_as_people_type_it(client, guest, typed):
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    assert client.post("/accounts/keep/code/", {"code": typed(code_from_mail())}).status_code == 302
    guest.user.refresh_from_db()
    assert guest.user.email == "tea@example.org"


def test_a_new_code_to_keep_a_place_is_sent_from_the_page_that_asks_for_it(client, guest):
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    first = code_from_mail()
    response = client.post("/accounts/keep/code/", {"action": "resend"}, follow=True)
    assert "A new code is on its way." in response.content.decode()
    assert code_from_mail() != first
    assert mail.outbox[-1].to == ["tea@example.org"]
    assert client.post("/accounts/keep/code/", {"code": code_from_mail()}).status_code == 302


def test_a_sixth_new_code_is_refused_in_words(client, guest):
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    for _ in range(5):
        response = client.post("/accounts/keep/code/", {"action": "resend"}, follow=True)
    assert "Five codes were sent already." in response.content.decode()
    assert len(mail.outbox) == 5


def test_a_guest_is_not_given_to_an_account_that_is_closed(client, camp, guest):
    """They were told that the place is theirs, and nobody was let in to it any more."""
    UserFactory(email="tea@example.org", is_active=False)
    answer = claim(client, "tea@example.org")
    assert answer.status_code == 422
    assert "This account is closed." in answer.content.decode()
    assert client.get(f"/{camp.slug}/my/").status_code == 200
    assert Attendee.objects.get(pk=guest.pk).user == guest.user
