"""Ways to repair a draft, in words."""

from __future__ import annotations

from dataclasses import dataclass

from events.few import in_steps

from .. import solver
from ..build.border import Case
from .words import move_in_words


@dataclass(frozen=True, slots=True)
class Mending:
    """One way to repair the draft."""

    moves: list[str]
    moved: int
    #: as they are told: in steps of five, 0 for a few
    people: int
    attended: int
    #: people expected who would have no seat
    standing: int
    is_fewest: bool
    rows: list[list[int]]


def repairs(case: Case, told: solver.Problem, *, seconds: float, seed: int = 1) -> list[Mending]:
    """Ways to mend the draft, the one with the fewest moves first; made from `read_case(camp, mending=True)`.

    They are looked for with today's wishes. What is told of them in numbers is worked out from `told`: the same camp
    with the wishes of the snapshot (`Case.shown`).
    """
    standing = [p for p in case.placements if p not in case.fixed]
    found = [
        _in_numbers(case, told, repair)
        for repair in solver.repairs(case.solvable, standing, seconds=seconds, seed=seed)
    ]
    # Of those that move equally many the order, too, tells no more than what is told.
    return sorted(found, key=lambda one: (not one.is_fewest, one.moved, -one.attended, one.standing, one.rows))


def quick_repairs(case: Case, told: solver.Problem) -> list[Mending]:
    """As `repairs`, at once and without proof, for whoever waits; what waits for a place goes on waiting."""
    standing = [p for p in case.placements if p not in case.fixed]
    return [_in_numbers(case, told, repair) for repair in solver.quick_repairs(case.solvable, standing)]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a grid costs beside the one that stands, as it is told: in steps of five, 0 for a few."""

    #: wishes more, or fewer if negative
    gain: int
    #: people expected who have no seat: in this grid, and in the one that stands
    standing: int
    stood: int


def cost_of(case: Case, told: solver.Problem, rows: list[list[int]]) -> Cost:
    """What it costs if the grid is these rows of [pitch, slot, room] by id, and no other."""
    pitches, slots, rooms = (
        {row.pk: at for at, row in enumerate(found)} for found in (case.pitches, case.slots, case.rooms)
    )
    placements = [solver.Placement(pitches[p], slots[t], rooms[r]) for p, t, r in rows]
    before, after = solver.score(told, case.placements), solver.score(told, sorted(placements))
    return Cost(
        in_steps(after.attended - before.attended),
        in_steps(after.concerns["seats"]),
        in_steps(before.concerns["seats"]),
    )


def _in_numbers(case: Case, told: solver.Problem, repair: solver.Repair) -> Mending:
    rows = sorted([*repair.placements, *case.fixed])
    found = solver.score(told, rows)
    return Mending(
        moves=[move_in_words(case, move) for move in repair.moves],
        moved=repair.moved,
        people=in_steps(solver.people_touched(told, [move.session for move in repair.moves])),
        attended=in_steps(found.attended),
        standing=in_steps(found.concerns["seats"]),
        is_fewest=repair.is_fewest,
        rows=case.rows(rows),
    )
