"""Two plans per rule: one that breaks it, one that just does not; and its guard and its constraint say the same."""

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from config.management.commands.makemessages import Command
from schedule.solver import (
    Placement,
    Problem,
    Room,
    Session,
    Slot,
    broken_rules,
    concern_sentences,
    problem,
    rules,
    sentences,
)
from schedule.solver.answers.contradiction import Model
from schedule.solver.rules.rule import Demand
from schedule.solver.search.board import BUILT_IN, Board
from tests.schedule.solver.samples import problems, small_problem

ROOT = Path(__file__).resolve().parents[3]
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def broken(problem, *rows):
    return [b.rule for b in broken_rules(problem, [Placement(*row) for row in rows])]


DOUBLE = (Session(length=2), Session())
BUILDINGS = (Room(9, building="A"), Room(9, building="B"))
SAME_HOST = (Session(hosts=frozenset({0})), Session(hosts=frozenset({0})))

CASES = [
    (rules.cell_given_twice, {}, [(0, 0, 0), (1, 0, 0)], [(0, 0, 0), (1, 0, 1)]),
    (rules.cell_given_twice, {"sessions": DOUBLE}, [(0, 0, 0), (1, 1, 0)], [(0, 0, 0), (1, 1, 1)]),
    (rules.host_in_two_rooms, {"sessions": SAME_HOST}, [(0, 0, 0), (1, 0, 1)], [(0, 0, 0), (1, 1, 1)]),
    (
        rules.host_in_two_rooms,
        {"sessions": (replace(SAME_HOST[0], length=2), SAME_HOST[1])},
        [(0, 0, 0), (1, 1, 1)],
        [],
    ),
    (
        rules.host_cannot_walk,
        {"sessions": SAME_HOST, "rooms": BUILDINGS, "walking_minutes": 10},
        [(0, 0, 0), (1, 1, 1)],
        [(0, 0, 0), (1, 1, 0)],
    ),
    (
        rules.host_cannot_walk,
        {"sessions": SAME_HOST, "rooms": BUILDINGS, "walking_minutes": 10, "slots": (Slot(0, True, 9), Slot())},
        [(0, 0, 0), (1, 1, 1)],
        [],
    ),
    (rules.offered_too_often, {}, [(0, 0, 0), (0, 1, 0)], [(0, 0, 0)]),
    (
        rules.offered_too_often,
        {"sessions": (Session(copies=2), Session())},
        [(0, 0, 0), (0, 0, 1)],
        [(0, 0, 0), (0, 1, 1)],
    ),
    (rules.order_is_broken, {"order": ((0, 1),)}, [(0, 1, 0), (1, 0, 0)], [(0, 0, 0), (1, 1, 0)]),
    (rules.order_is_broken, {"order": ((0, 1),)}, [(0, 0, 0), (1, 0, 1)], []),
    (rules.double_fits, {"sessions": DOUBLE}, [(0, 1, 0)], [(0, 0, 0)]),
    (rules.double_fits, {"sessions": DOUBLE, "slots": (Slot(), Slot())}, [(0, 0, 0)], []),
    (rules.host_is_available, {"sessions": (Session(unavailable=frozenset({0})),)}, [(0, 0, 0)], [(0, 1, 0)]),
    (rules.room_is_open, {"rooms": (Room(9, unavailable=frozenset({0})), Room(9))}, [(0, 0, 0)], [(0, 1, 0)]),
    (rules.room_has_features, {"sessions": (Session(features=frozenset({"projector"})),)}, [(0, 0, 1)], [(0, 0, 0)]),
    (rules.pin_is_kept, {"sessions": (Session(pin_slot=0, pin_room=0),)}, [(0, 0, 1)], [(0, 0, 0)]),
]


@pytest.mark.parametrize(("rule", "changes", "wrong", "right"), CASES)
def test_a_rule_is_broken_and_just_not_broken(rule, changes, wrong, right):
    problem = small_problem(**changes)
    assert broken(problem, *wrong) == [rule]
    assert broken(problem, *right) == []


def test_every_rule_has_its_two_plans_and_its_sentence():
    assert {case[0] for case in CASES} == set(rules.RULES)
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences())


