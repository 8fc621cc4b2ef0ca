"""What a concern is: what is good about a grid beside the wishes it meets, though no must.

Everything that differs from concern to concern stands in the concern's own file; a new one is such a file, one entry
in the list (`concerns/__init__.py`) and its weight in `problem.Weights`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Protocol

from ..audience import Audience
from ..problem import Problem
from .turnout import Turnout


class Followed(Protocol):
    """The board of a search, as concerns see it (`search/board.py` says what each part is)."""

    @property
    def problem(self) -> Problem: ...
    @property
    def slot(self) -> list[int]: ...
    @property
    def row(self) -> list[list[int]]: ...
    @property
    def free(self) -> list[int]: ...
    @property
    def ones(self) -> list[int]: ...
    @property
    def ending(self) -> list[int]: ...
    @property
    def open_rooms(self) -> list[int]: ...
    @property
    def segments(self) -> list[range]: ...
    @property
    def segment_of(self) -> list[int]: ...
    @property
    def is_coupled(self) -> list[bool]: ...
    @property
    def people(self) -> int: ...
    @property
    def units(self) -> int: ...
    @property
    def unit(self) -> float: ...
    @property
    def turnout(self) -> Turnout: ...


class Follower(ABC):
    """One concern, kept up while a board changes. What it tells is weighed: in wishes."""

    @property
    @abstractmethod
    def total(self) -> float:
        """What it costs as the board was last accepted."""

    @abstractmethod
    def reset(self) -> None:
        """Everything as the board stands now."""

    # What a move can save at best is hoped for in three parts, so that most moves need not be tried.

    def slot_hope(self, slot: int) -> float:
        """What can be saved in a slot, whoever comes and goes."""
        return 0.0

    def session_hope(self, session: int) -> float:
        """What can be saved by moving the session."""
        return 0.0

    #: sessions, beside those that were moved, of which something else is hoped since the board was last accepted
    hopes_anew: Sequence[int] = ()

    #: `people_hope` says something
    COUNTS_PEOPLE: ClassVar[bool] = False

    def people_hope(self, won: int, lost: int) -> float:
        """What is saved at most by covering the people `won` and uncovering `lost`; asked of every move, so quick."""
        return 0.0

    @abstractmethod
    def weigh(self, sessions: list[int], slots: list[int]) -> float:
        """What it costs more, now that the board has done something to these sessions and slots."""

    @abstractmethod
    def accept(self) -> None:
        """The board stays as it was last weighed."""


class Concern(ABC):
    """Weighed against wishes by a weight of its own: what one unit costs, in wishes."""

    #: the field of `Weights`, and of whatever else holds a number for it
    NAME: ClassVar[str]
    #: as people read it
    SENTENCE: ClassVar[str]

    @abstractmethod
    def scale(self, number: int) -> float:
        """The weight that a person means who slides it to a number from 0 to 10."""

    @abstractmethod
    def units(self, audience: Audience) -> float:
        """How much is not as it should be in a finished grid, exactly; 0 is best."""

    @abstractmethod
    def most_units(self, problem: Problem) -> float:
        """More than that no grid can have."""

    @abstractmethod
    def follow(self, board: Followed) -> Follower:
        """The same, kept up along a search."""

    def weight(self, problem: Problem) -> float:
        return problem.weights.of(self.NAME)

    def can_matter(self, problem: Problem) -> bool:
        """Grids of this problem can differ in it."""
        return self.weight(problem) > 0
