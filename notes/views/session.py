"""A session's page: where and when, notes, links, write-ups."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import Made, done_once, made_from_here, note_left, note_made
from accounts.text import carried
from events.access import Access, camp_view
from events.caching import fresh
from events.http import (
    AttendeeRequest,
    CampRequest,
    Undo,
    posted,
    refusal_on,
    refusal_told,
    render_partial,
    sent_from,
    status_of,
    tell_done,
)
from events.keeping import kept_on_devices
from events.models import Camp
from schedule.models import Session

from ..forms import LinkForm, NoteForm
from ..merge import Merge
from ..models import Link, Note, NoteRevision
from ..page import session_page, session_shows
from ..services import (
    merge_rounds,
    put_note,
    remove_link,
    restore_link,
    restore_revision,
    save_link,
    set_notes_rule,
)

#: each stands there whole
REVISIONS_PER_PAGE = 10


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(session_shows)
def session_detail(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    """Where and when, notes, links, write-ups. It asks for itself: 204 while it is the same."""
    page = session_page(request, camp, session_id)
    context = {"camp": camp, "title": page.title, "body": page.body_for(request)}
    return render_partial(request, "notes/session_detail.html", "session-page", context)


@camp_view(Access.ATTENDEE, once=False)
@kept_on_devices
def note_edit(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    """Many write at once: what others saved meanwhile is merged in, a conflict is shown."""
    session = get_object_or_404(camp.sessions.visible_to(request.me).select_related("pitch"), pk=session_id)
    # Agreed on while somebody typed: the service says so, and what was typed stays.
    if request.method != "POST" and session.notes_rule == Session.NotesRule.NONE:
        return redirect(session)
    note = Note.objects.filter(session=session).first() or Note(session=session)
    form = NoteForm(posted(request), initial={"text": note.text, "base": note.revision})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusal_on(form, "text"):
            # Merged before anything is held: what is done once is putting it down.
            base = _base_of(request, session, data["base"])
            for result in merge_rounds(session=session, text=data["text"], **base):
                put = partial(_put_down, request, camp, session, data, result)
                if answer := done_once(request=request, do=put):
                    return answer
    context = {"camp": camp, "session": session, "form": form}
    return render(request, "notes/note_edit.html", context, status=status_of(form))


def _base_of(request: CampRequest, session: Session, shown: int) -> dict[str, Any]:
    """What it was typed on, for `merge_rounds`: what this very page sent before counts as what it shows (the answer to
    that was lost), or a line that was put right would stand there twice.
    """
    made = made_from_here(request, NoteRevision._meta.label)
    if made is None or made.on != f"{session.pk} {shown}":
        return {"base_revision": shown}
    return {"base_revision": made.row, "typed_on": None if made.row else made.typed}


def _put_down(
    request: CampRequest, camp: Camp, session: Session, data: dict[str, Any], result: Merge
) -> HttpResponse | None:
    """The way on, or the page on which a conflict is settled; None if somebody saved while it was merged."""
    text = data["text"]
    if not put_note(session=session, text=text, by=request.me, result=result):
        return None
    if result.is_clean:
        _note_typed(request, session, carried(text), result, data["base"])
        tell_done(request, _("Saved."))
        return _part(session, "session-notes")
    form = NoteForm(initial={"text": result.text, "base": result.on_revision})
    context = {"camp": camp, "session": session, "form": form, "conflict": result}
    return render(request, "notes/note_edit.html", context, status=422)


def _note_typed(request: CampRequest, session: Session, text: str, result: Merge, shown: int) -> None:
    """Sent again with other words, it is a change of this: of the revision; or of the text that was sent, where
    something of others was put into it.
    """
    revision = Note.objects.values_list("revision", flat=True).get(session=session)
    row, typed = (revision, "") if result.text == text else (0, text)
    note_made(request, Made(NoteRevision._meta.label, row, typed, on=f"{session.pk} {shown}"))


@camp_view(Access.ATTENDEE)
@require_safe
@fresh(session_shows)
def note_history(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.visible_to(request.me).select_related("pitch"), pk=session_id)
    note = get_object_or_404(Note.objects.readable_by(request.me), session=session)
    page = Paginator(note.revisions.select_related("by"), REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"camp": camp, "session": session, "note": note, "page": page}
    return render(request, "notes/note_history.html", context)


@camp_view(Access.ATTENDEE)
@sent_from("notes:note_history", "session_id")
def note_restore(request: AttendeeRequest, camp: Camp, session_id: int, revision_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.visible_to(request.me), pk=session_id)
    note = get_object_or_404(Note.objects.readable_by(request.me), session=session)
    revision = get_object_or_404(note.revisions, pk=revision_id)
    with refusal_told(request):
        restore_revision(revision=revision, by=request.me)
        note_left(request, note, "revision")
        tell_done(
            request, _("The notes are what they were then. What they were just now is among the earlier versions.")
        )
    return _part(session, "session-notes")


@camp_view(Access.ATTENDEE, archived=True)
@sent_from("session_detail", "session_id")
def note_rule(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.visible_to(request.me).led_by(request.me), pk=session_id)
    with refusal_told(request):
        rule = request.POST.get("rule", "")
        set_notes_rule(session=session, rule=rule)
        tell_done(request, _("Rule of the room: %(rule)s.") % {"rule": Session.NotesRule(rule).label})
    return _part(session, "rule-of-the-room")


@camp_view(Access.ATTENDEE)
def link_create(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.visible_to(request.me).select_related("pitch"), pk=session_id)
    form = LinkForm(posted(request), session=session)
    if request.method == "POST" and form.is_valid():
        form.instance.by = request.me
        with refusal_on(form, "url"):
            link = form.save(commit=False)
            save_link(link=link)
            note_left(request, link, "url", "title", "kind")
            tell_done(request, _("“%(title)s” is added.") % {"title": link.title})
            return _part(session, f"link-{link.pk}")
    context = {"camp": camp, "session": session, "form": form}
    return render(request, "notes/link_create.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE)
@sent_from("session_detail", "session_id")
def link_delete(request: CampRequest, camp: Camp, session_id: int, link_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.visible_to(request.me), pk=session_id)
    link: Link = get_object_or_404(session.links.deletable_by(request.me), pk=link_id)
    is_seen = Link.objects.readable_by(request.me).filter(pk=link.pk).exists()
    kept = dumps({"url": link.url, "title": link.title, "kind": link.kind, "by": link.by_id or 0}, salt=_salt(session))
    remove_link(link=link)
    if is_seen:
        undo = Undo(reverse("notes:link_restore", args=[camp.slug, session.pk]), [("link", kept)])
        tell_done(request, _("“%(title)s” is taken away.") % {"title": link.title}, undo=undo)
    else:
        # The room agreed on no notes: it takes no link, and nobody sees what this one was called.
        tell_done(request, _("The link is taken away."))
    return _part(session, "links")


def _salt(session: Session) -> str:
    return f"notes.link.{session.pk}"


@camp_view(Access.ATTENDEE)
@sent_from("session_detail", "session_id")
def link_restore(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    """Undo, for whoever just took a link away: the form holds it, signed."""
    session = get_object_or_404(camp.sessions.visible_to(request.me), pk=session_id)
    session.camp = camp
    try:
        link = loads(request.POST.get("link", ""), salt=_salt(session), max_age=timedelta(days=1))
    except BadSignature:
        messages.error(request, _("This can no longer be undone. Add the link again."))
        return _part(session, "links")
    with refusal_told(request):
        found = restore_link(session=session, link=link, by=link["by"])
        note_left(request, found, "url", "title", "kind")
        tell_done(request, _("“%(title)s” is back.") % {"title": found.title})
        return _part(session, f"link-{found.pk}")
    return _part(session, "links")


def _part(session: Session, part: str) -> HttpResponse:
    """The session's page with that part of it in view."""
    return redirect(f"{session.get_absolute_url()}#{part}")
