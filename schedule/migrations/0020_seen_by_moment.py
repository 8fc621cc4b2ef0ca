"""What was seen and told up to a version was up to when that was published."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def by_moment(apps, schema_editor):
    attendees, versions = apps.get_model("events", "Attendee"), apps.get_model("schedule", "GridVersion")

    def published(camp, number):
        return versions.objects.filter(camp=OuterRef(camp), number=OuterRef(number)).values("published_at")[:1]

    attendees.objects.exclude(grid_seen=None).update(moves_seen_at=Subquery(published("camp_id", "grid_seen")))
    joined = attendees.objects.filter(pk=OuterRef("attendee_id")).values("joined_at")[:1]
    for model, number, moment in (("Device", "told", "told_at"), ("Telling", "mailed", "mailed_at")):
        rows = apps.get_model("schedule", model).objects
        camp = attendees.objects.filter(pk=OuterRef("attendee_id")).values("camp_id")[:1]
        for row in rows.annotate(of_camp=Subquery(camp), joined=Subquery(joined)):
            version = versions.objects.filter(camp=row.of_camp, number=getattr(row, number)).first()
            rows.filter(pk=row.pk).update(**{moment: version.published_at if version else row.joined})


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0021_seen_by_moment"),
        ("schedule", "0019_chosen_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="told_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.AddField(
            model_name="telling",
            name="mailed_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.AlterField(
            model_name="device",
            name="told",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="telling",
            name="mailed",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_back", models.BooleanField(default=False)),
                (
                    "placement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawals",
                        to="schedule.placement",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.RunPython(by_moment, migrations.RunPython.noop),
    ]
