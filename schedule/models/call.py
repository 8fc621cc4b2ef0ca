"""A host who is missing: called by message; and whoever could lead the session instead."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee

from .session import Session


class HostCall(models.Model):
    """An organiser called a host of a session that is about to begin, and what the host answered; called again it is
    the same row.
    """

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        COMING = "coming", _("is on the way")
        CANNOT = "cannot", _("cannot come")

    session = models.ForeignKey(Session, models.CASCADE, related_name="calls")
    host = models.ForeignKey(Attendee, models.CASCADE, related_name="calls")
    #: who is told the answer
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    called_at = models.DateTimeField(default=timezone.now, db_default=Now())
    #: where the call went beside the page they look at next
    is_mailed = models.BooleanField(default=False)
    devices = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=6, choices=Answer.choices, blank=True, default=Answer.NONE)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "host"],
                name="schedule_hostcall_once",
                violation_error_message=_("This host is called already."),
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"


class LeadOffer(models.Model):
    """Somebody could lead a session whose host is missing."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="offers")
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="offers")
    offered_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "attendee"],
                name="schedule_leadoffer_once",
                violation_error_message=_("You have offered that already."),
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"
