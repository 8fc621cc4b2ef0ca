"""A chain: a session takes the place of another, that of a third, and so on, until the last finds one that is free.

Until then nothing is written: what is on the way is in the address of the page, and the draft is looked at as it would
be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp

from ..models import Cell, Session
from .moves import cells_from, off_the_board, put_together, refuse_unseen, session_of
from .rows import DraftRows, Standing

#: sessions that make way, one after the other; more than that nobody keeps in mind
LONGEST = 6


class Link(NamedTuple):
    """A session that is to stand there."""

    pitch_id: int
    #: 0: the pitch has none yet
    session_id: int
    #: its revision, as the person saw it
    seen: int
    slot_id: int
    room_id: int

    @property
    def key(self) -> int:
        """Of the session, as a planned draft numbers it: below nought, where the pitch has none yet."""
        return self.session_id or -self.pitch_id

    def __str__(self) -> str:
        return "-".join(map(str, self))


def _refuse_twice(keys: Sequence[int]) -> None:
    if len(set(keys)) < len(keys):
        raise ValidationError(_("One session cannot stand in two places of a chain."))


def as_planned(draft: DraftRows, chain: Sequence[Link], lifted: Session) -> DraftRows:
    """The draft with these where they are to stand, and `lifted`, the last that has to make way, nowhere.

    Refuses with a sentence what fits no more, since somebody moved something meanwhile.
    """
    standing = {found.session.pk: found for found in draft.standing}
    placed = {found.session.pitch_id for found in draft.standing}
    _refuse_twice([link.key for link in chain])
    goes = []
    for link in chain:
        known = standing.pop(link.session_id, None)
        if known:
            refuse_unseen(known.session, link.seen)
        cells = _cells_in(draft, link, known.session if known else None)
        if not cells or (link.key < 0 and link.pitch_id in placed):
            raise ValidationError(_("The draft changed meanwhile. Look again, then decide."))
        goes.append(Standing(cells[0].session, cells))
    standing.pop(lifted.pk, None)
    there = [*standing.values(), *goes]
    taken = [(cell.slot_id, cell.room_id) for found in there for cell in found.cells]
    if len(set(taken)) < len(taken):
        raise ValidationError(_("The draft changed meanwhile. Look again, then decide."))
    return replace(draft, standing=there)


def _cells_in(draft: DraftRows, link: Link, known: Session | None) -> list[Cell]:
    """What it would take; none, where pitch, slot or room are not there any more."""
    pitch = next((found for found in draft.pitches if found.pk == link.pitch_id), None)
    slot = next((found for found in draft.slots if found.pk == link.slot_id), None)
    room = next((found for found in draft.rooms if found.pk == link.room_id), None)
    if pitch is None or slot is None or room is None:
        return []
    session = known or Session(pk=link.key, camp=draft.camp, pitch=pitch)
    return [Cell(session=session, slot=part, room=room) for part in draft.span(slot, pitch.length)]


@transaction.atomic
def place_chain(*, camp: Camp, chain: Sequence[Link], by: Attendee | None = None) -> list[Session]:
    """Each stands where it is to, all or none: they take each other's places, and that of nobody else. One step.

    What is taken meanwhile, or was moved by somebody since it was seen, is refused with a sentence.
    """
    camp.lock()
    # For all of them, as they are now.
    pitches = camp.pitches.in_bulk([link.pitch_id for link in chain])
    slots = camp.slots.in_bulk([link.slot_id for link in chain])
    rooms = camp.rooms.in_bulk([link.room_id for link in chain])
    known = camp.sessions.in_bulk([link.session_id for link in chain])
    sessions, cells = list[Session](), list[Cell]()
    for link in chain:
        pitch, slot, room = pitches.get(link.pitch_id), slots.get(link.slot_id), rooms.get(link.room_id)
        if pitch is None or slot is None or room is None:
            raise ValidationError(_("Choose a room and a slot that are there."))
        pitch.camp = slot.camp = camp
        if not pitch.is_open:
            raise off_the_board(pitch)
        session = session_of(pitch=pitch, wanted=known.get(link.session_id), by=by, seen_revision=link.seen)
        session.camp, session.pitch = camp, pitch
        sessions.append(session)
        cells += cells_from(session, room, slot, pitch.length)
    _refuse_twice([session.pk for session in sessions])
    put_together(camp=camp, sessions=sessions, cells=cells, by=by)
    return sessions
