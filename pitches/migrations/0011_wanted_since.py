"""What is wanted already has been for as long as one is in: whatever moved since then and is not seen is told."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def since_they_came(apps, schema_editor):
    joined = apps.get_model("events", "Attendee").objects.filter(pk=OuterRef("attendee_id")).values("joined_at")[:1]
    apps.get_model("pitches", "Interest").objects.update(since=Subquery(joined))


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0020_room_minutes"),
        ("pitches", "0010_not_for_me"),
    ]

    operations = [
        migrations.AddField(
            model_name="interest",
            name="since",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.RunPython(since_they_came, migrations.RunPython.noop),
    ]
