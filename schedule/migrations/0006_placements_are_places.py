from django.db import migrations


class Migration(migrations.Migration):
    """What calendars are told is counted by the session: a placement says where and when."""

    dependencies = [("schedule", "0005_changes_as_data")]

    operations = [
        migrations.RemoveField("placement", "sequence"),
        migrations.RemoveField("placement", "changed_at"),
    ]
