"""A camp from the JSON document that `json_export` wrote, here or elsewhere."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from notes.models import Link, Note, NoteRevision, WriteUp
from pitches.models import Interest, Pitch
from schedule.models import Cell, GridVersion, Placement, Session

from . import json_export as names


class _Place(Exception):
    """Where in the document something is wrong, and what."""


def import_document(document: Any, *, slug: str, name: str = "", time_zone: str = "") -> Camp:
    """The camp, whole, under the given address; its people are written down and may take their places over.

    ValidationError names the place in the document; then nothing was imported.
    """
    if not isinstance(document, dict) or document.get("format") != names.FORMAT:
        raise ValidationError(_("This is not a camp exported by Campgrid: “format” must be “campgrid-1”."))
    reader = _Reader(document)
    try:
        with transaction.atomic():
            return reader.camp(slug, name, time_zone)
    except _Place as error:
        raise ValidationError(str(error)) from error
    except (IntegrityError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValidationError(
            _("%(place)s: cannot be read (%(error)s).") % {"place": reader.place, "error": error}
        ) from error


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.place = "camp"
        self.rooms: list[Room] = []
        self.slots: list[Slot] = []
        self.attendees: list[Attendee] = []
        self.pitches: list[Pitch] = []
        self.sessions: list[Session] = []

    def rows(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        rows = self.document.get(key, [])
        if not isinstance(rows, list):
            raise _Place(_("%(place)s: must be a list.") % {"place": key})
        result = []
        for number, row in enumerate(rows, 1):
            self.place = f"{key}[{number}]"
            result.append((number, row))
        return result

    def values(self, model: type[models.Model], row: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
        """The fields as Python values, each checked by its model field."""
        found = {}
        for name in wanted:
            field = model._meta.get_field(name)
            if name not in row:
                if field.has_default() or field.blank or field.null:
                    continue
                raise _Place(_("%(place)s: “%(name)s” is missing.") % {"place": self.place, "name": name})
            try:
                found[name] = field.clean(row[name], None) if not isinstance(field, models.UUIDField) else row[name]
            except ValidationError as error:
                raise _Place(f"{self.place}.{name}: {' '.join(error.messages)}") from error
        return found

    def pick(self, rows: list[Any], number: Any, what: str) -> Any:
        """The thing of that number, or None for null."""
        if number is None:
            return None
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(rows):
            raise _Place(_("%(place)s: there is no %(what)s %(number)s.") % {
                "place": self.place, "what": what, "number": number,
            })  # fmt: skip
        return rows[number - 1]

    def camp(self, slug: str, name: str, time_zone: str) -> Camp:
        camp = Camp(slug=slug, **self.values(Camp, self.document["camp"], names.CAMP_FIELDS))
        camp.name = name or camp.name
        camp.time_zone = time_zone or camp.time_zone
        try:
            camp.full_clean(exclude=["code"])
        except ValidationError as error:
            raise _Place(" ".join(error.messages)) from error
        camp.save()
        self.frame(camp)
        self.people_and_pitches(camp)
        self.grid(camp)
        self.texts(camp)
        return camp

    def frame(self, camp: Camp) -> None:
        for number, row in self.rows("rooms"):
            self.place = f"rooms[{number}]"
            self.rooms.append(camp.rooms.create(**self.values(Room, row, names.ROOM_FIELDS)))
        for number, row in self.rows("slots"):
            self.place = f"slots[{number}]"
            self.slots.append(camp.slots.create(**self.values(Slot, row, names.SLOT_FIELDS)))
        for number, row in self.rows("rooms"):
            self.place = f"rooms[{number}]"
            self.rooms[number - 1].closed_in.set([self.pick(self.slots, n, "slot") for n in row.get("closed_in", [])])

    def people_and_pitches(self, camp: Camp) -> None:
        for number, row in self.rows("attendees"):
            self.place = f"attendees[{number}]"
            attendee = camp.attendees.create(**self.values(Attendee, row, names.ATTENDEE_FIELDS))
            attendee.away_in.set([self.pick(self.slots, n, "slot") for n in row.get("away_in", [])])
            self.attendees.append(attendee)
        for number, row in self.rows("pitches"):
            self.place = f"pitches[{number}]"
            pitch = camp.pitches.create(
                proposed_by=self.pick(self.attendees, row.get("proposed_by"), "attendee"),
                **self.values(Pitch, row, names.PITCH_FIELDS),
            )
            pitch.hosts.set([self.pick(self.attendees, n, "attendee") for n in row.get("hosts", [])])
            pitch.not_in.set([self.pick(self.slots, n, "slot") for n in row.get("not_in", [])])
            self.pitches.append(pitch)
        for number, row in self.rows("pitches"):
            self.place = f"pitches[{number}]"
            if target := self.pick(self.pitches, row.get("merged_into"), "pitch"):
                Pitch.objects.filter(pk=self.pitches[number - 1].pk).update(merged_into=target)
        for number, (person, pitch_number, level) in self.rows("interests"):
            self.place = f"interests[{number}]"
            Interest.objects.create(
                attendee=self.pick(self.attendees, person, "attendee"),
                pitch=self.pick(self.pitches, pitch_number, "pitch"),
                level=level,
            )

    def grid(self, camp: Camp) -> None:
        for number, row in self.rows("sessions"):
            self.place = f"sessions[{number}]"
            values = self.values(Session, row, names.SESSION_FIELDS)
            # On the installation it came from, calendars know the original by its key: a second one needs its own.
            if Session.objects.filter(key=values.get("key")).exists():
                values["key"] = uuid.uuid4()
            session = Session.objects.create(camp=camp, pitch=self.pick(self.pitches, row["pitch"], "pitch"), **values)
            for slot, room in row.get("cells", []):
                Cell.objects.create(
                    session=session, slot=self.pick(self.slots, slot, "slot"), room=self.pick(self.rooms, room, "room")
                )
            self.sessions.append(session)
        room_no = {n: room.pk for n, room in enumerate(self.rooms, 1)}
        slot_no = {n: slot.pk for n, slot in enumerate(self.slots, 1)}
        for number, row in self.rows("versions"):
            self.place = f"versions[{number}]"
            version = GridVersion.objects.create(
                camp=camp,
                frame=names.renumbered(row["frame"], room_no, slot_no),
                **self.values(GridVersion, row, names.VERSION_FIELDS),
            )
            for placement in row.get("placements", []):
                Placement.objects.create(
                    version=version,
                    session=self.pick(self.sessions, placement["session"], "session"),
                    room_ref=room_no.get(placement["room"], placement["room"]),
                    slot_ref=slot_no.get(placement["slot"], placement["slot"]),
                    **self.values(Placement, placement, names.PLACEMENT_FIELDS),
                )

    def texts(self, camp: Camp) -> None:
        for number, row in self.rows("notes"):
            self.place = f"notes[{number}]"
            session = self.pick(self.sessions, row["session"], "session")
            note = Note.objects.create(session=session, **self.values(Note, row, names.NOTE_FIELDS))
            for revision in row.get("revisions", []):
                NoteRevision.objects.create(
                    note=note,
                    by=self.pick(self.attendees, revision.get("by"), "attendee"),
                    **self.values(NoteRevision, revision, names.REVISION_FIELDS),
                )
        for number, row in self.rows("links"):
            self.place = f"links[{number}]"
            Link.objects.create(
                session=self.pick(self.sessions, row["session"], "session"),
                by=self.pick(self.attendees, row.get("by"), "attendee"),
                **self.values(Link, row, names.LINK_FIELDS),
            )
        for number, row in self.rows("writeups"):
            self.place = f"writeups[{number}]"
            WriteUp.objects.create(
                camp=camp,
                session=self.pick(self.sessions, row.get("session"), "session"),
                by=self.pick(self.attendees, row.get("by"), "attendee"),
                **self.values(WriteUp, row, names.WRITEUP_FIELDS),
            )
