"""Cells become values: whatever can be told is read, and what is not understood is refused with a sentence."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.names import refuse_unseen
from accounts.text import without_accents
from events.room_sizes import sized

from .day_names import MONTH, WEEKDAY, month_of, weekday_alone, weekday_of
from .report import quoted
from .table import Row

#: what people write where a name, a title or a room is to come
TO_COME = frozenset("tbd tba tbc t.b.d. t.b.a. n/a n.a.".split())

# -- texts and numbers ------------------------------------------------------------------------------------


def text(row: Row, column: str, most: int) -> str:
    value = " ".join(row.get(column, "").split())
    if not value:
        raise ValidationError(_("“%(column)s” is empty.") % {"column": column})
    if len(value) > most:
        raise ValidationError(
            _("“%(column)s” has %(count)s characters; %(most)s is the most.")
            % {"column": column, "count": len(value), "most": most}
        )
    refuse_unseen(value)
    return value


#: that a room may hold
MOST_SEATS = 100_000
#: 120 · 120.0 · 1,000 · 1 000 · 30 seats · ca. 30 Plätze; not 1.000, which is a thousand here and one there
WHOLE = re.compile(
    sized(r"(?:[0-9]{1,9}|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3}){1,5})(?:\.0{1,2})?"),
    re.IGNORECASE,
)


def short(row: Row, column: str, most: int) -> str:
    """As `text`, of what may be empty."""
    return text(row, column, most) if row.get(column, "").strip() else ""


def whole(row: Row, column: str, least: int, most: int, default: int | None = None) -> int:
    value = row.get(column, "")
    if not value and default is not None:
        return default
    found = WHOLE.fullmatch(value)
    number = int(re.sub(r"\..*|[^0-9]", "", found["seats"])) if found else -1
    if not least <= number <= most:
        raise ValidationError(
            _("“%(column)s” is “%(value)s”, not a whole number from %(least)s to %(most)s.")
            % {"column": column, "value": quoted(value), "least": least, "most": most}
        )
    return number


#: how long a pitch is, in slots: 1 · 2 slots · single · double
LENGTHS = {
    1: "1 one single ein eins einfach un une simple uno una sencilla sencillo een één enkel enkele",
    2: "2 two double zwei doppelt doppel doppelslot deux dos doble twee dubbel dubbele",
}
SLOTS = {word: slots for slots, words in LENGTHS.items() for word in words.split()}


LENGTH = re.compile(rf"({'|'.join(SLOTS)})(?:\.0{{1,3}})?(?:[\s-]{{0,3}}(?:slots?|sessions?|x|×))?")


def slots_in(row: Row, column: str) -> int:
    """One or two; nobody knows here how long a slot is, so minutes say nothing."""
    value = row.get(column, "")
    found = LENGTH.fullmatch(" ".join(value.split()).casefold())
    if not value:
        return 1
    if found is None:
        told = _("“%(column)s” is “%(value)s”; it counts slots: 1 for one slot, 2 for a double.")
        raise ValidationError(told % {"column": column, "value": quoted(value)})
    return SLOTS[found[1]]


def parts(row: Row, column: str) -> list[str]:
    """What stands in a cell with semicolons between."""
    return [part.strip() for part in row.get(column, "").split(";") if part.strip()]


# -- times ------------------------------------------------------------------------------------------------

#: behind a time that the clocks show twice, where it is that after they were put back: see `shown_twice`
AGAIN = "²"
#: behind an hour, so that it is one
HOURS = "h|u|hrs?|uhr|uur|heures?|horas?|o.clock"
#: between an hour and its minutes; in words not before “10 Uhr 30 min”, which says how long, or “10 Uhr 11 Uhr”
BEFORE_MINUTES = (
    r"(?:[:.hu]|\s?h\s(?![0-9]{2}\s?h)|\s?(?:uhr|uur|heures?|horas?)\s"
    r"(?![0-9]{2}(?:\s?(?:min|uhr|uur|heure|hora|h\b)|[-–—:.0-9])))"
)
#: 9:00 · 09.00 · 14h30 · 14 h 30 · 14 Uhr 30 · 14h · 14 Uhr · 2:00 PM · 2 pm · 14:00:00
CLOCK = re.compile(
    rf"(?P<hour>[0-9]{{1,2}})(?:{BEFORE_MINUTES}(?P<minute>[0-9]{{2}})(?::00)?)?"
    rf"(?P<again>{AGAIN})?\s*"
    rf"(?:(?P<half>am|pm|a\.m\.|p\.m\.)|(?P<word>{HOURS}))?",
    re.IGNORECASE,
)
#: lines and arrows between the two ends of a stretch of time, as keyboards and word processors make them
LINES = "-‐‑‒–—―−~→"
#: words there; those that say of one time alone that it is an end come first
_UNTIL = r"until|till?|bis|tot|hasta|t/m|jusqu['’]?(?:à|a|en)?"
BETWEEN = (
    rf"\s{{0,3}}(?:[{LINES}]|\b(?:to|thru|through|{_UNTIL}|à|au)\b|\ba(?=\s{{1,3}}[0-9]))\s{{0,3}}"
    + r"(?:(?:ca\.?|circa)\s)?"
)
UNTIL = re.compile(BETWEEN, re.IGNORECASE)
#: before a stretch: from 10 to 11 · de 13 a 14 h
FROM = re.compile(r"^(?:from|de|von|van|ab|desde|vanaf|dès|um|at)\s(?=[0-9])", re.IGNORECASE)
#: before a time that nothing else stands beside: it is when something ends
ENDS_THEN = re.compile(rf"(?:.*\W)?(?:{_UNTIL})\W*", re.IGNORECASE)
#: 0930 · 0930 hrs · 0930-1015; a year is none, and 2030 by itself may be one
_FOUR = r"(?:[01][0-9]|2[0-3])[0-5][0-9]"
FOUR_DIGITS = re.compile(
    rf"(?P<start>{_FOUR})(?P<of_start>\s?(?:{HOURS}|hours)\b)?(?:{BETWEEN}(?P<end>{_FOUR}))?(?P<unit>\s?(?:{HOURS}|hours))?",
    re.IGNORECASE,
)
YEARS = re.compile("19..|20..")
#: hours that have names; those in other languages are called like a meal, too, and are hours where they stand alone
NAMED_HOUR = re.compile(r"\b(?:12(?::00)?\s?)?(?:(noon|midday)|midnight)\b", re.IGNORECASE)
ALONE = {"mittag": 12, "midi": 12, "mediodia": 12, "mitternacht": 0, "minuit": 0, "medianoche": 0, "middernacht": 0}
#: 7:30p, as calendars in America write it; not 10a, which may be the number of something
SHORT_HALF = re.compile(r"\b((?:0?[1-9]|1[0-2])[:.][0-9]{2})([ap])(?![\w'’.])", re.IGNORECASE)
#: a day and a time in one cell, as programs write them; of no time zone
MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4})(?:T|,?\s)"
    rf"(?P<time>[0-9]{{1,2}}:[0-9]{{2}}{AGAIN}?)(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?(?P<half>\s?[ap]m\b)?",
    re.IGNORECASE,
)
#: years of the days that spreadsheets have beside a time of no day
NO_DAY = re.compile("1899|1900|1904")
#: 24:00, as a day ends: what starts then is of the next one
AT_ITS_END = re.compile(r"24(?![0-9])")
#: 2030-01-12T10:00:00Z · T10:00+01:00 · 10:00:00 +0100; not 10:00-11:00
WITH_ZONE = re.compile(
    r"T[0-9]{2}:[0-9]{2}[0-9:.]{0,14}(?:Z|[+-][0-9]{2}:?[0-9]{2})\b|[0-9]{2}:[0-9]{2}Z\b"
    r"|:[0-9]{2}:[0-9]{2}\s?(?:\+[0-9]{2}:?[0-9]{2}|-[0-9]{4})\b"
)
#: a cell that holds more says no time, and is not looked through
LONGEST_TIME = 200


def with_colons(value: str, *, is_time: bool = False) -> str:
    """The same with 09:30 for 0930; `is_time`: also of what may be a year."""
    found = FOUR_DIGITS.fullmatch(value.strip())
    if found is None:
        return value
    ends = [end for end in found.group("start", "end") if end]
    if not (is_time or found["of_start"] or found["unit"]) and all(map(YEARS.fullmatch, ends)):
        return value
    return " – ".join(f"{end[:2]}:{end[2:]}" for end in ends)


def with_halves(value: str) -> str:
    """The same with 7:30 pm for 7:30p."""
    return SHORT_HALF.sub(r"\1 \2m", value)


def in_numbers(value: str) -> str:
    """The same with 12:00 for noon, and 7:30 pm for 7:30p."""
    value = with_halves(value)
    if (hour := ALONE.get(without_accents(value.strip()))) is not None:
        return f"{hour}:00"
    return NAMED_HOUR.sub(lambda found: "12:00" if found[1] else "0:00", value)


def day_and_time(value: str) -> tuple[str, str]:
    """Of a cell that says both; else it is the time."""
    found = MOMENT.fullmatch(" ".join(value.split()))
    return parts_of(found) if found else ("", value)


def parts_of(moment: re.Match[str]) -> tuple[str, str]:
    """Day and time of what `MOMENT` has found; no day, if it is only that from which spreadsheets count."""
    return "" if NO_DAY.search(moment["day"]) else moment["day"], moment["time"] + (moment["half"] or "")


def refuse_zone(cell: str) -> None:
    """ValidationError: it says a time zone, and clocks in the camp may show another time."""
    if WITH_ZONE.search(cell):
        told = _("“%(text)s” says a time zone: write the time that clocks in the camp show.")
        raise ValidationError(told % {"text": quoted(cell)})


def is_at_its_end(cell: str) -> bool:
    """Whether a cell says 24:00, first: on the day after the one that is named."""
    return AT_ITS_END.match(day_and_time(cell)[1].strip()) is not None


def clock_in(value: str) -> time | None:
    """The time that it names; None if that cannot be told."""
    found = CLOCK.fullmatch(in_numbers(value).strip())
    if found is None or not (found["minute"] or found["half"] or found["word"]):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    elif (hour, minute) == (24, 0):
        # As the night is written that a day ends with.
        hour = 0
    return time(hour, minute, fold=bool(found["again"])) if hour < 24 and minute < 60 else None


def both_ends(first: str, second: str, *, is_bare: bool) -> tuple[time, time]:
    """When a stretch starts and ends; what one end says of its half of the day holds for the other: 2–3 pm.

    `is_bare`: an hour needs no sign that it is one, as in 10:00–11. ValidationError: it cannot be told.
    """
    read = [CLOCK.fullmatch(in_numbers(end).strip()) for end in (first, second)]
    has_half = any(found and found["half"] for found in read)
    ends = [_readings(found, has_half=has_half, is_bare=is_bare or has_half) for found in read]
    for text, found in zip((first, second), ends, strict=True):
        if not found:
            raise ValidationError(_("“%(text)s” is not a time like 14:30.") % {"text": quoted(text)})
    # The shortest that may be meant: 11:30–12:30 pm starts in the morning, 11–12 am in the evening.
    start, end = min(
        ((start, end) for start in ends[0] for end in ends[1]),
        key=lambda both: (minutes_of(both[1]) - minutes_of(both[0])) % (24 * 60),
    )
    if (start, start.fold) == (end, end.fold):
        raise ValidationError(_("It ends when it starts: “%(text)s”.") % {"text": quoted(second)})
    return start, end


def _readings(found: re.Match[str] | None, *, has_half: bool, is_bare: bool) -> list[time]:
    """The times that it may be, where the other end of the stretch may say the half of the day."""
    if found is None or not (is_bare or found["minute"] or found["half"] or found["word"]):
        return []
    typed = f"{found['hour']}:{found['minute'] or '00'}{found['again'] or ''}"
    halves = [found["half"]] if found["half"] else ["am", "pm"] if has_half and 1 <= int(found["hour"]) <= 12 else [""]
    return [time_of_day for half in halves if (time_of_day := clock_in(f"{typed} {half}"))]


def minutes_of(one: time) -> int:
    """Since midnight."""
    return one.hour * 60 + one.minute


def stretch(row: Row, start: str, end: str) -> tuple[time, time]:
    """When it starts and ends; both may stand in the first cell: 09.00–09.45."""
    row = row | {column: _time_in(row.get(column, "")) for column in (start, end)}
    ends = UNTIL.split(row.get(start, ""))
    if is_one_cell := len(ends) == 2 and not row.get(end, ""):
        row = row | {start: ends[0], end: ends[1]}
    begins = row.get(start, "").strip()
    # “until 9:30” says one of them.
    if not begins or (clock_in(begins) and not row.get(end, "").strip()):
        raise ValidationError(_("“%(column)s” is empty.") % {"column": end if begins else start})
    return both_ends(row.get(start, ""), row.get(end, ""), is_bare=is_one_cell)


def _time_in(cell: str) -> str:
    """Without its day."""
    cell = " ".join(cell.split())
    if len(cell) > LONGEST_TIME:
        raise ValidationError(_("“%(text)s” is not a time like 14:30.") % {"text": quoted(cell)})
    refuse_zone(cell)
    return with_colons(FROM.sub("", day_and_time(with_halves(cell))[1].strip(), count=1), is_time=True)


# -- days -------------------------------------------------------------------------------------------------

#: time zones of countries that write the month first
MONTH_FIRST = ("America/", "US/", "Pacific/Honolulu", "Pacific/Guam", "Asia/Manila")
#: of those, zones of countries that do not
DAY_FIRST = (
    "America/Argentina",
    "America/Bogota",
    "America/Lima",
    "America/Mexico",
    "America/Santiago",
    "America/Sao_",
)
YEAR_FIRST = re.compile(r"\b([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})\b")
IN_NUMBERS = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4}|[0-9]{2})")
#: 12 June 2030 · Sat 12 Jan 2030 · June 12, 2030 · Samstag, 12. Januar 2030 · 12 de enero de 2030
IN_WORDS = re.compile(
    r"(?:[^\W\d_]{2,10}[.,]*\s+)?(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,10})\.?"
    r"|(?P<month_first>[^\W\d_]{3,10})\.?\s+(?P<day_last>[0-9]{1,2})(?:st|nd|rd|th)?),?\s+(?:de\s+)?(?P<year>[0-9]{4})",
    re.IGNORECASE,
)


def days_in(value: str, time_zone: str) -> list[date]:
    """The days that it may mean, as people in that zone write them the first; none if that cannot be told."""
    # With 00:00 behind it, where a spreadsheet knows moments only.
    value = value.strip().removesuffix(" 00:00").removesuffix(" 00:00:00")
    with suppress(ValueError):
        return [date.fromisoformat(value)]
    if found := YEAR_FIRST.fullmatch(value):
        return _days((int(found[1]), int(found[2]), int(found[3])))
    if found := IN_WORDS.fullmatch(value):
        month = month_of(found["month"] or found["month_first"])
        return _days((int(found["year"]), month, int(found["day"] or found["day_last"])))
    if found := IN_NUMBERS.fullmatch(value):
        first, second, year = map(int, found.groups())
        year += 2000 if year < 100 else 0
        both = [(year, second, first), (year, first, second)]
        if time_zone.startswith(MONTH_FIRST) and not time_zone.startswith(DAY_FIRST):
            both.reverse()
        return _days(*dict.fromkeys(both))
    return []


#: Day 2
NTH_DAY = re.compile(r"\bday\s+([0-9]{1,2})\b", re.IGNORECASE)
#: a date that stands in a longer text; the year may be left to guess
DATE_IN_TEXT = re.compile(
    rf"{YEAR_FIRST.pattern}|{IN_NUMBERS.pattern}"
    rf"|\b[0-9]{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?{MONTH}(?:\.?,?\s+(?:de\s+)?[0-9]{{4}})?"
    rf"|\b{MONTH}\.?\s+[0-9]{{1,2}}(?![0-9])(?:st|nd|rd|th)?(?:,?\s+[0-9]{{4}})?",
    re.IGNORECASE,
)
#: 12.1. · 12. 01.: of no year; and 1/12, which may be either way round
DAY_AND_MONTH = re.compile(r"\b([0-9]{1,2})\.\s?([0-9]{1,2})\.(?![0-9])")
EITHER_WAY = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?![0-9/])")
WITH_YEAR = re.compile(r"[0-9]{4}")
_DAY, _AND = r"[0-9]{1,2}(?:st|nd|rd|th|\.)?", r"\s*(?:-|–|—|&|\+|/|\band\b|\bto\b|\buntil\b|\bbis\b|\bund\b)\s*"
#: 12–13 January · January 12 to 13 · days 1 & 2
SEVERAL_DAYS = re.compile(
    rf"\b{_DAY}{_AND}{_DAY}\s*{MONTH}|\b{MONTH}\s+{_DAY}{_AND}{_DAY}(?![0-9:.h])|\bdays?\s+[0-9]+{_AND}[0-9]+\b",
    re.IGNORECASE,
)


def days_named(value: str, first: date, last: date, time_zone: str) -> list[date] | None:
    """The days from the first to the last that a text names: a date, Day 2, a weekday. None: it speaks of no day."""
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    for piece in DATE_IN_TEXT.finditer(value):
        # A year of two digits is one, too.
        has_year = WITH_YEAR.search(piece[0]) or IN_NUMBERS.fullmatch(piece[0])
        years = [""] if has_year else [f" {year}" for year in range(first.year, last.year + 1)]
        if meant := [day for year in years for day in days_in(piece[0] + year, time_zone)]:
            return [day for day in meant if day in days]
    # Numbers of chapters, and fractions, look like that: only a day of the camp is one.
    either = {
        both for one, other in EITHER_WAY.findall(value) for both in ((int(one), int(other)), (int(other), int(one)))
    }
    if meant := [day for day in days if (day.day, day.month) in _without_year(value) | either]:
        return meant
    if nth := NTH_DAY.search(value):
        return days[int(nth[1]) - 1 : int(nth[1])] if int(nth[1]) else []
    found = WEEKDAY.search(value)
    weekday = weekday_of(found) if found else weekday_alone(value)
    return None if weekday is None else [day for day in days if day.weekday() == weekday]


def _without_year(value: str) -> set[tuple[int, int]]:
    """Day and month of each 12.1. in a text."""
    return {(int(day), int(month)) for day, month in DAY_AND_MONTH.findall(value)}


def names_several_days(value: str) -> bool:
    """Whether a text speaks of more than one day, as the title of a sheet does: 12–13 January, Sat & Sun."""
    dates: set[object] = {
        " ".join(found[0].casefold().split()) for found in DATE_IN_TEXT.finditer(value)
    } | _without_year(value)
    weekdays = {weekday_of(found) for found in WEEKDAY.finditer(value)}
    numbers = {int(number) for number in NTH_DAY.findall(value)}
    return any(len(found) > 1 for found in (dates, weekdays, numbers)) or SEVERAL_DAYS.search(value) is not None


def is_only_a_day(value: str) -> bool:
    """Whether nothing stands there but what may name a day."""
    rest = value
    for pattern in (DATE_IN_TEXT, DAY_AND_MONTH, EITHER_WAY, NTH_DAY, WEEKDAY):
        rest = pattern.sub(" ", rest)
    return weekday_alone(value) is not None or (rest != value and not any(map(str.isalnum, rest)))


#: around a day, and of it: the 12th of January
OF_A_DAY = re.compile(
    rf"\b(?:the|of|on|den|am|der|le|du|el|de|op|day|tag|jour|{MONTH}|[0-9]{{1,2}}(?:st|nd|rd|th|er)?)(?![^\W_])",
    re.IGNORECASE,
)


def beside_day(value: str) -> str:
    """What else a text says that names a day: “helpers only” of “Sat (helpers only)”."""
    if is_only_a_day(value):
        return ""
    for pattern in (DATE_IN_TEXT, DAY_AND_MONTH, EITHER_WAY, NTH_DAY, WEEKDAY):
        value = pattern.sub(" ", value)
    value = " ".join(value.split()).strip(" -–—:,()|/.")
    return value if any(map(str.isalnum, OF_A_DAY.sub("", value))) else ""


def _days(*parts: tuple[int, int, int]) -> list[date]:
    found = []
    for year, month, day in parts:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found
