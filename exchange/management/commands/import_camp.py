"""`manage.py import_camp DIR --slug S --name N --timezone TZ [--sheet FILE] [--skip-bad-rows]`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from events.models import Camp
from exchange.csv_import import COLUMNS, days_of, import_files
from exchange.json_import import import_document
from exchange.report import ImportRefused, Report


class Command(BaseCommand):
    help = "Imports a camp from a directory of CSV files, or from a JSON file that export_camp wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="directory with rooms.csv, slots.csv, …; or a .json file")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--timezone", default="")
        parser.add_argument("--sheet", help="the sheet that was published, as CSV")
        parser.add_argument("--skip-bad-rows", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Path(options["source"])
        try:
            if source.suffix == ".json":
                self.import_json(source, options)
            else:
                self.import_directory(source, options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{getattr(error, 'filename', None) or source}: cannot be read ({error})") from error

    def import_json(self, source: Path, options: dict[str, Any]) -> None:
        try:
            document = json.loads(source.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CommandError(f"{source}: not JSON ({error})") from error
        if Camp.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"There is a camp “{options['slug']}” already. Choose another --slug.")
        camp = import_document(document, slug=options["slug"], name=options["name"], time_zone=options["timezone"])
        self.stdout.write(f"{camp.name}: imported from {source.name}")

    def import_directory(self, source: Path, options: dict[str, Any]) -> None:
        if not source.is_dir():
            raise CommandError(f"{source}: there is no such directory.")
        files = {
            name: (source / name).read_text(encoding="utf-8-sig")
            for name in COLUMNS
            if name != "sheet.csv" and (source / name).exists()
        }
        if not files:
            raise CommandError(f"{source}: holds none of {', '.join(COLUMNS)}.")
        if options["sheet"]:
            files["sheet.csv"] = Path(options["sheet"]).read_text(encoding="utf-8-sig")
        try:
            with transaction.atomic():
                camp = self.camp(files, options)
                report = import_files(camp=camp, files=files, skip_bad_rows=options["skip_bad_rows"])
        except ImportRefused as refused:
            self.tell(refused.report)
            raise CommandError(
                f"{len(refused.report.faults)} rows are wrong, nothing was imported. Mend them, or add --skip-bad-rows."
            ) from refused
        self.tell(report)
        self.stdout.write("Nothing new." if report.has_changed_nothing else f"{camp.name}: imported.")

    def camp(self, files: dict[str, str], options: dict[str, Any]) -> Camp:
        """The camp of that address; a new one runs over the days the slots name."""
        found = Camp.objects.filter(slug=options["slug"]).first()
        if found:
            return found
        days = days_of(files)
        if not days:
            raise CommandError("slots.csv: holds no dates, so the days of the camp are not known.")
        camp = Camp(
            slug=options["slug"],
            name=options["name"] or options["slug"],
            time_zone=options["timezone"] or "Europe/London",
            starts_on=days[0],
            ends_on=days[-1],
        )
        camp.full_clean(exclude=["code"])
        camp.save()
        return camp

    def tell(self, report: Report) -> None:
        for fault in report.faults:
            self.stderr.write(f"wrong: {fault}")
        for remark in report.remarks:
            self.stderr.write(f"note: {remark}")
        for kind, count in report.read.items():
            self.stdout.write(f"{kind}: {count} read, {report.added[kind]} new")
