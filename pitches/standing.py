"""Where somebody stands with each pitch: must, interested, not for them, or seen and nothing said. Theirs alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from accounts.statements import as_written, found_by, statement, table_of
from events.models import Attendee

from .models import Interest, Pitch, Sight

#: beside the levels of `Interest`: they want to be nowhere near it
NOT_FOR_ME = -1
#: the same, said before the visit that goes on: it stands at the end of the board
PUT_LAST = -2

#: they host it, and said nothing else of it
HOSTS = -3
#: before anything was said
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

#: pitch, and a level of `Interest`, 0 or one of those above
Standing = tuple[tuple[int, int], ...]


def standing_of(attendee: Attendee | None, since: datetime | None = None) -> Standing:
    """What somebody said of the pitches that are not new to them, 0 for nothing. With `since`, when their visit began,
    those that they put away before are `PUT_LAST`. One query.
    """
    if attendee is None:
        return ()
    # Written out, as `wishes_of`: every look at the board asks it. The highest of a pitch comes last and stays.
    sql = statement(
        "SELECT pitch_id, level FROM {interests} WHERE attendee_id = %s "
        "UNION ALL SELECT pitch_id, CASE WHEN declined_at IS NULL THEN 0 WHEN declined_at < %s THEN -2 ELSE -1 END "
        "FROM {sights} WHERE attendee_id = %s "
        "UNION ALL SELECT pitch_id, -3 FROM {hosts} WHERE attendee_id = %s ORDER BY 1, 2",
        interests=table_of(Interest),
        sights=table_of(Sight),
        hosts=table_of(Pitch.hosts.through),
    )
    moment = as_written(since or LONG_AGO)
    return tuple(dict(found_by(sql, [attendee.pk, moment, attendee.pk, attendee.pk])).items())


def told_as(level: int) -> int:
    """What of it the buttons show: a level of `Interest`, 0 or `NOT_FOR_ME`."""
    return {PUT_LAST: NOT_FOR_ME, HOSTS: 0}.get(level, level)


def put_last(ids: Iterable[int], standing: Standing) -> list[int]:
    """In the same order, with those at the end that they put away before this visit."""
    levels = dict(standing)
    return sorted(ids, key=lambda pk: levels.get(pk) == PUT_LAST)


def count_seen(ids: Iterable[int], standing: Standing) -> int:
    """Of these, how many are not new to them."""
    return len(dict(standing).keys() & set(ids))


def one_by_one(order: Sequence[int], standing: Standing, *, at: int | None, after: int | None) -> list[int]:
    """What they have said nothing of, in this order, from behind `after` on and round to there, or else from the first
    that is new to them; with `at` that one comes first, whatever they said of it.
    """
    levels = dict(standing)
    if at in order:
        start = order.index(at)
    elif after in order:
        start = order.index(after) + 1
    else:
        start = next((nth for nth, pk in enumerate(order) if pk not in levels), 0)
    turn = [*order[start:], *order[:start]]
    return [pk for pk in turn if pk == at or levels.get(pk, 0) == 0]
