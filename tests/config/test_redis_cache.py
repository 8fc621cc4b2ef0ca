"""Redis gone: each process makes do with its own memory, waits for nobody, and says so once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.test import Client

from bench.servers import REDIS, OwnRedis
from config import environment, redis_cache


@pytest.fixture
def server(tmp_path) -> Iterator[OwnRedis]:
    if not REDIS:
        pytest.skip("No redis-server here.")
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def cache(server) -> redis_cache.RedisOrMemory:
    return redis_cache.RedisOrMemory(server.url, {"OPTIONS": dict(environment.OF_REDIS)})


def test_every_verb_is_answered_without_redis(cache, server):
    assert cache.set("a", "shared") is None
    server.kill()
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("n", 1) is True
    assert cache.add("n", 1) is False
    assert cache.incr("n") == 2
    with pytest.raises(ValueError, match="not found"):
        cache.incr("none")
    cache.set_many({"b": 2, "c": 3}, 60)
    assert cache.get_many(["b", "c", "d"]) == {"b": 2, "c": 3}
    assert cache.get_or_set("e", lambda: 5) == 5
    assert cache.has_key("e")
    assert "e" in cache
    assert cache.touch("e", 60) is True
    assert cache.delete("e") is True
    cache.delete_many(["b"])
    assert cache.get("b") is None
    cache.clear()
    assert cache.get("c") is None
    cache.close()


def test_redis_that_is_back_is_asked_again_and_each_is_told_once(cache, server, caplog, monkeypatch):
    # Asked again each time.
    monkeypatch.setattr(redis_cache, "PAUSE", 0)
    cache.set("a", "shared")
    server.kill()
    for number in range(5):
        cache.set(f"own-{number}", number)
    server.start()
    assert cache.get("own-1") is None
    cache.set("b", "shared again")
    with redis.Redis(port=server.port) as client:
        assert client.dbsize() == 1
    told = [record.getMessage() for record in caplog.records if record.name == "config.redis_cache"]
    assert len(told) == 2, told
    assert told[0].startswith("Redis does not answer")
    assert told[1] == "Redis answers again"


def test_nobody_waits_for_a_redis_that_is_gone(cache, server, monkeypatch):
    asked = []
    server.kill()
    cache.get("a")
    monkeypatch.setattr(redis_cache.RedisCache, "get", lambda *args, **named: asked.append(args))
    monkeypatch.setattr(redis_cache, "PAUSE", 60)
    cache.absence.begins(OSError())
    assert cache.get("b") is None
    assert asked == []


def test_pages_are_the_same_without_redis(settings, server, camp, olga, ben):
    settings.CACHES = {
        "default": {
            "BACKEND": "config.redis_cache.RedisOrMemory",
            "LOCATION": server.url,
            "OPTIONS": dict(environment.OF_REDIS),
        }
    }
    client = Client()
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    paths = [f"/{camp.slug}/{page}" for page in ("", "pitches/", "grid/", "people/", "draft/")]
    before = [client.get(path).status_code for path in paths]
    server.kill()
    assert [client.get(path).status_code for path in paths] == before
    assert client.post(f"/{camp.slug}/pitches/new/", {"title": "Knots", "kind": "talk", "length": "1"}).status_code in (
        302,
        422,
    )


def test_the_setting_names_it_when_there_is_a_redis(monkeypatch):
    import environ

    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("CACHE_PREFIX", "lakeside")
    caches = environment.caches(environ.Env())
    found = caches["default"]
    assert (found["BACKEND"], found["LOCATION"]) == ("config.redis_cache.RedisOrMemory", "redis://127.0.0.1:1/0")
    assert found["OPTIONS"]["socket_timeout"] <= 1
    assert found["KEY_PREFIX"] == "lakeside"
    monkeypatch.delenv("REDIS_URL")
    assert environment.caches(environ.Env())["default"]["BACKEND"].endswith("LocMemCache")
