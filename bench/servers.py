"""Database servers of one's own, to be killed and started again: nobody else's are touched."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import redis

from .processes import HOST, free_port

REDIS = shutil.which("redis-server")


def postgres_programs() -> Path | None:
    """Where PostgreSQL's own programs are: on the path, or where Debian keeps them."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return kept[-1].parent if kept else None


class OwnRedis:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        command = [str(REDIS), "--port", str(self.port), "--bind", HOST, "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(400):
            with suppress(redis.ConnectionError), redis.Redis(port=self.port) as client:
                client.ping()
                return
            time.sleep(0.05)
        raise AssertionError("redis-server does not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class OwnPostgres:
    """In `folder`, which is outside any that is root's alone: PostgreSQL does not run as root."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.programs, self.port, self.fsync = postgres_programs(), free_port(), "on" if fsync else "off"
        self.folder = folder / "data"
        self.url = f"postgres://postgres@{HOST}:{self.port}/postgres"
        self.as_user: list[str] = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        self._run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "-D", str(self.folder))

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, f"{self.programs}/{program}", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        settings = {"listen_addresses": HOST, "port": self.port, "fsync": self.fsync, "unix_socket_directories": ""}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*self.as_user, f"{self.programs}/postgres", "-D", str(self.folder), *options]
        self.process = subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL)
        for _ in range(600):
            with suppress(psycopg.OperationalError):
                self.ask("SELECT 1")
                return
            time.sleep(0.05)
        raise AssertionError("postgres does not start")

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def restart(self) -> None:
        """As an operator does (fast shutdown)."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.start()

    def kill(self) -> None:
        """As when the machine goes down: nobody is told (immediate shutdown)."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
