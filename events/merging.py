"""Two places of one person in one camp become one."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction

from . import stamps
from .models import Attendee, Role
from .news import join_news
from .signals import attendees_merged, attendees_merging, frame_changed

#: what becomes of two rows one; nothing else of them is written
MERGED = ["role", "is_waiting", "removed_at", "hears_worries", "found_by", "news", "news_due_from", "moves_seen_at"]
#: what is read of both once they are held
READ = [*MERGED, "calendar_key"]


@transaction.atomic
def merge_attendees(*, source: Attendee, into: Attendee) -> None:
    """Everything that points at `source` points at `into`, nothing doubled; `source` is gone.

    It follows every relation the models have, so that one added later cannot be forgotten.
    """
    into.camp.lock(archived=True)
    _hold_as_they_are(source, into)
    attendees_merging.send(sender=Attendee, source=source, target=into)
    for relation in Attendee._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.auto_created:
            _repoint(relation, source, into)
    into.role = Role.highest(into.role, source.role)
    into.is_waiting = into.is_waiting and source.is_waiting
    into.removed_at = into.removed_at or source.removed_at
    into.hears_worries, into.found_by = into.hears_worries or source.hears_worries, into.found_by or source.found_by
    join_news(into=into, other=source)
    # Rather told twice than never.
    seen = [moment for moment in (into.moves_seen_at, source.moves_seen_at) if moment is not None]
    into.moves_seen_at = min(seen) if len(seen) == 2 else None
    into.earlier_calendar_keys.create(key=source.calendar_key)
    into.save(update_fields=MERGED)
    source.delete()
    stamps.bump(into.camp, stamps.PEOPLE, stamps.CROWD)
    # Two hosts are one, who is never in two rooms at once; and away when either was.
    frame_changed.send(sender=Attendee, camp=into.camp)
    attendees_merged.send(sender=Attendee, attendee=into)


def _hold_as_they_are(*people: Attendee) -> None:
    """Nobody else changes them until the transaction ends (row lock), and what others changed since is known here."""
    found = Attendee.objects.select_for_update().filter(pk__in=[person.pk for person in people]).order_by("pk")
    rows = {row.pk: row for row in found}
    for person in people:
        for name in READ:
            setattr(person, name, getattr(rows[person.pk], name))


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
