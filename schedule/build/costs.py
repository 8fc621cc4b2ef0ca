"""What each concern costs in wishes, measured once a grid is built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from events.few import in_steps

from .. import solver
from .border import Case, holds

Grid = Sequence[solver.Placement]


def concern_costs(
    case: Case,
    told: solver.Problem,
    grid: Grid,
    *,
    wishes_alone: int,
    seconds: float,
    seed: int,
    is_wanted: Callable[[], bool],
) -> dict[str, int] | None:
    """By concern that can matter, about how many wishes more are met without it, as it is told: 0 for a few.

    Measured: from this grid on one search goes on with all of them, and one without each, all for that many seconds.
    What is best is chosen among all grids that are known by then, the one that was replaced too; and where only one
    concern matters, `wishes_alone` is what is met without it. None as soon as nobody wants to know any more.
    """
    problem = case.solvable
    start = tuple(p for p in grid if p not in case.fixed)
    matter = [concern.NAME for concern in solver.CONCERNS if concern.can_matter(problem)]
    weighed = {"": problem.weights, **{name: replace(problem.weights, **{name: 0.0}) for name in matter}}
    grids = [grid, case.placements] if holds(case, case.placements) else [grid]
    for weights in weighed.values():
        job = solver.Job(seconds=seconds, seed=seed, weighted=True, start=start)
        found = solver.solve(replace(problem, weights=weights), job, lambda progress: is_wanted())
        if not is_wanted():
            return None
        grids.append(sorted([*found.placements, *case.fixed]))
    known = [_Known(solver.score(case.problem, rows), solver.score(told, rows).attended) for rows in grids]
    best = {name: _best(known, replace(problem, weights=weights)) for name, weights in weighed.items()}
    costs = {name: best[name].told - best[""].told for name in matter}
    if len(matter) == 1:
        costs[matter[0]] = max(costs[matter[0]], wishes_alone - best[""].score.attended)
    return {name: in_steps(max(0, cost)) for name, cost in costs.items()}


@dataclass(frozen=True, slots=True)
class _Known:
    """A grid that was found, and the wishes that it meets of those that are told."""

    score: solver.Score
    told: int

    def value(self, problem: solver.Problem) -> float:
        """In wishes, by the weights of that problem."""
        return self.score.attended - self.score.soft_cost(problem)


def _best(known: list[_Known], problem: solver.Problem) -> _Known:
    return max(known, key=lambda one: one.value(problem))
