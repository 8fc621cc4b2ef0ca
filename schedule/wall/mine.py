"""My sessions in the order of the day, from what everybody sees of the grid: nothing of mine is asked anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from events.caching import kept
from events.models import Attendee, Camp
from pitches.models import Interest, hosts_of

from ..models import GridVersion
from .grid import GridRow, GridSession, published_grid
from .moved import off_the_grid
from .shared import Mark, SharedEntry, marks_of
from .stamp import Shown, latest_version
from .state import PlaceState
from .ways import ways


class WallEntry(NamedTuple):
    """A session as a list tells it, and the slot that it starts in."""

    entry: SharedEntry
    title: str
    room_name: str
    address: str
    slot_id: int
    slot_ends_at: datetime
    state: PlaceState


class OffTheGrid(NamedTuple):
    """A pitch that has no place on the latest version; where it was, if that is news, or if it was withdrawn."""

    title: str
    hosts: tuple[int, ...]
    is_withdrawn: bool
    was_in: str


class Wall(NamedTuple):
    """What stands on the latest version; and by pitch what does not, be it open or withdrawn."""

    entries: list[WallEntry]
    off: dict[int, OffTheGrid]
    has_grid: bool


@dataclass(slots=True)
class MySession:
    pitch: int
    title: str
    room_name: str
    address: str
    mark: Mark
    state: PlaceState


class NotPlaced(NamedTuple):
    """Something of mine that has no place now; and where it stood that day, if it did."""

    pitch: int
    title: str
    is_hosted: bool
    is_must: bool
    was_in: str


@dataclass(slots=True)
class MySlot:
    slot_id: int
    starts_at: datetime
    ends_at: datetime
    is_now: bool
    sessions: list[MySession] = field(default_factory=list)


def read_wall(camp: Camp, shown: Shown) -> Wall:
    """The latest version, and what is not on it, read once for all. It has no "now"."""

    def read() -> Wall:
        version = latest_version(camp, shown.numbers)
        entries = _entries(version, camp) if version else []
        placed = {found.entry.pitch for found in entries}
        return Wall(entries, _off_the_grid(version, camp, placed), has_grid=version is not None)

    return kept("wall", camp.pk, shown.numbers, make=read)


def _entries(version: GridVersion, camp: Camp) -> list[WallEntry]:
    grid = published_grid(version, camp, ways(camp, version))
    pairs = [(row, entry) for row in grid.rows for entry in row.entries]
    pairs.sort(key=lambda pair: (pair[1].starts_at, pair[1].room_id))
    return [_wall_entry(row, entry) for row, entry in pairs]


def _off_the_grid(version: GridVersion | None, camp: Camp, placed: set[int]) -> dict[int, OffTheGrid]:
    pitches = camp.pitches.filter(merged_into=None).exclude(pk__in=placed).order_by()
    rows = list(pitches.values_list("pk", "title", "withdrawn_at"))
    hosts, lost = hosts_of(pk for pk, _title, _at in rows), _lost_places(version, camp) if version else {}
    return {
        pk: OffTheGrid(title, tuple(host.id for host in hosts.get(pk, ())), at is not None, lost.get(pk, ""))
        for pk, title, at in rows
    }


def _lost_places(version: GridVersion, camp: Camp) -> dict[int, str]:
    """By pitch, where it stood last: of what fell off that day, and of what was withdrawn whenever that was."""
    found: dict[int, list[str]] = {}
    for row, place in off_the_grid(version, camp, Q(session__pitch__withdrawn_at__isnull=False)):
        found.setdefault(row.session.pitch_id, []).append(place)
    return {pitch: " · ".join(places) for pitch, places in found.items()}


def _wall_entry(row: GridRow, entry: GridSession) -> WallEntry:
    # Whoever leads it finds it here also after it was withdrawn, when no grid says so any more.
    is_off = entry.state.is_cancelled
    shared = SharedEntry(entry.id, entry.pitch_id, entry.led_by, entry.starts_at, entry.ends_at, is_off)
    return WallEntry(shared, entry.title, entry.room_name, entry.address, row.slot_id, row.ends_at, entry.state)


def my_slots(entries: Iterable[WallEntry], attendee: Attendee, wishes: dict[int, int]) -> list[MySlot]:
    """The slots in which something of mine starts, each with it."""
    entries = list(entries)
    marks = marks_of([found.entry for found in entries], attendee, wishes)
    slots: dict[datetime, MySlot] = {}
    now = timezone.now()
    for entry, title, room_name, address, slot_id, slot_ends_at, state in entries:
        if mark := marks.get(entry.session):
            is_now = entry.starts_at <= now < slot_ends_at
            slot = slots.setdefault(entry.starts_at, MySlot(slot_id, entry.starts_at, slot_ends_at, is_now))
            slot.sessions.append(MySession(entry.pitch, title, room_name, address, mark, state))
    return list(slots.values())


def not_on_the_grid(wall: Wall, attendee: Attendee, wishes: dict[int, int]) -> list[NotPlaced]:
    """What I host or am interested in and has no place: what I host first, then musts."""
    found = [
        NotPlaced(pitch, off.title, attendee.pk in off.hosts, wishes.get(pitch) == Interest.Level.MUST, off.was_in)
        for pitch, off in wall.off.items()
        if not off.is_withdrawn and (pitch in wishes or attendee.pk in off.hosts)
    ]
    return sorted(found, key=lambda one: (not one.is_hosted, not one.is_must, one.title.casefold(), one.pitch))


class Withdrawn(NamedTuple):
    """What of mine was withdrawn, without a title."""

    #: where those were that had a place
    places: list[str]
    #: how many had none
    unplaced: int


def withdrawn_from_me(wall: Wall, attendee: Attendee, wishes: dict[int, int]) -> Withdrawn:
    """Of my interests those that were withdrawn; whoever hosted one knows, and was told."""
    gone = [(pitch, off) for pitch, off in wall.off.items() if off.is_withdrawn and pitch in wishes]
    places = [off.was_in for _pitch, off in sorted(gone) if attendee.pk not in off.hosts]
    return Withdrawn([place for place in places if place], places.count(""))
