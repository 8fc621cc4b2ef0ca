"""Rooms inside each slot: an exact assignment, after the slots are chosen.

Which room of its slot a session gets never changes what people can attend, so the rooms are free to follow the
number of people expected, as a range: too small costs per person standing, too large costs as well, and more for
kinds that live from people sitting close (a circle of eight is lost in a hall of 150).
"""

from collections import defaultdict
from collections.abc import Iterable

from ..audience import Expected, expected_range
from ..problem import Placement, Problem
from ..rules import may_stand, sessions_tied_to_rooms

#: one person without a seat, against one room's worth of emptiness; staying in a published room is worth a little
STANDING, STAY = 10.0, 0.5
#: what an empty room costs by kind; a talk bears empty rows better than a circle
EMPTY, EMPTY_BY_KIND = 3.0, {"talk": 1.0, "show": 1.0, "discussion": 4.0, "workshop": 3.0, "project": 3.0}
NEVER = 1e9
#: rooms tried for doubles at most: a pass over all of them costs an assignment each
DOUBLES_TRIED = 400


def fit_rooms(problem: Problem, placements: Iterable[Placement]) -> list[Placement]:
    """The same sessions in the same slots, in the rooms that fit them best.

    Sessions that a rule ties to their room (a host may have to walk between buildings) keep it. Doubles are tried in
    every other room that is free for both their slots, one after the other.
    """
    fitting = Fitting(problem, sorted(placements))
    return fitting.result()


class Fitting:
    """One grid on its way to better rooms."""

    def __init__(self, problem: Problem, rows: list[Placement]) -> None:
        self.problem = problem
        self.people = expected_range(problem, rows)
        self.published = set(problem.published)
        tied = sessions_tied_to_rooms(problem)
        self.fixed: list[Placement] = []
        self.doubles: list[Placement] = []
        self.singles: dict[int, list[Placement]] = defaultdict(list)
        for p in rows:
            if p.session in tied:
                self.fixed.append(p)
            elif problem.sessions[p.session].length > 1:
                self.doubles.append(p)
            else:
                self.singles[p.slot].append(p)
        self.allowed: dict[tuple[object, ...], set[int]] = {}
        self.known: dict[tuple[int, frozenset[int]], tuple[float, list[Placement]]] = {}

    def result(self) -> list[Placement]:
        doubles = list(self.doubles)
        tries = 0
        for k, p in enumerate(doubles):
            rooms = sorted(self.rooms_of(p) - {p.room})
            tries += len(rooms)
            if tries > DOUBLES_TRIED:
                break
            costs = {p.room: self.cost(doubles)}
            for room in rooms:
                moved = [*doubles[:k], p._replace(room=room), *doubles[k + 1 :]]
                if not self.collide(moved):
                    costs[room] = self.cost(moved)
            best = min(costs, key=lambda room: (costs[room], room != p.room, room))
            doubles[k] = p._replace(room=best)
        taken = self.taken(doubles)
        slots = sorted(self.singles)
        return sorted([*self.fixed, *doubles, *(q for t in slots for q in self.slot_fit(t, taken)[1])])

    # -- cost ------------------------------------------------------------------------------------

    def cost(self, doubles: list[Placement]) -> float:
        taken = self.taken(doubles)
        own = sum(self.room_cost(before, p.room) for before, p in zip(self.doubles, doubles, strict=True))
        return own + sum(self.slot_fit(t, taken)[0] for t in sorted(self.singles))

    def taken(self, doubles: list[Placement]) -> dict[int, set[int]]:
        taken: dict[int, set[int]] = defaultdict(set)
        for p in (*self.fixed, *doubles):
            for t in self.problem.span(p.session, p.slot):
                taken[t].add(p.room)
        return taken

    def collide(self, doubles: list[Placement]) -> bool:
        seen: set[tuple[int, int]] = set()
        for p in (*self.fixed, *doubles):
            for t in self.problem.span(p.session, p.slot):
                if (t, p.room) in seen:
                    return True
                seen.add((t, p.room))
        return False

    def slot_fit(self, slot: int, taken: dict[int, set[int]]) -> tuple[float, list[Placement]]:
        """The singles of a slot in the rooms left over, and what that costs."""
        key = slot, frozenset(taken[slot])
        if key not in self.known:
            singles = self.singles[slot]
            rooms = [r for r in range(len(self.problem.rooms)) if r not in taken[slot]]
            if len(rooms) < len(singles):
                return NEVER, singles
            costs = [[self.room_cost(p, room) for room in rooms] for p in singles]
            chosen = assign(costs)
            fitted = [p._replace(room=rooms[column]) for p, column in zip(singles, chosen, strict=True)]
            self.known[key] = sum(row[column] for row, column in zip(costs, chosen, strict=True)), fitted
        return self.known[key]

    def rooms_of(self, p: Placement) -> set[int]:
        """Sessions that ask for the same share one answer for each slot."""
        session = self.problem.sessions[p.session]
        key = (p.slot, session.length, session.features, session.unavailable, session.pin_slot, session.pin_room)
        if key not in self.allowed:
            everywhere = range(len(self.problem.rooms))
            self.allowed[key] = {r for r in everywhere if may_stand(self.problem, p.session, p.slot, r)}
        return self.allowed[key]

    def room_cost(self, p: Placement, room: int) -> float:
        """What it costs to have the session in that room."""
        if room not in self.rooms_of(p):
            return NEVER
        problem, session = self.problem, self.problem.sessions[p.session]
        # The hosts need a seat as well.
        standing, empty = misfit(self.people[p], len(session.hosts), problem.rooms[room].capacity)
        cost = (STANDING + problem.weights.seats) * standing + EMPTY_BY_KIND.get(session.kind, EMPTY) * empty
        stays = p._replace(room=room) in self.published
        return cost - ((STAY + STANDING * problem.weights.calm) if stays else 0.0)


