"""What a build has so far, for pages to show."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from events import stamps

from .. import solver
from ..models import GridBuild
from . import border


class Sketches:
    """Writes down the grid that a search has so far, for pages to show: the first soon, and as it gets better."""

    #: seconds to the first
    FIRST = 0.3
    #: seconds between two at least; and this many times as long as it takes to make one
    PAUSE, SPARE = 1.0, 10

    def __init__(self, build: GridBuild, case: border.Case, told: solver.Problem) -> None:
        self.build, self.case, self.told = build, case, told
        self.next_at = self.FIRST
        self.shown: Sequence[int] = ()
        self.grid: Callable[[border.Progress], list[solver.Placement]] | None = None

    def __call__(self, progress: border.Progress) -> None:
        if progress.seconds < self.next_at or progress.starts is self.shown:
            return
        began = time.monotonic()
        self.grid = self.grid or border.sketched(self.case)
        grid, self.shown = self.grid(progress), progress.starts
        self.build.tell(
            plan=self.case.rows(grid),
            told_attended=border.told_attended(self.told, grid),
            sketches=self.build.sketches + 1,
        )
        stamps.bump(self.build.camp, stamps.DRAFT)
        self.next_at = progress.seconds + max(self.PAUSE, self.SPARE * (time.monotonic() - began))
