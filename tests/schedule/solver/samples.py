"""Small camps for the solver, and a checker of its own that shares no code with it."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from hypothesis import strategies as st

from schedule.solver import Attendee, Placement, Problem, Room, Session, Slot, Weights

Rows = list[tuple[int, int, int]]


def small_problem(**changes: Any) -> Problem:
    """Two adjoining slots, two rooms, two sessions by two hosts, and two who wish both."""
    values: dict[str, Any] = {
        "slots": (Slot(0, True), Slot(0, False)),
        "rooms": (Room(30, frozenset({"projector"})), Room(10)),
        "sessions": (Session(hosts=frozenset({0}), required=True), Session(hosts=frozenset({1}), required=True)),
        "attendees": (Attendee(), Attendee(), Attendee(((0, 1), (1, 1))), Attendee(((0, 1), (1, 1)))),
    }
    return Problem(**values | changes)


@st.composite
def problems(draw: st.DrawFn, most: int = 6) -> Problem:
    """Anything a camp may be, the odd ones included: no slots, no people, a host of everything."""
    slots = draw(st.integers(0, 4))
    rooms = draw(st.integers(0, 3))
    people = draw(st.integers(0, 8))
    count = draw(st.integers(0, most))
    features = st.frozensets(st.sampled_from(["projector", "quiet"]), max_size=1)
    some_slots = st.frozensets(st.integers(0, max(slots - 1, 0)), max_size=min(2, slots))
    if not slots:
        some_slots = st.just(frozenset())
    hosts = (
        st.frozensets(st.integers(0, max(people - 1, 0)), max_size=min(2, people)) if people else st.just(frozenset())
    )
    sessions = tuple(
        Session(
            hosts=draw(hosts),
            length=draw(st.sampled_from([1, 1, 1, 2])),
            features=draw(features),
            unavailable=draw(some_slots),
            rather_not=draw(some_slots),
            topic=draw(st.sampled_from([None, "a", "b"])),
            pin_slot=draw(st.sampled_from([None, None, None, *range(slots)])),
            pin_room=draw(st.sampled_from([None, None, None, *range(rooms)])),
            required=draw(st.booleans()),
            copies=draw(st.sampled_from([1, 1, 1, 2, 3])),
            kind=draw(st.sampled_from(["", "talk", "discussion"])),
            hands=draw(st.sampled_from([0, 0, 7])),
        )
        for _ in range(count)
    )
    wishes = st.dictionaries(st.integers(0, max(count - 1, 0)), st.sampled_from([1, 1, 1, 3]), max_size=count)
    # Nothing comes after itself: a camp refuses circles.
    order = st.permutations(range(count)).map(lambda sessions: (sessions[0], sessions[1]))
    return Problem(
        slots=tuple(
            Slot(0, t + 1 < slots and draw(st.booleans()), draw(st.sampled_from([None, 0, 20]))) for t in range(slots)
        ),
        rooms=tuple(
            Room(draw(st.integers(0, 40)), draw(features), draw(some_slots), draw(st.sampled_from(["", "", "B"])))
            for _ in range(rooms)
        ),
        sessions=sessions,
        attendees=tuple(
            Attendee(tuple(sorted(draw(wishes).items())) if count else (), draw(some_slots)) for _ in range(people)
        ),
        order=tuple(draw(st.lists(order, max_size=2))) if count > 1 else (),
        walking_minutes=draw(st.sampled_from([0, 0, 10])),
        weights=draw(
            st.builds(
                Weights,
                seats=st.sampled_from([0.0, 0.1]),
                topics=st.sampled_from([0.0, 0.3]),
                hosts=st.sampled_from([0.0, 0.0, 1.0]),
                times=st.sampled_from([0.0, 0.0, 1.0]),
                fairness=st.sampled_from([0.0, 0.05]),
                calm=st.sampled_from([0.0, 1.0]),
                unplaced=st.sampled_from([0.0, 5.0]),
            )
        ),
        published=tuple(
            Placement(draw(st.integers(0, count - 1)), draw(st.integers(0, slots - 1)), draw(st.integers(0, rooms - 1)))
            for _ in range(draw(st.integers(0, 2)))
        )
        if count and slots and rooms
        else (),
    )


def violations(problem: Problem, rows: Rows) -> list[str]:
    """Every hard rule, written again from the description of the format."""
    bad = []
    used, busy = {}, {}
    for i, t, r in rows:
        session = problem.sessions[i]
        span = range(t, t + session.length)
        if span.stop > len(problem.slots) or any(not problem.slots[q].next for q in span[:-1]):
            bad.append(f"{i} does not fit")
            continue
        for q in span:
            bad += [f"room {r} twice in {q}"] * ((q, r) in used)
            used[q, r] = i
            bad += [f"{i} unavailable in {q}"] * (q in session.unavailable)
            bad += [f"room {r} closed in {q}"] * (q in problem.rooms[r].unavailable)
            for host in session.hosts:
                bad += [f"host {host} twice in {q}"] * ((q, host) in busy)
                busy[q, host] = (i, problem.rooms[r].building)
        bad += [f"{i} lacks features"] * (not session.features <= problem.rooms[r].features)
        bad += [f"{i} pinned elsewhere"] * (session.pin_slot not in (None, t) or session.pin_room not in (None, r))
    starts = {i: t for i, t, _r in sorted(rows, key=lambda row: -row[1])}
    bad += [f"{i} offered twice" for i in starts if sum(row[0] == i for row in rows) > problem.sessions[i].copies]
    for a, b in problem.order:
        if a in starts and b in starts and starts[a] + problem.sessions[a].length > starts[b]:
            bad.append(f"{a} not before {b}")
    for (q, host), (i, building) in busy.items():
        after = busy.get((q + 1, host))
        if after and after[0] != i and after[1] != building and problem.walking_minutes:
            slot = problem.slots[q]
            gap = slot.gap if slot.gap is not None else (0 if slot.next else problem.walking_minutes)
            bad += [f"host {host} cannot walk after {q}"] * (gap < problem.walking_minutes)
    return bad


def best_by_trying_all(problem: Problem) -> int:
    """The most wishes any grid that breaks nothing and leaves out nothing can meet; -1 if there is none."""
    cells = [[(t, r) for t in range(len(problem.slots)) for r in range(len(problem.rooms))] for _ in problem.sessions]
    best = -1
    for choice in product(*cells):
        rows = [(i, t, r) for i, (t, r) in enumerate(choice)]
        if not violations(problem, rows):
            best = max(best, attended(problem, rows))
    return best


def best_of_all_grids(problem: Problem) -> int:
    """The most wishes any grid can meet that breaks nothing and places what must be placed; -1 if there is none.

    Sessions may stay out, and run as often as they may.
    """
    cells = [(t, r) for t in range(len(problem.slots)) for r in range(len(problem.rooms))]
    must = {i for i, s in enumerate(problem.sessions) if s.required or s.pin_slot is not None}
    best = -1

    def place(i: int, rows: Rows) -> None:
        nonlocal best
        if i == len(problem.sessions):
            best = max(best, attended(problem, rows))
            return
        for often in range(i in must, problem.sessions[i].copies + 1):
            for chosen in combinations(cells, often):
                tried = [*rows, *((i, t, r) for t, r in chosen)]
                # No rule is mended by one more session.
                if not violations(problem, tried):
                    place(i + 1, tried)

    place(0, [])
    return best


def attended(problem: Problem, rows: Rows) -> int:
    """Wishes met, by trying every programme of every person."""
    total = 0
    for a, person in enumerate(problem.attendees):
        hosted = {q for i, t, _r in rows if a in problem.sessions[i].hosts for q in problem.span(i, t)}
        offers = [
            (weight, set(problem.span(i, t)), i)
            for i, t, _r in rows
            for session, weight in person.wishes
            if session == i and a not in problem.sessions[i].hosts
        ]
        total += _best(offers, hosted | person.absent, set())
    return total


def _best(offers: list, taken: set[int], seen: set[int]) -> int:
    if not offers:
        return 0
    (weight, span, i), *rest = offers
    best = _best(rest, taken, seen)
    if not span & taken and i not in seen:
        best = max(best, weight + _best(rest, taken | span, seen | {i}))
    return best
