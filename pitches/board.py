"""The board as everybody sees it, rendered once; what is one's own is put into the gaps.

Cards are kept under the stamps of pitches, names and the camp's frame. The buttons of interest differ by nothing but
what is pressed, so they are rendered once for all pitches and filled in for each.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.databases import CANNOT_WRITE, PATIENCE, waiting_no_longer_than
from accounts.http import form_token
from accounts.statements import found_by, statement, table_of
from events import stamps
from events.caching import Fragment, Gaps, fill, fill_some, joined, kept, kept_each, stencil, stencils
from events.few import people
from events.http import CampRequest, id_in, page_asked_from
from events.markdown import to_html
from events.models import Attendee, Camp
from events.people import named_all

from .models import Interest, Pitch, hosts_of
from .standing import LONG_AGO, Standing, count_seen, standing_of, told_as
from .topics import hues_for
from .wishes import Wishes, follow_taps, is_renewal_due, told_wishes

PARTS = (stamps.PITCHES, stamps.PEOPLE, stamps.FRAME)
log = logging.getLogger(__name__)

#: how long a shown count may lag behind the taps, in seconds: no tap has to tell anybody
COUNTS_LAG = 30

#: my own interests, pitch and level
Mine = tuple[tuple[int, int], ...]
#: of a pitch that is new to somebody: they said nothing of it, and have not looked at it
NEW = None
#: what a control can show
Level = int | None


class Shown(NamedTuple):
    """What tells one state of the board from another."""

    numbers: tuple[int, ...]
    standing: Standing
    #: of which snapshot of the wishes the counts are
    counts: int


def board_shows(request: CampRequest, camp: Camp, **kwargs: object) -> Shown:
    """An edited pitch, a renamed host, a switch of the camp; what I said or looked at; other counts, if those are
    shown.
    """
    return _shows(request, camp, *PARTS, are_counts_shown=camp.are_counts_shown)


def pitch_shows(request: CampRequest, camp: Camp, **kwargs: object) -> Shown:
    """As the board; a new version of the grid, since the page says when and where; and what is wanted beside it."""
    return _shows(request, camp, *PARTS, stamps.GRID, are_counts_shown=True)


class Arrived(NamedTuple):
    """What came to the board since somebody opened it."""

    n: int
    #: the newest pitch that their page knows
    known: int


def board_news_shows(request: CampRequest, camp: Camp, **kwargs: object) -> Arrived:
    """How many open pitches came after the one that `after` names."""
    (number,) = stamps.read(camp, stamps.PITCHES)
    rows = kept("who-pitched", camp.pk, number, make=lambda: list(camp.pitches.open().values_list("pk", "proposed_by")))
    known, me = id_in(request.GET.get("after", "")) or 0, request.me and request.me.pk
    # One's own, sent from another window or once the network was back, is no news.
    return Arrived(sum(pk > known and (me is None or by != me) for pk, by in rows), known)


def _shows(request: CampRequest, camp: Camp, *parts: str, are_counts_shown: bool) -> Shown:
    if are_counts_shown:
        look_for_news(camp)
    # With them the one of the grid, which what waits for me asks (`stamps.at_hand`): no query of its own for that.
    asked = tuple(dict.fromkeys((*parts, stamps.WISHES, *([stamps.GRID] if request.me else []))))
    found = dict(zip(asked, stamps.read(camp, *asked), strict=True))
    standing = standing_of(request.me, since=visit_of(request))
    counts = found[stamps.WISHES] if are_counts_shown else 0
    return Shown(tuple(found[part] for part in parts), standing, counts)


def visit_of(request: CampRequest) -> datetime:
    """Since when somebody looks through the board: its next pages say so, and nothing on them moves meanwhile."""
    now, said = timezone.now(), id_in(request.GET.get("visit", ""))
    return now if said is None or said > mark_of(now) else LONG_AGO + timedelta(microseconds=said)


def mark_of(visit: datetime) -> int:
    """How an address says when a visit began: microseconds since 1970."""
    return (visit - LONG_AGO) // timedelta(microseconds=1)


def wishes_of(attendee: Attendee | None) -> Mine:
    """An attendee's interests, pitch and level: all that a page of the grid can show of them."""
    if attendee is None:
        return ()
    # Written out for the same reason as in `events.stamps.read`: every page of somebody signed in asks it.
    sql = statement(
        "SELECT pitch_id, level FROM {interests} WHERE attendee_id = %s ORDER BY pitch_id", interests=table_of(Interest)
    )
    return tuple(found_by(sql, [attendee.pk]))


