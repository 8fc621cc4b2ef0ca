"""Sessions, and where they stand on the draft of the grid."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypedDict

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import stamps
from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch

if TYPE_CHECKING:
    from collections.abc import Iterable

#: all that is told of a session whose pitch was withdrawn;
#: a title as any other: quoted in lists, the heading of its page
WITHDRAWN = _("A withdrawn session")


class Stood(TypedDict):
    """Where a session stood before a move, or after it."""

    room: int | None
    #: the one it started in
    slot: int | None
    is_pinned: bool
    #: how often its pitch may run more, or less, when the session is put back there
    runs: int
    #: as `Session.as_of` was then
    as_of: int


class SessionQuerySet(models.QuerySet["Session"]):
    def placed(self) -> SessionQuerySet:
        """On the draft of the grid."""
        return self.filter(cells__isnull=False).distinct()

    def placed_first(self) -> SessionQuerySet:
        """In the order in which they came to be, but those on the draft of the grid before those off it."""
        return self.order_by(models.Exists(Cell.objects.filter(session=models.OuterRef("pk"))).desc(), "pk")

    def published(self) -> SessionQuerySet:
        """Have been on a published grid: they have a page that others may know."""
        return self.filter(placements__isnull=False).distinct()

    def visible_to(self, me: Attendee | None) -> SessionQuerySet:
        """Everybody sees what was published; helpers and organisers what is on the draft, too."""
        return self if me and me.is_helper else self.published()

    def led_by(self, me: Attendee | None) -> SessionQuerySet:
        """Whose room it is: its hosts, and every organiser."""
        if me is None:
            return self.none()
        return self.filter(camp=me.camp_id) if me.is_organiser else self.filter(pitch__in=me.pitches.all())

    def with_place(self) -> SessionQuerySet:
        """Cells with room and slot, the pitch with its hosts: four queries for any number."""
        return self.select_related("pitch", "moved_by").prefetch_related(
            "pitch__hosts", models.Prefetch("cells", Cell.objects.select_related("room", "slot"))
        )


class Session(models.Model):
    """One running of a pitch. Keeps its identity when it moves: notes stay, calendars follow."""

    class NotesRule(models.TextChoices):
        """What the room agreed on, the more open first."""

        PUBLIC = "public", _("Anybody may read them")
        ATTENDEES = "attendees", _("Only attendees may read them")
        NONE = "none", _("No notes are taken")

        @classmethod
        def open_to(cls, me: Attendee | None) -> list[str]:
            """The rules under which this person may read."""
            return cls.kept() if me else [cls.PUBLIC]

        @classmethod
        def kept(cls) -> list[str]:
            """The rules under which anything leaves at all, be it in a file for those who run the camp."""
            return [cls.PUBLIC, cls.ATTENDEES]

        @classmethod
        def of_next(cls, pitch: Pitch) -> str:
            """What holds for one more running of the pitch until its room says so: the strictest of those there are."""
            return cls.strictest(pitch.sessions.values_list("notes_rule", flat=True))

        @classmethod
        def strictest(cls, rules: Iterable[str]) -> str:
            """The least open of them; that of a session nobody has asked yet, if there are none."""
            return max(rules, key=cls.values.index, default=cls.PUBLIC)

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="sessions")
    # RESTRICT, not PROTECT: a whole camp can be deleted, a pitch with a session cannot.
    pitch = models.ForeignKey(Pitch, models.RESTRICT, related_name="sessions")
    is_pinned = models.BooleanField(default=False)
    notes_rule = models.CharField(_("rule"), max_length=9, choices=NotesRule.choices, default=NotesRule.PUBLIC)
    #: how often what calendars are told of it changed, in place or in text: SEQUENCE, which only ever rises
    sequence = models.PositiveIntegerField(default=0)
    #: when it last did: LAST-MODIFIED
    told_at = models.DateTimeField(default=timezone.now)
    #: fingerprint of what calendars were told last; empty: nothing yet
    told = models.CharField(max_length=32, blank=True)
    #: what calendars know it by, also after it moved to another installation
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: counts changes of the draft, so that nobody overwrites what they have not seen
    revision = models.PositiveIntegerField(default=0)
    #: the revision since which it stands as it does: of what was taken back, the one from before
    as_of = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    #: as which revision a host put it where it stands (claim); anything that is done to it since ends that
    claimed_as_of = models.PositiveIntegerField(null=True, blank=True, editable=False)
    moved_by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    moved_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    #: where it stood before its last move, as `remember` writes it; null: it never moved
    stood = models.JSONField(null=True, blank=True, editable=False)

    #: the columns that a move writes
    OF_A_MOVE = ("revision", "as_of", "moved_by", "moved_at", "is_pinned", "stood")

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        # Which app serves a session's page is settled in config/urls.py.
        return reverse("session_detail", args=[self.camp.slug, self.pk])

    # -- what everybody may see of it: always as it is today ------------------------------------------

    @property
    def title(self) -> str:
        return self.pitch.title if self.pitch.is_shown else str(WITHDRAWN)

    @property
    def hosts(self) -> list[Attendee]:
        return self.pitch.known_hosts if self.pitch.is_shown else []

    @property
    def about(self) -> str:
        return self.pitch.about if self.pitch.is_shown else ""

    @property
    def topic(self) -> str:
        return self.pitch.topic if self.pitch.is_shown else ""

    @property
    def place(self) -> Cell | None:
        """The cell it starts in, on the draft."""
        cells = sorted(self.cells.all(), key=lambda cell: cell.slot.starts_at)
        return cells[0] if cells else None

    @property
    def is_claimed(self) -> bool:
        """A host put it where it stands, and nobody touched it since: what was done and taken back did not."""
        return self.claimed_as_of is not None and self.claimed_as_of == self.as_of

    # -- moves ----------------------------------------------------------------------------------------

    def remember(self, *, runs: int = 0) -> None:
        """Where it stands now is where it goes if the move that comes next is taken back; `mark_moved` saves it.

        `runs` is how often its pitch may run more, or less, without that move.
        """
        place = self.place if self.pk else None
        self.stood = {
            "room": place.room_id if place else None,
            "slot": place.slot_id if place else None,
            "is_pinned": self.is_pinned,
            "runs": runs,
            "as_of": self.as_of,
        }

    def count_move(self, by: Attendee | None) -> None:
        """Whoever saw it before this change is told who made it (optimistic lock), once `OF_A_MOVE` is saved."""
        self.revision += 1
        self.as_of = self.revision
        self.moved_by, self.moved_at = by, timezone.now()

    def mark_moved(self, by: Attendee | None) -> None:
        self.count_move(by)
        self.save(update_fields=self.OF_A_MOVE)

    def mark_claimed(self, by: Attendee) -> None:
        """Moved by its host: theirs to move again, and pinned, so that no build moves it."""
        self.is_pinned = True
        self.count_move(by)
        self.claimed_as_of = self.as_of
        self.save(update_fields=[*self.OF_A_MOVE, "claimed_as_of"])


class Cell(models.Model):
    """A room in a slot, taken by a session, given once (unique constraint); a double session takes two."""

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
    """Counts every change of the unpublished grid (draft, revision): pages that show it know when to look again."""

    class Live(models.TextChoices):
        """Whether each change of the draft is published at once, and what that waits for."""

        OFF = "", _("off")
        ON = "on", _("each change goes out at once")
        #: what is on the draft breaks a rule that the published grid does not
        RULES = "rules", _("waits: a rule would be broken")
        #: or plan B: nobody published it yet
        BUILD = "build", _("waits: there is a build on the draft")

    camp = models.OneToOneField(Camp, models.CASCADE, related_name="draft")
    revision = models.PositiveIntegerField(default=0)
    #: what counts beside wishes when the grid is built, each from 0 (not at all) to 10
    fairness = models.PositiveSmallIntegerField(_("fairness"), default=2)
    hosts = models.PositiveSmallIntegerField(_("no empty rooms"), default=2, db_default=2)
    times = models.PositiveSmallIntegerField(_("times that hosts like"), default=3, db_default=3)
    topics = models.PositiveSmallIntegerField(_("topics apart"), default=2)
    seats = models.PositiveSmallIntegerField(_("seats for everybody"), default=3)
    calm = models.PositiveSmallIntegerField(_("few changes"), default=2)
    #: whether each change is published at once
    live = models.CharField(max_length=5, choices=Live.choices, blank=True, default=Live.OFF, db_default="")

    #: the names of those
    CONCERNS = ("fairness", "hosts", "times", "topics", "seats", "calm")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    fairness__lte=10,
                    topics__lte=10,
                    seats__lte=10,
                    calm__lte=10,
                ),
                name="schedule_draft_concerns_up_to_ten",
                violation_error_message=_("Choose a number from 0 to 10."),
            ),
            models.CheckConstraint(
                condition=models.Q(hosts__lte=10, times__lte=10),
                name="schedule_draft_concerns_of_hosts_up_to_ten",
                violation_error_message=_("Choose a number from 0 to 10."),
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.revision}"

    @property
    def numbers(self) -> dict[str, int]:
        """By concern, what it is slid to."""
        return {name: getattr(self, name) for name in self.CONCERNS}

    @classmethod
    def of(cls, camp: Camp) -> Draft:
        """The camp's draft, with its figures; one that is not saved yet has what is usual."""
        draft = cls.objects.filter(camp=camp).select_related("figures").first() or cls()
        draft.camp = camp
        return draft

    @classmethod
    def revision_of(cls, camp: Camp) -> int:
        return cls.objects.filter(camp=camp).values_list("revision", flat=True).first() or 0

    def go_live(self, live: str) -> None:
        """Open pages of the draft say so; nobody who looked at the draft has to look again before they decide."""
        if self.live == live:
            return
        self.live = live
        self.save(update_fields=["live"])
        stamps.bump(self.camp, stamps.DRAFT)

    @classmethod
    def touch(cls, camp: Camp) -> None:
        """Whoever looks at the draft is told that it changed: the optimistic lock and the stamp count together."""
        cls.objects.get_or_create(camp=camp)
        cls.objects.filter(camp=camp).update(revision=models.F("revision") + 1)
        stamps.bump(camp, stamps.DRAFT)
