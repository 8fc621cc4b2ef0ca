"""Days that stand above the rooms of a wall, side by side: which columns are of which day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from events.decoding import MERGED


def are_different(days: Iterable[Sequence[date]]) -> bool:
    """Whether what several texts name cannot be one day."""
    found = [set(one) for one in days]
    return len(found) > 1 and not set.intersection(*found)


def days_over(line: Sequence[str], named: Collection[int]) -> dict[int, str]:
    """By column the day above it: each holds up to the next, or as far as its cell is merged. Empty: nothing says."""
    over: dict[int, str] = {}
    day, is_merged = "", False
    for column, cell in enumerate(line):
        if column in named:
            day, is_merged = cell, False
        elif cell == MERGED:
            is_merged = True
        elif is_merged:
            day = ""
        over[column] = day
    return over


def are_certain(line: Sequence[str], named: Collection[int], at: int, rooms: Mapping[int, str]) -> bool:
    """Whether there is no doubt about the day of each room. `at`: the column of the times."""
    over = days_over(line, named)
    if any(cell and cell != MERGED and n > at and n not in named for n, cell in enumerate(line)):
        return False
    shares: dict[str, list[str]] = {line[column]: [] for column in sorted(named)}
    for column, room in rooms.items():
        if not over[column]:
            return False
        shares[over[column]].append(room.casefold())
    if not all(shares.values()):
        return False
    # Two cells side by side may as well be the first and the last day of the camp: then the last goes on and on.
    *before, last = [len(share) for share in shares.values()]
    names = [name for share in shares.values() for name in set(share)]
    is_said = MERGED in line or len(set(names)) < len(names) or rooms.keys() <= set(named)
    return is_said or last <= max(before, default=0)
