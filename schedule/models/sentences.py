"""Sentences that are kept name pitches by id, and are shown with the titles of today.

So they follow a title that changed, and none outlives whoever wrote it, also if they were worked out before and are
written down after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pitches.models import Pitch

#: a control character stands on each side: no title has one
BY_ID = re.compile(r"\x02(\d+)\x03")


def by_id(pitch: Pitch) -> str:
    """What stands in a kept sentence where its title will be shown."""
    return f"\x02{pitch.pk}\x03"


def ids_in(kept: Any) -> set[int]:
    """The pitches named anywhere in it: in a sentence, or in lists and mappings of them."""
    if isinstance(kept, str):
        return {int(pk) for pk in BY_ID.findall(kept)}
    values = kept.values() if isinstance(kept, Mapping) else kept if isinstance(kept, list | tuple) else ()
    return {pk for value in values for pk in ids_in(value)}


def with_titles(kept: Any, titles: Mapping[int, str], otherwise: str) -> Any:
    """The same, with the titles put in; `otherwise` for those that have none any more."""
    if isinstance(kept, str):
        return BY_ID.sub(lambda found: titles.get(int(found[1]), otherwise), kept)
    if isinstance(kept, Mapping):
        return {name: with_titles(value, titles, otherwise) for name, value in kept.items()}
    if isinstance(kept, list | tuple):
        return [with_titles(value, titles, otherwise) for value in kept]
    return kept
