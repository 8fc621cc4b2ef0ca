"""What became of the place of a session: asked here for every page that says where it is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from events.models import Camp

from ..models import GridVersion
from .moved import moved_in_words
from .ways import Way


class PlaceState(NamedTuple):
    """What became of the place of a session, and how it is found, as people read it (`_place_state.html`)."""

    #: "Moved from Attic, 13:45"
    moved: str = ""
    is_cancelled: bool = False
    is_closed: bool = False
    way: str = ""
    online_url: str = ""
    #: HTML of the tag of what whoever looks has not seen, or the gap for it
    unseen: str = ""


#: nothing became of it
AS_IT_WAS = PlaceState()
#: it was withdrawn, or is off the grid: it neither moved nor lost its room, and nobody needs to find it
CANCELLED = PlaceState(is_cancelled=True)


def place_state(
    *, version: GridVersion, camp: Camp, session: int, starts_at: datetime, ends_at: datetime, is_off: bool, way: Way
) -> PlaceState:
    """Of a session in its place on that version; `way` is that of its room as it is now."""
    if is_off:
        return CANCELLED
    return PlaceState(
        moved=moved_in_words(version, camp, session, starts_at),
        is_closed=way.is_closed(starts_at, ends_at),
        way=way.words,
        online_url=way.online_url,
    )
