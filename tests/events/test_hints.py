"""A hint says "look now" when a change is committed; it delays and fails nothing."""

from __future__ import annotations

import socket
import time

import pytest
from django.db import connection, transaction

from events import hints, stamps


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(hints, "send", found.append)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_hint_follows_the_commit(camp, sent):
    with transaction.atomic():
        stamps.bump(camp, stamps.GRID)
        assert sent == []
    assert sent == [camp.pk]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_gives_no_hint(camp, sent):
    with transaction.atomic():
        stamps.bump(camp, stamps.GRID)
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_while_redis_says_nothing_a_deed_waits_a_moment_once(camp, settings, monkeypatch):
    monkeypatch.setattr(hints, "_left_alone_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CACHES = {"default": {"BACKEND": "config.redis_cache.RedisOrMemory", "LOCATION": address}}
        begun = time.monotonic()
        stamps.bump(camp, stamps.GRID)
        first = time.monotonic()
        stamps.bump(camp, stamps.GRID)
        second = time.monotonic()
    assert stamps.read(camp, stamps.GRID) == (2,)
    # It waited for the first, so it was asked; the second asks nobody.
    assert first - begun > hints.PATIENCE * 0.9
    assert second - first < hints.PATIENCE * 0.9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["", "postgres://elsewhere"])
def test_postgres_is_told_where_somebody_listens(camp, settings, address):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own.")
    import psycopg

    settings.LISTEN_DATABASE_URL = address
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    own = connection.get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{key: own[key] for key in keys if own.get(key)}, autocommit=True) as other:
        other.execute(f"LISTEN {hints.CHANNEL}")
        stamps.bump(camp, stamps.GRID)
        heard = [hint.payload for hint in other.notifies(timeout=2 if not address else 10, stop_after=1)]
    assert heard == ([str(camp.pk)] if address else [])
