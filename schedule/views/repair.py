"""Repair of a running day: what is lost, and the ways to mend the grid."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, id_in
from events.models import Camp
from events.services import close_rooms, set_away

from .. import advice, planner
from ..forms import AwayForm, ClosureForm
from ..models import Draft, GridBuild
from ..queries import unplaced_pitches
from ..services import start_build, take_repair

SECONDS = 2.0


@camp_view(Access.ORGANISER)
@require_safe
def draft_repair(request: CampRequest, camp: Camp) -> HttpResponse:
    return _page(request, camp, ClosureForm(camp=camp), AwayForm(camp=camp))


def _page(request: CampRequest, camp: Camp, closure: ClosureForm, away: AwayForm) -> HttpResponse:
    """What is lost, what that breaks, and the repairs found last."""
    build = camp.grid_builds.filter(kind=GridBuild.Kind.REPAIR).first()
    rooms = camp.rooms.filter(closed_in__camp=camp).distinct().prefetch_related("closed_in")
    people = camp.attendees.filter(away_in__camp=camp).distinct().prefetch_related("away_in")
    for thing in (*(s for room in rooms for s in room.closed_in.all()), *(s for p in people for s in p.away_in.all())):
        thing.camp = camp
    context = {
        "camp": camp,
        "closure_form": closure,
        "away_form": away,
        "closed_rooms": rooms,
        "away_people": people,
        "broken": advice.broken_rules(planner.build_plan(camp)),
        "unplaced_count": unplaced_pitches(camp).count(),
        "build": build,
        "is_fresh": build is not None and build.draft_revision == Draft.revision_of(camp) and not build.is_applied,
    }
    is_wrong = closure.errors or away.errors
    return render(request, "schedule/draft_repair.html", context, status=422 if is_wrong else 200)


@camp_view(Access.ORGANISER)
@require_POST
def room_close(request: CampRequest, camp: Camp) -> HttpResponse:
    """A room, or every room, is lost in some slots."""
    form = ClosureForm(request.POST, camp=camp)
    if not form.is_valid():
        return _page(request, camp, form, AwayForm(camp=camp))
    close_rooms(rooms=form.chosen(), slots=form.cleaned_data["closed_in"], is_closed=True)
    Draft.touch(camp)
    return redirect("schedule:draft_repair", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def room_reopen(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    """The room can be used again, all day."""
    room = get_object_or_404(camp.rooms, pk=room_id)
    close_rooms(rooms=[room], slots=room.closed_in.all(), is_closed=False)
    Draft.touch(camp)
    return redirect("schedule:draft_repair", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def host_away(request: CampRequest, camp: Camp) -> HttpResponse:
    """A host cannot be there in some slots."""
    form = AwayForm(request.POST, camp=camp)
    if not form.is_valid():
        return _page(request, camp, ClosureForm(camp=camp), form)
    set_away(attendee=form.cleaned_data["host"], slots=form.cleaned_data["away_in"], is_away=True)
    Draft.touch(camp)
    return redirect("schedule:draft_repair", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def host_back(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    """The person is there again, all day."""
    attendee = get_object_or_404(camp.attendees, pk=attendee_id)
    set_away(attendee=attendee, slots=attendee.away_in.all(), is_away=False)
    Draft.touch(camp)
    return redirect("schedule:draft_repair", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def repair_start(request: CampRequest, camp: Camp) -> HttpResponse:
    """A worker looks for ways to mend the draft."""
    build = start_build(camp=camp, seconds=SECONDS, kind=GridBuild.Kind.REPAIR)
    if build.kind != GridBuild.Kind.REPAIR:
        messages.error(request, _("The grid is being built just now. Wait for it or stop it, then look for repairs."))
    return redirect("schedule:draft_repair", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def repair_take(request: CampRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The draft is what one of the repairs says; publishing it is another step."""
    rows = camp.grid_builds.filter(state=GridBuild.State.DONE, kind=GridBuild.Kind.REPAIR)
    build = get_object_or_404(rows, pk=build_id)
    number = id_in(request.POST.get("number", ""))
    try:
        take_repair(build=build, number=-1 if number is None else number, by=request.attendee)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("schedule:draft_repair", camp.slug)
    return redirect("schedule:draft_detail", camp.slug)
