"""What people have seen stays."""

from __future__ import annotations

from ..audience import Audience
from ..problem import Problem
from ..translation import N_
from .concern import Concern, Followed, Follower

#: in wishes, for a running that moves, by each number people slide
STEP = 0.5


class Calm(Concern):
    """Published runnings whose slot or room changed."""

    NAME = "calm"
    SENTENCE = N_("What is published moves as little as possible.")

    def scale(self, number: int) -> float:
        return STEP * number

    def units(self, audience: Audience) -> float:
        return len(set(audience.problem.published) - set(audience.rows))

    def most_units(self, problem: Problem) -> float:
        return len(problem.published)

    def can_matter(self, problem: Problem) -> bool:
        return self.weight(problem) > 0 and bool(problem.published)

    def follow(self, board: Followed) -> Follower:
        return MovedSessions(board, self.weight(board.problem))


class MovedSessions(Follower):
    """Which sessions are in another slot than published; rooms come at the end, and keep what was published."""

    def __init__(self, board: Followed, weight: float) -> None:
        self.board, self.worth = board, weight
        self.published: dict[int, set[int]] = {}
        for p in board.problem.published:
            self.published.setdefault(p.session, set()).add(p.slot)
        self.reset()

    def reset(self) -> None:
        self.moved = [self._has_moved(i) for i in range(len(self.board.slot))]
        self.weighed: dict[int, bool] = {}

    def _has_moved(self, session: int) -> bool:
        slots = self.published.get(session)
        return slots is not None and self.board.slot[session] not in slots

    @property
    def total(self) -> float:
        return self.worth * sum(self.moved)

    def session_hope(self, session: int) -> float:
        return self.worth * self.moved[session]

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        self.weighed = {i: self._has_moved(i) for i in sessions}
        return self.worth * sum([has - self.moved[i] for i, has in self.weighed.items()])

    def accept(self) -> None:
        for i, has in self.weighed.items():
            self.moved[i] = has
