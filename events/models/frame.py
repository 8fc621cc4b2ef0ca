from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.clocks import on_the_clock
from accounts.names import refuse_unseen
from accounts.text import LineField

from .camp import Camp, check_year

#: what rooms have and sessions need; an import may bring others, they are kept as they are
FEATURES = {
    "projector": _("Projector"),
    "step-free": _("Step-free"),
    "hearing-loop": _("Hearing loop"),
    "quiet": _("Quiet"),
    "online": _("Online link"),
    "whiteboard": _("Whiteboard"),
    "stage": _("Stage"),
}


A_DAY = timedelta(days=1)
#: a change-over this long is still no break: a double session may run over it
ADJOINING = timedelta(minutes=30)


def feature_name(code: str) -> str:
    return str(FEATURES.get(code, code))


def feature_codes(brought: Iterable[str] = ()) -> dict[str, str]:
    """What people may call a feature, as `plain_feature` has it, to its code; with those that imports brought."""
    codes = [*FEATURES, *sorted(set(brought) - FEATURES.keys())]
    return {plain_feature(name): code for code in codes for name in (code, feature_name(code))}


def plain_feature(name: str) -> str:
    """Letters, blanks and hyphens aside: “Hearing Loop” is `hearing-loop`."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _digest(*shown: object) -> str:
    return hashlib.blake2s(repr(shown).encode(), digest_size=6).hexdigest()


class Room(models.Model):
    """A place that holds one session at a time."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="rooms")
    name = LineField(_("name"), validators=[refuse_unseen], max_length=60)
    capacity = models.PositiveIntegerField(_("people it holds"), default=30, validators=[MaxValueValidator(100_000)])
    features = models.JSONField(_("it has"), default=list, blank=True)
    building = LineField(_("building"), max_length=60, blank=True)
    directions = LineField(_("how to find it"), max_length=200, blank=True)
    online_url = models.URLField(_("link for people online"), blank=True)
    position = models.PositiveIntegerField(default=0)
    #: slots in which nothing may be there: the room is lost, or somebody else has it
    closed_in = models.ManyToManyField("events.Slot", related_name="closed_rooms", blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["camp", "name"],
                name="events_room_name_once",
                violation_error_message=_("The camp has a room of that name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """Tells the room as it is from the room as it was."""
        return _digest(self.name, self.capacity, self.features, self.building, self.directions, self.online_url)

    @property
    def offers(self) -> frozenset[str]:
        """What sessions may need and it has; with a link for people online it has that, ticked or not."""
        return frozenset(self.features) | ({"online"} if self.online_url else frozenset())

    @property
    def feature_names(self) -> list[str]:
        return [feature_name(code) for code in self.features]


class SlotQuerySet(models.QuerySet["Slot"]):
    def for_sessions(self) -> SlotQuerySet:
        return self.filter(kind=Slot.Kind.SESSIONS)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> SlotQuerySet:
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class Slot(models.Model):
    """A stretch of time of the camp, the same in all rooms. A slot is time only."""

    class Kind(models.TextChoices):
        SESSIONS = "sessions", _("Sessions")
        EVERYONE = "everyone", _("For everybody")

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("starts"), validators=[check_year])
    ends_at = models.DateTimeField(_("ends"), validators=[check_year])
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SESSIONS)
    title = LineField(_("title"), validators=[refuse_unseen], max_length=80, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="events_slot_ends_after_start",
                violation_error_message=_("It ends before it starts."),
            ),
            models.UniqueConstraint(
                fields=["camp", "starts_at"],
                name="events_slot_start_once",
                violation_error_message=_("Another slot starts at that time."),
            ),
        ]

    def __str__(self) -> str:
        local = self.starts_at.astimezone(self.camp.tz)
        return f"{local:%a} {local.day} {local:%b}, {on_the_clock(local)}"

    def refuse_a_whole_day(self) -> None:
        """A sentence for a slot of a day or more: its times are typed, and told in files, as one day and two clocks."""
        start, end = (moment.astimezone(self.camp.tz).replace(tzinfo=None) for moment in (self.starts_at, self.ends_at))
        if end - start >= A_DAY:
            raise ValidationError(_("A slot is shorter than 24 hours."))

    @property
    def is_for_sessions(self) -> bool:
        return self.kind == self.Kind.SESSIONS

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(self.camp.tz).date()

    @property
    def state(self) -> str:
        """Tells the slot as it is from the slot as it was."""
        return _digest(self.starts_at.timestamp(), self.ends_at.timestamp(), str(self.kind), self.title)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)
