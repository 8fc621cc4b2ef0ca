"""Mail has a queue of its own (task queue): neither a mail server that is gone nor a long build holds up anything else.

What fails for now is put off, never waited for: the worker goes on with the next mail. What was refused for good is
not tried again. A mail that waits is sealed: it may hold a code or a key. Each failure is a line in the log and a row
(`MailFailure`) for whoever runs the machine.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from email.message import Message
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django_tasks import TaskContext, task
from django_tasks_db.models import DBTaskResult

from .models import MailFailure
from .sealing import seal, unseal

log = logging.getLogger(__name__)

QUEUE = "mail"
#: how long a mail is put off after each try that failed; after the last of these it is given up
WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600))
#: what the mail server says to somebody it wants to know better first: a matter of settings, not of this mail
LOG_IN_FIRST = 530
#: seconds before each try to note that a mail was sent
NOTE_PAUSES = (0, 1, 3)
#: tasks whose mail this process has sent, as long as their rows do not say so: given back, they are not done again
_sent: set[str] = set()


#: behind all mail that somebody waits for
BEHIND = -1


class CalendarPart(NamedTuple):
    """What a calendar reads of a mail (iTIP by mail, RFC 6047): an iCalendar text, and what it asks for."""

    #: REQUEST or CANCEL
    method: str
    text: str


def send_later(
    *, subject: str, body: str, to: list[str], calendar: CalendarPart | None = None, is_behind: bool = False
) -> None:
    """A worker will send the mail to each of them, in a second if the mail server takes it.

    With `calendar` it is shown as an invitation by programs that keep a calendar. One that `is_behind` waits for all
    that somebody waits for.
    """
    task = deliver_sealed.using(priority=BEHIND) if is_behind else deliver_sealed
    more = {"calendar": list(calendar)} if calendar else {}
    for address in to:
        task.enqueue(sealed=seal({"subject": str(subject), "body": str(body), "to": [address], **more}))


class _Invitation(EmailMultiAlternatives):
    """The calendar's part says what it asks for, as programs want it (RFC 6047, 2.4); Django cannot say it."""

    method = ""

    def message(self, *args: Any, **kwargs: Any) -> Any:
        whole: Message = super().message(*args, **kwargs)
        for part in whole.walk():
            if part.get_content_type() == "text/calendar":
                part.set_param("method", self.method)
        return whole


def _send(mail: dict[str, Any]) -> None:
    """It is with the mail server, or raises whatever the mail server said."""
    if not mail.get("calendar"):
        send_mail(mail["subject"], mail["body"], settings.DEFAULT_FROM_EMAIL, mail["to"])
        return
    part = CalendarPart(*mail["calendar"])
    invitation = _Invitation(mail["subject"], mail["body"], settings.DEFAULT_FROM_EMAIL, mail["to"])
    invitation.method = part.method
    invitation.attach_alternative(part.text, "text/calendar")
    # A file to open, for programs that know no invitations; of another type, or others would take it for a second.
    invitation.attach("session.ics", part.text.encode(), "application/ics")
    invitation.send()


@task(queue_name=QUEUE, takes_context=True)
def deliver_sealed(context: TaskContext, sealed: str = "", failure_id: int | None = None) -> None:
    """The mail is with the mail server, or put off, or given up and told to the operator; it waits nowhere any more."""
    if not sealed:
        # Its worker was killed after it had emptied the task: the mail is gone already.
        return
    task_id, to = context.task_result.id, []
    try:
        if task_id not in _sent:
            # If the server has another key than when the mail was written, whom it was for is not known either.
            mail = unseal(sealed)
            to = mail["to"]
            _send(mail)
    except Exception as error:
        with transaction.atomic():
            put_off(sealed=sealed, to=to, failure_id=failure_id, error=error)
            empty_task(task_id=task_id)
    else:
        _sent.add(task_id)
        _note_sent(task_id=task_id, failure_id=failure_id)


def _note_sent(*, task_id: str, failure_id: int | None) -> None:
    """The task says that the mail is gone. A database that takes no note of it does not have the mail sent again."""
    for pause in NOTE_PAUSES:
        time.sleep(pause)
        try:
            with transaction.atomic():
                forget_failure(failure_id=failure_id)
                empty_task(task_id=task_id)
        except (OperationalError, InterfaceError) as error:
            log.warning("A mail was sent, and the database took no note of it: %s", error)
            if not connection.in_atomic_block:
                connection.close()
        else:
            _sent.discard(task_id)
            return


@task(queue_name=QUEUE)
def deliver(subject: str, body: str, to: list[str], failure_id: int | None = None) -> None:
    """A mail that an earlier release left in the queue is sealed, and goes the way of all others."""
    deliver_sealed.enqueue(sealed=seal({"subject": subject, "body": body, "to": to}), failure_id=failure_id)


@transaction.atomic
def empty_task(*, task_id: str) -> None:
    """What the task carried is gone from its row, which stays for a while as a record."""
    DBTaskResult.objects.filter(id=task_id).update(args_kwargs={"args": [], "kwargs": {}})


@transaction.atomic
def forget_failure(*, failure_id: int | None) -> None:
    """The mail went through after all; the operator need not look after it."""
    if failure_id:
        MailFailure.objects.filter(pk=failure_id).delete()


@transaction.atomic
def put_off(*, sealed: str, to: list[str], failure_id: int | None, error: Exception) -> None:
    """The failure is told, and the mail is tried again later unless that is of no use (retry with backoff)."""
    now = timezone.now()
    failure = MailFailure.objects.filter(pk=failure_id or 0).first() or MailFailure(to=", ".join(to) or "?")
    failure.tries += 1
    failure.failed_at, failure.error = now, f"{type(error).__name__}: {error}"[:500]
    is_over = is_refused_for_good(error) or failure.tries > len(WAITS)
    failure.next_try_at = None if is_over else now + WAITS[failure.tries - 1]
    failure.save()
    if failure.next_try_at is None:
        # The traceback only where it may be our own mistake.
        is_ours = None if isinstance(error, OSError) else error
        log.error("Mail to %s given up after try %d: %s", failure.to, failure.tries, failure.error, exc_info=is_ours)
        return
    log.warning("Mail to %s failed, tried again at %s: %s", failure.to, failure.next_try_at, failure.error)
    # Behind all fresh mail: a hundred that cannot be delivered hold up no code to sign in with.
    later = deliver_sealed.using(run_after=failure.next_try_at, priority=-failure.tries)
    later.enqueue(sealed=sealed, failure_id=failure.pk)


def is_refused_for_good(error: Exception) -> bool:
    """The same mail will never be taken (permanent failure, SMTP 5xx), or is none that could be sent."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    if isinstance(error, SMTPSenderRefused | SMTPDataError):
        return error.smtp_code >= 500 and error.smtp_code != LOG_IN_FIRST
    # All of smtplib's and of the network's are OSErrors and may pass; anything else is a mail nobody can send.
    return not isinstance(error, OSError)
