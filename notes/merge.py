"""Three-way merge of texts, by lines: two people who saved at once both keep what they wrote.

The regions on which all three agree are found as in diff3 (Khanna, Kunal, Pierce: A Formal Investigation of
Diff3, 2007). Where diff3 would see a conflict although nothing is contradicted, both sides are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

Lines = list[str]
Match = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged text. With conflicts, both versions of each stand in it, between marks."""

    text: str
    conflict_count: int

    @property
    def is_clean(self) -> bool:
        return self.conflict_count == 0


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines around the two sides of a conflict, in the language of the page."""

    theirs: str = "<<< saved meanwhile"
    mine: str = "=== yours"
    end: str = ">>>"


def merge(base: str, mine: str, theirs: str, marks: Marks | None = None) -> Merge:
    """What both made of `base`, together."""
    marks = marks or Marks()
    if mine == theirs or theirs == base:
        return Merge(mine, 0)
    if mine == base:
        return Merge(theirs, 0)
    b, m, t = _lines(base), _lines(mine), _lines(theirs)
    merged: Lines = []
    conflicts = 0
    at_b = at_m = at_t = 0
    for size, in_b, in_m, in_t in _agreed(b, m, t):
        chunk = _chunk(b[at_b:in_b], m[at_m:in_m], t[at_t:in_t])
        if chunk is None:
            conflicts += 1
            chunk = [marks.theirs, *t[at_t:in_t], marks.mine, *m[at_m:in_m], marks.end]
        merged += chunk
        merged += b[in_b : in_b + size]
        at_b, at_m, at_t = in_b + size, in_m + size, in_t + size
    return Merge("\n".join(merged), conflicts)


def _lines(text: str) -> Lines:
    return text.replace("\r\n", "\n").split("\n") if text else []


def _chunk(base: Lines, mine: Lines, theirs: Lines) -> Lines | None:
    """One stretch on which the three differ; None = a real conflict."""
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    if not base:
        # Both added something at the same place: that is no contradiction.
        return theirs + mine
    for one, other in ((mine, theirs), (theirs, mine)):
        # One only added before or after, the other changed what was there.
        if one[: len(base)] == base:
            return other + one[len(base) :]
        if one[-len(base) :] == base:
            return one[: -len(base)] + other
    return None


def _agreed(base: Lines, mine: Lines, theirs: Lines) -> Iterator[tuple[int, int, int, int]]:
    """(size, place in base, in mine, in theirs) of every stretch all three share; ends with an empty one."""
    a, b = _matches(base, mine), _matches(base, theirs)
    i = j = 0
    while i < len(a) and j < len(b):
        start = max(a[i][0], b[j][0])
        end = min(a[i][0] + a[i][2], b[j][0] + b[j][2])
        if start < end:
            yield end - start, start, a[i][1] + start - a[i][0], b[j][1] + start - b[j][0]
        if a[i][0] + a[i][2] < b[j][0] + b[j][2]:
            i += 1
        else:
            j += 1
    yield 0, len(base), len(mine), len(theirs)


def _matches(base: Lines, other: Lines) -> list[Match]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return [(block.a, block.b, block.size) for block in blocks if block.size]
