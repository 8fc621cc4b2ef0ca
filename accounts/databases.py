"""Errors by which a database says that it cannot be asked now, and how long one waits for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import InterfaceError, InternalError, OperationalError, connection

#: it is gone, is locked, or can write nothing: it may pass
DATABASE_GONE = (OperationalError, InterfaceError)
#: PostgreSQL that can only be read says that by an internal error
CANNOT_WRITE = (*DATABASE_GONE, InternalError)
#: how many milliseconds SQLite waits for whoever writes
WAIT = "PRAGMA busy_timeout = "


def is_outdated(error: BaseException) -> bool:
    """The server planned a statement before a migration changed what it reads (PostgreSQL, plancache.c).

    Its words are translated and its code says no more than "not supported"; where it was raised is told, too.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "source_function", None) == "RevalidateCachedQuery"


@contextmanager
def waiting_no_longer_than(patience: timedelta) -> Iterator[None]:
    """Inside, what cannot be written since another writes is given up after that time (SQLite has one writer)."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(WAIT + str(patience // timedelta(milliseconds=1)))
        try:
            yield
        finally:
            cursor.execute(WAIT + str(usual))
