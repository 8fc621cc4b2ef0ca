"""What programs look for at fixed addresses: robots.txt (RFC 9309), security.txt (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

#: of the installation: personal, or for those who run it
PERSONAL = ["accounts/", "admin/", "demo/", "j/", "me/", "new/", "Q/", "q/"]
#: below a camp's address: somebody's own, or for those who run the camp
PERSONAL_IN_CAMP = [
    "my/", "waiting/", "kept.json", "join/", "leave/", "name/", "invitations/", "people/", "settings/", "archive/",
    "delete/", "copy/", "poster/", "rooms/", "slots/", "draft/", "paper/", "import/", "export/",
]  # fmt: skip


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Where search engines have nothing to look for: personal pages.

    No camp is named here, as everybody may read this. Pages of a camp off the front page, or for listed people only,
    say themselves that they are not to be found (X-Robots-Tag).
    """
    paths = [*PERSONAL, *(f"*/{path}" for path in PERSONAL_IN_CAMP)]
    lines = ["User-agent: *", *(f"Disallow: /{path}" for path in paths)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def security_contact(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole; 404 until the installation says whom."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    # It asks to be looked at again twice a year. The address of this very file shows that it is no copy of another's.
    expires = (timezone.now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {_as_uri(contact)}" for contact in settings.SECURITY_CONTACT),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _as_uri(contact: str) -> str:
    return contact if ":" in contact else f"mailto:{contact}"
