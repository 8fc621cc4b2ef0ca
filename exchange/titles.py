"""Titles as a sheet has them: which pitches are called so, and which quotation marks are none of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from accounts.text import as_called
from pitches.models import Pitch

from .cells import TO_COME

#: quotation marks, and what closes each; what stands alone on either side of a word is an apostrophe, and stays
CLOSED_BY = {'"': '"', "`": "`", "“": "”", "„": "“”", "”": "”"}

_GONE = "cancell?ed|canceled|abgesagt|entfällt|annulée?|cancelad[oa]|geannuleerd|vervallen"
#: CANCELLED: Foo · Cancelled – Foo · Foo (cancelled)
CANCELLED = re.compile(rf"(?:{_GONE})(?:\s?[:–—-].*)?|.*[(\[](?:{_GONE})[)\]]", re.IGNORECASE | re.DOTALL)
#: what stands where a room is to come
NO_ROOMS = TO_COME | {"?", "??", "???", "-", "–", "—"}


def is_cancelled(title: str) -> bool:
    return CANCELLED.fullmatch(title) is not None


def with_link(typed: str) -> tuple[str, str]:
    """The title, and the address behind it, if there is one."""
    title, *behind = typed.rsplit(None, 1)
    return (title, behind[0]) if behind and behind[0].startswith(("http://", "https://")) else (typed, "")


def plain(title: str) -> str:
    """A title without what typing left around it: blanks, marks without a partner, and those around the whole."""
    title = " ".join(title.split())
    while True:
        partners, last = _partners(title), len(title) - 1
        is_before = title[:1] in CLOSED_BY and partners.get(0, last) == last
        is_behind = title[-1:] in CLOSED_BY and partners.get(last, 0) == 0
        if not (is_before or is_behind):
            return title
        title = title[is_before : last + (not is_behind)].strip()


def _partners(title: str) -> dict[int, int]:
    """Where the other mark is, by where one is."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for at, sign in enumerate(title):
        if opened and sign in CLOSED_BY[title[opened[-1]]]:
            first = opened.pop()
            # Two with nothing between them hold no word.
            if at - first > 1:
                found |= {first: at, at: first}
        elif sign in CLOSED_BY:
            opened.append(at)
    return found


def by_title(pitches: Iterable[Pitch]) -> dict[str, list[Pitch]]:
    """Those that are called so, by `as_called`; without quotation marks only where nothing else is."""
    found: dict[str, list[Pitch]] = {}
    bare: dict[str, list[Pitch]] = {}
    for pitch in pitches:
        found.setdefault(as_called(pitch.title), []).append(pitch)
        bare.setdefault(as_called(plain(pitch.title)), []).append(pitch)
    return bare | found
