"""The published grid and the calendars."""

from __future__ import annotations

from operator import attrgetter

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.caching import fresh, joined, kept
from events.http import AttendeeRequest, CampRequest, led_to, open_to_other_sites, render_partial, tell_done
from events.keeping import kept_on_devices
from events.models import Attendee, Camp
from pitches.board import may_tap, tap_form

from .. import advice
from ..claims.asking import is_asked, waiting_of
from ..models import GridVersion
from ..wall.buttons import card_buttons, choice_form, repair_links
from ..wall.changes import with_sentences
from ..wall.feeds import feed_placements, my_placements, room_name
from ..wall.ical import calendar
from ..wall.mine import read_wall
from ..wall.shared import shared_grid
from ..wall.stamp import calendar_shows, grid_shows, how_shows, my_calendar_shows, versions_show
from ..wall.unseen import unseen_of


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(grid_shows)
def grid_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    """The grid on a desk, the list of slots on a phone; unchanged costs a 304, or a 204 when htmx asks."""
    me = request.me
    grid = shared_grid(camp, request.shown)
    marks = grid.marks_for(me, request.shown.own) if grid else {}
    buttons = card_buttons(request, grid, marks) if grid and me and not camp.is_archived else {}
    if grid and not camp.is_archived:
        for pk, link in repair_links(request, grid).items():
            buttons[pk] = joined([buttons.get(pk, SafeString("")), link])
    table = grid.table_for(me, marks, buttons, unseen_of(me)) if grid else SafeString("")
    context = {
        "camp": camp,
        "grid": grid,
        "table": choice_form(request, table) if buttons else table,
        "tap_form": tap_form(request) if buttons and may_tap(request) else "",
        "to_place": waiting_of(camp, read_wall(camp, request.shown.numbers), me) if me and is_asked(camp) else [],
        "only_mine": request.GET.get("show") == "mine" and me is not None,
        "with_past": request.GET.get("past") == "1",
        "is_in": me is not None,
        "can_edit": me is not None and me.sees_draft and not camp.is_archived,
    }
    return render_partial(request, "schedule/grid_detail.html", "published-grid", context)


@camp_view(Access.ANYONE)
@require_safe
@fresh(versions_show)
def version_list(request: CampRequest, camp: Camp) -> HttpResponse:
    return render(
        request,
        "schedule/version_list.html",
        {"camp": camp, "versions": with_sentences(camp, camp.grid_versions.all())},
    )


@camp_view(Access.ANYONE)
@require_safe
@fresh(grid_shows)
def version_detail(request: CampRequest, camp: Camp, number: int) -> HttpResponse:
    [version] = with_sentences(camp, [get_object_or_404(camp.grid_versions, number=number)])
    grid = shared_grid(camp, request.shown, version)
    marks = grid.marks_for(request.me, request.shown.own) if grid else {}
    table = grid.table_for(request.me, marks) if grid else ""
    context = {"camp": camp, "version": version, "table": table}
    return render(request, "schedule/version_detail.html", context)


@camp_view(Access.ANYONE)
@require_safe
@fresh(how_shows)
def grid_how(request: CampRequest, camp: Camp) -> HttpResponse:
    """The rules as the scheduler has them: this page cannot go stale."""
    context = {"camp": camp, "sentences": advice.rule_sentences(), "concerns": advice.concern_sentences()}
    return render(request, "schedule/grid_how.html", context)


@camp_view(Access.ATTENDEE, archived=True)
def calendar_replace(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The old address is a secret that may have got into wrong hands."""
    if request.method == "POST":
        request.me.replace_calendar_key()
        tell_done(request, _("Your calendar has another address. The old one shows nothing any more."))
        return led_to("schedule:calendar_detail", camp.slug, at="mine")
    return render(request, "schedule/calendar_replace.html", {"camp": camp})


# -- calendars -------------------------------------------------------------------------------------------


def _answer(camp: Camp, body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{camp.slug}.ics"'
    return response


def _site(request: CampRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


@camp_view(Access.ANYONE, personal=False)
@require_safe
@open_to_other_sites
@fresh(calendar_shows, changed_at=attrgetter("changed_at"))
def camp_calendar(request: CampRequest, camp: Camp) -> HttpResponse:
    site = _site(request)

    def make() -> bytes:
        return calendar(camp, feed_placements(GridVersion.latest(camp)), name=camp.name, site=site)

    return _answer(camp, kept("calendar", camp.pk, request.shown, site, make=make))


@camp_view(Access.ANYONE, personal=False)
@require_safe
@open_to_other_sites
@fresh(calendar_shows, changed_at=attrgetter("changed_at"))
def room_calendar(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    name = room_name(camp, room_id)
    if name is None:
        raise Http404
    site = _site(request)

    def make() -> bytes:
        placements = feed_placements(GridVersion.latest(camp), room_ref=room_id)
        return calendar(camp, placements, name=f"{camp.name}: {name}", site=site)

    return _answer(camp, kept("calendar", camp.pk, room_id, request.shown, site, make=make))


@camp_view(Access.ANYONE, personal=False)
@require_safe
@open_to_other_sites
@fresh(calendar_shows, changed_at=attrgetter("changed_at"))
def session_calendar(request: CampRequest, camp: Camp, session_id: int) -> HttpResponse:
    session = get_object_or_404(camp.sessions.published(), pk=session_id)
    placements = feed_placements(GridVersion.latest(camp), session=session)
    return _answer(camp, calendar(camp, placements, name=session.title, site=_site(request)))


@camp_view(Access.ANYONE, personal=False, closed=True)
@require_safe
@cache_control(private=True, no_cache=True)
@fresh(my_calendar_shows)
def my_calendar(request: CampRequest, camp: Camp, key: str) -> HttpResponse:
    """The address itself is the secret (capability URL): calendar programs cannot sign in."""
    attendee: Attendee = get_object_or_404(camp.attendees.present().with_calendar_key(key))
    placements = my_placements(GridVersion.latest(camp), attendee)
    name = _("My %(camp)s") % {"camp": camp.name}
    return _answer(camp, calendar(camp, placements, name=name, site=_site(request), with_links=True))
