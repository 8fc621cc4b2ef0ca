"""A session can build on another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from ..problem import Placement, Problem
from ..translation import N_
from .rule import Bendable, Broken, Cause, Rule, Standing


class OrderIsBroken(Rule):
    SENTENCE = N_("A session that builds on another comes after it.")
    FAULT = N_("“%(later)s” comes after “%(earlier)s”, which has not ended by %(time)s.")
    NO_CELL = N_("No free cell is after what it builds on and before what builds on it.")
    HELD = N_("“%(later)s” comes after “%(earlier)s”.")
    FIELD = "Problem.order"

    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        first: dict[int, Placement] = {}
        for p in sorted(rows, key=lambda p: p.slot):
            first.setdefault(p.session, p)
        for a, b in problem.order:
            if a in first and b in first and problem.span(a, first[a].slot).stop > first[b].slot:
                yield Broken(self, (first[a], first[b]))

    def partners(self, problem: Problem) -> Mapping[int, Collection[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for a, b in problem.order:
            found[a].add(b)
            found[b].add(a)
        return found

    def guard(self, standing: Standing) -> InOrder:
        return InOrder(standing)

    def bend(self, model: Bendable) -> None:
        for a, b in model.problem.order:
            for (t, _), x in model.starts[a].items():
                stop = model.problem.span(a, t).stop
                early = [y for (q, _), y in model.starts[b].items() if q < stop]
                model.never(early, Cause(self, (a, b)), given=x)


class InOrder:
    """What the session builds on has ended before it, and what builds on it starts after it."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.before: dict[int, list[int]] = defaultdict(list)
        self.after: dict[int, list[int]] = defaultdict(list)
        for a, b in standing.problem.order:
            self.before[b].append(a)
            self.after[a].append(b)
        self.sessions = self.before.keys() | self.after.keys()
        #: the file may say that a session builds on itself: then it has no place
        self.impossible = {a for a, b in standing.problem.order if a == b}

    def allows(self, session: int, slot: int, room: int) -> bool:
        problem, starts = self.standing.problem, self.standing.slot
        if session in self.impossible:
            return False
        stop = problem.span(session, slot).stop
        return not (
            any(starts[a] >= 0 and problem.span(a, starts[a]).stop > slot for a in self.before.get(session, ()))
            or any(0 <= starts[b] < stop for b in self.after.get(session, ()))
        )


order_is_broken = OrderIsBroken()
