"""Building the grid: start, watch, stop, take."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, render_partial
from events.models import Camp

from ..forms import ConcernsForm
from ..models import Draft, GridBuild
from ..services import revive, set_concerns, start_build, take_build
from .draft import draft_page

SECONDS = {"1": 1.0, "10": 10.0, "60": 60.0}


@camp_view(Access.ORGANISER)
@require_POST
def build_start(request: CampRequest, camp: Camp) -> HttpResponse:
    """The concerns are kept, and a worker builds by them."""
    form = ConcernsForm(request.POST, draft=Draft.of(camp))
    if not form.is_valid():
        return draft_page(request, camp, form, status=422)
    set_concerns(camp=camp, concerns=form.cleaned_data)
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
    is_repair = build.kind == GridBuild.Kind.REPAIR
    if not request.htmx:
        return redirect("schedule:draft_repair" if is_repair else "schedule:draft_detail", camp.slug)
    template, partial = (
        ("schedule/draft_repair.html", "repair-progress")
        if is_repair
        else ("schedule/draft_detail.html", "build-progress")
    )
    context = {"camp": camp, "build": build, "form": ConcernsForm(draft=Draft.of(camp))}
    response = render_partial(request, template, partial, context)
    if not build.is_active:
        # The rest of the page has changed, too.
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
    rows = camp.grid_builds.filter(state=GridBuild.State.DONE, kind=GridBuild.Kind.GRID)
    take_build(build=get_object_or_404(rows, pk=build_id), by=request.attendee)
    return redirect("schedule:draft_detail", camp.slug)
