"""Bytes become a JSON document that has bounds: reading a hostile one takes neither all memory nor all stack."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.decoding import ZIP, Bytes

#: a camp's document is this deep; a few levels more are no harm
MOST_DEPTH = 32
#: a value for each so many bytes is more than any camp has
BYTES_FOR_A_VALUE = 16
#: of a number: no database holds a longer one
MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Bounds(Bytes):
    """The same of a document, which has values."""

    @property
    def values(self) -> int:
        """Lists, objects and what stands in them; an empty list takes two bytes of the file, and sixty in memory."""
        return max(1_000, self.bytes // BYTES_FOR_A_VALUE)


#: by the page: anybody with an account brings one
BY_PAGE = Bounds(bytes=10_000_000)


def text_of_document(data: bytes) -> str:
    """UTF-8, with or without a mark before it, as RFC 8259 wants it."""
    if data.startswith(ZIP):
        raise ValidationError(_("This is a zip file: a zip is not taken. Unpack it first."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(_("The file cannot be read: it is not a text in UTF-8, as JSON is.")) from None


def document_in(text: str, most: Bounds) -> Any:
    """The document; ValidationError says why it is none."""
    # Counted before anything is made of it: that many values it has at most.
    if sum(map(text.count, "[{,")) > most.values:
        raise ValidationError(_("The file holds more than a camp can have: it is not read."))
    # Asked before it is read, too: how deep Python itself reads differs from one of its versions to the next.
    if is_deeper(text, MOST_DEPTH):
        raise ValidationError(_("Things in it are nested deeper than %(most)s levels.") % {"most": MOST_DEPTH})
    try:
        return json.loads(text, parse_constant=_no_number, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("This is not JSON: it cannot be read from line %(line)s, character %(character)s on.")
            % {"line": error.lineno, "character": error.colno}
        ) from error


def _no_number(text: str) -> None:
    raise ValidationError(_("This is not JSON: %(text)s is no number.") % {"text": text})


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValidationError(_("The file holds a number of %(count)s digits.") % {"count": len(digits)})
    return int(digits)


#: what is no bracket of the document itself, once what is escaped is gone; one that does not end goes on to the end
_STRING = re.compile('"[^"]*"?')
_BRACKET = re.compile(r"[\[\]{}]")


def is_deeper(text: str, most: int) -> bool:
    """Whether lists and objects stand in each other more often than that; of what is no JSON nothing is said."""
    depth = 0
    bare = _STRING.sub("", text.replace("\\\\", "").replace('\\"', ""))
    for bracket in _BRACKET.finditer(bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > most:
            return True
    return False
