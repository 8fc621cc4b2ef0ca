"""Who did what on the draft."""

from __future__ import annotations

from typing import TypedDict

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp

from .session import Stood


class Moved(TypedDict):
    """What a step did to one session."""

    session: int
    before: Stood
    after: Stood


class StepQuerySet(models.QuerySet["Step"]):
    def to_undo(self, by: Attendee) -> StepQuerySet:
        """What the person did and can take back, the newest first."""
        return self.filter(by=by, is_open=True, undone_at=None)

    def to_redo(self, by: Attendee) -> StepQuerySet:
        """What the person took back and can do anew, what was taken back last first."""
        return self.filter(by=by, is_open=True, undone_at__isnull=False).order_by("-undone_at", "pk")

    def next_of(self, by: Attendee) -> StepQuerySet:
        """The first of each: one query for both."""
        undo, redo = (models.Subquery(found.values("pk")[:1]) for found in (self.to_undo(by), self.to_redo(by)))
        return self.filter(models.Q(pk=undo) | models.Q(pk=redo))


class Step(models.Model):
    """One deed on the draft, by one person, with where each of its sessions stood before and after (undo stack).

    It holds no words: what it says is made when it is read, with the titles of then.
    """

    class Kind(models.TextChoices):
        MOVE = "move", _("placed or moved")
        OFF = "off", _("taken off the grid")
        SWAP = "swap", _("changed places")
        PIN = "pin", _("pinned or unpinned")
        REPEAT = "repeat", _("runs once more")
        BUILD = "build", _("build taken")
        REPAIR = "repair", _("repair taken")
        BACK = "back", _("put back")
        CLAIM = "claim", _("placed by its host")
        PLAN_B = "plan-b", _("plan B taken")

    #: what one person can take back
    OPEN = 50
    #: of a camp
    KEPT = 500

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="steps")
    #: null: nobody who can take it back, such as a build that a worker put on the draft
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    #: of `Moved`
    moves = models.JSONField(editable=False)
    #: what was done beside, and is taken back with the step: by a repair, as `desk.beside` writes it (a room that was
    #: closed, say); by plan B, as `draft.drawer` does
    beside = models.JSONField(null=True, blank=True, editable=False)
    #: null: it stands
    undone_at = models.DateTimeField(null=True, blank=True)
    #: whether it can still be taken back, or done anew
    is_open = models.BooleanField(default=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"step {self.pk}"

    # -- taken back, done anew ------------------------------------------------------------------------

    @property
    def way(self) -> dict[int, tuple[Stood, Stood]]:
        """By session, where it has to stand for this to be taken back, or done anew, and where it goes."""
        ends = {moved["session"]: (moved["after"], moved["before"]) for moved in self.moves}
        return ends if self.undone_at is None else {pk: (after, before) for pk, (before, after) in ends.items()}

    def turn(self) -> None:
        """What stood is taken back, and what was taken back stands."""
        self.undone_at = timezone.now() if self.undone_at is None else None
        self.is_open = True
        self.save(update_fields=["undone_at", "is_open"])

    def let_stand(self) -> None:
        """It stays as it is: whoever goes on goes on with the next one."""
        self.is_open = False
        self.save(update_fields=["is_open"])
