"""Saving notes so that nothing is ever lost; links, write-ups, and the rule of the room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.text import carried
from events import stamps
from events.long_text import length_of
from events.models import Attendee
from schedule.models import Session

from .merge import GivenUp, Marks, Merge, Steps, merge
from .models import LONGEST, Link, Note, NoteRevision, WriteUp
from .parts import parts_of

#: what a round of a save takes besides the merge itself: somebody else saved first that often, then it is given up
ROUND = 5_000


def save_note(*, session: Session, text: str, by: Attendee | None, base_revision: int) -> Merge:
    """What was typed on top of `base_revision` is in the notes, together with what others saved meanwhile.

    A real conflict is not saved over anybody: the typed text is kept aside in the history, and the answer holds
    both versions for its author to settle. The same if the merge is given up because it would take too long.

    Nothing is held while texts are merged.
    """
    rounds = merge_rounds(session=session, text=text, base_revision=base_revision)
    return next(result for result in rounds if put_note(session=session, text=text, by=by, result=result))


def merge_rounds(*, session: Session, text: str, base_revision: int, typed_on: str | None = None) -> Iterator[Merge]:
    """What `put_note` may put down, anew each time that somebody saved before it did (optimistic lock).

    `typed_on` is the text that was typed on where it is no revision, since something was merged into it.

    Call it outside of any transaction: merging takes long, and nothing may be held meanwhile. All rounds together take
    as many steps as one merge may; when they are used up, the answer is given up and can be put down whoever saved.
    """
    text = carried(text)
    if length_of(text) > LONGEST:
        raise ValidationError(_("The notes are too long: %(most)s characters at most."), params={"most": LONGEST})
    steps = Steps()
    while True:
        yield _merged(session, text, base_revision, typed_on, steps)
        with suppress(GivenUp):
            # With none left, the next merge is given up at its first step.
            steps.take(ROUND)


def _merged(session: Session, text: str, base_revision: int, typed_on: str | None, steps: Steps) -> Merge:
    """The text on top of the notes as they are now."""
    note = Note.objects.filter(session=session).first() or Note(session=session)
    base = typed_on
    if base is None:
        if base_revision == note.revision:
            return Merge(text, 0, on_revision=note.revision)
        # Of a session that has no notes yet, or of a revision that nobody knows, typed on nothing.
        known = NoteRevision.objects.filter(note__session=session, number=base_revision, is_aside=False)
        base = known.values_list("text", flat=True).first() or ""
    return replace(merge(base, text, note.text, _marks(), steps), on_revision=note.revision)


@transaction.atomic
def put_note(*, session: Session, text: str, by: Attendee | None, result: Merge) -> bool:
    """The merged text is in the notes, or the typed one aside; False, and neither, if somebody saved meanwhile."""
    text = carried(text)
    note = _note_to_write(session)
    if note.revision != result.on_revision and not result.is_given_up:
        return False
    if not result.is_clean:
        aside = {"number": note.revision, "text": text, "by": by, "is_aside": True}
        # Pressed again, the page that says so did not come, it is the same version.
        if not note.revisions.filter(**aside).exists():
            note.revisions.create(**aside)
            stamps.bump(session.camp, *parts_of([session.pk]))
    elif result.text != note.text:
        _write(note, result.text, by)
    return True


def _note_to_write(session: Session) -> Note:
    """The session's notes, held until the transaction ends (row lock); there from the moment somebody writes."""
    # Many write in many rooms at once: for itself each holds the session's own notes alone.
    session.camp.keep_open()
    Note.objects.get_or_create(session=session)
    note = Note.objects.select_for_update(of=("self",)).select_related("session").get(session=session)
    _refuse_without_notes(note.session)
    return note


def _refuse_without_notes(session: Session) -> None:
    """A room that agreed on no notes takes nothing that says what was said there."""
    # As it is now: the rule may have become stricter since the page was loaded.
    rule = Session.objects.filter(pk=session.pk).values_list("notes_rule", flat=True).first()
    if rule == Session.NotesRule.NONE:
        raise ValidationError(_("This room agreed on no notes."))


def _marks() -> Marks:
    # Without a name: they may stay in the text, which anybody may read.
    return Marks(theirs=_("<<< saved meanwhile"), mine=_("=== yours"))


def _write(note: Note, text: str, by: Attendee | None) -> None:
    note.text = text
    note.revision += 1
    note.changed_at = timezone.now()
    note.save(update_fields=["text", "revision", "changed_at"])
    note.revisions.create(number=note.revision, text=text, by=by)
    stamps.bump(note.session.camp, *parts_of([note.session_id]))


@transaction.atomic
def restore_revision(*, revision: NoteRevision, by: Attendee) -> None:
    """The notes are what they were; what they are now stays in the history."""
    _write(_note_to_write(revision.note.session), revision.text, by)


@transaction.atomic
def set_notes_rule(*, session: Session, rule: str) -> None:
    """The rule of the room holds from now on. On an archived camp it can become stricter, and not looser."""
    rules = Session.NotesRule.values
    if rule not in rules:
        raise ValidationError(_("Choose a rule from the list."))
    camp = session.camp.lock(archived=True)
    session = camp.sessions.get(pk=session.pk)
    if rules.index(rule) < rules.index(session.notes_rule):
        camp.refuse_archived()
    taken = [stamps.taken_from(session.pk)] if rules.index(rule) > rules.index(session.notes_rule) else []
    session.notes_rule = rule
    session.save(update_fields=["notes_rule"])
    # To everybody: what strangers may read is another thing from now on.
    stamps.bump(camp, stamps.notes_of(session.pk), *taken)


@transaction.atomic
def save_link(*, link: Link) -> None:
    """The link stands on its session's page."""
    link.session.camp.keep_open()
    _refuse_gone(link)
    _refuse_without_notes(link.session)
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as error:
        raise ValidationError(_("That link is there already.")) from error
    stamps.bump(link.session.camp, *parts_of([link.session_id]))


def _refuse_gone(thing: Link | WriteUp) -> None:
    """Saving a row that somebody deleted meanwhile would make it anew; one that is there is held (row lock)."""
    if thing.pk and not type(thing)._default_manager.select_for_update().filter(pk=thing.pk).exists():
        raise ValidationError(_("“%(thing)s” was taken away meanwhile."), params={"thing": str(thing)})


@transaction.atomic
def remove_link(*, link: Link) -> None:
    """The link is gone from its session's page."""
    link.session.camp.keep_open()
    link.delete()
    stamps.bump(link.session.camp, *parts_of([link.session_id]), stamps.taken_from(link.session_id))


@transaction.atomic
def restore_link(*, session: Session, link: dict[str, str], by: int) -> Link:
    """The link that was taken away stands on its session's page again, as its author's; not twice."""
    session.camp.keep_open()
    author = session.camp.attendees.filter(pk=by).first()
    found = Link(session=session, by=author, url=link["url"], title=link["title"], kind=link["kind"])
    save_link(link=found)
    return found


@transaction.atomic
def save_writeup(*, writeup: WriteUp) -> None:
    """The write-up can be read, by whom the rule of its session's room lets."""
    writeup.camp.keep_open()
    _refuse_gone(writeup)
    if writeup.session and writeup.pk is None:
        _refuse_without_notes(writeup.session)
    writeup.save()
    stamps.bump(writeup.camp, *parts_of([writeup.session_id]))


@transaction.atomic
def remove_writeup(*, writeup: WriteUp) -> None:
    """The write-up is gone."""
    writeup.camp.keep_open()
    writeup.delete()
    stamps.bump(writeup.camp, *parts_of([writeup.session_id]), stamps.taken_from(writeup.session_id))
