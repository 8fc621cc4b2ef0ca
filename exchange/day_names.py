"""What months and weekdays are called in the languages in which camps write their sheets, as Django has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import dates, translation

from accounts.text import without_accents

LANGUAGES = ("en", "de", "fr", "es", "nl")
#: a weekday, and months, that Django does not know by these names
BESIDE, MONTHS_BESIDE = {"sonnabend": 5}, {"jänner": 1, "mrz": 3}
#: Mo, Sa, za: words of their own in other languages, so nothing else may stand beside them
SHORTEST = ("de", "nl")


def _called(*tables: Mapping[int, Any], languages: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[str, int]]:
    for language in languages:
        with translation.override(language):
            # Names are put into words here, in the language that holds.
            yield from [(str(name).rstrip("."), number) for table in tables for number, name in table.items()]


#: name to number, from 1; also as it is shortened
_MONTHS = {name.casefold(): n for name, n in _called(dates.MONTHS, dates.MONTHS_3, dates.MONTHS_AP)} | MONTHS_BESIDE
MONTHS = {without_accents(name): n for name, n in _MONTHS.items()}
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
_NUMBERS = {without_accents(name): n for name, n in (WEEKDAYS | SHORT_WEEKDAYS).items()}
#: of a name, so that it is known: as much as is typed at least
SHORTEST_MONTH = 3


def month_of(word: str) -> int:
    """The number of the month that a word names, or begins to, in one of the languages; 0: of none, or of several."""
    word = without_accents(word)
    if word in MONTHS:
        return MONTHS[word]
    found = (
        {number for name, number in MONTHS.items() if name.startswith(word)} if len(word) >= SHORTEST_MONTH else set()
    )
    return found.pop() if len(found) == 1 else 0


def _beginnings() -> Iterator[str]:
    """All that names a month, with its accents and without: mardi is none, though it begins like one."""
    for name in {*MONTHS, *_MONTHS}:
        yield from (
            name[:long] for long in range(min(SHORTEST_MONTH, len(name)), len(name) + 1) if month_of(name[:long])
        )


#: the name of a month, or how it begins; nothing that only begins with one
MONTH = rf"(?:{'|'.join(sorted(set(_beginnings())))})(?![^\W_])"


def weekday_of(found: re.Match[str]) -> int:
    """What `WEEKDAY` has found, from 0."""
    return _NUMBERS[without_accents(found[1] or found[2])]


def weekday_alone(text: str) -> int | None:
    """The weekday, where a short name of one is all that stands there."""
    text = text.strip().casefold()
    return ALONE.get(text.rstrip("."), WITH_DOT.get(text))
