"""Files become a camp; those that were uploaded wait until an organiser has seen what they would do.

What takes long is done by tasks, and planned in memory without a transaction: SQLite has one writer, and nobody waits
for a file to be read. Only what is to be written, all of it known by then, is written in one short transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.databases import DATABASE_GONE
from accounts.models import User
from events.models import Attendee, Camp

from .bringing import DOCUMENT, bring_in, show_arrival
from .csv_import import CsvReader
from .models import Upload, UploadTakenAway
from .moments import in_words
from .outcome import Outcome, Progress, number_of, untold
from .report import MOST_NAMED, ImportRefused, Report, told_in_short
from .sheet_import import SheetReader
from .writing import write_outcome

log = logging.getLogger(__name__)
State = Upload.State
#: seconds between two signs of progress
BEAT = 1.0


def work_out(
    camp: Camp,
    files: dict[str, str],
    progress: Progress = untold,
    left_out: dict[str, str] | None = None,
    brought: dict[str, str] | None = None,
) -> Outcome:
    """What the files would make of the camp, and what is wrong with them, or was left out before they were text.

    `brought`: what whoever brought them calls the files, as far as that is another name.
    """
    outcome = Outcome.of(camp, files)
    outcome.report.brought = brought or {}
    for name, told in (left_out or {}).items():
        outcome.report.remark(name, 0, told)
    reader = CsvReader(outcome, files, progress)
    reader.run()
    if "sheet.csv" in files:
        SheetReader(reader).run()
    _remark_full(outcome)
    rooms, slots = outcome.made.rooms, sorted(outcome.made.slots, key=lambda slot: slot.starts_at)
    people = [] if "attendees.csv" in files else outcome.made.attendees
    outcome.report.made = {
        "rooms": (len(rooms), [room.name for room in rooms[:MOST_NAMED]]),
        # Who stands in no list of people: a sheet, or a pitch, made hosts of them.
        "attendees": (len(people), [person.display_name for person in people[:MOST_NAMED]]),
        "slots": (len(slots), [f"{in_words(camp, [slot])} {slot.title}".strip() for slot in slots[:MOST_NAMED]]),
    }
    return outcome


def _remark_full(outcome: Outcome) -> None:
    """Who is written down has a place: others may wait for one before the doors are open."""
    capacity, new = outcome.camp.capacity, len(outcome.made.attendees)
    people = sum(person.is_present for person in outcome.attendees)
    if new and capacity is not None and people >= capacity:
        told = _(
            "The camp has %(places)s places, and %(people)s people would have one. Whoever else joins waits. "
            "Give it more places, or hand them their places (People)."
        )
        outcome.report.remark(_("People"), 0, told % {"places": capacity, "people": people})


def import_files(
    *,
    camp: Camp,
    files: dict[str, str],
    by: Attendee | None,
    skip_bad_rows: bool = False,
    dry_run: bool = False,
    progress: Progress = untold,
    left_out: dict[str, str] | None = None,
    brought: dict[str, str] | None = None,
    afterwards: Callable[[Report], None] = lambda report: None,
) -> Report:
    """The camp holds what the files say. With faults, nothing of it (ImportRefused), unless bad rows are skipped.

    A dry run reports the same and changes nothing. A camp that is not saved yet is made with what is in the files.
    `afterwards` stands or falls with it. Who becomes a host is told, but not `by`, whose files they are.
    """
    outcome = work_out(camp, files, progress, left_out, brought)
    if dry_run:
        return outcome.report
    _refuse_faults(outcome, skip_bad_rows)
    with transaction.atomic():
        if camp.pk is None:
            camp.save()
        else:
            now = camp.lock()
            # Planned anew only if the camp changed meanwhile (optimistic lock); in memory that takes no time.
            if number_of(now) != outcome.number:
                outcome = work_out(now, files, untold, left_out, brought)
                _refuse_faults(outcome, skip_bad_rows)
        write_outcome(outcome=outcome, by=by)
        afterwards(outcome.report)
    return outcome.report


def _refuse_faults(outcome: Outcome, skip_bad_rows: bool) -> None:
    if outcome.report.fault_count and not skip_bad_rows:
        raise ImportRefused(outcome.report)


# -- uploads ---------------------------------------------------------------------------------------------


@transaction.atomic
def keep_upload(
    *,
    camp: Camp,
    by: Attendee | None,
    files: dict[str, str],
    left_out: dict[str, str] | None = None,
    brought: dict[str, str] | None = None,
    rows: int = 0,
) -> Upload:
    """The files wait; a worker reads them and says what they would do."""
    upload = Upload.objects.create(
        camp=camp, by=by, files=files, left_out=left_out or {}, brought=brought or {}, rows=rows
    )
    # In the transaction: the task is there if, and only if, the row is.
    read_upload.enqueue(upload.pk, translation.get_language())
    return upload


@transaction.atomic
def keep_document(*, text: str, user: User) -> Upload:
    """The document waits to become a camp, in the place of one that its user brought before; a worker reads it."""
    Upload.objects.filter(user=user, camp=None).exclude(state__in=Upload.WANTED).delete()
    upload = Upload.objects.create(user=user, files={DOCUMENT: text})
    read_upload.enqueue(upload.pk, translation.get_language())
    return upload


@transaction.atomic
def start_bringing(*, upload: Upload, slug: str, display_name: str) -> bool:
    """A worker will make the camp, under that address; pressed twice, it does so once. False: it is not read yet."""
    found = _held(upload)
    if found is None or not found.report:
        return False
    if not found.may_be_imported:
        return found.is_pressed
    found.tell(state=State.PRESSED, opens={"slug": slug, "display_name": display_name})
    import_upload.enqueue(found.pk, translation.get_language())
    return True


@transaction.atomic
def read_again(*, upload: Upload) -> bool:
    """A worker reads the files once more: the camp has changed, or the last worker did not come to an end.

    False: one is at it, and nothing is taken from it. What is being written holds the row, and is not waited for.
    """
    found = _held(upload, skip_locked=True)
    if found is None or not found.may_be_read:
        return False
    found.tell(state=State.WAITING, done=0)
    read_upload.enqueue(found.pk, translation.get_language())
    return True


@transaction.atomic
def start_import(*, upload: Upload, skip_bad_rows: bool) -> bool:
    """A worker will import the files; pressed twice, it does so once. False: they are not read yet."""
    if upload.camp is not None:
        upload.camp.lock()
    found = _held(upload)
    if found is None:
        return False
    if not found.may_be_imported:
        return found.is_pressed
    found.tell(state=State.PRESSED, done=0, skip_bad_rows=skip_bad_rows)
    import_upload.enqueue(found.pk, translation.get_language())
    return True


def _held(upload: Upload, *, skip_locked: bool = False) -> Upload | None:
    """The row as it is now, held until the transaction ends (row lock)."""
    rows = Upload.objects.select_for_update(of=("self",), skip_locked=skip_locked)
    return rows.filter(pk=upload.pk).defer("files").first()


def show_what_it_would_do(*, upload: Upload) -> None:
    """The report of the files is kept for whoever looks; the camp is as it was."""
    upload.tell(state=State.READING, done=0)
    if upload.camp is None:
        show_arrival(upload=upload, progress=_teller(upload))
        return
    report = work_out(upload.camp, upload.files, _teller(upload), upload.left_out, upload.brought).report
    upload.tell(state=State.READ, report=report.as_json(), problem="", done=upload.rows)


def import_now(*, upload: Upload) -> None:
    """The camp holds what the files say and they wait no longer; or neither, and the upload says why."""
    upload.tell(state=State.IMPORTING, done=0)
    if upload.camp is None:
        bring_in(upload=upload, progress=_teller(upload))
        return

    def settle(report: Report) -> None:
        upload.tell(state=State.DONE, files={}, report=report.as_json(), problem="", done=upload.rows)

    try:
        import_files(
            camp=upload.camp,
            files=upload.files,
            by=upload.by,
            skip_bad_rows=upload.skip_bad_rows,
            progress=_teller(upload),
            left_out=upload.left_out,
            brought=upload.brought,
            afterwards=settle,
        )
    except ImportRefused as refused:
        upload.tell(state=State.REFUSED, report=refused.report.as_json(), problem="")
    except ValidationError as refused:
        upload.tell(state=State.REFUSED, problem=told_in_short(refused))


def _teller(upload: Upload) -> Progress:
    """Tells the progress, not more often than anybody looks."""
    told_at = time.monotonic()

    def tell(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= BEAT:
            upload.tell(done=done)
            told_at = time.monotonic()

    return tell


@contextmanager
def _failure_told(upload_id: int) -> Iterator[None]:
    """What is not foreseen is told on the page, and in the log by the worker."""
    try:
        yield
    except UploadTakenAway:
        log.warning("Upload %d was taken up by another worker, or deleted", upload_id)
    except DATABASE_GONE:
        # The worker puts the task back into the queue.
        raise
    except Exception:
        Upload.objects.filter(pk=upload_id, state__in=Upload.ACTIVE).update(state=State.FAILED)
        raise


@task()
def read_upload(upload_id: int, language: str) -> None:
    """The report is there; a failure is told on the page."""
    with translation.override(language), _failure_told(upload_id):
        upload = Upload.objects.select_related("camp", "user").filter(pk=upload_id, state__in=Upload.UNREAD).first()
        if upload is not None:
            show_what_it_would_do(upload=upload)


@task()
def import_upload(upload_id: int, language: str) -> None:
    """The camp holds what the files say, or the page says why not."""
    with translation.override(language), _failure_told(upload_id):
        upload = Upload.objects.select_related("camp", "user").filter(pk=upload_id, state__in=Upload.WANTED).first()
        if upload is not None:
            import_now(upload=upload)
