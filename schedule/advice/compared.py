"""A grid that was built beside the one that was there before, in people's terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.few import about, in_steps

from .. import solver
from ..models import GridBuild


@dataclass(frozen=True, slots=True)
class Compared:
    """What becomes another. Sessions are counted as they are; wishes and people are as they are told."""

    #: sessions that stand elsewhere, get a place, lose theirs
    moved: int
    placed: int
    off: int
    #: wishes more that are met, or fewer; 0 for a few
    more: int = 0
    #: people who see less of what they want; 0 for a few
    worse: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(told: solver.Problem, before: Sequence[solver.Placement], after: Sequence[solver.Placement]) -> Compared:
    """Two grids; what is told of wishes is worked out from `told` (`border.told_problem`)."""
    was, becomes = solver.score(told, before), solver.score(told, after)
    worse = sum(new < old for old, new in zip(was.attended_by, becomes.attended_by, strict=True))
    moved, placed, off = count_moves(
        [(p.session, p.slot, p.room) for p in before], [(p.session, p.slot, p.room) for p in after]
    )
    # Both are told, so what is told of their difference is that of what is told: else it would not add up.
    more = in_steps(becomes.attended) - in_steps(was.attended)
    return Compared(moved, placed, off, more, in_steps(worse))


def count_moves(before: Iterable[tuple[int, int, int]], after: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    """(session, slot, room): how many stand elsewhere, come, go. Of several runnings those that can stay do."""
    old, new = Counter(before), Counter(after)
    left, right = (Counter[int]() for _side in range(2))
    for (session, _slot, _room), often in (old - new).items():
        left[session] += often
    for (session, _slot, _room), often in (new - old).items():
        right[session] += often
    sessions = left.keys() | right.keys()
    moved = sum(min(left[i], right[i]) for i in sessions)
    return moved, right.total() - moved, left.total() - moved


def compared_in_words(build: GridBuild) -> str:
    """One sentence; empty where there was no grid before."""
    if not build.compared:
        return ""
    if build.has_found_same:
        return _("The last build found no better grid: every session stays where it was.")
    found = Compared(**build.compared)
    parts = moves_in_words(found.moved, found.placed, found.off)
    if build.is_about_wishes:
        parts += _people_in_words(found)
    return _("%(parts)s.") % {"parts": ", ".join(parts)}


def moves_in_words(moved: int, placed: int, off: int) -> list[str]:
    """How many sessions stand elsewhere, come and go; nothing of those that are none."""
    moves = ngettext("%(n)s session moves", "%(n)s sessions move", moved) % {"n": moved}
    comes = ngettext("%(n)s more gets a place", "%(n)s more get a place", placed) % {"n": placed}
    goes = ngettext("%(n)s loses its place", "%(n)s lose their place", off) % {"n": off}
    return [text for often, text in ((moved, moves), (placed, comes), (off, goes)) if often]


def _people_in_words(found: Compared) -> list[str]:
    if found.more:
        text = _("%(about)s more wishes are met") if found.more > 0 else _("%(about)s fewer wishes are met")
        met = text % {"about": about(abs(found.more))}
    else:
        met = _("about as many wishes are met")
    # Below five it is not told whether it is any at all.
    worse = about(found.worse) if found.worse else _("at most a few")
    return [met, _("%(about)s people see less of what they want") % {"about": worse}]
