from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0003_stamps")]

    operations = [migrations.RenameField("camp", "place", "venue")]
