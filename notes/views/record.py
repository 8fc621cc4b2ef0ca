"""What stays of a camp: write-ups, the page of all notes, the feed."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import Made
from accounts.text import carried, carried_in_a_line
from events.access import Access, camp_view
from events.caching import fresh, kept
from events.http import CampRequest, open_to_other_sites, refusal_on, status_of, tell_done
from events.keeping import kept_on_devices
from events.markdown import to_html
from events.meanwhile import SAVED_ANEW, found_or_gone, held, known_from_here, note_saved, posted_anew, posted_on
from events.models import Camp
from schedule.models import Session

from ..forms import WriteUpForm
from ..models import Note, WriteUp
from ..page import record_list_shows, record_shows, writeup_shows
from ..record import record_page
from ..services import remove_writeup, save_writeup

#: a program that follows a camp asks every hour or so: what is older it has, or finds on the page
MOST_ENTRIES = 50
#: characters of a text that stand in the feed
IN_A_FEED = 4_000


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(record_list_shows)
def record_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """All notes and write-ups of the camp, and the sessions that were and have none; a page at a time, and searched."""
    me = request.me
    record = record_page(camp, me, words=request.GET.get("q", ""), number=request.GET.get("page"))
    context = {
        "camp": camp,
        "record": record,
        "page": record.page,
        "can_add": me is not None and not camp.is_archived,
    }
    return render(request, "notes/record_list.html", context)


@camp_view(Access.ANYONE, personal=False)
@require_safe
@open_to_other_sites
@fresh(record_shows, changed_at=attrgetter("changed_at"))
def record_feed(request: CampRequest, camp: Camp) -> HttpResponse:
    """Atom (RFC 4287) of what anybody may read, newest first (feed)."""
    site = f"{request.scheme}://{request.get_host()}"
    body = kept("feed", camp.pk, request.shown.number, site, make=lambda: _feed(camp, site, request.shown.changed_at))
    return HttpResponse(body, content_type=RecordFeed.content_type)


class RecordFeed(Atom1Feed):
    """Django's feed is as new as its newest entry; this one also changes when something is taken away."""

    def latest_post_date(self) -> datetime:
        return cast("datetime", self.feed["changed_at"])


def _feed(camp: Camp, site: str, changed_at: datetime) -> str:
    feed = RecordFeed(
        title=carried_in_a_line(_("%(camp)s: notes and write-ups") % {"camp": camp.name}),
        link=f"{site}/{camp.slug}/record/",
        feed_url=f"{site}/{camp.slug}/record/feed.atom",
        description=carried_in_a_line(camp.tagline or camp.name),
        changed_at=changed_at,
    )
    for entry in _feed_entries(camp, site):
        feed.add_item(**entry)
    return feed.writeString("utf-8")


def _feed_entries(camp: Camp, site: str) -> list[dict[str, Any]]:
    """The newest, each with its text, or with the beginning of a long one."""
    notes = (
        Note.objects.readable_by(None)
        .written()
        .filter(session__in=camp.sessions.visible_to(None))
        .select_related("session__pitch")
        .beginning(IN_A_FEED + 1)
        .order_by("-changed_at")[:MOST_ENTRIES]
    )
    entries: list[dict[str, Any]] = [
        {
            "title": _("Notes: %(title)s") % {"title": note.session},
            "link": f"{site}/{camp.slug}/sessions/{note.session_id}/",
            "unique_id": f"urn:uuid:{note.session.key}",
            "description": _in_a_feed(note.begins, f"{site}/{camp.slug}/sessions/{note.session_id}/"),
            "author_name": camp.name,
            "updateddate": note.changed_at,
        }
        for note in notes
    ]
    writeups = camp.writeups.readable_by(None).select_related("by").beginning(IN_A_FEED + 1).order_by("-edited_at")
    for writeup in writeups[:MOST_ENTRIES]:
        writeup.camp = camp
        address = site + writeup.get_absolute_url()
        entries.append(
            {
                "title": writeup.title,
                "link": writeup.url or address,
                "unique_id": address,
                "description": _in_a_feed(writeup.begins, address),
                "author_name": str(writeup.by or _("Somebody")),
                "pubdate": writeup.published_at,
                "updateddate": writeup.edited_at,
            }
        )
    entries.sort(key=lambda entry: str(entry["updateddate"]), reverse=True)
    for entry in entries[:MOST_ENTRIES]:
        # A row of before texts were cleaned, or that another program wrote, must not be the end of the feed.
        entry |= {key: carried(value) for key, value in entry.items() if isinstance(value, str)}
    return entries[:MOST_ENTRIES]


