"""A session is lifted: the same board, on which every place has its price. Rows and columns stay where they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from events.caching import fill
from events.few import about
from events.http import addresses
from events.models import Camp
from events.templatetags.campgrid import clock
from pitches.models import Pitch
from pitches.topics import Hues

from ..advice import Expected, PlaceCell, PlaceSlot
from ..draft.chain import LONGEST, Link
from ..draft.rows import DraftRows
from ..models import Session
from ..wall.grid import GridCell, GridRow
from .board import Board, Drawing, Facts, PinsKind


class PriceKind(NamedTuple):
    """What a place is to the session that is held."""

    is_tall: bool
    is_here: bool
    #: nothing stands there, and nothing can be put there: the room is closed
    is_closed: bool
    is_open: bool
    can_swap: bool
    #: who stands there may make way, and is lifted next
    can_move_on: bool
    is_taken: bool
    is_begun: bool
    is_pinned: bool
    #: 1 for the best of all places, 2 and 3 for the next; 0 for the rest
    rank: int
    #: -1, 0, 1; nothing is known of wishes: None
    gain: int | None
    has_losers: bool
    has_winners: bool
    is_broken: bool
    #: some would have no seat; None: not known
    is_short: bool | None
    #: a host would rather have another time
    is_unwelcome: bool

    @property
    def state(self) -> str:
        """As the page's classes."""
        looks = " no" if self.is_broken else " up" if self.gain == 1 else ""
        return f"{' best' if self.rank else ''}{looks}"


@dataclass(frozen=True, slots=True)
class InHand:
    """What somebody holds."""

    pitch: Pitch
    #: None: it waits, and was never placed
    session: Session | None
    #: what takes its place, and what takes that of whoever is before it
    chain: Sequence[Link] = ()
    #: one more running of what is placed already: nobody makes way for it
    is_again: bool = False

    def at(self, slot_id: int, room_id: int) -> list[Link]:
        """The chain, if it goes there."""
        session_id, seen = (self.session.pk, self.session.revision) if self.session else (0, 0)
        return [*self.chain, Link(self.pitch.pk, session_id, seen, slot_id, room_id)]

    def may_move(self, other: Session) -> bool:
        """Whether that one may make way for it: once in a chain, and not without end."""
        return not self.is_again and len(self.chain) < LONGEST and all(link.key != other.pk for link in self.chain)


@dataclass(frozen=True, slots=True)
class Seats:
    """Whether people have a seat, as they are expected now, which is told in steps."""

    session: Session | None
    #: of the room it stands in
    capacity: int
    #: by session
    people: Mapping[int, Expected]

    def missing(self, place: PlaceCell) -> int | None:
        """How many would stand in that room, and in the one that is left to whoever changes places with it; None where
        that is not known.
        """
        if self.session is None or self.session.pk not in self.people:
            return None
        found = _beyond(self.people[self.session.pk], place.room.capacity)
        if place.can_swap and place.standing and place.standing.session.pk in self.people:
            found += _beyond(self.people[place.standing.session.pk], self.capacity)
        return found


def _beyond(expected: Expected, seats: int) -> int:
    return max(0, round(expected.likely) - seats)


def lifted_board(
    camp: Camp,
    draft: DraftRows,
    slots: Sequence[PlaceSlot],
    best: Sequence[PlaceCell],
    hand: InHand,
    seats: Seats,
    *,
    is_counted: bool,
) -> Board:
    """The board for whoever holds that, as buttons of the form `place`."""
    drawing = _Lifted(camp, draft, Facts({}, {}, Hues(), ""))
    drawing.hand, drawing.is_counted = hand, is_counted
    drawing.place_of = addresses("schedule:session_place", camp)
    drawing.cells = {(cell.slot.pk, cell.room.pk): cell for found in slots for cell in found.cells}
    drawing.missing = {at: seats.missing(cell) for at, cell in drawing.cells.items()}
    drawing.priced, drawing.told = {}, cache(about)
    drawing.ranks = {(cell.slot.pk, cell.room.pk): rank for rank, cell in enumerate(best, 1)}
    return Board(drawing.grid, drawing.table(), drawing.map())


