"""Answers: page or partial with the news beside it, refusals in words, what was done with the way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, NamedTuple, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from accounts.converters import MOST_DIGITS
from accounts.http import SignedInRequest
from accounts.http import posted as posted
from accounts.http import refusal_on as refusal_on
from accounts.http import status_of as status_of

from .models import Attendee, Camp

Row = TypeVar("Row", bound=Model)
View = Callable[..., HttpResponse]


class CampRequest(HttpRequest):
    """A request that passed `@camp_view`."""

    htmx: HtmxDetails
    camp: Camp
    #: the person's place in the camp, be it on the waiting list
    attendee: Attendee | None
    #: the same, once they are in: None for strangers, for the removed and for those who wait
    me: Attendee | None
    #: what would be sent from here is refused: the camp is archived
    is_closed: bool
    #: what the page shows, and what tells this state of it from others; see `events.caching.fresh`
    shown: Any
    page_stamp: str
    #: the stamps that it was told by
    noted: dict[str, int]
    #: what apps above asked for one request, each once
    own: Any
    numbers: tuple[int, ...]
    beside: Any


class AttendeeRequest(CampRequest, SignedInRequest):
    """A request that passed `@camp_view` with `Access.ATTENDEE` or more: it comes from somebody who is in."""

    attendee: Attendee
    me: Attendee


def address_in(view_name: str, camp: Camp) -> str:
    """Of a page of the camp that needs no more than which camp it is."""
    return camp_address(view_name, camp.slug, get_script_prefix())


@lru_cache(maxsize=5_000)
def camp_address(view_name: str, slug: str, _prefix: str) -> str:
    """As `address_in`, where everything is served below that prefix (memoised): each page names the same few, and
    Django takes a while for each.
    """
    return reverse(view_name, args=[slug])


def addresses(view_name: str, camp: Camp) -> Callable[[int], str]:
    """From an id to the address of that page: asking Django for each of a thousand takes a while."""
    before, _zero, after = reverse(view_name, args=[camp.slug, 0]).rpartition("/0/")
    return lambda pk: f"{before}/{pk}/{after}"


def wants_partial(request: CampRequest) -> bool:
    """Whether htmx asks in order to swap a piece of the page it is on."""
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


def page_asked_from(request: HttpRequest) -> str | None:
    """The path of the page on which htmx asks; None where nothing, or nothing that is an address, says so."""
    try:
        found: str | None = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
    except ValueError:
        # Whoever writes headers by hand may write "http://[::1".
        return None
    return found


def render_partial(
    request: CampRequest, template: str, partial: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page, or only the partial when htmx swaps it in (morphing). The back button gets the whole page.

    With a piece that asked for itself go the news of whoever looks, to their own place on the page; none to whoever is
    not in, or not any more, so that those of before go.
    """
    response = render(request, f"{template}#{partial}" if wants_partial(request) else template, context, status=status)
    if wants_partial(request) and "seen" in request.GET:
        here = page_asked_from(request) or request.path
        response.write(render_to_string("_news.html", {"asked_from": here, "is_beside": True}, request))
    patch_vary_headers(response, ["HX-Request"])
    return response


def sent_from(page: str, *parts: str) -> Callable[[View], View]:
    """A view that takes what is sent from that page of the camp; whoever looks at its address is led there.

    By Back, a reload or the way back from signing in one comes to where something was sent. `parts` are those of the
    address that the page's address has, too.
    """

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def wrapper(request: HttpRequest, camp: Camp, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, camp, **kwargs)
            address = reverse(page, args=[camp.slug, *(kwargs[part] for part in parts)])
            query = request.GET.urlencode()
            return HttpResponseRedirect(f"{address}?{query}" if query else address)

        wrapper.sent_from = page  # type: ignore[attr-defined]
        return wrapper

    return decorate


def open_to_other_sites(view: View) -> View:
    """Scripts of other sites may read it, if the camp is public (CORS): a town's page that shows the grid, say.

    They get what strangers get: no cookie goes along with such a request.
    """

    @wraps(view)
    def wrapper(request: CampRequest, camp: Camp, **kwargs: Any) -> HttpResponse:
        response = view(request, camp, **kwargs)
        if camp.is_for_everybody:
            response["Access-Control-Allow-Origin"] = "*"
            # The others that programs go by are told anyhow (CORS-safelisted).
            response["Access-Control-Expose-Headers"] = "ETag"
        return response

    return wrapper


class Undo(NamedTuple):
    """A form of one button that takes back what was done: where it is sent, and what it says."""

    address: str
    #: name and value
    fields: list[tuple[str, str]]


class Done(NamedTuple):
    """What the next page shows beside the sentence that says what was done."""

    undo: Undo | None = None
    #: ids of what was touched: marked on the page
    touched: tuple[str, ...] = ()

    def packed(self) -> str:
        """As text, to go along with a message."""
        return json.dumps([self.undo, self.touched]) if self.undo or self.touched else ""

    @classmethod
    def of(cls, text: str) -> Done:
        if not text.startswith("["):
            # A message of a library, or one that only says something.
            return cls()
        undo, touched = json.loads(text)
        return cls(Undo(undo[0], [(name, value) for name, value in undo[1]]) if undo else None, tuple(touched))


def tell_done(request: HttpRequest, sentence: str, *, undo: Undo | None = None, touched: Iterable[str] = ()) -> None:
    """The next page says what was done, marks what was touched, and has a button that takes it back, if it can be."""
    messages.success(request, sentence, extra_tags=Done(undo, tuple(touched)).packed())


def led_to(view_name: str, *args: object, at: str = "") -> HttpResponseRedirect:
    """To that page, with the part of that id in view; without scripts, too (fragment)."""
    return HttpResponseRedirect(reverse(view_name, args=args) + (f"#{at}" if at else ""))


@contextmanager
def refusal_told(request: HttpRequest) -> Iterator[None]:
    """What a service refuses is told on the next page (flash message); the view goes on after the block."""
    try:
        yield
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))


def id_in(text: str) -> int | None:
    """The number that was sent as a row's id; None for anything else."""
    # `isdigit` alone takes "²".
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def chosen(rows: QuerySet[Row], text: str) -> Row | None:
    """The one of these rows whose id was sent."""
    number = id_in(text)
    return None if number is None else rows.filter(pk=number).first()
