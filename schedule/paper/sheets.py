"""The grid on sheets of paper: as many rooms beside each other as can be read, the others on the next sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import NamedTuple, TypeVar

from events.models import Camp, Room, Slot
from pitches.models import Host
from pitches.topics import Hues

from ..wall.grid import Grid, GridRoom, GridRow
from ..workshop.hyphens import LONG_IN_MANY, SOFT, softened

Thing = TypeVar("Thing")


class Paper(NamedTuple):
    """A size of paper, across."""

    code: str
    name: str
    #: millimetres that the columns of the rooms share
    width: int
    #: and the rows of the slots
    height: int


PAPERS = [Paper("a4", "A4", 250, 152), Paper("a3", "A3", 373, 238)]
#: millimetres that a column has at least: a title in 9 points has 18 letters a line then, and a code its size
NARROWEST = 31


class Letters(NamedTuple):
    """How large a sheet is written."""

    #: of the stylesheet
    code: str
    #: points
    size: float
    #: millimetres that a column has at least, for words to stand in it unbroken
    column: int

    def lines(self, text: str, width: float) -> int:
        """Lines of a text in a column of so many millimetres, in a font as wide as there are."""
        return ceil(len(text) * self.size * POINT * 0.62 / (width - 3)) if text else 0


#: millimetres
POINT = 0.353
LETTERS = [
    Letters("leaf-xl", 14, 60), Letters("leaf-l", 12, 50), Letters("leaf-m", 10.5, 40), Letters("leaf-s", 9, 0),
    Letters("leaf-xs", 7.5, 0),
]  # fmt: skip


def paper_of(code: str) -> Paper:
    """The one of that code; A4 for any other."""
    return next((paper for paper in PAPERS if paper.code == code), PAPERS[0])


class Columns(NamedTuple):
    """The rooms of one sheet."""

    rooms: list[GridRoom]
    #: counted from 0, of all rooms
    first: int
    #: how many rooms there are in all
    of: int
    #: millimetres of each
    each: float

    @property
    def size(self) -> str:
        """The largest letters that words stand in unbroken."""
        return next(letters.code for letters in LETTERS if letters.column <= self.each)

    @property
    def is_part(self) -> bool:
        return len(self.rooms) < self.of

    @property
    def start(self) -> int:
        return self.first + 1

    @property
    def end(self) -> int:
        return self.first + len(self.rooms)

    @property
    def width(self) -> int:
        """Columns of the table, the slots' own included."""
        return len(self.rooms) + 1


def spread(things: Sequence[Thing], most: int) -> list[list[Thing]]:
    """In as few parts of at most so many as there can be, none more than one larger than another."""
    count = -(-len(things) // most)
    small, larger = divmod(len(things), count) if count else (0, 0)
    parts, start = [], 0
    for number in range(count):
        end = start + small + (number < larger)
        parts.append(list(things[start:end]))
        start = end
    return parts


def columns_on(rooms: Sequence[GridRoom], paper: Paper) -> list[Columns]:
    found, first = [], 0
    for part in spread(rooms, paper.width // NARROWEST):
        found.append(Columns(part, first, len(rooms), paper.width / len(part)))
        first += len(part)
    return found


@dataclass(frozen=True, slots=True)
class SheetCell:
    """What stands in a cell on paper: never what it is to anybody."""

    title: str = ""
    hosts: Sequence[Host] = ()
    topic: str = ""
    span: int = 1
    hue: int = 0
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    row: GridRow
    #: none of a row for everybody, nor for a cell that one further up reaches over
    cells: list[SheetCell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A day, and the rooms that fit beside each other; a long day goes on on the next page, with its head."""

    day: date
    columns: Columns
    rows: list[SheetRow]
    #: the largest letters in which the day fits, or the smallest there are
    size: str


def sheets_of(grid: Grid, paper: Paper, hues: Hues, language: str) -> list[Sheet]:
    """Day after day, each with all its rooms."""
    return [
        _sheet(day.day, columns, [_row(row, columns, hues, language) for row in day.rows], paper)
        for day in grid.days
        for columns in columns_on(grid.rooms, paper)
    ]


def _sheet(day: date, columns: Columns, rows: list[SheetRow], paper: Paper) -> Sheet:
    able = [letters for letters in LETTERS if letters.column <= columns.each]
    fits = (letters.code for letters in able if _height(rows, columns, letters) <= paper.height)
    return Sheet(day, columns, rows, next(fits, able[-1].code))


def _height(rows: list[SheetRow], columns: Columns, letters: Letters) -> float:
    """Millimetres that these rows take, about."""
    return sum(_height_of(row.cells, columns, letters) for row in rows)


def _height_of(cells: list[SheetCell], columns: Columns, letters: Letters) -> float:
    lines = max((_lines(cell, columns, letters) / cell.span for cell in cells), default=0)
    return max(lines * 1.2 + 0.7, 2.2 if cells else 1.9) * letters.size * POINT


def _lines(cell: SheetCell, columns: Columns, letters: Letters) -> float:
    hosts = ", ".join(host.display_name for host in cell.hosts)
    words = letters.lines(cell.title.replace(SOFT, ""), columns.each) + letters.lines(hosts, columns.each)
    return words + (1.4 if cell.topic else 0) + cell.is_cancelled


def _row(row: GridRow, columns: Columns, hues: Hues, language: str) -> SheetRow:
    cells = []
    for cell in row.cells[columns.first : columns.end]:
        entry = cell.entry
        if not cell.span:
            continue
        if entry is None:
            cells.append(SheetCell())
            continue
        cells.append(
            SheetCell(
                softened(entry.title, language, LONG_IN_MANY),
                entry.hosts,
                entry.topic,
                cell.span,
                hues.of(entry.topic),
                entry.state.is_cancelled,
            )
        )
    return SheetRow(row, cells)


class Code(NamedTuple):
    """What is in a cell of the empty grid: its QR code, which says in words where it is to whoever does not see it."""

    address: str
    label: str


@dataclass(frozen=True, slots=True)
class CodeRow:
    row: Slot
    #: none, where the slot is for everybody
    cells: list[Code]


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """A day of the empty grid, and the rooms that fit beside each other."""

    day: date
    columns: Columns
    rows: list[CodeRow]

    @property
    def count(self) -> int:
        return sum(len(row.cells) for row in self.rows)

    @property
    def size(self) -> str:
        return self.columns.size


def code_sheets(camp: Camp, paper: Paper, code: Callable[[Slot, Room], Code]) -> list[CodeSheet]:
    """The frame as it is today; of each cell what `code` makes of it."""
    rooms = list(camp.rooms.all())
    heads = [GridRoom(room.pk, room.name, room.capacity) for room in rooms]
    days: dict[date, list[Slot]] = {}
    for slot in camp.slots.all():
        slot.camp = camp
        days.setdefault(slot.day, []).append(slot)
    return [
        CodeSheet(day, columns, [_code_row(slot, rooms[columns.first : columns.end], code) for slot in slots])
        for day, slots in days.items()
        if any(slot.is_for_sessions for slot in slots)
        for columns in columns_on(heads, paper)
    ]


def _code_row(slot: Slot, rooms: list[Room], code: Callable[[Slot, Room], Code]) -> CodeRow:
    return CodeRow(slot, [code(slot, room) for room in rooms] if slot.is_for_sessions else [])
