"""A document is gone through once, from top to bottom, and whatever is wrong is told by its place in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from events.long_text import LONGEST

from .arrival import Arrival
from .checked import checked, is_kind, told
from .outcome import Progress
from .report import quoted

Taken = TypeVar("Taken")
#: rows of a kind; of what a page shows as a table, rooms by slots, fewer
MOST, MOST_OF = 100_000, {"rooms": 500, "slots": 2_000, "versions": 1_000}
#: there is no other value to be taken
_NEEDED: Any = object()


class Fault(Exception):
    """Where in the document something is wrong, and what."""


class Reading:
    """Where in the document one is (`at`), what was read of it so far, and how its parts are got at."""

    arrival: Arrival

    def __init__(self, document: dict[str, Any], progress: Progress) -> None:
        self.document = document
        self.progress, self.done = progress, 0
        self.at = "camp"
        self.seen: set[Hashable] = set()

    def fault(self, what: str, *, key: str = "") -> Fault:
        """At the row where one is, or at what has that name in it."""
        return Fault(_("%(at)s: %(what)s") % {"at": f"{self.at}.{key}" if key else self.at, "what": what})

    # -- rows ----------------------------------------------------------------------------------------

    def section(self, key: str) -> dict[str, Any]:
        """One that later releases added: a document of before has none."""
        self.at = key
        return self.object(self.document.get(key, {}))

    def rows(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and row, one after the other; no row is looked at before it is its turn."""
        for number, row in self.lines(key):
            yield number, self.object(row)

    def lines(self, key: str) -> Iterator[tuple[int, Any]]:
        """The same of what may be no objects."""
        self.at = key
        rows = self.document.get(key, [])
        most = MOST_OF.get(key, MOST)
        if not isinstance(rows, list):
            raise self.fault(_("must be a list."))
        if len(rows) > most:
            raise self.fault(_("has more than %(most)s rows.") % {"most": f"{most:,}"})
        for number, row in enumerate(rows, 1):
            self.at = f"{key}[{number}]"
            yield number, row
            self.done += 1
            self.progress(self.done)

    def each(self, row: dict[str, Any], key: str, most: int = MOST) -> Iterator[Any]:
        """What is listed in a row, one after the other; meanwhile that is where one is."""
        outer, inner = self.at, row.get(key, [])
        if not isinstance(inner, list):
            raise self.fault(_("must be a list."), key=key)
        if len(inner) > most:
            raise self.fault(_("must be a list of %(most)s at most.") % {"most": most}, key=key)
        for number, found in enumerate(inner, 1):
            self.at = f"{outer}.{key}[{number}]"
            yield found
        self.at = outer

    # -- values --------------------------------------------------------------------------------------

    def object(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fault(_("must be an object."))
        return value

    def given(self, row: dict[str, Any], key: str) -> Any:
        """What has that name in the row, as it stands."""
        if key not in row:
            raise self.fault(_("“%(name)s” is missing.") % {"name": key})
        return row[key]

    def take(self, row: dict[str, Any], key: str, read: Callable[[Any], Taken], otherwise: Any = _NEEDED) -> Taken:
        """What has that name in the row, as it is read; the fault names it."""
        value = self.given(row, key) if otherwise is _NEEDED else row.get(key, otherwise)
        try:
            return read(value)
        except ValidationError as error:
            raise self.fault(told(error), key=key) from error

    def values(
        self, model: type[models.Model], row: Any, wanted: list[str], *, longest: int = LONGEST
    ) -> dict[str, Any]:
        """The fields as Python values, each checked by its model field."""
        row = self.object(row)
        found = {}
        fields = {field.name: field for field in model._meta.fields}
        for name in wanted:
            field = fields[name]
            if name not in row and (field.has_default() or field.blank or field.null):
                continue
            found[name] = self.take(row, name, partial(checked, field, longest=longest))
        return found

    # -- what rows refer to --------------------------------------------------------------------------

    def pick(self, kind: str, number: Any, key: str = "") -> Any:
        """The thing of that kind that has that number in the document."""
        rows = getattr(self.arrival, kind)
        if not is_kind(number, int) or not 1 <= number <= len(rows):
            values = {"name": kind, "number": quoted(str(number))}
            raise self.fault(_("there is no number %(number)s in “%(name)s”.") % values, key=key)
        return rows[number - 1]

    def one(self, row: dict[str, Any], key: str, kind: str) -> Any:
        """The thing of that kind that the row names."""
        return self.pick(kind, self.given(row, key), key)

    def maybe(self, row: dict[str, Any], key: str, kind: str) -> Any:
        """The same, if it names one."""
        number = row.get(key)
        return None if number is None else self.pick(kind, number, key)

    def all(self, row: dict[str, Any], key: str, kind: str) -> list[Any]:
        """The things of that kind that it lists, each once."""
        numbers = row.get(key, [])
        if not isinstance(numbers, list):
            raise self.fault(_("must be a list."), key=key)
        found = {id(thing): thing for thing in (self.pick(kind, number, key) for number in numbers)}
        return list(found.values())

    def refuse_twice(self, *what: Hashable) -> None:
        """Refused if it was there before: the database has one place for it."""
        if what in self.seen:
            raise self.fault(_("the same stands in the document already."))
        self.seen.add(what)
