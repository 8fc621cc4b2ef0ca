from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schedule", "0007_draft_figures"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="draft",
            name="schedule_draft_concerns_up_to_ten",
        ),
        migrations.RenameField(
            model_name="draft",
            old_name="room_fit",
            new_name="seats",
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(("calm__lte", 10), ("fairness__lte", 10), ("seats__lte", 10), ("topics__lte", 10)),
                name="schedule_draft_concerns_up_to_ten",
                violation_error_message="Choose a number from 0 to 10.",
            ),
        ),
    ]
