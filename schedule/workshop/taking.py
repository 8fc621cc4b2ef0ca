"""What it does to the draft, and to whose moves, if somebody takes a build that began before them."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..advice import moves_in_words
from ..draft.history import told_steps
from ..draft.rows import DraftRows
from ..models import GridBuild, Step
from .sketch import moves_to

#: moves that are named; of the others it is told how many
NAMED = 3


def if_taken(draft: DraftRows, build: GridBuild) -> str:
    """How many sessions move, come and go, and what was done since the build began that would be undone by it."""
    parts = moves_in_words(*moves_to(draft, build))
    if not parts:
        return _("If you take it, every session stays where it is.")
    text = _("If you take it, %(parts)s.") % {"parts": ", ".join(parts)}
    return f"{text} {_undone(draft, build)}".strip()


def _undone(draft: DraftRows, build: GridBuild) -> str:
    told = told_steps(draft.camp, _overwritten(draft, build))
    if not told:
        return ""
    named = [
        _("%(who)s: %(what)s") % {"who": found.step.by or _("Somebody"), "what": found.sentence}
        for found in told[:NAMED]
    ]
    if rest := len(told) - len(named):
        named.append(ngettext("%(n)s more move", "%(n)s more moves", rest) % {"n": rest})
    return _("That undoes what was done since it began: %(moves)s.") % {"moves": "; ".join(named)}


def _overwritten(draft: DraftRows, build: GridBuild) -> list[Step]:
    """Deeds since it began of which something would stand elsewhere, the newest first."""
    since = draft.camp.steps.filter(made_at__gt=build.created_at, undone_at=None)
    steps = list(since.select_related("by"))
    if not steps:
        return []
    left = Counter(tuple(row) for row in build.plan)
    moves = {found.session.pk for found in draft.standing}
    for found in draft.standing:
        place = (found.session.pitch_id, found.slot.pk, found.room.pk)
        if left[place]:
            left[place] -= 1
            moves.discard(found.session.pk)
    # What is off the grid by now, and comes back.
    comes = {pitch for (pitch, _slot, _room), often in left.items() if often}
    off = draft.camp.sessions.filter(pitch__in=comes, cells=None).values_list("pk", flat=True)
    moves.update(off)
    return [step for step in steps if moves.intersection(step.way)]
