"""What months and weekdays are called in the languages in which camps write their sheets, as Django has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import dates, translation

LANGUAGES = ("en", "de", "fr", "es", "nl")
#: a weekday that Django does not know by this name
BESIDE = {"sonnabend": 5}
#: Mo, Sa, za: words of their own in other languages, so nothing else may stand beside them
SHORTEST = ("de", "nl")


def without_accents(text: str) -> str:
    """In small letters, as people type names of days: sabado, Fevrier."""
    return re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFD", text.casefold()))


def _called(*tables: Mapping[int, Any], languages: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[str, int]]:
    for language in languages:
        with translation.override(language):
            # Names are put into words here, in the language that holds.
            yield from [(str(name).rstrip("."), number) for table in tables for number, name in table.items()]


#: name to number, from 1; also as it is shortened
MONTHS = {without_accents(name): n for name, n in _called(dates.MONTHS, dates.MONTHS_3, dates.MONTHS_AP)}
#: name to number, from 0; English ones also as they are shortened
WEEKDAYS = {name.casefold(): n for name, n in _called(dates.WEEKDAYS)} | BESIDE
SHORT_WEEKDAYS = {name.casefold(): n for name, n in _called(dates.WEEKDAYS_ABBR, languages=("en",))}
#: what says a weekday if it is all that stands there; with a dot that of the other languages, too
ALONE = {name.casefold(): n for name, n in _called(dates.WEEKDAYS_ABBR, languages=SHORTEST)}
WITH_DOT = {f"{name}.".casefold(): n for name, n in _called(dates.WEEKDAYS_ABBR)}

_NAMES = sorted({one for name in WEEKDAYS for one in (name, without_accents(name))} - {*SHORT_WEEKDAYS})
#: Sat · Saturdays · Tues. · samedi · sabado
WEEKDAY = re.compile(
    rf"\b(?:({'|'.join(SHORT_WEEKDAYS)})(?:day|s|sday|nesday|rs|rsday|urday)?|({'|'.join(_NAMES)}))\b", re.IGNORECASE
)
_BEGINNINGS = sorted({name[:3] for found in (MONTHS, dict(_called(dates.MONTHS))) for name in found})
#: what may well be the name of a month: `month_of` knows
MONTH = rf"(?:{'|'.join(_BEGINNINGS)})[^\W\d_]*"


def month_of(word: str) -> int:
    """The number of the month that a word names, or begins to, in one of the languages; 0: of none, or of several."""
    word = without_accents(word)
    if word in MONTHS:
        return MONTHS[word]
    found = {number for name, number in MONTHS.items() if name.startswith(word)} if len(word) > 2 else set()
    return found.pop() if len(found) == 1 else 0


def weekday_of(found: re.Match[str]) -> int:
    """What `WEEKDAY` has found, from 0."""
    if found[1]:
        return SHORT_WEEKDAYS[found[1].casefold()]
    name = without_accents(found[2])
    return next(number for known, number in WEEKDAYS.items() if without_accents(known) == name)


def weekday_alone(text: str) -> int | None:
    """The weekday, where a short name of one is all that stands there."""
    text = text.strip().casefold()
    return ALONE.get(text.rstrip("."), WITH_DOT.get(text))
