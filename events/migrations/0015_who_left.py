from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def note_who_left(apps, schema_editor):
    """Whoever is out and has no account: of some nobody knows whether they left, and nobody brings them back, either."""
    people = apps.get_model("events", "Attendee").objects.using(schema_editor.connection.alias)
    people.filter(Q(removed_at__isnull=False) | Q(was_of__isnull=False), user=None).update(has_left=True)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0014_news_is_mailed_by_a_worker"),
    ]

    operations = [
        migrations.AddField(
            model_name="attendee",
            name="has_left",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AlterField(
            model_name="attendee",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attendees",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(note_who_left, migrations.RunPython.noop),
    ]
