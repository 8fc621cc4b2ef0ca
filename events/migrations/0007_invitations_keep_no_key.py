import hashlib

from django.db import migrations, models


def keep_digests(apps, schema_editor):
    """Links that were mailed or passed on go on working. They have no code, and are shown no more."""
    invitations = apps.get_model("events", "Invitation").objects
    for invitation in invitations.all():
        invitation.key_hash = hashlib.sha256(invitation.key.encode()).hexdigest()
        invitation.save(update_fields=["key_hash"])


class Migration(migrations.Migration):
    dependencies = [("events", "0006_news")]

    operations = [
        migrations.AddField("invitation", "key_hash", models.CharField(max_length=64, default="")),
        migrations.AddField(
            "invitation",
            "code_hash",
            models.CharField(blank=True, db_index=True, max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AddField("invitation", "sealed", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.RunPython(keep_digests, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("invitation", "key"),
        migrations.AlterField("invitation", "key_hash", models.CharField(max_length=64, unique=True)),
    ]
