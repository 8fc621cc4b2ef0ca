"""The draft as rows, read once and shared by whatever shows it: the same six queries for a camp of any size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from accounts.statements import found_by, statement, table_of
from events.models import ADJOINING, Attendee, Camp, Room, Slot
from pitches.models import Order, Pitch
from pitches.order import Earlier

from ..models import Cell, Session

#: id of a room, a pitch or an attendee to the ids of the slots it is not to be had in
Closures = dict[int, set[int]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A session on the draft and the cells it takes, in the order of the day."""

    session: Session
    cells: list[Cell]

    @property
    def room(self) -> Room:
        return self.cells[0].room

    @property
    def slot(self) -> Slot:
        """The slot it starts in."""
        return self.cells[0].slot

    @property
    def ends_at(self) -> datetime:
        return self.cells[-1].slot.ends_at


@dataclass(frozen=True, slots=True)
class DraftRows:
    """Frame, pitches and sessions of a camp as they are now; each row is there once, its relations are set."""

    camp: Camp
    #: those for everybody, too
    slots: list[Slot]
    rooms: list[Room]
    #: open ones, with their hosts
    pitches: list[Pitch]
    #: by the session's id
    standing: list[Standing]
    #: by room
    closed: Closures = field(default_factory=dict)
    #: by pitch: slots its hosts ruled out
    ruled_out: Closures = field(default_factory=dict)
    #: by attendee
    away: Closures = field(default_factory=dict)
    #: a pitch to those it comes after
    builds_on: Earlier = field(default_factory=dict)

    def span(self, slot: Slot, length: int) -> list[Slot]:
        """The slots a session of that length takes from this one on; none if it cannot start there."""
        if length == 1:
            return [slot] if slot.is_for_sessions else []
        after = next((other for other in self.slots if other.starts_at >= slot.ends_at), None)
        return [slot, after] if slot.is_for_sessions and after and runs_on(slot, after) else []

    def begun(self, now: datetime) -> set[int]:
        """Ids of the slots for sessions that are the past: while the camp runs, what has begun; a camp that is over
        may still be put in order.
        """
        return begun_in(self.camp, self.slots, now)

    @property
    def waiting(self) -> list[Pitch]:
        """Open pitches with no cell on the draft."""
        placed = {found.session.pitch_id for found in self.standing}
        return [pitch for pitch in self.pitches if pitch.pk not in placed]


def begun_in(camp: Camp, slots: Iterable[Slot], now: datetime | None = None) -> set[int]:
    """As `DraftRows.begun`, of these slots."""
    now = now or timezone.now()
    return {s.pk for s in slots if s.is_for_sessions and s.starts_at <= now} if camp.is_running else set()


def runs_on(slot: Slot, after: Slot | None) -> bool:
    """Whether a double session may go on in the slot after this one: there is no break between."""
    return after is not None and after.is_for_sessions and after.starts_at - slot.ends_at <= ADJOINING


def read_draft(camp: Camp, *, slots: list[Slot] | None = None) -> DraftRows:
    """Six queries; `slots` are given when they were read already."""
    slots = list(camp.slots.all()) if slots is None else slots
    for slot in slots:
        slot.camp = camp
    rooms = list(camp.rooms.all())
    # What a pitch is about is long, and nothing on a grid shows it.
    pitches = {pitch.pk: pitch for pitch in camp.pitches.order_by("pk").defer("about")}
    hosts = _hosts(camp)
    for pitch in pitches.values():
        pitch.camp = camp
        pitch.hosts_read = hosts.get(pitch.pk, [])
    standing = _standing(camp, slots, rooms, pitches)
    return DraftRows(camp, slots, rooms, [p for p in pitches.values() if p.is_open], standing, *_ties(camp))


def _hosts(camp: Camp) -> dict[int, list[Attendee]]:
    """By pitch. One row for each, with which it is: prefetching takes twice as long. As rows, for the desk holds them
    against people; `pitches.models.hosts_of` has what lists tell.
    """
    people = Attendee.objects.filter(pitches__camp=camp).only("display_name", "role", "is_waiting", "removed_at")
    found: dict[int, list[Attendee]] = defaultdict(list)
    for host in people.annotate(of=F("pitches")):
        found[host.of].append(host)
    return found


def _standing(camp: Camp, slots: list[Slot], rooms: list[Room], pitches: dict[int, Pitch]) -> list[Standing]:
    slot_of, room_of = {slot.pk: slot for slot in slots}, {room.pk: room for room in rooms}
    cells: dict[int, list[Cell]] = defaultdict(list)
    sessions: dict[int, Session] = {}
    for cell in Cell.objects.filter(session__camp=camp).select_related("session").order_by("session_id"):
        session = sessions.setdefault(cell.session_id, cell.session)
        pitch, slot, room = pitches.get(session.pitch_id), slot_of.get(cell.slot_id), room_of.get(cell.room_id)
        if pitch is None or slot is None or room is None:
            # It came after these were read: whoever asks next, by the camp's new number, sees it.
            continue
        session.camp, session.pitch = camp, pitch
        cell.slot, cell.room = slot, room
        if cell.session is not session:
            cell.session = session
        cells[session.pk].append(cell)
    return [Standing(sessions[pk], sorted(found, key=lambda cell: cell.slot.starts_at)) for pk, found in cells.items()]


def _ties(camp: Camp) -> tuple[Closures, Closures, Closures, Earlier]:
    """What is not to be had when: rooms, pitches, attendees; and what comes after what. Four tables read as one."""
    found: tuple[Closures, Closures, Closures, Earlier] = (
        defaultdict(set),
        defaultdict(set),
        defaultdict(set),
        defaultdict(set),
    )
    # Written out: Django takes longer to build such a union than a database to answer it (raw SQL).
    sql = statement(
        "SELECT 0, {closed}.room_id, {closed}.slot_id FROM {closed} "
        "JOIN {rooms} ON {rooms}.id = {closed}.room_id WHERE {rooms}.camp_id = %s UNION ALL "
        "SELECT 1, {ruled_out}.pitch_id, {ruled_out}.slot_id FROM {ruled_out} "
        "JOIN {pitches} ON {pitches}.id = {ruled_out}.pitch_id WHERE {pitches}.camp_id = %s UNION ALL "
        "SELECT 2, {away}.attendee_id, {away}.slot_id FROM {away} "
        "JOIN {people} ON {people}.id = {away}.attendee_id WHERE {people}.camp_id = %s UNION ALL "
        "SELECT 3, {orders}.later_id, {orders}.earlier_id FROM {orders} "
        "JOIN {pitches} ON {pitches}.id = {orders}.later_id WHERE {pitches}.camp_id = %s",
        closed=table_of(Room.closed_in.through),
        ruled_out=table_of(Pitch.not_in.through),
        away=table_of(Attendee.away_in.through),
        orders=table_of(Order),
        rooms=table_of(Room),
        pitches=table_of(Pitch),
        people=table_of(Attendee),
    )
    for number, pk, other in found_by(sql, [camp.pk] * 4):
        found[number][pk].add(other)
    return found
