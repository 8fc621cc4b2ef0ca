"""The table of a grid, put together from stencils: a day, a row, a cell each have a template."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from django.utils.safestring import SafeString

from events.caching import Fragment, fill, joined, stencils
from events.people import named_all
from events.templatetags.campgrid import clock, long_day
from pitches.topics import Hues

from .grid import Grid, GridCell, GridDay, GridRoom, GridRow


class RowKind(NamedTuple):
    states: str
    is_now: bool
    is_for_sessions: bool
    has_title: bool


class CellKind(NamedTuple):
    #: reaches over several rows
    is_tall: bool
    #: runs for longer than the row it stands in
    is_long: bool
    has_topic: bool
    #: how its room is found is known
    has_way: bool
    has_moved: bool
    is_cancelled: bool
    is_closed: bool


class HeadKind(NamedTuple):
    has_way: bool


Stencils = Callable[[str, Hashable], Fragment]


class TableKind(NamedTuple):
    #: how small it is written on paper, so that all rooms fit
    width: str


#: rooms from which on it is written smaller, and smaller still
WIDE, WIDEST = 5, 9


def table(grid: Grid, *, hues: Hues, paper: str) -> SafeString:
    """A day after the other, topics in their colours.

    `paper` says on each printed page what it is of: camp and version.
    """
    stencil = stencils()
    heads = joined(_head(stencil, room) for room in grid.rooms)
    return joined(_day(stencil, grid, number, day, heads, hues, paper) for number, day in enumerate(grid.days, 1))


def _head(stencil: Stencils, room: GridRoom) -> SafeString:
    values = {"name": room.name, "capacity": room.capacity, "way": room.way}
    return fill(stencil("schedule/_grid_head.html", HeadKind(bool(room.way))), values)


def _day(
    stencil: Stencils, grid: Grid, number: int, day: GridDay, heads: SafeString, hues: Hues, paper: str
) -> SafeString:
    width = len(grid.rooms)
    values = {
        "number": number,
        "day": long_day(day.day),
        "heads": heads,
        "rows": joined(_row(stencil, row, width, hues) for row in day.rows),
        "columns": width + 1,
        "paper": paper,
    }
    kind = TableKind("widest" if width >= WIDEST else "wide" if width >= WIDE else "")
    return fill(stencil("schedule/_grid_table.html", kind), values)


def _row(stencil: Stencils, row: GridRow, width: int, hues: Hues) -> SafeString:
    values = {
        "slot": row.slot_id,
        "starts": clock(row.starts_at),
        "ends": clock(row.ends_at),
        "width": width or 1,
        "title": row.title,
        "cells": joined(_cell(stencil, cell, hues) for cell in row.cells if cell.span),
    }
    kind = RowKind(row.states, row.is_now, row.is_for_sessions, bool(row.title))
    return fill(stencil("schedule/_grid_row.html", kind), values)


def _cell(stencil: Stencils, cell: GridCell, hues: Hues) -> SafeString:
    entry = cell.entry
    if entry is None:
        return EMPTY
    kind = CellKind(
        is_tall=cell.span > 1,
        is_long=entry.span > 1,
        has_topic=bool(entry.topic),
        has_way=bool(entry.state.way),
        has_moved=bool(entry.state.moved),
        is_cancelled=entry.state.is_cancelled,
        is_closed=entry.state.is_closed,
    )
    values = {
        "span": cell.span,
        "mark": entry.mark,
        "address": entry.address,
        "title": entry.title,
        "room": entry.room_name,
        "ends": clock(entry.ends_at) if kind.is_long else "",
        "hosts": named_all(entry.hosts, is_tight=True),
        "hue": hues.of(entry.topic),
        "topic": entry.topic,
        "tags": entry.tags,
        "way": entry.state.way,
        "moved": entry.state.moved,
        "online": entry.online,
    }
    return fill(stencil("schedule/_grid_cell.html", kind), values)


EMPTY = SafeString('<td class="empty"></td>')
