"""The cells of a sheet that may be a wall: as they were typed, and with times down whichever way they stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from accounts.text import as_called, carried
from events.decoding import MERGED

from .spans import label_of
from .table import MOST_COLUMNS, NotATable, lines_in, unguarded

#: lines of a sheet that may be turned round
MOST_TURNED = 200
#: cells that say whether a column is one of times, and how long a time is
MOST_LOOKED_AT, LONGEST_TIME = 200, 40
_ON = r"cont(?:['’]?d|inued|inues|\.)?|fortsetzung|forts\.?|suite|continuación|vervolg"
#: what people type where that goes on which stands above: (cont.) · ditto · ↓ · "
GOES_ON = re.compile(rf"[(\[]?(?:{_ON})[.…]?[)\]]?|ditto|idem|dito|[\"″〃”]|''|\||[↓⇓⬇]\ufe0f?", re.IGNORECASE)
#: the same behind its title: Knots (cont.)
GOES_ON_BEHIND = re.compile(rf"(?P<title>.*\S)\s{{0,3}}(?:[(\[](?:{_ON})[)\]]|[–—-]\s?(?:{_ON}))", re.IGNORECASE)


def goes_on(cell: str, above: str) -> bool:
    """Whether a cell says that what stands above it goes on there."""
    behind = GOES_ON_BEHIND.fullmatch(cell)
    return GOES_ON.fullmatch(cell) is not None or (
        behind is not None and as_called(behind["title"]) == as_called(above)
    )


def rows_as_typed(text: str, mark: str, skip: int) -> tuple[list[list[str]], list[NotATable]]:
    """As far as they can be read, each cell as it was typed, and what is wrong with the first that cannot."""
    rows: list[list[str]] = []
    try:
        for number, row in lines_in(text, mark):
            if number > skip:
                rows.append([_cell(cell) for cell in row[:MOST_COLUMNS]])
    except NotATable as error:
        return rows, [NotATable(max(1, error.row - skip), error.reason)]
    return rows, []


def _cell(raw: str) -> str:
    return raw if raw == MERGED else unguarded(carried(raw).strip())


def _in_a_line(cell: str) -> str:
    return cell if cell == MERGED else " ".join(cell.split())


@dataclass(frozen=True, slots=True)
class Sheet:
    """Its cells with times down, whichever way they stand in the file, and what the spreadsheet calls each."""

    #: as they were typed
    typed: Sequence[Sequence[str]]
    is_turned: bool = False
    #: columns before it: it is a part of a sheet
    before: int = 0

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]]) -> Sheet:
        width = max(map(len, rows), default=0)
        return cls([[*row, *[""] * (width - len(row))] for row in rows])

    def turned(self) -> Sheet:
        """What goes on to the right is, seen that way, one thing that goes on downwards."""
        turned: list[list[str]] = []
        for column in zip(*self.typed, strict=True) if len(self.typed) <= MOST_TURNED else ():
            above = turned[-1] if turned else []
            turned.append([above[n] if cell == MERGED and above else cell for n, cell in enumerate(column)])
        return Sheet(turned, is_turned=True)

    @property
    def lines(self) -> list[list[str]]:
        """Each cell in one line."""
        return [[_in_a_line(cell) for cell in line] for line in self.typed]

    def blocks(self) -> list[Sheet]:
        """Itself; or each of the walls that stand side by side, for each day say: with a column of times of its own."""
        width = len(self.typed[0]) if self.typed else 0
        timed = [self.is_timed(column) for column in range(width)]
        # Beside a column of times that of their ends begins nothing.
        begins = [column for column in range(width) if timed[column] and not (column and timed[column - 1])]
        edges = [0, *begins[1:], width]
        return [
            Sheet([line[first:last] for line in self.typed], self.is_turned, first) for first, last in pairwise(edges)
        ]

    def is_timed(self, column: int) -> bool:
        """Whether most of what stands there are times, with nothing beside them."""
        cells = [line[column] for line in self.typed if line[column] and line[column] != MERGED][:MOST_LOOKED_AT]
        labels = [label_of(cell) for cell in cells if len(cell) <= LONGEST_TIME and any(map(str.isdigit, cell))]
        count = sum(label is not None and label.start is not None and not label.beside for label in labels)
        return count > 1 and count * 2 >= len(cells)

    def name_of(self, line: int, column: int) -> tuple[int, str]:
        """The row, and the cell's name: A1."""
        column += self.before
        row, at = (column, line) if self.is_turned else (line, column)
        letters = chr(65 + at) if at < 26 else f"{chr(64 + at // 26)}{chr(65 + at % 26)}"
        return row + 1, f"{letters}{row + 1}"
