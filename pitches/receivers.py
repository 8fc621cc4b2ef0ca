"""What happens to pitches when two places of one person become one, and when a person is erased."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from events.hanging import named
from events.models import Attendee, Camp, Slot
from events.signals import attendee_erasing, attendees_merging, camp_deleting, hanging_asked

from .models import Interest, Pitch
from .services import empty_pitch


@receiver(attendees_merging)
def keep_the_stronger_interest(sender: type[Attendee], source: Attendee, target: Attendee, **kwargs: Any) -> None:
    """Where both are interested in the same pitch, a must wins."""
    musts = source.interests.filter(level=Interest.Level.MUST).values_list("pitch_id", flat=True)
    target.interests.filter(pitch_id__in=list(musts)).update(level=Interest.Level.MUST)


@receiver(attendee_erasing)
def empty_pitches(sender: type[Attendee], attendee: Attendee, with_texts: bool, **kwargs: Any) -> None:
    """What nobody else hosts goes with its author: one's own ideas, too, that nobody took up."""
    left = list(Pitch.objects.left_by(attendee)) if with_texts else []
    # Not left to the row that goes: nobody hears of what goes with it, and calendars count who leads what.
    attendee.pitches.clear()
    for pitch in left:
        empty_pitch(pitch=pitch)


@receiver(camp_deleting)
def hold_pitches(sender: type[Camp], camp: Camp, **kwargs: Any) -> None:
    """A tap is done before the pitches go, or finds its pitch gone: taps hold no camp (row lock)."""
    list(Pitch.objects.select_for_update().filter(camp=camp).order_by("pk").values_list("pk"))


@receiver(hanging_asked, sender=Slot)
def tell_who_cannot(sender: type[Slot], thing: Slot, **kwargs: Any) -> list[str]:
    """What the hosts said about when they cannot is gone with the slot, and moves with it."""
    pitches = list(Pitch.objects.open().filter(not_in=thing))
    return [_("Cannot be then: %(titles)s") % {"titles": named(f"“{pitch}”" for pitch in pitches)}] if pitches else []
