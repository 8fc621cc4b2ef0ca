"""Rows of a list that count the others: Total: 12."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OF = (
    "people|persons|attendees|participants|rooms|seats|places|pitches|sessions|slots|names|personen|teilnehmer|räume|"
    "plätze|sitzplätze|themen|personnes|salles|places|personas|salas|plazas|personen|plaatsen|zalen"
)
#: what says so by itself
_SURE = (
    "(?:grand |sub-?|over-?all )?totals?|summe|(?:gesamt|zwischen|end)summe|gesamt(?:zahl)?|insgesamt|somme|"
    "(?:sous-)?total(?: général| general)?|suma|(?:sub)?totaal"
)
#: what may be a name, unless a number stands behind it
_MAYBE = "sum|count|anzahl|number|nombre|número|cantidad|som|aantal|overall"
_WHAT = rf"(?:\s(?:number\s)?(?:of\s|der\s|de\s)?(?:{_OF}))?"
_NUMBER = r"[0-9][0-9.,\s]{0,12}"
TOTAL = re.compile(
    rf"(?:{_SURE}){_WHAT}\s?[:=]?\s?(?:\(?{_NUMBER}\s?(?:{_OF})?\)?)?|(?:{_MAYBE}){_WHAT}\s?[:=]?\s?{_NUMBER}(?:{_OF})?",
    re.IGNORECASE,
)
NUMBER = re.compile(_NUMBER)
#: no cell that counts others is longer
LONGEST = 60


def total_in(cells: Iterable[str]) -> str:
    """The cell that says that this row counts the others; beside it nothing stands but numbers. Empty: none does."""
    said = [" ".join(cell.split()) for cell in cells if cell.strip()]
    if any(len(cell) > LONGEST for cell in said):
        return ""
    totals = [cell for cell in said if TOTAL.fullmatch(cell)]
    return totals[0] if totals and all(cell in totals or NUMBER.fullmatch(cell) for cell in said) else ""
