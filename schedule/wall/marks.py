"""What sessions are to somebody: theirs or not, and of several at once the one they go to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from events.models import Attendee
from pitches.models import Interest

from .own import Own


class SharedEntry(NamedTuple):
    """What has to be known of a session to tell whether it is mine, and whether it clashes."""

    session: int
    pitch: int
    hosts: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    #: it was withdrawn: nobody has to be there
    is_off: bool = False

    def runs_beside(self, other: SharedEntry) -> bool:
        return other.starts_at < self.ends_at and self.starts_at < other.ends_at


class Mark(NamedTuple):
    """What a session is to the person who looks."""

    level: int
    is_hosted: bool
    #: nothing says yet which of several at once
    has_clash: bool
    #: they said that they go there
    is_chosen: bool = False
    #: they go to another one at that time, or at another time
    is_instead: bool = False

    @property
    def is_mine(self) -> bool:
        return self.level > 0 or self.is_hosted or self.is_chosen

    @property
    def is_must(self) -> bool:
        return self.level == Interest.Level.MUST

    @property
    def weight(self) -> int:
        """What one said comes before what one hosts, and that before a wish."""
        return 2 if self.is_chosen else 1 if self.is_hosted else 0


def marks_of(entries: Iterable[SharedEntry], attendee: Attendee, own: Own) -> dict[int, Mark]:
    """What is mine among these, by session: what I host, am interested in or chose, without what I took off my day.

    Of several at once the one that I chose is where I go, or else the one that I host; the others stay in sight, to be
    gone to instead. So does another running of a pitch to which I chose to go. What was withdrawn is mine still, and in
    the way of nothing.
    """
    wishes, choices = dict(own.wishes), dict(own.choices)
    mine = [
        (entry, Mark(wishes.get(entry.pitch, 0), attendee.pk in entry.hosts, False, choices.get(entry.session, False)))
        for entry in entries
        if choices.get(entry.session, entry.pitch in wishes or attendee.pk in entry.hosts)
    ]
    instead = _instead([(entry, mark) for entry, mark in mine if not entry.is_off])
    going = [entry for entry, _mark in mine if not entry.is_off and entry.session not in instead]
    clashing = {entry.session for entry in going if any(e is not entry and e.runs_beside(entry) for e in going)}
    return {
        entry.session: mark._replace(has_clash=entry.session in clashing, is_instead=entry.session in instead)
        for entry, mark in mine
    }


def _instead(running: list[tuple[SharedEntry, Mark]]) -> set[int]:
    """Those that give way to another: the weightiest stand first, and what gave way is in nobody's way."""
    standing: list[tuple[SharedEntry, Mark]] = []
    instead = set()
    for entry, mark in sorted(running, key=lambda pair: -pair[1].weight):
        if any(
            (other_mark.weight > mark.weight and other.runs_beside(entry))
            or (other_mark.is_chosen and not (mark.is_chosen or mark.is_hosted) and other.pitch == entry.pitch)
            for other, other_mark in standing
        ):
            instead.add(entry.session)
        else:
            standing.append((entry, mark))
    return instead
