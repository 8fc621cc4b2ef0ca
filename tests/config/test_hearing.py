"""Each way of hearing that something changed: by Redis, by PostgreSQL, by the SQLite file; and it is begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from django.db import connection

from bench.servers import REDIS, OwnRedis
from config import hearing
from config.streams import Audience, Streams
from events import hints, stamps
from tests.factories import CampFactory
from tests.loops import in_a_loop

pytestmark = pytest.mark.django_db(transaction=True)


async def becomes(found: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not found():
            await asyncio.sleep(0.02)


async def elsewhere(deed: Callable[[], object]) -> None:
    """In another thread, as a web server's is; its connection is closed afterwards."""

    def done() -> None:
        try:
            deed()
        finally:
            connection.close()

    await asyncio.to_thread(done)


async def hears(streams: Streams, deed: Callable[[], object]) -> None:
    """That deed gives a hint, and nothing before it does."""
    await asyncio.sleep(0.3)
    streams.hinted.clear()
    await asyncio.sleep(0.3)
    assert not streams.hinted.is_set()
    await elsewhere(deed)
    await becomes(streams.hinted.is_set)


def played(name: str, play: Callable[[Streams], object]) -> None:
    async def run() -> None:
        streams = Streams(most=1)
        works = [asyncio.create_task(way) for way in hearing.ways(streams)]
        try:
            await becomes(lambda: name in streams.hints)
            await play(streams)
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            await streams.in_thread(lambda: connection.close())
            streams.thread.shutdown()

    in_a_loop(run())


@pytest.fixture
def redis(tmp_path, settings):
    if not REDIS:
        pytest.skip("No Redis of its own.")
    own = OwnRedis(tmp_path)
    own.start()
    settings.CACHES = {"default": {"BACKEND": "config.redis_cache.RedisOrMemory", "LOCATION": own.url}}
    yield own
    own.kill()


def test_by_redis_and_again_after_it_was_killed(redis, monkeypatch):
    monkeypatch.setattr(hearing, "PAUSE", 0.1)

    async def play(streams):
        await hears(streams, lambda: hints.send(7))
        redis.kill()
        await becomes(lambda: "Redis" not in streams.hints)
        await elsewhere(redis.start)
        # What was said meanwhile was not heard: it is looked at once.
        streams.hinted.clear()
        await becomes(lambda: "Redis" in streams.hints and streams.hinted.is_set())
        monkeypatch.setattr(hints, "_left_alone_until", 0.0)
        await hears(streams, lambda: hints.send(7))

    played("Redis", play)


def test_by_postgres_and_again_after_the_connection_was_cut(settings, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own.")
    monkeypatch.setattr(hearing, "PAUSE", 0.1)
    own = connection.settings_dict
    settings.LISTEN_DATABASE_URL = (
        f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    )
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")

    async def play(streams):
        await hears(streams, lambda: hints.send(7))
        await elsewhere(cut)
        await becomes(lambda: "LISTEN" not in streams.hints)
        await becomes(lambda: "LISTEN" in streams.hints)
        await hears(streams, lambda: hints.send(7))

    played("LISTEN", play)


def test_without_a_connection_of_its_own_nothing_listens_through_the_pooler(settings):
    settings.LISTEN_DATABASE_URL = ""
    ways = hearing.ways(Streams(most=1))
    assert not [way for way in ways if way.cr_frame.f_locals["name"] == "LISTEN"]
    for way in ways:
        way.close()


def test_by_the_file_that_somebody_else_writes_to(settings, tmp_path):
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        pytest.skip("A file of SQLite's: tests/serving has one.")
    camp = CampFactory()

    async def play(streams):
        streams.audiences[camp.pk] = Audience()
        await hears(streams, lambda: stamps.bump(camp, stamps.GRID))

    played("the SQLite file", play)
