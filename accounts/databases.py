"""Errors by which a database says that it cannot be asked now."""

from django.db import InterfaceError, OperationalError

#: it is gone, is locked, or can write nothing: it may pass
DATABASE_GONE = (OperationalError, InterfaceError)


def is_outdated(error: BaseException) -> bool:
    """The server planned a statement before a migration changed what it reads (PostgreSQL, plancache.c).

    Its words are translated and its code says no more than "not supported"; where it was raised is told, too.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "source_function", None) == "RevalidateCachedQuery"
