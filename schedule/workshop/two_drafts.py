"""Two drafts side by side with their figures: what is on the board, and plan B."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import on_the_clock
from events.few import about
from events.models import Camp

from ..advice import Counted, Figures, ShownClash, broken_rules, counted_of, moves_in_words, shown_clashes
from ..build import border
from ..draft.plan_b import Lost, PlanBRows, read_plan_b
from ..draft.rows import DraftRows, Standing
from ..models import Draft, DraftFigures, PlanB


class Line(NamedTuple):
    """A figure of both."""

    label: str
    board: str
    plan: str
    #: which of the two is better, told by a word; neither where they are the same, or where that is not known yet
    is_board_better: bool = False
    is_plan_better: bool = False


class Side(NamedTuple):
    """What is told of one of the two below the figures."""

    heading: str
    #: a sentence for each rule that is broken
    broken: list[str]
    clashes: list[ShownClash]


class Move(NamedTuple):
    """Where a session stands, and where it would after changing over; empty: off the grid."""

    title: str
    now: str
    then: str


class TwoDrafts(NamedTuple):
    """All that the page of plan B tells."""

    lines: list[Line]
    sides: list[Side]
    #: 12 sessions move, 2 more get a place, 1 loses its place; empty: the two are the same
    change: str
    moves: list[Move]
    lost: list[Lost]
    #: the figures are of the draft as it is now, and of plan B beside it
    is_current: bool
    #: there are figures of both
    is_counted: bool


def two_drafts(draft: Draft, rows: DraftRows, plan: PlanB, figures: DraftFigures | None) -> TwoDrafts:
    """One query more than the rows took."""
    both, counted = read_plan_b(rows, plan), (counted_of(figures), counted_of(plan))
    is_current = bool(figures and figures.is_current and plan.draft_revision == draft.revision and all(counted))
    sides = [
        Side(heading, [found.sentence for found in broken_rules(border.case_of(side))], shown_clashes(side, figured))
        for heading, side, figured in zip(
            (_("On the board"), _("Plan B")), (both.draft, both.rows), counted, strict=True
        )
    ]
    return TwoDrafts(
        lines=[*_counted_lines(both, *counted, is_current=is_current), *_plain_lines(both, sides)],
        sides=sides,
        change=", ".join(_change_in_words(both)),
        moves=[
            Move(str(found.session), _place(rows.camp, found.now), _place(rows.camp, found.then))
            for found in both.changes
        ],
        lost=both.lost,
        is_current=is_current,
        is_counted=all(counted),
    )


def _change_in_words(both: PlanBRows) -> list[str]:
    parts = moves_in_words(*both.moves)
    if pins := len(both.pins):
        parts.append(ngettext("%(n)s pin changes", "%(n)s pins change", pins) % {"n": pins})
    return parts


def _place(camp: Camp, found: Standing | None) -> str:
    """Barn, 10:00; with the day, where the camp has several."""
    if found is None:
        return ""
    is_one_day = camp.starts_on == camp.ends_on
    when = on_the_clock(found.slot.starts_at.astimezone(camp.tz)) if is_one_day else str(found.slot)
    return f"{found.room}, {when}"


def _line(
    label: str, numbers: tuple[int | None, int | None], texts: tuple[str, str], *, more_is_better: bool = True
) -> Line:
    board, plan = numbers
    if board is None or plan is None or board == plan:
        return Line(label, *texts)
    is_board = (board > plan) == more_is_better
    return Line(label, *texts, is_board_better=is_board, is_plan_better=not is_board)


def _counted_lines(both: PlanBRows, board: Counted | None, plan: Counted | None, *, is_current: bool) -> list[Line]:
    """What is told of wishes; nothing of a grid on which nothing stands."""
    if board is None or plan is None:
        return []
    one, other = board.figures if both.draft.standing else None, plan.figures if both.rows.standing else None
    lines = [
        _line(label, (_of(read, one), _of(read, other)), (_said(read, say, one), _said(read, say, other)))
        for label, read, say in _told()
    ]
    lines = [line for line in lines if line.board or line.plan]
    # Of two that were not counted from the same wishes none is better.
    return lines if is_current else [line._replace(is_board_better=False, is_plan_better=False) for line in lines]


Read = Callable[[Figures], int | None]
Say = Callable[[Figures], str]


def _told() -> list[tuple[str, Read, Say]]:
    """What is told of each, by which number it is held against the other, and how it is said."""
    met = _("%(met)s of %(limit)s")
    return [
        (
            _("Wishes met, of those possible"),
            lambda found: found.attended,
            lambda found: met % {"met": about(found.attended), "limit": about(found.limit)},
        ),
        (
            _("What all but a few see of their wishes"),
            lambda found: found.least,
            lambda found: _share(found.least),
        ),
        (_("What half the people see of theirs"), lambda found: found.median, lambda found: _share(found.median)),
        (
            _("People with musts who can be at all of them"),
            lambda found: found.musts_percent,
            lambda found: f"{found.musts_percent} %",
        ),
        (
            _("People in the emptiest room that somebody leads"),
            lambda found: found.emptiest,
            lambda found: about(found.emptiest or 0),
        ),
    ]


def _share(percent: int | None) -> str:
    # More than all there is not.
    return f"{percent} %" if percent == 100 else _("%(n)s %% or more") % {"n": percent}


def _of(read: Read, found: Figures | None) -> int | None:
    return read(found) if found else None


def _said(read: Read, say: Say, found: Figures | None) -> str:
    return say(found) if found and read(found) is not None else ""


def _plain_lines(both: PlanBRows, sides: list[Side]) -> list[Line]:
    grids = both.draft, both.rows
    return [
        _plain(_("Sessions on the grid"), [len(grid.standing) for grid in grids], more_is_better=True),
        _plain(_("Pitches that wait"), [len(grid.waiting) for grid in grids], more_is_better=False),
        _plain(_("Rules broken"), [len(side.broken) for side in sides], more_is_better=False),
    ]


def _plain(label: str, numbers: list[int], *, more_is_better: bool) -> Line:
    board, plan = numbers
    return _line(label, (board, plan), (str(board), str(plan)), more_is_better=more_is_better)
