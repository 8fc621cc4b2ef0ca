"""Every address of Campgrid, the two that pages are measured beside, and a calculation that has none of its own."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as campgrid
from events.access import Access, camp_view
from events.caching import fresh
from events.http import CampRequest
from events.models import Camp
from pitches.wishes import read_wishes
from schedule.advice import cell_choices
from schedule.build.border import case_of
from schedule.draft.rows import read_draft
from schedule.wall.stamp import how_shows


def bare(request: HttpRequest) -> HttpResponse:
    """What the framework and the middleware cost: no query, no template."""
    return HttpResponse("ok")


@camp_view(Access.ATTENDEE)
@require_safe
@fresh(how_shows)
def empty(request: CampRequest, camp: Camp) -> HttpResponse:
    """The frame of every page of a camp, without content; asked for its state first, as they all are."""
    return render(request, "bench/empty.html", {"camp": camp})


@camp_view(Access.ORGANISER)
def cells(request: CampRequest, camp: Camp, pitch: int) -> HttpResponse:
    """What one pitch would change in every cell, without a page; the rows were read when it was asked first."""
    found = get_object_or_404(camp.pitches, pk=pitch)
    return HttpResponse(str(len(cell_choices(*_case_and_wishes(camp), found.pk))))


@cache
def _case_and_wishes(camp: Camp) -> Any:
    draft, wishes = read_draft(camp), read_wishes(camp)
    return case_of(draft, wishes=wishes.unsaid), wishes


urlpatterns = [
    path("bench/bare/", bare),
    path("<slug:camp>/bench/empty/", empty),
    path("<slug:camp>/bench/cells/<row:pitch>/", cells),
    *campgrid,
]
