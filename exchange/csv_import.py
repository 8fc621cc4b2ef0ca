"""A camp from CSV files: rooms, slots, attendees, pitches, interests, and the sheet that hung on the wall.

Rows are checked one by one; the import takes all or nothing unless told to skip bad rows; running it twice
changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Role, Slot
from pitches.models import Interest, Pitch

from .report import ImportRefused, Report

#: columns each file must have
COLUMNS = {
    "rooms.csv": ["name", "capacity"],
    "slots.csv": ["date", "starts_at", "ends_at", "kind"],
    "attendees.csv": ["attendee", "display_name"],
    "pitches.csv": ["pitch", "title"],
    "interests.csv": ["attendee", "pitch", "level"],
    "sheet.csv": ["Session", "Room", "Title"],
}
Row = dict[str, str]


@dataclass(slots=True)
class Importer:
    """One import into one camp, inside one transaction."""

    camp: Camp
    files: dict[str, str]
    report: Report = field(default_factory=Report)
    attendees: dict[str, Attendee] = field(default_factory=dict)
    pitches: dict[str, Pitch] = field(default_factory=dict)

    def run(self) -> None:
        self.attendees = {a.import_key: a for a in self.camp.attendees.exclude(import_key="")}
        self.pitches = {p.import_key: p for p in self.camp.pitches.exclude(import_key="")}
        for name, read in (
            ("rooms.csv", self.room),
            ("slots.csv", self.slot),
            ("attendees.csv", self.attendee),
            ("pitches.csv", self.pitch),
        ):
            for number, row in self.rows(name):
                try:
                    # Each row has its own savepoint: a bad one leaves nothing behind.
                    with transaction.atomic():
                        read(row, name, number)
                except ValidationError as error:
                    self.report.fault(name, number, " ".join(error.messages))
        self.interests("interests.csv")

    def rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """Row number and cells; a file without its columns is one fault."""
        if name not in self.files:
            return
        reader = csv.DictReader(io.StringIO(self.files[name]))
        try:
            header = [column.strip() for column in reader.fieldnames or []]
            reader.fieldnames = header
            missing = [column for column in COLUMNS[name] if column not in header]
            if missing:
                self.report.fault(name, 1, _("The column “%(name)s” is missing.") % {"name": missing[0]})
                return
            for row in reader:
                cells = {k: (v or "").strip() for k, v in row.items() if k and not isinstance(v, list)}
                if any(cells.values()):
                    yield reader.line_num, cells
        except csv.Error as error:
            self.report.fault(name, reader.line_num, _("This is not CSV: %(error)s.") % {"error": error})

    # -- rows ------------------------------------------------------------------------------------

    def room(self, row: Row, file: str, number: int) -> None:
        name = text(row, "name", 60)
        capacity = whole(row, "capacity", 0, 100_000)
        features = [f.strip() for f in row.get("features", "").replace(",", ";").split(";") if f.strip()]
        _room, is_new = self.camp.rooms.get_or_create(
            name=name, defaults={"capacity": capacity, "features": features, "position": self.camp.rooms.count()}
        )
        self.report.add("rooms", is_new)

    def slot(self, row: Row, file: str, number: int) -> None:
        day = self.day(row)
        start, end = clock(row, "starts_at"), clock(row, "ends_at")
        kind = row["kind"].lower()
        if kind not in Slot.Kind.values:
            raise ValidationError(_("The kind “%(kind)s” is neither sessions nor everyone.") % {"kind": row["kind"]})
        starts_at = self.camp.at(day, start)
        ends_at = self.camp.at(day + timedelta(days=end <= start), end)
        found = self.camp.slots.filter(starts_at=starts_at).first()
        if found is None:
            other = self.camp.slots.overlapping(starts_at, ends_at).first()
            if other:
                other.camp = self.camp
                raise ValidationError(_("It overlaps the slot of %(other)s.") % {"other": other})
            self.camp.slots.create(starts_at=starts_at, ends_at=ends_at, kind=kind, title=row.get("title", "")[:80])
        self.report.add("slots", found is None)

    def day(self, row: Row) -> date:
        try:
            day = date.fromisoformat(row["date"])
        except ValueError:
            raise ValidationError(_("“%(text)s” is not a date like 2030-06-12.") % {"text": row["date"]}) from None
        if not self.camp.starts_on <= day <= self.camp.ends_on:
            raise ValidationError(
                _("%(day)s is not a day of the camp (%(first)s to %(last)s).")
                % {"day": day, "first": self.camp.starts_on, "last": self.camp.ends_on}
            )
        return day

    def attendee(self, row: Row, file: str, number: int) -> None:
        key, name = text(row, "attendee", 60), text(row, "display_name", 60)
        role = row.get("role", "") or Role.ATTENDEE
        if role not in Role.values:
            raise ValidationError(_("The role “%(role)s” is not attendee, helper or organiser.") % {"role": role})
        is_new = key not in self.attendees
        if is_new:
            self.attendees[key] = self.camp.attendees.create(import_key=key, display_name=name, role=role)
        self.report.add("attendees", is_new)

    def pitch(self, row: Row, file: str, number: int) -> None:
        key, title = text(row, "pitch", 60), text(row, "title", 140)
        length = whole(row, "length", 1, 2, default=1)
        hosts = [self.person(name) for name in row.get("hosts", "").split(";") if name.strip()]
        kind = row.get("kind", "") or Pitch.Kind.DISCUSSION
        if kind not in Pitch.Kind.values:
            raise ValidationError(_("There is no kind “%(kind)s” of session.") % {"kind": kind})
        is_new = key not in self.pitches
        if is_new:
            pitch = self.camp.pitches.create(
                import_key=key, title=title, topic=row.get("topic", "")[:50], length=length, kind=kind,
                about=row.get("about", "")[:10_000],
            )  # fmt: skip
            pitch.hosts.set(hosts)
            self.pitches[key] = pitch
        self.report.add("pitches", is_new)

    def person(self, key: str) -> Attendee:
        found = self.attendees.get(key.strip())
        if found is None:
            raise ValidationError(_("There is no attendee “%(key)s” in attendees.csv.") % {"key": key.strip()})
        return found

    def interests(self, file: str) -> None:
        known = set(Interest.objects.filter(pitch__camp=self.camp).values_list("pitch_id", "attendee_id"))
        fresh = []
        for number, row in self.rows(file):
            try:
                attendee = self.person(row["attendee"])
                pitch = self.pitches.get(row["pitch"])
                if pitch is None:
                    raise ValidationError(_("There is no pitch “%(key)s” in pitches.csv.") % {"key": row["pitch"]})
                level = whole(row, "level", 1, 2)
            except ValidationError as error:
                self.report.fault(file, number, " ".join(error.messages))
                continue
            is_new = (pitch.pk, attendee.pk) not in known
            known.add((pitch.pk, attendee.pk))
            if is_new:
                fresh.append(Interest(pitch=pitch, attendee=attendee, level=level))
            self.report.add("interests", is_new)
        Interest.objects.bulk_create(fresh)


def text(row: Row, column: str, most: int) -> str:
    value = " ".join(row.get(column, "").split())
    if not value:
        raise ValidationError(_("“%(column)s” is empty.") % {"column": column})
    if len(value) > most:
        raise ValidationError(
            _("“%(column)s” has %(count)s characters; %(most)s is the most.")
            % {"column": column, "count": len(value), "most": most}
        )
    return value


def whole(row: Row, column: str, least: int, most: int, default: int | None = None) -> int:
    value = row.get(column, "")
    if not value and default is not None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
        raise ValidationError(
            _("“%(column)s” is “%(value)s”, not a whole number from %(least)s to %(most)s.")
            % {"column": column, "value": value[:40], "least": least, "most": most}
        )
    return int(value)


def clock(row: Row, column: str) -> time:
    try:
        return time.fromisoformat(row[column])
    except ValueError:
        raise ValidationError(_("“%(text)s” is not a time like 14:30.") % {"text": row[column][:40]}) from None


def days_of(files: dict[str, str]) -> list[date]:
    """The days the slots name; what cannot be read is left to the import to report."""
    days = []
    for row in csv.DictReader(io.StringIO(files.get("slots.csv", ""))):
        try:
            days.append(date.fromisoformat((row.get("date") or "").strip()))
        except ValueError:
            continue
    return sorted(days)


def import_files(*, camp: Camp, files: dict[str, str], skip_bad_rows: bool = False, dry_run: bool = False) -> Report:
    """The camp holds what the files say. With faults, nothing of it (ImportRefused), unless bad rows are skipped.

    A dry run reports the same and changes nothing.
    """
    from .sheet_import import SheetImporter

    with transaction.atomic():
        importer = Importer(camp, files)
        importer.run()
        if "sheet.csv" in files:
            SheetImporter(importer).run()
        if dry_run:
            transaction.set_rollback(True)
        elif importer.report.faults and not skip_bad_rows:
            raise ImportRefused(importer.report)
    return importer.report
