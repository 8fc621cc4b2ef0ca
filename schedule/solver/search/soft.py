"""The concerns while a search runs: what a plan costs beside the wishes it misses.

Which concerns there are, and what each costs, is known in `concerns/`; here they are added up.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..concerns import CONCERNS
from .board import Board


class Soft:
    """All concerns that can matter, kept up along a board."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.followers = [concern.follow(board) for concern in CONCERNS if concern.can_matter(board.problem)]
        #: those that hope by people
        self.by_people = [follower for follower in self.followers if follower.COUNTS_PEOPLE]
        self.reset()

    @property
    def is_idle(self) -> bool:
        """No concern can matter."""
        return not self.followers

    @property
    def total(self) -> float:
        """What all of them cost, in wishes."""
        return sum([follower.total for follower in self.followers])

    def reset(self) -> None:
        """Everything as the board stands now."""
        for follower in self.followers:
            follower.reset()
        #: what can be saved at best in each slot, and by moving each session
        self.slot_hope, self.session_hope = [0.0] * self.board.slot_count, [0.0] * len(self.board.slot)
        self._hope_anew(range(len(self.session_hope)), range(self.board.slot_count))

    def _hope_anew(self, sessions: Iterable[int], slots: Iterable[int]) -> None:
        for t in slots:
            self.slot_hope[t] = sum([follower.slot_hope(t) for follower in self.followers])
        for i in sessions:
            self.session_hope[i] = sum([follower.session_hope(i) for follower in self.followers])

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        """What it costs that the board has just done something to these sessions and slots."""
        self.weighed = sessions, slots
        return sum([follower.weigh(sessions, slots) for follower in self.followers])

    def accept(self) -> None:
        """The board stays as it was weighed."""
        for follower in self.followers:
            follower.accept()
        sessions, slots = self.weighed
        self._hope_anew(dict.fromkeys([*sessions, *(i for f in self.followers for i in f.hopes_anew)]), slots)