def _in_a_feed(text: str, address: str) -> str:
    if len(text) <= IN_A_FEED:
        return to_html(text)
    # Up to the end of a paragraph, or of a line, if there is one in the second half.
    ends = [text.rfind(end, IN_A_FEED // 2, IN_A_FEED) for end in ("\n\n", "\n", " ")]
    cut = next((end for end in ends if end > 0), IN_A_FEED)
    return to_html(text[:cut]) + format_html('<p><a href="{}">{}</a></p>', address, _("Read on"))


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(writeup_shows)
def writeup_detail(request: CampRequest, camp: Camp, writeup_id: int) -> HttpResponse:
    me = request.me
    rows = camp.writeups.readable_by(me).select_related("by", "session__pitch")
    writeup: WriteUp = get_object_or_404(rows, pk=writeup_id)
    if writeup.session:
        writeup.session.camp = camp
    can_edit = not camp.is_archived and camp.writeups.editable_by(me).filter(pk=writeup.pk).exists()
    return render(request, "notes/writeup_detail.html", {"camp": camp, "writeup": writeup, "can_edit": can_edit})


def _write(
    request: CampRequest, camp: Camp, writeup: WriteUp, *, made: Made | None = None, is_gone: bool = False
) -> HttpResponse:
    """`made`: a page for a new one made it before, and is sent again."""
    form = WriteUpForm(posted_on(request, made) if made else posted_anew(request, writeup), instance=writeup)
    if is_gone:
        text = _("This write-up was taken away meanwhile. What you typed is still here: publish it as a new one.")
        form.add_error(None, text)
    elif request.method == "POST" and form.is_valid():
        with refusal_on(form):
            save_writeup(writeup=form.save(commit=False))
            note_saved(request, writeup, form)
            said = SAVED_ANEW if made else _("“%(title)s” is published.")
            tell_done(request, said % {"title": writeup.title})
            # In a room that agreed on no notes since, nobody reads it, its author neither.
            is_read = camp.writeups.readable_by(request.me).filter(pk=writeup.pk).exists()
            return redirect(writeup) if is_read else redirect("notes:record_list", camp.slug)
    context = {"camp": camp, "writeup": writeup, "form": form, "session": writeup.session, "is_gone": is_gone}
    return render(request, "notes/writeup_edit.html", context, status=status_of(form))


def _write_new(request: CampRequest, camp: Camp, session: Session | None = None) -> HttpResponse:
    """Sent again from the same page with other words, it changes the write-up it made."""
    known, made = known_from_here(request, camp.writeups.editable_by(request.me).filter(session=session))
    writeup = known or WriteUp(by=request.me)
    writeup.camp, writeup.session = camp, session
    return _write(request, camp, writeup, made=made)


@camp_view(Access.ATTENDEE)
@held
def writeup_create(request: CampRequest, camp: Camp) -> HttpResponse:
    """For the whole camp."""
    return _write_new(request, camp)


@camp_view(Access.ATTENDEE)
@held
def session_writeup_create(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.visible_to(request.me).select_related("pitch"), pk=session_id)
    return _write_new(request, camp, session)


@camp_view(Access.ATTENDEE)
@held
def writeup_edit(request: CampRequest, camp: Camp, writeup_id: int) -> HttpResponse:
    writeup = found_or_gone(request, camp.writeups.editable_by(request.me), writeup_id)
    if writeup is None:
        return _write(request, camp, WriteUp(camp=camp, by=request.me), is_gone=True)
    writeup.camp = camp
    if writeup.session:
        writeup.session.camp = camp
    return _write(request, camp, writeup)


@camp_view(Access.ATTENDEE)
def writeup_delete(request: CampRequest, camp: Camp, writeup_id: int) -> HttpResponse:
    writeup = get_object_or_404(camp.writeups.editable_by(request.me), pk=writeup_id)
    if request.method == "POST":
        remove_writeup(writeup=writeup)
        tell_done(request, _("“%(title)s” is taken away.") % {"title": writeup.title})
        return redirect("notes:record_list", camp.slug)
    return render(request, "notes/writeup_delete.html", {"camp": camp, "writeup": writeup})
