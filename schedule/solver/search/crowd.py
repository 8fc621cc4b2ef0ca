"""The people of a camp as bit sets: who wishes what, who hosts what, who is there.

Every person is a few bits, one for each unit of weight, so that `bit_count()` of the people who wish a session is
the sum of their weights. The unit is the largest weight that divides all; weights of more than `UNITS` units are
rounded.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import gcd

from ..bits import set_of
from ..problem import Problem

#: weights are rounded to this many steps of the heaviest; with fewer they are exact
UNITS = 48


class Crowd:
    """Bit sets over all attendees; person a has the bits a, a + people, a + 2 · people, …

    `levels` are given where who wishes what is known as sets already: by weight, for each session, the people (one bit
    each) who wish it so much. Else they are read from the attendees.
    """

    def __init__(self, problem: Problem, levels: Mapping[int, Sequence[int]] | None = None) -> None:
        self.people = len(problem.attendees)
        #: by session, its hosts: one bit each
        self.who = [set_of(sorted(s.hosts)) for s in problem.sessions]
        wishing = 0
        fans: dict[int, list[int]] = {}
        for weight, found in (levels_of(problem) if levels is None else levels).items():
            for people in found:
                wishing |= people
            # A host is there anyway.
            fans[weight] = [people & ~hosts for people, hosts in zip(found, self.who, strict=True)]
        weights = {weight for weight, found in fans.items() if any(found)}
        unit: float = gcd(*weights) if weights else 1
        if weights and max(weights) / unit > UNITS:
            unit = max(weights) / UNITS
        #: what one bit is worth, and bits for each person
        self.unit = unit
        self.units = max((max(1, round(w / unit)) for w in weights), default=1)
        #: by session, the people who wish it, in all their bits
        self.fans = [0] * len(problem.sessions)
        for weight in weights:
            units = max(1, round(weight / unit))
            for i, people in enumerate(fans[weight]):
                if people:
                    self.fans[i] |= self.in_units(people, units)
        everybody = (1 << (self.people * self.units)) - 1
        #: by slot, the people who are there
        self.present = [everybody] * len(problem.slots)
        for a, attendee in enumerate(problem.attendees):
            if attendee.absent:
                own = self.bits_of(a)
                for t in attendee.absent:
                    self.present[t] &= ~own
        #: by session, all bits of those of its hosts who wish something
        self.busy = [self.in_units(hosts & wishing, self.units) for hosts in self.who]

    def in_units(self, people: int, units: int) -> int:
        """The first `units` bits of each of the people."""
        found = 0
        for k in range(units):
            found |= people << (self.people * k)
        return found

    def bits_of(self, person: int) -> int:
        """All bits of one person."""
        return self.in_units(1 << person, self.units)


def levels_of(problem: Problem) -> dict[int, list[int]]:
    """By weight, for each session, the people who wish it so much."""
    # Built from lists of bits: setting single bits of a large integer again and again is slow.
    found: dict[int, list[list[int]]] = defaultdict(lambda: [[] for _ in problem.sessions])
    for a, attendee in enumerate(problem.attendees):
        for session, weight in attendee.wishes:
            found[weight][session].append(a)
    return {weight: [set_of(people) for people in sessions] for weight, sessions in found.items()}
