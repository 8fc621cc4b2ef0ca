"""The organisers' grid: place, move, pin, publish."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.http import CampRequest, chosen, id_in, led_to, refusal_told, render_partial, sent_from, tell_done
from events.models import Camp
from pitches.models import Pitch
from pitches.wishes import told_wishes

from .. import advice
from ..build import border
from ..draft.moves import add_repeat, pin_session, place_session, swap_sessions, unplace_session
from ..draft.rows import read_draft
from ..forms import ConcernsForm
from ..models import Draft, GridBuild, GridVersion, Session
from ..wall.changes import sentences
from ..wall.publish import pending_changes, publish_grid
from ..wall.shared_draft import SharedDraft
from .moved import tell_moved


@camp_view(Access.ORGANISER)
@require_safe
def draft_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    """The draft, what it breaks, what waits for a place. Others' changes arrive by polling."""
    draft = Draft.of(camp)
    stamp = request.GET.get("stamp", "") if request.htmx else ""
    shared = SharedDraft.of(draft, advice.last_figures(draft=draft, is_polled=bool(stamp)))
    if stamp == shared.stamp:
        return HttpResponse(status=204)
    return draft_page(request, shared, ConcernsForm(draft=draft))


def draft_page(request: CampRequest, shared: SharedDraft, form: ConcernsForm, status: int = 200) -> HttpResponse:
    """The organisers' grid with the form that starts a build."""
    camp = shared.draft.camp
    context = {
        "camp": camp,
        "form": form,
        "stamp": shared.stamp,
        "build": last_build(camp),
        "shared": shared.html(shows_all_waiting=request.GET.get("waiting") == "all"),
    }
    return render_partial(request, "schedule/draft_detail.html", "draft-grid", context, status=status)


def last_build(camp: Camp) -> GridBuild | None:
    return camp.grid_builds.filter(kind=GridBuild.Kind.GRID).first()


@camp_view(Access.ORGANISER)
@require_safe
def draft_figures(request: CampRequest, camp: Camp) -> HttpResponse:
    """How good the draft is and for whom, what clashes, and what to run twice: as it was counted last."""
    figures = advice.last_figures(draft=Draft.of(camp), is_polled=bool(request.htmx))
    counted = advice.counted_of(figures)
    clashes, repeats = advice.with_titles(camp, counted)
    build = last_build(camp)
    context = {
        "camp": camp,
        "has_sessions": camp.sessions.placed().exists(),
        "figures": figures,
        "counted": counted,
        "clashes": clashes,
        "repeats": repeats,
        "build": build if build and build.state == GridBuild.State.DONE else None,
    }
    return render_partial(request, "schedule/draft_figures.html", "draft-figures", context)


@camp_view(Access.ORGANISER)
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


