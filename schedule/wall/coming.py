"""What comes next for somebody: said on every page while the camp runs, and in large letters on My day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.caching import digest
from events.http import CampRequest, address_in
from events.models import Camp

from .marks import marks_of
from .mine import Wall, WallEntry, WallRow, read_wall
from .my_day import goes_to, stretch_of, walk_to
from .own import own_on
from .stamp import numbers_on

#: for so long after it began people still look for its room
LATE = timedelta(minutes=10)
A_DAY = timedelta(days=1)


class Coming(NamedTuple):
    """All that is said of it, so what tells one state from another, too. It knows no "in ten minutes"."""

    #: it runs already
    is_now: bool
    starts_at: datetime
    ends_at: datetime
    #: when something else comes next
    changes_at: datetime
    #: where one goes; empty for what is for everybody, or not chosen yet
    room_name: str
    title: str
    #: where it leads: to the session, to My day where something is to be chosen
    address: str
    way: str = ""
    walk: str = ""
    online_url: str = ""
    is_closed: bool = False
    #: asks to choose
    is_open: bool = False
    #: where the line asks whether it is still so
    source: str = ""

    @property
    def seen(self) -> str:
        return digest(self)

    def __html__(self) -> SafeString:
        """The line below the tabs."""
        return render_to_string("schedule/_next.html", {"next": self})

    @property
    def card(self) -> SafeString:
        """As My day shows it."""
        return render_to_string("schedule/_next_card.html", {"next": self})


def coming_for(request: CampRequest) -> Coming | None:
    """Of whoever is in, on a day of the camp, from some hours before it begins; two queries, none on other days."""
    camp = request.camp
    if request.me is None or camp.is_archived or not _is_about_now(camp):
        return None
    wall, now = read_wall(camp, numbers_on(request)), timezone.now()
    if not (rows := stretch_of(wall.rows, now, camp)):
        return None
    marks = marks_of((found.entry for found in wall.entries), request.me, own_on(request))
    end = max(row.ends_at for row in rows)
    mine = [
        found
        for found in wall.entries
        if (mark := marks.get(found.entry.session))
        and not (mark.is_instead or found.entry.is_off)
        and rows[0].starts_at <= found.entry.starts_at < end
    ]
    clashing = {session for session, mark in marks.items() if mark.has_clash}
    going = [found for found in wall.entries if (m := marks.get(found.entry.session)) and goes_to(found, m)]
    found = _of_mine(camp, mine, clashing, going, now) or _of_all(camp, wall, rows, now)
    moments = [*_edges(mine), *(moment for row in rows for moment in (row.starts_at, row.ends_at))]
    return found._replace(
        changes_at=min(moment for moment in moments if moment > now),
        source=address_in("schedule:next_line", camp),
    )


def _is_about_now(camp: Camp) -> bool:
    return camp.starts_on - A_DAY <= camp.today() <= camp.ends_on + A_DAY


def _edges(mine: Iterable[WallEntry]) -> Iterable[datetime]:
    for found in mine:
        yield from (found.entry.starts_at, found.entry.starts_at + LATE, found.entry.ends_at)


def _of_mine(
    camp: Camp, mine: list[WallEntry], clashing: set[int], going: list[WallEntry], now: datetime
) -> Coming | None:
    """What has just begun, else what comes, else what runs; None if nothing of mine is left of the day."""
    running = [found for found in mine if found.entry.starts_at <= now < found.entry.ends_at]
    coming = [found for found in mine if found.entry.starts_at > now]
    begun = [found for found in running if now < found.entry.starts_at + LATE]
    left = begun or coming or running
    if not left:
        return None
    first = min(left, key=lambda found: found.entry.starts_at)
    entry, state = first.entry, first.state
    at_once = [found for found in mine if found.entry.session in clashing and found.entry.runs_beside(entry)]
    if entry.session in clashing and at_once:
        text = _("Two at once: which one?") if len(at_once) == 2 else _("Several at once: which one?")
        return _said(entry.starts_at, entry.ends_at, now, text, _row_on_my_day(camp, first.slot_id), is_open=True)
    walk = walk_to(camp, first, going)
    return _said(
        entry.starts_at,
        entry.ends_at,
        now,
        first.title,
        first.address,
        room_name=first.room_name,
        way=state.way,
        walk=walk.words if walk else "",
        online_url=state.online_url,
        is_closed=state.is_closed,
    )


def _of_all(camp: Camp, wall: Wall, rows: list[WallRow], now: datetime) -> Coming:
    """What is next for everybody; where that are sessions, the way to choose one."""
    coming = [row for row in rows if row.starts_at > now]
    row = coming[0] if coming else max(rows, key=lambda row: row.ends_at)
    page = _row_on_my_day(camp, row.slot_id)
    if not row.is_for_sessions:
        return _said(row.starts_at, row.ends_at, now, row.title or _("For everybody"), page)
    if wall.has_grid:
        return _said(row.starts_at, row.ends_at, now, _("Nothing chosen yet: see what is on"), page, is_open=True)
    board = address_in("pitches:pitch_list", camp)
    return _said(row.starts_at, row.ends_at, now, _("Sessions: say what you want to be at"), board, is_open=True)


def _row_on_my_day(camp: Camp, slot_id: int) -> str:
    return f"{reverse('schedule:my_interests', args=[camp.slug])}#row-{slot_id}"


def _said(
    starts_at: datetime, ends_at: datetime, now: datetime, title: str, address: str, *, room_name: str = "", **more: Any
) -> Coming:
    return Coming(starts_at <= now, starts_at, ends_at, ends_at, room_name, title, address, **more)
