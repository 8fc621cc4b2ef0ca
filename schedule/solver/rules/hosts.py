"""A host leads one session at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from ..problem import Placement, Problem
from ..translation import N_
from .rule import Bendable, Broken, Cause, Rule, Standing


class HostInTwoRooms(Rule):
    SENTENCE = N_("A host is never in two rooms at once.")
    FAULT = N_("%(names)s would lead %(titles)s at %(time)s.")
    WITH_ITSELF = N_("%(names)s would lead “%(later)s” in two rooms at %(time)s.")
    NO_CELL = N_("Whenever a cell is free, one of its hosts leads something else.")
    HELD = N_("%(titles)s have a host in common, who can lead one at a time.")
    FIELD = "Session.hosts"

    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        busy: dict[tuple[int, int], Placement] = {}
        clashes: dict[tuple[Placement, Placement], set[int]] = defaultdict(set)
        for p in rows:
            for t in problem.span(p.session, p.slot):
                for host in sorted(problem.sessions[p.session].hosts):
                    other = busy.setdefault((t, host), p)
                    if other != p:
                        clashes[other, p].add(host)
        for pair, hosts in clashes.items():
            yield Broken(self, pair, frozenset(hosts))

    def fault(self, broken: Broken) -> str:
        is_one = len({p.session for p in broken.placements}) == 1
        return self.WITH_ITSELF if is_one else self.FAULT

    def partners(self, problem: Problem) -> Mapping[int, Collection[int]]:
        return sharing_hosts(problem)

    def guard(self, standing: Standing) -> HostsAreFree:
        return HostsAreFree(standing)

    def bend(self, model: Bendable) -> None:
        for host, sessions in hosts_of_several(model.problem).items():
            for t in range(len(model.problem.slots)):
                variables = [x for i in sessions for _, x in model.running(i, t)]
                model.at_most_one(variables, Cause(self, sessions, host=host))


class HostsAreFree:
    """No session of a common host runs at the same time."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.sessions = self.others = sharing_hosts(standing.problem)

    def allows(self, session: int, slot: int, room: int) -> bool:
        problem, starts = self.standing.problem, self.standing.slot
        stop = problem.span(session, slot).stop
        return not any(
            starts[i] >= 0 and starts[i] < stop and slot < problem.span(i, starts[i]).stop
            for i in self.others.get(session, ())
        )


def hosts_of_several(problem: Problem) -> dict[int, tuple[int, ...]]:
    """The hosts who lead more than one session, and which."""
    hosted: dict[int, list[int]] = defaultdict(list)
    for i, session in enumerate(problem.sessions):
        for host in session.hosts:
            hosted[host].append(i)
    return {host: tuple(sessions) for host, sessions in sorted(hosted.items()) if len(sessions) > 1}


def sharing_hosts(problem: Problem) -> dict[int, tuple[int, ...]]:
    """Session to the other sessions that have a host in common with it; sessions without any are left out."""
    others: dict[int, set[int]] = defaultdict(set)
    for sessions in hosts_of_several(problem).values():
        for i in sessions:
            others[i].update(j for j in sessions if j != i)
    return {i: tuple(sorted(found)) for i, found in sorted(others.items())}


host_in_two_rooms = HostInTwoRooms()
