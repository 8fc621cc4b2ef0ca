"""When the clocks of a time zone change, as calendars need it (VTIMEZONE, RFC 5545, 3.6.5).

Written out here: icalendar's own names the moment of a change in spring by the clock as it is afterwards, where the RFC
means the clock as it was before (3.6.5: DTSTART is a local time that TZOFFSETFROM holds for). Programs that go by it
showed the first session of such a day an hour late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard


class Change(NamedTuple):
    """The clocks are put from one distance to UTC to another, or as they stood when the years began."""

    #: by the clock as it was before
    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


def clock_changes(zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[Change]:
    """How the clocks stand at the beginning of the first of these years, and each change up to the end of the last."""
    start, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (first_year, last_year + 1))
    yield _change(zone, start, _offset(zone, start))
    day = timedelta(days=1)
    while start < end:
        if _offset(zone, start) != _offset(zone, start + day):
            yield _change(zone, _moment_of_change(zone, start, start + day), _offset(zone, start))
        start += day


def vtimezone(zone: ZoneInfo, first_year: int, last_year: int) -> bytes:
    """The component for these years."""
    result = Timezone()
    result.add("tzid", zone.key)
    alike: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = defaultdict(list)
    for at, *kind in clock_changes(zone, first_year, last_year):
        alike[tuple(kind)].append(at)  # type: ignore[index]
    for (before, after, name, is_summer), moments in alike.items():
        part = TimezoneDaylight() if is_summer else TimezoneStandard()
        part.add("dtstart", moments[0])
        if moments[1:]:
            part.add("rdate", moments[1:])
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        result.add_component(part)
    return bytes(result.to_ical())


def _change(zone: ZoneInfo, moment: datetime, before: timedelta) -> Change:
    local = moment.astimezone(zone)
    at = (moment + before).replace(tzinfo=None)
    return Change(at, before, _offset(zone, moment), local.tzname() or "", bool(local.dst()))


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _moment_of_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second from which the later distance holds (bisection)."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after
