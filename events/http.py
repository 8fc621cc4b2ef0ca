"""Answers: page or partial."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from .models import Attendee, Camp


class CampRequest(HttpRequest):
    """A request that passed `@camp_view`."""

    htmx: HtmxDetails
    camp: Camp
    attendee: Attendee | None


def render_partial(
    request: CampRequest, template: str, partial: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page, or only the partial when htmx swaps it in. The back button gets the whole page."""
    swap = request.htmx and not (request.htmx.boosted or request.htmx.history_restore_request)
    response = render(request, f"{template}#{partial}" if swap else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def next_page(request: HttpRequest, fallback: str) -> str:
    """Where `next` says, if that is on this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    # A path of this site; without the slash Django would look for a view of that name.
    is_here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    if target.startswith("/") and is_here:
        return target
    return fallback


def id_in(text: str) -> int | None:
    """The number that was sent as a row's id; None for anything else."""
    # `isdigit` alone takes "²", and the database takes no more than 18 digits.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def status_of(form: Any) -> int:
    """422 for a form that was sent and is wrong: htmx swaps it in, tests see the difference."""
    return 422 if form.is_bound and not form.is_valid() else 200
