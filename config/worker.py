"""A worker for the tasks of one queue. It outlives its database, and takes up what dead workers left.

The rows, and how one is claimed and run, are those of django-tasks-db. Its own loop ends with the first error of the
database, and a task whose worker was killed stays "running" for ever: these two are what is added here.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connections
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as LibraryWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from accounts.databases import DATABASE_GONE
from events.news import mail_waiting_news
from schedule.build.run import take_up_left_builds
from schedule.wall.mailing import mail_what_changed
from schedule.wall.telling import remind_soon, tell_what_waits

from . import supervisor
from .cleaning import clean_up, is_turn
from .models import LivingWorker

log = logging.getLogger(__name__)

GONE_PATHS = tuple(f"{error.__module__}.{error.__name__}" for error in DATABASE_GONE)
#: seconds between two signs of life, and between two looks for what dead workers left
BEAT = 2.0
#: seconds a task has to end by itself once the worker is asked to stop
GRACE = 8.0
#: a task that was begun this often and never ended takes its worker with it: it is given up
MOST_TRIES = 5
#: a task of a worker that gives no signs (the library's own `db_worker`) is left alone for this long
STRANGERS_PATIENCE = timedelta(hours=1)
#: after trouble with the database a task waits this long
PAUSE = timedelta(seconds=5)
#: between two looks for what is to be mailed: who taps there and back within it gets no mail about it
MAILS_EVERY = timedelta(minutes=1)
#: between two looks for what is about to begin
REMINDERS_EVERY = timedelta(seconds=20)


def look_for_mails() -> None:
    """One worker of them all looks."""
    if is_turn(name="mail sessions", every=MAILS_EVERY):
        mail_what_changed()
        mail_waiting_news()
        tell_what_waits()


def look_for_reminders() -> None:
    """One worker of them all looks."""
    if is_turn(name="remind", every=REMINDERS_EVERY):
        remind_soon()


#: what is done between tasks, by any worker, as often as there is a beat; each may be done by two at once
DUTIES: list[Callable[[], object]] = [take_up_left_builds, clean_up, look_for_mails, look_for_reminders]


class Worker(LibraryWorker):
    """The library's, with signs of life. `batch`: ends when nothing is left to do now."""

    current: DBTaskResult | None = None
    #: whoever was away itself (monotonic clock) does not judge others: after a cut of the database all were silent
    here_since = 0.0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        #: held from a claim to the moment at which it is known here
        self.claiming = threading.Lock()

    def run(self) -> None:
        """Works until it is asked to stop."""
        if not self.batch:
            threading.Thread(target=self._live, name="signs of life", daemon=True).start()
        wait = self.interval
        while self.running:
            try:
                put_back(worker_id=self.worker_id)
                if task := self._claim():
                    self.run_task(task)
                    self.current = None
                    continue
                wait = self.interval
            except DATABASE_GONE as error:
                self.current = None
                log.warning("The worker for %s waits for the database: %s", ",".join(self.queue_names), error)
                connections.close_all()
                wait = min(5.0, max(1.0, 2 * wait))
            if self.batch:
                return
            close_old_connections()
            if self.running:
                time.sleep(wait)

    def _claim(self) -> DBTaskResult | None:
        """The next task, which no other worker gets."""
        due = DBTaskResult.objects.ready().filter(backend_name=self.backend_name, queue_name__in=self.queue_names)
        # SQLite has one writer: who only looks does not get in its way.
        if not due.exists():
            return None
        with self.claiming:
            if not self.running:
                return None
            with exclusive_transaction(due.db):
                found: DBTaskResult | None = due.get_locked()
                if found:
                    found.claim(self.worker_id)
            self.current = found
        return found

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Done, or failed with a line in the log; or put back, when only the database was gone."""
        super().run_task(db_task_result)
        if db_task_result.status != TaskResultStatus.FAILED:
            return
        tries, what = len(db_task_result.worker_ids), db_task_result.task_path
        if db_task_result.exception_class_path in GONE_PATHS and tries < MOST_TRIES:
            log.warning("%s is tried again, the database was gone: try %d", what, tries)
            give_back(tasks=DBTaskResult.objects.filter(pk=db_task_result.pk), after=PAUSE)
        else:
            log.error("%s failed:\n%s", what, db_task_result.traceback)

    # -- beside the task ---------------------------------------------------------------------------------

    def _live(self) -> None:
        """Signs of life, and what has to be looked after; in a thread of its own, since a build takes long."""
        self.here_since = time.monotonic()
        while True:
            try:
                give_sign(worker_id=self.worker_id, queue=",".join(self.queue_names))
                if time.monotonic() > self.here_since + LivingWorker.PATIENCE.total_seconds():
                    take_up_left_tasks()
                for duty in DUTIES:
                    duty()
            except DATABASE_GONE as error:
                log.warning("No sign of life, the database is gone: %s", error)
                connections.close_all()
                self.here_since = time.monotonic()
            except Exception:
                log.exception("A duty failed")
            time.sleep(BEAT)

    def configure_signals(self) -> None:
        """Heard also while the main thread is in a library that does not return for seconds (wake-up pipe)."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        # What `serve` holds the other end of: it closes when that process ends, in whatever way.
        lifeline = int(os.environ.get(supervisor.LIFELINE, "-1"))
        threading.Thread(target=self._wait_for_the_end, args=(reader, lifeline), name="the end", daemon=True).start()

    def _wait_for_the_end(self, *readers: int) -> None:
        select.select([reader for reader in readers if reader >= 0], [], [])
        with self.claiming:
            self.running = False
        end = time.monotonic() + GRACE
        while self.current and time.monotonic() < end:
            time.sleep(0.1)
        try:
            if self.current:
                log.warning("%s is left to another worker", self.current.task_path)
            put_back(worker_id=self.worker_id)
            LivingWorker.objects.filter(worker_id=self.worker_id).delete()
        except DATABASE_GONE:
            # Others take it up when no sign of life came for a while.
            log.warning("The task could not be given back, the database is gone")
        # The main thread may be in the middle of a search: it is not asked.
        logging.shutdown()
        os._exit(0)


