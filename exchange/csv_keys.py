"""What things of a camp are called in its own CSV files, so that these come in again and change nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from events.models import Attendee
from pitches.models import Pitch


def own_keys(rows: QuerySet[Attendee] | QuerySet[Pitch], letter: str) -> dict[int, str]:
    """By id, `a12` or `p12`: one key for each, and none that an import gave to another."""
    return keys_beside(rows.values_list("pk", "import_key"), letter)


def keys_beside(rows: Iterable[tuple[int, str]], letter: str) -> dict[int, str]:
    """The same, from ids with the keys that imports gave."""
    found = list(rows)
    given = {key for _pk, key in found if key}
    keys = {}
    for pk, _key in found:
        key = f"{letter}{pk}"
        while key in given:
            key = letter + key
        keys[pk] = key
    return keys
