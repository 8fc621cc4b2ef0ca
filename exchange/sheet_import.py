"""The sheet a camp published, as its helpers typed it: real in its faults, too. `sheet_rows` says what it may be."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from accounts.names import holds_address
from accounts.text import as_called
from events.models import Attendee, Camp, Room, Slot
from events.room_sizes import Sized, sizes_in
from pitches.models import MOST_RUNS, Pitch
from schedule.draft.rows import runs_on
from schedule.models import Session

from .between_marks import divided_by_marks, is_no_room, loses_something, one_in, unmarked
from .cells import MOST_SEATS, text, whole
from .csv_import import MANY, MOST_HOSTS, CsvReader
from .host_names import names_in, told_names
from .leading import leading_in, named_by
from .outcome import Outcome, Spot, key
from .report import Report, quoted, told_several, told_size
from .sheet_rows import FILE, LEADER_COLUMNS, Entry, SheetRows
from .titles import NO_ROOMS, by_title, is_cancelled, plain, with_link

LONGEST_ADDRESS = 500
DOUBLE = 2
is_address = URLValidator(schemes=["http", "https"])


def session_page(camp: Camp, session_id: int) -> str:
    """The path of its page: what the sheet says of notes that are our own."""
    return f"/{camp.slug}/sessions/{session_id}/"


class Hung(NamedTuple):
    """A title in a cell, which nothing else of the sheet has."""

    entry: Entry
    pitch: Pitch
    room: Room
    slot: Slot

    @property
    def spot(self) -> Spot:
        return key(self.room), key(self.slot)


@dataclass(slots=True)
class SheetReader:
    """The rows of the sheet, one by one, become part of the outcome."""

    base: CsvReader
    people: dict[str, list[Attendee]] = field(default_factory=dict)
    #: those that are called so, by their titles (`as_called`)
    titles: dict[str, list[Pitch]] = field(default_factory=dict)
    #: (host, slot) to what has them
    busy: dict[Spot, Entry] = field(default_factory=dict)
    #: of those, what was told
    busy_told: set[Spot] = field(default_factory=set)
    #: (pitch, slot) to the first that has both
    at_once: dict[Spot, Entry] = field(default_factory=dict)
    #: (room, slot) to what has it
    taken: dict[Spot, tuple[Entry, Pitch]] = field(default_factory=dict)
    #: by pitch, where the sheet has it
    hung: dict[int, list[Hung]] = field(default_factory=lambda: defaultdict(list))
    #: runnings that something of the sheet has; by pitch how many
    used: set[int] = field(default_factory=set)
    runs: Counter[int] = field(default_factory=Counter)
    #: rooms that are made, by name, of which the sheet has not said how many they hold
    unsaid: set[str] = field(default_factory=set)
    #: what the sheet says of seats, by room, once it was looked at
    seats: set[tuple[int, str]] = field(default_factory=set)
    #: names of rooms by themselves, and what they say of seats; those of which it was told
    sizes: dict[str, Sized] = field(default_factory=dict)
    sizes_told: set[str] = field(default_factory=set)
    #: names (`as_called`) of people in the camp, and of those whom the sheet names for certain somewhere
    known: set[str] = field(default_factory=set)
    #: what was told of titles, and of names, already; that a cell of several lines is one title is told once
    told: set[str] = field(default_factory=set)
    #: sessions of the draft in whose cells something else hung, each with the first that did
    gave_way: dict[int, tuple[Session, Entry]] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        return self.base.outcome

    @property
    def report(self) -> Report:
        return self.base.outcome.report

    def run(self) -> None:
        self.people = self.outcome.people_by_name()
        self.titles = by_title(pitch for pitch in self.outcome.pitches if pitch.is_open)
        rows = SheetRows(self.base)
        entries = list(rows.entries())
        # A wall has told already what its headings say; a room beside a number of seats is called as it stands.
        listed = [entry.cells for entry in entries if not entry.cell and not entry.cells["Capacity"]]
        names = {" ".join(cells["Room"].split()) for cells in listed}
        self.sizes = sizes_in(names, {as_called(room.name) for room in self.outcome.rooms})
        for heading in rows.rooms:
            with self.base.fault_told(FILE, heading.row, heading.cell):
                self.room(heading)
        leaders = (entry.cells[column] for entry in entries for column in LEADER_COLUMNS)
        self.known = {*self.people} | named_by((entry.cells["Title"] for entry in entries if entry.cell), leaders)
        numbers = {key(slot): number for number, slot in enumerate(rows.slots, 1)}
        for entry in entries:
            with self.base.fault_told(FILE, entry.row, entry.cell):
                if entry.slot is not None:
                    self.hang(entry, entry.slot, numbers[key(entry.slot)])
        # How long one is, and how often it runs, is known once all of the sheet is.
        for hung in self.hung.values():
            for cells in self.runnings(hung):
                self.put(cells)
            self.outcome.agree_on_runs(hung[0].pitch)
        self.tell_gave_way()

    def room(self, entry: Entry) -> Room:
        """That of the name, or a new one."""
        name = text(entry.cells, "Room", 60)
        size = self.sizes.get(name, Sized(name))
        if not size.is_said and name not in self.sizes_told and not entry.cells["Capacity"]:
            self.sizes_told.add(name)
            self.remark(entry, told_size(name, size))
        if size.seats is not None and not entry.cells["Capacity"]:
            name = size.name
            entry = entry._replace(cells=entry.cells | {"Capacity": str(size.seats)})
        if (room := self.outcome.room_named(name)) is None:
            capacity = whole(entry.cells, "Capacity", 0, MOST_SEATS, default=MANY)
            room = self.outcome.make_room(name, capacity, [])
            self.report.add("rooms", True)
            if not entry.cells.get("Capacity"):
                self.unsaid.add(room.name)
        else:
            self.tell_seats(entry, room)
        return room

    def tell_seats(self, entry: Entry, room: Room) -> None:
        """Says where the sheet has another number of seats than the room, once for each."""
        said = entry.cells.get("Capacity", "")
        if not said or (key(room), said) in self.seats:
            return
        self.seats.add((key(room), said))
        seats = whole(entry.cells, "Capacity", 0, MOST_SEATS)
        if room.name in self.unsaid:
            # The first row that names it did not say.
            self.unsaid.discard(room.name)
            room.capacity = seats
        elif seats != room.capacity:
            told = _("The sheet says that %(room)s holds %(seats)s; it holds %(own)s, and that stays so.")
            self.remark(entry, told % {"room": quoted(room.name), "seats": quoted(said), "own": room.capacity})

    def hang(self, entry: Entry, slot: Slot, slot_number: int) -> None:
        """One that is wrong leaves nothing behind: what is to be made is made once all of it is checked. Where what
        else the sheet has leaves it no place, it waits for one.
        """
        if is_cancelled(entry.cells["Title"]) and not self.is_called(entry.cells["Title"]):
            self.remark(entry, _("“%(title)s” is left out.") % {"title": quoted(entry.cells["Title"])})
            return
        entry = self.with_room(self.divided(self.with_notes(entry)))
        title, leading = self.title(entry), self.leader_names(entry)
        meant = self.meant(title, leading, self.standing(entry, slot))
        self.refuse_more_hosts(title, meant, leading)
        room = self.room(entry) if entry.cells["Room"] else None
        leaders = self.leaders(leading, meant, entry)
        pitch = self.pitch(title, meant, leaders, entry)
        if room is None:
            self.remark(entry, _("“%(title)s” has no room: it waits for a place.") % {"title": quoted(title)})
            return
        other, there = self.taken.setdefault((key(room), key(slot)), (entry, pitch))
        if other is not entry:
            self.tell_taken(entry, pitch, other, there, room, slot_number)
            return
        self.tell_twice_at_once(pitch, slot, entry)
        self.tell_two_at_once(self.outcome.hosts[key(pitch)].values(), slot, entry)
        self.hung[key(pitch)].append(Hung(entry, pitch, room, slot))

    def remark(self, entry: Entry, sentence: str) -> None:
        self.report.remark(FILE, entry.row, sentence, entry.cell)

    def tell_taken(self, entry: Entry, pitch: Pitch, other: Entry, there: Pitch, room: Room, number: int) -> None:
        values = {"room": room, "session": number, "other": other.row, "title": quoted(pitch.title)}
        if pitch is there:
            if not entry.cell:
                self.remark(entry, _("Row %(other)s says the same.") % values)
            return
        # It hung on the wall, so it is not lost: an organiser finds it another place.
        told = _("Row %(other)s has %(room)s in session %(session)s already. “%(title)s” waits for a place.")
        self.remark(entry, told % values)

    def is_called(self, typed: str) -> bool:
        """Whether a pitch is called just so."""
        return as_called(typed) in self.titles

    def with_notes(self, entry: Entry) -> Entry:
        """An address behind a title is that of its notes."""
        title, url = with_link(entry.cells["Title"])
        is_whole = self.is_called(entry.cells["Title"]) or unmarked(entry.cells["Title"], loses_something)
        if not url or entry.cells["Session notes"] or is_whole:
            return entry
        told = _("The address behind “%(title)s” is no part of the title: it is read as that of its notes.")
        self.remark(entry, told % {"title": quoted(title)})
        return entry._replace(cells=entry.cells | {"Title": title, "Session notes": url})

    def with_room(self, entry: Entry) -> Entry:
        """TBC is no room, unless one is called so here."""
        name = entry.cells["Room"]
        if own := unmarked(name, is_no_room):
            return entry._replace(cells=entry.cells | {"Room": own})
        if name.casefold() not in NO_ROOMS or self.outcome.room_named(name):
            return entry
        self.remark(entry, _("“%(name)s” is no room.") % {"name": quoted(name)})
        return entry._replace(cells=entry.cells | {"Room": ""})

    def divided(self, entry: Entry) -> Entry:
        """A cell of a wall may hold who leads it beside the title: taken for hosts where that is certain."""
        said = entry.cells["Title"]
        if self.is_called(said):
            return entry
        if not entry.cell:
            if "\n" in said:
                told = _("“%(text)s” has several lines and is read as one title.")
                self.remark(entry, told % {"text": quoted(said)})
            return entry
        found = leading_in(said, self.is_known)
        if found.left_out:
            told = _("What stands below whoever leads it is left out: “%(text)s”.")
            self.remark(entry, told % {"text": quoted(found.left_out)})
        if found.names:
            return entry._replace(cells=entry.cells | {"Title": found.title, "Leader1": found.names})
        if found.strangers:
            told = _(
                "“%(names)s” is nobody in this camp, nor named by “by” in this sheet: it stays a part of the title. "
                "Write “by” before whoever leads it."
            )
            self.remark_once(entry, found.strangers, told % {"names": quoted(found.strangers)})
        elif "\n" in said:
            told = _("“%(text)s” has several lines and is read as one title: a line of hosts begins with “by”.")
            self.remark_once(entry, "lines", told % {"text": quoted(said)})
        return entry

    def remark_once(self, entry: Entry, what: str, sentence: str) -> None:
        if what not in self.told:
            self.told.add(what)
            self.remark(entry, sentence)

    def is_known(self, name: str) -> bool:
        """Whether it is the name of somebody in this camp, or in this sheet."""
        return as_called(name) in self.known

    def title(self, entry: Entry) -> str:
        typed = text(entry.cells, "Title", 140)
        own = unmarked(typed, loses_something)
        title = typed if as_called(typed) in self.titles else own or plain(typed)
        if not title:
            raise ValidationError(_("“%(column)s” is empty.") % {"column": "Title"})
        if title not in (typed, own):
            remark = _("The title has stray quotes: %(typed)s. Read as: %(title)s.")
            self.remark(entry, remark % {"typed": quoted(typed), "title": quoted(title)})
        return title

    def standing(self, entry: Entry, slot: Slot) -> Pitch | None:
        """What stands in its cell."""
        name = " ".join(entry.cells["Room"].split())
        room = self.outcome.room_named(self.sizes.get(name, Sized(name)).name)
        session = self.outcome.cells.get((key(room), key(slot))) if room else None
        return session.pitch if session else None

    def meant(self, title: str, names: Collection[str], standing: Pitch | None) -> Pitch | None:
        """Of those that are called so the one that these lead; else the one that stands there; None: there is none."""
        leading = {as_called(name) for name in names}

        def worth(pitch: Pitch) -> tuple[int, bool, bool, bool]:
            hosts = {as_called(host.display_name) for host in self.hosts_of(pitch)}
            return len(hosts & leading), pitch is standing, hosts <= leading, pitch.title == title

        found = self.titles.get(as_called(title), [])
        return max(found, key=worth) if len(found) > 1 else next(iter(found), None)

    def pitch(self, title: str, meant: Pitch | None, leaders: list[Attendee], entry: Entry) -> Pitch:
        """That which is meant, led by whoever the sheet says, too; or a new one."""
        if meant:
            for leader in leaders:
                if self.outcome.add_host(meant, leader):
                    self.report.add("hosts", True)
                    told = _("“%(title)s” is there already: by this row it is led by %(host)s, too.")
                    values = {"title": quoted(title), "host": quoted(leader.display_name)}
                    self.remark(entry, told % values)
            return meant
        pitch = self.outcome.make_pitch(Pitch(title=title), leaders)
        self.titles[as_called(title)] = [pitch]
        self.report.add("pitches", True)
        self.remark(entry, _("No pitch is called “%(title)s”; it is new.") % {"title": quoted(title)})
        return pitch

    def leader_names(self, entry: Entry) -> list[str]:
        found: dict[str, None] = {}
        for column in LEADER_COLUMNS:
            for name in self.people_in(entry.cells[column], entry):
                found[text({column: name}, column, 60)] = None
        return list(found)

    def hosts_of(self, pitch: Pitch | None) -> Collection[Attendee]:
        """Nobody, if there is none yet."""
        return self.outcome.hosts[key(pitch)].values() if pitch else ()

    def refuse_more_hosts(self, title: str, meant: Pitch | None, names: list[str]) -> None:
        """ValidationError before anybody is written down: a title that stands in each row may have others each time."""
        hosts = self.hosts_of(meant)
        if len(hosts) + len(names) > MOST_HOSTS:
            known = {as_called(host.display_name) for host in hosts}
            if len(known | {as_called(name) for name in names}) > MOST_HOSTS:
                told = _("“%(title)s” would have more than %(most)s hosts.")
                raise ValidationError(told % {"title": quoted(title), "most": MOST_HOSTS})

    def people_in(self, typed: str, entry: Entry) -> list[str]:
        """One name, or those of several that stand in one cell; unless somebody is called just that."""
        typed = typed.strip()
        if one := one_in(typed):
            return [one]
        if len(pieces := divided_by_marks(typed)) > 1:
            return [name for piece in pieces for name in self.people_in(piece, entry)]
        found = names_in(typed, self.is_known)
        if told := told_names(typed, found):
            self.remark_once(entry, typed, told)
        if len(found) > 1:
            told = _("“%(typed)s” is read as %(count)s people.") % {"typed": quoted(typed), "count": len(found)}
            self.remark(entry, told)
        return found

    def leaders(self, names: list[str], pitch: Pitch | None, entry: Entry) -> list[Attendee]:
        return [leader for name in names if (leader := self.leader(name, pitch, entry))]

    def leader(self, name: str, pitch: Pitch | None, entry: Entry) -> Attendee | None:
        """Somebody of that name who is in, or is written down; of several, the one who leads that already."""
        for host in self.hosts_of(pitch):
            if as_called(host.display_name) == as_called(name):
                return host
        found = self.people.get(as_called(name), [])
        if len(found) > 1:
            self.remark(entry, told_several(name))
            return None
        if not found and holds_address(name):
            self.remark(entry, _("“%(name)s” is an e-mail address: nobody is written down.") % {"name": quoted(name)})
            return None
        if not found:
            found = self.people[as_called(name)] = [self.outcome.make_attendee(Attendee(display_name=name))]
        return found[0]

    def tell_twice_at_once(self, pitch: Pitch, slot: Slot, entry: Entry) -> None:
        other = self.at_once.setdefault((key(pitch), key(slot)), entry)
        if other is not entry:
            told = _("“%(title)s” is in two rooms at once: row %(other)s has it, too.")
            self.remark(entry, told % {"title": quoted(pitch.title), "other": other.row})

    def tell_two_at_once(self, hosts: Collection[Attendee], slot: Slot, entry: Entry) -> None:
        """Says once where the sheet has a host in two rooms; it hung like that, so it is kept like that."""
        for host in hosts:
            spot = (key(host), key(slot))
            other = self.busy.setdefault(spot, entry)
            if other is not entry and spot not in self.busy_told:
                self.busy_told.add(spot)
                self.remark(
                    entry,
                    _("%(host)s leads two sessions at once: row %(other)s has them, too.")
                    % {"host": quoted(host.display_name), "other": other.row},
                )

    def runnings(self, hung: list[Hung]) -> list[list[Hung]]:
        """The cells of each running, in the order of the day: one cell, or two in a row of one room. What was there
        before keeps its length.
        """
        pitch, stretches = hung[0].pitch, self.stretches(hung)
        longer = next((stretch for stretch in stretches if len(stretch) > 1), None)
        if longer and pitch.pk is None and pitch.length != DOUBLE:
            if any(len(stretch) % DOUBLE for stretch in stretches):
                # As a double it would reach over cells that the sheet does not give it.
                told = _(
                    "“%(title)s” fills several slots in a row, but not two wherever it stands: "
                    "it is no double session, it runs %(count)s times."
                )
            else:
                pitch.length = DOUBLE
                told = _("“%(title)s” fills two slots in a row: it is a double session.")
            self.remark(longer[1].entry, told % {"title": quoted(pitch.title), "count": len(hung)})
        step = pitch.length
        return [cells[n : n + step] for cells in stretches for n in range(0, len(cells), step)]

    def stretches(self, hung: Iterable[Hung]) -> list[list[Hung]]:
        """Cells of one room that follow each other, together; those that one session has on the draft are, also where
        a break came between them.
        """
        found: list[list[Hung]] = []
        last: dict[int, list[Hung]] = {}
        for one in sorted(hung, key=lambda one: one.slot.starts_at):
            before = last.get(key(one.room))
            if before and (self.slot_after(before[-1].slot) is one.slot or self.is_one_session(before[-1], one)):
                before.append(one)
            else:
                last[key(one.room)] = [one]
                found.append(last[key(one.room)])
        return found

    def is_one_session(self, one: Hung, other: Hung) -> bool:
        session = self.outcome.cells.get(one.spot)
        return session is not None and session.pitch is one.pitch and session is self.outcome.cells.get(other.spot)

    def put(self, cells: list[Hung]) -> None:
        """The pitch's next running stands there."""
        first = cells[0]
        with self.base.fault_told(FILE, first.entry.row, first.entry.cell):
            slots = [one.slot for one in cells]
            if len(slots) < first.pitch.length:
                slots.append(self.second_half(first))
            session = self.running(first)
            self.used.add(key(session))
            spots = [(key(first.room), key(slot)) for slot in slots]
            new = [spot not in self.outcome.spots[key(session)] for spot in spots]
            if any(new):
                for spot in spots:
                    if self.outcome.cells.get(spot) is not session:
                        self.note_other(spot, first.entry)
                self.outcome.put(session, first.room, slots)
            # What the sheet says once is one row, also of a double session.
            for is_new in new if len(cells) == len(slots) else [any(new)]:
                self.report.add("sessions", is_new)
            for one in cells:
                self.link(session, one.entry)

    def second_half(self, first: Hung) -> Slot:
        """The slot in which a double session goes on that the sheet names in its first one only."""
        after = self.slot_after(first.slot)
        if after is None:
            told = _("“%(title)s” takes two slots in a row, and none follows. Move it, or make it one slot long.")
            raise ValidationError(told % {"title": quoted(first.pitch.title)})
        if (key(first.room), key(after)) in self.taken:
            other, there = self.taken[key(first.room), key(after)]
            told = _(
                "“%(title)s” takes two slots in a row, and row %(row)s has “%(other)s” in the second. "
                "Move one of them, or make “%(title)s” one slot long."
            )
            values = {"title": quoted(first.pitch.title), "row": other.row, "other": quoted(there.title)}
            raise ValidationError(told % values)
        self.taken[key(first.room), key(after)] = first.entry, first.pitch
        self.tell_twice_at_once(first.pitch, after, first.entry)
        self.tell_two_at_once(self.outcome.hosts[key(first.pitch)].values(), after, first.entry)
        return after

    def note_other(self, spot: Spot, entry: Entry) -> None:
        """Who stood there on the draft gives way to what hung on the wall."""
        if other := self.outcome.cells.get(spot):
            self.gave_way.setdefault(key(other), (other, entry))

    def tell_gave_way(self) -> None:
        """Once all have come: what the sheet has elsewhere lost nothing."""
        for number, (session, entry) in self.gave_way.items():
            if number not in self.used:
                told = _("“%(title)s” stood there on the draft: it gives way to what the sheet says.")
                self.remark(entry, told % {"title": quoted(session.title)})

    def running(self, first: Hung) -> Session:
        """The running that no row had yet: that which stands there, or the first, or one more."""
        pitch = first.pitch
        if self.runs[key(pitch)] == MOST_RUNS:
            told = _("“%(title)s” is in the sheet more than %(most)s times: a session runs %(most)s times at most.")
            raise ValidationError(told % {"title": quoted(pitch.title), "most": MOST_RUNS})
        self.runs[key(pitch)] += 1
        standing = self.outcome.cells.get(first.spot)
        if standing is not None and standing.pitch is pitch and key(standing) not in self.used:
            return standing
        left = (session for session in self.outcome.sessions[key(pitch)] if key(session) not in self.used)
        return next(left, None) or self.outcome.make_session(pitch)

    def slot_after(self, slot: Slot) -> Slot | None:
        """That in which a double session goes on which begins in the one."""
        starts = self.base.starts
        after = bisect_left(starts, slot.ends_at)
        later = self.base.slots[starts[after]] if after < len(starts) else None
        return later if runs_on(slot, later) else None

    def link(self, session: Session, entry: Entry) -> None:
        url = entry.cells.get("Session notes", "")
        if not url:
            return
        try:
            is_address(url[: LONGEST_ADDRESS + 1])
            is_wrong = len(url) > LONGEST_ADDRESS
        except ValidationError:
            is_wrong = True
        if is_wrong:
            self.remark(entry, _("“%(url)s” is not an address; it is left out.") % {"url": quoted(url)})
            return
        if session.notes_rule == Session.NotesRule.NONE:
            remark = _("The room of “%(title)s” agreed on no notes: the address is left out.")
            self.remark(entry, remark % {"title": quoted(session.title)})
            return
        if session.pk and url.endswith(session_page(self.outcome.camp, session.pk)):
            # Our own page: it is there.
            return
        is_new = (key(session), url) not in self.outcome.links
        if is_new:
            self.outcome.make_link(session, url)
        self.report.add("links", is_new)
