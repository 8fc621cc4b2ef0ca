import uuid

import django.db.models.deletion
from django.db import migrations, models

import events.models.attendee


class Migration(migrations.Migration):
    """Whoever asks for it gets their sessions as invitations by mail: who did, and what their calendar was told last."""

    dependencies = [
        ("events", "0011_who_invited"),
        ("schedule", "0014_version_moved_from"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailedCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(default=True)),
                ("key", models.CharField(default=events.models.attendee.new_key, max_length=40, unique=True)),
                (
                    "attendee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mailed_calendar",
                        to="events.attendee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MailedSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("told", models.CharField(blank=True, max_length=32)),
                ("ends_at", models.DateTimeField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mailed_sessions",
                        to="events.attendee",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mailed", to="schedule.session"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "session"), name="schedule_mailedsession_once")
                ],
            },
        ),
    ]
