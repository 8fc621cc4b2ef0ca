"""The slot generator: "10:00 to 17:00, 45 minutes, 15 between, lunch at 12:45"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError

from .models import Camp, Slot


@dataclass(frozen=True, slots=True)
class DayPattern:
    """How the days of a camp run. Clock times of the camp's time zone; minutes otherwise."""

    starts: time
    ends: time
    minutes: int
    between: int
    lunch_at: time | None = None
    lunch_minutes: int = 45


def generate_slots(camp: Camp, days: list[date], pattern: DayPattern) -> list[Slot]:
    """Unsaved slots for sessions, as many as fit, with lunch where it was asked for: it is within the day.

    An end at or before the start is the next day: a camp may run over midnight.
    """
    return [slot for day in days for slot in _one_day(camp, day, pattern)]


def _one_day(camp: Camp, day: date, pattern: DayPattern) -> list[Slot]:
    length, pause = timedelta(minutes=pattern.minutes), timedelta(minutes=pattern.between)
    end = camp.at(day if pattern.ends > pattern.starts else day + timedelta(days=1), pattern.ends)
    lunch = _lunch(camp, day, pattern)
    result: list[Slot] = []
    now = camp.at(day, pattern.starts)
    while now + length <= end:
        if lunch and now + length > lunch.starts_at:
            # It may lie in a pause, too.
            result.append(lunch)
            now, lunch = max(lunch.ends_at, now), None
            continue
        result.append(Slot(camp=camp, starts_at=now, ends_at=now + length))
        now += length + pause
    return [*result, lunch] if lunch else result


def _lunch(camp: Camp, day: date, pattern: DayPattern) -> Slot | None:
    if pattern.lunch_at is None:
        return None
    is_next_day = pattern.ends <= pattern.starts and pattern.lunch_at < pattern.starts
    try:
        start: datetime = camp.at(day + timedelta(days=is_next_day), pattern.lunch_at)
    except ValidationError as refused:
        raise ValidationError({"lunch_at": refused.messages}) from refused
    return Slot(
        camp=camp,
        starts_at=start,
        ends_at=start + timedelta(minutes=pattern.lunch_minutes),
        kind=Slot.Kind.EVERYONE,
        title="Lunch",
    )
