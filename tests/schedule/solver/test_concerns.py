"""What a search keeps up of each concern, against the exact price of the finished grid."""

import ast
from dataclasses import fields, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedule.solver import (
    CONCERNS,
    Attendee,
    Job,
    Placement,
    Room,
    Session,
    Slot,
    Weights,
    concern_sentences,
    read_problem,
    score,
    solve,
)
from schedule.solver.audience import Audience, expected_people
from schedule.solver.concerns.hosts import people_hoped_for
from schedule.solver.concerns.turnout import Turnout, exactly_so_often
from schedule.solver.problem import to_document
from schedule.solver.search.board import Board
from schedule.solver.search.soft import Soft
from schedule.solver.search.start import greedy
from tests.schedule.solver.samples import problems, small_problem

ROOT = Path(__file__).resolve().parents[3]
MANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = [concern.NAME for concern in CONCERNS]


def plain(problem, concern):
    """Singles that run once, nobody leads, and rooms that will all do: where what a search keeps up is exact.

    What is about hosts is exact with them, and with doubles.
    """
    changes = {} if concern.NAME in ("hosts", "times") else {"length": 1, "hosts": frozenset()}
    sessions = tuple(replace(s, copies=1, **changes) for s in problem.sessions)
    wishes = tuple(replace(a, wishes=tuple((s, 1) for s, _ in a.wishes)) for a in problem.attendees)
    rooms = tuple(replace(r, capacity=3) for r in problem.rooms)
    return replace(problem, sessions=sessions, attendees=wishes, rooms=rooms, weights=Weights(**{concern.NAME: 1.0}))


def changes(board, rng, count=30):
    """Random changes that the board makes, each with what it was before."""
    for _ in range(count):
        i = rng.randrange(len(board.slot))
        t = rng.choice([-1, *board.slots_for[i]])
        change = ((i, t),) if t < 0 else board.change_for(i, t, rng.randrange(9))
        if change is None or all(board.slot[j] == to for j, to in change):
            continue
        before = {j: board.slot[j] for j, _ in change}
        sets = list(board.wins), list(board.solo)
        if board.try_change(change, float("-inf")) is not None:
            touched = sorted({q for j, to in change for a in (before[j], to) if a >= 0 for q in board.span(j, a)})
            yield dict(change), before, touched, sets


@pytest.mark.parametrize("concern", CONCERNS, ids=lambda concern: concern.NAME)
@given(problem=problems().filter(lambda p: p.sessions and p.slots), seed=st.integers(0, 99))
@MANY
def test_a_concern_that_is_followed_costs_what_the_finished_grid_is_charged(concern, problem, seed):
    problem = plain(problem, concern)
    # A change of rooms alone comes after the search; published twice would count twice.
    problem = replace(problem, published=tuple({p.session: p for p in problem.published}.values()))
    board, rng = Board(problem), Random(seed)
    greedy(board, rng)
    follower = concern.follow(board)
    total = follower.total
    for change, _before, touched, _sets in changes(board, rng):
        total += follower.weigh(list(change), touched)
        follower.accept()
        assert follower.total == pytest.approx(total)
    rows = board.placements()
    if concern.NAME == "calm":
        slots = {(p.session, p.slot) for p in rows}
        assert follower.total == sum((p.session, p.slot) not in slots for p in problem.published)
    else:
        assert follower.total == pytest.approx(concern.units(Audience(problem, rows)))
    assert follower.total <= concern.most_units(problem)


@pytest.mark.parametrize("concern", CONCERNS, ids=lambda concern: concern.NAME)
@given(problem=problems().filter(lambda p: p.sessions and p.slots), seed=st.integers(0, 99))
@MANY
def test_no_change_saves_more_than_was_hoped_for(concern, problem, seed):
    problem = plain(problem, concern)
    board, rng = Board(problem), Random(seed)
    greedy(board, rng)
    follower = concern.follow(board)
    for change, before, touched, (wins, solo) in changes(board, rng):
        won = lost = 0
        for t in touched:
            came = [board.fans[j] for j, to in change.items() if to == t]
            went = [board.fans[j] for j, start in before.items() if start == t]
            for fans in came:
                won |= fans & wins[t]
            for fans in went:
                gone = fans & solo[t]
                for others in came:
                    gone &= ~others
                lost |= gone
        hope = sum(follower.slot_hope(t) for t in touched) + sum(follower.session_hope(j) for j in change)
        # Who is won in one slot and lost in another counts once on each side, as bits do: singles without hosts.
        if follower.COUNTS_PEOPLE and len(touched) == 1:
            hope += follower.people_hope(won, lost)
        elif follower.COUNTS_PEOPLE:
            hope = float("inf")
        assert -follower.weigh(list(change), touched) <= hope + 1e-9
        follower.accept()


