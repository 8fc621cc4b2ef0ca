"""Sessions of one topic run one after the other."""

from __future__ import annotations

from collections import Counter

from ..audience import Audience
from ..problem import Problem
from ..translation import N_
from .concern import Concern, Followed, Follower

#: in wishes, for a pair at once, by each number people slide
STEP = 0.1


class Topics(Concern):
    """Pairs of sessions of one topic that run at the same time, counted in each slot they share."""

    NAME = "topics"
    SENTENCE = N_("Sessions of one topic are not at the same time.")

    def scale(self, number: int) -> float:
        return STEP * number

    def units(self, audience: Audience) -> float:
        problem = audience.problem
        counts: Counter[tuple[int, str]] = Counter()
        for p in audience.rows:
            topic = problem.sessions[p.session].topic
            if topic is not None:
                counts.update((t, topic) for t in problem.span(p.session, p.slot))
        return sum(n * (n - 1) // 2 for n in counts.values())

    def most_units(self, problem: Problem) -> float:
        cells = len(problem.rooms)
        return len(problem.slots) * cells * (cells - 1) / 2

    def follow(self, board: Followed) -> Follower:
        return PairsInSlots(board, self.weight(board.problem))


class PairsInSlots(Follower):
    """The pairs of each slot."""

    def __init__(self, board: Followed, weight: float) -> None:
        self.board, self.worth = board, weight
        self.topic = [session.topic for session in board.problem.sessions]
        self.reset()

    def reset(self) -> None:
        self.pairs = [self._pairs_in(t) for t in range(len(self.board.row))]
        self.weighed: dict[int, int] = {}

    def _pairs_in(self, slot: int) -> int:
        pairs, topics = 0, self.topic
        counts: dict[str, int] = {}
        for i in self.board.row[slot]:
            if i >= 0 and (topic := topics[i]) is not None:
                before = counts.get(topic, 0)
                pairs += before
                counts[topic] = before + 1
        return pairs

    @property
    def total(self) -> float:
        return self.worth * sum(self.pairs)

    def slot_hope(self, slot: int) -> float:
        return self.worth * self.pairs[slot]

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        self.weighed = {t: self._pairs_in(t) for t in slots}
        return self.worth * sum([now - self.pairs[t] for t, now in self.weighed.items()])

    def accept(self) -> None:
        for t, now in self.weighed.items():
            self.pairs[t] = now
