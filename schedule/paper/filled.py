"""A sheet that was filled in by hand comes back: typed, a line for each cell, or as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock
from events.models import Camp, Room, Slot

from ..models import Cell
from .codes import Codes

#: what stands between the cells of a file
MARKS = ";\t,"
#: headings of the empty file, by which its columns are known
CELL, PITCH = "cell", "pitch"
HEADINGS = (CELL, "slot", "room", PITCH)


class Line(NamedTuple):
    """What somebody wrote for one cell, and where that stands."""

    number: int
    text: str


def typed_lines(text: str) -> list[Line]:
    """Without empty ones, numbered as an editor numbers them."""
    return [Line(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def file_lines(text: str) -> list[Line]:
    """Of a table, the cell and what is there, by the headings; without headings the first two columns. A row in which
    nothing was filled in is none.
    """
    mark = max(MARKS, key=text.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=mark))
    heads = [cell.strip().casefold() for cell in rows[0]] if rows else []
    has_heads = CELL in heads
    where = heads.index(CELL) if has_heads else 0
    what = heads.index(PITCH) if PITCH in heads else len(heads) - 1 if has_heads else 1
    found = []
    for number, row in enumerate(rows, 1):
        if has_heads and number == 1:
            continue
        cell, there = (" ".join(row[at].split()) if at < len(row) else "" for at in (where, what))
        if there or (cell and not has_heads):
            found.append(Line(number, f"{cell} {there}".strip()))
    return found


def empty_rows(camp: Camp) -> Iterable[list[str]]:
    """A row for each cell in which nothing stands, to be filled in."""
    codes = Codes(camp)
    taken = set(Cell.objects.filter(session__camp=camp).values_list("slot_id", "room_id"))
    closed = set(Room.closed_in.through.objects.filter(room__camp=camp).values_list("slot_id", "room_id"))
    rooms = list(camp.rooms.all())
    for slot in camp.slots.for_sessions():
        slot.camp = camp
        for room in rooms:
            if (slot.pk, room.pk) not in taken | closed and (code := codes.cell(slot.pk, room.pk)):
                yield [code, _told(slot), room.name, ""]


def _told(slot: Slot) -> str:
    start = slot.starts_at.astimezone(slot.camp.tz)
    return _("%(day)s, %(time)s") % {"day": start.date().isoformat(), "time": on_the_clock(start)}
