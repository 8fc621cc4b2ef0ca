"""What reading would take for something else stands between marks in our own files: “TBC” is a room of that name.

So all that a camp has comes in again as it is, and a file somebody typed is read as people mean it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from events.totals import total_in

from .titles import NO_ROOMS
from .wall_sheet import is_title

BETWEEN = re.compile("“(.+)”", re.DOTALL)
#: what Eventbrite writes where somebody has not said their name yet
UNSAID = re.compile(r"\s*\binfo requested\b\s*", re.IGNORECASE)

IsLost = Callable[[str], bool]


def marked(text: str, is_lost: IsLost) -> str:
    """As a cell of ours has it: between marks what would be lost without, and what would lose marks of its own."""
    return f"“{text}”" if is_lost(text) or unmarked(text, is_lost) else text


def unmarked(cell: str, is_lost: IsLost) -> str:
    """What stands in the cell between marks of ours; empty, if they are none."""
    found = BETWEEN.fullmatch(cell)
    return found[1] if found and (is_lost(found[1]) or unmarked(found[1], is_lost)) else ""


def is_no_room(name: str) -> bool:
    """TBC, a line, or what counts the other rows."""
    return not is_title(name) or name.casefold() in NO_ROOMS or bool(total_in([name]))


def is_no_name(name: str) -> bool:
    """Info Requested."""
    return UNSAID.search(name) is not None
