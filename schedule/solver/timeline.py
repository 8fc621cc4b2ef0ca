"""Time: which slots adjoin, and who sees something in each of them when doubles run.

A double couples the two slots it takes, so that a run of adjoining slots is looked at as a whole and runs never
touch each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .problem import Problem


def runs_of(problem: Problem) -> list[range]:
    """The runs of adjoining slots, in time order: a break or a night ends one."""
    runs, start, last = [], 0, len(problem.slots) - 1
    for t, slot in enumerate(problem.slots):
        if t == last or not slot.next:
            runs.append(range(start, t + 1))
            start = t + 1
    return runs


def seen_along(run: Iterable[int], free: Sequence[int], singles: Sequence[int], ending: Sequence[int]) -> list[int]:
    """The people who see something in each slot of a run, as sets, when everybody chooses best.

    By slot: who is `free`, whom a single on offer covers, and whom a double covers that ends there (it counts where
    it ends, and takes its fans through both slots). The recurrence: in a slot one sees a single, or a double if one
    was free in the slot before and saw nothing else that ended there.
    """
    seen: list[int] = []
    gain = free_before = 0
    for t in run:
        there, double = free[t], ending[t]
        gain = there & (singles[t] | (double & free_before & ~gain)) if double else there & singles[t]
        free_before = there
        seen.append(gain)
    return seen
