"""How large a grid from elsewhere may be: few rows can be a table of very many cells, or moves told over and over."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.models import Camp, Slot

from ..models import GridVersion
from .changes import Place
from .moved import moved_from
from .same_clocks import SameClocks

#: of one table, rooms by slots, that a page shows as a whole; and of those that sessions reach over
MOST_CELLS = 50_000
#: places from which sessions moved, kept with all versions together
MOST_MOVED = 100_000

#: from when to when
Stretch = tuple[datetime, datetime]


def refuse_table(rooms: int, slots: int) -> None:
    """ValidationError for a grid that no page can show."""
    if rooms * slots > MOST_CELLS:
        raise ValidationError(
            _("%(rooms)s rooms and %(slots)s slots make a grid of more than %(most)s cells."),
            params={"rooms": rooms, "slots": slots, "most": f"{MOST_CELLS:,}"},
        )


def refuse_reach(starts: Iterable[datetime], stretches: Iterable[Stretch]) -> None:
    """ValidationError if sessions reach over more cells than a grid has; `starts` are those of its rows."""
    order, cells = sorted(starts), 0
    for start, end in stretches:
        cells += bisect_left(order, end) - bisect_left(order, start)
        if cells > MOST_CELLS:
            raise ValidationError(
                _("Sessions that reach over so many slots fill more than %(most)s cells."),
                params={"most": f"{MOST_CELLS:,}"},
            )


def refuse_grid(frame: dict[str, Any], places: Sequence[Place]) -> None:
    """The same of a version, which shows rooms and times that its frame does not know, too."""
    starts = [datetime.fromisoformat(slot["starts_at"]) for slot in frame["slots"]]
    both = zip(frame["slots"], starts, strict=True)
    for_sessions = {start for slot, start in both if slot["kind"] == Slot.Kind.SESSIONS}
    lost = {place.starts_at for place in places} - for_sessions
    lost_rooms = {place.room for place in places} - {room["id"] for room in frame["rooms"]}
    refuse_table(len(frame["rooms"]) + len(lost_rooms), len(starts) + len(lost))
    refuse_reach([*starts, *lost], [(place.starts_at, place.ends_at) for place in places])


class Extent:
    """What versions make together; each keeps what those before it on the same day kept of where sessions stood."""

    def __init__(self, camp: Camp) -> None:
        self.camp = camp
        self.moved = 0
        self.latest: GridVersion | None = None
        self.before: list[Place] = []

    def add(
        self, frame: dict[str, Any], rows: Iterable[tuple[int, int, dict[str, Any]]], values: dict[str, Any]
    ) -> None:
        """One more, in the order of their numbers; ValidationError if it is too large, or they are by now.

        `rows` are its placements: session, room, and their fields; `values` are its own.
        """
        now = [
            Place(session, room, fields["room_name"], fields["starts_at"], fields["ends_at"])
            for session, room, fields in rows
            if not fields.get("is_cancelled")
        ]
        refuse_grid(frame, now)
        clocks, published_at = (
            SameClocks.named(values.get("clocks_of", ""), values.get("clocks_in", "")),
            values["published_at"],
        )
        latest = clocks.version(self.latest) if self.latest else None
        moved = moved_from(self.camp, latest, [clocks.place(place) for place in self.before], now, published_at)
        self.moved += len(moved)
        if self.moved > MOST_MOVED:
            raise ValidationError(
                _("Versions of one day tell more than %(most)s times that a session moved."),
                params={"most": f"{MOST_MOVED:,}"},
            )
        # Of the frame nothing is compared here.
        self.latest = GridVersion(published_at=published_at, moved_from=moved, frame={"slots": []})
        self.before = now
