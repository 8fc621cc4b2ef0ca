"""Two plans per rule: one that breaks it, one that just does not."""

import pytest

from schedule.solver import Placement, Room, Session, Slot, broken_rules, rules, sentences
from tests.schedule.solver.samples import small_problem


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
    assert {case[0] for case in CASES} == {*rules.PLAN_RULES, *rules.CELL_RULES}
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences())
