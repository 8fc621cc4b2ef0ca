"""What those want who want the same: from everybody's interests, and never from those of a few."""

from __future__ import annotations

from math import sqrt

from events.caching import kept
from events.few import in_steps, is_few
from events.models import Camp

from .wishes import Wishes, told_wishes

#: how many are named beside a pitch
MOST = 3


def wanted_too(camp: Camp, pitch_id: int, counts: int) -> list[int]:
    """The pitches that people who want this one want, too, the most alike first: by the snapshot of that number, from
    which all figures are. Only those that at least five want together with it (k-anonymity), counted as they are told;
    in which order they come is worked out from steps of five, so that it tells of no one person either.
    """
    return kept("wanted-too", camp.pk, pitch_id, counts, make=lambda: _alike(told_wishes(camp) or Wishes(), pitch_id))


def _alike(wishes: Wishes, pitch_id: int) -> list[int]:
    """By cosine similarity."""
    mine = wishes.fans_of(pitch_id)
    alike = []
    for other in wishes.fans:
        theirs = wishes.fans_of(other)
        both = wishes.told_of(mine & theirs)
        if other == pitch_id or is_few(both):
            continue
        share = in_steps(both) / sqrt(in_steps(wishes.told_of(mine)) * in_steps(wishes.told_of(theirs)))
        alike.append((-share, other))
    return [other for _share, other in sorted(alike)[:MOST]]
