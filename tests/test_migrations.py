"""The release before runs on while a new one's migrations are through already: from `migrate` to the hang-up of `serve`.

So what a migration adds, that release must be able to leave out, and what it knows must still be there.
"""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models.fields import NOT_PROVIDED

#: the last migration of each app from before this was a law: an older release is stopped before `migrate`
BEFORE = {"accounts": 6, "config": 2, "events": 13, "exchange": 5, "notes": 4, "pitches": 8, "schedule": 15}
#: what the release before does not notice; an `AlterField` must not make a field narrower, which nothing here sees
UNNOTICED = (
    migrations.AddField, migrations.AddIndex, migrations.AlterField, migrations.AlterModelManagers,
    migrations.AlterModelOptions, migrations.CreateModel, migrations.RemoveConstraint, migrations.RemoveIndex,
    migrations.RenameIndex, migrations.RunPython,
)  # fmt: skip


def columns_in(condition: models.Q) -> set[str]:
    """The fields that a condition names."""
    return {
        name
        for child in condition.children
        for name in (columns_in(child) if isinstance(child, models.Q) else {child[0].partition("__")[0]})
    }


def wrong_with(operation: Operation, added: frozenset[str] = frozenset()) -> str:
    """`added`: the columns that come with it. The release before leaves those as they are."""
    constraint = getattr(operation, "constraint", None)
    if isinstance(constraint, models.CheckConstraint) and columns_in(constraint.condition) <= added:
        return ""
    if not isinstance(operation, UNNOTICED):
        return "takes away what the release before asks for, or refuses what it writes: that is for the next release"
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if not field.many_to_many and not field.null and field.db_default is NOT_PROVIDED:
            return "the release before writes rows without this column: give it a `db_default`"
    return ""


def test_the_release_before_can_run_beside_a_migrated_database():
    loader = MigrationLoader(None)
    ours = [(key, made) for key, made in loader.disk_migrations.items() if key[0] in BEFORE]
    assert {app for (app, _name), _made in ours} == set(BEFORE)
    found = {
        f"{app}.{name}: {operation.describe()}": wrong
        for (app, name), made in ours
        if int(name[:4]) > BEFORE[app]
        for added in [frozenset(op.name for op in made.operations if isinstance(op, migrations.AddField))]
        for operation in made.operations
        if (wrong := wrong_with(operation, added))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("operation", "is_wrong"),
    [
        (migrations.AddField("pitch", "mood", models.TextField(default="")), True),
        (migrations.AddField("pitch", "mood", models.TextField(default="", db_default="")), False),
        (migrations.AddField("pitch", "mood", models.TextField(null=True)), False),
        (migrations.RemoveField("pitch", "title"), True),
        (migrations.RenameField("pitch", "title", "name"), True),
        (migrations.AlterField("pitch", "title", models.TextField()), False),
        (migrations.AddConstraint("pitch", models.UniqueConstraint(fields=["title"], name="title_once")), True),
        (migrations.AddConstraint("pitch", models.CheckConstraint(condition=models.Q(mood="up"), name="up")), False),
        (
            migrations.AddConstraint(
                "pitch", models.CheckConstraint(condition=models.Q(mood="up") | ~models.Q(title=""), name="up")
            ),
            True,
        ),
    ],
)
def test_what_is_wrong_with_a_migration(operation, is_wrong):
    assert bool(wrong_with(operation, frozenset({"mood"}))) is is_wrong
