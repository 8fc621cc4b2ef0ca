"""The scheduler: pure data in, the best grid found out. Runs where Django is not installed."""

from .bound import is_worthwhile
from .diff import Move, moves_between, people_touched
from .problem import Attendee, Placement, Problem, ProblemError, Room, Session, Slot, Weights, read_problem
from .reasons import CellPrice, Clash, Reason, clashes, price_cells, why_unplaced
from .repair import Repair, repairs
from .repeats import Repeat, suggest_repeats
from .rules import Broken, broken_rules, sentences
from .score import Expected, Score, expected_people, expected_range, musts_met, score
from .search import Progress, Solution, solve, worthwhile_processes

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
