"""What the apps above put beside every page of a camp for whoever is in it."""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

from .models import Camp
from .signals import beside_asked


class Beside(Protocol):
    """A piece of a page; it is the same as long as it is equal, so its `repr` tells its state (ETag)."""

    def __html__(self) -> SafeString: ...


def beside_pages(request: HttpRequest) -> tuple[Beside, ...]:
    """Asked once for each request; nothing for those who are not in."""
    if getattr(request, "me", None) is None:
        return ()
    if not hasattr(request, "beside"):
        answers = beside_asked.send(sender=Camp, request=request)
        request.beside = tuple(piece for _receiver, piece in answers if piece is not None)  # type: ignore[attr-defined]
    return request.beside  # type: ignore[attr-defined]
