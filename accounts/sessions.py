"""Sign-in sessions in the database (SESSION_ENGINE)."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from .rows import made_of
from .statements import as_written, columns_of, found_by, statement, table_of


# Of the same name as Django's: a session that one of them wrote is read by the other.
class SessionStore(db.SessionStore):
    """Django's; the statement that reads one is written out, since every request of somebody signed in begins with it
    (raw SQL)."""

    def _get_session_from_db(self) -> Session | None:
        sql = statement(
            "SELECT {columns} FROM {table} WHERE session_key = %s AND expire_date > %s",
            columns=columns_of(Session),
            table=table_of(Session),
        )
        now = as_written(timezone.now())
        for row in found_by(sql, [self.session_key, now]):
            return made_of(Session, row)
        self._session_key = None
        return None
