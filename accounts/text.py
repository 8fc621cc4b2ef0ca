"""Text as people paste it, without what some way out of the product cannot carry.

Slides end a line with a vertical tab and a page with a form feed; XML 1.0 (§2.2) has no sign for these, nor for other
control characters, lone surrogates and U+FFFE, U+FFFF, so one of them makes a feed no feed. What ends a line ends one
here, too, and the rest goes. Django's fields save what `to_python` makes of a value, so cleaning there is enough.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.db import models

#: all that ends a line (Unicode, UAX 14: BK, CR, NL)
_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
#: no text, or none that XML can carry
_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def carried(text: str) -> str:
    """The text as every way out can carry it; lines end with a line feed, and what looks the same is the same (NFC): a
    Mac writes ü as u and two dots.
    """
    return unicodedata.normalize("NFC", _ODD.sub("", _ENDS.sub("\n", text)))


def carried_in_a_line(text: str) -> str:
    """As `carried`, of something that has one line: several blanks, one that does not break, and the end of a line are
    one blank. Pages show them as one, tables come in with one, and nobody sees two names that differ by them.
    """
    return " ".join(carried(text).split())


def without_accents(text: str) -> str:
    """In small letters, as people type where no key has the accent: sabado, Fevrier."""
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text.casefold()))


def as_called(name: str) -> str:
    """Two names of which everybody thinks the same room, person or pitch are one: capitals, blanks and signs nobody
    sees (Cf) aside.

    Not by `people.as_seen`, by which nobody can pose as another: "Floor 2" and "Floor ②" are two rooms.
    """
    if not name.isascii():
        name = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return " ".join(name.casefold().split())


@lru_cache
def plain_heading(heading: str) -> str:
    """Two headings that people take for the same are one: `Starts at`, `starts_at`, `STARTS-AT`; Début, Debut."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFD", heading.casefold()))


class LinesField(models.TextField[Any, Any]):
    """Several lines that can be carried: what is saved is what `carried` makes of it, whichever way it came."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return carried(found) if isinstance(found, str) else found

    def deconstruct(self) -> Any:
        # For migrations it is Django's: the column is the same.
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options


class LineField(models.CharField[Any, Any]):
    """One line that can be carried: what is saved is what `carried_in_a_line` makes of it."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return carried_in_a_line(found) if isinstance(found, str) else found

    def deconstruct(self) -> Any:
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options
