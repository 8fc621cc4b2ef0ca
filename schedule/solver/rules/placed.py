"""Sessions that must be placed.

No rule of the list: a grid without one of them is poor and not wrong, and can be published.
"""

from __future__ import annotations

from ..translation import N_
from .rule import Bendable, Cause, Demand


class MustBePlaced(Demand):
    SENTENCE = N_("A session that must have a place gets one.")
    HELD = N_("%(titles)s must have a place.")

    def bend(self, model: Bendable) -> None:
        for i, session in enumerate(model.problem.sessions):
            if session.must_be_placed:
                model.exactly_one(list(model.starts[i].values()), Cause(self, (i,)))


must_be_placed = MustBePlaced()
