from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0003_camps_of_their_own"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="left_out",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
