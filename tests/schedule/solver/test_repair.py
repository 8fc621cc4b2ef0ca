"""Mending a grid: few moves first, then wishes; what stands in the past stays."""

from dataclasses import replace
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedule.solver import Attendee, Job, Placement, Room, Slot, moves_between, people_touched, repairs, score, solve
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
    for repair in repairs(broken, rows, seconds=0.2):
        assert set(past.values()) <= set(repair.placements)


@given(problems(), st.integers(0, 2))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_repair_breaks_nothing_whatever_is_lost(problem, room):
    rows = solve(problem, Job(moves=2000)).placements
    broken = lost_room(problem, room, frozenset(range(len(problem.slots))))
    for repair in repairs(broken, rows, seconds=0.05):
        assert violations(broken, [tuple(p) for p in repair.placements]) == []


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
