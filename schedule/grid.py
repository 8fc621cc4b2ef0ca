"""The grid as people see it: days, rows of slots, cells of rooms. For the page, for print, for JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from events.models import Attendee, Camp, Slot
from pitches.models import Interest

from .models import Cell, GridVersion, Placement, Session


@dataclass(slots=True)
class GridRoom:
    id: int
    name: str
    capacity: int = 0
    building: str = ""
    directions: str = ""


@dataclass(slots=True)
class GridSession:
    """One session in its place, and what it is to the person who looks."""

    session: Session
    room_id: int
    room_name: str
    starts_at: datetime
    ends_at: datetime
    level: int = 0
    is_hosted: bool = False
    has_clash: bool = False

    @property
    def is_mine(self) -> bool:
        return self.level > 0 or self.is_hosted

    @property
    def is_must(self) -> bool:
        return self.level == Interest.Level.MUST


@dataclass(slots=True)
class GridCell:
    room: GridRoom
    entry: GridSession | None = None
    #: the second half of a double session
    is_continued: bool = False


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


def published_grid(version: GridVersion, camp: Camp, attendee: Attendee | None = None) -> Grid:
    """What a version says, with titles and names as they are today."""
    rooms = [GridRoom(**room) for room in version.frame["rooms"]]
    rows = [
        GridRow(
            slot_id=slot["id"],
            starts_at=datetime.fromisoformat(slot["starts_at"]),
            ends_at=datetime.fromisoformat(slot["ends_at"]),
            title=slot["title"],
            is_for_sessions=slot["kind"] == Slot.Kind.SESSIONS,
        )
        for slot in version.frame["slots"]
    ]
    placements = version.placements.filter(is_cancelled=False).select_related("session__pitch")
    entries = [_published(p) for p in placements.prefetch_related("session__pitch__hosts")]
    return _assemble(camp, rooms, rows, entries, attendee)


def _published(placement: Placement) -> GridSession:
    return GridSession(
        session=placement.session,
        room_id=placement.room_ref,
        room_name=placement.room_name,
        starts_at=placement.starts_at,
        ends_at=placement.ends_at,
    )


def draft_grid(camp: Camp) -> Grid:
    """What the organisers are working on."""
    rooms = [GridRoom(r.pk, r.name, r.capacity, r.building, r.directions) for r in camp.rooms.all()]
    rows = [GridRow(s.pk, s.starts_at, s.ends_at, s.title, s.is_for_sessions) for s in camp.slots.all()]
    entries = []
    for session in camp.sessions.placed().with_place():
        cells: list[Cell] = sorted(session.cells.all(), key=lambda cell: cell.slot.starts_at)
        first, last = cells[0], cells[-1]
        entries.append(GridSession(session, first.room_id, first.room.name, first.slot.starts_at, last.slot.ends_at))
    return _assemble(camp, rooms, rows, entries, None)


def _assemble(
    camp: Camp, rooms: list[GridRoom], rows: list[GridRow], entries: list[GridSession], attendee: Attendee | None
) -> Grid:
    for entry in entries:
        entry.session.camp = entry.session.pitch.camp = camp
    if attendee:
        mark_mine(entries, attendee)
    by_room: dict[int, list[GridSession]] = defaultdict(list)
    for entry in entries:
        by_room[entry.room_id].append(entry)
    rows.sort(key=lambda row: row.starts_at)
    for row in rows:
        row.cells = [_cell(row, room, by_room[room.id]) for room in rooms] if row.is_for_sessions else []
    mark_now(rows, timezone.now())
    days: dict[date, list[GridRow]] = {}
    for row in rows:
        days.setdefault(row.starts_at.astimezone(camp.tz).date(), []).append(row)
    return Grid(rooms, [GridDay(day, found) for day, found in days.items()])


def _cell(row: GridRow, room: GridRoom, entries: Iterable[GridSession]) -> GridCell:
    for entry in entries:
        if entry.starts_at <= row.starts_at < entry.ends_at:
            return GridCell(room, entry, is_continued=entry.starts_at < row.starts_at)
    return GridCell(room)


def mark_mine(entries: list[GridSession], attendee: Attendee) -> None:
    """My interests, what I host, and where two of them run at once."""
    levels = dict(attendee.interests.values_list("pitch_id", "level"))
    for entry in entries:
        entry.level = levels.get(entry.session.pitch_id, 0)
        entry.is_hosted = any(host.pk == attendee.pk for host in entry.session.pitch.hosts.all())
    mine = [entry for entry in entries if entry.is_mine]
    for entry in mine:
        entry.has_clash = any(
            other is not entry and other.starts_at < entry.ends_at and entry.starts_at < other.ends_at for other in mine
        )


def mark_now(rows: list[GridRow], now: datetime) -> None:
    """The rows that run at `now`, and those that come next within twelve hours."""
    for row in rows:
        row.is_now = row.starts_at <= now < row.ends_at
    is_running = any(row.starts_at <= now for row in rows) and any(row.ends_at > now for row in rows)
    for row in rows:
        row.is_past = is_running and row.ends_at <= now
    later = [row.starts_at for row in rows if row.starts_at > now]
    if later and (min(later) - now).total_seconds() < 12 * 3600:
        for row in rows:
            row.is_next = row.starts_at == min(later)
