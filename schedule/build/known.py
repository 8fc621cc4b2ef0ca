"""What is known of a camp once a build is done: the proof, and the most wishes met by any grid."""

from __future__ import annotations

from django.db.models import Max, Min

from .. import solver
from ..models import GridBuild
from . import border


def known_of(build: GridBuild, case: border.Case, solution: solver.Solution) -> tuple[int, int]:
    """More wishes than this no grid meets; and so many are met by one that is known.

    Both from all that is known: from this search, the grid that it replaces, and builds of the very same camp before.
    """
    before = build.camp.grid_builds.filter(
        kind=GridBuild.Kind.GRID, state=GridBuild.State.DONE, proved_of__3=build.proved_of[3]
    ).aggregate(limit=Min("limit"), alone=Max("wishes_alone"))
    alone = max(solution.wishes_alone, before["alone"] or 0)
    if border.holds(case, case.placements):
        alone = max(alone, border.draft_score(case).attended)
    limit = solution.bound if before["limit"] is None else min(solution.bound, before["limit"])
    return max(limit, alone), alone
