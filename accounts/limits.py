"""How often something may be done, counted in the database (rate limit): the same for all processes and servers.

A try is counted before it is looked at, by one statement: of nine that arrive at once, five pass a limit of five. See
ADR 9.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import Tally
from .statements import as_written, returned_by, statement, table_of


@dataclass(frozen=True)
class Limit:
    """So many times within so long, counted from the first time."""

    what: str
    most: int
    within: timedelta = timedelta(minutes=5)


#: what was counted inside a transaction that may still be rolled back
_counted: ContextVar[list[tuple[Limit, str, int]] | None] = ContextVar("counted", default=None)


def source_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy, what the proxy itself added last.

    Of IPv6 the network: whoever has one address there has all of its 2⁶⁴.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = str(request.headers.get("X-Forwarded-For", "")).rpartition(",")[2].strip()
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(number, ipaddress.IPv4Address):
        return str(number)
    # The same machine by its older number is the same machine.
    return str(number.ipv4_mapped or ipaddress.ip_network((number, 64), strict=False))


def count_one(*, limit: Limit, who: str) -> bool:
    """One more is counted; whether it is still within the limit (atomic counter)."""
    _write_down(limit, who, 1)
    return _count(limit, who) <= limit.most


def uncount_one(*, limit: Limit, who: str) -> None:
    """The last one was none: it was right, or nothing came of it."""
    _write_down(limit, who, -1)
    Tally.objects.filter(what=limit.what, who=_mark(limit, who), count__gt=0).update(count=F("count") - 1)


def is_used_up(*, limit: Limit, who: str) -> bool:
    """Whether one more would be too many. Nothing is counted."""
    begun = timezone.now() - limit.within
    return Tally.objects.filter(
        what=limit.what, who=_mark(limit, who), begun_at__gt=begun, count__gte=limit.most
    ).exists()


@contextmanager
def counted_whatever_happens() -> Iterator[None]:
    """What is counted inside holds, also if an error takes back all else that was done there (rollback).

    Stands around a transaction, not in one.
    """
    if connection.in_atomic_block or _counted.get() is not None:
        yield
        return
    counted: list[tuple[Limit, str, int]] = []
    token = _counted.set(counted)
    try:
        yield
    except BaseException:
        sums: dict[tuple[Limit, str], int] = {}
        for limit, who, more in counted:
            sums[limit, who] = sums.get((limit, who), 0) + more
        for (limit, who), times in sums.items():
            for _time in range(times):
                _count(limit, who)
        raise
    finally:
        _counted.reset(token)


def _write_down(limit: Limit, who: str, more: int) -> None:
    counted = _counted.get()
    if counted is not None:
        counted.append((limit, who, more))


def _mark(limit: Limit, who: str) -> str:
    """Nobody reads off the table who it is about: neither addresses of people nor of machines are in it."""
    return salted_hmac("accounts.limits", f"{limit.what}:{who.strip().lower()}", algorithm="sha256").hexdigest()


def _count(limit: Limit, who: str) -> int:
    """Counts one more, and how many that makes; after the time a new count begins (upsert)."""
    now = timezone.now()
    text = (
        "INSERT INTO {table} (what, who, begun_at, count) VALUES (%s, %s, %s, 1) "
        "ON CONFLICT (what, who) DO UPDATE SET "
        "count = CASE WHEN {table}.begun_at <= %s THEN 1 ELSE {table}.count + 1 END, "
        "begun_at = CASE WHEN {table}.begun_at <= %s THEN excluded.begun_at ELSE {table}.begun_at END "
        "RETURNING count"
    )
    values = [limit.what, _mark(limit, who), as_written(now), *[as_written(now - limit.within)] * 2]
    with transaction.atomic(savepoint=False):
        [(count,)] = returned_by(statement(text, table=table_of(Tally)), values)
    return int(count)
