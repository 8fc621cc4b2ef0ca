"""A card goes where its cell was scanned."""

from __future__ import annotations

from django.db import transaction

from events.models import Attendee, Room, Slot
from pitches.models import Pitch

from ..draft.moves import add_repeat, place_session, unplace_session
from ..models import Session


@transaction.atomic
def place_card(
    *, pitch: Pitch, session: Session | None, room: Room, slot: Slot, by: Attendee, seen_revision: int | None
) -> Session:
    """The session stands there; without one the next running of a pitch that runs again, or its first."""
    pitch.camp.lock()
    pitch.refresh_from_db(fields=["runs"])
    if session is None and 0 < pitch.sessions.placed().count() < pitch.runs:
        return add_repeat(pitch=pitch, room=room, slot=slot, by=by)
    return place_session(pitch=pitch, session=session, room=room, slot=slot, by=by, seen_revision=seen_revision)


@transaction.atomic
def place_instead(
    *,
    pitch: Pitch,
    session: Session | None,
    other: Session,
    room: Room,
    slot: Slot,
    by: Attendee,
    seen_revision: int | None,
    seen_revision_of_other: int | None,
) -> Session:
    """It stands where the other stood, which waits for a place from now on: both, or neither."""
    unplace_session(session=other, by=by, seen_revision=seen_revision_of_other)
    return place_card(pitch=pitch, session=session, room=room, slot=slot, by=by, seen_revision=seen_revision)
