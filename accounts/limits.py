"""Counts what goes wrong, so that guessing stops long before a hall of people does."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy, what the proxy itself added last."""
    if settings.BEHIND_PROXY:
        return str(request.headers.get("X-Forwarded-For", "")).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def is_blocked(what: str, who: str, *, most: int) -> bool:
    """More than `most` failures of `what` by `who` within the window of `count_failure`."""
    return int(cache.get(f"limit:{what}:{who}", 0)) >= most


def count_failure(what: str, who: str, *, seconds: int = 300) -> None:
    """One more failure; forgotten `seconds` after the first."""
    key = f"limit:{what}:{who}"
    if not cache.add(key, 1, seconds):
        try:
            cache.incr(key)
        except ValueError:
            # It ran out between the two calls.
            cache.add(key, 1, seconds)
