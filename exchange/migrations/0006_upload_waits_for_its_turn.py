from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0005_upload_knows_what_its_files_are_called"),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting to be read"),
                    ("reading", "Being read"),
                    ("read", "Read, not imported yet"),
                    ("pressed", "Waiting to be imported"),
                    ("importing", "Being imported"),
                    ("done", "Imported"),
                    ("refused", "Not imported"),
                    ("failed", "Failed"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
    ]
