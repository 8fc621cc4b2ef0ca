from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget_titles(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Sentences of builds that are done hold titles, also of pitches whose author was erased since."""
    builds = apps.get_model("schedule", "GridBuild").objects.all()
    builds.update(unplaced=[], contradiction=[], alternatives=[])


class Migration(migrations.Migration):
    dependencies = [
        ("schedule", "0012_years_in_which_a_camp_can_be"),
    ]

    operations = [
        migrations.RunPython(forget_titles, migrations.RunPython.noop),
    ]
