"""The repair desk: one place of the grid, and all that is known of the grid around it, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.few import about
from events.models import Attendee, Camp, Room, Slot
from events.shifting import by_day
from events.templatetags.campgrid import clock
from pitches.wishes import told_wishes

from .. import advice
from ..build import border
from ..draft.rows import DraftRows, Standing, read_draft
from ..models import Session
from .plan import Move, Plan


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to go on, what it costs, and the plan that the form carries."""

    title: str
    plan: Plan
    #: titles of what would have no place any more
    drops: Sequence[str] = ()
    #: what it does, one by one
    moves: Sequence[str] = ()
    #: what it costs, in sentences
    costs: Sequence[str] = ()


class Desk:
    """Where somebody stands who has to mend something: a session, or a place that is free."""

    def __init__(self, camp: Camp, *, session: Session | None, room: Room | None, slot: Slot | None) -> None:
        self.camp, self.now = camp, timezone.now()
        self.draft: DraftRows = read_draft(camp)
        standing = (found for found in self.draft.standing if session and found.session.pk == session.pk)
        self.standing: Standing | None = next(standing, None)
        self.session = self.standing.session if self.standing else session
        rooms, slots = {row.pk: row for row in self.draft.rooms}, {row.pk: row for row in self.draft.slots}
        self.room = self.standing.room if self.standing else rooms.get(room.pk) if room else None
        self.slot = self.standing.slot if self.standing else slots.get(slot.pk) if slot else None

    # -- time -----------------------------------------------------------------------------------------------

    @cached_property
    def begun(self) -> set[int]:
        """Slots for sessions that are the past, by id: nothing is offered there."""
        return self.draft.begun(self.now)

    @cached_property
    def coming(self) -> list[Slot]:
        """Slots for sessions that have not begun."""
        return [slot for slot in self.draft.slots if slot.is_for_sessions and slot.pk not in self.begun]

    @property
    def has_begun(self) -> bool:
        return self.slot is not None and self.slot.pk in self.begun

    @property
    def is_over(self) -> bool:
        ends_at = self.standing.ends_at if self.standing else self.slot.ends_at if self.slot else None
        return self.camp.is_running and ends_at is not None and ends_at <= self.now

    def ahead(self) -> list[Slot]:
        """What has not begun of this day, for everybody, too, from where one stands on."""
        if self.slot is None:
            return []
        days = (slots for _day, slots in by_day(self.camp, self.draft.slots) if self.slot in slots)
        day = next(days, [])
        from_here = [slot for slot in day if slot.starts_at >= self.slot.starts_at]
        return [slot for slot in from_here if not self.camp.is_running or slot.starts_at > self.now]

    # -- what stands, what is free --------------------------------------------------------------------------

    @cached_property
    def taken(self) -> dict[tuple[int, int], Standing]:
        """By slot and room."""
        return {(cell.slot_id, cell.room_id): found for found in self.draft.standing for cell in found.cells}

    def is_free(self, slot: Slot, room: Room) -> bool:
        return (slot.pk, room.pk) not in self.taken and slot.pk not in self.draft.closed.get(room.pk, ())

    def rows_after(self, moves: Iterable[Move] = ()) -> list[list[int]]:
        """[pitch, slot, room] of what stands, once these have moved."""
        gone = {move.session: move for move in moves}
        pitch = {found.session.pk: found.session.pitch_id for found in self.draft.standing}
        stay = [
            [found.session.pitch_id, found.slot.pk, found.room.pk]
            for found in self.draft.standing
            if found.session.pk not in gone
        ]
        return stay + [[pitch[move.session], move.slot, move.room] for move in gone.values() if move.room]

    def busy_beside(self, standing: Standing) -> set[int]:
        """Ids of people who lead something else while it runs, or are away then."""
        here = {cell.slot_id for cell in standing.cells}
        leading = {
            host.pk
            for found in self.draft.standing
            if found.session.pk != standing.session.pk and here & {cell.slot_id for cell in found.cells}
            for host in found.session.pitch.known_hosts
        }
        return leading | {pk for pk, slots in self.draft.away.items() if here & slots}

    @property
    def hosts(self) -> list[Attendee]:
        return self.session.pitch.known_hosts if self.session else []

    # -- what it costs --------------------------------------------------------------------------------------

    @cached_property
    def wishes(self) -> border.Wishes | None:
        """Those that numbers are told from; None: nothing to tell."""
        found = told_wishes(self.camp)
        return found if found and found.people else None

    @cached_property
    def case(self) -> border.Case:
        return border.case_of(self.draft, wishes=self.wishes or border.NOBODY)

    def cost(self, rows: list[list[int]]) -> list[str]:
        """What a grid of these rows costs beside the one that stands, in sentences; none where no wish is known."""
        return cost_in_words(self.told_cost(rows))

    def told_cost(self, rows: list[list[int]]) -> advice.Cost | None:
        """The same in numbers, as they are told; None where no wish is known."""
        return advice.cost_of(self.case, self.case.shown, rows) if self.wishes else None

    # -- in words -------------------------------------------------------------------------------------------

    def told(self, moves: Sequence[Move]) -> list[str]:
        """Where each of those goes that goes somewhere."""
        title = {found.session.pk: found.session.title for found in self.draft.standing}
        return [
            _("“%(title)s” to %(place)s") % {"title": title[move.session], "place": self.place(move.slot, move.room)}
            for move in moves
            if move.room
        ]

    def place(self, slot_id: int, room_id: int) -> str:
        """Barn, 10:00; with the day, where that is not the day one stands in."""
        slot = next(slot for slot in self.draft.slots if slot.pk == slot_id)
        room = next(room for room in self.draft.rooms if room.pk == room_id)
        is_same_day = self.slot is not None and self.slot.day == slot.day
        return f"{room.name}, {clock(slot.starts_at)}" if is_same_day else f"{room.name}, {slot}"

    def titles(self, moves: Iterable[Move]) -> list[str]:
        """Of what comes off the grid."""
        off = {move.session for move in moves if not move.room}
        return [found.session.title for found in self.draft.standing if found.session.pk in off]


def cost_in_words(cost: advice.Cost | None) -> list[str]:
    """In people's terms; fewer than five are a few, be it none."""
    if cost is None:
        return []
    if cost.gain:
        text = _("%(number)s wishes more.") if cost.gain > 0 else _("%(number)s wishes fewer.")
        said = [_sentence(text % {"number": about(abs(cost.gain))})]
    else:
        said = [_("About as many wishes: at most a few more or fewer.")]
    if cost.standing != cost.stood:
        words = {"after": about(cost.standing), "before": about(cost.stood)}
        said.append(_("On the whole grid %(after)s people have no seat; now %(before)s.") % words)
    return said


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def moved_in_words(moves: Sequence[Move]) -> str:
    """4 sessions move; 1 waits."""
    going, off = sum(1 for move in moves if move.room), sum(1 for move in moves if not move.room)
    said = []
    if going:
        said.append(ngettext("%(count)s session moves", "%(count)s sessions move", going) % {"count": going})
    if off:
        said.append(ngettext("%(count)s waits for a place", "%(count)s wait for a place", off) % {"count": off})
    return ", ".join(said) or _("Nothing has to move")
