"""Repair of a running day: what is lost, and the ways to mend the grid."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import note_left
from events.access import Access, camp_view
from events.frame import set_away
from events.http import (
    AttendeeRequest,
    CampRequest,
    Undo,
    id_in,
    led_to,
    refusal_on,
    refusal_told,
    render_partial,
    sent_from,
    tell_done,
)
from events.models import Camp, HelperRight, Room, Slot
from events.people import in_order_of_names

from .. import advice
from ..build import border
from ..build.run import start_build, take_repair
from ..draft.rows import read_draft
from ..forms import AwayForm, ClosureForm, hosts_of
from ..models import Draft, GridBuild
from ..wall.hosts import switch_rooms
from .draft import seen_revision
from .moved import tell_left_out, tell_moved

SECONDS = 2.0


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@require_safe
def draft_repair(request: CampRequest, camp: Camp) -> HttpResponse:
    return _page(request, camp)


def _page(
    request: CampRequest, camp: Camp, closure: ClosureForm | None = None, away: AwayForm | None = None
) -> HttpResponse:
    """What is lost, what that breaks, and the repairs found last; with the form that was refused, if one was."""
    # The revision before anything that is shown.
    found = _found(camp, camp.grid_builds.filter(kind=GridBuild.Kind.REPAIR).first())
    closure, away = closure or ClosureForm(camp=camp), away or AwayForm(camp=camp)
    rooms = camp.rooms.filter(closed_in__camp=camp).distinct().prefetch_related("closed_in")
    people = in_order_of_names(camp.attendees.filter(away_in__camp=camp).distinct().prefetch_related("away_in"))
    for thing in (*(s for room in rooms for s in room.closed_in.all()), *(s for p in people for s in p.away_in.all())):
        thing.camp = camp
    context = {
        **found,
        "closure_form": closure,
        "away_form": away,
        "closed_rooms": rooms,
        "away_people": people,
    }
    is_wrong = closure.errors or away.errors
    return render(request, "schedule/draft_repair.html", context, status=422 if is_wrong else 200)


def _found(camp: Camp, build: GridBuild | None) -> dict[str, object]:
    revision, draft = Draft.revision_of(camp), read_draft(camp)
    return {
        "camp": camp,
        "revision": revision,
        "broken": advice.broken_rules(border.case_of(draft)),
        "unplaced_count": len(draft.waiting),
        "build": build,
        "is_fresh": build is not None and build.draft_revision == revision and not build.is_applied,
    }


def repairs_shown(request: CampRequest, camp: Camp, build: GridBuild) -> HttpResponse:
    """How far the search is, and in the end what it found; polled."""
    context = {"camp": camp, "build": build} if build.is_active else _found(camp, build)
    return render_partial(request, "schedule/draft_repair.html", "repair-progress", context)


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:draft_repair")
def room_close(request: CampRequest, camp: Camp) -> HttpResponse:
    """A room, or every room, is lost in some slots."""
    form, rooms, slots = ClosureForm(request.POST, camp=camp), list[Room](), list[Slot]()
    if form.is_valid():
        rooms, slots = form.chosen(), list(form.cleaned_data["closed_in"])
        with refusal_on(form):
            switch_rooms(camp=camp, rooms=rooms, slots=slots, is_closed=True, by=request.me)
    if form.errors:
        return _page(request, camp, closure=form)
    if rooms:
        # Sent again, it says so only as long as the first of them is as it was left.
        note_left(request, rooms[0], "closed_in")
    words = {"rooms": ", ".join(room.name for room in rooms), "slots": " · ".join(map(str, slots))}
    touched = [f"closed-{room.pk}" for room in rooms]
    tell_done(request, _("Lost: %(rooms)s, %(slots)s.") % words, touched=touched)
    return led_to("schedule:draft_repair", camp.slug, at=touched[0] if touched else "lost")


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:draft_repair")
def room_reopen(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    """The room can be used again, all day."""
    room = get_object_or_404(camp.rooms, pk=room_id)
    slots = list(room.closed_in.all())
    switch_rooms(camp=camp, rooms=[room], slots=slots, is_closed=False, by=request.me)
    note_left(request, room, "closed_in")
    fields = [("room", str(room.pk)), *(("closed_in", str(slot.pk)) for slot in slots)]
    undo = Undo(reverse("schedule:room_close", args=[camp.slug]), fields)
    tell_done(request, _("%(room)s is open again.") % {"room": room.name}, undo=undo if slots else None)
    return led_to("schedule:draft_repair", camp.slug, at="lost")


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:draft_repair")
def host_away(request: CampRequest, camp: Camp) -> HttpResponse:
    """A host cannot be there in some slots."""
    form = AwayForm(request.POST, camp=camp)
    if form.is_valid():
        with refusal_on(form):
            set_away(
                attendee=form.cleaned_data["host"], slots=form.cleaned_data["away_in"], is_away=True, by=request.me
            )
    if form.errors:
        return _page(request, camp, away=form)
    host, slots = form.cleaned_data["host"], form.cleaned_data["away_in"]
    note_left(request, host, "away_in")
    words = {"name": host, "slots": " · ".join(map(str, slots))}
    tell_done(request, _("%(name)s is missing: %(slots)s.") % words, touched=[f"away-{host.pk}"])
    return led_to("schedule:draft_repair", camp.slug, at=f"away-{host.pk}")


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:draft_repair")
def host_back(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    """The person is there again, all day."""
    attendee = get_object_or_404(camp.attendees, pk=attendee_id)
    slots = list(attendee.away_in.values_list("pk", flat=True))
    set_away(attendee=attendee, slots=attendee.away_in.all(), is_away=False, by=request.me)
    note_left(request, attendee, "away_in")
    fields = [("host", str(attendee.pk)), *(("away_in", str(slot)) for slot in slots)]
    undo = Undo(reverse("schedule:host_away", args=[camp.slug]), fields)
    tell_done(
        request,
        _("%(name)s is back.") % {"name": attendee},
        undo=undo if slots and hosts_of(camp).filter(pk=attendee.pk).exists() else None,
    )
    return led_to("schedule:draft_repair", camp.slug, at="lost")


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:draft_repair")
def repair_start(request: CampRequest, camp: Camp) -> HttpResponse:
    """A worker looks for ways to mend the draft."""
    with refusal_told(request):
        seen = seen_revision(request)
        build = start_build(camp=camp, seconds=SECONDS, kind=GridBuild.Kind.REPAIR, seen_revision=seen)
        if build.kind != GridBuild.Kind.REPAIR:
            text = _("The grid is being built just now. Wait for it or stop it, then look for repairs.")
            messages.error(request, text)
        elif build.is_active:
            tell_done(request, _("Repairs are being looked for."))
    return led_to("schedule:draft_repair", camp.slug, at="repair-progress")


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:draft_repair")
def repair_take(request: AttendeeRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The draft is what one of the repairs says; publishing it is another step."""
    rows = camp.grid_builds.filter(state=GridBuild.State.DONE, kind=GridBuild.Kind.REPAIR)
    build = get_object_or_404(rows, pk=build_id)
    number = id_in(request.POST.get("number", ""))
    with refusal_told(request):
        applied = take_repair(build=build, number=-1 if number is None else number, by=request.me)
        tell_left_out(request, applied.left_out)
        return tell_moved(request, camp, applied.moved)
    return redirect("schedule:draft_repair", camp.slug)
