"""Somebody's own day: where they go, what runs at the same time, what could fill a gap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone

from events.models import Attendee, Camp
from events.shifting import SLEEP
from pitches.models import fair_order

from .marks import Mark, marks_of
from .mine import Wall, WallEntry, WallRow
from .own import Own
from .unseen import unseen_of, unseen_tag
from .walk import Walk, walk

#: for a gap so many are shown; the grid has them all
SUGGESTED = 3
#: the walk from a session that ended longer ago is no walk from there
STILL_THERE = timedelta(minutes=90)


class MySession(NamedTuple):
    """A session of mine in its place."""

    found: WallEntry
    mark: Mark
    walk: Walk | None = None


@dataclass(slots=True)
class MyRow:
    """A row of the day, and what is mine in it."""

    row: WallRow
    is_now: bool
    #: where I go; of several at once none yet
    sessions: list[MySession] = field(default_factory=list)
    #: what I could go to instead
    others: list[MySession] = field(default_factory=list)
    #: something of mine from before goes on in it
    goes_on: bool = False
    suggested: list[WallEntry] = field(default_factory=list)
    #: how many more there are in that slot
    more: int = 0

    @property
    def is_clash(self) -> bool:
        return any(mine.mark.has_clash for mine in self.sessions)

    @property
    def is_shown(self) -> bool:
        """What is for everybody, what is mine, and a gap that can be filled."""
        return not self.row.is_for_sessions or bool(self.sessions or self.others or self.suggested)


class MyDay(NamedTuple):
    """Row after row: what is over, and by day what is not."""

    earlier: list[MyRow]
    days: list[tuple[date, list[MyRow]]]
    #: of what is over, how many sessions
    earlier_count: int
    has_mine: bool


def my_day(camp: Camp, wall: Wall, me: Attendee, own: Own) -> MyDay:
    """All rows in which something is mine or for everybody, and the gaps of what is still to come."""
    marks, now = marks_of((found.entry for found in wall.entries), me, own), timezone.now()
    found = with_moves([one for one in wall.entries if one.entry.session in marks], me)
    mine = _with_walks(camp, [(one, marks[one.entry.session]) for one in found])
    rows = [_my_row(row, mine, now) for row in wall.rows]
    is_over = not any(row.ends_at > now for row in wall.rows)
    if not (is_over or camp.is_archived):
        _suggest(rows, wall, marks, me, dict(own.choices), now)
    rows = [row for row in rows if row.is_shown]
    earlier = [] if is_over else [row for row in rows if row.row.ends_at <= now]
    coming = [row for row in rows if row not in earlier]
    days = groupby(coming, key=lambda row: row.row.starts_at.astimezone(camp.tz).date())
    count = sum(len(row.sessions) for row in earlier)
    return MyDay(earlier, [(day, list(found)) for day, found in days], count, has_mine=bool(mine))


def with_moves(found: Iterable[WallEntry], me: Attendee) -> list[WallEntry]:
    """With what they have not seen of where each was."""
    unseen = unseen_of(me)
    return [one._replace(state=one.state._replace(unseen=unseen_tag(unseen, one.entry.session))) for one in found]


def _with_walks(camp: Camp, mine: list[tuple[WallEntry, Mark]]) -> list[MySession]:
    going = [found for found, mark in mine if goes_to(found, mark)]
    return [
        MySession(found, mark, walk_to(camp, found, going) if goes_to(found, mark) else None) for found, mark in mine
    ]


def goes_to(found: WallEntry, mark: Mark) -> bool:
    """Whether that is where they are then: decided, and not withdrawn."""
    return not (found.entry.is_off or mark.is_instead or mark.has_clash)


def walk_to(camp: Camp, found: WallEntry, going: Iterable[WallEntry]) -> Walk | None:
    """From where they were before, if that is not long ago."""
    start = found.entry.starts_at
    before = [one for one in going if start - STILL_THERE <= one.entry.ends_at <= start and one is not found]
    return walk(camp, max(before, key=lambda one: one.entry.ends_at), found) if before else None


def _my_row(row: WallRow, mine: list[MySession], now: datetime) -> MyRow:
    here = [one for one in mine if one.found.slot_id == row.slot_id and one.found.entry.starts_at == row.starts_at]
    return MyRow(
        row,
        is_now=row.starts_at <= now < row.ends_at,
        sessions=[one for one in here if not one.mark.is_instead],
        others=[one for one in here if one.mark.is_instead],
        goes_on=any(
            not one.mark.is_instead
            and not one.found.entry.is_off
            and one.found.entry.starts_at < row.starts_at < one.found.entry.ends_at
            for one in mine
        ),
    )


def _suggest(
    rows: list[MyRow], wall: Wall, marks: Mapping[int, Mark], me: Attendee, choices: Mapping[int, bool], now: datetime
) -> None:
    """Gaps are told what runs then: first what is about a topic of mine, otherwise in an order of my own.

    By nobody else's wishes: else one could see them move.
    """
    mine = [found for found in wall.entries if found.entry.session in marks]
    topics = {found.topic for found in mine if found.topic}
    pitches = {found.entry.pitch for found in mine}
    there = [f.entry for f in mine if not (f.entry.is_off or marks[f.entry.session].is_instead)]
    order = {pk: n for n, pk in enumerate(fair_order((f.entry.pitch for f in wall.entries), me.pk))}
    for row in rows:
        if row.goes_on or row.row.ends_at <= now or any(not one.found.entry.is_off for one in row.sessions):
            continue
        free = [
            found
            for found in wall.entries
            if found.slot_id == row.row.slot_id
            and found.entry.starts_at == row.row.starts_at
            and found.entry.session not in choices
            and found.entry.pitch not in pitches
            and not (found.entry.is_off or found.state.is_closed or any(e.runs_beside(found.entry) for e in there))
        ]
        free.sort(key=lambda found: (found.topic not in topics, order[found.entry.pitch]))
        row.suggested, row.more = free[:SUGGESTED], len(free[SUGGESTED:])


def stretch_of(rows: list[WallRow], now: datetime, camp: Camp) -> list[WallRow]:
    """The rows of the day that runs, or that begins within a few hours; a night over midnight belongs to its day."""
    stretches: list[list[WallRow]] = []
    ended = None
    for row in rows:
        is_near = ended is not None and (row.starts_at - ended < SLEEP or _is_one_day(camp, row.starts_at, ended))
        if stretches and is_near:
            stretches[-1].append(row)
        else:
            stretches.append([row])
        ended = row.ends_at if ended is None else max(ended, row.ends_at)
    ends = [max(row.ends_at for row in stretch) for stretch in stretches]
    number = bisect_right(ends, now)
    if number == len(stretches) or stretches[number][0].starts_at - SLEEP > now:
        return []
    return stretches[number]


def _is_one_day(camp: Camp, one: datetime, other: datetime) -> bool:
    return one.astimezone(camp.tz).date() == other.astimezone(camp.tz).date()
