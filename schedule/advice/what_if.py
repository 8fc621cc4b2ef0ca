"""What one more room or slot would win, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from events.few import about


@dataclass(frozen=True, slots=True)
class Won:
    """The best grid found with it, beside the best found of the camp as it is; wishes are as they are told."""

    #: wishes more that are met, or fewer; 0 for a few
    more: int
    #: pitches without a place, as it is, and with it
    waited: int
    waits: int
    #: no grid with it meets so many wishes more than are known to be met now
    beyond: int
    #: no grid with it meets more wishes than one that is known
    is_best: bool
    is_about_wishes: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class NoAnswer(StrEnum):
    """Why a question has none."""

    STOPPED = "stopped"
    GONE = "gone"
    CONTRADICTION = "contradiction"


NONE_IN_WORDS = {
    NoAnswer.STOPPED: _lazy("There is no answer: it was stopped."),
    NoAnswer.GONE: _lazy("There is no answer: what it was to be like is gone, or there is no time for it any more."),
    NoAnswer.CONTRADICTION: _lazy(
        "There is no answer: what is pinned and asked for cannot all hold. Build the grid: it says what to let go."
    ),
}


def won_in_words(answer: dict[str, Any]) -> list[str]:
    """What it wins, then what is proved; or why there is no answer. Nothing where it failed."""
    if not answer:
        return []
    if "none" in answer:
        return [str(NONE_IN_WORDS[answer["none"]])]
    won = Won(**answer)
    parts = [_met_in_words(won.more)] if won.is_about_wishes else []
    parts.append(_places_in_words(won.waited, won.waits))
    sentences = [_("With it %(parts)s.") % {"parts": ", ".join(parts)}]
    if not won.is_about_wishes:
        return [*sentences, _("Nobody or only a few have said yet what they want to be at.")]
    if won.is_best:
        return [*sentences, _("No grid with it meets more wishes than one that was found: that is proved.")]
    proved = _("No grid with it meets %(n)s wishes more than the best one known without it: that is proved.")
    return [*sentences, proved % {"n": won.beyond}]


def _met_in_words(more: int) -> str:
    if more > 0:
        return _("%(about)s more wishes are met") % {"about": about(more)}
    if more < 0:
        return _("%(about)s fewer wishes are met") % {"about": about(-more)}
    # Below five it is not told whether it is any at all.
    return _("at most a few more wishes are met")


def _places_in_words(waited: int, waits: int) -> str:
    if not waited and not waits:
        return _("every pitch has a place, as it has without it")
    if not waits:
        return ngettext(
            "the one that would wait without it gets a place",
            "all %(n)s that would wait without it get a place",
            waited,
        ) % {"n": waited}
    if waits < waited:
        text = ngettext(
            "%(n)s of the %(all)s that would wait without it gets a place",
            "%(n)s of the %(all)s that would wait without it get a place",
            waited - waits,
        )
        return text % {"n": waited - waits, "all": waited}
    return ngettext("%(n)s pitch still waits", "%(n)s pitches still wait", waits) % {"n": waits}
