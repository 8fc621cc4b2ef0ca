"""Who else is at the board, which cards they hold, and what they did a moment ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from events.caching import digest
from events.models import Attendee, Camp

from ..draft.history import Told, told_steps
from ..models import Presence

#: so long it is told what somebody else did; then it stands in the history
TOLD = timedelta(seconds=20)
#: deeds that are told at a time, the newest first
MOST_TOLD = 3
#: cards that are lit for one deed: a build moves all of them
MOST_LIT = 12


@dataclass(frozen=True, slots=True)
class Here:
    """As one person is told it: of the others."""

    people: list[Attendee]
    held: list[Presence]
    steps: list[Told]

    @classmethod
    def beside(cls, me: Attendee, camp: Camp) -> Here:
        """Two queries, and those of the sentences if there are any."""
        now = timezone.now()
        others = list(Presence.objects.beside(me, now))
        for found in others:
            found.attendee.camp = camp
        since = now - TOLD
        steps = camp.steps.filter(Q(made_at__gt=since) | Q(undone_at__gt=since)).exclude(by=me).select_related("by")
        held = [found for found in others if found.holds(now)]
        return cls([found.attendee for found in others], held, told_steps(camp, list(steps[:MOST_TOLD])))

    @property
    def stamp(self) -> str:
        """Changes with whatever of it is shown."""
        people = [(person.pk, person.display_name, person.role) for person in self.people]
        held = [(found.pk, found.card) for found in self.held]
        return digest(people, held, [(told.step.pk, told.step.undone_at, told.sentence) for told in self.steps])

    def holders(self, pitch_id: int) -> list[Attendee]:
        """Who else has it in hand."""
        return [found.attendee for found in self.held if found.pitch_id == pitch_id]

    @property
    def lights(self) -> str:
        """By step, and by whether it was taken back, the cards that it moved: `7:entry-3 7:entry-4`."""
        return " ".join(
            f"{told.step.pk}{'b' if told.step.undone_at else ''}:entry-{moved['session']}"
            for told in self.steps
            for moved in told.step.moves[:MOST_LIT]
        )


def with_held(html: SafeString, held: Sequence[Presence]) -> SafeString:
    """The board with what others hold marked on its cards: what is kept for all has no mark of anybody."""
    text = str(html)
    for found in held:
        mark = f'id="{found.card}"'
        text = text.replace(mark, f'{mark} data-held="{escape(found.words)}"', 1)
    return SafeString(text)  # nosec B703 # what was safe, and a text that was escaped just now
