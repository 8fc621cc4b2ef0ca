"""Names that look like another's, though they are spelled with other letters (confusables)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from accounts.names import is_seen

#: letters of other scripts that are drawn as these Latin ones, and 0 and 1 as o and l
LETTERS = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "G": "Ԍ", "H": "НΗ", "I": "ІΙӀ", "J": "ЈͿ", "K": "КΚ",
    "M": "МΜ", "N": "Ν", "O": "ОΟ0", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "V": "Ѵ", "W": "Ԝ", "X": "ХΧ", "Y": "УΥҮ",
    "Z": "Ζ", "a": "аαɑ", "b": "Ь", "c": "сϲ", "d": "ԁ", "e": "е", "g": "ɡ", "h": "һ", "i": "іιı1|", "j": "јϳ",
    "l": "ӏ", "o": "оοσ", "p": "рρ", "q": "ԛ", "s": "ѕ", "u": "υ", "v": "νѵ", "w": "ԝ", "x": "х", "y": "уγү",
}  # fmt: skip
DRAWN_AS = str.maketrans({other: letter for letter, others in LETTERS.items() for other in others})
#: what somebody does at a camp, as a name or beside one
DOES = ("organiser", "organisers", "organizer", "organizers", "admin", "team", "host")


def drawn(name: str) -> str:
    """Two names that are told apart by a close look alone are one: letters drawn alike, capitals, blanks, full stops,
    brackets and dashes.

    The letters are those of the confusables of Unicode (UTS 39, confusables.txt) that Cyrillic and Greek people write
    with and that are drawn as Latin ones. To compare with, never to show.
    """
    shown = unicodedata.normalize("NFKC", name).translate(DRAWN_AS).casefold().replace("l", "i")
    told = "".join(letter for letter in shown if is_seen(letter) and unicodedata.category(letter)[0] != "P")
    # A name of full stops alone is as good as any.
    return told or shown


DRAWN_DOES = tuple(drawn(word) for word in DOES)


def is_what_one_does(name: str) -> bool:
    """Organiser, Team: no name of a person."""
    return drawn(name) in DRAWN_DOES


def is_drawn_as(name: str, others: Iterable[str]) -> bool:
    """Whether it looks like one of the others, with or without what somebody does beside it: Olga (organiser)."""
    mine, known = drawn(name), {drawn(other) for other in others}
    return any(mine in (other + word, word + other) for other in known for word in ("", *DRAWN_DOES))
