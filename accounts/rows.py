"""Model instances from a statement that is written out (raw SQL), as the ORM makes them.

For the one or two statements that every page asks: there Django takes longer to build the statement than a database to
answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import Col

Row = TypeVar("Row", bound=Model)


def made_of(model: type[Row], values: Sequence[Any]) -> Row:
    """The instance that has these values in its columns, in the order of `columns_of`."""
    converted = list(values)
    for position, column in _converted(model):
        # A converter belongs to the connection of its thread.
        for convert in _converters(column):
            converted[position] = convert(converted[position], column, connection)
    return model.from_db(connection.alias, _names(model), converted)


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _converted(model: type[Model]) -> list[tuple[int, Col]]:
    """Where values come in another type than the field's: SQLite has none for a moment, a date or a truth."""
    columns = enumerate(field.cached_col for field in model._meta.concrete_fields)
    return [(position, column) for position, column in columns if _converters(column)]


def moment_reader(model: type[Model], name: str) -> Callable[[Any], datetime]:
    """Makes the moment of what a statement that is written out found in such a column; for this thread.

    Once for each (memoised): what is in a grid begins and ends together.
    """
    [column] = (field.cached_col for field in model._meta.concrete_fields if field.name == name)
    converters, known = _converters(column), dict[Any, datetime]()

    def read(value: Any) -> datetime:
        if value not in known:
            moment = value
            for convert in converters:
                moment = convert(moment, column, connection)
            known[value] = moment
        return known[value]

    return read


def _converters(column: Col) -> list[Callable[..., Any]]:
    return [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
