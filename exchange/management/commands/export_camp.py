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
from exchange.json_export import Secrets, export_camp
from schedule.models import GridVersion
from schedule.wall.feeds import feed_placements
from schedule.wall.ical import calendar


class Command(BaseCommand):
    help = "Writes a camp to a file: its calendar, its CSV files (zipped), its sheet, or all of it as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--format", choices=["ics", "csv", "sheet", "json"], required=True)
        parser.add_argument("--output", required=True)
        parser.add_argument("--without-interest", action="store_true", help="leave out who is interested in what")
        parser.add_argument("--without-secrets", action="store_true", help="for a .json file that is passed on")

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
                body = sheet(camp).encode("utf-8-sig")
            case _:
                # A calendar key opens what its owner is interested in.
                secrets = Secrets.OF_PEOPLE if with_interest else Secrets.OF_CAMP
                if options["without_secrets"]:
                    secrets = Secrets.NONE
                document = export_camp(camp, with_interest=with_interest, secrets=secrets)
                body = json.dumps(document, indent=1, ensure_ascii=False).encode()
        try:
            Path(options["output"]).write_bytes(body)
        except OSError as error:
            raise CommandError(f"{options['output']}: cannot be written ({error.strerror})") from error
        self.stdout.write(f"{options['output']}: {len(body)} bytes")
