"""The scheduler: pure data in, the best grid found out. Runs where Django is not installed."""

from __future__ import annotations

from .answers.diff import Move, moves_between, people_touched
from .answers.prices import CellPrice, breaks_in_cells, price_cells
from .answers.reasons import TAKEN, Clash, Reason, clashes, why_unplaced
from .answers.repeats import Repeat, suggest_repeats
from .audience import Expected, expected_people, expected_range
from .bound.bound import is_worthwhile
from .concerns import CONCERNS, concern_sentences, is_unwelcome
from .crew import worthwhile_processes
from .problem import (
    Attendee,
    Placement,
    Problem,
    ProblemError,
    Room,
    Session,
    Slot,
    Weights,
    read_problem,
    to_document,
)
from .repair import Repair, quick_repairs, repairs
from .rules import Broken, Cause, broken_rules, sentences
from .score import Score, musts_met, score
from .search.crowd import Crowd
from .search.search import Progress
from .search.work import Job
from .solve import Sketch, Solution, missing_in, solve

__all__ = [
    "CONCERNS",
    "TAKEN",
    "Attendee",
    "Broken",
    "Cause",
    "CellPrice",
    "Clash",
    "Crowd",
    "Expected",
    "Job",
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
    "Sketch",
    "Slot",
    "Solution",
    "Weights",
    "breaks_in_cells",
    "broken_rules",
    "clashes",
    "concern_sentences",
    "contradiction",
    "expected_people",
    "expected_range",
    "is_unwelcome",
    "is_worthwhile",
    "missing_in",
    "moves_between",
    "musts_met",
    "people_touched",
    "price_cells",
    "quick_repairs",
    "read_problem",
    "repairs",
    "score",
    "sentences",
    "solve",
    "suggest_repeats",
    "to_document",
    "why_unplaced",
    "worthwhile_processes",
]


def contradiction(problem: Problem, seconds: float = 5.0) -> list[Cause] | None:
    """See `answers.contradiction`; OR-tools is loaded only when somebody asks."""
    from .answers.contradiction import contradiction as find

    return find(problem, seconds)
