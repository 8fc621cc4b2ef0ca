"""`python -m bench.hall [sqlite|postgres]`: a day in the hall. 1,000 phones and 5 walls have the grid open, 10 people
move sessions all the time, an organiser publishes.

Each phone does as `static/js/events.js` and `live.js` do: it listens, asks within a second and a half of a message, and
asks by itself now and then; or, for comparison, asks every 15 s and listens to nobody. Seconds are counted from the
moment the publish is sent. Then something is away for 20 s, and it is counted who has the grid of meanwhile, and when.
On SQLite one server; on PostgreSQL and Redis two, publishing on the first, and every phone on the second. All of it
shares the machine with the phones.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import random
import resource
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .forms import hidden_fields
from .herd import SLUG, Answer, Organiser, fill
from .herd import Phone as Asking
from .processes import HOST, ROOT, Served
from .servers import OwnPostgres, OwnRedis
from .serving import cookies_of, demo

if TYPE_CHECKING:
    from schedule.models import Session

WALLS, ORGANISERS = 5, 10
#: seconds: between two askings by itself, told or not; between two moves of an organiser; between two publishes
TOLD, ALONE, MOVES, ROUND = 60.0, 15.0, 4.0, 12.0
#: for which something is away, and in which everybody has to have caught up
AWAY, AT_LAST = 20.0, 60.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Phone:
    """One page that is open."""

    port: int
    cookie: str
    rng: random.Random
    listens: bool
    stamp: str = ""
    token: str = ""
    #: the number of the grid that it shows, and the newest it was told of
    shows: int = 0
    heard: int = 0
    #: when it came to each, by the clock of `time.monotonic`
    shown_at: dict[int, float] = field(default_factory=dict)
    heard_at: dict[int, float] = field(default_factory=dict)
    errors: int = 0

    def __post_init__(self) -> None:
        self.turn = asyncio.Lock()
        self.is_told = False

    async def live(self) -> None:
        await asyncio.sleep(self.rng.uniform(0, 10))
        while not self.token:
            await self.ask()
            await asyncio.sleep(0 if self.token else 1)
        await asyncio.gather(self.poll(), *([self.listen()] if self.listens else []))

    async def ask(self) -> None:
        async with self.turn:
            phone = Asking(self.cookie, self.stamp)
            begun = time.monotonic()
            raw = b""
            with suppress(OSError, TimeoutError):
                raw = await asyncio.wait_for(self._get(phone), 40)
            answer = Answer(begun, time.monotonic(), raw)
            if answer.status not in (200, 204):
                self.errors += 1
                return
            for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"):
                if line.lower().startswith(b"campgrid-live: "):
                    self.token = line.partition(b": ")[2].decode()
                    self.shows = int(self.token.partition(" grid=")[2].split(" ")[0])
                    self.shown_at.setdefault(self.shows, answer.answered)
            self.stamp = answer.stamp or self.stamp

    async def _get(self, phone: Asking) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            head = f"GET {phone.path} HTTP/1.1\r\nHost: {HOST}\r\nHX-Request: true\r\nAccept-Encoding: gzip\r\n"
            writer.write(f"{head}Cookie: {self.cookie}\r\nConnection: close\r\n\r\n".encode())
            return await reader.read(-1)
        finally:
            writer.close()

    async def poll(self) -> None:
        while True:
            await asyncio.sleep((TOLD if self.is_told else ALONE) * self.rng.uniform(0.8, 1.2))
            await self.ask()

    async def listen(self) -> None:
        failures = 0
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(HOST, self.port)
                try:
                    writer.write(f"GET /events/?{quote(self.token)} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                    while line := await reader.readline():
                        if line.startswith(b"data: grid "):
                            self.is_told, failures = True, 0
                            self.hear(int(line.split()[2]))
                finally:
                    writer.close()
            if self.is_told:
                # As the page does: sooner, now that nobody says it.
                self.is_told = False
                asyncio.get_running_loop().create_task(self.later(self.rng.uniform(12, 18)))
            await asyncio.sleep(min(20, 1.5 * 2**failures) * self.rng.uniform(0.5, 1.5))
            failures += 1

    def hear(self, number: int) -> None:
        if number > self.heard:
            self.heard = number
            self.heard_at.setdefault(number, time.monotonic())
        if number > self.shows:
            asyncio.get_running_loop().create_task(self.later(self.rng.uniform(0.1, 1.5)))

    async def later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.ask()


class Publisher(Organiser):
    """Publishes, and says when it was sent."""

    def send(self) -> float:
        self.swap(*self.pair)
        for _ in range(10):
            page = self._send("GET", "draft/publish/")
            values = {**hidden_fields(page, "draft/publish/"), "accept_broken": 1}
            sent = time.monotonic()
            # Refused if somebody moved a session since the page was read: then it is read again.
            with suppress(SystemExit):
                self._send("POST", "draft/publish/", values)
                return sent
        raise SystemExit("The draft changes too often to be published.")


async def move_for_ever(publisher: Organiser, pairs: list[tuple[Session, Session]], rng: random.Random) -> None:
    """Somebody swaps two sessions on the draft and back, and looks at the draft."""
    while True:
        await asyncio.sleep(MOVES * rng.uniform(0.5, 1.5))
        with suppress(SystemExit, OSError, http.client.HTTPException):
            await asyncio.to_thread(publisher.swap, *rng.choice(pairs))
            await asyncio.to_thread(publisher._send, "GET", "draft/")


# -- what it costs ---------------------------------------------------------------------------------


def seconds_of(pids: list[int]) -> float:
    """CPU time of these processes until now."""
    found = 0.0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found += (int(fields[11]) + int(fields[12])) / TICK
    return found


def megabytes_of(pids: list[int]) -> float:
    found = 0.0
    for pid in pids:
        with suppress(OSError):
            found += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
    return found


@dataclass
class Costs:
    """CPU and memory of the servers' processes over a while."""

    sites: list[Served]

    def __post_init__(self) -> None:
        self.begun, self.before = time.monotonic(), self._seconds()

    def pids(self) -> dict[str, list[int]]:
        parts = [site.parts() for site in self.sites]
        return {
            "events": [pid for part in parts for pid in part["events"]],
            "web": [pid for part in parts for pid in part["web"] + part["web worker"]],
        }

    def _seconds(self) -> dict[str, float]:
        return {name: seconds_of(pids) for name, pids in self.pids().items()}

    def told(self) -> str:
        """% of one core, and MB, of those that tell and of the web servers."""
        passed, now, pids = time.monotonic() - self.begun, self._seconds(), self.pids()
        return " | ".join(
            f"{100 * (now[name] - self.before[name]) / passed:.0f} % | {megabytes_of(pids[name]):.0f}" for name in pids
        )


