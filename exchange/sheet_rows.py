"""The sheet from the wall, whichever shape it has, becomes what hung where: a title in a room and a slot.

* a list with the number of each session's slot: `Year,Time,Session,Room,Capacity,Title,Leader1..4,Session notes`,
  `Session` running over the whole camp, from 1 (as a large camp published its grid);
* a list that says times instead: `Date,Time,Room,Title`;
* the wall's own shape: times down and rooms across, or turned round.

Where the camp has no slots for sessions yet, they are made from the times that the sheet says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import is_shown_twice, on_the_clock
from accounts.text import as_called
from events.models import Camp, Slot

from .between_marks import BETWEEN
from .cells import beside_day, day_and_time, days_named, short, whole, with_colons
from .csv_import import CsvReader
from .moments import (
    Moment,
    day_said,
    ends_at,
    refuse_other_day,
    settled,
    slots_from,
    starts_at,
    told_clock,
    told_no_slot,
    told_slots,
)
from .report import quoted
from .spans import NUMBER, label_of, with_end
from .table import BY_TIME, KNOWN, NotATable, Row, headings_of
from .wall_sheet import Line, Wall, is_for_everybody, is_title, neither, read_wall
from .zones import is_about_zone, refuse_other_zone

FILE = "sheet.csv"
#: columns whose cells sheets merge over several rows: what stands in the first holds for all
CARRIED_DOWN = ("Year", "Date", "Time", "Ends", "Session")
#: of those who lead it, one in each
LEADER_COLUMNS = [column for column in KNOWN[FILE] if column.startswith("Leader")]
#: of the numbers of slots; and digits of a year
HIGHEST, LONGEST_YEAR = 10_000, 4
Thing = TypeVar("Thing")


class Entry(NamedTuple):
    """Something that hung on the wall, in that slot."""

    row: int
    #: the cell; empty where a whole row says it
    cell: str
    cells: Row
    #: None for a room
    slot: Slot | None = None


@dataclass(slots=True)
class SheetRows:
    """The sheet, read; what is wrong with it, or left out, is told."""

    base: CsvReader
    #: those for sessions, in order
    slots: list[Slot] = field(default_factory=list)
    #: what stood last in columns that are merged over several rows
    above: dict[str, str] = field(default_factory=dict)
    #: rooms that stand in a heading, whether anything is in them or not
    rooms: list[Entry] = field(default_factory=list)
    untitled: list[int] = field(default_factory=list)
    #: those that are made from the sheet, and what tells them from the others
    made: list[Slot] = field(default_factory=list)
    made_at: set[datetime] = field(default_factory=set)
    #: what was told of it already
    told: set[tuple[str, ...]] = field(default_factory=set)
    #: not all of them could be made, which is told
    is_broken: bool = False

    @property
    def camp(self) -> Camp:
        return self.base.outcome.camp

    def entries(self) -> Iterator[Entry]:
        """`rooms` is there once the first has come."""
        self.find_slots()
        text, wrong = self.base.files[FILE], None
        for shape, read in ((FILE, self.of_numbers), (BY_TIME, self.of_times)):
            try:
                headings_of(shape, text)
            except NotATable as error:
                wrong = wrong or error
                continue
            yield from read()
            self.tell_untitled()
            return
        try:
            wall = read_wall(text, self.days_of, {as_called(room.name) for room in self.base.outcome.rooms})
        except NotATable as error:
            self.fault(error.row, error.reason)
            return
        if wall is not None:
            yield from self.of_wall(wall)
            self.tell_untitled()
        elif wrong is not None:
            self.fault(wrong.row, f"{wrong.reason} {neither()}")

    def find_slots(self) -> None:
        slots = [slot for slot in self.base.outcome.slots if slot.is_for_sessions]
        self.slots = sorted(slots, key=lambda slot: slot.starts_at)

    def names_day(self, text: str) -> bool:
        return self.days_of(text) is not None

    def days_of(self, text: str) -> list[date] | None:
        return days_named(text, self.camp.starts_on, self.camp.ends_on, self.camp.time_zone)

    def fault(self, row: int, reason: str, cell: str = "") -> None:
        self.base.report.fault(FILE, row, reason, cell)

    def remark(self, row: int, reason: str, cell: str = "") -> None:
        self.base.report.remark(FILE, row, reason, cell)

    def is_first(self, *told: str) -> bool:
        """Whether that was not told before."""
        is_first = told not in self.told
        self.told.add(told)
        return is_first

    def tell_untitled(self) -> None:
        """Once: a sheet that was filled in by half has many such rows."""
        if len(self.untitled) == 1:
            self.remark(self.untitled[0], _("This row has no title: it is left out."))
        elif self.untitled:
            told = ngettext(
                "From here on, %(count)s row has no title: it is left out.",
                "From here on, %(count)s rows have no title: they are left out.",
                len(self.untitled),
            )
            self.remark(self.untitled[0], told % {"count": len(self.untitled)})

    # -- lists -----------------------------------------------------------------------------------

    def rows(self, shape: str) -> Iterator[tuple[int, Row]]:
        for number, row in self.base.rows(FILE, shape):
            said = list(filter(None, row.values()))
            if len(said) == 1 and "Date" in row and self.names_day(said[0]):
                # A line of its own above what is on that day.
                self.above["Date"] = said[0]
                continue
            self.carry_down(row)
            if not self.is_of_camp(row, number):
                continue
            if not (is_title(row["Title"]) or BETWEEN.fullmatch(row["Title"])):
                self.untitled.append(number)
            else:
                yield number, row

    def is_of_camp(self, row: Row, number: int) -> bool:
        """Whether the year that it says, if any, is one of the camp's."""
        year = row["Year"].removesuffix(".0")
        if year and not (year.isdecimal() and len(year) <= LONGEST_YEAR):
            if self.is_first("year", year):
                told = _("“%(year)s” is no year: it is not read.")
                self.remark(number, told % {"year": quoted(year)})
            return True
        if not year or self.camp.starts_on.year <= int(year) <= self.camp.ends_on.year:
            return True
        # The night after the last day belongs to the camp, also that of New Year.
        night, label = self.camp.ends_on + timedelta(days=1), label_of(row["Time"])
        if night.year == int(year) and label and label.start and self.camp.has_day(night, label.start):
            return True
        told = _("This row is of %(year)s, and the camp is in %(own)s: it is left out.")
        self.remark(number, told % {"year": quoted(year), "own": self.camp.starts_on.year})
        return False

    def carry_down(self, row: Row) -> None:
        """What was merged over several rows stands in the first of them only."""
        # A row that has a time of its own, and no session number, is none of the session above: a break, say.
        is_another = bool(row["Time"]) and row["Time"] != self.above.get("Time") and not row.get("Session")
        for column in [column for column in CARRIED_DOWN if column in row]:
            if row[column]:
                self.above[column] = row[column]
            elif column == "Date" and row["Title"]:
                # A break has a day as well.
                row[column] = self.above.get(column, "")
            elif row["Title"] and row["Room"] and not (is_another and column in ("Session", "Ends")):
                row[column] = self.above.get(column, "")

    def of_numbers(self) -> Iterator[Entry]:
        rows: list[tuple[int, int, Row]] = []
        for number, row in self.rows(FILE):
            if not row["Session"] or (not row["Room"] and is_for_everybody(row["Title"])):
                told = _("“%(title)s” has no session number or no room, like a break: it is left out.")
                self.remark(number, told % {"title": quoted(row["Title"])})
                continue
            with self.base.fault_told(FILE, number):
                rows.append((number, whole(row, "Session", 1, HIGHEST), row))
        if not self.slots:
            self.make_numbered(rows)
        everybody = self.for_everybody([(index, row) for _number, index, row in rows])
        for number, index, row in rows:
            with self.base.fault_told(FILE, number):
                if slot := self.slot_numbered(index):
                    self.tell_time(row, slot, number)
                    if index not in everybody:
                        yield Entry(number, "", row, slot)
                    elif self.is_first("everybody", str(index)):
                        self.tell_everybody(number, row["Title"])

    def tell_everybody(self, row: int, title: str, cell: str = "") -> None:
        told = _("“%(title)s” is for everybody: no room has it, and it is left out.")
        self.remark(row, told % {"title": quoted(title)}, cell)

    def for_everybody(self, rows: Sequence[tuple[Thing, Row]]) -> dict[Thing, str]:
        """Title of what is for the whole camp, by when it is: nothing else is then, and it is in all rooms, or in none,
        or is called like that.
        """
        found: dict[Thing, list[Row]] = {}
        for when, row in rows:
            found.setdefault(when, []).append(row)
        all_rooms = {row["Room"].casefold() for _when, row in rows if row["Room"]}
        everybody = {}
        for when, these in found.items():
            titles, rooms = {row["Title"].casefold() for row in these}, {row["Room"].casefold() for row in these}
            has_leader = any(row[leader] for row in these for leader in LEADER_COLUMNS)
            is_in_all = len(these) > 1 and rooms == all_rooms
            # Our own sheet says by its marks that it is a session.
            is_session = BETWEEN.fullmatch(these[0]["Title"]) is not None
            is_called_so = not has_leader and (is_for_everybody(these[0]["Title"]) or rooms == {""})
            if len(titles) == 1 and not is_session and (is_in_all or is_called_so):
                everybody[when] = these[0]["Title"]
        return everybody

    def slot_numbered(self, number: int) -> Slot | None:
        """The camp's; None, or ValidationError if that was not told yet."""
        if number <= len(self.slots):
            return self.slots[number - 1]
        if not self.is_first("slot", str(number) if self.slots else "") or self.is_broken:
            return None
        if not self.slots:
            raise ValidationError(
                _("The camp has no slots for sessions. Make them first, or let a column “Time” say when each starts.")
            )
        raise ValidationError(
            _("There is no session slot %(index)s: the camp has %(count)s.")
            % {"index": number, "count": len(self.slots)}
        )

    def make_numbered(self, rows: Sequence[tuple[int, int, Row]]) -> None:
        """As many slots as there are numbers, if each has a time, and they follow each other."""
        found: dict[int, Moment] = {}
        for number, index, row in rows:
            label = label_of(row["Time"])
            if label and label.fault:
                self.fault(number, label.fault)
            if index not in found and label and label.start:
                with self.base.fault_told(FILE, number):
                    day, _unsure = day_said(self.camp, label.beside, label.start)
                    self.refuse_other_zone(day, label.start, label.beside, row["Time"])
                    found[index] = Moment(number, "", day, label.start, label.end, is_at_its_end=label.is_at_its_end)
        in_order = self.placed([(found[index], index) for index in sorted(found)])
        moments: list[Moment] = []
        for moment, index in in_order:
            lacking = len(moments) + 1
            if index != lacking:
                told = _("The slot of session %(index)s cannot be made: no row says when session %(lacking)s starts.")
                self.fault(moment.row, told % {"index": index, "lacking": lacking})
                break
            if moments and starts_at(self.camp, moment) <= starts_at(self.camp, moments[-1]):
                told = _("Session %(index)s does not start after the one before it.")
                self.fault(moment.row, told % {"index": index})
                break
            moments.append(moment)
        if moments:
            self.make(moments)
        # What lacks its slot for that is not told once more in each row.
        self.is_broken = self.is_broken or len(moments) < len(in_order)

    def tell_time(self, row: Row, slot: Slot, number: int) -> None:
        """Says where the sheet has another time than the slot of that number, or one that cannot be read."""
        label = label_of(row["Time"])
        starts, ends = slot.starts_at.astimezone(self.camp.tz), slot.ends_at.astimezone(self.camp.tz)
        if label is None or label.start is None:
            if row["Time"] and self.is_first("no time", row["Time"]):
                told = _("“%(text)s” is no time that can be read: the number of the session holds.")
                self.remark(number, told % {"text": quoted(row["Time"])})
            return
        self.tell_beside(label.beside, number)
        is_end_other = label.end is not None and not _is_time(ends, label.end)
        if (_is_time(starts, label.start) and not is_end_other) or not self.is_first("time", row["Time"], str(slot)):
            return
        told = _("The sheet says “%(time)s”; session %(session)s starts at %(start)s, and that holds.")
        if _is_time(starts, label.start):
            told = _("The sheet says “%(time)s”; session %(session)s ends at %(end)s, and that holds.")
        values = {"time": quoted(row["Time"]), "session": row["Session"], "start": on_the_clock(starts)}
        self.remark(number, told % (values | {"end": on_the_clock(ends)}))

    def of_times(self) -> Iterator[Entry]:
        found: list[tuple[Moment, Row]] = []
        for number, row in self.rows(BY_TIME):
            if not (row["Time"] or row["Room"]):
                told = _("“%(title)s” has no time and no room: it is left out.")
                self.remark(number, told % {"title": quoted(row["Title"])})
                continue
            with self.base.fault_told(FILE, number):
                found.append((self.moment_of(row, number), row))
        found = self.placed(found)
        everybody = self.for_everybody([((moment.day, moment.start), row) for moment, row in found])
        found = [(replace(m, title=everybody.get((m.day, m.start), "")), row) for m, row in found]
        self.take_times([moment for moment, _row in found])
        for moment, row in found:
            if moment.is_for_everybody:
                self.tell_break(moment, row)
            elif not row["Room"] and is_for_everybody(row["Title"]):
                told = _("“%(title)s” has no room, like a break: it is left out.")
                self.remark(moment.row, told % {"title": quoted(row["Title"])})
            elif (slot := self.slot_at(moment)) and not slot.is_for_sessions:
                if self.is_first("break", str(slot.starts_at)):
                    at_once = sum(starts_at(self.camp, other) == slot.starts_at for other, _row in found)
                    self.fault(moment.row, told_break(row["Time"], at_once))
            elif slot:
                self.tell_end(moment, slot)
                yield Entry(moment.row, "", row, slot)

    def tell_break(self, moment: Moment, row: Row) -> None:
        """What is for everybody became a slot, or is left out; once, in however many rooms it stands."""
        title = moment.title
        if not self.is_first("everybody", title, str(moment.day), str(moment.start)):
            return
        if self.is_made(moment):
            if not is_for_everybody(title):
                told = _("Nothing else is at that time: “%(title)s” is read as something for everybody.")
                self.remark(moment.row, told % {"title": quoted(title)})
        elif row["Room"]:
            self.tell_everybody(moment.row, title)
        else:
            told = _("“%(title)s” has no room, like a break: it is left out.")
            self.remark(moment.row, told % {"title": quoted(title)})

    def moment_of(self, row: Row, number: int) -> Moment:
        typed, ends = (with_colons(row[column], is_time=True) for column in ("Time", "Ends"))
        label = label_of(typed)
        if label and label.start and ends:
            label = with_end(label, typed, ends)
        if label is None or label.start is None:
            told = (label and label.fault) or _("“%(text)s” is not a time like 14:30.") % {"text": quoted(row["Time"])}
            raise ValidationError(told)
        day = self.day(row["Date"] or label.beside, label.start, number)
        if row["Date"]:
            refuse_other_day(self.camp, [day], label.beside, row["Date"], row["Time"])
        if label.end:
            ends_on = day + timedelta(days=label.end < label.start)
            begins = f"{row['Date']} {row['Time']}".strip()
            refuse_other_day(self.camp, [day, ends_on], day_and_time(row["Ends"])[0], begins, row["Ends"])
        self.refuse_other_zone(day, label.start, label.beside, row["Time"])
        for said in [said for heading, said in row.items() if is_about_zone(heading)]:
            refuse_other_zone(self.camp, day, label.start, said, f"{row['Time']} {said}")
        self.tell_beside(label.beside, number)
        room = row["Room"].casefold()
        return Moment(number, "", day, label.start, label.end, room=room, is_at_its_end=label.is_at_its_end)

    def refuse_other_zone(self, day: date, start: time, beside: str, cell: str) -> None:
        left = beside_day(beside) if self.names_day(beside) else beside
        refuse_other_zone(self.camp, day, start, left, cell)

    def tell_beside(self, beside: str, number: int) -> None:
        """Says once what stands beside a time, but for a day or the number of a session."""
        left = beside_day(beside) if self.names_day(beside) else beside
        if left and not NUMBER.fullmatch(left) and self.is_first("beside", left):
            told = _("What stands beside the time is left out: “%(text)s”.")
            self.remark(number, told % {"text": quoted(left)})

    def day(self, said: str, start: time, number: int, cell: str = "") -> date:
        day, could_be_another = day_said(self.camp, said, start)
        if could_be_another and said not in self.base.readings:
            self.base.readings.add(said)
            told = _("“%(text)s” is read as %(day)s.") % {"text": quoted(said), "day": date_format(day, "j F Y")}
            self.remark(number, told, cell)
        return day

    # -- the wall's own shape --------------------------------------------------------------------

    def of_wall(self, wall: Wall) -> Iterator[Entry]:
        for row, cell, sentence in wall.remarks:
            self.remark(row, sentence, cell)
        for row, cell, sentence in wall.faults:
            self.fault(row, sentence, cell)
        self.rooms = [Entry(row, cell, self.row_of(room, "", wall)) for row, cell, room in wall.rooms]
        timed: list[tuple[Moment, Line]] = []
        numbered: list[Line] = []
        for line in wall.lines:
            self.base.count_row()
            if line.fault:
                self.fault(line.row, line.fault, line.cell)
            elif line.start is None:
                numbered.append(line)
            else:
                with self.base.fault_told(FILE, line.row, line.cell):
                    day = self.day(line.day, line.start, line.row, line.cell)
                    self.refuse_other_zone(day, line.start, line.beside, line.label)
                    moment = Moment(line.row, line.cell, day, line.start, line.end, line.everybody)
                    timed.append((replace(moment, is_at_its_end=line.is_at_its_end), line))
        timed = self.placed(timed)
        self.take_times([moment for moment, _line in timed])
        for moment, line in timed:
            if self.is_left_out(line, moment):
                continue
            if slot := self.slot_at(moment):
                self.tell_end(moment, slot)
                yield from self.cells_of(line, slot, wall)
        for line in numbered:
            if self.is_left_out(line, None):
                continue
            with self.base.fault_told(FILE, line.row, line.cell):
                if slot := self.slot_numbered(whole({"Session": str(line.number)}, "Session", 1, HIGHEST)):
                    yield from self.cells_of(line, slot, wall)

    def is_left_out(self, line: Line, moment: Moment | None) -> bool:
        """A line without a title, or with one for everybody; of those that became slots nothing more is told."""
        if not line.titles and moment and self.is_made(moment):
            return True
        if not line.titles and not line.everybody:
            self.untitled.append(line.row)
            return True
        title = line.everybody
        if not title and moment and len(line.titles) == 1 and (slot := self.slot_starting(moment)):
            title = "" if slot.is_for_sessions else line.titles[0].title
        if title:
            self.tell_everybody(line.row, title, line.cell)
        return bool(title)

    def cells_of(self, line: Line, slot: Slot, wall: Wall) -> Iterator[Entry]:
        if not slot.is_for_sessions:
            self.fault(line.row, told_break(line.label, len(line.titles)), line.cell)
            return
        for title in line.titles:
            cells = self.row_of(title.room, title.title, wall) | {"Leader2": title.hosts}
            yield Entry(title.row, title.cell, cells, slot)

    @staticmethod
    def row_of(room: str, title: str, wall: Wall) -> Row:
        seats = wall.seats.get(room.casefold())
        said = {"Room": room, "Title": title, "Capacity": "" if seats is None else str(seats)}
        return dict.fromkeys([*LEADER_COLUMNS, "Session notes"], "") | said

    # -- slots -----------------------------------------------------------------------------------

    def slot_starting(self, moment: Moment) -> Slot | None:
        return self.base.slots.get(starts_at(self.camp, moment))

    def is_made(self, moment: Moment) -> bool:
        at = starts_at(self.camp, moment)
        # Where something else starts then, too, the slot may be that.
        title = " ".join(moment.title.split())
        return at in self.made_at and (not title or self.base.slots[at].title == title)

    def placed(self, found: Sequence[tuple[Moment, Thing]]) -> list[tuple[Moment, Thing]]:
        """Each with its moment on a clock of 24 hours; one that no clock shows that night is told, and left out."""
        standing = {slot.starts_at.astimezone(self.camp.tz).replace(tzinfo=None) for slot in self.base.outcome.slots}
        moments, changed = settled(
            [moment for moment, _thing in found],
            lambda moment: datetime.combine(moment.day, moment.start) in standing,
        )
        if changed:
            self.remark(changed[0].row, told_clock(changed), changed[0].cell)
        kept = []
        for moment, (_typed, thing) in zip(moments, found, strict=True):
            with self.base.fault_told(FILE, moment.row, moment.cell):
                starts_at(self.camp, moment)
                ends_at(self.camp, moment)
                kept.append((moment, thing))
        return kept

    def tell_end(self, moment: Moment, slot: Slot) -> None:
        """Says where the sheet has another end than the slot, once for each slot and end."""
        end = ends_at(self.camp, moment)
        if end is None or end == slot.ends_at or not self.is_first("end", str(end), str(slot.starts_at)):
            return
        told = _("The sheet says until %(end)s; the slot goes on until %(own)s, and that holds.")
        shown = [on_the_clock(one.astimezone(self.camp.tz)) for one in (end, slot.ends_at)]
        self.remark(moment.row, told % {"end": shown[0], "own": shown[1]}, moment.cell)

    def slot_at(self, moment: Moment) -> Slot | None:
        """The camp's; None is told."""
        with self.base.fault_told(FILE, moment.row, moment.cell):
            if slot := self.slot_starting(moment):
                return slot
            if not self.is_broken:
                raise ValidationError(told_no_slot(self.camp, moment, self.slots))
        return None

    def take_times(self, moments: Sequence[Moment]) -> None:
        """Slots are made of them, if the camp has none."""
        if not self.slots and any(not moment.is_for_everybody for moment in moments):
            self.make(moments)

    def make(self, moments: Sequence[Moment]) -> None:
        before = self.base.report.fault_count
        for moment, at, end in slots_from(self.camp, moments):
            if at in self.base.slots:
                continue
            with self.base.fault_told(FILE, moment.row, moment.cell):
                kind = Slot.Kind.EVERYONE if moment.is_for_everybody else Slot.Kind.SESSIONS
                self.made.append(self.base.make_slot(at, end, kind, short({"Title": moment.title}, "Title", 80)))
                self.made_at.add(at)
        self.find_slots()
        # What lacks its slot is not told once more for each of its cells.
        self.is_broken = self.base.report.fault_count > before
        if self.made:
            self.remark(moments[0].row, told_slots(self.camp, self.made), moments[0].cell)


def told_break(time: str, count: int) -> str:
    """What is said of sessions at a time that the camp has for everybody."""
    told = ngettext(
        "“%(time)s” is for everybody in this camp, and %(count)s session stands beside it.",
        "“%(time)s” is for everybody in this camp, and %(count)s sessions stand beside it.",
        count,
    )
    return told % {"time": quoted(time), "count": count}


def _is_time(moment: datetime, clock: time) -> bool:
    """In whichever half of the day."""
    both = {clock.hour, clock.hour + 12} if clock.hour < 12 else {clock.hour}
    is_same_hour = moment.fold == clock.fold or not is_shown_twice(moment)
    return moment.minute == clock.minute and moment.hour in both and is_same_hour
