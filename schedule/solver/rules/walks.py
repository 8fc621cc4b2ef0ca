"""Between two sessions of theirs hosts have the time to walk, where a camp has several buildings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from ..problem import Placement, Problem
from ..translation import N_
from .hosts import hosts_of_several, sharing_hosts
from .rule import Bendable, Broken, Cause, Rule, Standing


class HostCannotWalk(Rule):
    SENTENCE = N_("A host has the time to walk from one building to the next.")
    FAULT = N_("%(names)s would lead %(titles)s with no time to walk from %(from)s to %(to)s before %(time)s.")
    NO_CELL = N_("No free cell can be reached in time from where its hosts are before or after.")
    HELD = N_("%(titles)s have a host in common, who needs the time to walk between buildings.")
    FIELD = "Problem.walking_minutes"

    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        if not problem.walking_minutes:
            return
        hosted: dict[tuple[int, int], Placement] = {}
        for p in rows:
            for t in problem.span(p.session, p.slot):
                for host in problem.sessions[p.session].hosts:
                    hosted[t, host] = p
        for (t, host), p in sorted(hosted.items()):
            after = hosted.get((t + 1, host))
            if after is None or after == p or not problem.is_walk_too_long(t):
                continue
            if problem.rooms[p.room].building != problem.rooms[after.room].building:
                yield Broken(self, (p, after), frozenset({host}))

    def partners(self, problem: Problem) -> Mapping[int, Collection[int]]:
        # Within a house nobody is late.
        if not problem.walking_minutes or len({room.building for room in problem.rooms}) < 2:
            return {}
        return sharing_hosts(problem)

    def guard(self, standing: Standing) -> HostsCanWalk:
        return HostsCanWalk(standing, self.sessions_tied_to_rooms(standing.problem))

    def bend(self, model: Bendable) -> None:
        if not model.problem.walking_minutes:
            return
        for host, sessions in hosts_of_several(model.problem).items():
            cause = Cause(self, sessions, host=host)
            for t in range(len(model.problem.slots) - 1):
                if model.problem.is_walk_too_long(t):
                    _stay_in_the_building(model, sessions, t, cause)

    def sessions_tied_to_rooms(self, problem: Problem) -> frozenset[int]:
        if not problem.walking_minutes or len({room.building for room in problem.rooms}) < 2:
            return frozenset()
        return frozenset(sharing_hosts(problem))


def _stay_in_the_building(model: Bendable, sessions: tuple[int, ...], slot: int, cause: Cause) -> None:
    """Whichever of the sessions starts after the slot is in the building of the one that runs in it."""
    rooms = model.problem.rooms
    for building in sorted({room.building for room in rooms}):
        here = [x for i in sessions for r, x in model.running(i, slot) if rooms[r].building == building]
        for i in sessions:
            for (start, r), x in model.starts[i].items():
                if start == slot + 1 and rooms[r].building != building:
                    model.never(here, cause, given=x)


class HostsCanWalk:
    """What runs just before and after for a common host is in the same building, or far enough away in time."""

    def __init__(self, standing: Standing, sessions: frozenset[int]) -> None:
        self.standing, self.sessions = standing, sessions
        self.others = sharing_hosts(standing.problem)

    def allows(self, session: int, slot: int, room: int) -> bool:
        problem, starts, rooms = self.standing.problem, self.standing.slot, self.standing.room
        stop = problem.span(session, slot).stop
        for i in self.others[session]:
            if starts[i] < 0 or problem.rooms[rooms[i]].building == problem.rooms[room].building:
                continue
            comes_before = problem.span(i, starts[i]).stop == slot and problem.is_walk_too_long(slot - 1)
            comes_after = starts[i] == stop and problem.is_walk_too_long(stop - 1)
            if comes_before or comes_after:
                return False
        return True


host_cannot_walk = HostCannotWalk()
