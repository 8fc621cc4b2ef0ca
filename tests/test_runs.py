"""Two runs of the tests at once in one checkout have nothing in common that either could destroy."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import django.utils.deprecation
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHOW = (
    "from tests.settings import *; d = DATABASES['default']; print(d['TEST']['NAME'], CACHES['default']['KEY_PREFIX'])"
)


def names_of_another_run(database_url: str) -> list[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("TEST_RUN", "CACHE_PREFIX")}
    environment["DATABASE_URL"] = database_url
    shown = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return shown.stdout.split()


@pytest.mark.parametrize("database_url", ["sqlite:///x.sqlite3", "postgres://postgres@127.0.0.1:5432/postgres"])
def test_each_run_has_a_database_and_a_part_of_the_cache_of_its_own(database_url):
    first, second = names_of_another_run(database_url), names_of_another_run(database_url)
    assert len(first) == 2
    assert not set(first) & set(second)


def test_no_test_empties_a_cache_that_other_runs_share():
    """`cache.clear()` on Redis is FLUSHDB; the fixture `empty_cache` takes a part of the cache that nobody had."""
    emptying = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        # One that starts a server of its own may empty it.
        if path not in (Path(__file__), ROOT / "tests" / "config" / "test_redis_cache.py")
        and "cache.clear()" in path.read_text().replace("Not `cache.clear()`", "")
    ]
    assert emptying == []


def going() -> list[type[Warning]]:
    """What Python drops, and what each Django drops that comes within the range that we support."""
    names = ("RemovedInDjango60Warning", "RemovedInDjango61Warning")
    found = [getattr(django.utils.deprecation, name) for name in names if hasattr(django.utils.deprecation, name)]
    return [DeprecationWarning, *found]


@pytest.mark.parametrize("kind", going())
def test_what_goes_within_the_range_of_versions_is_an_error(kind):
    with pytest.raises(kind):
        warnings.warn("It goes (deprecation).", kind, stacklevel=1)
