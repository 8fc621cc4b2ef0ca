"""Signing in by a mailed code: kept by digest, good in every process, and at once by two."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import claims, sealing
from accounts.claims import start_claim
from accounts.form_keys import FIELD
from accounts.mail import deliver, send_later
from accounts.models import Claim, MailFailure, SignInCode, User
from accounts.once import BACKEND
from accounts.services import account_of, account_with
from accounts.shown import CODE_AT
from config import cleaning
from events.models import Attendee
from tests.factories import AttendeeFactory, CampFactory, UserFactory

from .test_limits import at_once, code_in_mail

ROOT = Path(__file__).resolve().parents[2]
CODE, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"


def ask(client: Client, email: str = "anna@example.org", **more: str):
    return client.post(CODE, {"email": email, **more})


def confirm(client: Client, code: str, **more: str):
    return client.post(CONFIRM, {"code": code, **more})


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_known_and_new_get_the_same_answer_and_no_account_comes_from_asking(client, db):
    UserFactory(email="known@example.org")
    answers = [ask(Client(), email) for email in ("known@example.org", "new@example.org")]
    assert answers[0].url == answers[1].url
    assert not User.objects.filter(email="new@example.org").exists()
    assert re.sub("[A-Z]{4}", "", mail.outbox[0].body) == re.sub("[A-Z]{4}", "", mail.outbox[1].body)


def test_eight_times_the_newest_code_signs_in(client, db):
    """Any process reads what another wrote: nothing of it is in a memory. It was refused in five of eight tries."""
    for number in range(8):
        browser = Client()
        ask(browser, f"anna{number}@example.org")
        assert confirm(browser, code_in_mail()).status_code == 302
        assert who(browser)


def test_a_code_typed_small_and_without_its_hyphen_is_the_same(client, db):
    ask(client)
    assert confirm(client, f" {code_in_mail().replace('-', ' ').lower()}").status_code == 302


@pytest.mark.parametrize("number", [0, 1], ids=["the one before", "the newest"])
def test_mails_that_arrive_in_another_order_are_all_good(client, db, number):
    ask(client)
    ask(client)
    assert confirm(client, code_in_mail(number)).status_code == 302
    assert who(client)


def test_a_code_signs_in_the_browser_that_asked_and_no_other(client, db):
    ask(client)
    other = Client()
    assert confirm(other, code_in_mail()).status_code == 302
    assert who(other) is None
    ask(other, "ben@example.org")
    assert confirm(other, code_in_mail(0)).status_code == 422
    assert who(other) is None


def test_a_code_works_once_and_for_a_quarter_of_an_hour(client, db):
    ask(client)
    SignInCode.objects.update(expires_at=timezone.now())
    response = client.post(CONFIRM, {"code": code_in_mail()}, follow=True)
    assert who(client) is None
    assert "too old" in response.content.decode()
    ask(client)
    confirm(client, code_in_mail())
    client.post("/accounts/logout/")
    confirm(client, code_in_mail())
    assert who(client) is None


def test_after_five_wrong_ones_the_right_one_is_too_late(client, db):
    ask(client)
    for _ in range(5):
        response = confirm(client, "BBBB-BBBB")
        assert response.status_code == 422
        assert "not right" in response.content.decode()
    assert confirm(client, code_in_mail()).status_code == 422
    assert who(client) is None


@pytest.mark.django_db(transaction=True)
def test_of_nine_wrong_ones_at_once_five_are_looked_at(client):
    ask(client)

    def guess():
        browser = Client()
        browser.cookies["browser"] = client.cookies["browser"].value
        return confirm(browser, "BBBB-BBBB").status_code

    assert at_once(*[guess] * 9) == [422] * 9
    assert SignInCode.objects.get().attempts == 5


def test_who_is_sent_to_sign_in_comes_back_to_what_they_wanted(client, camp):
    response = ask(client, next=f"/{camp.slug}/join/")
    page = client.get(response.url).content.decode()
    assert f'name="next" value="/{camp.slug}/join/"' in page
    assert confirm(client, code_in_mail(), next=f"/{camp.slug}/join/").url == f"/{camp.slug}/join/"
    client.post("/accounts/logout/")
    ask(client)
    assert confirm(client, code_in_mail(), next="https://evil.example/").url == "/me/"


def test_a_form_sent_twice_sends_one_mail_and_signs_in_twice_the_same(client, db):
    client.cookies["csrftoken"] = "x" * 32
    for _ in range(2):
        ask(client, **{FIELD: "a" * 32})
    assert len(mail.outbox) == 1
    late = Client()
    late.cookies.load({"csrftoken": "x" * 32, "browser": client.cookies["browser"].value})
    data = {"code": code_in_mail(), FIELD: "b" * 32}
    answers = [browser.post(CONFIRM, data) for browser in (client, late)]
    assert [answer.url for answer in answers] == ["/me/", "/me/"]
    assert who(late) == who(client)
    # Also of when the code was typed: whoever showed it just now is not asked for a passkey.
    assert late.session[CODE_AT] == client.session[CODE_AT]


def test_how_long_a_code_works_and_counts_is_said_by_the_numbers_that_hold(client, db, monkeypatch):
    """And not written once more by hand."""
    for place in ("accounts.codes.CODES_LAST", "accounts.views.CODES_LAST"):
        monkeypatch.setattr(place, timedelta(minutes=7))
    page = client.get(ask(client).url).content.decode()
    assert "It works for 7 minutes, in this browser." in page
    assert "It works for 7 minutes, in the browser" in mail.outbox[0].body
    guest = User.objects.create_guest()
    client.force_login(guest, backend=BACKEND)
    start_claim(guest=guest, email="new@example.org")
    assert "It works for 7 minutes" in client.get("/accounts/keep/code/").content.decode()
    written = [
        path.name for path in (ROOT / "templates").rglob("*") if path.is_file() and "15 minutes" in path.read_text()
    ]
    assert written == []


def test_a_closed_account_is_told_so(client, db):
    UserFactory(email="anna@example.org", is_active=False)
    ask(client)
    assert "This account is closed." in confirm(client, code_in_mail()).content.decode()
    assert who(client) is None


def test_a_guest_proves_an_address_and_stays_the_same_person(client, camp, ben):
    guest = User.objects.create_guest()
    client.force_login(guest, backend=BACKEND)
    response = client.get(f"{CODE}?next=/{camp.slug}/")
    assert response.url == f"/accounts/keep/?next=%2F{camp.slug}%2F"
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    assert (
        client.post("/accounts/keep/code/", {"code": code_in_mail(), "next": f"/{camp.slug}/"}).url == f"/{camp.slug}/"
    )


@pytest.mark.parametrize("page", [CODE, "/accounts/keep/"])
def test_an_address_too_long_for_the_database_is_told(client, db, page):
    client.force_login(User.objects.create_guest(), backend=BACKEND) if "keep" in page else None
    email = "a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".org"
    assert client.post(page, {"email": email}).status_code == 422


# -- one address, several who claim it -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_of_one_new_address_at_once_are_one_account():
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        ask(browser)
    codes = [code_in_mail(n) for n in range(4)]
    statuses = at_once(*[lambda b=b, c=c: confirm(b, c).status_code for b, c in zip(browsers, codes, strict=True)])
    assert statuses == [302] * 4
    assert len({who(browser) for browser in browsers}) == 1
    assert User.objects.count() == EmailAddress.objects.filter(verified=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_right_code_of_a_claim_twice_at_once_is_inside(camp):
    guest = AttendeeFactory(camp=camp, user=User.objects.create_guest()).user
    start_claim(guest=guest, email="tea@example.org")
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
    browsers = [Client() for _ in range(3)]
    for browser in browsers:
        browser.force_login(guest, backend=BACKEND)
    answers = at_once(*[lambda b=b: b.post("/accounts/keep/code/", {"code": code}) for b in browsers])
    assert {answer.status_code for answer in answers} <= {302, 422}
    assert 302 in {answer.status_code for answer in answers}
    guest.refresh_from_db()
    assert guest.email == "tea@example.org"
    assert camp.attendees.get().user == guest


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [False, True])
def test_two_guests_who_claim_one_address_at_once_become_one_person(camp, is_known):
    account = UserFactory(email="tea@example.org") if is_known else None
    calls = []
    for _number in range(2):
        guest = AttendeeFactory(camp=camp, user=User.objects.create_guest()).user
        start_claim(guest=guest, email="tea@example.org")
        code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
        browser = Client()
        browser.force_login(guest, backend=BACKEND)
        calls.append(lambda b=browser, c=code: b.post("/accounts/keep/code/", {"code": c}).status_code)
    assert at_once(*calls) == [302, 302]
    kept = User.objects.get(email="tea@example.org")
    assert account in (None, kept)
    assert User.objects.count() == 1
    assert camp.attendees.get().user == kept


@pytest.mark.django_db(transaction=True)
def test_two_guests_of_two_camps_who_find_an_address_free_at_once_become_one_person(camp, monkeypatch):
    """No camp is held by both, and both look before either has it."""
    looked = Barrier(2, timeout=1)

    def found(email: str) -> User | None:
        account = account_of(email)
        # Where there is one writer, the other looks when the first is done.
        with suppress(BrokenBarrierError):
            looked.wait()
        return account

    monkeypatch.setattr(claims, "account_of", found)
    calls = []
    for each in (camp, CampFactory(slug="other")):
        guest = AttendeeFactory(camp=each, user=User.objects.create_guest()).user
        start_claim(guest=guest, email="tea@example.org")
        code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
        browser = Client()
        browser.force_login(guest, backend=BACKEND)
        calls.append(lambda b=browser, c=code: b.post("/accounts/keep/code/", {"code": c}).status_code)
    assert at_once(*calls) == [302, 302]
    assert {attendee.user for attendee in Attendee.objects.all()} == {User.objects.get()}


def test_an_address_that_is_another_accounts_second_one_leads_to_that_account(client, camp):
    account = UserFactory(email="first@example.org")
    EmailAddress.objects.create(user=account, email="first@example.org", verified=True, primary=True)
    EmailAddress.objects.create(user=account, email="second@example.org", verified=True)
    ask(client, "second@example.org")
    confirm(client, code_in_mail())
    assert who(client) == str(account.pk)

    guest = AttendeeFactory(camp=camp, user=User.objects.create_guest())
    browser = Client()
    browser.force_login(guest.user, backend=BACKEND)
    browser.post("/accounts/keep/", {"email": "second@example.org"})
    assert browser.post("/accounts/keep/code/", {"code": code_in_mail()}).status_code == 302
    guest.refresh_from_db()
    assert guest.user == account


def test_an_address_somebody_else_never_proved_is_whose_it_is_who_proves_it(db):
    unproved = UserFactory(email="anna@example.org")
    other = UserFactory(email="ben@example.org")
    EmailAddress.objects.create(user=other, email="anna@example.org", verified=False)
    assert account_with(email="anna@example.org") == unproved
    assert unproved.has_proved_email


# -- what lies about --------------------------------------------------------------------------------------


@pytest.fixture
def _queued(settings, transactional_db) -> None:
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def everything_kept() -> str:
    """All rows of all tables, as they would be in a backup; and what the sessions say."""
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept.append(f"{table}: {cursor.fetchall()}")
    return "\n".join(kept)


def sent_codes() -> list[str]:
    return [code for message in mail.outbox for code in re.findall(r"\b[A-Z]{4}-[A-Z]{4}\b", message.body)]


@pytest.mark.usefixtures("_queued")
def test_no_code_can_be_read_in_the_database_neither_before_it_is_sent_nor_after(client, camp):
    ask(client)
    guest = Client()
    guest.force_login(User.objects.create_guest(), backend=BACKEND)
    guest.post("/accounts/keep/", {"email": "tea@example.org"})
    before = everything_kept()
    call_command("work", "--queue", "mail", "--batch")
    after = everything_kept()
    codes = sent_codes()
    assert len(set(codes)) == 2
    for code in codes:
        for kept in (before, after):
            assert code not in kept
            assert code.replace("-", "") not in kept
    assert '"sealed": "' in before
    assert all(row.args_kwargs == {"args": [], "kwargs": {}} for row in DBTaskResult.objects.all())
    assert confirm(client, codes[0] if "-" in codes[0] else codes[1]).status_code == 302


@pytest.mark.usefixtures("_queued")
def test_a_task_run_again_after_it_was_emptied_sends_nothing(mailoutbox):
    send_later(subject="Hello", body="Text", to=["anna@example.org"])
    call_command("work", "--queue", "mail", "--batch")
    DBTaskResult.objects.update(status="READY")
    call_command("work", "--queue", "mail", "--batch")
    assert len(mailoutbox) == 1
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert not MailFailure.objects.exists()


@pytest.mark.usefixtures("_queued")
def test_a_mail_that_an_earlier_release_left_in_the_queue_is_sent(mailoutbox):
    deliver.enqueue(subject="Hello", body="Text", to=["anna@example.org"])
    call_command("work", "--queue", "mail", "--batch")
    assert [(message.subject, message.to) for message in mailoutbox] == [("Hello", ["anna@example.org"])]


@pytest.mark.usefixtures("_queued")
def test_a_mail_sealed_with_another_key_is_told_to_the_operator(mailoutbox, settings):
    send_later(subject="Hello", body="Text", to=["anna@example.org"])
    settings.SECRET_KEY = "another " * 10
    call_command("work", "--queue", "mail", "--batch")
    assert mailoutbox == []
    assert MailFailure.objects.get().next_try_at is None


def test_what_is_sealed_is_read_with_an_earlier_key_that_still_counts(settings):
    sealed = sealing.seal({"body": "secret"})
    assert "secret" not in sealed
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another " * 10
    assert sealing.unseal(sealed) == json.loads('{"body": "secret"}')
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.InvalidToken):
        sealing.unseal(sealed)


def test_codes_that_open_nothing_any_more_are_forgotten_by_the_worker(client, db):
    ask(client)
    SignInCode.objects.update(expires_at=timezone.now())
    ask(client, "ben@example.org")
    cleaning.clean_up()
    assert SignInCode.objects.get().email == "ben@example.org"


def test_a_claim_is_counted_on_the_code_that_is_open_now(client, db):
    guest = User.objects.create_guest()
    client.force_login(guest, backend=BACKEND)
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    old = Claim.objects.get().code_hash
    client.post("/accounts/keep/", {"email": "tea@example.org"})
    assert Claim.objects.get().code_hash != old
