"""What is said about a draft: what it breaks, for whom it is good, what to change.

Reads a `Case`; the solver answers.
"""

from ..solver import Expected
from .breaks import Break, broken_rules, contradictions
from .cells import (
    CellChoice,
    CellFilling,
    PlaceCell,
    PlaceSlot,
    best_cells,
    breaks_there,
    cell_choices,
    fillings,
    place_slots,
)
from .compared import Compared, compare, compared_in_words, count_moves, moves_in_words
from .counting import ask_for_figures, counted_of, last_figures, renew_figures
from .figures import Clash, Counted, Figures, RepeatIdea, expected_people, figures, repeat_ideas, worst_clashes
from .mending import Cost, Mending, cost_of, quick_repairs, repairs
from .needs import MissingNeed, missing_needs
from .shown import (
    ShownClash,
    ShownCrowd,
    ShownRepeat,
    Waiting,
    crowds,
    shown_clashes,
    waiting_pitches,
    with_titles,
)
from .what_if import NoAnswer, Won, won_in_words
from .words import (
    concern_costs,
    concern_now,
    concern_sentences,
    concern_words,
    rather_in_words,
    reason_in_words,
    rule_sentences,
)

__all__ = [
    "Break",
    "CellChoice",
    "CellFilling",
    "Clash",
    "Compared",
    "Cost",
    "Counted",
    "Expected",
    "Figures",
    "Mending",
    "MissingNeed",
    "NoAnswer",
    "PlaceCell",
    "PlaceSlot",
    "RepeatIdea",
    "ShownClash",
    "ShownCrowd",
    "ShownRepeat",
    "Waiting",
    "Won",
    "ask_for_figures",
    "best_cells",
    "breaks_there",
    "broken_rules",
    "cell_choices",
    "compare",
    "compared_in_words",
    "concern_costs",
    "concern_now",
    "concern_sentences",
    "concern_words",
    "contradictions",
    "cost_of",
    "count_moves",
    "counted_of",
    "crowds",
    "expected_people",
    "figures",
    "fillings",
    "last_figures",
    "missing_needs",
    "moves_in_words",
    "place_slots",
    "quick_repairs",
    "rather_in_words",
    "reason_in_words",
    "renew_figures",
    "repairs",
    "repeat_ideas",
    "rule_sentences",
    "shown_clashes",
    "waiting_pitches",
    "with_titles",
    "won_in_words",
    "worst_clashes",
]
