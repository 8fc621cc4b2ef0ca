"""What happens on the draft when a pitch changes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from events.hanging import named
from events.models import Attendee, Camp, Room, Slot
from events.signals import frame_changed, hanging_asked, sessions_ending
from pitches.models import Pitch
from pitches.signals import pitch_changed, pitch_merged, pitch_returned, pitch_split, pitch_withdrawn, standing_asked

from ..models import Cell, Draft, Session, Step
from .drawer import turn_plan_b
from .moves import place_session, slots_from, unplace_session
from .signals import beside_turned
from .undo import place_again


@receiver(frame_changed)
def touch_draft(sender: type, camp: Camp, **kwargs: Any) -> None:
    """Where sessions can be is not what it was when somebody last looked at the draft."""
    Draft.touch(camp)


@receiver(hanging_asked)
def tell_what_is_there(sender: type[Room | Slot], thing: Room | Slot, **kwargs: Any) -> list[str]:
    """The sessions that the draft has in that room, or in that slot."""
    there = Session.objects.filter(**{f"cells__{sender._meta.model_name}": thing}).distinct().select_related("pitch")
    titles = [f"“{session}”" for session in there]
    return [_("On the draft there: %(titles)s") % {"titles": named(titles)}] if titles else []


@receiver(sessions_ending)
def keep_sessions_in_slots_for_sessions(sender: type[Slot], slot: Slot, **kwargs: Any) -> None:
    if Cell.objects.filter(slot=slot).exists():
        raise ValidationError(
            _("There are sessions in “%(thing)s”. Move them on the grid first."), params={"thing": str(slot)}
        )


@receiver(beside_turned)
def turn_what_is_in_the_drawer(sender: type[Step], camp: Camp, step: Step, is_anew: bool, **kwargs: Any) -> None:
    turn_plan_b(camp=camp, beside=step.beside or {}, is_anew=is_anew)


@receiver(pitch_changed)
def touch_draft_of_pitch(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> None:
    """What the grid must keep to is not what it was when somebody last looked at the draft."""
    Draft.touch(pitch.camp)


@receiver(pitch_withdrawn)
def free_cells(sender: type[Pitch], pitch: Pitch, archived: bool = False, **kwargs: Any) -> None:
    # What was off the grid before stays off it if the pitch comes back.
    pitch.sessions.filter(cells=None).update(stood=None)
    for session in pitch.sessions.placed():
        unplace_session(session=session, archived=archived)


@receiver(pitch_returned)
def take_cells_back(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> None:
    place_again(pitch=pitch)
    Draft.touch(pitch.camp)


@receiver(pitch_merged)
def carry_session_over(sender: type[Pitch], source: Pitch, target: Pitch, **kwargs: Any) -> None:
    """The merged pitch keeps the place, the notes and the address one of the two had: of the one that stands, if one
    does.
    """
    for session in source.sessions.placed_first():
        known = target.sessions.placed() if session.cells.exists() else target.sessions.all()
        if known.exists() or target.length != source.length:
            unplace_session(session=session)
        else:
            session.pitch = target
            session.save(update_fields=["pitch"])
    Draft.touch(target.camp)


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


@receiver(pitch_split)
def give_second_slot(sender: type[Pitch], pitch: Pitch, part: Pitch, by: Attendee, **kwargs: Any) -> None:
    """The part stands where the second half stood; of one that runs several times, where the first did."""
    session = pitch.sessions.placed_first().with_place().first()
    place = session.place if session else None
    if place is None:
        return
    place.slot.camp = part.camp
    _first, second = slots_from(place.slot, 2)
    place_session(pitch=part, room=place.room, slot=second, by=by)


@receiver(standing_asked)
def count_what_stands(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> int:
    return pitch.sessions.placed().count()
