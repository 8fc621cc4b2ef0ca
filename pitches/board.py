"""The board as everybody sees it, rendered once; what is one's own is put into the gaps.

Cards are kept under the stamps of pitches, names and the camp's frame. The buttons of interest differ by nothing but
what is pressed, so they are rendered once for all pitches and filled in for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import NamedTuple

from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.statements import found_by, statement, table_of
from events import stamps
from events.caching import Fragment, Gaps, fill, fill_some, joined, kept, kept_each, stencil, stencils
from events.few import people
from events.http import CampRequest, page_asked_from
from events.models import Attendee, Camp

from .models import Interest, Pitch, Sight, hosts_of
from .topics import hues_for
from .wishes import Wishes, follow_taps, is_renewal_due, told_wishes

PARTS = (stamps.PITCHES, stamps.PEOPLE, stamps.FRAME)
#: how long a shown count may lag behind the taps, in seconds: no tap has to tell anybody
COUNTS_LAG = 30

#: my own interests, pitch and level
Mine = tuple[tuple[int, int], ...]


class Shown(NamedTuple):
    """What tells one state of the board from another."""

    numbers: tuple[int, ...]
    wishes: Mine
    #: of which snapshot of the wishes the counts are
    counts: int
    seen: int


def board_shows(request: CampRequest, camp: Camp, **kwargs: object) -> Shown:
    """An edited pitch, a renamed host, a switch of the camp; an interest of mine; other counts, if those are shown."""
    return _shows(request, camp, *PARTS)


def pitch_shows(request: CampRequest, camp: Camp, **kwargs: object) -> Shown:
    """As the board; and a new version of the grid, since the page says when and where."""
    return _shows(request, camp, *PARTS, stamps.GRID)


def _shows(request: CampRequest, camp: Camp, *parts: str) -> Shown:
    if camp.are_counts_shown:
        look_for_news(camp)
    (*numbers, counted), me = stamps.read(camp, *parts, stamps.WISHES), request.me
    is_about_seen = me is not None and request.GET.get("show") == "unseen"
    return Shown(
        tuple(numbers),
        wishes_of(me),
        counted if camp.are_counts_shown else 0,
        Sight.objects.filter(attendee=me).count() if is_about_seen else 0,
    )


def wishes_of(attendee: Attendee | None) -> Mine:
    """An attendee's interests, pitch and level: all that a page can show of them."""
    if attendee is None:
        return ()
    # Written out for the same reason as in `events.stamps.read`: every page of somebody signed in asks it.
    sql = statement(
        "SELECT pitch_id, level FROM {interests} WHERE attendee_id = %s ORDER BY pitch_id", interests=table_of(Interest)
    )
    return tuple(found_by(sql, [attendee.pk]))


# -- counts ------------------------------------------------------------------------------------------------


def look_for_news(camp: Camp) -> None:
    """The counts follow the taps, as soon as there is enough that is new; asked at most once in half a minute."""

    def look() -> bool:
        if is_renewal_due(camp):
            follow_taps.enqueue(camp.pk)
        return True

    kept("wishes-looked-for", camp.pk, make=look, seconds=COUNTS_LAG)


def interest_counts(camp: Camp, counts: int) -> dict[int, int]:
    """How many are interested in each pitch, by the snapshot of that number."""

    def count() -> dict[int, int]:
        wishes = told_wishes(camp) or Wishes()
        return {pitch: wishes.count(pitch) for pitch in wishes.fans}

    return kept("interest-counts", camp.pk, counts, make=count)


def count_in_words(count: int) -> str:
    """12 people interested; never exactly how few."""
    return _("%(who)s interested") % {"who": people(count)}


# -- what all see --------------------------------------------------------------------------------------------


class Index(NamedTuple):
    """The open pitches, and their topics in order."""

    ids: list[int]
    topics: list[str]


def board_index(camp: Camp, numbers: tuple[int, ...]) -> Index:
    def read() -> Index:
        rows = list(camp.pitches.open().values_list("pk", "topic"))
        return Index([pk for pk, _topic in rows], sorted({topic for _pk, topic in rows if topic}))

    return kept("board", camp.pk, numbers, make=read)


class Card(NamedTuple):
    html: Fragment
    title: str


def board_cards(camp: Camp, ids: Sequence[int], numbers: tuple[int, ...]) -> dict[int, Card]:
    """The cards of these pitches, each with a gap for its last line."""
    return kept_each(ids, "cards", camp.pk, numbers, make=lambda missing: _render_cards(camp, missing))


class CardKind(NamedTuple):
    has_hosts: bool
    has_topic: bool
    is_double: bool


