"""The best choice of one content for each slot from a pool: set partitioning (SCIP)."""

from __future__ import annotations

from math import floor

from ortools.linear_solver import pywraplp

from .columns import SAFETY, Columns, Content


def best_partition(
    columns: Columns, pool: list[tuple[int, Content]], incumbent: int, seconds: float
) -> tuple[int, tuple[int, ...] | None] | None:
    """What the pool can make at most, never below `incumbent`; with the grid it makes, where there are no doubles.

    None when nothing came out in time.
    """
    solver = pywraplp.Solver.CreateSolver("SCIP")
    solver.SetTimeLimit(max(1, round(seconds * 1000)))
    of_part = [
        solver.Constraint(1 if is_required else 0, copies)
        for is_required, copies in zip(columns.is_required, columns.copies, strict=True)
    ]
    of_kind = [solver.Constraint(len(kind.slots), len(kind.slots)) for kind in columns.kinds]
    of_link = [solver.Constraint(0, 0) for _ in columns.links]
    objective = solver.Objective()
    objective.SetMaximization()
    chosen = []
    for n, content in pool:
        variable = solver.IntVar(0, len(columns.kinds[n].slots), "")
        objective.SetCoefficient(variable, columns.value(content, columns.kinds[n].present))
        of_kind[n].SetCoefficient(variable, 1)
        for k in content:
            of_part[k].SetCoefficient(variable, 1)
        chosen.append(variable)
    for row, link in zip(of_link, columns.links, strict=True):
        for variable, (n, content) in zip(chosen, pool, strict=True):
            if n == link.kind and link.first in content:
                row.SetCoefficient(variable, 1)
            if n == link.kind_after and link.second in content:
                row.SetCoefficient(variable, -1)
    parameters = pywraplp.MPSolverParameters()
    parameters.SetDoubleParam(parameters.RELATIVE_MIP_GAP, 0.0)
    status = solver.Solve(parameters)
    if status == pywraplp.Solver.INFEASIBLE:
        return incumbent, None
    if status in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        bound = max(incumbent, floor(objective.BestBound() * columns.unit + SAFETY))
        starts = None if columns.links else _starts(columns, pool, [v.solution_value() for v in chosen])
        return bound, starts
    return None


def _starts(columns: Columns, pool: list[tuple[int, Content]], chosen: list[float]) -> tuple[int, ...]:
    starts = [-1] * len(columns.problem.sessions)
    left = [list(kind.slots) for kind in columns.kinds]
    for (n, content), often in zip(pool, chosen, strict=True):
        for _ in range(round(often)):
            slot = left[n].pop()
            for k in content:
                starts[columns.parts[k]] = slot
    return tuple(starts)
