"""What a new camp still needs so that people can pitch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.checklist import Step, add_step
from events.models import Camp


def is_pitched(camp: Camp) -> bool:
    """Pitching is open; or it was, and is closed again."""
    return camp.is_pitching_open or camp.pitches.exists()


add_step(Step(5, _("Open pitching"), "events:camp_edit", is_pitched, "switch-is_pitching_open"))
