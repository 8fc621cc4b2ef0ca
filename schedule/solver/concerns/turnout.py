"""Who is likely to come where while a search runs: what two concerns ask of the same slots."""

from __future__ import annotations

from typing import Protocol

from ..bits import set_of
from ..problem import Problem


class Offered(Protocol):
    """What runs in each slot of a board, and who is free then."""

    @property
    def problem(self) -> Problem: ...
    @property
    def row(self) -> list[list[int]]: ...
    @property
    def free(self) -> list[int]: ...


class Turnout:
    """The people expected in each session of a slot: everybody spreads over their heaviest wishes on offer."""

    def __init__(self, board: Offered) -> None:
        self.board = board
        self._read_levels()
        #: by slot, the last answer and what ran then, from which it follows who is free: each concern asks after a move
        self._known: dict[int, tuple[list[int], dict[int, float]]] = {}

    def _read_levels(self) -> None:
        """People by session and weight, the heaviest first: people come to the heaviest wish on offer."""
        problem = self.board.problem
        found: dict[int, list[list[int]]] = {}
        for a in range(len(problem.attendees)):
            for session, weight in problem.wishes_of(a).items():
                if weight not in found:
                    found[weight] = [[] for _ in problem.sessions]
                found[weight][session].append(a)
        self.levels = [[set_of(people) for people in found[weight]] for weight in sorted(found, reverse=True)]
        self.everybody = (1 << len(problem.attendees)) - 1

    def in_slot(self, slot: int) -> dict[int, float]:
        """By session that runs then; to be read, not changed."""
        board = self.board
        row = [i for i in board.row[slot] if i >= 0]
        known = self._known.get(slot)
        if known is not None and known[0] == row:
            return known[1]
        people = dict(zip(row, self._spread(row, board.free[slot] & self.everybody), strict=True))
        self._known[slot] = row, people
        return people

    def _spread(self, row: list[int], left: int) -> list[float]:
        people = [0.0] * len(row)
        for fans in self.levels:
            exactly = exactly_so_often([fans[i] & left for i in row])
            covered = 0
            for k, mask in enumerate(exactly):
                covered |= mask
                for n, i in enumerate(row):
                    people[n] += (fans[i] & mask).bit_count() / (k + 1)
            left &= ~covered
        return people


def exactly_so_often(sets: list[int]) -> list[int]:
    """Position k holds those who are in exactly k + 1 of the sets."""
    exactly: list[int] = []
    for people in sets:
        fresh = people
        for k in range(len(exactly) - 1, -1, -1):
            up = exactly[k] & people
            if up:
                exactly[k] ^= up
                fresh ^= up
                if k + 1 == len(exactly):
                    exactly.append(up)
                else:
                    exactly[k + 1] |= up
        if exactly:
            exactly[0] |= fresh
        elif fresh:
            exactly.append(fresh)
    return exactly
