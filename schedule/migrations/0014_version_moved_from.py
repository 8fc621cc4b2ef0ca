from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schedule", "0013_sentences_name_pitches_by_id")]

    operations = [
        migrations.AddField(
            model_name="gridversion",
            name="moved_from",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
