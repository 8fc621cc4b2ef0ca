"""One click, and one is somebody; only where the demo is switched on."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from events.models import Camp

from .camps import CAMPS
from .personas import PERSONAS, demo_address


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_safe
def persona_list(request: HttpRequest) -> HttpResponse:
    """The demo camps that are there, and who one may be in each."""
    _only_in_demo()
    camps = {camp.slug: camp for camp in Camp.objects.filter(slug__in=CAMPS)}
    context = {"camps": [camps[slug] for slug in CAMPS if slug in camps], "personas": PERSONAS}
    return render(request, "demo/persona_list.html", context)


def persona_sign_in(request: HttpRequest) -> HttpResponse:
    """Whoever clicked is signed in as that person, without e-mail or password."""
    _only_in_demo()
    if request.method != "POST":
        return redirect("demo:persona_list")
    user = get_object_or_404(User, email=demo_address(request.POST.get("persona", "")))
    camp = get_object_or_404(Camp, slug=request.POST.get("camp", ""), slug__in=CAMPS)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(camp)
