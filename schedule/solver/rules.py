"""The hard rules, each written once: to solve, to check a move before it is made, and to explain.

The docstring of a rule is the sentence that people read. A rule about one running alone is a predicate on
(session, slot, room); a rule about the plan is a generator of what breaks it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from .problem import Placement, Problem

Rule = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule broken: by these runnings, because of these hosts (ids)."""

    rule: Rule
    placements: tuple[Placement, ...]
    hosts: frozenset[int] = field(default_factory=frozenset)

    @property
    def sentence(self) -> str:
        return sentence(self.rule)


def sentence(rule: Rule) -> str:
    """The rule as people read it."""
    return (rule.__doc__ or "").strip()


# -- one running alone -------------------------------------------------------------------------------


def double_fits(problem: Problem, session: int, slot: int, room: int) -> bool:
    """A double session takes two adjoining slots, never over a break."""
    span = problem.span(session, slot)
    return span.stop <= len(problem.slots) and all(problem.slots[t].next for t in span[:-1])


def host_is_available(problem: Problem, session: int, slot: int, room: int) -> bool:
    """A session is never in a slot its hosts ruled out."""
    return problem.sessions[session].unavailable.isdisjoint(problem.span(session, slot))


def room_is_open(problem: Problem, session: int, slot: int, room: int) -> bool:
    """A room is not used while it is closed."""
    return problem.rooms[room].unavailable.isdisjoint(problem.span(session, slot))


def room_has_features(problem: Problem, session: int, slot: int, room: int) -> bool:
    """A session is in a room that has what it needs."""
    return problem.sessions[session].features <= problem.rooms[room].features


def pin_is_kept(problem: Problem, session: int, slot: int, room: int) -> bool:
    """A pinned session stays where it is pinned."""
    pinned = problem.sessions[session]
    return pinned.pin_slot in (None, slot) and pinned.pin_room in (None, room)


CELL_RULES = (double_fits, host_is_available, room_is_open, room_has_features, pin_is_kept)


def may_stand(problem: Problem, session: int, slot: int, room: int) -> bool:
    """No rule about one running alone forbids this cell."""
    return all(rule(problem, session, slot, room) for rule in CELL_RULES)


# -- the whole plan ----------------------------------------------------------------------------------


def cell_given_twice(problem: Problem, placements: Iterable[Placement]) -> Iterator[Broken]:
    """A room holds one session at a time."""
    taken: dict[tuple[int, int], Placement] = {}
    for p in placements:
        for t in problem.span(p.session, p.slot):
            if other := taken.setdefault((t, p.room), p):
                if other != p:
                    yield Broken(cell_given_twice, (other, p))


def host_in_two_rooms(problem: Problem, placements: Iterable[Placement]) -> Iterator[Broken]:
    """A host is never in two rooms at once."""
    busy: dict[tuple[int, int], Placement] = {}
    clashes: dict[tuple[Placement, Placement], set[int]] = defaultdict(set)
    for p in placements:
        for t in problem.span(p.session, p.slot):
            for host in sorted(problem.sessions[p.session].hosts):
                other = busy.setdefault((t, host), p)
                if other != p:
                    clashes[other, p].add(host)
    for pair, hosts in clashes.items():
        yield Broken(host_in_two_rooms, pair, frozenset(hosts))


def host_cannot_walk(problem: Problem, placements: Iterable[Placement]) -> Iterator[Broken]:
    """A host has the time to walk from one building to the next."""
    if not problem.walking_minutes:
        return
    hosted: dict[tuple[int, int], Placement] = {}
    for p in placements:
        for t in problem.span(p.session, p.slot):
            for host in problem.sessions[p.session].hosts:
                hosted[t, host] = p
    for (t, host), p in sorted(hosted.items()):
        after = hosted.get((t + 1, host))
        if after is None or after == p or not problem.is_walk_too_long(t):
            continue
        if problem.rooms[p.room].building != problem.rooms[after.room].building:
            yield Broken(host_cannot_walk, (p, after), frozenset({host}))


def offered_too_often(problem: Problem, placements: Iterable[Placement]) -> Iterator[Broken]:
    """A session runs as often as agreed, and never twice in one slot."""
    runnings: dict[int, list[Placement]] = defaultdict(list)
    for p in placements:
        runnings[p.session].append(p)
    for session, rows in runnings.items():
        if len(rows) > problem.sessions[session].copies or len({p.slot for p in rows}) < len(rows):
            yield Broken(offered_too_often, tuple(rows))


def order_is_broken(problem: Problem, placements: Iterable[Placement]) -> Iterator[Broken]:
    """A session that builds on another comes after it."""
    first: dict[int, Placement] = {}
    for p in sorted(placements, key=lambda p: p.slot):
        first.setdefault(p.session, p)
    for a, b in problem.order:
        if a in first and b in first and first[a].slot + problem.sessions[a].length > first[b].slot:
            yield Broken(order_is_broken, (first[a], first[b]))


PLAN_RULES = (cell_given_twice, host_in_two_rooms, host_cannot_walk, offered_too_often, order_is_broken)


# -- what is good, if not a must ------------------------------------------------------------------------


def fairness() -> None:
    """Nobody is left with little: a wish missed counts more the more a person misses already."""


def topics() -> None:
    """Sessions of one topic are not at the same time."""


def room_fit() -> None:
    """A session is in a room that holds everybody who is likely to come."""


def calm() -> None:
    """What is published moves as little as possible."""


#: weighed against wishes, by the name they go by
CONCERNS: dict[str, Rule] = {rule.__name__: rule for rule in (fairness, topics, room_fit, calm)}


def broken_rules(problem: Problem, placements: Iterable[Placement]) -> list[Broken]:
    """Everything the plan breaks, in the order of the rules; an empty list is a plan that can be published."""
    rows = list(placements)
    found = [Broken(rule, (p,)) for p in rows for rule in CELL_RULES if not rule(problem, p.session, p.slot, p.room)]
    # A double that does not fit reaches past the last slot; the plan rules need not see it.
    whole = [p for p in rows if p.slot + problem.sessions[p.session].length <= len(problem.slots)]
    for rule in PLAN_RULES:
        found.extend(rule(problem, whole))
    return found


def sentences() -> list[str]:
    """All hard rules as people read them, for the page that says how the grid is made."""
    return [sentence(rule) for rule in (*PLAN_RULES, *CELL_RULES)]


def concern_sentences() -> dict[str, str]:
    """The concerns that are weighed against wishes, as people read them."""
    return {name: sentence(rule) for name, rule in CONCERNS.items()}
