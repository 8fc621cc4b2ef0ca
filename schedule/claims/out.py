"""What a host did is seen by everybody at once, and nothing else of the draft with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction

from events.models import Attendee, Camp, Room, Slot

from ..draft.rows import DraftRows, read_draft
from ..models import Cell, GridVersion, Placement, Session
from ..wall.live import standing_of
from ..wall.publish import frame_of, pending_placements, put_up


@dataclass(frozen=True)
class Seen:
    """The published grid, as far as it says where there is room."""

    latest: GridVersion | None
    #: what stands on it
    standing: Sequence[Placement] = ()

    @classmethod
    def of(cls, camp: Camp, rows: DraftRows) -> Seen:
        latest = GridVersion.latest(camp)
        return cls(latest, standing_of(rows, latest)) if latest else cls(None)

    @cached_property
    def by_room(self) -> dict[int, list[Placement]]:
        """What stands in each, asked of every cell that somebody might take."""
        found: dict[int, list[Placement]] = defaultdict(list)
        for row in self.standing:
            found[row.room_ref].append(row)
        return found

    @cached_property
    def times(self) -> dict[int, tuple[datetime, datetime]]:
        """Of each slot as it is published, when it begins and ends."""
        slots = self.latest.slots() if self.latest else []
        return {slot.pk: (slot.starts_at, slot.ends_at) for slot in slots}

    def is_taken(self, room: Room, slot: Slot, session_id: int | None) -> bool:
        """Everybody sees another session there while the slot lasts, whatever the draft says."""
        return any(
            row.session_id != session_id and row.starts_at < slot.ends_at and slot.starts_at < row.ends_at
            for row in self.by_room.get(room.pk, ())
        )

    def has_times_of(self, slot: Slot) -> bool:
        """Everybody sees the slot when it is, or not yet: what moved on the draft alone is nowhere to stand."""
        return self.times.get(slot.pk, (slot.starts_at, slot.ends_at)) == (slot.starts_at, slot.ends_at)

    def frame_with(self, rows: DraftRows, places: Iterable[Placement]) -> dict[str, Any]:
        """The rooms and slots as they are published, with those of these places that are new."""
        now, places = frame_of(rows), list(places)
        if self.latest is None:
            return now
        wanted = {"rooms": {row.room_ref for row in places}, "slots": {row.slot_ref for row in places}}
        frame = {}
        for kind, ids in wanted.items():
            there = self.latest.frame[kind]
            new = ids - {one["id"] for one in there}
            frame[kind] = [*there, *(one for one in now[kind] if one["id"] in new)]
        frame["slots"].sort(key=lambda slot: datetime.fromisoformat(slot["starts_at"]))
        return frame


def is_out(place: Cell) -> bool:
    """Whether everybody sees the session there, in these words."""
    latest = GridVersion.latest(place.session.camp)
    rows = latest.placements.filter(session=place.session_id, is_cancelled=False) if latest else []
    here = (place.room_id, place.slot_id, place.room.name, place.slot.starts_at)
    return any((row.room_ref, row.slot_ref, row.room_name, row.starts_at) == here for row in rows)


@transaction.atomic(savepoint=False)
def put_out(*, session: Session, by: Attendee) -> GridVersion | None:
    """The published grid is as it was, and has the session where the draft has it, or no more; None: it was so already,
    as live mode published it. What else waits on the draft waits on.
    """
    camp = session.camp
    rows = read_draft(camp)
    seen = Seen.of(camp, rows)
    mine = [row for row in pending_placements(rows) if row.session_id == session.pk]
    was = [row for row in seen.standing if row.session_id == session.pk]
    if _cells_of(mine) == _cells_of(was):
        return None
    frame = seen.frame_with(rows, mine)
    names = {room["id"]: room["name"] for room in frame["rooms"]}
    for row in mine:
        # A room that is called something else on the draft alone.
        row.room_name = names[row.room_ref]
    others = [row.anew() for row in seen.standing if row.session_id != session.pk]
    return put_up(camp=camp, latest=seen.latest, placements=[*others, *mine], frame=frame, by=by)


def _cells_of(rows: Iterable[Placement]) -> list[tuple[int, int]]:
    return [(row.room_ref, row.slot_ref) for row in rows]
