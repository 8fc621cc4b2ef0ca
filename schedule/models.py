"""Sessions on the draft of the grid, and what was published."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch


class SessionQuerySet(models.QuerySet["Session"]):
    def placed(self) -> SessionQuerySet:
        """On the draft of the grid."""
        return self.filter(cells__isnull=False).distinct()

    def published(self) -> SessionQuerySet:
        """Have been on a published grid: they have a page that others may know."""
        return self.filter(placements__isnull=False).distinct()

    def with_place(self) -> SessionQuerySet:
        """Cells with room and slot, the pitch with its hosts: four queries for any number."""
        return self.select_related("pitch", "moved_by").prefetch_related(
            "pitch__hosts", models.Prefetch("cells", Cell.objects.select_related("room", "slot"))
        )


class Session(models.Model):
    """One running of a pitch. Keeps its identity when it moves: notes stay, calendars follow."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="sessions")
    # RESTRICT, not PROTECT: a whole camp can be deleted, a pitch with a session cannot.
    pitch = models.ForeignKey(Pitch, models.RESTRICT, related_name="sessions")
    is_pinned = models.BooleanField(default=False)
    #: how often a published place changed; calendars call it SEQUENCE
    moves = models.PositiveIntegerField(default=0)
    #: what calendars know it by, also after it moved to another installation
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: counts changes of the draft, so that nobody overwrites what they have not seen
    revision = models.PositiveIntegerField(default=0)
    moved_by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.pitch.title

    def get_absolute_url(self) -> str:
        # Which app serves a session's page is settled in config/urls.py.
        return reverse("session_detail", args=[self.camp.slug, self.pk])

    @property
    def place(self) -> Cell | None:
        """The cell it starts in, on the draft."""
        cells = sorted(self.cells.all(), key=lambda cell: cell.slot.starts_at)
        return cells[0] if cells else None


class Cell(models.Model):
    """A room in a slot, taken by a session; a double session takes two."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="cells")
    room = models.ForeignKey(Room, models.RESTRICT, related_name="cells")
    slot = models.ForeignKey(Slot, models.RESTRICT, related_name="cells")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room", "slot"],
                name="schedule_cell_given_once",
                violation_error_message=_("Another session already has that room then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room}, {self.slot}"


class Draft(models.Model):
    """Counts every change of the camp's unpublished grid: pages that show it know when to look again."""

    camp = models.OneToOneField(Camp, models.CASCADE, related_name="draft")
    revision = models.PositiveIntegerField(default=0)
    #: what counts beside wishes when the grid is built, each from 0 (not at all) to 10
    fairness = models.PositiveSmallIntegerField(_("fairness"), default=2)
    topics = models.PositiveSmallIntegerField(_("topics apart"), default=2)
    room_fit = models.PositiveSmallIntegerField(_("seats for everybody"), default=3)
    calm = models.PositiveSmallIntegerField(_("few changes"), default=2)

    #: the names of those
    CONCERNS = ("fairness", "topics", "room_fit", "calm")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    fairness__lte=10,
                    topics__lte=10,
                    room_fit__lte=10,
                    calm__lte=10,
                ),
                name="schedule_draft_concerns_up_to_ten",
                violation_error_message=_("Choose a number from 0 to 10."),
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.revision}"

    @classmethod
    def of(cls, camp: Camp) -> Draft:
        """The camp's draft; one that is not saved yet has what is usual."""
        return cls.objects.filter(camp=camp).first() or cls(camp=camp)

    @classmethod
    def revision_of(cls, camp: Camp) -> int:
        return cls.objects.filter(camp=camp).values_list("revision", flat=True).first() or 0

    @classmethod
    def touch(cls, camp: Camp) -> None:
        """Everybody who looks at the draft sees that it changed."""
        cls.objects.get_or_create(camp=camp)
        cls.objects.filter(camp=camp).update(revision=models.F("revision") + 1)


class NeverChanges(models.Model):
    """What was published stays as it was."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("A published grid is never changed. Publish a new one."))
        super().save(*args, **kwargs)


class GridVersion(NeverChanges):
    """One published grid, numbered from 1, with rooms and slots as they were."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="grid_versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(default=timezone.now)
    #: {"rooms": [{id, name, capacity, building, directions}], "slots": [{id, starts_at, ends_at, kind, title}]}
    frame = models.JSONField()
    #: what is different from the version before, as sentences
    changes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["camp", "number"], name="schedule_gridversion_number_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @classmethod
    def latest(cls, camp: Camp) -> GridVersion | None:
        return camp.grid_versions.order_by("-number").first()


class Placement(NeverChanges):
    """Where one published version has a session; cancelled ones keep their last place, for calendars."""

    version = models.ForeignKey(GridVersion, models.CASCADE, related_name="placements")
    session = models.ForeignKey(Session, models.CASCADE, related_name="placements")
    #: ids of the frame of the version; the rows themselves may be gone
    room_ref = models.BigIntegerField()
    slot_ref = models.BigIntegerField()
    room_name = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "room_ref"]
        constraints = [
            models.UniqueConstraint(fields=["version", "session"], name="schedule_placement_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} in {self.room_name}"


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

    #: without a sign of life for this long, the worker is taken to be dead
    PATIENCE = timedelta(seconds=20)

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="grid_builds")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.GRID)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    seconds = models.FloatField(default=10)
    seed = models.IntegerField(default=1)
    draft_revision = models.PositiveIntegerField(default=0)
    is_stop_asked = models.BooleanField(default=False)
    elapsed = models.FloatField(default=0)
    attended = models.IntegerField(default=0)
    wishes = models.IntegerField(default=0)
    #: no grid meets more wishes; falls while the build runs
    limit = models.IntegerField(default=0)
    #: the most wishes seen when nothing else counted: the difference is what the other concerns cost
    wishes_alone = models.IntegerField(default=0)
    is_proven = models.BooleanField(default=False)
    #: [[pitch, slot, room], …] by id, until it is put on the grid
    plan = models.JSONField(default=list)
    #: [[title, reason], …]
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

    @property
    def is_active(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def cost(self) -> int:
        """Wishes that the other concerns cost."""
        return max(0, self.wishes_alone - self.attended)

    @property
    def seems_dead(self) -> bool:
        return self.is_active and self.seen_alive_at + self.PATIENCE < timezone.now()

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.elapsed / self.seconds)) if self.seconds else 100

    def tell(self, **changes: object) -> None:
        """Others see the progress and that the worker lives."""
        self.seen_alive_at: datetime = timezone.now()
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["seen_alive_at", *changes])
