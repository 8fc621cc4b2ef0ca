"""What rooms are called, and how many they hold, where it stands behind the name: Main Hall (120), Loft 10 seats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

from accounts.text import as_called

# Words of rooms, as people have them in English, German, French, Spanish and Dutch. First what columns are called:
OF_ROOMS = ["space", "saal", "salle", "sala", "zaal", "espace", "espacio", "lokaal"]
NAMES = [
    "room", "room name", "raum", "raumname", *OF_ROOMS, "nom", "nombre", "naam", "ruimte", "venue", "space name",
]  # fmt: skip
SEATS = [
    "seats", "size", "places", "holds", "number of seats", "max", "people", "plätze", "sitzplätze", "kapazität",
    "capacité", "capacidad", "plazas", "aforo", "capaciteit", "plaatsen", "max capacity", "maximum capacity",
    "capacity seated", "max people", "number of people", "pax", "personen", "max personen", "personnes", "personas",
]  # fmt: skip
FEATURES = [
    "equipment", "has", "it has", "facilities", "ausstattung", "ausrüstung", "technik", "équipement", "équipements",
    "matériel", "equipamiento", "equipo", "uitrusting", "voorzieningen",
]  # fmt: skip
#: before a number of seats
BEFORE = (
    r"ca\.?|circa|about|around|approx\.?|approximately|max\.?|up to|etwa|ungefähr|bis zu|environ|aprox\.?|unas|ongeveer"
    r"|cap\.?|capacity|seats|holds"
)
#: and behind it
BEHIND = (
    "people|persons?|seats?|places?|plätze|platz|sitzplätze|personen|personnes?|personas?|plazas?|asientos|plaatsen"
    "|zitplaatsen|stoelen|pax|ppl|chairs?|leute"
)


def sized(number: str) -> str:
    """The pattern of a number of seats with the words around it: about 30 people · holds ca. 30."""
    before = rf"(?:{BEFORE})(?:[\s:]{{1,3}}(?:{BEFORE}))?"
    return rf"(?:(?P<before>{before})[\s:]{{0,3}})?(?P<seats>{number})\s{{0,3}}(?P<unit>{BEHIND})?"


#: Barn (30) · Barn [30 seats] · Barn (max. 30 people)
IN_BRACKETS = re.compile(rf"(?P<name>.*\S)\s{{0,3}}[(\[]\s{{0,3}}{sized('[0-9]{1,4}')}\s{{0,3}}[)\]]", re.IGNORECASE)
#: Barn 30 seats · Barn – 30 people · Barn, max. 30 · Barn: 30 · Barn | 30; not Barn 30, as rooms may have numbers
BEHIND_NAME = re.compile(
    rf"(?P<name>[^:|=]*?[^\s:|=,–—-])(?P<sign>\s{{0,3}}[:|=,]\s{{0,3}}|\s[–—-]\s|\s){sized('[0-9]{1,4}')}",
    re.IGNORECASE,
)
#: a sign between a name and a number that is of it, if all rooms have one
SIGNS = ":|=,"
#: what nothing is called by itself: behind it is the number of a room
KINDS = frozenset({*NAMES, "zimmer", "hall", "halle", "studio", "lab", "building", "floor", "wing", "track", "stage"})
#: of a name with its size; no room is called as long as that
LONGEST = 200
#: a smaller number in brackets, and nothing else, tells rooms apart: Studio (1), Studio (2)
LEAST = 4


class Sized(NamedTuple):
    """What a room is called, and how many it holds, if the text says so."""

    name: str
    seats: int | None = None
    #: the text says what its number means, if it has one; else it is to be told whether seats are made of it
    is_said: bool = True


def size_in_brackets(text: str, known: Collection[str] = ()) -> Sized:
    """The name and the size. `known`: names of rooms that are there, by `as_called`, which are never divided."""
    found = IN_BRACKETS.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or as_called(text) in known:
        return Sized(text)
    is_said = bool(found["before"] or found["unit"]) or as_called(found["name"]) in known
    if not is_said and int(found["seats"]) < LEAST:
        return Sized(text)
    return Sized(found["name"], int(found["seats"]), is_said)


def size_behind(text: str, known: Collection[str] = ()) -> Sized | None:
    """The same without brackets; said only where a word behind the number says it: Loft 10 seats."""
    found = BEHIND_NAME.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or as_called(text) in known:
        return None
    seats = int(found["seats"])
    if found["unit"]:
        return Sized(found["name"], seats)
    if not (found["before"] or found["sign"].strip() in tuple(SIGNS)):
        return None
    if seats < LEAST or found["name"].casefold() in KINDS:
        return None
    return Sized(found["name"], seats, is_said=False)


def sizes_in(texts: Iterable[str], known: Collection[str] = ()) -> dict[str, Sized]:
    """The same of several rooms, with sizes that stand behind names without brackets: where a word says what the
    number is, or all of them have one. Those that differ in their sizes only keep them as their names. What may be
    seats and stays in a name is said by nothing, as what may be of the name and becomes seats.
    """
    found = {text: size_in_brackets(text, known) for text in texts}
    behind = {text: size_behind(text, known) for text, one in found.items() if one.seats is None}
    # Numbers that follow each other may be those of rooms.
    unsure = sorted(one.seats or 0 for one in behind.values() if one and not one.is_said)
    counts = len(unsure) > 1 and all(later - earlier == 1 for earlier, later in pairwise(unsure))
    are_all = len(found) > 1 and all(behind.values()) and not counts
    for text, one in behind.items():
        if one and (one.is_said or are_all or as_called(one.name) in known):
            # However sure it is, it stands there as a name does: it is told.
            found[text] = one._replace(is_said=False)
        elif one:
            found[text] = Sized(text, is_said=False)
    count = Counter(as_called(one.name) for one in found.values())
    return {
        text: one if count[as_called(one.name)] == 1 else Sized(text, is_said=one.seats is None and one.is_said)
        for text, one in found.items()
    }
