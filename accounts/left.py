"""Whether what a form made, or changed, is still as the form left it: only then its first answer is true once more."""

from __future__ import annotations

import hashlib

from django.apps import apps

#: what is typed as a clock time, with a day beside it, by the column that it becomes
COLUMNS = {"starts": "starts_at", "ends": "ends_at"}
#: with these a row is there, and the thing is not
GONE = {"withdrawn_at", "merged_into", "removed_at"}


def state_of(what: str, row: int, typed: str) -> str:
    """A mark of the row's own columns and lists that were typed, and of whether it is there; nothing, if it is not."""
    model = apps.get_model(what)
    fields = (pair.partition("=")[0] for pair in typed.split())
    names = {COLUMNS.get(field, field) for field in fields} | GONE
    columns = sorted(field.attname for field in model._meta.concrete_fields if field.name in names)
    rows = model._base_manager.filter(pk=row)
    found = rows.values_list(*columns).first()
    if lists := sorted(field.name for field in model._meta.many_to_many if field.name in names):
        found = found and (*found, *(sorted(filter(None, rows.values_list(name, flat=True))) for name in lists))
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16] if found else ""
