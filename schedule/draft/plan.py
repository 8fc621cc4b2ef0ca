"""A plan becomes the draft. A plan is rows of [pitch, slot, room] by id, as a build or a repair leaves it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot

from ..models import Cell, Draft, Session, Step
from .lock import locked_draft
from .moves import slots_from, take_cells
from .rows import begun_in
from .steps import record_step


class Applied(NamedTuple):
    """What became of a plan that was put on the draft."""

    moved: list[Session]
    left_out: list[str]
    #: as which it can be taken back; None: nothing moved
    step: Step | None = None


@transaction.atomic
def apply_plan(
    *,
    camp: Camp,
    rows: list[list[int]],
    by: Attendee | None = None,
    seen_revision: int | None = None,
    kind: Step.Kind = Step.Kind.BUILD,
    now: datetime | None = None,
) -> Applied:
    """The draft is exactly `rows`; returns what moved, and the titles that were withdrawn meanwhile and so left out.

    Several rows of one pitch are its runnings: a session that can stay where it is stays. A plan that no longer fits
    the camp is refused, and so is one for a draft that is not as it was seen, one that moves what has begun by now, and
    a build that moves what is pinned. `now` is given where a plan is made as of another moment.
    """
    locked_draft(camp=camp, seen=seen_revision)
    slots = {slot.pk: slot for slot in camp.slots.for_sessions()}
    rooms = {room.pk: room for room in camp.rooms.all()}
    _refuse_outdated(rows, slots, rooms)
    pitches = {pitch.pk: pitch for pitch in camp.pitches.open()}
    wanted: dict[int, list[tuple[int, int]]] = {}
    for pitch, slot_id, room_id in rows:
        if pitch in pitches:
            wanted.setdefault(pitch, []).append((slot_id, room_id))
    changes = _changes(camp, wanted)
    _refuse_what_stays(changes, begun_in(camp, slots.values(), now), is_build=kind == Step.Kind.BUILD)
    for session, _pitch, _place in changes:
        session.remember()
    Cell.objects.filter(session__in=[session for session, _pitch, _place in changes if session.pk]).delete()
    for session, pitch, place in changes:
        if session.pk is None:
            session.camp, session.pitch = camp, pitches[pitch]
            session.notes_rule = Session.NotesRule.of_next(session.pitch)
            session.save()
        if place is not None:
            _put(session, rooms[place[1]], slots[place[0]], pitches[pitch].length)
        session.mark_moved(by)
    moved, step = [session for session, _pitch, _place in changes], None
    if moved:
        Draft.touch(camp)
        step = record_step(camp=camp, kind=kind, sessions=moved, by=by)
    left_out = {row[0] for row in rows} - pitches.keys()
    titles = list(camp.pitches.filter(pk__in=left_out).values_list("title", flat=True))
    return Applied(moved, titles, step)


def _refuse_outdated(rows: list[list[int]], slots: dict[int, Slot], rooms: dict[int, Room]) -> None:
    if not {row[1] for row in rows} <= slots.keys():
        raise ValidationError(_("A slot of this plan is gone, or is for everybody now. Work out a new plan."))
    if not {row[2] for row in rows} <= rooms.keys():
        raise ValidationError(_("A room of this plan is gone. Work out a new plan."))


def _refuse_what_stays(
    changes: list[tuple[Session, int, tuple[int, int] | None]], begun: Collection[int], *, is_build: bool
) -> None:
    """What was pinned, or began, since the plan was worked out; a repair may let a pin go that cannot be kept."""
    for session, _pitch, place in changes:
        stood = session.place if session.pk else None
        if (stood and stood.slot_id in begun) or (place and place[0] in begun):
            raise ValidationError(
                _("“%(title)s” would move where something has begun by now. Work out a new plan."),
                params={"title": session if session.pk else _("A session")},
            )
        if is_build and stood and session.is_pinned:
            raise ValidationError(
                _("“%(title)s” is pinned by now, and stays. Work out a new plan."), params={"title": session}
            )


def _put(session: Session, room: Room, slot: Slot, length: int) -> None:
    try:
        take_cells(session=session, room=room, slots=slots_from(slot, length))
    except ValidationError as error:
        raise ValidationError(
            _("“%(title)s” no longer fits where this plan puts it. Work out a new plan."), params={"title": session}
        ) from error


def _changes(camp: Camp, wanted: dict[int, list[tuple[int, int]]]) -> list[tuple[Session, int, tuple[int, int] | None]]:
    """(session, pitch, its new place) for every session that moves, comes or goes."""
    sessions: dict[int, list[Session]] = {}
    for session in camp.sessions.order_by("pk").with_place():
        sessions.setdefault(session.pitch_id, []).append(session)
    changes: list[tuple[Session, int, tuple[int, int] | None]] = []
    for pitch in sorted(sessions.keys() | wanted.keys()):
        left = list(wanted.get(pitch, []))
        idle = []
        for session in sessions.get(pitch, []):
            place = (session.place.slot_id, session.place.room_id) if session.place else None
            if place in left:
                left.remove(place)
            else:
                idle.append(session)
        # Those on the grid move first; one that was off it comes back before a new one is made.
        for session in sorted(idle, key=lambda s: (s.place is None, s.pk)):
            if left:
                changes.append((session, pitch, left.pop(0)))
            elif session.place:
                changes.append((session, pitch, None))
        changes += [(Session(), pitch, place) for place in left]
    return changes
