"""What tells the changed from the unchanged: a counter for each part of a camp (cache invalidation).

Services that change what others see end with `bump`. Pages are told apart by the numbers of the parts they show
(ETag), rendered pieces are kept under them (cache key), and whoever polls for news asks by the parts of the page: live
messages, when they come, name the same parts. So nothing that is kept can be stale: what changed is asked for under
another number.

What is mine on a page (my interests, my role, my name) is in no part: a tap changes no row that others share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone

from accounts.statements import as_written, changed_by, found_by, marks, statement, table_of

from . import hints
from .models import Camp, Role, Stamp

#: the camp's own page and settings, its rooms and slots, what is closed and who is away
FRAME = "frame"
#: what people are called, with the mark of organisers, and who is the same person; not who joined: a crowd that arrives
#: renames nobody
PEOPLE = "people"
#: who is in, in which role, who waits, who is invited or listed
CROWD = "crowd"
#: the board: what is pitched and by whom
PITCHES = "pitches"
#: the grid the organisers work on
DRAFT = "draft"
#: who has that grid open, and what they hold
HANDS = "hands"
#: what was published
GRID = "grid"

#: the snapshot of wishes that numbers are told from: it changes when at least five people changed theirs
WISHES = "wishes"

PARTS = (FRAME, PEOPLE, CROWD, PITCHES, DRAFT, HANDS, GRID, WISHES)
#: how the parts that are written begin
_WRITTEN = "notes-"
#: and those of what strangers do not read: no page tells them when something is written there
_CLOSED = "closed-"
#: under which a camp that was found for a request holds the numbers that were read in it
_READ = "stamps_read"
#: what was shown and is shown no more: of the camp, and with a session's number of what is written of that session
TAKEN = "taken"


def notes_of(session_id: int | None, *, is_closed: bool = False) -> str:
    """The part that is a session's notes, links and write-ups: a part for each; None for what is about the camp.
    `is_closed`: that of what was written while its room kept them from strangers.
    """
    return f"{_CLOSED if is_closed else _WRITTEN}{session_id or 'camp'}"


def parts_of_roles(*roles: str) -> tuple[str, ...]:
    """The parts that change with somebody who has, or had, these: an organiser is marked wherever their name stands."""
    return (CROWD, PEOPLE) if Role.ORGANISER in roles else (CROWD,)


def taken_from(session_id: int | None) -> str:
    """The part that counts what was taken from a session's readers: devices that keep its page drop it. None: what is
    about the camp.
    """
    return f"{TAKEN}-{session_id or 'camp'}"


def bump(camp: Camp, *parts: str) -> None:
    """Whatever shows these parts is out of date from the end of this transaction on (cache invalidation)."""
    if not parts:
        return
    camp.__dict__.pop(_READ, None)
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
    transaction.on_commit(partial(hints.send, camp.pk), robust=True)


#: what is read here while somebody notes it down: the page that is answered shows these parts
_noted: ContextVar[dict[str, int] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[dict[str, int]]:
    """The numbers of all parts that are read meanwhile are in it."""
    noted: dict[str, int] = {}
    before = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(before)


def _note(parts: Collection[str], known: dict[str, int]) -> None:
    if (noted := _noted.get()) is not None:
        # What was read first: the rows that are shown may be no newer.
        noted |= {part: known.get(part, 0) for part in parts if part not in noted}


def read(camp: Camp, *parts: str) -> tuple[int, ...]:
    """The numbers of these parts, in one query.

    To be read before the rows that are shown: what changes in between is then shown under a number that is never
    asked for again, and not the other way round.
    """
    known = {part: number for part, number, _changed_at in _rows(camp, parts)}
    _note(parts, known)
    numbers = {part: known.get(part, 0) for part in parts}
    camp.__dict__[_READ] = camp.__dict__.get(_READ, {}) | numbers
    return tuple(numbers[part] for part in parts)


def at_hand(camp: Camp, *parts: str) -> tuple[int, ...]:
    """As `read`; without a query where the page that is made has read these already."""
    numbers: dict[str, int] = camp.__dict__.get(_READ, {})
    return tuple(numbers[part] for part in parts) if numbers.keys() >= set(parts) else read(camp, *parts)


def read_all(camps: Collection[int]) -> dict[int, dict[str, int]]:
    """The numbers of all parts of these camps, in one query."""
    found: dict[int, dict[str, int]] = {pk: {} for pk in camps}
    if found:
        sql = statement(
            "SELECT camp_id, part, number FROM {stamps} WHERE camp_id IN ({camps})",
            stamps=table_of(Stamp),
            camps=marks(len(found)),
        )
        for camp_id, part, number in found_by(sql, list(found)):
            found[camp_id][part] = number
    return found


def is_of_closed(part: str) -> bool:
    """Whether it counts what a room keeps from strangers."""
    return part.startswith(_CLOSED)


def read_taken(camp: Camp) -> dict[str | None, int]:
    """How often something was taken from readers: of the camp under None, of a session under its number as text."""
    rows = Stamp.objects.filter(camp=camp, part__startswith=TAKEN).values_list("part", "number")
    return {part.removeprefix(f"{TAKEN}-") if part != TAKEN else None: number for part, number in rows}


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
