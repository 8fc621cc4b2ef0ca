"""E-mail addresses in whatever people paste or bring: lists, mails, sheets, and what ticket shops export.

Tito's export of attendees calls the columns "Ticket Email", "Order Email" and "Void Status"; Eventbrite's calls them
"Email", "Buyer Email" and "Attendee Status".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import islice, pairwise

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.forms import LONGEST_ADDRESS
from accounts.text import carried

#: the columns that hold the address of who comes, the surest first; letters only
OF_WHO_COMES = (
    "ticketemail", "attendeeemail", "attendeeemailaddress", "guestemail", "participantemail", "email",
    "emailaddress", "mail", "mailaddress",
)  # fmt: skip
#: and of who paid, where nobody has said yet who comes
OF_WHO_PAID = (
    "orderemail", "buyeremail", "purchaseremail", "bookeremail", "customeremail", "billingemail", "payeremail",
    "contactemail",
)  # fmt: skip
#: columns that say by anything in them that the ticket is gone
GONE_SINCE = (
    "void",
    "voided",
    "voidstatus",
    "cancelled",
    "canceled",
    "refunded",
    "cancelledat",
    "canceledat",
    "refundedat",
)
IS_GONE = re.compile(r"cancel|refund|void|deleted|not attending|declined|rejected|transferred", re.IGNORECASE)
#: the ticket is none yet, or no longer
IS_UNSURE = re.compile(
    r"pending|expired|wait(?:ing|list)|awaiting|unpaid|not paid|abandoned|reserved|incomplete|unconfirmed|not confirmed"
    r"|not approved|draft|failed",
    re.IGNORECASE,
)
#: some of the money came back, the ticket is still there; and words that say that nothing of it happened
IS_KEPT = re.compile(r"partial", re.IGNORECASE)
IS_DENIED = re.compile(
    r"\b(?:not|no|non|never|without)[\s-]+(?:(?:yet|been|a|any)\s+)*(?:cancel|refund|void|delet|declin|reject|transfer)\w*",
    re.IGNORECASE,
)
#: no · 0 · 0.00 · £0.00 · 0,00 € · GBP 0
NO = re.compile(
    r"(?:no|n|none|nil|false|n/a|[-–—]|(?:[^\w\s]{1,2}|[a-z]{2,3}\$?)?\s*-?0+(?:[.,]0+)?\s*(?:[^\w\s]{1,2}|[a-z]{2,3})?)?",
    re.IGNORECASE,
)
#: what Excel writes above a table: the line says what stands between cells
SAYS_MARK = re.compile(r"sep=([^\r\n])\s*[\r\n]", re.IGNORECASE)
#: one address or name on a line: what is quoted, or stands in angle brackets, holds commas of its own
PIECE = re.compile(r"""(?:"[^"]*"|<[^<>]*>|[^,;|\t"<]+|["<])+""")
HANDLE = re.compile(r"\s*@\w+\s*")
IN_BRACKETS = re.compile(r"<([^<>]*)>")
#: what stands around an address that was copied from a text
AROUND = " \t\"'“”‘’„«»()[]{}<>.,:;\u00a0\u200b\u200c\u200d\u2060\ufeff"
#: lines that may stand above the headings, cells of a line, and what is told one by one
MOST_ABOVE, MOST_CELLS, MOST_TOLD = 20, 400, 20
LONGEST_TOLD, LONGEST_HEADING = 60, 20_000


@dataclass(slots=True)
class AddressList:
    """What was found, what is wrong, and what is to be told of rows that are left out."""

    emails: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def addresses_in(text: str) -> AddressList:
    """All addresses, in small letters, each once. Of a table the headings say where; else any place is good.

    Rows have the numbers that a spreadsheet shows. ValidationError: it says that it is a table, and is none.
    """
    reader = _ListReader()
    if found := _headings(text):
        reader.read_table(text, *found)
    else:
        for number, row in enumerate(_rows_in(text), 1):
            reader.read_line(number, carried(row).strip())
    return reader.result()


