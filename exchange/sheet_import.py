"""The sheet a camp published, as its helpers typed it: real in its faults, too.

Columns `Year,Time,Session,Room,Capacity,Title,Leader1..4,Session notes,Hashtag`; `Session` is the running number
of the session slot over the whole camp, from 1.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Room, Slot
from events.services import write_down
from notes.models import Link
from pitches.models import Pitch
from schedule.models import Cell, Draft, Session

from .csv_import import Importer, Row, text, whole

FILE = "sheet.csv"
QUOTES = "\"'“”‘’`"


def plain(title: str) -> str:
    """A title without the quotes and spaces that typing left around it."""
    return " ".join(title.split()).strip(QUOTES + " ")


@dataclass(slots=True)
class SheetImporter:
    base: Importer
    slots: list[Slot] = field(default_factory=list)
    #: (slot, host) to the row that has them
    busy: dict[tuple[int, int], int] = field(default_factory=dict)
    #: (slot, room) to the row that has it
    taken: dict[tuple[int, int], int] = field(default_factory=dict)
    titles: dict[str, Pitch] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    has_moved: bool = False

    def run(self) -> None:
        self.slots = list(self.base.camp.slots.for_sessions())
        for pitch in self.base.camp.pitches.open().order_by("-pk").prefetch_related("hosts"):
            self.titles[plain(pitch.title).casefold()] = pitch
        for number, row in self.base.rows(FILE):
            try:
                with transaction.atomic():
                    self.place(row, number)
            except ValidationError as error:
                self.base.report.fault(FILE, number, " ".join(error.messages))
        if self.has_moved:
            Draft.touch(self.base.camp)

    def place(self, row: Row, number: int) -> None:
        slot = self.slot(row)
        room = self.room(row)
        pitch = self.pitch(row, number)
        self.tell_hosts(pitch, slot, row, number)
        other = self.taken.setdefault((slot.pk, room.pk), number)
        if other != number:
            raise ValidationError(
                _("%(room)s is given twice in session %(session)s: row %(other)s has it already.")
                % {"room": room, "session": row["Session"], "other": other}
            )
        session, is_new = self.session(pitch, slot, room)
        self.base.report.add("sessions", is_new)
        self.link(session, row, number)

    def slot(self, row: Row) -> Slot:
        index = whole(row, "Session", 1, 10_000)
        if index > len(self.slots):
            raise ValidationError(
                _("There is no session slot %(index)s: the camp has %(count)s.")
                % {"index": index, "count": len(self.slots)}
            )
        return self.slots[index - 1]

    def room(self, row: Row) -> Room:
        name = text(row, "Room", 60)
        found = self.base.camp.rooms.filter(name__iexact=name).first()
        if found is None:
            capacity = whole(row, "Capacity", 0, 100_000, default=30)
            found = self.base.camp.rooms.create(name=name, capacity=capacity, position=self.base.camp.rooms.count())
            self.base.report.add("rooms", True)
        return found

    def pitch(self, row: Row, number: int) -> Pitch:
        typed = text(row, "Title", 140)
        title = plain(typed)
        if title != typed:
            remark = _("The title has stray quotes: %(typed)s. Read as: %(title)s.")
            self.base.report.remark(FILE, number, remark % {"typed": typed, "title": title})
        if not title:
            raise ValidationError(_("“%(column)s” is empty.") % {"column": "Title"})
        if found := self.titles.get(title.casefold()):
            return found
        pitch = self.base.camp.pitches.create(title=title)
        pitch.hosts.set(self.leaders(row))
        self.titles[title.casefold()] = pitch
        self.base.report.add("pitches", True)
        self.base.report.remark(FILE, number, _("No pitch is called “%(title)s”; it is new.") % {"title": title})
        return pitch

    def leaders(self, row: Row) -> list[Attendee]:
        names = [name for column, name in row.items() if column.lower().startswith("leader") and name]
        return [self.leader(name) for name in dict.fromkeys(names)]

    def leader(self, name: str) -> Attendee:
        found = self.base.camp.attendees.present().filter(display_name__iexact=name).first()
        return found or write_down(camp=self.base.camp, display_name=name[:60])

    def tell_hosts(self, pitch: Pitch, slot: Slot, row: Row, number: int) -> None:
        """Says where the sheet has a host in two rooms; it hung like that, so it is kept like that."""
        hosts = {host.pk: host for host in [*pitch.hosts.all(), *self.leaders(row)]}
        for pk, host in hosts.items():
            other = self.busy.setdefault((slot.pk, pk), number)
            if other != number:
                self.base.report.remark(
                    FILE,
                    number,
                    _("%(host)s leads two sessions at once: row %(other)s has them, too.")
                    % {"host": host, "other": other},
                )

    def session(self, pitch: Pitch, slot: Slot, room: Room) -> tuple[Session, bool]:
        """The pitch's next running, in that cell."""
        number = self.used[pitch.pk]
        self.used[pitch.pk] += 1
        known = list(pitch.sessions.order_by("pk"))
        session = known[number] if number < len(known) else Session(camp=self.base.camp, pitch=pitch)
        if session.pk and session.cells.filter(slot=slot, room=room).exists():
            return session, False
        session.save()
        session.cells.all().delete()
        # Who stood there on the draft gives way to what hung on the wall.
        Cell.objects.filter(slot=slot, room=room).delete()
        Cell.objects.create(session=session, room=room, slot=slot)
        self.has_moved = True
        return session, True

    def link(self, session: Session, row: Row, number: int) -> None:
        url = row.get("Session notes", "")
        if not url:
            return
        try:
            URLValidator(schemes=["http", "https"])(url)
        except ValidationError:
            self.base.report.remark(FILE, number, _("“%(url)s” is not an address; it is left out.") % {"url": url[:80]})
            return
        is_new = Link.objects.get_or_create(
            session=session, url=url, defaults={"title": _("Notes on the day"), "kind": Link.Kind.DOCUMENT}
        )[1]
        self.base.report.add("links", is_new)
