"""What a browser says, or is told, by cookies of what was told. See `accounts.told`."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .models import User
from .told_rows import KEPT_FOR

#: where it can wait on no row: which forms are done, so that the script drops their drafts and no others
DONE = "done"


def number_in(request: HttpRequest, name: str, user: User | None) -> int | None:
    """None where there is no such cookie; 0 where it is another person's, or none of ours."""
    if name not in request.COOKIES:
        return None
    whose, _dot, number = request.COOKIES[name].partition(".")
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    return int(number) if is_number and user and whose == user.mark else 0


def say_number(response: HttpResponseBase, name: str, user: User, number: int) -> None:
    """The next request of this browser says it, if this answer came."""
    value, is_secure = f"{user.mark}.{number}", settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=KEPT_FOR, samesite="Lax", secure=is_secure, httponly=True)


def say_done(request: HttpRequest, response: HttpResponseBase, marks: Sequence[str]) -> None:
    """Beside those that wait in the cookie."""
    told = [key for key in request.COOKIES.get(DONE, "").split(".") if key][-9:]
    value, is_secure = ".".join([*told, *marks]), settings.SESSION_COOKIE_SECURE
    response.set_cookie(DONE, value, max_age=KEPT_FOR, samesite="Lax", secure=is_secure)
