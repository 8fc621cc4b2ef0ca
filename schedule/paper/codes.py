"""Short codes on paper: B3 for the room B in the slot 3, 17 for a pitch. They are quick to write, and to type.

No letter is used that a hand writes like a digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Camp, Room, Slot
from pitches.models import Pitch

from ..models import PaperCodes

#: without I and O
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
#: the place, and behind it what is there
LINE = re.compile(r"(?P<room>[A-Za-z]{1,2})\s?(?P<slot>[0-9]{1,4})(?:[\s,;:=]\s*(?P<what>.*))?", re.DOTALL)
NUMBER = re.compile(r"#?\s?(?P<number>[0-9]{1,6})")


@transaction.atomic
def give_codes(*, camp: Camp) -> PaperCodes:
    """Every room, every slot for sessions and every open pitch has a code; those that had one keep it."""
    camp = camp.lock()
    codes = PaperCodes.objects.filter(camp=camp).first() or PaperCodes(camp=camp)
    before = [*codes.rooms], [*codes.slots], [*codes.pitches]
    codes.rooms = _with_new(codes.rooms, camp.rooms.values_list("pk", flat=True))
    codes.slots = _with_new(codes.slots, camp.slots.for_sessions().values_list("pk", flat=True))
    codes.pitches = _with_new(codes.pitches, camp.pitches.open().values_list("pk", flat=True))
    if codes.pk is None or before != (codes.rooms, codes.slots, codes.pitches):
        codes.save()
    return codes


def _with_new(known: list[int], there: Iterable[int]) -> list[int]:
    had = set(known)
    return [*known, *(pk for pk in there if pk not in had)]


def letters_of(number: int) -> str:
    """A for 0, Z for 23, AA after it."""
    if number < len(LETTERS):
        return LETTERS[number]
    first, last = divmod(number - len(LETTERS), len(LETTERS))
    return LETTERS[first % len(LETTERS)] + LETTERS[last]


def _number_of(letters: str) -> int | None:
    places = [LETTERS.find(letter) for letter in letters.upper()]
    if -1 in places:
        return None
    return places[0] if len(places) == 1 else len(LETTERS) * (1 + places[0]) + places[1]


class Read(NamedTuple):
    """What a line means: where, if it says so, and which pitch, or else which title."""

    slot: Slot | None
    room: Room | None
    title: str
    pitch: Pitch | None


@dataclass
class Codes:
    """The codes of a camp, to be written on paper and to be read from it."""

    camp: Camp
    rooms: dict[int, str] = field(default_factory=dict)
    slots: dict[int, int] = field(default_factory=dict)
    pitches: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        row = PaperCodes.objects.filter(camp=self.camp).first()
        if row:
            self.rooms = {pk: letters_of(number) for number, pk in enumerate(row.rooms)}
            self.slots = {pk: number for number, pk in enumerate(row.slots, 1)}
            self.pitches = {pk: number for number, pk in enumerate(row.pitches, 1)}

    def __bool__(self) -> bool:
        return bool(self.rooms or self.slots or self.pitches)

    def cell(self, slot: int, room: int) -> str:
        """B3; nothing for what came after the codes were given."""
        return f"{self.rooms[room]}{self.slots[slot]}" if room in self.rooms and slot in self.slots else ""

    # -- what is there, read once for any number of lines ---------------------------------------------

    @cached_property
    def _rooms_there(self) -> dict[int, Room]:
        return {room.pk: room for room in self.camp.rooms.all()}

    @cached_property
    def _slots_there(self) -> dict[int, Slot]:
        return {slot.pk: slot for slot in self.camp.slots.for_sessions()}

    @cached_property
    def _pitches_there(self) -> dict[int, Pitch]:
        return {pitch.pk: pitch for pitch in self.camp.pitches.open()}

    @cached_property
    def _titles(self) -> set[str]:
        return {pitch.title for pitch in self._pitches_there.values()}

    # -- read ------------------------------------------------------------------------------------------

    def read(self, text: str, *, needs_place: bool) -> Read:
        """What somebody typed: “B3 17”, “B3 Knots”, “17” or “Knots”; ValidationError says what is wrong with it."""
        text = " ".join(text.split())
        found = LINE.fullmatch(text)
        if not needs_place and found and self._is_title(text):
            return Read(None, None, text, None)
        slot = room = None
        if found and (needs_place or self._is_place(found)):
            slot, room = self._place(found)
            text = (found["what"] or "").strip()
            if not text:
                raise ValidationError(_("Type behind %(cell)s what is there: its number, or its title."), params={
                    "cell": _shown(found)
                })  # fmt: skip
        elif needs_place:
            raise ValidationError(_("Begin with the code of the place, such as B3, then the number or the title."))
        pitch = self._pitch(text)
        return Read(slot, room, pitch.title if pitch else text, pitch)

    def _is_place(self, found: re.Match[str]) -> bool:
        """Whether that is a code, and not the beginning of a title: “B3” alone, or before a number that is one."""
        behind = NUMBER.fullmatch(found["what"] or "")
        number = _number_of(found["room"])
        is_code = number is not None and number < len(self.rooms) and 0 < int(found["slot"]) <= len(self.slots)
        return is_code and behind is not None

    def _place(self, found: re.Match[str]) -> tuple[Slot, Room]:
        rooms, slots = list(self.rooms), list(self.slots)
        letters, number = _number_of(found["room"]), int(found["slot"])
        if letters is None or letters >= len(rooms) or not 0 < number <= len(slots):
            raise ValidationError(_("No sheet has a place %(cell)s."), params={"cell": _shown(found)})
        room, slot = self._rooms_there.get(rooms[letters]), self._slots_there.get(slots[number - 1])
        if room is None:
            raise ValidationError(_("The room of %(cell)s is not there any more."), params={"cell": _shown(found)})
        if slot is None:
            raise ValidationError(_("The slot of %(cell)s is not there any more."), params={"cell": _shown(found)})
        return slot, room

    def _is_title(self, text: str) -> bool:
        return text in self._titles

    def _pitch(self, text: str) -> Pitch | None:
        """The one of that number; None for a title, be it one of digits."""
        found = NUMBER.fullmatch(text)
        if found is None or not self.pitches or self._is_title(text):
            return None
        number, ids = int(found["number"]), list(self.pitches)
        if not 0 < number <= len(ids):
            raise ValidationError(_("No pitch has the number %(number)s."), params={"number": number})
        pk = ids[number - 1]
        # One that is part of another by now is that one.
        pitch = self._pitches_there.get(pk) or Pitch.open_in(self.camp, pk)
        if pitch is None:
            raise ValidationError(_("The pitch %(number)s was withdrawn."), params={"number": number})
        return pitch


def _shown(found: re.Match[str]) -> str:
    return f"{found['room'].upper()}{found['slot']}"
