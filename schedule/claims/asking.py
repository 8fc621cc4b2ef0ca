"""Whether hosts are asked to choose a place, and for what: read from what a page of the day has read anyway."""

from __future__ import annotations

from django.utils import timezone

from events.models import Attendee, Camp

from ..models import Session
from ..wall.mine import NotPlaced, Wall, not_on_the_grid


def is_asked(camp: Camp) -> bool:
    """Hosts may place themselves, and there is time left."""
    return camp.can_hosts_claim and not (camp.is_archived or camp.is_over)


def waiting_of(camp: Camp, wall: Wall, me: Attendee | None) -> list[NotPlaced]:
    """What this person hosts and has no place on the published grid, if they may choose one."""
    return not_on_the_grid(wall, me, {}) if me and is_asked(camp) else []


def may_move(session: Session, me: Attendee | None) -> bool:
    """Its host placed it, and may choose another place: before it begins."""
    if me is None or not (session.is_claimed and is_asked(session.camp)):
        return False
    place = session.place
    return place is not None and place.slot.starts_at > timezone.now() and me in session.hosts
