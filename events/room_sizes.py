"""How many a room holds, where it stands in brackets behind its name: Main Hall (120)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

#: what stands before a number of seats that is not certain, and behind any
ABOUT = (
    r"ca\.?|circa|about|around|approx\.?|approximately|max\.?|up to|etwa|ungefähr|bis zu|environ|aprox\.?|unas|ongeveer"
)
PEOPLE = (
    "people|persons?|seats?|places?|plätze|platz|sitzplätze|personen|personnes?|personas?|plazas?|asientos|plaatsen"
    "|zitplaatsen|stoelen"
)
#: Barn (30) · Barn [30 seats] · Barn (max. 30 people)
IN_BRACKETS = re.compile(
    rf"(?P<name>.*\S)\s*[(\[]\s*(?P<before>{ABOUT}|cap\.?|capacity|seats|holds)?[\s:]*(?P<seats>[0-9]{{1,4}})\s*"
    rf"(?P<unit>{PEOPLE}|pax|ppl|chairs?|leute)?\s*[)\]]",
    re.IGNORECASE,
)
#: a smaller number in brackets, and nothing else, tells rooms apart: Studio (1), Studio (2)
LEAST = 4


class Sized(NamedTuple):
    """What a room is called, and how many it holds, if the text says so."""

    name: str
    seats: int | None = None
    #: the text says that this is what the number means
    is_said: bool = True


def size_in_brackets(text: str, known: Collection[str] = ()) -> Sized:
    """The name and the size. `known`: names of rooms that are there, in small letters, which are never divided."""
    found = IN_BRACKETS.fullmatch(text)
    if found is None or text.casefold() in known:
        return Sized(text)
    is_said = bool(found["before"] or found["unit"]) or found["name"].casefold() in known
    if not is_said and int(found["seats"]) < LEAST:
        return Sized(text)
    return Sized(found["name"], int(found["seats"]), is_said)


def sizes_in_brackets(texts: Iterable[str], known: Collection[str] = ()) -> dict[str, Sized]:
    """The same of several rooms: those that differ in their brackets only keep them as their names."""
    found = {text: size_in_brackets(text, known) for text in texts}
    count = Counter(one.name.casefold() for one in found.values())
    return {text: one if count[one.name.casefold()] == 1 else Sized(text) for text, one in found.items()}
