"""Names that look like another's, though they are spelled with other letters (confusables)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from accounts.names import is_seen

#: letters of other scripts that are drawn as these Latin ones, and 0 and 1 as o and l
LETTERS = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ", "I": "ІΙӀ", "J": "Ј", "K": "КΚ", "M": "МΜ", "N": "Ν",
    "O": "ОΟ0", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "УΥҮ", "Z": "Ζ",
    "a": "аαɑ", "c": "сϲ", "d": "ԁ", "e": "е", "g": "ɡ", "h": "һ", "i": "іιı1|", "j": "ј", "l": "ӏ", "o": "оοσ",
    "p": "рρ", "q": "ԛ", "s": "ѕ", "u": "υ", "v": "ν", "w": "ԝ", "x": "х", "y": "уγү",
}  # fmt: skip
DRAWN_AS = str.maketrans({other: letter for letter, others in LETTERS.items() for other in others})
#: what somebody does at a camp, as a name or beside one
DOES = ("organiser", "organisers", "organizer", "organizers", "admin", "team", "host")


def drawn(name: str) -> str:
    """Two names that are told apart by a close look alone are one: letters drawn alike, capitals, blanks, full stops,
    brackets and dashes.

    The letters are from the confusables of Unicode (UTS 39, confusables.txt), as far as Cyrillic and Greek are drawn
    as Latin. To compare with, never to show.
    """
    shown = unicodedata.normalize("NFKC", name).translate(DRAWN_AS).casefold().replace("l", "i")
    told = "".join(letter for letter in shown if is_seen(letter) and unicodedata.category(letter)[0] != "P")
    # A name of full stops alone is as good as any.
    return told or shown


def is_what_one_does(name: str) -> bool:
    """Organiser, Team: no name of a person."""
    return drawn(name) in {drawn(word) for word in DOES}


def is_drawn_as(name: str, others: Iterable[str]) -> bool:
    """Whether it looks like one of the others, with or without what somebody does beside it: Olga (organiser)."""
    beside = ["", *(drawn(word) for word in DOES)]
    known = {drawn(other) for other in others}
    return any(drawn(name) in (other + word, word + other) for other in known for word in beside)
