"""What is of no use to anybody any more goes by itself: a worker looks now and then, one of them all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import Claim, MailFailure, SentForm, SignInCode, Tally
from accounts.once import forget_answers
from accounts.told import forget_unheard
from events.editing import erase_old_practice
from events.models import DeletedCamp, Worry
from exchange.models import Upload
from pitches.models import LastTap
from schedule.wall.telling import idle_devices, old_reminders

from .models import Chore, LivingWorker

log = logging.getLogger(__name__)

#: between two looks, by whichever worker
EVERY = timedelta(minutes=5)
#: rows in one transaction, and transactions for each kind in one look: SQLite has one writer, and others wait
ROWS, TURNS = 500, 20
#: a task that went well is of no use; one that failed is looked at by whoever runs the machine
DONE_FOR, FAILED_FOR = timedelta(hours=1), timedelta(days=14)
#: the work of a worker that is dead is given back long before
DEAD_FOR = timedelta(days=1)
#: an organiser who has seen the preview comes back, or begins anew
UPLOAD_FOR = timedelta(days=7)


def finished_tasks(now: datetime) -> QuerySet[DBTaskResult]:
    done = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - DONE_FOR)
    failed = Q(status=TaskResultStatus.FAILED, finished_at__lt=now - FAILED_FOR)
    return DBTaskResult.objects.filter(done | failed)


#: what goes, at a given time
LEFT: dict[str, Callable[[datetime], QuerySet[Any]]] = {
    "expired sessions": lambda now: Session.objects.filter(expire_date__lt=now),
    "finished tasks": finished_tasks,
    "uploads that were not imported": lambda now: Upload.objects.filter(created_at__lt=now - UPLOAD_FOR),
    "counts of tries that no limit asks after": lambda now: Tally.objects.filter(begun_at__lt=now - Tally.KEPT_FOR),
    "sign-in codes that ran out": lambda now: SignInCode.objects.filter(expires_at__lt=now),
    "camps that were deleted long ago": lambda now: DeletedCamp.objects.filter(
        deleted_on__lt=(now - DeletedCamp.KEPT_FOR).date()
    ),
    "what somebody was told is wrong, weeks ago": lambda now: Worry.objects.filter(told_at__lt=now - Worry.KEPT_FOR),
    "claims that ran out": lambda now: Claim.objects.filter(expires_at__lt=now),
    "forms sent long ago": lambda now: SentForm.objects.filter(done_at__lt=now - SentForm.LIFETIME),
    "order of taps long ago": lambda now: LastTap.objects.filter(taken_at__lt=now - LastTap.KEPT_FOR),
    "mails that failed long ago": lambda now: MailFailure.objects.filter(failed_at__lt=now - MailFailure.KEPT_FOR),
    "reminders of what is over": old_reminders,
    "devices of camps that are over": idle_devices,
    "workers that died long ago": lambda now: LivingWorker.objects.filter(seen_alive_at__lt=now - DEAD_FOR),
}


def clean_up() -> None:
    """Little by little, nothing is left of what `LEFT` names. Called at every beat of every worker."""
    if not is_turn(name="clean up", every=EVERY):
        return
    for what, rows in LEFT.items():
        if count := clear(rows):
            log.info("Cleaned up: %d %s", count, what)
    if count := erase_old_practice():
        log.info("Cleaned up: %d practice copies of camps", count)
    if count := forget_answers():
        log.info("Cleaned up: what %d forms were answered a while ago", count)
    if count := forget_unheard():
        log.info("Cleaned up: what %d people did not come to hear", count)


def is_turn(*, name: str, every: timedelta) -> bool:
    """Whether nobody did it for that long; then it is the caller's turn, and nobody else's (compare and swap)."""
    now = timezone.now()
    if Chore.objects.filter(name=name, done_at__gt=now - every).exists():
        return False
    if Chore.objects.filter(name=name, done_at__lte=now - every).update(done_at=now):
        return True
    try:
        with transaction.atomic():
            Chore.objects.create(name=name, done_at=now)
    except IntegrityError:
        # Another was there between the two.
        return False
    return True


def clear(rows: Callable[[datetime], QuerySet[Any]]) -> int:
    """As many as one look may take; how many went."""
    count = 0
    for _turn in range(TURNS):
        now = timezone.now()
        found = list(rows(now).order_by("pk").values_list("pk", flat=True)[:ROWS])
        if found:
            # Asked again: one that is used at this moment may be young again.
            count += rows(now).filter(pk__in=found).delete()[0]
        if len(found) < ROWS:
            break
    return count
