"""The demo and real people never share a database."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError

from accounts.models import User

from .personas import PERSONAS, demo_address


def is_demo_here() -> bool:
    """Whether the database holds the demo: somebody who can be signed in as by one click.

    By verified addresses: anybody may ask for a code to such an address, nobody can ever type it.
    """
    addresses = [demo_address(key) for key, _name, _purpose in PERSONAS]
    return EmailAddress.objects.filter(email__in=addresses, verified=True).exists()


def are_people_here() -> bool:
    """Whether the database holds accounts that are none of the demo's."""
    return User.objects.exists() and not is_demo_here()


def refuse_demo_data(**kwargs: Any) -> list[CheckMessage]:
    """A server for real people does not start on the demo's database (system check)."""
    if settings.DEMO or settings.DEBUG:
        return []
    try:
        is_here = is_demo_here()
    except DatabaseError:
        # No database, or no tables yet: then no demo either.
        return []
    hint = "Set DATABASE_URL or CAMPGRID_DATA to another one, or CAMPGRID_DEMO=1 to serve the demo."
    return [Error("This database holds the demo.", hint=hint, id="demo.E001")] if is_here else []


def refuse_to_serve_demo_data() -> None:
    """The same for a server that was not started by `manage.py`, and so looks at no system checks."""
    for problem in refuse_demo_data():
        raise SystemExit(f"{problem.msg} {problem.hint}")
