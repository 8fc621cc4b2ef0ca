"""The published grid as everybody sees it, rendered once; what is mine is put into the gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.caching import Fragment, Gaps, fill, joined, kept, stencil
from events.http import address_in
from events.models import Attendee, Camp
from events.templatetags.campgrid import clock, day
from pitches.models import Interest
from pitches.topics import hues_for

from ..models import GridVersion
from .grid import NO_WAYS, Grid, GridRow, GridSession, published_grid
from .stamp import Shown, latest_version
from .table import table
from .ways import ways
from .whereabouts import gone_sessions

#: with the ways of so many, told in each cell and above each day, the grid is a tenth larger for a phone in a full hall
MANY_ROOMS = 20


class SharedEntry(NamedTuple):
    """What has to be known of a session to tell whether it is mine, and whether it clashes."""

    session: int
    pitch: int
    hosts: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    #: it was withdrawn: nobody has to be there
    is_off: bool = False


class Mark(NamedTuple):
    """What a session is to the person who looks."""

    level: int
    is_hosted: bool
    has_clash: bool

    @property
    def is_mine(self) -> bool:
        return self.level > 0 or self.is_hosted

    @property
    def is_must(self) -> bool:
        return self.level == Interest.Level.MUST


@dataclass(frozen=True, slots=True)
class SharedGrid:
    """The pieces of the page; the table has two gaps for each session."""

    table: Fragment
    now: SafeString
    version: SafeString
    has_past: bool
    #: what fell off the grid that day
    gone: SafeString
    entries: list[SharedEntry] = field(default_factory=list)
    #: by session, the way in from elsewhere: for those who are in
    online: dict[int, SafeString] = field(default_factory=dict)

    def table_for(self, attendee: Attendee | None, wishes: Iterable[tuple[int, int]]) -> SafeString:
        """The table with what is mine on it."""
        marks = marks_of(self.entries, attendee, dict(wishes)) if attendee else {}
        values, language = dict[str, str](), get_language()
        if attendee:
            values |= {f"online-{session}": link for session, link in self.online.items()}
        for session, mark in marks.items():
            values[f"mark-{session}"] = " mine"
            values[f"tags-{session}"] = _tags(mark, language)
        return fill(self.table, values)


def shared_grid(camp: Camp, shown: Shown, version: GridVersion | None = None) -> SharedGrid | None:
    """What everybody sees of a version, or of the latest; None before there is one."""
    number = version.number if version else "latest"
    return kept("grid", camp.pk, number, shown.numbers, shown.edges, make=lambda: _render(camp, shown, version))


def _render(camp: Camp, shown: Shown, version: GridVersion | None) -> SharedGrid | None:
    is_latest, version = version is None, version or latest_version(camp, shown.numbers)
    if version is None:
        return None
    with timezone.override(camp.tz):
        published = Published.of(version)
        grid, gaps = published_grid(version, camp, ways(camp, version) if is_latest else NO_WAYS), Gaps()
        if len(grid.rooms) >= MANY_ROOMS:
            _leave_out_ways(grid)
        entries = grid.entries
        for entry in entries:
            entry.mark, entry.tags = gaps[f"mark-{entry.id}"], gaps[f"tags-{entry.id}"]
            if entry.state.online_url:
                entry.online = gaps[f"online-{entry.id}"]
        hues = hues_for(camp, (entry.topic for entry in entries))
        return SharedGrid(
            table=gaps.split(table(grid, hues=hues, paper=paper_line(published, camp))),
            now=_now(grid.now, grid.next),
            version=_version_line(published, camp),
            has_past=grid.has_past,
            entries=[_shared(entry) for entry in entries],
            gone=_gone(version, camp) if is_latest else SafeString(""),
            online={entry.id: _online(entry) for entry in entries if entry.state.online_url},
        )


def _leave_out_ways(grid: Grid) -> None:
    """A large table says no ways: each session's page, its pitch and "mine" do."""
    for room in grid.rooms:
        room.way = ""
    for entry in grid.entries:
        entry.state = entry.state._replace(way="")


def _gone(version: GridVersion, camp: Camp) -> SafeString:
    gone = gone_sessions(version, camp)
    return render_to_string("schedule/_grid_gone.html", {"gone": gone}) if gone else SafeString("")


def _online(entry: GridSession) -> SafeString:
    return fill(stencil("schedule/_grid_online.html"), {"url": entry.state.online_url, "title": entry.title})


class Published(NamedTuple):
    """Which version it is, and when it was published, in words."""

    number: int
    on: str
    at: str

    @classmethod
    def of(cls, version: GridVersion) -> Published:
        return cls(version.number, day(version.published_at), clock(version.published_at))


def paper_line(published: Published, camp: Camp) -> str:
    """What a printed grid is of."""
    return _("%(camp)s · version %(number)s, published %(on)s, %(at)s") % ({"camp": camp.name} | published._asdict())


class NowKind(NamedTuple):
    has_now: bool
    has_next: bool


class NowRowKind(NamedTuple):
    is_now: bool


def _now(running: list[GridRow], coming: list[GridRow]) -> SafeString:
    """What runs now and what comes next; in a break what comes next, which is when people look for their room."""
    if not running and not coming:
        return SafeString("")
    values = {"now": _row_links(running), "next": _row_links(coming)}
    return fill(stencil("schedule/_grid_now.html", NowKind(bool(running), bool(coming))), values)


def _row_links(rows: list[GridRow]) -> SafeString:
    # Between two links there is a space to break the line at.
    return joined(piece for row in rows for piece in (_row_link(row), SafeString("\n")))


def _row_link(row: GridRow) -> SafeString:
    values = {"slot": row.slot_id, "starts": clock(row.starts_at), "ends": clock(row.ends_at), "title": row.title}
    return fill(stencil("schedule/_grid_now_row.html", NowRowKind(row.is_now)), values)


def _version_line(published: Published, camp: Camp) -> SafeString:
    values = published._asdict() | {
        "versions": address_in("schedule:version_list", camp),
        "how": address_in("schedule:grid_how", camp),
        "calendar": address_in("schedule:calendar_detail", camp),
    }
    return fill(stencil("schedule/_grid_version.html"), values)


def _shared(entry: GridSession) -> SharedEntry:
    hosts = tuple(host.id for host in entry.hosts)
    return SharedEntry(entry.id, entry.pitch_id, hosts, entry.starts_at, entry.ends_at, is_off=entry.state.is_cancelled)


def marks_of(entries: Iterable[SharedEntry], attendee: Attendee, wishes: Mapping[int, int]) -> dict[int, Mark]:
    """What is mine among these, by session: what I host or am interested in, and where two of them run at once.

    What was withdrawn is mine still, and in the way of nothing.
    """
    mine = [entry for entry in entries if entry.pitch in wishes or attendee.pk in entry.hosts]
    running = [entry for entry in mine if not entry.is_off]
    return {
        entry.session: Mark(
            level=wishes.get(entry.pitch, 0),
            is_hosted=attendee.pk in entry.hosts,
            has_clash=not entry.is_off and _runs_beside(entry, running),
        )
        for entry in mine
    }


def _runs_beside(entry: SharedEntry, running: Iterable[SharedEntry]) -> bool:
    return any(
        other is not entry and other.starts_at < entry.ends_at and entry.starts_at < other.ends_at for other in running
    )


@cache
def _tags(mark: Mark, language: str) -> SafeString:
    """A handful in all, so they are kept for good."""
    return render_to_string("schedule/_entry_tags.html", {"mark": mark})
