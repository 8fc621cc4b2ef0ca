"""How much is searched: so many moves, or as many as there is time for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from ..problem import Placement

#: progress is told, time looked at and the temperature set anew after so many moves
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of a search. With a number of moves the same job gives the same grid, on any machine."""

    seconds: float = 1.0
    #: exactly so many instead of a time
    moves: int | None = None
    seed: int = 1
    #: searches side by side, each from a seed of its own
    processes: int = 1
    #: concerns count against wishes, by the problem's weights; else they choose between grids that meet equally many
    weighted: bool = False
    #: one of the processes proves how much better a grid could be
    with_bound: bool = False
    #: a grid to begin with
    start: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """So many moves; or as many as there is time for, `moves` being what is expected."""

    moves: int
    #: from when to when, on the monotonic clock
    time: tuple[float, float] | None = None

    def parts(self, share: float) -> tuple[Work, Work]:
        """The work in two parts."""
        first = round(self.moves * share)
        if self.time is None:
            return Work(first), Work(self.moves - first)
        start, end = self.time
        middle = start + (end - start) * share
        return Work(first, (start, middle)), Work(self.moves - first, (middle, end))

    def from_now(self) -> Work:
        """As long as planned, or till the planned end if that is sooner."""
        if self.time is None:
            return self
        start, end = self.time
        now = time.monotonic()
        return Work(self.moves, (now, min(end, now + end - start)))

    def steps(self) -> Iterator[tuple[float, float]]:
        """How much is done before and after each batch, from 0 to 1; by the clock where that decides."""
        if self.time is None:
            batches = max(1, self.moves // BATCH)
            for k in range(batches):
                yield k / batches, (k + 1) / batches
            return
        start, end = self.time
        before, now = start, time.monotonic()
        step = 0.0
        while now < end:
            done = (now - start) / (end - start)
            yield max(0.0, done), min(1.0, max(0.0, done + step))
            before, now = now, time.monotonic()
            step = (now - before) / (end - start)
