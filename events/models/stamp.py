from __future__ import annotations

from django.db import models
from django.utils import timezone

from .camp import Camp


class Stamp(models.Model):
    """How often a part of a camp changed, and when last. `events.stamps` says which parts there are, and counts."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="stamps")
    part = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["camp", "part"], name="events_stamp_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.number}"
