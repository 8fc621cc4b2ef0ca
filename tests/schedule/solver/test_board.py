"""What a search keeps up while it moves, against the same worked out from nothing."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedule.solver import score
from schedule.solver.rules import broken_rules
from schedule.solver.rules.cells import matching
from schedule.solver.search.anneal import Annealing
from schedule.solver.search.board import Board
from schedule.solver.search.soft import Soft
from schedule.solver.search.start import greedy
from tests.schedule.solver.samples import problems

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def searched(problem, seed, with_soft):
    board, rng = Board(problem), Random(seed)
    greedy(board, rng)
    soft = Soft(board) if with_soft else None
    value = board.value() + board.placed_bonus() - (soft.total if soft else 0.0)
    best = [value]
    value = Annealing(board, rng, best.append, soft).run(600, 2.0, 0.3, value, value)
    return board, soft, value, best


def is_exact(problem):
    """Weights and doubles together are counted too hopefully."""
    weights = {w for a in problem.attendees for _, w in a.wishes}
    return len(weights) < 2 or all(s.length == 1 for s in problem.sessions)


@given(problems(), st.integers(0, 99), st.booleans())
@MANY
def test_after_many_moves_the_board_is_as_if_made_anew(problem, seed, with_soft):
    board, soft, value, best = searched(problem, seed, with_soft)
    fresh = Board(problem)
    fresh.load(board.starts(), board.room)
    assert fresh.slot == board.slot
    for t in range(board.slot_count):
        assert board.ones[t] == fresh.ones[t]
        assert board.open[t] == fresh.open[t]
        assert board.wins[t] == fresh.wins[t]
        assert board.solo[t] == fresh.solo[t]
        assert board.hosts_at[t] == fresh.hosts_at[t]
    if soft:
        kept = soft.total
        soft.reset()
        assert abs(kept - soft.total) < 1e-6
    cost = soft.total if soft else 0.0
    assert abs(value - (board.value() + board.placed_bonus() - cost)) < 1e-6
    assert max(best) >= value - 1e-6


@given(problems(), st.integers(0, 99))
@MANY
def test_the_board_counts_what_the_score_counts_and_breaks_nothing(problem, seed):
    problem = replace(problem, sessions=tuple(replace(s, copies=1) for s in problem.sessions))
    board, _, _, _ = searched(problem, seed, with_soft=True)
    placements = board.placements()
    assert broken_rules(problem, placements) == []
    attended = score(problem, placements).attended
    assert board.value() == attended if is_exact(problem) else board.value() >= attended


@given(st.lists(st.integers(0, 31), max_size=5))
def test_as_many_get_a_room_as_can(masks):
    found = matching(masks)
    assert all(masks[k] >> room & 1 for room, k in found.items())

    def most(k, taken):
        if k == len(masks):
            return 0
        rooms = [r for r in range(5) if masks[k] >> r & 1 and not taken >> r & 1]
        return max([most(k + 1, taken), *(1 + most(k + 1, taken | 1 << r) for r in rooms)])

    assert len(found) == most(0, 0)
