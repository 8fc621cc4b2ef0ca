"""The organisers' grid: place, move, pin, publish."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, id_in, render_partial
from events.models import Camp
from pitches.models import Pitch

from .. import advice, planner
from ..forms import ConcernsForm
from ..grid import draft_grid
from ..models import Draft, GridBuild, GridVersion, Session
from ..publishing import changes_since, pending_placements, publish_grid
from ..queries import unplaced_pitches
from ..services import add_repeat, pin_session, place_session, swap_sessions, unplace_session


@camp_view(Access.ORGANISER)
@require_safe
def draft_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    """The draft, what it breaks, what waits for a place. Others' changes arrive by polling."""
    revision = Draft.revision_of(camp)
    if request.htmx and request.GET.get("revision") == str(revision):
        return HttpResponse(status=204)
    return draft_page(request, camp, ConcernsForm(draft=Draft.of(camp)))


def draft_page(request: CampRequest, camp: Camp, form: ConcernsForm, status: int = 200) -> HttpResponse:
    """The organisers' grid with the form that starts a build."""
    plan = planner.build_plan(camp)
    broken = advice.broken_rules(plan)
    latest = GridVersion.latest(camp)
    context = {
        "camp": camp,
        "form": form,
        "revision": Draft.revision_of(camp),
        "grid": draft_grid(camp),
        "broken": broken,
        "broken_by_session": {pk: b.sentence for b in broken for pk in b.session_ids},
        "unplaced": unplaced_pitches(camp),
        "figures": advice.figures(plan),
        "people": advice.expected_people(plan),
        "build": last_build(camp),
        "latest": latest,
        "changes": changes_since(camp, latest, pending_placements(camp)),
    }
    return render_partial(request, "schedule/draft_detail.html", "draft-grid", context, status=status)


def last_build(camp: Camp) -> GridBuild | None:
    return camp.grid_builds.filter(kind=GridBuild.Kind.GRID).first()


@camp_view(Access.ORGANISER)
@require_safe
def draft_figures(request: CampRequest, camp: Camp) -> HttpResponse:
    """How good the draft is and for whom, what clashes, and what to run twice."""
    plan = planner.build_plan(camp)
    build = last_build(camp)
    context = {
        "camp": camp,
        "figures": advice.figures(plan),
        "clashes": advice.worst_clashes(plan),
        "repeats": advice.repeat_ideas(plan),
        "build": build if build and build.state == GridBuild.State.DONE else None,
    }
    return render(request, "schedule/draft_figures.html", context)


@camp_view(Access.ORGANISER)
@require_POST
def repeat_add(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """A pitch runs once more, in the cell that was suggested."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    slot = camp.slots.filter(pk=id_in(request.POST.get("slot", ""))).first()
    room = camp.rooms.filter(pk=id_in(request.POST.get("room", ""))).first()
    if slot is None or room is None:
        messages.error(request, _("Choose a room and a slot that are there."))
        return redirect("schedule:draft_figures", camp.slug)
    slot.camp = camp
    try:
        add_repeat(pitch=pitch, room=room, slot=slot, by=request.attendee)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("schedule:draft_figures", camp.slug)
    messages.success(request, _("“%(title)s” runs once more.") % {"title": pitch})
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
def session_place(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """Every cell of the grid as a button, with what it would break and what it would change."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    pitch.camp = camp
    running = id_in(request.GET.get("running", ""))
    problem = ""
    if request.method == "POST":
        problem = _place(request, camp, pitch, _running(pitch, running))
        if not problem:
            return redirect("schedule:draft_detail", camp.slug)
    session = _running(pitch, running)
    context = {
        "camp": camp,
        "pitch": pitch,
        "session": session,
        "place": session.place if session else None,
        "grid": draft_grid(camp),
        "choices": advice.cell_choices(planner.build_plan(camp), pitch.pk, session.pk if session else None),
        "problem": problem,
    }
    return render(request, "schedule/session_place.html", context, status=422 if problem else 200)


def _running(pitch: Pitch, session_id: int | None) -> Session | None:
    """The running that is asked for, or the first."""
    rows = pitch.sessions.order_by("pk").with_place()
    return (rows.filter(pk=session_id).first() if session_id else None) or rows.first()


def _place(request: CampRequest, camp: Camp, pitch: Pitch, session: Session | None) -> str:
    """Puts the pitch where the form says, or says why not."""
    slot_id, _dash, room_id = request.POST.get("cell", "").partition("-")
    slot = camp.slots.filter(pk=id_in(slot_id)).first()
    room = camp.rooms.filter(pk=id_in(room_id)).first()
    if slot is None or room is None:
        return _("Choose a room and a slot that are there.")
    slot.camp = camp
    try:
        place_session(
            pitch=pitch,
            session=session,
            room=room,
            slot=slot,
            by=request.attendee,
            seen_revision=id_in(request.POST.get("seen", "")),
        )
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _session(camp: Camp, session_id: int) -> Session:
    session: Session = get_object_or_404(camp.sessions.select_related("pitch"), pk=session_id)
    session.camp = session.pitch.camp = camp
    return session


def _back(request: CampRequest, camp: Camp, verb, **arguments: object) -> HttpResponse:
    try:
        verb(by=request.attendee, **arguments)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def session_unplace(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    seen = id_in(request.POST.get("seen", ""))
    session = _session(camp, session_id)
    return _back(request, camp, unplace_session, session=session, seen_revision=seen)


@camp_view(Access.ORGANISER)
@require_POST
def session_pin(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = _session(camp, session_id)
    return _back(request, camp, pin_session, session=session, is_pinned=request.POST.get("on") == "1")


@camp_view(Access.ORGANISER)
@require_POST
def session_swap(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    other = id_in(request.POST.get("other", ""))
    if other is None:
        messages.error(request, _("Choose the session to swap with."))
        return redirect("schedule:draft_detail", camp.slug)
    return _back(request, camp, swap_sessions, one=_session(camp, session_id), other=_session(camp, other))


@camp_view(Access.ORGANISER)
def grid_publish(request: CampRequest, camp: Camp) -> HttpResponse:
    """What would change, in words, and the button."""
    problem: list[str] = []
    if request.method == "POST":
        try:
            version = publish_grid(camp=camp, accept_broken=request.POST.get("accept_broken") == "1")
            messages.success(request, _("Version %(number)s is published.") % {"number": version.number})
            return redirect("schedule:grid_detail", camp.slug)
        except ValidationError as error:
            problem = error.messages
    latest = GridVersion.latest(camp)
    context = {
        "camp": camp,
        "latest": latest,
        "sentences": [c.in_words(camp) for c in changes_since(camp, latest, pending_placements(camp))],
        "broken": advice.broken_rules(planner.build_plan(camp)),
        "unplaced_count": unplaced_pitches(camp).count(),
        "problem": problem,
    }
    return render(request, "schedule/grid_publish.html", context, status=422 if problem else 200)
