"""Plan B: another draft of the grid, kept in the drawer."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp


class PlanB(models.Model):
    """A grid as it stood once, kept beside the draft; one at a time for each camp.

    It says of sessions where they stood, by ids: what is gone by now is found out when somebody looks. A row never
    changes but for being dropped and brought back, and for its figures; so whoever saw it by its number saw all of it
    (optimistic lock).
    """

    #: of those that were dropped, for whoever takes that back
    LEFT = 50

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="plans_b")
    #: by the session's id: [room, the slot it starts in, whether it is pinned]; sessions that are not there are off it
    places = models.JSONField(editable=False)
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    kept_at = models.DateTimeField(default=timezone.now)
    #: null: it is in the drawer
    dropped_at = models.DateTimeField(null=True, blank=True)
    #: as of a draft (`DraftFigures`): what was counted last, what from, when, and beside which draft
    counted = models.JSONField(default=dict, editable=False)
    counted_from = models.CharField(max_length=32, blank=True, editable=False)
    counted_at = models.DateTimeField(null=True, blank=True, editable=False)
    draft_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["camp"],
                condition=models.Q(dropped_at=None),
                name="schedule_planb_one_in_the_drawer",
                violation_error_message=_("There is a plan B already."),
            ),
        ]

    def __str__(self) -> str:
        return f"plan B {self.pk}"

    @classmethod
    def of(cls, camp: Camp) -> PlanB | None:
        """The one that is in the camp's drawer, with who kept it."""
        found: PlanB | None = camp.plans_b.filter(dropped_at=None).select_related("by").first()
        return found

    @property
    def stood(self) -> dict[int, tuple[int, int, bool]]:
        """By the session's id: room, slot and pin."""
        return {int(pk): (room, slot, is_pinned) for pk, (room, slot, is_pinned) in self.places.items()}

    # -- in the drawer, and out of it -----------------------------------------------------------------

    def drop(self) -> None:
        self._lie(timezone.now())

    def come_back(self) -> None:
        self._lie(None)

    def _lie(self, dropped_at: datetime | None) -> None:
        self.dropped_at = dropped_at
        self.save(update_fields=["dropped_at"])
