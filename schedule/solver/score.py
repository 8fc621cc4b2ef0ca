"""How good a grid is: the exact objective, recomputed from nothing but the problem and the placements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from .audience import Audience, best_programme, whereabouts
from .concerns import CONCERNS
from .problem import Placement, Problem


@dataclass(frozen=True, slots=True)
class Score:
    """`attended` of `wishes` (weights summed); `limits` and `attended_by` go by attendee."""

    wishes: int
    attended: int
    attended_by: tuple[int, ...]
    #: the heaviest wishes each attendee could ever see, whatever the grid
    limits: tuple[int, ...]
    #: by concern, what is not as it should be, in the concern's own unit (people, pairs, moves …); 0 is best
    concerns: Mapping[str, float] = field(default_factory=dict)
    unplaced: int = 0

    @property
    def trivial_limit(self) -> int:
        """An upper bound on `attended` for every grid."""
        return sum(self.limits)

    @property
    def shares(self) -> list[float]:
        """What part of what they could see at most each person sees, ascending; people without wishes are left out."""
        pairs = zip(self.attended_by, self.limits, strict=True)
        return sorted(min(1.0, got / limit) for got, limit in pairs if limit)

    @property
    def worst_share(self) -> float:
        return min(self.shares, default=1.0)

    @property
    def median_share(self) -> float:
        return median(self.shares) if self.shares else 1.0

    def soft_cost(self, problem: Problem) -> float:
        """What the concerns cost by the weights of the problem, and what is left out, in wishes."""
        weights = problem.weights
        return sum(weights.of(name) * units for name, units in self.concerns.items()) + weights.unplaced * self.unplaced


def score(problem: Problem, placements: Iterable[Placement]) -> Score:
    """The exact score of a grid."""
    audience = Audience(problem, placements)
    return Score(
        wishes=sum(sum(problem.wishes_of(a).values()) for a in range(len(problem.attendees))),
        attended=sum(audience.attended_by),
        attended_by=audience.attended_by,
        limits=audience.limits,
        concerns={concern.NAME: concern.units(audience) for concern in CONCERNS},
        unplaced=len(problem.sessions) - len({p.session for p in audience.rows}),
    )


def musts_met(problem: Problem, placements: Iterable[Placement]) -> tuple[int, int]:
    """How many people can be at every one of their heaviest wishes, and how many have such wishes at all.

    The heaviest weight of the problem is what counts as a must; where all wishes weigh the same, nobody has one.
    """
    weights = {weight for attendee in problem.attendees for _, weight in attendee.wishes}
    if len(weights) < 2:
        return 0, 0
    must = max(weights)
    rows = list(placements)
    met = total = 0
    runnings, hosting = whereabouts(problem, rows)
    for a, attendee in enumerate(problem.attendees):
        musts = {session: 1 for session, weight in problem.wishes_of(a).items() if weight == must}
        if musts:
            total += 1
            free = set(range(len(problem.slots))) - attendee.absent - hosting[a]
            met += best_programme(problem, musts, runnings, free) == len(musts)
    return met, total
