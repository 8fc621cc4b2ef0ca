"""A code on paper, opened by the camera of any phone: a card, then its cell, or the other way round."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.caching import no_store
from events.http import AttendeeRequest, CampRequest, chosen, id_in, refusal_told, sent_from
from events.models import Camp, HelperRight
from pitches.models import Pitch

from ..draft.moves import swap_sessions
from ..models import Cell, Session
from ..paper.found import found_by_scan
from ..paper.hand import hold, in_hand, let_go
from ..paper.marks import CardMark, CellMark, Mark, mark_text, read_mark
from ..paper.placing import place_card, place_instead
from .moved import say_moved, where

#: with it a page that a code leads to waits for a finger: what its script sent was refused
ASKED = "asked"


@require_safe
def scan_detail(request: HttpRequest, mark: str) -> HttpResponse:
    """Of no camp, so that it is short; which camp it is, the mark says."""
    found = read_mark(mark)
    slug = Camp.objects.filter(pk=found.camp_id).values_list("slug", flat=True).first() if found else None
    if slug is None:
        raise Http404
    # No way to the page, but the page: on a bad network each answer takes two seconds.
    return _scanned(request, camp=slug, scanned=found)


@camp_view(Access.ANYONE)
@no_store
def _scanned(request: CampRequest, camp: Camp, scanned: Mark) -> HttpResponse:
    """Whoever runs the camp is told what comes next; everybody else sees what the code stands for."""
    me = request.me
    if me is None or not me.may_capture or camp.is_archived:
        if not request.user.is_authenticated and not camp.is_archived:
            return render(request, "schedule/scan_seen.html", {"camp": camp} | _shown(camp, scanned))
        return redirect(_page_of(camp, scanned))
    found = found_by_scan(camp, scanned, in_hand(request, me))
    context = {"camp": camp, "found": found, "goes_by_itself": found.goes_by_itself and ASKED not in request.GET}
    response = render(request, "schedule/scan_detail.html", context)
    if found.is_done:
        let_go(response)
    return response


def _page_of(camp: Camp, scanned: Mark) -> str:
    """The pitch, or the row of the grid."""
    if isinstance(scanned, CellMark):
        return reverse("schedule:grid_detail", args=[camp.slug]) + f"#slot-{scanned.slot_id}"
    if camp.pitches.filter(pk=scanned.pitch_id).exists():
        return reverse("pitches:pitch_detail", args=[camp.slug, scanned.pitch_id])
    return reverse("pitches:pitch_list", args=[camp.slug])


def _shown(camp: Camp, scanned: Mark) -> dict[str, object]:
    """To whoever is not signed in, and may be an organiser who has to."""
    shown: dict[str, object] = {"address": _page_of(camp, scanned), "is_card": isinstance(scanned, CardMark)}
    if isinstance(scanned, CardMark):
        return shown | {"pitch": Pitch.open_in(camp, scanned.pitch_id)}
    slot, room = camp.slots.filter(pk=scanned.slot_id).first(), camp.rooms.filter(pk=scanned.room_id).first()
    return shown | {"slot": slot, "room": room}


@camp_view(Access.ANYONE)
@sent_from("schedule:grid_detail")
def scan_hold(request: CampRequest, camp: Camp) -> HttpResponse:
    """What was scanned is in hand, or nothing; what has come together meanwhile goes on instead."""
    me = request.me
    mark, back = (_mark_in(camp, request.POST.get(name, "")) for name in ("mark", "back"))
    if me is None or not me.may_capture:
        found = mark or back
        return redirect(_scan_page(found) if found else camp.get_absolute_url())
    if mark is None:
        response = redirect(f"{_scan_page(back)}?{ASKED}=1") if back else redirect("schedule:draft_detail", camp.slug)
        let_go(response)
        return response
    response = redirect(_scan_page(mark))
    if not found_by_scan(camp, mark, in_hand(request, me)).is_meeting:
        hold(response, me, mark)
    return response


@camp_view(Access.ANYONE)
@sent_from("schedule:grid_detail")
def scan_place(request: CampRequest, camp: Camp) -> HttpResponse:
    """The card goes where the cell is: free, instead of another, or by a swap."""
    card, cell = (_mark_in(camp, request.POST.get(name, "")) for name in ("card", "cell"))
    if not isinstance(card, CardMark) or not isinstance(cell, CellMark):
        messages.error(request, _("Scan the card and its place once more."))
        return redirect("schedule:draft_detail", camp.slug)
    me = request.me
    if me is None or not me.may_capture:
        return redirect(_scan_page(cell))
    with refusal_told(request):
        moved, sentence = _placed(request, camp, card, cell)
        say_moved(request, camp, moved, sentence, touched=[f"entry-{moved[0].pk}"])
        response = redirect("schedule:scan_done", camp.slug, moved[0].pk)
        let_go(response)
        return response
    response = redirect(f"{_scan_page(cell)}?{ASKED}=1")
    # Looked at again, the two are still together, also for whoever has lost the cookie on the way.
    hold(response, me, card)
    return response


def _mark_in(camp: Camp, text: str) -> Mark | None:
    found = read_mark(text)
    return found if found and found.camp_id == camp.pk else None


def _scan_page(mark: Mark) -> str:
    return reverse("scan_detail", args=[mark_text(mark)])


def _placed(request: CampRequest, camp: Camp, card: CardMark, cell: CellMark) -> tuple[list[Session], str]:
    """The sessions that moved, the card's first, and the sentence that says so; refused with another."""
    pitch = Pitch.open_in(camp, card.pitch_id)
    slot, room = camp.slots.filter(pk=cell.slot_id).first(), camp.rooms.filter(pk=cell.room_id).first()
    if pitch is None or slot is None or room is None:
        raise ValidationError(_("The card or its place went meanwhile. Look again, then decide."))
    slot.camp = camp
    session_id, _dash, seen = request.POST.get("seen", "").partition("-")
    session = chosen(camp.sessions.with_place(), session_id)
    before = where(camp, session) if session else ""
    other, other_seen = _other(request, camp)
    who: dict[str, Any] = {"by": request.me, "seen_revision": id_in(seen) or 0}
    how = request.POST.get("how") if other else ""
    if other and how == "swap" and session:
        session.camp = other.camp = camp
        swap_sessions(one=session, other=other, seen_revision_of_other=other_seen, **who)
        sentence = _("“%(one)s” and “%(other)s” changed places.") % {"one": session, "other": other}
        return [session, other], sentence
    if other and how == "instead":
        there: dict[str, Any] = {"pitch": pitch, "session": session, "room": room, "slot": slot}
        placed = place_instead(other=other, seen_revision_of_other=other_seen, **there, **who)
        text = _("“%(title)s” is here now: %(place)s. “%(other)s” waits for a place.")
        return [placed, other], text % {"title": pitch, "place": Cell(room=room, slot=slot), "other": other}
    placed = place_card(pitch=pitch, session=session, room=room, slot=slot, **who)
    words = {"title": pitch, "place": Cell(room=room, slot=slot), "before": before}
    if before:
        return [placed], _("“%(title)s” is here now: %(place)s. It stood in %(before)s.") % words
    return [placed], _("“%(title)s” is here now: %(place)s.") % words


def _other(request: CampRequest, camp: Camp) -> tuple[Session | None, int]:
    """Who stands there, as it was seen."""
    other_id, _dash, seen = request.POST.get("other", "").partition("-")
    other = chosen(camp.sessions.select_related("pitch"), other_id)
    if other:
        other.camp = other.pitch.camp = camp
    return other, id_in(seen) or 0


@camp_view(Access.ORGANISER, helpers=[HelperRight.CAPTURE])
@no_store
@require_safe
def scan_done(request: AttendeeRequest, camp: Camp, session_id: int) -> HttpResponse:
    """Where it stands now, with the way back beside the sentence; then comes the next card."""
    session = get_object_or_404(camp.sessions.with_place(), pk=session_id)
    place = session.place
    if place:
        place.slot.camp = camp
    response = render(request, "schedule/scan_done.html", {"camp": camp, "session": session, "place": place})
    if in_hand(request, request.me) == CardMark.of(session.pitch):
        # The answer that took it out of the hand was lost.
        let_go(response)
    return response
