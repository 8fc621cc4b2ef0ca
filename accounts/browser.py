"""Tells one browser from the others behind the same address, so that one that guesses shuts out nobody else.

A signed cookie, given where a code is typed and nowhere else. Whoever throws it away is a new browser: against that
stands the limit by source, which holds for browsers only that are not in good standing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from .keys import digests
from .models import User

COOKIE = "browser"
#: stands in the cookie of a browser from which a right code of a camp came
KNOWN = "known"
#: of so many things a browser keeps that it knows them
MOST_KEPT = 5
LIFETIME = timedelta(days=90)


def browser_id(request: HttpRequest) -> str:
    """The same for all requests of one browser; one that has none yet gets it with the answer."""
    return _cookie_of(request).partition(".")[0]


def browser_digests(request: HttpRequest) -> list[str]:
    """What is kept of it in the database, where nobody can make a cookie of it: the first; what may be kept: all."""
    return digests("accounts.browser.digest", browser_id(request))


def is_in_good_standing(request: HttpRequest) -> bool:
    """Somebody with an e-mail address is signed in, or a right code came from this browser before."""
    user = request.user
    return (isinstance(user, User) and not user.is_guest) or "." in _cookie_of(request)


def note_right_code(request: HttpRequest) -> None:
    """The browser is in good standing from now on."""
    _note(request, KNOWN)


def note_address(request: HttpRequest, email: str) -> None:
    """From this browser the address was proved: what others ask for in its name does not keep it out."""
    _note(request, _marks(email)[0])


def knows_address(request: HttpRequest, email: str) -> bool:
    """Whether the address was proved from this browser before."""
    return not set(_cookie_of(request).split(".")[1:]).isdisjoint(_marks(email))


def _marks(email: str) -> list[str]:
    return [found[:16] for found in digests("accounts.browser", email.strip().lower())]


def _note(request: HttpRequest, mark: str) -> None:
    number, *marks = _cookie_of(request).split(".")
    _keep(request, ".".join([number, mark, *[other for other in marks if other != mark][: MOST_KEPT - 1]]))


def _cookie_of(request: HttpRequest) -> str:
    kept: str = getattr(request, "browser_cookie", "")
    if not kept:
        try:
            kept = Signer(salt=COOKIE).unsign(request.COOKIES.get(COOKIE, ""))
            request.browser_cookie = kept  # type: ignore[attr-defined]
        except BadSignature:
            kept = secrets.token_hex(12)
            _keep(request, kept)
    return kept


def _keep(request: HttpRequest, text: str) -> None:
    if text != getattr(request, "browser_cookie", ""):
        request.browser_cookie = text  # type: ignore[attr-defined]
        request.is_browser_new = True  # type: ignore[attr-defined]


def tell_browsers_apart(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """A browser whose guess was counted is known by its cookie the next time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "is_browser_new", False):
            response.set_cookie(
                COOKIE,
                Signer(salt=COOKIE).sign(request.browser_cookie),  # type: ignore[attr-defined]
                max_age=LIFETIME,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    return middleware
