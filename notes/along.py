"""My camp, to take along: the sessions somebody was in, what they take from them, and what they do next.

Of that nothing is anybody else's business. What leaves, by mail or as a file, holds the text of notes only where
anybody may read them: what a room keeps to attendees stays here, and the link leads there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock
from accounts.limits import Limit, count_one
from accounts.mail import send_later
from events.http import addresses
from events.models import Attendee
from schedule.models import GridVersion, Placement, Session
from schedule.wall.own import own_of

from .models import LONGEST, Link, Note, Takeaway, WriteUp, WriteUpDraft
from .services import save_writeup

#: characters of a session's notes that are taken along; the link leads to all
BEGINNING = 2_000
MAILED_TO_ONE_ADDRESS = Limit("along-address", 5, timedelta(hours=1))
#: stands before what somebody wishes: they were surely where they led
HOSTS = 3
#: and this before what they led
CHOSEN = HOSTS + 1


@dataclass(slots=True)
class Taken:
    """One session, as its reader takes it along."""

    session: int
    title: str
    address: str
    starts_at: datetime
    ends_at: datetime
    room_name: str
    is_public: bool
    was_there: bool
    text: str = ""
    #: the beginning of its notes, where they may be read
    notes: str = ""
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Along:
    """All that one person takes along."""

    sessions: list[Taken]
    next: str

    @property
    def were_there(self) -> list[Taken]:
        return [one for one in self.sessions if one.was_there]


def what_i_was_in(me: Attendee, *, also: int | None = None) -> Along:
    """Of the latest version what has begun and is mine: hosted, wished, ticked or written about; and `also` that one.

    Ticked is what they said; else what they hosted or wished most of what ran at the time. Six queries.
    """
    version = GridVersion.latest(me.camp)
    known = {row.session_id: row for row in Takeaway.objects.filter(attendee=me)}
    rows = _begun(version, [session for session in known if session]) if version else []
    own = own_of(me)
    levels = dict(own.wishes) | dict.fromkeys(me.pitches.values_list("pk", flat=True), HOSTS)
    # What they said for their own day comes before both.
    said = {session: CHOSEN if goes else 0 for session, goes in own.choices}
    weights = {row.session_id: said.get(row.session_id, levels.get(row.session.pitch_id, 0)) for row in rows}
    mine = [row for row in rows if weights[row.session_id] or row.session_id in known or row.session_id == also]
    page = addresses("session_detail", me.camp)
    found = [
        Taken(
            session=row.session_id,
            title=row.session.title,
            address=page(row.session_id),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            room_name=row.room_name,
            is_public=row.session.notes_rule == Session.NotesRule.PUBLIC,
            was_there=_was_there(row, mine, weights, known, also),
            text=known[row.session_id].text if row.session_id in known else "",
        )
        for row in mine
    ]
    _add_notes(found, me)
    return Along(found, known[None].text if None in known else "")


def _begun(version: GridVersion, known: list[int]) -> list[Placement]:
    """Not what was taken off the grid, or withdrawn: unless they said something about it, which stays."""
    was = Q(starts_at__lte=timezone.now(), is_cancelled=False, session__pitch__withdrawn_at=None)
    rows = version.placements.filter(was | Q(session__in=known)).select_related("session__pitch")
    return list(rows.defer("session__pitch__about").order_by("starts_at", "room_ref"))


def _was_there(
    row: Placement, mine: list[Placement], weights: dict[int, int], known: dict[int | None, Takeaway], also: int | None
) -> bool:
    if row.session_id in known:
        return known[row.session_id].was_there
    if row.session_id == also:
        return True
    beside = [
        weights[other.session_id]
        for other in mine
        if other is not row and other.starts_at < row.ends_at and row.starts_at < other.ends_at
    ]
    return weights[row.session_id] > max(beside, default=0)


def _add_notes(found: list[Taken], me: Attendee) -> None:
    """What the rule of each room lets this person read."""
    ids = [one.session for one in found]
    notes = Note.objects.readable_by(me).written().filter(session__in=ids).beginning(BEGINNING + 1)
    begins = {note.session_id: note.begins for note in notes}
    links: dict[int, list[Link]] = {}
    for link in Link.objects.readable_by(me).filter(session__in=ids):
        links.setdefault(link.session_id, []).append(link)
    for one in found:
        one.notes, one.links = begins.get(one.session, ""), links.get(one.session, [])


# -- saving ------------------------------------------------------------------------------------------------


def _hold(me: Attendee) -> None:
    """Nobody else changes what this person takes along until the transaction ends (row lock)."""
    list(Attendee.objects.select_for_update(no_key=True).filter(pk=me.pk).values_list("pk"))


@transaction.atomic
def save_along(*, attendee: Attendee, sessions: Mapping[int | None, tuple[bool, str]], doing_next: str) -> None:
    """By session whether they were in it, and what they take from it; in an archived camp, too: it is theirs alone."""
    _hold(attendee)
    said = {**sessions, None: (True, doing_next)}
    known = {row.session_id: row for row in Takeaway.objects.filter(attendee=attendee)}
    for session, (was_there, text) in said.items():
        row = known.get(session) or Takeaway(attendee=attendee, session_id=session)
        if row.pk is None or (row.was_there, row.text) != (was_there, text):
            row.was_there, row.text = was_there, text
            row.save()


@transaction.atomic
def start_draft(*, attendee: Attendee) -> tuple[WriteUpDraft, bool]:
    """A private draft of what they take along, in their own words; whether it is new. One that is there stays."""
    _hold(attendee)
    draft = WriteUpDraft.objects.filter(by=attendee).first()
    if draft:
        return draft, False
    title = _("What I take from %(camp)s") % {"camp": attendee.camp.name}
    text = draft_text(what_i_was_in(attendee))
    return WriteUpDraft.objects.create(by=attendee, title=title[:140], text=text[:LONGEST]), True


@transaction.atomic
def save_draft(*, draft: WriteUpDraft) -> None:
    """The draft is as it was typed, and still nobody else's."""
    _hold(draft.by)
    if not WriteUpDraft.objects.filter(pk=draft.pk).exists():
        raise ValidationError(_("This draft was deleted or published meanwhile."))
    draft.save()


