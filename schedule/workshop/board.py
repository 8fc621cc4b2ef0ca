"""The grid as organisers make it: one table of all days, a card for each session, a place wherever one could stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from events.caching import digest, fill, joined, stencils
from events.few import is_few
from events.http import addresses
from events.models import Camp
from events.people import named_all
from events.templatetags.campgrid import clock, long_day
from pitches.topics import Hues

from ..advice import Expected
from ..draft.rows import DraftRows
from ..wall.grid import Grid, GridCell, GridDay, GridRow, GridSession, draft_grid
from ..wall.table import Stencils
from .hyphens import LONG, LONG_IN_MANY, softened
from .short_names import short_rooms, short_topic

#: rooms from which on words are broken earlier
CLOSE = 7
#: rooms from which on what waits has its place below the table instead of beside it
MANY = 9
#: tiles side by side on a map: of more, each would be narrower than a finger at 360 px
MOST_TILES = 12
#: of a meter's width, in per cent: where the seats end. What is too much goes visibly beyond
SEATS = 80
#: letters of a row's mark
MARK = 10
NOTHING = SafeString("")


class CardKind(NamedTuple):
    #: reaches over several rows
    is_tall: bool
    #: longer than the row it stands in
    is_long: bool
    has_topic: bool
    #: one that something interrupts is drawn twice, and has its id once
    has_id: bool
    is_pinned: bool
    is_wrong: bool
    #: about another topic than the one that is looked for
    is_aside: bool
    has_people: bool
    #: too few to be told
    is_few: bool
    #: between two numbers; the lower may be too few to be told
    has_range: bool
    is_low_few: bool
    #: more of them than seats
    is_over: bool
    #: it is not past: the repair desk is one tap away
    can_mend: bool

    @property
    def state(self) -> str:
        """As the page's classes."""
        return _classes(pinned=self.is_pinned, wrong=self.is_wrong, aside=self.is_aside)


class PlaceKind(NamedTuple):
    """A cell in which nothing stands."""

    is_closed: bool
    #: what has begun is offered to nobody
    is_begun: bool
    #: one may put something there
    is_open: bool


class TileKind(NamedTuple):
    is_tall: bool
    has_topic: bool
    is_pinned: bool
    is_wrong: bool
    is_over: bool
    is_aside: bool

    @property
    def state(self) -> str:
        """As the page's classes."""
        return _classes(wrong=self.is_wrong, over=self.is_over, aside=self.is_aside)


class PinsKind(NamedTuple):
    """All that stands in a room, or in a slot, pinned or not."""

    #: there is something to pin, or to let go
    has_any: bool
    is_pinned: bool


class BoardRoomKind(NamedTuple):
    pins: PinsKind


class BoardRowKind(NamedTuple):
    states: str
    is_now: bool
    #: it is over, and holds something: on a phone it is folded
    is_past: bool
    is_for_sessions: bool
    has_title: bool
    pins: PinsKind


class DrawnRow(NamedTuple):
    """A slot with all that it says, its mark among it: what tells this state of it from any other."""

    kind: BoardRowKind
    values: dict[str, object]
    #: on the map, one for each room; nothing where one from above reaches over it
    tiles: list[SafeString]


