"""How long one walks from one session to the next, as far as the camp said it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Camp

from .mine import WallEntry


class Walk(NamedTuple):
    """From the room before."""

    room_name: str
    minutes: int
    is_same_room: bool
    is_other_building: bool
    #: there is less time between the two than it takes to another building
    is_tight: bool

    @property
    def words(self) -> str:
        if self.is_same_room:
            return _("The same room as before.")
        if self.is_other_building and not self.minutes:
            return _("In another building than %(room)s.") % {"room": self.room_name}
        if not self.minutes:
            return ""
        text = ngettext("About %(n)s minute from %(room)s.", "About %(n)s minutes from %(room)s.", self.minutes)
        told = text % {"n": self.minutes, "room": self.room_name}
        return f"{told} {_('There is less time in between.')}" if self.is_tight else told


def walk(camp: Camp, before: WallEntry, after: WallEntry) -> Walk:
    """Rooms of which no building is told are in one: most camps have one house."""
    is_other = before.building.casefold() != after.building.casefold()
    minutes = camp.walking_minutes if is_other else camp.room_minutes
    between = (after.entry.starts_at - before.entry.ends_at).total_seconds()
    return Walk(
        before.room_name,
        minutes,
        is_same_room=before.room_id == after.room_id,
        is_other_building=is_other,
        is_tight=is_other and between < 60 * minutes,
    )
