"""What a remedy would do, as the form of it carries it: signed, so that what comes back is what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, dumps, loads
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Camp

from ..draft.rows import DraftRows


class Why(models.TextChoices):
    """What is wrong, in the order of the buttons."""

    ROOM = "room", gettext_lazy("Room gone")
    HOST = "host", gettext_lazy("Host not here")
    FULL = "full", gettext_lazy("Too full")
    CANCEL = "cancel", gettext_lazy("Cancel it")
    AGAIN = "again", gettext_lazy("Run it again")
    NEW = "new", gettext_lazy("New session now")
    LATER = "later", gettext_lazy("Everything 20 minutes later")

    @property
    def icon(self) -> str:
        """The picture beside its words."""
        return ICONS[self]


ICONS = {
    Why.ROOM: "door",
    Why.HOST: "person",
    Why.FULL: "people",
    Why.CANCEL: "not",
    Why.AGAIN: "redo",
    Why.NEW: "plus",
    Why.LATER: "clock",
}


class Move(NamedTuple):
    """A session goes there; without a room it comes off the grid."""

    session: int
    #: its revision, as the person saw it
    seen: int
    room: int = 0
    slot: int = 0


class Seen(NamedTuple):
    """A slot was to begin and end then, in seconds, as the person saw it."""

    slot: int
    starts: int
    ends: int


class Plan(NamedTuple):
    """Ids and moments only."""

    why: str
    moves: Sequence[Move] = ()
    #: rooms that are closed in slots
    closes: Sequence[tuple[int, int]] = ()
    #: attendees who are away in slots
    away: Sequence[tuple[int, int]] = ()
    #: a pitch, who hosted it, and who does from now on
    hands: tuple[int, Sequence[int], Sequence[int]] | None = None
    #: a pitch that runs once more, in a room, in a slot
    again: tuple[int, int, int] | None = None
    #: a room and a slot for a session that is new
    new: tuple[int, int] | None = None
    #: minutes, and the slots that are so much later
    shift: tuple[int, Sequence[int]] | None = None
    #: where the person stood: a session, a room and a slot, each if there was one
    at: tuple[int, int, int] = (0, 0, 0)
    #: of each slot that it names
    times: Sequence[Seen] = ()
    #: hosts of whom the person knew that they are on the way
    coming: Sequence[int] = ()

    @property
    def named_slots(self) -> set[int]:
        """Ids of those at whose time something is to be, or not to be."""
        found = {move.slot for move in self.moves if move.room}
        found |= {slot for _what, slot in (*self.closes, *self.away)}
        found |= {self.again[1]} if self.again else set()
        found |= {self.new[1]} if self.new else set()
        return found | set(self.shift[1] if self.shift else ())

    def signed(self, camp: Camp) -> str:
        return dumps(self, salt=_salt(camp), compress=True)

    @classmethod
    def of(cls, camp: Camp, text: str) -> Plan:
        """Refused with a sentence where it is none of this camp's."""
        try:
            found = cls(*loads(text, salt=_salt(camp)))
        except (BadSignature, TypeError, ValueError) as error:
            raise ValidationError(_("Choose one of the ways that are shown.")) from error
        return found._replace(
            moves=[Move(*move) for move in found.moves],
            closes=[(room, slot) for room, slot in found.closes],
            away=[(person, slot) for person, slot in found.away],
            times=[Seen(*seen) for seen in found.times],
        )


def _salt(camp: Camp) -> str:
    return f"schedule.desk.{camp.pk}"


def moves_to(draft: DraftRows, rows: Iterable[Sequence[int]]) -> list[Move]:
    """What moves, comes off or stays on the grid, so that it is these rows of [pitch, slot, room] by id.

    Of the runnings of a pitch one that can stay where it is stays. What is not on the draft is not put there.
    """
    wanted: dict[int, list[tuple[int, int]]] = {}
    for pitch, slot, room in rows:
        wanted.setdefault(pitch, []).append((slot, room))
    idle = []
    for found in draft.standing:
        left = wanted.get(found.session.pitch_id, [])
        if (found.slot.pk, found.room.pk) in left:
            left.remove((found.slot.pk, found.room.pk))
        else:
            idle.append(found)
    moves = []
    for found in idle:
        left, session = wanted.get(found.session.pitch_id, []), found.session
        slot, room = left.pop(0) if left else (0, 0)
        moves.append(Move(session.pk, session.revision, room, slot))
    return moves
