"""What would happen if a session stood somewhere else: every cell with what it breaks and what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeGuard

from django.utils.translation import gettext

from events.few import in_steps
from events.models import Room, Slot
from pitches.models import Pitch
from pitches.wishes import Wishes

from .. import solver
from ..build.border import NOBODY, Case, case_of
from ..draft.rows import DraftRows, Standing
from .breaks import break_sentence, time_of, unpinned
from .words import rather_in_words


@dataclass(frozen=True, slots=True)
class CellChoice:
    """One cell in which a session could stand: what it would break, and what it would change."""

    broken: tuple[str, ...]
    #: as they are told: in steps of five, 0 for a few
    gain: int
    winners: int
    losers: int
    #: nobody has to make way
    is_free: bool
    #: who would rather have another time, a sentence for each; a wish, no rule
    rather: tuple[str, ...] = ()

    @property
    def loss(self) -> int:
        return -self.gain


def cell_choices(
    case: Case, wishes: Wishes, pitch_id: int, session_id: int | None = None, gained: float | None = None
) -> dict[tuple[int, int], CellChoice]:
    """(slot, room) to what would happen if the session (or a first one of the pitch) stood there, for all cells.

    The case was made for the people of these wishes; what they wish need not be in it. Whoever stands in a cell changes
    places with the session. Only what this placement adds is named, not what is broken anyway; nor who stands there,
    which is shown in the cell, where the swap button says the rest. `gained` are the wishes that the way up to here has
    won: then no more than the sum is known, not for how many people it is more or less.
    """
    position = case.position_of(pitch_id)
    at = next((p for p, s in case.sessions.items() if s.pk == session_id), None)
    problem = case.shown
    prices = solver.price_cells(problem, case.placements, position, at, solver.Crowd(problem, case.fans(wishes)))
    broken = solver.breaks_in_cells(unpinned(case.problem), case.placements, position, at)
    # A thousand cells break the same few rules at the same few times: each is put into words of the reader's once.
    say, times, result = cache(gettext), {t: time_of(case, t) for t in range(len(case.slots))}, {}
    wishes_of_hosts = _Rather(case, position, at)
    for t, slot in enumerate(case.slots):
        for r, room in enumerate(case.rooms):
            said = tuple(break_sentence(case, found, say, times) for found in broken[t, r])
            price = prices.get((t, r))
            result[slot.pk, room.pk] = _choice(price, said, gained, wishes_of_hosts.words(t, price))
    return result


class _Rather:
    """Whose host would rather have another time, if a session stood in another slot."""

    def __init__(self, case: Case, session: int, at: solver.Placement | None) -> None:
        self.case, self.session, self.at = case, session, at
        self.own = rather_in_words(case.pitches[session])
        #: whom it would hit to be put where the session is now
        self.others = set[int]()
        if at is not None:
            others = {p.session for p in case.placements if p.slot != at.slot}
            self.others = {i for i in others if solver.is_unwelcome(case.problem, i, at.slot)}

    def words(self, slot: int, price: solver.CellPrice | None) -> tuple[str, ...]:
        """Nothing of a session that is at a bad time anyway and stays at one."""
        problem, told = self.case.problem, []
        if solver.is_unwelcome(problem, self.session, slot):
            told.append(self.own)
        for p in price.displaced if price and self.others else ():
            if p.session in self.others and not solver.is_unwelcome(problem, p.session, p.slot):
                pitch = self.case.pitches[p.session]
                told.append(gettext("“%(title)s”: %(wish)s") % {"title": pitch, "wish": rather_in_words(pitch)})
        return tuple(told)


def _choice(
    price: solver.CellPrice | None,
    broken: tuple[str, ...],
    gained: float | None = None,
    rather: tuple[str, ...] = (),
) -> CellChoice:
    if price is None:
        return CellChoice(broken, 0, 0, 0, is_free=False, rather=rather)
    if gained is not None:
        return CellChoice(broken, in_steps(round(price.gain + gained)), 0, 0, not price.displaced, rather)
    gain, winners, losers = (in_steps(number) for number in (round(price.gain), price.winners, price.losers))
    return CellChoice(broken, gain, winners, losers, not price.displaced, rather)


@dataclass(frozen=True, slots=True)
class PlaceCell:
    """A cell as somebody sees it who looks for a place."""

    slot: Slot
    room: Room
    #: who stands there now
    standing: Standing | None
    choice: CellChoice
    #: a double needs another slot after this one, with no break between
    has_room: bool
    #: who stands there and who looks for a place can change places; one that is pinned stays
    can_swap: bool
    #: nobody else stands in any cell it would take: whoever stands there can move on
    can_move_on: bool

    @property
    def is_open(self) -> bool:
        """Nothing stands in any cell it would take: a double may find the second one taken, or none."""
        return self.standing is None and self.choice.is_free and self.has_room

    @property
    def swap(self) -> str:
        """Whom a swap names, and which of its places the person saw."""
        return f"{self.standing.session.pk}-{self.standing.session.revision}" if self.standing else ""

    @property
    def is_good(self) -> bool:
        """The session can have it, be it by a swap, and that breaks nothing."""
        return (self.is_open or self.can_swap) and not self.choice.broken


@dataclass(frozen=True, slots=True)
class PlaceSlot:
    """A slot, and its cells."""

    slot: Slot
    cells: list[PlaceCell]

    @property
    def best(self) -> PlaceCell | None:
        """The good cell that wins most; of several one that fewest hosts mind, that is free, and the largest room."""
        good = [cell for cell in self.cells if cell.is_good]
        return max(
            good,
            key=lambda cell: (cell.choice.gain, -len(cell.choice.rather), cell.is_open, cell.room.capacity),
            default=None,
        )


def place_slots(
    draft: DraftRows,
    wishes: Wishes | None,
    pitch_id: int,
    session_id: int | None,
    before: DraftRows | None = None,
) -> list[PlaceSlot]:
    """Every slot with its cells; without wishes they change nothing.

    `before` is the draft as it stands where `draft` is one that is planned: what is won counts from there.
    """
    wishes = wishes or NOBODY
    case = case_of(draft, wishes=wishes.unsaid)
    gained = None if before is None else _attended(draft, wishes) - _attended(before, wishes)
    choices = cell_choices(case, wishes, pitch_id, session_id, gained)
    there = {(cell.slot_id, cell.room_id): standing for standing in draft.standing for cell in standing.cells}
    mine = next((standing for standing in draft.standing if standing.session.pk == session_id), None)
    length = next((pitch.length for pitch in draft.pitches if pitch.pk == pitch_id), 1)
    has_room = {slot.pk: bool(draft.span(slot, length)) for slot in case.slots}
    return [
        PlaceSlot(
            slot,
            [
                PlaceCell(
                    slot,
                    room,
                    standing := there.get((slot.pk, room.pk)),
                    choices[slot.pk, room.pk],
                    has_room=has_room[slot.pk],
                    can_swap=mine is not None and _may_go(standing) and _can_swap(draft, there, mine, standing),
                    can_move_on=_may_go(standing)
                    and standing is not mine
                    and _is_alone(draft, there, slot, room, length),
                )
                for room in case.rooms
            ],
        )
        for slot in case.slots
    ]


def _may_go(standing: Standing | None) -> TypeGuard[Standing]:
    return standing is not None and not standing.session.is_pinned


def _attended(draft: DraftRows, wishes: Wishes) -> float:
    case = case_of(draft, wishes=wishes)
    return solver.score(case.shown, case.placements).attended


def _is_alone(draft: DraftRows, there: dict[tuple[int, int], Standing], slot: Slot, room: Room, length: int) -> bool:
    """Of all the cells that it would take one session has whatever is taken."""
    span = draft.span(slot, length)
    taken = [there[part.pk, room.pk] for part in span if (part.pk, room.pk) in there]
    return bool(span) and all(found is taken[0] for found in taken)


@dataclass(frozen=True, slots=True)
class CellFilling:
    """A pitch that waits, and what would happen if it stood in the cell one looks at."""

    pitch: Pitch
    choice: CellChoice
    #: a double needs another slot after this one, with no break between, that is free as well
    has_room: bool

    @property
    def is_good(self) -> bool:
        return self.has_room and not self.choice.broken


def fillings(
    draft: DraftRows, wishes: Wishes | None, slot: Slot, room: Room, pitches: list[Pitch]
) -> list[CellFilling]:
    """Each of these pitches in that cell; those that break nothing first, of them what wins most wishes."""
    wishes = wishes or NOBODY
    case = case_of(draft, wishes=wishes.unsaid)
    # The same for each of them.
    shown, problem = case.shown, unpinned(case.problem)
    crowd = solver.Crowd(shown, case.fans(wishes))
    cell = (
        next(t for t, found in enumerate(case.slots) if found.pk == slot.pk),
        next(r for r, found in enumerate(case.rooms) if found.pk == room.pk),
    )

    def filling(pitch: Pitch) -> CellFilling:
        position = case.position_of(pitch.pk)
        price = solver.price_cells(shown, case.placements, position, crowd=crowd, cells=[cell]).get(cell)
        broken = solver.breaks_in_cells(problem, case.placements, position, cells=[cell])[cell]
        said = tuple(break_sentence(case, found, gettext) for found in broken)
        choice = _choice(price, said, rather=_Rather(case, position, None).words(cell[0], price))
        return CellFilling(pitch, choice, has_room=choice.is_free and bool(draft.span(slot, pitch.length)))

    found = [filling(pitch) for pitch in pitches]
    return sorted(found, key=lambda one: (not one.is_good, -one.choice.gain))


def breaks_there(draft: DraftRows, pitch_id: int, session_id: int | None, slot: Slot, room: Room) -> tuple[str, ...]:
    """What would be broken, beyond what is anyway, if the session (or a next one of the pitch) stood in that cell."""
    case = case_of(draft)
    at = next((p for p, s in case.sessions.items() if s.pk == session_id), None)
    cell = (
        next(t for t, found in enumerate(case.slots) if found.pk == slot.pk),
        next(r for r, found in enumerate(case.rooms) if found.pk == room.pk),
    )
    position = case.position_of(pitch_id)
    broken = solver.breaks_in_cells(unpinned(case.problem), case.placements, position, at, cells=[cell])[cell]
    return tuple(dict.fromkeys(break_sentence(case, found, gettext) for found in broken))


def _can_swap(draft: DraftRows, there: dict[tuple[int, int], Standing], mine: Standing, other: Standing) -> bool:
    """Each has room where the other starts, beside each other and beside everybody else."""
    taken: set[tuple[int, int]] = set()
    for one, at in ((mine, other), (other, mine)):
        span = draft.span(at.slot, one.session.pitch.length)
        cells = {(slot.pk, at.room.pk) for slot in span}
        if not cells or cells & taken or any(there.get(cell, mine) not in (mine, other) for cell in cells):
            return False
        taken |= cells
    return True


def best_cells(slots: list[PlaceSlot], most: int = 3) -> list[PlaceCell]:
    """The best places there are, each in a slot of its own."""
    best = [found.best for found in slots]
    # Where a few make the difference, the earlier: an order by them would tell what they wish.
    found = (cell for cell in best if cell)
    return sorted(found, key=lambda cell: (-cell.choice.gain, len(cell.choice.rather)))[:most]
