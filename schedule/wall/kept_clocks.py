"""A camp in another time zone whose clock times stay: the wall shows the same, and calendars the new moments."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from events import stamps
from events.models import Camp

from ..models import GridVersion, Placement
from .feeds import tell_calendars
from .publish import add_version
from .same_clocks import SameClocks


@transaction.atomic(savepoint=False)
def keep_clocks(*, camp: Camp, old: ZoneInfo) -> GridVersion | None:
    """What is published stands at the clock times it had by the `old` zone; None if nothing is, or nothing differs.

    It is a version that moves nothing: no host is told, and what waits on the draft waits on. But calendars are, by a
    higher SEQUENCE, and whoever gets sessions by mail is mailed them anew within a minute, as with any other zone.
    Refused where the clocks of the camp skip a time at which something stands; what was cancelled, and slots without
    sessions, keep their moments then.
    """
    latest = GridVersion.latest(camp)
    if latest is None:
        return None
    clocks, rows = SameClocks(old, camp.tz), list(latest.placements.all())
    anew, placements = clocks.version(latest), [_at_same_clock(row, clocks) for row in rows]
    if (anew.frame, anew.moved_from, _times(placements)) == (latest.frame, latest.moved_from, _times(rows)):
        return None
    version = add_version(
        camp=camp,
        latest=latest,
        placements=placements,
        frame=anew.frame,
        number=latest.number + 1,
        clocks_of=clocks.old.key,
        clocks_in=clocks.new.key,
    )
    tell_calendars(camp=camp)
    stamps.bump(camp, stamps.GRID)
    return version


def _at_same_clock(row: Placement, clocks: SameClocks) -> Placement:
    """The place for the next version, not saved."""
    try:
        starts_at, ends_at = (clocks.kept if row.is_cancelled else clocks.moved)(row.starts_at, row.ends_at)
    except ValidationError as refused:
        raise ValidationError({"clocks": refused.messages}) from refused
    return Placement(
        session_id=row.session_id,
        room_ref=row.room_ref,
        slot_ref=row.slot_ref,
        room_name=row.room_name,
        starts_at=starts_at,
        ends_at=ends_at,
        is_cancelled=row.is_cancelled,
    )


def _times(rows: list[Placement]) -> list[tuple[object, object]]:
    return [(row.starts_at, row.ends_at) for row in rows]
