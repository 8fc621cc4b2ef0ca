"""The people of a camp as bit sets: who wishes what, who hosts what, who is there.

Every person is a few bits, one for each unit of weight, so that `bit_count()` of the people who wish a session is
the sum of their weights. The unit is the largest weight that divides all; weights of more than `UNITS` units are
rounded.
"""

from math import gcd

from .problem import Problem

#: weights are rounded to this many steps of the heaviest; with fewer they are exact
UNITS = 48


class Crowd:
    """Bit sets over all attendees; person a has the bits a, a + people, a + 2 · people, …"""

    def __init__(self, problem: Problem) -> None:
        self.people = count = len(problem.attendees)
        wishes = [problem.wishes_of(a) for a in range(count)]
        weights = {w for found in wishes for w in found.values()}
        unit: float = gcd(*weights) if weights else 1
        if weights and max(weights) / unit > UNITS:
            unit = max(weights) / UNITS
        #: what one bit is worth, and bits for each person
        self.unit = unit
        self.units = max((max(1, round(w / unit)) for w in weights), default=1)
        # Built from lists of bits: setting single bits of a large integer again and again is slow.
        bits: list[list[int]] = [[] for _ in problem.sessions]
        for a, found in enumerate(wishes):
            for session, weight in found.items():
                bits[session].extend(a + count * k for k in range(max(1, round(weight / unit))))
        #: by session, the people who wish it, in all their bits
        self.fans = [set_of(found) for found in bits]
        everybody = (1 << (count * self.units)) - 1
        #: by slot, the people who are there
        self.present = [everybody] * len(problem.slots)
        for a, attendee in enumerate(problem.attendees):
            if attendee.absent:
                own = self.bits_of(a)
                for t in attendee.absent:
                    self.present[t] &= ~own
        #: by session, its hosts: one bit each, and all bits of those who wish something
        self.who = [set_of(sorted(s.hosts)) for s in problem.sessions]
        wishing = {a for a, attendee in enumerate(problem.attendees) if attendee.wishes}
        self.busy = []
        for s in problem.sessions:
            mask = 0
            for h in sorted(s.hosts & wishing):
                mask |= self.bits_of(h)
            self.busy.append(mask)

    def bits_of(self, person: int) -> int:
        """All bits of one person."""
        return set_of([person + self.people * k for k in range(self.units)])


def set_of(bits: list[int]) -> int:
    """The integer with these bits set."""
    if not bits:
        return 0
    data = bytearray(max(bits) // 8 + 1)
    for bit in bits:
        data[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(data, "little")


def bits_in(number: int) -> list[int]:
    """The positions of the bits that are set, ascending."""
    found = []
    while number:
        low = number & -number
        found.append(low.bit_length() - 1)
        number ^= low
    return found
