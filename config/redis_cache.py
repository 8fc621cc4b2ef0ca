"""The shared cache. While Redis is away each process keeps what it makes in its own memory: slower, not broken."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

log = logging.getLogger(__name__)

#: seconds for which Redis is not asked again after it gave no answer: nobody waits for it each time
PAUSE = 3.0


class _Absence:
    """When Redis is asked again; one for the process, told once when it begins and when it is over."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0

    def begins(self, error: Exception) -> None:
        with self.lock:
            if not self.until:
                log.error("Redis does not answer, each process keeps its own pages meanwhile: %s", error)
            self.until = time.monotonic() + PAUSE

    def is_over(self) -> None:
        with self.lock:
            if self.until:
                log.warning("Redis answers again")
            self.until = 0.0


_absences: dict[str, _Absence] = {}


class RedisOrMemory(RedisCache):
    """Django's; what Redis does not answer, the memory of the process does (circuit breaker)."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        own = {key: value for key, value in params.items() if key != "OPTIONS"}
        self.memory = LocMemCache(f"without {server}", own | {"OPTIONS": {"MAX_ENTRIES": 5_000}})
        self.absence = _absences.setdefault(server, _Absence())

    def _ask(self, what: str, *args: Any, **named: Any) -> Any:
        if time.monotonic() >= self.absence.until:
            try:
                answer = getattr(super(), what)(*args, **named)
            except (RedisError, OSError) as error:
                self.absence.begins(error)
            else:
                if self.absence.until:
                    self.absence.is_over()
                return answer
        return getattr(self.memory, what)(*args, **named)

    def add(self, *args: Any, **named: Any) -> Any:
        return self._ask("add", *args, **named)

    def get(self, *args: Any, **named: Any) -> Any:
        return self._ask("get", *args, **named)

    def set(self, *args: Any, **named: Any) -> Any:
        return self._ask("set", *args, **named)

    def touch(self, *args: Any, **named: Any) -> Any:
        return self._ask("touch", *args, **named)

    def delete(self, *args: Any, **named: Any) -> Any:
        return self._ask("delete", *args, **named)

    def get_many(self, *args: Any, **named: Any) -> Any:
        return self._ask("get_many", *args, **named)

    def set_many(self, *args: Any, **named: Any) -> Any:
        return self._ask("set_many", *args, **named)

    def delete_many(self, *args: Any, **named: Any) -> Any:
        return self._ask("delete_many", *args, **named)

    def has_key(self, *args: Any, **named: Any) -> Any:
        return self._ask("has_key", *args, **named)

    def incr(self, *args: Any, **named: Any) -> Any:
        return self._ask("incr", *args, **named)

    def clear(self) -> Any:
        return self._ask("clear")
