"""`manage.py import_camp DIR --slug S --name N --timezone TZ [--organiser EMAIL] [--sheet FILE] [--skip-bad-rows]`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User
from accounts.services import account_under
from events.decoding import BY_COMMAND, FileText, file_text, refuse_bytes
from events.models import Camp
from events.opening import seat_organiser
from exchange.arriving import AHEAD_BY_COMMAND, write_arrival
from exchange.csv_import import days_of
from exchange.document import Bounds, document_in, text_of_document
from exchange.forms import names_brought
from exchange.json_import import read_document
from exchange.report import ImportRefused, Report
from exchange.table import COLUMNS, count_rows
from exchange.uploads import import_files


def read_table(name: str, path: Path) -> FileText:
    """The file, if it is not larger than a command takes."""
    try:
        refuse_bytes(path.stat().st_size, BY_COMMAND)
        read = file_text(path.read_bytes(), BY_COMMAND)
        count_rows(name, read.text, BY_COMMAND)
    except ValidationError as refused:
        raise CommandError(f"{path}: {' '.join(refused.messages)}") from refused
    return read


def document_at(path: Path, *, megabytes: int) -> Any:
    """The document; its size and its depth are bounded, so that reading it takes neither all memory nor all stack."""
    most = Bounds(bytes=megabytes * 1_000_000)
    try:
        refuse_bytes(path.stat().st_size, most)
    except ValidationError as refused:
        told = f"{path}: {' '.join(refused.messages)} If it is what you mean, say more with --megabytes."
        raise CommandError(told) from refused
    try:
        return document_in(text_of_document(path.read_bytes()), most)
    except ValidationError as refused:
        raise CommandError(f"{path}: {' '.join(refused.messages)}") from refused


class Command(BaseCommand):
    help = "Imports a camp from a directory of CSV files, or from a JSON file that export_camp wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="directory with rooms.csv, slots.csv, …; or a .json file")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--timezone", default="")
        parser.add_argument("--sheet", help="the sheet that was published, as CSV")
        parser.add_argument("--skip-bad-rows", action="store_true")
        parser.add_argument("--organiser", default="", metavar="EMAIL", help="whoever signs in with it runs the camp")
        parser.add_argument("--organiser-name", default="", metavar="NAME", help="what they are called in the camp")
        parser.add_argument(
            "--keep-calendar-keys",
            action="store_true",
            help="of a .json file that never left your hands: whoever chose a key reads what its owner wants to be at",
        )
        parser.add_argument("--megabytes", type=int, default=64, help="how large a .json file may be")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Path(options["source"])
        try:
            if options["organiser"]:
                validate_email(options["organiser"])
            if source.suffix == ".json":
                self.import_json(source, options)
            else:
                self.import_directory(source, options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{getattr(error, 'filename', None) or source}: cannot be read ({error})") from error

    def organiser(self, options: dict[str, Any]) -> User | None:
        """The account under the address that was given; made now if there is none."""
        return account_under(email=options["organiser"].lower()) if options["organiser"] else None

    def import_json(self, source: Path, options: dict[str, Any]) -> None:
        # Read with nothing held; only what is to be written is written in one transaction.
        document = document_at(source, megabytes=options["megabytes"])
        if Camp.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"There is a camp “{options['slug']}” already. Choose another --slug.")
        arrival = read_document(
            document=document, slug=options["slug"], name=options["name"], time_zone=options["timezone"]
        )
        keeps_keys = bool(arrival.calendar_keys) and options["keep_calendar_keys"]
        with transaction.atomic():
            camp = write_arrival(
                arrival=arrival,
                by=self.organiser(options),
                display_name=options["organiser_name"],
                with_calendar_keys=keeps_keys,
                ahead=AHEAD_BY_COMMAND,
            )
        for remark in arrival.remarks:
            self.stderr.write(f"note: {remark}")
        if arrival.calendar_keys and not keeps_keys:
            self.stderr.write(
                "note: the file holds calendar keys and none was taken. If it never left your hands, "
                "--keep-calendar-keys lets the calendars go on that people subscribed to."
            )
        self.stdout.write(f"{camp.name}: imported from {source.name}")
        self.tell_organisers(camp, options)

    def tell_organisers(self, camp: Camp, options: dict[str, Any]) -> None:
        """Who runs it; or, where nobody can, what to do."""
        organisers = camp.attendees.organisers()
        if options["organiser"]:
            self.stdout.write(f"{options['organiser']} runs it: a code to sign in is mailed to that address.")
        if organisers.filter(user__isnull=False).exists():
            return
        names = ", ".join(organisers.values_list("display_name", flat=True)[:5])
        told = f"Its organisers ({names}) have no account here" if names else "It has no organiser"
        how = f"manage.py make_organiser EMAIL --camp {camp.slug} --name NAME"
        self.stderr.write(f"note: {told}, so nobody can run it yet. Say who does: {how}")

    def import_directory(self, source: Path, options: dict[str, Any]) -> None:
        if not source.is_dir():
            raise CommandError(f"{source}: there is no such directory. (A zip is not taken: unpack it first.)")
        paths = {name: source / name for name in COLUMNS if name != "sheet.csv" and (source / name).exists()}
        if not paths:
            raise CommandError(f"{source}: holds none of {', '.join(COLUMNS)}.")
        if options["sheet"]:
            paths["sheet.csv"] = Path(options["sheet"])
        read = {name: read_table(name, path) for name, path in paths.items()}
        files = {name: file.text for name, file in read.items()}
        left_out = {name: file.told for name, file in read.items() if file.told}
        camp = self.camp(files, options)
        by = self.organiser(options)

        def seat(report: Report) -> None:
            if by is not None:
                seat_organiser(camp=camp, user=by, display_name=options["organiser_name"])

        try:
            report = import_files(
                camp=camp,
                files=files,
                by=None,
                left_out=left_out,
                brought=names_brought({name: path.name for name, path in paths.items()}),
                skip_bad_rows=options["skip_bad_rows"],
                afterwards=seat,
            )
        except ImportRefused as refused:
            self.tell(refused.report)
            count = refused.report.fault_count
            wrong, them = ("1 row is", "it") if count == 1 else (f"{count} rows are", "them")
            raise CommandError(
                f"{wrong} wrong, nothing was imported. Mend {them}, or add --skip-bad-rows."
            ) from refused
        self.tell(report)
        self.stdout.write("Nothing new." if report.has_changed_nothing else f"{camp.name}: imported.")
        self.tell_organisers(camp, options)

    def camp(self, files: dict[str, str], options: dict[str, Any]) -> Camp:
        """The camp of that address; or one that is not saved yet, which runs over the days the slots name."""
        found = Camp.objects.filter(slug=options["slug"]).first()
        if found:
            return found
        time_zone = options["timezone"] or "Europe/London"
        days = days_of(files, time_zone)
        if not days:
            raise CommandError("slots.csv: holds no dates, so the days of the camp are not known.")
        camp = Camp(
            slug=options["slug"],
            name=options["name"] or options["slug"],
            time_zone=time_zone,
            starts_on=days[0],
            ends_on=days[-1],
        )
        camp.full_clean(exclude=["code"])
        return camp

    def tell(self, report: Report) -> None:
        for fault in report.faults:
            self.stderr.write(f"wrong: {fault}")
        for remark in report.remarks:
            self.stderr.write(f"note: {remark}")
        for kept, count, what in (
            (report.faults, report.fault_count, "wrong"),
            (report.remarks, report.remark_count, "note"),
        ):
            if count > len(kept):
                self.stderr.write(f"{what}: … {count - len(kept)} more")
        for kind, count in report.read.items():
            self.stdout.write(f"{kind}: {count} read, {report.added[kind]} new")
