import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pitches", "0002_pitch_runs")]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pitches.pitch"
                    ),
                ),
                (
                    "later",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pitches.pitch"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("later", "earlier"), name="pitches_order_once"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("later", models.F("earlier")), _negated=True),
                name="pitches_order_not_after_itself",
                violation_error_message="A pitch cannot come after itself.",
            ),
        ),
        migrations.AddField(
            model_name="pitch",
            name="after",
            field=models.ManyToManyField(
                blank=True,
                related_name="before",
                through="pitches.Order",
                through_fields=("later", "earlier"),
                to="pitches.pitch",
                verbose_name="it comes after",
            ),
        ),
    ]
