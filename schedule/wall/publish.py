"""From draft to wall: a published version, numbered, that never changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events import stamps
from events.models import Attendee, Camp

from ..advice import broken_rules
from ..build import border
from ..draft.lock import locked_draft
from ..draft.rows import DraftRows, read_draft
from ..models import GridVersion, Placement
from .changes import Change, Place, changes_between
from .feeds import tell_calendars
from .hosts import tell_hosts
from .mailing import mail_soon
from .moved import moved_from
from .same_clocks import SameClocks
from .telling import tell_soon


def pending_placements(draft: DraftRows) -> list[Placement]:
    """What the draft would publish, not saved."""
    return [
        Placement(
            session=found.session,
            room_ref=found.room.pk,
            slot_ref=found.slot.pk,
            room_name=found.room.name,
            starts_at=found.slot.starts_at,
            ends_at=found.ends_at,
        )
        for found in draft.standing
    ]


def pending_changes(latest: GridVersion | None, draft: DraftRows) -> list[Change]:
    """What publishing would change."""
    places = [
        Place(found.session.pk, found.room.pk, found.room.name, found.slot.starts_at, found.ends_at)
        for found in draft.standing
    ]
    return _changes_since(latest, _places_of(latest), places, frame_of(draft))


def _places_of(latest: GridVersion | None) -> list[Place]:
    seen = latest.seen() if latest else []
    return [Place(was.session, was.room, was.room_name, was.starts_at, was.ends_at) for was in seen]


def _changes_since(
    latest: GridVersion | None, before: list[Place], places: list[Place], frame: dict[str, Any]
) -> list[Change]:
    """The first grid has nothing to compare its rooms and slots with."""
    return changes_between(before, places, old_frame=latest.frame if latest else frame, new_frame=frame)


class RulesBroken(ValidationError):
    """Refused, because the draft breaks rules; an organiser may publish it all the same."""

    CODE = "rules_broken"

    def __init__(self, sentences: Iterable[str]) -> None:
        super().__init__([ValidationError(sentence, code=self.CODE) for sentence in sentences])


@transaction.atomic
def publish_grid(
    *, camp: Camp, by: Attendee | None, accept_broken: bool = False, seen_revision: int | None = None
) -> GridVersion:
    """The wall, the feeds and every calendar now show the draft, as a version that never changes; hosts of what moved
    or fell off are told, by mail, too, but for whoever publishes it.

    Broken rules are refused unless the organiser accepts them; nothing to publish is refused, too, and a draft that
    is not as it was seen.
    """
    locked_draft(camp=camp, seen=seen_revision)
    draft = read_draft(camp)
    broken = broken_rules(border.case_of(draft))
    if broken and not accept_broken:
        raise RulesBroken(b.sentence for b in broken)
    latest = GridVersion.latest(camp)
    pending = pending_placements(draft)
    if not pending and latest is None:
        raise ValidationError(_("There is nothing on the grid yet. Build it or place a session first."))
    lost = _cancelled(latest, {placement.session_id for placement in pending})
    version = add_version(
        camp=camp,
        latest=latest,
        placements=[*pending, *lost],
        frame=frame_of(draft),
        number=(latest.number if latest else 0) + 1,
    )
    tell_calendars(camp=camp)
    tell_hosts(camp=camp, changes=[Change(**row) for row in version.changes], by=by)
    stamps.bump(camp, stamps.GRID)
    mail_soon(camp)
    tell_soon(camp)
    return version


def frame_of(draft: DraftRows) -> dict[str, list[dict[str, Any]]]:
    """Rooms and slots as they are now, for a version to keep."""
    return {
        "rooms": [
            {"id": r.pk, "name": r.name, "capacity": r.capacity, "building": r.building, "directions": r.directions}
            for r in draft.rooms
        ],
        "slots": [
            {
                "id": s.pk,
                "starts_at": s.starts_at.isoformat(),
                "ends_at": s.ends_at.isoformat(),
                "kind": s.kind,
                "title": s.title,
            }
            for s in draft.slots
        ],
    }


def _cancelled(latest: GridVersion | None, on_grid: set[int]) -> list[Placement]:
    """The last places of sessions that are off the grid: calendars need them to take the entries away."""
    return [
        Placement(
            session_id=old.session_id,
            room_ref=old.room_ref,
            slot_ref=old.slot_ref,
            room_name=old.room_name,
            starts_at=old.starts_at,
            ends_at=old.ends_at,
            is_cancelled=True,
        )
        for old in (latest.placements.all() if latest else ())
        if old.session_id not in on_grid
    ]


@transaction.atomic(savepoint=False)
def add_version(
    *,
    camp: Camp,
    latest: GridVersion | None,
    placements: list[Placement],
    frame: dict[str, Any],
    clocks_of: str = "",
    clocks_in: str = "",
    **fields: Any,
) -> GridVersion:
    """The version after `latest`, with what it changed; from here on it stays as it is.

    Where it keeps the clock times of a zone in another one (`clocks_of`, `clocks_in`), it is compared with `latest`
    as that is by those: what stands at the same clock time did not move.
    """
    standing = [placement for placement in placements if not placement.is_cancelled]
    places = [Place(p.session_id, p.room_ref, p.room_name, p.starts_at, p.ends_at) for p in standing]
    clocks = SameClocks.named(clocks_of, clocks_in)
    before = [clocks.place(place) for place in _places_of(latest)]
    latest = clocks.version(latest) if latest else None
    changes = _changes_since(latest, before, places, frame) if latest else []
    published_at = fields.setdefault("published_at", timezone.now())
    version = GridVersion.objects.create(
        camp=camp,
        frame=frame,
        changes=[change.as_json() for change in changes],
        moved_from=moved_from(camp, latest, before, places, published_at),
        clocks_of=clocks_of,
        clocks_in=clocks_in,
        **fields,
    )
    for placement in placements:
        placement.version = version
    Placement.objects.bulk_create(placements)
    return version
