"""What somebody typed, carried on by a page that could not do it: shown, and given back by one button.

Only for what came from a page of ours: a form forged elsewhere is not shown under our name with a button below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .form_keys import ANYBODY, FIELD, INSTEAD_OF, SENDING, SENT_AS, is_of_somebody_else

#: what no person typed or chose
NOT_TYPED = {
    FIELD, INSTEAD_OF, SENDING, SENT_AS, "csrfmiddlewaretoken", "next", "seen", "other_seen", "shown", "base", "mark",
}  # fmt: skip
#: what a person typed, by the field's name, the same in every form; all else was chosen or ticked, and is a code
LABELS = {
    "about": _("What it is about"),
    "accent": _("Colour"),
    "behalf": _("Their name"),
    "between": _("Minutes between"),
    "building": _("Building"),
    "builds_also_on": _("It comes after"),
    "by_minutes": _("Minutes"),
    "capacity": _("Places"),
    "code": _("Code"),
    "cohosts": _("Co-hosts"),
    "conduct": _("Code of conduct"),
    "day": _("Day"),
    "description": _("What it is about"),
    "directions": _("How to find it"),
    "display_name": _("The name people will see"),
    "found_by": _("How people find you"),
    "email": _("E-mail address"),
    "ends": _("Ends"),
    "ends_on": _("Last day"),
    "hashtag": _("Hashtag"),
    "lines": _("Rooms, one a line"),
    "lunch_at": _("Lunch at"),
    "lunch_minutes": _("Minutes of lunch"),
    "minutes": _("Minutes each"),
    "musts_each": _("Musts for each person"),
    "name": _("Name"),
    "online_url": _("Link for people online"),
    "room_minutes": _("Minutes between rooms"),
    "slug": _("Address"),
    "starts": _("Starts"),
    "starts_on": _("First day"),
    "tagline": _("One line about it"),
    "text": _("Text"),
    "time_zone": _("Time zone"),
    "title": _("Title"),
    "topic": _("Topic"),
    "url": _("Address"),
    "venue": _("Place"),
    "walking_minutes": _("Minutes between buildings"),
    "why": _("Why, in one line"),
}


@dataclass(frozen=True)
class Typed:
    """The fields of a form that was sent, and where it was sent to."""

    address: str
    #: all that is sent again
    fields: list[tuple[str, str]]
    #: all that a person can read, by what the field is called
    shown: Sequence[tuple[str | Promise, str]]
    #: whether something was chosen or ticked, too: it is sent again, and not shown
    has_choices: bool
    #: names of files: a page cannot carry those
    files: list[str]
    #: as whose it is sent by the page that carries it on, where that is to be said
    sent_as: str = ""


def is_readable(request: HttpRequest) -> bool:
    """Whether what was sent can be read: not if it is too much, was cut off on the way, or is no form at all."""
    try:
        request.POST  # noqa: B018
    except (BadRequest, SuspiciousOperation, MultiPartParserError, OSError):
        return False
    return True


def typed_in(request: HttpRequest) -> Typed | None:
    """None where nothing was typed, or the form came from elsewhere."""
    if request.method != "POST" or "HX-Request" in request.headers or not _is_from_here(request):
        return None
    if not is_readable(request):
        # That is what the page is about.
        return None
    sent = [(name, text) for name, texts in request.POST.lists() for text in texts if isinstance(text, str)]
    if any("password" in name for name, _value in sent):
        return None
    fields = [(name, text) for name, text in sent if name not in ("csrfmiddlewaretoken", SENT_AS)]
    typed = [(_name_of(field), text) for field, text in fields if _name_of(field) not in NOT_TYPED and text.strip()]
    shown = [(LABELS[name], text) for name, text in typed if _is_read(name, text)]
    files = [str(file.name) for _field, found in request.FILES.lists() for file in found]
    has_choices = len(shown) < len(typed)
    if not typed and not files:
        return None
    return Typed(request.get_full_path(), fields, shown, has_choices, files, _sent_as(request))


def _sent_as(request: HttpRequest) -> str:
    """Whoever is asked to sign in first knows it; so does whoever reads that it was somebody else's."""
    # Known already, or not asked: on the page about a database that is away nobody looks.
    user = getattr(request, "_cached_user", None)
    if user is None:
        return ""
    if not user.is_authenticated:
        return ANYBODY
    return str(user.mark) if is_of_somebody_else(request) else ""


def _is_from_here(request: HttpRequest) -> bool:
    """The browser itself says from where: no page of somebody else can make it say otherwise (Origin, RFC 6454)."""
    here = f"{request.scheme}://{request.get_host()}"
    if origin := request.headers.get("Origin"):
        return origin == here
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _name_of(field: str) -> str:
    """Without what tells two forms of one page apart."""
    return field.rpartition("-")[2]


def _is_read(name: str, text: str) -> bool:
    # A pitch is typed by its title where there are too many to choose from; else it is a number.
    return name in LABELS and not (name == "builds_also_on" and text.isdigit())
