"""Live mode: each change of the draft is published at once, as it is made.

A change goes out in the transaction in which it is made, so it is out, or was not made. What would break a rule that
the published grid does not break waits, and so does a build or plan B, which nobody has seen as a whole yet: it is
published by hand, and from then on changes go out again.
"""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp

from ..advice import Break, broken_rules
from ..build import border
from ..draft.lock import locked_draft
from ..draft.rows import DraftRows, Standing, read_draft
from ..models import Cell, Draft, GridVersion, Placement, Step
from .publish import frame_of, is_all_out, pending_placements, put_up

#: what changes no place
SAYS_NOTHING = {Step.Kind.PIN}
#: what nobody has seen as a whole on the wall yet
WHOLE_GRIDS = {Step.Kind.BUILD, Step.Kind.PLAN_B}


@transaction.atomic
def switch_live(*, camp: Camp, is_on: bool) -> None:
    """From now on each change of the draft is published at once, or none is. Refused while something waits to be
    published: that is looked at first.
    """
    draft = locked_draft(camp=camp)
    if not is_on:
        draft.go_live(Draft.Live.OFF)
        return
    latest = GridVersion.latest(camp)
    if latest is None or not is_all_out(latest, read_draft(camp)):
        raise ValidationError(_("Something on the draft is not out yet. Publish it, with “Live from now on” ticked."))
    draft.go_live(Draft.Live.ON)


@transaction.atomic(savepoint=False)
def send_out(*, camp: Camp, kind: str, by: Attendee | None) -> GridVersion | None:
    """If the camp is live, what was just done on the draft is published, or waits and the draft's page says so."""
    if kind in SAYS_NOTHING:
        return None
    draft = Draft.objects.filter(camp=camp).exclude(live=Draft.Live.OFF).first()
    latest = GridVersion.latest(camp) if draft else None
    if draft is None or latest is None or camp.is_archived:
        return None
    rows, version = read_draft(camp), None
    if is_all_out(latest, rows):
        live = Draft.Live.ON
    elif kind in WHOLE_GRIDS or draft.live == Draft.Live.BUILD:
        live = Draft.Live.BUILD
    elif new_faults(rows, latest):
        live = Draft.Live.RULES
    else:
        live = Draft.Live.ON
        placements, frame = pending_placements(rows), frame_of(rows)
        version = put_up(camp=camp, latest=latest, placements=placements, frame=frame, by=by)
    draft.go_live(live)
    return version


def new_faults(rows: DraftRows, latest: GridVersion) -> list[Break]:
    """The rules that the draft breaks, and the published grid does not: what that breaks now, everybody has."""
    found = broken_rules(border.case_of(rows))
    if not found:
        return []
    known = {(fault.sentence, fault.session_ids) for fault in faults_of(rows, standing_of(rows, latest))}
    return [fault for fault in found if (fault.sentence, fault.session_ids) not in known]


def faults_of(rows: DraftRows, placements: list[Placement]) -> list[Break]:
    """The rules that these places break, with the rooms, slots and pitches of now; what is gone breaks none."""
    slots, rooms = {slot.pk: slot for slot in rows.slots}, {room.pk: room for room in rows.rooms}
    pitches = {pitch.pk: pitch for pitch in rows.pitches}
    standing = []
    for row in placements:
        slot, room, pitch = slots.get(row.slot_ref), rooms.get(row.room_ref), pitches.get(row.session.pitch_id)
        if slot and room and pitch:
            row.session.camp, row.session.pitch = rows.camp, pitch
            standing.append(Standing(row.session, [Cell(session=row.session, room=room, slot=slot)]))
    return broken_rules(border.case_of(replace(rows, standing=standing)))


def standing_of(rows: DraftRows, version: GridVersion) -> list[Placement]:
    """The places of a version that stand still: of what was withdrawn since none does."""
    open_pitches = {pitch.pk for pitch in rows.pitches}
    found = version.placements.filter(is_cancelled=False).select_related("session")
    return [row for row in found if row.session.pitch_id in open_pitches]