def give_sign(*, worker_id: str, queue: str) -> None:
    """Others see that the worker lives."""
    LivingWorker.objects.update_or_create(worker_id=worker_id, defaults={"queue": queue, "seen_alive_at": Now()})


def put_back(*, worker_id: str) -> None:
    """What is marked as this worker's, which does nothing at the moment, is given back."""
    mine = [task.pk for task in _running() if task.worker_ids[-1:] == [worker_id]]
    if mine:
        give_back(tasks=DBTaskResult.objects.filter(pk__in=mine))


def take_up_left_tasks() -> None:
    """The tasks of workers that gave no sign of life are to be done again by whoever is free, or given up."""
    running = _running()
    if not running:
        return
    alive = LivingWorker.objects.filter(seen_alive_at__gte=Now() - LivingWorker.PATIENCE)
    living = set(alive.values_list("worker_id", flat=True))
    known = set(LivingWorker.objects.values_list("worker_id", flat=True))
    for task in running:
        worker = task.worker_ids[-1] if task.worker_ids else ""
        begun = task.started_at or task.enqueued_at
        if worker in living or (worker not in known and begun > timezone.now() - STRANGERS_PATIENCE):
            continue
        left, tries = DBTaskResult.objects.filter(pk=task.pk, worker_ids=task.worker_ids), len(task.worker_ids)
        if tries < MOST_TRIES:
            if give_back(tasks=left):
                log.warning("%s is taken up again: its worker %s is gone", task.task_path, worker)
        elif left.running().update(status=TaskResultStatus.FAILED, finished_at=timezone.now()):
            log.error("%s was begun %d times and never ended: given up", task.task_path, tries)


def _running() -> list[DBTaskResult]:
    rows = DBTaskResult.objects.running()
    return list(rows.only("pk", "worker_ids", "started_at", "enqueued_at", "task_path"))


def give_back(*, tasks: QuerySet[DBTaskResult], after: timedelta | None = None) -> int:
    """The tasks wait again, those that are marked as begun or have just failed; how many."""
    changes: dict[str, Any] = {"status": TaskResultStatus.READY, "started_at": None, "finished_at": None}
    if after:
        changes["run_after"] = timezone.now() + after
    return tasks.filter(status__in=[TaskResultStatus.RUNNING, TaskResultStatus.FAILED]).update(**changes)
