"""What a worker left that died, or that lost its database, is done by another, once and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import mail
from config import worker
from config.models import LivingWorker
from schedule.build import border, run
from schedule.models import BuildTakenAway, Cell, GridBuild

from .factories import PitchFactory

pytestmark = pytest.mark.usefixtures("_queued")


@pytest.fixture
def _queued(settings, transactional_db) -> None:
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def work(name: str = "new") -> None:
    """Until nothing is left to do now."""
    worker.Worker(
        queue_names=["default", "mail"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
    ).run()


def silent_for(name: str, **time: float) -> None:
    worker.give_sign(worker_id=name, queue="default")
    LivingWorker.objects.filter(pk=name).update(seen_alive_at=timezone.now() - timedelta(**time))


def begun_by(*names: str) -> DBTaskResult:
    """A mail whose sending these workers began and did not end."""
    mail.send_later(subject="Hello", body="Text", to=["anna@example.org"])
    task = DBTaskResult.objects.get()
    for name in names:
        task.claim(name)
    return task


def state_of(task: DBTaskResult) -> str:
    task.refresh_from_db()
    return task.status


def test_the_task_of_a_dead_worker_is_done_by_another(mailoutbox, caplog):
    task = begun_by("dead")
    silent_for("dead", seconds=25)
    work()
    assert mailoutbox == []
    worker.take_up_left_tasks()
    assert state_of(task) == "READY"
    assert "its worker dead is gone" in caplog.text
    work()
    assert state_of(task) == "SUCCESSFUL"
    assert [message.subject for message in mailoutbox] == ["Hello"]


def test_the_task_of_a_living_worker_stays_with_it():
    task = begun_by("busy")
    silent_for("busy", seconds=15)
    worker.take_up_left_tasks()
    assert state_of(task) == "RUNNING"


def test_the_task_of_a_worker_that_gives_no_signs_is_left_alone_for_an_hour():
    """The library's own `db_worker` may be at it."""
    task = begun_by("stranger")
    worker.take_up_left_tasks()
    assert state_of(task) == "RUNNING"
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(hours=2))
    worker.take_up_left_tasks()
    assert state_of(task) == "READY"


def test_a_task_that_takes_each_worker_with_it_is_given_up(caplog):
    names = ["a", "b", "c", "d", "e"]
    task = begun_by(*names)
    silent_for("e", seconds=25)
    worker.take_up_left_tasks()
    assert state_of(task) == "FAILED"
    assert "begun 5 times and never ended" in caplog.text


def test_a_task_whose_database_was_gone_is_put_back(camp, monkeypatch, caplog):
    """A build that ends when nothing can be written is neither failed nor lost."""
    build = run.start_build(camp=camp, seconds=0.1)
    found = []

    def gone(*arguments: object) -> None:
        found.append(arguments)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(border.solver, "solve", gone)
        work()
    assert len(found) == 1
    assert DBTaskResult.objects.get().status == "READY"
    assert DBTaskResult.objects.get().run_after > timezone.now()
    build.refresh_from_db()
    assert build.state == "running"
    DBTaskResult.objects.update(run_after=timezone.now())
    work()
    build.refresh_from_db()
    assert build.state == "done"


def test_a_task_that_fails_is_a_line_in_the_log(camp, monkeypatch, caplog):
    build = run.start_build(camp=camp, seconds=0.1)

    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("apples")

    monkeypatch.setattr(border.solver, "solve", broken)
    work()
    build.refresh_from_db()
    assert build.state == "failed"
    assert "ZeroDivisionError: apples" in caplog.text
    assert "schedule.build.run.build_grid failed" in caplog.text


@pytest.mark.parametrize("kind", GridBuild.Kind.values)
def test_a_build_with_no_task_is_begun_by_the_workers_own_look(camp, kind):
    """Whoever started it died between the two."""
    build = GridBuild.objects.create(camp=camp, seconds=0.1, kind=kind)
    run.take_up_left_builds()
    assert not DBTaskResult.objects.exists()
    GridBuild.objects.update(seen_alive_at=timezone.now() - timedelta(seconds=25))
    run.take_up_left_builds()
    run.take_up_left_builds()
    assert DBTaskResult.objects.count() == 1
    assert run.take_up_left_builds in worker.DUTIES
    work()
    build.refresh_from_db()
    assert build.state == "done"