def test_sentences_survive_optimised_bytecode():
    code = (
        "from schedule.solver import sentences, concern_sentences as c; print(*sentences(), *c().values(), sep='\\n')"
    )
    told = subprocess.run([sys.executable, "-OO", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = told.stdout.splitlines()
    assert lines[: len(sentences())] == sentences()
    assert len(lines) == len(sentences()) + 6
    assert all(line.endswith(".") for line in lines)


def marked_sentences(folder: str) -> list[ast.expr]:
    """The value of every SENTENCE in the modules of a folder of the solver."""
    files = sorted((ROOT / "schedule/solver" / folder).glob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    return [n.value for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "SENTENCE"]


def test_every_sentence_is_marked_for_translation():
    found = marked_sentences("rules")
    assert len(found) == len(rules.RULES) + 1
    assert all(isinstance(value, ast.Call) and value.func.id == "N_" for value in found)


def test_every_rule_names_the_field_that_sets_it():
    for rule in rules.RULES:
        if rule.FIELD:
            name, field = rule.FIELD.split(".")
            assert field in {f.name for f in fields(getattr(problem, name))}


def test_only_rules_that_the_product_can_set_are_told(monkeypatch):
    assert rules.order_is_broken.SENTENCE in sentences()
    monkeypatch.setattr(type(rules.order_is_broken), "IS_TOLD", False)
    assert rules.order_is_broken.SENTENCE not in sentences()


def fields_that_the_product_sets() -> set[str]:
    """Of the problem that the border makes of rows, as "Session.length"."""
    tree = ast.parse((ROOT / "schedule/build/border.py").read_text())
    found = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func).removeprefix("solver.")
        if name in ("Problem", "Slot", "Room", "Session"):
            in_order = [f.name for f in fields(getattr(problem, name))][: len(call.args)]
            found |= {f"{name}.{field}" for field in (*in_order, *(keyword.arg for keyword in call.keywords))}
    return found


def test_a_rule_is_told_when_the_product_sets_its_field_and_only_then():
    found = fields_that_the_product_sets()
    assert "Session.required" in found
    assert "Session.sponsor" not in found
    for rule in rules.RULES:
        assert (not rule.FIELD or rule.FIELD in found) == rule.IS_TOLD, rule


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext, as makemessages does")
def test_makemessages_finds_every_sentence():
    files = sorted(str(file) for file in (ROOT / "schedule/solver").rglob("*.py"))
    command = ["xgettext", *Command.xgettext_options, "--language=Python", "--no-wrap", "--output=-", *files]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told = {
        words
        for rule in (*rules.RULES, rules.must_be_placed)
        for name, words in vars(type(rule)).items()
        if name.isupper() and isinstance(words, str) and name != "FIELD"
    }
    assert len(told) > 40
    for sentence in (*told, *concern_sentences().values()):
        assert f'msgid "{sentence}"' in found


def test_whatever_could_be_bent_says_what_is_held():
    """A cause without words would be an empty line in a list of contradictions."""
    silent = [
        type(rule).__name__
        for rule in (*rules.RULES, rules.must_be_placed)
        if not rule.HELD and type(rule).bend is not Demand.bend and getattr(rule, "IS_BENDABLE", True)
    ]
    # Nobody could let a room hold two: it is never the cause.
    assert silent == ["CellGivenTwice"]


@dataclass
class Standing:
    """A grid in the making, as guards see it."""

    problem: Problem
    slot: list[int]
    room: list[int]


@st.composite
def newcomers(draw):
    """A problem, runnings that break nothing, and one more of a session that does not run yet."""
    problem = draw(problems().filter(lambda p: p.sessions and p.slots and p.rooms))
    cells = st.tuples(st.integers(0, len(problem.slots) - 1), st.integers(0, len(problem.rooms) - 1))
    rows = []
    for i in draw(st.permutations(range(len(problem.sessions)))):
        p = Placement(i, *draw(cells))
        if not broken_rules(problem, [*rows, p]):
            rows.append(p)
    newcomer = draw(st.sampled_from(range(len(problem.sessions))))
    return problem, [p for p in rows if p.session != newcomer], Placement(newcomer, *draw(cells))


def standing(problem, rows):
    found = Standing(problem, [-1] * len(problem.sessions), [-1] * len(problem.sessions))
    for p in rows:
        found.slot[p.session], found.room[p.session] = p.slot, p.room
    return found


@pytest.mark.parametrize("rule", rules.RULES, ids=repr)
@given(case=newcomers())
@MANY
def test_the_guard_of_a_rule_forbids_what_its_check_finds_broken(rule, case):
    problem, rows, p = case
    guard = rule.guard(standing(problem, rows))
    allowed = p.session not in guard.sessions or guard.allows(*p)
    # A double that reaches past the end breaks that rule alone: the others are not asked about it.
    if rule is rules.double_fits or rules.double_fits.allows(problem, *p):
        assert allowed == (rule not in {b.rule for b in broken_rules(problem, [*rows, p])})


@given(newcomers())
@MANY
def test_what_the_board_has_built_in_is_what_the_guards_of_those_rules_say(case):
    problem, rows, p = case
    board = Board(problem)
    board.load(standing(problem, rows).slot, standing(problem, rows).room)
    # Rooms of singles stay open on a board.
    seen = standing(problem, rows)
    seen.room = [room if board.anchored[i] else -1 for i, room in enumerate(seen.room)]
    rooms = range(len(problem.rooms)) if board.anchored[p.session] else (-1,)
    guards = [rule.guard(seen) for rule in BUILT_IN]
    board.guards_of = [[] for _ in problem.sessions]
    allowed = any(all(guard.allows(p.session, p.slot, room) for guard in guards) for room in rooms)
    fits = any(board.rooms_for[p.session]) and bool(board.rooms_for[p.session][p.slot])
    assert allowed == (fits and board.try_change(((p.session, p.slot),), float("-inf")) is not None)


@given(newcomers())
@MANY
def test_the_board_asks_every_guard_that_is_not_built_in(case):
    problem, rows, p = case
    board = Board(problem)
    board.load(standing(problem, rows).slot, standing(problem, rows).room)
    if board.rooms_for[p.session][p.slot]:
        board.try_change(((p.session, p.slot),), float("-inf"))
    assert broken_rules(problem, board.placements()) == []


def models(problem, rows):
    """The model of a problem in which exactly these runnings stand; None where one has no such cell."""
    model = Model(problem, bendable=True)
    if any((p.slot, p.room) not in model.starts[p.session] for p in rows):
        return None
    for i, cells in enumerate(model.starts):
        for (t, r), x in cells.items():
            model.model.add(x == ((i, t, r) in rows))
    return model


def holds(model, rule):
    """What every grid must do, and of all that can be bent this rule alone."""
    model.model.clear_assumptions()
    model.model.add_assumptions([x for cause, x in model.literals.items() if cause.rule is rule])
    return model.solver(5.0).solve(model.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)


@given(newcomers())
@MANY
def test_the_constraint_of_every_rule_forbids_what_its_check_finds_broken(case):
    problem, rows, p = case
    whole = [*rows, p]
    model = models(problem, whole)
    if model is None:
        assert not rules.double_fits.allows(problem, *p)
        return
    broken = {b.rule for b in broken_rules(problem, whole)}
    # The rule that no person can bend is always on; each of the others alone with its own causes.
    for rule in rules.RULES:
        assert holds(model, rule) == (broken.isdisjoint({rule, rules.cell_given_twice}))


@pytest.mark.parametrize(("rule", "changes", "wrong", "right"), CASES)
def test_the_guard_and_the_constraint_say_the_same_of_the_two_plans(rule, changes, wrong, right):
    problem = small_problem(**changes)
    for rows, is_right in ((wrong, False), (right, True)):
        rows = [Placement(*row) for row in rows]
        # Repeats come after the search: to it, and to the model, a session that runs is not to be put elsewhere.
        expected = is_right and len({p.session for p in rows}) == len(rows)
        for p in rows:
            guard = rule.guard(standing(problem, [q for q in rows if q != p]))
            assert (p.session not in guard.sessions or guard.allows(*p)) == expected
        model = models(problem, rows)
        assert (model is not None and holds(model, rule)) == expected
