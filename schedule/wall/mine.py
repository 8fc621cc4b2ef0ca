"""The grid as lists tell it, read once for all; and what of mine is not on it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from events.caching import kept
from events.models import Attendee, Camp
from pitches.models import Interest, hosts_of

from ..models import GridVersion
from .grid import GridRow, GridSession, published_grid
from .marks import SharedEntry
from .moved import off_the_grid
from .stamp import latest_version
from .state import PlaceState
from .ways import NO_WAY, Way, ways


class WallEntry(NamedTuple):
    """A session as a list tells it, and the slot that it starts in."""

    entry: SharedEntry
    title: str
    room_name: str
    address: str
    slot_id: int
    state: PlaceState
    topic: str
    room_id: int
    #: which house its room is in
    building: str


class WallRow(NamedTuple):
    """A stretch of the day: for sessions, or for everybody."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    title: str
    is_for_sessions: bool


class OffTheGrid(NamedTuple):
    """A pitch that has no place on the latest version; where it was, if that is news, or if it was withdrawn."""

    title: str
    hosts: tuple[int, ...]
    is_withdrawn: bool
    was_in: str


class Wall(NamedTuple):
    """What stands on the latest version; and by pitch what does not, be it open or withdrawn."""

    #: as published; before that as the camp's slots are
    rows: list[WallRow]
    entries: list[WallEntry]
    off: dict[int, OffTheGrid]
    has_grid: bool


class NotPlaced(NamedTuple):
    """Something of mine that has no place now; and where it stood that day, if it did."""

    pitch: int
    title: str
    is_hosted: bool
    is_must: bool
    was_in: str


def read_wall(camp: Camp, numbers: tuple[int, ...]) -> Wall:
    """The latest version, and what is not on it, read once for all. It has no "now"; `numbers` are those of `PARTS`."""

    def read() -> Wall:
        version = latest_version(camp, numbers)
        rows, entries = _published(version, camp) if version else (_slots(camp), [])
        placed = {found.entry.pitch for found in entries}
        return Wall(rows, entries, _off_the_grid(version, camp, placed), has_grid=version is not None)

    return kept("wall", camp.pk, numbers, make=read)


def _published(version: GridVersion, camp: Camp) -> tuple[list[WallRow], list[WallEntry]]:
    found = ways(camp, version)
    grid = published_grid(version, camp, found)
    rows = [WallRow(r.slot_id, r.starts_at, r.ends_at, r.title, r.is_for_sessions) for r in grid.rows]
    pairs = [(row, entry) for row in grid.rows for entry in row.entries]
    pairs.sort(key=lambda pair: (pair[1].starts_at, pair[1].room_id))
    return rows, [_wall_entry(row, entry, found.get(entry.room_id, NO_WAY)) for row, entry in pairs]


def _slots(camp: Camp) -> list[WallRow]:
    return [WallRow(s.pk, s.starts_at, s.ends_at, s.title, s.is_for_sessions) for s in camp.slots.all()]


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


def _wall_entry(row: GridRow, entry: GridSession, way: Way) -> WallEntry:
    # Whoever leads it finds it here also after it was withdrawn, when no grid says so any more.
    is_off = entry.state.is_cancelled
    return WallEntry(
        SharedEntry(entry.id, entry.pitch_id, entry.led_by, entry.starts_at, entry.ends_at, is_off),
        title=entry.title,
        room_name=entry.room_name,
        address=entry.address,
        slot_id=row.slot_id,
        state=entry.state,
        topic=entry.topic,
        room_id=entry.room_id,
        building=way.building,
    )


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