# -- counts ------------------------------------------------------------------------------------------------


def look_for_news(camp: Camp) -> None:
    """The counts follow the taps, as soon as there is enough that is new; asked at most once in half a minute. Where
    that cannot be written down, the page shows those of before, and whoever looks next asks again.
    """

    def look() -> bool:
        if is_renewal_due(camp):
            try:
                with waiting_no_longer_than(PATIENCE):
                    follow_taps.enqueue(camp.pk)
            except CANNOT_WRITE as error:
                log.warning("The counts of camp %d are those of before: %s", camp.pk, error)
        return True

    kept("wishes-looked-for", camp.pk, make=look, seconds=COUNTS_LAG)


def interest_counts(camp: Camp, counts: int) -> dict[int, int]:
    """How many are interested in each pitch, by the snapshot of that number."""

    def count() -> dict[int, int]:
        wishes = told_wishes(camp) or Wishes()
        return {pitch: wishes.told(pitch) for pitch in wishes.fans}

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
    """The cards of these pitches, each with a gap for how many want it, and for the buttons."""
    return kept_each(ids, "cards", camp.pk, numbers, make=lambda missing: _render_cards(camp, missing))


class CardKind(NamedTuple):
    has_hosts: bool
    has_topic: bool
    has_facts: bool


def _render_cards(camp: Camp, ids: list[int]) -> dict[int, Card]:
    rows = list(camp.pitches.filter(pk__in=ids).order_by().values_list("pk", "title", "topic", "kind", "length"))
    hues = hues_for(camp, (topic for _pk, _title, topic, _kind, _length in rows))
    hosts, gaps = hosts_of(ids), Gaps()
    address, stencil = reverse("pitches:pitch_detail", args=[camp.slug, 0]), stencils()
    cards = {}
    for pk, title, topic, kind, length in rows:
        leading = named_all(hosts.get(pk, ()))
        facts = facts_of(kind, length)
        card = stencil("pitches/_pitch_card.html", CardKind(bool(leading), bool(topic), bool(facts)))
        values = {
            "pk": pk, "address": address.replace("/0/", f"/{pk}/"), "title": title, "hosts": leading,
            "topic": topic, "hue": hues.of(topic), "facts": facts, "count": gaps["count"], "foot": gaps["foot"],
        }  # fmt: skip
        cards[pk] = Card(gaps.split(fill(card, values)), title)
    return cards


class OneKind(NamedTuple):
    has_hosts: bool
    has_topic: bool


def ones_for(request: CampRequest, ids: Sequence[int], shown: Shown) -> list[SafeString]:
    """Each of these pitches by itself, with all that is said of it and the buttons."""
    camp, levels, controls = request.camp, dict(shown.standing), InterestControls.of(request.camp)
    found = kept_each(ids, "ones", camp.pk, shown.numbers, make=lambda missing: _render_ones(camp, missing))
    ones = ((pk, found[pk]) for pk in ids if pk in found)
    return [fill(one.html, {"foot": controls.html(pk, one.title, levels.get(pk, NEW))}) for pk, one in ones]


def _render_ones(camp: Camp, ids: list[int]) -> dict[int, Card]:
    pitches = list(camp.pitches.filter(pk__in=ids).order_by())
    hues, gaps, stencil = hues_for(camp, (pitch.topic for pitch in pitches)), Gaps(), stencils()
    hosts = hosts_of(ids)
    ones = {}
    for pitch in pitches:
        leading = named_all(hosts.get(pitch.pk, ()))
        values = {
            "pk": pitch.pk, "title": pitch.title, "hosts": leading, "topic": pitch.topic, "hue": hues.of(pitch.topic),
            "facts": facts_of(pitch.kind, pitch.length), "about": to_html(pitch.about), "foot": gaps["foot"],
        }  # fmt: skip
        one = stencil("pitches/_pitch_one.html", OneKind(bool(leading), bool(pitch.topic)))
        ones[pitch.pk] = Card(gaps.split(fill(one, values)), pitch.title)
    return ones


