"""The search: a greedy start, then simulated annealing on the exact objective, with restarts.

Same problem, seed and number of moves: same grid. Time only decides how many moves are planned.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..score import score
from .anneal import Annealing, movable_sessions
from .board import Board
from .soft import Soft
from .start import greedy
from .work import BATCH, Job, Work

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
    #: the best so far, as in `Found`; a search keeps another list for each, so that these may be looked at later
    starts: Sequence[int] = ()
    rooms: Sequence[int] = ()


#: hears of progress; answers False to stop
Listener = Callable[[Progress], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """What one search came back with: where each session starts (-1: nowhere), and how good that is."""

    starts: list[int]
    #: rooms of the sessions that have one of their own in the search
    rooms: list[int]
    value: float
    moves: int
    wishes_alone: float = 0.0


def unlimited() -> float:
    """No bound is known."""
    return float("inf")


def search_alone(
    board: Board,
    job: Job,
    listener: Listener,
    started: float | None = None,
    ceiling: Callable[[], float] = unlimited,
) -> Found:
    """One search in this process; it looks no further for wishes once `ceiling` of them are met."""
    search = Search(board, job, listener, time.monotonic() if started is None else started, ceiling)
    search.run()
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
        self, board: Board, job: Job, listener: Listener, started: float, ceiling: Callable[[], float]
    ) -> None:
        self.board, self.job, self.listener, self.ceiling = board, job, listener, ceiling
        self.random = random.Random(job.seed)
        self.started = started
        self.deadline = started + job.seconds if job.moves is None else None
        self.moves = 0
        self.is_stopped = False
        self.best = Best()
        self.wishes_alone = 0.0
        self.told = -1.0

    def run(self) -> None:
        self.begin()
        self.keep(self.hard_value())
        self.wishes_alone = self.best.wishes
        self.tell()
        if movable_sessions(self.board):
            self.improve()

    def begin(self) -> None:
        board = self.board
        if self.job.start:
            starts, rooms = [-1] * len(board.slot), [-1] * len(board.slot)
            for p in self.job.start:
                starts[p.session], rooms[p.session] = p.slot, p.room
            board.load(starts, rooms)
        greedy(board, self.random)

    def improve(self) -> None:
        """Wishes alone first; then the concerns, for which a part of the moves is kept."""
        job = self.job
        moves = self.moves_for(job.seconds) if job.moves is None else job.moves
        soft = Soft(self.board)
        share = 1.0 if soft.is_idle else WISHES_FIRST if job.weighted else 1 - POLISH
        whole = Work(moves, None if self.deadline is None else (time.monotonic(), self.deadline))
        first, rest = whole.parts(share)
        self.search_wishes(first, again=not job.start)
        self.wishes_alone = self.exact_wishes()
        if not soft.is_idle and not self.is_stopped:
            # Where the proof ended the first part early, the second takes no longer for it.
            self.search_soft(rest.from_now(), soft)

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
            if self.is_over() or self.is_perfect():
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
        if self.job.weighted:
            # Costs count in fractions of a wish: the end is colder than for wishes alone.
            for half in work.parts(0.5):
                board.load(self.best.starts, self.best.rooms)
                soft.reset()
                self.cool(half, REHEAT, COLD / 4, soft)
        else:
            self.cool(work, COLD, COLD / 20, soft, least=hard)

    def cool(self, work: Work, hot: float, cold: float, soft: Soft | None = None, least: float = float("-inf")) -> None:
        value = self.hard_value() - (soft.total if soft else 0.0)
        annealing = Annealing(self.board, self.random, self.keep, soft, least)
        for begun, done in work.steps():
            if self.is_over() or (soft is None and self.is_perfect()):
                return
            start, end = (hot * (cold / hot) ** part for part in (begun, done))
            value = annealing.run(BATCH, start, end, value, self.best.value)
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
        trial = Annealing(self.board, self.random, lambda value: None)
        while time.monotonic() - began < min(0.03, seconds / 20):
            trial.run(500, 0.5, 0.5, 0.0, float("inf"))
            count += 500
        rate = count / (time.monotonic() - began)
        self.random.setstate(state)
        self.board.load(self.best.starts, self.best.rooms)
        left = seconds - (time.monotonic() - self.started) - 0.01
        return max(BATCH, int(rate * max(left, 0.05)) // BATCH * BATCH)

    def is_over(self) -> bool:
        return self.is_stopped or (self.deadline is not None and time.monotonic() >= self.deadline)

    def is_perfect(self) -> bool:
        """No grid meets more wishes than the best so far, and all that must be placed is."""
        sessions, starts = self.board.problem.sessions, self.best.starts
        return self.best.wishes >= self.ceiling() and not any(
            slot < 0 and session.must_be_placed for session, slot in zip(sessions, starts, strict=True)
        )

    def tell(self) -> None:
        now = time.monotonic() - self.started
        if now - self.told >= 0.25 or self.told < 0:
            self.told = now
            self.is_stopped = not self.listener(self.progress(now))

    def progress(self, seconds: float) -> Progress:
        best = self.best
        return Progress(seconds, self.moves, round(best.wishes), starts=best.starts, rooms=best.rooms)
