"""How a room is found, and whether it is open: as it is now, since people stand in the corridor now.

The names and places of a version wait for the next publish; this does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.utils.translation import get_language

from accounts.rows import moment_reader
from accounts.statements import found_by, statement, table_of
from events.models import Camp, Room, Slot
from events.models.frame import feature_name

from ..models import GridVersion

STEP_FREE = "step-free"


@dataclass(frozen=True, slots=True)
class Way:
    """What one has to know of a room to get there."""

    building: str = ""
    directions: str = ""
    is_step_free: bool = False
    #: for those who are in the camp only
    online_url: str = ""
    #: when nothing may be there: the slots in which it is closed, as they are published
    closed: tuple[tuple[datetime, datetime], ...] = ()

    def is_closed(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it is lost for any of that time: what is told on a page, and to hosts, goes by this."""
        return any(start < ends_at and starts_at < end for start, end in self.closed)

    def for_everybody(self) -> Way:
        """Without what is for those in the camp alone: to be kept, or shown, for all."""
        return replace(self, online_url="")

    @property
    def words(self) -> str:
        """House B · second floor beside the kitchen · Step-free."""
        if not (self.building or self.directions or self.is_step_free):
            return ""
        return _in_words(self.building, self.directions, self.is_step_free, get_language())


@lru_cache(maxsize=500)
def _in_words(building: str, directions: str, is_step_free: bool, language: str | None) -> str:
    """In that language (memoised): every session of a room says it."""
    step_free = feature_name(STEP_FREE) if is_step_free else ""
    return " · ".join(part for part in (building, directions, step_free) if part)


#: of a room that the camp gave up
NO_WAY = Way()


def ways(camp: Camp, version: GridVersion) -> dict[int, Way]:
    """By the room's id; one query (raw SQL: it is asked with every new state of the grid).

    A slot in which a room is closed has the times of that version, as the sessions in it have: times of the draft wait
    for the next publish, or nobody's room would be closed where it was said to be. A slot that is new has its own.
    """
    published = {slot["id"]: (slot["starts_at"], slot["ends_at"]) for slot in version.frame["slots"]}
    sql = statement(
        "SELECT {rooms}.id, {rooms}.building, {rooms}.directions, {rooms}.features, {rooms}.online_url, "
        "{slots}.id, {slots}.starts_at, {slots}.ends_at FROM {rooms} "
        "LEFT JOIN {closed} ON {closed}.room_id = {rooms}.id "
        "LEFT JOIN {slots} ON {slots}.id = {closed}.slot_id "
        "WHERE {rooms}.camp_id = %s",
        rooms=table_of(Room),
        slots=table_of(Slot),
        closed=table_of(Room.closed_in.through),
    )
    moment = moment_reader(Slot, "starts_at")
    closed: dict[int, list[tuple[datetime, datetime]]] = {}
    rows = found_by(sql, [camp.pk])
    for pk, *_facts, slot, starts, ends in rows:
        if slot is None:
            continue
        if then := published.get(slot):
            times = datetime.fromisoformat(then[0]), datetime.fromisoformat(then[1])
        else:
            times = moment(starts), moment(ends)
        closed.setdefault(pk, []).append(times)
    return {
        pk: Way(building, directions, STEP_FREE in _listed(features), online_url, tuple(closed.get(pk, ())))
        for pk, building, directions, features, online_url, _slot, _starts, _ends in rows
    }


def _listed(features: object) -> list[str]:
    """A JSON column, as this database hands it out."""
    return json.loads(features) if isinstance(features, str) else list(features or ())  # type: ignore[call-overload]
