"""What a withdrawn pitch does to the grid that is published, between two of its versions."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .version import Placement


class Withdrawal(models.Model):
    """That what stands on the published grid was withdrawn, or came back: the page says so at once, without a version.

    Whoever wants to be there is told by these rows (see schedule/wall/unseen.py); a camp's documents do not have them.
    """

    #: where it stands on the version of that moment
    placement = models.ForeignKey(Placement, models.CASCADE, related_name="withdrawals")
    at = models.DateTimeField(default=timezone.now)
    #: its pitch was put back
    is_back = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"withdrawal {self.pk}"
