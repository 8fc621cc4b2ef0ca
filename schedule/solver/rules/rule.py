"""What a rule is: a sentence, a check of whole grids, a guard for the search and a constraint that can be bent.

Everything that differs from rule to rule stands in the rule's own file; a new rule is such a file and one entry in
the list (`rules/__init__.py`), and mostly a field of the problem.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from ..problem import Placement, Problem


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule broken: by these runnings, because of these hosts (ids)."""

    rule: Rule
    placements: tuple[Placement, ...]
    hosts: frozenset[int] = field(default_factory=frozenset)

    @property
    def sentence(self) -> str:
        """What is wrong there, not what the rule is; see `Rule.FAULT`."""
        return self.rule.fault(self)


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule about these sessions (and this host or room), which a person could bend."""

    rule: Demand
    sessions: tuple[int, ...]
    host: int | None = None
    room: int | None = None

    @property
    def sentence(self) -> str:
        """What is asked of these sessions, not what the rule is; see `Demand.HELD`."""
        return self.rule.HELD


class Standing(Protocol):
    """A grid in the making, as guards see it."""

    @property
    def problem(self) -> Problem: ...

    @property
    def slot(self) -> list[int]:
        """By session, the slot it starts in; -1 while it has none."""

    @property
    def room(self) -> list[int]:
        """By session, its room; -1 while that is left open."""


class Guard(Protocol):
    """One rule, asked before a session is put somewhere."""

    @property
    def sessions(self) -> Collection[int]:
        """Those it has a say in; about others it need not be asked."""

    def allows(self, session: int, slot: int, room: int) -> bool:
        """The session, which stands nowhere, may start there as all others stand now; room -1: any that will do."""


#: a Boolean of the model of CP-SAT, which rules only hand on
Variable = Any


class Bendable(Protocol):
    """The model of a problem, as rules see it when they say what they demand (`answers/contradiction.py`)."""

    @property
    def problem(self) -> Problem: ...

    @property
    def starts(self) -> list[dict[tuple[int, int], Variable]]:
        """By session, (slot, room) to the Boolean that it starts there."""

    def running(self, session: int, slot: int) -> list[tuple[int, Variable]]:
        """(room, Boolean) of every start with which the session runs in that slot."""

    def at_most_one(self, variables: list[Variable], cause: Cause | None = None) -> None:
        """At most one of them is true, as long as the cause is not bent."""

    def exactly_one(self, variables: list[Variable], cause: Cause) -> None:
        """One of them is true, as long as the cause is not bent."""

    def never(self, variables: list[Variable], cause: Cause, given: Variable = None) -> None:
        """None of them is true (while `given` is), as long as the cause is not bent."""


class Demand(ABC):
    """What a grid has to do, and what a person could let it off for once."""

    #: as people read it who want to know how grids are made
    SENTENCE: ClassVar[str]
    #: what it asks of some sessions that contradict each other: %(titles)s, %(earlier)s, %(later)s, %(room)s,
    #: %(times)s, %(needs)s and %(place)s stand for what is theirs
    HELD: ClassVar[str] = ""

    def bend(self, model: Bendable) -> None:  # noqa: B027
        """Tells the model what is demanded, and which cause would have to be bent."""


class Rule(Demand):
    """A hard rule: no grid breaks it."""

    #: the field of the problem that sets it, if it needs one
    FIELD: ClassVar[str] = ""
    #: what is wrong where it is broken: %(titles)s, %(earlier)s, %(later)s, %(names)s (of hosts), %(time)s, %(room)s,
    #: %(needs)s, %(from)s and %(to)s stand for what and where
    FAULT: ClassVar[str]
    #: why a session finds no cell, where this rule alone forbids every free one
    NO_CELL: ClassVar[str]
    #: the product can set it: then people are told
    IS_TOLD: ClassVar[bool] = True

    @abstractmethod
    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        """Every place where the runnings break it."""

    @abstractmethod
    def guard(self, standing: Standing) -> Guard:
        """What the search asks before it moves a session."""

    def fault(self, broken: Broken) -> str:
        """The constant that says what is wrong there."""
        return self.FAULT

    def partners(self, problem: Problem) -> Mapping[int, Collection[int]]:
        """By session, the others whose places matter when it is put somewhere: all, unless the rule says less."""
        everything = range(len(problem.sessions))
        return dict.fromkeys(everything, everything)

    def sessions_tied_to_rooms(self, problem: Problem) -> frozenset[int]:
        """The sessions for which the rule depends on the room, beyond one slot: they need one while the search runs."""
        return frozenset()

    def __repr__(self) -> str:
        return type(self).__name__


class CellRule(Rule):
    """A rule about one running alone: which cells a session may start in."""

    #: whether a person could bend it for once, and so take part in a contradiction
    IS_BENDABLE: ClassVar[bool] = True

    @abstractmethod
    def allows(self, problem: Problem, session: int, slot: int, room: int) -> bool:
        """The session may start there, whatever else runs."""

    def broken(self, problem: Problem, rows: Iterable[Placement]) -> Iterator[Broken]:
        return (Broken(self, (p,)) for p in rows if not self.allows(problem, *p))

    def guard(self, standing: Standing) -> Guard:
        return CellGuard(self.allows, standing.problem)

    def bend(self, model: Bendable) -> None:
        if self.IS_BENDABLE:
            for session, cells in enumerate(model.starts):
                wrong = [x for (slot, room), x in cells.items() if not self.allows(model.problem, session, slot, room)]
                model.never(wrong, Cause(self, (session,)))


class CellGuard:
    """Asks a rule about one running alone."""

    def __init__(self, rule: Callable[[Problem, int, int, int], bool], problem: Problem) -> None:
        self.rule, self.problem = rule, problem
        self.sessions = range(len(problem.sessions))

    def allows(self, session: int, slot: int, room: int) -> bool:
        rooms = range(len(self.problem.rooms)) if room < 0 else (room,)
        return any(self.rule(self.problem, session, slot, r) for r in rooms)
