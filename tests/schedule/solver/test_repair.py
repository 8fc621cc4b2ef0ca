"""Mending a grid: few moves first, then wishes; what stands in the past stays."""

from dataclasses import replace
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedule.solver import (
    Attendee,
    Job,
    Placement,
    Room,
    Session,
    Slot,
    moves_between,
    people_touched,
    quick_repairs,
    repairs,
    score,
    solve,
)
from schedule.solver.search.rooms import fit_rooms
from tests.schedule.solver.samples import problems, small_problem, violations
from tests.schedule.solver.test_bound import random_camp


def lost_room(problem, room, slots):
    rooms = tuple(
        replace(r, unavailable=r.unavailable | slots) if k == room else r for k, r in enumerate(problem.rooms)
    )
    return replace(problem, rooms=rooms)


def test_a_lost_room_is_mended_with_the_fewest_moves():
    for seed in range(4):
        problem = random_camp(seed, sessions=5)
        problem = replace(
            problem,
            slots=problem.slots[:2],
            sessions=tuple(replace(s, unavailable=frozenset()) for s in problem.sessions),
            attendees=tuple(replace(a, absent=frozenset()) for a in problem.attendees),
        )
        rows = solve(problem, Job(moves=4000)).placements
        broken = lost_room(problem, rows[0].room, frozenset({rows[0].slot}))
        found = repairs(broken, rows, seconds=0.2)
        assert all(violations(broken, [tuple(p) for p in repair.placements]) == [] for repair in found)
        assert found[0].is_fewest
        assert found[0].moved == fewest(broken, rows)
        # Each that moves more meets more wishes.
        assert [r.moved for r in found] == sorted({r.moved for r in found})
        assert [r.attended for r in found] == sorted({r.attended for r in found})
        for repair in found:
            assert repair.attended == score(broken, repair.placements).attended


def fewest(problem, rows):
    """By trying every grid."""
    cells = [(t, r) for t in range(len(problem.slots)) for r in range(len(problem.rooms))]
    best = len(rows) + 1
    for choice in product(cells, repeat=len(rows)):
        grid = [(p.session, t, r) for p, (t, r) in zip(rows, choice, strict=True)]
        changed = sum(tuple(p) != q for p, q in zip(rows, grid, strict=True))
        if changed < best and not violations(problem, grid):
            best = changed
    return best


def test_what_has_begun_stays():
    problem = random_camp(2)
    rows = solve(problem, Job(moves=4000)).placements
    past = {p.session: p for p in rows if p.slot == 0}
    sessions = tuple(
        replace(s, pin_slot=past[i].slot, pin_room=past[i].room) if i in past else s
        for i, s in enumerate(problem.sessions)
    )
    later = next(p for p in rows if p.slot == 1)
    broken = lost_room(replace(problem, sessions=sessions), later.room, frozenset({1, 2}))
    found = repairs(broken, rows, seconds=0.2)
    assert found
    for repair in found:
        assert set(past.values()) <= set(repair.placements)


@given(problems(), st.integers(0, 2))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_repair_breaks_nothing_whatever_is_lost(problem, room):
    rows = solve(problem, Job(moves=2000)).placements
    broken = lost_room(problem, room, frozenset(range(len(problem.slots))))
    found = repairs(broken, rows, seconds=0.05)
    # Whatever has to stand somewhere may not be able to: then there is none. Else there is always the empty grid.
    assert found or any(session.must_be_placed for session in problem.sessions)
    for repair in found:
        assert violations(broken, [tuple(p) for p in repair.placements]) == []


