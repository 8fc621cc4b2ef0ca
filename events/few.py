"""Small numbers of people: the one place that says how they are told.

A number of people below five could tell who they are, so it is not told; neither is that it is none, since one tap
more would tell that. What is worked out from wishes (sums, differences, shares) is told in steps of five: two of them
held against each other would else tell a small number by another way.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: fewer people than this are "a few"
FEW = 5


def is_few(count: float) -> bool:
    """A number that nobody is told, be it nought."""
    return abs(count) < FEW


def people(count: int) -> str:
    """12 people; a few people below five."""
    if is_few(count):
        return _("a few people")
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


def in_steps(number: float) -> int:
    """What is told of a number that was worked out: 0 for a few, else the step of five next to nought."""
    return int(number / FEW) * FEW


def about(number: float) -> str:
    """about 120; a few below five."""
    told = in_steps(number)
    return _("about %(number)s") % {"number": told} if told else _("a few")


def at_least(count: int) -> int:
    """By what things are put in order when the order is shown: those that a few want are all alike."""
    return 0 if is_few(count) else count
