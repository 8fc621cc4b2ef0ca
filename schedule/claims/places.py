"""What a host may take: the free cells that are still to come, with their prices, and why not where a rule forbids it.

A host sees of the draft what is free, and nothing of who stands where: what is not published is nobody's to know. The
prices are those that organisers see, from the same snapshot of wishes; where a camp hides how many are interested they
are told without numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from events.few import in_steps
from events.models import Camp, Room, Slot
from pitches.models import Pitch
from pitches.wishes import told_wishes

from .. import advice
from ..advice import CellChoice, Counted, PlaceCell, PlaceSlot
from ..draft.rows import DraftRows, read_draft
from ..models import Session
from .out import Seen


@dataclass(frozen=True, slots=True)
class Place:
    """A free cell as its host sees it."""

    slot: Slot
    room: Room
    choice: CellChoice
    #: more people are expected than have a seat
    is_short: bool
    #: nowhere more of what people want can be met
    is_top: bool
    #: 1 for the best of all, 2 and 3 for the next; 0 for the rest
    rank: int = 0

    @property
    def value(self) -> str:
        """As the form sends it."""
        return f"{self.slot.pk}-{self.room.pk}"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a slot's free rooms cannot be had: all of them, or these."""

    why: str
    #: empty: all of them
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot in which something is free, what can be had there, and what cannot."""

    slot: Slot
    places: list[Place]
    refused: list[Refused]

    @property
    def has_best(self) -> bool:
        """One of the best is among them."""
        return any(place.rank for place in self.places)


@dataclass(frozen=True, slots=True)
class Free:
    """All that is free."""

    slots: list[FreeSlot]
    best: list[Place]
    #: it is known what people want, and it makes a difference where
    has_prices: bool


def free_for(camp: Camp, pitch: Pitch, session: Session | None, counted: Counted | None) -> Free:
    """What the host of that pitch may take; the same queries for a camp of any size. `counted` is what was counted last
    about the draft.
    """
    draft, wishes = read_draft(camp), told_wishes(camp)
    if all(known.pk != pitch.pk for known in draft.pitches):
        return Free([], [], has_prices=False)
    found = advice.place_slots(draft, wishes, pitch.pk, session.pk if session else None)
    open_cells = _open_cells(draft, Seen.of(camp, draft), found, pitch, session, timezone.now())
    good = [PlaceSlot(slot, [cell for cell in cells if not cell.choice.broken]) for slot, cells in open_cells]
    ranks = {(cell.slot.pk, cell.room.pk): rank for rank, cell in enumerate(advice.best_cells(good), 1)}
    gains = {cell.choice.gain for found in good for cell in found.cells}
    top, expected = max(gains, default=0), _expected(counted, pitch, session)

    def place(cell: PlaceCell) -> Place:
        rank, gain = ranks.get((cell.slot.pk, cell.room.pk), 0), cell.choice.gain
        return Place(cell.slot, cell.room, cell.choice, expected > cell.room.capacity, gain == top, rank)

    slots = [
        FreeSlot(slot, [place(cell) for cell in kept.cells], _refused(cells))
        for (slot, cells), kept in zip(open_cells, good, strict=True)
    ]
    best = sorted((one for slot in slots for one in slot.places if one.rank), key=lambda one: one.rank)
    return Free(slots, best, has_prices=wishes is not None and (camp.are_counts_shown or len(gains) > 1))


def _open_cells(
    draft: DraftRows, seen: Seen, found: Sequence[PlaceSlot], pitch: Pitch, session: Session | None, now: datetime
) -> list[tuple[Slot, list[PlaceCell]]]:
    """By slot that is still to come, what is free on the draft and on the published grid, and not closed."""
    session_id = session.pk if session else None

    def is_open(cell: PlaceCell) -> bool:
        return (
            cell.is_open
            and cell.slot.pk not in draft.closed.get(cell.room.pk, ())
            and not any(seen.is_taken(cell.room, part, session_id) for part in draft.span(cell.slot, pitch.length))
        )

    coming = [one for one in found if one.slot.starts_at > now and seen.has_times_of(one.slot)]
    cells = [(one.slot, [cell for cell in one.cells if is_open(cell)]) for one in coming]
    return [(slot, kept) for slot, kept in cells if kept]


def _refused(cells: Sequence[PlaceCell]) -> list[Refused]:
    """Each reason once, with the rooms it is about, if it is not about all."""
    rooms: dict[str, list[str]] = {}
    for cell in cells:
        for why in cell.choice.broken:
            rooms.setdefault(why, []).append(cell.room.name)
    return [Refused(why, () if len(names) == len(cells) else tuple(names)) for why, names in rooms.items()]


def _expected(counted: Counted | None, pitch: Pitch, session: Session | None) -> int:
    """How many are expected, in steps; of one that waits, how many want to be there."""
    if counted is None:
        return 0
    if session and session.pk in counted.people:
        return round(counted.people[session.pk].likely)
    return in_steps(counted.interested.get(pitch.pk, 0))
