"""`python -m bench.faults [sqlite|postgres [TEXT]]`: what people lose on a bad day; of faults with TEXT in their name.

Eight people pitch one thing after the other, each on a connection of its own, and read the board in between. Who gets
no answer, or is told to try again, sends the very same form again, as a person or the page's own script does. Meanwhile
something is killed, cut, filled or started anew. Then what was acknowledged is looked for in the database. The servers
that are killed are this bench's own.
"""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from .processes import HOST, ROOT, Served, eventually
from .servers import OwnPostgres, OwnRedis
from .serving import FORM_HEADERS, cookies_of, demo

if TYPE_CHECKING:
    from events.models import Camp

SLUG = "govcamp-2027"
PEOPLE = 8
#: seconds of load before and after each fault, and for which something is away
BEFORE, AFTER, AWAY = 3.0, 5.0, 5.0
#: seconds in which a form that was begun has to be acknowledged after all
AT_LAST = 90.0
#: long enough to fill what SQLite keeps free
FIELDS = {"about": "Knots and more knots. " * 350, "kind": "talk", "length": "1", "who": "me"}


@dataclass
class Load:
    """What people sent, and what they were told."""

    port: int
    cookies: list[str]
    acknowledged: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    #: statuses; 0 = no answer
    statuses: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0

    def __enter__(self) -> Load:
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._pitch, args=(cookie,)) for cookie in self.cookies]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _pitch(self, cookie: str) -> None:
        while not self.is_over.is_set():
            title = f"fault {secrets.token_hex(8)}"
            body = urlencode(FIELDS | {"title": title, "form_key": secrets.token_hex(16)})
            begun = time.monotonic()
            while self._ask("POST", f"/{SLUG}/pitches/new/", cookie, body) != 302:
                if time.monotonic() > begun + AT_LAST:
                    self.never.append(title)
                    break
                time.sleep(0.1)
            else:
                self.acknowledged.append(title)
                self.longest = max(self.longest, time.monotonic() - begun)
            self._ask("GET", f"/{SLUG}/pitches/", cookie, None)

    def _ask(self, method: str, path: str, cookie: str, body: str | None) -> int:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=40)
        headers = {"Cookie": cookie} | (FORM_HEADERS if body else {})
        try:
            connection.request(method, path, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self.statuses[status] += 1
        return status


@dataclass
class World:
    """What can be broken."""

    served: Served
    folder: Path
    postgres: OwnPostgres | None = None
    redis: OwnRedis | None = None
    load: Load | None = None
    #: the SQLite file lies on a disk of its own, that may be filled
    has_own_disk: bool = False

    def kill(self, part: str) -> None:
        os.kill(self.served.parts()[part][0], signal.SIGKILL)
        eventually(self.served.is_whole)

    def hang_up(self) -> None:
        before = self.served.starts()
        self.served.process.send_signal(signal.SIGHUP)
        self.served.has_started(after=before)

    def restart(self) -> None:
        self.served.end()
        self.served.start()

    def kill_all(self) -> None:
        self.served.process.kill()
        self.served.process.wait()
        self.served.start()

    def lock(self) -> None:
        import sqlite3

        other = sqlite3.connect(self.folder / "bench.sqlite3")
        other.execute("BEGIN IMMEDIATE")
        time.sleep(25)
        other.rollback()
        other.close()

    def fill(self) -> None:
        with (self.folder / "filling").open("wb", buffering=0) as filling:
            try:
                while True:
                    filling.write(b"x" * 4096)
            except OSError:
                eventually(lambda: self.load and self.load.statuses[507] >= 20)
        (self.folder / "filling").unlink()

    def kill_postgres(self) -> None:
        assert self.postgres
        self.postgres.kill()
        time.sleep(AWAY)
        self.postgres.start()

    def restart_postgres(self) -> None:
        assert self.postgres
        self.postgres.restart()

    def cut(self) -> None:
        assert self.postgres
        for _ in range(10):
            self.postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            time.sleep(0.5)

    def freeze(self) -> None:
        """All of PostgreSQL stands still, and every connection with it."""
        assert self.postgres
        group = [self.postgres.process.pid, *_children_of(self.postgres.process.pid)]
        for pid in group:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(AWAY)
        for pid in group:
            os.kill(pid, signal.SIGCONT)

    def kill_redis(self) -> None:
        assert self.redis
        self.redis.kill()
        time.sleep(AWAY)
        self.redis.start()


def _children_of(pid: int) -> list[int]:
    from .processes import all_processes

    return [process.pid for process in all_processes() if process.parent == pid]


def faults(world: World) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "nothing", lambda: time.sleep(AWAY)
    yield "reload (SIGHUP)", world.hang_up
    yield "web master killed", lambda: world.kill("web")
    yield "a web process killed", lambda: world.kill("web worker")
    yield "worker for tasks killed", lambda: world.kill("default")
    yield "`serve` ended (SIGTERM), started", world.restart
    yield "`serve` killed, started", world.kill_all
    if world.postgres:
        yield "PostgreSQL restarted", world.restart_postgres
        yield "PostgreSQL killed, back after 5 s", world.kill_postgres
        yield "all connections to PostgreSQL cut, 10 times in 5 s", world.cut
        yield "PostgreSQL stands still for 5 s", world.freeze
        yield "Redis killed, back after 5 s", world.kill_redis
    else:
        yield "SQLite locked by another for 25 s", world.lock
        if world.has_own_disk:
            yield "disk full until 20 were told", world.fill


def play(name: str, fault: Callable[[], object], world: World, cookies: list[str]) -> bool:
    """One line of the table; whether nothing was lost and nothing was a 500."""
    with Load(world.served.port, cookies) as load:
        world.load = load
        time.sleep(BEFORE)
        fault()
        time.sleep(AFTER)
    found = _in_database()
    lost = [title for title in load.acknowledged if not found[title]]
    twice = [title for title in found if found[title] > 1]
    told_later = load.statuses[503] + load.statuses[507]
    odd = {status: n for status, n in load.statuses.items() if status not in (0, 200, 302, 503, 507)}
    print(
        f"| {name} | {len(load.acknowledged)} | {len(lost)} | {len(twice)} | {load.statuses[500]} | {told_later} "
        f"| {load.statuses[0]} | {load.longest:.1f} s |"
        + (f" {odd} never: {len(load.never)}" if odd or load.never else ""),
        flush=True,
    )
    return not (lost or twice or load.statuses[500] or odd or load.never)


def _in_database() -> Counter[str]:
    from django.db import connection

    from pitches.models import Pitch

    try:
        return Counter(Pitch.objects.filter(title__startswith="fault ").values_list("title", flat=True))
    finally:
        connection.close()


def _people(camp: Camp) -> list[str]:
    attendees = camp.attendees.exclude(user=None).filter(removed_at=None, is_waiting=False)
    return cookies_of(attendees.order_by("pk")[:PEOPLE])


@contextmanager
def own_disk(folder: Path) -> Iterator[bool]:
    """The folder is a small disk, if this machine lets one be made."""
    made = shutil.which("mount") and os.getuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "campgrid", str(folder)]
    if not made or subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def main(engine: str, only: str = "") -> bool:
    with tempfile.TemporaryDirectory(prefix="campgrid-faults-") as place, ExitStack() as at_the_end:
        folder, postgres, redis, has_own_disk = Path(place), None, None, False
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        if engine == "postgres":
            folder.chmod(0o711)
            (folder / "postgres").mkdir()
            (folder / "redis").mkdir()
            postgres, redis = OwnPostgres(folder / "postgres", fsync=True), OwnRedis(folder / "redis")
            for server in (postgres, redis):
                server.start()
                at_the_end.callback(server.kill)
            os.environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        else:
            disk = folder / "disk"
            disk.mkdir()
            has_own_disk = at_the_end.enter_context(own_disk(disk))
            tempfile.tempdir = str(disk)
        with demo(SLUG):
            from events.models import Camp

            camp = Camp.objects.get(slug=SLUG)
            cookies = _people(camp)
            database = Path(os.environ["DATABASE_URL"].removeprefix("sqlite://")).parent
            served = Served(ROOT, os.environ | {"LOG_LEVEL": "INFO"}, folder / "log")
            world = World(served, database, postgres, redis, has_own_disk=has_own_disk)
            served.start()
            print(f"\n{engine}: {len(cookies)} people\n")
            print(
                "| what happened | acknowledged | lost | twice | 500 | told to try again | no answer | longest wait |"
            )
            print("|---|---|---|---|---|---|---|---|", flush=True)
            try:
                chosen = [(name, fault) for name, fault in faults(world) if only in name]
                went_well = [play(name, fault, world, cookies) for name, fault in chosen]
                return all(went_well)
            finally:
                served.end()
                if "Traceback" in (log := (folder / "log").read_text()):
                    print(log[log.index("Traceback") :][:3000])


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(not main(*sys.argv[1:]))
    # Each in a process of its own: Django is set up once.
    both = [[sys.executable, "-m", "bench.faults", engine] for engine in ("sqlite", "postgres")]
    codes = [subprocess.run(command).returncode for command in both]
    sys.exit(any(codes))
