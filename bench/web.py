"""`make bench`: interest taps and the grid page under load, beside a plain Django view on the same server.

Serves a seeded demo from a database of its own, drives it from another process over kept-alive connections, and
prints requests a second and the 95th percentile. Read the ratios: the load shares the machine with the server.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CSRF = "a" * 32


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: str = ""
    expected: int = 200


Make = Callable[[random.Random], Request]


@contextmanager
def served() -> Iterator[int]:
    """The port of a seeded Campgrid."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CAMPGRID_DEMO"] = "1"
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        for command in (["collectstatic", "--noinput", "-v0"], ["migrate", "-v0"], ["seed_demo"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        server = subprocess.Popen([sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT)
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/health/")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server did not start.")


def signed_in(slug: str) -> tuple[list[str], list[int]]:
    """Cookies of the camp's attendees, and its pitches."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from events.models import Camp

    camp = Camp.objects.get(slug=slug)
    cookies = []
    for attendee in camp.attendees.present().select_related("user"):
        store = SessionStore()
        store[SESSION_KEY] = str(attendee.user_id)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = attendee.user.get_session_auth_hash()
        store.create()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={store.session_key}; csrftoken={CSRF}")
    return cookies, list(camp.pitches.open().values_list("pk", flat=True))


def drive(port: int, make: Make, *, clients: int, seconds: float) -> tuple[list[float], int]:
    """Times of all answers in seconds, and how many were not as expected."""
    times: list[float] = []
    wrong = 0
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        nonlocal wrong
        rng = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine, bad = [], 0
        while time.monotonic() < end:
            request = make(rng)
            started = time.perf_counter()
            try:
                connection.request(request.method, request.path, request.body or None, request.headers)
                response = connection.getresponse()
                response.read()
                bad += response.status != request.expected
            except (OSError, http.client.HTTPException):
                connection.close()
                bad += 1
            mine.append(time.perf_counter() - started)
        with lock:
            times.extend(mine)
            wrong += bad

    threads = [threading.Thread(target=client, args=[n]) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with served() as port:
        cookies, pitches = signed_in("govcamp-2027")
        grid_cookies, _pitches = signed_in("bluelightcamp")
        path = "/bluelightcamp/grid/"
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path, headers={"Cookie": grid_cookies[0]})
        etag = connection.getresponse().getheader("ETag") or ""

        def tap(rng: random.Random) -> Request:
            headers = {
                "Cookie": rng.choice(cookies),
                "X-CSRFToken": CSRF,
                "HX-Request": "true",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            address = f"/govcamp-2027/pitches/{rng.choice(pitches)}/interest/"
            return Request("POST", address, headers, f"level={rng.choice('01')}")

        cases: list[tuple[str, Make]] = [
            ("plain view", lambda rng: Request("GET", "/health/", {})),
            ("interest tap", tap),
            ("grid, cold, signed in", lambda rng: Request("GET", path, {"Cookie": rng.choice(grid_cookies)})),
            ("grid, cold, anybody", lambda rng: Request("GET", path, {})),
            (
                "grid, unchanged (304)",
                lambda rng: Request("GET", path, {"Cookie": grid_cookies[0], "If-None-Match": etag}, expected=304),
            ),
        ]
        print(f"{options.clients} clients, {options.seconds:g} s each")
        print(f"{'':24}{'requests/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'wrong':>7}")
        for name, make in cases:
            drive(port, make, clients=options.clients, seconds=1)
            times, wrong = drive(port, make, clients=options.clients, seconds=options.seconds)
            rate = len(times) / options.seconds
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"{name:24}{rate:12.0f}{1000 * statistics.median(times):9.1f}{1000 * p95:9.1f}{wrong:7}")


if __name__ == "__main__":
    main()