def _render_cards(camp: Camp, ids: list[int]) -> dict[int, Card]:
    rows = list(camp.pitches.filter(pk__in=ids).order_by().values_list("pk", "title", "topic", "kind", "length"))
    hues = hues_for(camp, (topic for _pk, _title, topic, _kind, _length in rows))
    hosts, gaps, kinds = hosts_of(ids), Gaps(), dict(Pitch.Kind.choices)
    address, stencil = reverse("pitches:pitch_detail", args=[camp.slug, 0]), stencils()
    cards = {}
    for pk, title, topic, kind, length in rows:
        leading = ", ".join(host.name for host in hosts.get(pk, ()))
        card = stencil("pitches/_pitch_card.html", CardKind(bool(leading), bool(topic), length == Pitch.Length.TWO))
        values = {
            "pk": pk, "address": address.replace("/0/", f"/{pk}/"), "title": title, "hosts": leading,
            "topic": topic, "hue": hues.of(topic), "kind": kinds[kind], "foot": gaps["foot"],
        }  # fmt: skip
        cards[pk] = Card(gaps.split(fill(card, values)), title)
    return cards


# -- what is mine --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InterestControls:
    """The buttons by which people say their interest in any pitch of a camp: nothing in them is anybody's own.

    They belong to one form of the page, `tap_form`, which has the token and the way back: HTML's `form` and
    `formaction`. So a card with its buttons is the same for all who stand at the same level.
    """

    has_musts: bool
    address: str
    language: str

    @classmethod
    def of(cls, camp: Camp) -> InterestControls:
        return cls(camp.musts_each > 0, reverse("pitches:interest_set", args=[camp.slug, 0]), get_language())

    def html(self, pk: int, title: str, level: int) -> SafeString:
        return fill(self.at(level), {"pk": pk, "title": title})

    def at(self, level: int) -> Fragment:
        """What they are at that level, but for which pitch it is."""
        return _control_at(level, self.has_musts, self.language, self.address)


def may_tap(request: CampRequest) -> bool:
    """Whether whoever looks may say an interest: then the page has the buttons, and the form to which they belong."""
    return request.me is not None and request.camp.takes_interest


def tap_form(request: CampRequest) -> SafeString:
    """The form to which the buttons of interest on this page belong; back to the page, also where htmx asks for it."""
    here = page_asked_from(request) or request.get_full_path()
    return fill(stencil("pitches/_tap_form.html"), {"token": get_token(request), "next": here})


@lru_cache(maxsize=500)
def _control_at(level: int, has_musts: bool, language: str, address: str) -> Fragment:
    """In that camp: one for each of its levels, kept under what it is made from (memoised)."""
    before, _zero, after = address.rpartition("/0/")
    to_pitch = (escape(before) + "/", "pk", "/" + escape(after))
    return fill_some(_control(level, has_musts, language), {"address": to_pitch})


@cache
def _control(level: int, has_musts: bool, language: str) -> Fragment:
    """A handful in all, so they are kept for good."""
    gaps = Gaps()
    pitch = SimpleNamespace(pk=gaps["pk"], title=gaps["title"], my_level=level)
    context = {"pitch": pitch, "has_musts": has_musts, "address": gaps["address"]}
    return gaps.split(render_to_string("pitches/pitch_list.html#interest-control", context))


def cards_for(request: CampRequest, ids: Sequence[int], shown: Shown) -> SafeString:
    """The cards in this order, with counts where the camp shows them, and the buttons of those who may tap."""
    camp, levels = request.camp, dict(shown.wishes)
    counts = interest_counts(camp, shown.counts) if camp.are_counts_shown else None
    controls = InterestControls.of(camp) if may_tap(request) else None
    at_level = [controls.at(level) for level in (0, *Interest.Level)] if controls else []
    cards, language = board_cards(camp, ids, shown.numbers), get_language()
    return joined(
        _whole_card(
            card,
            at_level[levels.get(pk, 0)] if at_level else None,
            pk,
            None if counts is None else count_html(counts.get(pk, 0), language),
        )
        for pk in ids
        if (card := cards.get(pk))
    )


@lru_cache(maxsize=5_000)
def _whole_card(card: Card, control: Fragment | None, pk: int, count: SafeString | None) -> SafeString:
    """A card with how many are interested and the buttons of a level, kept under what it is made from (memoised)."""
    buttons = fill(control, {"pk": pk, "title": card.title}) if control else SafeString("")
    return fill(card.html, {"foot": joined([count or SafeString(""), buttons])})


@lru_cache(maxsize=500)
def count_html(count: int, language: str) -> SafeString:
    """In that language (memoised)."""
    return format_html('<span class="soft">{}</span>', count_in_words(count))