def misfit(people: Expected, hosts: int, capacity: int) -> tuple[float, float]:
    """People without a seat, and the share of seats left empty, on average.

    The number is thought to lie with equal chance below and above what is likely, evenly on each side.
    """
    standing = empty = 0.0
    for a, b in ((people.low, people.likely), (people.likely, people.high)):
        over, under = _beyond(a + hosts, b + hosts, capacity)
        standing += over / 2
        empty += under / 2
    return standing, empty / capacity if capacity else 0.0


def _beyond(low: float, high: float, capacity: int) -> tuple[float, float]:
    """The mean of max(0, x - capacity) and of max(0, capacity - x), x even between low and high."""
    if high - low < 1e-9:
        return max(0.0, low - capacity), max(0.0, capacity - low)
    over = (max(0.0, high - capacity) ** 2 - max(0.0, low - capacity) ** 2) / (2 * (high - low))
    return over, over + capacity - (low + high) / 2


def assign(costs: list[list[float]]) -> list[int]:
    """The column of each row in a cheapest assignment (rows ≤ columns).

    The Hungarian method with potentials and shortest augmenting paths, O(rows² · columns).
    """
    if not costs:
        return []
    n, m = len(costs), len(costs[0])
    inf = float("inf")
    row_potential, column_potential = [0.0] * (n + 1), [0.0] * (m + 1)
    row_of, way = [0] * (m + 1), [0] * (m + 1)
    for i in range(1, n + 1):
        row_of[0] = i
        column = 0
        slack, used = [inf] * (m + 1), [False] * (m + 1)
        while row_of[column]:
            used[column] = True
            row, delta, following = row_of[column], inf, 0
            for j in range(1, m + 1):
                if used[j]:
                    continue
                reduced = costs[row - 1][j - 1] - row_potential[row] - column_potential[j]
                if reduced < slack[j]:
                    slack[j], way[j] = reduced, column
                if slack[j] < delta:
                    delta, following = slack[j], j
            for j in range(m + 1):
                if used[j]:
                    row_potential[row_of[j]] += delta
                    column_potential[j] -= delta
                else:
                    slack[j] -= delta
            column = following
        while column:
            row_of[column] = row_of[way[column]]
            column = way[column]
    result = [0] * n
    for j in range(1, m + 1):
        if row_of[j]:
            result[row_of[j] - 1] = j - 1
    return result
