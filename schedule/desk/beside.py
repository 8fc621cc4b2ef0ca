"""What a repair does beside moving sessions: written down with its step, taken back and done again with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.frame import set_away
from events.models import Attendee, Camp, Room, Slot
from events.shifting import shift_slots
from pitches.models import Pitch
from pitches.services import save_pitch

from ..wall.hosts import switch_rooms
from .answers import refuse_unoffered
from .plan import Plan

#: as a step keeps it: `why`, `at` (a room and a slot), and what of these was done
Beside = dict[str, Any]


@transaction.atomic(savepoint=False)
def do_beside(*, camp: Camp, plan: Plan, by: Attendee) -> Beside:
    """What the plan says beside moves is so; what was so already is not written down, and stays when this is taken
    back.
    """
    closed, away = _new_closures(camp, plan.closes), _new_absences(camp, plan.away)
    found: Beside = {"why": str(plan.why), "at": list(plan.at)}
    if closed:
        found["closed"] = closed
    if away:
        found["away"] = away
    if plan.hands:
        pitch, before, after = plan.hands
        found["hosts"] = [pitch, list(before), list(after)]
    if plan.shift:
        minutes, slots = plan.shift
        found["shift"] = [minutes, list(slots)]
    turn_beside(camp=camp, beside=found, is_on=True, by=by)
    return found


@transaction.atomic(savepoint=False)
def turn_beside(*, camp: Camp, beside: Beside, is_on: bool, by: Attendee | None) -> None:
    """All of it is so, or no longer is; refused with a sentence where somebody changed it since."""
    if closed := beside.get("closed"):
        for room, slots in _by_first(Room, camp, closed):
            switch_rooms(camp=camp, rooms=[room], slots=slots, is_closed=is_on, by=by)
    if away := beside.get("away"):
        for person, slots in _by_first(Attendee, camp, away):
            set_away(attendee=person, slots=slots, is_away=is_on, by=by)
    if hosts := beside.get("hosts"):
        pitch, before, after = hosts
        if is_on and (new := set(after) - set(before)):
            refuse_unoffered(camp=camp, session_id=beside["at"][0], people=new)
        _hand_over(camp, pitch, before, after, by) if is_on else _hand_over(camp, pitch, after, before, by)
    if shift := beside.get("shift"):
        minutes, slots = shift
        shift_slots(camp=camp, slots=slots, minutes=minutes if is_on else -minutes)


def _new_closures(camp: Camp, wanted: Iterable[tuple[int, int]]) -> list[list[int]]:
    known = set(Room.closed_in.through.objects.filter(room__camp=camp).values_list("room_id", "slot_id"))
    return [[room, slot] for room, slot in wanted if (room, slot) not in known]


def _new_absences(camp: Camp, wanted: Iterable[tuple[int, int]]) -> list[list[int]]:
    known = set(Attendee.away_in.through.objects.filter(attendee__camp=camp).values_list("attendee_id", "slot_id"))
    return [[person, slot] for person, slot in wanted if (person, slot) not in known]


def _by_first(model: type[Any], camp: Camp, pairs: Iterable[Sequence[int]]) -> list[tuple[Any, list[Slot]]]:
    """Each of these rows of the camp that is still there, with its slots that are."""
    wanted: dict[int, set[int]] = {}
    for row, slot in pairs:
        wanted.setdefault(row, set()).add(slot)
    slots = {slot.pk: slot for slot in camp.slots.all()}
    rows = model._default_manager.filter(camp=camp, pk__in=wanted).order_by("pk")
    found = []
    for row in rows:
        row.camp = camp
        found.append((row, [slots[pk] for pk in sorted(wanted[row.pk]) if pk in slots]))
    return found


def _hand_over(camp: Camp, pitch_id: int, before: Sequence[int], after: Sequence[int], by: Attendee | None) -> None:
    pitch = camp.pitches.open().filter(pk=pitch_id).first()
    if pitch is None:
        raise ValidationError(_("The pitch was withdrawn or merged meanwhile. Look at the board again."))
    pitch.camp = camp
    now = {host.pk: host for host in pitch.hosts.all()}
    if set(now) != set(before):
        raise ValidationError(
            _("Somebody changed who hosts “%(title)s” meanwhile. Look again, then decide."), params={"title": pitch}
        )
    people = camp.attendees.filter(pk__in=after, removed_at=None)
    if not people:
        raise ValidationError(
            _("Whoever was to host “%(title)s” is not in the camp any more."), params={"title": pitch}
        )
    save_pitch(pitch=Pitch.objects.get(pk=pitch.pk), hosts=people, not_in=list(pitch.not_in.all()), by=by)
