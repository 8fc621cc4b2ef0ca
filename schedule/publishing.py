"""From draft to wall: a published version, numbered, with what changed in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Camp

from . import advice, planner
from .models import GridVersion, Placement, Session


@dataclass(frozen=True, slots=True)
class Change:
    """A session's place before and after; None = not on the grid."""

    session: Session
    before: Placement | None
    after: Placement | None

    @property
    def is_cancelled(self) -> bool:
        return self.after is None

    @property
    def is_new(self) -> bool:
        return self.before is None

    def in_words(self, camp: Camp) -> str:
        if self.after is None:
            return _("“%(title)s” is off the grid.") % {"title": self.session}
        place = {"title": self.session, "to": _place(self.after, camp)}
        if self.before is None:
            return _("“%(title)s” is new: %(to)s.") % place
        return _("“%(title)s” moved from %(from)s to %(to)s.") % (place | {"from": _place(self.before, camp)})


def _place(placement: Placement, camp: Camp) -> str:
    local = placement.starts_at.astimezone(camp.tz)
    return f"{placement.room_name}, {local:%a} {local:%H:%M}"


def pending_placements(camp: Camp) -> list[Placement]:
    """What the draft would publish, not saved."""
    result = []
    for session in camp.sessions.placed().with_place():
        session.camp = camp
        cells = sorted(session.cells.all(), key=lambda cell: cell.slot.starts_at)
        first, last = cells[0], cells[-1]
        result.append(
            Placement(
                session=session,
                room_ref=first.room_id,
                slot_ref=first.slot_id,
                room_name=first.room.name,
                starts_at=first.slot.starts_at,
                ends_at=last.slot.ends_at,
            )
        )
    return result


def changes_since(camp: Camp, latest: GridVersion | None, pending: list[Placement]) -> list[Change]:
    """What publishing would change, in the order of the new grid; what falls off comes last."""
    before = _current(latest)
    changes = []
    for placement in sorted(pending, key=lambda p: (p.starts_at, p.room_name)):
        old = before.pop(placement.session_id, None)
        if old is None or _where(old) != _where(placement):
            changes.append(Change(placement.session, old, placement))
    changes += [Change(old.session, old, None) for old in before.values()]
    return changes


def _current(latest: GridVersion | None) -> dict[int, Placement]:
    if latest is None:
        return {}
    rows = latest.placements.filter(is_cancelled=False).select_related("session__pitch")
    return {placement.session_id: placement for placement in rows}


def _where(placement: Placement) -> tuple[int, datetime, datetime]:
    return placement.room_ref, placement.starts_at, placement.ends_at


@transaction.atomic
def publish_grid(*, camp: Camp, accept_broken: bool = False) -> GridVersion:
    """The wall, the feeds and every calendar now show the draft, as a version that never changes.

    Broken rules are refused unless the organiser accepts them; nothing to publish is refused, too.
    """
    Camp.objects.select_for_update().get(pk=camp.pk)
    broken = advice.broken_rules(planner.build_plan(camp))
    if broken and not accept_broken:
        raise ValidationError([b.sentence for b in broken])
    latest = GridVersion.latest(camp)
    pending = pending_placements(camp)
    if not pending and latest is None:
        raise ValidationError(_("There is nothing on the grid yet. Build it or place a session first."))
    changes = changes_since(camp, latest, pending)
    version = GridVersion.objects.create(
        camp=camp,
        number=(latest.number if latest else 0) + 1,
        frame=frame_of(camp),
        changes=_sentences(camp, latest, changes, len(pending)),
    )
    _save_placements(version, latest, pending, changes)
    return version


def frame_of(camp: Camp) -> dict[str, list[dict[str, object]]]:
    """Rooms and slots as they are now, for a version to keep."""
    return {
        "rooms": [
            {"id": r.pk, "name": r.name, "capacity": r.capacity, "building": r.building, "directions": r.directions}
            for r in camp.rooms.all()
        ],
        "slots": [
            {
                "id": s.pk,
                "starts_at": s.starts_at.isoformat(),
                "ends_at": s.ends_at.isoformat(),
                "kind": s.kind,
                "title": s.title,
            }
            for s in camp.slots.all()
        ],
    }


def _sentences(camp: Camp, latest: GridVersion | None, changes: list[Change], count: int) -> list[str]:
    if latest is None:
        text = ngettext("The first grid: %(count)s session.", "The first grid: %(count)s sessions.", count)
        return [text % {"count": count}]
    return [change.in_words(camp) for change in changes] or [_("No session moved.")]


def _save_placements(
    version: GridVersion, latest: GridVersion | None, pending: list[Placement], changes: list[Change]
) -> None:
    known = {p.session_id: p for p in latest.placements.select_related("session")} if latest else {}
    moved = {change.session.pk: change for change in changes}
    rows = []
    for placement in pending:
        old, session = known.get(placement.session_id), placement.session
        if session.pk in moved and old is not None:
            session.moves += 1
            session.save(update_fields=["moves"])
        is_same = old is not None and session.pk not in moved
        placement.version = version
        placement.sequence = session.moves
        placement.changed_at = old.changed_at if old and is_same else version.published_at
        rows.append(placement)
    on_grid = {p.session_id for p in pending}
    rows += [_cancelled(version, old, moved) for pk, old in known.items() if pk not in on_grid]
    Placement.objects.bulk_create(rows)


def _cancelled(version: GridVersion, old: Placement, moved: dict[int, Change]) -> Placement:
    """The last place of a session that is off the grid: calendars need it to take the entry away."""
    session = old.session
    is_fresh = session.pk in moved
    if is_fresh:
        session.moves += 1
        session.save(update_fields=["moves"])
    return Placement(
        version=version,
        session=session,
        room_ref=old.room_ref,
        slot_ref=old.slot_ref,
        room_name=old.room_name,
        starts_at=old.starts_at,
        ends_at=old.ends_at,
        sequence=session.moves,
        changed_at=timezone.now() if is_fresh else old.changed_at,
        is_cancelled=True,
    )
