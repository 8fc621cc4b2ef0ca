"""A publish is taken back: what was up before is up again, as a version of its own."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp

from ..advice import Break
from ..draft.lock import locked_draft
from ..draft.rows import DraftRows, read_draft
from ..draft.undo import stand_at
from ..models import Draft, GridVersion, Placement
from .changes import Change, Place, changes_between
from .live import faults_of, standing_of
from .publish import RulesBroken, pending_changes, put_up, refuse_other_version


class Before(NamedTuple):
    """What is up if the latest version is taken back."""

    latest: GridVersion
    version: GridVersion
    #: not saved
    placements: list[Placement]
    #: against the latest
    changes: list[Change]
    #: rules that this breaks
    faults: list[Break]
    #: sessions that stand elsewhere on the draft than on the latest version: nobody was told of those moves
    unpublished: int


def before_latest(camp: Camp, rows: DraftRows) -> Before:
    """Refused, with a sentence, where there is nothing to go back to."""
    latest = GridVersion.latest(camp)
    version = camp.grid_versions.filter(number__lt=latest.number).first() if latest else None
    if latest is None or version is None:
        raise ValidationError(_("There is no version before to go back to."))
    if latest.clocks_of:
        raise ValidationError(
            _("Version %(number)s only keeps the clock times in another time zone. That is not taken back here."),
            params={"number": latest.number},
        )
    version.camp = camp
    found = standing_of(rows, version)
    _refuse_gone(found, rows)
    placements = [row.anew() for row in found]
    before, after = (
        [Place(p.session_id, p.room_ref, p.room_name, p.starts_at, p.ends_at) for p in places]
        for places in (latest.placements.filter(is_cancelled=False), placements)
    )
    changes = changes_between(before, after, old_frame=latest.frame, new_frame=version.frame)
    waits = sum(change.kind == "session" for change in pending_changes(latest, rows))
    return Before(latest, version, placements, changes, faults_of(rows, found), waits)


def _refuse_gone(found: list[Placement], rows: DraftRows) -> None:
    rooms = {room.pk for room in rows.rooms}
    gone = next((row for row in found if row.room_ref not in rooms), None)
    if gone is not None:
        raise ValidationError(
            _("“%(title)s” would stand in %(room)s, which is gone. Change the draft instead, and publish it."),
            params={"title": gone.session.pitch.title, "room": gone.room_name},
        )


@transaction.atomic
def take_back_version(
    *,
    camp: Camp,
    by: Attendee | None,
    seen_version: int | None = None,
    seen_revision: int | None = None,
    with_draft: bool = False,
    accept_broken: bool = False,
    why: str = "",
) -> GridVersion:
    """What was up before the latest version is up again, as the next version; whoever was told of a move is told that
    it is back, and every calendar.

    The draft stays as it is, and so is not out: live mode ends. `with_draft` puts it back, too, and live mode goes on.
    Refused if another version is up than the one that was seen; if the draft that is put back is not as it was seen;
    and broken rules, unless they are accepted.
    """
    draft = locked_draft(camp=camp)
    rows = read_draft(camp)
    refuse_other_version(GridVersion.latest(camp), seen_version)
    if with_draft:
        locked_draft(camp=camp, seen=seen_revision)
    found = before_latest(camp, rows)
    if found.faults and not accept_broken:
        raise RulesBroken(fault.sentence for fault in found.faults)
    version = put_up(
        camp=camp,
        latest=found.latest,
        placements=found.placements,
        frame=found.version.frame,
        by=by,
        why=why,
        takes_back=found.latest.number,
    )
    was_live = bool(draft.live)
    # Nothing that follows goes out by itself.
    draft.go_live(Draft.Live.OFF)
    if with_draft:
        stand_at(camp=camp, places={p.session_id: (p.room_ref, p.slot_ref) for p in found.placements}, by=by)
        if was_live:
            Draft.of(camp).go_live(Draft.Live.ON)
    return version
