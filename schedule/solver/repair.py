"""Repair of a running day: a room, a host or a slot is lost, a session comes or goes, a room gets smaller.

The problem already says what is true now; what has begun is pinned. First the grid that keeps as many sessions as can
have a place, with as few moves as that allows (proved by CP-SAT), then what a few moves more would win back in wishes,
then the best grid if moves did not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .answers.diff import Move, moves_between, people_touched
from .audience import expected_people
from .problem import Placement, Problem, Session
from .rules import broken_rules
from .score import score
from .search.work import Job
from .solve import solve

#: what one more move must win, in wishes, in the middle alternative; and people who get a seat by another room
WORTH_A_MOVE, SEATS_WORTH_A_MOVE = 4.0, 5.0


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to mend the grid."""

    placements: list[Placement]
    moves: list[Move]
    attended: int
    #: people who wish or lead something that moves
    people: int
    #: people expected who would have no seat
    standing: float
    #: proved: no other that keeps as many sessions on the grid moves fewer
    is_fewest: bool = False

    @property
    def moved(self) -> int:
        return len(self.moves)


def repairs(problem: Problem, standing: Iterable[Placement], *, seconds: float = 1.0, seed: int = 1) -> list[Repair]:
    """Two or three ways to mend the grid that stands, the one with the fewest moves first.

    None takes a session off the grid that could stay, be it for one that waited and that more people want. Alternatives
    that move more than another without meeting more wishes or seating more people are left out.
    """
    rows, single, repeats = _parted(standing)
    first = _fewest(problem, single, seconds)
    found = _ways_from(problem, single, first, Job(seconds=seconds / 2, seed=seed))
    if repeats:
        found = [_with_repeats(problem, rows, repeats, repair) for repair in found]
    return _worth_showing(found)


def quick_repairs(problem: Problem, standing: Iterable[Placement], *, moves: int = 12_000) -> list[Repair]:
    """As `repairs`, for whoever stands in the hall and waits: nothing is proved, and only what is on the grid is looked
    at. The same grid has the same answer: so many moves are searched, not so many seconds.
    """
    rows, single, repeats = _parted(standing)
    never, placed = frozenset(range(len(problem.slots))), _sessions_of(single)
    problem = replace(
        problem,
        sessions=tuple(s if i in placed else replace(s, unavailable=never) for i, s in enumerate(problem.sessions)),
    )
    job = Job(moves=moves)
    found = [_others_stay(problem, single, job), *_ways_from(problem, single, _near(problem, single, job), job)]
    if repeats:
        found = [_with_repeats(problem, rows, repeats, repair) for repair in found]
    # Of two that drop equally many, as always, one that moves more has to win something by it.
    by_drops: dict[int, list[Repair]] = {}
    for repair in found:
        by_drops.setdefault(-len(repair.placements), []).append(repair)
    return [repair for drops in sorted(by_drops) for repair in _worth_showing(by_drops[drops])]


def _others_stay(problem: Problem, rows: list[Placement], job: Job) -> Repair:
    """What breaks nothing stays where it is; the rest goes where that leaves a place, or waits."""
    kept = _unbroken(problem, rows)
    pinned = {p.session: p for p in kept}
    sessions = tuple(
        replace(s, copies=1, pin_slot=pinned[i].slot, pin_room=pinned[i].room) if i in pinned else replace(s, copies=1)
        for i, s in enumerate(problem.sessions)
    )
    found = solve(replace(problem, sessions=sessions), replace(job, start=tuple(kept))).placements
    return _described(problem, rows, kept if broken_rules(problem, found) else settled(problem, found, rows))


def _parted(standing: Iterable[Placement]) -> tuple[list[Placement], list[Placement], list[Placement]]:
    """All; the first running of each; the others."""
    rows = sorted(standing)
    single = [p for k, p in enumerate(rows) if all(q.session != p.session for q in rows[:k])]
    return rows, single, [p for p in rows if p not in single]


def _ways_from(problem: Problem, single: list[Placement], first: Repair, job: Job) -> list[Repair]:
    """The first way to mend it, and those that win more by a few moves more, and by any number."""
    found, legal = [first], first.placements
    kept = _required(problem, legal)
    near = replace(kept, published=tuple(single), weights=replace(problem.weights, calm=WORTH_A_MOVE))
    middle = solve(near, replace(job, weighted=True, start=tuple(legal))).placements
    found.append(_described(problem, single, settled(problem, middle, single)))
    free = replace(kept, published=tuple(single), weights=replace(problem.weights, calm=0.0))
    best = solve(free, replace(job, start=tuple(legal))).placements
    found.append(_described(problem, single, settled(problem, best, single)))
    return [repair for repair in found if _sessions_of(repair.placements) >= _sessions_of(legal)]


def _fewest(problem: Problem, rows: list[Placement], seconds: float) -> Repair:
    try:
        from .answers.contradiction import TooLarge, fewest_moves

        try:
            answer = fewest_moves(problem, rows, seconds=max(1.0, seconds))
        except TooLarge:
            answer = None
    except ImportError:
        answer = None
    if answer is not None:
        placements, is_proved = _wishes_won_back(problem, rows, answer[0]), answer[1]
        return _described(problem, rows, placements, is_fewest=is_proved)
    return _near(problem, rows, Job(seconds=seconds / 2))


