"""What happens to what was written when its author is erased."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from events import stamps
from events.models import Attendee
from events.signals import attendee_erasing

from .models import Link, NoteRevision, WriteUp


@receiver(attendee_erasing)
def forget_author(sender: type[Attendee], attendee: Attendee, with_texts: bool, **kwargs: Any) -> None:
    """Write-ups, links and what was kept aside go with their author; notes, which many wrote, stay without the name."""
    revisions = NoteRevision.objects.filter(by=attendee)
    links, writeups = Link.objects.filter(by=attendee), WriteUp.objects.filter(by=attendee)
    touched = {
        *revisions.values_list("note__session", flat=True),
        *links.values_list("session", flat=True),
        *writeups.values_list("session", flat=True),
    }
    if with_texts:
        revisions.filter(is_aside=True).delete()
        links.delete()
        writeups.delete()
    stamps.bump(attendee.camp, *{stamps.notes_of(session) for session in touched})
