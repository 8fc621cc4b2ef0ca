"""What people propose, and what they want to be at."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import refuse_unseen
from accounts.rows import made_of
from accounts.statements import columns_of, found_by, marks, statement, table_of
from accounts.text import LineField, LinesField, carried
from events.long_text import LONGEST
from events.models import Attendee, Camp, Role, Slot
from events.models.frame import feature_name

if TYPE_CHECKING:
    from collections.abc import Iterable

#: how often a pitch may run
MOST_RUNS = 5


class PitchQuerySet(models.QuerySet["Pitch"]):
    def open(self) -> PitchQuerySet:
        """Neither withdrawn nor merged into another."""
        return self.filter(withdrawn_at=None, merged_into=None)

    def hosted_by(self, attendee: Attendee) -> PitchQuerySet:
        return self.filter(hosts=attendee)

    def without_host(self) -> PitchQuerySet:
        return self.filter(hosts=None)

    def not_seen_by(self, attendee: Attendee, before: datetime) -> PitchQuerySet:
        """Those that were new to them at that moment: what they look at since is new still while they page on."""
        seen = Sight.objects.filter(attendee=attendee, pitch=OuterRef("pk"), seen_at__lt=before)
        wished = Interest.objects.filter(attendee=attendee, pitch=OuterRef("pk"), changed_at__lt=before)
        return self.filter(~Exists(seen), ~Exists(wished)).exclude(hosts=attendee)

    def about(self, words: str) -> PitchQuerySet:
        """Every word is in the title, the text, the topic or a host's name."""
        found = self
        for word in carried(words).split()[:8]:
            hosted = Attendee.objects.filter(pitches=OuterRef("pk"), display_name__icontains=word)
            found = found.filter(
                Q(title__icontains=word) | Q(about__icontains=word) | Q(topic__icontains=word) | Exists(hosted)
            )
        return found

    def left_by(self, attendee: Attendee) -> PitchQuerySet:
        """Those that nobody else hosts, and that they host or pitched."""
        hosting = Attendee.objects.filter(pitches=OuterRef("pk"))
        theirs = Q(proposed_by=attendee) | Exists(hosting.filter(pk=attendee.pk))
        return self.filter(theirs, ~Exists(hosting.exclude(pk=attendee.pk)))

    def editable_by(self, attendee: Attendee) -> PitchQuerySet:
        """One's own; helpers and organisers change all."""
        if attendee.is_helper:
            return self
        mine = Attendee.objects.filter(pitches=OuterRef("pk"), pk=attendee.pk)
        return self.filter(Q(proposed_by=attendee) | Exists(mine))