def _rows_in(text: str) -> Iterator[str]:
    """Each row as it stands, of several lines where a cell has them; of what is no table each line."""
    lines = list(io.StringIO(text, newline=""))
    rows = csv.reader(lines, strict=True)
    ends: list[int] = []
    try:
        ends.extend(rows.line_num for _row in rows)
    except csv.Error:
        ends = list(range(1, len(lines) + 1))
    for before, end in pairwise([0, *ends]):
        yield "".join(lines[before:end])


# -- tickets ----------------------------------------------------------------------------------------------


class Ticket(StrEnum):
    VALID = "valid"
    GONE = "gone"
    UNSURE = "unsure"


def is_about_tickets(heading: str) -> bool:
    """Whether such a column says if somebody still has a ticket."""
    return _plain(heading) in GONE_SINCE or _plain(heading).endswith("status")


def ticket_in(row: Mapping[str, str]) -> Ticket:
    """What the columns of a ticket shop say of a row, by their headings: cancelled, refunded, void; or not paid yet."""
    found = Ticket.VALID
    for heading, said in row.items():
        if not is_about_tickets(heading) or IS_KEPT.search(said):
            continue
        left = IS_DENIED.sub("", said).strip()
        if IS_GONE.search(left) or (_plain(heading) in GONE_SINCE and not NO.fullmatch(left)):
            return Ticket.GONE
        if IS_UNSURE.search(left):
            found = Ticket.UNSURE
    return found


# -- tables -----------------------------------------------------------------------------------------------


@lru_cache
def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.casefold())


@dataclass(frozen=True, slots=True)
class _Columns:
    """By where they stand in a row."""

    who_comes: list[int]
    who_paid: list[int]
    #: by their headings
    about_tickets: dict[str, int]

    @classmethod
    def of(cls, cells: Sequence[str]) -> _Columns:
        names = [_plain(carried(cell)) for cell in cells]
        who_paid = [i for i, name in enumerate(names) if name in OF_WHO_PAID]
        # Others that speak of e-mail come last; a question whether somebody wants any is no address.
        sure = [i for called in OF_WHO_COMES for i, name in enumerate(names) if name == called]
        likely = [i for i, name in enumerate(names) if name.endswith(("email", "emailaddress"))]
        return cls(
            [*sure, *(i for i in likely if i not in sure and i not in who_paid and not sure)],
            who_paid,
            {name: i for i, name in enumerate(names) if is_about_tickets(name)},
        )

    def ticket(self, cells: Sequence[str]) -> Ticket:
        return ticket_in({name: cells[i] for name, i in self.about_tickets.items() if i < len(cells)})


def _headings(text: str) -> tuple[int, str, _Columns] | None:
    """The row that names a column of addresses, what stands between its cells, and the columns."""
    said = SAYS_MARK.match(text)
    first = {mark: _first_rows(text, mark) for mark in (said[1] if said else ",;\t|")}
    for number in range(MOST_ABOVE):
        rows = {mark: rows[number] for mark, rows in first.items() if number < len(rows)}
        if any("@" in cell or len(cell) > LONGEST_HEADING for row in rows.values() for cell in row):
            return None
        columns = {mark: _Columns.of(cells[:MOST_CELLS]) for mark, cells in rows.items()}
        # Of several marks it is the one that makes the most of the row.
        found = [mark for mark, these in columns.items() if these.who_comes or these.who_paid]
        if found:
            mark = max(found, key=lambda one: len(rows[one]))
            return number + 1, mark, columns[mark]
    return None


def _first_rows(text: str, mark: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), MOST_ABOVE))
    return rows


# -- reading ----------------------------------------------------------------------------------------------


