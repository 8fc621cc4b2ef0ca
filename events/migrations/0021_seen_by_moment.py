from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0020_room_minutes"),
    ]

    operations = [
        migrations.AddField(
            model_name="attendee",
            name="moves_seen_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
