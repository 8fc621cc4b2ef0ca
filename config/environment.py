"""What the environment says, checked: the key, where data live. Whatever is wrong is told before anything starts."""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

#: commands that serve nobody and sign nothing that lasts: a key of the moment will do
OFFLINE = set("migrate makemigrations collectstatic seed_demo import_camp export_camp build_grid publish_grid".split())
#: of the demo and of development alone; everybody knows it
DEMO_KEY = "demo-only-not-a-secret-" + "x" * 40
SHORTEST_KEY = 50
#: bytes: more than the largest form, six files of 2 MB
LARGEST_BODY = 15_000_000
#: Measured: without IMMEDIATE two of three read-then-write requests failed under 32 clients.
OF_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
#: a server that is cut off is known as gone in seconds (`tcp_user_timeout`: milliseconds), not in the hours that the
#: system would wait (libpq's connection parameters)
OF_POSTGRES = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
#: how often a connection was asked a statement that is written out before the server keeps its plan
PREPARED_FROM = 2
#: of Chrome, Firefox, Safari and Edge
PUSH_SERVICES = ["fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"]
OF_REDIS = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0}


def secret_key(env: environ.Env, argv: list[str], *, is_trial: bool) -> str:
    """The key that everything is signed with. A public server has one of its own that nobody can guess, or none."""
    key: str = env.str("SECRET_KEY", default="")
    if is_trial:
        # The same for all commands: what one of them seals the next must open.
        return key or DEMO_KEY
    if not key and Path(argv[0]).name == "manage.py" and OFFLINE.intersection(argv[1:2]):
        return secrets.token_urlsafe(50)
    if not key:
        raise ImproperlyConfigured("Set SECRET_KEY to a long random text, or CAMPGRID_DEMO=1 to try Campgrid out.")
    _refuse_guessable(key, "SECRET_KEY")
    return key


def earlier_keys(env: environ.Env, *, is_trial: bool) -> list[str]:
    """Keys of before: with none of them anything is signed, and what they signed or sealed counts (key rotation)."""
    keys = [key.strip() for key in env.list("SECRET_KEY_FALLBACKS", default=[]) if key.strip()]
    for key in [] if is_trial else keys:
        _refuse_guessable(key, "One of SECRET_KEY_FALLBACKS")
    return keys


def _refuse_guessable(key: str, name: str) -> None:
    if len(key) < SHORTEST_KEY or len(set(key)) < 10 or key == DEMO_KEY:
        raise ImproperlyConfigured(
            f"{name} can be guessed: it takes {SHORTEST_KEY} characters at least, all random. This makes one: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )


def data_folder(env: environ.Env, base: Path, *, is_trial: bool) -> Path:
    """CAMPGRID_DATA; without it, outside the checkout, or for trying things out the folder `data` in it."""
    if named := env.str("CAMPGRID_DATA", default=""):
        return Path(named).expanduser().resolve()
    if is_trial:
        return base / "data"
    shared = os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    return Path(shared) / "campgrid"


def database(env: environ.Env, base: Path, *, is_demo: bool, is_trial: bool) -> dict[str, Any]:
    """Where the data are, and how patiently it is asked. Connections are kept; one that the database closed meanwhile
    is opened anew instead of answering 500."""
    found = _database(env, base, is_demo=is_demo, is_trial=is_trial)
    own = OF_SQLITE if found["ENGINE"].endswith("sqlite3") else OF_POSTGRES
    options = own | found.get("OPTIONS", {})
    kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "PREPARED_FROM": None}
    if own is OF_POSTGRES:
        # `accounts.prepared`; the driver's own word for it, for the ORM has none of it.
        said = options.pop("prepare_threshold", PREPARED_FROM)
        kept["PREPARED_FROM"] = None if said == "off" else said
    return found | kept | {"OPTIONS": options}


def _database(env: environ.Env, base: Path, *, is_demo: bool, is_trial: bool) -> dict[str, Any]:
    """DATABASE_URL; without it an SQLite file in the folder for data. The demo has a file of its own."""
    if env.str("DATABASE_URL", default=""):
        return dict(env.db("DATABASE_URL"))
    folder = data_folder(env, base, is_trial=is_trial)
    file = folder / ("demo.sqlite3" if is_demo else "campgrid.sqlite3")
    # A folder that cannot be made is told when the file in it cannot be opened; some commands need neither.
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    earlier = base / "campgrid.sqlite3"
    if not is_trial and earlier.exists() and not file.exists():
        # To begin with an empty database beside a full one would look as if all was lost.
        raise ImproperlyConfigured(
            f"There is a database where earlier releases kept it, {earlier}, and none in {folder}. If it is yours, "
            f"stop Campgrid and move it: mv {earlier}* {folder}/ - if it is what an earlier demo left, delete it."
        )
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}


def caches(env: environ.Env) -> dict[str, dict[str, Any]]:
    """REDIS_URL, and the memory of the process while it does not answer; without it the memory alone."""
    prefix = {"KEY_PREFIX": env.str("CACHE_PREFIX", default="")}
    found = dict(env.cache("REDIS_URL", default="locmemcache://")) | prefix
    if not found["BACKEND"].endswith("LocMemCache"):
        found |= {"BACKEND": "config.redis_cache.RedisOrMemory", "OPTIONS": OF_REDIS | found.get("OPTIONS", {})}
    return {"default": found}


class NoOutage(logging.Filter):
    """An outage is a line of `campgrid.outage`, for each request one: no traceback for each beside it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", 0) not in (503, 507)


def logging_to_console(level: str) -> dict[str, Any]:
    """Each line says when, in UTC. One line for each request comes from `config.middleware.log_requests`."""
    line = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"outages": {"()": "config.environment.NoOutage"}},
        "formatters": {"line": {"format": line, "datefmt": "%Y-%m-%dT%H:%M:%SZ"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each 4xx once more, with whatever secret is in its address.
            "django.request": {"level": "ERROR", "filters": ["outages"]},
            "django.security.csrf": {"level": "ERROR"},
        },
    }
