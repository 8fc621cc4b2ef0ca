"""Who in a list of people still has a ticket; of the others the first are told one by one, of the rest how many."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.tickets import Ticket, is_about_tickets, ticket_in

from .report import Report, quoted
from .table import Row

FILE = "attendees.csv"
#: rows, and words, that are told one by one: a shop may have cancelled hundreds, and other things are to be read, too
MOST_TOLD = 10


@dataclass(slots=True)
class TicketRows:
    """The rows of one list, as they come."""

    report: Report
    #: rows that are left out; those of which a word is not understood
    left_out: list[int] = field(default_factory=list)
    unclear: list[int] = field(default_factory=list)
    #: what is said of tickets that is not understood: told once each
    words: set[str] = field(default_factory=set)

    def lets_in(self, row: Row, number: int) -> bool:
        """Whether somebody comes by it; what is not understood keeps nobody out."""
        ticket, word = ticket_in(row.items())
        if ticket in (Ticket.GONE, Ticket.UNSURE):
            self.left_out.append(number)
            if len(self.left_out) <= MOST_TOLD:
                self.tell_left_out(row, number)
            return False
        if ticket is Ticket.UNKNOWN and word not in self.words:
            if len(self.words) < MOST_TOLD:
                self.words.add(word)
                told = _("“%(said)s” is nothing that is understood of a ticket: whoever it is said of comes in.")
                self.report.remark(FILE, number, told % {"said": quoted(word)})
            else:
                self.unclear.append(number)
        return True

    def tell_left_out(self, row: Row, number: int) -> None:
        told = _("“%(name)s” has no ticket that is valid (%(said)s): they are left out.")
        if not row["display_name"].strip():
            # A shop may know an address alone, which is nothing to be told.
            told = _("This row has no ticket that is valid (%(said)s): it is left out.")
        said = ", ".join(filter(None, (row[column] for column in row if is_about_tickets(column))))
        self.report.remark(FILE, number, told % {"name": quoted(row["display_name"].strip()), "said": quoted(said)})

    def tell_rest(self) -> None:
        """Once all rows have come."""
        if more := self.left_out[MOST_TOLD:]:
            told = ngettext(
                "From here on, %(count)s more person has no ticket that is valid: they are left out.",
                "From here on, %(count)s more people have no ticket that is valid: they are left out.",
                len(more),
            )
            self.report.remark(FILE, more[0], told % {"count": len(more)})
        if self.unclear:
            told = ngettext(
                "From here on, what %(count)s more ticket says is not understood: whoever it is of comes in.",
                "From here on, what %(count)s more tickets say is not understood: whoever they are of comes in.",
                len(self.unclear),
            )
            self.report.remark(FILE, self.unclear[0], told % {"count": len(self.unclear)})
