"""Requests of people who are signed in; forms that were sent; views that do once what is sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from .models import User
from .once import answered_before, browser_of, done_once
from .typed import typed_in


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks that reads the answer itself and shows no page (Accept, RFC 9110, 12.5.1)."""
    return request.headers.get("Accept", "").partition(",")[0].strip() == "application/json"


class SignedInRequest(HttpRequest):
    """A request that passed `@login_required`."""

    user: User


View = Callable[..., HttpResponse]


def form_token(request: HttpRequest) -> str:
    """The token of the forms on the page that is made, one for all of them (CSRF).

    Django masks it anew each time it is asked, for which it asks the system for chance 32 times: a page whose forms all
    ask lets go of the interpreter a hundred times, and waits for it as often where many look at once.
    """
    secret, token = getattr(request, "form_token", ("", ""))
    # Signing in makes a new one of which the page is told.
    if not token or secret != request.META["CSRF_COOKIE"]:
        token = get_token(request)
        request.form_token = request.META["CSRF_COOKIE"], token  # type: ignore[attr-defined]
    return token


def next_page(request: HttpRequest, fallback: str) -> str:
    """Where `next` says, if that is on this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    # A path of this site; without the slash Django would look for a view of that name.
    is_here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    if target.startswith("/") and is_here:
        return target
    return fallback


def with_next(request: HttpRequest, name: str) -> str:
    """The address of that page, from which one is led on to where `next` says."""
    target = next_page(request, "")
    return reverse(name) + ("?" + urlencode({"next": target}) if target else "")


def mailed_address(page: str) -> str:
    """Of a page that is there for those inside only. Who follows it from a mail and is not signed in there signs in
    first: nobody is asked to join a second time, and no machine that reads mail joins at all.
    """
    return f"{settings.SITE_URL}{reverse('account_request_login_code')}?next={quote(page)}"


def once(view: View) -> View:
    """`done_once` for a view of the signed-in outside of camps; `camp_view` has it for all within."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return done_once(request=request, do=lambda: view(request, *args, **kwargs))

    return signed_out_told(wrapper, of=view)


def once_late(view: View) -> View:
    """The same of a view that calls `done_once` itself, for it works long before it changes anything."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # What was done already is not worked at again.
        return answered_before(request) or view(request, *args, **kwargs)

    return signed_out_told(wrapper, of=view)


def signed_out_told(signed_in: View, *, of: View) -> View:
    """Whoever is not signed in any more keeps what they typed; `of` is the view itself, `signed_in` calls it."""

    @wraps(of)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return signed_in(request, *args, **kwargs)
        # Being asked to sign in is not being done.
        if first := answered_before(request, browser_of(request)):
            return first
        if typed := typed_in(request):
            title, text = (
                _("You are not signed in any more"),
                _("This could not be saved. What you typed is kept here."),
            )
            context = {"title": title, "text": text, "typed": typed}
            return render(request, "error.html", context, status=403)
        return of(request, *args, **kwargs)

    return wrapper


# -- forms that were sent ----------------------------------------------------------------------------------


@contextmanager
def refusal_on(form: BaseForm, field: str | None = None) -> Iterator[None]:
    """What a service refuses stands at the form, or at one field of it; the view goes on after the block.

    Without `field`, it stands where the refusal itself says, if the form has those fields.
    """
    try:
        yield
    except ValidationError as refused:
        is_placed = field is None and set(getattr(refused, "error_dict", ())) - {NON_FIELD_ERRORS} <= form.fields.keys()
        form.add_error(field, refused if is_placed else refused.messages)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def status_of(form: Any) -> int:
    """422 for a form that was sent and is wrong: htmx swaps it in, tests see the difference."""
    return 422 if form.is_bound and not form.is_valid() else 200
