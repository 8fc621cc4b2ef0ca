"""What the solver found, in words: titles, rooms and times. Never names of people who are interested."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.clocks import on_the_clock
from events.few import about, is_few
from events.models.frame import feature_name
from events.templatetags.campgrid import clock
from pitches.models import Pitch

from .. import solver
from ..build.border import Case
from ..models import GridBuild
from ..models.sentences import by_id


def rule_sentences() -> list[str]:
    """The rules of the scheduler, as people read them."""
    return [_(sentence) for sentence in solver.sentences()]


def concern_sentences() -> dict[str, str]:
    """What is weighed against wishes, as people read it."""
    return {name: _(sentence) for name, sentence in solver.concern_sentences().items()}


#: what somebody means who slides a concern to a number from 0 to 10: other words at each step
IN_WORDS = (
    _lazy("not at all"),
    _lazy("hardly"),
    _lazy("a little"),
    _lazy("somewhat"),
    _lazy("a fair amount"),
    _lazy("a good deal"),
    _lazy("much"),
    _lazy("a lot"),
    _lazy("very much"),
    _lazy("nearly more than anything"),
    _lazy("more than anything"),
)


def in_words(number: int) -> str:
    """As `IN_WORDS`; below 0 as 0, above 10 as 10."""
    return str(IN_WORDS[max(0, min(len(IN_WORDS) - 1, number))])


def concern_words() -> str:
    """For each number in turn, as the page's script reads them."""
    return "|".join(f"{number}: {in_words(number)}" for number in range(len(IN_WORDS)))


def concern_now(number: int) -> str:
    """Where a slider stands, as long as nothing was measured."""
    return _("It is at %(number)s: %(words)s.") % {"number": number, "words": in_words(number)}


def concern_costs(build: GridBuild | None) -> dict[str, str]:
    """By concern, where it stood in that build and how many wishes it was measured to cost."""
    if build is None or not build.costs:
        return {}
    when = clock(build.created_at)
    return {name: _cost_in_words(number, cost, when) for name, (number, cost) in build.costs.items()}


def _cost_in_words(number: int, cost: int, when: str) -> str:
    # Below five it is not told whether it is any at all.
    text = (
        _("At %(number)s (%(words)s) it cost %(about)s wishes in the build of %(when)s.")
        if cost
        else _("At %(number)s (%(words)s): without it alone the build of %(when)s found at most a few wishes more.")
    )
    return text % {"number": number, "words": in_words(number), "about": about(cost), "when": when}


def rather_in_words(pitch: Pitch) -> str:
    """When its host would rather be there; nothing where any time is fine."""
    words = {
        Pitch.Rather.MORNING: _("The host would rather be in the morning."),
        Pitch.Rather.AFTERNOON: _("The host would rather be in the afternoon or later."),
        Pitch.Rather.NOT_FIRST: _("The host would rather not be first on a day."),
        Pitch.Rather.NOT_LAST: _("The host would rather not be last on a day."),
    }
    return words.get(Pitch.Rather(pitch.rather), "")


def reason_in_words(case: Case, session: int, reason: solver.Reason, *, by_wishes: bool = True) -> str:
    """Why a pitch has no place and what would make room; to be kept, so it names others by id.

    `by_wishes`: it is told what more people would miss. Not where nothing is known of what they want.
    """
    if reason.sentence == solver.TAKEN and not by_wishes:
        return _("Every room and slot it could use is taken.")
    text = _(reason.sentence)
    if reason.lacks:
        text += " " + _("A room with %(needs)s would make a place.") % {
            "needs": ", ".join(feature_name(code) for code in sorted(reason.lacks))
        }
    if reason.instead_of is not None:
        title = by_id(case.pitches[reason.instead_of.session])
        if is_few(reason.gain) or reason.gain > 0:
            text += " " + _("In place of “%(title)s” about as many wishes would be met.") % {"title": title}
        else:
            words = {"title": title, "about": about(-reason.gain)}
            text += " " + _("In place of “%(title)s” %(about)s fewer wishes would be met.") % words
    return text


def move_in_words(case: Case, move: solver.Move) -> str:
    """What one move of a repair does; to be kept, so it names the pitch by id."""
    words = {"title": by_id(case.pitches[move.session])}
    if move.after is None:
        return _("“%(title)s” comes off the grid.") % words
    words["to"] = cell_in_words(case, move.after)
    if move.before is None:
        return _("“%(title)s” gets a place: %(to)s.") % words
    words["from"] = cell_in_words(case, move.before)
    return _("“%(title)s” moves from %(from)s to %(to)s.") % words


def cell_in_words(case: Case, p: solver.Placement) -> str:
    """Room, day and time of a placement, by the clocks of the camp."""
    slot = case.slots[p.slot]
    local = timezone.localtime(slot.starts_at, slot.camp.tz)
    return f"{case.rooms[p.room].name}, {local:%a} {on_the_clock(local)}"
