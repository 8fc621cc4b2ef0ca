"""Reasons: why a session found no place, who wants two sessions that run at once.

People appear as numbers only. That small numbers are not told is up to whoever shows them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ..problem import Placement, Problem
from ..rules import CELL_RULES, GRID_RULES, Rule, broken_rules, may_stand, room_has_features
from ..search.crowd import Crowd
from ..translation import N_
from .prices import Seen

ROOM_WITH = N_("A room with %(needs)s would make a place.")
FEWER_INSTEAD = N_("In place of session %(session)d (slot %(slot)d, room %(room)d) %(n)g fewer wishes would be met.")
MORE_INSTEAD = N_("In place of session %(session)d (slot %(slot)d, room %(room)d) %(n)g more wishes would be met.")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a session has no place, as a sentence, and what would make room."""

    #: constant in English, to be translated
    sentence: str
    #: the rule that stands in the way, if it is one alone
    rule: Rule | None = None
    #: it could take the place of this running, which would change the wishes met by `gain` (below zero: fewer)
    instead_of: Placement | None = None
    gain: float = 0.0
    #: what a room would need to have
    lacks: frozenset[str] = frozenset()

    def __str__(self) -> str:
        texts = [self.sentence]
        if self.lacks:
            texts.append(ROOM_WITH % {"needs": ", ".join(sorted(self.lacks))})
        if p := self.instead_of:
            there = {"session": p.session, "slot": p.slot, "room": p.room, "n": abs(self.gain)}
            texts.append((FEWER_INSTEAD if self.gain < 0 else MORE_INSTEAD) % there)
        return " ".join(texts)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sessions at the same time, and how many people want both."""

    one: Placement
    other: Placement
    people: int


def clashes(problem: Problem, placements: Iterable[Placement]) -> list[Clash]:
    """Pairs of sessions that run at the same time and that somebody wants both of, the most wanted first."""
    by_slot: dict[int, list[Placement]] = defaultdict(list)
    for p in placements:
        for t in problem.span(p.session, p.slot):
            by_slot[t].append(p)
    crowd = Crowd(problem)
    everybody = (1 << crowd.people) - 1
    found = {}
    for _, rows in sorted(by_slot.items()):
        for n, one in enumerate(rows):
            for other in rows[n + 1 :]:
                both = (crowd.fans[one.session] & crowd.fans[other.session] & everybody).bit_count()
                if both and one.session != other.session:
                    found[one, other] = Clash(one, other, both)
    return sorted(found.values(), key=lambda c: (-c.people, c.one, c.other))


# -- not placed ----------------------------------------------------------------------------------


#: cells times sessions asked about, beyond which who could make way is not looked for
PATIENCE = 4_000
#: empty cells that are tried at most
EMPTY_CELLS = 50
TAKEN = N_("Every room and slot it could use is taken by a session that more people would miss.")


def all_unplaced(problem: Problem, placements: Iterable[Placement]) -> dict[int, Reason]:
    """The reason for every session that has no cell; for very many of them without looking for who could make way."""
    rows = list(placements)
    placed = {p.session for p in rows}
    missing = [i for i in range(len(problem.sessions)) if i not in placed]
    thorough = len(missing) * len(problem.slots) * len(problem.rooms) <= PATIENCE
    # Those who ask for the same get the same answer.
    known: dict[tuple[object, ...], Reason] = {}
    reasons = {}
    for i in missing:
        s = problem.sessions[i]
        key = (s.length, s.features, s.unavailable, s.pin_slot, s.pin_room, s.hosts, i if thorough else None)
        if key not in known:
            known[key] = why_unplaced(problem, rows, i, thorough=thorough)
        reasons[i] = known[key]
    return reasons


def why_unplaced(problem: Problem, placements: Iterable[Placement], session: int, *, thorough: bool = True) -> Reason:
    """The reason a session has no cell in a plan, and what would make room; `thorough`: who could make way, too."""
    rows = list(placements)
    slots, rooms = range(len(problem.slots)), range(len(problem.rooms))
    if not problem.slots or not problem.rooms:
        return Reason(N_("The camp has no room or no slot for sessions."))
    cells = [(t, r) for t in slots for r in rooms if may_stand(problem, session, t, r)]
    if not cells:
        return _no_cell(problem, session)
    taken = {(t, p.room): p for p in rows for t in problem.span(p.session, p.slot)}
    empty = [(t, r) for t, r in cells if all((q, r) not in taken for q in problem.span(session, t))]
    if not empty:
        if not thorough:
            return Reason(TAKEN)
        return _all_taken(problem, rows, session, cells, taken)
    # From the whole day: the first of them are all of the morning.
    tried = empty[:: len(empty) // EMPTY_CELLS + 1]
    broken = [_broken_by(problem, rows, Placement(session, t, r)) for t, r in tried]
    for rule in GRID_RULES:
        if all(rule in found for found in broken):
            return Reason(rule.NO_CELL, rule)
    return Reason(N_("In every cell that is free some rule would be broken."))


def _broken_by(problem: Problem, rows: list[Placement], p: Placement) -> set[Rule]:
    return {b.rule for b in broken_rules(problem, [*rows, p]) if p in b.placements}


def _no_cell(problem: Problem, session: int) -> Reason:
    slots, rooms = range(len(problem.slots)), range(len(problem.rooms))
    wanted = problem.sessions[session].features
    # What the room with the most of it still lacks.
    lacks = min((wanted - room.features for room in problem.rooms), key=lambda f: (len(f), sorted(f)))
    for rule in CELL_RULES:
        if not any(rule.allows(problem, session, t, r) for t in slots for r in rooms):
            return Reason(
                rule.NO_CELL,
                rule,
                lacks=wanted if rule is room_has_features and lacks else frozenset(),
            )
    return Reason(
        N_("No room that has what it needs is open in a slot its hosts can make."),
        lacks=wanted,
    )


def _all_taken(
    problem: Problem,
    rows: list[Placement],
    session: int,
    cells: list[tuple[int, int]],
    taken: dict[tuple[int, int], Placement],
) -> Reason:
    """Every cell is taken: who could make way at the least cost."""
    seen = Seen(problem, rows)
    best: tuple[float, Placement] | None = None
    for t, r in cells:
        there = {p for q in problem.span(session, t) if (p := taken.get((q, r)))}
        if len(there) != 1:
            continue
        (other,) = there
        fixed = problem.sessions[other.session]
        new = Placement(session, t, r)
        if fixed.pin_slot is not None or broken_rules(problem, [*(p for p in rows if p != other), new]):
            continue
        gain = seen.price([other], [new]).gain
        if best is None or (gain, other) > best:
            best = gain, other
    if best is None:
        return Reason(N_("Every room and slot it could use is taken by a session that cannot make way."))
    return Reason(TAKEN, instead_of=best[1], gain=best[0])
