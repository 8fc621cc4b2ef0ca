"""A camp from CSV files: rooms, slots, attendees, pitches, interests.

Rows are checked one by one, in memory; running it twice changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import on_the_clock
from accounts.names import holds_address, refuse_name
from accounts.text import as_called
from events.long_text import LONGEST, length_of
from events.lookalikes import poses
from events.models import Attendee, Role, Slot
from events.models.frame import feature_codes, plain_feature
from events.people import as_seen
from events.room_sizes import Sized, sizes_in
from events.tickets import is_about_tickets
from events.totals import total_in
from pitches.models import Pitch
from pitches.order import any_circle, circle_in_words, search_circle

from .between_marks import UNSAID, is_no_name, is_no_room, unmarked
from .cells import (
    MOST_SEATS,
    day_and_time,
    days_in,
    parts,
    short,
    slots_in,
    text,
    whole,
)
from .csv_keys import keys_beside
from .host_names import MAYBE_SEVERAL, names_in, told_names
from .moments import refuse_other_day
from .outcome import Outcome, Progress, key
from .report import Report, quoted, told_several, told_size
from .shown_twice import with_marks
from .slot_times import SlotTimes
from .states import StateRows, is_about_state
from .table import BEYOND, BY_PARTS, NotATable, Row, headings_of, is_called, rows_of
from .ticket_rows import TicketRows
from .wall_sheet import is_for_everybody, is_title

Thing = TypeVar("Thing", Attendee, Pitch)
#: seats of a room of which the file does not say how many it has
MANY = 30
#: of a pitch; more than lead one anywhere
MOST_HOSTS = 500
#: what people call roles, beside our words
ROLES = {
    "organizer": Role.ORGANISER, "orga": Role.ORGANISER, "organisator": Role.ORGANISER, "organisateur": Role.ORGANISER,
    "organizador": Role.ORGANISER, "volunteer": Role.HELPER, "helfer": Role.HELPER, "participant": Role.ATTENDEE,
    "teilnehmer": Role.ATTENDEE,
}  # fmt: skip
#: and what they call what is for everybody
SLOT_KINDS = dict.fromkeys(
    ["everybody", "all", "break", "plenary", "alle", "pause"], Slot.Kind.EVERYONE
) | dict.fromkeys(
    ["session", "breakout", "breakouts", "breakout session", "breakout sessions", "parallel", "workshop", "workshops"],
    Slot.Kind.SESSIONS,
)
#: rows between two signs of progress
STRIDE = 500
LONGEST_KEY = 60
#: steps that may be taken to say which rows make circles
MOST_STEPS = 1_000_000


def days_of(files: dict[str, str], time_zone: str) -> list[date]:
    """The days the slots name; what cannot be read is left to the import to report."""
    found = []
    try:
        for _number, row in rows_of("slots.csv", files.get("slots.csv", "")):
            found.append(days_in(row["date"], time_zone)[:1])
    except NotATable:
        pass
    return sorted({day for days in found for day in days})


def key_of(title: str) -> str:
    """What a pitch is called where the file has no keys: the same title is the same pitch."""
    if len(title) <= LONGEST_KEY:
        return title
    return f"{title[: LONGEST_KEY - 13]} {hashlib.sha256(title.encode()).hexdigest()[:12]}"


def is_name(text: str) -> bool:
    """What a person may be called; a7 and 12 are keys, and an e-mail address everybody would read."""
    is_key = re.fullmatch(r"[a-z]?[0-9]+", text, re.IGNORECASE)
    return len(text) <= LONGEST_KEY and not is_key and not holds_address(text)


def _names(people: Iterable[Attendee | str]) -> list[str]:
    """As they are compared, each once."""
    names = (one if isinstance(one, str) else one.display_name for one in people)
    return sorted({as_called(name) for name in names})


@dataclass(slots=True)
class CsvReader:
    """The rows of the files, one by one, become part of the outcome."""

    outcome: Outcome
    files: dict[str, str]
    progress: Progress = lambda done: None
    done: int = 0
    #: names in a list of rooms that say how many these hold
    sizes: dict[str, Sized] = field(default_factory=dict)
    #: what rooms have, by what people call it
    features: dict[str, str] = field(default_factory=dict)
    attendees: dict[str, Attendee] = field(default_factory=dict)
    pitches: dict[str, Pitch] = field(default_factory=dict)
    #: by the keys of the camp's own files
    own: dict[str, Attendee | Pitch] = field(default_factory=dict)
    #: of those without an attendees.csv, by the names they go by
    names: dict[str, list[Attendee]] = field(default_factory=dict)
    #: names of people, by how one sees them
    seen: dict[str, str] = field(default_factory=dict)
    #: all slots by when they start, none of which overlap
    slots: dict[datetime, Slot] = field(default_factory=dict)
    starts: list[datetime] = field(default_factory=list)
    #: those that this import makes, by key: what each comes after, with its row
    orders: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    #: when rows of slots are
    times: SlotTimes = field(init=False)
    #: the first row of slots that starts then
    slot_rows: dict[datetime, int] = field(default_factory=dict)
    #: how dates that can be read in two ways were read: told once each
    readings: set[str] = field(default_factory=set)
    #: who has a ticket
    tickets: TicketRows = field(init=False)
    #: which sessions were cancelled
    states: StateRows = field(init=False)

    def __post_init__(self) -> None:
        self.tickets, self.states = TicketRows(self.report), StateRows(self.report)
        camp = self.outcome.camp
        timed = self.files.keys() & {"slots.csv", "sheet.csv"}
        self.files = self.files | {name: with_marks(self.files[name], camp) for name in timed}
        self.times = SlotTimes(camp, self.report, self.readings)

    @property
    def report(self) -> Report:
        return self.outcome.report

    def run(self) -> None:
        self.features = feature_codes(code for room in self.outcome.rooms for code in room.features)
        self.slots = {slot.starts_at: slot for slot in self.outcome.slots}
        self.starts = sorted(self.slots)
        # What the camp calls them in files of its own comes first: keys that an import gave are never the same.
        people, pitches = self.outcome.attendees, self.outcome.pitches
        self.called(self.attendees, people, keys_beside([(a.pk, a.import_key) for a in people], "a"))
        self.called(self.pitches, pitches, keys_beside([(p.pk, p.import_key) for p in pitches], "p"))
        self.seen = {as_seen(one.display_name): one.display_name for one in people if one.removed_at is None}
        self.times.find(self.files.get("slots.csv", ""))
        self.find_sizes()
        for name, read in (
            ("rooms.csv", self.room),
            ("slots.csv", self.slot),
            ("attendees.csv", self.attendee),
            ("pitches.csv", self.pitch),
        ):
            for number, row in self.rows(name, self.shape_of(name)):
                with self.fault_told(name, number):
                    read(row, number)
        self.tickets.tell_rest()
        self.put_in_order("pitches.csv")
        self.interests("interests.csv")

    def called(self, found: dict[str, Thing], things: list[Thing], own: dict[int, str]) -> None:
        """The things that are there, by both their keys."""
        self.own.update((own[thing.pk], thing) for thing in things)
        found.update((own[thing.pk], thing) for thing in things)
        found.update((thing.import_key, thing) for thing in things if thing.import_key)

    def known(self, found: dict[str, Thing], called: str, name: str) -> Thing | None:
        """Whom or what the key stands for; but a file of another installation may have ours for something else."""
        thing = found.get(called)
        if thing is None or thing is not self.own.get(called):
            return thing
        now = thing.display_name if isinstance(thing, Attendee) else thing.title
        return thing if " ".join(now.split()) == name else None

    def shape_of(self, name: str) -> str:
        """Ticket shops have the names of people in two columns."""
        if name == "attendees.csv" and name in self.files:
            with suppress(NotATable):
                # Beside a first name, what is called a name is the last one; a whole name would be left over.
                left = headings_of(BY_PARTS, self.files[name]).unknown
                if not any(is_called(heading, "display_name") for heading in left):
                    return BY_PARTS
        return name

    def rows(self, name: str, shape: str = "") -> Iterator[tuple[int, Row]]:
        """Row number and cells; a file that is no table, or without its columns, is one fault.

        `shape` says whose columns it has, if not those of its name.
        """
        if name not in self.files:
            return
        shape = shape or name
        try:
            headings = headings_of(shape, self.files[name])
            if headings.above:
                told = _("What stands above the headings is left out: “%(text)s”.")
                self.report.remark(name, headings.line, told % {"text": quoted(" · ".join(headings.above))})
            unknown = [
                one
                for one in headings.unknown
                if not (is_about_tickets(one) if name == "attendees.csv" else is_about_state(name, one))
            ]
            if unknown:
                told = ngettext(
                    "The column %(names)s is not read.", "The columns %(names)s are not read.", len(unknown)
                )
                names = ", ".join(f"“{quoted(column)}”" for column in unknown)
                self.report.remark(name, headings.line, told % {"names": names})
            for number, row in rows_of(shape, self.files[name]):
                if beyond := row.pop(BEYOND, ""):
                    told = _("No heading stands above “%(text)s”: it is left out.")
                    self.report.remark(name, number, told % {"text": quoted(beyond)})
                    if not any(row.values()):
                        continue
                if total := total_in(row.values()):
                    told = _("“%(text)s” counts the other rows: it is left out.")
                    self.report.remark(name, number, told % {"text": quoted(total)})
                    continue
                self.count_row()
                if self.states.lets_in(name, row, number):
                    yield number, row
        except NotATable as error:
            self.report.fault(name, error.row, error.reason)

    def count_row(self) -> None:
        self.done += 1
        if self.done % STRIDE == 0:
            self.progress(self.done)

    @contextmanager
    def fault_told(self, file: str, row: int, cell: str = "") -> Iterator[None]:
        """What is wrong with a row keeps it out, and is told."""
        try:
            yield
        except ValidationError as error:
            self.report.fault(file, row, " ".join(error.messages), cell)

    # -- rows ------------------------------------------------------------------------------------

    def find_sizes(self) -> None:
        """What of the names of rooms says how many they hold, where no cell does; what cannot be read is told later."""
        with suppress(NotATable):
            rows = rows_of("rooms.csv", self.files.get("rooms.csv", ""))
            listed = [row for _number, row in rows if not total_in(row.values())]
            names = {" ".join(row["name"].split()): row["capacity"] for row in listed}
            sizes = sizes_in(names, {as_called(room.name) for room in self.outcome.rooms})
            self.sizes = {name: size for name, size in sizes.items() if not names[name]}

    def room(self, row: Row, number: int) -> None:
        if size := self.sizes.get(" ".join(row["name"].split())):
            if not size.is_said:
                self.report.remark("rooms.csv", number, told_size(row["name"], size))
            if size.seats is not None:
                row = row | {"name": size.name, "capacity": str(size.seats)}
        is_meant = unmarked(row["name"], is_no_room)
        name = text(row | {"name": is_meant or row["name"]}, "name", 60)
        if not (is_meant or is_title(name)) and self.outcome.room_named(name) is None:
            told = _("“%(name)s” is no room.")
            self.report.remark("rooms.csv", number, told % {"name": quoted(name)})
            return
        capacity = whole(row, "capacity", 0, MOST_SEATS, default=MANY)
        features = self.features_in(row, number)
        known = self.outcome.room_named(name)
        if known is None:
            self.outcome.make_room(name, capacity, features)
        else:
            if known.name != name:
                told = _("“%(name)s” is the room %(room)s, which is there already.")
                self.report.remark("rooms.csv", number, told % {"name": quoted(name), "room": quoted(known.name)})
            now = {"capacity": known.capacity, "features": sorted(known.features)}
            self.tell_other("rooms.csv", number, name, row, now, {"capacity": capacity, "features": sorted(features)})
        self.report.add("rooms", known is None)

    def features_in(self, row: Row, number: int) -> list[str]:
        """By their codes, whatever letters they have; others than those that are known are kept, and told."""
        said = row["features"]
        found: dict[str, None] = {}
        for part in re.split(r"[;\n]" if ";" in said else r"[,\n]", said):
            if not (name := " ".join(part.split())):
                continue
            if plain_feature(name) not in self.features:
                self.features[plain_feature(name)] = name
                told = _("“%(name)s” is nothing that sessions can ask for here: it is kept as it stands.")
                self.report.remark("rooms.csv", number, told % {"name": quoted(name)})
            found[self.features[plain_feature(name)]] = None
        return list(found)

    def tell_other(
        self, file: str, number: int, name: str, row: Row, now: Mapping[str, object], said: Mapping[str, object]
    ) -> None:
        """What is there stays as it is: where a row says otherwise, its columns are named."""
        other = [column for column in said if row[column] and said[column] != now[column]]
        if other:
            told = _("“%(name)s” is there already and stays as it is; this row says otherwise in %(columns)s.")
            columns = ", ".join(f"“{column}”" for column in other)
            self.report.remark(file, number, told % {"name": quoted(name), "columns": columns})

    def slot(self, row: Row, number: int) -> None:
        if number in self.times.only_days:
            return
        on, start, end = self.times.of(row, number)
        title = short(row, "title", 80)
        kind = SLOT_KINDS.get(row["kind"].lower(), row["kind"].lower())
        if kind not in Slot.Kind.values and is_for_everybody(kind):
            # Lunch is what it is called, too, where nothing else is.
            title, kind = title or short(row, "kind", 80), Slot.Kind.EVERYONE
        if not kind:
            kind = Slot.Kind.EVERYONE if is_for_everybody(title) else Slot.Kind.SESSIONS
        if kind not in Slot.Kind.values:
            raise ValidationError(
                _("The kind “%(kind)s” is neither sessions nor everyone.") % {"kind": quoted(row["kind"])}
            )
        camp = self.outcome.camp
        starts_at, ends_at = camp.at(on, start), camp.at_end(on, start, end)
        ends_on = ends_at.astimezone(camp.tz).date()
        begins = f"{row['date']} {row['starts_at']}".strip()
        refuse_other_day(camp, [on, ends_on], day_and_time(row["ends_at"])[0], begins, row["ends_at"])
        shown = on_the_clock(starts_at.astimezone(camp.tz))
        if (first := self.slot_rows.setdefault(starts_at, number)) != number:
            told = _("Row %(row)s is a slot at %(time)s, too: this one is left out.")
            self.report.remark("slots.csv", number, told % {"row": first, "time": shown})
        if (known := self.slots.get(starts_at)) is None:
            self.make_slot(starts_at, ends_at, kind, title)
            if not row["kind"] and kind == Slot.Kind.EVERYONE:
                told = _("“%(title)s” is read as something for everybody.")
                self.report.remark("slots.csv", number, told % {"title": quoted(title)})
            return
        now = {"ends_at": known.ends_at, "kind": known.kind, "title": known.title}
        # Both may stand in the first column.
        values = {"ends_at": ends_at, "kind": kind, "title": title}
        self.tell_other("slots.csv", number, shown, row | {"ends_at": "*"}, now, values)
        self.report.add("slots", False)

    def make_slot(self, starts_at: datetime, ends_at: datetime, kind: str, title: str) -> Slot:
        """None starts at that time yet."""
        if other := self.overlapping(starts_at, ends_at):
            raise ValidationError(_("It overlaps the slot of %(other)s.") % {"other": other})
        slot = Slot(camp=self.outcome.camp, starts_at=starts_at, ends_at=ends_at, kind=kind, title=title)
        self.outcome.make_slot(slot)
        self.slots[starts_at] = slot
        insort(self.starts, starts_at)
        self.report.add("slots", True)
        return slot

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Slot | None:
        """The first that does. As none of the others overlap, only those beside it can."""
        at = bisect_left(self.starts, starts_at)
        for start in self.starts[max(0, at - 1) : at + 1]:
            slot = self.slots[start]
            if slot.starts_at < ends_at and slot.ends_at > starts_at:
                slot.camp = self.outcome.camp
                return slot
        return None

    def attendee(self, row: Row, number: int) -> None:
        if "display_name" not in row:
            row["display_name"] = f"{row['First name']} {row['Last name']}"
        if not self.tickets.lets_in(row, number):
            return
        said = unmarked(row["display_name"], is_no_name) or UNSAID.sub(" ", row["display_name"]).strip()
        # As its own key may say, somebody is called so all the same.
        is_called = is_title(said) or (bool(row["attendee"]) and bool(said))
        if not is_called and row["display_name"].strip():
            told = _("“%(text)s” is no name: nobody is written down.")
            self.report.remark("attendees.csv", number, told % {"text": quoted(row["display_name"].strip())})
            return
        name = text({"display_name": said}, "display_name", 60)
        refuse_name(name)
        # What a ticket shop's list says of a name, whoever bought the ticket typed.
        if poses(name):
            told = _("“%(name)s” says that it is an organiser's, or has a mark like theirs. Write the name alone.")
            raise ValidationError(told % {"name": quoted(name)})
        called = text(row, "attendee", 60) if row["attendee"] else name
        role = ROLES.get(row["role"].lower(), row["role"].lower()) or Role.ATTENDEE
        if role not in Role.values:
            raise ValidationError(
                _("The role “%(role)s” is not attendee, helper or organiser.") % {"role": quoted(row["role"])}
            )
        known = self.known(self.attendees, called, name)
        is_new = known is None
        if known is not None and known.pk is None:
            self.refuse_another(
                called, known.display_name, name, "attendees.csv", number, has_key=bool(row["attendee"])
            )
        if is_new:
            if not row["attendee"]:
                self.tell_alike(number, name)
            made = Attendee(import_key=called, display_name=name, role=role)
            self.attendees[called] = self.outcome.make_attendee(made)
            self.seen.setdefault(as_seen(name), name)
        elif known is not None:
            self.tell_known(row, number, known, name, role)
        self.report.add("attendees", is_new)

    def tell_alike(self, number: int, name: str) -> None:
        """Nobody can tell their names apart, and yet they come in as two."""
        if other := self.seen.get(as_seen(name)):
            told = _("“%(name)s” comes in beside “%(other)s”. If they are one, take this row out.")
            values = {"name": quoted(name), "other": quoted(other)}
            self.report.remark("attendees.csv", number, told % values)

    def tell_known(self, row: Row, number: int, known: Attendee, name: str, role: str) -> None:
        if known.removed_at is not None:
            told = _("“%(name)s” was removed from this camp, or left it, and does not come back by this row.")
            self.report.remark("attendees.csv", number, told % {"name": quoted(name)})
            return
        now = {"display_name": known.display_name, "role": known.role}
        values = {"display_name": name, "role": role}
        self.tell_other("attendees.csv", number, known.display_name, row, now, values)

    def pitch(self, row: Row, number: int) -> None:
        title = text(row, "title", 140)
        called = text(row, "pitch", 60) if row["pitch"] else key_of(title)
        length = slots_in(row, "length")
        kind = row["kind"].lower() or Pitch.Kind.DISCUSSION
        if kind not in Pitch.Kind.values:
            raise ValidationError(_("There is no kind “%(kind)s” of session.") % {"kind": quoted(row["kind"])})
        about, topic = row["about"], short(row, "topic", 50)
        if length_of(about) > LONGEST:
            raise ValidationError(
                _("“%(column)s” has %(count)s characters; %(most)s is the most.")
                % {"column": "about", "count": length_of(about), "most": LONGEST}
            )
        known = self.known(self.pitches, called, title)
        is_new = known is None
        if known is not None and known.pk is None:
            self.refuse_another(called, known.title, title, "pitches.csv", number, has_key=bool(row["pitch"]))
        # Last: what is refused leaves nobody behind who was written down for it.
        hosts = self.hosts_in(row, number)
        if is_new:
            made = Pitch(import_key=called, title=title, topic=topic, length=length, kind=kind, about=about)
            self.pitches[called] = self.outcome.make_pitch(made, [self.written_down(host, number) for host in hosts])
        elif known is not None:
            values = {"title": title, "topic": topic, "length": length, "kind": kind, "about": about}
            now = {column: getattr(known, column) for column in values} | {"about": known.about.strip()}
            led = [host for host in self.outcome.hosts[key(known)].values() if host.is_present]
            values["hosts"], now["hosts"] = _names(hosts), _names(led)
            self.tell_other("pitches.csv", number, known.title, row, now, values)
        if after := list(dict.fromkeys(parts(row, "after"))):
            # Those that were there before keep their order.
            if self.pitches[called].pk is None:
                self.orders[called] = (number, after)
        self.report.add("pitches", is_new)

    def refuse_another(self, called: str, before: str, now: str, file: str, number: int, *, has_key: bool) -> None:
        """A row that says the same once more is told; one that calls something else the same is wrong."""
        if before != now:
            raise ValidationError(
                _("“%(key)s” stands for “%(before)s” already, in a row above.")
                % {"key": quoted(called), "before": quoted(before)}
            )
        if not has_key:
            told = _("“%(name)s” stands in a row above, too. If these are two, give each a key of its own.")
            self.report.remark(file, number, told % {"name": quoted(now)})

    def hosts_in(self, row: Row, number: int) -> list[Attendee | str]:
        """By the keys of a list of people, or their names; without such a list, of whoever is nobody yet the name."""
        found: dict[int | str, Attendee | str] = {}
        for part in parts(row, "hosts"):
            names = names_in(part, self.is_somebody)
            if self.has_people and not all(map(self.is_somebody, names)):
                names = [part]
            elif told := told_names(part, names):
                self.report.remark("pitches.csv", number, told)
            for name in names:
                host = self.host(name, number)
                if host is not None:
                    found[as_called(host) if isinstance(host, str) else key(host)] = host
        if len(found) > MOST_HOSTS:
            told = _("“%(title)s” would have more than %(most)s hosts.")
            raise ValidationError(told % {"title": quoted(row["title"]), "most": MOST_HOSTS})
        return list(found.values())

    def host(self, name: str, number: int) -> Attendee | str | None:
        """Whoever is meant, or a name to be written down; None is told, ValidationError: it is no name."""
        several, by_key = self.called_so(name), self.attendees.get(name)
        if len(several) > 1 and not (by_key and self.own.get(name) is by_key):
            self.report.remark("pitches.csv", number, told_several(name))
            return None
        host = by_key if by_key and by_key.removed_at is None else next(iter(several), by_key)
        if host is None:
            if self.has_people or not is_name(name):
                return self.person(name, _("Put ; between hosts.") if MAYBE_SEVERAL.search(name) else "")
            return text({"hosts": name}, "hosts", 60)
        if not host.is_present:
            told = _("“%(name)s” is not in this camp, or no longer: they are not made a host.")
            self.report.remark("pitches.csv", number, told % {"name": quoted(host.display_name)})
            return None
        return host

    def written_down(self, host: Attendee | str, number: int) -> Attendee:
        if isinstance(host, Attendee):
            return host
        made = self.outcome.make_attendee(Attendee(import_key=host, display_name=host))
        self.attendees[host] = made
        self.names.setdefault(as_called(host), []).append(made)
        told = _("“%(name)s” is nobody in this camp yet: they are written down as a host.")
        self.report.remark("pitches.csv", number, told % {"name": quoted(host)})
        return made

    @property
    def has_people(self) -> bool:
        return "attendees.csv" in self.files

    def called_so(self, name: str) -> list[Attendee]:
        """Those who are in, or written down, under that name; what a list of people calls somebody comes first."""
        if self.has_people and name in self.attendees:
            return []
        if not self.names:
            self.names = self.outcome.people_by_name()
        return self.names.get(as_called(name), [])

    def is_somebody(self, called: str) -> bool:
        return called in self.attendees or bool(self.called_so(called))

    def person(self, called: str, what_to_do: str = "") -> Attendee:
        found = self.attendees.get(called)
        if found is None:
            told = _("There is no attendee “%(key)s” in this camp.")
            if self.has_people:
                told = _("There is no attendee “%(key)s” in %(file)s, nor in this camp.")
            values = {"key": quoted(called), "file": self.report.name_of("attendees.csv")}
            raise ValidationError(f"{told % values} {what_to_do}".strip())
        return found

    def pitch_called(self, called: str) -> Pitch:
        found = self.pitches.get(called)
        if found is None:
            told = _("There is no pitch “%(key)s” in this camp.")
            if "pitches.csv" in self.files:
                told = _("There is no pitch “%(key)s” in %(file)s.")
            raise ValidationError(told % {"key": quoted(called), "file": self.report.name_of("pitches.csv")})
        return found

    # -- this after that -------------------------------------------------------------------------

    def put_in_order(self, file: str) -> None:
        """Which pitch comes after which, once all are there."""
        wanted: dict[str, list[str]] = {}
        for called, (number, after) in self.orders.items():
            try:
                for other in after:
                    self.pitch_called(other)
                wanted[called] = after
            except ValidationError as error:
                self.report.fault(file, number, " ".join(error.messages))
        for called in self.circling(file, wanted):
            del wanted[called]
        for called, after in wanted.items():
            self.outcome.made.orders.extend((self.pitches[called], self.pitches[other]) for other in after)

    def circling(self, file: str, wanted: dict[str, list[str]]) -> list[str]:
        """The pitches whose row would close a circle, each told; rows are taken in the order of the file.

        What was there before comes after nothing that is new: no circle leads through it.
        """
        numbers, names = {called: n for n, called in enumerate(self.pitches)}, list(self.pitches)
        orders = {numbers[called]: {numbers[other] for other in after} for called, after in wanted.items()}
        if not any_circle(orders):
            return []
        found, left = [], MOST_STEPS
        seen: dict[int, set[int]] = {}
        for here, after in orders.items():
            seen[here] = after
            circle, steps = search_circle(here, seen, most_steps=left)
            left -= steps
            if not circle and left > 0:
                continue
            told = _("The orders make circles, too many to name. Take “after” out of this row.")
            if circle:
                told = circle_in_words([self.pitches[names[n]].title for n in circle])
            self.report.fault(file, self.orders[names[here]][0], told)
            found.append(names[here])
            del seen[here]
        return found

    # -- wishes ----------------------------------------------------------------------------------

    def interests(self, file: str) -> None:
        """Of people who were written down. What somebody with an account wants is theirs to say, and to nobody told."""
        made: set[tuple[int, int]] = set()
        left_out, first = 0, 0
        for number, row in self.rows(file):
            try:
                attendee, pitch = self.person(row["attendee"]), self.pitch_called(row["pitch"])
                level = whole(row, "level", 1, 2)
            except ValidationError as error:
                self.report.fault(file, number, " ".join(error.messages))
                continue
            is_theirs = not attendee.is_written_down or attendee.removed_at is not None
            if is_theirs:
                left_out, first = left_out + 1, first or number
            this = (key(pitch), key(attendee))
            is_there = pitch.pk and attendee.pk and (pitch.pk, attendee.pk) in self.outcome.interests
            is_new = not (is_theirs or is_there or this in made)
            if is_new:
                made.add(this)
                self.outcome.made.interests.append((pitch, attendee, level))
            self.report.add("interests", is_new)
        if left_out:
            told = _(
                "From here on, rows about people who have taken over their spot, or left, are left out: %(count)s."
            )
            self.report.remark(file, first, told % {"count": left_out})
