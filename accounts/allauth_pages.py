"""Of the library's pages (django-allauth) those that are ours to show; all others are closed.

There are no passwords here and one address for each account, so its pages for those are not there. Derived from the
library's own list: a page that a later version adds is closed until it is named here.
"""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.urls import urlpatterns as account_patterns
from allauth.mfa.urls import urlpatterns as passkey_patterns
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from .passkey_views import LoginPasskeyView, ReauthenticatePasskeyView

#: each has a template of ours
OPEN = {
    "account_logout", "account_inactive", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn",
    "mfa_edit_webauthn", "mfa_reauthenticate_webauthn", "mfa_login_webauthn",
}  # fmt: skip
#: where the library itself leads, and who follows is led on
LEADS_ON = {
    "account_login": "account_request_login_code",
    "mfa_index": "mfa_list_webauthn",
    "account_reauthenticate": "mfa_reauthenticate_webauthn",
    "mfa_reauthenticate": "mfa_reauthenticate_webauthn",
}
#: where the library's own forgets what one came for
OURS = {
    "mfa_login_webauthn": LoginPasskeyView.as_view(),
    "mfa_reauthenticate_webauthn": ReauthenticatePasskeyView.as_view(),
}


def closed(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def chosen(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same addresses by the same names, as the library asks for them; what is not open is not found."""
    found: list[URLPattern | URLResolver] = []
    for each in patterns:
        if isinstance(each, URLResolver):
            found.append(URLResolver(each.pattern, chosen(each.url_patterns), each.default_kwargs))
        elif each.name in OPEN:
            view = OURS.get(each.name, each.callback)
            found.append(URLPattern(each.pattern, view, each.default_args, each.name))
        else:
            goes_to = LEADS_ON.get(str(each.name))
            view = RedirectView.as_view(pattern_name=goes_to, query_string=True) if goes_to else closed
            found.append(URLPattern(each.pattern, view, each.default_args, each.name))
    return found


urlpatterns = [*chosen(account_patterns), path("2fa/", (chosen(passkey_patterns), None, None))]