class _ListReader:
    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self.wrong: list[tuple[int, str]] = []
        #: rows of which nothing is taken, or not what was looked for
        self.gone: list[int] = []
        self.unsure: list[int] = []
        self.without: list[int] = []
        self.by_who_paid: list[int] = []

    def read_table(self, text: str, line: int, mark: str, columns: _Columns) -> None:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        # A spreadsheet shows no row for the line that says what stands between cells.
        hidden = 1 if SAYS_MARK.match(text) else 0
        try:
            # Counted as a spreadsheet does: a cell of several lines is in one row.
            for number, row in enumerate(reader, 1 - hidden):
                cells = [carried(cell).strip() for cell in row[:MOST_CELLS]]
                if number > line - hidden and any(cells):
                    self.read_row(number, cells, columns)
        except csv.Error:
            told = _("The file cannot be read as CSV: a quotation mark is left open, or a cell has no end.")
            raise ValidationError(told) from None

    def read_row(self, number: int, cells: Sequence[str], columns: _Columns) -> None:
        ticket = columns.ticket(cells)
        if ticket is not Ticket.VALID:
            (self.gone if ticket is Ticket.GONE else self.unsure).append(number)
            return
        for these, is_who_paid in ((columns.who_comes, False), (columns.who_paid, True)):
            typed = next((cells[i] for i in these if i < len(cells) and cells[i]), "")
            if typed:
                if not self.find_in(number, typed):
                    self.wrong.append((number, typed))
                elif is_who_paid and columns.who_comes:
                    self.by_who_paid.append(number)
                return
        self.without.append(number)

    def read_line(self, number: int, line: str) -> None:
        pieces = [piece for piece in PIECE.findall(line) if piece.strip(AROUND)]
        with_sign = [piece for piece in pieces if "@" in piece]
        if len(with_sign) > 1:
            # Beside an address, what begins with the sign is somebody's name on some network.
            with_sign = [piece for piece in with_sign if not HANDLE.fullmatch(piece)] or with_sign
        for piece in with_sign:
            if not self.find_in(number, piece):
                self.wrong.append((number, piece.strip()))
        if pieces and not with_sign:
            self.without.append(number)

    def find_in(self, number: int, piece: str) -> bool:
        """The addresses in it are found: those in angle brackets, or each of those between blanks and marks."""
        in_brackets = [inside for inside in IN_BRACKETS.findall(piece) if "@" in inside]
        typed = in_brackets or [word for word in re.split(r"[\s,;|]+", piece) if "@" in word]
        addresses = [re.sub("^mailto:", "", one.strip(AROUND), flags=re.IGNORECASE).lower() for one in typed]
        if not addresses or not all(map(is_address, addresses)):
            return False
        self.found.update(dict.fromkeys(addresses))
        return True

    def result(self) -> AddressList:
        return AddressList(list(self.found), list(self.told_faults()), list(self.told_remarks()))

    def told_faults(self) -> Iterator[str]:
        for number, typed in self.wrong[:MOST_TOLD]:
            short = typed if len(typed) <= LONGEST_TOLD else f"{typed[:LONGEST_TOLD]}…"
            yield _("Row %(row)s: “%(text)s” is not an e-mail address.") % {"row": number, "text": short}
        if more := len(self.wrong) - MOST_TOLD:
            if more > 0:
                yield ngettext("%(count)s more is wrong.", "%(count)s more are wrong.", more) % {"count": more}

    def told_remarks(self) -> Iterator[str]:
        for rows, one, many in (
            (self.gone, _("Left out, as its ticket is cancelled or refunded: row %(rows)s."),
             _("Left out, as their tickets are cancelled or refunded: rows %(rows)s.")),
            (self.unsure, _("Left out, as its ticket is not paid, not confirmed or has expired: row %(rows)s."),
             _("Left out, as their tickets are not paid, not confirmed or have expired: rows %(rows)s.")),
            (self.without, _("Without an e-mail address: row %(rows)s."),
             _("Without an e-mail address: rows %(rows)s.")),
            (self.by_who_paid, _("Nobody is named for this ticket, so the buyer is listed: row %(rows)s."),
             _("Nobody is named for these tickets, so the buyer is listed: rows %(rows)s.")),
        ):  # fmt: skip
            if rows:
                yield (many if len(rows) > 1 else one) % {"rows": _listed(rows)}


def _listed(rows: Sequence[int]) -> str:
    """3, 5, 8; of many the first, and how many more."""
    first = ", ".join(map(str, rows[:MOST_TOLD]))
    if len(rows) <= MOST_TOLD:
        return first
    return _("%(rows)s and %(count)s more") % {"rows": first, "count": len(rows) - MOST_TOLD}


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS
