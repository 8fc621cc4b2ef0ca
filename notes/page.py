"""A session's page as each kind of reader sees it, rendered once for them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from events import stamps
from events.caching import Fragment, Gaps, fill, kept
from events.http import CampRequest
from events.models import Attendee, Camp
from pitches.topics import hues_for
from schedule.models import Placement, Session
from schedule.wall.stamp import PARTS
from schedule.wall.whereabouts import whereabouts

from .models import Link, Note


def session_shows(request: CampRequest, camp: Camp, session_id: int) -> tuple[int, ...]:
    """As the grid: place, pitch, hosts, room; and the notes, links and write-ups of this session alone."""
    return _written_shows(request, camp, session_id)


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

    def body_for(self, request: CampRequest) -> SafeString:
        token = get_token(request) if request.me else ""
        return fill(self.body, {"token": token})


def session_page(request: CampRequest, camp: Camp, session_id: int) -> SessionPage:
    """The page for readers like this one."""
    reader = _kind_of_reader(request, camp, session_id)

    def render() -> SessionPage:
        gaps = Gaps()
        context = session_context(camp, request.me, session_id)
        context |= {"csrf_token": gaps["token"]}
        return SessionPage(context["session"].title, gaps.split(render_to_string("notes/_session.html", context)))

    return kept("session", camp.pk, session_id, request.shown, reader, make=render)


def _kind_of_reader(request: CampRequest, camp: Camp, session_id: int) -> str | tuple[int, str] | None:
    """None for strangers, their role for those who are in; hosts, and whoever added a link, are a kind of their own.

    With their role, too: no part of the page counts that it changed.
    """

    def read() -> set[int | None]:
        hosts = Attendee.objects.filter(pitches__sessions=session_id).values_list("pk", flat=True)
        return {*hosts, *Link.objects.filter(session=session_id).values_list("by", flat=True)}

    if request.me is None:
        return None
    own = kept("session-hosts", camp.pk, session_id, request.shown, make=read)
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
        "rules": _rules_to_choose(session) if camp.sessions.led_by(me).filter(pk=session.pk).exists() else [],
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
