"""What tells one state of a page from another: the parts it shows, my wishes and choices, the clock."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from datetime import datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from django.db.models import Max
from django.shortcuts import get_object_or_404
from django.utils import timezone

from events import stamps
from events.caching import kept
from events.http import CampRequest
from events.models import Camp
from events.shifting import SLEEP

from ..models import GridVersion, MailedCalendar
from .own import NOTHING, Own, own_of, own_on

#: what a page of the published grid, and every calendar, is made of
PARTS = (stamps.GRID, stamps.PITCHES, stamps.PEOPLE, stamps.FRAME)


class Shown(NamedTuple):
    """What a page of the grid shows."""

    numbers: tuple[int, ...]
    #: how many slots have begun or ended
    edges: int = 0
    #: my wishes and choices
    own: Own = NOTHING
    secret: str = ""


def numbers_on(request: CampRequest) -> tuple[int, ...]:
    """Of `PARTS`, asked once for each request."""
    if not hasattr(request, "numbers"):
        request.numbers = stamps.read(request.camp, *PARTS)
    return request.numbers


def grid_shows(request: CampRequest, camp: Camp, **kwargs: object) -> Shown:
    """A new version, another slot running, an edited pitch, a renamed host or room, another wish or choice of mine."""
    numbers = numbers_on(request)
    return Shown(numbers, edges_passed(camp, numbers), own_on(request))


def versions_show(request: CampRequest, camp: Camp, **kwargs: object) -> tuple[int, ...]:
    """A new version, an edited pitch, a renamed host or room: nothing of one's own, and no "now"."""
    return stamps.read(camp, *PARTS)


def how_shows(request: CampRequest, camp: Camp) -> tuple[int, ...]:
    """The rules are the release's; of the camp it shows no more than every page does."""
    return stamps.read(camp, stamps.FRAME)


def mine_shows(request: CampRequest, camp: Camp) -> Shown:
    """As the grid; and the address of my calendar."""
    return grid_shows(request, camp)._replace(secret=request.me.calendar_key if request.me else "")


def calendars_show(request: CampRequest, camp: Camp) -> Shown:
    """A new version, another room; the address of my calendar, and whether I get mails."""
    mine = MailedCalendar.objects.filter(attendee=request.me, is_on=True).first() if request.me else None
    secret = f"{request.me.calendar_key} {mine.key if mine else ''}" if request.me else ""
    return Shown(stamps.read(camp, stamps.GRID, stamps.FRAME), secret=secret)


class CalendarShown(NamedTuple):
    """What a calendar shows."""

    numbers: tuple[int, ...]
    #: what was cancelled is told until then
    is_over: bool
    #: when any of this changed last
    changed_at: datetime
    own: Own = NOTHING


def calendar_shows(request: CampRequest, camp: Camp, **kwargs: object) -> CalendarShown:
    """A new version, an edited pitch, a renamed host or room. It has no "now"."""
    numbers, changed_at = stamps.read_dated(camp, *PARTS)
    ended_at = _ended_at(camp)
    return CalendarShown(numbers, ended_at is not None, max(changed_at, ended_at or changed_at))


def _ended_at(camp: Camp) -> datetime | None:
    """When the camp was over; None while it is not."""
    if not camp.is_over:
        return None
    midnight = datetime.combine(camp.ends_on + timedelta(days=1), time(), camp.tz)
    last = camp.slots.aggregate(end=Max("ends_at"))["end"] or midnight
    # A last night belongs to the camp, and is over before the day after it is.
    return min(max(midnight, last), midnight + timedelta(days=1))


def my_calendar_shows(request: CampRequest, camp: Camp, key: str) -> CalendarShown:
    """As any calendar; and the wishes and choices of the person whose it is, whoever asks."""
    attendee = get_object_or_404(camp.attendees.present().with_calendar_key(key))
    return calendar_shows(request, camp)._replace(own=own_of(attendee))


class Latest(NamedTuple):
    """The latest version, and the moments at which another row of it is "now" or "next"."""

    version: GridVersion | None
    edges: list[float]


def _latest(camp: Camp, grid: int) -> Latest:
    """Read once for all that is made of it."""

    def read() -> Latest:
        version = GridVersion.latest(camp)
        return Latest(version, _edges(version))

    return kept("latest", camp.pk, grid, make=read)


def latest_version(camp: Camp, numbers: tuple[int, ...]) -> GridVersion | None:
    """The latest version; `numbers` are those of `PARTS`."""
    version = copy(_latest(camp, numbers[0]).version)
    if version:
        # The version never changes, the camp does.
        version.camp = camp
    return version


def edges_passed(camp: Camp, numbers: tuple[int, ...]) -> int:
    """Changes when a slot of the published grid begins or ends: then another row is "now". When the first slot after a
    night comes near: then it is "next". And when what is off the grid would have ended.
    """
    return bisect_right(_latest(camp, numbers[0]).edges, timezone.now().timestamp())


def _edges(version: GridVersion | None) -> list[float]:
    if version is None:
        return []
    stretches = sorted((_moment(slot["starts_at"]), _moment(slot["ends_at"])) for slot in version.frame["slots"])
    mornings, ended = [], float("-inf")
    for start, end in stretches:
        near = start - SLEEP.total_seconds()
        if near >= ended:
            mornings.append(near)
        ended = max(ended, end)
    return sorted({*chain.from_iterable(stretches), *mornings, *_ends_of_gone(version)})


def _ends_of_gone(version: GridVersion) -> list[float]:
    """What fell off that day may have stood last in a slot that is elsewhere now, or nowhere; no query if none did."""
    if not (moved := [int(pk) for pk in version.moved_from]):
        return []
    off = version.placements.filter(is_cancelled=True, session__in=moved).values_list("ends_at", flat=True)
    return [end.timestamp() for end in off]


def _moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
