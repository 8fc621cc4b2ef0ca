"""A chain: a session takes the place of another, that of a third, and so on, until the last finds one that is free.

Until then nothing is written: what is on the way is in the address of the page, and the draft is looked at as it would
be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch

from ..models import Cell, Session, Step
from .moves import as_they_stand, mark_moved, refuse_unseen, session_of, slots_from, take_each
from .rows import DraftRows, Standing
from .steps import record_step

#: sessions that make way, one after the other; more than that nobody keeps in mind
LONGEST = 6
#: digits of an id
MOST_DIGITS = 18


class Link(NamedTuple):
    """A session that is to stand there."""

    pitch_id: int
    #: 0: the pitch has none yet
    session_id: int
    #: its revision, as the person saw it
    seen: int
    slot_id: int
    room_id: int

    @classmethod
    def read(cls, text: str) -> Link | None:
        """As `str` writes it; None of anything else."""
        parts = text.split("-")
        if len(parts) != len(cls._fields) or not all(
            p.isascii() and p.isdigit() and len(p) <= MOST_DIGITS for p in parts
        ):
            return None
        return cls(*map(int, parts))

    def __str__(self) -> str:
        return "-".join(map(str, self))


def chain_in(texts: Sequence[str]) -> list[Link]:
    """As the address of a page says it, all of it: half a chain would put the others somewhere."""
    links = [Link.read(text) for text in texts]
    chain = [link for link in links if link]
    if len(chain) < len(links) or len(chain) > LONGEST:
        raise ValidationError(_("This is no way for a session to go. Begin anew on the grid."))
    return chain


def as_planned(draft: DraftRows, chain: Sequence[Link], lifted: Session) -> DraftRows:
    """The draft with these where they are to stand, and `lifted`, the last that has to make way, nowhere.

    Refuses with a sentence what fits no more, since somebody moved something meanwhile.
    """
    standing = {found.session.pk: found for found in draft.standing}
    pitches = {pitch.pk: pitch for pitch in draft.pitches}
    slots, rooms = {slot.pk: slot for slot in draft.slots}, {room.pk: room for room in draft.rooms}
    goes: list[Standing] = []
    if any(_is_known(link, standing) for link in chain) or len(
        {(link.pitch_id, link.session_id) for link in chain}
    ) < len(chain):
        raise ValidationError(_("One session cannot stand in two places of a chain."))
    for link in chain:
        pitch, slot, room = pitches.get(link.pitch_id), slots.get(link.slot_id), rooms.get(link.room_id)
        known = standing.pop(link.session_id, None)
        span = draft.span(slot, pitch.length) if pitch and slot else []
        if pitch is None or room is None or not span:
            raise ValidationError(_("The draft changed meanwhile. Look again, then decide."))
        session = known.session if known else Session(pk=link.session_id or -pitch.pk, camp=draft.camp, pitch=pitch)
        if known:
            refuse_unseen(session, link.seen)
        goes.append(Standing(session, [Cell(session=session, slot=part, room=room) for part in span]))
    standing.pop(lifted.pk, None)
    taken = {(cell.slot_id, cell.room_id) for found in standing.values() for cell in found.cells}
    for found in goes:
        cells = {(cell.slot_id, cell.room_id) for cell in found.cells}
        if cells & taken:
            raise ValidationError(_("The draft changed meanwhile. Look again, then decide."))
        taken |= cells
    return replace(draft, standing=[*standing.values(), *goes])


def _is_known(link: Link, standing: Mapping[int, Standing]) -> bool:
    """Said to stand nowhere, and does."""
    return not link.session_id and any(found.session.pitch_id == link.pitch_id for found in standing.values())


@transaction.atomic
def place_chain(*, camp: Camp, chain: Sequence[Link], by: Attendee | None = None) -> list[Session]:
    """Each stands where it is to, all or none: they take each other's places, and that of nobody else. One step.

    What is taken meanwhile, or was moved by somebody since it was seen, is refused with a sentence.
    """
    camp.lock()
    sessions, cells = list[Session](), list[Cell]()
    for link in chain:
        pitch, room, slot = as_they_stand(camp, *_rows(camp, link))
        wanted = camp.sessions.filter(pk=link.session_id).first() if link.session_id else None
        session = session_of(pitch=pitch, wanted=wanted, by=by, seen_revision=link.seen)
        session.camp, session.pitch = camp, pitch
        if session in sessions:
            raise ValidationError(_("One session cannot stand in two places of a chain."))
        sessions.append(session)
        cells += [Cell(session=session, room=room, slot=part) for part in slots_from(slot, pitch.length)]
    for session in sessions:
        session.remember()
    Cell.objects.filter(session__in=sessions).delete()
    take_each(cells=cells)
    for session in sessions:
        mark_moved(session=session, by=by)
    record_step(camp=camp, kind=Step.Kind.MOVE, sessions=sessions, by=by)
    return sessions


def _rows(camp: Camp, link: Link) -> tuple[Pitch, Room, Slot]:
    pitch = camp.pitches.filter(pk=link.pitch_id).first()
    room, slot = camp.rooms.filter(pk=link.room_id).first(), camp.slots.filter(pk=link.slot_id).first()
    if pitch is None or room is None or slot is None:
        raise ValidationError(_("Choose a room and a slot that are there."))
    pitch.camp = slot.camp = camp
    return pitch, room, slot