def facts_of(kind: str, length: int) -> str:
    """What is not as with most: a workshop, two slots."""
    words = [str(Pitch.Kind(kind).label)] if kind != Pitch.Kind.DISCUSSION else []
    words += [_("Two slots")] if length == Pitch.Length.TWO else []
    return " · ".join(words)


class Counted(NamedTuple):
    """What somebody is told about themselves above the board."""

    seen: int
    total: int
    #: pitch and title of each must of theirs
    musts: list[tuple[int, str]]
    most: int
    address: str

    @property
    def left(self) -> int:
        return max(0, self.most - len(self.musts))


def counted(request: CampRequest, index: Index) -> Counted:
    """How many of the open pitches I have seen, and which are my musts."""
    camp, standing = request.camp, request.shown.standing
    mine = [pk for pk, level in standing if level == Interest.Level.MUST]
    titles = dict(camp.pitches.open().filter(pk__in=mine).order_by().values_list("pk", "title")) if mine else {}
    musts = [(pk, titles[pk]) for pk in mine if pk in titles]
    address = reverse("pitches:interest_set", args=[camp.slug, 0])
    return Counted(count_seen(index.ids, standing), len(index.ids), musts, camp.musts_each, address)


def on_visit(request: CampRequest, visit: datetime) -> str:
    """The address of this page as part of that visit: what is put away now stays where it is until the next one."""
    query = request.GET.copy()
    query.pop("seen", None)
    query["visit"] = str(mark_of(visit))
    return f"{request.path}?{query.urlencode()}"


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

    def html(self, pk: int, title: str, level: Level) -> SafeString:
        return fill(self.at(level), {"pk": pk, "title": title})

    def at(self, level: Level) -> Fragment:
        """What they are at that level, but for which pitch it is."""
        return _control_at(told_as(level) if level else level, self.has_musts, self.language, self.address)


def may_tap(request: CampRequest) -> bool:
    """Whether whoever looks may say an interest: then the page has the buttons, and the form to which they belong."""
    return request.me is not None and request.camp.takes_interest


def tap_form(request: CampRequest, back: str = "") -> SafeString:
    """The form to which the buttons of interest on a page belong; `back` to the page, also where htmx asks for it."""
    here = back or page_asked_from(request) or request.get_full_path()
    return fill(stencil("pitches/_tap_form.html"), {"token": form_token(request), "next": here})


@lru_cache(maxsize=500)
def _control_at(level: Level, has_musts: bool, language: str, address: str) -> Fragment:
    """In that camp: one for each of its levels, kept under what it is made from (memoised)."""
    before, _zero, after = address.rpartition("/0/")
    to_pitch = (escape(before) + "/", "pk", "/" + escape(after))
    return fill_some(_control(level, has_musts, language), {"address": to_pitch})


@cache
def _control(level: Level, has_musts: bool, language: str) -> Fragment:
    """A handful in all, so they are kept for good."""
    gaps = Gaps()
    pitch = SimpleNamespace(pk=gaps["pk"], title=gaps["title"], my_level=level or 0, is_new=level is NEW)
    context = {"pitch": pitch, "has_musts": has_musts, "address": gaps["address"]}
    return gaps.split(render_to_string("pitches/pitch_list.html#interest-control", context))


def cards_for(request: CampRequest, ids: Sequence[int], shown: Shown) -> SafeString:
    """The cards in this order, with counts where the camp shows them, and the buttons of those who may tap."""
    camp, levels = request.camp, dict(shown.standing)
    counts = interest_counts(camp, shown.counts) if camp.are_counts_shown else None
    controls = InterestControls.of(camp) if may_tap(request) else None
    cards, language = board_cards(camp, ids, shown.numbers), get_language()
    return joined(
        _whole_card(
            card,
            controls.at(levels.get(pk, NEW)) if controls else None,
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
    return fill(card.html, {"count": count or "", "foot": buttons})


@lru_cache(maxsize=500)
def count_html(count: int, language: str) -> SafeString:
    """In that language (memoised)."""
    return format_html("<span>{}</span>", count_in_words(count))
