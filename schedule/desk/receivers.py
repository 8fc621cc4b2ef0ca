"""What hangs on a step of the desk goes with it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from events.models import Attendee, Camp

from ..draft.signals import beside_turned
from ..models import Step
from .beside import turn_beside


@receiver(beside_turned)
def turn_what_is_beside(
    sender: type[Step], camp: Camp, step: Step, is_anew: bool, by: Attendee | None, **kwargs: Any
) -> None:
    turn_beside(camp=camp, beside=step.beside or {}, is_on=is_anew, by=by)
