"""What is told when the database is away, busy, full or read-only, or when what is needed went at this very moment: a
sentence, by a page that asks no database.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, Error, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.databases import DATABASE_GONE, is_outdated
from accounts.typed import typed_in
from events.decoding import ReadersBusy

log = logging.getLogger("campgrid.outage")


@dataclass(frozen=True)
class Outage:
    """Something that passes, and is nobody's mistake here."""

    title: str | Promise
    text: str | Promise
    status: int = 503
    #: seconds after which it is worth asking again
    retry_after: int = 5


GONE = Outage(
    _("Back in a moment"),
    _("Campgrid cannot reach its own memory at the moment: the database does not answer. It tries again by itself."),
)
BUSY = Outage(_("Very busy"), _("Too many people save something at this very moment."), retry_after=2)
#: whoever sends files waits for those that others sent
READING = Outage(_("Very busy"), _("Files of others are being read at this very moment."), retry_after=5)
#: the server planned a statement before a migration changed what it reads (`accounts.statements`)
RENEWED = Outage(_("Back in a moment"), _("Campgrid was renewed at this very moment."), retry_after=1)
#: what it needs was there when it was looked for, and not any more when it was read again or to be written (foreign
#: key): where no service says better what went
CHANGED = Outage(
    _("Changed meanwhile"),
    _("Something that this needs was deleted at this very moment."),
    status=409,
    retry_after=1,
)
FULL = Outage(
    _("No room left"),
    _("The disk of the server is full: pages can be read, and nothing can be saved. Tell whoever runs the server."),
    status=507,
    retry_after=60,
)
READ_ONLY = Outage(
    _("Nothing can be saved"),
    _("The database can only be read at the moment: nothing can be saved. Tell whoever runs the server."),
    retry_after=60,
)

#: result codes of SQLite (https://sqlite.org/rescode.html), without what is added to the lowest eight bits
SQLITE = {5: BUSY, 6: BUSY, 8: READ_ONLY, 10: GONE, 13: FULL, 14: GONE, 15: BUSY}
SQLITE_FOREIGN_KEY = 787
#: what Django says of a row that was to be changed and is gone
NOT_THERE = "did not affect any rows"
#: beginnings of PostgreSQL's error codes (https://www.postgresql.org/docs/current/errcodes-appendix.html)
POSTGRES = {
    "25006": READ_ONLY, "53100": FULL, "53": BUSY, "55P03": BUSY, "40": BUSY, "57014": BUSY, "57": GONE, "58": GONE,
    "08": GONE, "23503": CHANGED,
}  # fmt: skip
FILES = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}


def outage_of(error: BaseException | None) -> Outage | None:
    """What is behind an error, if it is an outage; None for any other."""
    # Itself alone: of what was looked for in vain, and seen to, other errors may come.
    if isinstance(error, ObjectDoesNotExist) or (isinstance(error, DatabaseError) and NOT_THERE in str(error)):
        return CHANGED
    for cause in _causes(error):
        if found := _meant_by(cause):
            return found
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those it came of: whoever could not save says something else of their own."""
    for _step in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _meant_by(error: BaseException) -> Outage | None:
    if isinstance(error, ReadersBusy):
        return READING
    if isinstance(error, Error):
        if is_outdated(error):
            return RENEWED
        driver = error.__cause__
        if (code := getattr(driver, "sqlite_errorcode", None)) is not None:
            return CHANGED if code == SQLITE_FOREIGN_KEY else SQLITE.get(code & 0xFF)
        if state := getattr(driver, "sqlstate", None):
            return next((POSTGRES[state[:n]] for n in (5, 2) if state[:n] in POSTGRES), None)
        # No connection, no code: psycopg says it in words alone.
        return GONE if isinstance(error, DATABASE_GONE) else None
    return FILES.get(error.errno or 0) if isinstance(error, OSError) else None


def page(request: HttpRequest, outage: Outage) -> HttpResponse:
    """The sentence, and what was typed."""
    sent = request.method not in ("GET", "HEAD")
    context = {
        "title": outage.title,
        "text": outage.text,
        "sent": sent,
        "typed": typed_in(request),
        # By the cookie alone; who somebody is would have to be asked of the database.
        "csrf_token": get_token(request) if sent else "",
    }
    headers = {"Retry-After": str(outage.retry_after), "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("outage.html", context), status=outage.status, headers=headers)


def told(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The page about the outage behind this error; None if there is none."""
    outage = outage_of(error)
    if outage is None:
        return None
    said = str(error).strip().partition("\n")[0]
    # What could not be written for that is one form among many: which, is to be seen.
    log.error("%s %s: %s", request.method, outage.status, said, exc_info=error if outage is CHANGED else None)
    # Whatever is left of the connection is of no use to the next request.
    if outage is GONE and not connection.in_atomic_block:
        connection.close()
    return page(request, outage)
