"""What the solver found, in words: titles, rooms and times. Never names of people who are interested."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock
from events.few import about, is_few
from events.models.frame import feature_name

from .. import solver
from ..build.border import Case
from ..models.sentences import by_id


def rule_sentences() -> list[str]:
    """The rules of the scheduler, as people read them."""
    return [_(sentence) for sentence in solver.sentences()]


def concern_sentences() -> dict[str, str]:
    """What is weighed against wishes, as people read it."""
    return {name: _(sentence) for name, sentence in solver.concern_sentences().items()}


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
