"""What is mailed to whoever asked for it: their sessions, as invitations to their calendar."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.crypto import constant_time_compare

from accounts.codes import as_typed
from accounts.keys import digests
from events.models import Attendee
from events.models.attendee import new_key
from events.models.camp import CODE_LETTERS

from .session import Session


class MailedCalendar(models.Model):
    """Whether somebody gets their sessions by mail (iTIP), and the key of the page that stops it.

    It stays when they stop: the link of an old mail must still lead to a page that says so.
    """

    attendee = models.OneToOneField(Attendee, models.CASCADE, related_name="mailed_calendar")
    is_on = models.BooleanField(default=True)
    key = models.CharField(max_length=40, unique=True, default=new_key)

    def __str__(self) -> str:
        return f"mailed calendar {self.pk}"

    @property
    def codes(self) -> list[str]:
        """What stands beside the link that stops the mails: a machine that follows links does not type it.

        Made by each key of the server that counts, the newest first: none is kept.
        """
        found = []
        for digest in digests("schedule.mailed", self.key):
            letters = "".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in bytes.fromhex(digest)[:8])
            found.append(f"{letters[:4]}-{letters[4:]}")
        return found

    def is_code(self, typed: str) -> bool:
        return any(constant_time_compare(as_typed(typed), as_typed(code)) for code in self.codes)


class MailedSession(models.Model):
    """What somebody's calendar was mailed of a session last.

    A calendar goes by what it was told first and by numbers that rise, so this stays also after it was taken away.
    """

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="mailed_sessions")
    session = models.ForeignKey(Session, models.CASCADE, related_name="mailed")
    #: what this calendar knows it by. Everybody's is another one: some calendar servers make one of what has one UID
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: SEQUENCE of the last mail: it rises with each, also where the session's own does not
    sequence = models.PositiveIntegerField(default=0)
    #: fingerprint of place, time and title in it; empty: the session was taken away
    told = models.CharField(max_length=32, blank=True)
    #: when it was to end
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "session"], name="schedule_mailedsession_once"),
        ]

    def __str__(self) -> str:
        return f"mailed session {self.pk}"
