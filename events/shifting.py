"""Slots that move together: with the days of the camp, with its clocks, or by minutes.

A slot that moves keeps its row. So what hangs on it goes along: sessions and their pins, rooms that are closed in it,
people who are away, hosts who ruled it out. What was published stays until somebody publishes again; but where clock
times stay in another time zone, they do so there at once (`clocks_kept`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import on_the_clock

from . import stamps
from .models import Camp, Slot
from .models.camp import NIGHT_ENDS, check_year, moment_at
from .signals import frame_changed

#: start and end
Stretch = tuple[datetime, datetime]
#: nobody slept in a break that is shorter: after midnight it is still the day before
SLEEP = timedelta(hours=4)
#: more slots are not named one by one in a sentence
MOST_NAMED = 3


class Clocks(models.TextChoices):
    """What stays when the time zone of a camp is another."""

    CLOCK = "clock"
    MOMENT = "moment"


class Follow(models.TextChoices):
    """What becomes of the slots when the first day of a camp is another."""

    MOVE = "move"
    STAY = "stay"


def by_day(camp: Camp, slots: Iterable[Slot]) -> list[tuple[date, list[Slot]]]:
    """The slots of each day, in order. What goes on after midnight belongs to the day before until people slept."""
    days: list[tuple[date, list[Slot]]] = []
    for slot in sorted(slots, key=lambda slot: slot.starts_at):
        slot.camp = camp
        local = slot.starts_at.astimezone(camp.tz)
        if days:
            day, found = days[-1]
            is_night = local.date() == day + timedelta(days=1) and local.time() < NIGHT_ENDS
            if local.date() == day or (is_night and slot.starts_at - found[-1].ends_at < SLEEP):
                found.append(slot)
                continue
        days.append((local.date(), [slot]))
    return days


# -- with the camp ---------------------------------------------------------------------------------------


def other_clock(slots: Iterable[Slot], old: ZoneInfo, new: ZoneInfo) -> tuple[datetime, datetime] | None:
    """A moment of the slots by the old clock and by the new, if any of them is told otherwise by the new one."""
    for slot in slots:
        for moment in (slot.starts_at, slot.ends_at):
            was, now = moment.astimezone(old), moment.astimezone(new)
            if was.replace(tzinfo=None) != now.replace(tzinfo=None):
                return was, now
    return None


@transaction.atomic(savepoint=False)
def move_with_camp(*, before: Camp, after: Camp, clocks: str, follow: str) -> int:
    """The slots stand where the answers say, now that the camp has another time zone or other days; returns how many
    moved.

    `clocks` is one of `Clocks`, `follow` one of `Follow`: asked for only where it makes a difference. Refused, with the
    field it is about: a question left open, slots that would lie outside the camp, times that the clocks skip.
    """
    slots = list(after.slots.all())
    for slot in slots:
        slot.camp = before
    is_read_anew = other_clock(slots, before.tz, after.tz) is not None
    days = after.starts_on - before.starts_on
    if is_read_anew and clocks not in Clocks.values:
        raise ValidationError({"clocks": _("The camp has slots. Choose what stays as it is.")})
    if slots and days and follow not in Follow.values:
        raise ValidationError({"follow": _("The camp has slots. Choose what becomes of them.")})
    if not slots or (before.time_zone, before.starts_on, before.ends_on) == (
        after.time_zone, after.starts_on, after.ends_on,
    ):  # fmt: skip
        return 0
    field = "follow" if days else "clocks" if is_read_anew else "ends_on"
    try:
        return _move(before, after, slots, clocks, days if follow == Follow.MOVE else timedelta())
    except ValidationError as refused:
        raise ValidationError({field: refused.messages}) from refused


def _move(before: Camp, after: Camp, slots: list[Slot], clocks: str, days: timedelta) -> int:
    read_by = before.tz if clocks == Clocks.CLOCK else after.tz
    times = {
        slot: (_moved(slot.starts_at, after, read_by, days), _moved(slot.ends_at, after, read_by, days))
        for slot in slots
    }
    # What lay outside already is not what this is about.
    _refuse_outside(after, {slot: found for slot, found in times.items() if before.holds(slot.starts_at)})
    return _write(times)


def _moved(moment: datetime, camp: Camp, read_by: ZoneInfo, days: timedelta) -> datetime:
    """The same clock time, so many days later, in the camp; as it is if it is read by the camp's own clock."""
    if read_by == camp.tz and not days:
        # An hour that occurs twice has a name only once.
        return moment
    local = moment.astimezone(read_by)
    return camp.at(local.date() + days, local.time())


def at_same_clock(starts_at: datetime, ends_at: datetime, *, old: ZoneInfo, new: ZoneInfo) -> Stretch:
    """When the clocks of the `new` zone show what those of the `old` one show at these two moments.

    Refused where the new ones skip one of them, or are put back in between so that it would end before it starts.
    """
    if old.key == new.key:
        return starts_at, ends_at
    start, end = (
        moment_at(local.date(), local.time(), new) for local in (starts_at.astimezone(old), ends_at.astimezone(old))
    )
    if end <= start:
        raise ValidationError(
            _("The clocks change that night: what begins at %(time)s on %(day)s would end before it starts."),
            params={"time": on_the_clock(start.astimezone(new)), "day": start.astimezone(new).date().isoformat()},
        )
    for moment in (start, end):
        check_year(moment)
    return start, end


