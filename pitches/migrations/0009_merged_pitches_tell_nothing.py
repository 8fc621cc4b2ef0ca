from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def tell_nothing_of_merged(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Sessions that stayed with a pitch when it was merged told its title, text and hosts for ever."""
    merged = apps.get_model("pitches", "Pitch").objects.filter(merged_into__isnull=False, withdrawn_at=None)
    merged.update(withdrawn_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("pitches", "0008_last_tap"),
    ]

    operations = [
        migrations.RunPython(tell_nothing_of_merged, migrations.RunPython.noop),
    ]
