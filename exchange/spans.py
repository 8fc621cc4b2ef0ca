"""What a cell says of time: a moment, a stretch with two ends, or the number of a slot; and what stands beside it."""

from __future__ import annotations

import re
from datetime import time
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .cells import (
    AGAIN,
    BEFORE_MINUTES,
    BETWEEN,
    CLOCK,
    ENDS_THEN,
    HOURS,
    LINES,
    LONGEST_TIME,
    MOMENT,
    NAMED_HOUR,
    both_ends,
    clock_in,
    day_and_time,
    in_numbers,
    is_at_its_end,
    parts_of,
    refuse_zone,
    with_colons,
    with_halves,
)
from .day_names import MONTH, WEEKDAY
from .report import quoted

_HOUR = rf"[0-9]{{1,2}}(?:{BEFORE_MINUTES}[0-9]{{2}}(?::00)?(?![0-9.]){AGAIN}?)?\s*(?:[ap]\.?m\b\.?|(?:{HOURS})\b)?"
#: what a cell says of a moment: 10:00 · Sat 2 pm · 14 Uhr
TIME = re.compile(rf"\b{_HOUR}", re.IGNORECASE)
#: 9.00–9.45 · 2–3 pm · 10:00 to 11; no piece of a date
SPAN = re.compile(rf"(?<![0-9.:/{LINES}])({_HOUR}){BETWEEN}({_HOUR})(?!\w|[.:/{LINES}]\s?[0-9])", re.IGNORECASE)
NUMBER = re.compile(r"(session|slot|round|block)?\s*(#)?\s*([0-9]{1,2})", re.IGNORECASE)
#: what follows is a number of something: “Session 3 - 10:00” is no stretch from three to ten
BEFORE_NUMBER = re.compile(rf"(?:\b(?:session|slot|round|block|day|room|no|{MONTH})\b\.?|#)\s*#?\s*$", re.IGNORECASE)
#: between two times that are the ends of one stretch, though nothing says so
ONLY_SIGNS = re.compile(rf"[\s\-–—:,/|()]*(?:{WEEKDAY.pattern})?[\s\-–—:,/|()]*", re.IGNORECASE)
#: between two times that may be one stretch: 11:00..11:45
DOTS = re.compile(r"(?<=[0-9])\s?\.{2,3}\s?(?=[0-9])")
#: what may stand beside an hour that has a name: “Noon to 2 pm”, not “Midnight Lounge”
BESIDE_NAMED = re.compile(
    rf"{WEEKDAY.pattern}|\b(?:to|until|till|bis|tot|hasta|à|from|[ap]\.?m|{HOURS})\b", re.IGNORECASE
)
#: words beside a time that say no more than it does
SAYS_NOTHING = frozenset("to until till bis from at von ab um de des dès à desde a van vanaf om".split())
LONGEST_BESIDE = 60
#: minutes from a time to an hour without any sign of one: 10:00–11; what is farther may be a number of something
FARTHEST = 240


class Label(NamedTuple):
    start: time | None
    end: time | None
    number: int | None
    #: what stands beside the time
    beside: str
    fault: str = ""
    #: a number that may as well be an hour
    is_bare: bool = False
    #: it starts at 24:00: on the day after the one that is named
    is_at_its_end: bool = False


def label_of(cell: str) -> Label | None:
    """The moment that a cell names; None if it names none."""
    cell = with_halves(" ".join(cell.split()))
    if len(cell) > LONGEST_TIME:
        return None
    try:
        refuse_zone(cell)
    except ValidationError as error:
        return Label(None, None, None, "", " ".join(error.messages))
    cell = MOMENT.sub(lambda found: " ".join(parts_of(found)).strip(), cell)
    if not re.search(r"[^\W\d_]", BESIDE_NAMED.sub("", NAMED_HOUR.sub("", cell))) or cell.isalpha():
        cell = in_numbers(cell)
    cell = DOTS.sub(" – ", with_colons(cell))
    if number := NUMBER.fullmatch(cell):
        return Label(None, None, int(number[3]), "", is_bare=not (number[1] or number[2]))
    if span := _span_in(cell):
        beside = _beside(cell, span)
        others = [found for found in TIME.finditer(beside) if clock_in(found[0])]
        if len(beside) > LONGEST_BESIDE:
            return None
        return _unclear(cell) if others else _stretch(span[1].strip(), span[2].strip(), beside)
    times = [found for found in TIME.finditer(cell) if clock_in(found[0])]
    if not 1 <= len(times) <= 2:
        return None
    beside = _beside(cell, *times)
    if len(beside) > LONGEST_BESIDE:
        return None
    if len(times) == 1 and ENDS_THEN.fullmatch(cell[: times[0].start()]):
        told = _("“%(text)s” says when something ends: write when it starts, too.") % {"text": quoted(cell)}
        return Label(None, None, None, "", told)
    if len(times) == 1:
        return Label(clock_in(times[0][0]), None, None, beside, is_at_its_end=is_at_its_end(times[0][0]))
    if not ONLY_SIGNS.fullmatch(re.sub(BETWEEN, " ", cell[times[0].end() : times[1].start()], flags=re.IGNORECASE)):
        return _unclear(cell)
    return _stretch(times[0][0].strip(), times[1][0].strip(), beside)


def with_end(label: Label, cell: str, end: str) -> Label:
    """The same, whose end stands in a cell of its own."""
    if label.end is not None:
        return label if clock_in(day_and_time(end)[1]) == label.end else _unclear(f"{cell} – {end}")
    both = label_of(f"{cell} – {day_and_time(end)[1]}")
    if both and (both.end is not None or both.fault):
        return both
    told = _("“%(text)s” is not a time like 14:30.") % {"text": quoted(end)}
    return Label(None, None, None, label.beside, told)


def _span_in(cell: str) -> re.Match[str] | None:
    """Two ends of a stretch. One of them says that it is a time, or the cell says nothing else."""
    return next((span for span in SPAN.finditer(cell) if _is_stretch(cell, span)), None)


def _is_stretch(cell: str, span: re.Match[str]) -> bool:
    said = [clock_in(end) is not None for end in span.groups()]
    if not any(said):
        return not _beside(cell, span) or WEEKDAY.fullmatch(_beside(cell, span)) is not None
    return said[0] or not (BEFORE_NUMBER.search(cell[: span.start()]) or not _is_near(span))


def _is_near(span: re.Match[str]) -> bool:
    """Whether a number before a time may be an hour of the same stretch: 10–11:30, and not 2 – 11:30."""
    first, second = (CLOCK.fullmatch(end.strip()) for end in span.groups())
    if first is None or second is None or second["half"]:
        return True
    long = (int(second["hour"]) - int(first["hour"])) * 60 + int(second["minute"] or 0)
    return 0 < long % 720 <= FARTHEST


def _beside(cell: str, *times: re.Match[str]) -> str:
    for found in reversed(times):
        cell = f"{cell[: found.start()]} {cell[found.end() :]}"
    beside = re.sub(r"\s+", " ", cell).strip(" -–—:,()|/")
    return "" if beside.casefold() in SAYS_NOTHING else beside


def _stretch(start: str, end: str, beside: str) -> Label:
    try:
        return Label(*both_ends(start, end, is_bare=True), None, beside, is_at_its_end=is_at_its_end(start))
    except ValidationError as error:
        return Label(None, None, None, beside, " ".join(error.messages))


def _unclear(cell: str) -> Label:
    told = _("“%(text)s” names several times: write when it starts, or 10:00–10:45.") % {"text": quoted(cell)}
    return Label(None, None, None, "", told)
