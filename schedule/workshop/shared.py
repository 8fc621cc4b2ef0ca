"""The draft as every organiser sees it, rendered once for all of them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events import stamps
from events.caching import digest, kept_newest
from events.models import Camp, Slot
from pitches.topics import hues_for

from .. import advice
from ..build import border
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, DraftFigures, GridBuild, GridVersion
from ..wall.publish import pending_changes
from .board import MANY, Facts, board_of
from .tray import faults_of, proof_of, what_waits

#: what it is made of; the version on the wall, too: it says what publishing would change
PARTS = (stamps.DRAFT, stamps.FRAME, stamps.PITCHES, stamps.PEOPLE, stamps.GRID)
#: pitches that wait for a place, shown without asking for all
WAITING = 20
#: boards of one topic that are kept at a time
KEPT_TOPICS = 16


class DraftShown(NamedTuple):
    """What tells one state of the draft's page from another."""

    numbers: tuple[int, ...]
    revision: int
    #: which figures, and of when
    figures: tuple[object, ...]
    #: whether the camp runs, and how many slots have begun and ended
    clock: tuple[object, ...]
    #: the last build, and what became of it
    build: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """The draft, what is said about it and what waits for a place, as it stands now."""

    draft: Draft
    figures: DraftFigures | None
    build: GridBuild | None
    slots: list[Slot]
    shown: DraftShown

    @classmethod
    def of(cls, draft: Draft, figures: DraftFigures | None) -> SharedDraft:
        """`draft` and `figures` were read before: what is read here can only be newer than what one is said to have
        seen.
        """
        build = last_build(draft.camp)
        camp = draft.camp
        numbers = stamps.read(camp, *PARTS)
        slots = list(camp.slots.all())
        told = (figures.stamp, figures.counted_at) if figures else ()
        of_build = (build.pk, build.state, build.is_applied) if build else ()
        shown = DraftShown(numbers, draft.revision, told, _clock(camp, slots), of_build)
        return cls(draft, figures, build, slots, shown)

    @property
    def stamp(self) -> str:
        """Changes with whatever is shown: also with what the draft's revision does not count, such as a title, or a
        pitch that waits for a place.
        """
        return digest(*self.shown)

    def html(self, *, shows_all_waiting: bool = False, topic: str = "") -> SafeString:
        """For all organisers (cached fragment); what is not about `topic` stands aside, if one is looked for."""

        def make() -> SafeString:
            return _render(self, read_draft(self.draft.camp, slots=self.slots), shows_all_waiting, topic)

        # Whatever somebody writes into the address, a few are kept.
        place = zlib.crc32(topic.encode()) % KEPT_TOPICS if topic else ""
        state = (self.shown, topic)
        return kept_newest("draft", self.draft.camp.pk, shows_all_waiting, place, state=state, make=make)


def _clock(camp: Camp, slots: list[Slot]) -> tuple[object, ...]:
    """Changes when a slot begins or ends: another row is "now", and what has begun is the past."""
    now = timezone.now()
    return camp.is_running, sum(slot.starts_at <= now for slot in slots), sum(slot.ends_at <= now for slot in slots)


def last_build(camp: Camp) -> GridBuild | None:
    return camp.grid_builds.filter(kind=GridBuild.Kind.GRID).first()


def _render(shared: SharedDraft, rows: DraftRows, shows_all_waiting: bool, topic: str) -> SafeString:
    draft, camp = shared.draft, shared.draft.camp
    broken = advice.broken_rules(border.case_of(rows))
    latest, counted = GridVersion.latest(camp), advice.counted_of(shared.figures)
    hues = hues_for(camp, (pitch.topic for pitch in rows.pitches))
    topics = sorted({pitch.topic for pitch in rows.pitches if pitch.topic}, key=str.casefold)
    topic = topic if topic in topics else ""
    facts = Facts(
        people=counted.people if counted else {},
        wrong={pk: found.sentence for found in broken for pk in found.session_ids},
        hues=hues,
        paper=_("%(camp)s · draft, not published") % {"camp": camp.name},
        topic=topic,
    )
    waiting = [item for item in what_waits(rows, counted, hues, shared.build) if topic in ("", item.pitch.topic)]
    context = {
        "camp": camp,
        "revision": draft.revision,
        "board": board_of(camp, rows, facts),
        "has_many": len(rows.rooms) >= MANY,
        "faults": faults_of(camp, rows, broken),
        "missing_needs": advice.missing_needs(rows),
        "waiting": waiting if shows_all_waiting else waiting[:WAITING],
        "waiting_count": len(waiting),
        "topic": topic,
        "topics": topics,
        "figures": shared.figures,
        "counted": counted,
        "build": shared.build,
        "proof": proof_of(shared.build, counted),
        "latest": latest,
        "changes": pending_changes(latest, rows),
    }
    return render_to_string("schedule/_workshop.html", context)
