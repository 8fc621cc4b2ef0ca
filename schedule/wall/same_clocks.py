"""A version as it is by the clocks of another time zone: at the moments at which those show what they showed before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from events.shifting import Stretch, at_same_clock

from ..models import GridVersion
from .changes import Place, State

UTC = ZoneInfo("UTC")


class SameClocks(NamedTuple):
    """The zone that tells the clock times, and the one in which they stay. What the clocks of that one skip keeps its
    moments, but where somebody has to decide (`moved`).
    """

    old: ZoneInfo
    new: ZoneInfo

    @classmethod
    def named(cls, old: str, new: str) -> SameClocks:
        """Without names all stays as it is."""
        return cls(ZoneInfo(old), ZoneInfo(new)) if old and new else cls(UTC, UTC)

    def moved(self, starts_at: datetime, ends_at: datetime) -> Stretch:
        """At the same clock times; refused where there are none."""
        return at_same_clock(starts_at, ends_at, old=self.old, new=self.new)

    def kept(self, starts_at: datetime, ends_at: datetime) -> Stretch:
        """At the same clock times, or else at the same moments."""
        try:
            return self.moved(starts_at, ends_at)
        except ValidationError:
            return starts_at, ends_at

    def place(self, place: Place) -> Place:
        starts_at, ends_at = self.kept(place.starts_at, place.ends_at)
        return place._replace(starts_at=starts_at, ends_at=ends_at)

    def state(self, state: State) -> State:
        """The same of what a version keeps as data, be it a place or a slot."""
        was = datetime.fromisoformat(state["starts_at"]), datetime.fromisoformat(state["ends_at"])
        starts_at, ends_at = self.kept(*was)
        if (starts_at, ends_at) == was:
            return state
        return state | {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}

    def version(self, version: GridVersion) -> GridVersion:
        """What the next one is compared with; not to be saved."""
        frame: dict[str, Any] = version.frame | {"slots": [self.state(slot) for slot in version.frame["slots"]]}
        moved_from = {session: self.state(was) for session, was in version.moved_from.items()}
        return GridVersion(published_at=version.published_at, frame=frame, moved_from=moved_from)