def three(values: list[float]) -> str:
    if len(values) < 2:
        return "– | – | –"
    return f"{statistics.median(values):.2f} | {statistics.quantiles(values, n=20)[-1]:.2f} | {max(values):.2f}"


# -- the hall ----------------------------------------------------------------------------------------


@dataclass
class Hall:
    """Where people are, and what can be taken away."""

    sites: list[Served]
    postgres: OwnPostgres | None
    redis: OwnRedis | None
    cookies: list[str]
    organisers: list[str]
    publisher: Publisher
    pairs: list[tuple[Session, Session]]

    @contextmanager
    def opened(self, *, listens: bool) -> Iterator[tuple[list[Phone], list[asyncio.Task[None]]]]:
        """All phones and walls have the grid open; organisers work."""
        port, rng = self.sites[-1].port, random.Random(1)
        phones = [Phone(port, cookie, rng, listens) for cookie in [*self.cookies, *[""] * WALLS]]
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(phone.live()) for phone in phones]
        yield phones, tasks
        for task in tasks:
            task.cancel()

    def work(self) -> list[asyncio.Task[None]]:
        found = []
        for number, cookie in enumerate(self.organisers):
            organiser = Organiser.__new__(Organiser)
            organiser.port, organiser.cookie = self.sites[number % len(self.sites)].port, cookie
            found.append(asyncio.create_task(move_for_ever(organiser, self.pairs, random.Random(number))))
        return found

    async def publish(self, phones: list[Phone], *, within: float = AT_LAST) -> tuple[list[float], list[float], int]:
        """Seconds until each heard of it and until each had the page; and how many never did."""
        before = max(phone.shows for phone in phones)
        sent = await asyncio.to_thread(self.publisher.send)
        end = time.monotonic() + within
        while any(phone.shows <= before for phone in phones) and time.monotonic() < end:
            await asyncio.sleep(0.1)

        def first(seen: dict[int, float]) -> list[float]:
            newer = [moment for number, moment in seen.items() if number > before]
            return [max(0.0, min(newer) - sent)] if newer else []

        messages = [seconds for phone in phones for seconds in first(phone.heard_at)]
        pages = [seconds for phone in phones for seconds in first(phone.shown_at)]
        return messages, pages, len(phones) - len(pages)

    async def day(self, name: str, *, listens: bool, rounds: int, works: bool = True) -> None:
        """A line of the first table; `rounds` publishes, or none."""
        with self.opened(listens=listens) as (phones, _tasks):
            await self.settled(phones, listens=listens)
            workers = self.work() if works else []
            costs = Costs(self.sites)
            messages, pages, never = list[float](), list[float](), 0
            for _ in range(rounds):
                heard, shown, late = await self.publish(phones)
                messages, pages, never = messages + heard, pages + shown, never + late
                await asyncio.sleep(ROUND)
            if not rounds:
                await asyncio.sleep(30)
            told = costs.told()
            for worker in workers:
                worker.cancel()
            errors = sum(phone.errors for phone in phones)
            print(f"| {name} | {three(messages)} | {three(pages)} | {never} | {errors} | {told} |", flush=True)

    async def settled(self, phones: list[Phone], *, listens: bool) -> None:
        end = time.monotonic() + 120
        while not all(phone.token and (phone.is_told or not listens) for phone in phones):
            if time.monotonic() > end:
                missing = sum(not phone.is_told for phone in phones)
                raise SystemExit(f"{missing} phones are not told.")
            await asyncio.sleep(0.2)
        await asyncio.sleep(3)

    async def outage(self, name: str, away: Callable[[], Awaitable[None]], *, publishes_before: bool) -> None:
        """A line of the second table: something is away, the grid is published meanwhile or right after."""
        with self.opened(listens=True) as (phones, _tasks):
            await self.settled(phones, listens=True)
            before = max(phone.shows for phone in phones)
            outage = asyncio.create_task(away())
            await asyncio.sleep(1)
            if publishes_before:
                await asyncio.to_thread(self.publisher.send)
            await outage
            back = time.monotonic()
            if not publishes_before:
                while True:
                    with suppress(SystemExit, OSError, http.client.HTTPException):
                        await asyncio.to_thread(self.publisher.send)
                        break
                    await asyncio.sleep(0.5)
            end = time.monotonic() + AT_LAST
            while any(p.shows <= before for p in phones) and time.monotonic() < end:
                await asyncio.sleep(0.1)
            caught_up = time.monotonic() - back
            first = [min((at for n, at in p.shown_at.items() if n > before), default=0.0) - back for p in phones]
            meanwhile = sum(-AWAY <= seconds <= 0 for seconds in first)
            while not all(phone.is_told for phone in phones) and time.monotonic() < end:
                await asyncio.sleep(0.1)
            told = time.monotonic() - back
            never = sum(p.shows <= before for p in phones)
            print(f"| {name} | {meanwhile} | {caught_up:.1f} | {told:.1f} | {never} |", flush=True)

    # -- what is taken away ------------------------------------------------------------------------------

    async def kill(self, *names: str) -> None:
        """Again and again: each time `serve` has it there again."""
        end = time.monotonic() + AWAY
        while time.monotonic() < end:
            for name in names:
                for pid in self.sites[-1].parts()[name]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.5)

    async def without_postgres(self) -> None:
        assert self.postgres
        await asyncio.to_thread(self.postgres.kill)
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(self.postgres.start)

    async def without_redis(self) -> None:
        assert self.redis
        await asyncio.to_thread(self.redis.kill)
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(self.redis.start)


