"""What was counted about the draft."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from .session import Draft


class DraftFigures(models.Model):
    """The last finished calculation about the draft (cache), and whether a worker is at the next one."""

    #: figures this old are looked at again when somebody reads them: there may be new interests
    LASTS = timedelta(seconds=30)
    #: whoever asked so long ago and got nothing may ask again: the worker was killed
    PATIENCE = timedelta(seconds=60)

    draft = models.OneToOneField(Draft, models.CASCADE, related_name="figures")
    #: of which draft they are
    draft_revision = models.PositiveIntegerField(default=0)
    #: fingerprint of all they were counted from: what is the same is not counted again
    counted_from = models.CharField(max_length=32, blank=True)
    #: `Counted.as_json`
    counted = models.JSONField(default=dict)
    #: when they were counted; None: never yet
    counted_at = models.DateTimeField(null=True)
    #: when they were last known to be right
    checked_at = models.DateTimeField(null=True)
    #: since when a worker is to count; None: none is
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"figures of draft {self.draft_revision}"

    @property
    def is_due(self) -> bool:
        """They are older than the draft, or may be older than the wishes, and nobody is at it."""
        if self.asked_at and self.asked_at + self.PATIENCE > timezone.now():
            return False
        return not self.is_current or self.checked_at is None or self.checked_at + self.LASTS < timezone.now()

    @property
    def stamp(self) -> str:
        """Changes when other figures are to be shown."""
        # When they were counted, and not what from: a fingerprint of the wishes could be guessed at.
        return f"{self.counted_at.timestamp() if self.counted_at else ''}-{self.draft_revision}"

    @property
    def is_current(self) -> bool:
        """They are of the draft as it is now."""
        return self.counted_at is not None and self.draft_revision == self.draft.revision
