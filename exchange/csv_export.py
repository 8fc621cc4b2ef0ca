"""A camp as CSV: the files that `import_camp` reads, and the sheet as it hangs on the wall."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from accounts.clocks import on_the_clock
from events.models import Attendee, Camp
from notes.models import Link, Note
from pitches.models import Interest
from pitches.order import open_orders
from schedule.models import GridVersion
from schedule.wall.grid import published_grid

from .between_marks import is_no_name, is_no_room, loses_something, marked, one_name, several_names
from .csv_keys import own_keys
from .halves import HOURS
from .sheet_import import session_page
from .table import guarded

SHEET_COLUMNS = [
    "Year", "Time", "Session", "Room", "Capacity", "Title", "Leader1", "Leader2", "Leader3", "Leader 4",
    "Session notes", "Hashtag",
]  # fmt: skip


def to_csv(header: list[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    # Headings may be names of rooms, which somebody typed.
    writer.writerows([[guarded(value) for value in row] for row in (header, *rows)])
    return out.getvalue()


def csv_files(camp: Camp, *, with_interest: bool) -> dict[str, str]:
    """File name to text. Who is interested in what goes only to whoever runs the installation."""
    people, pitches = own_keys(camp.attendees.all(), "a"), own_keys(camp.pitches.all(), "p")
    files = {
        "rooms.csv": to_csv(
            ["name", "capacity", "features"],
            room_rows(camp),
        ),
        "slots.csv": to_csv(["date", "starts_at", "ends_at", "kind", "title"], slot_rows(camp)),
        "attendees.csv": to_csv(
            ["attendee", "display_name", "role"],
            (
                [people[one.pk], marked(one.display_name, is_no_name), one.role]
                for one in camp.attendees.present().order_by("pk")
            ),
        ),
        "pitches.csv": to_csv(
            ["pitch", "title", "topic", "hosts", "length", "kind", "about", "after"],
            _pitches(camp, people, pitches),
        ),
    }
    if with_interest:
        rows = Interest.objects.counted().filter(pitch__in=camp.pitches.open()).order_by("attendee_id", "pitch_id")
        files["interests.csv"] = to_csv(
            ["attendee", "pitch", "level"], ([people[i.attendee_id], pitches[i.pitch_id], i.level] for i in rows)
        )
    return files


def _pitches(camp: Camp, people: dict[int, str], pitches: dict[int, str]) -> Iterable[list[object]]:
    after = open_orders(camp)
    # As in the other files: nobody and nothing is named that stands in none of them.
    for p in camp.pitches.open().prefetch_related(Prefetch("hosts", Attendee.objects.present())):
        hosts = ";".join(people[host.pk] for host in p.hosts.all())
        earlier = ";".join(pitches[pk] for pk in sorted(after.get(p.pk, ())))
        yield [pitches[p.pk], p.title, p.topic, hosts, p.length, p.kind, p.about, earlier]


def room_rows(camp: Camp) -> Iterable[list[object]]:
    for room in camp.rooms.all():
        # What has a comma itself is divided at none where there is a semicolon.
        features = ";".join(room.features)
        features += ";" if "," in features and ";" not in features else ""
        yield [marked(room.name, is_no_room), room.capacity, features]


def slot_rows(camp: Camp) -> Iterable[list[object]]:
    for slot in camp.slots.all():
        start, end = slot.starts_at.astimezone(camp.tz), slot.ends_at.astimezone(camp.tz)
        # An end that far off could be meant on a clock that counts to twelve, unless it says its day.
        ends = f"{end.date()} {on_the_clock(end)}" if slot.minutes > HOURS * 60 else on_the_clock(end)
        yield [start.date(), on_the_clock(start), ends, slot.kind, slot.title]


def csv_zip(camp: Camp, *, with_interest: bool) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in csv_files(camp, with_interest=with_interest).items():
            # With a mark before it, so that Excel reads its accents.
            archive.writestr(name, text.encode("utf-8-sig"))
    return out.getvalue()


def sheet(camp: Camp, site: str = "") -> str:
    """The published grid with the columns that camps' shared sheets use, a row for each cell that a session fills.

    `site` is the scheme and host for the addresses of notes.
    """
    version = GridVersion.latest(camp)
    if version is None:
        return to_csv(SHEET_COLUMNS, [])
    grid = published_grid(version, camp)
    capacity = {room.id: room.capacity for room in grid.rooms}
    # A sheet hangs where everybody sees it: only what anybody may read.
    documents = Link.objects.readable_by(None).filter(session__camp=camp, kind=Link.Kind.DOCUMENT)
    written = Note.objects.readable_by(None).written().filter(session__camp=camp)
    page = f"{site or settings.SITE_URL}{{}}".format
    notes = {pk: page(session_page(camp, pk)) for pk in written.values_list("session_id", flat=True)}
    notes |= dict(documents.values_list("session_id", "url"))
    rows = []
    running = [row for row in grid.rows if row.is_for_sessions]
    for number, row in enumerate(running, 1):
        # A place that is kept for what was withdrawn would come in again as a pitch of that name.
        entries = [cell.entry for cell in row.running if cell.entry and not cell.entry.state.is_cancelled]
        # What alone is in all rooms would be for everybody.
        is_alone = len(entries) > 1 and len({entry.title.casefold() for entry in entries}) == 1
        for entry in entries:
            start, title = timezone.localtime(row.starts_at, camp.tz), marked(entry.title, loses_something)
            if is_alone and title == entry.title:
                title = f"“{title}”"
            names = [host.display_name for host in entry.hosts]
            # There are four columns: the last has all the others.
            hosts = [*map(one_name, names[:3]), *([several_names(names[3:])] if len(names) > 3 else [])]
            rows.append(
                [
                    start.year, f"{start:%a} {on_the_clock(start)}", number,
                    marked(entry.room_name, is_no_room), capacity.get(entry.room_id, ""),
                    title, *hosts, *[""] * (4 - len(hosts)),
                    notes.get(entry.id, ""), camp.hashtag,
                ]
            )  # fmt: skip
    return to_csv(SHEET_COLUMNS, rows)
