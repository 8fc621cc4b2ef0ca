"""Pages of the installation itself: demo, health, errors."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from events.models import Camp

#: who one may be in the demo: key, what it is called, what they come for
PERSONAS = [
    ("organiser", _("Organiser"), _("runs the camp, builds the grid")),
    ("helper", _("Helper"), _("types in what is on the wall")),
    ("host", _("Host"), _("pitched a session")),
    ("attendee", _("Attendee"), _("has been to camps before")),
    ("first-timer", _("First-timer"), _("has seen none of it yet")),
]
DEMO_CAMPS = ["govcamp-2027", "bluelightcamp", "localgovcamp", "digital-health-hack", "lgovsm"]


def demo_address(persona: str) -> str:
    return f"{persona}@demo.campgrid.example"


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    _only_in_demo()
    camps = {camp.slug: camp for camp in Camp.objects.filter(slug__in=DEMO_CAMPS)}
    context = {"camps": [camps[slug] for slug in DEMO_CAMPS if slug in camps], "personas": PERSONAS}
    return render(request, "demo.html", context)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click, and one is that person; only where the demo is switched on."""
    _only_in_demo()
    user = get_object_or_404(User, email=demo_address(request.POST.get("persona", "")))
    camp = get_object_or_404(Camp, slug=request.POST.get("camp", ""), slug__in=DEMO_CAMPS)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(camp)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers."""
    connection.ensure_connection()
    return HttpResponse("ok\n", content_type="text/plain")


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "text": text}, status=status)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _("There is nothing at this address. It may have been typed wrongly, or taken away.")
    return _error(request, 404, _("Not here"), text)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = str(exception) or _("This page is for people with another role in this camp. Ask an organiser.")
    return _error(request, 403, _("Not yours"), text)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("This page was open for too long, or cookies are off. Go back, load the page again and send it once more.")
    return _error(request, 403, _("Not sent"), text)


@requires_csrf_token
def broken(request: HttpRequest) -> HttpResponse:
    text = _("Something went wrong on our side. What you typed may not be saved. Go back and try again.")
    return _error(request, 500, _("That did not work"), text)
