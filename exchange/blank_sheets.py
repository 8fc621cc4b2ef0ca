"""Sheets to fill in: with the headings that the import reads, and what the camp has already."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.clocks import on_the_clock
from events.models import Camp, Room, Slot

from .csv_export import SHEET_COLUMNS, room_rows, slot_rows, to_csv

#: for which a camp without slots gets an empty grid each
MOST_DAYS = 7


class Blank(NamedTuple):
    """A sheet that can be had empty."""

    name: str | Promise
    made_of: Callable[[Camp], str]


def _rooms(camp: Camp) -> str:
    return to_csv(["name", "capacity", "features"], room_rows(camp))


def _slots(camp: Camp) -> str:
    return to_csv(["date", "starts_at", "ends_at", "kind", "title"], slot_rows(camp))


def _attendees(camp: Camp) -> str:
    return to_csv(["attendee", "display_name", "role"], [])


def _pitches(camp: Camp) -> str:
    return to_csv(["pitch", "title", "topic", "hosts", "length", "kind", "about", "after"], [])


def _list(camp: Camp) -> str:
    """A row for each room in each slot for sessions."""
    slots = [slot for slot in _in_order(camp) if slot.is_for_sessions]
    rooms = list(camp.rooms.all())
    return to_csv(
        SHEET_COLUMNS, (_row(camp, number, slot, room) for number, slot in enumerate(slots, 1) for room in rooms)
    )


def _row(camp: Camp, number: int, slot: Slot, room: Room) -> list[object]:
    start = slot.starts_at.astimezone(camp.tz)
    row: list[object] = [start.year, f"{start:%a} {on_the_clock(start)}", number, room.name, room.capacity]
    return [*row, *[""] * (len(SHEET_COLUMNS) - len(row) - 1), camp.hashtag]


def _grid(camp: Camp) -> str:
    """Times down and rooms across; each day of several has a heading of its own."""
    rooms = [room.name for room in camp.rooms.all()]
    header = ["Time", *rooms]
    days = [(day, list(slots)) for day, slots in groupby(_in_order(camp), key=lambda slot: slot.day)]
    if camp.starts_on == camp.ends_on:
        return to_csv(header, (_line(slot, len(rooms)) for _day, slots in days for slot in slots))
    empty = [""] * len(rooms)
    rows: list[list[object]] = []
    for day, slots in days or [(day, []) for day in camp.days[:MOST_DAYS]]:
        rows += [[day.isoformat(), *empty], [*header], *(_line(slot, len(rooms)) for slot in slots), ["", *empty]]
    return to_csv([str(cell) for cell in rows[0]], rows[1:])


def _line(slot: Slot, rooms: int) -> list[object]:
    start, end = slot.starts_at.astimezone(slot.camp.tz), slot.ends_at.astimezone(slot.camp.tz)
    title = "" if slot.is_for_sessions else slot.title or slot.get_kind_display()
    return [f"{on_the_clock(start)}–{on_the_clock(end)} {title}".strip(), *[""] * rooms]


def _in_order(camp: Camp) -> Iterable[Slot]:
    slots = list(camp.slots.all())
    for slot in slots:
        slot.camp = camp
    return slots


#: by the last part of their addresses
BLANKS = {
    "grid": Blank(_("A grid: times down, rooms across"), _grid),
    "list": Blank(_("The same as a list, a row for each room and slot"), _list),
    "rooms": Blank("rooms.csv", _rooms),
    "slots": Blank("slots.csv", _slots),
    "attendees": Blank("attendees.csv", _attendees),
    "pitches": Blank("pitches.csv", _pitches),
}
