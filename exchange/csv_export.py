"""A camp as CSV: the files that `import_camp` reads, and the sheet as it hangs on the wall."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable

from django.utils import timezone

from events.models import Camp
from notes.models import Link
from pitches.models import Interest
from schedule.grid import published_grid
from schedule.models import GridVersion

SHEET_COLUMNS = [
    "Year", "Time", "Session", "Room", "Capacity", "Title", "Leader1", "Leader2", "Leader3", "Leader 4",
    "Session notes", "Hashtag",
]  # fmt: skip


def to_csv(header: list[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[guarded(value) for value in row] for row in rows])
    return out.getvalue()


def guarded(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP: CSV injection)."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def csv_files(camp: Camp, *, with_interest: bool) -> dict[str, str]:
    """File name to text. Who is interested in what goes only to whoever runs the installation."""
    files = {
        "rooms.csv": to_csv(
            ["name", "capacity", "features"],
            ([r.name, r.capacity, ";".join(r.features)] for r in camp.rooms.all()),
        ),
        "slots.csv": to_csv(["date", "starts_at", "ends_at", "kind", "title"], _slots(camp)),
        "attendees.csv": to_csv(
            ["attendee", "display_name", "role"],
            ([f"a{a.pk}", a.display_name, a.role] for a in camp.attendees.present().order_by("pk")),
        ),
        "pitches.csv": to_csv(
            ["pitch", "title", "topic", "hosts", "length", "kind", "about"],
            (
                [f"p{p.pk}", p.title, p.topic, ";".join(f"a{h.pk}" for h in p.hosts.all()), p.length, p.kind, p.about]
                for p in camp.pitches.open().prefetch_related("hosts")
            ),
        ),
    }
    if with_interest:
        rows = Interest.objects.filter(pitch__camp=camp, attendee__removed_at=None).order_by("attendee_id", "pitch_id")
        files["interests.csv"] = to_csv(
            ["attendee", "pitch", "level"], ([f"a{i.attendee_id}", f"p{i.pitch_id}", i.level] for i in rows)
        )
    return files


def _slots(camp: Camp) -> Iterable[list[object]]:
    for slot in camp.slots.all():
        start, end = slot.starts_at.astimezone(camp.tz), slot.ends_at.astimezone(camp.tz)
        yield [start.date(), f"{start:%H:%M}", f"{end:%H:%M}", slot.kind, slot.title]


def csv_zip(camp: Camp, *, with_interest: bool) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in csv_files(camp, with_interest=with_interest).items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet(camp: Camp) -> str:
    """The published grid with the columns that camps' shared sheets use."""
    version = GridVersion.latest(camp)
    if version is None:
        return to_csv(SHEET_COLUMNS, [])
    grid = published_grid(version, camp)
    capacity = {room.id: room.capacity for room in grid.rooms}
    notes = dict(Link.objects.filter(session__camp=camp, kind=Link.Kind.DOCUMENT).values_list("session_id", "url"))
    rows = []
    running = [row for row in grid.rows if row.is_for_sessions]
    for number, row in enumerate(running, 1):
        for entry in row.entries:
            start = timezone.localtime(entry.starts_at, camp.tz)
            hosts = [host.display_name for host in entry.session.pitch.hosts.all()][:4]
            rows.append(
                [
                    start.year, f"{start:%a} {start:%H:%M}", number, entry.room_name, capacity.get(entry.room_id, ""),
                    entry.session.pitch.title, *hosts, *[""] * (4 - len(hosts)),
                    notes.get(entry.session.pk, ""), camp.hashtag,
                ]
            )  # fmt: skip
    return to_csv(SHEET_COLUMNS, rows)
