"""What becomes of uploads when somebody is erased."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from events.models import Attendee
from events.signals import attendee_erasing

from .models import Upload


@receiver(attendee_erasing)
def forget_reports(sender: type[Attendee], attendee: Attendee, **kwargs: Any) -> None:
    """What imports of the camp said about their rows is gone: sentences quote names, and nobody needs them any more."""
    uploads = Upload.objects.filter(camp=attendee.camp_id, state=Upload.State.DONE)
    uploads.exclude(report=None).update(report=None)
