"""Prices, clashes, reasons and contradictions, each against the same worked out the long way."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings

from schedule.solver import (
    Attendee,
    Job,
    Placement,
    Room,
    Session,
    Slot,
    clashes,
    contradiction,
    price_cells,
    score,
    solve,
    suggest_repeats,
    why_unplaced,
)
from schedule.solver import rules as hard
from schedule.solver.answers.contradiction import Model, _contradict, feasible_grid
from schedule.solver.answers.repeats import add_repeats
from tests.schedule.solver.samples import best_of_all_grids, problems, small_problem, violations

MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(problems())
@MANY
def test_a_price_is_the_difference_of_two_scores(problem):
    plain = tuple(replace(s, copies=1) for s in problem.sessions)
    weights = {w for a in problem.attendees for _, w in a.wishes}
    if len(weights) > 1:
        plain = tuple(replace(s, length=1) for s in plain)
    problem = replace(problem, sessions=plain)
    rows = solve(problem, Job(moves=2000)).placements
    before = score(problem, rows)
    for p in rows[:2]:
        for (slot, room), price in price_cells(problem, rows, p.session, p).items():
            if len(price.displaced) > 1:
                continue
            others = [q for q in rows if q != p and q not in price.displaced]
            back = [
                Placement(q.session, p.slot, p.room)
                for q in price.displaced
                if problem.sessions[q.session].length <= problem.sessions[p.session].length
                and p.slot + problem.sessions[q.session].length <= len(problem.slots)
            ]
            after = [*others, Placement(p.session, slot, room), *back]
            if violations(problem, [tuple(q) for q in after]):
                # Broken plans have no score of their own.
                continue
            new = score(problem, after)
            assert price.gain == new.attended - before.attended
            changes = [b - a for a, b in zip(before.attended_by, new.attended_by, strict=True)]
            assert price.winners == sum(n > 0 for n in changes)
            assert price.losers == sum(n < 0 for n in changes)


def test_a_clash_counts_the_people_who_want_both():
    rows = [Placement(0, 0, 0), Placement(1, 0, 1)]
    [clash] = clashes(small_problem(), rows)
    assert clash.people == 2
    assert clashes(small_problem(), [Placement(0, 0, 0), Placement(1, 1, 1)]) == []


@given(problems())
@MANY
def test_repeats_win_what_they_say(problem):
    rows = solve(
        replace(problem, sessions=tuple(replace(s, copies=1) for s in problem.sessions)), Job(moves=2000)
    ).placements
    more = replace(problem, sessions=tuple(replace(s, copies=s.copies + 1) for s in problem.sessions))
    for repeat in suggest_repeats(problem, rows, most=3):
        before = score(more, rows).attended
        rows = [*rows, repeat.placement]
        assert repeat.gain == score(more, rows).attended - before > 0
    again = add_repeats(problem, rows[:0])
    assert again == []


def test_a_reason_names_who_could_make_way_and_what_it_would_cost():
    problem = small_problem(
        slots=(Slot(),),
        rooms=(Room(9),),
        sessions=(Session(), Session()),
        attendees=(Attendee(((1, 1),)), Attendee(((1, 1), (0, 1))), Attendee(((1, 1),))),
    )
    reason = why_unplaced(problem, [Placement(1, 0, 0)], 0)
    assert (reason.instead_of, reason.gain) == (Placement(1, 0, 0), -2)
    assert "2 fewer wishes" in str(reason)


def test_a_reason_names_what_a_room_lacks():
    problem = small_problem(sessions=(Session(features=frozenset({"stage", "projector"})), Session()))
    reason = why_unplaced(problem, [], 0)
    assert reason.rule is hard.room_has_features
    assert reason.lacks == {"stage", "projector"}


def test_a_reason_names_the_rule_that_forbids_every_free_cell():
    host = frozenset({0})
    problem = small_problem(slots=(Slot(),), sessions=(Session(hosts=host), Session(hosts=host)))
    assert why_unplaced(problem, [Placement(0, 0, 0)], 1).rule is hard.host_in_two_rooms


PINNED = {
    "two in one cell": (Session(pin_slot=0, pin_room=0), Session(pin_slot=0, pin_room=0)),
    "one host in two rooms": (
        Session(pin_slot=0, pin_room=0, hosts=frozenset({0})),
        Session(pin_slot=0, pin_room=1, hosts=frozenset({0})),
    ),
    "a pin where the host cannot be": (Session(pin_slot=0, unavailable=frozenset({0})), Session()),
    "a double over the end": (Session(length=2, pin_slot=1), Session()),
}


@pytest.mark.parametrize("name", PINNED)
def test_a_contradiction_is_smallest(name):
    problem = small_problem(sessions=PINNED[name])
    causes = contradiction(problem)
    assert causes
    model = Model(problem, bendable=True)
    assert _contradict(model, causes, 5.0)
    for fewer in combinations(causes, len(causes) - 1):
        assert not _contradict(model, list(fewer), 5.0)
    assert {cause.rule for cause in causes} & {hard.pin_is_kept, hard.must_be_placed}


@given(problems(most=3))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_there_is_a_contradiction_exactly_when_there_is_no_grid(problem):
    problem = replace(problem, sessions=tuple(replace(s, copies=1) for s in problem.sessions))
    if len(problem.slots) * len(problem.rooms) > 8:
        problem = replace(
            problem,
            rooms=problem.rooms[:2],
            sessions=tuple(replace(s, pin_room=None) for s in problem.sessions),
            published=(),
        )
    has_grid = best_of_all_grids(problem) >= 0
    assert (contradiction(problem) is None) == has_grid
    grid = feasible_grid(problem)
    assert (grid is not None) == has_grid
    if grid:
        assert violations(problem, [tuple(p) for p in grid]) == []
    # The search finds one whenever there is one, if need be with the model's help.
    assert solve(problem, Job(moves=2000)).is_feasible == has_grid
