"""Runs of the scheduler."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from events.few import FEW, in_steps
from events.models import Attendee, Camp

from .sentences import ids_in, with_titles
from .session import WITHDRAWN
from .step import Step


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
        WHAT_IF = "whatif", _("What one more would win")

    ACTIVE = (State.WAITING, State.RUNNING)
    #: without a sign of life for this long, the worker is taken to be dead
    PATIENCE = timedelta(seconds=20)
    #: without one for this long, whoever watches is told; a worker that lives gives four a second
    QUIET = timedelta(seconds=4)

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="grid_builds")
    #: who started it, and can take it back like any step of theirs; null: a command, or somebody who is gone
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
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
    #: [[pitch, slot, room], …] by id: the best so far while it runs, and then what it found
    plan = models.JSONField(default=list)
    #: how many grids it has shown while it ran
    sketches = models.PositiveIntegerField(default=0, db_default=0)
    #: [[pitch, reason], …]; here and below pitches are named as `sentences.by_id` does
    unplaced = models.JSONField(default=list)
    #: pins and rules that cannot hold together, as sentences
    contradiction = models.JSONField(default=list)
    #: ways to repair: [{moves: [sentence], moved, people, attended, is_fewest, plan}, …]
    alternatives = models.JSONField(default=list)
    is_applied = models.BooleanField(default=False)
    #: what putting it on the draft moved; null: nothing, or it is not on it
    step = models.ForeignKey(Step, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    #: somebody took it or left it, or there is nothing to decide
    is_settled = models.BooleanField(default=False, db_default=False)
    #: its grid beside the one before, as it is told: `Compared`; empty: there was none
    compared = models.JSONField(default=dict, db_default={}, blank=True)
    #: by concern: the number it was slid to, and about how many wishes it cost, as they are told
    costs = models.JSONField(default=dict, db_default={}, blank=True)
    #: what is thought to be there, as `build.what_if.Question` writes it; and what that wins, as it is told:
    #: `advice.Won`, or why there is none; empty: it failed
    question = models.JSONField(default=dict, db_default={}, blank=True)
    answer = models.JSONField(default=dict, db_default={}, blank=True)
    #: what it proves is of these: the numbers of frame, pitches and wishes (`stamps`), then all that it was proved from
    #: (`border.proof_key`); and what was pinned
    proved_of = models.JSONField(default=list, db_default=[], blank=True)
    pinned = models.JSONField(default=list, db_default=[], blank=True)
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
    def is_on_draft(self) -> bool:
        """Its grid was put on the draft, and nobody took that back."""
        return self.is_applied and (self.step is None or self.step.undone_at is None)

    @property
    def was_left(self) -> bool:
        """Somebody left it; what stood there before may have been taken back since."""
        return self.is_settled and not self.is_applied and not self.contradiction

    @property
    def has_found_same(self) -> bool:
        """There was a grid before, and it is the best that was found."""
        return bool(self.compared) and not any(self.compared[what] for what in ("moved", "placed", "off"))

    @property
    def is_asking(self) -> bool:
        """Somebody is to take it, or to leave it: it waits beside the draft, or is on it and another was before."""
        if self.state != self.State.DONE or self.kind != self.Kind.GRID or self.is_settled:
            return False
        return not self.is_applied or (self.step is not None and self.step.undone_at is None)

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
    def is_best(self) -> bool:
        """No grid meets more wishes than this one: that is proved, and what else counts cost none of them."""
        return self.is_proven and self.attended >= self.limit

    @property
    def told_beyond(self) -> int:
        """No grid meets so many wishes more than are known to be met; from what is told already."""
        return self.told_gap + FEW

    @property
    def told_most_open(self) -> int:
        """Fewer wishes than this are what a grid could meet beyond this one; from what is told already."""
        return (0 if self.is_proven else self.told_beyond) + self.told_cost + FEW

    @property
    def seems_dead(self) -> bool:
        return self.is_active and self.seen_alive_at + self.PATIENCE < timezone.now()

    @property
    def is_silent(self) -> bool:
        """Nobody has been heard of it for a while: no worker is free, or the one that was at it is gone."""
        return self.is_active and self.seen_alive_at + self.QUIET < timezone.now()

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
