"""How good the draft is, in one sentence, and what the last build proved of it."""

from __future__ import annotations

import math
from typing import NamedTuple

from django.utils.translation import gettext as _

from events.few import about, in_steps

from ..advice import Counted
from ..models import GridBuild


class Proof(NamedTuple):
    """What the last build proved of the grid that it found, and how the draft stands beside that."""

    #: within how many per cent of the best grid there can be; 0: it is the best
    percent: int
    #: fewer wishes than this are what a grid could meet beyond it
    open: int
    #: the draft is that very grid
    is_of_draft: bool
    #: about how many wishes more the draft meets, or fewer, as they are told; 0: about as many
    more: int


def proof_of(build: GridBuild | None, counted: Counted | None, *, is_same: bool, is_of_this: bool) -> Proof | None:
    """None where nothing is proved, and where that was of another camp than there is now (`is_of_this`). `is_same`: the
    draft is the grid that was found. Of another one nothing is proved, however many wishes are told of it: hosts who
    lead at that hour count in the proof, and in no number that is told.
    """
    if build is None or counted is None or not is_of_this or not build.limit:
        return None
    if build.state != GridBuild.State.DONE or not build.is_about_wishes:
        return None
    # Rounded so that it holds: of what is told and what is true the smaller one is divided by.
    met = max(1, min(build.told_attended, in_steps(build.attended)))
    percent = 0 if build.is_best else math.ceil(100 * build.told_most_open / met)
    more = 0 if is_same else counted.figures.attended - build.told_attended
    return Proof(percent, build.told_most_open, is_same, more)


def verdict_of(counted: Counted | None, proof: Proof | None) -> str:
    """How good the draft is: whom it serves least, what could still be won, what is proved."""
    if counted is None:
        return ""
    good = counted.figures
    if good.least is None and not good.limit:
        return _("Nobody or only a few have said yet what they want to be at.")
    # Fewer than five are a few, be it nobody: so it is not told that there is nobody.
    if good.least is None:
        parts = [_("fewer than ten people have said what they want, so whom it serves is not told")]
    elif good.least:
        parts = [_("all but a few people see %(n)s %% or more of what they could") % {"n": good.least}]
    else:
        parts = [_("some people see nothing, or next to nothing, of what they want")]
    parts += _proof_in_words(good.limit, proof)
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _proof_in_words(limit: int, proof: Proof | None) -> list[str]:
    if proof is None:
        return [_("how much better a grid could be is not proved")]
    if proof.is_of_draft and not proof.percent:
        return [_("no grid meets more wishes: that is proved")]
    if proof.is_of_draft:
        won = _("fewer than %(n)s of %(all)s wishes could still be won") % {"n": proof.open, "all": about(limit)}
        return [won, _("proved within %(n)s %%") % {"n": proof.percent}]
    found = (
        _("the grid of the last build was proved within %(n)s %%") % {"n": proof.percent}
        if proof.percent
        else _("the grid of the last build was proved the best")
    )
    if proof.more > 0:
        beside = _("this one meets %(n)s wishes more") % {"n": about(proof.more)}
    elif proof.more < 0:
        beside = _("this one meets %(n)s wishes fewer") % {"n": about(-proof.more)}
    else:
        beside = _("this one meets about as many wishes")
    return [found, beside]
