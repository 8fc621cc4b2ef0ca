"""The buttons on sessions for those who are in: interest while that is open, afterwards one's own day.

They tell the form around them no more than which session: they stand on hundreds of cells.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.http import form_token
from events.caching import fill, joined, stencil
from events.http import CampRequest, address_in, addresses, page_asked_from
from pitches.board import InterestControls, may_tap, tap_form
from pitches.models import Interest, Pitch

from .marks import Mark, SharedEntry
from .shared import SharedGrid

#: on more cards than this they are left out, as ways are: a grid of a thousand would be half as large again for a phone
#: in a full hall. Each session's page has them
MOST_CARDS = 300


class ButtonKind(NamedTuple):
    #: of the form around: `goes` or `away`
    name: str
    #: alone on its page, it says more
    is_large: bool = False


class TapKind(NamedTuple):
    is_interested: bool
    #: the first of its pitch on the page: there one lands without a script
    has_id: bool


def choice_form(request: CampRequest, inside: SafeString) -> SafeString:
    """The form around what says where one goes; it leads back to the page."""
    here = page_asked_from(request) or request.get_full_path()
    address = address_in("schedule:session_choose", request.camp)
    values = {"address": address, "token": form_token(request), "next": here, "inside": inside}
    return fill(stencil("schedule/_choice_form.html"), values)


def card_buttons(request: CampRequest, grid: SharedGrid, marks: dict[int, Mark]) -> dict[int, SafeString]:
    """By session, the button of its card on the grid; none for what is over, or what the person leads.

    Interest is said by the same taps as on the board. What somebody took off their day they put back first.
    """
    taps, now, language, own = may_tap(request), timezone.now(), get_language(), request.shown.own
    entries = [entry for entry in grid.entries if entry.ends_at > now and not entry.is_off]
    if len(entries) > MOST_CARDS:
        return {}
    address, away = addresses("pitches:interest_set", request.camp), {pk for pk, goes in own.choices if not goes}
    levels, buttons, pitches = dict(own.wishes), dict[int, SafeString](), set[int]()
    for entry in entries:
        mark = marks.get(entry.session)
        title = grid.titles[entry.session]
        # A must is not taken back by a slip of the thumb: its session's page has all three.
        if (mark and mark.is_hosted) or (taps and levels.get(entry.pitch) == Interest.Level.MUST):
            continue
        if taps and entry.session not in away:
            kind = TapKind(entry.pitch in levels, has_id=entry.pitch not in pitches)
            buttons[entry.session] = _tap_button(
                kind, entry.session, title, entry.pitch, address(entry.pitch), language
            )
        else:
            name = "goes" if mark is None or mark.is_instead else "away"
            buttons[entry.session] = _day_button(ButtonKind(name), entry.session, title, language)
        pitches.add(entry.pitch)
    return buttons


@lru_cache(maxsize=5_000)
def _tap_button(kind: TapKind, session: int, title: str, pitch: int, address: str, language: str) -> SafeString:
    """In that language, the same for all who stand there (memoised)."""
    values = {"session": session, "title": title, "pitch": pitch, "address": address}
    return fill(stencil("schedule/_tap_button.html", kind), values)


@lru_cache(maxsize=5_000)
def _day_button(kind: ButtonKind, session: int, title: str, language: str) -> SafeString:
    """As `_tap_button`."""
    return fill(stencil("schedule/_day_button.html", kind), {"session": session, "title": title})


def repair_links(request: CampRequest, grid: SharedGrid) -> dict[int, SafeString]:
    """By session, the way to the repair desk, for those who run the camp; none for what is over."""
    if request.me is None or not request.me.may_repair:
        return {}
    address, now, language = addresses("schedule:session_repair", request.camp), timezone.now(), get_language()
    entries = [entry for entry in grid.entries if entry.ends_at > now and not entry.is_off]
    if len(entries) > MOST_CARDS:
        return {}
    titles = grid.titles
    return {e.session: _repair_link(titles[e.session], address(e.session), language) for e in entries}


@lru_cache(maxsize=5_000)
def _repair_link(title: str, address: str, language: str) -> SafeString:
    """As `_tap_button`."""
    return fill(stencil("schedule/_repair_link.html"), {"title": title, "address": address})


def session_buttons(request: CampRequest, pitch: Pitch, entry: SharedEntry | None, mark: Mark | None) -> SafeString:
    """On a session's page: the controls of interest while it is open, then one's own day; `entry` is its place. For
    those who run the camp the way to the repair desk, too.
    """
    own = _own_buttons(request, pitch, entry, mark)
    if request.me is None or not request.me.may_repair or request.camp.is_archived or entry is None:
        return own
    address = addresses("schedule:session_repair", request.camp)(entry.session)
    return joined([own, _repair_link(pitch.title, address, get_language())])


def _own_buttons(request: CampRequest, pitch: Pitch, entry: SharedEntry | None, mark: Mark | None) -> SafeString:
    if may_tap(request) and pitch.is_open:
        controls = InterestControls.of(request.camp).html(pitch.pk, pitch.title, request.shown.own.level_of(pitch.pk))
        return joined([tap_form(request), controls])
    if request.me is None or request.camp.is_archived or entry is None or entry.ends_at <= timezone.now():
        return SafeString("")
    if entry.is_off or (mark and mark.is_hosted):
        return SafeString("")
    name = "away" if mark and not mark.is_instead else "goes"
    button = fill(stencil("schedule/_day_button.html", ButtonKind(name, is_large=True)), {"session": entry.session})
    return choice_form(request, button)
