"""Which changes a page may hear of while they happen: its token names the camp, the parts it shows and their stamps.

The page's piece is given a token with each answer, so whoever may not read the page any more gets none. It is signed
and holds for minutes; the process that sends the messages (`config.streams`) reads nothing but the token. Nobody is
named in it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpResponse
from django.utils import timezone

from . import stamps
from .http import CampRequest
from .models import Attendee, Camp

#: of the answers that bring a token
HEADER = "Campgrid-Live"
#: whoever is put out of a camp hears for so long that something changed, and not what
LIFETIME = timedelta(minutes=5)
#: told by nobody while it happens: who comes in (a crowd would wake a crowd), and anything about wishes
UNTOLD = frozenset({stamps.CROWD, stamps.WISHES})


class Heard(NamedTuple):
    """What the bearer of a token may hear of, and until when (seconds since 1970)."""

    camp: int
    until: int
    parts: frozenset[str]


def may_hear(part: str, me: Attendee | None) -> bool:
    """The draft is for those who make it, and what a room keeps from strangers is for those who are in."""
    if part in (stamps.DRAFT, stamps.HANDS):
        return me is not None and me.sees_draft
    return part not in UNTOLD and (me is not None or not stamps.is_of_closed(part))


def _signer() -> Signer:
    return Signer(salt="events.live")


def token_of(camp: Camp, me: Attendee | None, noted: Mapping[str, int]) -> str:
    """`7 1924948800 frame=3 grid=17`, signed; empty if there is nothing that they may hear of."""
    told = [f"{part}={number}" for part, number in sorted(noted.items()) if may_hear(part, me)]
    until = int((timezone.now() + LIFETIME).timestamp())
    return _signer().sign(" ".join([str(camp.pk), str(until), *told])) if told else ""


def read_token(token: str) -> Heard | None:
    """None if it is not ours, or does not hold any more."""
    try:
        camp, until, *told = _signer().unsign(token).split(" ")
    except BadSignature:
        return None
    if int(until) <= time.time():
        return None
    return Heard(int(camp), int(until), frozenset(one.partition("=")[0] for one in told))


def add_token(response: HttpResponse, request: CampRequest, noted: Mapping[str, int]) -> None:
    """The piece that asked can listen for the parts that were noted (`stamps.noting`)."""
    if settings.HAS_STREAMS and request.htmx and (token := token_of(request.camp, request.me, noted)):
        response[HEADER] = token
