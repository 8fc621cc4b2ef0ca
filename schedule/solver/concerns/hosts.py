"""Nobody leads an empty room next to a crowd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt

from ..audience import Audience
from ..problem import Problem
from ..translation import N_
from .concern import Concern, Followed, Follower

#: in wishes, for a room in which nobody is; the numbers people slide are not even
SCALE = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0, 30.0)
#: of an even share of the people, what makes a room not empty
ENOUGH = 0.5


class Hosts(Concern):
    """Squares of the share of people that a session with a host lacks, of those it might have.

    It might have everybody who wishes it, up to half an even share of the people of a slot: a room with more is not
    empty, and the crowd next door is no reason to take people from it. What is left out counts as an empty room, so
    that leaving a host out is never the way to a fuller one.
    """

    NAME = "hosts"
    SENTENCE = N_("Nobody leads an empty room next to a crowd: people are spread so that every host has some.")

    def scale(self, number: int) -> float:
        return SCALE[min(10, number)]

    def units(self, audience: Audience) -> float:
        goals = people_hoped_for(audience.problem)
        placed = {p.session for p in audience.rows}
        left_out = sum(goal > 0 and i not in placed for i, goal in enumerate(goals))
        return left_out + sum(lack(audience.expected[p], goals[p.session]) for p in audience.rows)

    def most_units(self, problem: Problem) -> float:
        return sum(session.copies for session in problem.sessions if session.hosts)

    def can_matter(self, problem: Problem) -> bool:
        return self.weight(problem) > 0 and any(people_hoped_for(problem))

    def follow(self, board: Followed) -> Follower:
        return EmptyRooms(board, self.weight(board.problem))


def people_hoped_for(problem: Problem) -> list[float]:
    """By session, how many people its host may hope for; 0 where nobody leads it, or nobody wishes it."""
    wished: Counter[int] = Counter()
    people = 0
    for a in range(len(problem.attendees)):
        found = problem.wishes_of(a)
        wished.update(found.keys())
        people += bool(found)
    at_once = sum(session.length for session in problem.sessions) / max(1, len(problem.slots))
    even = people / max(1.0, min(at_once, len(problem.rooms)))
    return [min(wished[i], ENOUGH * even) if session.hosts else 0.0 for i, session in enumerate(problem.sessions)]


def lack(people: float, goal: float) -> float:
    """The square of the share that is missing: 0 where enough come, 1 where nobody does."""
    return (1 - people / goal) ** 2 if people < goal else 0.0


class EmptyRooms(Follower):
    """What each session lacks, exact for first runnings; rooms and second runnings come at the end."""

    def __init__(self, board: Followed, weight: float) -> None:
        self.board, self.worth = board, weight
        self.goals = people_hoped_for(board.problem)
        self.is_double = [session.length > 1 for session in board.problem.sessions]
        #: by session, hosts who would be people in another room if they did not lead it
        self.hosts = [len(session.hosts) for session in board.problem.sessions]
        self.reset()

    def reset(self) -> None:
        self.people = [self.board.turnout.in_slot(t) for t in range(len(self.board.row))]
        self.lacks = [self._lack(i, {}) for i in range(len(self.goals))]
        #: where each was when the board was last accepted
        self.spans = [self._span(i) for i in range(len(self.goals))]
        slots = range(len(self.people))
        self.lacks_in, self.saved_in = [0.0 for _ in slots], [0.0 for _ in slots]
        self._sum_up(slots)
        self.weighed: tuple[dict[int, dict[int, float]], dict[int, float]] = {}, {}

    def _lack(self, session: int, fresh: dict[int, dict[int, float]]) -> float:
        goal, span = self.goals[session], self._span(session)
        if not goal:
            return 0.0
        # A double counts its fuller slot.
        return lack(max([(fresh.get(t) or self.people[t])[session] for t in span]), goal) if span else 1.0

    def _span(self, session: int) -> tuple[int, ...]:
        slot = self.board.slot[session]
        return () if slot < 0 else (slot, slot + 1) if self.is_double[session] else (slot,)

    def _sum_up(self, slots: Iterable[int]) -> None:
        """What all sessions of a slot lack, and how much of it one person more could mend at most."""
        for t in slots:
            led = [i for i in self.people[t] if self.goals[i]]
            self.lacks_in[t] = sum([self.lacks[i] for i in led])
            # The slope of the square, which falls less and less.
            self.saved_in[t] = max([2 * sqrt(self.lacks[i]) / self.goals[i] for i in led], default=0.0)

    @property
    def total(self) -> float:
        return self.worth * sum(self.lacks)

    def session_hope(self, session: int) -> float:
        """What it lacks itself, and what its people, who may go next door when it goes, can mend there."""
        own = self.lacks[session]
        hope = own
        for t in self.spans[session]:
            people = self.people[t][session] + self.hosts[session]
            hope += min(self.lacks_in[t] - own, people * self.saved_in[t])
        return self.worth * hope

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        fresh = {t: self.board.turnout.in_slot(t) for t in slots}
        concerned = dict.fromkeys([*sessions, *(i for t in slots for i in fresh[t])])
        lacks = {i: self._lack(i, fresh) for i in concerned}
        self.weighed = fresh, lacks
        return self.worth * sum([now - self.lacks[i] for i, now in lacks.items()])

    def accept(self) -> None:
        fresh, lacks = self.weighed
        for t, people in fresh.items():
            self.people[t] = people
        for i, now in lacks.items():
            self.lacks[i], self.spans[i] = now, self._span(i)
        # A double lacks less, or more, in both its slots.
        slots = {t for i in lacks for t in self.spans[i]}.union(fresh)
        self._sum_up(slots)
        self.hopes_anew = [i for t in slots for i in self.people[t]]
