"""What hangs on the wall, typed in: many rows, each a room, a slot and a title. All of them are placed, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch
from pitches.services import submit_pitch

from ..draft.moves import put_together, slots_from
from ..models import Cell, Session


@dataclass(frozen=True, slots=True)
class WallRow:
    """One row as it was typed; `name` is what its fields begin with on the page."""

    name: str
    slot: Slot
    room: Room
    title: str
    #: the one that is meant, where the row has its number and no title
    pitch: Pitch | None = None

    @property
    def key(self) -> str:
        """The same for rows that mean the same pitch."""
        return f"#{self.pitch.pk}" if self.pitch else key_of(self.title)


@dataclass(slots=True)
class Typed:
    """What became of the rows."""

    sessions: list[Session] = field(default_factory=list)
    new: list[Pitch] = field(default_factory=list)
    #: where those that stood elsewhere stood before
    before: list[tuple[Session, Cell]] = field(default_factory=list)


def key_of(title: str) -> str:
    """The same for titles that differ in nothing but spaces and capitals."""
    return " ".join(title.split()).casefold()


@transaction.atomic
def place_rows(*, camp: Camp, rows: Sequence[WallRow], by: Attendee, with_new: bool, seen: int) -> Typed:
    """Each title stands where its row says: one step, which Undo takes back. A row that cannot be is told at its field.

    `with_new`: a title that nobody pitched becomes a pitch. A session that stands elsewhere moves, unless somebody else
    did that after the step `seen`; one whose pitch may run again runs there, too.
    """
    camp = camp.lock()
    plan = _checked(camp, rows, by, with_new, seen)
    rows, found = plan.rows, plan.found
    typed = Typed()
    for row in rows:
        if row.key not in found:
            pitch = Pitch(camp=camp, title=row.title)
            submit_pitch(pitch=pitch, by=by)
            found[row.key] = pitch
            typed.new.append(pitch)
    _put(camp, plan, by, typed)
    return typed


def refuse_rows(
    *, camp: Camp, rows: Sequence[WallRow], by: Attendee, with_new: bool, seen: int, beside: Iterable[str]
) -> None:
    """What is wrong with these is told beside what is wrong with others, and nothing is placed.

    `beside`: the titles of the others; once they have a place, the one they stand in now may be free.
    """
    _checked(camp, rows, by, with_new, seen, frozenset(map(key_of, beside)))


Runs = dict[str, list[Session]]


class _Plan(NamedTuple):
    """Rows that can all be placed."""

    #: each knows its pitch, unless that is new
    rows: list[WallRow]
    #: by what a row means (`WallRow.key`)
    found: dict[str, Pitch]
    runs: Runs
    #: by name of the row, the slots that it takes
    spans: dict[str, list[Slot]]


def _checked(
    camp: Camp, rows: Sequence[WallRow], by: Attendee, with_new: bool, seen: int, beside: frozenset[str] = frozenset()
) -> _Plan:
    """What is to be done for them; refused if one of them cannot be."""
    faults = _Faults()
    titled = _pitches_of(camp, [row for row in rows if row.pitch is None], faults, with_new)
    # By number or by title: from here on it is the same.
    rows = [replace(row, pitch=row.pitch or titled.get(row.key)) for row in rows]
    found = {row.key: row.pitch for row in rows if row.pitch}
    runs = _sessions_of(camp, rows, found)
    spans = _cells_of(camp, rows, found, runs, beside, faults)
    _tell_meanwhile(camp, rows, runs, by, seen, faults)
    faults.refuse()
    return _Plan(rows, found, runs, spans)


def newest_step(camp: Camp) -> int:
    """What a page that is shown now has seen."""
    return camp.steps.values_list("pk", flat=True).first() or 0


def _tell_meanwhile(camp: Camp, rows: Sequence[WallRow], runs: Runs, by: Attendee, seen: int, faults: _Faults) -> None:
    """What a colleague put somewhere while one typed stays there until one has read so."""
    moved = {
        moved["session"]: step
        for step in camp.steps.filter(pk__gt=seen).exclude(by=by).select_related("by").order_by("pk")
        for moved in step.moves
    }
    left = {key: [*sessions] for key, sessions in runs.items()}
    for row in rows:
        session = left[row.key].pop(0) if left.get(row.key) else None
        place, step = (session.place, moved.get(session.pk)) if session else (None, None)
        if place is None or step is None or (place.slot_id, place.room_id) == (row.slot.pk, row.room.pk):
            continue
        place.slot.camp = camp
        text = _("%(who)s put it in %(place)s meanwhile. Send again to move it here.")
        if not step.by:
            text = _("It was put in %(place)s meanwhile. Send again to move it here.")
        faults.setdefault(f"{row.name}-title", text % {"who": step.by, "place": place})


class _Faults(dict[str, str]):
    """By field, what is wrong: the first of each row."""

    def refuse(self) -> None:
        if self:
            raise ValidationError({name: [sentence] for name, sentence in self.items()})


def _pitches_of(camp: Camp, rows: Sequence[WallRow], faults: _Faults, with_new: bool) -> dict[str, Pitch]:
    """By title, the pitch that is meant: of several of one title the one that waits, if it is one."""
    known: dict[str, list[Pitch]] = defaultdict(list)
    for pitch in camp.pitches.open().order_by("pk"):
        pitch.camp = camp
        known[key_of(pitch.title)].append(pitch)
    placed = set(Cell.objects.filter(session__camp=camp).values_list("session__pitch_id", flat=True))
    found, titles = {}, {key: pitches[0].title for key, pitches in known.items()}
    for row in rows:
        pitches = known.get(row.key, [])
        waiting = [pitch for pitch in pitches if pitch.pk not in placed]
        if len(pitches) == 1 or len(waiting) == 1:
            found[row.key] = (pitches if len(pitches) == 1 else waiting)[0]
        elif pitches:
            faults[f"{row.name}-title"] = _("Several pitches have this title. Place them from the board.")
        elif not with_new:
            near = get_close_matches(row.key, titles, n=1)
            faults[f"{row.name}-title"] = (
                _("No pitch has this title. Is it “%(title)s”?") % {"title": titles[near[0]]}
                if near
                else _("No pitch has this title. Correct it, or tick that new titles become pitches.")
            )
    return found


def _sessions_of(camp: Camp, rows: Sequence[WallRow], found: dict[str, Pitch]) -> Runs:
    """By title, the sessions that its rows are, in their order; fewer than rows where some are still to be made."""
    runs: Runs = {}
    for key, pitch in found.items():
        sessions = list(pitch.sessions.placed_first().with_place())
        for session in sessions:
            session.camp, session.pitch = camp, pitch
        placed = [session for session in sessions if session.place]
        waiting = [session for session in sessions if not session.place]
        count = sum(row.key == key for row in rows)
        # Those that may still come do; then those that are there move.
        free = max(0, pitch.runs - len(placed))
        runs[key] = waiting[: min(free, count)] if free else placed[:count]
    return runs


def _cells_of(
    camp: Camp,
    rows: Sequence[WallRow],
    found: dict[str, Pitch],
    runs: Runs,
    beside: frozenset[str],
    faults: _Faults,
) -> dict[str, list[Slot]]:
    """By row, the slots it takes; each cell is free, or its session moves away, and no two rows want it."""
    slots = list(camp.slots.all())
    moving = {session.pk for sessions in runs.values() for session in sessions}
    taken = {
        (cell.slot_id, cell.room_id): cell.session
        for cell in Cell.objects.filter(session__camp=camp).select_related("session__pitch")
        if cell.session_id not in moving and key_of(cell.session.pitch.title) not in beside
    }
    wanted: dict[tuple[int, int], int] = {}
    often: dict[str, int] = defaultdict(int)
    spans = {}
    for number, row in enumerate(rows, 1):
        pitch = found.get(row.key)
        often[row.key] += 1
        row.slot.camp = camp
        try:
            spans[row.name] = slots_from(row.slot, pitch.length if pitch else 1, slots)
        except ValidationError as refused:
            faults.setdefault(f"{row.name}-title", " ".join(refused.messages))
            continue
        if often[row.key] > (pitch.runs if pitch else 1):
            faults.setdefault(f"{row.name}-title", _("This title stands in another row, too."))
        for slot in spans[row.name]:
            cell = (slot.pk, row.room.pk)
            if cell in taken:
                text = _("“%(title)s” stands there. Choose another place.")
                faults.setdefault(f"{row.name}-title", text % {"title": taken[cell]})
            elif cell in wanted:
                text = _("Row %(number)s has this place, too.")
                faults.setdefault(f"{row.name}-title", text % {"number": wanted[cell]})
            wanted.setdefault(cell, number)
    return spans


def _put(camp: Camp, plan: _Plan, by: Attendee, typed: Typed) -> None:
    cells = []
    for row in plan.rows:
        waiting = plan.runs.get(row.key, [])
        pitch = plan.found[row.key]
        session = waiting.pop(0) if waiting else _new_session(camp, pitch, by)
        place = session.place
        if place and (place.slot_id, place.room_id) == (row.slot.pk, row.room.pk):
            # It hangs where it stands.
            continue
        if place:
            place.slot.camp = camp
            typed.before.append((session, place))
        typed.sessions.append(session)
        cells += [Cell(session=session, room=row.room, slot=slot) for slot in plan.spans[row.name]]
    put_together(camp=camp, sessions=typed.sessions, cells=cells, by=by)


def _new_session(camp: Camp, pitch: Pitch, by: Attendee) -> Session:
    return Session.objects.create(camp=camp, pitch=pitch, moved_by=by, notes_rule=Session.NotesRule.of_next(pitch))
