from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_sent_forms_know_what_they_made")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="told",
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
    ]
