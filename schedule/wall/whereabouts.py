"""Where sessions are to be found, and what became of that: for pages about one session, or about what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from events import stamps
from events.caching import kept
from events.http import addresses
from events.models import Attendee, Camp

from ..models import GridVersion, Placement
from .moved import last_place, off_the_grid
from .stamp import latest_version
from .state import PlaceState, place_state
from .unseen import unseen_of, unseen_tag
from .ways import NO_WAY, Way, ways


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The place of a session on the latest version; once it is off the grid its last one."""

    session: int
    title: str
    address: str
    starts_at: datetime
    ends_at: datetime
    room_name: str
    state: PlaceState
    #: beside a `Gone` in one list
    is_gone: ClassVar[bool] = False


def whereabouts(camp: Camp, **which: Any) -> list[Whereabouts]:
    """Of the sessions that `which` narrows the placements of the latest version to: three queries for any number."""
    version = GridVersion.latest(camp)
    if version is None:
        return []
    rows = list(version.placements.filter(**which).select_related("session__pitch"))
    return _of(version, camp, rows, ways(camp, version)) if rows else []


def _of(version: GridVersion, camp: Camp, rows: Iterable[Placement], found: Mapping[int, Way]) -> list[Whereabouts]:
    page = addresses("session_detail", camp)

    def one(row: Placement) -> Whereabouts:
        return Whereabouts(
            session=row.session_id,
            title=row.session.title,
            address=page(row.session_id),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            room_name=row.room_name,
            state=place_state(
                version=version,
                camp=camp,
                session=row.session_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                is_off=row.is_cancelled or not row.session.pitch.is_shown,
                way=found.get(row.room_ref, NO_WAY),
            ),
        )

    return [one(row) for row in rows]


def end_of(camp: Camp, session_id: int) -> datetime | None:
    """When it ends on the latest version; None where it stands on none."""
    version = GridVersion.latest(camp)
    if version is None:
        return None
    return version.placements.filter(session=session_id).values_list("ends_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Gone:
    """A session that stood on the grid that day and does not any more."""

    session: int
    title: str
    address: str
    #: Attic, Sat 13:45
    place: str
    #: when it was to start and end
    starts_at: datetime
    ends_at: datetime
    is_gone: ClassVar[bool] = True


Listed = TypeVar("Listed", Whereabouts, "Whereabouts | Gone")


def with_unseen(places: Iterable[Listed], me: Attendee | None) -> list[Listed]:
    """The same, with the tag on those whose place whoever looks has not seen."""
    unseen = unseen_of(me)
    return [_tagged(place, unseen_tag(unseen, place.session)) for place in places]


def _tagged(place: Listed, tag: str) -> Listed:
    if isinstance(place, Gone) or not tag:
        return place
    return replace(place, state=place.state._replace(unseen=tag))


def gone_sessions(version: GridVersion, camp: Camp) -> list[Gone]:
    """One query, and only where something moved; what was withdrawn tells no title."""
    if not version.moved_from:
        return []
    return _gone(camp, off_the_grid(version, camp))


def _gone(camp: Camp, found: Iterable[tuple[Placement, str]]) -> list[Gone]:
    page = addresses("session_detail", camp)
    return [
        Gone(
            session=row.session_id,
            title=row.session.title,
            address=page(row.session_id),
            place=place,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row, place in found
    ]


def changed_places(camp: Camp) -> list[Whereabouts | Gone]:
    """What became of places on the latest version, the soonest first: what moved, lost its room or is off the grid.

    The same for everybody, without what is for those in the camp alone; so it is read once for each state of the grid
    (cached). Otherwise one query.
    """
    numbers = stamps.read(camp, stamps.GRID, stamps.PITCHES, stamps.FRAME)
    return kept("changed", camp.pk, numbers, make=lambda: _changed_places(camp, latest_version(camp, numbers)))


def _changed_places(camp: Camp, version: GridVersion | None) -> list[Whereabouts | Gone]:
    if version is None:
        return []
    found = {pk: way.for_everybody() for pk, way in ways(camp, version).items()}
    on_it = version.placements.filter(is_cancelled=False).select_related("session__pitch")
    if not version.moved_from and not any(way.closed for way in found.values()):
        on_it = on_it.exclude(session__pitch__withdrawn_at=None)
    rows = list(on_it)
    shown = [row for row in rows if row.session.pitch.is_shown]
    places = _of(version, camp, shown, found)
    changed = [place for place in places if place.state.moved or place.state.is_closed]
    # Withdrawn since this version: it is off the grid at once, not with the next one.
    withdrawn = _gone(camp, ((row, last_place(row, camp)) for row in rows if not row.session.pitch.is_shown))
    gone = [*withdrawn, *gone_sessions(version, camp)]
    return sorted([*changed, *gone], key=lambda place: (place.starts_at, place.session))
