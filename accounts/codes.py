"""Codes that are mailed and typed: how many are sent, how often somebody may guess (rate limit), how one is kept."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from .browser import browser_id, is_in_good_standing, knows_address
from .keys import digests
from .limits import Limit, count_one, is_used_up, source_of
from .mail import send_later
from .models import CODES_LAST, User

#: no vowels, so no words; none that looks like another
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

#: of all kinds of codes together: nobody's mailbox is filled from here
TO_ONE_ADDRESS = Limit("code-mail-address", 5)
TO_ONE_ADDRESS_A_DAY = Limit("code-mail-address-day", 40, timedelta(days=1))
FROM_ONE_BROWSER = Limit("code-mail-browser", 10)
FROM_ONE_GUEST = Limit("code-mail-guest", 5)
#: a hall of 300 behind one address, each of whom asks twice, stays below
FROM_ONE_SOURCE = Limit("code-mail-source", 600)
TOO_MANY_MAILS = {
    TO_ONE_ADDRESS: _l("Five codes were sent already. Wait five minutes, then try again."),
    TO_ONE_ADDRESS_A_DAY: _l("Many codes were sent there today. Use the last one, or try again tomorrow."),
    FROM_ONE_BROWSER: _l("Ten codes were asked for here already. Wait five minutes, then try again."),
    FROM_ONE_GUEST: _l("Five codes were sent already. Wait five minutes, then try again."),
    FROM_ONE_SOURCE: _l("Very many codes were asked for from this network. Wait five minutes, then try again."),
}

#: of the codes mailed to one address, whoever asked for them: with eight letters a chance of 1 in 500 million an hour
WRONG_FOR_ONE_ADDRESS = Limit("wrong-code-address", 50, timedelta(hours=1))
WRONG_FROM_ONE_SOURCE = Limit("wrong-code-source", 600)
#: each code has a few guesses of its own
TRIED_OUT = _l("That code was tried too often, or is too old. Send a new one.")


def new_code() -> str:
    """Eight letters in two groups, whatever it is good for: people know one kind of code from us."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def send_code(*, code: str, email: str) -> None:
    """The code is on its way, in the one mail that there is for codes."""
    send_later(
        subject=_("Your code for Campgrid: %(code)s") % {"code": code},
        body=render_to_string(
            "account/email/login_code_message.txt", {"code": code, "minutes": minutes(CODES_LAST)}
        ).strip(),
        to=[email],
    )


def minutes(span: timedelta) -> int:
    """As people are told it."""
    return round(span / timedelta(minutes=1))


def kept(code: str, *, of: str) -> str:
    """What is kept of a code: of no use to whoever reads the database without the server's key (keyed hash).

    A slow hash would hold the only writer of SQLite for as long at each guess, and adds nothing to the key.
    """
    return all_kept(code, of=of)[0]


def all_kept(code: str, *, of: str) -> list[str]:
    """What may be kept of it, by whichever key it was made."""
    return digests("accounts.codes", f"{of}:{as_typed(code)}")


def is_right(code: str, *, of: str, digest: str) -> bool:
    return any(constant_time_compare(found, digest) for found in all_kept(code, of=of))


def as_typed(code: str) -> str:
    """Small or large, with or without blanks and hyphens: the same code."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def refuse_more_mails(*, request: HttpRequest, email: str) -> None:
    """One more code for the address is counted; a sentence if it would be too many, or if too many wrong ones were
    typed.
    """
    _refuse_after_wrong_codes(request, email)
    user, browser = request.user, browser_id(request)
    is_guest = isinstance(user, User)
    # Where the address was proved before it has a count of its own: others who ask in its name keep nobody out there.
    to = f"{email} {browser}" if knows_address(request, email) else email
    # In this order: who is over one limit uses up none of the next.
    for limit, who in (
        (FROM_ONE_GUEST, str(user.pk)) if is_guest else (FROM_ONE_BROWSER, browser),
        (FROM_ONE_SOURCE, source_of(request)),
        (TO_ONE_ADDRESS, to),
        (TO_ONE_ADDRESS_A_DAY, to),
    ):
        if not count_one(limit=limit, who=who):
            raise ValidationError(TOO_MANY_MAILS[limit])


def _refuse_after_wrong_codes(request: HttpRequest, email: str) -> None:
    """What too many wrong codes stop is the next code, never the one that somebody was mailed: a stranger who types
    wrong ones in their name would shut them out. Nothing is counted.
    """
    if not is_in_good_standing(request) and is_used_up(limit=WRONG_FROM_ONE_SOURCE, who=source_of(request)):
        raise ValidationError(_("Too many wrong codes from this network. Wait five minutes, then try again."))
    if not knows_address(request, email) and is_used_up(limit=WRONG_FOR_ONE_ADDRESS, who=email):
        raise ValidationError(_("Too many wrong codes for this address. Wait an hour, then ask for a new one."))


def count_wrong_code(*, request: HttpRequest, email: str) -> None:
    """One more wrong code that was looked at, for this address and from this network."""
    count_one(limit=WRONG_FOR_ONE_ADDRESS, who=email)
    count_one(limit=WRONG_FROM_ONE_SOURCE, who=source_of(request))