@camp_view(Access.ORGANISER)
def session_place(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """The best cells and all cells of one slot as buttons, with what they would break and what they would change."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    pitch.camp = camp
    running = id_in(request.GET.get("running", ""))
    problem = ""
    if request.method == "POST":
        placed = _place(request, camp, pitch, _running(pitch, running))
        if isinstance(placed, Session):
            return tell_moved(request, camp, [placed])
        problem = placed
    session = _running(pitch, running)
    place = session.place if session else None
    figures, wishes = advice.last_figures(draft=Draft.of(camp)), told_wishes(camp)
    draft = read_draft(camp)
    if all(known.pk != pitch.pk for known in draft.pitches):
        # It went since this page was asked for.
        messages.error(request, _("“%(title)s” is off the board. It stays off the grid.") % {"title": pitch})
        return led_to("schedule:draft_detail", camp.slug)
    slots = advice.place_slots(draft, wishes, pitch.pk, session.pk if session else None)
    chosen = id_in(request.GET.get("slot", "")) or (place.slot_id if place else None)
    context = {
        "camp": camp,
        "pitch": pitch,
        "session": session,
        "place": place,
        "figures": figures,
        "is_counted": wishes is not None,
        "best": advice.best_cells(slots),
        "missing_needs": advice.missing_needs(draft, pitch.pk),
        "slots": slots,
        "chosen": chosen if any(found.slot.pk == chosen for found in slots) else None,
        "problem": problem,
    }
    return render(request, "schedule/session_place.html", context, status=422 if problem else 200)


def _running(pitch: Pitch, session_id: int | None) -> Session | None:
    """The running that is asked for, or the first on the draft."""
    rows = pitch.sessions.placed_first().with_place()
    return (rows.filter(pk=session_id).first() if session_id else None) or rows.first()


def _place(request: CampRequest, camp: Camp, pitch: Pitch, session: Session | None) -> Session | str:
    """Puts the pitch where the form says, or says why not."""
    slot_id, _dash, room_id = request.POST.get("cell", "").partition("-")
    slot = chosen(camp.slots.all(), slot_id)
    room = chosen(camp.rooms.all(), room_id)
    if slot is None or room is None:
        return _("Choose a room and a slot that are there.")
    slot.camp = camp
    try:
        return place_session(
            pitch=pitch,
            session=session,
            room=room,
            slot=slot,
            by=request.me,
            seen_revision=id_in(request.POST.get("seen", "")),
        )
    except ValidationError as error:
        return " ".join(error.messages)


def seen_revision(request: CampRequest) -> int:
    """The revision of the draft the person looked at; none is known for a form that does not say it."""
    found = id_in(request.POST.get("seen", ""))
    return -1 if found is None else found


def _session(camp: Camp, session_id: int) -> Session:
    session: Session = get_object_or_404(camp.sessions.select_related("pitch"), pk=session_id)
    session.camp = session.pitch.camp = camp
    return session


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def session_unplace(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = _session(camp, session_id)
    with refusal_told(request):
        unplace_session(session=session, by=request.me, seen_revision=id_in(request.POST.get("seen", "")))
        return tell_moved(request, camp, [session])
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
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
        unpinned = _("“%(title)s” is no longer pinned.") % {"title": session}
        return tell_moved(request, camp, [session], "" if is_pinned else unpinned)
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def session_swap(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    other = id_in(request.POST.get("other", ""))
    if other is None:
        messages.error(request, _("Choose the session to swap with."))
        return redirect("schedule:draft_detail", camp.slug)
    one, two = _session(camp, session_id), _session(camp, other)
    with refusal_told(request):
        swap_sessions(
            one=one,
            other=two,
            by=request.me,
            seen_revision=id_in(request.POST.get("seen", "")),
            seen_revision_of_other=id_in(request.POST.get("other_seen", "")),
        )
        text = _("“%(one)s” and “%(other)s” changed places.") % {"one": one, "other": two}
        return tell_moved(request, camp, [one, two], text)
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
def grid_publish(request: CampRequest, camp: Camp) -> HttpResponse:
    """What would change, in words, and the button."""
    problem: list[str] = []
    if request.method == "POST":
        try:
            version = publish_grid(
                camp=camp,
                accept_broken=request.POST.get("accept_broken") == "1",
                seen_revision=seen_revision(request),
                by=request.me,
            )
            tell_done(request, _("Version %(number)s is published.") % {"number": version.number})
            return led_to("schedule:grid_detail", camp.slug, at="published-grid")
        except ValidationError as error:
            problem = error.messages
    revision, latest = Draft.revision_of(camp), GridVersion.latest(camp)
    draft = read_draft(camp)
    context = {
        "camp": camp,
        "revision": revision,
        "latest": latest,
        "sentences": sentences(camp, pending_changes(latest, draft)),
        "broken": advice.broken_rules(border.case_of(draft)),
        "missing_needs": advice.missing_needs(draft),
        "unplaced_count": len(draft.waiting),
        "problem": problem,
    }
    return render(request, "schedule/grid_publish.html", context, status=422 if problem else 200)
