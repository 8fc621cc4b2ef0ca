"""The scheduler: pure data in, the best grid found out. Runs where Django is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bound import is_worthwhile
from .diff import Move, moves_between, people_touched
from .problem import Attendee, Placement, Problem, ProblemError, Room, Session, Slot, Weights, read_problem
from .reasons import CellPrice, Clash, Reason, clashes, price_cells, why_unplaced
from .repair import Repair, repairs
from .repeats import Repeat, suggest_repeats
from .rules import Broken, broken_rules, concern_sentences, sentences
from .score import Expected, Score, expected_people, expected_range, musts_met, score
from .search import Progress, Solution, solve, worthwhile_processes

if TYPE_CHECKING:
    from .model import Cause

__all__ = [
    "Attendee",
    "Broken",
    "CellPrice",
    "Clash",
    "Expected",
    "Move",
    "Placement",
    "Problem",
    "ProblemError",
    "Progress",
    "Reason",
    "Repair",
    "Repeat",
    "Room",
    "Score",
    "Session",
    "Slot",
    "Solution",
    "Weights",
    "broken_rules",
    "clashes",
    "concern_sentences",
    "contradiction",
    "expected_people",
    "expected_range",
    "is_worthwhile",
    "moves_between",
    "musts_met",
    "people_touched",
    "price_cells",
    "read_problem",
    "repairs",
    "score",
    "sentences",
    "solve",
    "suggest_repeats",
    "why_unplaced",
    "worthwhile_processes",
]


def contradiction(problem: Problem, seconds: float = 5.0) -> list[Cause] | None:
    """See `model.contradiction`; OR-tools is loaded only when somebody asks."""
    from .model import contradiction as find

    return find(problem, seconds)
