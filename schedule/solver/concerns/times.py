"""Hosts get the time they would rather have."""

from __future__ import annotations

from ..audience import Audience
from ..problem import Problem
from ..translation import N_
from .concern import Concern, Followed, Follower

#: in wishes, for a session at another time, by each number people slide
STEP = 0.3


class Times(Concern):
    """Runnings in a slot that their hosts would rather not have; what is left out did not get its time, either."""

    NAME = "times"
    SENTENCE = N_("Hosts get the time they would rather have.")

    def scale(self, number: int) -> float:
        return STEP * number

    def units(self, audience: Audience) -> float:
        problem = audience.problem
        placed = {p.session for p in audience.rows}
        left_out = sum(bool(s.rather_not) and i not in placed for i, s in enumerate(problem.sessions))
        return left_out + sum(is_unwelcome(problem, p.session, p.slot) for p in audience.rows)

    def most_units(self, problem: Problem) -> float:
        return sum(session.copies for session in problem.sessions if session.rather_not)

    def can_matter(self, problem: Problem) -> bool:
        return self.weight(problem) > 0 and any(session.rather_not for session in problem.sessions)

    def follow(self, board: Followed) -> Follower:
        return UnwelcomeTimes(board, self.weight(board.problem))


def is_unwelcome(problem: Problem, session: int, slot: int) -> bool:
    """Its hosts would rather not have a slot that it takes when it starts there."""
    rather_not = problem.sessions[session].rather_not
    return bool(rather_not) and not rather_not.isdisjoint(problem.span(session, slot))


class UnwelcomeTimes(Follower):
    """Which sessions are where their hosts would rather not be, or nowhere."""

    def __init__(self, board: Followed, weight: float) -> None:
        self.board, self.worth = board, weight
        problem, slots = board.problem, range(len(board.problem.slots))
        #: by session with such slots, whether it starts badly in each; the last one is for nowhere
        self.is_bad_in = {
            i: [*(is_unwelcome(problem, i, t) for t in slots), True]
            for i, session in enumerate(problem.sessions)
            if session.rather_not
        }
        self.reset()

    def reset(self) -> None:
        self.is_bad = [self._is_bad(i) for i in range(len(self.board.slot))]
        self.weighed: dict[int, bool] = {}

    def _is_bad(self, session: int) -> bool:
        bad = self.is_bad_in.get(session)
        return bad is not None and bad[self.board.slot[session]]

    @property
    def total(self) -> float:
        return self.worth * sum(self.is_bad)

    def session_hope(self, session: int) -> float:
        return self.worth * self.is_bad[session]

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        self.weighed = {i: self._is_bad(i) for i in sessions if i in self.is_bad_in}
        return self.worth * sum([is_bad - self.is_bad[i] for i, is_bad in self.weighed.items()])

    def accept(self) -> None:
        for i, is_bad in self.weighed.items():
            self.is_bad[i] = is_bad