@transaction.atomic
def publish_draft(*, draft: WriteUpDraft) -> WriteUp:
    """Everybody who may read the camp's write-ups reads it; the draft is gone."""
    if not draft.text:
        raise ValidationError({"text": _("Write something before you publish it.")})
    writeup = WriteUp(camp=draft.by.camp, by=draft.by, title=draft.title, text=draft.text)
    # First the camp, then the person: the order of all others.
    save_writeup(writeup=writeup)
    save_draft(draft=draft)
    draft.delete()
    return writeup


@transaction.atomic
def forget_draft(*, draft: WriteUpDraft) -> None:
    """Nobody has it any more."""
    _hold(draft.by)
    draft.delete()


@transaction.atomic
def mail_along(*, attendee: Attendee, along: Along) -> None:
    """It is on its way to the address that they proved to be theirs, and to no other."""
    user = attendee.user
    if user is None or not user.email or not user.has_proved_email:
        raise ValidationError(_("We know no address of yours. Keep your place by an e-mail address first."))
    if not count_one(limit=MAILED_TO_ONE_ADDRESS, who=user.email):
        raise ValidationError(_("It was mailed to you several times just now. Wait an hour."))
    subject = _("What you take from %(camp)s") % {"camp": attendee.camp.name}
    send_later(subject=subject, body=as_text(attendee, along), to=[user.email])


# -- in words ----------------------------------------------------------------------------------------------


def as_text(me: Attendee, along: Along) -> str:
    """All of it as Markdown that reads as plain text: a file, or a mail."""
    parts = [f"# {me.camp.name}", *(_session_in_words(me, one) for one in along.were_there)]
    if along.next:
        parts.append(f"## {_('What I do next')}\n\n{along.next}")
    return "\n\n\n".join(parts) + "\n"


def _session_in_words(me: Attendee, one: Taken) -> str:
    local = timezone.localtime(one.starts_at, me.camp.tz)
    when = f"{date_format(local, 'D j M Y')}, {on_the_clock(local)}, {one.room_name}"
    lines = [f"## {one.title}", when, settings.SITE_URL + one.address]
    if one.text:
        lines.append(f"{_('What I take from it:')}\n{one.text}")
    lines += [f"{link.title}: {link.url}" for link in one.links if one.is_public]
    if one.notes and one.is_public:
        more = "…" if len(one.notes) > BEGINNING else ""
        lines.append(f"{_('Notes of all:')}\n{one.notes[:BEGINNING]}{more}")
    elif one.notes:
        lines.append(_("Its notes are for attendees only: the address above leads there."))
    return "\n\n".join(lines)


def draft_text(along: Along) -> str:
    """One's own words, for others to read: of rooms that keep what was said to attendees nothing."""
    parts = [
        f"## {one.title}\n\n<{settings.SITE_URL}{one.address}>" + (f"\n\n{one.text}" if one.text else "")
        for one in _told_to_all(along.were_there)
    ]
    if along.next:
        parts.append(f"## {_('What I do next')}\n\n{along.next}")
    return "\n\n".join(parts)


def _told_to_all(sessions: Iterable[Taken]) -> list[Taken]:
    return [one for one in sessions if one.is_public]


def kept_to_the_room(along: Along) -> list[str]:
    """Titles of what is in no draft, since its room does not tell everybody."""
    return [one.title for one in along.were_there if not one.is_public]
