"""What stands beside the board: what waits for a place and why, and what is wrong, each with the way to mend it."""

from __future__ import annotations

import math
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


def proof_of(build: GridBuild | None, counted: Counted | None, *, is_of_this: bool = True) -> int | None:
    """Within how many per cent of the best grid there can be the draft is, as the last build proved; 0: it is one.

    None where nothing is proved, where that was of another camp than there is now (`is_of_this`), and where the draft
    meets less than what that build found.
    """
    if not is_of_this:
        return None
    is_done = build is not None and build.state == GridBuild.State.DONE and build.is_about_wishes
    if build is None or counted is None or not is_done or counted.figures.attended < build.told_attended:
        return None
    if build.is_proven and not build.told_cost:
        return 0
    # Rounded so that it holds: what is told in steps of five may be four more.
    return math.ceil(100 * build.told_most_open / max(1, build.told_attended)) if build.limit else None


def verdict_of(build: GridBuild | None, counted: Counted | None, proof: int | None) -> str:
    """How good the draft is, in one sentence: whom it serves least, what could still be won, what is proved."""
    if counted is None:
        return ""
    good, parts = counted.figures, []
    if good.least is None:
        return _("Nobody or only a few have said yet what they want to be at.")
    # Fewer than five are a few, be it nobody: so it is not told that there is nobody.
    if good.least:
        parts.append(_("all but a few people see %(n)s %% or more of what they could") % {"n": good.least})
    else:
        parts.append(_("some people see nothing, or next to nothing, of what they want"))
    if build is None or proof is None:
        parts.append(_("how much better a grid could be is not proved"))
    else:
        won = _("fewer than %(n)s of %(all)s wishes could still be won")
        parts.append(won % {"n": build.told_most_open, "all": good.limit})
        parts.append(_("proved within %(n)s %%") % {"n": proof} if proof else _("proved"))
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."
