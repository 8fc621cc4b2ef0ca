"""Reasons: why a session found no place, what a cell would cost, who wants two sessions that run at once.

People appear as numbers only. That small numbers are not told is up to whoever shows them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .crowd import Crowd, bits_in
from .problem import Placement, Problem
from .rules import CELL_RULES, PLAN_RULES, Rule, broken_rules, may_stand, room_has_features, sentence


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a session has no place, as a sentence, and what would make room."""

    sentence: str
    #: the rule that stands in the way, if it is one alone
    rule: Rule | None = None
    #: it could take the place of this running, which would change the wishes met by `gain` (below zero: fewer)
    instead_of: Placement | None = None
    gain: float = 0.0
    #: what a room would need to have
    lacks: frozenset[str] = frozenset()

    def __str__(self) -> str:
        text = self.sentence
        if self.lacks:
            text += f" A room with {', '.join(sorted(self.lacks))} would make a place."
        if self.instead_of:
            change = f"{-self.gain:g} fewer" if self.gain < 0 else f"{self.gain:g} more"
            p = self.instead_of
            text += f" In place of session {p.session} (slot {p.slot}, room {p.room}) {change} wishes would be met."
        return text


@dataclass(frozen=True, slots=True)
class CellPrice:
    """What it changes if the session stood in that cell: wishes met, and how many people see more and less."""

    gain: float
    winners: int
    losers: int
    #: who stands there now and would go where the session is now, or off the grid
    displaced: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sessions at the same time, and how many people want both."""

    one: Placement
    other: Placement
    people: int


class Seen:
    """Who sees something when, for any plan, broken ones as well; repeats count as sessions of their own."""

    def __init__(self, problem: Problem, placements: Iterable[Placement]) -> None:
        self.problem, self.crowd = problem, Crowd(problem)
        self.rows = list(placements)
        self.runs: list[range] = []
        start = 0
        for t, slot in enumerate(problem.slots):
            if not slot.next or t + 1 == len(problem.slots):
                self.runs.append(range(start, t + 1))
                start = t + 1
        self.run_of = [k for k, run in enumerate(self.runs) for _ in run]
        self.by_slot: dict[int, list[Placement]] = defaultdict(list)
        for p in self.rows:
            for t in self.span(p):
                self.by_slot[t].append(p)
        self.now = {t: people for k in range(len(self.runs)) for t, people in self.in_run(k, {}).items()}

    def span(self, p: Placement) -> range:
        span = self.problem.span(p.session, p.slot)
        return range(span.start, min(span.stop, len(self.problem.slots)))

    def in_run(self, run: int, changed: dict[int, list[Placement]]) -> dict[int, int]:
        """The people who see something in each slot of a run of adjoining slots, some slots holding what `changed`
        says.
        """
        crowd, sessions = self.crowd, self.problem.sessions
        seen, gain, free_before = {}, 0, 0
        for t in self.runs[run]:
            ones = ending = busy = 0
            for p in changed[t] if t in changed else self.by_slot[t]:
                busy |= crowd.busy[p.session]
                if sessions[p.session].length == 1:
                    ones |= crowd.fans[p.session]
                elif p.slot < t:
                    ending |= crowd.fans[p.session]
            free = crowd.present[t] & ~busy
            gain = free & (ones | (ending & free_before & ~gain))
            seen[t], free_before = gain, free
        return seen

    def price(self, out: Iterable[Placement], into: Iterable[Placement]) -> CellPrice:
        """What it changes if `out` goes and `into` comes."""
        out, into = tuple(out), tuple(into)
        changed: dict[int, list[Placement]] = {}
        for p in (*out, *into):
            for t in self.span(p):
                if t not in changed:
                    changed[t] = [q for q in self.by_slot[t] if q not in out]
        for p in into:
            for t in self.span(p):
                changed[t].append(p)
        crowd = self.crowd
        units: dict[int, int] = defaultdict(int)
        for run in {self.run_of[t] for t in changed}:
            for t, after in self.in_run(run, changed).items():
                before = self.now[t]
                for bit in bits_in(after & ~before):
                    units[bit % crowd.people] += 1
                for bit in bits_in(before & ~after):
                    units[bit % crowd.people] -= 1
        return CellPrice(
            crowd.unit * sum(units.values()),
            sum(n > 0 for n in units.values()),
            sum(n < 0 for n in units.values()),
            tuple(p for p in out if not into or p.session != into[0].session),
        )


def price_cells(
    problem: Problem, placements: Iterable[Placement], session: int, at: Placement | None = None
) -> dict[tuple[int, int], CellPrice]:
    """(slot, room) to what it would change if the session stood there, for every cell it fits into by length.

    `at` is where it stands now. Whoever stands in the cell changes places with it, or is off the grid when there is
    no place to change; no other rule is asked (`rules.broken_rules` does that).
    """
    rows = list(placements)
    seen = Seen(problem, rows)
    cell = {(t, p.room): p for p in rows for t in seen.span(p)}
    prices = {}
    for slot in range(len(problem.slots)):
        span = problem.span(session, slot)
        if span.stop > len(problem.slots):
            continue
        for room in range(len(problem.rooms)):
            there = {p for t in span if (p := cell.get((t, room))) and p != at}
            displaced = sorted(there)
            back = _places_back(problem, displaced, Placement(session, slot, room), at)
            out = [*displaced, *([at] if at else [])]
            price = seen.price(out, [Placement(session, slot, room), *back])
            prices[slot, room] = CellPrice(price.gain, price.winners, price.losers, tuple(displaced))
    return prices


def _places_back(problem: Problem, displaced: list[Placement], new: Placement, at: Placement | None) -> list[Placement]:
    """Where the displaced go: to the cell that is left, one by one as long as they fit."""
    if at is None:
        return []
    taken = {(t, new.room) for t in problem.span(new.session, new.slot)}
    left = [t for t in problem.span(at.session, at.slot) if (t, at.room) not in taken]
    back = []
    for p in displaced:
        length = problem.sessions[p.session].length
        if len(left) >= length:
            back.append(Placement(p.session, left[0], at.room))
            left = left[length:]
    return back


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
TAKEN = "Every room and slot it could use is taken by a session that more people would miss."


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
        return Reason("The camp has no room or no slot for sessions.")
    cells = [(t, r) for t in slots for r in rooms if may_stand(problem, session, t, r)]
    if not cells:
        return _no_cell(problem, session)
    taken = {(t, p.room): p for p in rows for t in problem.span(p.session, p.slot)}
    empty = [(t, r) for t, r in cells if all((q, r) not in taken for q in problem.span(session, t))]
    if not empty:
        if not thorough:
            return Reason(TAKEN)
        return _all_taken(problem, rows, session, cells, taken)
    broken = [_broken_by(problem, rows, Placement(session, t, r)) for t, r in empty[:EMPTY_CELLS]]
    for rule in PLAN_RULES:
        if all(rule in found for found in broken):
            return Reason(f"In every cell that is free a rule would be broken: {sentence(rule)}", rule)
    return Reason("In every cell that is free its hosts lead another session, or an order would be broken.")


def _broken_by(problem: Problem, rows: list[Placement], p: Placement) -> set[Rule]:
    return {b.rule for b in broken_rules(problem, [*rows, p]) if p in b.placements}


def _no_cell(problem: Problem, session: int) -> Reason:
    slots, rooms = range(len(problem.slots)), range(len(problem.rooms))
    wanted = problem.sessions[session].features
    # What the room with the most of it still lacks.
    lacks = min((wanted - room.features for room in problem.rooms), key=lambda f: (len(f), sorted(f)))
    for rule in CELL_RULES:
        if not any(rule(problem, session, t, r) for t in slots for r in rooms):
            return Reason(
                f"No cell of the grid will do: {sentence(rule)}",
                rule,
                lacks=wanted if rule is room_has_features and lacks else frozenset(),
            )
    return Reason(
        "No room that has what it needs is open in a slot its hosts can make.",
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
        return Reason("Every room and slot it could use is taken by a session that cannot make way.")
    return Reason(TAKEN, instead_of=best[1], gain=best[0])