class _Lifted(Drawing):
    hand: InHand
    is_counted: bool
    #: the address of a pitch's page
    place_of: Callable[[int], str]
    #: by slot and room
    cells: Mapping[tuple[int, int], PlaceCell]
    #: seats
    missing: Mapping[tuple[int, int], int | None]
    ranks: Mapping[tuple[int, int], int]
    priced: dict[tuple[int, int], tuple[PriceKind, dict[str, object]]]
    #: numbers in words, each put into words once
    told: Callable[[int], str]

    def _pins(self, *, room_id: int = 0, slot_id: int = 0) -> PinsKind:
        return PinsKind(has_any=False, is_pinned=False)

    def _cell(self, row: GridRow, cell: GridCell) -> SafeString:
        return self._price("schedule/_board_price.html", row, cell)

    def _tile(self, row: GridRow, cell: GridCell) -> SafeString:
        return self._price("schedule/_board_map_price.html", row, cell)

    def _price(self, template: str, row: GridRow, cell: GridCell) -> SafeString:
        # Where a slot is gone nothing can be put; what still stands there is seen.
        at = (row.slot_id, cell.room.id)
        if at not in self.priced:
            # Once, for the table and for the map.
            place = self.cells.get(at)
            values: dict[str, object] = {"span": cell.span, "room": cell.room.name, "starts": clock(row.starts_at)}
            if cell.entry:
                values["title"] = self._soft(cell.entry.title)
            self.priced[at] = self._kind(row, cell, place), values | (self._values(place) if place else {})
        kind, values = self.priced[at]
        return fill(self.stencil(template, kind), values)

    def _values(self, place: PlaceCell) -> dict[str, object]:
        choice = place.choice
        return {
            "slot": place.slot.pk,
            "room_id": place.room.pk,
            "capacity": place.room.capacity,
            "gain": abs(choice.gain),
            "wishes": self.told(abs(choice.gain)),
            "losers": self.told(choice.losers),
            "winners": self.told(choice.winners),
            "why": " ".join(choice.broken),
            "rather": " ".join(choice.rather),
            "other": place.swap,
            "beyond": self.told(self.missing[place.slot.pk, place.room.pk] or 0),
            "on": self._way_on(place),
        }

    def _way_on(self, place: PlaceCell) -> str:
        """Who stands there is lifted, and what is in hand is to stand there."""
        if place.standing is None:
            return ""
        other = place.standing.session
        then = [("then", str(link)) for link in self.hand.at(place.slot.pk, place.room.pk)]
        return f"{self.place_of(other.pitch_id)}?{urlencode([('running', other.pk), *then])}"

    def _kind(self, row: GridRow, cell: GridCell, place: PlaceCell | None) -> PriceKind:
        choice, is_begun = place.choice if place else None, row.slot_id in self.begun
        session, other = self.hand.session, place.standing.session if place and place.standing else None
        is_here = bool(other and session and other.pk == session.pk)
        beyond = self.missing.get((row.slot_id, cell.room.id))
        is_closed = cell.entry is None and row.slot_id in self.draft.closed.get(cell.room.id, ())
        may = place is not None and not (is_begun or is_here or is_closed or self.camp.is_archived)
        return PriceKind(
            is_tall=cell.span > 1,
            is_here=is_here,
            is_closed=is_closed,
            is_open=may and place is not None and place.is_open,
            can_swap=may and place is not None and not place.is_open and place.can_swap,
            can_move_on=bool(may and place and place.can_move_on and other and self.hand.may_move(other)),
            is_taken=cell.entry is not None,
            is_begun=is_begun,
            is_pinned=bool(other and other.is_pinned),
            rank=self.ranks.get((row.slot_id, cell.room.id), 0) if may else 0,
            gain=(choice.gain > 0) - (choice.gain < 0) if choice and self.is_counted else None,
            has_losers=bool(choice and self.is_counted and choice.losers),
            has_winners=bool(choice and self.is_counted and choice.winners),
            is_broken=bool(choice and choice.broken),
            is_short=None if beyond is None else beyond > 0,
            is_unwelcome=bool(choice and choice.rather),
        )