# -- by minutes ------------------------------------------------------------------------------------------


@transaction.atomic
def shift_slots(*, camp: Camp, slots: Collection[int], minutes: int) -> list[Slot]:
    """These slots (ids) begin and end so many minutes later, or earlier where `minutes` is negative.

    Minutes are those that pass: in a night in which the clocks change, a clock shows an hour more or less. Refused:
    what is over or would be, what would leave the days of the camp, what would overlap a slot that stays.
    """
    camp = camp.lock()
    rows = list(camp.slots.all())
    for slot in rows:
        slot.camp = camp
    moving = [slot for slot in rows if slot.pk in slots]
    if not moving or len(moving) != len(set(slots)):
        raise ValidationError(_("One of these slots was taken away meanwhile. Look again, then decide."))
    by = timedelta(minutes=minutes)
    times: dict[Slot, Stretch] = {slot: (slot.starts_at + by, slot.ends_at + by) for slot in moving}
    _refuse_over(times)
    # What lay outside already is not what this is about.
    _refuse_outside(camp, {slot: found for slot, found in times.items() if camp.holds(slot.starts_at)})
    _write({slot: times.get(slot, (slot.starts_at, slot.ends_at)) for slot in rows})
    stamps.bump(camp, stamps.FRAME)
    frame_changed.send(sender=Slot, camp=camp)
    return moving


def _refuse_over(times: dict[Slot, Stretch]) -> None:
    now = timezone.now()
    if over := [slot for slot in times if slot.ends_at <= now]:
        text = ngettext(
            "%(slots)s is over, and stays as it was. Choose from when on.",
            "%(slots)s are over, and stay as they were. Choose from when on.",
            len(over),
        )
        raise ValidationError(text, params={"slots": _named(over)})
    if over := [slot for slot, (_start, end) in times.items() if end <= now]:
        text = ngettext(
            "%(slots)s would be over already. Choose fewer minutes.",
            "%(slots)s would be over already. Choose fewer minutes.",
            len(over),
        )
        raise ValidationError(text, params={"slots": _named(over)})


# -- both ------------------------------------------------------------------------------------------------


def _refuse_outside(camp: Camp, times: dict[Slot, Stretch]) -> None:
    outside = [slot for slot, (start, _end) in times.items() if not camp.holds(start)]
    if outside:
        text = ngettext(
            "%(slots)s would lie outside the days of the camp. Choose days that hold it, or take it away first.",
            "%(slots)s would lie outside the days of the camp. Choose days that hold them, or take them away first.",
            len(outside),
        )
        raise ValidationError(text, params={"slots": _named(outside)})


def _named(slots: list[Slot]) -> str:
    """Sat 12 Jan, 10:00 · Sat 12 Jan, 11:00 · … as they stand now."""
    names = " · ".join(str(slot) for slot in slots[:MOST_NAMED])
    return names if len(slots) <= MOST_NAMED else f"{names} · …"


def refuse_times(times: dict[Slot, Stretch]) -> None:
    """ValidationError, where slots that get these times would end before they start, or be at once."""
    for slot, (start, end) in times.items():
        if end <= start:
            raise ValidationError(
                _("%(slot)s would end before it starts, because the clocks change. Change that slot first."),
                params={"slot": slot},
            )
    ordered = sorted(times.items(), key=lambda item: item[1])
    for (one, (_start, end)), (other, (start, _end)) in pairwise(ordered):
        if end > start:
            raise ValidationError(
                _(
                    "%(one)s and %(other)s would overlap: one would end at %(end)s, the other begin at %(start)s. "
                    "Choose other minutes, or move both."
                ),
                params={
                    "one": one,
                    "other": other,
                    "end": on_the_clock(end.astimezone(one.camp.tz)),
                    "start": on_the_clock(start.astimezone(one.camp.tz)),
                },
            )


def _write(times: dict[Slot, Stretch]) -> int:
    """All slots of the camp get these times; returns how many were others."""
    moved = {slot: found for slot, found in times.items() if found != (slot.starts_at, slot.ends_at)}
    if not moved:
        return 0
    refuse_times(times)
    # No two may start at once, not for a moment either: those in front make room for those behind them.
    later = sorted((slot for slot in moved if moved[slot][0] > slot.starts_at), key=lambda slot: slot.starts_at)
    for slot in [*reversed(later), *sorted(moved.keys() - later, key=lambda slot: slot.starts_at)]:
        slot.starts_at, slot.ends_at = moved[slot]
        check_year(slot.starts_at)
        check_year(slot.ends_at)
        slot.save(update_fields=["starts_at", "ends_at"])
    return len(moved)
