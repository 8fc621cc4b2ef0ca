"""A camp in another time zone whose clock times stay: the wall shows the same, and calendars the new moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from events import stamps
from events.models import Camp
from events.shifting import at_same_clock

from ..models import GridVersion, Placement
from .feeds import tell_calendars
from .mailing import mail_soon


@transaction.atomic(savepoint=False)
def keep_clocks(*, camp: Camp, old: ZoneInfo) -> GridVersion | None:
    """What is published stands at the clock times it had by the `old` zone; None if nothing is, or no moment differs.

    It is a version that moves nothing: nobody is told, but SEQUENCE rises. It is made of the version before, so what
    waits on the draft waits on.
    """
    latest = GridVersion.latest(camp)
    if latest is None:
        return None

    def times(kept: dict[str, Any]) -> dict[str, Any]:
        anew = {name: datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at")}
        return kept | {name: at_same_clock(moment, camp, old).isoformat() for name, moment in anew.items()}

    frame = latest.frame | {"slots": [times(slot) for slot in latest.frame["slots"]]}
    placements = list(latest.placements.all())
    before = [(row.starts_at, row.ends_at) for row in placements]
    for row in placements:
        row.starts_at = at_same_clock(row.starts_at, camp, old)
        row.ends_at = at_same_clock(row.ends_at, camp, old)
    if [(row.starts_at, row.ends_at) for row in placements] == before:
        return None
    now = timezone.now()
    is_same_day = latest.published_at.astimezone(camp.tz).date() == now.astimezone(camp.tz).date()
    version = GridVersion.objects.create(
        camp=camp,
        number=latest.number + 1,
        frame=frame,
        moved_from={pk: times(was) for pk, was in latest.moved_from.items()} if is_same_day else {},
        published_at=now,
    )
    for row in placements:
        row.pk, row.version = None, version
    Placement.objects.bulk_create(placements)
    tell_calendars(camp=camp)
    stamps.bump(camp, stamps.GRID)
    mail_soon(camp)
    return version
