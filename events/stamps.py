"""What tells the changed from the unchanged: a counter for each part of a camp (cache invalidation).

Services that change what others see end with `bump`. Pages are told apart by the numbers of the parts they show
(ETag), rendered pieces are kept under them (cache key), and whoever polls for news asks by the parts of the page: live
messages, when they come, name the same parts. So nothing that is kept can be stale: what changed is asked for under
another number.

What is mine on a page (my interests, my role, my name) is in no part: a tap changes no row that others share.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Max, Q, Sum
from django.utils import timezone

from accounts.statements import as_written, changed_by, found_by, marks, statement, table_of

from .models import Camp, Stamp

#: the camp's own page and settings, its rooms and slots, what is closed and who is away
FRAME = "frame"
#: what people are called, and who is the same person; not who joined: a crowd that arrives renames nobody
PEOPLE = "people"
#: who is in, in which role, who waits, who is invited or listed
CROWD = "crowd"
#: the board: what is pitched and by whom
PITCHES = "pitches"
#: the grid the organisers work on
DRAFT = "draft"
#: what was published
GRID = "grid"

#: the snapshot of wishes that numbers are told from: it changes when at least five people changed theirs
WISHES = "wishes"

PARTS = (FRAME, PEOPLE, CROWD, PITCHES, DRAFT, GRID, WISHES)
#: how the parts that are written begin
_WRITTEN = "notes-"
#: and those of what strangers do not read: no page tells them when something is written there
_CLOSED = "closed-"


def notes_of(session_id: int | None, *, is_closed: bool = False) -> str:
    """The part that is a session's notes, links and write-ups: a part for each; None for what is about the camp.
    `is_closed`: that of what was written while its room kept them from strangers.
    """
    return f"{_CLOSED if is_closed else _WRITTEN}{session_id or 'camp'}"


def bump(camp: Camp, *parts: str) -> None:
    """Whatever shows these parts is out of date from the end of this transaction on (cache invalidation)."""
    if not parts:
        return
    now = as_written(timezone.now())
    # One statement (upsert), so that two who count at once are both counted; in one order, so that neither waits for
    # the other in turn.
    sql = statement(
        "INSERT INTO {stamps} (camp_id, part, number, changed_at) VALUES {rows} "
        "ON CONFLICT (camp_id, part) DO UPDATE SET number = {stamps}.number + 1, changed_at = EXCLUDED.changed_at",
        stamps=table_of(Stamp),
        rows=marks(len(parts), "(%s, %s, 1, %s)"),
    )
    changed_by(sql, [value for part in sorted(parts) for value in (camp.pk, part, now)])


def read(camp: Camp, *parts: str) -> tuple[int, ...]:
    """The numbers of these parts, in one query.

    To be read before the rows that are shown: what changes in between is then shown under a number that is never
    asked for again, and not the other way round.
    """
    known = {part: number for part, number, _changed_at in _rows(camp, parts)}
    return tuple(known.get(part, 0) for part in parts)


def _rows(camp: Camp, parts: tuple[str, ...]) -> list[tuple[str, int, datetime]]:
    # Written out, since every page asks it first, and Django takes far longer to build the statement than a database
    # to answer it (raw SQL).
    sql = statement(
        "SELECT part, number, changed_at FROM {stamps} WHERE camp_id = %s AND part IN ({parts})",
        stamps=table_of(Stamp),
        parts=marks(len(parts)),
    )
    return found_by(sql, [camp.pk, *parts])


class Dated(NamedTuple):
    """The numbers of some parts, and when the last of them changed."""

    numbers: tuple[int, ...]
    changed_at: datetime


def read_dated(camp: Camp, *parts: str) -> Dated:
    """As `read`, for what says when it changed last (Last-Modified); in one query, too."""
    rows = _rows(camp, parts)
    known = {part: number for part, number, _changed_at in rows}
    # In the way of a column SQLite says no zone: it is UTC.
    latest = max((at if at.tzinfo else at.replace(tzinfo=UTC) for _p, _n, at in rows), default=camp.created_at)
    return Dated(tuple(known.get(part, 0) for part in parts), latest)


class Record(NamedTuple):
    """How often anything changed of what a page of the record shows, and when last."""

    number: int
    changed_at: datetime


def read_record(camp: Camp, *parts: str, with_closed: bool = True) -> Record:
    """All that was written in the camp, and these parts, in one query whatever the number of sessions.

    Numbers only rise, so their sum tells every state from every other.
    """
    written = (
        Q(part__startswith=_WRITTEN) | Q(part__startswith=_CLOSED) if with_closed else Q(part__startswith=_WRITTEN)
    )
    shown = Stamp.objects.filter(written | Q(part__in=parts), camp=camp)
    found = shown.aggregate(number=Sum("number"), changed_at=Max("changed_at"))
    return Record(found["number"] or 0, found["changed_at"] or camp.created_at)
