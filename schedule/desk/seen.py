"""What somebody saw of the times of a day when they chose: a plan for others is refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.models import Camp, Slot

from .plan import Plan, Seen


def times_seen(plan: Plan, slots: Iterable[Slot]) -> Plan:
    """With when each slot begins and ends that it names."""
    named = plan.named_slots
    return plan._replace(times=[_seen(slot) for slot in slots if slot.pk in named])


def refuse_other_times(*, camp: Camp, plan: Plan) -> None:
    """Refused, where a slot that the plan names is at another time by now. One that is gone is told by whoever needs
    it. The camp is locked already.
    """
    seen = {found.slot: found for found in plan.times}
    if not seen:
        return
    for slot in camp.slots.filter(pk__in=seen):
        if _seen(slot) != seen[slot.pk]:
            slot.camp = camp
            raise ValidationError(
                _("A slot was moved meanwhile: it is %(slot)s now. Look again, then decide."), params={"slot": slot}
            )


def _seen(slot: Slot) -> Seen:
    # In whole seconds: nobody sees more of it.
    return Seen(slot.pk, int(slot.starts_at.timestamp()), int(slot.ends_at.timestamp()))
