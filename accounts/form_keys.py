"""The key of one use that a form holds, and whose form it is.

A key is signed for whom the page was made. On a device that is passed on a page may be open that somebody else typed
into: what they wrote does not go out under the name of whoever is signed in by now, unless that person says so.
"""

from __future__ import annotations

import re
import secrets

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .keys import digests

#: the hidden field, made by the server; a script makes one where a page was left without
FIELD = "form_key"
#: the hidden field with the key of the form that this one is sent instead of: its draft goes, too
INSTEAD_OF = "instead_of"
#: the hidden field by which a script tells one sending of a form from another: of each it keeps what was typed
SENDING = "sending"
#: the hidden field by which somebody says that what another person typed is to be sent as theirs
SENT_AS = "sent_as"
#: on a page that asks to sign in first: whoever does
ANYBODY = "anybody"
#: by the name in the session, under which mark one was a guest in this browser
WAS = "was"
RANDOM, SIGNED = 28, 8
TYPED_BY_ANOTHER = _("It was typed while somebody else was signed in on this device. Nothing was sent.")
SENDS_AS_YOURS = _("“Send it now” sends it as yours.")


def new_key(whose: str = "") -> str:
    """For a page of the person of that mark; nobody's, where nobody is signed in."""
    part = secrets.token_hex(RANDOM // 2)
    return part + _signatures(part, whose)[0]


def key_of(request: HttpRequest, field: str = FIELD) -> str:
    """The key of the form that was sent; nothing if it has none, or none of ours."""
    typed = request.POST.get(field, "") if request.method == "POST" else ""
    return typed if re.fullmatch(r"[0-9a-f-]{32,36}", typed) else ""


def mark_of(request: HttpRequest, field: str = FIELD) -> str:
    """What a script knows this very sending by, when it is echoed; nothing where the form has no key.

    Of one that went instead of another form all sendings of that are meant.
    """
    key, sending = key_of(request, field)[:16], request.POST.get(SENDING, "")
    is_one = key and field == FIELD and re.fullmatch("[0-9a-f]{8}", sending)
    return f"{key}_{sending}" if is_one else key


def is_of_somebody_else(request: HttpRequest) -> bool:
    """Whether the form was made for another person than the one who is signed in, and who does not send it as theirs.

    Not asked of a key that a script made: it has no signature.
    """
    key, user = key_of(request), request.user
    if len(key) != RANDOM + SIGNED or "-" in key or not user.is_authenticated:
        return False
    if request.POST.get(SENT_AS) in (user.mark, ANYBODY):
        return False
    part, signature = key[:RANDOM], key[RANDOM:]
    mine = ("", user.mark, request.session.get(WAS, ""))
    return not any(secrets.compare_digest(signature, known) for mark in mine for known in _signatures(part, mark))


def _signatures(part: str, whose: str) -> list[str]:
    return [found[:SIGNED] for found in digests("form key", f"{part} {whose}")]
