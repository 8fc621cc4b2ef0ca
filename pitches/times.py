"""When hosts would rather be there, as slots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, time

from events.models import Camp, Slot
from events.shifting import by_day

from .models import Pitch

NOON = time(12)

#: a slot and its day, whether it is the first of it, and whether the last
Facts = tuple[Slot, date, bool, bool]


def _is_morning(facts: Facts) -> bool:
    """What goes on after midnight is still the evening of the day before."""
    slot, day, _is_first, _is_last = facts
    local = slot.starts_at.astimezone(slot.camp.tz)
    return local.date() == day and local.time() < NOON


UNWELCOME: dict[str, Callable[[Facts], bool]] = {
    Pitch.Rather.MORNING: lambda facts: not _is_morning(facts),
    Pitch.Rather.AFTERNOON: _is_morning,
    Pitch.Rather.NOT_FIRST: lambda facts: facts[2],
    Pitch.Rather.NOT_LAST: lambda facts: facts[3],
}


def unwelcome_slots(camp: Camp, slots: Iterable[Slot]) -> dict[str, frozenset[int]]:
    """By what hosts may say (`Pitch.Rather`), the ids of the slots for sessions that they would rather not have."""
    facts = [
        (slot, day, number == 0, number == len(found) - 1)
        for day, found in by_day(camp, [slot for slot in slots if slot.is_for_sessions])
        for number, slot in enumerate(found)
    ]
    return {
        rather: frozenset(one[0].pk for one in facts if is_unwelcome(one)) for rather, is_unwelcome in UNWELCOME.items()
    }
