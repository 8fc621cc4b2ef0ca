"""The hard rules as a CP-SAT model: to find a grid where the search finds none, to say which rules contradict each
other, and to prove the fewest moves of a repair. OR-tools does the work; without it `ImportError` is raised.

One Boolean for each session, start slot and room that no unbending rule forbids. Rules that a person could bend (a
pin, a slot ruled out, a closed room, a need, a host in two rooms …) hang on a literal each, so that a contradiction
can be told as the smallest set of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ortools.sat.python import cp_model

from .. import rules
from ..problem import Placement, Problem
from ..rules import Cause, Demand

#: cells times sessions beyond which the model is not built
LARGEST = 150_000


class TooLarge(ValueError):
    """The model would take longer than anybody waits."""


class Model:
    """Variables and rules of one problem. With `bendable`, each cause has a literal; else the rules simply hold."""

    def __init__(self, problem: Problem, *, bendable: bool = False) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.is_bendable = bendable
        self.literals: dict[Cause, cp_model.IntVar] = {}
        slots, rooms = range(len(problem.slots)), range(len(problem.rooms))
        if len(problem.sessions) * len(slots) * len(rooms) > LARGEST:
            raise TooLarge
        unbending = [rule for rule in rules.CELL_RULES if not (bendable and rule.IS_BENDABLE)]
        #: by session, (slot, room) to the Boolean that it starts there
        self.starts: list[dict[tuple[int, int], cp_model.IntVar]] = []
        for i in range(len(problem.sessions)):
            cells = {
                (t, r): self.model.new_bool_var("")
                for t in slots
                for r in rooms
                if all(rule.allows(problem, i, t, r) for rule in unbending)
            }
            self.starts.append(cells)
            self.model.add_at_most_one(cells.values())
        demands: list[Demand] = [*rules.RULES]
        if bendable:
            demands.append(rules.must_be_placed)
        for demand in demands:
            demand.bend(self)

    def running(self, session: int, slot: int) -> list[tuple[int, cp_model.IntVar]]:
        """(room, Boolean) of every start with which the session runs in that slot."""
        return [(r, x) for (t, r), x in self.starts[session].items() if slot in self.problem.span(session, t)]

    def at_most_one(self, variables: list[cp_model.IntVar], cause: Cause | None = None) -> None:
        if cause is None:
            self.model.add_at_most_one(variables)
        elif len(variables) > 1:
            self.model.add(sum(variables) <= 1).only_enforce_if(self._unless_bent(cause))

    def exactly_one(self, variables: list[cp_model.IntVar], cause: Cause) -> None:
        self.model.add(sum(variables) == 1).only_enforce_if(self._unless_bent(cause))

    def never(self, variables: list[cp_model.IntVar], cause: Cause, given: cp_model.IntVar | None = None) -> None:
        if variables:
            holds = self._unless_bent(cause)
            self.model.add(sum(variables) == 0).only_enforce_if(holds if given is None else [given, *holds])

    def _unless_bent(self, cause: Cause) -> list[cp_model.IntVar]:
        """The literal that switches a cause on; nothing where rules simply hold."""
        if not self.is_bendable:
            return []
        if cause not in self.literals:
            self.literals[cause] = self.model.new_bool_var("")
        return [self.literals[cause]]

    def solver(self, seconds: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        # One worker and a fixed seed: the same question gets the same answer.
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
        return solver

    def placements(self, solver: cp_model.CpSolver) -> list[Placement]:
        return [
            Placement(i, t, r) for i, cells in enumerate(self.starts) for (t, r), x in cells.items() if solver.value(x)
        ]


def must_place(problem: Problem) -> list[int]:
    return [i for i, session in enumerate(problem.sessions) if session.must_be_placed]


def feasible_grid(problem: Problem, seconds: float = 5.0) -> list[Placement] | None:
    """A grid with every session that must be placed; None if there is none, or none was found in time."""
    model = Model(problem)
    for i in must_place(problem):
        model.model.add(sum(model.starts[i].values()) == 1)
    solver = model.solver(seconds)
    status = solver.solve(model.model)
    return model.placements(solver) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def contradiction(problem: Problem, seconds: float = 5.0) -> list[Cause] | None:
    """A smallest set of rules and pins that cannot hold together (none can be left out); None if all can, or time
    was short.

    First the assumptions that CP-SAT names as sufficient, then one after the other is left out as long as what remains
    still contradicts itself.
    """
    model = Model(problem, bendable=True)
    causes = list(model.literals)
    if not _contradict(model, causes, seconds):
        return None
    core = _core(model, causes, seconds)
    # Rules that people least like to hear about are tried first for leaving out: then pins remain only where they
    # matter.
    for cause in sorted(core, key=_weight):
        rest = [c for c in core if c != cause]
        if _contradict(model, rest, seconds):
            core = rest
    return sorted(core, key=lambda c: (-_weight(c), c.sessions, c.host or 0, c.room or 0))


def _weight(cause: Cause) -> int:
    """How much people would mind to hear of it: the sooner a rule is read, the more it counts."""
    demands = [rules.must_be_placed, *rules.RULES]
    return -demands.index(cause.rule)


def _contradict(model: Model, causes: list[Cause], seconds: float) -> bool:
    model.model.clear_assumptions()
    model.model.add_assumptions([model.literals[cause] for cause in causes])
    return bool(model.solver(seconds).solve(model.model) == cp_model.INFEASIBLE)


def _core(model: Model, causes: list[Cause], seconds: float) -> list[Cause]:
    model.model.clear_assumptions()
    model.model.add_assumptions([model.literals[cause] for cause in causes])
    solver = model.solver(seconds)
    solver.solve(model.model)
    sufficient = set(solver.sufficient_assumptions_for_infeasibility())
    named = [cause for cause in causes if model.literals[cause].index in sufficient]
    return named if named and _contradict(model, named, seconds) else causes


def _only_the_broken(problem: Problem, rows: set[Placement], seconds: float) -> list[Placement] | None:
    """A grid of all that stand, in which only those move that cannot stay where they are: no other of all can move
    fewer. None if there is none.

    Everybody else is pinned, which leaves a model of a few cells.
    """
    stays = {p.session: p for p in rows if rules.may_stand(problem, *p)}
    if len(stays) + sum(not rules.may_stand(problem, *p) for p in rows) < len(rows):
        return None
    if rules.broken_rules(problem, stays.values()):
        return None
    pinned = replace(
        problem,
        sessions=tuple(
            replace(s, pin_slot=stays[i].slot, pin_room=stays[i].room) if i in stays else s
            for i, s in enumerate(problem.sessions)
        ),
    )
    model = Model(pinned)
    needed = {*must_place(problem), *(p.session for p in rows)}
    for i, cells in enumerate(model.starts):
        if i in needed:
            model.model.add(sum(cells.values()) == 1)
        else:
            model.model.add(sum(cells.values()) == 0)
    # A changed slot is a little more than a changed room.
    slots = {(p.session, p.slot) for p in rows}
    model.model.maximize(
        sum(x for i, cells in enumerate(model.starts) for (t, _), x in cells.items() if (i, t) in slots)
    )
    solver = model.solver(seconds)
    status = solver.solve(model.model)
    return model.placements(solver) if status == cp_model.OPTIMAL else None


def fewest_moves(
    problem: Problem, standing: Iterable[Placement], seconds: float = 5.0
) -> tuple[list[Placement], bool] | None:
    """The grid that keeps as many as possible of the runnings that stand, and whether that is proved; None if none
    was found.

    As many as can have a place, those that stand before those that must come, then as few moves as that allows; a
    changed slot counts as a little more than a changed room. What waits and need not come waits on.
    """
    rows = set(standing)
    quick = _only_the_broken(problem, rows, seconds)
    if quick is not None:
        return quick, True
    model = Model(problem)
    needed = {*must_place(problem), *(p.session for p in rows)}
    # First as many as can have a place, then as few moves as that allows: two small proofs instead of a hard one.
    placed = sum(x for i, cells in enumerate(model.starts) if i in needed for x in cells.values())
    model.model.maximize(placed)
    solver = model.solver(seconds)
    first = solver.solve(model.model)
    if first not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    model.model.add(placed == round(solver.objective_value))
    stood, slots, weight = {p.session for p in rows}, {(p.session, p.slot) for p in rows}, len(problem.sessions) + 1
    terms = []
    for i, cells in enumerate(model.starts):
        if i not in needed:
            model.model.add(sum(cells.values()) == 0)
        for (t, r), x in cells.items():
            terms.append((weight * (weight * (i in stood) + ((i, t, r) in rows)) + ((i, t) in slots)) * x)
            model.model.add_hint(x, (i, t, r) in rows)
    model.model.maximize(sum(terms))
    second = solver.solve(model.model)
    if second not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return model.placements(solver), first == second == cp_model.OPTIMAL
