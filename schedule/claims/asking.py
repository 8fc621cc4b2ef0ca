"""Whether hosts are asked to choose a place, and for what: read from what a page of the day has read anyway."""

from __future__ import annotations

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
    """Its host may look whether another place is free; of one that organisers placed they read so there.

    Read from what the page of the session is made of: what becomes of it on the draft is none of that.
    """
    return me is not None and is_asked(session.camp) and me in session.hosts
