"""Repeats, against the same suggestions worked out the long way: every cell, every person, every round."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from schedule.solver import Job, Placement, broken_rules, solve, suggest_repeats
from schedule.solver.answers.repeats import Programmes, add_repeats
from schedule.solver.rules import may_stand
from schedule.solver.score import score
from tests.schedule.solver.samples import problems

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LOOKED_AT = 60


def attended(problem, rows):
    return score(problem, rows).attended


def hope(problem, rows, session, slot):
    """The least of what each fan who is there misses and of their heaviest wish."""
    found, total = score(problem, rows), 0
    for a, attendee in enumerate(problem.attendees):
        wishes = problem.wishes_of(a)
        led = {t for p in rows if a in problem.sessions[p.session].hosts for t in problem.span(p.session, p.slot)}
        if session in wishes and not {*led, *attendee.absent} & set(problem.span(session, slot)):
            total += min(sum(wishes.values()) - found.attended_by[a], max(wishes.values()))
    return total


def smallest_free_room(problem, rows, session, slot):
    span = problem.span(session, slot)
    taken = {p.room for p in rows if set(problem.span(p.session, p.slot)) & set(span)}
    rooms = [r for r in range(len(problem.rooms)) if r not in taken and may_stand(problem, session, slot, r)]
    return min(rooms, key=lambda r: (problem.rooms[r].capacity, r), default=None)


def the_long_way(problem, rows, most):
    """[(placement, gain)]: what `suggest_repeats` has to say."""
    problem = replace(
        problem,
        sessions=tuple(
            replace(s, copies=max(s.copies, sum(p.session == i for p in rows) + 1)) if s.pin_slot is None else s
            for i, s in enumerate(problem.sessions)
        ),
    )
    rows, found = list(rows), []
    while len(found) < most:
        tried = []
        for i, s in enumerate(problem.sessions):
            if 0 < sum(p.session == i for p in rows) < s.copies:
                for slot in range(len(problem.slots)):
                    room = smallest_free_room(problem, rows, i, slot)
                    if room is not None:
                        tried.append((hope(problem, rows, i, slot), Placement(i, slot, room)))
        tried.sort(key=lambda pair: (-pair[0], pair[1]))
        best, before = None, attended(problem, rows)
        for most_hoped, p in tried[:LOOKED_AT]:
            if most_hoped <= (best[1] if best else 0):
                break
            gain = attended(problem, [*rows, p]) - before
            if gain > (best[1] if best else 0) and not broken_rules(problem, [*rows, p]):
                best = p, gain
        if best is None:
            break
        found.append(best)
        rows.append(best[0])
    return found


def some_grid(problem):
    return solve(
        replace(problem, sessions=tuple(replace(s, copies=1) for s in problem.sessions)), Job(moves=500)
    ).placements


@given(problems())
@MANY
def test_the_same_repeats_are_suggested_as_the_long_way_round(problem):
    rows = some_grid(problem)
    assert [(r.placement, r.gain) for r in suggest_repeats(problem, rows, most=4)] == the_long_way(problem, rows, 4)


@given(problems())
@MANY
def test_what_a_repeat_wins_is_the_difference_of_two_scores(problem):
    """Also where it breaks a rule, for doubles, and on top of repeats."""
    rows = add_repeats(problem, some_grid(problem))
    programmes = Programmes(problem, rows)
    before = attended(problem, rows)
    for session in {p.session for p in rows}:
        for slot in range(len(problem.slots)):
            if problem.span(session, slot).stop <= len(problem.slots):
                repeat = Placement(session, slot, 0)
                assert programmes.gain(repeat) == attended(problem, [*rows, repeat]) - before
                assert programmes.hope(session, slot) == hope(problem, rows, session, slot)
