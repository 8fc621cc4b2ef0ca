from django.db import migrations, models


class Migration(migrations.Migration):
    """What moved of somebody's sessions is told to them until they have seen it."""

    dependencies = [("events", "0018_somebody_to_tell")]

    operations = [
        migrations.AddField(
            model_name="attendee",
            name="grid_seen",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
    ]
