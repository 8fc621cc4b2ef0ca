"""A session's page as each kind of reader sees it, rendered once for them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.http import form_token
from events import stamps
from events.caching import Fragment, Gaps, fill, kept
from events.http import CampRequest
from events.models import Attendee, Camp
from pitches.models import Pitch
from pitches.topics import hues_for
from schedule.claims.asking import may_move
from schedule.desk.calling import is_leader_sought
from schedule.models import Placement, Session
from schedule.wall.buttons import session_buttons
from schedule.wall.marks import SharedEntry, marks_of
from schedule.wall.own import NOTHING, Own, own_on
from schedule.wall.stamp import PARTS
from schedule.wall.unseen import unseen_of, unseen_tag
from schedule.wall.whereabouts import Whereabouts, end_of, whereabouts

from .models import Link, Note


class SessionShown(NamedTuple):
    """What a session's page shows."""

    written: tuple[int, ...]
    #: of whoever is in: what they wish and chose of this session
    own: Own
    is_over: bool


def session_shows(request: CampRequest, camp: Camp, session_id: int) -> SessionShown:
    """As the grid: place, pitch, hosts, room; and the notes, links and write-ups of this session alone."""
    written = _written_shows(request, camp, session_id)

    def read() -> tuple[int | None, datetime | None]:
        pitch = camp.sessions.filter(pk=session_id).values_list("pitch", flat=True).first()
        return pitch, end_of(camp, session_id)

    if request.me is None:
        return SessionShown(written, NOTHING, is_over=False)
    pitch, ends_at = kept("session-end", camp.pk, session_id, written, make=read)
    own = own_on(request).of_one(pitch, session_id)
    return SessionShown(written, own, is_over=ends_at is not None and ends_at <= timezone.now())


def _written_shows(request: CampRequest, camp: Camp, session_id: int | None) -> tuple[int, ...]:
    """To strangers not even that anything was written which they may not read."""
    closed = [stamps.notes_of(session_id, is_closed=True)] if request.me else []
    return stamps.read(camp, *PARTS, stamps.notes_of(session_id), *closed)


def record_shows(request: CampRequest, camp: Camp, **kwargs: object) -> stamps.Record:
    """As the grid, and all that was written in the camp; what a rule opens to me is told by who I am."""
    return stamps.read_record(camp, *PARTS, with_closed=request.me is not None)


def record_list_shows(request: CampRequest, camp: Camp) -> tuple[stamps.Record, int]:
    """The record, and how many sessions have begun: the next one may be without notes."""
    begun = Placement.objects.filter(version__camp=camp, starts_at__lte=timezone.now()).count()
    return record_shows(request, camp), begun


def writeup_shows(request: CampRequest, camp: Camp, writeup_id: int) -> tuple[int, ...]:
    """The write-up, its session's title and rule, who wrote it."""
    session_id = camp.writeups.filter(pk=writeup_id).values_list("session_id", flat=True).first()
    return _written_shows(request, camp, session_id)


class SessionPage(NamedTuple):
    title: str
    body: Fragment
    pitch: Pitch
    #: where it stands on the grid
    entry: SharedEntry | None

    def body_for(self, request: CampRequest) -> SafeString:
        """With what is one's own."""
        if request.me is None:
            return fill(self.body, {})
        marks = marks_of([self.entry], request.me, request.shown.own) if self.entry else {}
        mark = marks.get(self.entry.session) if self.entry else None
        buttons = session_buttons(request, self.pitch, self.entry, mark)
        unseen = unseen_tag(unseen_of(request.me), self.entry.session) if self.entry else ""
        return fill(self.body, {"token": form_token(request), "buttons": buttons, "unseen": unseen})


def session_page(request: CampRequest, camp: Camp, session_id: int) -> SessionPage:
    """The page for readers like this one."""
    reader = _kind_of_reader(request, camp, session_id)

    def render() -> SessionPage:
        gaps = Gaps()
        context = session_context(camp, request.me, session_id)
        context |= {"csrf_token": gaps["token"], "buttons": gaps["buttons"]}
        session, found = context["session"], context["placement"]
        if found:
            context["placement"] = replace(found, state=found.state._replace(unseen=gaps["unseen"]))
        body = gaps.split(render_to_string("notes/_session.html", context))
        return SessionPage(session.title, body, session.pitch, _entry(session, found) if found else None)

    return kept("session", camp.pk, session_id, request.shown.written, reader, make=render)


def _entry(session: Session, found: Whereabouts) -> SharedEntry:
    hosts = tuple(host.pk for host in session.pitch.hosts.all())
    is_off = found.state.is_cancelled
    return SharedEntry(session.pk, session.pitch_id, hosts, found.starts_at, found.ends_at, is_off)


def _kind_of_reader(request: CampRequest, camp: Camp, session_id: int) -> str | tuple[int, str] | None:
    """None for strangers, their role for those who are in; hosts, and whoever added a link, are a kind of their own.

    With their role, too: no part of the page counts that it changed.
    """

    def read() -> set[int | None]:
        hosts = Attendee.objects.filter(pitches__sessions=session_id).values_list("pk", flat=True)
        return {*hosts, *Link.objects.filter(session=session_id).values_list("by", flat=True)}

    if request.me is None:
        return None
    own = kept("session-hosts", camp.pk, session_id, request.shown.written, make=read)
    return (request.me.pk, request.me.role) if request.me.pk in own else request.me.role


def session_context(camp: Camp, me: Attendee | None, session_id: int) -> dict[str, Any]:
    """What the page shows to this reader; 404 for a session that is not theirs to see."""
    rows = camp.sessions.visible_to(me).select_related("pitch").prefetch_related("pitch__hosts")
    session = get_object_or_404(rows, pk=session_id)
    session.camp = session.pitch.camp = camp
    can_add = me is not None and not camp.is_archived
    takes_notes = session.notes_rule != Session.NotesRule.NONE
    links = list(session.links.readable_by(me))
    deletable = list(session.links.deletable_by(me)) if can_add else []
    return {
        "camp": camp,
        "me": me,
        "session": session,
        "hue": hues_for(camp, [session.topic]).of(session.topic),
        # Every version holds every session that was ever published: the newest place is that of the latest.
        "placement": next(iter(whereabouts(camp, session=session)), None),
        "note": Note.objects.readable_by(me).filter(session=session).first(),
        # Whoever hosts it is the one who is missed, or knows: they are asked to answer.
        "leader_sought": can_add and me not in session.pitch.hosts.all() and is_leader_sought(session),
        "rules": _rules_to_choose(session) if camp.sessions.led_by(me).filter(pk=session.pk).exists() else [],
        "may_move": may_move(session, me),
        "can_write": can_add and takes_notes,
        "can_add": can_add and takes_notes,
        "links": links,
        "deletable": {link.pk for link in deletable},
        # Who may take a link away finds it also where nobody reads it any more.
        "closed": [link for link in deletable if link not in links],
        "writeups": session.writeups.readable_by(me).select_related("by"),
    }


def _rules_to_choose(session: Session) -> Sequence[tuple[str, object]]:
    """All; once the camp is archived only those that are no looser."""
    rules = Session.NotesRule
    return rules.choices[rules.values.index(session.notes_rule) :] if session.camp.is_archived else rules.choices