def _near(problem: Problem, rows: list[Placement], job: Job) -> Repair:
    """Without the model: what breaks nothing is kept, and the search places the rest."""
    kept = _unbroken(problem, rows)
    near = replace(_required(problem, rows), published=tuple(rows), weights=replace(problem.weights, calm=100.0))
    solution = solve(near, replace(job, weighted=True, start=tuple(kept)))
    return _described(problem, rows, settled(problem, solution.placements, rows))


def _unbroken(problem: Problem, rows: Iterable[Placement]) -> list[Placement]:
    """Those that can stand beside each other; of two that cannot, the first."""
    alone = [p for p in rows if not broken_rules(problem, [p])]
    if not broken_rules(problem, alone):
        return alone
    kept: list[Placement] = []
    for p in alone:
        if not broken_rules(problem, [*kept, p]):
            kept.append(p)
    return kept


def _required(problem: Problem, placements: Iterable[Placement]) -> Problem:
    """The same, but no wish is worth leaving out what has a place here."""
    placed = _sessions_of(placements)
    return replace(
        problem,
        sessions=tuple(replace(s, required=True) if i in placed else s for i, s in enumerate(problem.sessions)),
    )


def _sessions_of(placements: Iterable[Placement]) -> set[int]:
    return {p.session for p in placements}


def _wishes_won_back(problem: Problem, rows: list[Placement], mended: list[Placement]) -> list[Placement]:
    """The same sessions and no more moves, but those that move go where most can be at them.

    What stays is pinned, what has no place waits on, the rest is searched.
    """
    pinned = {p.session: p for p in set(rows) & set(mended)}
    placed, never = _sessions_of(mended), frozenset(range(len(problem.slots)))

    def narrowed(i: int, s: Session) -> Session:
        if i in pinned:
            return replace(s, copies=1, pin_slot=pinned[i].slot, pin_room=pinned[i].room)
        if i in placed:
            return replace(s, copies=1, required=True)
        return replace(s, unavailable=never)

    calm = replace(problem, sessions=tuple(narrowed(i, s) for i, s in enumerate(problem.sessions)))
    better = solve(calm, Job(moves=20_000, start=tuple(mended))).placements
    if broken_rules(problem, better) or _sessions_of(better) != placed:
        return mended
    if len(moves_between(rows, better)) > len(moves_between(rows, mended)):
        return mended
    return better if score(problem, better).attended >= score(problem, mended).attended else mended


def settled(problem: Problem, placements: list[Placement], standing: list[Placement]) -> list[Placement]:
    """The same slots, but nobody changes rooms without need: whoever stays in a slot keeps the room.

    Unless that is not legal, or several people would get a seat by the change.
    """
    people = expected_people(problem, placements)
    rooms = {(p.session, p.slot): p.room for p in standing}

    def short_of_seats(p: Placement, room: int) -> float:
        return max(0.0, people[p] - problem.rooms[room].capacity)

    leaving = [
        p
        for p in placements
        if short_of_seats(p, rooms.get((p.session, p.slot), p.room)) - short_of_seats(p, p.room) >= SEATS_WORTH_A_MOVE
    ]
    # Whoever has the room that somebody goes to has to go as well.
    while leaving:
        p = leaving.pop()
        rooms.pop((p.session, p.slot), None)
        leaving += [q for q in placements if q.slot == p.slot and rooms.get((q.session, q.slot)) == p.room]
    kept = [p._replace(room=rooms.get((p.session, p.slot), p.room)) for p in placements]
    stays = [p for p in kept if (p.session, p.slot) in rooms]
    result, taken = [], {(t, p.room) for p in stays for t in problem.span(p.session, p.slot)}
    for p in kept:
        if p not in stays and any((t, p.room) in taken for t in problem.span(p.session, p.slot)):
            # Its room is kept by somebody: the first that is free and will do.
            for room in range(len(problem.rooms)):
                tried = p._replace(room=room)
                cells = {(t, room) for t in problem.span(p.session, p.slot)}
                if not cells & taken and not broken_rules(problem, [tried]):
                    p = tried
                    break
            else:
                return placements
        taken.update((t, p.room) for t in problem.span(p.session, p.slot))
        result.append(p)
    return placements if broken_rules(problem, result) else sorted(result)


def _described(
    problem: Problem, rows: list[Placement], placements: list[Placement], *, is_fewest: bool = False
) -> Repair:
    moves = moves_between(rows, placements)
    found = score(problem, placements)
    touched = people_touched(problem, [move.session for move in moves])
    return Repair(sorted(placements), moves, found.attended, touched, found.concerns["seats"], is_fewest)


def _with_repeats(problem: Problem, rows: list[Placement], repeats: list[Placement], repair: Repair) -> Repair:
    """Second runnings stay where they are as long as they can.

    What is proved is proved of the others: where one that could stand gives way to them, there may be fewer moves.
    """
    placements, is_fewest = list(repair.placements), repair.is_fewest
    for p in repeats:
        if not broken_rules(problem, [*placements, p]):
            placements.append(p)
        elif not broken_rules(problem, [p]):
            is_fewest = False
    return _described(problem, rows, placements, is_fewest=is_fewest)


def _worth_showing(found: list[Repair]) -> list[Repair]:
    shown: list[Repair] = []
    for repair in sorted(found, key=lambda r: (r.moved, -r.attended)):
        last = shown[-1] if shown else None
        seats = last.standing - repair.standing if last else 0.0
        is_even = last is not None and repair.attended == last.attended and seats >= SEATS_WORTH_A_MOVE
        if last is None or repair.attended > last.attended or is_even:
            shown.append(repair)
    return shown
