"""Three-way merge of texts, by lines: two people who saved at once both keep what they wrote.

The regions on which all three agree are found as in diff3 (Khanna, Kunal, Pierce: A Formal Investigation of
Diff3, 2007). Where diff3 would see a conflict although nothing is contradicted, both sides are kept. What changed
from one text to another is found by Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986); its steps are
counted, and a merge that would take too many is given up: then both texts are shown whole, and nothing is lost.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

#: what a merge may take, in comparisons of lines: half a second of a slow machine
MOST_STEPS = 1_000_000

Lines = list[str]
Match = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged text. With conflicts, both versions of each stand in it, between marks."""

    text: str
    conflict_count: int
    #: too much was changed by both: the two texts stand in it as one conflict
    is_given_up: bool = False
    #: what it was merged with, and so what it is settled on
    on_revision: int = 0

    @property
    def is_clean(self) -> bool:
        return self.conflict_count == 0


@dataclass(frozen=True)
class Marks:
    """The lines around the two sides of a conflict, in the language of the page."""

    theirs: str = "<<< saved meanwhile"
    mine: str = "=== yours"
    end: str = ">>>"

    def around(self, theirs: Lines, mine: Lines) -> Lines:
        return [self.theirs, *theirs, self.mine, *mine, self.end]


def has_marks(text: str) -> bool:
    """Whether both sides of a conflict stand in it still, in whatever language: lines as `Marks.around` has them."""
    wanted = ["<<< ", "=== "]
    for line in text.split("\n"):
        if not wanted and line.rstrip() == Marks.end:
            return True
        if wanted and line.startswith(wanted[0]):
            wanted = wanted[1:]
    return False


class GivenUp(Exception):
    """It would take more steps than there are."""


class Steps:
    """How much may still be done (deadline). In steps and not seconds: the same texts always merge the same way."""

    def __init__(self, most: int = MOST_STEPS) -> None:
        self.left = most

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise GivenUp


def merge(base: str, mine: str, theirs: str, marks: Marks | None = None, steps: Steps | None = None) -> Merge:
    """What both made of `base`, together; both as they are, if that takes too many steps."""
    if mine == theirs or theirs == base:
        return Merge(mine, 0)
    if mine == base:
        return Merge(theirs, 0)
    marks = marks or Marks()
    b, m, t = _lines(base), _lines(mine), _lines(theirs)
    try:
        return _merge_lines(b, m, t, marks, steps or Steps())
    except GivenUp:
        return Merge("\n".join(marks.around(t, m)), 1, is_given_up=True)


def _merge_lines(base: Lines, mine: Lines, theirs: Lines, marks: Marks, steps: Steps) -> Merge:
    merged: Lines = []
    conflicts = 0
    at_b = at_m = at_t = 0
    for size, in_b, in_m, in_t in _agreed(base, mine, theirs, steps):
        chunk = _chunk(base[at_b:in_b], mine[at_m:in_m], theirs[at_t:in_t])
        if chunk is None:
            conflicts += 1
            chunk = marks.around(theirs[at_t:in_t], mine[at_m:in_m])
        merged += chunk
        merged += base[in_b : in_b + size]
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
    for one, other in ((mine, theirs), (theirs, mine)):
        # One did all that the other did, and more: sent before, say, by a page that never heard that it was saved.
        if _goes_on(one, other, base):
            return one
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


def _goes_on(longer: Lines, shorter: Lines, base: Lines) -> bool:
    """Whether every line of the shorter stands in the longer, in order, and no line more that was taken away in it.

    One that is shorter than what was there took lines away: what the other has more may be those, changed.
    """
    lines = iter(longer)
    if len(shorter) < len(base) or not any(shorter) or not all(line in lines for line in shorter):
        return False
    return set(base).isdisjoint(set(longer) - set(shorter))


def _agreed(base: Lines, mine: Lines, theirs: Lines, steps: Steps) -> Iterator[tuple[int, int, int, int]]:
    """(size, place in base, in mine, in theirs) of every stretch all three share; ends with an empty one."""
    a, b = _matches(base, mine, steps), _matches(base, theirs, steps)
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


def _matches(base: Lines, other: Lines, steps: Steps) -> list[Match]:
    """(place in base, in other, size) of stretches that are in both, in order."""
    steps.take(len(base) + len(other))
    # Lines are compared as numbers, however long they are; one that is in one text alone is in no stretch.
    numbers = {line: number for number, line in enumerate(set(base) & set(other))}
    in_base = [index for index, line in enumerate(base) if line in numbers]
    in_other = [index for index, line in enumerate(other) if line in numbers]
    a, b = [numbers[base[index]] for index in in_base], [numbers[other[index]] for index in in_other]
    return [(in_base[x + n], in_other[y + n], 1) for x, y, size in _stretches(a, b, steps) for n in range(size)]


def _stretches(a: list[int], b: list[int], steps: Steps) -> list[Match]:
    """The same for numbers: what stays on a shortest way from one to the other, by taking away and adding (diff)."""
    shorter = min(len(a), len(b))
    head = 0
    while head < shorter and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < shorter - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    # If one of them is part of the other, nothing is left to look for.
    inner = _walked_back(len(inner_a), len(inner_b), _furthest(inner_a, inner_b, steps)) if inner_a and inner_b else []
    found = [(0, 0, head), *((x + head, y + head, size) for x, y, size in inner)]
    return [*found, (len(a) - tail, len(b) - tail, tail)]


def _furthest(a: list[int], b: list[int], steps: Steps) -> list[array[int]]:
    """For each number of changes, how far one gets in `a` on the diagonals -changes, -changes + 2, …, changes."""
    reached: list[array[int]] = []
    before = array("l", [0])
    for changes in range(len(a) + len(b) + 1):
        here = array("l", [0]) * (changes + 1)
        followed = 0
        for i in range(changes + 1):
            diagonal = 2 * i - changes
            if changes == 0:
                x = 0
            elif i == 0 or (i < changes and before[i - 1] < before[i]):
                x = before[i]
            else:
                x = before[i - 1] + 1
            y = x - diagonal
            start = x
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x += 1
                y += 1
            followed += x - start
            here[i] = x
            if x >= len(a) and y >= len(b):
                return [*reached, here]
        steps.take(changes + 1 + followed)
        reached.append(here)
        before = here
    raise AssertionError("one is changed into the other by taking all away and putting all in")


def _walked_back(x: int, y: int, reached: list[array[int]]) -> list[Match]:
    matches: list[Match] = []
    for changes in range(len(reached) - 1, 0, -1):
        before = reached[changes - 1]
        i = (x - y + changes) // 2
        is_put_in = i == 0 or (i < changes and before[i - 1] < before[i])
        at = before[i] if is_put_in else before[i - 1]
        diagonal = 2 * (i if is_put_in else i - 1) - (changes - 1)
        start = at if is_put_in else at + 1
        matches.append((start, start - (x - y), x - start))
        x, y = at, at - diagonal
    matches.append((0, 0, x))
    return [match for match in reversed(matches) if match[2]]
