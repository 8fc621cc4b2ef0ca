"""The grid as people see it: days, rows of slots, cells of rooms. For the page, for print, for JSON.

How tall a session is drawn follows from the rows of this grid, never from its pitch as it is today: an old version
keeps its table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import pairwise

from django.utils import timezone

from events.http import addresses
from events.models import Camp
from events.shifting import SLEEP
from pitches.models import Host, hosts_of

from ..draft.rows import DraftRows, read_draft
from ..models import GridVersion
from ..models.session import WITHDRAWN
from ..models.version import Seen
from .state import AS_IT_WAS, PlaceState, place_state
from .ways import NO_WAY, Way


@dataclass(slots=True)
class GridRoom:
    id: int
    name: str
    capacity: int = 0
    building: str = ""
    directions: str = ""
    #: how it is found, where the grid says so
    way: str = ""


@dataclass(slots=True)
class GridSession:
    """One session in its place: all that a grid tells of it."""

    id: int
    pitch_id: int
    title: str
    hosts: Sequence[Host]
    room_id: int
    room_name: str
    starts_at: datetime
    ends_at: datetime
    #: ids of those who lead it, also where that is not told any more because it was withdrawn
    led_by: tuple[int, ...] = ()
    #: rows it covers in all, rows below a break or midnight included
    span: int = 1
    #: where its title leads
    address: str = ""
    #: what it is about, where the table says so
    topic: str = ""
    #: what became of its place
    state: PlaceState = AS_IT_WAS
    #: HTML of what it is to the person who looks, or the gap for it: a class, and tags
    mark: str = ""
    tags: str = ""
    online: str = ""


@dataclass(slots=True)
class GridCell:
    room: GridRoom
    entry: GridSession | None = None
    #: the second half of a double session
    is_continued: bool = False
    #: rows of the table that it fills from here down (rowspan); 0: a cell further up reaches over this one
    span: int = 1


@dataclass(slots=True)
class GridRow:
    slot_id: int
    starts_at: datetime
    ends_at: datetime
    title: str
    is_for_sessions: bool
    cells: list[GridCell] = field(default_factory=list)
    is_now: bool = False
    is_next: bool = False
    #: over, while the day still runs
    is_past: bool = False

    @property
    def states(self) -> str:
        """What the row is, as the page's classes."""
        states = {"now": self.is_now, "past": self.is_past, "everyone": not self.is_for_sessions}
        return " ".join(name for name, is_so in states.items() if is_so)

    @property
    def entries(self) -> list[GridSession]:
        return [cell.entry for cell in self.cells if cell.entry and not cell.is_continued]

    @property
    def running(self) -> list[GridCell]:
        """Cells with a session, second halves included."""
        return [cell for cell in self.cells if cell.entry]


@dataclass(slots=True)
class GridDay:
    day: date
    rows: list[GridRow]


@dataclass(slots=True)
class Grid:
    rooms: list[GridRoom]
    days: list[GridDay]

    @property
    def rows(self) -> list[GridRow]:
        return [row for day in self.days for row in day.rows]

    @property
    def entries(self) -> list[GridSession]:
        return [entry for row in self.rows for entry in row.entries]

    @property
    def has_past(self) -> bool:
        return any(row.is_past for row in self.rows)

    @property
    def now(self) -> list[GridRow]:
        return [row for row in self.rows if row.is_now]

    @property
    def next(self) -> list[GridRow]:
        return [row for row in self.rows if row.is_next]


#: an old version tells no way: nobody walks by it
NO_WAYS: Mapping[int, Way] = {}


def published_grid(version: GridVersion, camp: Camp, ways: Mapping[int, Way] = NO_WAYS) -> Grid:
    """Places, times, rooms and slots as the version has them; titles, topics and hosts as they are today.

    With `ways` (by room) rooms and sessions say how they are found, and whether their room is closed.
    """
    rooms = [GridRoom(**room, way=ways.get(room["id"], NO_WAY).words) for room in version.frame["rooms"]]
    rows = [
        GridRow(slot.pk, slot.starts_at, slot.ends_at, slot.title, slot.is_for_sessions) for slot in version.slots()
    ]
    return _assemble(camp, rooms, rows, _published(version, camp, ways))


def _published(version: GridVersion, camp: Camp, ways: Mapping[int, Way]) -> list[GridSession]:
    found = version.seen()
    hosts = hosts_of({seen.pitch for seen in found})
    page = addresses("session_detail", camp)
    return [
        _published_session(
            seen,
            hosts.get(seen.pitch, ()),
            page(seen.session),
            place_state(
                version=version,
                camp=camp,
                session=seen.session,
                starts_at=seen.starts_at,
                ends_at=seen.ends_at,
                is_off=not seen.is_shown,
                way=ways.get(seen.room, NO_WAY),
            ),
        )
        for seen in found
    ]


def _published_session(seen: Seen, hosts: Sequence[Host], address: str, state: PlaceState) -> GridSession:
    return GridSession(
        id=seen.session,
        pitch_id=seen.pitch,
        title=seen.title if seen.is_shown else str(WITHDRAWN),
        hosts=hosts if seen.is_shown else (),
        led_by=tuple(host.id for host in hosts),
        room_id=seen.room,
        room_name=seen.room_name,
        starts_at=seen.starts_at,
        ends_at=seen.ends_at,
        address=address,
        topic=seen.topic if seen.is_shown else "",
        state=state,
    )


