"""What a list of sessions says in a column of its own became of each: what was cancelled or refused is left out.

The words are those of tickets, in five languages (`events/tickets.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _

from accounts.text import plain_heading
from events.tickets import GONE_SINCE, Ticket, ticket_in

from .report import Report, quoted
from .table import Row

#: the files that have sessions, and the column with their titles
TITLES = {"pitches.csv": "title", "sheet.csv": "Title"}
#: headings of such columns, as `plain_heading` has them
OF_STATES = frozenset(
    "status state sessionstatus sessionstate proposalstatus proposalstate pitchstatus talkstatus statut estado zustand "
    "eventstatus".split()
)
#: words that are told one by one
MOST_TOLD = 10


# Asked of each cell, and there are few headings.
@lru_cache(200)
def is_about_state(file: str, heading: str) -> bool:
    """Whether such a column of that file says what became of a session."""
    plain = plain_heading(heading)
    return file in TITLES and (plain in OF_STATES or plain in GONE_SINCE)


@dataclass(slots=True)
class StateRows:
    """The rows of lists of sessions, as they come."""

    report: Report
    #: what was told of words that keep nothing out
    words: set[str] = field(default_factory=set)

    def lets_in(self, file: str, row: Row, number: int) -> bool:
        """Whether a session comes in by it; what is not understood keeps none out."""
        for heading, said in row.items():
            if not said or not is_about_state(file, heading):
                continue
            is_since = plain_heading(heading) in GONE_SINCE
            ticket, _word = ticket_in([(heading if is_since else "status", said)])
            if ticket is Ticket.GONE:
                told = _("“%(title)s” is left out: “%(column)s” says “%(said)s”.")
                values = {"title": quoted(row[TITLES[file]]), "column": quoted(heading), "said": quoted(said)}
                self.report.remark(file, number, told % values)
                return False
            if ticket is not Ticket.VALID and said not in self.words and len(self.words) < MOST_TOLD:
                self.words.add(said)
                told = _("“%(said)s” below “%(column)s” is not read: what it is said of comes in.")
                self.report.remark(file, number, told % {"said": quoted(said), "column": quoted(heading)})
        return True