@given(problem=problems().filter(lambda p: p.sessions and p.slots), seed=st.integers(0, 99))
@MANY
def test_what_is_hoped_for_is_kept_up_with_the_board(problem, seed):
    """Else moves that would pay are not tried."""
    problem = replace(problem, weights=Weights(fairness=0.1, hosts=1.0, times=1.0, topics=0.3, seats=0.1, calm=1.0))
    board, rng = Board(problem), Random(seed)
    greedy(board, rng)
    soft = Soft(board)
    for change, _before, touched, _sets in changes(board, rng):
        soft.weigh(list(change), touched)
        soft.accept()
        anew = Soft(board)
        assert soft.session_hope == pytest.approx(anew.session_hope)
        assert soft.slot_hope == pytest.approx(anew.slot_hope)
        assert soft.total == pytest.approx(anew.total)


def test_what_a_double_lacks_is_hoped_for_in_both_its_slots():
    wishes = (Attendee(((0, 1), (1, 3), (2, 3))),) * 6
    led = Session(hosts=frozenset({0}), length=2), Session(), Session(hosts=frozenset({1}))
    problem = small_problem(
        slots=(Slot(0, True), Slot(0, True), Slot()), sessions=led, attendees=(Attendee(), Attendee(), *wishes),
        weights=Weights(hosts=1.0),
    )  # fmt: skip
    board = Board(problem)
    board.load([0, 0, 1])
    soft = Soft(board)
    # Nobody comes to the double, and who leads the other in its second slot could make way.
    assert (soft.total, soft.session_hope[2]) == (1, 1)
    assert board.try_change(((1, 2),), float("-inf")) is not None
    soft.weigh([1], [0, 2])
    soft.accept()
    assert (soft.total, soft.session_hope[2]) == (0, 0)


def test_whoever_makes_way_may_hope_to_fill_the_room_next_door_by_their_own_people():
    wishes = (*[Attendee(((0, 1), (1, 3)))] * 9, Attendee(((0, 1), (2, 3))))
    problem = small_problem(
        slots=(Slot(0, True),) * 2 + (Slot(),), rooms=(Room(9),) * 3, attendees=(Attendee(), *wishes),
        sessions=(Session(hosts=frozenset({0})), Session(), Session()), weights=Weights(hosts=1.0),
    )  # fmt: skip
    board = Board(problem)
    board.load([0, 0, 0])
    soft = Soft(board)
    # One of five would do: 1 - 0.8², and no more than that is hoped for but by the steepness of the square.
    assert soft.session_hope[2] == pytest.approx(2 / 5)
    assert soft.session_hope[1] == pytest.approx(1)
    assert board.try_change(((2, 1),), float("-inf")) is not None
    assert soft.weigh([2], [0, 1]) == pytest.approx(-0.36)


def test_three_of_one_topic_at_once_are_three_pairs():
    problem = small_problem(rooms=(Room(9),) * 3, sessions=(Session(topic="a"),) * 3, attendees=())
    assert score(problem, [Placement(i, 0, i) for i in range(3)]).concerns["topics"] == 3
    assert score(problem, [Placement(0, 0, 0), Placement(1, 0, 1), Placement(2, 1, 2)]).concerns["topics"] == 1


def test_an_empty_room_costs_more_than_two_that_lack_half():
    wishes = (Attendee(((0, 1), (1, 1))), *[Attendee(((0, 1),))] * 2, *[Attendee(((1, 1),))] * 2, Attendee(((0, 1),)))
    hosts = Attendee(), Attendee()
    problem = small_problem(attendees=(*hosts, *wishes))
    assert people_hoped_for(problem) == [3, 3]

    def lacking(problem, *rows):
        return score(problem, rows).concerns["hosts"]

    at_once = Placement(0, 0, 0), Placement(1, 0, 1)
    # Who wants both is half in each: 3.5 and 2.5 people, and half of an even share are 3.
    assert lacking(problem, *at_once) == pytest.approx((0.5 / 3) ** 2)
    assert lacking(problem, Placement(0, 0, 0), Placement(1, 1, 1)) == 0
    assert lacking(problem, at_once[0]) == 1
    crowd = replace(problem, attendees=(*hosts, *[Attendee(((0, 3), (1, 1)))] * 6))
    assert lacking(crowd, *at_once) == 1


def test_a_host_may_hope_for_half_an_even_share_of_the_people():
    # Six wish something. Four sessions in two slots are two at once, but one room is one at once.
    problem = small_problem(sessions=(Session(hosts=frozenset({0})),) * 4, attendees=(Attendee(((0, 1), (1, 1))),) * 7)
    assert people_hoped_for(problem) == [1.5, 1.5, 0, 0]
    assert people_hoped_for(replace(problem, rooms=(Room(9),))) == [3, 3, 0, 0]


def test_an_idea_without_a_host_and_what_nobody_wishes_leave_nobody_alone():
    problem = small_problem(sessions=(Session(), Session(hosts=frozenset({0}))), attendees=(Attendee(((0, 1),)),) * 3)
    assert people_hoped_for(problem) == [0, 0]
    assert score(problem, []).concerns["hosts"] == 0


def test_a_host_misses_the_time_they_would_rather_have_also_when_the_session_has_none():
    sessions = Session(rather_not=frozenset({1}), length=2), Session(rather_not=frozenset({0})), Session()
    problem = small_problem(sessions=sessions, rooms=(Room(9),) * 3)

    def missed(*rows):
        return score(problem, rows).concerns["times"]

    assert missed(Placement(1, 1, 1), Placement(2, 0, 2)) == 1
    assert missed(Placement(0, 0, 0), Placement(1, 1, 1)) == 1
    assert missed(Placement(0, 0, 0), Placement(1, 0, 1)) == 2


