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

Rules that the sets do not hold by themselves (`BUILT_IN`) are asked through their guards, before a move is made.
"""

from functools import cached_property
from math import ceil

from ..concerns import CONCERNS, Turnout
from ..problem import Placement, Problem
from ..rules import (
    CELL_RULES,
    RULES,
    Guard,
    cell_given_twice,
    host_in_two_rooms,
    may_stand,
    offered_too_often,
    sessions_tied_to_rooms,
)
from ..rules.cells import matching
from ..timeline import runs_of, seen_along
from .crowd import Crowd

#: what the sets and rows of the board hold by themselves, quicker than the guards of these rules would
BUILT_IN = (*CELL_RULES, cell_given_twice, host_in_two_rooms, offered_too_often)

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
        self._read_bonus()
        self.clear()
        self._post_guards()

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
        #: runs of adjoining slots: doubles couple the slots inside one, never across
        self.segments = runs_of(problem)
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
        tied = sessions_tied_to_rooms(problem)
        self.anchored = bytearray(length > 1 or i in tied for i, length in enumerate(self.length))

    def _read_bonus(self) -> None:
        """What placing each session counts, in wishes: one that must be placed more than all else together."""
        problem = self.problem
        must = [s.must_be_placed for s in problem.sessions]
        plain = max(1, round(problem.weights.unplaced))
        wishes = self.unit * sum(fans.bit_count() for fans in self.fans)
        soft = sum(concern.weight(problem) * concern.most_units(problem) for concern in CONCERNS)
        self.required_bonus = ceil(wishes + soft) + plain * (len(must) - sum(must)) + 1
        self.bonus = [self.required_bonus if is_must else plain for is_must in must]
        self.bonus_of_musts = self.required_bonus * sum(must)

    def _post_guards(self) -> None:
        """The guards of all rules that are not built in, by session."""
        #: has a guard that must be asked
        self.is_guarded = bytearray(len(self.length))
        self.guards_of: list[list[Guard]] = [[] for _ in self.length]
        for rule in RULES:
            if rule not in BUILT_IN:
                guard = rule.guard(self)
                for i in guard.sessions:
                    self.is_guarded[i] = 1
                    self.guards_of[i].append(guard)

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
        self.ones, self.twos, self.open, self.wins, self.solo = ([0 for _ in slots] for _ in range(5))
        #: the wishes that would be lost if the session went, with nothing in its place; -1: not known
        self.lone = [-1] * count
        self.doubles_in = [0] * len(self.segments)
        #: doubles ran there when the sets were last worked out
        self.is_coupled = [False] * len(self.segments)
        #: units of wishes seen there, kept where doubles run
        self.coupled_value = [0] * len(self.segments)
        for t in slots:
            self.open[t] = self.wins[t] = self.free[t]

    # -- reading ---------------------------------------------------------------------------------

    @cached_property
    def turnout(self) -> Turnout:
        """Who is likely to come where; read when a concern asks for the first time."""
        return Turnout(self)

    def starts(self) -> list[int]:
        return list(self.slot)

    def span(self, session: int, slot: int) -> range:
        return range(slot, slot + self.length[session])

    def segment_value(self, segment: int) -> int:
        """Units of wishes seen in a run of adjoining slots."""
        if self.is_coupled[segment]:
            return self.coupled_value[segment]
        free, ones = self.free, self.ones
        return sum([(free[t] & ones[t]).bit_count() for t in self.segments[segment]])

    def value_of_run(self, segment: int) -> int:
        """The same from nothing, for sets that were changed to try something."""
        seen = seen_along(self.segments[segment], self.free, self.ones, self.ending)
        return sum(map(int.bit_count, seen))

    def value(self) -> float:
        """Wishes seen, as the search counts them."""
        return self.unit * sum(self.segment_value(k) for k in range(len(self.segments)))

    def placed_bonus(self) -> int:
        """The bonus of what is placed, less that of what must be: as long as all of that is, numbers stay small."""
        return sum(bonus for bonus, slot in zip(self.bonus, self.slot, strict=True) if slot >= 0) - self.bonus_of_musts

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
            self.twos[t] = twos
            k = self.segment_of[t]
            if not self.doubles_in[k] and not self.is_coupled[k]:
                self._set_open(t, self.free[t])
        for k in {self.segment_of[t] for t in slots}:
            # Taking the last double away changes its whole run, too.
            if self.doubles_in[k] or self.is_coupled[k]:
                self.is_coupled[k] = self.doubles_in[k] > 0
                self._refresh_run(k)

    def _refresh_run(self, segment: int) -> None:
        run, free, ones, ending = self.segments[segment], self.free, self.ones, self.ending
        seen = seen_along(run, free, ones, ending)
        self.coupled_value[segment] = sum(map(int.bit_count, seen))
        # regret: people for whom being covered in t costs a double that ends in t + 1
        regret, after = 0, run.stop
        for t in reversed(run):
            if after < run.stop:
                double = ending[after] & free[after] & free[t]
                regret = double & ~ones[after] & ~regret
            # Whom a double that ends here covers, given the best up to the slot before.
            double = ending[t]
            by_double = double & free[t - 1] & ~seen[t - 1 - run.start] if double else 0
            self._set_open(t, free[t] & ~by_double & ~regret)
            after = t

    def _set_open(self, slot: int, people: int) -> None:
        self.open[slot] = people
        ones = self.ones[slot]
        self.wins[slot] = people & ~ones
        self.solo[slot] = people & ones & ~self.twos[slot]
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
            if fits and self.guards_allow(session, slot, room):
                return room
        return -1

    def guards_allow(self, session: int, slot: int, room: int) -> bool:
        """The rules that are not built in let the session, which stands nowhere, start there."""
        return all(guard.allows(session, slot, room) for guard in self.guards_of[session])

    def guards_allow_exchange(self, session: int, slot: int, other: int) -> bool:
        """The same for a single that goes to the slot, and for the other (or none: -1) that takes its place."""
        starts, home = self.slot, self.slot[session]
        starts[session] = -1
        if other >= 0:
            starts[other] = -1
        allowed = self.guards_allow(session, slot, -1)
        if allowed and other >= 0 <= home:
            starts[session] = slot
            allowed = self.guards_allow(other, home, -1)
        starts[session] = home
        if other >= 0:
            starts[other] = slot
        return allowed

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
        self.take_back(undo, sorted(touched))
        return None

    def take_back(self, undo: list[tuple[int, int, int]], slots: list[int]) -> None:
        """The sessions stand where they stood (slot and room) before a change that touched these slots."""
        for i, _, _ in undo:
            self.take_out(i)
        for i, slot, room in undo:
            if slot >= 0:
                self.put_in(i, slot, room)
        self.refresh(slots)

    def exchange(self, u: int, v: int, t: int) -> bool:
        """Single u goes to slot t, and single v (or nobody: -1) from there to where u was; False if a rule forbids it.

        Hosts have been asked before. What `try_change` does, written for the change that is made most.
        """
        slot, place, row, s = self.slot, self.place, self.row, self.slot[u]
        if (self.is_guarded[u] or (v >= 0 and self.is_guarded[v])) and not self.guards_allow_exchange(u, t, v):
            return False
        k = place[v] if v >= 0 else row[t].index(EMPTY)
        k_old = place[u]
        row[t][k] = u
        slot[u], place[u] = t, k
        if s >= 0:
            row[s][k_old] = v
        if v >= 0:
            slot[v], place[v] = s, k_old
        if not (self.rooms_suffice(t) and (s < 0 or v < 0 or self.rooms_suffice(s))):
            row[t][k] = v
            slot[u], place[u] = s, k_old
            if s >= 0:
                row[s][k_old] = u
            if v >= 0:
                slot[v], place[v] = t, k
            return False
        self._count_exchange(u, v, s, t)
        self.refresh([t, s] if s >= 0 else [t])
        return True

    def _count_exchange(self, u: int, v: int, s: int, t: int) -> None:
        fans, who, busy, counts = self.fans, self.who, self.busy, self.counts
        hosts_at, free, present = self.hosts_at, self.free, self.present
        bu, (fv, hv, bv) = busy[u], (fans[v], who[v], busy[v]) if v >= 0 else (0, 0, 0)
        if v >= 0:
            remove_from(counts[t], fv)
        add_to(counts[t], fans[u])
        hosts_at[t] = hosts_at[t] & ~hv | who[u]
        free[t] = (free[t] | (bv & present[t])) & ~bu
        if s >= 0:
            remove_from(counts[s], fans[u])
            if v >= 0:
                add_to(counts[s], fv)
            hosts_at[s] = hosts_at[s] & ~who[u] | hv
            free[s] = (free[s] | (bu & present[s])) & ~bv

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
            elif not self.guards_allow(i, slot, room):
                return False
            self.put_in(i, slot, room)
        return all(self.rooms_suffice(t) for t in touched)


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
