"""How many sessions a deed moved, in words: counted in one way wherever it is told."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import ngettext

from ..models import Moved

#: whether a session stood before, and whether it stands after
Turn = tuple[bool, bool]


def turns_of(moves: Iterable[Moved]) -> list[Turn]:
    return [(moved["before"]["room"] is not None, moved["after"]["room"] is not None) for moved in moves]


def counted_in_words(turns: Iterable[Turn]) -> str:
    """3 sessions moved, 2 sessions lost their place; what stood nowhere before is placed."""
    turns = list(turns)
    placed, moved, lost = (turns.count(turn) for turn in ((False, True), (True, True), (True, False)))
    said = []
    if placed:
        text = ngettext("%(count)s session placed", "%(count)s sessions placed", placed)
        said.append(text % {"count": placed})
    if moved or not (placed or lost):
        text = ngettext("%(count)s session moved", "%(count)s sessions moved", moved)
        said.append(text % {"count": moved})
    if lost:
        text = ngettext("%(count)s session lost its place", "%(count)s sessions lost their place", lost)
        said.append(text % {"count": lost})
    return ", ".join(said)
