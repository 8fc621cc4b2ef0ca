"""A camp as a document would make it: rows that are not saved yet, and what connects them.

`exchange.json_import` reads it and `exchange.arriving` writes it; nothing here does either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from events.models import Attendee, Camp, EarlierCalendarKey, Room, Slot
from notes.models import Link, Note, NoteRevision, WriteUp
from pitches.models import Interest, Pitch, TopicColour
from schedule.models import Cell, Session

from .report import KINDS

#: kinds of things that are told, in that order
ARRIVING = ("rooms", "slots", "attendees", "pitches", "sessions", "versions", "notes", "links", "writeups")


@dataclass(frozen=True, slots=True)
class ArrivingPlacement:
    """Where a version has a session: room and slot by their numbers in the document, below nought if they are gone."""

    session: Session
    room: int
    slot: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArrivingVersion:
    frame: dict[str, Any]
    placements: list[ArrivingPlacement]
    values: dict[str, Any]


@dataclass(slots=True)
class Arrival:
    """Things stand in the order of the document: its number 1 is the first."""

    camp: Camp
    #: the last part of its address where it comes from
    came_from: str = ""
    rooms: list[Room] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    attendees: list[Attendee] = field(default_factory=list)
    pitches: list[Pitch] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    closed: list[tuple[Room, Slot]] = field(default_factory=list)
    away: list[tuple[Attendee, Slot]] = field(default_factory=list)
    hosts: list[tuple[Pitch, Attendee]] = field(default_factory=list)
    not_in: list[tuple[Pitch, Slot]] = field(default_factory=list)
    #: pitch, which one it comes after
    orders: list[tuple[Pitch, Pitch]] = field(default_factory=list)
    #: pitch, what it is part of
    merged: list[tuple[Pitch, Pitch]] = field(default_factory=list)
    topic_colours: list[TopicColour] = field(default_factory=list)
    interests: list[Interest] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    versions: list[ArrivingVersion] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    revisions: list[NoteRevision] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    writeups: list[WriteUp] = field(default_factory=list)
    #: what counts beside wishes, as far as the document says so
    concerns: dict[str, int] = field(default_factory=dict)
    #: by kind, for each row in order: the number in the address of its page where it comes from
    numbers: dict[str, list[int]] = field(default_factory=dict)
    #: the join code; empty: the document holds none
    code: str = ""
    listed_addresses: list[str] = field(default_factory=list)
    #: of each attendee in order
    calendar_keys: list[str] = field(default_factory=list)
    #: of places that became one with another, and whose each is now
    earlier_calendar_keys: list[EarlierCalendarKey] = field(default_factory=list)
    #: what whoever brings it should know
    remarks: list[str] = field(default_factory=list)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many there are of each kind, as it is told."""
        return [(str(KINDS[kind]), len(rows)) for kind in ARRIVING if (rows := getattr(self, kind))]
