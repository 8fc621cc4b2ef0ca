import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_venue")]

    operations = [
        migrations.AddField(
            "stamp",
            "changed_at",
            models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]
