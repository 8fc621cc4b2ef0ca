"""`manage.py serve`: the whole of Campgrid as one command: web server, and the worker for tasks as its child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

#: gthread with few processes: measured best on SQLite, and enough for a camp of 300
WORKERS, THREADS = "2", "4"


class Command(BaseCommand):
    help = "Serves Campgrid on --port, with a worker for tasks beside it. One command, nothing else needed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--without-worker", action="store_true", help="tasks are done by `db_worker` elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        children = [self.web(options["host"], options["port"])]
        if not options["without_worker"]:
            children.append(self.worker())
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        self.stdout.write(f"Campgrid is on http://{options['host']}:{options['port']}/")
        while not stopping.wait(1.0):
            if children[0].poll() is not None:
                break
            if len(children) > 1 and children[1].poll() is not None:
                # A worker that was killed is replaced; what it was building is taken up again.
                children[1] = self.worker()
        for child in reversed(children):
            child.terminate()
        for child in children:
            child.wait(timeout=30)
        sys.exit(0 if stopping.is_set() else children[0].returncode)

    def web(self, host: str, port: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{port}",
                "--workers", os.environ.get("WEB_WORKERS", WORKERS), "--threads", THREADS,
                "--worker-class", "gthread", "--log-level", "warning",
            ]
        )  # fmt: skip

    def worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "db_worker", "--interval", "0.5", "--no-startup-delay", "-v", "0"]
        return subprocess.Popen(command)
