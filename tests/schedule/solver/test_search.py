"""Every grid is judged by a second pair of eyes; small ones against all grids there are."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from schedule.solver import (
    Attendee,
    Job,
    Placement,
    Problem,
    ProblemError,
    Room,
    Session,
    Slot,
    Weights,
    read_problem,
    score,
    solve,
)
from schedule.solver.problem import to_document
from schedule.solver.search.rooms import assign
from tests.schedule.solver.samples import attended, best_by_trying_all, problems, small_problem, violations

ROOT = Path(__file__).resolve().parents[3]
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(problems())
@SLOW
def test_a_grid_never_breaks_a_rule_and_its_score_is_the_truth(problem):
    solution = solve(problem, Job(moves=4000))
    rows = [tuple(p) for p in solution.placements]
    assert violations(problem, rows) == []
    assert solution.is_legal
    assert solution.score.attended == attended(problem, rows)
    # What is missing comes back with a reason.
    assert solution.unplaced.keys() == set(range(len(problem.sessions))) - {row[0] for row in rows}
    assert all(str(reason).endswith(".") for reason in solution.unplaced.values())


@given(problems(most=4))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_small_camps_get_the_best_grid_there_is(problem):
    problem = replace(problem, sessions=tuple(replace(s, required=True, copies=1) for s in problem.sessions))
    best = best_by_trying_all(problem)
    assume(best >= 0)
    # With weights and doubles together the search counts too hopefully; plain ones must be optimal.
    weights = {w for a in problem.attendees for _s, w in a.wishes}
    assume(len(weights) <= 1 or all(s.length == 1 for s in problem.sessions))
    solution = solve(problem, Job(moves=20_000))
    assert solution.is_feasible
    assert solution.score.attended == best
    assert solution.score.trivial_limit >= best


@given(problems())
@SLOW
def test_a_problem_that_was_written_is_read_back(problem):
    last = len(problem.slots) - 1
    assert read_problem(json.loads(json.dumps(to_document(problem)))) == problem
    assert last < 0 or not problem.slots[last].next


def test_same_moves_same_seed_same_grid():
    problem = bigger()
    one, two = (solve(problem, Job(moves=30_000, seed=7)).placements for _ in range(2))
    assert one == two
    assert solve(problem, Job(moves=30_000, seed=8)).placements != one


def bigger() -> Problem:
    import random

    rng = random.Random(3)
    return Problem(
        slots=tuple(Slot(0, t % 2 == 0) for t in range(4)),
        rooms=tuple(Room(20) for _ in range(4)),
        sessions=tuple(Session(hosts=frozenset({i}), required=True) for i in range(14)),
        attendees=tuple(Attendee(tuple((s, 1) for s in sorted(rng.sample(range(14), 5)))) for _ in range(60)),
    )


def test_the_grid_is_the_same_whatever_the_hash_seed(tmp_path):
    file = tmp_path / "i.json"
    file.write_text(json.dumps(to_document(bigger())))
    grids = set()
    for seed in ("0", "1", "2"):
        out = tmp_path / f"{seed}.json"
        command = [sys.executable, "-m", "schedule.solver", str(file), "--moves", "10000", "--output", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={"PYTHONHASHSEED": seed})
        grids.add(out.read_text())
    assert len(grids) == 1


def test_two_processes_find_the_same_grid_every_time_and_none_worse_than_one():
    alone = solve(bigger(), Job(moves=20_000))
    together = [solve(bigger(), Job(moves=20_000, processes=2)) for _ in range(2)]
    assert together[0].placements == together[1].placements
    assert together[0].moves == 2 * alone.moves
    assert together[0].score.attended >= alone.score.attended


def test_helpers_say_nothing_to_whoever_called(capfd):
    assert solve(bigger(), Job(moves=2000, processes=2)).moves == 2 * solve(bigger(), Job(moves=2000)).moves
    assert capfd.readouterr() == ("", "")


def test_processes_stop_when_told_and_keep_the_best():
    started = time.monotonic()
    solution = solve(bigger(), Job(seconds=60, processes=2), listener=lambda progress: False)
    assert time.monotonic() - started < 30
    assert solution.is_feasible


def test_a_double_slides_over_its_own_cells():
    problem = small_problem(
        slots=(Slot(0, True), Slot(0, True), Slot()),
        rooms=(Room(9),),
        sessions=(Session(required=True), Session(length=2, required=True)),
        attendees=(),
        order=((0, 1),),
    )
    assert solve(problem, Job(moves=2000)).placements == [Placement(0, 0, 0), Placement(1, 1, 0)]


def test_more_sessions_than_places_keeps_those_that_add_most():
    problem = small_problem(
        slots=(Slot(),),
        rooms=(Room(9),),
        sessions=(Session(), Session()),
        attendees=(Attendee(((1, 1),)), Attendee(((1, 1), (0, 1)))),
    )
    solution = solve(problem, Job(moves=2000))
    assert solution.placements == [Placement(1, 0, 0)]
    assert "taken by a session" in solution.unplaced[0].sentence


def test_it_stops_when_told_and_keeps_the_best():
    seen = []
    solution = solve(bigger(), Job(seconds=60), listener=lambda progress: seen.append(progress) or len(seen) < 2)
    assert len(seen) == 2
    assert solution.is_feasible


def test_a_must_weighs_more_than_two_interests():
    problem = small_problem(
        slots=(Slot(), Slot()),
        rooms=(Room(9), Room(9)),
        sessions=(Session(required=True), Session(required=True), Session(required=True)),
        attendees=(Attendee(((0, 3), (1, 3))), Attendee(((0, 1), (2, 1))), Attendee(((1, 1), (2, 1)))),
    )
    slots = {p.session: p.slot for p in solve(problem, Job(moves=4000)).placements}
    assert slots[0] != slots[1]


def test_rooms_are_assigned_at_the_least_cost():
    assert assign([[4, 1, 3], [2, 0, 5], [3, 2, 2]]) == [1, 0, 2]
    assert assign([]) == []


def test_the_fuller_session_gets_the_larger_room():
    problem = small_problem(
        slots=(Slot(),),
        attendees=(Attendee(), Attendee(), *(Attendee(((1, 1),)) for _ in range(20)), Attendee(((0, 1),))),
    )
    rooms = {p.session: p.room for p in solve(problem, Job(moves=2000)).placements}
    assert rooms == {1: 0, 0: 1}


def test_score_counts_a_repeat_once():
    problem = small_problem(sessions=(Session(copies=2), Session()))
    rows = [Placement(0, 0, 0), Placement(0, 1, 0), Placement(1, 0, 1)]
    assert score(problem, rows).attended == 4


GOOD = {
    "format": "unconf-1",
    "slots": [{"day": 0}],
    "rooms": [{"capacity": 5}],
    "sessions": [{}],
    "attendees": [{"wishes": [[0, 1]]}],
}
BAD = [
    ([], "the file"),
    ({**GOOD, "format": "x"}, "format"),
    ({**GOOD, "rooms": [{"capacity": -1}]}, "rooms[0].capacity: -1"),
    ({**GOOD, "rooms": "none"}, "rooms: must be a list"),
    ({**GOOD, "sessions": [{"hosts": [3]}]}, "sessions[0].hosts[0]: there is no attendee 3"),
    ({**GOOD, "sessions": [{"pin": {"slot": 9}}]}, "sessions[0].pin.slot: there is no slot 9"),
    ({**GOOD, "sessions": [{"length": 3}]}, "sessions[0].length"),
    ({**GOOD, "sessions": [{"copies": 0}]}, "sessions[0].copies"),
    ({**GOOD, "sessions": [7]}, "sessions[0]: must be an object"),
    ({**GOOD, "attendees": [{"wishes": [[0]]}]}, "attendees[0].wishes[0]"),
    ({**GOOD, "attendees": [{"wishes": [[0, 0]]}]}, "attendees[0].wishes[0][1]"),
    ({**GOOD, "attendees": [{"wishes": [[0, 1], [0, 1]]}]}, "wished twice"),
    ({**GOOD, "attendees": [{"wishes": [[True, 1]]}]}, "attendees[0].wishes[0][0]"),
    ({**GOOD, "order": [[0]]}, "order[0]"),
    ({**GOOD, "published": [[0, 0, 4]]}, "published[0][2]: there is no room 4"),
    ({**GOOD, "weights": {"move": "x"}}, "weights.move"),
]


@pytest.mark.parametrize(("document", "place"), BAD)
def test_a_bad_instance_is_told_by_its_place(document, place):
    with pytest.raises(ProblemError) as error:
        read_problem(document)
    assert place in str(error.value)


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "schedule.solver", *arguments], cwd=ROOT, capture_output=True, text=True
    )


def test_the_command_ends_with_one_line_of_json(tmp_path):
    file, out = tmp_path / "i.json", tmp_path / "g.json"
    file.write_text(json.dumps(to_document(bigger())))
    result = run(str(file), "--seconds", "0.3", "--output", str(out))
    summary = json.loads(result.stdout.splitlines()[-1])
    assert (result.returncode, summary["feasible"], summary["unplaced"]) == (0, True, [])
    assert summary["attended"] <= summary["bound"] <= summary["wishes"]
    rows = [tuple(row) for row in json.loads(out.read_text())["assignments"]]
    assert violations(bigger(), rows) == []
    assert "attended" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "unconf-1", "rooms": [{"capacity": -3}]}', "\x00"])
def test_the_command_tells_a_bad_file_in_one_line_and_exits_2(tmp_path, text):
    file = tmp_path / "i.json"
    file.write_text(text)
    result = run(str(file))
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_the_command_tells_a_file_that_is_not_there():
    assert run("/nowhere.json").returncode == 2


ONE = {"capacity": 10}
ODD = {
    "no slots": {"slots": []},
    "no rooms": {"rooms": []},
    "no sessions": {"sessions": [], "attendees": [{}]},
    "no attendees": {"attendees": []},
    "a host of every session": {"sessions": [{"hosts": [0], "required": True}] * 4},
    "all wishes equal": {"attendees": [{"wishes": [[i, 7] for i in range(4)]}] * 30},
    "10,000 wishes by one person": {
        "slots": [{}] * 6,
        "rooms": [ONE] * 6,
        "sessions": [{}] * 10_000,
        "attendees": [{"wishes": [[i, 1 + i % 5] for i in range(10_000)]}, {"wishes": [[3, 1]]}],
    },
    "weights far apart": {"attendees": [{"wishes": [[0, 10**9], [1, 1]]}, {"wishes": [[2, 3]]}]},
    "a million repeats": {"sessions": [{"copies": 10**6}] * 2, "attendees": [{"wishes": [[0, 1], [1, 1]]}] * 5},
    "rooms for nobody": {"rooms": [{"capacity": 0}]},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_camps_get_a_right_answer(tmp_path, name):
    document = {
        "format": "unconf-1",
        "slots": [{"next": True}, {}],
        "rooms": [ONE, ONE],
        "sessions": [{}] * 4,
        "attendees": [{"wishes": [[0, 1]]}],
    } | ODD[name]
    file, out = tmp_path / "i.json", tmp_path / "g.json"
    file.write_text(json.dumps(document))
    result = run(str(file), "--seconds", "1", "--output", str(out))
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    summary = json.loads(result.stdout)
    problem = read_problem(document)
    rows = [tuple(row) for row in json.loads(out.read_text())["assignments"]]
    assert violations(problem, rows) == []
    assert summary["attended"] == score(problem, [Placement(*row) for row in rows]).attended <= summary["bound"]
    assert {i for i, _ in summary["unplaced"]} == set(range(len(problem.sessions))) - {row[0] for row in rows}


def test_published_keeps_what_is_not_worth_moving(tmp_path):
    problem = replace(bigger(), published=tuple(solve(bigger(), Job(moves=500, seed=5)).placements))
    file, out = tmp_path / "i.json", tmp_path / "g.json"
    file.write_text(json.dumps(to_document(problem)))
    moved = []
    for flags in (["--published"], []):
        result = run(str(file), "--moves", "20000", "--output", str(out), *flags)
        assert result.returncode == 0
        rows = {Placement(*row) for row in json.loads(out.read_text())["assignments"]}
        assert violations(problem, [tuple(p) for p in rows]) == []
        moved.append(len(set(problem.published) - rows))
    assert moved[0] < moved[1]


def test_fairness_helps_whoever_has_least_and_says_what_it_costs():
    problem = bigger()
    fair = replace(problem, weights=replace(problem.weights, fairness=2.0))
    plain, even = solve(problem, Job(moves=30_000)), solve(fair, Job(moves=30_000, weighted=True))
    assert even.score.concerns["fairness"] < plain.score.concerns["fairness"]
    assert even.wishes_alone >= even.score.attended
    assert even.score.soft_cost(fair) - even.score.attended <= plain.score.soft_cost(fair) - plain.score.attended


def test_without_weighted_no_wish_is_given_up_for_topics():
    topics = tuple(replace(s, topic="ab"[i % 2]) for i, s in enumerate(bigger().sessions))
    problem = replace(bigger(), sessions=topics)
    heavy = replace(problem, weights=replace(problem.weights, topics=50.0))
    first, second = solve(problem, Job(moves=40_000)), solve(heavy, Job(moves=40_000))
    assert second.score.attended >= first.score.attended - 1
    assert second.score.concerns["topics"] <= first.score.concerns["topics"]


def wanted_by(people: int, **problem: object) -> Problem:
    """One cell, and two sessions: nobody wishes the first, everybody the second."""
    return small_problem(
        slots=(Slot(),),
        rooms=(Room(9),),
        attendees=tuple(Attendee(((1, 1),)) for _ in range(people)),
        **problem,
    )


@pytest.mark.parametrize("held", [Session(pin_slot=0, pin_room=0), Session(pin_slot=0), Session(required=True)])
@pytest.mark.parametrize("weighted", [False, True])
def test_what_must_be_placed_holds_against_any_number_of_wishes(held, weighted):
    # Fairness stands against it as well: 5,000 people miss what they wish.
    problem = wanted_by(5000, sessions=(held, Session()), weights=Weights(fairness=1.0, unplaced=9.0))
    for start in ((), (Placement(1, 0, 0),)):
        solution = solve(problem, Job(moves=4000, weighted=weighted, start=start))
        assert [p.session for p in solution.placements] == [0]
        assert solution.is_feasible


def test_one_more_session_that_must_be_placed_is_worth_any_number_that_need_not():
    problem = small_problem(
        slots=(Slot(0, True), Slot(), Slot()),
        rooms=(Room(9),),
        sessions=(Session(length=2, required=True), *(Session() for _ in range(3))),
        attendees=tuple(Attendee(((1, 3), (2, 3), (3, 3))) for _ in range(2000)),
        weights=Weights(unplaced=4000.0),
    )
    solution = solve(problem, Job(moves=4000, start=tuple(Placement(i + 1, i, 0) for i in range(3))))
    assert solution.missing == ()
    assert len(solution.placements) == 2


@pytest.mark.parametrize("role", ["search", "bound"])
def test_a_helper_whose_parent_is_gone_ends_without_an_error(role):
    job = {"seconds": 3.0, "seed": 1}
    order = {"role": role, "problem": to_document(small_problem()), "job": job}
    child = subprocess.Popen(
        [sys.executable, "-m", "schedule.solver.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    # Nobody reads what it tells: the worker was killed.
    child.stdout.close()
    child.stdin.write(json.dumps(order) + "\n")
    child.stdin.close()
    assert child.stderr.read() == ""
    child.stderr.close()
    child.wait(timeout=20)
