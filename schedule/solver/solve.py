"""From a problem to a grid: searches side by side, the proof, repeats, rooms, and the reason for what has no place."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from .answers.reasons import Reason, all_unplaced
from .answers.repeats import add_repeats
from .crew import Crew
from .problem import Placement, Problem
from .rules import broken_rules
from .score import Score, score
from .search.board import Board
from .search.rooms import fit_rooms
from .search.search import Found, Listener, Progress, search_alone
from .search.work import Job

#: what `solve` does when it is told nothing
WHOLE_SECOND = Job()


def keep_on(progress: Progress) -> bool:
    """Listens to nothing and never stops the search."""
    return True


@dataclass(frozen=True, slots=True)
class Solution:
    """A grid that breaks no rule, how good it is, and why what is missing is missing."""

    placements: list[Placement]
    score: Score
    unplaced: dict[int, Reason]
    moves: int
    seconds: float
    #: no grid of this problem can meet more wishes
    bound: int = 0
    #: the most wishes the search saw when it looked at wishes alone: what the weights cost is the difference
    wishes_alone: int = 0
    is_legal: bool = True
    #: required or pinned sessions that found no place
    missing: tuple[int, ...] = ()

    @property
    def is_feasible(self) -> bool:
        return self.is_legal and not self.missing

    @property
    def is_proven(self) -> bool:
        """No grid meets more wishes."""
        return self.is_feasible and self.score.attended >= self.bound


def solve(problem: Problem, job: Job = WHOLE_SECOND, listener: Listener = keep_on) -> Solution:
    """The best grid found. Never "no solution": what does not fit comes back with its reason.

    With several processes, of equally good grids the one of the lowest seed is taken, so that with a number of moves
    the answer does not depend on who was faster.
    """
    started = time.monotonic()
    board = Board(problem)
    with Crew(problem, job, started) as crew:
        found = search_alone(board, job, crew.listening(listener), started, crew.ceiling)
        found, moves, bound = crew.best_of(found)
        if crew.starts and not job.weighted:
            found = better_of(board, found, crew.starts)
    placements = finish(board, found)
    if not job.start and missing_in(problem, placements):
        grid = rescue(problem)
        if grid is not None:
            again = replace(job, seconds=min(1.0, job.seconds), processes=1, with_bound=False, start=tuple(grid))
            return solve(problem, again, listener)
    result = score(problem, placements)
    return Solution(
        placements=placements,
        score=result,
        unplaced=all_unplaced(problem, placements),
        moves=moves,
        seconds=time.monotonic() - started,
        bound=max(min(bound, result.trivial_limit), result.attended),
        wishes_alone=max(round(found.wishes_alone), result.attended),
        is_legal=not broken_rules(problem, placements),
        missing=missing_in(problem, placements),
    )


class Sketch:
    """What a search has so far as a grid, finished as the last one will be; on a board of its own."""

    def __init__(self, problem: Problem) -> None:
        self.board = Board(problem)

    def of(self, progress: Progress) -> list[Placement]:
        return finish(self.board, Found(list(progress.starts), list(progress.rooms), 0.0, progress.moves))


def missing_in(problem: Problem, placements: list[Placement]) -> tuple[int, ...]:
    """The sessions that must be placed and are not."""
    placed = {p.session for p in placements}
    return tuple(i for i, s in enumerate(problem.sessions) if s.must_be_placed and i not in placed)


def rescue(problem: Problem) -> list[Placement] | None:
    """A grid with every session that must be placed, where the search found none and there is one."""
    try:
        from .answers.contradiction import TooLarge, feasible_grid
    except ImportError:
        return None
    try:
        return feasible_grid(problem)
    except TooLarge:
        return None


def better_of(board: Board, found: Found, starts: list[int]) -> Found:
    """The grid that the proof came across, if it is legal and better."""
    board.load(starts)
    value = board.value() + board.placed_bonus()
    if value <= found.value or not all(board.rooms_suffice(t) for t in range(board.slot_count)):
        return found
    if broken_rules(board.problem, board.placements()):
        return found
    return Found(list(board.slot), list(board.room), value, found.moves, board.value())


def finish(board: Board, found: Found) -> list[Placement]:
    """The grid that was found, with repeats in free cells and everything in the room that fits it best."""
    board.load(found.starts, found.rooms)
    placements = board.placements()
    if any(s.copies > 1 for s in board.problem.sessions):
        placements = add_repeats(board.problem, placements)
    return fit_rooms(board.problem, placements)
