"""`manage.py work`: a worker for tasks, here or on another machine. `serve` starts one for each queue."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django_tasks.utils import get_random_id

from ...supervisor import tell_ready
from ...worker import Worker

QUEUES = settings.TASKS["default"]["QUEUES"]


class Command(BaseCommand):
    help = "Does the tasks of a queue, until it is told to stop. As many as you like, on any machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", choices=QUEUES, help="the tasks of this queue alone; without it, of all")
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(
            queue_names=[options["queue"]] if options["queue"] else QUEUES,
            interval=0.5,
            batch=options["batch"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_id(),
        )
        if not worker.batch:
            worker.configure_signals()
            tell_ready()
        worker.run()
