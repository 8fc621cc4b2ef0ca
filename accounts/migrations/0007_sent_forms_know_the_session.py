from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_who_may_open_camps")]

    operations = [
        migrations.AddField(
            model_name="sentform",
            name="signed_in_with",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
