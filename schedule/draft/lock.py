"""One at a time on the draft, and nobody over what they have not seen."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Camp

from ..models import Draft


@transaction.atomic(savepoint=False)
def locked_draft(*, camp: Camp, seen: int | None = None) -> Draft:
    """The camp's draft as it is now; nobody else changes it until the transaction ends (row lock).

    `seen` is the revision the person decided on: refused if the draft changed meanwhile (optimistic lock). Without it,
    as for a command, nobody looked at a page. An archived camp is refused.
    """
    camp.lock()
    draft, _made = Draft.objects.get_or_create(camp=camp)
    if seen is not None and draft.revision != seen:
        raise ValidationError(_("The draft was changed meanwhile. Look at it again, then decide."))
    return draft
