"""When the rows of a list of slots are, told by all of them: the day where a row says none, the half of the day, the
night after it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.models import Camp

from .cells import day_and_time, days_in, days_named, is_at_its_end, stretch
from .halves import by_twelve, end_meant, first_changed, in_the_afternoon, told_afternoon
from .moments import after_midnight, refuse_other_day
from .report import Report, quoted
from .table import NotATable, Row, rows_of

FILE = "slots.csv"


@dataclass(slots=True)
class SlotTimes:
    """Of the rows of one list, by their numbers."""

    camp: Camp
    report: Report
    #: how dates that can be read in two ways were read: told once each
    readings: set[str]
    rows: list[tuple[int, Row]] = field(default_factory=list)
    #: those whose clock counts to twelve: when they start and end
    by_twelve: dict[int, tuple[time, time]] = field(default_factory=dict)
    #: those that say no day, and what the row above says; those that say nothing else
    carried: dict[int, str] = field(default_factory=dict)
    only_days: set[int] = field(default_factory=set)
    #: those that are in the night after the day that is meant
    nights: set[int] = field(default_factory=set)

    def find(self, text: str) -> None:
        """What all rows of the list say of each. What cannot be read is told when it is its turn."""
        with suppress(NotATable):
            self.rows.extend(rows_of(FILE, text))
        self.find_days()
        self.find_afternoons()
        self.find_nights()

    def of(self, row: Row, number: int) -> tuple[date, time, time]:
        """The day on which it starts, when it does, and when it ends."""
        start, end = self.stretch(row, number)
        return self.day(row, number, start) + timedelta(days=number in self.nights), start, end

    def stretch(self, row: Row, number: int) -> tuple[time, time]:
        return self.by_twelve.get(number) or stretch(row, "starts_at", "ends_at")

    def find_days(self) -> None:
        """Of slots that say no day: it is that of the row above, or of the line; told once."""
        camp, above = self.camp, ""
        for number, row in self.rows:
            [first, *others] = filter(None, row.values())
            if not others and days_named(first, camp.starts_on, camp.ends_on, camp.time_zone) is not None:
                self.only_days.add(number)
                above = first
            elif day := _said_day(row):
                above = day
            elif above:
                self.carried[number] = above
        if self.carried and camp.starts_on != camp.ends_on:
            number, day = next(iter(self.carried.items()))
            told = _("This row says no day: it is on that of the row above, “%(day)s”, and so on.")
            self.report.remark(FILE, number, told % {"day": quoted(day)})

    def find_afternoons(self) -> None:
        """Nothing says which half of the day times are in, and the day goes from 12:00 on to 1:00: it is told once."""
        found: dict[date, list[tuple[int, tuple[time, time]]]] = {}
        dated: set[int] = set()
        for number, row in self.rows:
            with suppress(ValidationError):
                both = stretch(row, "starts_at", "ends_at")
                found.setdefault(self.day(row, number, both[0]), []).append((number, both))
                if day_and_time(row["ends_at"])[0]:
                    dated.add(number)
        # What says on which day it ends says which half of that.
        lanes = [[(both[0], None if number in dated else both[1]) for number, both in day] for day in found.values()]
        is_by_twelve = by_twelve(lanes)
        for day, typed in zip(found.values(), lanes, strict=True):
            meant = in_the_afternoon(typed) if is_by_twelve else typed
            for (number, both), (start, end) in zip(day, meant, strict=True):
                end = both[1] if number in dated else end_meant(start, end or both[1])
                if changed := first_changed(both, (start, end)):
                    if not self.by_twelve:
                        self.report.remark(FILE, number, told_afternoon(*changed))
                    self.by_twelve[number] = (start, end)

    def find_nights(self) -> None:
        """Rows without a date, in order: what comes after a late evening is after midnight, which is told once."""
        #: day and starts of those that follow each other; one that says its day begins anew
        found: list[tuple[date, dict[int, time]]] = []
        dated: set[int] = set()
        for number, row in self.rows:
            with suppress(ValidationError):
                start, _end = self.stretch(row, number)
                day = self.day(row, number, start)
                if _said_day(row):
                    dated.add(number)
                if number in dated or not found or day != found[-1][0]:
                    found.append((day, {}))
                found[-1][1][number] = start
        for day, starts in found:
            lates = zip(starts, after_midnight(starts.values()), strict=True)
            late = [number for number, is_late in lates if is_late and number not in dated]
            if late and not self.nights:
                told = _("“%(time)s” stands below the late evening: it is read as %(day)s, and so on.")
                night = date_format(day + timedelta(days=1), "D j M")
                self.report.remark(FILE, late[0], told % {"time": f"{starts[late[0]]:%H:%M}", "day": night})
            self.nights |= set(late)

    def day(self, row: Row, number: int, start: time) -> date:
        """The day on which it starts, of the camp or the night after: of two that a date may mean, the one that is."""
        camp, said = self.camp, day_and_time(row["starts_at"])[0]
        value = _said_day(row) or self.carried.get(number, "")
        later = timedelta(days=is_at_its_end(row["starts_at"]))
        if not value and camp.starts_on == camp.ends_on:
            return camp.starts_on + later
        if not value:
            raise ValidationError(_("The camp has several days, and nothing says which this is. Write it in each row."))
        found = days_in(value, camp.time_zone)
        if not found and len(named := days_named(value, camp.starts_on, camp.ends_on, camp.time_zone) or []) == 1:
            # Saturday, Day 2: where the camp has one of that name only.
            found = named
        if not found:
            raise ValidationError(_("“%(text)s” is not a date like 2030-06-12.") % {"text": quoted(value)})
        day = next((day for day in found if camp.has_day(day + later, start)), None)
        if day is None:
            raise ValidationError(
                _("%(day)s is not a day of the camp (%(first)s to %(last)s).")
                % {"day": found[0], "first": camp.starts_on, "last": camp.ends_on}
            )
        if len(found) > 1 and value not in self.readings:
            self.readings.add(value)
            told = _("“%(text)s” is read as %(day)s.") % {"text": quoted(value), "day": date_format(day, "j F Y")}
            self.report.remark(FILE, number, told)
        if row["date"]:
            refuse_other_day(camp, [day], said, row["date"], row["starts_at"])
        return day + later


def _said_day(row: Row) -> str:
    """In its own cell, or beside the time."""
    return row["date"] or day_and_time(row["starts_at"])[0]
