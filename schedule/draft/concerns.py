"""What the organisers want weighed against wishes."""

from __future__ import annotations

from django.db import transaction

from events import stamps
from events.models import Camp

from ..models import Draft
from .lock import locked_draft


@transaction.atomic
def set_concerns(*, camp: Camp, concerns: dict[str, int]) -> None:
    """The next build weighs these against wishes, each from 0 to 10; what is not named stays as it is."""
    draft = locked_draft(camp=camp)
    for name in Draft.CONCERNS:
        setattr(draft, name, concerns.get(name, getattr(draft, name)))
    draft.full_clean()
    draft.save(update_fields=Draft.CONCERNS)
    stamps.bump(camp, stamps.DRAFT)
