"""What every answer carries, what no request gets past, and the line in the log about each."""

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path

from accounts import told
from events import keeping

from . import views
from .environment import LARGEST_BODY

log = logging.getLogger("campgrid.requests")
#: parts of an address that are no secret; any other text in one (a key, a code) is not written down
OPEN_PARTS = frozenset({"camp", "kind", "switch"})
#: how one is: asked by whatever watches over the server, under any name and without TLS
HEALTH = {"/health/live": views.health_live, "/health/ready": views.health_ready}


def log_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """A line for each request: method, address, status, milliseconds. Neither who asked nor what they searched for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = _without_body(request, get_response(request))
        took = (time.perf_counter() - started) * 1000
        level = logging.DEBUG if request.path.rstrip("/") in HEALTH else logging.INFO
        log.log(level, "%s %s %s %.0f ms", request.method, _open_path(request), response.status_code, took)
        return response

    return middleware


def _without_body(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What HEAD is answered has the length of a body and none (RFC 9110, 9.3.2): else the server warns of each."""
    if request.method == "HEAD" and not response.streaming:
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
    return response


def _open_path(request: HttpRequest) -> str:
    """The address with stars for keys and codes, and nothing in it that could look like a line of its own."""
    path, match = request.path, request.resolver_match
    if match is None and not path.startswith(settings.STATIC_URL):
        # Nothing says what is a key in it: one that was followed without its final slash leads nowhere, yet.
        first, slash, rest = path[1:].partition("/")
        return escape_uri_path(f"/{first}{slash}") + re.sub(r"[^/]+", "*", rest)
    for name, value in match.kwargs.items() if match else ():
        if isinstance(value, str) and name not in OPEN_PARTS:
            path = path.replace(value, "*")
    return escape_uri_path(path)


def answer_health(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Stands before whatever would ask for the right host or for TLS."""

    def middleware(request: HttpRequest) -> HttpResponse:
        health = HEALTH.get(request.path.rstrip("/"))
        return health(request) if health else get_response(request)

    return middleware


def say_who_may_keep_it(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """A cache in front may give strangers one copy of a public page for a second (Cache-Control, RFC 9111).

    Whatever answers a cookie, or sets one, is somebody's own: kept by their browser alone, asked for anew each time.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_closed = not _is_public(request)
        if request.path.startswith("/accounts/"):
            # Codes are typed there, and shown again.
            response["Cache-Control"] = "private, no-store"
        elif is_closed and "public" in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-cache"
        elif not response.get("Cache-Control"):
            patch_vary_headers(response, ["Cookie"])
            is_page = request.method in ("GET", "HEAD") and response.status_code in (200, 304)
            is_shared = is_page and not request.COOKIES and not response.cookies and not is_closed
            response["Cache-Control"] = "public, s-maxage=1" if is_shared else "private, no-cache"
        return response

    return middleware


def _is_public(request: HttpRequest) -> bool:
    camp = getattr(request, "camp", None)
    return camp is None or camp.is_for_everybody


def say_whose_it_is(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Pages say for whom they were made: a device keeps nothing of anybody else from then on (service worker)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = response.status_code == 304 or response.get("Content-Type", "").startswith("text/html")
        # Looked up already, or nobody's: a page about a database that is away asks nothing of it.
        user = getattr(request, "_cached_user", None)
        if is_page and (user or settings.SESSION_COOKIE_NAME not in request.COOKIES):
            response.headers.setdefault(keeping.HEADER, keeping.mark_of(user))
        return response

    return middleware


def tell_search_engines(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """No page of a camp that is off the front page, or for listed people only, is to be found (X-Robots-Tag)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        camp = getattr(request, "camp", None)
        if camp is not None and not camp.is_for_everybody:
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return middleware


def refuse_null_characters(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """No address holds a NUL: PostgreSQL takes none in a text. Forms refuse it themselves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return get_response(request)

    return middleware


def refuse_large_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """What is larger than any form of ours is not read at all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # Python takes "1_000" and "²" for numbers; to HTTP they are none (RFC 9110, 8.6).
        if not re.fullmatch(r"[0-9]+", length):
            views.forget_what_was_sent(request)
            raise SuspiciousOperation("Content-Length is no number.")
        if int(length[:18]) > LARGEST_BODY:
            return views.too_large(request, LARGEST_BODY)
        return get_response(request)

    return middleware


def tell_who_left(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever signs out leaves no draft on the device: the script hears of it on the next page, whenever that is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "has_left", False):
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie("left", "1", max_age=timedelta(days=30), samesite="Lax", secure=secure)
            response.delete_cookie(told.COOKIE, samesite="Lax")
        return response

    return middleware
