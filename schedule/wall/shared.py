"""The published grid as everybody sees it, rendered once; what is mine is put into the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from pitches.topics import hues_for

from ..models import GridVersion
from .grid import NO_WAYS, Grid, GridRow, GridSession, published_grid
from .marks import Mark, SharedEntry, marks_of
from .own import Own
from .stamp import Shown, latest_version
from .table import table
from .unseen import NOTHING, Unseen, unseen_tag
from .ways import ways
from .whereabouts import gone_sessions
from .whys import whys_of

#: with the ways of so many, told in each cell and above each day, the grid is a tenth larger for a phone in a full hall
MANY_ROOMS = 20


@dataclass(frozen=True, slots=True)
class SharedGrid:
    """The pieces of the page; the table has two gaps for each session."""

    table: Fragment
    now: SafeString
    version: SafeString
    has_past: bool
    #: what fell off the grid that day
    gone: SafeString
    #: why it is another one now
    whys: SafeString
    number: int
    entries: list[SharedEntry] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    #: by session, the way in from elsewhere: for those who are in
    online: dict[int, SafeString] = field(default_factory=dict)

    def marks_for(self, attendee: Attendee | None, own: Own) -> dict[int, Mark]:
        """By session, what is mine."""
        return marks_of(self.entries, attendee, own) if attendee else {}

    def table_for(
        self,
        attendee: Attendee | None,
        marks: Mapping[int, Mark],
        buttons: Mapping[int, SafeString] | None = None,
        unseen: Unseen = NOTHING,
    ) -> SafeString:
        """The table with what is mine on it, what of it moved since I looked, and the buttons of its cards."""
        values, language = {f"tags-{session}": button for session, button in (buttons or {}).items()}, get_language()
        if attendee:
            values |= {f"online-{session}": link for session, link in self.online.items()}
        for session, mark in marks.items():
            tag, button = unseen_tag(unseen, session), values.get(f"tags-{session}", SafeString(""))
            values[f"mark-{session}"] = SafeString(" mine unseen") if tag else SafeString(" mine")
            values[f"tags-{session}"] = joined([tag, _tags(mark, "aria-pressed" in button, language), button])
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
            titles={entry.id: entry.title for entry in entries},
            gone=_gone(version, camp) if is_latest else SafeString(""),
            whys=_whys(version) if is_latest else SafeString(""),
            number=version.number,
            online={entry.id: _online(entry) for entry in entries if entry.state.online_url},
        )


def _leave_out_ways(grid: Grid) -> None:
    """A large table says no ways: each session's page, its pitch and My day do."""
    for room in grid.rooms:
        room.way = ""
    for entry in grid.entries:
        entry.state = entry.state._replace(way="")


def _gone(version: GridVersion, camp: Camp) -> SafeString:
    gone = gone_sessions(version, camp)
    return render_to_string("schedule/_grid_gone.html", {"gone": gone}) if gone else SafeString("")


def _whys(version: GridVersion) -> SafeString:
    whys = whys_of(version)
    return render_to_string("schedule/_grid_whys.html", {"whys": whys}) if whys else SafeString("")


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
        "print": address_in("schedule:grid_print", camp),
    }
    return fill(stencil("schedule/_grid_version.html"), values)


def _shared(entry: GridSession) -> SharedEntry:
    hosts = tuple(host.id for host in entry.hosts)
    return SharedEntry(entry.id, entry.pitch_id, hosts, entry.starts_at, entry.ends_at, is_off=entry.state.is_cancelled)


@cache
def _tags(mark: Mark, is_pressed: bool, language: str) -> SafeString:
    """A handful in all, so they are kept for good. Where a button is pressed, that says the interest."""
    return render_to_string("schedule/_entry_tags.html", {"mark": mark, "is_pressed": is_pressed})
