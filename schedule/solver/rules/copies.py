"""How often a session runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from ..problem import Placement, Problem
from ..translation import N_
from .rule import Broken, Rule, Standing


class OfferedTooOften(Rule):
    SENTENCE = N_("A session runs as often as agreed, and never twice in one slot.")
    FAULT = N_("“%(later)s” is on the grid more often than agreed.")
    TWICE_AT_ONCE = N_("“%(later)s” is on the grid twice at %(time)s.")
    NO_CELL = N_("It runs as often as agreed already.")
    FIELD = "Session.copies"

    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        runnings: dict[int, list[Placement]] = defaultdict(list)
        for p in rows:
            runnings[p.session].append(p)
        for session, found in runnings.items():
            in_slot: dict[int, Placement] = {}
            for p in found:
                if (first := in_slot.setdefault(p.slot, p)) is not p:
                    yield Broken(self, (first, p))
            if len(in_slot) > problem.sessions[session].copies:
                yield Broken(self, tuple(in_slot.values()))

    def fault(self, broken: Broken) -> str:
        slots = {p.slot for p in broken.placements}
        return self.TWICE_AT_ONCE if len(slots) < len(broken.placements) else self.FAULT

    def partners(self, problem: Problem) -> Mapping[int, Collection[int]]:
        return {}

    def guard(self, standing: Standing) -> RunsOnce:
        return RunsOnce(standing)

    # The model and the search hold first runnings only; repeats are added after, each asked as a whole grid.


class RunsOnce:
    """It runs nowhere else yet."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.sessions = range(len(standing.problem.sessions))

    def allows(self, session: int, slot: int, room: int) -> bool:
        return self.standing.slot[session] < 0


offered_too_often = OfferedTooOften()
