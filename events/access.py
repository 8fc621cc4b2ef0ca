"""The one place that asks "may you?"."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from .http import CampRequest
from .models import Attendee, Camp


class Access(IntEnum):
    """What a camp page asks for; each includes those below it."""

    ANYONE = 0
    ATTENDEE = 1
    HELPER = 2
    ORGANISER = 3


def level_of(attendee: Attendee | None) -> Access:
    """How far somebody gets. On the waiting list one is anyone."""
    if attendee is None or attendee.is_waiting:
        return Access.ANYONE
    if attendee.is_organiser:
        return Access.ORGANISER
    return Access.HELPER if attendee.is_helper else Access.ATTENDEE


def deny(request: CampRequest, camp: Camp, access: Access) -> HttpResponse | None:
    """None if they may; else the way to the join page, 404 for strangers, 403 for the wrong role."""
    level = level_of(request.attendee)
    if level >= access:
        return None
    if level == Access.ANYONE:
        if access > Access.ATTENDEE:
            raise Http404
        return _to_join_page(request, camp)
    raise PermissionDenied


def _to_join_page(request: CampRequest, camp: Camp) -> HttpResponse:
    # A POST address cannot be gone back to: return to the page the person sees.
    back = request.get_full_path()
    if request.method != "GET":
        back = request.htmx.current_url_abs_path or "" if request.htmx else ""
    address = reverse("events:camp_join", args=[camp.slug])
    if back:
        address += "?" + urlencode({"next": back})
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


View = Callable[..., HttpResponse]


def camp_view(access: Access) -> Callable[[View], View]:
    """The view gets its Camp, `request.attendee` and the camp's time zone, or is not called at all."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: CampRequest, camp: str, **kwargs: Any) -> HttpResponse:
            found = get_object_or_404(Camp, slug=camp)
            request.camp = found
            request.attendee = found.attendee_for(request.user)
            if request.attendee:
                # Both ends of the relation are known: no query when a template or a service follows it.
                request.attendee.camp = found
            with timezone.override(found.tz):
                if denied := deny(request, found, access):
                    return denied
                return view(request, found, **kwargs)

        wrapper.camp_access = access  # type: ignore[attr-defined]
        return wrapper

    return decorate