def draft_grid(camp: Camp, draft: DraftRows | None = None) -> Grid:
    """What the organisers are working on; `draft` is given when it was read already."""
    draft = read_draft(camp) if draft is None else draft
    rooms = [GridRoom(r.pk, r.name, r.capacity, r.building, r.directions) for r in draft.rooms]
    rows = [GridRow(s.pk, s.starts_at, s.ends_at, s.title, s.is_for_sessions) for s in draft.slots]
    place = addresses("schedule:session_place", camp)
    entries = [
        GridSession(
            id=found.session.pk,
            pitch_id=found.session.pitch_id,
            title=found.session.title,
            hosts=[Host(host.pk, host.display_name, host.runs_camp) for host in found.session.hosts],
            room_id=found.room.pk,
            room_name=found.room.name,
            starts_at=found.slot.starts_at,
            ends_at=found.ends_at,
            address=f"{place(found.session.pitch_id)}?running={found.session.pk}",
            topic=found.session.pitch.topic,
        )
        for found in draft.standing
    ]
    return _assemble(camp, rooms, rows, entries)


def _assemble(camp: Camp, rooms: list[GridRoom], rows: list[GridRow], entries: list[GridSession]) -> Grid:
    rooms = [*rooms, *_lost_rooms(rooms, entries)]
    rows = sorted([*rows, *_lost_rows(rows, entries)], key=lambda row: row.starts_at)
    _fill_cells(rooms, rows, entries)
    mark_now(rows, timezone.now(), camp.tz)
    days: dict[date, list[GridRow]] = {}
    for row in rows:
        days.setdefault(row.starts_at.astimezone(camp.tz).date(), []).append(row)
    for row in rows:
        for cell in row.cells:
            if cell.entry and cell.is_continued:
                cell.entry.span += 1
    for found in days.values():
        _join_cells(found)
    return Grid(rooms, [GridDay(day, found) for day, found in days.items()])


def _lost_rooms(rooms: list[GridRoom], entries: list[GridSession]) -> list[GridRoom]:
    """Rooms that sessions are in and the frame does not know."""
    known = {room.id for room in rooms}
    return [GridRoom(pk, name) for pk, name in {e.room_id: e.room_name for e in entries}.items() if pk not in known]


def _lost_rows(rows: list[GridRow], entries: list[GridSession]) -> list[GridRow]:
    """Rows for sessions whose slot is gone, or is for everybody now: whatever stands on a grid is seen on it."""
    known = {row.starts_at for row in rows if row.is_for_sessions}
    lost = {e.starts_at: e.ends_at for e in entries if e.starts_at not in known}
    return [GridRow(-n, start, end, "", is_for_sessions=True) for n, (start, end) in enumerate(sorted(lost.items()), 1)]


def _fill_cells(rooms: list[GridRoom], rows: list[GridRow], entries: list[GridSession]) -> None:
    starts = [row.starts_at for row in rows]
    standing: dict[tuple[int, int], GridSession] = {}
    # Where two overlap, the later is seen from its start on.
    for entry in sorted(entries, key=lambda entry: entry.starts_at):
        for number in range(bisect_left(starts, entry.starts_at), bisect_left(starts, entry.ends_at)):
            standing[number, entry.room_id] = entry
    for number, row in enumerate(rows):
        if row.is_for_sessions:
            row.cells = [_cell(row, room, standing.get((number, room.id))) for room in rooms]


def _cell(row: GridRow, room: GridRoom, entry: GridSession | None) -> GridCell:
    return GridCell(room, entry, is_continued=entry is not None and entry.starts_at < row.starts_at)


def _join_cells(rows: list[GridRow]) -> None:
    """Cells of one session under each other become one tall cell (rowspan); a row for everybody parts it."""
    for above, below in reversed(list(pairwise(rows))):
        for upper, lower in zip(above.cells, below.cells, strict=False):
            if upper.entry is not None and upper.entry is lower.entry:
                upper.span, lower.span = lower.span + 1, 0


def mark_now(rows: list[GridRow], now: datetime, tz: tzinfo) -> None:
    """The rows that run at `now`, those that are over while the day still runs, and those that come next."""
    for row in rows:
        row.is_now = row.starts_at <= now < row.ends_at
    is_running = any(row.starts_at <= now for row in rows) and any(row.ends_at > now for row in rows)
    coming = _told_next(rows, now, tz)
    for row in rows:
        row.is_past = is_running and row.ends_at <= now
        row.is_next = row.starts_at == coming


def _told_next(rows: list[GridRow], now: datetime, tz: tzinfo) -> datetime | None:
    """When it goes on, if that is on this day, or before people slept; the next morning from four hours before on.

    `stamp.edges_passed` changes whenever this does.
    """
    start = min((row.starts_at for row in rows if row.starts_at > now), default=None)
    if start is None or start - now <= SLEEP:
        return start
    begun = [row for row in rows if row.starts_at <= now]
    if not begun:
        return None
    last = max(row.starts_at for row in begun)
    is_same_day = last.astimezone(tz).date() == start.astimezone(tz).date()
    return start if is_same_day or start - max(row.ends_at for row in begun) < SLEEP else None
