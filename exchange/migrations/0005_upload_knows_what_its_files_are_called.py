from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_upload_tells_what_is_left_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="brought",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
