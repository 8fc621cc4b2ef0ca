"""Pages of the apps below say where a host chooses a place."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from events.models import Attendee
from pitches.models import Pitch
from pitches.signals import pitch_shown

from .asking import is_asked


@receiver(pitch_shown)
def say_that_they_may_choose(sender: type[Pitch], pitch: Pitch, me: Attendee | None, **kwargs: Any) -> SafeString:
    """On the pitch's page, to its hosts; what becomes of it on the draft is nothing that this page is made of."""
    if me is None or not (
        pitch.is_open and is_asked(pitch.camp) and any(host.pk == me.pk for host in pitch.hosts.all())
    ):
        return SafeString("")
    return render_to_string("schedule/_place_way.html", {"camp": pitch.camp, "pitch": pitch.pk})