def test_a_search_weighs_hosts_and_their_times_against_wishes():
    # Nobody cares when session 0 runs, and its host does.
    sessions = Session(hosts=frozenset({0}), rather_not=frozenset({0}), required=True), Session(required=True)
    problem = small_problem(sessions=sessions, rooms=(Room(9),), attendees=(Attendee(), Attendee(((0, 1), (1, 1)))))
    for weights in (Weights(times=1.0), Weights()):
        found = solve(replace(problem, weights=weights), Job(moves=2_000, weighted=True))
        assert found.score.attended == 2
        assert found.score.concerns["times"] == 0 or not weights.times
    # Three talks for two slots: beside the crowd's favourite one is empty, beside the others nobody is.
    fan, other = ((0, 2), (1, 1)), ((1, 1), (2, 1))
    people = (*[Attendee()] * 3, *[Attendee(fan)] * 6, *[Attendee(other)] * 2)
    led = tuple(Session(hosts=frozenset({i}), required=True) for i in range(3))
    crowded = small_problem(sessions=led, attendees=people, weights=Weights(hosts=3.0))
    found = solve(crowded, Job(moves=4_000, weighted=True))
    assert {p.slot for p in found.placements if p.session == 1}.isdisjoint(
        p.slot for p in found.placements if p.session == 0
    )


def test_calm_counts_each_published_running_that_is_elsewhere_or_gone():
    published = (Placement(0, 0, 0), Placement(1, 1, 1))
    problem = small_problem(published=published)

    def calm(*rows):
        return score(problem, rows).concerns["calm"]

    assert calm(*published) == 0
    assert calm(Placement(0, 0, 1), published[1]) == 1
    assert calm(Placement(0, 1, 0), Placement(1, 0, 1)) == 2
    assert calm(published[0]) == 1


@given(problems(), st.integers(0, 99))
@MANY
def test_people_expected_while_searching_are_those_of_the_finished_grid(problem, seed):
    singles = tuple(replace(s, copies=1, length=1) for s in problem.sessions)
    problem = replace(problem, sessions=singles, weights=Weights(seats=1.0))
    board = Board(problem)
    greedy(board, Random(seed))
    people = expected_people(problem, board.placements())
    for t in range(board.slot_count):
        expected = {p.session: n for p, n in people.items() if p.slot == t}
        assert Turnout(board).in_slot(t) == pytest.approx(expected)


def test_whoever_wants_one_session_more_is_expected_there_alone():
    problem = small_problem(
        sessions=(Session(), Session()), attendees=(Attendee(((0, 3), (1, 1))), Attendee(((1, 1),)))
    )
    board = Board(problem)
    board.load([0, 0], [-1, -1])
    assert Turnout(board).in_slot(0) == {0: 1, 1: 1}


@given(st.lists(st.integers(0, 255), max_size=8))
def test_people_are_sorted_by_how_often_they_are_wanted(sets):
    found = exactly_so_often(sets)
    for bit in range(8):
        often = sum(people >> bit & 1 for people in sets)
        assert [k + 1 for k, people in enumerate(found) if people >> bit & 1] == ([often] if often else [])


def test_every_concern_has_one_name_everywhere():
    assert [f.name for f in fields(Weights)] == [*NAMES, "unplaced"]
    assert list(concern_sentences()) == list(score(small_problem(), []).concerns) == NAMES


def test_files_call_the_weights_by_their_older_names():
    problem = small_problem(weights=Weights(0.1, 0.6, 0.7, topics=0.2, seats=0.3, calm=0.4, unplaced=0.5))
    document = to_document(problem)
    assert document["weights"] == {
        "fairness": 0.1, "hosts": 0.6, "times": 0.7, "topic": 0.2, "overflow": 0.3, "move": 0.4, "unplaced": 0.5,
    }  # fmt: skip
    assert read_problem(document).weights == problem.weights


@pytest.mark.parametrize("concern", CONCERNS, ids=lambda concern: concern.NAME)
def test_a_concern_slid_to_nothing_weighs_nothing_and_further_up_weighs_more(concern):
    weights = [concern.scale(number) for number in range(11)]
    assert weights[0] == 0
    assert weights == sorted(set(weights))


def test_every_concern_is_marked_for_translation():
    files = sorted((ROOT / "schedule/solver/concerns").glob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    found = [n.value for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "SENTENCE"]
    assert len(found) == len(CONCERNS)
    assert all(isinstance(value, ast.Call) and value.func.id == "N_" for value in found)


def test_a_search_hears_only_of_concerns_that_can_matter():
    board = Board(small_problem(weights=Weights(topics=1.0, calm=1.0)))
    assert len(Soft(board).followers) == 1
    published = small_problem(weights=Weights(calm=1.0), published=(Placement(0, 0, 0),))
    assert len(Soft(Board(published)).followers) == 1
