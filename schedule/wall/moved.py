"""What moved, as people see it: where a session stood before, on the day on which a version was published.

Worked out once for each version and kept with it: no page asks for it. Compared with the first place of that day, not
with the version before, since people look a few times in a day: what moved at eleven is still news to whoever looks at
three, whatever else was published at two.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock
from events.models import Camp

from ..models import GridVersion, Placement
from .changes import Place, State, state_of, state_of_placement

NOTHING_ELSE = Q()


def moved_from(
    camp: Camp, latest: GridVersion | None, before: Iterable[Place], now: Iterable[Place], published_at: datetime
) -> dict[str, State]:
    """The first place of the day of every session that stands elsewhere by now, or nowhere.

    `before` are the places of the latest version. Only the room and the start count: one that ends later did not move.
    """
    if latest is None:
        return {}
    first = {str(place.session): state_of(place) for place in before}
    if latest.published_at.astimezone(camp.tz).date() == published_at.astimezone(camp.tz).date():
        first |= latest.moved_from
    stands = {str(place.session): _at(state_of(place)) for place in now}
    return {session: was for session, was in first.items() if stands.get(session) != _at(was)}


def _at(state: State) -> tuple[Any, datetime]:
    return state["room"], datetime.fromisoformat(state["starts_at"])


def place_before(was: State, camp: Camp, beside: datetime | None = None) -> str:
    """Attic, 13:45; with the day, unless it is that of the moment beside which it is told."""
    day = beside.astimezone(camp.tz).date() if beside else None
    return f"{was['name']}, {moment_in_words(datetime.fromisoformat(was['starts_at']), camp, day)}"


def moment_in_words(moment: datetime, camp: Camp, day: date | None) -> str:
    """13:45; on another day Sat 13:45."""
    local = moment.astimezone(camp.tz)
    return on_the_clock(local) if local.date() == day else f"{date_format(local, 'D')} {on_the_clock(local)}"


def off_the_grid(version: GridVersion, camp: Camp, told: Q = NOTHING_ELSE) -> list[tuple[Placement, str]]:
    """What stands nowhere on the version and did that day, and what else is `told` of what does not; with its place.

    The place is the last one, as a session's own page and its host's mail have it, not the first of that day: whoever
    looked in between went by that. One query.
    """
    moved = Q(session__in=[int(pk) for pk in version.moved_from])
    rows = version.placements.filter(moved | told, is_cancelled=True).select_related("session__pitch")
    return [(row, last_place(row, camp)) for row in rows]


def last_place(row: Placement, camp: Camp) -> str:
    """Where it stood last: Attic, Sat 13:45."""
    return place_before(state_of_placement(row), camp)


def moved_in_words(version: GridVersion, camp: Camp, session: int, starts_at: datetime) -> str:
    """Moved from Attic, 13:45; nothing for what stands where it stood."""
    was = version.moved_from.get(str(session))
    return _("Moved from %(place)s") % {"place": place_before(was, camp, starts_at)} if was else ""
