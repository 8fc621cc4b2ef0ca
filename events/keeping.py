"""Which pages a device may keep for when there is no network, and whose they are then (service worker).

Each page says in a header whose it is; one that may be kept says, too, of which attendee and of which release. What a
device keeps, when it goes, and why: docs/adr/0016.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse

from accounts.models import User

from .caching import release
from .http import CampRequest, wants_partial
from .models import Camp

#: whose a page is: no page of anybody else's server has it, the sign-in page of a Wi-Fi neither
HEADER = "Campgrid-Page"
#: nobody is signed in, or not in this camp
NOBODY = "-"

View = Callable[..., HttpResponse]


def kept_on_devices(view: View) -> View:
    """The page may be kept on the device of whoever looks, until it says otherwise (service worker).

    One that tells what was just done is told once, and a piece of a page is none.
    """

    @wraps(view)
    def wrapper(request: CampRequest, camp: Camp, **kwargs: Any) -> HttpResponse:
        response = view(request, camp, **kwargs)
        is_page = request.method == "GET" and response.status_code in (200, 304) and not wants_partial(request)
        # Looking whether anything is told would look it up.
        is_told = getattr(get_messages(request), "used", False)
        # Of a practice copy nothing stays on a device.
        is_page = is_page and not camp.is_practice
        if is_page and not is_told and (request.user.is_authenticated or "messages" not in request.COOKIES):
            attendee = request.attendee.mark if request.attendee else NOBODY
            response[HEADER] = f"{person_of(request)} {attendee} {release()}"
        return response

    wrapper.is_kept_on_devices = True  # type: ignore[attr-defined]
    return wrapper


def person_of(request: HttpRequest) -> str:
    """The mark of whoever is signed in."""
    return mark_of(request.user)


def mark_of(user: User | AnonymousUser | None) -> str:
    return str(user.mark) if isinstance(user, User) else NOBODY
