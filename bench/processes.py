"""Campgrid as it is served, in processes of its own, and what people at its door see."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


#: the shell without windows first: it is the same engine, and takes two thirds of the time
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def eventually(found: Callable[[], object], *, seconds: float = 90) -> None:
    """It becomes true; how long that takes is nobody's business here."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "It never became true."
        time.sleep(0.1)


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    command: str


def all_processes() -> list[Process]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (folder / "stat").read_text(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        state, parent = status.rpartition(")")[2].split()[:2]
        if state != "Z":
            found.append(Process(int(folder.name), int(parent), command.replace(b"\0", b" ").decode()))
    return found


@dataclass
class Served:
    """`manage.py serve` in `home`. Its output is kept."""

    home: Path
    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    arguments: tuple[str, ...] = ()

    def start(self) -> None:
        before = self.starts()
        self.process = self.popen()
        self.has_started(after=before)

    def popen(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), *self.arguments]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment | {"PWD": str(self.home)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def starts(self) -> int:
        """How often all was up."""
        return self.said("All is up")

    def has_started(self, *, after: int) -> None:
        """All is up once more."""
        eventually(lambda: self.starts() > after or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def said(self, text: str) -> int:
        return self.log.read_text().count(text) if self.log.exists() else 0

    def parts(self) -> dict[str, list[int]]:
        """The processes by what they do."""
        running = all_processes()
        own = [process for process in running if process.parent == self.process.pid]
        found = {"web": [p.pid for p in own if "gunicorn" in p.command]}
        found["events"] = [p.pid for p in own if p.command.rstrip().endswith("manage.py events")]
        for queue in ("default", "mail"):
            found[queue] = [p.pid for p in own if f"--queue {queue}" in p.command]
        found["web worker"] = [process.pid for process in running if process.parent in found["web"]]
        return found

    def pids(self) -> set[int]:
        return {self.process.pid}.union(*self.parts().values())

    def is_whole(self) -> bool:
        """As many of each as there should be."""
        return {name: len(pids) for name, pids in self.parts().items()} == {
            "web": 1, "web worker": 2, "events": 1, "default": 1, "mail": 1,
        }  # fmt: skip

    def get(self, path: str = "/health/ready") -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=90)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)


class Browser:
    """One browser; to which server it is sent is settled anew each time, as a balancer in front would."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, served: Served, path: str) -> tuple[int, str]:
        return self._open(served, path, None)

    def post(self, served: Served, path: str, **fields: object) -> tuple[int, str]:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "")
        return self._open(served, path, urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token}).encode())

    def _open(self, served: Served, path: str, data: bytes | None) -> tuple[int, str]:
        """The status and the page that it all led to."""
        try:
            with self.opener.open(f"http://{HOST}:{served.port}{path}", data, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@contextmanager
def people_at_the_door(served: Served, count: int = 3) -> Iterator[list[str]]:
    """Meanwhile people come, each time anew; what went wrong for them is listed."""
    wrong: list[str] = []
    seen = [0] * count
    is_over = threading.Event()

    def come(number: int) -> None:
        while not is_over.is_set():
            try:
                status, _text = served.get("/health/ready")
                if status != 200:
                    wrong.append(str(status))
            except OSError as error:
                wrong.append(repr(error))
            except http.client.HTTPException as error:
                wrong.append(repr(error))
            seen[number] += 1
            time.sleep(0.01)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert min(seen) > 0


def is_gone(pids: set[int]) -> bool:
    return not pids & {process.pid for process in all_processes()}


def is_port_free(port: int) -> bool:
    with socket.socket() as door:
        # As a server does: connections that ended a moment ago are no hindrance.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
            door.listen()
        except OSError:
            return False
        return True


def run(home: Path, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=home,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """A demo of its own, that shares nothing with another."""
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CAMPGRID_DEMO": "1",
        "CAMPGRID_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'served.sqlite3'}",
        "STATIC_ROOT": str(folder / "static"),
        "EMAIL_URL": "dummymail://",
        "DEBUG": "0",
        "WEB_WORKERS": "2",
    }
    not_kept = ("REDIS_URL", "CACHE_PREFIX", "SITE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in not_kept}
    return kept | own | more
