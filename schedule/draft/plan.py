"""A plan becomes the draft. A plan is rows of [pitch, slot, room] by id, as a build or a repair leaves it."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot

from ..models import Cell, Draft, Session, Step
from .lock import locked_draft
from .moves import slots_from, take_cells
from .steps import record_step


class Applied(NamedTuple):
    """What became of a plan that was put on the draft."""

    moved: list[Session]
    left_out: list[str]


@transaction.atomic
def apply_plan(
    *,
    camp: Camp,
    rows: list[list[int]],
    by: Attendee | None = None,
    seen_revision: int | None = None,
    kind: Step.Kind = Step.Kind.BUILD,
) -> Applied:
    """The draft is exactly `rows`; returns what moved, and the titles that were withdrawn meanwhile and so left out.

    Several rows of one pitch are its runnings: a session that can stay where it is stays. A plan that no longer fits
    the camp is refused, and so is one for a draft that is not as it was seen.
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
    if changes:
        Draft.touch(camp)
        record_step(camp=camp, kind=kind, sessions=[session for session, _pitch, _place in changes], by=by)
    left_out = {row[0] for row in rows} - pitches.keys()
    titles = list(camp.pitches.filter(pk__in=left_out).values_list("title", flat=True))
    return Applied([session for session, _pitch, _place in changes], titles)


def _refuse_outdated(rows: list[list[int]], slots: dict[int, Slot], rooms: dict[int, Room]) -> None:
    if not {row[1] for row in rows} <= slots.keys():
        raise ValidationError(_("A slot of this plan is gone, or is for everybody now. Work out a new plan."))
    if not {row[2] for row in rows} <= rooms.keys():
        raise ValidationError(_("A room of this plan is gone. Work out a new plan."))


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
