"""What happens on the draft when a pitch changes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from pitches.models import Pitch
from pitches.signals import pitch_merged, pitch_withdrawn

from .services import place_session, unplace_session


@receiver(pitch_withdrawn)
def free_cells(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> None:
    for session in pitch.sessions.placed():
        unplace_session(session=session)


@receiver(pitch_merged)
def carry_session_over(sender: type[Pitch], source: Pitch, target: Pitch, **kwargs: Any) -> None:
    """The merged pitch keeps the place, the notes and the address one of the two had."""
    for session in source.sessions.all():
        if target.sessions.exists() or target.length != source.length:
            unplace_session(session=session)
        else:
            session.pitch = target
            session.save(update_fields=["pitch"])


@receiver(post_save, sender=Pitch)
def follow_length(sender: type[Pitch], instance: Pitch, created: bool, **kwargs: Any) -> None:
    """A session takes as many cells as its pitch is long; where there is no room for that, it comes off."""
    if created or kwargs.get("raw"):
        return
    for session in instance.sessions.placed().with_place():
        place = session.place
        if place is None or len(session.cells.all()) == instance.length:
            continue
        place.slot.camp = session.camp = instance.camp
        try:
            with transaction.atomic():
                place_session(pitch=instance, session=session, room=place.room, slot=place.slot)
        except ValidationError:
            unplace_session(session=session)
