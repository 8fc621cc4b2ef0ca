from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_sent_forms_know_the_session")]

    operations = [
        migrations.AddField(
            model_name="sentform",
            name="made",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
