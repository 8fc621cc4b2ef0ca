"""Who showed just now that it is them, by a code that was mailed: before what hurts that is as good as a passkey.

The library keeps such a record of its own, and no way of its public interface to write into it.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.http import HttpRequest

#: of one's sign-in session
CODE_AT = "by_code_at"
LATELY = timedelta(minutes=15)


def note_code(request: HttpRequest) -> None:
    """A code that was mailed to them was right."""
    request.session[CODE_AT] = time.time()


def showed_code_lately(request: HttpRequest) -> bool:
    """Whether that was not long ago (`LATELY`)."""
    at = request.session.get(CODE_AT)
    return isinstance(at, float) and 0 <= time.time() - at < LATELY.total_seconds()
