"""How the process of `config.streams` hears that something changed: by Redis, by PostgreSQL (LISTEN), or by looking at
the SQLite file. Whatever fails is begun again; meanwhile the stamps are looked at more often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from events import hints

from .environment import OF_POSTGRES
from .streams import WITHOUT_HINTS, Streams

log = logging.getLogger(__name__)

#: seconds until what failed is begun again, and between two looks at the file
PAUSE, GLANCE = 1.0, 0.1
#: seconds in which whoever brings hints has to say something when asked
PATIENCE = 5.0


def ways(streams: Streams) -> list[Coroutine[Any, Any, None]]:
    """All that this installation has; without any the stamps are looked at every half second."""
    found: list[Coroutine[Any, Any, None]] = []
    if hints.redis_address():
        found.append(_again(streams, "Redis", _by_redis))
    if settings.LISTEN_DATABASE_URL and connection.vendor == "postgresql":
        found.append(_again(streams, "LISTEN", _by_listen))
    if connection.vendor == "sqlite":
        found.append(_again(streams, "the SQLite file", _by_file))
    return found


async def _again(streams: Streams, name: str, way: Callable[[Streams, Callable[[], None]], Any]) -> None:
    """It hears, or is begun again. Told once when it goes and once when it is back."""
    is_away = False

    def heard() -> None:
        nonlocal is_away
        if is_away:
            log.warning("Hints come by %s again", name)
        is_away = False
        streams.hints.add(name)
        # What was said meanwhile was not heard.
        streams.hinted.set()

    while True:
        try:
            await way(streams, heard)
        # Whatever it is: nobody may wait for a hint that cannot come.
        except Exception as error:
            if not is_away:
                log.error("No hints by %s: the stamps are looked at every %.1f s (%s)", name, WITHOUT_HINTS, error)
            is_away = True
        streams.hints.discard(name)
        await asyncio.sleep(PAUSE)


async def _by_redis(streams: Streams, heard: Callable[[], None]) -> None:
    from redis.asyncio import Redis

    client = Redis.from_url(
        hints.redis_address(), socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, health_check_interval=PATIENCE
    )
    async with client, client.pubsub() as channel:
        await channel.subscribe(hints.redis_channel())
        heard()
        while True:
            # Asked while nothing comes, too, whether it is still there.
            if await channel.get_message(ignore_subscribe_messages=True, timeout=PATIENCE):
                streams.hinted.set()


async def _by_listen(streams: Streams, heard: Callable[[], None]) -> None:
    from psycopg import AsyncConnection

    limits: dict[str, Any] = dict(OF_POSTGRES)
    async with await AsyncConnection.connect(settings.LISTEN_DATABASE_URL, autocommit=True, **limits) as own:
        await own.execute(f"LISTEN {hints.CHANNEL}")
        heard()
        while True:
            async for _hint in own.notifies(timeout=PATIENCE):
                streams.hinted.set()
            await asyncio.wait_for(own.execute("SELECT 1"), PATIENCE)


async def _by_file(streams: Streams, heard: Callable[[], None]) -> None:
    """Whoever else writes to it changes a number that costs nothing to ask for (PRAGMA data_version)."""
    heard()
    last = None
    while True:
        if streams.audiences:
            number = await streams.in_thread(_data_version)
            if number != last:
                streams.hinted.set()
            last = number
        await asyncio.sleep(GLANCE)


def _data_version() -> int:
    try:
        with connection.cursor() as cursor:
            return int(cursor.execute("PRAGMA data_version").fetchone()[0])
    except DatabaseError:
        connection.close()
        raise
