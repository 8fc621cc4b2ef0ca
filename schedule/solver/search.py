"""The search: a greedy start, then simulated annealing on the exact objective.

Same problem, seed and number of moves: same grid. Time only decides how many moves are planned.
"""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log

from .board import REQUIRED, Board
from .problem import Placement, Problem
from .rooms import fit_rooms
from .rules import CELL_RULES, broken_rules, sentence
from .score import Score, score

#: temperatures in wishes; the end matters most, a hotter start only loses time (docs/scheduler.md)
HOT, COLD, REHEAT = 1.5, 0.25, 0.6
#: moves of one annealing run per session and slot; restarts beat longer runs
ROUND = 1700
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Progress:
    seconds: float
    moves: int
    attended: int


@dataclass(frozen=True, slots=True)
class Solution:
    """A grid that breaks no rule, how good it is, and why what is missing is missing."""

    placements: list[Placement]
    score: Score
    #: session to the reason, as a sentence
    unplaced: dict[int, str]
    moves: int
    seconds: float

    @property
    def is_feasible(self) -> bool:
        return self.is_legal and not self.missing

    is_legal: bool = True
    #: required or pinned sessions that found no place
    missing: tuple[int, ...] = ()


#: hears of progress; answers False to stop
Listener = Callable[[Progress], bool]


def solve(
    problem: Problem,
    *,
    seconds: float = 1.0,
    seed: int = 1,
    moves: int | None = None,
    processes: int = 1,
    listener: Listener = lambda progress: True,
) -> Solution:
    """The best grid found. Never "no solution": what does not fit comes back with its reason.

    Several processes search from seeds of their own; of equally good grids the one of the lowest seed is taken, so
    that with a number of moves the answer does not depend on who was faster.
    """
    started = time.monotonic()
    board = Board(problem)
    if processes > 1:
        from .crew import search_together

        found = search_together(problem, seconds, seed, moves, processes, listener)
    else:
        found = search_alone(board, seconds, seed, moves, listener, started)
    board.load(found.where)
    placements = fit_rooms(problem, board.placements())
    placed = {p.session for p in placements}
    missing = tuple(i for i, bonus in enumerate(board.bonus) if bonus == REQUIRED and i not in placed)
    return Solution(
        placements=placements,
        score=score(problem, placements),
        unplaced={i: why_unplaced(board, i) for i in range(len(problem.sessions)) if i not in placed},
        moves=found.moves,
        seconds=time.monotonic() - started,
        is_legal=not broken_rules(problem, placements),
        missing=missing,
    )


def worthwhile_processes(problem: Problem, seconds: float) -> int:
    """One for each core, two at most, unless starting them would eat the time."""
    wishes = sum(len(a.wishes) for a in problem.attendees)
    return min(2, os.cpu_count() or 1) if seconds >= 0.7 + wishes / 10_000 else 1


@dataclass(frozen=True, slots=True)
class Found:
    """What one search came back with: a cell for each session (-1: none), and how good that is."""

    where: list[int]
    value: float
    moves: int


def search_alone(
    board: Board,
    seconds: float,
    seed: int,
    moves: int | None,
    listener: Listener,
    started: float | None = None,
) -> Found:
    """One search in this process."""
    started = time.monotonic() if started is None else started
    search = Search(board, seed, started, started + seconds if moves is None else None, listener)
    search.run(moves, seconds)
    return Found(search.best, search.best_value, search.moves)


