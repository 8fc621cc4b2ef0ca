"""Limits are counted in the database: the same for all processes, exact under threads, kept when all else is undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.codes import (
    FROM_ONE_SOURCE,
    TO_ONE_ADDRESS_A_DAY,
    WRONG_FOR_ONE_ADDRESS,
    WRONG_FROM_ONE_SOURCE,
    kept,
)
from accounts.form_keys import FIELD
from accounts.limits import (
    Limit,
    count_one,
    counted_whatever_happens,
    is_used_up,
    source_of,
    uncount_one,
)
from accounts.models import Claim, Tally, User
from accounts.once import BACKEND
from config import cleaning

FIVE = Limit("test", 5)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What they answer, all begun at the same moment, each with a connection of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [running.result() for running in [pool.submit(run, call) for call in calls]]


def counted(limit: Limit, who: str, times: int) -> None:
    """As if it had been counted so often."""
    count_one(limit=limit, who=who)
    Tally.objects.filter(what=limit.what).update(count=times)


def test_the_sixth_is_over_a_limit_of_five(db):
    assert [count_one(limit=FIVE, who="a") for _ in range(7)] == [True] * 5 + [False] * 2
    assert count_one(limit=FIVE, who="b")
    assert count_one(limit=Limit("other", 5), who="a")


def test_one_taken_back_may_be_tried_again(db):
    for _ in range(5):
        count_one(limit=FIVE, who="a")
    assert is_used_up(limit=FIVE, who="a")
    uncount_one(limit=FIVE, who="a")
    assert not is_used_up(limit=FIVE, who="a")
    assert [count_one(limit=FIVE, who="a") for _ in range(2)] == [True, False]


def test_after_its_time_a_count_begins_anew(db):
    for _ in range(9):
        count_one(limit=FIVE, who="a")
    Tally.objects.update(begun_at=timezone.now() - FIVE.within - timedelta(seconds=1))
    assert not is_used_up(limit=FIVE, who="a")
    assert [count_one(limit=FIVE, who="a") for _ in range(6)] == [True] * 5 + [False]


def test_the_time_runs_from_the_first_not_the_last(db):
    for _ in range(5):
        count_one(limit=FIVE, who="a")
    begun = Tally.objects.get().begun_at
    count_one(limit=FIVE, who="a")
    assert Tally.objects.get().begun_at == begun


@pytest.mark.django_db(transaction=True)
def test_of_nine_at_once_five_pass():
    passed = at_once(*[lambda: count_one(limit=FIVE, who="a")] * 9)
    assert sum(passed) == 5
    assert Tally.objects.get().count == 9


def test_the_table_tells_neither_an_address_nor_a_machine(db):
    count_one(limit=FIVE, who="anna@example.org")
    count_one(limit=FIVE, who="192.0.2.7")
    rows = str(list(Tally.objects.values_list("what", "who", "count")))
    assert "anna" not in rows
    assert "192" not in rows


@pytest.mark.django_db(transaction=True)
def test_what_was_counted_holds_when_all_else_is_taken_back():
    def fails() -> None:
        with counted_whatever_happens(), transaction.atomic():
            User.objects.create_guest()
            for _ in range(3):
                count_one(limit=FIVE, who="a")
            uncount_one(limit=FIVE, who="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not User.objects.exists()
    assert Tally.objects.get().count == 2


@pytest.mark.django_db(transaction=True)
def test_a_guess_counts_though_the_page_after_it_breaks(camp, monkeypatch):
    """The form of a camp is one transaction: an error behind the guess takes back all but the guess."""
    camp.joining = "code"
    camp.save()

    def broken(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("events.views.camp.status_of", broken)
    client = Client(raise_request_exception=False)
    form = {"display_name": "Fern", "code": "WRONG1", FIELD: "a" * 32}
    assert client.post(f"/{camp.slug}/join/", form).status_code == 500
    assert sorted(Tally.objects.values_list("what", "count")) == [("join-code-browser", 1), ("join-code-source", 1)]


def test_old_counts_are_forgotten_by_the_worker(db):
    count_one(limit=FIVE, who="old")
    Tally.objects.update(begun_at=timezone.now() - Tally.KEPT_FOR - timedelta(seconds=1))
    count_one(limit=FIVE, who="new")
    cleaning.clean_up()
    assert Tally.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
    ],
)
def test_a_source_is_a_machine_or_a_network_of_ipv6(rf, one, other, is_same):
    assert (source_of(rf.get("/", REMOTE_ADDR=one)) == source_of(rf.get("/", REMOTE_ADDR=other))) is is_same


def test_behind_a_proxy_the_source_is_what_the_proxy_itself_says(rf, settings):
    settings.BEHIND_PROXY = True
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.7")
    assert source_of(request) == "192.0.2.7"


# -- codes -------------------------------------------------------------------------------------------------


def code_in_mail(number: int = -1) -> str:
    """What stands alone on a line of a mail."""
    return re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[number].body, re.M)[1]


def ask(client: Client, email: str) -> int:
    return client.post("/accounts/login/code/", {"email": email}).status_code


def test_a_new_code_is_counted_too(db):
    client = Client()
    ask(client, "anna@example.org")
    for _ in range(9):
        page = client.post("/accounts/login/code/confirm/", {"action": "resend"}, follow=True).content.decode()
    assert len(mail.outbox) == 5
    assert "Five codes were sent already." in page


def test_one_address_gets_five_codes_whoever_asks_and_by_whatever_way(client, camp, db):
    """Thirty mails in two minutes were possible: from many browsers, to sign in and to keep a place."""
    guest = User.objects.create_guest()
    keeper = Client()
    keeper.force_login(guest, backend=BACKEND)
    for _ in range(3):
        ask(Client(), "victim@example.org")
        keeper.post("/accounts/keep/", {"email": "Victim@example.org"})
    assert len(mail.outbox) == 5
    for _ in range(3):
        client = Client()
        client.post("/accounts/login/code/", {"email": "victim@example.org"})
        client.post("/accounts/login/code/confirm/", {"action": "resend"})
    assert len(mail.outbox) == 5
    page = client.post("/accounts/login/code/", {"email": "victim@example.org"})
    assert "Five codes were sent already." in page.content.decode()


def test_one_address_gets_forty_codes_a_day(db):
    counted(TO_ONE_ADDRESS_A_DAY, "victim@example.org", 38)
    for _ in range(4):
        ask(Client(), "victim@example.org")
    assert len(mail.outbox) == 2


def test_one_browser_does_not_mail_the_whole_world(client, db):
    statuses = [ask(client, f"person{n}@example.org") for n in range(12)]
    assert statuses == [302] * 10 + [422] * 2
    assert len(mail.outbox) == 10


def test_a_hall_of_300_behind_one_address_gets_its_codes_twice_and_the_whole_world_does_not(db):
    counted(FROM_ONE_SOURCE, "127.0.0.1", 590)
    for number in range(12):
        ask(Client(), f"person{number}@example.org")
    assert len(mail.outbox) == 10


@pytest.fixture
def claim(transactional_db) -> Claim:
    guest = User.objects.create_guest()
    return Claim.objects.create(
        guest=guest,
        email="tea@example.org",
        code_hash=kept("271828", of=f"claim {guest.pk} tea@example.org"),
        expires_at=timezone.now() + Claim.LIFETIME,
    )


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_of_nine_wrong_codes_at_once_five_are_looked_at(claim):
    def guess(code: str) -> Callable[[], int]:
        client = browser_of(claim.guest)
        return lambda: client.post("/accounts/keep/code/", {"code": code}).status_code

    assert at_once(*[guess(f"{n:06d}") for n in range(9)]) == [422] * 9
    claim.refresh_from_db()
    assert claim.attempts == 5
    assert guess("271828")() == 422


TOO_MANY_HERE = {
    WRONG_FROM_ONE_SOURCE: "Too many wrong codes from this network.",
    WRONG_FOR_ONE_ADDRESS: "Too many wrong codes for this address.",
}


@pytest.fixture(params=[(WRONG_FROM_ONE_SOURCE, "127.0.0.1"), (WRONG_FOR_ONE_ADDRESS, "tea@example.org")])
def almost(request, claim) -> Limit:
    """One wrong code more is too many."""
    limit, who = request.param
    counted(limit, who, limit.most - 1)
    return limit


def type_code(client: Client, code: str, page: str = "/accounts/login/code/confirm/") -> HttpResponse:
    return client.post(page, {"code": code})


def test_after_too_many_wrong_codes_no_new_one_is_mailed(almost, claim):
    """Be it to keep a place or to sign in."""
    keeper = browser_of(claim.guest)
    assert type_code(keeper, "000000", "/accounts/keep/code/").status_code == 422
    page = keeper.post("/accounts/keep/code/", {"action": "resend"}, follow=True)
    other = Client().post("/accounts/login/code/", {"email": "tea@example.org"})
    assert [TOO_MANY_HERE[almost] in answer.content.decode() for answer in (page, other)] == [True, True]
    assert mail.outbox == []


def test_whoever_holds_the_right_code_gets_in_whatever_others_typed(almost, claim):
    """A stranger who typed fifty wrong ones in somebody's name shut them out for an hour, again and again."""
    reader = Client()
    ask(reader, "tea@example.org")
    assert type_code(browser_of(claim.guest), "000000", "/accounts/keep/code/").status_code == 422
    assert ask(Client(), "tea@example.org") == 422
    assert type_code(reader, code_in_mail()).url == "/me/"
    # From there the address was proved: what strangers type is nothing to it.
    reader.post("/accounts/logout/")
    assert ask(reader, "tea@example.org") == 302
    assert type_code(browser_of(claim.guest), "271828", "/accounts/keep/code/").url == "/me/"


