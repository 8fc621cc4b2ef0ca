"""What stands beside the board: what waits for a place and why, and what is wrong, each with the way to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from events.http import addresses
from events.models import Camp
from pitches.models import Pitch
from pitches.topics import Hues

from ..advice import Break, Counted, waiting_pitches
from ..draft.rows import DraftRows
from ..models import GridBuild


@dataclass(frozen=True, slots=True)
class TrayItem:
    """A pitch that has no place."""

    pitch: Pitch
    #: how many want to be there, 0 for a few; None: not counted yet
    interested: int | None
    hue: int
    #: why it has no place; empty before the first build
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken, and the page on which one of those who break it is moved."""

    sentence: str
    address: str


def what_waits(draft: DraftRows, counted: Counted | None, hues: Hues, build: GridBuild | None) -> list[TrayItem]:
    """The most wished first, each with the reason: that of the last build, or what became of it since."""
    waiting = waiting_pitches(draft, counted)
    done = build if build and build.state == GridBuild.State.DONE else None

    def reason(pitch: Pitch) -> str:
        if done is None:
            # Before the first build all of them wait, for that.
            return ""
        if told := done.reasons.get(pitch.pk):
            return str(told)
        if pitch.created_at > done.created_at:
            return _("New since the last build.")
        if not done.is_applied:
            return _("The last build found a place for it, and was not taken.")
        return _("It was taken off the grid since the last build.")

    return [
        TrayItem(found.pitch, found.interested, hues.of(found.pitch.topic), reason(found.pitch)) for found in waiting
    ]


def faults_of(camp: Camp, draft: DraftRows, broken: Iterable[Break]) -> list[Fault]:
    """As they are told, each leading to the first session of it that may still be moved: one that is pinned is not."""
    place = addresses("schedule:session_place", camp)
    standing = {found.session.pk: found.session for found in draft.standing}

    def way(found: Break) -> str:
        there = [standing[pk] for pk in found.session_ids if pk in standing]
        there.sort(key=lambda session: session.is_pinned)
        return f"{place(there[0].pitch_id)}?running={there[0].pk}" if there else ""

    return [Fault(found.sentence, way(found)) for found in broken]
