"""What happens to pitches when two places of one person become one."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from events.models import Attendee
from events.signals import attendees_merging

from .models import Interest


@receiver(attendees_merging)
def keep_the_stronger_interest(sender: type[Attendee], source: Attendee, target: Attendee, **kwargs: Any) -> None:
    """Where both are interested in the same pitch, a must wins."""
    musts = source.interests.filter(level=Interest.Level.MUST).values_list("pitch_id", flat=True)
    target.interests.filter(pitch_id__in=list(musts)).update(level=Interest.Level.MUST)


@receiver(post_save, sender=Attendee)
def refresh_hosted_pitches(sender: type[Attendee], instance: Attendee, created: bool, **kwargs: Any) -> None:
    """A host's new name is a change of their pitches: pages that show it are sent anew."""
    if not created and "display_name" in (kwargs.get("update_fields") or ["display_name"]):
        instance.pitches.update(edited_at=timezone.now())
