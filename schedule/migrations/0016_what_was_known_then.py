from django.db import migrations, models

import events.models.camp


def say_it_of_builds(apps, schema_editor):
    """What was asked of the newest snapshot until now, whenever somebody looked."""
    snapshots = apps.get_model("pitches", "WishSnapshot").objects.all()
    wished = [snapshot.camp_id for snapshot in snapshots if snapshot.wishes["people"]]
    apps.get_model("schedule", "GridBuild").objects.exclude(camp__in=wished).update(is_about_wishes=False)


class Migration(migrations.Migration):
    """A version knows whose clock times it kept, and a build whether there were wishes when it ran."""

    dependencies = [
        ("pitches", "0008_last_tap"),
        ("schedule", "0015_mailed_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="gridversion",
            name="clocks_in",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=50, validators=[events.models.camp.check_time_zone]
            ),
        ),
        migrations.AddField(
            model_name="gridversion",
            name="clocks_of",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=50, validators=[events.models.camp.check_time_zone]
            ),
        ),
        migrations.AddField(
            model_name="gridbuild",
            name="is_about_wishes",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.RunPython(say_it_of_builds, migrations.RunPython.noop),
    ]
