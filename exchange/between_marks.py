"""What reading would take for something else stands between marks in our own files: “TBC” is a room of that name.

So all that a camp has comes in again as it is, and a file somebody typed is read as people mean it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from events.totals import total_in

from .host_names import MAYBE_SEVERAL, names_in
from .titles import NO_ROOMS, is_cancelled, plain, with_link
from .wall_sheet import is_for_everybody, is_title

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


def loses_something(title: str) -> bool:
    """Whether a sheet would leave out some of it, or all, or take it for nothing that a room has."""
    is_left_out = not is_title(title) or is_cancelled(title) or is_for_everybody(title)
    return is_left_out or plain(title) != title or bool(with_link(title)[1])


# -- names, of which several may stand in one cell ---------------------------------------------------------------


def one_name(name: str) -> str:
    """The name as a cell has it whose names are not to be divided."""
    is_read_so = names_in(name, lambda other: False) == [name] and not MAYBE_SEVERAL.search(name)
    return name if is_read_so and not one_in(name) else f"“{name}”"


def one_in(cell: str) -> str:
    """What stands between marks of ours around the whole cell: one name that looks like several, or has such itself."""
    is_whole = len(cell) > 2 and cell[0] == "“" and cell[-1] == "”" and _closed_at(cell) in (len(cell) - 1, -1)
    return cell[1:-1] if is_whole else ""


def several_names(names: Sequence[str]) -> str:
    """All of them in one cell, each as it is to come in again."""
    if len(names) == 1:
        return one_name(names[0])
    return ", ".join(f"“{name}”" if "," in name else one_name(name) for name in names)


def _closed_at(text: str) -> int:
    """Where the mark is closed that the text begins with; -1: nowhere."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "“") - (sign == "”")
        if depth == 0:
            return at
    return -1


def divided_by_marks(cell: str) -> list[str]:
    """The names in a cell some of which stand between marks, each by itself; nothing of any other cell."""
    pieces, depth = [""], 0
    for sign in cell if "“" in cell else "":
        depth += (sign == "“") - (sign == "”")
        if sign == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += sign
    found = [piece.strip() for piece in pieces]
    # Marks within a name, and a name without a comma behind it, are not as we write them.
    is_ours = depth == 0 and all(one and ("“" not in one or one_in(one)) for one in found)
    return found if is_ours else []
