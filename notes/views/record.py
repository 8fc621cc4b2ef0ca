"""What stays of a camp: write-ups, the page of all notes, the feed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.http import CampRequest, posted, status_of
from events.markdown import to_html
from events.models import Attendee, Camp
from schedule.models import GridVersion

from ..forms import WriteUpForm
from ..models import Note, WriteUp
from .session import find_session, refuse_archived, visible_sessions


def _reader(request: CampRequest) -> Attendee | None:
    return request.attendee if request.attendee and not request.attendee.is_waiting else None


@camp_view(Access.ANYONE)
@require_safe
def record_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """All notes and write-ups of the camp, and the sessions that have none yet."""
    me = _reader(request)
    version = GridVersion.latest(camp)
    placements = version.placements.filter(is_cancelled=False).select_related("session__pitch") if version else []
    notes = {n.session_id: n for n in Note.objects.readable_by(me).written().filter(session__camp=camp)}
    hidden = set(Note.objects.filter(session__camp=camp, rule=Note.Rule.NONE).values_list("session_id", flat=True))
    sessions = []
    for placement in placements:
        placement.session.camp = camp
        sessions.append((placement, notes.get(placement.session_id)))
    context = {
        "camp": camp,
        "with_notes": [(p, note) for p, note in sessions if note],
        "without_notes": [p for p, note in sessions if not note and p.session_id not in hidden],
        "writeups": camp.writeups.readable_by(me).select_related("by", "session__pitch"),
        "can_add": me is not None and not camp.is_archived,
    }
    return render(request, "notes/record_list.html", context)


@camp_view(Access.ANYONE)
@require_safe
def record_feed(request: CampRequest, camp: Camp) -> HttpResponse:
    """Atom (RFC 4287) of what anybody may read, newest first."""
    site = f"{request.scheme}://{request.get_host()}"
    feed = Atom1Feed(
        title=_("%(camp)s: notes and write-ups") % {"camp": camp.name},
        link=f"{site}/{camp.slug}/record/",
        feed_url=f"{site}/{camp.slug}/record/feed.atom",
        description=camp.tagline or camp.name,
    )
    for entry in _feed_entries(camp, site):
        feed.add_item(**entry)
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _feed_entries(camp: Camp, site: str) -> list[dict[str, object]]:
    notes = (
        Note.objects.readable_by(None)
        .written()
        .filter(session__in=visible_sessions(camp, None))
        .select_related("session__pitch")
    )
    entries: list[dict[str, object]] = [
        {
            "title": _("Notes: %(title)s") % {"title": note.session},
            "link": f"{site}/{camp.slug}/sessions/{note.session_id}/",
            "unique_id": f"urn:uuid:{note.session.key}",
            "description": to_html(note.text),
            "author_name": camp.name,
            "updateddate": note.changed_at,
        }
        for note in notes
    ]
    for writeup in camp.writeups.readable_by(None).select_related("by"):
        writeup.camp = camp
        entries.append(
            {
                "title": writeup.title,
                "link": writeup.url or site + writeup.get_absolute_url(),
                "unique_id": site + writeup.get_absolute_url(),
                "description": to_html(writeup.text),
                "author_name": str(writeup.by or _("Somebody")),
                "pubdate": writeup.published_at,
                "updateddate": writeup.edited_at,
            }
        )
    entries.sort(key=lambda entry: str(entry["updateddate"]), reverse=True)
    return entries[:100]


@camp_view(Access.ANYONE)
@require_safe
def writeup_detail(request: CampRequest, camp: Camp, writeup_id: int) -> HttpResponse:
    me = _reader(request)
    rows = camp.writeups.readable_by(me).select_related("by", "session__pitch")
    writeup: WriteUp = get_object_or_404(rows, pk=writeup_id)
    if writeup.session:
        writeup.session.camp = camp
    can_edit = me is not None and camp.writeups.editable_by(me).filter(pk=writeup.pk).exists()
    return render(request, "notes/writeup_detail.html", {"camp": camp, "writeup": writeup, "can_edit": can_edit})


def _write(request: CampRequest, camp: Camp, writeup: WriteUp) -> HttpResponse:
    refuse_archived(camp)
    form = WriteUpForm(posted(request), instance=writeup)
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    context = {"camp": camp, "writeup": writeup, "form": form, "session": writeup.session}
    return render(request, "notes/writeup_edit.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE)
def writeup_create(request: CampRequest, camp: Camp) -> HttpResponse:
    """For the whole camp."""
    return _write(request, camp, WriteUp(camp=camp, by=request.attendee))


@camp_view(Access.ATTENDEE)
def session_writeup_create(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = find_session(request, camp, session_id)
    return _write(request, camp, WriteUp(camp=camp, session=session, by=request.attendee))


@camp_view(Access.ATTENDEE)
def writeup_edit(request: CampRequest, camp: Camp, writeup_id: int) -> HttpResponse:
    writeup = get_object_or_404(camp.writeups.editable_by(request.attendee), pk=writeup_id)
    if writeup.session:
        writeup.session.camp = camp
    return _write(request, camp, writeup)


@camp_view(Access.ATTENDEE)
def writeup_delete(request: CampRequest, camp: Camp, writeup_id: int) -> HttpResponse:
    writeup = get_object_or_404(camp.writeups.editable_by(request.attendee), pk=writeup_id)
    if request.method == "POST":
        writeup.delete()
        return redirect("notes:record_list", camp.slug)
    return render(request, "notes/writeup_delete.html", {"camp": camp, "writeup": writeup})
