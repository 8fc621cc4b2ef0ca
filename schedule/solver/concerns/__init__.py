"""The concerns: what is weighed against wishes. Each has one home and one name, and this is the list.

A concern is a sentence for people, a scale for the number they slide, an exact price of a finished grid, and the same
kept up along a search.
"""

from __future__ import annotations

from .calm import Calm
from .concern import Concern, Followed, Follower
from .fairness import Fairness
from .hosts import Hosts
from .seats import Seats
from .times import Times, is_unwelcome
from .topics import Topics
from .turnout import Turnout

CONCERNS: tuple[Concern, ...] = (Fairness(), Hosts(), Times(), Topics(), Seats(), Calm())

__all__ = ["CONCERNS", "Concern", "Followed", "Follower", "Turnout", "concern_sentences", "is_unwelcome"]


def concern_sentences() -> dict[str, str]:
    """The concerns as people read them, by name."""
    return {concern.NAME: concern.SENTENCE for concern in CONCERNS}
