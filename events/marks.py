"""What stands between the cells of a text that is a table, where that is not known yet."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from itertools import islice

MARKS = (",", ";", "\t", "|")
#: what Excel writes above a table: the line says what stands between cells, and no spreadsheet shows it
SAYS_MARK = re.compile(r"sep=([^\r\n])\s*[\r\n]", re.IGNORECASE)
#: lines that may stand above the headings
MOST_ABOVE = 20


def marks_of(text: str) -> tuple[tuple[str, ...], int]:
    """What may stand between cells, and how many lines say so themselves."""
    if said := SAYS_MARK.match(text):
        return (said[1],), 1
    return MARKS, 0


def first_rows(text: str, mark: str) -> list[list[str]]:
    """Those among which the headings are, as far as they can be read with that between cells."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), MOST_ABOVE))
    return rows
