"""What somebody wished and chose: all that a page of the day can show of them."""

from __future__ import annotations

from typing import NamedTuple

from accounts.statements import found_by, statement, table_of
from events.http import CampRequest
from events.models import Attendee
from pitches.board import Mine
from pitches.models import Interest, Sight
from pitches.standing import NOT_FOR_ME

from ..models import Choice


class Own(NamedTuple):
    """One's wishes, pitch and level; one's choices, session and whether one goes; the pitches that are not for one."""

    wishes: Mine = ()
    choices: tuple[tuple[int, bool], ...] = ()
    declined: tuple[int, ...] = ()

    def level_of(self, pitch: int) -> int:
        """What the buttons of the pitch show."""
        return dict(self.wishes).get(pitch, NOT_FOR_ME if pitch in self.declined else 0)

    def of_one(self, pitch: int | None, session: int) -> Own:
        """What of it is about that session of that pitch."""
        return Own(
            tuple(wish for wish in self.wishes if wish[0] == pitch),
            tuple(choice for choice in self.choices if choice[0] == session),
            tuple(found for found in self.declined if found == pitch),
        )


NOTHING = Own()


def own_of(attendee: Attendee) -> Own:
    """All three in one query, written out (raw SQL): on the day every page of somebody who is in asks it."""
    sql = statement(
        "SELECT 0, pitch_id, level FROM {interests} WHERE attendee_id = %s UNION ALL "
        "SELECT 1, session_id, CASE WHEN goes THEN 1 ELSE 0 END FROM {choices} WHERE attendee_id = %s UNION ALL "
        "SELECT 2, pitch_id, 0 FROM {sights} WHERE attendee_id = %s AND declined_at IS NOT NULL ORDER BY 1, 2",
        interests=table_of(Interest),
        choices=table_of(Choice),
        sights=table_of(Sight),
    )
    rows = found_by(sql, [attendee.pk] * 3)
    return Own(
        tuple((pk, level) for kind, pk, level in rows if kind == 0),
        tuple((pk, bool(goes)) for kind, pk, goes in rows if kind == 1),
        tuple(pk for kind, pk, _level in rows if kind == 2),
    )


def own_on(request: CampRequest) -> Own:
    """Of whoever looks, asked once for each request; nothing of those who are not in."""
    if request.me is None:
        return NOTHING
    if not hasattr(request, "own"):
        request.own = own_of(request.me)
    return request.own
