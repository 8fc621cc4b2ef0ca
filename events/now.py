"""What the camp is at by the clock: the slot that runs, and the one that comes next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from django.utils import timezone

from .caching import kept
from .models import Camp, Slot


class Now(NamedTuple):
    """Neither before the first slot nor after the last is anything running; after the last nothing comes."""

    running: Slot | None
    coming: Slot | None

    @property
    def is_another_day(self) -> bool:
        """Whether what comes next is on another day than today, by the camp's clock."""
        return self.coming is not None and self.coming.day != self.coming.camp.today()


def what_is_now(slots: Sequence[Slot]) -> Now:
    """Of all slots of a camp, in their order."""
    at = timezone.now()
    running = next((slot for slot in slots if slot.starts_at <= at < slot.ends_at), None)
    return Now(running, next((slot for slot in slots if slot.starts_at > at), None))


def edges_passed(camp: Camp, frame: int) -> int:
    """How many slots have begun or ended: then another is now. `frame` is its stamp."""

    def read() -> list[float]:
        both = chain.from_iterable(camp.slots.values_list("starts_at", "ends_at"))
        return sorted({moment.timestamp() for moment in both})

    edges = kept("frame-edges", camp.pk, frame, make=read)
    return bisect_right(edges, timezone.now().timestamp())
