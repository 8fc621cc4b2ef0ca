"""When things of a sheet are: which slots of the camp they mean, and those that are made where it has none yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import on_the_clock
from events.models import Camp, Slot

from .cells import days_in, days_named, names_several_days
from .halves import (
    EARLIEST,
    Both,
    by_twelve,
    end_meant,
    first_changed,
    in_the_afternoon,
    is_at_night,
    mornings_of,
    told_afternoon,
)
from .report import quoted

#: a session of which nothing says how long it is
USUAL = timedelta(minutes=45)
#: a day goes on after midnight from here to there
LATE, EARLY = 18, 6
#: times that a sentence names
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """Something of the sheet that starts at a time."""

    row: int
    cell: str
    day: date
    start: time
    end: time | None = None
    #: of what is for everybody; empty for sessions
    title: str = ""
    #: those of one day and one room follow each other in the sheet
    room: str = ""
    #: it starts at 24:00 of that day
    is_at_its_end: bool = False

    @property
    def is_for_everybody(self) -> bool:
        return bool(self.title)


def day_said(camp: Camp, said: str, start: time) -> tuple[date, bool]:
    """The day of the camp that a text names, or the night after it for what starts then; and whether it could be
    another. ValidationError: none, or no one.
    """
    first, last = camp.starts_on, camp.ends_on
    if names_several_days(said):
        raise ValidationError(_("“%(text)s” names several days: write one.") % {"text": quoted(said)})
    found = days_named(said, first, last, camp.time_zone)
    if found is None:
        if first == last:
            return first, False
        raise ValidationError(
            _("The camp has several days, and nothing says which this is. Put the day above the times, or beside them.")
        )
    night = last + timedelta(days=1)
    if not found and camp.has_day(night, start):
        found = days_named(said, night, night, camp.time_zone) or []
    if not found:
        raise ValidationError(
            _("“%(text)s” is not a day of the camp (%(first)s to %(last)s).")
            % {"text": quoted(said), "first": first, "last": last}
        )
    if len(found) > 1 and not any(letter.isdigit() for letter in said):
        raise ValidationError(_("“%(text)s” may be several days of the camp: write the date.") % {"text": quoted(said)})
    return found[0], len(days_in(said, camp.time_zone)) > 1


def refuse_other_day(camp: Camp, days: Collection[date], said: str, *cells: str) -> None:
    """ValidationError, with both cells: a text that stands beside a day names another than these."""
    named = days_named(said, min(camp.starts_on, *days), max(camp.ends_on, *days), camp.time_zone)
    if named is not None and not {*named} & {*days}:
        one, other = map(quoted, cells)
        raise ValidationError(
            _("“%(one)s” and “%(other)s” name different days: write one.") % {"one": one, "other": other}
        )


def settled(
    moments: Sequence[Moment], stands: Callable[[Moment], bool] = lambda moment: False
) -> tuple[list[Moment], tuple[Moment, Moment] | None]:
    """The same on a clock of 24 hours, with what is after midnight on the next day; and the first that was not so, as
    it was and as it is read.

    In the order of the sheet. `stands` says of a moment that the camp has it as it is typed.
    """
    found = _by_halves(moments, stands)
    late: dict[tuple[date, str], bool] = {}
    has_begun: set[date] = set()
    was_late: set[date] = set()
    for n, moment in enumerate(found):
        lane = (moment.day, moment.room)
        is_early = moment.start.hour < EARLY
        late[lane] = late.get(lane, False) or moment.is_at_its_end
        if is_early and not late[lane] and moment.day in has_begun and not stands(moment):
            # Another room, or none, went on until late; or the day has not come so far: it is the afternoon.
            late[lane] = moment.day in was_late or not is_at_night(moment.start)
            if not late[lane]:
                start, end = in_the_afternoon([_both(moment)])[0]
                moment, is_early = replace(moment, start=start, end=end), False
        late[lane] = _is_late(late[lane], moment.start)
        has_begun |= {moment.day} if moment.start.hour >= EARLIEST else set()
        was_late |= {moment.day} if moment.start.hour >= LATE else set()
        end = end_meant(moment.start, moment.end) if moment.end else None
        next_day = moment.day + timedelta(days=late[lane] and is_early)
        found[n] = replace(moment, day=next_day, end=end)
    changed = next((both for both in zip(moments, found, strict=True) if _is_read_otherwise(*both)), None)
    return found, changed


def after_midnight(starts: Iterable[time]) -> list[bool]:
    """Of times that follow each other: which are in the night after a late evening, on the next day."""
    found, is_late = [], False
    for start in starts:
        is_late = _is_late(is_late, start)
        found.append(is_late and start.hour < EARLY)
    return found


def _is_late(was_late: bool, start: time) -> bool:
    """Whether an evening goes on that had come late already, or comes late now."""
    return start.hour >= LATE or (was_late and start.hour < EARLY)


def _by_halves(moments: Sequence[Moment], stands: Callable[[Moment], bool]) -> list[Moment]:
    """Of a sheet that counts hours to twelve, each in its half of the day."""
    days: dict[date, list[int]] = {}
    for n, moment in enumerate(moments):
        days.setdefault(moment.day, []).append(n)
    lanes_of = {day: _lanes(moments, of_day) for day, of_day in days.items()}
    typed = {day: [[_both(moments[n]) for n in lane] for lane in lanes] for day, lanes in lanes_of.items()}
    has_night = any(is_at_night(moment.start) and not stands(moment) for moment in moments)
    found = list(moments)
    if not by_twelve([lane for lanes in typed.values() for lane in lanes], has_night=has_night):
        return found
    for day, lanes in lanes_of.items():
        mornings = mornings_of(typed[day])
        for lane, times in zip(lanes, typed[day], strict=True):
            for n, (start, end) in zip(lane, in_the_afternoon(times, mornings), strict=True):
                found[n] = replace(moments[n], start=start, end=end)
    return found


def _lanes(moments: Sequence[Moment], of_day: Sequence[int]) -> list[list[int]]:
    """What follows each other: all of the day where it is sorted by time, else what is in each room."""
    starts = [moments[n].start for n in of_day]
    goes_back = sum(later < earlier for earlier, later in pairwise(starts))
    if goes_back == 1 and starts[-1].hour < EARLIEST <= starts[0].hour:
        return [list(of_day)]
    lanes: dict[str, list[int]] = {}
    for n in of_day:
        lanes.setdefault(moments[n].room, []).append(n)
    return list(lanes.values())


def _both(moment: Moment) -> Both:
    return moment.start, moment.end


def _is_read_otherwise(typed: Moment, meant: Moment) -> bool:
    return first_changed(_both(typed), _both(meant)) is not None


def told_clock(changed: tuple[Moment, Moment]) -> str:
    """How the times of a sheet are read, by the first that is read otherwise than it stands."""
    typed, meant = changed
    both = first_changed(_both(typed), _both(meant)) or (typed.start, meant.start)
    return told_afternoon(*both)


def starts_at(camp: Camp, moment: Moment) -> datetime:
    return camp.at(moment.day, moment.start)


def ends_at(camp: Camp, moment: Moment) -> datetime | None:
    """None: it does not say when. ValidationError, as of when it starts: no clock shows that time that night."""
    if moment.end is None:
        return None
    return camp.at_end(moment.day, moment.start, moment.end)


def slots_from(camp: Camp, moments: Iterable[Moment]) -> list[tuple[Moment, datetime, datetime]]:
    """A slot for each time at which something starts, and when it ends: as said; or with the next, but for sessions
    after the shortest of the day. Of several that start at once, sessions and those with an end come first.
    """
    by_start: dict[datetime, Moment] = {}
    for moment in moments:
        at = starts_at(camp, moment)
        other = by_start.get(at)
        if other is None or (other.is_for_everybody, other.end is None) > (moment.is_for_everybody, moment.end is None):
            by_start[at] = moment
    found, order = [], sorted(by_start)
    # A night is of the day before: what is on in the morning follows nothing that went on until then.
    days = {at: moment.day - timedelta(days=moment.start.hour < EARLY) for at, moment in by_start.items()}
    shortest: dict[date, timedelta] = {}
    for at, after in pairwise(order):
        if days[at] == days[after] and not by_start[at].is_for_everybody:
            shortest[days[at]] = min(shortest.get(days[at], after - at), after - at)
    for n, at in enumerate(order):
        moment = by_start[at]
        long = shortest.get(days[at], min(shortest.values(), default=USUAL))
        said = ends_at(camp, moment)
        if said is not None:
            end = said
        elif moment.is_for_everybody and n + 1 < len(order) and days[order[n + 1]] == days[at]:
            end = order[n + 1]
        else:
            end = min([at + long, *order[n + 1 : n + 2]])
        found.append((moment, at, end))
    return found


def told_slots(camp: Camp, slots: Sequence[Slot]) -> str:
    """Which slots an import makes of a sheet."""
    told = ngettext(
        "The camp has no slots for sessions yet: %(count)s slot is made from the sheet, %(slots)s. If that is wrong, "
        "make the slots first.",
        "The camp has no slots for sessions yet: %(count)s slots are made from the sheet, %(slots)s. If that is wrong, "
        "make the slots first.",
        len(slots),
    )
    return told % {"count": len(slots), "slots": in_words(camp, slots)}


def in_words(camp: Camp, slots: Sequence[Slot]) -> str:
    """Sat 12 Jan 10:00–10:45, 10:45–11:30: the first of them, as they come."""
    words, day = [], None
    for slot in slots[:MOST_NAMED]:
        start, end = slot.starts_at.astimezone(camp.tz), slot.ends_at.astimezone(camp.tz)
        said = f"{on_the_clock(start)}–{on_the_clock(end)}"
        words.append(said if start.date() == day else f"{date_format(start, 'D j M')} {said}")
        day = start.date()
    return ", ".join([*words, "…"] if len(slots) > MOST_NAMED else words)


def told_no_slot(camp: Camp, moment: Moment, slots: Sequence[Slot]) -> str:
    return _("The camp has no slot that starts at %(time)s on %(day)s. It has %(slots)s.") % {
        "time": on_the_clock(starts_at(camp, moment).astimezone(camp.tz)), "day": date_format(moment.day, "D j M"),
        "slots": in_words(camp, slots),
    }  # fmt: skip
