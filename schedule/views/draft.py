"""The organisers' grid: place, move, pin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from events import stamps
from events.access import Access, camp_view
from events.http import (
    AttendeeRequest,
    CampRequest,
    chosen,
    id_in,
    led_to,
    refusal_told,
    render_partial,
    sent_from,
    wants_partial,
)
from events.live import add_token
from events.models import Camp, HelperRight, Room, Slot
from pitches.models import Pitch

from .. import advice
from ..draft.history import buttons_of
from ..draft.moves import add_repeat, pin_all, pin_session, unplace_session
from ..draft.presence import Sign, note_there
from ..forms import ConcernsForm
from ..models import Draft, GridBuild, Session
from ..workshop.changed import HEADER, without_known
from ..workshop.here import Here, with_held
from ..workshop.shared import May, SharedDraft, last_build
from .moved import tell_moved, where
from .what_if import what_if


@camp_view(Access.ORGANISER, helpers=HelperRight)
@require_safe
def draft_detail(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The draft, what it breaks, what waits for a place. Others' changes arrive by polling, and at once."""
    if not wants_partial(request):
        note_there(me=request.me, sign=Sign.LOOKS)
    draft = Draft.of(camp)
    stamp = request.GET.get("stamp", "") if request.htmx else ""
    with stamps.noting() as noted:
        shared = SharedDraft.of(draft, advice.last_figures(draft=draft, is_polled=bool(stamp)))
    is_seen = stamp == shared.stamp
    response = (
        HttpResponse(status=204)
        if is_seen
        else draft_page(request, shared, ConcernsForm(draft=draft, build=shared.build))
    )
    add_token(response, request, noted)
    return response


def draft_page(request: AttendeeRequest, shared: SharedDraft, form: ConcernsForm, status: int = 200) -> HttpResponse:
    """The organisers' grid with the form that starts a build."""
    camp = shared.draft.camp
    html = shared.html(
        shows_all_waiting=request.GET.get("waiting") == "all",
        topic=request.GET.get("topic", ""),
        may=May.of(request.me),
    )
    # Where each row is sent, what others hold is marked on it; rows that are on the page are marked there.
    here = None if wants_partial(request) else Here.beside(request.me, camp)
    html = without_known(with_held(html, here.held) if here else html, request.headers.get(HEADER, ""))
    context = {
        "camp": camp,
        "form": form,
        "stamp": shared.stamp,
        "build": shared.build,
        "day": camp.starts_on if camp.starts_on == camp.ends_on else None,
        "shared": html,
        "here": here,
        "me": request.me,
        # Each one's own; after what others did, too, it is as new as the grid.
        "buttons": buttons_of(camp, request.me),
        "live": shared.draft.live,
    }
    response = render_partial(request, "schedule/draft_detail.html", "draft-grid", context, status=status)
    if wants_partial(request):
        # A colleague may have started a build, or decided: that comes with the grid, too.
        for beside in ("draft-steps", "build-progress"):
            part = render_to_string(f"schedule/draft_detail.html#{beside}", context | {"is_beside": True}, request)
            response.write(part)
    return response


