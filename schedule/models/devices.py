"""What somebody asked to be told beside pages: on which devices, and what."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee

from .session import Session


class Telling(models.Model):
    """What an attendee asked to be told; whoever asked for nothing has none."""

    attendee = models.OneToOneField(Attendee, models.CASCADE, related_name="telling")
    #: on their devices, ten minutes before a session of theirs
    is_before = models.BooleanField(default=False)
    #: when a session of theirs moves
    is_by_mail = models.BooleanField(default=False)
    #: moment of the last change of the published grid that was mailed
    mailed_at = models.DateTimeField(default=timezone.now, db_default=Now())
    #: the same as a version's number, for the release before; it goes with the next
    mailed = models.PositiveIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return f"telling {self.pk}"


class Device(models.Model):
    """A browser of an attendee that shows what it is told, also when no page is open (Web Push, RFC 8030)."""

    #: there are no more of one person in a camp
    MOST = 10
    #: letters of an address
    LONGEST = 800
    #: whoever sends to it has it for so long; who died meanwhile is taken over from
    LEASE = timedelta(minutes=2)

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="devices")
    #: its address at the service that its browser chose: whoever knows it and the keys can tell it something
    endpoint = models.URLField(max_length=LONGEST)
    #: the browser's keys, for which all that is sent is encrypted (RFC 8291)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    #: our key that it listens to (VAPID, RFC 8292)
    vapid = models.CharField(max_length=100)
    #: Firefox on Android
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    #: of the sign-in by which it was added: with that it goes
    sign_in = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    #: moment of the last change of the published grid that it was told
    told_at = models.DateTimeField(default=timezone.now, db_default=Now())
    #: the same as a version's number, for the release before; it goes with the next
    told = models.PositiveIntegerField(default=0, editable=False)
    #: how often the service did not take it, and from when on it is tried again
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["attendee", "endpoint"],
                name="schedule_device_once",
                violation_error_message=_("This device is told already."),
            ),
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"

    @property
    def mark(self) -> str:
        """By which a browser knows that it is this one."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()


class Reminder(models.Model):
    """That a device was told of a session which was about to begin there and then."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="reminders")
    session = models.ForeignKey(Session, models.CASCADE, related_name="reminders")
    starts_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "session", "starts_at"], name="schedule_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
