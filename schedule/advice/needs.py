"""Needs that no room is recorded to have: a warning, since a camp that never wrote down its projectors has some."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from events.models.frame import feature_name

from ..draft.rows import DraftRows

#: what is said of each; of what an import brought, the last
NO_ROOM = {
    "projector": _lazy("No room has a projector recorded."),
    "step-free": _lazy("No room is recorded as step-free."),
    "hearing-loop": _lazy("No room has a hearing loop recorded."),
    "quiet": _lazy("No room is recorded as quiet."),
    "online": _lazy("No room has an online link recorded."),
    "whiteboard": _lazy("No room has a whiteboard recorded."),
    "stage": _lazy("No room has a stage recorded."),
}
#: titles that are named
NAMED = 3


@dataclass(frozen=True, slots=True)
class MissingNeed:
    """What sessions need and no room has, as people read it."""

    code: str
    sentence: str
    #: whom it concerns, and what is done about it
    concerns: str


def missing_needs(draft: DraftRows, pitch_id: int | None = None) -> list[MissingNeed]:
    """Such needs of the open pitches, or of one, in the order of their codes; without any room nothing is said."""
    if not draft.rooms:
        return []
    pitches = [pitch for pitch in draft.pitches if pitch_id in (None, pitch.pk)]
    offered = {code for room in draft.rooms for code in room.offers}
    wanted: dict[str, list[str]] = {}
    for pitch in pitches:
        for code in pitch.needs:
            if code not in offered:
                wanted.setdefault(code, []).append(pitch.title)
    return [MissingNeed(code, _no_room(code), _concerns(titles)) for code, titles in sorted(wanted.items())]


def _no_room(code: str) -> str:
    known = NO_ROOM.get(code)
    return str(known) if known else _("No room has “%(name)s” recorded.") % {"name": feature_name(code)}


def _concerns(titles: list[str]) -> str:
    named = ", ".join(f"“{title}”" for title in titles[:NAMED])
    more = len(titles) - NAMED
    if more > 0:
        named = ngettext("%(titles)s and %(n)s more", "%(titles)s and %(n)s more", more) % {"titles": named, "n": more}
    return _("Asked for by %(titles)s. It keeps nobody off the grid.") % {"titles": named}
