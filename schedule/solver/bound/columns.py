"""What a slot can hold, for the bound: sets of sessions, what each is worth, and good ones found by climbing.

A content is worth the people who see something in it: those who wish one of its sessions, are there and host none of
them. Everything here may only be too generous, never too strict, so that what is proved from it holds: rooms count by
number, order and walks are left aside, and a double is two parts, each worth half a wish, that need not adjoin.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, comb, gcd
from random import Random

from ..bits import set_of
from ..problem import Problem
from ..rules import may_stand

#: weights above this many steps are rounded up, which keeps the bound valid
STEPS = 60
#: what the arithmetic of linear and integer programs may be off
SAFETY = 1e-4

Content = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SlotKind:
    """Slots that are alike: the same parts may stand there, the same people are there."""

    slots: tuple[int, ...]
    allowed: tuple[int, ...]
    #: bits of the people who are there
    present: int
    #: at most so many sessions, and at least so many if all must be placed
    most: int
    least: int
    #: of these parts at most so many: no more rooms have what they need
    limits: tuple[tuple[Content, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A double starts in one slot as often as its second part is in the next."""

    first: int
    kind: int
    second: int
    kind_after: int


class Columns:
    """The parts (sessions, doubles as two), their people as bits, and the kinds of slots."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        #: part to session; a double has two
        self.parts = [i for i, s in enumerate(problem.sessions) for _ in range(s.length)]
        self.second = [k > 0 and self.parts[k - 1] == i for k, i in enumerate(self.parts)]
        self.count = len(self.parts)
        self._read_people()
        required = [problem.sessions[i].must_be_placed for i in self.parts]
        self.is_required = required
        self.copies = [problem.sessions[i].copies for i in self.parts]
        self._read_kinds()

    def _read_people(self) -> None:
        problem = self.problem
        people = len(problem.attendees)
        wishes = [problem.wishes_of(a) for a in range(people)]
        has_doubles = any(s.length > 1 for s in problem.sessions)
        weights = {w for found in wishes for w in found.values()}
        unit: float = gcd(*weights) if weights else 1
        if has_doubles:
            unit /= 2
        if weights and max(weights) / unit > STEPS:
            unit = max(weights) / STEPS
        #: what one bit is worth
        self.unit = unit
        lengths = [s.length for s in problem.sessions]
        steps = [{i: ceil(w / lengths[i] / unit - 1e-9) for i, w in found.items()} for found in wishes]
        levels = sorted({n for found in steps for n in found.values()})
        #: worth of a bit of each plane, in units: the step from one level of weight to the next
        self.worth = [n - before for n, before in zip(levels, [0, *levels], strict=False)]
        self.people = people
        bits: list[list[list[int]]] = [[[] for _ in problem.sessions] for _ in levels]
        for a, found in enumerate(steps):
            for i, n in found.items():
                for k, level in enumerate(levels):
                    if n >= level:
                        bits[k][i].append(a)
        self.fans = [[set_of(bits[k][i]) for i in self.parts] for k in range(len(levels))]
        self.hosts = [set_of(sorted(problem.sessions[i].hosts)) for i in self.parts]

    def _read_kinds(self) -> None:
        problem, slots = self.problem, range(len(self.problem.slots))
        everybody = (1 << self.people) - 1
        # Doubles are linked from slot to slot: then no two slots are alike.
        has_doubles = any(self.second)
        found: dict[tuple[int, Content, int, int, tuple[tuple[Content, int], ...]], list[int]] = {}
        for t in slots:
            rooms = [r for r, room in enumerate(problem.rooms) if t not in room.unavailable]
            absent = set_of([a for a, person in enumerate(problem.attendees) if t in person.absent])
            masks = {k: mask for k in range(self.count) if (mask := self._rooms_for(k, t))}
            key = (t if has_doubles else 0, tuple(masks), everybody & ~absent, len(rooms), _limits(masks, len(rooms)))
            found.setdefault(key, []).append(t)
        places = sum(key[3] * len(where) for key, where in found.items())
        is_tight = all(self.is_required) and max(self.copies, default=1) == 1
        spare = places - self.count if is_tight else places
        self.kinds = [
            SlotKind(tuple(where), allowed, present, most, max(0, most - spare), limits)
            for (_, allowed, present, most, limits), where in found.items()
        ]
        kind_of = {t: n for n, kind in enumerate(self.kinds) for t in kind.slots}
        self.links = [
            Link(k, kind_of[t], k + 1, kind_of[t + 1])
            for k in range(self.count - 1)
            if self.second[k + 1]
            for t in slots[:-1]
            if k in self.kinds[kind_of[t]].allowed
        ]

    def _rooms_for(self, part: int, slot: int) -> int:
        """The rooms a part may have in a slot, as a bit set."""
        start = slot - 1 if self.second[part] else slot
        if start < 0:
            return 0
        rooms = range(len(self.problem.rooms))
        return sum(1 << r for r in rooms if may_stand(self.problem, self.parts[part], start, r))

    def merged(self) -> list[SlotKind]:
        """Kinds that differ only in what may stand there made one, which is more generous than each."""
        if self.links:
            return self.kinds
        found: dict[tuple[int, int], list[SlotKind]] = {}
        for kind in self.kinds:
            found.setdefault((kind.present, kind.most), []).append(kind)
        return [
            SlotKind(
                tuple(t for kind in group for t in kind.slots),
                tuple(sorted({k for kind in group for k in kind.allowed})),
                group[0].present,
                group[0].most,
                min(kind.least for kind in group),
            )
            for group in found.values()
        ]

    # -- one content -----------------------------------------------------------------------------

    def value(self, content: Content, present: int) -> int:
        """What a content is worth, in units."""
        hosts = 0
        for k in content:
            hosts |= self.hosts[k]
        there = present & ~hosts
        total = 0
        for worth, fans in zip(self.worth, self.fans, strict=True):
            seen = 0
            for k in content:
                seen |= fans[k]
            total += worth * (seen & there).bit_count()
        return total

    def contents_of(self, starts: list[int]) -> Iterator[tuple[int, Content]]:
        """Kind and content of every slot of a grid."""
        kind_of = {t: n for n, kind in enumerate(self.kinds) for t in kind.slots}
        for t in range(len(self.problem.slots)):
            yield (
                kind_of[t],
                tuple(k for k, i in enumerate(self.parts) if starts[i] >= 0 and starts[i] + self.second[k] == t),
            )

    def number(self) -> int:
        """How many contents there are at most."""
        most = max((kind.most for kind in self.kinds), default=0)
        least = min((kind.least for kind in self.kinds), default=0)
        return sum(comb(self.count, size) for size in range(least, most + 1))

    # -- good contents ---------------------------------------------------------------------------

    def climb(self, kind: SlotKind, prices: list[float], content: list[int]) -> tuple[float, Content]:
        """The best content reached by putting in, taking out and changing one, and its worth less its prices."""
        inside = list(content)
        planes = list(zip(self.worth, self.fans, strict=True))
        while True:
            best, move = self._reduced(kind, prices, inside) + 1e-6, None
            outside = [k for k in kind.allowed if k not in inside]
            spots = list(range(len(inside))) + ([-1] if len(inside) < kind.most else [])
            for spot in spots:
                rest = [k for n, k in enumerate(inside) if n != spot]
                hosts, paid = 0, 0.0
                for k in rest:
                    hosts |= self.hosts[k]
                    paid += prices[k]
                there = kind.present & ~hosts
                covers = []
                for worth, fans in planes:
                    seen = 0
                    for k in rest:
                        seen |= fans[k]
                    covers.append((worth, fans, seen))
                if spot >= 0 and len(rest) >= kind.least:
                    value = sum(worth * (seen & there).bit_count() for worth, _, seen in covers) - paid
                    if value > best:
                        best, move = value, (spot, -1)
                for k in outside:
                    if self.hosts[k] & hosts or not _has_room(kind, rest, k):
                        continue
                    free = there & ~self.hosts[k]
                    value = -paid - prices[k]
                    for worth, fans, seen in covers:
                        value += worth * ((seen | fans[k]) & free).bit_count()
                    if value > best:
                        best, move = value, (spot, k)
            if move is None:
                return best - 1e-6, tuple(sorted(inside))
            spot, k = move
            if spot >= 0:
                inside.pop(spot)
            if k >= 0:
                inside.append(k)

    def _reduced(self, kind: SlotKind, prices: list[float], content: list[int]) -> float:
        return self.value(tuple(content), kind.present) - sum(prices[k] for k in content)

    def shaken(self, kind: SlotKind, content: Content, rng: Random) -> list[int]:
        """Three out, up to three others in."""
        inside = list(content)
        for _ in range(min(3, len(inside))):
            inside.pop(int(rng.random() * len(inside)))
        self._fill(kind, inside, len(inside) + 3, rng)
        return inside

    def random_content(self, kind: SlotKind, rng: Random) -> list[int]:
        inside: list[int] = []
        self._fill(kind, inside, max(kind.least, round(0.8 * kind.most)), rng)
        return inside

    def _fill(self, kind: SlotKind, inside: list[int], size: int, rng: Random) -> None:
        busy = 0
        for k in inside:
            busy |= self.hosts[k]
        for k in rng.sample(kind.allowed, len(kind.allowed)):
            if len(inside) >= min(size, kind.most):
                return
            if k not in inside and not self.hosts[k] & busy and _has_room(kind, inside, k):
                inside.append(k)
                busy |= self.hosts[k]


def _limits(masks: dict[int, int], rooms: int) -> tuple[tuple[Content, int], ...]:
    """Hall's condition for each set of rooms that some part asks for."""
    result = []
    for mask in sorted(set(masks.values())):
        parts = tuple(k for k, own in masks.items() if own & ~mask == 0)
        if mask.bit_count() < min(rooms, len(parts)):
            result.append((parts, mask.bit_count()))
    return tuple(result)


def _has_room(kind: SlotKind, inside: list[int], part: int) -> bool:
    return all(part not in parts or sum(k in parts for k in inside) < most for parts, most in kind.limits)
