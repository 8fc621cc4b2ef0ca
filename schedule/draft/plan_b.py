"""Plan B as rows: the grid that the draft would be if somebody changed over now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from pitches.models import Pitch

from ..models import Cell, PlanB, Session
from .rows import DraftRows, Standing


class Lost(NamedTuple):
    """A session that plan B has, and that would be off the grid after changing over."""

    session: Session
    #: in words
    why: str


class Change(NamedTuple):
    """A session that changing over moves, brings or takes off."""

    session: Session
    #: None: it is off the grid
    now: Standing | None
    then: Standing | None


@dataclass(frozen=True, slots=True)
class PlanBRows:
    """Plan B beside the draft, as both are now."""

    plan: PlanB
    draft: DraftRows
    #: the same frame and pitches, with the places and pins of plan B; its sessions are copies
    rows: DraftRows
    lost: list[Lost]

    @property
    def changes(self) -> list[Change]:
        """In the order of the day, as plan B has it; what goes off comes last."""
        here, there = ({found.session.pk: found for found in rows.standing} for rows in (self.draft, self.rows))
        found = [
            Change((here.get(pk) or there[pk]).session, here.get(pk), there.get(pk))
            for pk in here.keys() | there.keys()
            if _place(here.get(pk)) != _place(there.get(pk))
        ]
        return sorted(found, key=lambda change: (change.then is None, _when(change.then or change.now), change[0].pk))

    @property
    def pins(self) -> list[Standing]:
        """What stays where it is, and is pinned there in one of the two alone; as plan B has it."""
        here = {found.session.pk: found for found in self.draft.standing}
        return [
            then
            for then in self.rows.standing
            if (now := here.get(then.session.pk))
            and _place(now) == _place(then)
            and now.session.is_pinned != then.session.is_pinned
        ]

    @property
    def moves(self) -> tuple[int, int, int]:
        """How many sessions stand elsewhere, come and go."""
        changes = self.changes
        comes, goes = sum(found.now is None for found in changes), sum(found.then is None for found in changes)
        return len(changes) - comes - goes, comes, goes


def _place(found: Standing | None) -> tuple[int, int] | None:
    return (found.room.pk, found.slot.pk) if found else None


def _when(found: Standing | None) -> tuple[datetime, int] | tuple[()]:
    return (found.slot.starts_at, found.room.pk) if found else ()


def places_of(draft: DraftRows) -> dict[str, list[object]]:
    """As `PlanB.places` holds them."""
    return {
        str(found.session.pk): [found.room.pk, found.slot.pk, found.session.is_pinned]
        for found in sorted(draft.standing, key=lambda found: found.session.pk)
    }


def read_plan_b(draft: DraftRows, plan: PlanB, now: datetime | None = None) -> PlanBRows:
    """One query, for the sessions that are off the draft.

    What has begun stays where it is on the draft. What stood where something has begun by now stays where it is, too,
    as long as nobody else of plan B gets that place.
    """
    now = now or timezone.now()
    begun, grid = draft.begun(now), _Grid(draft)
    here = {found.session.pk: found for found in draft.standing}
    for found in draft.standing:
        if found.slot.pk in begun:
            grid.put(found.session, found.cells)
    lost, late = list[Lost](), list[Session]()
    sessions = _sessions(draft, plan, here.values())
    # What is pinned first; a pitch that got longer does not take the place of one that did not.
    for session in sorted(sessions, key=lambda s: (not s.is_pinned, s.pitch.length, s.pk)):
        room, slot, _is_pinned = plan.stood[session.pk]
        if session.pk in grid.standing:
            continue
        if slot in begun:
            late.append(session)
        elif why := grid.place(session, room, slot):
            lost.append(Lost(session, why))
    for session in late:
        stands = here.get(session.pk)
        if stands is None or not grid.put(stands.session, stands.cells):
            lost.append(Lost(session, _("that time has begun")))
    standing = list(grid.standing.values())
    return PlanBRows(plan, draft, replace(draft, standing=standing, pitches=_running(draft, standing)), lost)


def _sessions(draft: DraftRows, plan: PlanB, here: Iterable[Standing]) -> list[Session]:
    """Copies of those of plan B that are still there, each pinned as it says."""
    known = {found.session.pk: found.session for found in here}
    pitches = {pitch.pk: pitch for pitch in draft.pitches}
    away = draft.camp.sessions.filter(pk__in=plan.stood.keys() - known.keys()).select_related("pitch")
    for session in away:
        session.camp, session.pitch = draft.camp, pitches.get(session.pitch_id, session.pitch)
        known[session.pk] = session
    found = [copy(known[pk]) for pk in plan.stood if pk in known]
    for session in found:
        session.is_pinned = plan.stood[session.pk][2]
    return found


class _Grid:
    """Fills up; no cell is given twice."""

    def __init__(self, draft: DraftRows) -> None:
        self.draft = draft
        self.rooms, self.slots = {room.pk: room for room in draft.rooms}, {slot.pk: slot for slot in draft.slots}
        self.open = {pitch.pk for pitch in draft.pitches}
        #: by the session's id
        self.standing: dict[int, Standing] = {}
        self.taken: set[tuple[int, int]] = set()

    def place(self, session: Session, room_id: int, slot_id: int) -> str:
        """It stands there; or why it cannot."""
        room, slot = self.rooms.get(room_id), self.slots.get(slot_id)
        if session.pitch_id not in self.open:
            return _("it was withdrawn")
        if room is None:
            return _("its room is gone")
        if slot is None or not slot.is_for_sessions:
            return _("its slot is gone, or for everybody now")
        cells = [Cell(session=session, room=room, slot=taken) for taken in self.draft.span(slot, session.pitch.length)]
        if not cells:
            return _("it is a double now, and there is no second slot")
        return "" if self.put(session, cells) else _("another session needs its place")

    def put(self, session: Session, cells: list[Cell]) -> bool:
        wanted = {(cell.room.pk, cell.slot.pk) for cell in cells}
        if wanted & self.taken:
            return False
        self.taken |= wanted
        self.standing[session.pk] = Standing(session, cells)
        return True


def runs_then(pitch: Pitch, now: int, then: int) -> int:
    """How often a pitch may run that had so many runnings on the grid, and has others: a repeat that is taken off does
    not come back by itself.
    """
    if then > now:
        return max(pitch.runs, then)
    return max(1, then) if then < now and pitch.runs > 1 else pitch.runs


def _running(draft: DraftRows, standing: list[Standing]) -> list[Pitch]:
    """The pitches, each as often as it runs then."""
    now, then = (Counter(found.session.pitch_id for found in side) for side in (draft.standing, standing))
    found = []
    for pitch in draft.pitches:
        runs = runs_then(pitch, now[pitch.pk], then[pitch.pk])
        if runs != pitch.runs:
            pitch = copy(pitch)
            pitch.runs = runs
        found.append(pitch)
    return found
