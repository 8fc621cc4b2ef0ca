"""What nobody needs any more goes by itself, little by little, and what somebody may need stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import mail
from accounts.form_keys import FIELD
from accounts.models import Claim, SentForm
from accounts.once import NOTES
from config import cleaning, worker
from config.models import Chore
from exchange.models import Upload
from notes.models import NoteRevision
from tests.factories import CampFactory, UserFactory

pytestmark = pytest.mark.django_db


def session(age: timedelta) -> Model:
    """Expired for that long."""
    return Session.objects.create(session_key=f"s{Session.objects.count()}", expire_date=timezone.now() - age)


def task(age: timedelta, status: str = "SUCCESSFUL") -> Model:
    found = DBTaskResult.objects.create(
        task_path=mail.deliver.module_path, args_kwargs={"args": [], "kwargs": {}}, backend_name="default",
        queue_name="mail", run_after=timezone.now(), priority=0, worker_ids=[], status=status,
    )  # fmt: skip
    finished = timezone.now() - age if status in ("SUCCESSFUL", "FAILED") else None
    DBTaskResult.objects.filter(pk=found.pk).update(finished_at=finished, enqueued_at=timezone.now() - age)
    return found


def failed(age: timedelta) -> Model:
    return task(age, "FAILED")


def upload(age: timedelta) -> Model:
    return Upload.objects.create(camp=CampFactory(), files={}, created_at=timezone.now() - age)


def claim(age: timedelta) -> Model:
    """Ran out that long ago."""
    return Claim.objects.create(
        guest=UserFactory(email=None), email="ann@example.org", code_hash="x", expires_at=timezone.now() - age
    )


def sent_form(age: timedelta) -> Model:
    return SentForm.objects.create(key=f"k{SentForm.objects.count()}", form="f", done_at=timezone.now() - age)


HOUR = timedelta(hours=1)
SPANS: list[tuple[Callable[[timedelta], Model], timedelta]] = [
    (session, timedelta(0)),
    (task, cleaning.DONE_FOR),
    (failed, cleaning.FAILED_FOR),
    (upload, cleaning.UPLOAD_FOR),
    (claim, timedelta(0)),
    (sent_form, SentForm.LIFETIME),
]


@pytest.mark.parametrize(("make", "span"), SPANS)
def test_the_old_goes_and_the_young_stays(make, span, caplog):
    old, young = make(span + HOUR / 2), make(span - HOUR / 2)
    cleaning.clean_up()
    assert [row.pk for row in type(old).objects.all()] == [young.pk]


def test_a_form_is_known_to_be_done_long_after_what_was_said_and_typed_with_it_is_forgotten(sign_in, ben, camp):
    """A text without an answer lies on a device for as long as its owner stays away."""
    client, url = sign_in(ben), f"/{camp.slug}/pitches/new/"
    data = {"title": "Knots", "kind": "talk", "length": 1, "who": "me", FIELD: "a" * 32}
    client.post(url, data)
    SentForm.objects.update(done_at=timezone.now() - SentForm.ANSWER_FOR - HOUR, browser="b", signed_in_with={"a": 1})
    young = sent_form(SentForm.ANSWER_FOR - HOUR)
    SentForm.objects.filter(pk=young.pk).update(said=[[25, "Saved.", ""]])
    assert NoteRevision._meta.label == NOTES
    typed = SentForm.objects.create(key="n", form="n", done_at=timezone.now() - timedelta(days=5))
    SentForm.objects.filter(pk=typed.pk).update(made=[NOTES, 0, "What was typed", "1 2", "", ""])
    cleaning.clean_up()
    old = SentForm.objects.get(user=ben.user)
    assert (old.said, old.browser, old.signed_in_with, old.made[:2]) == (
        [],
        "",
        {},
        ["pitches.Pitch", camp.pitches.get().pk],
    )
    assert SentForm.objects.get(pk=typed.pk).made == []
    assert SentForm.objects.get(pk=young.pk).said != []
    assert (client.post(url, data).status_code, camp.pitches.count()) == (302, 1)


@pytest.mark.parametrize("status", ["READY", "RUNNING"])
def test_no_task_goes_that_is_not_done(status):
    waiting = task(timedelta(days=400), status)
    cleaning.clean_up()
    assert DBTaskResult.objects.get() == waiting


def test_workers_do_it_and_one_of_them_all_every_few_minutes():
    assert cleaning.clean_up in worker.DUTIES
    session(HOUR)
    cleaning.clean_up()
    session(HOUR)
    cleaning.clean_up()
    assert Session.objects.count() == 1
    Chore.objects.update(done_at=timezone.now() - cleaning.EVERY)
    cleaning.clean_up()
    assert Session.objects.count() == 0


def test_of_two_that_look_at_once_one_does_it(monkeypatch):
    """The other begins its turn between the look and the deed of the first."""
    turns = []

    def meanwhile(execute, sql, *rest):
        if sql.startswith("INSERT") and not turns:
            turns.append(None)
            turns[0] = cleaning.is_turn(name="one", every=cleaning.EVERY)
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        assert cleaning.is_turn(name="one", every=cleaning.EVERY) is False
    assert turns == [True]


def test_a_look_takes_no_more_than_a_few_rows_at_a_time(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(cleaning, "ROWS", 2)
    monkeypatch.setattr(cleaning, "TURNS", 3)
    for _ in range(8):
        session(HOUR)
    assert cleaning.clear(cleaning.LEFT["expired sessions"]) == 6
    assert Session.objects.count() == 2
    assert cleaning.clear(cleaning.LEFT["expired sessions"]) == 2


def test_what_is_used_meanwhile_stays():
    found = session(HOUR)

    def renewed(execute, sql, *rest):
        if sql.startswith("DELETE"):
            Session.objects.filter(pk=found.pk).update(expire_date=timezone.now() + HOUR)
        return execute(sql, *rest)

    with connection.execute_wrapper(renewed):
        assert cleaning.clear(cleaning.LEFT["expired sessions"]) == 0
    assert Session.objects.exists()
