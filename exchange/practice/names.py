"""What invented people are called."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from itertools import count

FIRST = [
    "Aisha",
    "Ben",
    "Cleo",
    "Dan",
    "Efua",
    "Farah",
    "Gareth",
    "Hana",
    "Idris",
    "Jo",
    "Kasia",
    "Liam",
    "Mei",
    "Noor",
    "Owen",
    "Priya",
    "Quinn",
    "Rosa",
    "Sam",
    "Tomasz",
    "Uma",
    "Viktor",
    "Wren",
    "Xander",
    "Yusuf",
    "Zoe",
    "Amara",
    "Bryn",
    "Callum",
    "Dilys",
    "Eilidh",
    "Femi",
    "Grace",
    "Hamza",
    "Isla",
    "Jamal",
    "Kwame",
    "Lowri",
    "Marek",
    "Niamh",
    "Olu",
    "Petra",
    "Rhys",
    "Saoirse",
    "Tariq",
    "Una",
    "Vera",
    "Will",
    "Yasmin",
    "Zofia",
]
LAST = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "O", "P", "R", "S", "T", "W", "Y"]
PSEUDONYMS = [
    "owl",
    "a-civil-servant",
    "Teapot",
    "north-wind",
    "J",
    "paperclip",
    "quiet one",
    "night shift",
    "Fern",
    "K9",
]


def invented_names(chance: random.Random, taken: Collection[str]) -> Iterator[str]:
    """Without end, none twice and none that is `taken`, in small letters or capitals."""
    seen = {name.casefold() for name in taken}
    made = [*FIRST, *PSEUDONYMS, *(f"{first} {last}." for first in FIRST for last in LAST)]
    chance.shuffle(made)
    for name in made:
        if name.casefold() not in seen:
            yield name
    for number in count(2):
        name = f"{chance.choice(FIRST)} {number}"
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield name
