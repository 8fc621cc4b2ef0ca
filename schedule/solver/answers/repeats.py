"""Repeats: which sessions to run once more in a free cell, by the wishes that wins, exactly.

A repeat also helps those who saw the first running: they may go to the second and be free for something else.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..audience import best_programme
from ..bits import bits_in, set_of
from ..problem import Placement, Problem
from ..rules import broken_rules, may_stand

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
    often = Counter(p.session for p in rows)
    sessions = tuple(
        replace(s, copies=max(s.copies, often[i] + 1)) if s.pin_slot is None else s
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
    often = Counter(p.session for p in programmes.rows)
    may_repeat = [i for i, session in enumerate(problem.sessions) if 0 < often[i] < session.copies]
    hopes = [(-programmes.hope(i, slot), i, slot) for i in may_repeat for slot in range(len(problem.slots))]
    best: Repeat | None = None
    looked_at = 0
    for hope, i, slot in sorted(pair for pair in hopes if pair[0] < 0):
        if looked_at == LOOKED_AT or -hope <= (best.gain if best else 0):
            break
        room = _free_room(problem, programmes, i, slot)
        if room is None:
            continue
        looked_at += 1
        placement = Placement(i, slot, room)
        gain = programmes.gain(placement)
        if gain > (best.gain if best else 0) and not broken_rules(problem, [*programmes.rows, placement]):
            best = Repeat(placement, gain)
    return best


def _free_room(problem: Problem, programmes: "Programmes", session: int, slot: int) -> int | None:
    """The smallest room that is free and will do."""
    span = problem.span(session, slot)
    for room in programmes.rooms:
        is_taken = any((t, room) in programmes.taken for t in span)
        if not is_taken and may_stand(problem, session, slot, room):
            return room
    return None


#: slot to the heaviest wish on offer then: its weight, its session, and the weight of the next
Day = dict[int, tuple[int, int, int]]
NOTHING = 0, -1, 0


class Programmes:
    """What everybody can see at best, kept as runnings are added."""

    def __init__(self, problem: Problem, rows: list[Placement]) -> None:
        self.problem = problem
        self.rows: list[Placement] = []
        self.runnings: dict[int, list[int]] = {}
        self.taken: set[tuple[int, int]] = set()
        self.rooms = sorted(range(len(problem.rooms)), key=lambda r: (problem.rooms[r].capacity, r))
        self.wishes = [problem.wishes_of(a) for a in range(len(problem.attendees))]
        self.fans: list[list[int]] = [[] for _ in problem.sessions]
        for a, found in enumerate(self.wishes):
            for session in found:
                self.fans[session].append(a)
        self.fan_sets = [set_of(fans) for fans in self.fans]
        slots = range(len(problem.slots))
        self.free = [set(slots) - attendee.absent for attendee in problem.attendees]
        for p in rows:
            self._put(p)
        self.free_in = [set_of([a for a, free in enumerate(self.free) if t in free]) for t in slots]
        self.value = [self.programme(a, self.runnings, self.free[a]) for a in range(len(self.wishes))]
        self.days: dict[int, Day | None] = {}
        self._sort_by_reach()

    def _put(self, p: Placement) -> None:
        span = self.problem.span(p.session, p.slot)
        self.rows.append(p)
        self.runnings.setdefault(p.session, []).append(p.slot)
        self.taken.update((t, p.room) for t in span)
        for host in self.problem.sessions[p.session].hosts:
            self.free[host] = self.free[host] - set(span)

    def add(self, p: Placement) -> None:
        self._put(p)
        hosts = self.problem.sessions[p.session].hosts
        for t in self.problem.span(p.session, p.slot):
            self.free_in[t] &= ~set_of(sorted(hosts))
        for a in {*self.fans[p.session], *hosts}:
            self.value[a] = self.programme(a, self.runnings, self.free[a])
            self.days.pop(a, None)
        self._sort_by_reach()

    def programme(self, person: int, runnings: dict[int, list[int]], free: set[int]) -> int:
        return best_programme(self.problem, self.wishes[person], runnings, free)

    def _sort_by_reach(self) -> None:
        """What everybody could add to their day at most, in binary: the k-th set holds whose number has the bit k."""
        digits: list[list[int]] = []
        for a, wishes in enumerate(self.wishes):
            # One more running adds one wish at most, and never more than is missed.
            reach = min(sum(wishes.values()) - self.value[a], max(wishes.values(), default=0))
            digits.extend([] for _ in range(reach.bit_length() - len(digits)))
            for k in bits_in(reach):
                digits[k].append(a)
        self.reach = [set_of(people) for people in digits]

    def hope(self, session: int, slot: int) -> int:
        """What a repeat wins at most: what each fan who is there then could add to their day."""
        there = self.fan_sets[session]
        for t in self.problem.span(session, slot):
            there &= self.free_in[t] if t < len(self.free_in) else 0
        return sum((there & people).bit_count() << k for k, people in enumerate(self.reach))

    def gain(self, p: Placement) -> int:
        """What everybody together wins by one more running."""
        runnings = self.runnings | {p.session: [*self.runnings.get(p.session, []), p.slot]}
        span = set(self.problem.span(p.session, p.slot))
        hosts = self.problem.sessions[p.session].hosts
        total = 0
        for a in sorted({*self.fans[p.session], *hosts}):
            day = None if a in hosts else self._day(a)
            if day is None:
                free = self.free[a] - span if a in hosts else self.free[a]
                total += self.programme(a, runnings, free) - self.value[a]
            elif p.slot in self.free[a]:
                [now] = self.runnings[p.session]
                before = max(0, self._wins(a, day, p.session, now)) if now in self.free[a] else 0
                total += max(0, self._wins(a, day, p.session, p.slot) - before)
        return total

    def _wins(self, person: int, day: Day, session: int, slot: int) -> int:
        """What seeing the session in that slot adds to the best that else could be seen then."""
        heaviest, which, next_heaviest = day.get(slot, NOTHING)
        return self.wishes[person][session] - (next_heaviest if which == session else heaviest)

    def _day(self, person: int) -> Day | None:
        """What the person can see when; None where slots hang together for them, by doubles or repeats."""
        if person not in self.days:
            self.days[person] = self._read_day(person)
        return self.days[person]

    def _read_day(self, person: int) -> Day | None:
        day: Day = {}
        for session, weight in self.wishes[person].items():
            starts = self.runnings.get(session, ())
            if len(starts) > 1 or (starts and self.problem.sessions[session].length > 1):
                return None
            for slot in starts:
                if slot in self.free[person]:
                    heaviest, which, next_heaviest = day.get(slot, NOTHING)
                    if weight > heaviest:
                        day[slot] = weight, session, heaviest
                    else:
                        day[slot] = heaviest, which, max(weight, next_heaviest)
        return day
