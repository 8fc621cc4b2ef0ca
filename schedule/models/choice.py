"""What somebody says of a session for their own day."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee

from .session import Session


class Choice(models.Model):
    """Whether somebody goes to a session, whatever they wished or host: for their own day alone.

    It may change after interest is closed. No figure counts it, no page of anybody else's and no export knows it.
    """

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="choices")
    session = models.ForeignKey(Session, models.CASCADE, related_name="choices")
    #: False: it is taken off their day
    goes = models.BooleanField()
    #: from when on, as with an interest
    since = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee", "session"],
                name="schedule_choice_once",
                violation_error_message=_("You have said already whether you go there."),
            ),
        ]

    def __str__(self) -> str:
        return f"choice {self.pk}"
