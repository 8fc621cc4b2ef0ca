"""The paper pack: what runs the day when the server or the network is gone, as one file.

All that is in it everybody may read who stands in front of it: nobody's own marks, no wish, and of each room the rule
that it agreed on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Camp, Room, Slot
from pitches.models import Host, Pitch
from pitches.topics import hues_of

from ..models import GridVersion, Session
from ..wall.grid import Grid, GridRoom, GridRow, GridSession, draft_grid, published_grid
from .codes import Codes
from .sheets import Code, CodeSheet, Paper, Sheet, code_sheets, sheets_of

#: of its style, in this order
STYLES = ("vendor/pico.min.css", "css/campgrid.css", "css/paper.css")
#: each code takes a server some milliseconds, and is two kilobytes: beyond it cards have their number alone
MOST_CARD_CODES = 240


class DoorLine(NamedTuple):
    """What goes on behind a door."""

    starts_at: datetime
    ends_at: datetime
    title: str
    hosts: Sequence[Host] = ()
    #: what the room agreed on, where that is not that anybody may read the notes
    rule: str = ""
    is_cancelled: bool = False
    #: nothing stands there
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """The sign on a door: a room's day."""

    room: GridRoom
    day: date
    lines: list[DoorLine]


class Card(NamedTuple):
    """A pitch, to be stuck on a wall; `number` is its code."""

    pitch: Pitch
    hue: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Pack:
    """All that is printed."""

    #: None: nothing is published, it is the draft
    version: GridVersion | None
    sheets: list[Sheet]
    doors: list[Door]
    cards: list[Card]
    #: empty, each cell with its code
    blank: list[CodeSheet]
    #: whether codes can be read by phones on each card, too
    has_card_codes: bool

    @property
    def is_behind(self) -> bool:
        """Something came since codes were given: it has none."""
        cells = (cell for sheet in self.blank for row in sheet.rows for cell in row.cells)
        return any(card.number is None for card in self.cards) or any(not cell.label for cell in cells)


def pack_of(camp: Camp, paper: Paper) -> Pack:
    """The grid as it is published, or the draft where nothing is; cards of all that is pitched."""
    version = GridVersion.latest(camp)
    grid = published_grid(version, camp) if version else draft_grid(camp)
    codes, hues = Codes(camp), hues_of(camp)
    pitches = list(camp.pitches.open().prefetch_related("hosts").order_by("created_at", "pk"))
    last = len(codes.pitches) + 1
    pitches.sort(key=lambda pitch: codes.pitches.get(pitch.pk, last))

    def blank(slot: Slot, room: Room) -> Code:
        return Code("", codes.cell(slot.pk, room.pk))

    return Pack(
        version,
        sheets_of(grid, paper, hues, get_language() or ""),
        doors_of(camp, grid),
        [Card(pitch, hues.of(pitch.topic), codes.pitches.get(pitch.pk)) for pitch in pitches],
        code_sheets(camp, paper, blank),
        len(pitches) <= MOST_CARD_CODES,
    )


def doors_of(camp: Camp, grid: Grid) -> list[Door]:
    """A sign for each room and day on which there is anything."""
    rules = dict(camp.sessions.exclude(notes_rule=Session.NotesRule.PUBLIC).values_list("pk", "notes_rule"))
    return [
        Door(room, day.day, lines)
        for at, room in enumerate(grid.rooms)
        for day in grid.days
        if (lines := [line for row in day.rows if (line := _line(row, at, rules))])
        and any(row.is_for_sessions for row in day.rows)
    ]


def _line(row: GridRow, at: int, rules: dict[int, str]) -> DoorLine | None:
    starts_at, ends_at = row.starts_at, row.ends_at
    if not row.is_for_sessions:
        return DoorLine(starts_at, ends_at, row.title or _("For everybody"))
    cell = row.cells[at]
    if not cell.span:
        return None
    entry: GridSession | None = cell.entry
    if entry is None:
        return DoorLine(starts_at, ends_at, "", is_free=True)
    rule = str(Session.NotesRule(rules[entry.id]).label) if entry.id in rules else ""
    return DoorLine(starts_at, entry.ends_at, entry.title, entry.hosts, rule, entry.state.is_cancelled)


def self_contained(html: str) -> str:
    """The page with its pictures in it: what names the file of all of them names the one beside it instead."""
    sprite = Path(str(finders.find("icons.svg"))).read_text(encoding="utf-8")
    hidden = sprite.replace("<svg ", '<svg hidden aria-hidden="true" ', 1)
    return re.sub(r'href="[^"]*icons[^"#]*#', 'href="#icon-', html).replace(
        "</main>", "</main>" + re.sub(r'<symbol id="', '<symbol id="icon-', hidden), 1
    )


@cache
def pack_style() -> SafeString:
    """What its pages look like, to stand in the file itself: nothing of it is fetched."""
    found = [finders.find(name) for name in STYLES]
    text = "\n".join(Path(str(path)).read_text(encoding="utf-8") for path in found)
    if "</" in text or text.count("url(") != text.count('url("data:'):
        raise ValueError("A style that cannot stand in a page, or that fetches something.")
    return SafeString(text)  # nosec B703 # ours, and no tag is in it
