"""`make bench`: what two processes answer a second, beside a plain Django view and beside others.

Serves a seeded demo from a database of its own, drives it from another process with eight clients over kept-alive
connections. Every line is driven three times, in turn with the others; the median is told. The load shares the
machine with the server: read the ratios.
"""

from __future__ import annotations

import argparse
import http.client
import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .serving import FORM_HEADERS, HOST, cookies_of, demo, served

BOARD, GRID = "/govcamp-2027/pitches/", "/bluelightcamp/grid/"
CALENDAR = "/bluelightcamp/calendar.ics"
#: what the plain view did a second on the machine on which the goals were set and the peers were measured
PLAIN_THEN = 3202


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: str = ""
    expected: int = 200


Make = Callable[[random.Random], Request]


@dataclass
class Line:
    """One kind of request, and what it is held against."""

    name: str
    make: Make
    #: requests a second that issue 14 wants
    goal: int | None = None
    #: quoted, not rerun
    peers: str = ""
    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    wrong: int = 0

    def run(self, port: int, clients: int, seconds: float) -> None:
        times, wrong = drive(port, self.make, clients=clients, seconds=seconds)
        self.rates.append(len(times) / seconds)
        self.times += times
        self.wrong += wrong

    def row(self, plain: float) -> str:
        """`plain`: what the plain view did in the same run, in requests a second."""
        rate = statistics.median(self.rates)
        p50, p95 = 1000 * statistics.median(self.times), 1000 * statistics.quantiles(self.times, n=20)[-1]
        goal = f"≥ {self.goal:,}: {'met' if rate >= self.goal else '**missed**'}" if self.goal else ""
        beside = f"{rate / plain:.2f}" + (f" ({self.goal / PLAIN_THEN:.2f})" if self.goal else "")
        return (
            f"| {self.name} | {rate:,.0f} | {beside} | {p50:.1f} | {p95:.1f} | {self.wrong} | {goal} | {self.peers} |"
        )


def drive(port: int, make: Make, *, clients: int, seconds: float) -> tuple[list[float], int]:
    """Times of all answers in seconds, and how many were not as expected."""
    times: list[float] = []
    wrong = 0
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        nonlocal wrong
        rng = random.Random(number)
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
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


def etag_of(port: int, path: str, cookie: str) -> str:
    connection = http.client.HTTPConnection(HOST, port)
    connection.request("GET", path, headers={"Cookie": cookie})
    return connection.getresponse().getheader("ETag") or ""


def lines(port: int) -> list[Line]:
    """Peers as measured on 25 November 2026, as issue 14 has them: two processes each, eight clients."""
    from events.models import Camp

    board_camp = Camp.objects.get(slug="govcamp-2027")
    pitches = list(board_camp.pitches.open().values_list("pk", flat=True))
    board_cookies = cookies_of(board_camp.attendees.present().select_related("user"))
    grid_cookies = cookies_of(Camp.objects.get(slug="bluelightcamp").attendees.present().select_related("user"))
    one = grid_cookies[0]
    known = {"Cookie": one, "If-None-Match": etag_of(port, GRID, one)}

    def tap(rng: random.Random) -> Request:
        headers = FORM_HEADERS | {"Cookie": rng.choice(board_cookies), "Accept": "application/json"}
        return Request("POST", f"{BOARD}{rng.choice(pitches)}/interest/", headers, f"level={rng.choice('01')}")

    def page(path: str, cookies: list[str]) -> Make:
        # Without If-None-Match: a browser that has not seen the page.
        return lambda rng: Request("GET", path, {"Cookie": rng.choice(cookies)})

    return [
        Line("plain view", lambda rng: Request("GET", "/health/", {})),
        Line("interest tap", tap, 600, "simple-unconference, star: 574"),
        Line(
            "grid of 20 sessions, signed in", page(GRID, grid_cookies), 410,
            "pretalx, schedule of 27: 58; simple-unconference, agenda, nearly empty: 408",
        ),
        Line("grid of 20 sessions, anybody", lambda rng: Request("GET", GRID, {})),
        Line("grid, unchanged (304)", lambda rng: Request("GET", GRID, known, expected=304), 1000),
        Line("board of 55, signed in", page(BOARD, board_cookies), 400, "simple-unconference, list of 55: 393"),
        Line("calendar of 20 sessions", lambda rng: Request("GET", CALENDAR, {}), 210, "pretalx, calendar of 27: 42"),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each line and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with demo("govcamp-2027", "bluelightcamp"), served() as port:
        found = lines(port)
        for line in found:
            drive(port, line.make, clients=options.clients, seconds=1)
        for _round in range(options.rounds):
            for line in found:
                line.run(port, options.clients, options.seconds)
    print(f"{options.clients} clients, {options.rounds} times {options.seconds:g} s each, in turn\n")
    print(
        "| | requests/s | × plain view (goal) | p50 ms | p95 ms | wrong | goal | others, requests/s, 25 November 2026 |"
    )
    print("|---|--:|--:|--:|--:|--:|---|---|")
    for line in found:
        print(line.row(statistics.median(found[0].rates)))


if __name__ == "__main__":
    main()
