"""What was counted, with titles, times and rooms as they are today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from events.models import Camp, Room, Slot
from pitches.models import Pitch

from ..draft.rows import DraftRows
from ..models import Cell
from .figures import Counted

#: places that may be too small and are named
MOST_CROWDS = 8


@dataclass(frozen=True, slots=True)
class ShownClash:
    """Two sessions at the same time, and how many people want both."""

    titles: tuple[str, str]
    starts_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class ShownRepeat:
    """A session to run once more, where, and the wishes it wins."""

    pitch: Pitch
    slot: Slot
    room: Room
    gain: int


def with_titles(camp: Camp, counted: Counted | None) -> tuple[list[ShownClash], list[ShownRepeat]]:
    """Clashes and repeats; what is withdrawn, gone or past since it was counted is left out. Three queries."""
    if counted is None:
        return [], []
    ids = {pk for clash in counted.clashes for pk in clash.pitch_ids} | {idea.pitch_id for idea in counted.repeats}
    titles = camp.pitches.open().in_bulk(ids)
    slots, rooms = {slot.pk: slot for slot in camp.slots.all()}, {room.pk: room for room in camp.rooms.all()}
    clashes = [
        ShownClash((titles[one].title, titles[other].title), slots[clash.slot_id].starts_at, clash.people)
        for clash in counted.clashes
        for one, other in [clash.pitch_ids]
        if one in titles and other in titles and clash.slot_id in slots
    ]
    now = timezone.now()
    repeats = [
        ShownRepeat(titles[idea.pitch_id], slots[idea.slot_id], rooms[idea.room_id], idea.gain)
        for idea in counted.repeats
        if idea.pitch_id in titles
        and idea.room_id in rooms
        and idea.slot_id in slots
        and (slots[idea.slot_id].starts_at > now or camp.is_over)
    ]
    return clashes, repeats


def shown_clashes(draft: DraftRows, counted: Counted | None) -> list[ShownClash]:
    """The clashes as `with_titles` gives them, of rows that were read already."""
    titles = {pitch.pk: pitch.title for pitch in draft.pitches}
    slots = {slot.pk: slot for slot in draft.slots}
    return [
        ShownClash((titles[one], titles[other]), slots[clash.slot_id].starts_at, clash.people)
        for clash in (counted.clashes if counted else ())
        for one, other in [clash.pitch_ids]
        if one in titles and other in titles and clash.slot_id in slots
    ]


@dataclass(frozen=True, slots=True)
class ShownCrowd:
    """A session for which the seats may be too few: so many to so many people are expected, as told; 0 for a few."""

    cell: Cell
    low: int
    high: int

    @property
    def is_sure(self) -> bool:
        return self.low > self.cell.room.capacity


def crowds(camp: Camp, counted: Counted | None) -> list[ShownCrowd]:
    """Where more people may come than there are seats, the most too many first. One query."""
    if counted is None:
        return []
    cells = Cell.objects.filter(session__camp=camp, session__in=counted.people).select_related("session__pitch")
    # Of a double session the first, which is where it starts.
    first: dict[int, Cell] = {}
    for cell in cells.select_related("room", "slot").order_by("slot__starts_at", "pk"):
        first.setdefault(cell.session_id, cell)
    found = [
        ShownCrowd(cell, int(told.low), int(told.high))
        for pk, cell in first.items()
        for told in [counted.people[pk]]
        if told.high > cell.room.capacity
    ]
    return sorted(found, key=lambda crowd: (crowd.cell.room.capacity - crowd.high, crowd.cell.pk))[:MOST_CROWDS]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pitch that has no cell, and how many want to be there, 0 for a few; None: not counted yet."""

    pitch: Pitch
    interested: int | None


def waiting_pitches(draft: DraftRows, counted: Counted | None) -> list[Waiting]:
    """Open pitches with no cell on the draft, the most wished first."""
    interested = counted.interested if counted else {}
    found = [Waiting(pitch, interested.get(pitch.pk)) for pitch in draft.waiting]
    return sorted(found, key=lambda waiting: (-(waiting.interested or 0), waiting.pitch.title))
