"""The published grid and the calendars."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, render_partial
from events.models import Attendee, Camp

from .. import solver
from ..grid import published_grid
from ..ical import calendar
from ..models import GridVersion, Placement
from ..queries import feed_placements, interest_stamp, my_placements


def stamp_of(request: CampRequest, camp: Camp, version: GridVersion | None) -> str:
    """Changes when the grid would: a new version, another slot running, an edited pitch, another interest."""
    now = timezone.now()
    slots = version.frame["slots"] if version else []
    edges = sum(datetime.fromisoformat(slot[edge]) <= now for slot in slots for edge in ("starts_at", "ends_at"))
    edited = camp.pitches.aggregate(last=Max("edited_at"))["last"]
    mine = interest_stamp(request.attendee) if request.attendee else ""
    role = request.attendee.role if request.attendee else ""
    parts = [version.pk if version else 0, edges, edited, mine, role, camp.name, camp.accent, camp.archived_at]
    return hashlib.blake2s(repr(parts).encode(), digest_size=12).hexdigest()


def etag_of(request: CampRequest, stamp: str) -> str:
    """The same grid as another page: whole or partial, all or mine, with which CSRF cookie."""
    # The page will set the cookie if there is none: then it is known from the first answer on.
    get_token(request)
    chosen = [request.GET.get(name) for name in ("show", "past")]
    parts = [stamp, bool(request.htmx), chosen, request.META.get("CSRF_COOKIE")]
    return f'W/"{hashlib.blake2s(repr(parts).encode(), digest_size=12).hexdigest()}"'


@camp_view(Access.ANYONE)
@require_safe
def grid_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    """The grid on a desk, the list of slots on a phone; unchanged costs a 304, or a 204 when htmx asks."""
    version = GridVersion.latest(camp)
    stamp = stamp_of(request, camp, version)
    if request.htmx and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    etag = etag_of(request, stamp)
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        context = _grid_context(request, camp, version) | {"stamp": stamp}
        response = render_partial(request, "schedule/grid_detail.html", "published-grid", context)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _grid_context(request: CampRequest, camp: Camp, version: GridVersion | None) -> dict[str, object]:
    me = request.attendee
    return {
        "camp": camp,
        "version": version,
        "grid": published_grid(version, camp, me) if version else None,
        "only_mine": request.GET.get("show") == "mine" and me is not None,
        "with_past": request.GET.get("past") == "1",
        "is_in": me is not None,
        "can_edit": me is not None and me.is_organiser,
    }


@camp_view(Access.ANYONE)
@require_safe
def version_list(request: CampRequest, camp: Camp) -> HttpResponse:
    return render(request, "schedule/version_list.html", {"camp": camp, "versions": camp.grid_versions.all()})


@camp_view(Access.ANYONE)
@require_safe
def version_detail(request: CampRequest, camp: Camp, number: int) -> HttpResponse:
    version = get_object_or_404(camp.grid_versions, number=number)
    context = {"camp": camp, "version": version, "grid": published_grid(version, camp, request.attendee)}
    return render(request, "schedule/version_detail.html", context)


@camp_view(Access.ANYONE)
@require_safe
def grid_how(request: CampRequest, camp: Camp) -> HttpResponse:
    """The rules as the scheduler has them: this page cannot go stale."""
    context = {"camp": camp, "sentences": solver.sentences(), "concerns": solver.concern_sentences()}
    return render(request, "schedule/grid_how.html", context)


@camp_view(Access.ATTENDEE)
@require_safe
def my_interests(request: CampRequest, camp: Camp) -> HttpResponse:
    """My sessions in the order of the day, with what runs at the same time."""
    version = GridVersion.latest(camp)
    grid = published_grid(version, camp, request.attendee) if version else None
    placed = {entry.session.pitch_id for entry in grid.entries} if grid else set()
    interests = request.attendee.interests.select_related("pitch").order_by("-level", "pitch__title")
    address = request.build_absolute_uri(f"/{camp.slug}/my/{request.attendee.calendar_key}.ics")
    context = {
        "camp": camp,
        "rows": [row for row in grid.rows if any(e.is_mine for e in row.entries)] if grid else [],
        "not_placed": [i for i in interests if i.pitch_id not in placed and i.pitch.is_open],
        "has_grid": grid is not None,
        "address": address,
        "webcal": "webcal" + address[address.index(":") :],
    }
    return render(request, "schedule/my_interests.html", context)


@camp_view(Access.ATTENDEE)
@require_POST
def calendar_replace(request: CampRequest, camp: Camp) -> HttpResponse:
    request.attendee.replace_calendar_key()
    return redirect("schedule:my_interests", camp.slug)


def _answer(request: CampRequest, camp: Camp, placements: Iterable[Placement], name: str) -> HttpResponse:
    site = f"{request.scheme}://{request.get_host()}"
    body = calendar(camp, placements, name=name, site=site)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{camp.slug}.ics"'
    response["Cache-Control"] = "no-cache"
    return response


@camp_view(Access.ANYONE)
@require_safe
def camp_calendar(request: CampRequest, camp: Camp) -> HttpResponse:
    return _answer(request, camp, feed_placements(GridVersion.latest(camp)), camp.name)


@camp_view(Access.ANYONE)
@require_safe
def room_calendar(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    room = get_object_or_404(camp.rooms, pk=room_id)
    placements = feed_placements(GridVersion.latest(camp)).filter(room_ref=room.pk)
    return _answer(request, camp, placements, f"{camp.name}: {room.name}")


@camp_view(Access.ANYONE)
@require_safe
def session_calendar(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.published(), pk=session_id)
    placements = feed_placements(GridVersion.latest(camp)).filter(session=session)
    return _answer(request, camp, placements, session.pitch.title)


@camp_view(Access.ANYONE)
@require_safe
def my_calendar(request: CampRequest, camp: Camp, key: str) -> HttpResponse:
    """The address itself is the secret: calendar programs cannot sign in."""
    attendee: Attendee = get_object_or_404(camp.attendees.present(), calendar_key=key)
    placements = my_placements(GridVersion.latest(camp), attendee)
    return _answer(request, camp, placements, _("My %(camp)s") % {"camp": camp.name})
