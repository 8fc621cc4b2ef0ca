"""Prices of all cells at once, against people counted one by one and rules asked about the whole plan."""

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schedule.solver import Placement, Problem, Room, Session, Slot, breaks_in_cells, broken_rules, price_cells
from schedule.solver import rules as hard
from schedule.solver.answers.prices import _places_back
from schedule.solver.bits import counted, more_in, set_of
from schedule.solver.search.crowd import Crowd, levels_of
from tests.schedule.solver.samples import problems, small_problem

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def plans(draw):
    """A problem and any placements in it: broken ones, repeats, sessions in one cell."""
    problem = draw(problems())
    if not (problem.sessions and problem.slots and problem.rooms):
        return problem, []
    cell = st.builds(
        Placement,
        st.integers(0, len(problem.sessions) - 1),
        st.integers(0, len(problem.slots) - 1),
        st.integers(0, len(problem.rooms) - 1),
    )
    return problem, sorted(draw(st.sets(cell, max_size=8)))


def units_seen(problem, rows):
    """By person, how many units of wishes they see: slot after slot, as the recurrence of doubles has it."""
    crowd = Crowd(problem)
    total = [0] * len(problem.attendees)
    for bit in range(crowd.people * crowd.units):
        gain = was_free = False
        for t, slot in enumerate(problem.slots):
            here = [p for p in rows if t in problem.span(p.session, p.slot)]
            wished = [p for p in here if crowd.fans[p.session] >> bit & 1]
            free = crowd.present[t] >> bit & 1 and not any(crowd.busy[p.session] >> bit & 1 for p in here)
            single = any(problem.sessions[p.session].length == 1 for p in wished)
            double = any(problem.sessions[p.session].length == 2 and p.slot < t for p in wished)
            gain = bool(free and (single or (double and was_free and not gain)))
            total[bit % crowd.people] += gain
            was_free = free
            if not slot.next:
                gain = was_free = False
    return total


@given(plans())
@MANY
def test_a_price_is_what_everybody_sees_more_or_less(plan):
    problem, rows = plan
    unit = Crowd(problem).unit
    before = units_seen(problem, rows)
    for session, at in [(p.session, p) for p in rows[:1]] + [(0, None)] * bool(problem.sessions):
        for (slot, room), price in price_cells(problem, rows, session, at).items():
            new = Placement(session, slot, room)
            back = _places_back(problem, list(price.displaced), new, at)
            after = units_seen(problem, [p for p in rows if p != at and p not in price.displaced] + [new, *back])
            changes = [b - a for a, b in zip(before, after, strict=True)]
            assert price.gain == unit * sum(changes)
            assert (price.winners, price.losers) == (sum(n > 0 for n in changes), sum(n < 0 for n in changes))


@given(plans())
@MANY
def test_what_a_cell_breaks_is_what_the_whole_plan_breaks_more(plan):
    """The plan as it is afterwards: whoever stands there has changed places with it, or is off the grid."""
    problem, rows = plan
    # What runs over the end of the day changes places with nobody.
    rows = [p for p in rows if problem.span(p.session, p.slot).stop <= len(problem.slots)]
    for session, at in [(p.session, p) for p in rows[:1]] + [(0, None)] * bool(problem.sessions):
        prices = price_cells(problem, rows, session, at)
        for (slot, room), found in breaks_in_cells(problem, rows, session, at).items():
            tried = Placement(session, slot, room)
            others = [p for p in rows if p != at]
            displaced = list(prices[slot, room].displaced) if (slot, room) in prices else []
            into = [*_places_back(problem, displaced, tried, at), tried]
            if {*into} & {*others}:
                continue
            whole = broken_rules(problem, [*(p for p in others if p not in displaced), *into])
            assert Counter(found) == Counter(
                b for b in whole if {*into} & {*b.placements} and b.rule is not hard.cell_given_twice
            )


def test_a_session_that_builds_on_itself_breaks_the_order_wherever_it_is():
    """A file may say so; it takes nobody else to break the rule."""
    problem = Problem(
        slots=(Slot(), Slot()), rooms=(Room(capacity=9),),
        sessions=(Session(hosts=frozenset()), Session(hosts=frozenset())), order=((0, 0),),
    )  # fmt: skip
    for rows in ([], [Placement(1, 1, 0)]):
        found = breaks_in_cells(problem, rows, 0)
        assert {cell: [b.rule for b in broken] for cell, broken in found.items()} == {
            (slot, 0): [hard.order_is_broken] for slot in (0, 1)
        }


@given(plans())
@example((small_problem(sessions=(Session(length=2), Session(length=2))), [Placement(0, 1, 0), Placement(1, 0, 1)]))
@MANY
def test_what_runs_over_the_end_changes_places_with_nobody(plan):
    """Neither where a cell is priced nor where it is told what it breaks; and nobody is put where no slot is."""
    problem, rows = plan
    end = len(problem.slots)
    fitting = [p for p in rows if problem.span(p.session, p.slot).stop <= end]
    for at in rows[:1]:
        prices = price_cells(problem, rows, at.session, at)
        without = price_cells(problem, fitting, at.session, at)
        assert {cell: price.displaced for cell, price in prices.items()} == {
            cell: price.displaced for cell, price in without.items()
        }
        assert breaks_in_cells(problem, rows, at.session, at) == breaks_in_cells(problem, fitting, at.session, at)
        for (slot, room), price in prices.items():
            back = _places_back(problem, list(price.displaced), Placement(at.session, slot, room), at)
            assert all(problem.span(p.session, p.slot).stop <= end for p in back)


@given(problems())
@MANY
def test_a_crowd_is_the_same_from_sets_and_from_people(problem):
    levels = {weight: list(sets) for weight, sets in levels_of(problem).items()}
    people, sets = Crowd(problem), Crowd(replace(problem), levels)
    for name in ("people", "unit", "units", "fans", "present", "who", "busy"):
        assert getattr(people, name) == getattr(sets, name)


@given(st.lists(st.sets(st.integers(0, 9))), st.lists(st.sets(st.integers(0, 9))))
def test_who_is_in_more_sets(one, other):
    found = more_in(*(counted(set_of(sorted(people)) for people in sets) for sets in (one, other)))
    wanted = {n for n in range(10) if sum(n in s for s in one) > sum(n in s for s in other)}
    assert found == set_of(sorted(wanted))
