"""Who leads what hangs on a wall, where it stands in the cell of its title: taken for hosts where that is certain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from accounts.text import as_called

from .host_names import BY, MAYBE_SEVERAL, SAYS_HOSTS, SEVERAL, WITH, divided, names_in

#: of a cell: a title, and all who lead it. One that holds more is no title, and is not looked through
LONGEST = 2_000
#: of a cell that names hosts in one of them; words of a name
MOST_LINES, MOST_WORDS = 10, 5
#: of separators in one line, from its end: “Knots by Ann (Berlin)” has two
MOST_TRIED = 3
#: what may stand between a title and who leads it, in one line
BETWEEN = re.compile(rf"(?<=\s)(?:[-–—]|{BY}|{WITH})(?=\s)|[(\[]", re.IGNORECASE)
#: a first line that ends with such a word goes on in the next
GOES_ON = re.compile(rf"{BY}|{WITH}", re.IGNORECASE)
#: between two lines of names
CONTINUES = re.compile(r"(?:[,;&+/]|\b(?:and|und|et|y|e|en))\n|\n(?:[,;&+/]|(?:and|und|et|y|e|en)\b)", re.IGNORECASE)


class Leading(NamedTuple):
    """What a cell says: the title, and the names of who leads it, if it is certain that these are names."""

    title: str
    names: str = ""
    #: may be people, but nobody knows them: they stay in the title
    strangers: str = ""
    #: what stands below whoever leads it
    left_out: str = ""


def may_be_name(text: str) -> bool:
    """Ann Ash; not "rope and a knife"."""
    return text[:1].isalpha() and not text[:1].islower() and len(text.split()) <= MOST_WORDS


def leading_in(cell: str, is_known: Callable[[str], bool]) -> Leading:
    """Of several lines the first is the title; a line that begins with “by” says for certain who leads it."""
    lines = [line for typed in cell.split("\n") if (line := " ".join(typed.split()))]
    whole = Leading(" ".join(lines))
    if len(cell) > LONGEST or len(lines) > MOST_LINES:
        return whole
    if len(lines) < 2 or GOES_ON.fullmatch(lines[0].rpartition(" ")[2]):
        return next((found for found in _in_one_line(whole.title) if _are_known(found.names, is_known)), whole)
    strangers = ""
    for n in range(1, len(lines)):
        title, (line, *left_out) = " ".join(lines[:n]), _wrapped(lines[n:])
        found = SAYS_HOSTS.fullmatch(_unwrapped(line))
        are_names = found is not None and all(map(may_be_name, divided(SEVERAL, found["names"])))
        if found and (_are_known(found["names"], is_known) or (found["by"] and are_names)):
            return Leading(title, found["names"], left_out=" ".join(left_out))
        rest = _unwrapped(" ".join(lines[n:]))
        if _are_known(rest, is_known):
            return Leading(title, rest)
        strangers = strangers or (found["names"] if found and are_names else "")
    return whole._replace(strangers=strangers)


def _wrapped(lines: Sequence[str]) -> list[str]:
    """What goes on in the next line is one: “by Ann and / Bo”, “(by Ann / & Bo)”."""
    first, *more = lines
    while more and (first.count("(") > first.count(")") or CONTINUES.search(f"{first}\n{more[0]}")):
        first = f"{first} {more.pop(0)}"
    return [first, *more]


def named_by(titles: Iterable[str], leaders: Iterable[str]) -> set[str]:
    """By `as_called`, whom a sheet names for certain, by its cells of titles and of leaders: known all over it."""
    cells = [*(leading_in(cell, _nobody).names for cell in titles), *leaders]
    # Ortega y Gasset may be two.
    return {as_called(name) for cell in cells for name in names_in(cell, _nobody) if not MAYBE_SEVERAL.search(name)}


def _nobody(name: str) -> bool:
    """Of the names of people who are known beforehand."""
    return False


def _in_one_line(line: str) -> Iterator[Leading]:
    """Where it may be divided, from its end."""
    for between in [*BETWEEN.finditer(line)][: -MOST_TRIED - 1 : -1]:
        title, names = line[: between.start()].rstrip(" -–—"), line[between.end() :].strip()
        if between[0] in ("(", "["):
            # “Knots (for all) Ann” names nobody in its brackets.
            names = names[:-1].strip() if names.endswith((")", "]")) else ""
        if title and names:
            yield Leading(title, names)


def _are_known(names: str, is_known: Callable[[str], bool]) -> bool:
    found = names_in(names, is_known)
    return bool(found) and all(map(is_known, found))


def _unwrapped(line: str) -> str:
    """Without the dash, or the brackets, around all of it: (by Ann) · – Ann; not “by Ann (Berlin)”."""
    line = line.lstrip("-–— ")
    return line[1:-1].strip() if line[:1] in ("(", "[") and line[-1:] in (")", "]") else line
