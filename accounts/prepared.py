"""The cursor of statements that are written out, on PostgreSQL; imported nowhere else, for others lack its driver."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def preparing(connection: Any) -> CursorWrapper:
    """As `connection.cursor()`, by which the server plans a text once (`PREPARED_FROM`: from its how manieth time on);
    Django's own puts the values into the text, and no two texts are alike."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor = PreparedCursor(connection.connection)  # type: ignore[call-arg]
    cursor.prepared_from = connection.settings_dict["PREPARED_FROM"]
    found: CursorWrapper = connection._prepare_cursor(cursor)
    return found


class PreparedCursor(ServerBindingCursor):
    """Sends values beside the text (prepared statement)."""

    prepared_from: int
    connection: Any
    _query: Any

    def execute(self, query: str, params: Any = None, **options: Any) -> PreparedCursor:
        # For this one alone: what the ORM runs meanwhile would be counted, too, each text once.
        self.connection.prepare_threshold = self.prepared_from
        try:
            super().execute(query, params, **options)  # type: ignore[misc]
        finally:
            self.connection.prepare_threshold = None
        # Of a plan that was kept the driver keeps no text; whoever counts statements reads it (`connection.queries`).
        self._query = self._query or SimpleNamespace(query=query.encode())
        return self