async def play(hall: Hall, rounds: int, only: str) -> None:
    if only in ("", "day"):
        print(
            "| | message p50 s | p95 | longest | new page p50 s | p95 | longest | never | errors "
            "| events: CPU | MB | web: CPU | MB |"
        )
        print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        await hall.day("told, nothing happens", listens=True, rounds=0, works=False)
        await hall.day("told", listens=True, rounds=rounds)
        await hall.day("asking alone, nothing happens", listens=False, rounds=0, works=False)
        await hall.day("asking alone", listens=False, rounds=max(2, rounds // 2))
    if only in ("", "outages"):
        print("\n| away for 20 s | had it meanwhile | the last had it after s | all told again after s | never |")
        print("|---|--:|--:|--:|--:|")
        await hall.outage("nothing", lambda: asyncio.sleep(AWAY), publishes_before=True)
        await hall.outage("the process that tells", lambda: hall.kill("events"), publishes_before=True)
        is_one = len(hall.sites) == 1
        await hall.outage("the web server", lambda: hall.kill("web", "web worker"), publishes_before=not is_one)
        if hall.postgres:
            await hall.outage("PostgreSQL", hall.without_postgres, publishes_before=False)
            await hall.outage("Redis", hall.without_redis, publishes_before=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=["sqlite", "postgres"], nargs="?", default="sqlite")
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=6, help="publishes")
    parser.add_argument("--only", choices=["day", "outages"], default="")
    options = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="campgrid-hall-") as place, ExitStack() as at_the_end:
        folder, postgres, redis = Path(place), None, None
        if options.engine == "postgres":
            folder.chmod(0o711)
            for name in ("postgres", "redis"):
                (folder / name).mkdir()
            postgres, redis = OwnPostgres(folder / "postgres"), OwnRedis(folder / "redis")
            for server in (postgres, redis):
                server.start()
                at_the_end.callback(server.kill)
            os.environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        at_the_end.enter_context(demo(SLUG))
        from events.models import Camp, Role

        camp, rng = Camp.objects.get(slug=SLUG), random.Random(1)
        people = fill(camp, options.phones, rng)
        camp.attendees.filter(pk__in=[person.pk for person in people[:ORGANISERS]]).update(role=Role.ORGANISER)
        cookies = cookies_of(people)
        sites = []
        for number in range(2 if postgres else 1):
            arguments = ("--without-worker",) if number else ()
            environment = os.environ | {"LOG_LEVEL": "INFO"}
            site = Served(ROOT, environment, folder / f"log{number}", arguments=arguments)
            site.start()
            at_the_end.callback(site.end)
            sites.append(site)
        placed = list(camp.sessions.filter(cells__isnull=False, pitch__length=1).order_by("pk"))
        pairs = list(zip(placed[2::2], placed[3::2], strict=False))
        publisher = Publisher(sites[0].port, camp)
        hall = Hall(sites, postgres, redis, cookies, cookies[:ORGANISERS], publisher, pairs)
        print(f"{options.engine}: {options.phones} phones, {WALLS} walls, {ORGANISERS} organisers\n")
        asyncio.run(play(hall, options.rounds, options.only))
        for site in sites:
            if "Traceback" in (log := site.log.read_text()):
                print(log[log.index("Traceback") :][:2000], file=sys.stderr)


if __name__ == "__main__":
    main()
