"""What is written on paper for what, so that a sheet filled in by hand can come back."""

from __future__ import annotations

from django.db import models

from events.models import Camp


class PaperCodes(models.Model):
    """The short codes of a camp's sheets: whatever has one keeps it, and nothing else is ever given it.

    So a sheet that was printed yesterday means today what it meant then. They are given when a pack is made.
    """

    camp = models.OneToOneField(Camp, models.CASCADE, related_name="paper_codes")
    #: ids; the first of rooms is A, the first of slots and the first of pitches are 1
    rooms = models.JSONField(default=list)
    slots = models.JSONField(default=list)
    pitches = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"paper codes {self.pk}"
