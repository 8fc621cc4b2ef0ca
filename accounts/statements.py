"""Statements that are written out (raw SQL), where Django takes longer to build one than a database to answer it.

Only names of ours and marks for values are ever put into their text; values go beside it (parameterised query), so
nothing that anybody typed can become a part of a statement (SQL injection). PostgreSQL reads and plans such a statement
once for each connection (prepared statement): that is two thirds of what a short one costs there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils.module_loading import import_string

from .databases import is_outdated


class Written(str):
    """A part of a statement that is ours: the quoted name of a table, its columns, a row of marks."""


@cache
def table_of(model: type[Model]) -> Written:
    return Written(connection.ops.quote_name(model._meta.db_table))


@cache
def columns_of(model: type[Model]) -> Written:
    """All columns of a model, in the order of its fields."""
    names = (connection.ops.quote_name(field.column) for field in model._meta.concrete_fields if field.column)
    return Written(", ".join(f"{table_of(model)}.{name}" for name in names))


def marks(count: int, row: str = "%s") -> Written:
    """So many marks for values, or so many rows of them."""
    if set(row) - set("(), %s1"):
        raise ValueError("Only marks, brackets and the number 1.")
    return Written(", ".join([row] * count))


# Bounded: the text of one differs by how many marks it has.
@lru_cache(maxsize=500)
def statement(text: str, **parts: Written) -> Written:
    """The text with these parts where it names them in braces; whatever is not ours is refused."""
    if strangers := sorted(name for name, part in parts.items() if not isinstance(part, Written)):
        raise TypeError(f"Not made here: {', '.join(strangers)}. A value goes beside the statement.")
    return Written(text.format_map(parts))


def found_by(sql: Written, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that the statement finds; one that may write is refused."""
    # PostgreSQL takes one that begins otherwise and changes rows all the same (`WITH gone AS (DELETE …`).
    if not sql.startswith("SELECT "):
        raise ValueError("This statement may write.")
    with _done(sql, values) as cursor:
        return cursor.fetchall()


def changed_by(sql: Written, values: Sequence[Any]) -> int:
    """How many rows the statement wrote or took away."""
    with _done(sql, values) as cursor:
        return cursor.rowcount


def returned_by(sql: Written, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What the statement says of the rows it wrote (RETURNING)."""
    with _done(sql, values) as cursor:
        return cursor.fetchall()


def as_written(moment: datetime) -> Any:
    """The moment as a value of such a statement."""
    return connection.ops.adapt_datetimefield_value(moment)


@cache
def _cursor_of() -> Callable[[], CursorWrapper]:
    if connection.settings_dict.get("PREPARED_FROM") is None:
        return lambda: connection.cursor()
    # By its name: whoever has SQLite need not have the other's driver.
    preparing = import_string("accounts.prepared.preparing")
    return lambda: preparing(connections[DEFAULT_DB_ALIAS])


@contextmanager
def _done(sql: Written, values: Sequence[Any]) -> Iterator[CursorWrapper]:
    with _cursor_of()() as cursor:
        try:
            cursor.execute(sql, values)
        except NotSupportedError as error:
            # Whoever rolls back forgets the plans, too.
            if connection.in_atomic_block or not is_outdated(error):
                raise
            cursor.execute("DEALLOCATE ALL")
            cursor.execute(sql, values)
        yield cursor
