"""Nobody is left with little."""

from __future__ import annotations

from ..audience import Audience, limits
from ..bits import bits_in, set_of
from ..problem import Problem
from ..timeline import seen_along
from ..translation import N_
from .concern import Concern, Followed, Follower

#: in wishes, for each square of what a person misses beyond the unavoidable; the numbers people slide are not even
SCALE = (0.0, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)


class Fairness(Concern):
    """The sum over people of the square of what each misses beyond the unavoidable."""

    NAME = "fairness"
    SENTENCE = N_("Nobody is left with little: a wish missed counts more the more a person misses already.")

    def scale(self, number: int) -> float:
        return SCALE[min(10, number)]

    def units(self, audience: Audience) -> float:
        return sum((limit - got) ** 2 for limit, got in zip(audience.limits, audience.attended_by, strict=True))

    def most_units(self, problem: Problem) -> float:
        return sum(limit**2 for limit in limits(problem))

    def follow(self, board: Followed) -> Follower:
        return MissedWishes(board, self.weight(board.problem))


class MissedWishes(Follower):
    """Who sees something in each slot, and what each person misses."""

    def __init__(self, board: Followed, weight: float) -> None:
        self.board = board
        #: of a square of units, in wishes
        self.worth = weight * board.unit**2
        self.limits = [round(limit / board.unit) for limit in limits(board.problem)]
        self.reset()

    def reset(self) -> None:
        board = self.board
        self.seen = [0] * len(board.free)
        for segment in range(len(board.segments)):
            for t, seen in self._seen_in(segment).items():
                self.seen[t] = seen
        self.missing = list(self.limits)
        for seen in self.seen:
            for bit in bits_in(seen):
                self.missing[bit % board.people] -= 1
        self._sort_by_missing()
        self.weighed: tuple[dict[int, int], dict[int, int]] = {}, {}

    def _sort_by_missing(self) -> None:
        """People by what they miss, in every unit, as a mask; who misses nothing is left out."""
        found: dict[int, list[int]] = {}
        for a, m in enumerate(self.missing):
            if m > 0:
                found.setdefault(m, []).extend(self._bits_of(a))
        self.by_missing = {m: set_of(bits) for m, bits in sorted(found.items())}

    def _bits_of(self, person: int) -> list[int]:
        return [person + self.board.people * k for k in range(self.board.units)]

    def _seen_in(self, segment: int) -> dict[int, int]:
        board, run = self.board, self.board.segments[segment]
        return dict(zip(run, seen_along(run, board.free, board.ones, board.ending), strict=True))

    @property
    def total(self) -> float:
        return self.worth * sum(m * m for m in self.missing)

    COUNTS_PEOPLE = True

    def people_hope(self, won: int, lost: int) -> float:
        saved = 0
        # (m - k)² is least improved by the first unit: k units save at most k · (2 m - 1).
        for m, people in self.by_missing.items():
            saved += (2 * m - 1) * ((won & people).bit_count() - (lost & people).bit_count())
        return self.worth * saved

    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        board = self.board
        seen: dict[int, int] = {}
        for segment in {board.segment_of[t] for t in slots}:
            # Where no double runs (any more), a slot does not reach beyond itself.
            if board.is_coupled[segment]:
                seen.update(self._seen_in(segment))
            else:
                seen.update((t, board.free[t] & board.ones[t]) for t in slots if board.segment_of[t] == segment)
        missing = self._missing_after(seen)
        self.weighed = seen, missing
        return self.worth * sum(m * m - self.missing[a] * self.missing[a] for a, m in missing.items())

    def _missing_after(self, seen: dict[int, int]) -> dict[int, int]:
        people = self.board.people
        change: dict[int, int] = {}
        for t, now in seen.items():
            before = self.seen[t]
            for bit in bits_in(now & ~before):
                change[bit % people] = change.get(bit % people, 0) - 1
            for bit in bits_in(before & ~now):
                change[bit % people] = change.get(bit % people, 0) + 1
        return {a: self.missing[a] + n for a, n in change.items() if n}

    def accept(self) -> None:
        seen, missing = self.weighed
        for t, people in seen.items():
            self.seen[t] = people
        for a, m in missing.items():
            own, before = set_of(self._bits_of(a)), self.missing[a]
            if before > 0:
                self.by_missing[before] &= ~own
            if m > 0:
                self.by_missing[m] = self.by_missing.get(m, 0) | own
            self.missing[a] = m
