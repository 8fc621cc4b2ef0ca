"""Two places of one person in one camp become one."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction

from .models import Attendee, Role
from .signals import attendees_merging

_RANK = {Role.ATTENDEE: 0, Role.HELPER: 1, Role.ORGANISER: 2}


@transaction.atomic
def merge_attendees(source: Attendee, *, into: Attendee) -> None:
    """Everything that points at `source` points at `into`, nothing doubled; `source` is gone.

    It follows every relation the models have, so that one added later cannot be forgotten.
    """
    attendees_merging.send(sender=Attendee, source=source, target=into)
    for relation in Attendee._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.auto_created:
            _repoint(relation, source, into)
    if _RANK[Role(source.role)] > _RANK[Role(into.role)]:
        into.role = source.role
    into.is_waiting = into.is_waiting and source.is_waiting
    into.removed_at = into.removed_at or source.removed_at
    into.save(update_fields=["role", "is_waiting", "removed_at"])
    source.delete()


def _repoint(relation: models.ManyToOneRel, source: Attendee, target: Attendee) -> None:
    model, name = relation.related_model, relation.field.name
    for row in model._base_manager.filter(**{name: source}):
        setattr(row, name, target)
        try:
            with transaction.atomic():
                row.save(update_fields=[name])
        except IntegrityError:
            # The target has the same already (interest in the same pitch, say); what counts more was kept
            # by those who heard `attendees_merging`.
            model._base_manager.filter(pk=row.pk).delete()
