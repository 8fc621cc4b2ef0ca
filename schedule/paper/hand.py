"""What somebody scanned last and has not put anywhere yet: the card in their hand, or the cell that waits for one.

It lies in the browser as a signed value that counts for some minutes (cookie): two phones of one person have a hand
each, two tabs of one browser have the same, and whoever has to sign in again still has it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from events.models import Attendee

from .marks import Mark, mark_text, read_mark

COOKIE = "hand"
#: as long as it takes to walk from a table to the wall, and to be asked something on the way
LASTS = timedelta(minutes=10)


def in_hand(request: HttpRequest, me: Attendee) -> Mark | None:
    """What that person has in hand, in their camp; nothing of somebody else's who had this phone before."""
    try:
        kept = TimestampSigner(salt=COOKIE).unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS)
    except BadSignature:
        return None
    whose, _dot, text = kept.partition(".")
    found = read_mark(text)
    return found if found and whose == str(me.pk) and found.camp_id == me.camp_id else None


def hold(response: HttpResponse, me: Attendee, mark: Mark) -> None:
    """It is what that person has in hand from now on."""
    response.set_cookie(
        COOKIE,
        TimestampSigner(salt=COOKIE).sign(f"{me.pk}.{mark_text(mark)}"),
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def let_go(response: HttpResponse) -> None:
    """Nothing is in hand."""
    response.delete_cookie(COOKIE, samesite="Lax")
