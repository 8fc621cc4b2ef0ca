"""`manage.py events`: tells browsers which part of a camp changed, while it happens. `serve` starts it."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import hearing, streams, supervisor


class Command(BaseCommand):
    help = "Holds the connections of browsers that want to hear of changes at once. `serve` starts it by itself."

    #: `serve` made them; here they would only take memory
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if supervisor.TAKES not in os.environ:
            raise CommandError("`manage.py serve` starts this: web servers hand it the connections that it holds.")
        asyncio.run(streams.run(hearing.ways))
