"""Building the grid: start, watch, stop, take."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, render_partial
from events.models import Camp

from ..models import GridBuild
from ..services import revive, start_build, take_build

SECONDS = {"1": 1.0, "10": 10.0, "60": 60.0}


@camp_view(Access.ORGANISER)
@require_POST
def build_start(request: CampRequest, camp: Camp) -> HttpResponse:
    start_build(camp=camp, seconds=SECONDS.get(request.POST.get("seconds", ""), 10.0))
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
@require_safe
def build_detail(request: CampRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The progress, polled; a build whose worker died is taken up again."""
    build = get_object_or_404(camp.grid_builds, pk=build_id)
    if build.seems_dead:
        revive(build)
        build.refresh_from_db()
    if not request.htmx:
        return redirect("schedule:draft_detail", camp.slug)
    response = render_partial(request, "schedule/draft_detail.html", "build-progress", {"camp": camp, "build": build})
    if not build.is_active:
        # The grid below has changed, too.
        response["HX-Refresh"] = "true"
    return response


@camp_view(Access.ORGANISER)
@require_POST
def build_stop(request: CampRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The search ends and keeps the best it has."""
    build: GridBuild = get_object_or_404(camp.grid_builds, pk=build_id)
    build.is_stop_asked = True
    build.save(update_fields=["is_stop_asked"])
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def build_take(request: CampRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The draft had changed meanwhile; the organiser wants what the build found."""
    build = get_object_or_404(camp.grid_builds.filter(state=GridBuild.State.DONE), pk=build_id)
    take_build(build=build, by=request.attendee)
    return redirect("schedule:draft_detail", camp.slug)
