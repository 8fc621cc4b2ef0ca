"""The rule of the room is a field of the session: what grid and doors show needs no look at the notes."""

from django.db import migrations


def to_sessions(apps, schema_editor):
    Session = apps.get_model("schedule", "Session")
    for rule in ("attendees", "none"):
        Session.objects.filter(note__rule=rule).update(notes_rule=rule)


def to_notes(apps, schema_editor):
    Session, Note = apps.get_model("schedule", "Session"), apps.get_model("notes", "Note")
    for session in Session.objects.exclude(notes_rule="public"):
        Note.objects.update_or_create(session=session, defaults={"rule": session.notes_rule})


class Migration(migrations.Migration):
    dependencies = [
        ("notes", "0001_initial"),
        ("schedule", "0003_session_notes_rule"),
    ]

    operations = [
        migrations.RunPython(to_sessions, to_notes),
        migrations.RemoveField(model_name="note", name="rule"),
    ]
