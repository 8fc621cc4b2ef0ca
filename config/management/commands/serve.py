"""`manage.py serve`: the whole of Campgrid as one command: web server, what tells browsers of changes, and a worker for
each queue of tasks."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from ... import web
from ...supervisor import Part, Supervisor, tell_parts
from .work import QUEUES


class Command(BaseCommand):
    help = (
        "Serves Campgrid on --port, with a worker for each queue of tasks beside it. One command, nothing else needed. "
        "SIGHUP serves the release that lies here now, SIGTERM ends."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--without-worker", action="store_true", help="tasks are done by `work` elsewhere")
        parser.add_argument("--try", action="store_true", help="only say, by the exit code, whether it could be served")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        # The checks at the start may have asked the database; nothing here will.
        connections.close_all()
        python, manage = sys.executable, str(settings.BASE_DIR / "manage.py")
        gunicorn = [python, "-m", "gunicorn", "--config", "python:config.web", "config.wsgi"]
        paths = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")]))
        parts = {"web": Part(gunicorn, processes=web.processes(), environment={"PYTHONPATH": paths})}
        parts["events"] = Part([python, manage, "events"])
        if not options["without_worker"]:
            parts |= {f"worker for {queue}": Part([python, manage, "work", "--queue", queue]) for queue in QUEUES}
        if options["try"]:
            tell_parts(parts)
            return
        try:
            whole = Supervisor(host=host, port=int(port), parts=parts, trial=[python, *sys.orig_argv[1:], "--try"])
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error

        def tell() -> None:
            # The terminal it was started from may be gone.
            with suppress(OSError):
                self.stdout.write(f"Campgrid is on http://{host}:{port}/")

        sys.exit(whole.run(started=tell))
