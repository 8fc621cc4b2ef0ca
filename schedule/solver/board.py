"""The state of a search: who covers what, as bit sets, so that a move is priced in a handful of operations.

People are bits (`crowd.py`). Per slot the people on offer something are counted in bit planes (a carry-save adder),
from which follow `ones` (covered), `twos` (covered twice or more) and three sets that price a move at once:

* `open`: people whose day gets better by one if the slot covers them, and worse by one if it stops to. Where no double
  runs these are the people free in the slot. Beside doubles they follow from an exact recurrence along the run of
  adjoining slots (`_refresh_run`).
* `wins = open & ~ones`: won by covering them. `solo = open & ones & ~twos`: lost when their one session goes.

Taking v out of a slot and putting u in changes `|F_u & (wins | F_v & solo)| - |F_v & solo|`, exactly, for slots that no
double couples. Singles have a slot and no room: that the rooms suffice is a matching, asked before a move is made
(`rooms.py` chooses them at the end). Doubles, and sessions whose hosts may have to walk between buildings, are
anchored: they have a room of their own in the search.
"""

from .crowd import Crowd
from .problem import Placement, Problem
from .rules import may_stand

#: what leaving out a session costs that must be placed: more than any wishes it could free
REQUIRED = 1000

EMPTY, CLOSED = -1, -2

#: sessions and the slots they go to (-1: off the grid)
Change = tuple[tuple[int, int], ...]


