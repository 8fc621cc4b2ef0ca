"""A camp on the home screen of a phone: what it is called there, and its icon (web app manifest)."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from .. import stamps
from ..access import Access, camp_view
from ..caching import fresh, kept
from ..colour import LIGHT_PAPER, readable_on
from ..http import CampRequest
from ..icon import png
from ..models import Camp

#: by the name in the address: pixels, and whether phones may cut it as they like
ICONS = {"180": (180, True), "192": (192, False), "512": (512, False), "mask": (512, True)}
#: what most phones show below an icon
SHORT = 12
#: --paper in campgrid.css
PAPER = "#faf8f4"


def installed_shows(request: CampRequest, camp: Camp, **kwargs: object) -> tuple[object, ...]:
    """The camp's name and colour; who is in begins with their own day."""
    return (*stamps.read(camp, stamps.FRAME), request.me is not None)


@camp_view(Access.ANYONE)
@require_safe
@fresh(installed_shows)
def camp_manifest(request: CampRequest, camp: Camp) -> HttpResponse:
    """An app of its own for each camp: it has one name, one colour and one place on the home screen."""
    address = camp.get_absolute_url()
    manifest = {
        "id": address,
        "name": camp.name,
        "short_name": short_name(camp.name),
        "lang": "en-GB",
        # Below the camp's address by their paths alone: apps above this one serve them.
        "start_url": f"{address}my/" if request.me else f"{address}grid/",
        "scope": address,
        "display": "standalone",
        "theme_color": readable_on(camp.accent, LIGHT_PAPER),
        "background_color": PAPER,
        "icons": [_icon(camp, name) for name in ("192", "512", "mask")]
        + [{"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


def _icon(camp: Camp, name: str) -> dict[str, str]:
    size, is_maskable = ICONS[name]
    address = reverse("events:camp_icon", args=[camp.slug, name])
    purpose = "maskable" if is_maskable else "any"
    return {
        "src": f"{address}?{camp.accent[1:]}",
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


def short_name(name: str) -> str:
    """As many whole words as there is room for below an icon; the first one, however long."""
    first, *others = name.split() or [name]
    for word in others:
        if len(f"{first} {word}") > SHORT:
            break
        first += f" {word}"
    return first


@camp_view(Access.ANYONE)
@require_safe
@fresh(installed_shows)
def camp_icon(request: CampRequest, camp: Camp, name: str) -> HttpResponse:
    if name not in ICONS:
        raise Http404
    size, is_maskable = ICONS[name]
    image = kept("icon", camp.accent, name, make=lambda: png(size, camp.accent, is_maskable=is_maskable))
    return HttpResponse(image, content_type="image/png")
