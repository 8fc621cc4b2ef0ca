import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0016_earlier_calendar_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="attendee",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="events.attendee",
            ),
        ),
    ]
