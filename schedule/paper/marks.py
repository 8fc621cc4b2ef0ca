"""What a code on paper leads to: a card, or a cell of the grid, told by numbers that no renaming changes.

A mark is short and in capitals, so that its QR code stays coarse (alphanumeric mode), and ends with a keyed digest:
nobody finds camps by counting. It names the camp, too: where a room, a slot or a pitch is gone, its page can say so.
"""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, int_to_base36

from accounts.keys import digests
from events.models import Room, Slot
from pitches.models import Pitch

SALT = "schedule.paper.mark"
#: letters of the digest: one guess in 16 million is right, and then shows what its page shows to whoever guessed
DIGEST = 6
#: of a number in base 36: more than any row has, and no more than a database takes
LONGEST_NUMBER = 11


class CardMark(NamedTuple):
    """A pitch, on a card."""

    camp_id: int
    pitch_id: int

    @classmethod
    def of(cls, pitch: Pitch) -> CardMark:
        return cls(pitch.camp_id, pitch.pk)


class CellMark(NamedTuple):
    """A room in a slot, on the empty grid."""

    camp_id: int
    slot_id: int
    room_id: int

    @classmethod
    def of(cls, slot: Slot, room: Room) -> CellMark:
        return cls(slot.camp_id, slot.pk, room.pk)


Mark = CardMark | CellMark


def mark_text(mark: Mark) -> str:
    """1A-3F-90C1E7 for a card, 1A-2S-9R-90C1E7 for a cell."""
    numbers = "-".join(int_to_base36(number).upper() for number in mark)
    return f"{numbers}-{_digests(numbers)[0]}"


def read_mark(text: str) -> Mark | None:
    """What it was printed for, in small letters, too; None for whatever was never printed."""
    numbers, _dash, digest = text.upper().rpartition("-")
    if not any(constant_time_compare(digest, known) for known in _digests(numbers)):
        return None
    parts = numbers.split("-")
    if any(len(part) > LONGEST_NUMBER for part in parts):
        return None
    found = [base36_to_int(part) for part in parts]
    return CardMark(*found) if len(found) == len(CardMark._fields) else CellMark(*found)


def _digests(numbers: str) -> list[str]:
    return [digest[:DIGEST].upper() for digest in digests(SALT, numbers)]


def scan_address(request: HttpRequest, mark: Mark) -> str:
    """What the code holds. In capitals, which scheme and host do not mind (RFC 3986, 6.2.2.1), nor does our path."""
    address = request.build_absolute_uri(reverse("scan_detail", args=[mark_text(mark)]))
    # Below somebody's own prefix small letters stay: who serves that may tell them apart.
    return address.upper() if get_script_prefix() == "/" else address
