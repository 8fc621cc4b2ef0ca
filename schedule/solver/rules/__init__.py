"""The hard rules: each has one home, and this is the list.

A rule is a sentence for people, a check of whole grids (`broken`), a guard that the search asks before a move, and
constraints that the finder of contradictions can bend. Whatever makes, checks or explains grids goes through here.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..problem import Placement, Problem
from .cells import (
    CELL_RULES,
    cell_given_twice,
    double_fits,
    host_is_available,
    may_stand,
    pin_is_kept,
    room_has_features,
    room_is_open,
)
from .copies import offered_too_often
from .hosts import host_in_two_rooms
from .order import order_is_broken
from .placed import must_be_placed
from .rule import Bendable, Broken, Cause, CellRule, Demand, Guard, Rule, Standing
from .walks import host_cannot_walk

#: in the order in which people read them; of a contradiction the last that can be bent is the first to be left out
RULES: tuple[Rule, ...] = (
    cell_given_twice,
    double_fits,
    offered_too_often,
    pin_is_kept,
    host_in_two_rooms,
    host_cannot_walk,
    order_is_broken,
    room_is_open,
    host_is_available,
    room_has_features,
)

#: the rules about several runnings
GRID_RULES = tuple(rule for rule in RULES if not isinstance(rule, CellRule))

__all__ = [
    "CELL_RULES",
    "GRID_RULES",
    "RULES",
    "Bendable",
    "Broken",
    "Cause",
    "CellRule",
    "Demand",
    "Guard",
    "Rule",
    "Standing",
    "broken_rules",
    "cell_given_twice",
    "double_fits",
    "host_cannot_walk",
    "host_in_two_rooms",
    "host_is_available",
    "may_stand",
    "must_be_placed",
    "offered_too_often",
    "order_is_broken",
    "pin_is_kept",
    "room_has_features",
    "room_is_open",
    "sentences",
    "sessions_tied_to_rooms",
]


def broken_rules(problem: Problem, placements: Iterable[Placement]) -> list[Broken]:
    """Everything the plan breaks; an empty list is a plan that can be published."""
    rows = list(placements)
    found = [broken for rule in CELL_RULES for broken in rule.broken(problem, rows)]
    # A double that does not fit reaches past the last slot; the others need not see it.
    whole = [p for p in rows if p.slot + problem.sessions[p.session].length <= len(problem.slots)]
    return found + [broken for rule in GRID_RULES for broken in rule.broken(problem, whole)]


def sessions_tied_to_rooms(problem: Problem) -> frozenset[int]:
    """The sessions that some rule ties to a room beyond their own slot: they cannot be given any room afterwards."""
    return frozenset().union(*(rule.sessions_tied_to_rooms(problem) for rule in RULES))


def sentences() -> list[str]:
    """The rules that people can set, as they read them, for the page that says how the grid is made."""
    return [rule.SENTENCE for rule in RULES if rule.IS_TOLD]
