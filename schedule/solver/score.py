"""How good a grid is: the exact objective, recomputed from nothing but the problem and the placements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .problem import Placement, Problem


@dataclass(frozen=True, slots=True)
class Score:
    """`attended` of `wishes` (weights summed); `limits` and `attended_by` go by attendee."""

    wishes: int
    attended: int
    attended_by: tuple[int, ...]
    #: the heaviest wishes each attendee could ever see, whatever the grid
    limits: tuple[int, ...]

    @property
    def trivial_limit(self) -> int:
        """An upper bound on `attended` for every grid."""
        return sum(self.limits)


def score(problem: Problem, placements: Iterable[Placement]) -> Score:
    """The exact score: each attendee follows the best programme the grid allows them."""
    rows = list(placements)
    runnings: dict[int, list[int]] = defaultdict(list)
    hosting: dict[int, set[int]] = defaultdict(set)
    for p in rows:
        runnings[p.session].append(p.slot)
        for host in problem.sessions[p.session].hosts:
            hosting[host].update(problem.span(p.session, p.slot))
    total, attended_by = 0, []
    for a, attendee in enumerate(problem.attendees):
        wishes = problem.wishes_of(a)
        total += sum(wishes.values())
        free = set(range(len(problem.slots))) - attendee.absent - hosting[a]
        attended_by.append(best_programme(problem, wishes, runnings, free))
    return Score(total, sum(attended_by), tuple(attended_by), tuple(limits(problem)))


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
        if session.required or session.pin_slot is not None:
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


def expected_people(problem: Problem, placements: Iterable[Placement]) -> dict[Placement, float]:
    """How many come to each running when everybody spreads evenly over their heaviest wishes on offer.

    A double counts its fuller slot. Hosts are not counted.
    """
    rows = list(placements)
    busy: dict[int, set[int]] = defaultdict(set)
    on_offer: dict[int, list[tuple[int, Placement]]] = defaultdict(list)
    for p in rows:
        for t in problem.span(p.session, p.slot):
            on_offer[p.session].append((t, p))
            for host in problem.sessions[p.session].hosts:
                busy[host].add(t)
    people: dict[tuple[Placement, int], float] = defaultdict(float)
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
                people[p, t] += 1 / len(heaviest)
    return {p: max(people[p, t] for t in problem.span(p.session, p.slot)) for p in rows}
