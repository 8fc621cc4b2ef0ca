"""What a version changed was kept as sentences, with titles; from here on as data, which follow from its placements."""

from django.db import migrations


def place(p):
    return {
        "room": p.room_ref,
        "name": p.room_name,
        "starts_at": p.starts_at.isoformat(),
        "ends_at": p.ends_at.isoformat(),
    }


def where(p):
    return p.room_ref, p.starts_at, p.ends_at


def moves(before, placements):
    """The same as schedule/wall/changes.py had it when this was written."""
    before = {p.session_id: p for p in before}
    found = []
    for p in sorted(placements, key=lambda p: (p.starts_at, p.room_name)):
        was = before.pop(p.session_id, None)
        if was is None or where(was) != where(p):
            found.append((p.session_id, place(was) if was else None, place(p)))
    found += [(was.session_id, place(was), None) for was in before.values()]
    return [{"kind": "session", "id": pk, "before": old, "after": new} for pk, old, new in found]


def keep_changes_as_data(apps, schema_editor):
    versions = apps.get_model("schedule", "GridVersion").objects
    placements = apps.get_model("schedule", "Placement").objects.filter(is_cancelled=False)
    camp, before = None, []
    for version in versions.order_by("camp_id", "number").iterator():
        here = list(placements.filter(version=version).order_by("starts_at", "room_ref"))
        version.changes = moves(before, here) if version.camp_id == camp else []
        version.save(update_fields=["changes"])
        camp, before = version.camp_id, here


def note_what_was_told(apps, schema_editor):
    """Sessions that calendars know already: when they were told; what, is not known, so the next is news."""
    sessions = apps.get_model("schedule", "Session").objects
    rows = apps.get_model("schedule", "Placement").objects.order_by("version__number")
    for session, changed_at in rows.values_list("session_id", "changed_at").iterator():
        sessions.filter(pk=session).update(told="?", told_at=changed_at)


class Migration(migrations.Migration):
    dependencies = [("schedule", "0004_calendars_are_told")]

    operations = [
        migrations.RunPython(keep_changes_as_data, migrations.RunPython.noop),
        migrations.RunPython(note_what_was_told, migrations.RunPython.noop),
    ]
