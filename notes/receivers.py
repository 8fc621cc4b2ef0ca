"""What happens to what was written when its author is erased, or turns out to be the same as another."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from events import stamps
from events.models import Attendee
from events.signals import attendee_erasing, attendees_merging

from .models import Link, NoteRevision, Takeaway, WriteUp, WriteUpDraft
from .parts import parts_of


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
    stamps.bump(attendee.camp, *parts_of(touched))


@receiver(attendees_merging)
def join_takeaways(sender: type[Attendee], source: Attendee, target: Attendee, **kwargs: Any) -> None:
    """What two places of one person took along is one, and no word of it is lost."""
    mine = {row.session_id: row for row in Takeaway.objects.filter(attendee=target)}
    for row in Takeaway.objects.filter(attendee=source):
        if same := mine.get(row.session_id):
            same.was_there, same.text = same.was_there or row.was_there, _joined(same.text, row.text)
            same.save(update_fields=["was_there", "text"])
            row.delete()
    theirs = WriteUpDraft.objects.filter(by=source).first()
    draft = WriteUpDraft.objects.filter(by=target).first()
    if theirs and draft:
        draft.text = _joined(draft.text, theirs.text)
        draft.save(update_fields=["text"])
        theirs.delete()


def _joined(*texts: str) -> str:
    return "\n\n".join(dict.fromkeys(text for text in texts if text))
