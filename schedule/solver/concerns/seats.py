"""Everybody who comes has a seat."""

from __future__ import annotations

from ..audience import Audience
from ..bits import set_of
from ..problem import Problem
from ..translation import N_
from .concern import Concern, Followed, Follower

#: in wishes, for a person without a seat, by each number people slide
STEP = 0.03


class Seats(Concern):
    """People expected beyond what the rooms of their sessions hold."""

    NAME = "seats"
    SENTENCE = N_("A session is in a room that holds everybody who is likely to come.")

    def scale(self, number: int) -> float:
        return STEP * number

    def units(self, audience: Audience) -> float:
        rooms = audience.problem.rooms
        return sum(max(0.0, audience.expected[p] - rooms[p.room].capacity) for p in audience.rows)

    def most_units(self, problem: Problem) -> float:
        return len(problem.slots) * len(problem.attendees)

    def follow(self, board: Followed) -> Follower:
        return OverflowInSlots(board, self.weight(board.problem))


class OverflowInSlots(Follower):
    """The overflow of each slot, exact but for the rooms and for doubles.

    The fullest session is thought into the largest room (needs are seen to at the end), and a double counts in both its
    slots.
    """

    def __init__(self, board: Followed, weight: float) -> None:
        self.board, self.worth = board, weight
        self.capacities = [
            sorted((room.capacity for r, room in enumerate(board.problem.rooms) if mask >> r & 1), reverse=True)
            for mask in board.open_rooms
        ]
        self._read_levels()
        self.reset()

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

    def reset(self) -> None:
        self.over = [self._over_in(t) for t in range(len(self.board.row))]
        self.weighed: dict[int, float] = {}

    def _over_in(self, slot: int) -> float:
        row = [i for i in self.board.row[slot] if i >= 0]
        people = sorted(self.people_in(slot, row), reverse=True)
        return sum(max(0.0, n - seats) for n, seats in zip(people, self.capacities[slot], strict=False))

    def people_in(self, slot: int, row: list[int]) -> list[float]:
        """The people expected in each session of the row: everybody spreads over their heaviest wishes on offer."""
        left = self.board.free[slot] & self.everybody
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

    @property
    def total(self) -> float:
        return self.worth * sum(self.over)

    def slot_hope(self, slot: int) -> float:
        return self.worth * self.over[slot]

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        self.weighed = {t: self._over_in(t) for t in slots}
        return self.worth * sum([now - self.over[t] for t, now in self.weighed.items()])

    def accept(self) -> None:
        for t, now in self.weighed.items():
            self.over[t] = now


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
