"""What a clock shows."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo


def is_shown_twice(local: datetime) -> bool:
    """Whether the clocks of its zone, put back that night, show this time once more."""
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()


def hour_name(local: datetime) -> str:
    """What tells an hour that the clocks of its zone show twice from the other: BST; +0300 where both have one name, as
    in Moscow in 2014.
    """
    is_told_by_name = local.tzname() != local.replace(fold=1 - local.fold).tzname()
    return f"{local:%Z}" if is_told_by_name else f"{local:%z}"


def on_the_clock(local: datetime) -> str:
    """11:00, by the clocks of its zone; 01:15 BST where they show that twice (ambiguous time, fold)."""
    return f"{local:%H:%M} {hour_name(local)}" if is_shown_twice(local) else f"{local:%H:%M}"


def both_hours(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """The two moments at which the clocks, put back on that day, show that time; none where they show it once."""
    first, second = (datetime.combine(day, clock.replace(fold=fold), zone) for fold in (0, 1))
    # Of a time that the clocks skip, the later reading is ahead of the other.
    return [first, second] if first.timestamp() < second.timestamp() else []
