"""What stays of a camp, a page at a time: write-ups, sessions with notes, sessions without (pagination)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.text import carried
from events.models import Attendee, Camp
from schedule.models import GridVersion, Placement, Session

from .models import Note, WriteUp

PER_PAGE = 50
#: characters and words of a search that are looked for
LONGEST_SEARCH, MOST_WORDS = 60, 8
#: characters of a text, of which its line in the list is made
BEGINNING = 600

#: which of the three lists something stands in, and its id
Listed = tuple[str, int]
WRITEUPS, WITH_NOTES, WITHOUT_NOTES = "writeups", "with notes", "without notes"


@dataclass
class RecordPage:
    """One page of the record: of each list what falls on it."""

    page: Page[Listed]
    words: str
    #: of which lists there is anything on any page
    kinds: frozenset[str]
    writeups: list[WriteUp] = field(default_factory=list)
    with_notes: list[tuple[Placement, Note]] = field(default_factory=list)
    without_notes: list[Placement] = field(default_factory=list)

    @property
    def has_no_writeup_yet(self) -> bool:
        return self._has_none(WRITEUPS)

    @property
    def has_no_notes_yet(self) -> bool:
        return self._has_none(WITH_NOTES)

    def _has_none(self, kind: str) -> bool:
        """Said once, on the first page, and not of what was searched for."""
        return self.page.number == 1 and not self.words and kind not in self.kinds


def record_page(camp: Camp, me: Attendee | None, *, words: str, number: str | None) -> RecordPage:
    """What this person may read, and where a word of `words` stands in none of it, without that. Six queries."""
    words = " ".join(carried(words)[:LONGEST_SEARCH].split()[:MOST_WORDS])
    listed = [*_writeups(camp, me, words), *_sessions(camp, me, words)]
    shown = RecordPage(Paginator(listed, PER_PAGE).get_page(number), words, frozenset(kind for kind, _pk in listed))
    ids: dict[str, list[int]] = {WRITEUPS: [], WITH_NOTES: [], WITHOUT_NOTES: []}
    for kind, pk in shown.page.object_list:
        ids[kind].append(pk)
    rows = WriteUp.objects.filter(pk__in=ids[WRITEUPS]).select_related("by", "session__pitch")
    shown.writeups = list(rows.defer("text", "session__pitch__about"))
    placements = Placement.objects.filter(pk__in=[*ids[WITH_NOTES], *ids[WITHOUT_NOTES]])
    found = {p.pk: p for p in placements.select_related("session__pitch").defer("session__pitch__about")}
    for placement in found.values():
        placement.session.camp = camp
    sessions = {found[pk].session_id: found[pk] for pk in ids[WITH_NOTES]}
    notes = {n.session_id: n for n in Note.objects.filter(session__in=sessions).beginning(BEGINNING)}
    shown.with_notes = [(placement, notes[session]) for session, placement in sessions.items() if session in notes]
    shown.without_notes = [found[pk] for pk in ids[WITHOUT_NOTES]]
    return shown


def _writeups(camp: Camp, me: Attendee | None, words: str) -> list[Listed]:
    """Newest first."""
    rows = camp.writeups.readable_by(me)
    for word in words.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(text__icontains=word)
            | Q(by__display_name__icontains=word)
            | Q(session__pitch__title__icontains=word, session__pitch__withdrawn_at=None)
        )
    return [(WRITEUPS, pk) for pk in rows.values_list("pk", flat=True)]


def _sessions(camp: Camp, me: Attendee | None, words: str) -> list[Listed]:
    """In the order of the camp, those with notes first; those whose notes this person may not read are left out.

    Nobody misses the notes of what has not begun, or was withdrawn and so never was.
    """
    version = GridVersion.latest(camp)
    if version is None:
        return []
    notes = Note.objects.readable_by(me).written().filter(session=OuterRef("session"))
    rows = version.placements.filter(is_cancelled=False).annotate(has_notes=Exists(notes))
    was = Q(starts_at__lte=timezone.now(), session__pitch__withdrawn_at=None)
    rows = rows.filter(Q(has_notes=True) | was & Q(session__notes_rule__in=Session.NotesRule.open_to(me)))
    for word in words.split():
        # What a withdrawn pitch was called is looked for by nobody.
        is_titled = Q(session__pitch__title__icontains=word, session__pitch__withdrawn_at=None)
        rows = rows.filter(is_titled | Exists(notes.filter(text__icontains=word)))
    found = list(rows.values_list("pk", "has_notes"))
    with_notes = [(WITH_NOTES, pk) for pk, has_notes in found if has_notes]
    return with_notes + [(WITHOUT_NOTES, pk) for pk, has_notes in found if not has_notes]
