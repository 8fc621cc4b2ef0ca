"""One's own day: what is next, where one goes, and what one says of a session for it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import next_page
from events import stamps
from events.access import Access, camp_view
from events.caching import fresh, no_store
from events.http import AttendeeRequest, address_in, id_in, led_to, refusal_told, render_partial, sent_from
from events.keeping import kept_on_devices
from events.live import add_token
from events.models import Camp

from ..claims.asking import is_asked
from ..models import GridVersion, Session
from ..wall.choices import go_to, stay_away
from ..wall.coming import coming_for
from ..wall.mine import not_on_the_grid, read_wall, withdrawn_from_me
from ..wall.my_day import my_day
from ..wall.stamp import mine_shows


@camp_view(Access.ATTENDEE)
@require_safe
@no_store
@kept_on_devices
@fresh(mine_shows)
def my_interests(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """My day. It asks for itself every half minute: 204 while it is the same."""
    me, own, wall = request.me, request.shown.own, read_wall(camp, request.shown.numbers)
    wishes = dict(own.wishes)
    context = {
        "camp": camp,
        "next": coming_for(request),
        "day": my_day(camp, wall, me, own),
        "may_choose": not camp.is_archived,
        "may_place": is_asked(camp),
        "not_placed": not_on_the_grid(wall, me, wishes),
        "withdrawn": withdrawn_from_me(wall, me, wishes),
        "has_grid": wall.has_grid,
    }
    return render_partial(request, "schedule/my_interests.html", "my-sessions", context)


@camp_view(Access.ATTENDEE)
@require_safe
@no_store
def next_line(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The line below the tabs, which asks for itself, whatever page it is on: 204 while it is the same."""
    if not request.htmx:
        return led_to("schedule:my_interests", camp.slug)
    with stamps.noting() as noted:
        found = coming_for(request)
    if request.GET.get("seen") == (found.seen if found else ""):
        response = HttpResponse(status=204)
    elif found:
        response = HttpResponse(found.__html__())
    else:
        response = render(request, "schedule/_next_none.html", {"source": request.path})
    add_token(response, request, noted)
    return response


@camp_view(Access.ATTENDEE)
@sent_from("schedule:my_interests")
def session_choose(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """ "I go to this one", "Add to my day", "Take off my day": nobody else's business, also once interest is closed."""
    goes = "goes" in request.POST
    session = _session_sent(request, camp, "goes" if goes else "away")
    session.pitch.camp = camp
    deed = go_to if goes else stay_away
    with refusal_told(request):
        deed(session=session, attendee=request.me)
    return _back(request, camp, session)


def _session_sent(request: AttendeeRequest, camp: Camp, name: str) -> Session:
    rows = camp.sessions.visible_to(request.me).select_related("pitch")
    return get_object_or_404(rows, pk=id_in(request.POST.get(name, "")))


def _back(request: AttendeeRequest, camp: Camp, session: Session) -> HttpResponse:
    """To the page from which it was sent, with the row in view."""
    page = next_page(request, address_in("schedule:my_interests", camp))
    rows = {address_in("schedule:my_interests", camp): "row", address_in("schedule:grid_detail", camp): "slot"}
    row, version = rows.get(page.partition("?")[0]), GridVersion.latest(camp)
    place = version.placements.filter(session=session).first() if version and row else None
    return HttpResponseRedirect(f"{page}#{row}-{place.slot_ref}" if place else page)
