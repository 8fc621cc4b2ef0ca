"""Who sees what in a grid, and how many come: exact, from nothing but the problem and the placements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .problem import Placement, Problem


class Audience:
    """The people of a camp in one grid. Each figure is worked out once, when somebody asks."""

    def __init__(self, problem: Problem, placements: Iterable[Placement]) -> None:
        self.problem, self.rows = problem, list(placements)

    @cached_property
    def attended_by(self) -> tuple[int, ...]:
        """What each attendee sees when they follow the best programme the grid allows them."""
        problem = self.problem
        runnings, hosting = whereabouts(problem, self.rows)
        everything = set(range(len(problem.slots)))
        return tuple(
            best_programme(problem, problem.wishes_of(a), runnings, everything - attendee.absent - hosting[a])
            for a, attendee in enumerate(problem.attendees)
        )

    @cached_property
    def limits(self) -> tuple[int, ...]:
        """What each could see at most, whatever the grid."""
        return tuple(limits(self.problem))

    @cached_property
    def expected(self) -> dict[Placement, float]:
        """How many are likely to come to each running."""
        return expected_people(self.problem, self.rows)


def whereabouts(problem: Problem, rows: list[Placement]) -> tuple[dict[int, list[int]], dict[int, set[int]]]:
    """Start slots by session, and the slots in which each host is busy."""
    runnings: dict[int, list[int]] = defaultdict(list)
    hosting: dict[int, set[int]] = defaultdict(set)
    for p in rows:
        runnings[p.session].append(p.slot)
        for host in problem.sessions[p.session].hosts:
            hosting[host].update(problem.span(p.session, p.slot))
    return runnings, hosting


def best_programme(problem: Problem, wishes: dict[int, int], runnings: dict[int, list[int]], free: set[int]) -> int:
    """The largest total weight of distinct wishes one person can see.

    Dynamic programming over the slots; the state is the set of repeated wishes already seen.
    """
    repeated: dict[int, int] = {}
    offers: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for session, weight in wishes.items():
        starts = runnings.get(session, ())
        if len(starts) > 1:
            repeated[session] = 1 << len(repeated)
        for slot in starts:
            span = problem.span(session, slot)
            if all(t in free for t in span):
                offers[slot].append((weight, len(span), repeated.get(session, 0)))
    count = len(problem.slots)
    best: list[dict[int, int]] = [{} for _ in range(count + 2)]
    best[0][0] = 0
    for t in range(count):
        if t not in offers and not best[t + 1]:
            # Nothing to choose, and no double ends here.
            best[t + 1] = best[t]
            continue
        for seen, value in best[t].items():
            if best[t + 1].get(seen, -1) < value:
                best[t + 1][seen] = value
            for weight, length, bit in offers.get(t, ()):
                if not seen & bit and best[t + length].get(seen | bit, -1) < value + weight:
                    best[t + length][seen | bit] = value + weight
    return max(best[count].values(), default=0)


def limits(problem: Problem) -> list[int]:
    """What each attendee can see at most, valid for every grid: their heaviest wishes, one a free slot.

    Only what surely runs takes a host's time; an absence and a hosted session may fall into the same slot,
    unless the hosts ruled that slot out.
    """
    hosted: dict[int, list[int]] = defaultdict(list)
    for i, session in enumerate(problem.sessions):
        if session.must_be_placed:
            for host in session.hosts:
                hosted[host].append(i)
    result = []
    for a, attendee in enumerate(problem.attendees):
        absent = len(attendee.absent)
        mine = hosted.get(a, [])
        apart = [i for i in mine if attendee.absent <= problem.sessions[i].unavailable]
        busy_apart = sum(problem.sessions[i].length for i in apart)
        busy_any = sum(problem.sessions[i].length for i in mine)
        free = len(problem.slots) - max(absent + busy_apart, busy_any)
        heaviest = sorted(problem.wishes_of(a).values(), reverse=True)
        result.append(sum(heaviest[: max(free, 0)]))
    return result


@dataclass(frozen=True, slots=True)
class Expected:
    """How many will come: surely, likely, at most. Hosts are not counted."""

    low: float
    likely: float
    high: float


def expected_people(problem: Problem, placements: Iterable[Placement]) -> dict[Placement, float]:
    """How many come to each running when everybody spreads evenly over their heaviest wishes on offer.

    A double counts its fuller slot. Hosts are not counted, nor hands: this is what the checker of grids counts.
    """
    return {p: expected.likely for p, expected in _expected(problem, list(placements)).items()}


def expected_range(problem: Problem, placements: Iterable[Placement]) -> dict[Placement, Expected]:
    """A range for each running: those who want nothing else then, an even spread, and all who want it as much as
    anything.

    Where more hands were counted on stage than people said so, all three grow by as much.
    """
    found = _expected(problem, list(placements))
    wished: dict[int, int] = defaultdict(int)
    for a in range(len(problem.attendees)):
        for session in problem.wishes_of(a):
            wished[session] += 1
    for p, expected in found.items():
        hands = problem.sessions[p.session].hands
        if hands > wished[p.session]:
            factor = hands / max(1, wished[p.session])
            if not wished[p.session]:
                found[p] = Expected(0, hands / 2, hands)
            else:
                found[p] = Expected(expected.low * factor, expected.likely * factor, expected.high * factor)
    return found


def _expected(problem: Problem, rows: list[Placement]) -> dict[Placement, Expected]:
    _, busy = whereabouts(problem, rows)
    on_offer: dict[int, list[tuple[int, Placement]]] = defaultdict(list)
    for p in rows:
        for t in problem.span(p.session, p.slot):
            on_offer[p.session].append((t, p))
    people: dict[tuple[Placement, int], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for a, attendee in enumerate(problem.attendees):
        by_slot: dict[int, list[tuple[int, Placement]]] = defaultdict(list)
        for session, weight in problem.wishes_of(a).items():
            for t, p in on_offer.get(session, ()):
                if t not in attendee.absent and t not in busy[a]:
                    by_slot[t].append((weight, p))
        for t, offers in by_slot.items():
            top = max(weight for weight, _ in offers)
            heaviest = [p for weight, p in offers if weight == top]
            for p in heaviest:
                found = people[p, t]
                found[0] += len(heaviest) == 1
                found[1] += 1 / len(heaviest)
                found[2] += 1
    return {
        p: Expected(*(max(people[p, t][k] for t in problem.span(p.session, p.slot)) for k in range(3))) for p in rows
    }
