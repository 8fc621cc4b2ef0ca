"""`manage.py export_camp SLUG --format ics|csv|sheet|json --output F`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.models import Camp
from exchange.csv_export import csv_zip, sheet
from exchange.json_export import export_camp
from schedule.ical import calendar
from schedule.models import GridVersion
from schedule.queries import feed_placements


class Command(BaseCommand):
    help = "Writes a camp to a file: its calendar, its CSV files (zipped), its sheet, or all of it as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--format", choices=["ics", "csv", "sheet", "json"], required=True)
        parser.add_argument("--output", required=True)
        parser.add_argument("--without-interest", action="store_true", help="leave out who is interested in what")

    def handle(self, *args: Any, **options: Any) -> None:
        camp = Camp.objects.filter(slug=options["slug"]).first()
        if camp is None:
            raise CommandError(f"There is no camp “{options['slug']}”.")
        with_interest = not options["without_interest"]
        match options["format"]:
            case "ics":
                placements = feed_placements(GridVersion.latest(camp))
                body = calendar(camp, placements, name=camp.name, site=settings.SITE_URL)
            case "csv":
                body = csv_zip(camp, with_interest=with_interest)
            case "sheet":
                body = sheet(camp).encode()
            case _:
                document = export_camp(camp, with_interest=with_interest)
                body = json.dumps(document, indent=1, ensure_ascii=False).encode()
        try:
            Path(options["output"]).write_bytes(body)
        except OSError as error:
            raise CommandError(f"{options['output']}: cannot be written ({error.strerror})") from error
        self.stdout.write(f"{options['output']}: {len(body)} bytes")
