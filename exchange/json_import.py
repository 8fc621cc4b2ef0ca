"""A camp from the JSON document that `json_export` wrote, here or elsewhere.

The document is read in memory, row by row, and nothing of it is written before all of it is known to be right: whatever
it refers to is in it, by a number, so nothing in it can lead into another camp.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Attendee, Camp, EarlierCalendarKey, ListedAddress, Room, Slot
from events.models.attendee import CODE_LETTERS
from notes.models import LONGEST, Link, Note, NoteRevision, WriteUp
from pitches.models import Interest, Pitch, TopicColour
from pitches.order import any_circle
from schedule.models import Cell, Draft, GridVersion, Placement, Session
from schedule.wall.extent import Extent, refuse_reach, refuse_table

from . import json_export as names
from .arrival import Arrival, ArrivingPlacement, ArrivingVersion
from .arriving import write_arrival
from .checked import is_kind, line, moment_text, slot_kind, told, whole
from .outcome import Progress, untold
from .reading import MOST_OF, Fault, Reading
from .report import quoted

log = logging.getLogger(__name__)
#: a number that a frame, or a place on it, names and that nothing in the document has
MOST_GONE = 10**15
#: as `new_code` makes them; a shorter one could be guessed
CODE = re.compile(f"[{CODE_LETTERS}]{{6,12}}")
#: as `new_key` makes them; a shorter one could be guessed
KEY = re.compile(r"[\w-]{32,40}", re.ASCII)


def import_document(
    *,
    document: Any,
    slug: str,
    name: str = "",
    time_zone: str = "",
    by: User | None = None,
    display_name: str = "",
    with_calendar_keys: bool = False,
) -> Camp:
    """The camp, whole, under the given address; `by` is its organiser, the others may take their places over.

    ValidationError names where in the document; then nothing was imported.
    """
    arrival = read_document(document=document, slug=slug, name=name, time_zone=time_zone)
    return write_arrival(arrival=arrival, by=by, display_name=display_name, with_calendar_keys=with_calendar_keys)


def refuse_others(document: Any) -> None:
    """ValidationError for what is no document of a camp at all."""
    if not isinstance(document, dict) or document.get("format") != names.FORMAT:
        raise ValidationError(_("This is not a camp exported by Campgrid: “format” must be “campgrid-1”."))


def read_document(
    *, document: Any, slug: str = "", name: str = "", time_zone: str = "", progress: Progress = untold
) -> Arrival:
    """The camp as it would be, by default under its own address if that can be had. ValidationError names where in
    the document.
    """
    refuse_others(document)
    reader = _Reader(document, progress)
    try:
        return reader.go_through(slug, name, time_zone)
    except Fault as error:
        raise ValidationError(str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        # Nothing is written yet; what was not foreseen is for the log, not for people.
        log.warning("A document cannot be read at %s", reader.at, exc_info=True)
        raise ValidationError(_("%(at)s: cannot be read.") % {"at": reader.at}) from error


class _Reader(Reading):
    """Makes rows of the parts of a document."""

    def go_through(self, slug: str, name: str, time_zone: str) -> Arrival:
        self.camp_itself(slug, name, time_zone)
        self.frame()
        self.people()
        self.pitches()
        self.colours()
        self.wishes()
        self.sessions()
        self.versions()
        self.notes()
        self.links_and_writeups()
        self.numbers()
        self.secrets()
        return self.arrival

    # -- the camp and its frame ----------------------------------------------------------------------

    def camp_itself(self, slug: str, name: str, time_zone: str) -> None:
        found = self.section("camp")
        # In documents of before the venue was called a place.
        row = {"venue": found.get("place", ""), **found}
        camp = Camp(**self.values(Camp, row, names.CAMP_FIELDS))
        own = self.document.get("slug", "")
        own = own if isinstance(own, str) else ""
        # What it was called elsewhere may not be had here: then whoever brings it says another address.
        camp.slug = slug or (own if _is_address(own) else "")
        camp.name = name or camp.name
        camp.time_zone = time_zone or camp.time_zone
        try:
            camp.clean_fields(exclude=["code"] if camp.slug else ["code", "slug"])
            camp.clean()
            camp.validate_constraints()
        except ValidationError as error:
            said = {"slug": slug, "name": name, "time_zone": time_zone}
            raise Fault(" ".join(_of_camp(error, {key for key, value in said.items() if value}))) from error
        self.arrival = Arrival(camp, came_from=own if _is_address(own) else quoted(own))
        row = {key: value for key, value in self.section("concerns").items() if key in Draft.CONCERNS}
        self.arrival.concerns = {key: self.take(row, key, _concern) for key in row}

    def frame(self) -> None:
        arrival = self.arrival
        camp = arrival.camp
        for _n, row in self.rows("rooms"):
            room = Room(camp=camp, **self.values(Room, row, names.ROOM_FIELDS))
            self.refuse_twice("room", room.name)
            arrival.rooms.append(room)
        for _n, row in self.rows("slots"):
            slot = Slot(camp=camp, **self.values(Slot, row, names.SLOT_FIELDS))
            if slot.ends_at <= slot.starts_at:
                raise self.fault(_("It ends before it starts."))
            self.bounded(slot.refuse_a_whole_day)
            arrival.slots.append(slot)
        self.at = "slots"
        self.bounded(refuse_table, len(arrival.rooms), len(arrival.slots))
        numbers = {id(slot): number for number, slot in enumerate(arrival.slots, 1)}
        for one, other in pairwise(sorted(arrival.slots, key=lambda slot: slot.starts_at)):
            if other.starts_at < one.ends_at:
                self.at = f"slots[{numbers[id(other)]}]"
                raise self.fault(_("It overlaps the slot of %(other)s.") % {"other": one})
        for room, row in self.again("rooms"):
            arrival.closed.extend((room, slot) for slot in self.all(row, "closed_in", "slots"))

    def again(self, kind: str) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Things that are there with their rows, for what they say of each other."""
        for number, thing in enumerate(getattr(self.arrival, kind), 1):
            self.at = f"{kind}[{number}]"
            yield thing, self.document[kind][number - 1]

    def bounded(self, refuse: Any, *what: Any) -> None:
        """What a bound refuses is told where one is."""
        try:
            refuse(*what)
        except ValidationError as error:
            raise self.fault(told(error)) from error

    def people(self) -> None:
        arrival = self.arrival
        for _n, row in self.rows("attendees"):
            attendee = Attendee(camp=arrival.camp, **self.values(Attendee, row, names.ATTENDEE_FIELDS))
            # Nobody here knows whether they left or were removed: it is not for others to bring them back.
            attendee.has_left = attendee.removed_at is not None
            if attendee.import_key:
                self.refuse_twice("attendee", attendee.import_key)
            arrival.attendees.append(attendee)
            arrival.away.extend((attendee, slot) for slot in self.all(row, "away_in", "slots"))

    # -- pitches -------------------------------------------------------------------------------------

    def pitches(self) -> None:
        arrival = self.arrival
        for _n, row in self.rows("pitches"):
            pitch = Pitch(camp=arrival.camp, **self.values(Pitch, row, names.PITCH_FIELDS))
            pitch.proposed_by = self.maybe(row, "proposed_by", "attendees")
            if pitch.import_key:
                self.refuse_twice("pitch", pitch.import_key)
            arrival.pitches.append(pitch)
            arrival.hosts.extend((pitch, host) for host in self.all(row, "hosts", "attendees"))
            arrival.not_in.extend((pitch, slot) for slot in self.all(row, "not_in", "slots"))
        for pitch, row in self.again("pitches"):
            if target := self.maybe(row, "merged_into", "pitches"):
                arrival.merged.append((pitch, target))
                # Documents of before did not say so.
                pitch.withdrawn_at = pitch.withdrawn_at or timezone.now()
            for earlier in self.all(row, "after", "pitches"):
                if earlier is pitch:
                    raise self.fault(_("comes after itself in the end."))
                arrival.orders.append((pitch, earlier))
        self.refuse_circles()

    def refuse_circles(self) -> None:
        """Of what comes after what among open pitches; and of what is part of what: a merge leads on in one step."""
        arrival = self.arrival
        number = {id(pitch): n for n, pitch in enumerate(arrival.pitches, 1)}
        merged = {id(pitch) for pitch, _target in arrival.merged}
        for pitch, target in arrival.merged:
            if id(target) in merged:
                self.at = f"pitches[{number[id(pitch)]}]"
                raise self.fault(_("is part of a pitch that is part of another one."))
        orders: dict[int, set[int]] = {}
        for later, earlier in arrival.orders:
            if all(pitch.withdrawn_at is None and id(pitch) not in merged for pitch in (later, earlier)):
                orders.setdefault(number[id(later)], set()).add(number[id(earlier)])
        if circle := any_circle(orders):
            self.at = f"pitches[{min(circle)}]"
            raise self.fault(_("comes after itself in the end."))

    def colours(self) -> None:
        """A topic keeps its colour; one of documents of before, which name none, gets one as a new topic does."""
        for _n, row in self.rows("topic_colours"):
            if isinstance(row.get("name"), str):
                row = row | {"name": row["name"].casefold()}
            colour = TopicColour(camp=self.arrival.camp, **self.values(TopicColour, row, names.COLOUR_FIELDS))
            if colour.hue >= TopicColour.COLOURS:
                raise self.fault(_("“%(name)s” must be a number from 0 to 7.") % {"name": "hue"})
            self.refuse_twice("colour", colour.name)
            self.arrival.topic_colours.append(colour)

    def wishes(self) -> None:
        for _n, row in self.lines("interests"):
            if not isinstance(row, list) or len(row) != 3:
                raise self.fault(_("must be a list of three numbers."))
            attendee, pitch = self.pick("attendees", row[0]), self.pick("pitches", row[1])
            self.refuse_twice("interest", row[0], row[1])
            values = self.values(Interest, {"level": row[2]}, ["level"])
            self.arrival.interests.append(Interest(attendee=attendee, pitch=pitch, **values))

    # -- the grid ------------------------------------------------------------------------------------

    def sessions(self) -> None:
        arrival = self.arrival
        stretches = []
        for _n, row in self.rows("sessions"):
            # Documents of earlier releases do not know what calendars were told: then whatever comes next is news.
            row = {"sequence": row.get("moves", 0), "told": "?"} | row
            values = self.values(Session, row, names.SESSION_FIELDS)
            session = Session(camp=arrival.camp, pitch=self.one(row, "pitch", "pitches"), **values)
            self.refuse_twice("session", session.key)
            arrival.sessions.append(session)
            cells = [self.cell(session, pair) for pair in self.each(row, "cells")]
            if cells:
                stretches.append((min(c.slot.starts_at for c in cells), max(c.slot.ends_at for c in cells)))
            arrival.cells.extend(cells)
        self.at = "sessions"
        self.bounded(refuse_reach, [slot.starts_at for slot in arrival.slots], stretches)

    def cell(self, session: Session, pair: Any) -> Cell:
        if not isinstance(pair, list) or len(pair) != 2:
            raise self.fault(_("must be a list of two numbers."))
        slot, room = self.pick("slots", pair[0]), self.pick("rooms", pair[1])
        self.refuse_twice("cell", *pair)
        return Cell(session=session, slot=slot, room=room)

    def versions(self) -> None:
        arrival, at = self.arrival, {}
        for _n, row in self.rows("versions"):
            values = {"published_at": timezone.now()} | self.values(GridVersion, row, names.VERSION_FIELDS)
            if values["number"] < 1:
                raise self.fault(_("“%(name)s” must be a number from 1.") % {"name": "number"})
            self.refuse_twice("version", values["number"])
            placements = [self.placement(values["number"], p) for p in self.each(row, "placements")]
            version = ArrivingVersion(self.take(row, "frame", self.frame_of), placements, values)
            arrival.versions.append(version)
            at[values["number"]] = self.at
        arrival.versions.sort(key=lambda version: int(version.values["number"]))
        extent = Extent(arrival.camp)
        for version in arrival.versions:
            self.at = at[version.values["number"]]
            stands = [(id(p.session), p.room, p.values) for p in version.placements]
            self.bounded(extent.add, version.frame, stands, version.values)

    def frame_of(self, frame: Any) -> dict[str, Any]:
        """The frame of a version with what pages need of it, and nothing else."""
        outer = self.at
        self.at = f"{outer}.frame"
        frame = self.object(frame)
        # Elsewhere what is not there is nothing; a frame without rooms says so.
        for kind in ("rooms", "slots"):
            self.given(frame, kind)
        found = {
            "rooms": [self.room_of(self.object(row)) for row in self.each(frame, "rooms", MOST_OF["rooms"])],
            "slots": [self.slot_of(self.object(row)) for row in self.each(frame, "slots", MOST_OF["slots"])],
        }
        self.at = outer
        return found

    def room_of(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.take(row, "id", _gone),
            "name": self.take(row, "name", line),
            "capacity": self.take(row, "capacity", whole),
            "building": self.take(row, "building", line, ""),
            "directions": self.take(row, "directions", line, ""),
        }

    def slot_of(self, row: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": self.take(row, "id", _gone),
            "starts_at": self.take(row, "starts_at", moment_text),
            "ends_at": self.take(row, "ends_at", moment_text),
            "kind": self.take(row, "kind", slot_kind),
            "title": self.take(row, "title", line),
        }
        if datetime.fromisoformat(found["ends_at"]) <= datetime.fromisoformat(found["starts_at"]):
            raise self.fault(_("It ends before it starts."))
        return found

    def placement(self, version: int, row: Any) -> ArrivingPlacement:
        row = self.object(row)
        session = self.one(row, "session", "sessions")
        self.refuse_twice("placement", version, row["session"])
        values = self.values(Placement, row, names.PLACEMENT_FIELDS)
        if values["ends_at"] <= values["starts_at"]:
            raise self.fault(_("It ends before it starts."))
        return ArrivingPlacement(session, self.take(row, "room", _gone), self.take(row, "slot", _gone), values)

    # -- texts ---------------------------------------------------------------------------------------

    def notes(self) -> None:
        arrival = self.arrival
        for n, row in self.rows("notes"):
            session = self.one(row, "session", "sessions")
            self.refuse_twice("note", row["session"])
            if "rule" in row:
                # Earlier documents keep the rule of the room with the notes.
                session.notes_rule = self.values(Session, {"notes_rule": row["rule"]}, ["notes_rule"])["notes_rule"]
            note = Note(session=session, **self.values(Note, row, names.NOTE_FIELDS))
            arrival.notes.append(note)
            arrival.revisions.extend(self.revision(n, note, found) for found in self.each(row, "revisions"))

    def revision(self, number: int, note: Note, row: Any) -> NoteRevision:
        # As long as the notes themselves: a text that was once all of them.
        values = self.values(NoteRevision, row, names.REVISION_FIELDS, longest=LONGEST)
        found = NoteRevision(note=note, by=self.maybe(row, "by", "attendees"), **values)
        if not found.is_aside:
            self.refuse_twice("revision", number, found.number)
            if found.number > note.revision:
                raise self.fault(_("has a revision that is newer than its text."))
        return found

    def links_and_writeups(self) -> None:
        arrival = self.arrival
        for _n, row in self.rows("links"):
            values = self.values(Link, row, names.LINK_FIELDS)
            link = Link(session=self.one(row, "session", "sessions"), **values)
            link.by = self.maybe(row, "by", "attendees")
            self.refuse_twice("link", row["session"], link.url)
            arrival.links.append(link)
        for _n, row in self.rows("writeups"):
            writeup = WriteUp(camp=arrival.camp, **self.values(WriteUp, row, names.WRITEUP_FIELDS))
            writeup.session = self.maybe(row, "session", "sessions")
            writeup.by = self.maybe(row, "by", "attendees")
            if not writeup.text and not writeup.url:
                raise self.fault(_("has neither a text nor an address."))
            arrival.writeups.append(writeup)

    # -- what others know it by ----------------------------------------------------------------------

    def numbers(self) -> None:
        """Those that stand in addresses of pages, and so on what was printed."""
        found = self.section("addresses")
        for kind in names.WITH_ADDRESS:
            if kind not in found:
                continue
            self.at, numbers = f"addresses.{kind}", found[kind]
            if not isinstance(numbers, list) or len(numbers) != len(getattr(self.arrival, kind)):
                raise self.fault(_("must be a list of one number for each of “%(name)s”.") % {"name": kind})
            if any(not is_kind(number, int) or number < 1 for number in numbers) or len({*numbers}) < len(numbers):
                raise self.fault(_("must be whole numbers, each once."))
            self.arrival.numbers[kind] = numbers

    def secrets(self) -> None:
        found, arrival = self.section("secrets"), self.arrival
        arrival.code = self.take(found, "code", _code, "")
        email = ListedAddress._meta.get_field("email")
        for address in self.each(found, "listed_addresses"):
            if not isinstance(address, str):
                raise self.fault(_("must be an e-mail address."))
            try:
                arrival.listed_addresses.append(str(email.clean(address, None)).lower())
            except ValidationError as error:
                raise self.fault(told(error)) from error
        arrival.listed_addresses = sorted(set(arrival.listed_addresses))
        keys = list(self.each(found, "calendar_keys"))
        if keys:
            self.at = "secrets.calendar_keys"
            if any(not isinstance(key, str) or not KEY.fullmatch(key) for key in keys):
                raise self.fault(_("holds something that is no key as Campgrid makes them."))
            if len(keys) != len(arrival.attendees) or len({*keys}) < len(keys):
                raise self.fault(_("must be a list of one key for each of “%(name)s”.") % {"name": "attendees"})
            arrival.calendar_keys = keys
            self.earlier_keys(found)

    def earlier_keys(self, secrets: dict[str, Any]) -> None:
        """Each is one person's: a calendar is nobody else's as well."""
        self.at = "secrets"
        self.seen |= {("calendar key", key) for key in self.arrival.calendar_keys}
        for row in self.each(secrets, "earlier_calendar_keys"):
            if not isinstance(row, list) or len(row) != 2 or not isinstance(row[1], str) or not KEY.fullmatch(row[1]):
                raise self.fault(_("must be a number and a key as Campgrid makes them."))
            self.refuse_twice("calendar key", row[1])
            self.arrival.earlier_calendar_keys.append(
                EarlierCalendarKey(attendee=self.pick("attendees", row[0]), key=row[1])
            )


def _is_address(slug: str) -> bool:
    """Whether a camp may have it here, if nobody else has."""
    field = Camp._meta.get_field("slug")
    try:
        field.clean(slug, None)
    except ValidationError:
        return False
    return True


def _of_camp(error: ValidationError, said: set[str]) -> Iterator[str]:
    """Each fault by its field; what whoever brings the document `said` themselves stands in no document."""
    for name, found in error.error_dict.items():
        at = "camp" if name == NON_FIELD_ERRORS else f"camp.{name}"
        yield told(ValidationError(found)) if name in said else f"{at}: {told(ValidationError(found))}"


def _concern(value: Any) -> int:
    if not is_kind(value, int) or not 0 <= value <= 10:
        raise ValidationError(_("Choose a number from 0 to 10."))
    return int(value)


def _code(value: Any) -> str:
    if value in ("", None):
        return ""
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise ValidationError(_("is no code as Campgrid makes them: six letters and digits or more."))
    return value


def _gone(value: Any) -> int:
    """The number of a room or a slot, or of one that is gone, which nothing in the document has."""
    return whole(value, MOST_GONE)
