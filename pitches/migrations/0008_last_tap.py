import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pitches", "0007_topic_colours")]

    operations = [
        migrations.CreateModel(
            name="LastTap",
            fields=[
                ("device", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
