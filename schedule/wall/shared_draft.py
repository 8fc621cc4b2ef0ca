"""The draft as every organiser sees it, rendered once for all of them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events import stamps
from events.caching import Fragment, Gaps, digest, fill, kept_newest
from events.few import is_few
from events.models import Camp, Slot
from pitches.topics import hues_for

from .. import advice
from ..build import border
from ..draft.rows import read_draft
from ..models import Draft, DraftFigures, GridVersion
from .grid import Grid, draft_grid
from .publish import pending_changes
from .table import table

#: what it is made of beside the draft, whose revision tells it apart; the version on the wall, too: it says what
#: publishing would change
PARTS = (stamps.FRAME, stamps.PITCHES, stamps.PEOPLE, stamps.GRID)
#: pitches that wait for a place, shown without asking for all
WAITING = 20


class DraftShown(NamedTuple):
    """What tells one state of the draft's page from another."""

    numbers: tuple[int, ...]
    revision: int
    #: which figures, and of when
    figures: tuple[object, ...]
    #: whether the camp runs, and how many slots have begun and ended
    clock: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """The draft, what is said about it and what waits for a place, as it stands now."""

    draft: Draft
    figures: DraftFigures | None
    slots: list[Slot]
    shown: DraftShown

    @classmethod
    def of(cls, draft: Draft, figures: DraftFigures | None) -> SharedDraft:
        """`draft` and `figures` were read before: what is read here can only be newer than what one is said to have
        seen.
        """
        camp = draft.camp
        numbers = stamps.read(camp, *PARTS)
        slots = list(camp.slots.all())
        told = (figures.stamp, figures.counted_at) if figures else ()
        return cls(draft, figures, slots, DraftShown(numbers, draft.revision, told, _clock(camp, slots)))

    @property
    def stamp(self) -> str:
        """Changes with whatever is shown: also with what the draft's revision does not count, such as a title, or a
        pitch that waits for a place.
        """
        return digest(*self.shown)

    def html(self, *, shows_all_waiting: bool = False) -> SafeString:
        """For all organisers (cached fragment)."""

        def make() -> SafeString:
            return _render(self.draft, self.slots, self.figures, shows_all_waiting)

        return kept_newest("draft", self.draft.camp.pk, shows_all_waiting, state=self.shown, make=make)


def _clock(camp: Camp, slots: list[Slot]) -> tuple[object, ...]:
    """Changes when a slot begins or ends: another row is "now", and what has begun is the past."""
    now = timezone.now()
    return camp.is_running, sum(slot.starts_at <= now for slot in slots), sum(slot.ends_at <= now for slot in slots)


def _render(draft: Draft, slots: list[Slot], figures: DraftFigures | None, shows_all_waiting: bool) -> SafeString:
    camp = draft.camp
    rows = read_draft(camp, slots=slots)
    broken = advice.broken_rules(border.case_of(rows))
    latest = GridVersion.latest(camp)
    counted = advice.counted_of(figures)
    waiting = advice.waiting_pitches(rows, counted)
    grid = draft_grid(camp, rows)
    pinned = {found.session.pk for found in rows.standing if found.session.is_pinned}
    _tag(grid, pinned, counted.people if counted else {}, {pk: b.sentence for b in broken for pk in b.session_ids})
    context = {
        "camp": camp,
        "revision": draft.revision,
        "grid": grid,
        "table": table(
            grid,
            hues=hues_for(camp, (entry.topic for entry in grid.entries)),
            paper=_("%(camp)s · draft, not published") % {"camp": camp.name},
            has_ids=True,
        ),
        "broken": broken,
        "missing_needs": advice.missing_needs(rows),
        "waiting": waiting if shows_all_waiting else waiting[:WAITING],
        "waiting_count": len(waiting),
        "figures": figures,
        "counted": counted,
        "latest": latest,
        "changes": pending_changes(latest, rows),
    }
    return render_to_string("schedule/_draft_grid.html", context)


class TagKind(NamedTuple):
    """Which of its tags a session on the draft has."""

    is_pinned: bool
    has_people: bool
    #: too few to be told
    is_few: bool
    #: the people expected are a guess between two numbers
    has_range: bool
    #: more of them than seats
    is_over: bool
    is_wrong: bool


def _tag(grid: Grid, pinned: Container[int], people: Mapping[int, advice.Expected], broken: Mapping[int, str]) -> None:
    """Every session says whether it is pinned, whom to expect, and which rule it breaks."""
    capacities = {room.id: room.capacity for room in grid.rooms}
    for entry in grid.entries:
        pk = entry.id
        entry.tags = _tags(pk in pinned, people.get(pk), capacities[entry.room_id], broken.get(pk, ""))
        entry.mark = " wrong" if pk in broken else ""


def _tags(is_pinned: bool, expected: advice.Expected | None, capacity: int, wrong: str) -> SafeString:
    values: dict[str, str] = {"wrong": escape(wrong)}
    kind = TagKind(is_pinned, expected is not None, is_few=False, has_range=False, is_over=False, is_wrong=bool(wrong))
    if expected:
        kind = kind._replace(is_few=is_few(expected.likely))
        low, likely, high = expected.low, expected.likely, expected.high
        kind = kind._replace(has_range=high > likely or low < likely, is_over=likely > capacity)
        values |= {name: _whole(number) for name, number in (("low", low), ("likely", likely), ("high", high))}
        values |= {"capacity": str(capacity), "percent": str(round(100 * likely / (capacity or 1)))}
    return fill(_tags_of(kind, get_language()), values)


def _whole(number: float) -> str:
    return str(int(number + 0.5))


@cache
def _tags_of(kind: TagKind, language: str) -> Fragment:
    """A handful in all, so they are kept for good."""
    gaps = Gaps()
    return gaps.split(render_to_string("schedule/_draft_tags.html", {"kind": kind, "gaps": gaps}))
