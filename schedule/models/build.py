"""Runs of the scheduler."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from events.few import in_steps
from events.models import Camp

from .sentences import ids_in, with_titles
from .session import WITHDRAWN


class BuildTakenAway(Exception):
    """Another worker took the build up meanwhile, or it was deleted: what is still worked out here counts nowhere."""


class GridBuild(models.Model):
    """One run of the scheduler: watched and stopped from any process, because it is a row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to start")
        RUNNING = "running", _("Building")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Kind(models.TextChoices):
        GRID = "grid", _("The whole grid")
        REPAIR = "repair", _("A repair")

    ACTIVE = (State.WAITING, State.RUNNING)
    #: without a sign of life for this long, the worker is taken to be dead
    PATIENCE = timedelta(seconds=20)

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="grid_builds")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.GRID)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    seconds = models.FloatField(default=10)
    seed = models.IntegerField(default=1)
    draft_revision = models.PositiveIntegerField(default=0)
    #: how often a worker began it: only the last of them may write (fencing token)
    tries = models.PositiveSmallIntegerField(default=0)
    is_stop_asked = models.BooleanField(default=False)
    elapsed = models.FloatField(default=0)
    attended = models.IntegerField(default=0)
    wishes = models.IntegerField(default=0)
    #: no grid meets more wishes; falls while the build runs
    limit = models.IntegerField(default=0)
    #: the most wishes seen when nothing else counted: the difference is what the other concerns cost
    wishes_alone = models.IntegerField(default=0)
    #: wishes of the snapshot that its grid meets, as they are told; the numbers above are of today and told to nobody
    told_attended = models.IntegerField(default=0)
    #: whether that snapshot knew of any wish: else there is nothing to compare grids by
    is_about_wishes = models.BooleanField(default=True, db_default=True)
    is_proven = models.BooleanField(default=False)
    #: [[pitch, slot, room], …] by id, until it is put on the grid
    plan = models.JSONField(default=list)
    #: [[pitch, reason], …]; here and below pitches are named as `sentences.by_id` does
    unplaced = models.JSONField(default=list)
    #: pins and rules that cannot hold together, as sentences
    contradiction = models.JSONField(default=list)
    #: ways to repair: [{moves: [sentence], moved, people, attended, is_fewest, plan}, …]
    alternatives = models.JSONField(default=list)
    is_applied = models.BooleanField(default=False)
    seen_alive_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"build {self.pk}"

    @cached_property
    def shown(self) -> dict[str, Any]:
        """What it found in words, with the titles of today: `unplaced`, `contradiction` and `alternatives`."""
        kept = {"unplaced": self.unplaced, "contradiction": self.contradiction, "alternatives": self.alternatives}
        ids = ids_in(kept)
        # Withdrawn meanwhile, it is told no more than anywhere else.
        rows = self.camp.pitches.filter(pk__in=ids, withdrawn_at=None).values_list("pk", "title") if ids else ()
        found: dict[str, Any] = with_titles(kept, dict(rows), str(WITHDRAWN))
        return found

    @property
    def reasons(self) -> dict[int, str]:
        """Why a pitch found no place, by its id, with the titles of today."""
        named = zip(self.unplaced, self.shown["unplaced"], strict=True)
        return {pk: reason for (pitch, _why), (_title, reason) in named for pk in ids_in(pitch)}

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def cost(self) -> int:
        """Wishes that the other concerns cost."""
        return max(0, self.wishes_alone - self.attended)

    @property
    def told_cost(self) -> int:
        """The same as it is told: in steps of five, 0 for a few."""
        return in_steps(self.cost)

    @property
    def told_gap(self) -> int:
        """About how many wishes more a grid could meet at most, as it is told."""
        return in_steps(max(0, self.limit - self.wishes_alone))

    @property
    def seems_dead(self) -> bool:
        return self.is_active and self.seen_alive_at + self.PATIENCE < timezone.now()

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.elapsed / self.seconds)) if self.seconds else 100

    def tell(self, **changes: object) -> None:
        """Others see the progress and that the worker lives."""
        self.seen_alive_at = timezone.now()
        for name, value in changes.items():
            setattr(self, name, value)
        mine = type(self).objects.filter(pk=self.pk, tries=self.tries)
        if not mine.update(seen_alive_at=self.seen_alive_at, **changes):
            raise BuildTakenAway
