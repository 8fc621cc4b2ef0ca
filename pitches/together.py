"""What those want who want the same: from everybody's interests, and never from those of a few."""

from __future__ import annotations

from math import sqrt

from events.caching import kept
from events.few import in_steps, is_few
from events.models import Camp

from .wishes import People, Wishes, told_wishes

#: how many are named beside a pitch
MOST = 3


def wanted_too(camp: Camp, pitch_id: int, counts: int) -> list[int]:
    """The pitches that people who want this one want, too, the most alike first: by the snapshot of that number, from
    which all figures are. Only those that at least five want together with it (k-anonymity); in which order they come
    is worked out from steps of five, so that it tells of no one person either.
    """
    return kept("wanted-too", camp.pk, pitch_id, counts, make=lambda: _alike(told_wishes(camp) or Wishes(), pitch_id))


def _alike(wishes: Wishes, pitch_id: int) -> list[int]:
    """By cosine similarity."""
    mine = _fans(wishes, pitch_id)
    alike = []
    for other in wishes.fans:
        theirs = _fans(wishes, other)
        both = (mine & theirs).bit_count()
        if other == pitch_id or is_few(both):
            continue
        share = in_steps(both) / sqrt(in_steps(mine.bit_count()) * in_steps(theirs.bit_count()))
        alike.append((-share, other))
    return [other for _share, other in sorted(alike)[:MOST]]


def _fans(wishes: Wishes, pitch_id: int) -> People:
    found = 0
    for people in wishes.fans.get(pitch_id, {}).values():
        found |= people
    return found
