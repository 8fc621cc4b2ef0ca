import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """One number counts all that calendars are told of a session, be it a place or a text."""

    dependencies = [("schedule", "0003_session_notes_rule")]

    operations = [
        migrations.RenameField("session", "moves", "sequence"),
        migrations.AddField("session", "told", models.CharField(blank=True, max_length=32)),
        migrations.AddField("session", "told_at", models.DateTimeField(default=django.utils.timezone.now)),
    ]
