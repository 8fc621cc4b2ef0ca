"""Saving notes so that nothing is ever lost."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendee
from schedule.models import Session

from .merge import Marks, Merge, merge
from .models import LONGEST, Note, NoteRevision


def note_of(session: Session) -> Note:
    """The session's notes; they exist from the moment somebody asks."""
    return Note.objects.get_or_create(session=session)[0]


@transaction.atomic
def save_note(*, session: Session, text: str, by: Attendee | None, base_revision: int) -> Merge:
    """What was typed on top of `base_revision` is in the notes, together with what others saved meanwhile.

    A real conflict is not saved over anybody: the typed text is kept aside in the history, and the answer holds
    both versions for its author to settle.
    """
    note = Note.objects.select_for_update().get(pk=note_of(session).pk)
    if note.rule == Note.Rule.NONE:
        raise ValidationError(_("This room agreed on no notes."))
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise ValidationError(_("The notes are too long: %(most)s characters at most."), params={"most": LONGEST})
    result = Merge(text, 0)
    if base_revision != note.revision:
        base = note.revisions.filter(number=base_revision, is_aside=False).values_list("text", flat=True).first()
        result = merge(base or "", text, note.text, _marks(note))
    if not result.is_clean:
        note.revisions.create(number=note.revision, text=text, by=by, is_aside=True)
        return result
    if result.text != note.text:
        _write(note, result.text, by)
    return result


def _marks(note: Note) -> Marks:
    last = note.revisions.filter(is_aside=False).select_related("by").first()
    who = last.by if last and last.by else _("somebody")
    return Marks(theirs=_("<<< saved meanwhile by %(who)s") % {"who": who}, mine=_("=== yours"))


def _write(note: Note, text: str, by: Attendee | None) -> None:
    note.text = text
    note.revision += 1
    note.changed_at = timezone.now()
    note.save(update_fields=["text", "revision", "changed_at"])
    note.revisions.create(number=note.revision, text=text, by=by)


@transaction.atomic
def restore_revision(*, revision: NoteRevision, by: Attendee) -> None:
    """The notes are what they were; what they are now stays in the history."""
    note = Note.objects.select_for_update().get(pk=revision.note_id)
    if note.rule == Note.Rule.NONE:
        raise ValidationError(_("This room agreed on no notes."))
    _write(note, revision.text, by)


def set_rule(*, session: Session, rule: str) -> None:
    """The rule of the room holds from now on."""
    if rule not in Note.Rule.values:
        raise ValidationError(_("Choose a rule from the list."))
    note = note_of(session)
    note.rule = rule
    note.save(update_fields=["rule"])
