"""Whoever knows the field finds what they look for by its noun (grep): it stands in the docstring of what is its home."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: the field's noun: its file, and what in it; nothing = the module itself, * = anything in it
HOMES = {
    "backoff": ("accounts/mail.py", "put_off"),
    "task queue": ("accounts/mail.py", ""),
    "rate limit": ("accounts/limits.py", ""),
    "idempotency key": ("accounts/once.py", ""),
    "SQL injection": ("accounts/statements.py", ""),
    "graceful reload": ("config/supervisor.py", ""),
    "process supervisor": ("config/supervisor.py", ""),
    "circuit breaker": ("config/redis_cache.py", "RedisOrMemory"),
    "two-level cache": ("events/caching.py", "_levels"),
    "conditional GET": ("events/caching.py", "fresh"),
    "ETag": ("events/caching.py", "fresh"),
    "cached fragment": ("events/caching.py", "kept"),
    "stampede": ("events/caching.py", "kept"),
    "stencil": ("events/caching.py", "stencil"),
    "morphing": ("events/http.py", "render_partial"),
    "slug": ("events/models/camp.py", "Camp"),
    "waiting list": ("events/joining.py", "join_camp"),
    "soft deletion": ("events/roles.py", "remove_attendee"),
    "cache invalidation": ("events/stamps.py", "bump"),
    "three-way merge": ("notes/merge.py", ""),
    "diff": ("notes/merge.py", "_stretches"),
    "snapshot": ("pitches/models.py", "WishSnapshot"),
    "upsert": ("pitches/services.py", "set_interest"),
    "k-anonymity": ("pitches/wishes.py", ""),
    "optimistic lock": ("schedule/draft/lock.py", "locked_draft"),
    "row lock": ("schedule/draft/lock.py", "locked_draft"),
    "unique constraint": ("schedule/models/session.py", "Cell"),
    "draft": ("schedule/models/session.py", "Draft"),
    "version": ("schedule/models/version.py", "GridVersion"),
    "immutable": ("schedule/models/version.py", "GridVersion"),
    "capability URL": ("schedule/views/public.py", "my_calendar"),
    "SEQUENCE": ("schedule/wall/ical.py", ""),
    "upper bound": ("schedule/solver/bound/bound.py", ""),
    "column generation": ("schedule/solver/bound/bound.py", ""),
    "simulated annealing": ("schedule/solver/search/anneal.py", ""),
    "local search": ("schedule/solver/search/anneal.py", ""),
    "constraint": ("schedule/solver/rules/rule.py", ""),
    "guard": ("schedule/solver/rules/rule.py", ""),
}

Documented = ast.Module | ast.ClassDef | ast.FunctionDef


@cache
def docstrings(file: str) -> dict[str, str]:
    """Name to docstring; the module's has no name. Lines are joined: a noun may be broken over two."""
    tree = ast.parse((ROOT / file).read_text())
    found = {"": ast.get_docstring(tree)}
    found |= {n.name: ast.get_docstring(n) for n in ast.walk(tree) if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    return {name: " ".join(text.split()) for name, text in found.items() if text}


@pytest.mark.parametrize("noun", HOMES)
def test_the_fields_noun_stands_where_the_thing_is(noun):
    file, name = HOMES[noun]
    known = docstrings(file)
    text = " ".join(known.values()) if name == "*" else known[name]
    assert noun.lower() in text.lower()
