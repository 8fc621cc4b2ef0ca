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
from events.models import Attendee, Camp, Slot
from pitches.topics import hues_for

from .. import advice
from ..build import border
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, DraftFigures, GridBuild, GridVersion
from ..wall.publish import pending_changes
from .board import MANY, Facts, board_of
from .sketch import is_sketched, moves_to, sketch_of
from .taking import if_taken
from .tray import faults_of, what_waits
from .verdict import proof_of, verdict_of

#: what it is made of; the version on the wall, too: it says what publishing would change
PARTS = (stamps.DRAFT, stamps.FRAME, stamps.PITCHES, stamps.PEOPLE, stamps.GRID)
#: pitches that wait for a place, shown without asking for all
WAITING = 20
#: boards of one topic that are kept at a time
KEPT_TOPICS = 16


class May(NamedTuple):
    """What those may do for whom the page is made."""

    place: bool
    repair: bool
    #: build and publish, make slots: all that organisers do
    organise: bool

    @classmethod
    def of(cls, me: Attendee) -> May:
        return cls(me.may_move, me.may_repair, me.is_organiser)


ALL = May(place=True, repair=True, organise=True)


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
        *numbers, wishes = stamps.read(camp, *PARTS, stamps.WISHES)
        # Whether what the build proved is still about this camp.
        proved = build is not None and build.proved_of[:3] == [numbers[1], numbers[2], wishes]
        slots = list(camp.slots.all())
        told = (figures.stamp, figures.counted_at) if figures else ()
        of_build = (build.pk, build.state, build.is_asking, build.sketches, bool(build.costs), proved) if build else ()
        shown = DraftShown(tuple(numbers), draft.revision, told, _clock(camp, slots), of_build)
        return cls(draft, figures, build, slots, shown)

    @property
    def is_proved(self) -> bool:
        """The frame, the pitches and the wishes are those of the last build."""
        return bool(self.shown.build and self.shown.build[-1])

    @property
    def stamp(self) -> str:
        """Changes with whatever is shown: also with what the draft's revision does not count, such as a title, or a
        pitch that waits for a place.
        """
        return digest(*self.shown)

    def html(self, *, shows_all_waiting: bool = False, topic: str = "", may: May = ALL) -> SafeString:
        """For all who may the same (cached fragment); what is not about `topic` stands aside, if one is looked for."""

        def make() -> SafeString:
            return _render(self, read_draft(self.draft.camp, slots=self.slots), shows_all_waiting, topic, may)

        # Whatever somebody writes into the address, a few are kept.
        place = zlib.crc32(topic.encode()) % KEPT_TOPICS if topic else ""
        state = (self.shown, topic)
        return kept_newest("draft", self.draft.camp.pk, shows_all_waiting, place, may, state=state, make=make)


def _was_unpinned(build: GridBuild | None, rows: DraftRows) -> bool:
    """What was pinned when the build began may go elsewhere by now: more may be possible than it proved."""
    now = {found.session.pk for found in rows.standing if found.session.is_pinned}
    return build is not None and not now.issuperset(build.pinned)


def _clock(camp: Camp, slots: list[Slot]) -> tuple[object, ...]:
    """Changes when a slot begins or ends: another row is "now", and what has begun is the past."""
    now = timezone.now()
    return camp.is_running, sum(slot.starts_at <= now for slot in slots), sum(slot.ends_at <= now for slot in slots)


def last_build(camp: Camp) -> GridBuild | None:
    found: GridBuild | None = camp.grid_builds.filter(kind=GridBuild.Kind.GRID).select_related("step").first()
    if found:
        found.camp = camp
    return found


def _render(shared: SharedDraft, rows: DraftRows, shows_all_waiting: bool, topic: str, may: May) -> SafeString:
    draft, camp, build = shared.draft, shared.draft.camp, shared.build
    sketch = sketch_of(rows, build) if build and is_sketched(build, draft.revision) else None
    drawn = sketch or rows
    broken = advice.broken_rules(border.case_of(drawn))
    latest, counted = GridVersion.latest(camp), advice.counted_of(shared.figures)
    hues = hues_for(camp, (pitch.topic for pitch in rows.pitches))
    topics = sorted({pitch.topic for pitch in rows.pitches if pitch.topic}, key=str.casefold)
    topic = topic if topic in topics else ""
    facts = Facts(
        # They are of the draft: what a build has so far stands elsewhere.
        people=counted.people if counted and not sketch else {},
        wrong={pk: found.sentence for found in broken for pk in found.session_ids},
        hues=hues,
        paper=_("%(camp)s · draft, not published") % {"camp": camp.name},
        topic=topic,
        is_read=not may.place,
        can_mend=may.repair,
    )
    waiting = [item for item in what_waits(drawn, counted, hues, build) if topic in ("", item.pitch.topic)]
    is_same = build is not None and not any(moves_to(rows, build))
    # Undo may have brought it back.
    is_left = build is not None and build.was_left and not is_same
    proof = proof_of(
        build,
        counted,
        is_same=is_same,
        is_of_this=shared.is_proved and not _was_unpinned(build, rows),
    )
    context = {
        "camp": camp,
        "revision": draft.revision,
        "board": board_of(camp, drawn, facts),
        "may": may,
        "is_helper": not may.organise,
        "is_closed": camp.is_archived or not may.place,
        "is_sketch": sketch is not None,
        "has_many": len(rows.rooms) >= MANY,
        "faults": faults_of(camp, drawn, broken),
        "missing_needs": advice.missing_needs(rows),
        "waiting": waiting if shows_all_waiting else waiting[:WAITING],
        "waiting_count": len(waiting),
        "topic": topic,
        "topics": topics,
        "figures": shared.figures,
        "counted": counted,
        "build": build,
        "is_left": is_left,
        "proof": proof,
        "compared": advice.compared_in_words(build) if build and (build.is_asking or build.has_found_same) else "",
        "if_taken": if_taken(rows, build) if build and build.is_asking and not build.is_applied else "",
        "verdict": verdict_of(counted, proof) if rows.standing and not sketch else "",
        "latest": latest,
        "changes": pending_changes(latest, rows),
    }
    return render_to_string("schedule/_workshop.html", context)