class Pitch(models.Model):
    """What somebody proposes. Without hosts it is an idea that waits for one."""

    class Kind(models.TextChoices):
        DISCUSSION = "discussion", _("Discussion")
        WORKSHOP = "workshop", _("Workshop")
        TALK = "talk", _("Talk")
        SHOW = "show", _("Show and tell")
        PROJECT = "project", _("Project")

    class Length(models.IntegerChoices):
        ONE = 1, _("One slot")
        TWO = 2, _("Two slots in a row")

    class Rather(models.TextChoices):
        """When its hosts would rather have it, where nothing stands against it."""

        ANY = "", _("At any time")
        MORNING = "morning", _("In the morning")
        AFTERNOON = "afternoon", _("In the afternoon or later")
        NOT_FIRST = "not_first", _("Not first on a day")
        NOT_LAST = "not_last", _("Not last on a day")

    #: its hosts, where whoever read many read them with it
    hosts_read: list[Attendee] | None = None

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="pitches")
    title = LineField(_("title"), validators=[refuse_unseen], max_length=140)
    about = LinesField(_("what it is about"), blank=True, max_length=LONGEST)
    topic = LineField(_("topic"), max_length=50, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DISCUSSION)
    hosts = models.ManyToManyField(Attendee, related_name="pitches", blank=True)
    proposed_by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="proposed_pitches")
    needs = models.JSONField(_("the room needs"), default=list, blank=True)
    length = models.PositiveSmallIntegerField(_("length"), choices=Length.choices, default=Length.ONE)
    #: how often it may run; organisers decide
    runs = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_RUNS)])
    not_in = models.ManyToManyField(Slot, related_name="+", blank=True, verbose_name=_("when it cannot be"))
    rather = models.CharField(
        _("I would rather be there"),
        max_length=9,
        choices=Rather.choices,
        blank=True,
        default=Rather.ANY,
        db_default="",
    )
    #: what it builds on: it starts when those have ended
    after = models.ManyToManyField(
        "self",
        through="Order",
        through_fields=("later", "earlier"),
        symmetrical=False,
        related_name="before",
        blank=True,
        verbose_name=_("it comes after"),
    )
    created_at = models.DateTimeField(default=timezone.now)
    #: since when nothing is told of it, be it that it is part of another by now
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    #: what an import calls it, so that running it twice changes nothing
    import_key = LineField(max_length=60, blank=True)

    objects = PitchQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(length__in=[1, 2]), name="pitches_pitch_length_one_or_two"),
            models.CheckConstraint(
                condition=models.Q(runs__range=(1, MOST_RUNS)), name="pitches_pitch_runs_one_to_five"
            ),
            models.CheckConstraint(
                condition=models.Q(rather__in=["", "morning", "afternoon", "not_first", "not_last"]),
                name="pitches_pitch_rather_known",
            ),
            models.UniqueConstraint(
                fields=["camp", "import_key"],
                condition=~models.Q(import_key=""),
                name="pitches_pitch_import_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pitches:pitch_detail", args=[self.camp.slug, self.pk])

    @property
    def known_hosts(self) -> list[Attendee]:
        """Its hosts, as they were read with it; else as they are now. Of a thousand pitches `hosts.all()` takes as long
        as reading them.
        """
        return list(self.hosts.all()) if self.hosts_read is None else self.hosts_read

    @classmethod
    def open_in(cls, camp: Camp, pk: int) -> Pitch | None:
        """The open pitch of that id, or the one it is part of now; written out, since every tap asks it (raw SQL)."""
        # A merge leads on in one step, however many there were.
        sql = statement(
            "SELECT {columns} FROM {pitches} WHERE id = COALESCE("
            "(SELECT merged.merged_into_id FROM {pitches} merged WHERE merged.id = %s), %s) "
            "AND camp_id = %s AND withdrawn_at IS NULL AND merged_into_id IS NULL",
            columns=columns_of(cls),
            pitches=table_of(cls),
        )
        for row in found_by(sql, [pk, pk, camp.pk]):
            pitch = made_of(cls, row)
            pitch.camp = camp
            return pitch
        return None

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and self.merged_into_id is None

    @property
    def is_shown(self) -> bool:
        """False: withdrawn, or part of another. No grid, old or new, no calendar and no list tells its title, text or
        hosts any more.
        """
        return self.withdrawn_at is None

    @property
    def withdrawal(self) -> str:
        """Tells one withdrawal of it from the next."""
        return self.withdrawn_at.isoformat() if self.withdrawn_at else ""

    @property
    def need_names(self) -> list[str]:
        return [feature_name(code) for code in self.needs]

    def withdraw(self) -> None:
        self.withdrawn_at = timezone.now()
        self.save(update_fields=["withdrawn_at"])


class TopicColour(models.Model):
    """The colour that a topic has in a camp, kept so that no other topic that comes or goes changes it."""

    COLOURS = 8

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="topic_colours")
    #: in small letters, which may be more of them
    name = LineField(validators=[refuse_unseen], max_length=150)
    #: which of the colours of the stylesheet, from 0
    hue = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["camp", "name"], name="pitches_topiccolour_name_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.hue}"


@lru_cache(maxsize=1000)
def hue_of(topic: str) -> int:
    """One of eight colours, the same for what is called the same: what a topic has where nobody else has it."""
    return int(hashlib.blake2s(topic.casefold().encode(), digest_size=2).hexdigest(), 16) % TopicColour.COLOURS


class Host(NamedTuple):
    """What a list of sessions or pitches tells of who hosts one."""

    id: int
    display_name: str
    #: an organiser: marked, wherever the name stands
    runs_camp: bool = False


