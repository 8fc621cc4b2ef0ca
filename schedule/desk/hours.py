"""A session that nobody planned, now; and everything later, from here on."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Slot
from events.templatetags.campgrid import clock

from .desk import Desk, Remedy
from .elsewhere import giving_way
from .plan import Move, Plan, Why

MOST = 3
#: minutes; the first is the one that the button promises
LATER = (20, 10, 30)
#: of a slot that has begun so much must be left
LEAST_LEFT = timedelta(minutes=15)


def new_session(desk: Desk) -> list[Remedy]:
    """Rooms that are free now, and next, the largest first."""
    found = []
    for slot in _now_and_next(desk):
        rooms = sorted((room for room in desk.draft.rooms if desk.is_free(slot, room)), key=lambda room: -room.capacity)
        for room in rooms[:2]:
            if slot.pk in desk.begun:
                said = _("It is free now, until %(end)s.") % {"end": clock(slot.ends_at)}
            else:
                said = _("It is free from %(start)s to %(end)s.") % {
                    "start": clock(slot.starts_at),
                    "end": clock(slot.ends_at),
                }
            holds = _("%(room)s holds %(seats)s.") % {"room": room.name, "seats": room.capacity}
            title = _("Put it into %(place)s") % {"place": desk.place(slot.pk, room.pk)}
            plan = Plan(Why.NEW, new=(room.pk, slot.pk))
            found.append(Remedy(title, plan, costs=[said, holds]))
    return found[:MOST] or _instead(desk)


def _instead(desk: Desk) -> list[Remedy]:
    """Where nothing is free, what costs least waits."""
    found = []
    for other in [row for row in giving_way(desk) if len(row.cells) == 1][:2]:
        off, title = Move(other.session.pk, other.session.revision), desk.place(other.slot.pk, other.room.pk)
        plan = Plan(Why.NEW, moves=[off], new=(other.room.pk, other.slot.pk))
        said = desk.cost(desk.rows_after([off]))
        text = _("Put it into %(place)s") % {"place": title}
        found.append(Remedy(text, plan, drops=[other.session.title], costs=said))
    return found


def _now_and_next(desk: Desk) -> list[Slot]:
    """The slot that runs, if enough of it is left, and the next two; where the camp does not run, from here on."""
    if not desk.camp.is_running:
        return [slot for slot in desk.coming if desk.slot is None or slot.starts_at >= desk.slot.starts_at][:2]
    running = [
        slot
        for slot in desk.draft.slots
        if slot.is_for_sessions and slot.starts_at <= desk.now and slot.ends_at - desk.now >= LEAST_LEFT
    ]
    return [*running, *desk.coming[:2]]


def all_later(desk: Desk) -> list[Remedy]:
    """All that has not begun of this day, from here on, so many minutes later."""
    # Of a camp that is over nothing can be later.
    slots = [slot for slot in desk.ahead() if slot.starts_at > desk.now]
    if not slots:
        return []
    first, last = slots[0], slots[-1]
    found = []
    for minutes in LATER:
        by = timedelta(minutes=minutes)
        title = _("%(minutes)s minutes later, from %(start)s on") % {
            "minutes": minutes,
            "start": clock(first.starts_at),
        }
        count = ngettext("%(count)s slot moves.", "%(count)s slots move.", len(slots)) % {"count": len(slots)}
        said = _("%(start)s becomes %(later)s, and the day ends at %(end)s.") % {
            "start": clock(first.starts_at),
            "later": clock((first.starts_at + by).astimezone(desk.camp.tz)),
            "end": clock((last.ends_at + by).astimezone(desk.camp.tz)),
        }
        plan = Plan(Why.LATER, shift=(minutes, [slot.pk for slot in slots]))
        found.append(Remedy(title, plan, costs=[count, said, _("No session changes its room.")]))
    return found
