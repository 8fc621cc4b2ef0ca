"""Pages of the installation itself: health, errors."""

from __future__ import annotations

import sys

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.form_keys import SENDS_AS_YOURS, TYPED_BY_ANOTHER, is_of_somebody_else
from accounts.http import wants_json
from accounts.once import answered_before
from accounts.typed import is_readable, typed_in
from events.access import Access, CampGone

from . import outage


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while this answers and has, or finds, its database; pages ask it before they send what was typed."""
    connection.ensure_connection()
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def health_live(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; whatever else is broken, to start it anew would mend nothing."""
    return HttpResponse("live\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def health_ready(request: HttpRequest) -> HttpResponse:
    """200 while pages can be answered: the database is there, and has Campgrid's tables. Otherwise 503."""
    status, text = 200, "ready\n"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM events_camp LIMIT 1")
    except DatabaseError:
        status, text = 503, "The database does not answer, or has no tables.\n"
    return HttpResponse(text, status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _error(
    request: HttpRequest, status: int, title: str, text: str, *, join: str = "", is_unknown: bool = False
) -> HttpResponse:
    if status != 413:
        # What is too large is not read at all.
        _forget_what_cannot_be_read(request)
    if wants_json(request):
        return JsonResponse({"problem": text}, status=status)
    # What was typed is carried on: here, too, nothing typed is lost without a script.
    typed = typed_in(request) if status in (403, 404, 410, 500) else None
    # Who is in the camp is led back into it; to everybody else it is not said that there is one.
    back = getattr(request, "camp", None) if status in (403, 404) and getattr(request, "me", None) else None
    context = {"title": title, "text": text, "typed": typed, "join": join, "is_unknown": is_unknown, "back": back}
    return render(request, "error.html", context, status=status)


def _forget_what_cannot_be_read(request: HttpRequest) -> None:
    """A body that is refused when it is read is refused each time: the page that says so must not ask for it."""
    if not is_readable(request):
        forget_what_was_sent(request)


def forget_what_was_sent(request: HttpRequest) -> None:
    """Nobody reads the body any more, the page that says why not either."""
    # The setter is Django's own, for what a test or a middleware puts in its place.
    request.POST = QueryDict()
    request._files = MultiValueDict()  # type: ignore[attr-defined]


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    text = _("That is more than is taken at once: %(most)s MB. Nothing was saved. Send less, or in several parts.")
    return _error(request, 413, _("Too large"), text % {"most": most // 1_000_000})


@requires_csrf_token
def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    _forget_what_cannot_be_read(request)
    # A session that could not be saved is told as a bad request by Django.
    if response := outage.told(request, exception):
        return response
    if isinstance(exception, SessionInterrupted):
        # It was answered, and what that said waits for them; the answer itself cannot be given to a browser that left.
        request.user = AnonymousUser()
        text = _("You signed out in another window while this was on its way, so it may be saved.")
        if typed_in(request):
            text += " " + _("Sent again once you are signed in, it is not done twice.")
        return _error(request, 403, _("Signed out"), text, is_unknown=True)
    text = _("What was sent has too many fields, or is too large. Nothing was saved. Go back and send less.")
    return _error(request, 400, _("Not understood"), text)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, CampGone):
        return _error(request, 410, _("Deleted"), str(exception))
    text = _("There is nothing at this address. It may have been typed wrongly, or taken away.")
    return _error(request, 404, _("Not here"), text)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = str(exception) or _("This page is for people with another role in this camp. Ask an organiser.")
    return _error(request, 403, _("Not yours"), text)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing is done. Who was signed in by the first of two taps has another token since: they get its answer."""
    if first := answered_before(request):
        return first
    if wants_json(request):
        # Not refused: a script fetches another token, or asks to sign in, and sends it again.
        return JsonResponse({"problem": "", "is_token_old": True}, status=403)
    match = request.resolver_match
    access = getattr(match.func, "camp_access", Access.ANYONE) if match else Access.ANYONE
    is_out = not request.user.is_authenticated and access > Access.ANYONE
    join = ""
    if match and is_out and access == Access.ATTENDEE:
        # Of the camp whose people alone may send this; by the address, without a look.
        join = reverse("events:camp_join", args=[match.kwargs["camp"]])
    return _error(request, 403, _("Not sent"), _why_not_sent(request, is_out), join=join)


def _why_not_sent(request: HttpRequest, is_out: bool) -> str:
    """What to do now: never against the button that stands below it."""
    typed = typed_in(request)
    if typed is None or typed.files:
        return _(
            "This page was open for too long, or cookies are off. Go back, load the page again and send it once more."
        )
    if is_of_somebody_else(request):
        return f"{TYPED_BY_ANOTHER} {SENDS_AS_YOURS}"
    if is_out:
        return _("You are not signed in any more, or cookies are off. Nothing was saved.")
    return _("This page was open for too long, or cookies are off. Nothing was saved: press “Send it now” once more.")


@requires_csrf_token
def broken(request: HttpRequest) -> HttpResponse:
    if response := outage.told(request, sys.exception()):
        return response
    text = _("Something went wrong on our side. What you typed may not be saved. Go back and try again.")
    return _error(request, 500, _("That did not work"), text)
