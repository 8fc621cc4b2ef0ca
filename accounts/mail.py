"""Mail goes through the queue: a mail server that is slow or gone stops nobody."""

from __future__ import annotations

import time
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django_tasks import task

#: seconds to wait before each further try
WAITS = (2, 10, 30)


@task()
def deliver(subject: str, body: str, to: list[str]) -> None:
    """The mail is with the mail server; tried four times."""
    for wait in (*WAITS, None):
        try:
            send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, to)
            return
        except (OSError, SMTPException):
            if wait is None:
                raise
            time.sleep(wait)


def send_later(*, subject: str, body: str, to: list[str]) -> None:
    """A worker will send the mail, in a second if nothing else is to do."""
    deliver.enqueue(subject=str(subject), body=str(body), to=to)
