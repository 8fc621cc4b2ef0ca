"""What was published."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.rows import made_of, moment_reader
from accounts.statements import columns_of, found_by, statement, table_of
from accounts.text import LineField
from events.models import Camp, Slot
from events.models.camp import check_time_zone, check_year
from pitches.models import Pitch

from .session import Session


def _refuse() -> NoReturn:
    raise ValidationError(_("A published grid is never changed. Publish a new one."))


class NeverChangesQuerySet(models.QuerySet):
    """Rows can be added and read, no more."""

    def update(self, **kwargs: Any) -> NoReturn:
        _refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()

    def delete(self) -> NoReturn:
        _refuse()

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_conflicts"):
            _refuse()
        return super().bulk_create(objs, *args, **kwargs)


class NeverChanges(models.Model):
    """What was published stays as it was (immutable); it goes only with the whole camp."""

    objects = NeverChangesQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()


class Seen(NamedTuple):
    """What a grid tells of one session: its place as published, the rest as it is today."""

    session: int
    pitch: int
    title: str
    topic: str
    #: not withdrawn
    is_shown: bool
    slot: int
    room: int
    room_name: str
    starts_at: datetime
    ends_at: datetime


class GridVersion(NeverChanges):
    """One published grid, numbered from 1, with rooms and slots as they were (version, immutable)."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="grid_versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(default=timezone.now)
    #: {"rooms": [{id, name, capacity, building, directions}], "slots": [{id, starts_at, ends_at, kind, title}]}
    frame = models.JSONField()
    #: what is different from the version before: [{kind, id, before, after}], see wall/changes.py
    changes = models.JSONField(default=list, blank=True)
    #: where sessions stood that day before they moved or fell off: {session: {room, name, starts_at, ends_at}}, see
    #: wall/moved.py
    moved_from = models.JSONField(default=dict, blank=True)
    #: where it keeps the clock times of another time zone: of which, and in which they stay; see wall/kept_clocks.py
    clocks_of = models.CharField(max_length=50, blank=True, default="", db_default="", validators=[check_time_zone])
    clocks_in = models.CharField(max_length=50, blank=True, default="", db_default="", validators=[check_time_zone])
    #: one line for people: why it is another one now
    why = LineField(_("why, in one line"), max_length=140, blank=True, default="", db_default="")
    #: with those of the same day before it, the newest first: [{at, line}], see wall/whys.py
    whys = models.JSONField(null=True, default=list, blank=True)
    #: the number of the version before it, if that was taken back by this one
    takes_back = models.PositiveIntegerField(null=True, blank=True)
    #: the same in words, where somebody reads it
    sentences: list[str]

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["camp", "number"], name="schedule_gridversion_number_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @classmethod
    def latest(cls, camp: Camp) -> GridVersion | None:
        """Written out (raw SQL): whatever shows the grid asks it first."""
        sql = statement(
            "SELECT {columns} FROM {versions} WHERE camp_id = %s ORDER BY number DESC LIMIT 1",
            columns=columns_of(cls),
            versions=table_of(cls),
        )
        for row in found_by(sql, [camp.pk]):
            version = made_of(cls, row)
            version.camp = camp
            return version
        return None

    def slots(self) -> list[Slot]:
        """As they were then, not rows of the database; in their order."""
        return [
            Slot(
                id=slot["id"],
                starts_at=datetime.fromisoformat(slot["starts_at"]),
                ends_at=datetime.fromisoformat(slot["ends_at"]),
                kind=slot["kind"],
                title=slot["title"],
            )
            for slot in self.frame["slots"]
        ]

    def seen(self) -> list[Seen]:
        """What is shown of it (raw SQL): of a thousand sessions a grid tells no more than these columns."""
        sql = statement(
            "SELECT {places}.session_id, {pitches}.id, {pitches}.title, {pitches}.topic, "
            "{pitches}.withdrawn_at IS NULL, {places}.slot_ref, {places}.room_ref, {places}.room_name, "
            "{places}.starts_at, {places}.ends_at FROM {places} "
            "JOIN {sessions} ON {sessions}.id = {places}.session_id "
            "JOIN {pitches} ON {pitches}.id = {sessions}.pitch_id "
            "WHERE {places}.version_id = %s AND NOT {places}.is_cancelled "
            "ORDER BY {places}.starts_at, {places}.room_ref",
            places=table_of(Placement),
            sessions=table_of(Session),
            pitches=table_of(Pitch),
        )
        moment = moment_reader(Placement, "starts_at")
        return [Seen._make([*row, moment(starts), moment(ends)]) for *row, starts, ends in found_by(sql, [self.pk])]


class Placement(NeverChanges):
    """Where one published version has a session; cancelled ones keep their last place, for calendars."""

    version = models.ForeignKey(GridVersion, models.CASCADE, related_name="placements")
    session = models.ForeignKey(Session, models.CASCADE, related_name="placements")
    #: ids of the frame of the version; the rows themselves may be gone
    room_ref = models.BigIntegerField()
    slot_ref = models.BigIntegerField()
    room_name = models.CharField(max_length=60)
    starts_at = models.DateTimeField(validators=[check_year])
    ends_at = models.DateTimeField(validators=[check_year])
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "room_ref"]
        constraints = [
            models.UniqueConstraint(fields=["version", "session"], name="schedule_placement_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} in {self.room_name}"

    def anew(self) -> Placement:
        """The same place, for another version; not saved."""
        return Placement(
            session_id=self.session_id,
            room_ref=self.room_ref,
            slot_ref=self.slot_ref,
            room_name=self.room_name,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )
