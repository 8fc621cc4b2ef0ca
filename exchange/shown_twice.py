"""Which of two equal hours a file means, in the night in which the clocks are put back (ambiguous time, fold)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from accounts.clocks import hour_name, is_shown_twice
from events.models import Camp

from .cells import AGAIN, clock_in
from .day_names import WEEKDAY

_TIME, _NAME = r"[0-9]{1,2}[:.h][0-9]{2}(?::00)?", r"(?:[^\W\d_]{2,5}|[+-][0-9]{2}(?:[0-9]{2})?)(?![\w:.])"
#: 01:15 BST · 01:45 +1030
NAMED = re.compile(rf"(?P<clock>{_TIME})\s(?P<name>{_NAME})")
#: the beginning of a cell that says when something is: Sun 01:15 BST–01:00 GMT
WHEN = re.compile(
    rf"(?<![^,;|\t\"\r\n]) ?(?:(?:{WEEKDAY.pattern})[.,]?\s)?(?:[0-9]{{1,4}}[./-][0-9]{{1,2}}[./-][0-9]{{0,4}}\s)?"
    rf"{_TIME}(?:\s{_NAME})?(?:\s?[-–—]\s?{_TIME}\s{_NAME})?",
    re.IGNORECASE,
)


def with_marks(text: str, camp: Camp) -> str:
    """The same file, in which 01:15 BST is 01:15, and 01:15 GMT is marked as coming after it: as times are read here.

    Only what the clocks of the camp show twice is, by the names that they have then.
    """
    nights = _nights(camp)

    def marked(found: re.Match[str]) -> str:
        fold = _fold(clock_in(found["clock"]), found["name"], nights, camp)
        return found[0] if fold is None else found["clock"] + AGAIN * fold

    return WHEN.sub(lambda when: NAMED.sub(marked, when[0]), text) if nights else text


def _nights(camp: Camp) -> list[date]:
    """The days of the camp on which the clocks are put back."""
    days = [*camp.days, camp.ends_on + timedelta(days=1)]
    midnights = [datetime.combine(day, time(), camp.tz) for day in [*days, days[-1] + timedelta(days=1)]]
    offsets = [midnight.utcoffset() or timedelta() for midnight in midnights]
    return [day for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before > after]


def _fold(clock: time | None, name: str, nights: list[date], camp: Camp) -> int | None:
    for day in nights if clock else ():
        for fold in (0, 1):
            local = datetime.combine(day, clock.replace(fold=fold), camp.tz)  # type: ignore[union-attr]
            if is_shown_twice(local) and hour_name(local) == name.upper():
                return fold
    return None
