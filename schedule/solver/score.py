"""How good a grid is: the exact objective, recomputed from nothing but the problem and the placements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from .problem import Placement, Problem


@dataclass(frozen=True, slots=True)
class Score:
    """`attended` of `wishes` (weights summed); `limits` and `attended_by` go by attendee."""

    wishes: int
    attended: int
    attended_by: tuple[int, ...]
    #: the heaviest wishes each attendee could ever see, whatever the grid
    limits: tuple[int, ...]
    #: people expected beyond what the rooms hold
    overflow: float = 0.0
    #: pairs of sessions of one topic in the same slot, per slot they share
    topic_pairs: int = 0
    #: published runnings whose slot or room changed
    moved: int = 0
    unplaced: int = 0

    @property
    def trivial_limit(self) -> int:
        """An upper bound on `attended` for every grid."""
        return sum(self.limits)

    @property
    def fairness(self) -> int:
        """The sum of squares of what each person misses beyond the unavoidable; 0 is fairest."""
        return sum((limit - got) ** 2 for limit, got in zip(self.limits, self.attended_by, strict=True))

    @property
    def shares(self) -> list[float]:
        """What part of what they could see at most each person sees, ascending; people without wishes are left out."""
        pairs = zip(self.attended_by, self.limits, strict=True)
        return sorted(min(1.0, got / limit) for got, limit in pairs if limit)

    @property
    def worst_share(self) -> float:
        return min(self.shares, default=1.0)

    @property
    def median_share(self) -> float:
        return median(self.shares) if self.shares else 1.0

    def soft_cost(self, problem: Problem) -> float:
        """What the soft terms cost by the weights of the problem, in wishes."""
        w = problem.weights
        return (
            w.overflow * self.overflow
            + w.topic * self.topic_pairs
            + w.fairness * self.fairness
            + w.move * self.moved
            + w.unplaced * self.unplaced
        )


def score(problem: Problem, placements: Iterable[Placement]) -> Score:
    """The exact score: each attendee follows the best programme the grid allows them."""
    rows = list(placements)
    runnings, hosting = _where(problem, rows)
    total, attended_by = 0, []
    for a, attendee in enumerate(problem.attendees):
        wishes = problem.wishes_of(a)
        total += sum(wishes.values())
        free = set(range(len(problem.slots))) - attendee.absent - hosting[a]
        attended_by.append(best_programme(problem, wishes, runnings, free))
    people = expected_people(problem, rows)
    return Score(
        total,
        sum(attended_by),
        tuple(attended_by),
        tuple(limits(problem)),
        overflow=sum(max(0.0, people[p] - problem.rooms[p.room].capacity) for p in rows),
        topic_pairs=topic_pairs(problem, rows),
        moved=len(set(problem.published) - set(rows)),
        unplaced=len(problem.sessions) - len(runnings),
    )


def topic_pairs(problem: Problem, rows: list[Placement]) -> int:
    """Pairs of sessions of one topic that run at the same time, counted in each slot."""
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for p in rows:
        topic = problem.sessions[p.session].topic
        if topic is not None:
            for t in problem.span(p.session, p.slot):
                counts[t, topic] += 1
    return sum(n * (n - 1) // 2 for n in counts.values())


def musts_met(problem: Problem, placements: Iterable[Placement]) -> tuple[int, int]:
    """How many people can be at every one of their heaviest wishes, and how many have such wishes at all.

    The heaviest weight of the problem is what counts as a must; where all wishes weigh the same, nobody has one.
    """
    weights = {weight for attendee in problem.attendees for _, weight in attendee.wishes}
    if len(weights) < 2:
        return 0, 0
    must = max(weights)
    rows = list(placements)
    met = total = 0
    runnings, hosting = _where(problem, rows)
    for a, attendee in enumerate(problem.attendees):
        musts = {session: 1 for session, weight in problem.wishes_of(a).items() if weight == must}
        if musts:
            total += 1
            free = set(range(len(problem.slots))) - attendee.absent - hosting[a]
            met += best_programme(problem, musts, runnings, free) == len(musts)
    return met, total


def _where(problem: Problem, rows: list[Placement]) -> tuple[dict[int, list[int]], dict[int, set[int]]]:
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
    _, busy = _where(problem, rows)
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