@camp_view(Access.ORGANISER, helpers=HelperRight)
@require_safe
def draft_here(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Who else is at the board, what they hold, and what they did a moment ago: a part of the draft's page, and of the
    page of places. To ask is to be there (heartbeat).
    """
    if not wants_partial(request):
        return led_to("schedule:draft_detail", camp.slug)
    pitch, session = _held(camp, request.GET.get("hand", ""))
    note_there(me=request.me, sign=Sign.HOLDS if pitch else Sign.ASKS, pitch=pitch, session=session)
    with stamps.noting() as noted:
        stamps.read(camp, stamps.DRAFT, stamps.HANDS)
        here = Here.beside(request.me, camp)
    if request.GET.get("stamp") == here.stamp:
        response = HttpResponse(status=204)
    else:
        context = {"camp": camp, "here": here, "hand": request.GET.get("hand", "") if pitch else ""}
        response = render(request, "schedule/draft_here.html", context)
    add_token(response, request, noted)
    return response


def _held(camp: Camp, text: str) -> tuple[Pitch | None, Session | None]:
    """What a page of places says to hold."""
    pitch_id, _dash, session_id = text.partition("-")
    pitch = chosen(camp.pitches.open(), pitch_id)
    return pitch, chosen(pitch.sessions.all(), session_id) if pitch else None


@camp_view(Access.ORGANISER, helpers=HelperRight)
@require_safe
def draft_figures(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """How good the draft is and for whom, what clashes, and what to run twice: as it was counted last."""
    figures = advice.last_figures(draft=Draft.of(camp), is_polled=bool(request.htmx))
    counted = advice.counted_of(figures)
    clashes, repeats = advice.with_titles(camp, counted)
    build = last_build(camp)
    context = {
        "camp": camp,
        "may_move": request.me.may_move,
        "has_sessions": camp.sessions.placed().exists(),
        "figures": figures,
        "counted": counted,
        "clashes": clashes,
        "crowds": advice.crowds(camp, counted),
        "repeats": repeats,
        "build": build if build and build.state == GridBuild.State.DONE else None,
        **({} if wants_partial(request) else what_if(camp)),
    }
    return render_partial(request, "schedule/draft_figures.html", "draft-figures", context)


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
@sent_from("schedule:draft_figures")
def repeat_add(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """A pitch runs once more, in the cell that was suggested."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    slot = chosen(camp.slots.all(), request.POST.get("slot", ""))
    room = chosen(camp.rooms.all(), request.POST.get("room", ""))
    if slot is None or room is None:
        messages.error(request, _("Choose a room and a slot that are there."))
        return redirect("schedule:draft_figures", camp.slug)
    slot.camp = camp
    with refusal_told(request):
        session = add_repeat(pitch=pitch, room=room, slot=slot, by=request.me)
        return tell_moved(request, camp, [session], _("“%(title)s” runs once more.") % {"title": pitch})
    return redirect("schedule:draft_figures", camp.slug)


def seen_revision(request: CampRequest) -> int:
    """The revision of the draft the person looked at; none is known for a form that does not say it."""
    found = id_in(request.POST.get("seen", ""))
    return -1 if found is None else found


def _session(camp: Camp, session_id: int) -> Session:
    session: Session = get_object_or_404(camp.sessions.select_related("pitch"), pk=session_id)
    session.camp = session.pitch.camp = camp
    return session


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
@sent_from("schedule:draft_detail")
def session_unplace(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = _session(camp, session_id)
    with refusal_told(request):
        unplace_session(session=session, by=request.me, seen_revision=id_in(request.POST.get("seen", "")))
        return tell_moved(request, camp, [session])
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
@sent_from("schedule:draft_detail")
def session_pin(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session, is_pinned = _session(camp, session_id), request.POST.get("on") == "1"
    with refusal_told(request):
        pin_session(
            session=session,
            is_pinned=is_pinned,
            by=request.me,
            seen_revision=id_in(request.POST.get("seen", "")),
        )
        values = {"title": session, "place": session.place and where(camp, session)}
        text = _("“%(title)s” is pinned: %(place)s.") if is_pinned else _("“%(title)s” is no longer pinned.")
        return tell_moved(request, camp, [session], text % values)
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
@sent_from("schedule:draft_detail")
def pins_set(request: CampRequest, camp: Camp) -> HttpResponse:
    """Whatever stands in a room, or in a slot, is pinned, or no longer is."""
    kind, _dash, rest = request.POST.get("where", "").partition("-")
    number, _dash, on = rest.partition("-")
    place: Room | Slot | None = chosen(camp.rooms.all(), number) if kind == "room" else None
    if kind == "slot":
        place = chosen(camp.slots.for_sessions(), number)
    if place is None or on not in ("0", "1"):
        messages.error(request, _("Choose a room or a slot that is there."))
        return redirect("schedule:draft_detail", camp.slug)
    place.camp, is_pinned = camp, on == "1"
    with refusal_told(request):
        changed = pin_all(place=place, is_pinned=is_pinned, by=request.me)
        values = {"count": len(changed), "place": place}
        if is_pinned:
            text = ngettext(
                "%(place)s: %(count)s session pinned.", "%(place)s: %(count)s sessions pinned.", len(changed)
            )
        else:
            text = ngettext(
                "%(place)s: %(count)s session no longer pinned.",
                "%(place)s: %(count)s sessions no longer pinned.",
                len(changed),
            )
        return tell_moved(request, camp, changed, text % values)
    return redirect("schedule:draft_detail", camp.slug)
