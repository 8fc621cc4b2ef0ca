"""For each thing that can be wrong, the ways to go on: the best first."""

from __future__ import annotations

from dataclasses import replace

from events.models import Attendee

from ..models import LeadOffer
from .answers import coming_hosts
from .desk import Desk, Remedy
from .elsewhere import cancel, run_again, too_full
from .gone import room_gone
from .hours import all_later, new_session
from .missing import host_missing
from .plan import Why
from .seen import times_seen


def ways(desk: Desk, why: Why, missing: Attendee | None = None) -> list[Remedy]:
    """At most four; none where nothing can be done about it any more. `missing` is the host who is not here."""
    session, room, slot = (row.pk if row else 0 for row in (desk.session, desk.room, desk.slot))
    at = (session, room, slot)
    slots, coming = desk.draft.slots, coming_hosts(session) if why == Why.HOST else []
    return [
        replace(found, plan=times_seen(found.plan._replace(at=at, coming=coming), slots))
        for found in _ways(desk, why, missing)
    ]


def _ways(desk: Desk, why: Why, missing: Attendee | None) -> list[Remedy]:
    match why:
        case Why.ROOM:
            return room_gone(desk)
        case Why.HOST:
            return host_missing(desk, missing, offered(desk))
        case Why.FULL:
            return too_full(desk)
        case Why.CANCEL:
            return cancel(desk)
        case Why.AGAIN:
            return run_again(desk)
        case Why.NEW:
            return new_session(desk)
        case Why.LATER:
            return all_later(desk)


def offered(desk: Desk) -> list[Attendee]:
    """Who could lead the session, the first to say so first."""
    if desk.session is None:
        return []
    rows = LeadOffer.objects.filter(session=desk.session, attendee__in=desk.camp.attendees.present())
    return [row.attendee for row in rows.select_related("attendee").order_by("offered_at", "pk")]


def whys(desk: Desk) -> list[Why]:
    """What can be wrong where one stands: of a free place nothing that a session has, of what is over nothing that
    would change it.
    """
    if desk.standing and desk.is_over:
        return [Why.ROOM, Why.AGAIN, Why.NEW, Why.LATER]
    if desk.standing:
        return list(Why)
    return [Why.ROOM, Why.NEW, Why.LATER] if desk.room else [Why.NEW, Why.LATER]
