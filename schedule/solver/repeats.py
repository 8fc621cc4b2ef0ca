"""Repeats: which sessions to run once more in a free cell, by the wishes that wins, exactly.

A repeat also helps those who saw the first running: they may go to the second and be free for something else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .problem import Placement, Problem
from .rules import broken_rules, may_stand
from .score import best_programme

#: candidates whose gain is worked out exactly in one round, the most promising first
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Repeat:
    """One more running, and the wishes it wins."""

    placement: Placement
    gain: int


def suggest_repeats(problem: Problem, placements: Iterable[Placement], most: int = 5) -> list[Repeat]:
    """The best repeats one at a time, each on top of those before it; every session may run once more than now."""
    rows = list(placements)
    often = {p.session: sum(q.session == p.session for q in rows) for p in rows}
    sessions = tuple(
        replace(s, copies=max(s.copies, often.get(i, 0) + 1)) if s.pin_slot is None else s
        for i, s in enumerate(problem.sessions)
    )
    return _repeats(replace(problem, sessions=sessions), rows, most)


def add_repeats(problem: Problem, placements: Iterable[Placement]) -> list[Placement]:
    """The plan with every repeat that `copies` allows and that wins a wish."""
    rows = list(placements)
    return sorted(
        [*rows, *(r.placement for r in _repeats(problem, rows, most=len(problem.rooms) * len(problem.slots)))]
    )


def _repeats(problem: Problem, rows: list[Placement], most: int) -> list[Repeat]:
    programmes = Programmes(problem, rows)
    found: list[Repeat] = []
    while len(found) < most:
        repeat = _best(problem, programmes)
        if repeat is None:
            break
        found.append(repeat)
        programmes.add(repeat.placement)
    return found


def _best(problem: Problem, programmes: "Programmes") -> Repeat | None:
    """The repeat that wins most; ties go to the lower session, slot, room."""
    rows = programmes.rows
    candidates = []
    for i, session in enumerate(problem.sessions):
        often = sum(p.session == i for p in rows)
        if 0 < often < session.copies:
            for slot in range(len(problem.slots)):
                room = _free_room(problem, rows, i, slot)
                if room is not None:
                    candidates.append((programmes.hope(i, slot), Placement(i, slot, room)))
    candidates.sort(key=lambda pair: (-pair[0], pair[1]))
    best: Repeat | None = None
    for hope, placement in candidates[:LOOKED_AT]:
        if hope <= (best.gain if best else 0):
            break
        gain = programmes.gain(placement)
        if gain > (best.gain if best else 0) and not broken_rules(problem, [*rows, placement]):
            best = Repeat(placement, gain)
    return best


def _free_room(problem: Problem, rows: list[Placement], session: int, slot: int) -> int | None:
    """The smallest free room that will do and holds everybody else who wants it, or else the largest."""
    span = problem.span(session, slot)
    taken = {p.room for p in rows if set(problem.span(p.session, p.slot)) & set(span)}
    rooms = [r for r in range(len(problem.rooms)) if r not in taken and may_stand(problem, session, slot, r)]
    return min(rooms, key=lambda r: (problem.rooms[r].capacity, r), default=None)


class Programmes:
    """What everybody can see at best, kept as runnings are added."""

    def __init__(self, problem: Problem, rows: list[Placement]) -> None:
        self.problem = problem
        self.rows: list[Placement] = []
        self.runnings: dict[int, list[int]] = {}
        self.wishes = [problem.wishes_of(a) for a in range(len(problem.attendees))]
        self.fans: list[list[int]] = [[] for _ in problem.sessions]
        for a, found in enumerate(self.wishes):
            for session in found:
                self.fans[session].append(a)
        slots = set(range(len(problem.slots)))
        self.free = [slots - attendee.absent for attendee in problem.attendees]
        for p in rows:
            self._put(p)
        self.value = [self.programme(a, self.runnings, self.free[a]) for a in range(len(self.wishes))]

    def _put(self, p: Placement) -> None:
        self.rows.append(p)
        self.runnings.setdefault(p.session, []).append(p.slot)
        for host in self.problem.sessions[p.session].hosts:
            self.free[host] = self.free[host] - set(self.problem.span(p.session, p.slot))

    def add(self, p: Placement) -> None:
        self._put(p)
        for a in {*self.fans[p.session], *self.problem.sessions[p.session].hosts}:
            self.value[a] = self.programme(a, self.runnings, self.free[a])

    def programme(self, person: int, runnings: dict[int, list[int]], free: set[int]) -> int:
        return best_programme(self.problem, self.wishes[person], runnings, free)

    def hope(self, session: int, slot: int) -> int:
        """What a repeat wins at most: the lightest thing that each fan who is there could add to their day."""
        span = set(self.problem.span(session, slot))
        total = 0
        for a in self.fans[session]:
            if span <= self.free[a]:
                missed = sum(self.wishes[a].values()) - self.value[a]
                total += min(missed, max(self.wishes[a].values()))
        return total

    def gain(self, p: Placement) -> int:
        """What everybody together wins by one more running."""
        runnings = self.runnings | {p.session: [*self.runnings.get(p.session, []), p.slot]}
        span = set(self.problem.span(p.session, p.slot))
        hosts = self.problem.sessions[p.session].hosts
        total = 0
        for a in sorted({*self.fans[p.session], *hosts}):
            free = self.free[a] - span if a in hosts else self.free[a]
            total += self.programme(a, runnings, free) - self.value[a]
        return total