class BoardKind(NamedTuple):
    has_many: bool
    has_one_day: bool
    #: how many times four rooms it has place for; above forty they are as narrow as they get
    fours: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of the sessions on the draft, each by the session's id."""

    people: Mapping[int, Expected]
    #: a sentence of a rule that it breaks
    wrong: Mapping[int, str]
    hues: Hues
    #: for paper: what this is of
    paper: str
    #: the topic that is looked for; empty: all
    topic: str = ""
    #: whoever looks moves nothing: cards lead to the pages of the sessions
    is_read: bool = False
    #: whoever looks repairs: each card leads to the desk
    can_mend: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The draft, drawn."""

    grid: Grid
    #: HTML of the table, and of its map for a phone
    table: SafeString
    map: SafeString

    @property
    def has_many(self) -> bool:
        """Whether rooms take the whole width: then nothing stands beside the table."""
        return len(self.grid.rooms) >= MANY


def board_of(camp: Camp, draft: DraftRows, facts: Facts) -> Board:
    """The draft as a table and as a map: every place is there, taken, free or closed."""
    drawing = Drawing(camp, draft, facts)
    return Board(drawing.grid, drawing.table(), drawing.map())


class Drawing:
    """All that its parts have in common, found once."""

    def __init__(self, camp: Camp, draft: DraftRows, facts: Facts) -> None:
        self.camp, self.draft, self.facts = camp, draft, facts
        self.now = timezone.now()
        self.begun = draft.begun(self.now)
        self.grid = draft_grid(camp, draft)
        self.stencil: Stencils = stencils()
        self.pinned = {found.session.pk for found in draft.standing if found.session.is_pinned}
        self.in_rooms: dict[int, list[int]] = defaultdict(list)
        self.in_slots: dict[int, list[int]] = defaultdict(list)
        for found in draft.standing:
            self.in_rooms[found.room.pk].append(found.session.pk)
            for cell in found.cells:
                self.in_slots[cell.slot_id].append(found.session.pk)
        self.capacities = {room.id: room.capacity for room in self.grid.rooms}
        self.has_many = len(self.grid.rooms) >= MANY
        self.language = get_language() or ""
        self.mend_at = addresses("schedule:session_repair", camp)
        self.is_closed = camp.is_archived or facts.is_read
        self.page_of = addresses("session_detail", camp)
        self.drawn: dict[int, DrawnRow] = {}
        self.cells_at = reverse("schedule:cell_fill", args=[camp.slug, 0, 0]).removesuffix("0-0/")

    # -- the table ----------------------------------------------------------------------------------------

    def table(self) -> SafeString:
        values = {
            "columns": len(self.grid.rooms) + 1,
            "rooms": len(self.grid.rooms) or 1,
            "heads": joined(self._head(n) for n in range(len(self.grid.rooms))),
            "days": joined(self._day(number, day) for number, day in enumerate(self.grid.days, 1)),
            "day": long_day(self.grid.days[0].day) if self.grid.days else "",
            "paper": self.facts.paper,
        }
        return fill(self.stencil("schedule/_board.html", self.kind), values)

    @property
    def kind(self) -> BoardKind:
        return BoardKind(self.has_many, len(self.grid.days) == 1, min(10, -(-len(self.grid.rooms) // 4)))

    def _head(self, number: int) -> SafeString:
        room = self.grid.rooms[number]
        name = self._soft(room.name)
        kind = BoardRoomKind(self._pins(room_id=room.id))
        return fill(
            self.stencil("schedule/_board_head.html", kind), {"name": name, "id": room.id, "capacity": room.capacity}
        )

    def _pins(self, *, room_id: int = 0, slot_id: int = 0) -> PinsKind:
        there = self.in_rooms.get(room_id, []) if room_id else self.in_slots.get(slot_id, [])
        return PinsKind(bool(there) and not self.is_closed, all(pk in self.pinned for pk in there))

    def _day(self, number: int, day: GridDay) -> SafeString:
        values = {
            "number": number,
            "day": long_day(day.day),
            "columns": len(self.grid.rooms) + 1,
            "rows": joined(self._row(row) for row in day.rows),
        }
        return fill(self.stencil("schedule/_board_day.html", self.kind), values)

    def _row(self, row: GridRow) -> SafeString:
        drawn = self._drawn(row)
        return fill(self.stencil("schedule/_board_row.html", drawn.kind), drawn.values)

    def _drawn(self, row: GridRow) -> DrawnRow:
        """Drawn once, for the table and for the map."""
        if row.slot_id not in self.drawn:
            values = {
                "slot": row.slot_id,
                "id": row.slot_id,
                "starts": clock(row.starts_at),
                "ends": clock(row.ends_at),
                "width": len(self.grid.rooms) or 1,
                "title": row.title,
                "cells": joined(self._cell(row, cell) for cell in row.cells if cell.span),
            }
            tiles = [self._tile(row, cell) if cell.span else NOTHING for cell in row.cells if row.is_for_sessions]
            pins = self._pins(slot_id=row.slot_id)
            kind = BoardRowKind(
                row.states, row.is_now, row.is_past and row.is_for_sessions, row.is_for_sessions, bool(row.title), pins
            )
            values["is"] = digest(kind, values, tiles)[:MARK]
            self.drawn[row.slot_id] = DrawnRow(kind, values, tiles)
        return self.drawn[row.slot_id]

    def _cell(self, row: GridRow, cell: GridCell) -> SafeString:
        return self._card(cell, cell.entry) if cell.entry else self._empty(row, cell)

    def _card(self, cell: GridCell, entry: GridSession) -> SafeString:
        expected = self.facts.people.get(entry.id)
        topic, capacity = entry.topic, self.capacities.get(entry.room_id, 0)
        kind = CardKind(
            is_tall=cell.span > 1,
            is_long=entry.span > 1,
            has_topic=bool(topic),
            has_id=not cell.is_continued,
            is_pinned=entry.id in self.pinned,
            is_wrong=entry.id in self.facts.wrong,
            is_aside=self._is_aside(topic),
            has_people=expected is not None,
            is_few=expected is not None and is_few(expected.likely),
            has_range=expected is not None and expected.low < expected.high,
            is_low_few=expected is not None and is_few(expected.low),
            is_over=_is_over(expected, capacity),
            can_mend=self._can_mend(entry),
        )
        values = {
            "span": cell.span,
            "id": entry.id,
            "name": entry.title,
            "mend": self.mend_at(entry.id),
            "address": self.page_of(entry.id) if self.facts.is_read else entry.address,
            "title": self._soft(entry.title),
            "room": entry.room_name,
            "ends": clock(entry.ends_at) if kind.is_long else "",
            "hosts": named_all(entry.hosts, is_tight=True),
            "hue": self.facts.hues.of(topic),
            "topic": topic,
            "wrong": self.facts.wrong.get(entry.id, ""),
            "capacity": capacity,
            **_meter(expected, capacity),
        }
        return fill(self.stencil("schedule/_board_card.html", kind), values)

    def _can_mend(self, entry: GridSession) -> bool:
        """Of what is over nothing can be saved."""
        is_over = self.camp.is_running and entry.ends_at <= self.now
        return self.facts.can_mend and not self.camp.is_archived and not is_over

    def _empty(self, row: GridRow, cell: GridCell) -> SafeString:
        kind = self._place_kind(row, cell)
        values = {
            "address": f"{self.cells_at}{row.slot_id}-{cell.room.id}/" if kind.is_open else "",
            "room": cell.room.name,
            "starts": clock(row.starts_at),
        }
        return fill(self.stencil("schedule/_board_place.html", kind), values)

    def _place_kind(self, row: GridRow, cell: GridCell) -> PlaceKind:
        is_closed = row.slot_id in self.draft.closed.get(cell.room.id, ())
        is_begun = row.slot_id in self.begun
        # A slot that is gone is drawn for what still stands in it.
        is_open = not (is_closed or is_begun or self.is_closed or row.slot_id < 0)
        return PlaceKind(is_closed, is_begun, is_open)

    def _is_aside(self, topic: str) -> bool:
        return bool(self.facts.topic) and topic.casefold() != self.facts.topic.casefold()

    def _soft(self, text: str) -> str:
        return softened(text, self.language, LONG_IN_MANY if len(self.grid.rooms) >= CLOSE else LONG)

    # -- the map ------------------------------------------------------------------------------------------

    def map(self) -> SafeString:
        """A tile for each place: small enough for a phone, and the way to the card. More rooms than a phone is wide for
        are parted, one part above the other.
        """
        shorts = short_rooms([room.name for room in self.grid.rooms])
        heads = [
            fill(self.stencil("schedule/_board_map_room.html", None), {"short": short, "name": room.name})
            for short, room in zip(shorts, self.grid.rooms, strict=True)
        ]
        parts = -(-len(heads) // MOST_TILES) or 1
        width = -(-len(heads) // parts) or 1
        return joined(self._map_part(heads, slice(n * width, (n + 1) * width)) for n in range(parts))

    def _map_part(self, heads: list[SafeString], rooms: slice) -> SafeString:
        values = {
            "rooms": joined(heads[rooms]),
            "rows": joined(self._map_row(row, rooms) for row in self.grid.rows if row.is_for_sessions),
        }
        return fill(self.stencil("schedule/_board_map.html", self.kind), values)

    def _map_row(self, row: GridRow, rooms: slice) -> SafeString:
        drawn = self._drawn(row)
        values = {
            "slot": row.slot_id,
            "starts": drawn.values["starts"],
            "cells": joined(drawn.tiles[rooms]),
            "is": drawn.values["is"],
        }
        return fill(self.stencil("schedule/_board_map_row.html", None), values)

    def _tile(self, row: GridRow, cell: GridCell) -> SafeString:
        entry = cell.entry
        if entry is None:
            kind = self._place_kind(row, cell)
            return fill(self.stencil("schedule/_board_map_place.html", kind), {"slot": row.slot_id})
        topic = entry.topic
        is_over = _is_over(self.facts.people.get(entry.id), self.capacities.get(entry.room_id, 0))
        kind_of_tile = TileKind(
            cell.span > 1,
            bool(topic),
            entry.id in self.pinned,
            entry.id in self.facts.wrong,
            is_over,
            self._is_aside(topic),
        )
        values = {
            "span": cell.span,
            "id": entry.id,
            "hue": self.facts.hues.of(topic),
            "short": short_topic(topic or entry.title),
        }
        return fill(self.stencil("schedule/_board_map_tile.html", kind_of_tile), values)


def _classes(**states: bool) -> str:
    return "".join(f" {name}" for name, is_so in states.items() if is_so)


def _is_over(expected: Expected | None, capacity: int) -> bool:
    return expected is not None and not is_few(expected.likely) and expected.likely > capacity


def _meter(expected: Expected | None, capacity: int) -> dict[str, int]:
    """Numbers of people, and how far the bars reach, in per cent of the meter's width."""
    if expected is None:
        return {}
    low, likely, high = (int(number + 0.5) for number in (expected.low, expected.likely, expected.high))

    def reach(people: int) -> int:
        return min(100, round(SEATS * people / (capacity or 1)))

    return {
        "low": low,
        "likely": likely,
        "high": high,
        "sure": min(SEATS, reach(low)),
        "may": min(SEATS, reach(high)),
        "beyond": max(0, reach(likely) - SEATS),
    }
