"""Prices: what it would change if a session stood in another cell, and what that would break. All cells at once.

People appear as numbers only. That small numbers are not told is up to whoever shows them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate, product
from typing import NamedTuple

from ..bits import counted, more_in
from ..problem import Placement, Problem
from ..rules import CELL_RULES, GRID_RULES, Broken, Rule, cell_given_twice
from ..search.crowd import Crowd
from ..timeline import runs_of, seen_along


@dataclass(frozen=True, slots=True)
class CellPrice:
    """What it changes if the session stood in that cell: wishes met, and how many people see more and less."""

    gain: float
    winners: int
    losers: int
    #: who stands there now and would go where the session is now, or off the grid
    displaced: tuple[Placement, ...] = ()


class Offer(NamedTuple):
    """What runs in a slot, as sets of people: whom it keeps busy, whom a single covers, whom a double that ends."""

    busy: int
    singles: int
    ending: int


NOTHING = Offer(0, 0, 0)


def _both(one: Offer, other: Offer) -> Offer:
    return Offer(one.busy | other.busy, one.singles | other.singles, one.ending | other.ending)


class Seen:
    """Who sees something when, for any plan, broken ones as well; repeats count as sessions of their own."""

    def __init__(self, problem: Problem, placements: Iterable[Placement], crowd: Crowd | None = None) -> None:
        self.problem, self.crowd = problem, crowd or Crowd(problem)
        self.everybody = (1 << self.crowd.people) - 1
        self.runs = runs_of(problem)
        self.run_of = [run for run in self.runs for _ in run]
        self.by_slot: dict[int, list[Placement]] = defaultdict(list)
        for p in placements:
            for t in self.span(p):
                self.by_slot[t].append(p)
        self._without_one: dict[int, dict[Placement, Offer]] = {}
        self.offers = {t: self._rest(t, frozenset()) for t in range(len(problem.slots))}
        self.now = {t: people for run in self.runs for t, people in self._in_run(run, {}).items()}

    def span(self, p: Placement) -> range:
        span = self.problem.span(p.session, p.slot)
        return range(span.start, min(span.stop, len(self.problem.slots)))

    def _rest(self, slot: int, out: frozenset[Placement]) -> Offer:
        """What runs in the slot when `out` is gone."""
        if len(out) == 1:
            # All cells of a slot ask, each about another.
            if slot not in self._without_one:
                self._without_one[slot] = self._rests_without_one(slot)
            [p] = out
            return self._without_one[slot][p]
        found = NOTHING
        for p in self.by_slot[slot]:
            if p not in out:
                found = self._with(found, slot, p)
        return found

    def _rests_without_one(self, slot: int) -> dict[Placement, Offer]:
        """What runs in the slot when one of its sessions is gone, for each of them: what is before it, and after."""
        rows = self.by_slot[slot]
        offers = [self._with(NOTHING, slot, p) for p in rows]
        before = list(accumulate(offers, _both, initial=NOTHING))
        after = list(accumulate(reversed(offers), _both, initial=NOTHING))
        return {p: _both(before[i], after[len(rows) - 1 - i]) for i, p in enumerate(rows)}

    def _with(self, offer: Offer, slot: int, p: Placement) -> Offer:
        """What runs in the slot when `p` does, too."""
        busy, singles, ending = offer
        fans = self.crowd.fans[p.session]
        busy |= self.crowd.busy[p.session]
        if self.problem.sessions[p.session].length == 1:
            singles |= fans
        elif p.slot < slot:
            ending |= fans
        return Offer(busy, singles, ending)

    def _in_run(self, run: range, changed: dict[int, Offer]) -> dict[int, int]:
        """Who sees something in each slot of a run of adjoining slots; `changed` says where something else runs."""
        offers = [changed[t] if t in changed else self.offers[t] for t in run]
        free = [self.crowd.present[t] & ~offer.busy for t, offer in zip(run, offers, strict=True)]
        singles, ending = [offer.singles for offer in offers], [offer.ending for offer in offers]
        return dict(zip(run, seen_along(range(len(run)), free, singles, ending), strict=True))

    def price(self, out: Iterable[Placement], into: Iterable[Placement]) -> CellPrice:
        """What it changes if `out` goes and `into` comes."""
        out, into = frozenset(out), tuple(into)
        changed: dict[int, Offer] = {}
        for p in (*out, *into):
            for t in self.span(p):
                if t not in changed:
                    changed[t] = self._rest(t, out.intersection(self.by_slot[t]))
        for p in into:
            for t in self.span(p):
                changed[t] = self._with(changed[t], t, p)
        more, less = [], []
        for run in {self.run_of[t] for t in changed}:
            for t, after in self._in_run(run, changed).items():
                before = self.now[t]
                more.append(after & ~before)
                less.append(before & ~after)
        gain = sum(people.bit_count() for people in more) - sum(people.bit_count() for people in less)
        # Somebody may see more in one slot and less in another: what counts is both together.
        ups, downs = counted(self._by_unit(more)), counted(self._by_unit(less))
        return CellPrice(self.crowd.unit * gain, more_in(ups, downs).bit_count(), more_in(downs, ups).bit_count())

    def _by_unit(self, sets: Iterable[int]) -> Iterable[int]:
        """Sets of units as sets of people, one for each unit."""
        for units in sets:
            while units:
                yield units & self.everybody
                units >>= self.crowd.people


def price_cells(
    problem: Problem,
    placements: Iterable[Placement],
    session: int,
    at: Placement | None = None,
    crowd: Crowd | None = None,
    cells: Iterable[tuple[int, int]] | None = None,
) -> dict[tuple[int, int], CellPrice]:
    """(slot, room) to what it would change if the session stood there, for every cell it fits into by length, or for
    these `cells` alone.

    `at` is where it stands now. Whoever stands in the cell changes places with it, or is off the grid when there is
    no place to change; no other rule is asked (`breaks_in_cells` does that). `crowd` is given where who wishes what is
    known as sets already.
    """
    rows = list(placements)
    seen = Seen(problem, rows, crowd)
    cell = _cells(problem, rows)
    prices = {}
    for slot, room in _every_cell(problem) if cells is None else cells:
        if problem.span(session, slot).stop > len(problem.slots):
            continue
        new = Placement(session, slot, room)
        displaced = _displaced(problem, cell, new, at)
        out = [*displaced, *([at] if at else [])]
        price = seen.price(out, [new, *_places_back(problem, displaced, new, at)])
        prices[slot, room] = CellPrice(price.gain, price.winners, price.losers, tuple(displaced))
    return prices


def _cells(problem: Problem, rows: Iterable[Placement]) -> dict[tuple[int, int], Placement]:
    """(slot, room) to who stands there. What runs over the end of all slots changes places with nobody."""
    return {(t, p.room): p for p in rows if _ends(problem, p) for t in problem.span(p.session, p.slot)}


def _ends(problem: Problem, p: Placement) -> bool:
    return problem.span(p.session, p.slot).stop <= len(problem.slots)


def _displaced(
    problem: Problem, cell: dict[tuple[int, int], Placement], new: Placement, at: Placement | None
) -> list[Placement]:
    """Who stands where `new` would, but for itself."""
    span = problem.span(new.session, new.slot)
    return sorted({p for t in span if (p := cell.get((t, new.room))) and p != at})


def _places_back(problem: Problem, displaced: list[Placement], new: Placement, at: Placement | None) -> list[Placement]:
    """Where the displaced go: to the cell that is left, one by one as long as they fit."""
    if at is None:
        return []
    taken = {(t, new.room) for t in problem.span(new.session, new.slot)}
    left = [t for t in problem.span(at.session, at.slot) if t < len(problem.slots) and (t, at.room) not in taken]
    back = []
    for p in displaced:
        length = problem.sessions[p.session].length
        if len(left) >= length:
            back.append(Placement(p.session, left[0], at.room))
            left = left[length:]
    return back


def breaks_in_cells(
    problem: Problem,
    placements: Iterable[Placement],
    session: int,
    at: Placement | None = None,
    cells: Iterable[tuple[int, int]] | None = None,
) -> dict[tuple[int, int], list[Broken]]:
    """(slot, room) to what would be broken if the session stood there, for every cell or for these `cells` alone; not
    that somebody else does.

    Whoever stands in the cell changes places with it, as in `price_cells`, and what that breaks is named, too; where
    there is no place to change they are off the grid. Only what this adds is named, not what is broken anyway.
    """
    rows = [p for p in placements if _ends(problem, p)]
    cell = _cells(problem, rows)
    standing = _Standing(problem, [p for p in rows if p != at])
    found = {}
    for slot, room in _every_cell(problem) if cells is None else cells:
        new = Placement(session, slot, room)
        if not _ends(problem, new):
            found[slot, room] = standing.broken_alone(new)
            continue
        displaced = _displaced(problem, cell, new, at)
        found[slot, room] = standing.adding(displaced, [*_places_back(problem, displaced, new, at), new])
    return found


def _every_cell(problem: Problem) -> Iterable[tuple[int, int]]:
    return product(range(len(problem.slots)), range(len(problem.rooms)))


class Tie(NamedTuple):
    """What a rule that is about several runnings wants to know of one session."""

    rule: Rule
    #: the sessions whose places matter to it
    matter: set[int]
    #: those of them that stand
    rows: list[Placement]
    #: fewer runnings break nothing; one that the file ties to itself breaks it alone
    least: int


class _Standing:
    """What stands, by session: a rule is asked about those alone whose places matter to it."""

    def __init__(self, problem: Problem, rows: list[Placement]) -> None:
        self.problem = problem
        self.rows: dict[int, list[tuple[int, Placement]]] = defaultdict(list)
        for number, p in enumerate(rows):
            self.rows[p.session].append((number, p))
        self._rules = [(rule, rule.partners(problem)) for rule in GRID_RULES if rule is not cell_given_twice]
        self._asked: dict[int, list[Tie]] = {}

    def broken_alone(self, p: Placement) -> list[Broken]:
        return [b for rule in CELL_RULES for b in rule.broken(self.problem, [p])]

    def adding(self, out: list[Placement], into: list[Placement]) -> list[Broken]:
        """What is broken by one of `into` at least when `out` is gone; the last of them first."""
        found: list[Broken] = []
        for p in reversed(into):
            broken = self.broken_alone(p)
            for rule, matter, rows, least in self._partners(p.session) if _ends(self.problem, p) else ():
                stay = [q for q in rows if q not in out] if out else rows
                there = [*stay, *(q for q in into if q.session in matter)]
                if len(there) >= least:
                    broken += [b for b in rule.broken(self.problem, there) if p in b.placements]
            found += [b for b in broken if b not in found]
        return found

    def _partners(self, session: int) -> list[Tie]:
        """Each rule that may mind where the session is."""
        if session not in self._asked:
            ties = (self._tie(rule, session, partners.get(session, ())) for rule, partners in self._rules)
            self._asked[session] = [tie for tie in ties if tie.rows or len(tie.matter) >= tie.least]
        return self._asked[session]

    def _tie(self, rule: Rule, session: int, partners: Collection[int]) -> Tie:
        matter = {session, *partners}
        return Tie(rule, matter, self._of(matter), 1 if session in partners else 2)

    def _of(self, sessions: Iterable[int]) -> list[Placement]:
        return [p for _number, p in sorted(found for i in sessions for found in self.rows.get(i, ()))]
