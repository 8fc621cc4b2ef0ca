from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.sealing import InvalidToken, seal, unseal

from .attendee import Attendee
from .camp import Camp


class Worry(models.Model):
    """Something is wrong: what somebody told one person of the camp, and nobody else.

    It stands in no list, export, copy or mail; sealed, so that no copy of the database can be read either.
    """

    KEPT_FOR = timedelta(weeks=8)
    #: characters
    LONGEST = 4_000

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="worries")
    to = models.ForeignKey(Attendee, models.CASCADE, related_name="worries")
    #: who told it, if they wanted to be known; of everybody else nothing is kept
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="told_worries")
    sealed = models.TextField()
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-told_at", "-pk"]

    def __str__(self) -> str:
        return f"worry {self.pk}"

    @property
    def text(self) -> str:
        """What was told; nothing, if it was sealed with a key that counts no more."""
        try:
            return str(unseal(self.sealed)["text"])
        except InvalidToken:
            return ""

    def seal(self, text: str) -> None:
        self.sealed = seal({"text": text})
