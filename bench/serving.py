"""Campgrid as it is served, and people who are signed in: for benches that come in through the network."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .databases import ROOT, manage, own_database, set_up_django

if TYPE_CHECKING:
    from events.models import Attendee

HOST = "127.0.0.1"
CSRF = "a" * 32
#: what a form needs to be taken, sent by scripts or not
FORM_HEADERS = {"X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def demo(*camps: str) -> Iterator[None]:
    """These demo camps are in a database of their own, and this process may import the product."""
    with own_database():
        set_up_django()
        for command in (["collectstatic", "--noinput", "-v0"], ["migrate", "-v0"]):
            manage(*command)
        for camp in camps:
            manage("seed_demo", "--camp", camp)
        yield
        from django.db import connections

        # A server throws no database away that somebody is connected to.
        connections.close_all()


@contextmanager
def served() -> Iterator[int]:
    """The port of `manage.py serve` on that database: two processes of four threads, and the worker for tasks."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port = int(found.getsockname()[1])
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection(HOST, port, timeout=1).request("GET", "/health/")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server did not start.")


def cookies_of(attendees: Iterable[Attendee]) -> list[str]:
    """A signed-in browser's cookies for each of them, in their order."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    rows = []
    for attendee in attendees:
        data = {
            SESSION_KEY: str(attendee.user_id),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: attendee.user.get_session_auth_hash(),
        }
        rows.append(SessionStore().create_model_instance(data))
    Session.objects.bulk_create(rows)
    return [f"{settings.SESSION_COOKIE_NAME}={row.session_key}; csrftoken={CSRF}" for row in rows]
