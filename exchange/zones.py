"""Time zones that stand beside a time, by the names that people have for them: 10:00 CET · 10:00 (UTC+1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.text import plain_heading
from events.models import Camp

from .report import quoted

#: minutes ahead of UTC, in winter and in summer where one name has both; what is a word as well (ART, WET) is none
NAMES: dict[str, tuple[int, ...]] = {
    "UTC": (0,), "GMT": (0,), "BST": (60,), "CET": (60,), "CEST": (120,), "MEZ": (60,), "MESZ": (120,), "EET": (120,),
    "EEST": (180,), "MSK": (180,), "EST": (-300,), "EDT": (-240,), "ET": (-300, -240), "CST": (-360,), "CDT": (-300,),
    "CT": (-360, -300), "MST": (-420,), "MDT": (-360,), "MT": (-420, -360), "PST": (-480,), "PDT": (-420,),
    "PT": (-480, -420), "AEST": (600,), "AEDT": (660,), "ACST": (570,), "ACDT": (630,), "AWST": (480,),
    "NZST": (720,), "NZDT": (780,), "JST": (540,), "KST": (540,), "IST": (330, 60), "SAST": (120,),
}  # fmt: skip
#: UTC+1 · GMT-5 · UTC+05:30
AHEAD = re.compile(r"(?:UTC|GMT)\s?(?P<sign>[+\-−–])\s?(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?")
#: headings of a column that says one, as `plain_heading` has them
HEADINGS = frozenset("timezone tz zeitzone fuseauhoraire zonahoraria tijdzone".split())
#: Europe/London
KEY = re.compile(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_/]+")


# Asked of each cell, and there are few headings.
@lru_cache(200)
def is_about_zone(heading: str) -> bool:
    """Whether such a column says in which zone the times are."""
    return plain_heading(heading) in HEADINGS


def refuse_other_zone(camp: Camp, day: date, start: time, beside: str, cell: str) -> None:
    """ValidationError, with the cell: what stands beside a time is a zone whose clocks show another time than those
    in the camp. Many write EST all the year: what the clocks there are called in winter or summer is the camp's own.
    """
    name = beside.strip(" ()[]")
    here = datetime.combine(day, start, camp.tz)
    own = {datetime(day.year, month, 1, tzinfo=camp.tz).tzname() for month in (1, 7)}
    ahead = _minutes(name, here)
    if ahead and name not in own and here.utcoffset() not in {timedelta(minutes=one) for one in ahead}:
        told = _("“%(text)s” says a time zone: write the time that clocks in the camp show.")
        raise ValidationError(told % {"text": quoted(cell)})


def _minutes(name: str, at: datetime) -> Collection[int]:
    """How far ahead of UTC that zone is, or may be; nothing: it is the name of none."""
    if name in NAMES:
        return NAMES[name]
    if found := AHEAD.fullmatch(name):
        minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
        return [minutes if found["sign"] == "+" else -minutes]
    if KEY.fullmatch(name):
        try:
            offset = at.replace(tzinfo=ZoneInfo(name)).utcoffset()
        except (KeyError, ValueError, OSError):
            # It may be two names of rooms.
            return []
        return [] if offset is None else [int(offset.total_seconds()) // 60]
    return []
