"""What a new camp still needs until its grid is on the wall."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.checklist import Step, add_step
from events.models import Camp

from .models import Cell


def is_built(camp: Camp) -> bool:
    """Something stands on the draft, or did and was published."""
    return Cell.objects.filter(session__camp=camp).exists() or is_published(camp)


def is_published(camp: Camp) -> bool:
    return camp.grid_versions.exists()


add_step(Step(6, _("Build the grid"), "schedule:draft_detail", is_built))
add_step(Step(7, _("Publish the grid"), "schedule:grid_publish", is_published))
