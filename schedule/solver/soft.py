"""The soft terms while a search runs: what a plan costs beside the wishes it misses, slot by slot.

`Soft` follows a board. After the board has changed, `weigh` works out what the change costs, exactly but for the
rooms (the fullest session is thought into the largest room; needs are seen to at the end) and for doubles, which
count in both their slots. `hope` says beforehand what a change could save at best, so that most need not be tried.
"""

from dataclasses import dataclass

from .board import Board
from .crowd import bits_in, set_of
from .score import limits


@dataclass(slots=True)
class Weighed:
    """What a change costs, and what it would make of the slots."""

    cost: float
    #: slot to (topic pairs, overflow)
    slots: dict[int, tuple[int, float]]
    seen: dict[int, int]
    missing: dict[int, int]
    moved: dict[int, bool]


class Soft:
    """Topic pairs, overflow, fairness and moves of the plan on a board."""

    def __init__(self, board: Board) -> None:
        self.board = board
        problem = board.problem
        self.weights = problem.weights
        topics = sorted({s.topic for s in problem.sessions if s.topic is not None})
        index = {topic: k for k, topic in enumerate(topics)}
        self.topic = [-1 if s.topic is None else index[s.topic] for s in problem.sessions]
        self.capacities = [
            sorted((room.capacity for r, room in enumerate(problem.rooms) if mask >> r & 1), reverse=True)
            for mask in board.open_rooms
        ]
        self.published: dict[int, set[int]] = {}
        for p in problem.published:
            self.published.setdefault(p.session, set()).add(p.slot)
        self.limits = [round(limit / board.unit) for limit in limits(problem)]
        self._read_levels()
        self.reset()

    def _read_levels(self) -> None:
        """People by session and weight, the heaviest first: people come to the heaviest wish on offer."""
        problem = self.board.problem
        found: dict[int, list[list[int]]] = {}
        for a in range(len(problem.attendees)):
            for session, weight in problem.wishes_of(a).items():
                if weight not in found:
                    found[weight] = [[] for _ in problem.sessions]
                found[weight][session].append(a)
        self.levels = [[set_of(people) for people in found[weight]] for weight in sorted(found, reverse=True)]
        self.everybody = (1 << len(problem.attendees)) - 1

    @property
    def is_idle(self) -> bool:
        """No term can matter."""
        w = self.weights
        return not (w.topic or w.overflow or w.fairness or (w.move and self.published))

    def reset(self) -> None:
        """Everything as the board stands now."""
        board = self.board
        slots = range(board.slot_count)
        self.seen = [0 for _ in slots]
        for segment in range(len(board.segments)):
            for t, gain in self._gains(segment).items():
                self.seen[t] = gain
        self.missing = list(self.limits)
        for gain in self.seen:
            for bit in bits_in(gain):
                self.missing[bit % board.people] -= 1
        self._sort_by_missing()
        self.slots = [self._slot(t) for t in slots]
        self.moved = [self._has_moved(i) for i in range(len(board.slot))]

    @property
    def total(self) -> float:
        """The weighted sum of all soft terms."""
        w = self.weights
        return (
            w.topic * sum(pairs for pairs, _ in self.slots)
            + w.overflow * sum(over for _, over in self.slots)
            + w.fairness * self.board.unit**2 * sum(m * m for m in self.missing)
            + w.move * sum(self.moved)
        )

    # -- one slot --------------------------------------------------------------------------------

    def _slot(self, slot: int) -> tuple[int, float]:
        row = [i for i in self.board.row[slot] if i >= 0]
        pairs = 0
        if self.weights.topic:
            counts: dict[int, int] = {}
            for i in row:
                topic = self.topic[i]
                if topic >= 0:
                    pairs += counts.get(topic, 0)
                    counts[topic] = counts.get(topic, 0) + 1
        over = 0.0
        if self.weights.overflow:
            people = sorted(self.people_in(slot, row), reverse=True)
            over = sum(max(0.0, n - c) for n, c in zip(people, self.capacities[slot], strict=False))
        return pairs, over

    def people_in(self, slot: int, row: list[int]) -> list[float]:
        """The people expected in each session of the row: everybody spreads over their heaviest wishes on offer."""
        left = self.board.free[slot] & self.everybody
        people = [0.0] * len(row)
        for fans in self.levels:
            exactly = exactly_so_often([fans[i] & left for i in row])
            covered = 0
            for k, mask in enumerate(exactly):
                covered |= mask
                for n, i in enumerate(row):
                    people[n] += (fans[i] & mask).bit_count() / (k + 1)
            left &= ~covered
        return people

    def _gains(self, segment: int) -> dict[int, int]:
        board = self.board
        gains, gain = {}, 0
        for t in board.segments[segment]:
            reached = board.ending[t] & board.free[t - 1] & ~gain if board.ending[t] else 0
            gain = board.free[t] & (board.ones[t] | reached)
            gains[t] = gain
        return gains

    def _has_moved(self, session: int) -> bool:
        slots = self.published.get(session)
        return slots is not None and self.board.slot[session] not in slots

    # -- fairness --------------------------------------------------------------------------------

    def _sort_by_missing(self) -> None:
        """People by what they miss, in every unit, as a mask; who misses nothing is left out."""
        people, units = self.board.people, self.board.units
        found: dict[int, list[int]] = {}
        for a, m in enumerate(self.missing):
            if m > 0:
                found.setdefault(m, []).extend(a + people * k for k in range(units))
        self.by_missing = {m: set_of(bits) for m, bits in sorted(found.items())}

    def hope(self, slots: tuple[int, ...], won: int, lost: int) -> float:
        """What a change of these slots can save at best, when `won` and `lost` are the people it covers and
        uncovers.
        """
        w = self.weights
        saved = 0.0
        for t in slots:
            pairs, over = self.slots[t]
            saved += w.topic * pairs + w.overflow * over
        if w.fairness:
            scale = w.fairness * self.board.unit**2
            # (m - k)² is least improved by the first unit: k units save at most k · (2 m - 1).
            for m, people in self.by_missing.items():
                saved += scale * (2 * m - 1) * ((won & people).bit_count() - (lost & people).bit_count())
        return saved

    # -- a change --------------------------------------------------------------------------------

    def weigh(self, sessions: list[int], slots: list[int]) -> Weighed:
        """The cost of what the board has just done to these sessions and slots."""
        w, board = self.weights, self.board
        now = {t: self._slot(t) for t in slots} if w.topic or w.overflow else {}
        cost = 0.0
        for t, (pairs, over) in now.items():
            cost += w.topic * (pairs - self.slots[t][0]) + w.overflow * (over - self.slots[t][1])
        seen: dict[int, int] = {}
        missing: dict[int, int] = {}
        if w.fairness:
            for segment in {board.segment_of[t] for t in slots}:
                if board.doubles_in[segment] or board.is_coupled[segment]:
                    seen.update(self._gains(segment))
                else:
                    seen.update((t, board.free[t] & board.ones[t]) for t in slots if board.segment_of[t] == segment)
            missing = self._missing_after(seen)
            squares = sum(m * m - self.missing[a] * self.missing[a] for a, m in missing.items())
            cost += w.fairness * board.unit**2 * squares
        moved = {i: self._has_moved(i) for i in sessions} if w.move and self.published else {}
        cost += w.move * sum(has - self.moved[i] for i, has in moved.items())
        return Weighed(cost, now, seen, missing, moved)

    def _missing_after(self, seen: dict[int, int]) -> dict[int, int]:
        people = self.board.people
        change: dict[int, int] = {}
        for t, now in seen.items():
            before = self.seen[t]
            for bit in bits_in(now & ~before):
                change[bit % people] = change.get(bit % people, 0) - 1
            for bit in bits_in(before & ~now):
                change[bit % people] = change.get(bit % people, 0) + 1
        return {a: self.missing[a] + n for a, n in change.items() if n}

    def accept(self, weighed: Weighed) -> None:
        """The board stays as it was weighed."""
        for t, found in weighed.slots.items():
            self.slots[t] = found
        for t, gain in weighed.seen.items():
            self.seen[t] = gain
        for i, has in weighed.moved.items():
            self.moved[i] = has
        board = self.board
        for a, m in weighed.missing.items():
            own = board.crowd.bits_of(a)
            before = self.missing[a]
            if before > 0:
                self.by_missing[before] &= ~own
            if m > 0:
                self.by_missing[m] = self.by_missing.get(m, 0) | own
            self.missing[a] = m


def exactly_so_often(sets: list[int]) -> list[int]:
    """Position k holds those who are in exactly k + 1 of the sets."""
    exactly: list[int] = []
    for people in sets:
        fresh = people
        for k in range(len(exactly) - 1, -1, -1):
            up = exactly[k] & people
            if up:
                exactly[k] ^= up
                fresh ^= up
                if k + 1 == len(exactly):
                    exactly.append(up)
                else:
                    exactly[k + 1] |= up
        if exactly:
            exactly[0] |= fresh
        elif fresh:
            exactly.append(fresh)
    return exactly