def test_a_build_that_waits_for_its_turn_is_not_begun_twice(camp):
    run.start_build(camp=camp, seconds=0.1)
    GridBuild.objects.update(seen_alive_at=timezone.now() - timedelta(seconds=25))
    run.take_up_left_builds()
    assert DBTaskResult.objects.count() == 1


def test_a_build_that_took_every_worker_with_it_is_told_as_failed(camp):
    run.start_build(camp=camp, seconds=0.1)
    GridBuild.objects.update(seen_alive_at=timezone.now() - timedelta(seconds=25), state="running")
    DBTaskResult.objects.update(status="FAILED")
    run.take_up_left_builds()
    assert GridBuild.objects.get().state == "failed"
    assert DBTaskResult.objects.count() == 1


def test_reading_a_page_takes_nothing_up(camp, olga, sign_in):
    build = GridBuild.objects.create(camp=camp, state="running")
    long_ago = timezone.now() - timedelta(minutes=5)
    GridBuild.objects.update(seen_alive_at=long_ago)
    client = sign_in(olga)
    for kind in ("grid", "repair"):
        GridBuild.objects.update(kind=kind)
        assert client.get(f"/{camp.slug}/draft/builds/{build.pk}/", headers={"HX-Request": "true"}).status_code == 200
        client.get(f"/{camp.slug}/draft/")
    build.refresh_from_db()
    assert (build.state, build.seen_alive_at) == ("running", long_ago)
    assert not DBTaskResult.objects.filter(task_path=run.build_grid.module_path).exists()


def test_of_two_workers_at_one_build_only_the_later_writes(camp, rooms, slots):
    """The first was silent for long, as a machine that slept, and wakes."""
    PitchFactory.create_batch(2, camp=camp)
    build = run.start_build(camp=camp, seconds=0.1)
    first = run.begin_build(build_id=build.pk)
    second = run.begin_build(build_id=build.pk)
    with pytest.raises(BuildTakenAway):
        run.run_build(build=first)
    assert Cell.objects.count() == 0
    run.run_build(build=second)
    assert Cell.objects.count() == 2
    assert run.begin_build(build_id=build.pk) is None


def locked_for(times: int, do):
    """The first so many times the database is locked."""
    left = [times]

    def wrapped(*args, **said):
        if left[0]:
            left[0] -= 1
            raise OperationalError("database is locked")
        return do(*args, **said)

    return wrapped


@pytest.mark.parametrize("times", [1, 3])
def test_a_mail_that_was_sent_while_the_database_is_locked_is_sent_once(mailoutbox, monkeypatch, times):
    """Also where the task could not even be marked as done, and was given back."""
    monkeypatch.setattr(mail, "NOTE_PAUSES", (0, 0, 0))
    monkeypatch.setattr(mail, "empty_task", locked_for(times, mail.empty_task))
    if times == 3:
        monkeypatch.setattr(DBTaskResult, "set_successful", locked_for(1, DBTaskResult.set_successful))
    task = begun_by()
    for _time in range(3):
        DBTaskResult.objects.update(run_after=timezone.now())
        work()
    assert [m.subject for m in mailoutbox] == ["Hello"]
    assert state_of(task) == "SUCCESSFUL"
    assert task.args_kwargs == {"args": [], "kwargs": {}}


def test_a_mail_that_is_put_off_while_the_database_is_locked_is_put_off_once(monkeypatch):
    def away(*mail) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(mail, "send_mail", away)
    monkeypatch.setattr(mail, "empty_task", locked_for(1, mail.empty_task))
    begun_by()
    work()
    DBTaskResult.objects.filter(run_after__lt=timezone.now() + worker.PAUSE).update(run_after=timezone.now())
    work()
    assert DBTaskResult.objects.filter(status="READY").count() == 1
