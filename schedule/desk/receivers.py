"""What hangs on a step of the desk goes with it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from events.models import Attendee, Camp
from pitches.models import Pitch
from pitches.signals import pitch_changed, pitch_withdrawn

from ..draft.signals import beside_turned
from ..models import Step
from .beside import turn_beside
from .calling import end_calls


@receiver(beside_turned)
def turn_what_is_beside(
    sender: type[Step], camp: Camp, step: Step, is_anew: bool, by: Attendee | None, **kwargs: Any
) -> None:
    turn_beside(camp=camp, beside=step.beside or {}, is_on=is_anew, by=by)


@receiver([pitch_changed, pitch_withdrawn])
def ask_no_host_of_before(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> None:
    """Whoever hosts it no more is asked no more whether they come; nor is anybody, of what is withdrawn."""
    end_calls(pitch=pitch)
