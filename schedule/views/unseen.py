"""What moved of mine was seen."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime

from accounts.http import next_page
from events.access import Access, camp_view
from events.http import AttendeeRequest, id_in, sent_from
from events.models import Camp

from ..wall.unseen import see_moves


@camp_view(Access.ATTENDEE)
@sent_from("schedule:my_interests")
def moves_hear(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The banner goes; to the session that it told of, or to all of mine, if that was asked for."""
    if at := _moment_in(request.POST.get("seen", "")):
        see_moves(attendee=request.me, at=at)
    if "show" not in request.POST:
        return redirect(next_page(request, camp.get_absolute_url()))
    session = id_in(request.POST["show"])
    if session and camp.sessions.visible_to(request.me).filter(pk=session).exists():
        return redirect("session_detail", camp.slug, session)
    return redirect("schedule:my_interests", camp.slug)


def _moment_in(text: str) -> datetime | None:
    """Of a page's own form; None for anything else, which has then seen nothing."""
    with suppress(ValueError, OverflowError):
        moment = parse_datetime(text)
        return moment if moment and moment.tzinfo else None
    return None
