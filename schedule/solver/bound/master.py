"""The master problem of the bound: prices of sessions from the contents known so far (a linear program, GLOP).

Dantzig and Wolfe: choose contents for the slots so that every session is placed once. The duals are prices; with any
prices whatever, the sum of all prices plus, for each slot, the largest worth of a content less its prices is an
upper bound. A box around the last good prices keeps them from jumping (du Merle et al., 1999).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ortools.linear_solver import pywraplp

from .columns import Columns, Content


@dataclass(slots=True)
class Prices:
    """Prices by part and link, and what a slot of each kind still gains beyond them, as the master sees it."""

    parts: list[float]
    links: list[float]
    kinds: list[float]
    value: float
    #: contents the master uses, by kind
    used: dict[int, list[Content]] = field(default_factory=dict)
    #: the box held a price: the value says nothing
    is_boxed: bool = False


class Master:
    """A linear program that grows by columns."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.known: dict[tuple[int, Content], pywraplp.Variable] = {}
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        infinity = self.solver.infinity()
        self.objective = self.solver.Objective()
        self.objective.SetMaximization()
        # Written as ≤ for sessions that may stay out: their price is never negative.
        self.of_part = [
            self.solver.Constraint(1 if is_required else -infinity, copies)
            for is_required, copies in zip(columns.is_required, columns.copies, strict=True)
        ]
        self.of_link = [self.solver.Constraint(0, 0) for _ in columns.links]
        self.links_first: dict[tuple[int, int], list[int]] = {}
        self.links_second: dict[tuple[int, int], list[int]] = {}
        for n, link in enumerate(columns.links):
            self.links_first.setdefault((link.kind, link.first), []).append(n)
            self.links_second.setdefault((link.kind_after, link.second), []).append(n)
        self.of_kind = [self.solver.Constraint(len(k.slots), len(k.slots)) for k in columns.kinds]
        self.below: list[pywraplp.Variable] = []
        self.above: list[pywraplp.Variable] = []
        for row in (*self.of_part, *self.of_link):
            for side, sign in ((self.below, 1), (self.above, -1)):
                slack = self.solver.NumVar(0, infinity, "")
                row.SetCoefficient(slack, sign)
                side.append(slack)
        for kind in range(len(columns.kinds)):
            self.add(kind, ())

    def add(self, kind: int, content: Content) -> bool:
        """The content can be used for slots of that kind; False if it was known."""
        if (kind, content) in self.known:
            return False
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        for k in content:
            self.of_part[k].SetCoefficient(variable, 1)
            for n in self.links_first.get((kind, k), ()):
                self.of_link[n].SetCoefficient(variable, 1)
            for n in self.links_second.get((kind, k), ()):
                self.of_link[n].SetCoefficient(variable, -1)
        self.of_kind[kind].SetCoefficient(variable, 1)
        worth = self.columns.value(content, self.columns.kinds[kind].present)
        self.objective.SetCoefficient(variable, worth)
        self.known[kind, content] = variable
        return True

    def solve(self, center: list[float], width: float) -> Prices:
        """The best prices within `width` of `center` (parts, then links)."""
        for k, (below, above) in enumerate(zip(self.below, self.above, strict=True)):
            least = center[k] - width
            if k < self.columns.count and not self.columns.is_required[k]:
                least = max(0.0, least)
            self.objective.SetCoefficient(below, least)
            self.objective.SetCoefficient(above, -(center[k] + width))
        self.solver.Solve()
        used: dict[int, list[Content]] = {}
        for (kind, content), variable in self.known.items():
            if variable.solution_value() > 1e-6:
                used.setdefault(kind, []).append(content)
        return Prices(
            [row.dual_value() for row in self.of_part],
            [row.dual_value() for row in self.of_link],
            [row.dual_value() for row in self.of_kind],
            self.objective.Value(),
            used,
            is_boxed=any(s.solution_value() > 1e-6 for s in (*self.below, *self.above)),
        )