class Search:
    """One run: keeps the best it has seen."""

    def __init__(self, board: Board, seed: int, started: float, deadline: float | None, listener: Listener) -> None:
        self.board, self.listener = board, listener
        self.random = random.Random(seed)
        self.started, self.deadline = started, deadline
        self.moves = 0
        self.is_stopped = False
        self.best: list[int] = list(board.where)
        self.best_value = -1.0
        self.told = -1.0

    def run(self, moves: int | None, seconds: float) -> None:
        board = self.board
        greedy(board, self.random)
        self.remember(float(board.value() + board.placed_bonus()))
        if not any(len(domain) > 1 for domain in board.domain):
            return
        if moves is None:
            moves = self.moves_for(seconds)
        size = max(BATCH, ROUND * len(board.where) * board.slot_count)
        rounds = max(1, round(moves / size))
        for number in range(rounds):
            if self.is_stopped or self.is_late():
                return
            if number % 2:
                board.load(self.best)
            elif number:
                for session in range(len(board.where)):
                    board.put(session, -1)
                greedy(board, self.random)
            self.anneal(moves // rounds, REHEAT if number % 2 else HOT)

    def moves_for(self, seconds: float) -> int:
        """As many moves as the time should allow, measured on this problem; the board is left as it was."""
        state, kept = self.random.getstate(), self.best
        started = time.monotonic()
        count = 0
        while time.monotonic() - started < min(0.03, seconds / 20):
            anneal(self.board, self.random, 200, 0.7, 0.7, 0.0, lambda *_: None)
            count += 200
        rate = count / (time.monotonic() - started)
        self.random.setstate(state)
        self.board.load(kept)
        left = seconds - (time.monotonic() - self.started) - 0.01
        return max(BATCH, int(rate * max(left, 0.05) * 0.85) // BATCH * BATCH)

    def anneal(self, moves: int, hot: float) -> None:
        board = self.board
        value = float(board.value() + board.placed_bonus())
        batches = max(1, moves // BATCH)
        for k in range(batches):
            if self.is_stopped or self.is_late():
                return
            start = hot * (COLD / hot) ** (k / batches)
            end = hot * (COLD / hot) ** ((k + 1) / batches)
            value = anneal(board, self.random, BATCH, start, end, value, self.offer)
            self.moves += BATCH
            self.tell()

    def offer(self, value: float, where: list[int]) -> None:
        if value > self.best_value:
            self.remember(value, where)

    def remember(self, value: float, where: list[int] | None = None) -> None:
        self.best_value = value
        self.best = list(self.board.where if where is None else where)

    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def tell(self) -> None:
        now = time.monotonic() - self.started
        if now - self.told >= 0.25:
            self.told = now
            attended = int(self.best_value) - sum(
                bonus for bonus, cell in zip(self.board.bonus, self.best, strict=True) if cell >= 0
            )
            self.is_stopped = not self.listener(Progress(now, self.moves, attended))


def greedy(board: Board, rng: random.Random) -> None:
    """A first grid: the hardest to place and most wished first, each where it gains most."""
    fans = board.fans[0]
    order = sorted(
        (i for i, domain in enumerate(board.domain) if domain),
        key=lambda i: (
            board.problem.sessions[i].pin_slot is None,
            -board.length[i],
            -board.bonus[i],
            len(board.domain[i]) > board.slot_count,
            -fans[i].bit_count(),
            rng.random(),
        ),
    )
    for slot in range(board.slot_count):
        board.rebuild(slot)
    # The smallest room that will do comes first: bigger ones are kept for those who come after.
    rooms = sorted(range(board.room_count), key=lambda room: (_room_rank(board, room), room))
    for i in order:
        may = board.may[i]
        ranked = sorted(range(board.slot_count), key=lambda slot: (-_gain(board, i, slot), slot))
        for slot in ranked:
            start = slot * board.room_count
            cell = next((start + r for r in rooms if may[start + r] and _is_empty(board, i, start + r)), None)
            if cell is not None and board.try_change(((i, cell),), float("-inf")) is not None:
                break


def _is_empty(board: Board, session: int, cell: int) -> bool:
    return board.at[cell] < 0 and (board.length[session] == 1 or board.at[cell + board.room_count] < 0)


def _room_rank(board: Board, room: int) -> tuple[int, int]:
    return len(board.problem.rooms[room].features), board.problem.rooms[room].capacity


def _gain(board: Board, session: int, slot: int) -> int:
    gain = 0
    for t in range(slot, min(slot + board.length[session], board.slot_count)):
        for plane, worth in enumerate(board.worth):
            fresh = board.fans[plane][session] & board.free[t] & ~board.ones[plane][t]
            gain += worth * fresh.bit_count()
            lost = board.hosts[session] & board.free[t] & board.ones[plane][t]
            gain -= worth * lost.bit_count()
    return gain


def anneal(
    board: Board,
    rng: random.Random,
    moves: int,
    hot: float,
    cold: float,
    value: float,
    offer: Callable[[float, list[int]], None],
) -> float:
    """Tries `moves` moves while cooling; calls `offer` with every new best of the batch; returns the value.

    The inner loop is written out for singles: this is where all the time goes.
    """
    rand = rng.random
    rooms, sessions = board.room_count, len(board.where)
    where, at, domain, may, hosts = board.where, board.at, board.domain, board.may, board.hosts
    free, present, hosts_at, special = board.free, board.present, board.hosts_at, board.special
    segment_of, doubles_in, bonus = board.segment_of, board.doubles_in, board.bonus
    planes = list(zip(board.worth, board.fans, board.ones, board.twos, strict=True))
    best = value
    step = (cold / hot) ** (1 / moves)
    temperature = hot
    for _ in range(moves):
        temperature *= step
        u = int(rand() * sessions)
        cells = domain[u]
        if not cells:
            continue
        cell = cells[int(rand() * len(cells))]
        old = where[u]
        t = cell // rooms
        v = at[cell]
        if cell == old:
            continue
        s = old // rooms if old >= 0 else -1
        floor = temperature * log(rand() or 1e-300)
        if s == t and not special[u] and (v < 0 or not special[v]):
            # Same slot: only rooms change, nothing is lost; it lets sessions find their way round room needs.
            if v < 0 or may[v][old]:
                at[old], at[cell], where[u] = v, u, cell
                if v >= 0:
                    where[v] = old
            continue
        if special[u] or (v >= 0 and special[v]) or doubles_in[segment_of[t]] or (s >= 0 and doubles_in[segment_of[s]]):
            gained = _careful(board, u, v, s, t, cell, old, floor)
            if gained is None:
                continue
            value += gained
        else:
            if v >= 0 and old >= 0 and not may[v][old]:
                continue
            hu = hosts[u]
            hv = hosts[v] if v >= 0 else 0
            if hosts_at[t] & ~hv & hu or (s >= 0 and hosts_at[s] & ~hu & hv):
                continue
            free_t = free[t] if not (hu or hv) else present[t] & ~((hosts_at[t] & ~hv) | hu)
            delta = 0
            if s >= 0:
                free_s = free[s] if not (hu or hv) else present[s] & ~((hosts_at[s] & ~hu) | hv)
                for worth, fans, ones, twos in planes:
                    fu = fans[u]
                    if v >= 0:
                        fv = fans[v]
                        new_t = (ones[t] & ~fv) | twos[t] | fu
                        new_s = (ones[s] & ~fu) | twos[s] | fv
                    else:
                        new_t = ones[t] | fu
                        new_s = (ones[s] & ~fu) | twos[s]
                    delta += worth * (
                        (new_t & free_t).bit_count()
                        - (ones[t] & free[t]).bit_count()
                        + (new_s & free_s).bit_count()
                        - (ones[s] & free[s]).bit_count()
                    )
            else:
                delta = bonus[u] - (bonus[v] if v >= 0 else 0)
                for worth, fans, ones, twos in planes:
                    new_t = (ones[t] & ~fans[v]) | twos[t] | fans[u] if v >= 0 else ones[t] | fans[u]
                    delta += worth * ((new_t & free_t).bit_count() - (ones[t] & free[t]).bit_count())
            if delta < floor:
                continue
            at[cell], where[u] = u, cell
            if old >= 0:
                at[old] = v
            if v >= 0:
                where[v] = old
            board.rebuild(t)
            if s >= 0:
                board.rebuild(s)
            value += delta
        if value > best:
            best = value
            offer(value, where)
    return value


def _careful(board: Board, u: int, v: int, s: int, t: int, cell: int, old: int, floor: float) -> float | None:
    """The gain of a move near doubles, order or walks, made if it reaches `floor`."""
    if board.special[u] or (v >= 0 and board.special[v]):
        change = board.change_for(u, cell)
        if change is None:
            return None
        # A chain of changes can push a special session: every one of them must be allowed where it lands.
        if any(c >= 0 and not board.may[i][c] for i, c in change):
            return None
        return board.try_change(change, floor)
    return _singles_beside_doubles(board, u, v, s, t, cell, old, floor)


def _singles_beside_doubles(
    board: Board, u: int, v: int, s: int, t: int, cell: int, old: int, floor: float
) -> float | None:
    """Two singles change places where doubles run: the recurrence along their segments, nothing rebuilt."""
    if v >= 0 and old >= 0 and not board.may[v][old]:
        return None
    hosts_at, present, free = board.hosts_at, board.present, board.free
    hu = board.hosts[u]
    hv = board.hosts[v] if v >= 0 else 0
    if hosts_at[t] & ~hv & hu or (s >= 0 and hosts_at[s] & ~hu & hv):
        return None
    saved_t, saved_s = free[t], free[s] if s >= 0 else 0
    segments = {board.segment_of[t]} if s < 0 else {board.segment_of[t], board.segment_of[s]}
    before = sum(board.segment_value(k) for k in segments)
    delta = 0 if s >= 0 else board.bonus[u] - (board.bonus[v] if v >= 0 else 0)
    saved = []
    free[t] = present[t] & ~((hosts_at[t] & ~hv) | hu)
    if s >= 0:
        free[s] = present[s] & ~((hosts_at[s] & ~hu) | hv)
    for fans, ones, twos in zip(board.fans, board.ones, board.twos, strict=True):
        fv = fans[v] if v >= 0 else 0
        saved.append((ones[t], ones[s] if s >= 0 else 0))
        ones[t] = (ones[t] & ~fv) | twos[t] | fans[u]
        if s >= 0:
            ones[s] = (ones[s] & ~fans[u]) | twos[s] | fv
    delta += sum(board.segment_value(k) for k in segments) - before
    if delta >= floor:
        board.at[cell], board.where[u] = u, cell
        if old >= 0:
            board.at[old] = v
        if v >= 0:
            board.where[v] = old
        board.rebuild(t)
        if s >= 0:
            board.rebuild(s)
        return delta
    free[t] = saved_t
    if s >= 0:
        free[s] = saved_s
    for plane, (one_t, one_s) in enumerate(saved):
        board.ones[plane][t] = one_t
        if s >= 0:
            board.ones[plane][s] = one_s
    return None


def why_unplaced(board: Board, session: int) -> str:
    """The reason a session has no cell, as a sentence."""
    problem = board.problem
    if not problem.slots or not problem.rooms:
        return "The camp has no room or no slot for sessions."
    if not board.domain[session]:
        for rule in CELL_RULES:
            if not any(
                rule(problem, session, slot, room)
                for slot in range(board.slot_count)
                for room in range(board.room_count)
            ):
                return f"No cell of the grid will do: {sentence(rule)}"
        return "No room that has what it needs is open in a slot its hosts can make."
    empty = [c for c in board.domain[session] if all(board.at[k] < 0 for k in board.cells_of(session, c))]
    if not empty:
        return "Every room and slot it could use is taken by a session that more people would miss."
    return "Its hosts lead another session in every slot that still has a room for it, or an order would be broken."


def chance(gain: float, temperature: float) -> float:
    """The Metropolis rule, for the page that explains the search."""
    return 1.0 if gain >= 0 else exp(gain / temperature)
