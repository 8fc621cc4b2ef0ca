"""Errors by which a database says that it cannot be asked now, and how long one waits for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction

#: it is gone, is locked, or can write nothing: it may pass
DATABASE_GONE = (OperationalError, InterfaceError)
#: PostgreSQL that can only be read says that by an internal error
CANNOT_WRITE = (*DATABASE_GONE, InternalError)
#: how many milliseconds SQLite waits for whoever writes
WAIT = "PRAGMA busy_timeout = "
#: so long whoever only looks at a page waits for others who write, until it is shown without that being noted
PATIENCE = timedelta(milliseconds=200)


def is_outdated(error: BaseException) -> bool:
    """The server planned a statement before a migration changed what it reads (PostgreSQL, plancache.c).

    Its words are translated and its code says no more than "not supported"; where it was raised is told, too.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "source_function", None) == "RevalidateCachedQuery"


@contextmanager
def waiting_no_longer_than(patience: timedelta) -> Iterator[None]:
    """Inside, what cannot be written since another writes is given up after that time: SQLite has one writer, and on
    PostgreSQL the row may be held. Stands around a transaction, not in one.
    """
    most = patience // timedelta(milliseconds=1)
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{most}ms"])
            yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(WAIT + str(most))
        try:
            yield
        finally:
            cursor.execute(WAIT + str(usual))
