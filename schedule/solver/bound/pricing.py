"""The largest worth of a content less its prices, exactly: a small integer program for each kind of slot (SCIP)."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.linear_solver import pywraplp

from ..bits import bits_in
from .columns import Columns, Content, SlotKind

#: Few cuts: the programs are small, and their time goes into nodes.
PARAMETERS = "separating/maxrounds = 0\nseparating/maxroundsroot = 5\nrandomization/randomseedshift = 1"


@dataclass(frozen=True, slots=True)
class Priced:
    """No content of the kind is worth more than `most` beyond its prices; `content` is the best one found."""

    most: float
    content: Content | None


class Pricing:
    """The integer program of one kind; prices change, the rest stays."""

    def __init__(self, columns: Columns, kind: SlotKind) -> None:
        self.kind = kind
        self.solver = solver = pywraplp.Solver.CreateSolver("SCIP")
        solver.SetSolverSpecificParametersAsString(PARAMETERS)
        self.objective = solver.Objective()
        self.objective.SetMaximization()
        self.inside = {k: solver.BoolVar("") for k in kind.allowed}
        infinity = solver.infinity()
        size = solver.Constraint(kind.least, kind.most)
        for variable in self.inside.values():
            size.SetCoefficient(variable, 1)
        for limited, most in kind.limits:
            row = solver.Constraint(0, most)
            for k in limited:
                row.SetCoefficient(self.inside[k], 1)
        hosted: dict[int, list[int]] = {}
        for k in kind.allowed:
            for host in bits_in(columns.hosts[k]):
                hosted.setdefault(host, []).append(k)
        for parts in hosted.values():
            if len(parts) > 1:
                row = solver.Constraint(0, 1)
                for k in parts:
                    row.SetCoefficient(self.inside[k], 1)
        for (fans, hosting), worth in _groups(columns, kind, hosted).items():
            seen = solver.NumVar(0, 1, "")
            self.objective.SetCoefficient(seen, worth)
            row = solver.Constraint(-infinity, 0)
            row.SetCoefficient(seen, 1)
            for k in fans:
                row.SetCoefficient(self.inside[k], -1)
            if hosting:
                row = solver.Constraint(-infinity, 1)
                row.SetCoefficient(seen, 1)
                for k in hosting:
                    row.SetCoefficient(self.inside[k], 1)

    def price(self, prices: list[float], seconds: float) -> Priced:
        """The best content at these prices, and what none can exceed; after `seconds` the two may differ."""
        for k, variable in self.inside.items():
            self.objective.SetCoefficient(variable, -prices[k])
        self.solver.SetTimeLimit(max(1, round(seconds * 1000)))
        status = self.solver.Solve()
        # SCIP's tolerances: the bound must never be too small.
        most = self.objective.BestBound() + 1e-6
        content = None
        if status in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
            content = tuple(k for k, variable in self.inside.items() if variable.solution_value() > 0.5)
        return Priced(most, content)


def _groups(columns: Columns, kind: SlotKind, hosted: dict[int, list[int]]) -> dict[tuple[Content, Content], int]:
    """People alike in what they wish and host, and what all of them together are worth."""
    groups: dict[tuple[Content, Content], int] = {}
    for worth, fans in zip(columns.worth, columns.fans, strict=True):
        wished: dict[int, list[int]] = {}
        for k in kind.allowed:
            for person in bits_in(fans[k] & kind.present):
                wished.setdefault(person, []).append(k)
        for person, parts in sorted(wished.items()):
            key = tuple(parts), tuple(hosted.get(person, ()))
            groups[key] = groups.get(key, 0) + worth
    return groups