def fewest_with_what_waits(problem, rows):
    """By trying every grid: as many as can stand, those that stood first, and then how many are changed."""
    stood = {p.session: tuple(p) for p in rows}
    must = {i for i, s in enumerate(problem.sessions) if s.must_be_placed}
    cells = [(t, r) for t in range(len(problem.slots)) for r in range(len(problem.rooms))]
    best = (-1, -1, 0)

    def place(i, grid):
        nonlocal best
        if i == len(problem.sessions):
            here = {row[0]: row for row in grid}
            changed = sum(stood.get(k) != here.get(k) for k in range(i))
            best = max(best, (len(grid), len(here.keys() & stood.keys()), -changed))
            return
        place(i + 1, grid)
        if i in stood or i in must:
            for cell in cells:
                tried = [*grid, (i, *cell)]
                if not violations(problem, tried):
                    place(i + 1, tried)

    place(0, [])
    return -best[2]


@given(problems(most=5), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_said_to_be_proved_is_so_and_nobody_gives_way_to_what_waits(problem, data):
    # A part of the camp, so that every grid of it is tried in no time; each runs once.
    both = frozenset({0, 1})
    problem = replace(
        problem,
        slots=tuple(replace(slot, next=slot.next and t == 0) for t, slot in enumerate(problem.slots[:2])),
        rooms=tuple(replace(room, unavailable=room.unavailable & both) for room in problem.rooms[:2]),
        sessions=tuple(
            replace(s, copies=1, pin_slot=None, pin_room=None, unavailable=s.unavailable & both)
            for s in problem.sessions
        ),
        attendees=tuple(replace(a, absent=a.absent & both) for a in problem.attendees),
        published=(),
    )
    nobody_said = replace(problem, attendees=tuple(replace(a, wishes=()) for a in problem.attendees))
    stood = sorted(solve(nobody_said, Job(moves=500)).placements)
    if stood and problem.rooms:
        lost = data.draw(st.sampled_from(stood))
        problem = lost_room(problem, lost.room, frozenset({lost.slot}))
    found = repairs(problem, stood, seconds=0.1)
    assert found[0].is_fewest
    assert found[0].moved == fewest_with_what_waits(problem, stood)
    kept = {p.session for p in found[0].placements}
    assert all(kept <= {p.session for p in repair.placements} for repair in found)
    # What waits has a place only where nobody had to go for it, beside what had to go anyway.
    assert all(repair.moved >= found[0].moved for repair in found)


def test_what_many_want_waits_rather_than_that_a_session_gives_way():
    """A full grid, a room lost, and a pitch without a place that everybody wants to be at."""
    problem = small_problem(
        rooms=(Room(30), Room(30)),
        sessions=(*(Session(hosts=frozenset({i})) for i in range(4)), Session()),
        attendees=tuple(Attendee(((4, 3),) if i > 3 else ()) for i in range(12)),
    )
    stood = [Placement(0, 0, 0), Placement(1, 0, 1), Placement(2, 1, 0), Placement(3, 1, 1)]
    found = repairs(lost_room(problem, 1, frozenset({0})), stood, seconds=0.2)
    assert [(m.session, m.after) for m in found[0].moves] == [(1, None)]
    assert found[0].is_fewest
    assert all(4 not in {p.session for p in repair.placements} for repair in found)


def test_whoever_stood_has_a_place_before_what_came():
    """Two moves either way: the one that lost its room goes where the other was, or gives way to the one that came."""
    rooms = (Room(9, frozenset({"projector"})), Room(9, frozenset({"projector"}), frozenset({0})), Room(9))
    sessions = (
        Session(required=True),
        Session(features=frozenset({"projector"}), required=True),
        Session(required=True),
    )
    problem = small_problem(slots=(Slot(),), rooms=rooms, sessions=sessions)
    [found, *_more] = repairs(problem, [Placement(0, 0, 0), Placement(1, 0, 1)], seconds=0.2)
    assert found.is_fewest
    assert found.placements == [Placement(0, 0, 2), Placement(1, 0, 0)]


def test_a_second_running_that_gives_way_leaves_nothing_proved():
    """The one session runs in both rooms; the other came, and must have a place."""
    sessions = (Session(copies=2, required=True), Session(required=True))
    problem = small_problem(slots=(Slot(),), rooms=(Room(9), Room(9)), sessions=sessions)
    found = repairs(problem, [Placement(0, 0, 0), Placement(0, 0, 1)], seconds=0.2)
    assert not found[0].is_fewest


def test_moves_are_told_by_running():
    before = [Placement(0, 0, 0), Placement(1, 0, 1), Placement(1, 2, 1)]
    after = [Placement(0, 0, 0), Placement(1, 1, 1), Placement(1, 2, 1), Placement(2, 0, 1)]
    moves = moves_between(before, after)
    assert [(m.session, m.before, m.after) for m in moves] == [
        (1, Placement(1, 0, 1), Placement(1, 1, 1)),
        (2, None, Placement(2, 0, 1)),
    ]
    assert people_touched(small_problem(), [0]) == 3


@given(problems())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_fitting_rooms_moves_nobody_in_time_and_breaks_nothing(problem):
    rows = solve(problem, Job(moves=1000)).placements
    fitted = fit_rooms(problem, rows)
    assert sorted((p.session, p.slot) for p in fitted) == sorted((p.session, p.slot) for p in rows)
    assert violations(problem, [tuple(p) for p in fitted]) == []


def test_a_circle_is_not_put_into_the_hall():
    problem = small_problem(rooms=(Room(150), Room(12)))
    sessions = (replace(problem.sessions[0], kind="discussion"), replace(problem.sessions[1], kind="talk"))
    rooms = {
        p.session: p.room
        for p in fit_rooms(replace(problem, sessions=sessions), [Placement(0, 0, 0), Placement(1, 0, 1)])
    }
    assert rooms == {0: 1, 1: 0}


def test_hands_on_stage_ask_for_a_larger_room():
    problem = small_problem(rooms=(Room(30), Room(5)))
    sessions = (problem.sessions[0], replace(problem.sessions[1], hands=25))
    rooms = {
        p.session: p.room
        for p in fit_rooms(replace(problem, sessions=sessions), [Placement(0, 0, 0), Placement(1, 0, 1)])
    }
    assert rooms == {0: 1, 1: 0}


def test_a_session_that_came_gets_a_place_with_the_fewest_moves():
    problem = random_camp(1, sessions=6)
    rows = [p for p in solve(problem, Job(moves=4000)).placements if p.session != 3]
    found = repairs(problem, rows, seconds=0.2)[0]
    assert [(m.session, m.before) for m in found.moves] == [(3, None)]


def test_a_room_that_got_smaller_offers_another_where_people_have_a_seat():
    problem = small_problem(
        slots=(Slot(),),
        rooms=(Room(5), Room(30)),
        attendees=(Attendee(), Attendee(), *(Attendee(((0, 1),)) for _ in range(20))),
    )
    standing = [Placement(0, 0, 0), Placement(1, 0, 1)]
    found = repairs(problem, standing, seconds=0.2)
    assert [(r.moved, r.standing) for r in found] == [(0, 15), (2, 0)]


def test_a_quick_repair_breaks_nothing_is_the_same_each_time_and_leaves_others_where_they_are():
    for seed in range(4):
        problem = replace(random_camp(seed, sessions=5), order=())
        rows = solve(problem, Job(moves=4000)).placements
        broken = lost_room(problem, rows[0].room, frozenset({rows[0].slot}))
        found = quick_repairs(broken, rows)
        assert found == quick_repairs(broken, rows)
        assert all(violations(broken, [tuple(p) for p in repair.placements]) == [] for repair in found)
        # One of them moves nothing but what has lost its place.
        stays = {p for p in rows if (p.slot, p.room) != (rows[0].slot, rows[0].room)}
        assert any(stays <= set(repair.placements) for repair in found)
        # What drops least comes first, and nothing comes that was not there.
        drops = [len(rows) - len(repair.placements) for repair in found]
        assert drops == sorted(drops)
        assert all({p.session for p in repair.placements} <= {p.session for p in rows} for repair in found)
