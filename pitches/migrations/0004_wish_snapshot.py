import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_venue"), ("pitches", "0003_order")]

    operations = [
        migrations.CreateModel(
            name="WishSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wishes", models.JSONField()),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "camp",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wish_snapshot",
                        to="events.camp",
                    ),
                ),
            ],
        ),
    ]
