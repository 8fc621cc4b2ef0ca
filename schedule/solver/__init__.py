"""The scheduler: pure data in, the best grid found out. Runs where Django is not installed."""

from .problem import Attendee, Placement, Problem, ProblemError, Room, Session, Slot, Weights, read_problem
from .rules import Broken, broken_rules, sentences
from .score import Score, expected_people, score
from .search import Progress, Solution, solve, worthwhile_processes

__all__ = [
    "Attendee",
    "Broken",
    "Placement",
    "Problem",
    "ProblemError",
    "Progress",
    "Room",
    "Score",
    "Session",
    "Slot",
    "Solution",
    "Weights",
    "broken_rules",
    "expected_people",
    "read_problem",
    "score",
    "sentences",
    "solve",
    "worthwhile_processes",
]
