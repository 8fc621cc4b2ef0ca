"""A name is something that others can see (invisible characters, Unicode)."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: letters and symbols by their kind that leave no mark: fillers of Hangul, the empty pattern of Braille
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: kinds seen beside something else or not at all: marks, blanks, controls. What is not assigned yet shows as a box
UNSEEN = frozenset({"Mn", "Mc", "Me", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"})


def is_seen(text: str) -> bool:
    """Whether at least one character of it leaves a mark of its own."""
    return any(letter not in BLANK and unicodedata.category(letter) not in UNSEEN for letter in text)


#: they join what stands on both sides, and alone leave no mark: ligatures of Persian, emoji of several
JOINERS = frozenset("\u200c\u200d")
#: no script needs more marks on one letter
MOST_MARKS = 3


def readable(text: str) -> str:
    """A line that everybody reads as it was typed: nothing turns it round or hides in it (Cf), no letter has a heap of
    marks, and a line of which nothing is seen is none.
    """
    if text.isascii():
        return text
    found: list[str] = []
    marks = 0
    for at, letter in enumerate(text):
        kind = unicodedata.category(letter)
        joins = letter in JOINERS and found and at + 1 < len(text) and is_seen(text[at + 1])
        if letter in BLANK or (kind == "Cf" and not joins):
            continue
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            found.append(letter)
    line = " ".join("".join(found).split())
    return line if is_seen(line) else ""


#: an e-mail address anywhere in it; not what one is called elsewhere, as in @ann@social.example
ADDRESS = re.compile(r"(?<![\w.@+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")


def holds_address(text: str) -> bool:
    """In letters of any width (NFKC)."""
    return ADDRESS.search(unicodedata.normalize("NFKC", text)) is not None


def refuse_name(text: str) -> None:
    """A sentence for a name of somebody that nobody could see, or by which everybody reads their e-mail address."""
    refuse_unseen(text)
    if holds_address(text):
        raise ValidationError(_("Type a name, and no e-mail address: everybody reads it."))


def refuse_unseen(text: str) -> None:
    """A sentence for a name that nobody could see. Nothing at all is a matter of whether it must be filled in."""
    if text and not is_seen(text):
        raise ValidationError(_("Type a name that can be seen: this one has invisible characters only."))