@pytest.mark.parametrize("way", ["sign in", "keep a place"])
def test_a_code_that_nobody_looks_at_any_more_counts_for_nobody(claim, way):
    """One mail was enough for any number of wrong codes."""
    client = Client() if way == "sign in" else browser_of(claim.guest)
    page = "/accounts/login/code/confirm/" if way == "sign in" else "/accounts/keep/code/"
    if way == "sign in":
        ask(client, "tea@example.org")
    told = [type_code(client, "ZZZZ-ZZZZ", page).content.decode() for _ in range(8)]
    assert ["That code is not right" in text for text in told] == [True] * 5 + [False] * 3
    assert "That code was tried too often, or is too old. Send a new one." in told[-1]
    wrong = Tally.objects.filter(what__in=[WRONG_FOR_ONE_ADDRESS.what, WRONG_FROM_ONE_SOURCE.what])
    assert list(wrong.values_list("count", flat=True)) == [5, 5]


def test_a_locked_out_address_is_still_open_from_a_browser_that_proved_it(db):
    """What a stranger asks for in somebody's name does not keep them out of their own browser."""
    own = Client()
    ask(own, "anna@example.org")
    own.post("/accounts/login/code/confirm/", {"code": code_in_mail()})
    own.post("/accounts/logout/")
    for _ in range(5):
        ask(Client(), "anna@example.org")
    assert ask(Client(), "anna@example.org") == 422
    assert ask(own, "anna@example.org") == 302
    # Of no use for the addresses of others.
    for _ in range(5):
        ask(Client(), "ben@example.org")
    assert ask(own, "ben@example.org") == 422
