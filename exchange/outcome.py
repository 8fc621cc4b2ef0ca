"""What an import would make of a camp, worked out in memory: nothing here writes.

What the camp has is read once, in as many queries as there are kinds of things. Rows that are there and rows that are
to be made stand side by side, so that the rows of a file may name both. `exchange.writing` makes it so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields

from accounts.text import as_called
from events import stamps
from events.models import Attendee, Camp, Room, Slot
from notes.models import Link
from pitches.models import MOST_RUNS, Interest, Pitch
from schedule.models import Cell, Session

from .report import Report

#: what an outcome depends on; of wishes only what imports wrote counts, and that bumps these, too
PARTS = (stamps.FRAME, stamps.PEOPLE, stamps.CROWD, stamps.PITCHES, stamps.DRAFT)
#: is told now and then how many rows are done
Progress = Callable[[int], None]


def untold(done: int) -> None:
    """Progress that nobody watches."""


#: a room in a slot, each as `key` tells it
Spot = tuple[int, int]


def number_of(camp: Camp) -> int | None:
    """Another one whenever anything changed that an outcome depends on; None for a camp that is not saved yet."""
    return stamps.read_record(camp, *PARTS).number if camp.pk else None


def key(thing: Room | Slot | Attendee | Pitch | Session) -> int:
    """Tells things of one outcome apart, also those that have no id yet."""
    return id(thing)


@dataclass(slots=True)
class Made:
    """What is to be made, in the order of the files."""

    rooms: list[Room] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    attendees: list[Attendee] = field(default_factory=list)
    pitches: list[Pitch] = field(default_factory=list)
    #: pitch, who hosts it
    hosts: list[tuple[Pitch, Attendee]] = field(default_factory=list)
    #: pitch, which one it comes after
    orders: list[tuple[Pitch, Pitch]] = field(default_factory=list)
    interests: list[tuple[Pitch, Attendee, int]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    #: session, address
    links: list[tuple[Session, str]] = field(default_factory=list)

    @property
    def is_anything(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(slots=True)
class Outcome:
    """The camp as it would be, and what is to be made for that."""

    camp: Camp
    #: the camp's `number_of` when it was read: with another one, the outcome is out of date
    number: int | None
    report: Report = field(default_factory=Report)
    made: Made = field(default_factory=Made)
    rooms: list[Room] = field(default_factory=list)
    #: by what they are called; see `room_named`
    rooms_by_name: dict[str, Room] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    #: by name; in the order in which the camp lists them
    attendees: list[Attendee] = field(default_factory=list)
    pitches: list[Pitch] = field(default_factory=list)
    #: pitch and attendee by id, of people who have no account: nobody else's wishes are looked at
    interests: set[tuple[int, int]] = field(default_factory=set)
    #: the pitch's hosts, each by `key`, and its runnings; by `key`
    hosts: dict[int, dict[int, Attendee]] = field(default_factory=lambda: defaultdict(dict))
    sessions: dict[int, list[Session]] = field(default_factory=lambda: defaultdict(list))
    #: who stands where, now and then: the session by spot, the spots by session
    cells: dict[Spot, Session] = field(default_factory=dict)
    spots: dict[int, set[Spot]] = field(default_factory=lambda: defaultdict(set))
    #: the cells that are there, by id
    standing: dict[int, tuple[Spot, Session]] = field(default_factory=dict)
    #: session by `key`, address
    links: set[tuple[int, str]] = field(default_factory=set)
    #: pitches that are there and run more often than they did
    more_often: list[Pitch] = field(default_factory=list)

    @classmethod
    def of(cls, camp: Camp, files: Collection[str]) -> Outcome:
        """Nothing is to be made yet; the camp is read as far as these files may speak of it."""
        outcome = cls(camp, number_of(camp))
        if camp.pk is None:
            return outcome
        outcome.rooms, outcome.slots = list(camp.rooms.all()), list(camp.slots.all())
        outcome.attendees = list(camp.attendees.defer("news", "calendar_key"))
        # Long texts only where rows are held against them.
        outcome.pitches = list(camp.pitches.defer("needs", *([] if "pitches.csv" in files else ["about"])))
        if "interests.csv" in files:
            rows = Interest.objects.filter(attendee__in=camp.attendees.written_down())
            outcome.interests = set(rows.values_list("pitch_id", "attendee_id"))
        if "sheet.csv" in files or "pitches.csv" in files:
            outcome.read_hosts()
        if "sheet.csv" in files:
            outcome.read_grid()
        return outcome

    # What names a row that came while all this is read is left out: the outcome's number is out of date by then.

    def read_hosts(self) -> None:
        """Who hosts what."""
        pitches, people = {p.pk: p for p in self.pitches}, {a.pk: a for a in self.attendees}
        hosting = Pitch.hosts.through.objects.filter(pitch__camp=self.camp).order_by("pk")
        for pitch_id, attendee_id in hosting.values_list("pitch_id", "attendee_id"):
            pitch, host = pitches.get(pitch_id), people.get(attendee_id)
            if pitch and host:
                self.hosts[key(pitch)][key(host)] = host

    def read_grid(self) -> None:
        """What stands where, and the addresses that are linked."""
        pitches = {p.pk: p for p in self.pitches}
        sessions = {session.pk: session for session in self.camp.sessions.order_by("pk") if session.pitch_id in pitches}
        for session in sessions.values():
            session.pitch = pitches[session.pitch_id]
            self.sessions[key(session.pitch)].append(session)
        rooms, slots = {r.pk: r for r in self.rooms}, {s.pk: s for s in self.slots}
        cells = Cell.objects.filter(session__camp=self.camp)
        for pk, session_id, room_id, slot_id in cells.values_list("pk", "session_id", "room_id", "slot_id"):
            stands, room, slot = sessions.get(session_id), rooms.get(room_id), slots.get(slot_id)
            if stands and room and slot:
                spot = key(room), key(slot)
                self.cells[spot] = stands
                self.spots[key(stands)].add(spot)
                self.standing[pk] = (spot, stands)
        links = Link.objects.filter(session__camp=self.camp)
        self.links = {(key(sessions[pk]), url) for pk, url in links.values_list("session_id", "url") if pk in sessions}

    def people_by_name(self) -> dict[str, list[Attendee]]:
        """Those who are in, or written down, by their names (`as_called`)."""
        found: dict[str, list[Attendee]] = {}
        for person in self.attendees:
            if person.is_present:
                found.setdefault(as_called(person.display_name), []).append(person)
        return found

    def room_named(self, name: str) -> Room | None:
        """The room of just that name; else one that differs in capitals, blanks or signs that nobody sees."""
        if not self.rooms_by_name:
            self.rooms_by_name = {as_called(room.name): room for room in reversed(self.rooms)}
            self.rooms_by_name |= {room.name: room for room in self.rooms}
        return self.rooms_by_name.get(name) or self.rooms_by_name.get(as_called(name))

    # -- what is to be made --------------------------------------------------------------------------

    def make_room(self, name: str, capacity: int, features: list[str]) -> Room:
        room = Room(camp=self.camp, name=name, capacity=capacity, features=features, position=len(self.rooms))
        self.rooms.append(room)
        self.rooms_by_name |= {room.name: room}
        self.rooms_by_name.setdefault(as_called(name), room)
        self.made.rooms.append(room)
        return room

    def make_slot(self, slot: Slot) -> None:
        self.slots.append(slot)
        self.made.slots.append(slot)

    def make_attendee(self, attendee: Attendee) -> Attendee:
        attendee.camp = self.camp
        self.attendees.append(attendee)
        self.made.attendees.append(attendee)
        return attendee

    def make_pitch(self, pitch: Pitch, hosts: Collection[Attendee]) -> Pitch:
        pitch.camp = self.camp
        self.pitches.append(pitch)
        self.made.pitches.append(pitch)
        self.made.hosts.extend((pitch, host) for host in hosts)
        self.hosts[key(pitch)].update((key(host), host) for host in hosts)
        return pitch

    def add_host(self, pitch: Pitch, host: Attendee) -> bool:
        """They lead it, too; False if they do already."""
        if key(host) in self.hosts[key(pitch)]:
            return False
        self.hosts[key(pitch)][key(host)] = host
        self.made.hosts.append((pitch, host))
        return True

    def make_session(self, pitch: Pitch) -> Session:
        # As for one more running that is placed by hand: what a room agreed on holds for the next, too. One that was
        # made here has what all before it agreed on.
        runnings = self.sessions[key(pitch)]
        rules = [one.notes_rule for one in (runnings[-1:] if runnings and not runnings[-1].pk else runnings)]
        session = Session(camp=self.camp, pitch=pitch, notes_rule=Session.NotesRule.strictest(rules))
        self.sessions[key(pitch)].append(session)
        self.made.sessions.append(session)
        return session

    def make_link(self, session: Session, url: str) -> None:
        self.links.add((key(session), url))
        self.made.links.append((session, url))

    def moved(self) -> tuple[list[int], list[Cell]]:
        """The ids of cells that are given up, and those that are taken instead."""
        rooms, slots = {key(r): r for r in self.rooms}, {key(s): s for s in self.slots}
        gone = [pk for pk, (spot, session) in self.standing.items() if self.cells.get(spot) is not session]
        kept = dict(self.standing.values())
        taken = [
            Cell(session=session, room=rooms[spot[0]], slot=slots[spot[1]])
            for spot, session in self.cells.items()
            if kept.get(spot) is not session
        ]
        return gone, taken

    def put(self, session: Session, room: Room, slots: Collection[Slot]) -> None:
        """The session fills those cells and no others; whoever stood in one stands nowhere, not by half either."""
        spots = {(key(room), key(slot)) for slot in slots}
        for leaves in [session, *(self.cells[spot] for spot in spots & self.cells.keys())]:
            for left in self.spots.pop(key(leaves), ()):
                del self.cells[left]
        self.spots[key(session)] = spots
        self.cells |= dict.fromkeys(spots, session)

    def agree_on_runs(self, pitch: Pitch) -> None:
        """The pitch may run as often as it stands: hung so often, that is what its hosts and the camp agreed on."""
        running = sum(bool(self.spots[key(session)]) for session in self.sessions[key(pitch)])
        if pitch.runs < running <= MOST_RUNS:
            pitch.runs = running
            if pitch.pk:
                self.more_often.append(pitch)