def hosts_of(pitch_ids: Iterable[int]) -> dict[int, list[Host]]:
    """The hosts of each of these pitches by name, in one query (raw SQL): columns, for pages that show hundreds."""
    ids = list(pitch_ids)
    found: dict[int, list[Host]] = {}
    if not ids:
        return found
    sql = statement(
        "SELECT {hosting}.pitch_id, {people}.id, {people}.display_name, "
        "{people}.role, {people}.is_waiting, {people}.removed_at "
        "FROM {hosting} JOIN {people} ON {people}.id = {hosting}.attendee_id "
        "WHERE {hosting}.pitch_id IN ({ids}) ORDER BY {people}.display_name, {people}.id",
        hosting=table_of(Pitch.hosts.through),
        people=table_of(Attendee),
        ids=marks(len(ids)),
    )
    for pitch, host, name, role, is_waiting, removed_at in found_by(sql, ids):
        runs_camp = role == Role.ORGANISER and not is_waiting and removed_at is None
        found.setdefault(pitch, []).append(Host(host, name, runs_camp))
    return found


class Order(models.Model):
    """This after that: of pitches that run several times, the first time of each counts."""

    later = models.ForeignKey(Pitch, models.CASCADE, related_name="+")
    earlier = models.ForeignKey(Pitch, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["later", "earlier"], name="pitches_order_once"),
            models.CheckConstraint(
                condition=~models.Q(later=models.F("earlier")),
                name="pitches_order_not_after_itself",
                violation_error_message=_("A pitch cannot come after itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.later_id} after {self.earlier_id}"


class InterestQuerySet(models.QuerySet["Interest"]):
    def counted(self) -> InterestQuerySet:
        """Of people who are in: whoever left or was removed wants to be nowhere any more."""
        return self.filter(attendee__removed_at=None, attendee__is_waiting=False)


class Interest(models.Model):
    """An attendee wants to be there. Who it is, nobody is ever told."""

    class Level(models.IntegerChoices):
        INTERESTED = 1, _("Interested")
        MUST = 2, _("Must")

    pitch = models.ForeignKey(Pitch, models.CASCADE, related_name="interests")
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="interests")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.INTERESTED)
    changed_at = models.DateTimeField(default=timezone.now)
    #: from when on they want it, whatever level it was: what became of its place before is no news to them
    since = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = InterestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pitch", "attendee"], name="pitches_interest_once"),
            models.CheckConstraint(condition=models.Q(level__in=[1, 2]), name="pitches_interest_level_known"),
        ]
        indexes = [models.Index(fields=["attendee", "level"], name="pitches_interest_by_level")]

    def __str__(self) -> str:
        return f"interest {self.pk}"


class LastTap(models.Model):
    """The newest tap of a device that was taken: one that comes later and is older changes nothing.

    A device names itself at random, so that nothing here says whose it is.
    """

    KEPT_FOR = timedelta(days=1)

    device = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField()
    #: in no index: every tap would have to write there, and only what clears up looks for it
    taken_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"tap {self.number}"


class WishSnapshot(models.Model):
    """Everybody's interests at one moment (snapshot): what is told of wishes in numbers is worked out from it.

    Rows of interests change with every tap; `wishes.renew_wishes` says when this does.
    """

    camp = models.OneToOneField(Camp, models.CASCADE, related_name="wish_snapshot")
    #: `Wishes.as_json`
    wishes = models.JSONField()
    taken_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"wishes of {self.taken_at:%H:%M}"


class Sight(models.Model):
    """An attendee has seen the pitch: it is no longer new to them; and may have said that it is not for them."""

    pitch = models.ForeignKey(Pitch, models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())
    #: since when it is not for them, unless they are interested: nobody is told, and nothing is worked out from it
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pitch", "attendee"], name="pitches_sight_once")]

    def __str__(self) -> str:
        return f"sight {self.pk}"


def fair_order(pitch_ids: Iterable[int], who: int) -> list[int]:
    """Random for each person and always the same for them: being early is no advantage."""
    return sorted(pitch_ids, key=lambda pk: hashlib.blake2s(f"{who}:{pk}".encode(), digest_size=8).digest())
