"""A session's page: where and when, notes, links, write-ups."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, posted, render_partial, status_of
from events.models import Attendee, Camp
from schedule.models import GridVersion, Session

from ..forms import LinkForm, NoteForm
from ..models import Link, Note
from ..services import note_of, restore_revision, save_note, set_rule


def visible_sessions(camp: Camp, attendee: Attendee | None) -> QuerySet[Session]:
    """Everybody sees what was published; helpers and organisers what is on the draft, too."""
    if attendee and attendee.is_helper:
        return camp.sessions.all()
    return camp.sessions.published()


def find_session(request: CampRequest, camp: Camp, session_id: int) -> Session:
    rows = visible_sessions(camp, request.attendee).with_place()
    session: Session = get_object_or_404(rows, pk=session_id)
    session.camp = session.pitch.camp = camp
    return session


def may_lead(attendee: Attendee | None, session: Session) -> bool:
    """Hosts set the rule of their room; organisers may, too."""
    return attendee is not None and (
        attendee.is_organiser or any(host.pk == attendee.pk for host in session.pitch.hosts.all())
    )


@camp_view(Access.ANYONE)
@require_safe
def session_detail(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = find_session(request, camp, session_id)
    version = GridVersion.latest(camp)
    placement = version.placements.filter(session=session).first() if version else None
    me = request.attendee if request.attendee and not request.attendee.is_waiting else None
    note = Note.objects.readable_by(me).filter(session=session).first()
    rule = Note.objects.filter(session=session).values_list("rule", flat=True).first() or Note.Rule.PUBLIC
    context = {
        "camp": camp,
        "session": session,
        "placement": placement,
        "note": note,
        "rule": rule,
        "rules": Note.Rule.choices,
        "can_write": me is not None and rule != Note.Rule.NONE and not camp.is_archived,
        "can_add": me is not None and not camp.is_archived,
        "can_lead": may_lead(me, session),
        "links": session.links.select_related("by"),
        "writeups": session.writeups.readable_by(me).select_related("by"),
    }
    return render_partial(request, "notes/session_detail.html", "session-notes", context)


@camp_view(Access.ATTENDEE)
def note_edit(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    """Many write at once: what others saved meanwhile is merged in, a conflict is shown."""
    session = find_session(request, camp, session_id)
    note = note_of(session)
    refuse_archived(camp)
    if note.rule == Note.Rule.NONE:
        return redirect(session)
    form = NoteForm(posted(request), initial={"text": note.text, "base": note.revision})
    conflict_count = 0
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            result = save_note(session=session, text=data["text"], by=request.attendee, base_revision=data["base"])
        except ValidationError as error:
            form.add_error("text", error)
        else:
            if result.is_clean:
                messages.success(request, _("Saved."))
                return redirect(session)
            note.refresh_from_db()
            conflict_count = result.conflict_count
            form = NoteForm(initial={"text": result.text, "base": note.revision})
    context = {"camp": camp, "session": session, "form": form, "conflict_count": conflict_count}
    return render(request, "notes/note_edit.html", context, status=422 if conflict_count else status_of(form))


def refuse_archived(camp: Camp) -> None:
    if camp.is_archived:
        raise PermissionDenied(_("This camp is archived: it can be read, and not changed."))


@camp_view(Access.ATTENDEE)
@require_safe
def note_history(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = find_session(request, camp, session_id)
    note = get_object_or_404(Note.objects.readable_by(request.attendee), session=session)
    context = {"camp": camp, "session": session, "note": note, "revisions": note.revisions.select_related("by")[:200]}
    return render(request, "notes/note_history.html", context)


@camp_view(Access.ATTENDEE)
@require_POST
def note_restore(request: CampRequest, camp: Camp, session_id: int, revision_id: int) -> HttpResponse:
    session = find_session(request, camp, session_id)
    note = get_object_or_404(Note.objects.readable_by(request.attendee), session=session)
    refuse_archived(camp)
    restore_revision(revision=get_object_or_404(note.revisions, pk=revision_id), by=request.attendee)
    return redirect(session)


@camp_view(Access.ATTENDEE)
@require_POST
def note_rule(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = find_session(request, camp, session_id)
    if not may_lead(request.attendee, session):
        raise PermissionDenied
    try:
        set_rule(session=session, rule=request.POST.get("rule", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(session)


@camp_view(Access.ATTENDEE)
def link_create(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = find_session(request, camp, session_id)
    refuse_archived(camp)
    form = LinkForm(posted(request), session=session)
    if request.method == "POST" and form.is_valid():
        form.instance.by = request.attendee
        form.save()
        return redirect(session)
    context = {"camp": camp, "session": session, "form": form}
    return render(request, "notes/link_create.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE)
@require_POST
def link_delete(request: CampRequest, camp: Camp, session_id: int, link_id: int) -> HttpResponse:
    """Who added it, the hosts and the organisers may take it away."""
    session = find_session(request, camp, session_id)
    link = get_object_or_404(Link, session=session, pk=link_id)
    if link.by_id != request.attendee.pk and not may_lead(request.attendee, session):
        raise PermissionDenied
    link.delete()
    return redirect(session)
