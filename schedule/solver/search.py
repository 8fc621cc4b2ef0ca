"""The search: a greedy start, then simulated annealing on the exact objective, with restarts.

Same problem, seed and number of moves: same grid. Time only decides how many moves are planned.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .anneal import anneal, movable_sessions
from .board import REQUIRED, Board
from .problem import Placement, Problem
from .reasons import Reason, all_unplaced
from .repeats import add_repeats
from .rooms import fit_rooms
from .rules import broken_rules
from .score import Score, score
from .soft import Soft
from .start import greedy
from .work import BATCH, Work

#: temperatures in wishes; the end matters most, a hotter start only loses time (docs/scheduler.md)
HOT, COLD, REHEAT = 1.2, 0.35, 0.7
#: the last part of a round is cooled further: where wishes are few, 0.35 is still too restless
QUENCH, COLDEST = 0.1, 0.08
#: moves of one round of annealing: ROUND * (sessions * slots) ** ROUND_POWER. A camp of 60 sessions does best with some
#: 600,000 and restarts, one of 150 with 6,000,000
ROUND, ROUND_POWER = 50, 1.6
#: doubles hardly move once the rest stands around them: more restarts, shorter rounds
SHORTER_WITH_DOUBLES = 3
#: with less than this share of a round to go, a hot start is not made up for any more
SHORT = 0.05
#: the share of all moves that make the soft terms better without losing a wish
POLISH = 0.03
#: with weights: the share of the moves that first look at wishes alone
WISHES_FIRST = 0.4


@dataclass(frozen=True, slots=True)
class Progress:
    seconds: float
    moves: int
    attended: int
    #: no grid can meet more wishes than that; the trivial limit until something better is proved
    bound: int = 0


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


#: hears of progress; answers False to stop
Listener = Callable[[Progress], bool]


def solve(
    problem: Problem,
    *,
    seconds: float = 1.0,
    seed: int = 1,
    moves: int | None = None,
    processes: int = 1,
    weighted: bool = False,
    with_bound: bool = False,
    start: list[Placement] | None = None,
    listener: Listener = lambda progress: True,
) -> Solution:
    """The best grid found. Never "no solution": what does not fit comes back with its reason.

    Wishes come first and the soft terms choose between grids that meet equally many; `weighted`: the soft terms count
    as much as the problem's weights say, against wishes.

    With several processes each searches from a seed of its own; of equally good grids the one of the lowest seed is
    taken, so that with a number of moves the answer does not depend on who was faster. `with_bound` lets one of
    them prove how much better a grid could be; that takes as long as the search. `start` is a grid to begin with.
    """
    from .crew import Crew

    started = time.monotonic()
    board = Board(problem)
    with Crew(problem, seconds, seed, moves, processes, weighted, with_bound, started) as crew:
        found = search_alone(
            board,
            seconds,
            seed,
            moves,
            crew.listening(listener),
            started,
            weighted=weighted,
            start=start,
            ceiling=crew.ceiling,
        )
        found, total_moves, bound = crew.best_of(found)
        if crew.starts and not weighted:
            found = better_of(board, found, crew.starts)
    placements = finish(board, found)
    if start is None and missing_in(board, placements):
        grid = rescue(problem)
        if grid is not None:
            return solve(
                problem,
                seconds=min(1.0, seconds),
                seed=seed,
                moves=moves,
                weighted=weighted,
                start=grid,
                listener=listener,
            )
    result = score(problem, placements)
    return Solution(
        placements=placements,
        score=result,
        unplaced=all_unplaced(problem, placements),
        moves=total_moves,
        seconds=time.monotonic() - started,
        bound=max(min(bound, result.trivial_limit), result.attended),
        wishes_alone=max(round(found.wishes_alone), result.attended),
        is_legal=not broken_rules(problem, placements),
        missing=missing_in(board, placements),
    )


def missing_in(board: Board, placements: list[Placement]) -> tuple[int, ...]:
    """The sessions that must be placed and are not."""
    placed = {p.session for p in placements}
    return tuple(i for i, bonus in enumerate(board.bonus) if bonus == REQUIRED and i not in placed)


def rescue(problem: Problem) -> list[Placement] | None:
    """A grid with every session that must be placed, where the search found none and there is one."""
    try:
        from .model import TooLarge, feasible_grid
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


def worthwhile_processes(problem: Problem, seconds: float) -> int:
    """One for each core, two at most, unless starting them would eat the time."""
    wishes = sum(len(a.wishes) for a in problem.attendees)
    return min(2, os.cpu_count() or 1) if seconds >= 0.5 + wishes / 20_000 else 1


@dataclass(frozen=True, slots=True)
class Found:
    """What one search came back with: where each session starts (-1: nowhere), and how good that is."""

    starts: list[int]
    #: rooms of the sessions that have one of their own in the search
    rooms: list[int]
    value: float
    moves: int
    wishes_alone: float = 0.0


def search_alone(
    board: Board,
    seconds: float,
    seed: int,
    moves: int | None,
    listener: Listener,
    started: float | None = None,
    *,
    weighted: bool = False,
    start: list[Placement] | None = None,
    ceiling: Callable[[], float] = lambda: float("inf"),
) -> Found:
    """One search in this process; it looks no further for wishes once `ceiling` of them are met."""
    started = time.monotonic() if started is None else started
    deadline = started + seconds if moves is None else None
    search = Search(board, seed, started, deadline, listener, weighted, ceiling)
    search.run(moves, seconds, start)
    best = search.best
    return Found(best.starts, best.rooms, best.value, search.moves, search.wishes_alone)


@dataclass(slots=True)
class Best:
    """The best grid so far, by the value that counts at the time."""

    starts: list[int] = field(default_factory=list)
    rooms: list[int] = field(default_factory=list)
    value: float = float("-inf")
    wishes: float = 0.0


class Search:
    """One run: keeps the best it has seen."""

    def __init__(
        self,
        board: Board,
        seed: int,
        started: float,
        deadline: float | None,
        listener: Listener,
        weighted: bool,
        ceiling: Callable[[], float],
    ) -> None:
        self.board, self.listener = board, listener
        self.random = random.Random(seed)
        self.started, self.deadline = started, deadline
        self.is_weighted, self.ceiling = weighted, ceiling
        self.moves = 0
        self.is_stopped = False
        self.best = Best()
        self.wishes_alone = 0.0
        self.told = -1.0

    def run(self, moves: int | None, seconds: float, start: list[Placement] | None) -> None:
        board = self.board
        self.begin(start)
        self.keep(self.hard_value())
        self.wishes_alone = self.best.wishes
        self.tell()
        if movable_sessions(board):
            if moves is None:
                moves = self.moves_for(seconds)
            soft = Soft(board)
            share = 1.0 if soft.is_idle else WISHES_FIRST if self.is_weighted else 1 - POLISH
            whole = Work(moves, None if self.deadline is None else (time.monotonic(), self.deadline))
            first, rest = whole.parts(share)
            self.search_wishes(first, again=start is None)
            self.wishes_alone = self.exact_wishes()
            if not soft.is_idle and not self.is_stopped:
                # Where the proof ended the first part early, the second takes no longer for it.
                self.search_soft(rest.from_now(), soft)

    def begin(self, start: list[Placement] | None) -> None:
        board = self.board
        if start:
            starts, rooms = [-1] * len(board.slot), [-1] * len(board.slot)
            for p in start:
                starts[p.session], rooms[p.session] = p.slot, p.room
            board.load(starts, rooms)
        greedy(board, self.random)

    # -- phases ----------------------------------------------------------------------------------

    def search_wishes(self, work: Work, again: bool) -> None:
        """Rounds of annealing on wishes alone: odd ones from the best so far, even ones anew."""
        board = self.board
        size = max(BATCH, round(ROUND * (len(board.slot) * board.slot_count) ** ROUND_POWER))
        if any(length > 1 for length in board.length):
            size //= SHORTER_WITH_DOUBLES
        rounds = max(1, round(work.moves / size))
        hot = COLD + (HOT - COLD) * min(1.0, (work.moves / size / SHORT) ** 0.5)
        for number in range(rounds):
            if self.is_over() or self.best.wishes >= self.ceiling():
                return
            if number % 2 or not again:
                board.load(self.best.starts, self.best.rooms)
            elif number:
                board.clear()
                greedy(board, self.random, scatter=True)
            round_of, work = work.parts(1 / (rounds - number))
            slowly, quench = round_of.parts(1 - QUENCH)
            self.cool(slowly, REHEAT if number % 2 or not again else hot, COLD)
            self.cool(quench, COLD, COLDEST)

    def search_soft(self, work: Work, soft: Soft) -> None:
        """From the best grid on with the soft terms: by their weights, or without losing a wish."""
        board = self.board
        board.load(self.best.starts, self.best.rooms)
        soft.reset()
        hard = self.hard_value()
        self.best.value = hard - soft.total
        if self.is_weighted:
            # Costs count in fractions of a wish: the end is colder than for wishes alone.
            for half in work.parts(0.5):
                board.load(self.best.starts, self.best.rooms)
                soft.reset()
                self.cool(half, REHEAT, COLD / 4, soft)
        else:
            self.cool(work, COLD, COLD / 20, soft, least=hard)

    def cool(self, work: Work, hot: float, cold: float, soft: Soft | None = None, least: float = float("-inf")) -> None:
        value = self.hard_value() - (soft.total if soft else 0.0)
        for begun, done in work.steps():
            if self.is_over() or (soft is None and self.best.wishes >= self.ceiling()):
                return
            start, end = (hot * (cold / hot) ** part for part in (begun, done))
            value = anneal(self.board, self.random, BATCH, start, end, value, self.best.value, self.keep, soft, least)
            self.moves += BATCH
            self.tell()

    # -- keeping ---------------------------------------------------------------------------------

    def hard_value(self) -> float:
        return self.board.value() + self.board.placed_bonus()

    def keep(self, value: float) -> None:
        board = self.board
        self.best = Best(list(board.slot), list(board.room), value, board.value())

    def exact_wishes(self) -> float:
        """Of the best grid; the board counts too hopefully where weights and doubles meet."""
        board = self.board
        if board.units == 1 or max(board.length) == 1:
            return self.best.wishes
        board.load(self.best.starts, self.best.rooms)
        return float(score(board.problem, board.placements()).attended)

    def moves_for(self, seconds: float) -> int:
        """As many moves as the time should allow, measured on this problem; the board is left as it was."""
        state = self.random.getstate()
        began = time.monotonic()
        count = 0
        while time.monotonic() - began < min(0.03, seconds / 20):
            anneal(self.board, self.random, 500, 0.5, 0.5, 0.0, float("inf"), lambda value: None)
            count += 500
        rate = count / (time.monotonic() - began)
        self.random.setstate(state)
        self.board.load(self.best.starts, self.best.rooms)
        left = seconds - (time.monotonic() - self.started) - 0.01
        return max(BATCH, int(rate * max(left, 0.05)) // BATCH * BATCH)

    def is_over(self) -> bool:
        return self.is_stopped or (self.deadline is not None and time.monotonic() >= self.deadline)

    def tell(self) -> None:
        now = time.monotonic() - self.started
        if now - self.told >= 0.25 or self.told < 0:
            self.told = now
            self.is_stopped = not self.listener(Progress(now, self.moves, round(self.best.wishes)))
