"""Names that look like another's, though they are spelled with other letters (confusables)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from accounts.names import is_seen

#: letters of other scripts that are drawn as these Latin ones, and 0 and 1 as o and l
LETTERS = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "G": "Ԍ", "H": "НΗ", "I": "ІΙӀ", "J": "ЈͿ", "K": "КΚ",
    "M": "МΜ", "N": "Ν", "O": "ОΟՕ0", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "V": "Ѵ", "W": "Ԝ", "X": "ХΧ", "Y": "УΥҮ",
    "Z": "Ζ", "a": "аαɑ", "b": "Ь", "c": "сϲ", "d": "ԁ", "e": "е", "g": "ɡց", "h": "һհ", "i": "іιı1|", "j": "јϳ",
    "l": "ӏ", "n": "ո", "o": "оοσօ", "p": "рρ", "q": "ԛ", "s": "ѕ", "u": "υս", "v": "νѵ", "w": "ԝ", "x": "х",
    "y": "уγү",
}  # fmt: skip
#: Latin letters of other shapes, by their names in Unicode: small capitals, on a coin, turned, as of a flag; no normal
#: form makes plain ones of them. And those with something over, below or through them
SHAPED = re.compile(
    "(?:LATIN|NEGATIVE|CROSSED NEGATIVE|REGIONAL INDICATOR).* LETTER (?:SMALL CAPITAL |TURNED )*([A-Z])"
)
ACCENTED = re.compile("LATIN (?:CAPITAL|SMALL) LETTER ([A-Z]) WITH .*")
DRAWN_AS = str.maketrans({other: letter for letter, others in LETTERS.items() for other in others})
#: what somebody does at a camp, as a name or beside one
DOES = (
    "organiser", "organisers", "organizer", "organizers", "admin", "administrator", "moderator", "team", "staff",
    "crew", "host",
)  # fmt: skip
#: how the word begins by which organisers are marked, as it is drawn, in many languages; no name begins so
MARKED = re.compile("(co)?organi[sz]")
#: what nobody is called, wherever it stands in a name
NO_NAMES = ("admin", "administrator", "moderator")
#: drawn as a mark that a page puts beside a name: shields, badges, ticks
SHIELDS = frozenset(
    "\U0001f6e1\u26e8\U0001f530\U0001f4db\U0001faaa\U0001f396\u2611\u2705\u2713\u2714\U0001f5f8\U0001f5f9"
)
#: they turn what follows round: a name may be read from behind (bidirectional override)
TURNED = frozenset("\u202d\u202e")
#: blanks between letters that are spelled out
SPELLED = re.compile(r"(?<=\b\w)\s(?=\w\b)")
#: what parts the words of a name
BETWEEN = re.compile(r"[\W_]+")
#: what sets a part of a name apart; a dash only between blanks, as in Anna-Team
APART = re.compile(r"[()\[\]{}<>,:;|/@*~\u2022\u00b7]|\s[-\u2010-\u2015_.=]+\s")


def _plain(text: str, kind: re.Pattern[str]) -> str:
    """Letters of that kind as they are in the alphabet."""
    if text.isascii():
        return text
    found = ((letter, kind.fullmatch(unicodedata.name(letter, ""))) for letter in text)
    return "".join(match[1].lower() if match else letter for letter, match in found)


def drawn(name: str) -> str:
    """Two names that are told apart by a close look alone are one: letters drawn alike, capitals, blanks, full stops,
    brackets and dashes.

    The letters are those of the confusables of Unicode (UTS 39, confusables.txt) that Cyrillic, Greek and Armenian
    people write with and that are drawn as Latin ones. To compare with, never to show.
    """
    shown = _plain(unicodedata.normalize("NFKC", name), SHAPED).translate(DRAWN_AS).casefold().replace("l", "i")
    told = "".join(letter for letter in shown if is_seen(letter) and unicodedata.category(letter)[0] != "P")
    # A name of full stops alone is as good as any.
    return told or shown


DRAWN_DOES = tuple(drawn(word) for word in DOES)
DRAWN_NO_NAMES = tuple(drawn(word) for word in NO_NAMES)


def is_what_one_does(name: str) -> bool:
    """Organiser, Team: no name of a person."""
    return drawn(_plain(unicodedata.normalize("NFKC", name), ACCENTED)) in DRAWN_DOES


def poses(name: str) -> bool:
    """Whether a name, read in haste, says that it is an organiser's: by a word of theirs, or a shield."""
    shown = unicodedata.normalize("NFKC", name)
    if SHIELDS & set(shown) or TURNED & set(shown):
        return True
    # Ólga is another name than Olga; an Órganiser is none.
    shown = _plain(_plain(shown, SHAPED), ACCENTED)
    words = [drawn(word) for word in BETWEEN.split(SPELLED.sub("", shown)) if word]
    if any(word in DRAWN_NO_NAMES or MARKED.match(word) for word in words):
        return True
    parts = [drawn(part) for part in APART.split(shown) if part.strip()]
    return len(parts) > 1 and any(part in DRAWN_DOES for part in parts)


def is_drawn_as(name: str, others: Iterable[str]) -> bool:
    """Whether it looks like one of the others, with or without what somebody does beside it: Olga (organiser)."""
    mine, known = drawn(name), {drawn(other) for other in others}
    return any(mine in (other + word, word + other) for other in known for word in ("", *DRAWN_DOES))
