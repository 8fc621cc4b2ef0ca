"""This after that: which pitch builds on which, and that nothing comes after itself in the end."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Camp

from .models import Order, Pitch

#: a pitch's id to the ids of those it comes after
Earlier = dict[int, set[int]]
#: titles that name a circle
MOST_TOLD = 8


@transaction.atomic
def put_after(*, pitch: Pitch, earlier: Iterable[Pitch]) -> None:
    """The pitch comes after exactly these; a circle is refused and named. The camp is locked already."""
    wanted = {other.pk for other in earlier}
    orders = open_orders(pitch.camp)
    orders[pitch.pk] = wanted
    refuse_circle(pitch.camp, orders, pitch.pk)
    pitch.after.set(wanted)


@transaction.atomic
def join_orders(*, source: Pitch, target: Pitch) -> None:
    """What came before or after `source` now comes before or after `target`; a circle is refused and named."""
    orders = open_orders(target.camp)
    orders[target.pk] = (orders[target.pk] | orders.pop(source.pk, set())) - {source.pk, target.pk}
    for later, earlier in orders.items():
        if source.pk in earlier and later != target.pk:
            orders[later] = earlier - {source.pk} | {target.pk}
    refuse_circle(target.camp, orders, target.pk)
    target.after.set(orders[target.pk])
    target.before.add(*source.before.exclude(pk=target.pk))
    source.after.clear()
    source.before.clear()


def open_orders(camp: Camp) -> Earlier:
    """What is withdrawn holds nothing up."""
    pitches = camp.pitches.open()
    rows = Order.objects.filter(later__in=pitches, earlier__in=pitches)
    found: Earlier = defaultdict(set)
    for later, earlier in rows.values_list("later_id", "earlier_id"):
        found[later].add(earlier)
    return found


def refuse_circle(camp: Camp, orders: Earlier, pitch: int) -> None:
    circle = circle_through(pitch, orders)
    if circle:
        # Those that are named: a database takes only so many ids at once.
        titles = dict(camp.pitches.filter(pk__in=[*circle[:MOST_TOLD], circle[-1]]).values_list("pk", "title"))
        raise ValidationError(circle_in_words([titles.get(pk, "") for pk in circle]))


def circle_in_words(titles: Sequence[str]) -> str:
    """Names the circle, each title after the one behind it; of a long one the beginning and the end."""
    named = [f"“{title}”" for title in titles]
    if len(named) > MOST_TOLD:
        named = [*named[: MOST_TOLD - 1], "…", named[-1]]
    return _("That would be a circle: %(circle)s. Leave one of them out.") % {"circle": _(" after ").join(named)}


def circle_through(pitch: int, orders: Earlier) -> list[int]:
    """The shortest way from the pitch back to itself, from later to earlier; empty if there is none."""
    return search_circle(pitch, orders, most_steps=sys.maxsize)[0]


def search_circle(pitch: int, orders: Earlier, *, most_steps: int) -> tuple[list[int], int]:
    """The same, and the steps it took; with more than `most_steps` it is given up (breadth-first search)."""
    steps = 0
    #: by pitch, the one that comes after it on the way here
    later: dict[int, int] = {}
    queue = [pitch]
    for here in queue:
        for earlier in sorted(orders.get(here, ())):
            steps += 1
            if steps > most_steps:
                return [], steps
            if earlier not in later:
                later[earlier] = here
                queue.append(earlier)
            if earlier == pitch:
                return _way_back(pitch, later), steps
    return [], steps


def _way_back(pitch: int, later: dict[int, int]) -> list[int]:
    way = [pitch, later[pitch]]
    while way[-1] != pitch:
        way.append(later[way[-1]])
    return way[::-1]


def any_circle(orders: Mapping[int, Iterable[int]]) -> list[int]:
    """One circle of them all, in one look at each order (topological sorting); empty if there is none."""
    try:
        TopologicalSorter(orders).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
