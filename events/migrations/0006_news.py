from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0005_stamps_know_when")]

    operations = [
        migrations.AddField("attendee", "news", models.JSONField(blank=True, default=list)),
    ]
