"""Hosts place themselves: they take a free cell (claim), move to another one, or give it back.

A claim is a move of the draft like any other, one step with who did it, and nobody who builds moves it: it is pinned.
It is out in the same transaction, whatever else waits on the draft: a place that nobody sees is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.frame import as_they_are
from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch

from ..advice import breaks_there
from ..draft.moves import cells_from, off_the_board, session_of, take_each, unplace_session
from ..draft.rows import DraftRows, read_draft
from ..draft.steps import record_step
from ..models import Cell, Draft, Session, Step
from .out import Seen, put_out


class Taken(ValidationError):
    """Refused, because somebody else was quicker."""

    def __init__(self) -> None:
        super().__init__(_("Somebody took it a moment ago. Choose another place."))


@transaction.atomic
def claim_place(*, pitch: Pitch, room: Room, slot: Slot, by: Attendee, seen_revision: int | None = None) -> Session:
    """The host's session stands there, pinned, and everybody sees it; a cell is given once (unique constraint).

    Refused where an organiser would be warned: a host breaks no rule. `seen_revision` is what the host saw of the
    session: what a co-host did meanwhile is told, not overwritten.
    """
    camp = pitch.camp.lock()
    pitch = _held(camp, pitch, by)
    [room], [slot] = as_they_are([room]), as_they_are([slot])
    slot.camp = camp
    session = session_of(pitch=pitch, wanted=_theirs(camp, pitch), by=by, seen_revision=seen_revision)
    session.camp = camp
    if (place := session.place) and (place.room_id, place.slot_id) == (room.pk, slot.pk):
        # Sent twice: it is theirs already.
        return session
    _refuse_begun(slot)
    cells, rows = cells_from(session, room, slot, pitch.length), read_draft(camp)
    _refuse_taken(rows, session, cells)
    if broken := breaks_there(rows, pitch.pk, session.pk, slot, room):
        raise ValidationError(list(broken))
    session.remember()
    session.cells.all().delete()
    _take(cells)
    session.mark_claimed(by)
    Draft.touch(camp)
    record_step(camp=camp, kind=Step.Kind.CLAIM, sessions=[session], by=by)
    put_out(session=session, by=by)
    return session


@transaction.atomic
def give_back(*, pitch: Pitch, by: Attendee, seen_revision: int | None = None) -> Session:
    """The place that a host took is free again, and everybody sees it; the session waits."""
    camp = pitch.camp.lock()
    session = _theirs(camp, _held(camp, pitch, by))
    place = session.place if session else None
    if session is None or place is None:
        raise ValidationError(_("“%(title)s” has no place to give back."), params={"title": pitch})
    _refuse_begun(place.slot)
    session.camp = camp
    unplace_session(session=session, by=by, seen_revision=seen_revision)
    put_out(session=session, by=by)
    return session


def _held(camp: Camp, pitch: Pitch, by: Attendee) -> Pitch:
    """The pitch as it is now; refused where this person places nothing, with what happened."""
    if not camp.can_hosts_place:
        raise ValidationError(_("Hosts do not place themselves in this camp any more. Ask an organiser for a place."))
    if camp.is_over:
        raise ValidationError(_("The camp is over: there are no places left to take."))
    there = camp.pitches.open().filter(pk=pitch.pk).first()
    if there is None:
        raise off_the_board(pitch)
    if not there.hosts.filter(pk=by.pk).exists():
        raise ValidationError(_("You do not host “%(title)s” any more."), params={"title": there})
    there.camp = camp
    return there


def _theirs(camp: Camp, pitch: Pitch) -> Session | None:
    """The session that a host placed, or the one that waits; refused where the organisers placed it."""
    sessions = list(Session.objects.filter(pitch=pitch).placed_first().with_place())
    claimed = next((session for session in sessions if session.is_claimed and session.place), None)
    if claimed is not None:
        return claimed
    place = next((session.place for session in sessions if session.place), None)
    if place is None:
        return sessions[0] if sessions else None
    place.slot.camp = camp
    raise ValidationError(
        _("The organisers placed “%(title)s”: %(place)s. Ask them to move it."),
        params={"title": pitch, "place": place},
    )


def _refuse_begun(slot: Slot) -> None:
    if slot.starts_at <= timezone.now():
        raise ValidationError(_("That slot has begun. Choose one that is still to come."))


def _refuse_taken(rows: DraftRows, session: Session, cells: Iterable[Cell]) -> None:
    """By the draft, or by what everybody sees."""
    there = {(cell.room_id, cell.slot_id) for found in rows.standing for cell in found.cells if found.session != session}
    seen = Seen.of(rows.camp, rows)
    for cell in cells:
        if (cell.room_id, cell.slot_id) in there or seen.is_taken(cell.room, cell.slot, session.pk):
            raise Taken
        if not seen.has_times_of(cell.slot):
            raise ValidationError(_("That slot is about to be at another time. Choose another place."))


def _take(cells: list[Cell]) -> None:
    try:
        take_each(cells=cells)
    except ValidationError as refused:
        # Only the database knows: whoever wrote it did not hold the camp.
        raise Taken from refused