class Board:
    """Sessions in slots. `slot[i]` is where session i starts, -1 when it is not placed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.slot_count, self.room_count = len(problem.slots), len(problem.rooms)
        sessions = problem.sessions
        self.length = [s.length for s in sessions]
        self._read_rooms()
        self.crowd = crowd = Crowd(problem)
        self.unit, self.units, self.people = crowd.unit, crowd.units, crowd.people
        self.fans, self.present, self.who, self.busy = crowd.fans, crowd.present, crowd.who, crowd.busy
        self._read_hosts()
        self.bonus = [
            REQUIRED if s.required or s.pin_slot is not None else max(1, round(problem.weights.unplaced))
            for s in sessions
        ]
        self.before = list(problem.order)
        self.is_ordered = bytearray(len(sessions))
        for pair in problem.order:
            for i in pair:
                self.is_ordered[i] = 1
        self.clear()

    # -- set-up ----------------------------------------------------------------------------------

    def _read_rooms(self) -> None:
        problem, slots, rooms = self.problem, range(self.slot_count), range(self.room_count)
        self.open_rooms = [sum(1 << r for r in rooms if t not in problem.rooms[r].unavailable) for t in slots]
        # Sessions that ask for the same share one answer: asking 1,000 sessions about 1,200 cells took 2 s.
        shared: dict[tuple[object, ...], list[int]] = {}
        #: by session and start slot, the rooms it may have there as a bit set
        self.rooms_for: list[list[int]] = []
        for i, s in enumerate(problem.sessions):
            key = (s.length, s.features, s.unavailable, s.pin_slot, s.pin_room)
            if key not in shared:
                shared[key] = [sum(1 << r for r in rooms if may_stand(problem, i, t, r)) for t in slots]
            self.rooms_for.append(shared[key])
        #: the slots each session may start in
        self.slots_for = [[t for t, mask in enumerate(masks) if mask] for masks in self.rooms_for]
        self.segments: list[range] = []
        start = 0
        for t in slots:
            if t + 1 == self.slot_count or not problem.slots[t].next:
                self.segments.append(range(start, t + 1))
                start = t + 1
        #: runs of adjoining slots: doubles couple the slots inside one, never across
        self.segment_of = [k for k, run in enumerate(self.segments) for _ in run]

    def _read_hosts(self) -> None:
        problem = self.problem
        hosted: dict[int, list[int]] = {}
        for i, s in enumerate(problem.sessions):
            for h in sorted(s.hosts):
                hosted.setdefault(h, []).append(i)
        self.busy_count = [mask.bit_count() for mask in self.busy]
        #: sessions that can clash with another by a common host
        self.shares_host = bytearray(any(len(hosted[h]) > 1 for h in s.hosts) for s in problem.sessions)
        self.walks = bool(problem.walking_minutes) and len({r.building for r in problem.rooms}) > 1
        self.anchored = bytearray(
            length > 1 or (self.walks and bool(shares))
            for length, shares in zip(self.length, self.shares_host, strict=True)
        )

    def clear(self) -> None:
        """Nothing is placed."""
        count, slots = len(self.length), range(self.slot_count)
        self.slot = [-1] * count
        #: the room of an anchored session
        self.room = [-1] * count
        #: where it stands in the row of its slot; doubles have a second place
        self.place, self.place_after = [-1] * count, [-1] * count
        self.row = [
            [EMPTY] * self.open_rooms[t].bit_count() + [CLOSED] * (self.room_count - self.open_rooms[t].bit_count())
            for t in slots
        ]
        self.anchored_rooms = [0 for _ in slots]
        self.counts: list[list[int]] = [[0, 0] for _ in slots]
        self.ending = [0 for _ in slots]
        self.hosts_at = [0 for _ in slots]
        self.free = list(self.present)
        self.ones, self.open, self.wins, self.solo = ([0 for _ in slots] for _ in range(4))
        #: the wishes that would be lost if the session went, with nothing in its place; -1: not known
        self.lone = [-1] * count
        self.doubles_in = [0] * len(self.segments)
        #: doubles ran there when the sets were last worked out
        self.is_coupled = [False] * len(self.segments)
        for t in slots:
            self.open[t] = self.wins[t] = self.free[t]

    # -- reading ---------------------------------------------------------------------------------

    def starts(self) -> list[int]:
        return list(self.slot)

    def span(self, session: int, slot: int) -> range:
        return range(slot, slot + self.length[session])

    def segment_value(self, segment: int) -> int:
        """Units of wishes seen in a run of adjoining slots."""
        free, ones, ending = self.free, self.ones, self.ending
        total = gain = 0
        for t in self.segments[segment]:
            double = ending[t]
            if double:
                gain = free[t] & (ones[t] | (double & free[t - 1] & ~gain))
            else:
                gain = free[t] & ones[t]
            total += gain.bit_count()
        return total

    def value(self) -> float:
        """Wishes seen, as the search counts them."""
        return self.unit * sum(self.segment_value(k) for k in range(len(self.segments)))

    def placed_bonus(self) -> int:
        return sum(bonus for bonus, slot in zip(self.bonus, self.slot, strict=True) if slot >= 0)

    def placements(self) -> list[Placement]:
        """Where everything stands, in some room that will do."""
        result = [Placement(i, t, self.room[i]) for i, t in enumerate(self.slot) if t >= 0 and self.anchored[i]]
        for t in range(self.slot_count):
            rooms = self.match_rooms(t)
            assert rooms is not None
            result.extend(Placement(i, t, room) for i, room in rooms.items())
        return sorted(result)

    # -- rooms -----------------------------------------------------------------------------------

    def singles_in(self, slot: int) -> list[int]:
        return [i for i in self.row[slot] if i >= 0 and not self.anchored[i]]

    def rooms_suffice(self, slot: int) -> bool:
        """The singles of the slot can be given rooms that have what they need."""
        free = self.open_rooms[slot] & ~self.anchored_rooms[slot]
        picky = [
            mask
            for i in self.row[slot]
            if i >= 0 and not self.anchored[i] and (mask := self.rooms_for[i][slot] & free) != free
        ]
        return not picky or len(matching(picky)) == len(picky)

    def match_rooms(self, slot: int) -> dict[int, int] | None:
        """A room for each single of the slot; None when there are too few that will do."""
        free = self.open_rooms[slot] & ~self.anchored_rooms[slot]
        singles = self.singles_in(slot)
        found = matching([self.rooms_for[i][slot] & free for i in singles])
        if len(found) < len(singles):
            return None
        return {singles[k]: room for room, k in found.items()}

    # -- changing --------------------------------------------------------------------------------

    def take_out(self, session: int) -> list[int]:
        """The session is off the grid; returns the slots to refresh."""
        t = self.slot[session]
        if t < 0:
            return []
        self.slot[session] = -1
        self.row[t][self.place[session]] = EMPTY
        self._leave(session, t)
        if self.length[session] > 1:
            self.row[t + 1][self.place_after[session]] = EMPTY
            self._leave(session, t + 1)
            self.ending[t + 1] &= ~self.fans[session]
            self._recount_ending(t + 1)
            self.doubles_in[self.segment_of[t]] -= 1
            touched = [t, t + 1]
        else:
            remove_from(self.counts[t], self.fans[session])
            touched = [t]
        self.room[session] = -1
        return touched

    def _leave(self, session: int, slot: int) -> None:
        self.hosts_at[slot] &= ~self.who[session]
        self.free[slot] |= self.busy[session] & self.present[slot]
        if self.anchored[session]:
            self.anchored_rooms[slot] &= ~(1 << self.room[session])

    def _recount_ending(self, slot: int) -> None:
        # Two doubles that end in one slot may share fans.
        fans = 0
        for i in self.row[slot]:
            if i >= 0 and self.length[i] > 1 and self.slot[i] == slot - 1:
                fans |= self.fans[i]
        self.ending[slot] = fans

    def put_in(self, session: int, slot: int, room: int = -1) -> list[int]:
        """The session starts in the slot, which has a place left for it; returns the slots to refresh."""
        self.slot[session], self.room[session] = slot, room
        self.place[session] = self.row[slot].index(EMPTY)
        self.row[slot][self.place[session]] = session
        self._enter(session, slot)
        if self.length[session] > 1:
            self.place_after[session] = self.row[slot + 1].index(EMPTY)
            self.row[slot + 1][self.place_after[session]] = session
            self._enter(session, slot + 1)
            self.ending[slot + 1] |= self.fans[session]
            self.doubles_in[self.segment_of[slot]] += 1
            return [slot, slot + 1]
        add_to(self.counts[slot], self.fans[session])
        return [slot]

    def _enter(self, session: int, slot: int) -> None:
        self.hosts_at[slot] |= self.who[session]
        self.free[slot] &= ~self.busy[session]
        if self.anchored[session]:
            self.anchored_rooms[slot] |= 1 << self.room[session]

    def refresh(self, slots: list[int]) -> None:
        """The sets that price moves, after the slots changed."""
        for t in slots:
            low, *high = self.counts[t]
            twos = 0
            for plane in high:
                twos |= plane
            self.ones[t] = low | twos
            self.solo[t] = low & ~twos
            k = self.segment_of[t]
            if not self.doubles_in[k] and not self.is_coupled[k]:
                self._set_open(t, self.free[t])
        for k in {self.segment_of[t] for t in slots}:
            # Taking the last double away changes its whole run, too.
            if self.doubles_in[k] or self.is_coupled[k]:
                self.is_coupled[k] = self.doubles_in[k] > 0
                self._refresh_run(self.segments[k])

    def _refresh_run(self, run: range) -> None:
        free, ones, ending = self.free, self.ones, self.ending
        # by_double: seen in t by a double that ends there, given the best up to t - 1
        by_double, gain = [], 0
        for t in run:
            reached = ending[t] & free[t] & free[t - 1] & ~gain if ending[t] else 0
            by_double.append(reached)
            gain = (free[t] & ones[t]) | reached
        # regret: people for whom being covered in t costs a double that ends in t + 1
        regret, after = 0, run.stop
        for t in reversed(run):
            if after < run.stop:
                double = ending[after] & free[after] & free[t]
                regret = double & ~ones[after] & ~regret
            self._set_open(t, free[t] & ~by_double[t - run.start] & ~regret)
            after = t

    def _set_open(self, slot: int, people: int) -> None:
        self.open[slot] = people
        ones = self.ones[slot]
        self.wins[slot] = people & ~ones
        low, *high = self.counts[slot]
        for plane in high:
            low &= ~plane
        self.solo[slot] = low & people
        lone = self.lone
        for i in self.row[slot]:
            if i >= 0:
                lone[i] = -1

    def load(self, starts: list[int], rooms: list[int] | None = None) -> None:
        """The board stands as `starts` says; anchored sessions get the rooms given, or any that will do."""
        self.clear()
        later = []
        for i, t in enumerate(starts):
            if t < 0:
                continue
            if not self.anchored[i]:
                self.put_in(i, t)
            elif rooms is not None:
                self.put_in(i, t, rooms[i])
            else:
                later.append(i)
        for i in later:
            room = self.room_for(i, starts[i])
            if room >= 0:
                self.put_in(i, starts[i], room)
        self.refresh(list(range(self.slot_count)))

    # -- moves -----------------------------------------------------------------------------------

    def room_for(self, session: int, slot: int, first: int = 0) -> int:
        """A room for an anchored session that leaves enough for everybody else there; -1: none. Looks from `first`
        on.
        """
        span = self.span(session, slot)
        mask = self.rooms_for[session][slot]
        for t in span:
            mask &= ~self.anchored_rooms[t]
        for k in range(self.room_count):
            room = (first + k) % self.room_count
            if not mask >> room & 1:
                continue
            for t in span:
                self.anchored_rooms[t] |= 1 << room
            fits = all(self.rooms_suffice(t) for t in span)
            for t in span:
                self.anchored_rooms[t] &= ~(1 << room)
            if fits and not (self.walks and self.breaks_walk(session, slot, room)):
                return room
        return -1

    def breaks_walk(self, session: int, slot: int, room: int) -> bool:
        """A host of the session would have to change buildings with too little time."""
        problem, who = self.problem, self.who[session]
        if not self.shares_host[session]:
            return False
        building = problem.rooms[room].building
        first, last = slot - 1, slot + self.length[session]
        for t, gap in ((first, first), (last, last - 1)):
            if not 0 <= t < self.slot_count or not self.hosts_at[t] & who or not problem.is_walk_too_long(gap):
                continue
            for i in self.row[t]:
                if i >= 0 and i != session and self.who[i] & who:
                    if problem.rooms[self.room[i]].building != building:
                        return True
        return False

    def breaks_order(self) -> bool:
        slot = self.slot
        return any(slot[a] >= 0 and slot[b] >= 0 and slot[a] + self.length[a] > slot[b] for a, b in self.before)

    def change_for(self, session: int, slot: int, pick: int) -> Change | None:
        """Puts `session` into `slot`; whoever is in the way changes places with it. `pick` chooses who.

        None when that cannot be.
        """
        old, mine = self.slot[session], set()
        if old >= 0:
            mine = set(self.span(session, old))
        change = [(session, slot)]
        moved = {session}
        for k, t in enumerate(self.span(session, slot)):
            if t in mine or EMPTY in self.row[t]:
                continue
            taken = [i for i in self.row[t] if i >= 0 and i not in moved and self.length[i] == 1]
            if not taken:
                return None
            other = taken[pick % len(taken)]
            home = old + k if old >= 0 else -1
            if home >= 0 and (home in self.span(session, slot) or k >= self.length[session]):
                # They overlap: the slot that the session leaves is the other end.
                home = next((q for q in sorted(mine) if q not in self.span(session, slot)), -1)
            if home >= 0 and not self.rooms_for[other][home]:
                return None
            moved.add(other)
            change.append((other, home))
        return tuple(change)

    def try_change(self, change: Change, floor: float, first: int = 0) -> float | None:
        """Makes the change if every rule holds and it gains at least `floor`; returns the gain, or None."""
        undo = [(i, self.slot[i], self.room[i]) for i, _ in change]
        touched = {t for i, slot in change for start in (self.slot[i], slot) if start >= 0 for t in self.span(i, start)}
        segments = sorted({self.segment_of[t] for t in touched})
        before = sum(self.segment_value(k) for k in segments)
        gain = float(sum(self.bonus[i] * ((slot >= 0) - (self.slot[i] >= 0)) for i, slot in change))
        for i, _ in change:
            self.take_out(i)
        if self._put_all(change, touched, first):
            self.refresh(sorted(touched))
            gain += self.unit * (sum(self.segment_value(k) for k in segments) - before)
            if gain >= floor:
                return gain
        for i, _ in change:
            self.take_out(i)
        for i, slot, room in undo:
            if slot >= 0:
                self.put_in(i, slot, room)
        self.refresh(sorted(touched))
        return None

    def _put_all(self, change: Change, touched: set[int], first: int) -> bool:
        # Those with a room of their own come last: then it is known who else needs one.
        for i, slot in sorted(change, key=lambda pair: self.anchored[pair[0]]):
            if slot < 0:
                continue
            for t in self.span(i, slot):
                if EMPTY not in self.row[t] or self.hosts_at[t] & self.who[i]:
                    return False
            room = -1
            if self.anchored[i]:
                room = self.room_for(i, slot, first)
                if room < 0:
                    return False
            self.put_in(i, slot, room)
        return not self.breaks_order() and all(self.rooms_suffice(t) for t in touched)


def add_to(planes: list[int], people: int) -> None:
    """One more for each of the people, counted in bit planes."""
    for k, plane in enumerate(planes):
        planes[k] = plane ^ people
        people &= plane
        if not people:
            return
    planes.append(people)


def remove_from(planes: list[int], people: int) -> None:
    """One less for each of the people."""
    for k, plane in enumerate(planes):
        planes[k] = plane ^ people
        people &= ~plane
        if not people:
            return


def matching(masks: list[int]) -> dict[int, int]:
    """Room to position in `masks`: as many as can be given a room of their own set (Kuhn's augmenting paths)."""
    owner: dict[int, int] = {}

    def seat(k: int, tried: list[int]) -> bool:
        mask = masks[k] & ~tried[0]
        while mask:
            low = mask & -mask
            tried[0] |= low
            room = low.bit_length() - 1
            if room not in owner or seat(owner[room], tried):
                owner[room] = k
                return True
            mask = masks[k] & ~tried[0]
        return False

    for k in sorted(range(len(masks)), key=lambda k: (masks[k].bit_count(), k)):
        seat(k, [0])
    return owner
