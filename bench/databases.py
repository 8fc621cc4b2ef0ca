"""A database of a bench's own, made and thrown away: nothing of the checkout or the server is touched.

Nothing here imports the product before its environment is set.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def own_database() -> Iterator[Path]:
    """The environment names an empty database, and a cache with keys of its own; gives a folder that goes, too.

    DATABASE_URL chooses the server (without it, an SQLite file in the folder), REDIS_URL the shared cache.
    """
    with tempfile.TemporaryDirectory(prefix="campgrid-bench-") as folder:
        name = Path(folder).name.replace("-", "_").lower()
        kept = {key: os.environ.get(key) for key in ("DATABASE_URL", "CACHE_PREFIX")}
        server = os.environ.get("DATABASE_URL", "")
        is_postgres = server.startswith(("postgres://", "postgresql://"))
        os.environ["DATABASE_URL"] = beside(server, name) if is_postgres else f"sqlite:///{folder}/bench.sqlite3"
        # What an earlier bench left in Redis is about other rows under the same ids.
        os.environ["CACHE_PREFIX"] = name
        if is_postgres:
            on_server(server, f"CREATE DATABASE {name}")
        try:
            yield Path(folder)
        finally:
            if is_postgres:
                on_server(server, f"DROP DATABASE {name} WITH (FORCE)")
            for key, value in kept.items():
                os.environ.pop(key, None) if value is None else os.environ.update({key: value})


def beside(server: str, name: str) -> str:
    """The address of another database on the same server."""
    return server.rpartition("/")[0] + "/" + name


def on_server(server: str, statement: str) -> None:
    import psycopg

    # Every server has the database `postgres`; the one that was named may not exist.
    with psycopg.connect(beside(server, "postgres"), autocommit=True) as connection:
        connection.execute(statement)


def manage(*command: str) -> None:
    """Runs `manage.py` on that database, quietly."""
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def set_up_django(settings: str = "config.settings") -> None:
    """From here on this process may import the product."""
    os.environ["CAMPGRID_DEMO"] = "1"
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()
