"""Everybody who comes has a seat."""

from __future__ import annotations

from ..audience import Audience
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
        self.reset()

    def reset(self) -> None:
        self.over = [self._over_in(t) for t in range(len(self.board.row))]
        self.weighed: dict[int, float] = {}

    def _over_in(self, slot: int) -> float:
        people = sorted(self.board.turnout.in_slot(slot).values(), reverse=True)
        return sum(max(0.0, n - seats) for n, seats in zip(people, self.capacities[slot], strict=False))

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
