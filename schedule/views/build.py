"""Building the grid: start, watch, stop, take."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.http import (
    AttendeeRequest,
    CampRequest,
    id_in,
    led_to,
    refusal_told,
    render_partial,
    sent_from,
    tell_done,
)
from events.models import Camp, HelperRight

from ..advice import last_figures
from ..build.run import leave_build, start_build, stop_build, take_build
from ..forms import ConcernsForm
from ..models import Draft, GridBuild
from ..workshop.shared import SharedDraft
from .draft import draft_page, seen_revision
from .moved import tell_left_out, tell_moved
from .repair import repairs_shown
from .what_if import PLACE, what_if_shown

SECONDS = {"1": 1.0, "10": 10.0, "60": 60.0}
#: the page on which a run of the scheduler is watched, and the part of it
PART_OF: dict[str, tuple[str, str]] = {
    GridBuild.Kind.GRID: ("schedule:draft_detail", "build-progress"),
    GridBuild.Kind.REPAIR: ("schedule:draft_repair", "repair-progress"),
    GridBuild.Kind.WHAT_IF: ("schedule:draft_figures", PLACE),
}


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def build_start(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The concerns are kept, and a worker builds by them."""
    draft = Draft.of(camp)
    form = ConcernsForm(request.POST, draft=draft)
    if not form.is_valid():
        return draft_page(request, SharedDraft.of(draft, last_figures(draft=draft)), form, status=422)
    with refusal_told(request):
        # What is being done stands where the page is led to: said once more it would lie over that.
        start_build(
            camp=camp,
            seconds=SECONDS.get(request.POST.get("seconds", ""), 10.0),
            concerns=form.cleaned_data,
            by=request.me,
            seen_revision=seen_revision(request),
        )
    return led_to("schedule:draft_detail", camp.slug, at="build-progress")


@camp_view(Access.ORGANISER, helpers=HelperRight)
@require_safe
def build_detail(request: CampRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The progress, polled."""
    build = get_object_or_404(camp.grid_builds, pk=build_id)
    if not request.htmx:
        page, _part = PART_OF[build.kind]
        return redirect(page, camp.slug)
    if build.kind == GridBuild.Kind.REPAIR:
        return repairs_shown(request, camp, build)
    if build.kind == GridBuild.Kind.WHAT_IF:
        return what_if_shown(request, camp)
    context = {"camp": camp, "build": build, "form": ConcernsForm(draft=Draft.of(camp), build=build)}
    response = render_partial(request, "schedule/draft_detail.html", "build-progress", context)
    if not build.is_active or id_in(request.GET.get("sketches", "")) != build.sketches:
        # The grid below is another one now: it asks for itself, and the page stays where it is.
        response["HX-Trigger-After-Settle"] = "built"
    return response


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def build_stop(request: CampRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The search ends and keeps the best it has."""
    build = get_object_or_404(camp.grid_builds, pk=build_id)
    was_active = build.is_active
    stop_build(build=build)
    if not was_active:
        said = _("It is done already.")
    elif build.kind == GridBuild.Kind.WHAT_IF:
        said = _("It stops, and there is no answer.")
    else:
        said = _("The search stops, and keeps the best it has.")
    tell_done(request, said)
    page, part = PART_OF[build.kind]
    return led_to(page, camp.slug, at=part)


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def build_take(request: AttendeeRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The organiser wants what the build found: it stays, or goes onto the draft that had changed meanwhile."""
    rows = camp.grid_builds.filter(state=GridBuild.State.DONE, kind=GridBuild.Kind.GRID)
    build = get_object_or_404(rows, pk=build_id)
    with refusal_told(request):
        applied = take_build(build=build, by=request.me, seen_revision=seen_revision(request))
        tell_left_out(request, applied.left_out)
        if not applied.moved:
            tell_done(request, _("The grid of the build stays."))
            return led_to("schedule:draft_detail", camp.slug, at="draft-grid")
        return tell_moved(request, camp, applied.moved)
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def build_leave(request: AttendeeRequest, camp: Camp, build_id: int) -> HttpResponse:
    """The organiser wants the grid that was there before the build."""
    build = get_object_or_404(camp.grid_builds.filter(kind=GridBuild.Kind.GRID), pk=build_id)
    with refusal_told(request):
        moved = leave_build(build=build, by=request.me)
        if moved:
            return tell_moved(request, camp, moved, _("The grid is as it was before the build."))
        tell_done(request, _("The build is left. The grid stays as it is."))
        return led_to("schedule:draft_detail", camp.slug, at="draft-grid")
    return redirect("schedule:draft_detail", camp.slug)
