"""Rooms inside each slot: an exact assignment, after the slots are chosen.

Which room of its slot a session gets never changes what people can attend, so the rooms are free to follow the
expected number of people: too small costs per person standing, too large costs a little (a circle of eight is
lost in a hall of 150).
"""

from collections import defaultdict
from collections.abc import Iterable

from .problem import Placement, Problem
from .rules import host_cannot_walk, may_stand
from .score import expected_people

#: one person without a seat, against one room's worth of emptiness
STANDING, EMPTY, STAY = 10.0, 3.0, 0.5
NEVER = 1e9


def fit_rooms(problem: Problem, placements: Iterable[Placement]) -> list[Placement]:
    """The same sessions in the same slots, in the rooms that fit them best; doubles keep their room."""
    rows = sorted(placements)
    people = expected_people(problem, rows)
    by_slot: dict[int, list[Placement]] = defaultdict(list)
    taken: set[tuple[int, int]] = set()
    result = []
    for p in rows:
        if problem.sessions[p.session].length > 1:
            result.append(p)
            taken.update((t, p.room) for t in problem.span(p.session, p.slot))
        else:
            by_slot[p.slot].append(p)
    published = set(problem.published)
    allowed: dict[tuple[object, ...], set[int]] = {}
    for slot in sorted(by_slot):
        singles = by_slot[slot]
        rooms = [r for r in range(len(problem.rooms)) if (slot, r) not in taken]
        costs = [_costs(problem, p, rooms, people[p], published, allowed) for p in singles]
        for p, column in zip(singles, assign(costs), strict=True):
            result.append(Placement(p.session, slot, rooms[column]))
    result.sort()
    # Walking couples the rooms of neighbouring slots; there the search's own rooms stand.
    return rows if any(host_cannot_walk(problem, result)) else result


def _costs(
    problem: Problem,
    p: Placement,
    rooms: list[int],
    people: float,
    published: set[Placement],
    allowed: dict[tuple[object, ...], set[int]],
) -> list[float]:
    session = problem.sessions[p.session]
    # Sessions that ask for the same share one answer for each slot.
    key = (p.slot, session.features, session.unavailable, session.pin_slot, session.pin_room)
    if key not in allowed:
        everywhere = range(len(problem.rooms))
        allowed[key] = {room for room in everywhere if may_stand(problem, p.session, p.slot, room)}
    may = allowed[key]
    # The hosts need a seat as well.
    wanted = people + len(session.hosts)
    costs = []
    for room in rooms:
        if room not in may:
            costs.append(NEVER)
            continue
        capacity = problem.rooms[room].capacity
        cost = STANDING * max(0.0, wanted - capacity)
        if capacity:
            cost += EMPTY * max(0.0, capacity - wanted) / capacity
        costs.append(cost - (STAY if Placement(p.session, p.slot, room) in published else 0.0))
    return costs


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
