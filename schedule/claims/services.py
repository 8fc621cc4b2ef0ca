"""Hosts place themselves: they take a free cell (claim), move to another one, or give it back.

A claim is a move of the draft like any other, one step with who did it, and nobody who builds moves it: it is pinned.
It is out in the same transaction, whatever else waits on the draft: a place that nobody sees is none.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.frame import as_they_are
from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch

from ..advice import breaks_there
from ..draft.moves import off_the_board, session_of, slots_from, take_each, unplace_session
from ..draft.rows import read_draft
from ..draft.steps import record_step
from ..models import Cell, Draft, Session, Step
from .out import Seen, is_out, put_out


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
    slot.camp, theirs = camp, _theirs(camp, pitch)
    if theirs and (place := theirs.place) and (place.room_id, place.slot_id) == (room.pk, slot.pk):
        # Sent twice: it is theirs already.
        return theirs
    _refuse_begun(slot)
    # Looked for first, and quickly: where a hundred press at once, nearly all are told this.
    slots = slots_from(slot, pitch.length)
    if Cell.objects.filter(room=room, slot__in=slots).exclude(session=theirs).exists():
        raise Taken
    session = session_of(pitch=pitch, wanted=theirs, by=by, seen_revision=seen_revision)
    session.camp = camp
    _refuse_unfit(session, room, slots)
    session.remember()
    session.cells.all().delete()
    _take([Cell(session=session, room=room, slot=part) for part in slots])
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
    # As it is now: whoever takes it back says what they saw.
    session = Session.objects.get(pk=session.pk)
    session.camp = camp
    put_out(session=session, by=by)
    return session


def _held(camp: Camp, pitch: Pitch, by: Attendee) -> Pitch:
    """The pitch as it is now; refused where this person places nothing, with what happened."""
    if not camp.can_hosts_claim:
        raise ValidationError(_("Hosts do not place themselves in this camp any more. Ask an organiser for a place."))
    if camp.is_over:
        raise ValidationError(_("The camp is over: there are no places left to take."))
    there = camp.pitches.get(pk=pitch.pk)
    refuse_not_hosted(pitch=there, me=by)
    there.camp = camp
    return there


def refuse_not_hosted(*, pitch: Pitch, me: Attendee) -> None:
    """Whoever does not host it, or not any more, places nothing, but for an organiser who does it for a host; nor does
    anybody place what is off the board.
    """
    if not (me.is_organiser or pitch.hosts.filter(pk=me.pk).exists()):
        raise ValidationError(_("You do not host “%(title)s”."), params={"title": pitch})
    if not pitch.is_open:
        raise off_the_board(pitch)


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
    if not is_out(place):
        # Where it stands on the draft is nobody else's to read.
        raise ValidationError(
            _("The organisers placed “%(title)s”. Ask them where it is to be."), params={"title": pitch}
        )
    raise ValidationError(
        _("The organisers placed “%(title)s”: %(place)s. Ask them to move it."),
        params={"title": pitch, "place": place},
    )


def _refuse_begun(slot: Slot) -> None:
    if slot.starts_at <= timezone.now():
        raise ValidationError(_("That slot has begun. Choose one that is still to come."))


def _refuse_unfit(session: Session, room: Room, slots: list[Slot]) -> None:
    """By what everybody sees, and by the rules."""
    rows = read_draft(session.camp)
    seen = Seen.of(session.camp, rows)
    if any(seen.is_taken(room, slot, session.pk) for slot in slots):
        raise Taken
    if not all(seen.has_times_of(slot) for slot in slots):
        raise ValidationError(_("That slot is about to be at another time. Choose another place."))
    if broken := breaks_there(rows, session.pitch_id, session.pk, slots[0], room):
        raise ValidationError(list(broken))


def _take(cells: list[Cell]) -> None:
    try:
        take_each(cells=cells)
    except ValidationError as refused:
        # Only the database knows: whoever wrote it did not hold the camp.
        raise Taken from refused
