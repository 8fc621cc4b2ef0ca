"""Every move on the draft can be taken back as long as nobody changed the same sessions since.

A session keeps where it stood before its last move. Taking a move back is a move like any other: it can be taken back.
"""

from __future__ import annotations

from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import MOST_RUNS, Pitch

from ..models import Cell, Draft, Session
from .moves import refuse_unseen, slots_from, take_cells


class Stood(TypedDict):
    """Where a session stood before its last move."""

    room: int | None
    #: the one it started in
    slot: int | None
    is_pinned: bool
    #: how often its pitch may run more since, or less
    runs: int


@transaction.atomic
def undo_moves(*, camp: Camp, seen: dict[int, int], by: Attendee | None = None) -> list[Session]:
    """The sessions stand where they stood before they were last moved, all of them or none.

    `seen` holds the revision of each after that move: refused if somebody changed one since, or took its old place.
    """
    camp.lock()
    sessions = list(camp.sessions.filter(pk__in=seen).order_by("pk").with_place())
    if not sessions or len(sessions) != len(seen):
        raise ValidationError(_("This can no longer be undone: the session is gone."))
    for session in sessions:
        session.camp = camp
        refuse_unseen(session, seen[session.pk])
        if not session.pitch.is_open:
            raise ValidationError(_("“%(title)s” is off the board. It stays off the grid."), params={"title": session})
    _put_back(camp, sessions, by)
    return sessions


@transaction.atomic(savepoint=False)
def place_again(*, pitch: Pitch) -> None:
    """The sessions of a pitch that is back on the board stand where its withdrawal took them from, if that is free."""
    camp, pitch = pitch.camp, Pitch.objects.get(pk=pitch.pk)
    for session in pitch.sessions.filter(cells=None).order_by("pk").with_place():
        # One row of the pitch for all of them, as it is now: each counts its runs.
        session.camp, session.pitch = camp, pitch
        if session.stood and session.stood["room"]:
            try:
                with transaction.atomic():
                    _put_back(camp, [session], None)
            except ValidationError:
                # Somebody has the cell now: it waits for a place.
                continue


def _put_back(camp: Camp, sessions: list[Session], by: Attendee | None) -> None:
    if any(session.stood is None for session in sessions):
        raise ValidationError(_("This can no longer be undone. Move it by hand."))
    rooms, slots = camp.rooms.in_bulk(), camp.slots.in_bulk()
    before: dict[int, Stood] = {session.pk: session.stood for session in sessions if session.stood}
    pitches = {session.pitch_id: session.pitch for session in sessions}
    for session in sessions:
        # Two sessions of one pitch count its runs together.
        session.pitch = pitches[session.pitch_id]
        session.remember(runs=-before[session.pk]["runs"])
    Cell.objects.filter(session__in=sessions).delete()
    for session in sessions:
        stood = before[session.pk]
        if stood["room"] is not None and stood["slot"] is not None:
            _take_place(session, rooms.get(stood["room"]), slots.get(stood["slot"]), camp)
        session.is_pinned = stood["is_pinned"]
        if stood["runs"]:
            session.pitch.runs = min(MOST_RUNS, max(1, session.pitch.runs + stood["runs"]))
            session.pitch.save(update_fields=["runs"])
        session.mark_moved(by)
    Draft.touch(camp)


def _take_place(session: Session, room: Room | None, slot: Slot | None, camp: Camp) -> None:
    if room is None or slot is None:
        raise ValidationError(_("“%(title)s” cannot go back: the room or the slot is gone."), params={"title": session})
    slot.camp = camp
    take_cells(session=session, room=room, slots=slots_from(slot, session.pitch.length))
