from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schedule", "0008_one_name_for_seats"),
    ]

    operations = [
        migrations.AddField(
            model_name="gridbuild",
            name="told_attended",
            field=models.IntegerField(default=0),
        ),
        migrations.DeleteModel(
            name="WishSnapshot",
        ),
    ]
