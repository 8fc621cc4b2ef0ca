"""Which cells a session may have: one session a room and slot, and what hosts, rooms and pins say about each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..problem import Placement, Problem
from ..translation import N_
from .rule import Bendable, Broken, Cause, CellRule, Rule, Standing, Variable


class CellGivenTwice(Rule):
    SENTENCE = N_("A room holds one session at a time.")
    FAULT = N_("%(titles)s are both in %(room)s at %(time)s.")
    NO_CELL = N_("Every cell is taken.")

    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        taken: dict[tuple[int, int], Placement] = {}
        for p in rows:
            for t in problem.span(p.session, p.slot):
                if other := taken.setdefault((t, p.room), p):
                    if other != p:
                        yield Broken(self, (other, p))

    def guard(self, standing: Standing) -> RoomsSuffice:
        return RoomsSuffice(standing)

    def bend(self, model: Bendable) -> None:
        there: dict[tuple[int, int], list[Variable]] = defaultdict(list)
        for session, cells in enumerate(model.starts):
            for (slot, room), x in cells.items():
                for t in model.problem.span(session, slot):
                    there[t, room].append(x)
        for variables in there.values():
            # Two sessions in one room: no person can bend that.
            model.at_most_one(variables)


class RoomsSuffice:
    """Everybody in a slot can be given a room of their own: those who have one keep it, the others are matched."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.sessions = range(len(standing.problem.sessions))

    def allows(self, session: int, slot: int, room: int) -> bool:
        span = self.standing.problem.span(session, slot)
        return span.stop <= len(self.standing.problem.slots) and all(
            self._suffice([*self._there(t, session), (session, slot, room)]) for t in span
        )

    def _there(self, slot: int, newcomer: int) -> list[tuple[int, int, int]]:
        """(session, start, room) of those who run in the slot."""
        standing = self.standing
        return [
            (i, start, standing.room[i])
            for i, start in enumerate(standing.slot)
            if i != newcomer and start >= 0 and slot in standing.problem.span(i, start)
        ]

    def _suffice(self, runnings: list[tuple[int, int, int]]) -> bool:
        problem = self.standing.problem
        masks = [
            1 << room
            if room >= 0
            else sum(1 << r for r in range(len(problem.rooms)) if all(c.allows(problem, i, t, r) for c in CELL_RULES))
            for i, t, room in runnings
        ]
        return len(matching(masks)) == len(masks)


def matching(masks: list[int]) -> dict[int, int]:
    """Room to position in `masks`: as many as can be given a room of their own set (Kuhn's augmenting paths)."""
    holder: dict[int, int] = {}

    def seat(k: int, tried: list[int]) -> bool:
        mask = masks[k] & ~tried[0]
        while mask:
            low = mask & -mask
            tried[0] |= low
            room = low.bit_length() - 1
            if room not in holder or seat(holder[room], tried):
                holder[room] = k
                return True
            mask = masks[k] & ~tried[0]
        return False

    for k in sorted(range(len(masks)), key=lambda k: (masks[k].bit_count(), k)):
        seat(k, [0])
    return holder


class DoubleFits(CellRule):
    SENTENCE = N_("A double session takes two adjoining slots, never over a break.")
    FAULT = N_("%(titles)s takes two slots in a row, and none follows %(time)s without a break.")
    NO_CELL = N_("It takes two slots in a row, and no two follow each other without a break.")
    FIELD = "Session.length"
    IS_BENDABLE = False

    def allows(self, problem: Problem, session: int, slot: int, room: int) -> bool:
        span = problem.span(session, slot)
        return span.stop <= len(problem.slots) and all(problem.slots[t].next for t in span[:-1])


class HostIsAvailable(CellRule):
    SENTENCE = N_("A session is never in a slot its hosts ruled out.")
    FAULT = N_("%(titles)s cannot be at %(time)s: its hosts ruled that out.")
    NO_CELL = N_("There is no slot left that its hosts can make.")
    HELD = N_("%(titles)s cannot be at %(times)s.")
    FIELD = "Session.unavailable"

    def allows(self, problem: Problem, session: int, slot: int, room: int) -> bool:
        return problem.sessions[session].unavailable.isdisjoint(problem.span(session, slot))


class RoomIsOpen(CellRule):
    SENTENCE = N_("A room is not used while it is closed.")
    FAULT = N_("%(room)s is closed at %(time)s: %(titles)s cannot be there.")
    NO_CELL = N_("Every room is closed whenever it could be.")
    HELD = N_("%(room)s cannot be had at %(times)s.")
    FIELD = "Room.unavailable"

    def allows(self, problem: Problem, session: int, slot: int, room: int) -> bool:
        return problem.rooms[room].unavailable.isdisjoint(problem.span(session, slot))

    def bend(self, model: Bendable) -> None:
        # The cause is the room: opened, it is open for all.
        for r, room in enumerate(model.problem.rooms):
            for session, cells in enumerate(model.starts) if room.unavailable else ():
                wrong = [x for (t, q), x in cells.items() if q == r and not self.allows(model.problem, session, t, r)]
                model.never(wrong, Cause(self, (), room=r))


class RoomHasFeatures(CellRule):
    SENTENCE = N_("A session is in a room that has what it needs, if any room is known to have it.")
    FAULT = N_("%(room)s does not have what %(titles)s needs: %(needs)s.")
    NO_CELL = N_("No room has all that it needs.")
    HELD = N_("%(titles)s needs a room with: %(needs)s.")
    FIELD = "Session.features"

    def allows(self, problem: Problem, session: int, slot: int, room: int) -> bool:
        return problem.sessions[session].features <= problem.rooms[room].features


class PinIsKept(CellRule):
    SENTENCE = N_("A pinned session stays where it is pinned.")
    FAULT = N_("%(titles)s is pinned to another place than %(room)s, %(time)s.")
    NO_CELL = N_("It is pinned where it cannot be.")
    HELD = N_("%(titles)s is pinned: %(place)s.")
    FIELD = "Session.pin_slot"

    def allows(self, problem: Problem, session: int, slot: int, room: int) -> bool:
        pinned = problem.sessions[session]
        return pinned.pin_slot in (None, slot) and pinned.pin_room in (None, room)


cell_given_twice = CellGivenTwice()
double_fits = DoubleFits()
pin_is_kept = PinIsKept()
room_is_open = RoomIsOpen()
host_is_available = HostIsAvailable()
room_has_features = RoomHasFeatures()

#: the rules about one running alone
CELL_RULES: tuple[CellRule, ...] = (double_fits, pin_is_kept, room_is_open, host_is_available, room_has_features)


def may_stand(problem: Problem, session: int, slot: int, room: int) -> bool:
    """No rule about one running alone forbids this cell."""
    return all(rule.allows(problem, session, slot, room) for rule in CELL_RULES)
