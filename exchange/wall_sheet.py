"""A sheet in the shape of the wall itself: times down and rooms across, or turned round; titles in the cells.

What is read here are lines of a day, in the order of the sheet; nothing is known of the camp's slots. Each keeps the
name that the spreadsheet shows, C5 say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.text import as_called, plain_heading
from events.decoding import MERGED
from events.marks import MOST_ABOVE, marks_of
from events.room_sizes import OF_ROOMS, Sized, sizes_in

from .cells import (
    MOST_SEATS,
    TO_COME,
    WITH_ZONE,
    beside_day,
    clock_in,
    is_only_a_day,
    names_several_days,
    whole,
    with_colons,
)
from .day_names import WEEKDAY
from .days_over import are_certain, are_different, days_over
from .report import quoted, told_size
from .spans import NUMBER, Label, label_of, with_end
from .table import BY_TIME, KNOWN, PROGRAMME, SHAPES, UNREAD, NotATable, called
from .wall_cells import Sheet, goes_on, rows_as_typed

ENDING = called("Ends", "ends_at")
#: headings of columns beside the times that are no rooms
DAILY = called("Date", "date")
NO_ROOMS = called(*UNREAD)
#: days that a text names; None: it speaks of none
DaysOf = Callable[[str], Sequence[date] | None]
#: headings of a list, but for times and days, which a wall has as well, and for what may as well be a room of a wall
OF_LISTS = called(
    *SHAPES[BY_TIME], *KNOWN[BY_TIME], *SHAPES["pitches.csv"], *KNOWN["pitches.csv"], "name", "rooms", "level"
) - (DAILY | ENDING | called("Time", "Year", *PROGRAMME))
#: those without which nothing is a list
OF_EACH_LIST = called("Room", "Title") - called(*OF_ROOMS, *PROGRAMME)
#: headings above bare numbers that are hours, or that are numbers of slots
HOURLY = called("Time", "starts_at", "times", "hour", "hours", "uhr")
#: before the names of rooms, and before those of people
ROOMED = called("Room", "rooms", "räume", "säle", "salles", "salas", "zalen", "ruimtes")
HOSTED = called("Leader1", "hosts", "chair", "chairs", "helper", "note taker", "angel")
#: above a column beside a room, which says who leads what is there
HOSTS = called("Leader1", "hosts")
COUNTED = called("Session", "sessions", "slots", "round", "rounds", "block", "blocks", "number", "no", "nr")
#: of whatever is no room, though it stands among rooms; what is called like a kind of room may well be one
NOT_OF_ROOMS = (OF_LISTS | DAILY | ENDING | NO_ROOMS | called("Time", "Year")) - called(*OF_ROOMS)
#: the first of a column of bare numbers that is an hour, where nothing says so
EARLIEST_HOUR = 7
SEATED = called("Capacity")
#: lines between the names of rooms and the times that say something of each
OF_A_ROOM = SEATED | called("features")
#: of which a title consists that is for everybody
FOR_EVERYBODY = frozenset(
    "lunch break coffee tea registration welcome opening closing introductions introduction intro intros pitching "
    "pitches pitch dinner breakfast drinks pub plenary wrapup wrap up doors open close arrival arrivals checkin "
    "signin networking pause mittagspause kaffeepause mittagessen kaffee washup".split()
)
#: what people type into a cell that is to stay empty
DASHES = " -–—./"
BESIDE = frozenset("and the a session time long short for everybody everyone all".split())
#: in a cell where nothing is
EMPTY = frozenset(("free", "empty", "x", "open", "closed", "not available", "none", "frei", "leer", "libre", "vrij"))
#: texts of which it is kept which days they name
MOST_KEPT = 20_000
#: numbers, and signs that stand in times
ODD_TIME = re.compile(r"[0-9]{1,2}\s?[.:,;h][0-9\s.:,;/h–—-]{1,40}", re.IGNORECASE)
#: within how many lines the first moment stands, those in which nothing stands aside
MOST_ABOVE_TIMES = 50
#: columns that may stand before the rooms
MOST_BEFORE = 3


class Title(NamedTuple):
    """A title on the wall."""

    cell: str
    row: int
    room: str
    #: as it was typed, in several lines maybe
    title: str
    #: who leads it, where a column beside the room says so
    hosts: str = ""


@dataclass(slots=True)
class Line:
    """What stands beside one moment."""

    row: int
    cell: str
    #: as it stands in the sheet
    label: str
    start: time | None
    end: time | None
    #: a slot's number where no time is said
    number: int | None
    #: what says the day, if anything does
    day: str
    titles: list[Title] = field(default_factory=list)
    #: the title of what is for everybody; its titles are none of sessions
    everybody: str = ""
    #: why it cannot be read
    fault: str = ""
    is_at_its_end: bool = False
    #: what stands beside its time
    beside: str = ""


@dataclass(slots=True)
class Wall:
    lines: list[Line] = field(default_factory=list)
    #: row, cell and name of each heading that is a room, in the order of the sheet
    rooms: list[tuple[int, str, str]] = field(default_factory=list)
    #: seats, by the name of a room, where the sheet says them
    seats: dict[str, int] = field(default_factory=dict)
    #: row, cell and sentence of what is left out, and of what cannot be read
    remarks: list[tuple[int, str, str]] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(1 + len(line.titles) for line in self.lines)


def read_wall(text: str, days_of: DaysOf, rooms: Collection[str] = ()) -> Wall | None:
    """The wall that a file shows; None if it is something else. `days_of` tells what speaks of a day, `rooms` are
    the names of those that are there, by `as_called`. NotATable: as far as it can be read it shows none.
    """
    # Each cell is read in several ways, one after the other.
    days_of = lru_cache(MOST_KEPT)(days_of)
    found: list[Wall] = []
    all_wrong: list[NotATable] = []
    all_unclear: list[NotATable] = []
    marks, skip = marks_of(text)
    for mark in marks:
        rows, wrong = rows_as_typed(text, mark, skip)
        all_wrong += wrong
        for sheet in (Sheet.of(rows), Sheet.of(rows).turned()):
            wall, unclear = _read_beside(sheet.blocks(), days_of, rooms)
            if wall is None:
                # A column of times need not begin another wall.
                wall, unclear = _read_beside([sheet], days_of, rooms)
            if wall:
                wall.faults += [(error.row, "", error.reason) for error in wrong]
                found.append(wall)
            all_unclear += unclear
    if (all_wrong or all_unclear) and not found:
        raise [*all_wrong, *all_unclear][0]
    return max(found, key=lambda wall: wall.size, default=None)


def _read_beside(
    blocks: Sequence[Sheet], days_of: DaysOf, rooms: Collection[str]
) -> tuple[Wall | None, list[NotATable]]:
    """Walls that stand side by side, one after the other; None, and why that may be, if one of them is none."""
    whole = Wall()
    for block in blocks:
        reader = _WallReader(block, days_of, rooms)
        if (wall := reader.read()) is None:
            return None, [reader.unclear] if reader.unclear else []
        whole.lines += wall.lines
        whole.rooms += wall.rooms
        whole.seats = wall.seats | whole.seats
        whole.remarks += wall.remarks
        whole.faults += wall.faults
    return whole, []


def neither() -> str:
    """What is said of a sheet of no shape that is known."""
    return _(
        "This is neither a list with the columns Session or Time, Room and Title, nor a grid with times down and rooms "
        "across that begins within its first %(most)s lines."
    ) % {"most": MOST_ABOVE_TIMES}


def is_for_everybody(title: str) -> bool:
    """Lunch, Coffee & tea, Closing session: of no room."""
    words = re.sub(r"[-\u2010\u2011]", "", title.casefold())
    found = re.findall(r"\w+", words)
    return any(word in FOR_EVERYBODY for word in found) and all(word in FOR_EVERYBODY | BESIDE for word in found)


def is_title(cell: str) -> bool:
    return any(map(_is_said, cell)) and cell.strip().casefold() not in TO_COME


def _has_title(cell: str) -> bool:
    """Of a cell of the wall: MERGED is none."""
    bare = re.sub(r"^[(\[]\s*(.*?)\s*[)\]]$", r"\1", cell.strip())
    return is_title(bare) and bare.casefold() not in EMPTY


def _is_said(sign: str) -> bool:
    """Letters, numbers and pictures: a title may be a duck; lines, dots and signs of arithmetic are none."""
    category = unicodedata.category(sign)
    return category[0] in "LN" or category == "So"


class _WallReader:
    """Line by line, down the sheet."""

    def __init__(self, sheet: Sheet, days_of: DaysOf, known: Collection[str]) -> None:
        self.sheet, self.days_of, self.known = sheet, days_of, known
        self.lines = sheet.lines
        self.wall = Wall()
        #: the column of the times, that of the ends if there is one, and the rooms by their columns
        self.at = 0
        self.ends_at: int | None = None
        self.rooms: dict[int, str] = {}
        #: by columns of rooms those beside them that say who leads what is there
        self.hosts_at: dict[int, int] = {}
        #: columns whose headings say that they hold days, and those of which nothing is read, as is told
        self.days_at: set[int] = set()
        self.unread: set[int] = set()
        #: what says the day: in a line above, or in a column beside the times
        self.day = ""
        #: where several stand above the rooms, side by side: by column, and in which line
        self.days_over: dict[int, str] = {}
        self.over_at = 0
        #: what numbers are that nothing stands beside; None: that cannot be told
        self.are_hours: bool | None = False
        #: times are written without a sign within them, so 2030 is one
        self.has_four_digits = False
        #: why it cannot be told whether it is a wall
        self.unclear: NotATable | None = None
        #: by line and column what was typed above a cell that says that it goes on
        self.gone_on: dict[tuple[int, int], str] = {}

    def read(self) -> Wall | None:
        lines = self.lines
        if (first := self.find_times()) is None or (head := self.find_head(first)) is None:
            return None
        for number in range(head):
            self.read_other(number)
        self.read_head(head)
        self.find_hours(head)
        self.carry_down(head)
        if len(self.rooms) < 2 and sum(label_of(line[self.at]) is not None for line in lines[first:]) < 2:
            return None
        for number in range(head + 1, len(lines)):
            if label := self.label(number):
                self.read_line(number, label)
            elif self.is_head(number):
                self.read_head(number)
            elif self.has_odd_time(number):
                told = _("“%(text)s” is not a time like 14:30.") % {"text": quoted(lines[number][self.at])}
                self.wall.faults.append((*self.sheet.name_of(number, self.at), told))
            else:
                self.read_other(number)
        return None if self.is_list() else self.wall

    def is_list(self) -> bool:
        """Whether days stand below a heading, or times below each: that is a list. What has times alone is no room."""
        below: dict[str, list[str]] = {}
        for title in (title for line in self.wall.lines for title in line.titles):
            below.setdefault(title.room, []).append(title.title)
        timed = {room: cells for room, cells in below.items() if all(map(self.says_when, cells))}
        dated = [room for room, cells in timed.items() if any(map(self.says_day, cells))]
        if dated or (timed and len(timed) == len(below)):
            name = next(iter([*dated, *timed]))
            row = next(row for row, _cell, room in self.wall.rooms if room == name)
            told = _(
                "Below “%(name)s” stand days or times, and no titles, so this may be a list: a column lacks, or has "
                "another name."
            )
            self.unclear = NotATable(row, f"{neither()} {told % {'name': quoted(name)}}")
            return True
        for row, cell, room in self.wall.rooms:
            if room in timed:
                told = _("The column %(names)s is not read.") % {"names": f"“{quoted(room)}”"}
                self.wall.remarks.append((row, cell, told))
        self.wall.rooms = [heading for heading in self.wall.rooms if heading[2] not in timed]
        for line in self.wall.lines:
            line.titles = [title for title in line.titles if title.room not in timed]
        return False

    def says_when(self, cell: str) -> bool:
        """2030-01-12 10:00 · 10:45:00 · 01/12/2030, and not “Midnight” or “1984”."""
        if not any(map(str.isdecimal, cell)):
            return False
        label = label_of(cell)
        if label and label.fault:
            return WITH_ZONE.search(cell) is not None
        if label and label.start:
            return not label.beside or is_only_a_day(label.beside)
        return label is None and is_only_a_day(cell)

    def says_day(self, cell: str) -> bool:
        """As `says_when`: whether it is of a day."""
        label = label_of(cell)
        return WITH_ZONE.search(cell) is not None or label is None or bool(label.beside)

    def carry_down(self, head: int) -> None:
        """A cell that says so has what stands at the time before it, up to what stands between the times."""
        above: dict[int, tuple[str, str]] = {}
        for number in range(head + 1, len(self.lines)):
            line = self.lines[number]
            if not self.label(number):
                above = {} if any(line) else above
                continue
            here: dict[int, tuple[str, str]] = {}
            for column in self.rooms:
                cell, before = line[column], above.get(column)
                if before and goes_on(cell, before[0]):
                    if not self.gone_on:
                        told = _("“%(text)s” says that what stands above it goes on: it is read so.")
                        self.remark(number, column, told % {"text": quoted(cell)})
                    line[column], self.gone_on[number, column] = before
                    here[column] = before
                elif cell != MERGED and _has_title(cell):
                    here[column] = cell, self.sheet.typed[number][column]
            above = here

    def has_odd_time(self, number: int) -> bool:
        """Whether titles stand beside what is meant as a time, and is none: 9.3, 25:00. They are not to be left out."""
        line = self.lines[number]
        return self.is_odd_time(line[self.at]) and any(_has_title(line[column]) for column in self.rooms)

    def is_odd_time(self, cell: str) -> bool:
        """9.3, and not a date: 12.1.2030."""
        return ODD_TIME.fullmatch(cell) is not None and not self.names_day(cell)

    def label(self, number: int) -> Label | None:
        """As `label_of`; a bare number is an hour where the column says so."""
        label = label_of(with_colons(self.lines[number][self.at], is_time=self.has_four_digits))
        if label is None or not label.is_bare or self.are_hours is False:
            return label
        if self.are_hours and (hour := clock_in(f"{label.number}:00")):
            return Label(hour, None, None, "")
        told = _("“%(text)s” may be an hour or the number of a session: write 9:00, or Session 1.")
        return label._replace(fault=told % {"text": label.number})

    def names_day(self, cell: str) -> bool:
        return self.days_of(cell) is not None

    def days_in(self, number: int) -> list[int]:
        """The columns of a line that name days."""
        cells = enumerate(self.lines[number])
        return [n for n, cell in cells if as_called(cell) not in self.known and self.names_day(cell)]

    def are_different(self, cells: Iterable[str]) -> bool:
        return are_different(self.days_of(cell) or () for cell in cells)

    def names_different_days(self, number: int) -> bool:
        return self.are_different(self.lines[number][column] for column in self.days_in(number))

    # -- where things stand --------------------------------------------------------------------------

    def find_times(self) -> int | None:
        """The first line that has a moment; `at` is the column in which most are, times before numbers."""
        best: tuple[int, int, int] | None = None
        width = len(self.lines[0]) if self.lines else 0
        top = list(islice((n for n, line in enumerate(self.lines) if any(line)), MOST_ABOVE_TIMES))
        for column in range(min(MOST_BEFORE, width)):
            # Of a long file that is no grid each line would be looked at, in every way in which one can stand.
            if not any(label_of(self.lines[n][column]) for n in top):
                continue
            labels = [(n, label) for n, line in enumerate(self.lines) if (label := label_of(line[column]))]
            timed = [n for n, label in labels if label.number is None]
            # Among times a bare number is an hour, too.
            counted = [n for n, label in labels if not timed or label.number is None or label.is_bare]
            worth = len(counted) * (1_000_000 if timed else 1)
            if counted and counted[0] <= top[-1] and (best is None or worth > best[0]):
                best = (worth, column, counted[0])
        if best is None:
            return None
        self.at = best[1]
        return best[2]

    def find_head(self, first: int) -> int | None:
        """The last line above the first moment that names rooms; or that whose first cell says so, or that times are
        below.
        """
        found: list[int] = []
        for number in range(first - 1, -1, -1):
            cells = [cell for cell in self.lines[number][self.at + 1 :] if cell and cell != MERGED]
            label = self.lines[number][self.at]
            if not cells or plain_heading(label) in OF_A_ROOM or self.is_odd_time(label):
                continue
            if not self.is_of_list(cells):
                found.append(number)
            elif not found:
                self.find_unclear(number, cells)
                return None
        # What stands above or below days is no less long than they are many, if it is rooms.
        near = found[:MOST_ABOVE]
        days = {number: self.days_in(number) for number in near if self.names_different_days(number)}
        least = max(map(len, days.values()), default=0)
        rooms = [n for n in found if n not in days and sum(map(bool, self.lines[n][self.at + 1 :])) >= least] or found
        named = [n for n in rooms if not ROOMED.isdisjoint(self.words_beside(n))]
        said = [n for n in rooms if not HOURLY.isdisjoint(self.words_beside(n))]
        # Who leads what in a room, or looks after it, is no room.
        others = [n for n in rooms if HOSTED.isdisjoint(self.words_beside(n)) or self.has_room(n)]
        if rooms and not (named or said or others):
            told = _("“%(text)s” names people, and no line names the rooms.")
            people = " · ".join(cell for cell in self.lines[rooms[0]] if cell and cell != MERGED)
            where = self.sheet.name_of(rooms[0], self.at)[0]
            self.unclear = NotATable(where, f"{neither()} {told % {'text': quoted(people)}}")
        return next(iter([*named, *said, *others]), None)

    def has_room(self, number: int) -> bool:
        """Whether a line names a room that is there."""
        return any(as_called(cell) in self.known for cell in self.lines[number])

    def words_beside(self, number: int) -> set[str]:
        """Those that say what the cells of a line are: Time / Room; not of a title, “Room plan”."""
        cell = self.lines[number][self.at]
        words = {plain_heading(word) for word in re.findall(r"\w+", cell)}
        return words if words <= ROOMED | HOURLY | COUNTED | DAILY else {plain_heading(cell)}

    def find_unclear(self, number: int, cells: Sequence[str]) -> None:
        """Beside what may be a room stands what a list calls a column, and which of the two it is nobody can tell."""
        named = [f"“{quoted(cell)}”" for cell in cells if self.is_beside(cell) and plain_heading(cell) in OF_EACH_LIST]
        if named and not all(map(self.is_beside, cells)) and not self.sheet.is_turned:
            told = _(
                "Beside rooms no column is called %(names)s: leave it out, or make a room of that name in the camp "
                "first. A list lacks a column."
            )
            reason = f"{neither()} {told % {'names': ', '.join(named)}}"
            self.unclear = NotATable(self.sheet.name_of(number, self.at)[0], reason)

    def is_of_list(self, cells: Sequence[str]) -> bool:
        """Whether these are headings of another shape: one word says so only if no more rooms stand beside it."""
        # What a room is called here is no heading of another shape.
        others = [cell for cell in cells if as_called(cell) not in self.known]
        if any((label := label_of(cell)) and label.number is None for cell in others):
            return True
        words = {plain_heading(cell) for cell in others if self.is_beside(cell) and plain_heading(cell) in OF_LISTS}
        rooms = sum(not self.is_beside(cell) for cell in cells)
        return rooms < len(words) or (rooms == len(words) and not words.isdisjoint(OF_EACH_LIST))

    def is_beside(self, cell: str) -> bool:
        """Whether a heading is that of a column of something else than a room."""
        word = plain_heading(cell)
        return as_called(cell) not in self.known and (word in NOT_OF_ROOMS or not word)

    def find_hours(self, head: int) -> None:
        """Whether numbers that nothing stands beside are hours."""
        heading = plain_heading(self.lines[head][self.at])
        below = [line[self.at] for line in self.lines[head + 1 :]]
        self.has_four_digits = any(with_colons(cell) != cell for cell in below)
        labels = [(n, label) for n, line in enumerate(self.lines) if (label := label_of(line[self.at])) and n > head]
        bare = [(n, label.number or 0) for n, label in labels if label.is_bare]
        if not bare or heading in COUNTED:
            return
        is_among_times = any(label.start for _n, label in labels)
        if heading in HOURLY or is_among_times:
            self.are_hours = True
        elif bare[0][1] != 1:
            self.are_hours = True if bare[0][1] >= EARLIEST_HOUR else None
        if self.are_hours:
            told = _("Numbers in this column are read as hours: “%(text)s” is %(text)s:00, and so on.")
            self.remark(bare[0][0], self.at, told % {"text": bare[0][1]})

    def is_head(self, number: int) -> bool:
        """Whether the rooms are named once more, for another day say."""
        line = self.lines[number]
        cells = [cell for cell in line[self.at + 1 :] if cell and cell != MERGED]
        known = {as_called(room) for room in self.rooms.values()}
        sizes = sizes_in(cells, {*self.known, *known})
        names = {as_called(name) for cell in cells for name in (cell, sizes[cell].name)}
        return bool(cells) and len(names & known) * 2 >= len(cells)

    def read_head(self, number: int) -> None:
        line = self.lines[number]
        self.rooms, self.ends_at, self.days_at, self.unread = {}, None, set(), set()
        rooms = [cell for cell in line[self.at + 1 :] if cell and cell != MERGED and not self.is_beside(cell)]
        sizes = sizes_in(rooms, {*self.known, *(as_called(name) for _row, _cell, name in self.wall.rooms)})
        has_days = self.names_different_days(number)
        self.hosts_at = self.find_hosts(number)
        for column, cell in enumerate(line):
            if not cell or cell == MERGED or column == self.at:
                continue
            if as_called(cell) in self.known and column > self.at:
                self.read_room(number, column, Sized(cell))
            elif plain_heading(cell) in DAILY and not self.rooms:
                self.days_at.add(column)
            elif column < self.at:
                continue
            elif plain_heading(cell) in ENDING and self.ends_at is None and not self.rooms:
                self.ends_at = column
            elif WEEKDAY.fullmatch(cell) or (self.names_day(cell) and (has_days or is_only_a_day(cell))):
                self.unread.add(column)
                told = _(
                    "“%(text)s” names a day, and stands where rooms do: "
                    "give each day a grid of its own, below the other."
                )
                self.wall.faults.append((*self.sheet.name_of(number, column), told % {"text": quoted(cell)}))
            elif column in self.hosts_at.values():
                self.unread.add(column)
            elif self.is_beside(cell):
                self.unread.add(column)
                told = _("The column %(names)s is not read.") % {"names": f"“{quoted(cell)}”"}
                self.remark(number, column, told)
            else:
                self.read_room(number, column, sizes[cell])
        for column in range(self.at + 1):
            if self.names_day(line[column]) and (self.wall.lines or not self.days_over):
                self.days_over = {}
                self.say_day(number, column)
        self.check_days_over()

    def find_hosts(self, number: int) -> dict[int, int]:
        """The columns of hosts by those of rooms, where each room has one behind it: Barn | Host | Loft | Host."""
        line = self.lines[number]
        filled = [n for n in range(self.at + 1, len(line)) if line[n] and line[n] != MERGED]
        hosts = [n for n in filled if self.is_beside(line[n]) and plain_heading(line[n]) in HOSTS]
        rooms = [n for n in filled if not self.is_beside(line[n])]
        found = {host - 1: host for host in hosts}
        return found if found and [*found] == rooms else {}

    def read_room(self, number: int, column: int, room: Sized) -> None:
        name, seats, is_said = room
        self.rooms[column] = name
        self.wall.rooms.append((*self.sheet.name_of(number, column), name))
        if seats is not None:
            self.wall.seats.setdefault(name.casefold(), seats)
        if not is_said:
            self.remark(number, column, told_size(self.lines[number][column], room))

    def say_day(self, number: int, column: int) -> None:
        """From here on it is the day that the cell names; the title of a sheet may name several, and says none."""
        cell = before = self.lines[number][column]
        if not self.rooms and self.day and is_only_a_day(self.day) >= is_only_a_day(cell):
            # One above the other, before anything is on the first: of several lines that are titles.
            before = self.day
        is_several = names_several_days(cell) or self.are_different({before, cell})
        if is_several and not self.wall.lines:
            said = cell if before == cell else f"{before} · {cell}"
            told = _("“%(text)s” names several days: it says of no session when it is.")
            self.remark(number, column, told % {"text": quoted(said)})
            self.day = self.day and said
        else:
            self.day = cell

    def say_days_over(self, number: int, named: Sequence[int]) -> None:
        """From here on each column is of the day above it."""
        line = self.lines[number]
        self.days_over, self.over_at = days_over(line, named), number
        label = line[self.at]
        if label and self.at not in named and plain_heading(label) not in DAILY | HOURLY:
            self.tell_left_out(number, self.at, label)
        if self.rooms:
            self.check_days_over()

    def check_days_over(self) -> None:
        """Where it is not certain which room is on which day, nothing is read as if it were on one."""
        named = self.days_in(self.over_at) if self.days_over else []
        if not named or are_certain(self.lines[self.over_at], named, self.at, self.rooms):
            return
        self.day, self.days_over = " · ".join(self.lines[self.over_at][column] for column in named), {}
        told = _("“%(text)s” are several days, and which room is on which is not certain: give each a grid of its own.")
        where = self.sheet.name_of(self.over_at, named[0])
        self.wall.faults.append((*where, told % {"text": quoted(self.day)}))

    # -- lines ---------------------------------------------------------------------------------------

    def remark(self, number: int, column: int, sentence: str) -> None:
        self.wall.remarks.append((*self.sheet.name_of(number, column), sentence))

    def read_other(self, number: int) -> None:
        """A line without a moment: the name of a day, how many seats rooms have, or something that is left out."""
        line = self.lines[number]
        filled = [(column, cell) for column, cell in enumerate(line) if cell and cell != MERGED]
        if not filled:
            return
        if plain_heading(line[self.at]) in SEATED:
            self.read_seats(number)
            return
        days = [column for column, cell in filled if self.names_day(cell)]
        if self.names_different_days(number):
            self.say_days_over(number, self.days_in(number))
            return
        others = [cell for column, cell in filled if column not in days]
        # The title of the sheet may say the day beside other things; below it a day stands by itself.
        says_day = not (self.rooms and others) or any(is_only_a_day(line[column]) for column in days)
        if days and says_day:
            self.days_over = {}
            self.say_day(number, days[0])
        if others:
            self.tell_left_out(number, filled[0][0], " · ".join(cell for _column, cell in filled))

    def tell_left_out(self, number: int, column: int, text: str) -> None:
        told = _("No time stands beside “%(text)s”: it is left out.") if self.rooms else _(
            "What stands above the headings is left out: “%(text)s”."
        )  # fmt: skip
        self.remark(number, column, told % {"text": quoted(text)})

    def read_seats(self, number: int) -> None:
        line = self.lines[number]
        for column, name in self.rooms.items():
            if not line[column] or line[column] == MERGED:
                continue
            try:
                self.wall.seats.setdefault(
                    name.casefold(), whole({"Capacity": line[column]}, "Capacity", 0, MOST_SEATS)
                )
            except ValidationError as error:
                self.wall.faults.append((*self.sheet.name_of(number, column), " ".join(error.messages)))

    def read_beside(self, number: int) -> str:
        """What stands in columns that are no rooms: the day, which is returned, or nothing that is read."""
        cells, day = self.lines[number], ""
        for column in {*range(self.at), *self.days_at}:
            if not cells[column] or cells[column] == MERGED:
                continue
            if column in self.days_at or self.names_day(cells[column]):
                self.say_day(number, column)
                day = cells[column]
            elif column not in self.unread:
                self.unread.add(column)
                told = _("What stands before the times is not read: “%(text)s”, and so on.")
                self.remark(number, column, told % {"text": quoted(cells[column])})
        return day

    def read_line(self, number: int, label: Label) -> None:
        cells = self.lines[number]
        day = self.read_beside(number)
        if label.start and self.ends_at is not None and cells[self.ends_at]:
            label = with_end(label, cells[self.at], cells[self.ends_at])
        beside = label.beside
        if self.names_day(beside):
            day, beside = beside, beside_day(beside)
        if NUMBER.fullmatch(beside) and not (beside.isdecimal() and cells[self.at].endswith(beside)):
            # The number of the slot, beside its time.
            beside = ""
        for column in self.rooms:
            if cells[column] != MERGED and not _has_title(cells[column]) and cells[column].strip(DASHES):
                told = _("“%(text)s” is no title: it is left out.")
                self.remark(number, column, told % {"text": quoted(cells[column])})
        for column, host_at in self.hosts_at.items():
            if is_title(cells[host_at]) and cells[host_at] != MERGED and not _has_title(cells[column]):
                told = _("No title stands beside “%(text)s”: it is left out.")
                self.remark(number, host_at, told % {"text": quoted(cells[host_at])})
        shares: dict[str, list[int]] = {}
        for column in self.rooms:
            shares.setdefault(self.days_over.get(column, day or self.day), []).append(column)
        lines = [self.read_share(number, label, *share) for share in (shares or {day or self.day: []}).items()]
        has_titles = any(line.titles or line.everybody for line in lines)
        for line in lines:
            line.beside = label.beside
            line.everybody = line.everybody if has_titles else beside
            if day and self.are_different({day, line.day}):
                told = _("“%(one)s” and “%(other)s” name different days: write one.")
                line.fault = line.fault or told % {"one": quoted(line.day), "other": quoted(day)}
        self.wall.lines += lines
        if beside and has_titles and any(line.everybody.casefold() != beside.casefold() for line in lines):
            told = _("What stands beside the time is left out: “%(text)s”.")
            self.remark(number, self.at, told % {"text": quoted(beside)})
        for column in range(self.at + 1, len(cells)):
            is_read = column in self.rooms or column in self.days_at or column in self.unread or column == self.ends_at
            if cells[column] and cells[column] != MERGED and not is_read:
                told = _("No room stands above “%(text)s”: it is left out.")
                self.remark(number, column, told % {"text": quoted(cells[column])})

    def read_share(self, number: int, label: Label, day: str, columns: Sequence[int]) -> Line:
        """What is at that time in these columns: all of them, or those of one of the days above."""
        cells = list(self.lines[number])
        if columns and self.said_at(number, columns[0]) in self.rooms:
            # It is merged with what another day has: it is on both.
            cells[columns[0]] = cells[self.said_at(number, columns[0])]
        row, cell = self.sheet.name_of(number, self.at)
        line = Line(row, cell, cells[self.at], label.start, label.end, label.number, day, fault=label.fault)
        line.is_at_its_end = label.is_at_its_end
        filled = [column for column in columns if _has_title(cells[column])]
        line.everybody = self.for_everybody(cells, columns, filled)
        if not line.everybody:
            line.titles = [self.title(number, column, columns) for column in filled]
        return line

    def said_at(self, number: int, column: int) -> int:
        """The column of the cell with which that one is merged."""
        while column and self.lines[number][column] == MERGED:
            column -= 1
        return column

    def for_everybody(self, cells: Sequence[str], columns: Sequence[int], filled: Sequence[int]) -> str:
        """The title, if all that stands in these columns is one thing for the whole camp."""
        if len({cells[column].casefold() for column in filled}) != 1:
            return ""
        title, others = cells[filled[0]], [column for column in columns if column not in filled]
        is_across = bool(others) and len(filled) == 1 and all(cells[column] == MERGED for column in others)
        is_in_all = len(columns) > 1 and not others
        return title if is_across or is_in_all or (len(self.rooms) > 1 and is_for_everybody(title)) else ""

    def title(self, number: int, column: int, columns: Sequence[int]) -> Title:
        cells, said_at = self.lines[number], self.said_at(number, column)
        over = [self.rooms[column]]
        for other in range(column + 1, len(cells)):
            if cells[other] != MERGED or other not in columns:
                break
            over.append(self.rooms[other])
        if len(over) > 1:
            told = _("“%(title)s” stands over %(rooms)s: it goes into %(room)s.")
            values = {"title": quoted(cells[said_at]), "rooms": ", ".join(over), "room": over[0]}
            self.remark(number, column, told % values)
        row, cell = self.sheet.name_of(number, column)
        typed = self.gone_on.get((number, said_at), self.sheet.typed[number][said_at])
        host_at = self.hosts_at.get(column)
        hosts = "" if host_at is None or cells[host_at] == MERGED else cells[host_at]
        return Title(cell, row, self.rooms[column], typed, hosts)
