"""The state of a search: who covers what, as bit sets, so that a move is priced in a handful of operations.

One Python integer per session holds the people who wish it (one plane per weight level, so that summing
`bit_count()` over the planes gives the weighted sum). Per slot, `ones` are the people covered and `twos` those
covered at least twice: taking u out and putting v in covers `(ones & ~F_u) | twos | F_v`, exactly.

Doubles follow an exact recurrence along a run of adjoining slots, bit-parallel over people:
`gain_t = single_t | (double_ending_t & ~gain_{t-1})`. With several weight levels and doubles the levels are
optimised one by one, which can only be too hopeful; `score.score` always has the last word.
"""

from collections import Counter

from .problem import Placement, Problem
from .rules import may_stand

#: what leaving out a session costs that must be placed: more than any wishes it could free
REQUIRED = 1000

#: a change of the board: (session, new start cell or -1)
Change = tuple[tuple[int, int], ...]


class Board:
    """Sessions in cells. A cell is slot * rooms + room; -1 means not placed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.slot_count, self.room_count = len(problem.slots), len(problem.rooms)
        sessions = problem.sessions
        self.length = [s.length for s in sessions]
        cells = self.slot_count * self.room_count
        #: cells each session may start in, as a list and as flags
        self.domain, self.may = self._domains()
        self.hosts = [sum(1 << h for h in s.hosts) for s in sessions]
        self.bonus = [
            REQUIRED if s.required or s.pin_slot is not None else max(1, round(problem.weights.unplaced))
            for s in sessions
        ]
        self._read_wishes()
        self._read_segments()
        self.special = self._special()
        self.at = [-1] * cells
        self.where = [-1] * len(sessions)
        self.hosts_at = [0] * self.slot_count
        self.free = list(self.present)
        planes = range(len(self.worth))
        self.ones = [[0] * self.slot_count for _ in planes]
        self.twos = [[0] * self.slot_count for _ in planes]
        #: people who wish a double that ends in the slot
        self.ending = [[0] * self.slot_count for _ in planes]
        self.doubles_in = [0] * len(self.segments)

    # -- set-up ----------------------------------------------------------------------------------

    def _domains(self) -> tuple[list[list[int]], list[bytearray]]:
        # Sessions that ask for the same share one list: asking 1,000 sessions about 1,200 cells took 2 s.
        shared: dict[tuple[object, ...], tuple[list[int], bytearray]] = {}
        found = []
        for i, s in enumerate(self.problem.sessions):
            key = (s.length, s.features, s.unavailable, s.pin_slot, s.pin_room)
            if key not in shared:
                flags = bytearray(
                    may_stand(self.problem, i, slot, room)
                    for slot in range(self.slot_count)
                    for room in range(self.room_count)
                )
                shared[key] = [cell for cell, flag in enumerate(flags) if flag], flags
            found.append(shared[key])
        return [domain for domain, _ in found], [flags for _, flags in found]

    def _read_wishes(self) -> None:
        problem = self.problem
        levels = sorted({w for a in range(len(problem.attendees)) for w in problem.wishes_of(a).values()})
        #: what one covered person is worth, by plane: the step from one weight level to the next
        self.worth = [level - before for level, before in zip(levels, [0, *levels], strict=False)] or [1]
        self.fans = [[0] * len(problem.sessions) for _ in self.worth]
        for a in range(len(problem.attendees)):
            for session, weight in problem.wishes_of(a).items():
                for plane, level in enumerate(levels):
                    if weight >= level:
                        self.fans[plane][session] |= 1 << a
        everybody = (1 << len(problem.attendees)) - 1
        self.present = [everybody] * self.slot_count
        for a, attendee in enumerate(problem.attendees):
            for t in attendee.absent:
                self.present[t] &= ~(1 << a)

    def _read_segments(self) -> None:
        """Runs of adjoining slots: doubles couple the slots inside one, never across."""
        self.segments: list[range] = []
        start = 0
        for t in range(self.slot_count):
            if t + 1 == self.slot_count or not self.problem.slots[t].next:
                self.segments.append(range(start, t + 1))
                start = t + 1
        self.segment_of = [k for k, run in enumerate(self.segments) for _ in run]

    def _special(self) -> list[bool]:
        """Sessions whose moves need the careful path: doubles, ordered ones, hosts who may have to walk."""
        problem = self.problem
        ordered = {i for pair in problem.order for i in pair}
        walkers: set[int] = set()
        if problem.walking_minutes and len({r.building for r in problem.rooms}) > 1:
            hosted = Counter(h for s in problem.sessions for h in s.hosts)
            walkers = {i for i, s in enumerate(problem.sessions) if any(hosted[h] > 1 for h in s.hosts)}
        self.before = [(a, b) for a, b in problem.order]
        self.walks = bool(walkers)
        return [s.length > 1 or i in ordered or i in walkers for i, s in enumerate(problem.sessions)]

    # -- reading ---------------------------------------------------------------------------------

    def placements(self) -> list[Placement]:
        return [Placement(i, *divmod(cell, self.room_count)) for i, cell in enumerate(self.where) if cell >= 0]

    def segment_value(self, segment: int) -> int:
        """Weighted wishes seen in a run of adjoining slots."""
        total = 0
        free = self.free
        for plane, worth in enumerate(self.worth):
            ones, ending = self.ones[plane], self.ending[plane]
            gain, seen = 0, 0
            for t in self.segments[segment]:
                double = ending[t]
                if double:
                    gain = free[t] & (ones[t] | (double & free[t - 1] & ~gain))
                else:
                    gain = free[t] & ones[t]
                seen += gain.bit_count()
            total += worth * seen
        return total

    def value(self) -> int:
        """Wishes seen, as the search counts them."""
        return sum(self.segment_value(k) for k in range(len(self.segments)))

    def placed_bonus(self) -> int:
        return sum(bonus for bonus, cell in zip(self.bonus, self.where, strict=True) if cell >= 0)

    # -- changing --------------------------------------------------------------------------------

    def cells_of(self, session: int, cell: int) -> tuple[int, ...]:
        if cell < 0:
            return ()
        return (cell,) if self.length[session] == 1 else (cell, cell + self.room_count)

    def put(self, session: int, cell: int) -> None:
        """Moves the session without asking; slots are rebuilt by the caller."""
        for old in self.cells_of(session, self.where[session]):
            if self.at[old] == session:
                self.at[old] = -1
        if self.length[session] > 1:
            for place, step in ((self.where[session], -1), (cell, 1)):
                if place >= 0:
                    self.doubles_in[self.segment_of[place // self.room_count]] += step
        self.where[session] = cell
        for new in self.cells_of(session, cell):
            self.at[new] = session

    def rebuild(self, slot: int) -> None:
        """The slot's bit sets from what stands in it."""
        rooms, length = self.room_count, self.length
        row = [i for i in self.at[slot * rooms : (slot + 1) * rooms] if i >= 0]
        hosts = 0
        for i in row:
            hosts |= self.hosts[i]
        self.hosts_at[slot] = hosts
        self.free[slot] = self.present[slot] & ~hosts
        for plane, fans in enumerate(self.fans):
            one = two = ending = 0
            for i in row:
                if length[i] == 1:
                    two |= one & fans[i]
                    one |= fans[i]
                elif self.where[i] // rooms != slot:
                    ending |= fans[i]
            self.ones[plane][slot] = one
            self.twos[plane][slot] = two
            self.ending[plane][slot] = ending

    def slots_touched(self, change: Change) -> set[int]:
        touched = set()
        for session, cell in change:
            for c in (*self.cells_of(session, self.where[session]), *self.cells_of(session, cell)):
                touched.add(c // self.room_count)
        return touched

    def apply(self, change: Change) -> None:
        touched = self.slots_touched(change)
        for session, _ in change:
            self.put(session, -1)
        for session, cell in change:
            self.put(session, cell)
        for slot in sorted(touched):
            self.rebuild(slot)

    def load(self, where: list[int]) -> None:
        """The board stands as `where` says."""
        for session in range(len(where)):
            self.put(session, -1)
        for session, cell in enumerate(where):
            self.put(session, cell)
        for slot in range(self.slot_count):
            self.rebuild(slot)

    # -- moves -----------------------------------------------------------------------------------

    def change_for(self, session: int, cell: int) -> Change | None:
        """The change that puts `session` into `cell`: a shift, a swap, or whoever stands there goes out."""
        old = self.where[session]
        taken = [self.at[c] for c in self.cells_of(session, cell)]
        if self.length[session] == 1:
            other = taken[0]
            if other < 0:
                return ((session, cell),)
            if self.length[other] > 1 or (old >= 0 and not self.may[other][old]):
                return None
            return ((session, cell), (other, old))
        if session in taken:
            return None if any(i not in (-1, session) for i in taken) else ((session, cell),)
        if taken[0] == taken[1] >= 0:
            if old >= 0 and not self.may[taken[0]][old]:
                return None
            return ((session, cell), (taken[0], old))
        change: list[tuple[int, int]] = [(session, cell)]
        homes = self.cells_of(session, old) or (-1, -1)
        for other, home in zip(taken, homes, strict=True):
            if other < 0:
                continue
            if self.length[other] > 1 or (home >= 0 and not self.may[other][home]):
                return None
            change.append((other, home))
        return tuple(change)

    def breaks_hosts(self, slots: set[int]) -> bool:
        rooms = self.room_count
        for slot in slots:
            seen = 0
            for i in self.at[slot * rooms : (slot + 1) * rooms]:
                if i >= 0:
                    if seen & self.hosts[i]:
                        return True
                    seen |= self.hosts[i]
        return False

    def breaks_order(self) -> bool:
        where, rooms = self.where, self.room_count
        return any(
            where[a] >= 0 and where[b] >= 0 and where[a] // rooms + self.length[a] > where[b] // rooms
            for a, b in self.before
        )

    def breaks_walks(self, slots: set[int]) -> bool:
        """A host stands in two buildings in slots with too little time between."""
        problem = self.problem
        for t in {t for s in slots for t in (s - 1, s)}:
            if 0 <= t < self.slot_count - 1 and problem.is_walk_too_long(t):
                both = self.hosts_at[t] & self.hosts_at[t + 1]
                if both and self._changes_building(t, both):
                    return True
        return False

    def _changes_building(self, slot: int, people: int) -> bool:
        rooms, problem = self.room_count, self.problem
        here: dict[int, tuple[int, str]] = {}
        for t in (slot, slot + 1):
            for room in range(rooms):
                i = self.at[t * rooms + room]
                if i < 0 or not self.hosts[i] & people:
                    continue
                for host in problem.sessions[i].hosts:
                    session, building = here.setdefault(host, (i, problem.rooms[room].building))
                    if session != i and building != problem.rooms[room].building:
                        return True
        return False

    def try_change(self, change: Change, floor: float) -> float | None:
        """Makes the change if every rule holds and it gains at least `floor`; returns the gain, or None."""
        touched = self.slots_touched(change)
        segments = sorted({self.segment_of[t] for t in touched})
        before = sum(self.segment_value(k) for k in segments)
        undo = tuple((session, self.where[session]) for session, _ in change)
        gain = sum(self.bonus[i] * ((cell >= 0) - (self.where[i] >= 0)) for i, cell in change if self.bonus[i])
        self.apply(change)
        if not (self.breaks_hosts(touched) or self.breaks_order() or (self.walks and self.breaks_walks(touched))):
            gain += sum(self.segment_value(k) for k in segments) - before
            if gain >= floor:
                return gain
        self.apply(undo)
        return None
