"""A session is lifted: the same board, on which every place has its price. Rows and columns stay where they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.safestring import SafeString

from events.caching import fill
from events.few import about
from events.models import Camp
from events.templatetags.campgrid import clock
from pitches.topics import Hues

from ..advice import PlaceCell, PlaceSlot
from ..draft.rows import DraftRows
from ..models import Session
from ..wall.grid import GridCell, GridRow
from .board import Board, Drawing, Facts


class PriceKind(NamedTuple):
    """What a place is to the session that is held."""

    is_tall: bool
    is_here: bool
    is_open: bool
    can_swap: bool
    is_taken: bool
    is_begun: bool
    #: 1 for the best of all places, 2 and 3 for the next; 0 for the rest
    rank: int
    #: -1, 0, 1; nothing is known of wishes: None
    gain: int | None
    has_losers: bool
    has_winners: bool
    is_broken: bool

    @property
    def state(self) -> str:
        """As the page's classes."""
        looks = " no" if self.is_broken else " up" if self.gain == 1 else ""
        return f"{' best' if self.rank else ''}{looks}"


def lifted_board(
    camp: Camp,
    draft: DraftRows,
    slots: Sequence[PlaceSlot],
    best: Sequence[PlaceCell],
    session: Session | None,
    *,
    is_counted: bool,
) -> Board:
    """The board for whoever holds `session` (None: a pitch that waits), as buttons of the form `place`."""
    drawing = _Lifted(camp, draft, Facts({}, {}, Hues(), ""))
    drawing.session, drawing.is_counted = session, is_counted
    drawing.cells = {(cell.slot.pk, cell.room.pk): cell for found in slots for cell in found.cells}
    drawing.ranks = {(cell.slot.pk, cell.room.pk): rank for rank, cell in enumerate(best, 1)}
    return Board(drawing.grid, drawing.table(), drawing.map())


class _Lifted(Drawing):
    session: Session | None
    is_counted: bool
    #: by slot and room
    cells: Mapping[tuple[int, int], PlaceCell]
    ranks: Mapping[tuple[int, int], int]

    def _cell(self, row: GridRow, cell: GridCell) -> SafeString:
        return self._price("schedule/_board_price.html", row, cell)

    def _tile(self, row: GridRow, cell: GridCell) -> SafeString:
        return self._price("schedule/_board_map_price.html", row, cell)

    def _price(self, template: str, row: GridRow, cell: GridCell) -> SafeString:
        # Where a slot is gone nothing can be put; what still stands there is seen.
        place = self.cells.get((row.slot_id, cell.room.id))
        values: dict[str, object] = {"span": cell.span, "room": cell.room.name, "starts": clock(row.starts_at)}
        if cell.entry:
            values["title"] = self._soft(cell.entry.title)
        if place:
            values |= self._values(place)
        return fill(self.stencil(template, self._kind(row, cell, place)), values)

    def _values(self, place: PlaceCell) -> dict[str, object]:
        choice = place.choice
        return {
            "slot": place.slot.pk,
            "room_id": place.room.pk,
            "capacity": place.room.capacity,
            "gain": abs(choice.gain),
            "wishes": about(abs(choice.gain)),
            "losers": about(choice.losers),
            "winners": about(choice.winners),
            "why": " ".join(choice.broken),
            "other": place.swap,
        }

    def _kind(self, row: GridRow, cell: GridCell, place: PlaceCell | None) -> PriceKind:
        choice, is_begun = place.choice if place else None, row.slot_id in self.begun
        is_here = bool(place and place.standing and self.session and place.standing.session.pk == self.session.pk)
        may = place is not None and not (is_begun or is_here or self.camp.is_archived)
        return PriceKind(
            is_tall=cell.span > 1,
            is_here=is_here,
            is_open=may and place is not None and place.is_open,
            can_swap=may and place is not None and not place.is_open and place.can_swap,
            is_taken=cell.entry is not None,
            is_begun=is_begun,
            rank=self.ranks.get((row.slot_id, cell.room.id), 0) if may else 0,
            gain=(choice.gain > 0) - (choice.gain < 0) if choice and self.is_counted else None,
            has_losers=bool(choice and self.is_counted and choice.losers),
            has_winners=bool(choice and self.is_counted and choice.winners),
            is_broken=bool(choice and choice.broken),
        )
