"""Which half of the day times are in, where nothing says so: told by the whole sheet, not by each room of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import time
from itertools import pairwise

from django.utils.translation import gettext as _

from .cells import minutes_of

#: when something starts and ends, as it was typed
Both = tuple[time, time | None]
#: of half a day; the earliest at which a camp begins, where 7:00 could be in the evening; the last hour of a night
HOURS, EARLIEST, NIGHT = 12, 8, 5


def by_twelve(lanes: Iterable[Sequence[Both]], *, has_night: bool = False) -> bool:
    """Whether hours are counted to twelve, and nobody says which half: a day goes from 12:00 on to 1:00.

    For each day, and room if there are several, in the order of the sheet. `has_night`: something starts at an hour at
    which nobody meets, so it is in the afternoon.
    """
    found = [list(lane) for lane in lanes]
    said = [one for lane in found for both in lane for one in both if one]
    if any(one.hour > HOURS or one.hour == 0 for one in said):
        return False
    return has_night or any(_goes_back(lane) for lane in found)


def in_the_afternoon(lane: Sequence[Both], mornings: Collection[time] = ()) -> list[Both]:
    """The same of a clock that counts to twelve: what would go back in the day goes on in its second half.

    `mornings`: those of the lanes of that day. They say which half a lane is in that is in one of them only.
    """
    found: list[Both] = []
    last = time(HOURS) if _is_later_half(lane, mornings) else time()
    for start, end in lane:
        start = _after(start, last)
        found.append((start, _after(end, start) if end else None))
        last = start
    return found


def end_meant(start: time, end: time) -> time:
    """11:00–1:00 is no stretch of fourteen hours; 9:00–24:00 is one of fifteen, as no clock of twelve shows 0:00."""
    if end.fold or end.hour == 0:
        # Or the clocks were put back meanwhile: it is an hour later than it looks.
        return end
    later = _after(end, start)
    is_over_night = end < start and minutes_of(end) + 24 * 60 - minutes_of(start) > HOURS * 60
    return later if is_over_night and start.hour <= HOURS and later > start else end


def told_afternoon(typed: time, meant: time) -> str:
    """How times of such a clock are read, by the first that is changed."""
    return _("Nothing says which half of the day times are in: “%(time)s” is read as %(meant)s, and so on.") % {
        "time": f"{typed.hour}:{typed.minute:02}", "meant": f"{meant.hour}:{meant.minute:02}",
    }  # fmt: skip


def first_changed(typed: Both, meant: Both) -> tuple[time, time] | None:
    """The end of the two that is read otherwise than it stands."""
    return next(((one, other) for one, other in zip(typed, meant, strict=True) if one and other and one != other), None)


def is_at_night(start: time) -> bool:
    return 1 <= start.hour <= NIGHT


def _goes_back(lane: Sequence[Both]) -> bool:
    said = [one for both in lane for one in both if one]
    return any(later.hour < EARLIEST <= earlier.hour for earlier, later in pairwise(said))


def mornings_of(lanes: Iterable[Sequence[Both]]) -> set[time]:
    """What starts before noon, in those lanes of a day that go on after it."""
    return {start for lane in lanes if _goes_back(lane) for start in _before_noon(lane)}


def _is_later_half(lane: Sequence[Both], mornings: Collection[time]) -> bool:
    """Whether all of it is after noon."""
    if not lane or _goes_back(lane) or lane[0][0].hour >= EARLIEST:
        return False
    if is_at_night(lane[0][0]):
        return True
    return lane[0][0] not in mornings and not any(start.hour >= EARLIEST for start, _end in lane)


def _before_noon(lane: Sequence[Both]) -> Iterable[time]:
    last = time()
    for start, _end in lane:
        if start < last:
            return
        yield start
        last = start


def _after(one: time, other: time) -> time:
    return one.replace(hour=one.hour + HOURS) if one < other and one.hour < HOURS else one
