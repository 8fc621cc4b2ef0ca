"""A word to the processes that tell browsers what changed (`config.streams`): look now. Sent as a change is committed.

It carries no news, and none is lost with it: whoever hears it reads the stamps, and reads them all the same after a few
seconds. So nothing waits for a hint, and no deed fails by one.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

#: where hints are sent: the channel of Redis (with the prefix of this installation), and of PostgreSQL
CHANNEL = "campgrid_stamps"
#: seconds that a deed waits for Redis at most, and for which Redis is left alone after it did not answer
PATIENCE, PAUSE = 0.25, 3.0
_left_alone_until = 0.0


def redis_address() -> str:
    """Of the Redis that several processes share; empty without one."""
    shared = settings.CACHES["default"]
    return "" if shared["BACKEND"].endswith("LocMemCache") else str(shared["LOCATION"])


def redis_channel() -> str:
    return settings.CACHES["default"].get("KEY_PREFIX", "") + CHANNEL


@cache
def _redis(address: str) -> Redis:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    once = Retry(NoBackoff(), 0)
    return Redis.from_url(address, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=once)


def send(camp_id: int) -> None:
    """Whoever listens for this camp looks now."""
    if (address := redis_address()) and _sent_by_redis(address, camp_id):
        return
    if settings.LISTEN_DATABASE_URL and connection.vendor == "postgresql":
        # Telling goes through any pooler; only whoever listens needs a connection of their own.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(camp_id)])


def _sent_by_redis(address: str, camp_id: int) -> bool:
    global _left_alone_until
    if time.monotonic() < _left_alone_until:
        return False
    from redis import RedisError

    try:
        _redis(address).publish(redis_channel(), camp_id)
    except (RedisError, OSError):
        # The cache tells the log that Redis is away.
        _left_alone_until = time.monotonic() + PAUSE
        return False
    return True
