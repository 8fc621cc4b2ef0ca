"""What is proved, against every grid there is."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings

from schedule.solver import Attendee, Job, Problem, Room, Session, Slot, read_problem, repairs, solve
from schedule.solver.audience import limits
from schedule.solver.bound.bound import is_worthwhile, prove
from schedule.solver.bound.columns import Columns
from schedule.solver.bound.enumeration import contents_above
from schedule.solver.bound.pricing import Pricing
from tests.schedule.solver.samples import attended, best_of_all_grids, problems, small_problem

OURS_WITH_OR_TOOLS = {
    "schedule.solver.answers.contradiction",
    *(f"schedule.solver.bound.{name}" for name in ("master", "pricing", "partition")),
}
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "instances"


def bounds(problem, incumbent=0):
    return [proof.bound for proof in prove(problem, seconds=20, incumbent=lambda: incumbent)]


@given(problems(most=4))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_no_grid_whatever_meets_more_than_any_bound_that_is_told(problem):
    assume(len(problem.slots) * len(problem.rooms) <= 8)
    best = best_of_all_grids(problem)
    assume(best >= 0)
    told = bounds(problem)
    assert told == sorted(told, reverse=True)
    assert min(told) >= best


def random_camp(seed: int, *, people: int = 14, sessions: int = 7, length: int = 1) -> Problem:
    rng = Random(seed)
    return Problem(
        slots=(Slot(0, True), Slot(0, False), Slot(0, False)),
        rooms=tuple(Room(20) for _ in range(3)),
        sessions=tuple(
            Session(
                hosts=frozenset({rng.randrange(people)}),
                length=length if i == 0 else 1,
                required=True,
                unavailable=frozenset({rng.randrange(3)}) if rng.random() < 0.2 else frozenset(),
            )
            for i in range(sessions)
        ),
        attendees=tuple(
            Attendee(
                tuple((s, rng.choice([1, 1, 3])) for s in sorted(rng.sample(range(sessions), rng.randint(1, 5)))),
                frozenset({rng.randrange(3)}) if rng.random() < 0.2 else frozenset(),
            )
            for _ in range(people)
        ),
    )


@pytest.mark.parametrize("seed", range(12))
def test_where_the_proof_closes_the_grid_is_the_best_of_all(seed):
    problem = random_camp(seed)
    solution = solve(problem, Job(seconds=30, processes=2, with_bound=True))
    best = best_of_starts(problem)
    assert solution.score.attended <= best <= solution.bound
    if solution.is_proven:
        assert solution.score.attended == best
    # Without doubles the bound closes: contents are exact, and the best choice of them is found.
    assert solution.is_proven


def best_of_starts(problem: Problem) -> int:
    """By trying every choice of slots; rooms are alike here."""
    best, rooms = 0, len(problem.rooms)

    def place(i: int, rows: list[tuple[int, int, int]]) -> None:
        nonlocal best
        if i == len(problem.sessions):
            best = max(best, attended(problem, rows))
            return
        session = problem.sessions[i]
        for t in range(len(problem.slots)):
            there = [r for r in rows if r[1] == t]
            busy = {h for r in there for h in problem.sessions[r[0]].hosts}
            if t in session.unavailable or len(there) == rooms or busy & session.hosts:
                continue
            place(i + 1, [*rows, (i, t, len(there))])

    place(0, [])
    return best


def test_a_double_makes_the_bound_generous_never_too_small():
    for seed in range(6):
        problem = random_camp(seed, people=9, sessions=5, length=2)
        small = replace(problem, rooms=problem.rooms[:2])
        best = best_of_all_grids(small)
        if best >= 0:
            assert min(bounds(small)) >= best


def test_pricing_finds_what_writing_everything_down_finds():
    for seed in range(8):
        columns = Columns(random_camp(seed, people=20, sessions=8))
        rng = Random(seed)
        prices = [rng.uniform(0, 6) for _ in range(columns.count)]
        for kind in columns.kinds:
            priced = Pricing(columns, kind).price(prices, 5.0)
            contents = contents_above(columns, kind, prices, -1e9)
            reduced = [columns.value(c, kind.present) - sum(prices[k] for k in c) for c in contents]
            assert priced.most == pytest.approx(max(reduced), abs=1e-4)
            climbed = max(columns.climb(kind, prices, columns.random_content(kind, rng))[0] for _ in range(10))
            assert climbed <= priced.most + 1e-6


def test_the_trivial_limit_is_told_where_nothing_better_is_worth_the_time():
    problem = small_problem()
    assert not is_worthwhile(problem, 1.0)
    solution = solve(problem, Job(moves=2000))
    assert solution.bound == solution.score.trivial_limit


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample instances are not beside the project")
def test_a_camp_of_thirty_sessions_is_proved_optimal():
    problem = read_problem(json.loads((SAMPLES / "S-plain-1.json").read_text()))
    solution = solve(problem, Job(seconds=20, processes=2, with_bound=True))
    assert (solution.score.attended, solution.bound, solution.is_proven) == (545, 545, True)


def test_without_or_tools_the_trivial_limit_stands(monkeypatch):
    for name in [name for name in sys.modules if name in OURS_WITH_OR_TOOLS]:
        monkeypatch.delitem(sys.modules, name)
    for name in ["ortools", *(name for name in sys.modules if name.startswith("ortools."))]:
        monkeypatch.setitem(sys.modules, name, None)
    problem = random_camp(1)
    assert bounds(problem) == [sum(limits(problem))]
    rows = solve(problem, Job(moves=2000)).placements
    assert repairs(problem, rows, seconds=0.1)[0].moved == 0
