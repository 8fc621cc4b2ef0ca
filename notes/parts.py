"""Which stamps count what is written of a session."""

from __future__ import annotations

from collections.abc import Iterable

from events import stamps
from schedule.models import Session


def parts_of(session_ids: Iterable[int | None]) -> set[str]:
    """The parts of these sessions' own pages, and of the record, for those who may read what is written there; None:
    what is about the camp.
    """
    ids = set(session_ids)
    closed = Session.objects.exclude(notes_rule__in=Session.NotesRule.open_to(None))
    of_closed = set(closed.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", flat=True))
    return {stamps.notes_of(pk, is_closed=pk in of_closed) for pk in ids}
