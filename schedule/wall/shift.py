"""A day that runs late, or early: slots move by minutes, and everybody knows at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction

from events.models import Attendee, Camp, Slot
from events.shifting import shift_slots

from ..draft.lock import locked_draft
from ..models import Draft, GridVersion
from .publish import publish_grid


class Shifted(NamedTuple):
    """What was moved, as it stands now."""

    slots: list[Slot]
    #: None where it was not asked to be published
    version: GridVersion | None
    #: of the draft, for whoever takes it back
    revision: int


@transaction.atomic
def shift_day(
    *,
    camp: Camp,
    slots: Collection[int],
    minutes: int,
    by: Attendee | None,
    seen_revision: int | None = None,
    publish: bool = False,
    accept_broken: bool = False,
) -> Shifted:
    """These slots (ids) and all that hangs on them are so many minutes later, earlier if negative; and with `publish`
    the wall, the feeds and every calendar show it, and hosts are told, but not `by`.

    All or nothing: what cannot be moved or published is refused with a sentence, as is a draft that is not as it was
    seen (optimistic lock). See `shift_slots` and `publish_grid`.
    """
    locked_draft(camp=camp, seen=seen_revision)
    moved = shift_slots(camp=camp, slots=slots, minutes=minutes)
    version = publish_grid(camp=camp, by=by, accept_broken=accept_broken) if publish else None
    return Shifted(moved, version, Draft.revision_of(camp))
