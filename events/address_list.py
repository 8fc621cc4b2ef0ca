"""E-mail addresses in whatever people paste or bring: lists, mails, sheets, and what ticket shops export.

Tito's export of attendees calls the columns "Ticket Email", "Order Email" and "Void Status"; Eventbrite's calls them
"Email", "Buyer Email" and "Attendee Status".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.forms import LONGEST_ADDRESS
from accounts.text import carried, plain_heading

from .marks import MOST_ABOVE, first_rows, marks_of
from .tickets import Ticket, is_about_tickets, ticket_in

#: the columns that hold the address of who comes, the surest first; letters only
OF_WHO_COMES = (
    "ticketemail", "attendeeemail", "attendeeemailaddress", "guestemail", "participantemail", "email",
    "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "courriel", "adressemail", "adresseemail",
    "correo", "correoelectronico", "emailadres",
    "emaildesteilnehmers", "emailduparticipant", "emaildelparticipante", "emaildelasistente",
    "emailvandedeelnemer",
)  # fmt: skip
#: and of who paid, where nobody has said yet who comes
OF_WHO_PAID = (
    "orderemail", "buyeremail", "purchaseremail", "bookeremail", "customeremail", "billingemail", "payeremail",
    "contactemail", "rechnungsemail", "kauferemail", "bestelleremail", "emaildeskaufers", "emaildesbestellers",
    "emailadressedeskaufers", "emailadressedesbestellers", "emaildelacheteur", "courrieldelacheteur",
    "adresseemaildelacheteur", "emaildelcomprador", "correodelcomprador", "correoelectronicodelcomprador",
    "emailvandekoper", "emailadresvandekoper", "emailkoper",
)  # fmt: skip
#: one address or name on a line: what is quoted, or stands in angle brackets, holds commas of its own
PIECE = re.compile(r"""(?:"[^"]*"|<[^<>]*>|[^,;|\t"<]+|["<])+""")
HANDLE = re.compile(r"\s*@\w+\s*")
IN_BRACKETS = re.compile(r"<([^<>]*)>")
#: what stands around an address that was copied from a text
AROUND = " \t\"'“”‘’„«»()[]{}<>.,:;\u00a0\u200b\u200c\u200d\u2060\ufeff"
#: cells of a line, and what is told one by one
MOST_CELLS, MOST_TOLD = 5_000, 20
LONGEST_TOLD, LONGEST_HEADING = 60, 20_000
#: columns that say something of tickets, and words about them that are told one by one
MOST_STATUSES, MOST_WORDS = 20, 5
#: that say behind an address that its ticket is gone: a sentence may be about anything
MOST_WORDS_BEHIND = 3


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


# -- tables -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Columns:
    """By where they stand in a row."""

    headings: list[str]
    who_comes: list[int]
    who_paid: list[int]
    #: with their headings
    about_tickets: list[tuple[str, int]]

    @classmethod
    def of(cls, cells: Sequence[str]) -> _Columns:
        names = [plain_heading(carried(cell)) for cell in cells]
        who_paid = [i for i, name in enumerate(names) if name in OF_WHO_PAID]
        # Others that speak of e-mail come last; a question whether somebody wants any is no address.
        sure = [i for called in OF_WHO_COMES for i, name in enumerate(names) if name == called]
        likely = [i for i, name in enumerate(names) if name.endswith(("email", "emailaddress"))]
        return cls(
            [carried(cell).strip() for cell in cells],
            [*sure, *(i for i in likely if i not in sure and i not in who_paid and not sure)],
            who_paid,
            [(carried(cells[i]).strip(), i) for i, name in enumerate(names) if is_about_tickets(name)][:MOST_STATUSES],
        )

    def ticket(self, cells: Sequence[str]) -> tuple[Ticket, str]:
        return ticket_in((name, cells[i]) for name, i in self.about_tickets if i < len(cells))


def _headings(text: str) -> tuple[int, str, _Columns] | None:
    """The row that names a column of addresses, what stands between its cells, and the columns."""
    first = {mark: first_rows(text, mark) for mark in marks_of(text)[0]}
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
        #: addresses of rows whose address stands in another column, by the heading they stand under
        self.beside: dict[str, list[str]] = {}
        #: what is said of tickets that is not understood, and where
        self.unknown: dict[str, list[int]] = {}

    def read_table(self, text: str, line: int, mark: str, columns: _Columns) -> None:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        # A spreadsheet shows no row for the line that says what stands between cells.
        _marks, hidden = marks_of(text)
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
        ticket, said = columns.ticket(cells)
        if ticket in (Ticket.GONE, Ticket.UNSURE):
            (self.gone if ticket is Ticket.GONE else self.unsure).append(number)
            return
        if ticket is Ticket.UNKNOWN:
            self.unknown.setdefault(said, []).append(number)
        for these, is_who_paid in ((columns.who_comes, False), (columns.who_paid, True)):
            at = next((i for i in these if i < len(cells) and cells[i]), None)
            if at is not None:
                typed = cells[at]
                self.look_beside(cells, {at, *columns.who_paid}, columns.headings)
                if not self.find_in(number, typed):
                    self.wrong.append((number, typed))
                elif is_who_paid and columns.who_comes:
                    self.by_who_paid.append(number)
                return
        self.look_beside(cells, {*columns.who_paid}, columns.headings)
        self.without.append(number)

    def look_beside(self, cells: Sequence[str], read: Collection[int], headings: Sequence[str]) -> None:
        """A row is a person: others who stand there as well, and what else they are called by, are not read."""
        for i, cell in enumerate(cells):
            if "@" in cell and i not in read and (addresses := addresses_of(cell)):
                heading = headings[i] if i < len(headings) else ""
                self.beside.setdefault(heading or _("without a heading"), []).extend(addresses)

    def read_line(self, number: int, line: str) -> None:
        pieces = [piece for piece in PIECE.findall(line) if piece.strip(AROUND)]
        with_sign = [piece for piece in pieces if "@" in piece]
        if len(with_sign) > 1:
            # Beside an address, what begins with the sign is somebody's name on some network.
            with_sign = [piece for piece in with_sign if not HANDLE.fullmatch(piece)] or with_sign
        if line.count("@") == 1 and _is_gone_behind(line):
            self.gone.append(number)
            return
        for piece in with_sign:
            if not self.find_in(number, piece):
                self.wrong.append((number, piece.strip()))
        if pieces and not with_sign:
            self.without.append(number)

    def find_in(self, number: int, piece: str) -> bool:
        """The addresses in it are found, if it has any."""
        addresses = addresses_of(piece)
        self.found.update(dict.fromkeys(addresses))
        return bool(addresses)

    def result(self) -> AddressList:
        return AddressList(list(self.found), list(self.told_faults()), list(self.told_remarks()))

    def told_faults(self) -> Iterator[str]:
        for number, typed in self.wrong[:MOST_TOLD]:
            yield _("Row %(row)s: “%(text)s” is not an e-mail address.") % {"row": number, "text": _short(typed)}
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
        yield from self.told_beside()
        yield from self.told_unknown()

    def told_beside(self) -> Iterator[str]:
        """Who stands on the list by another row misses nothing."""
        counts = {name: len({*addresses} - self.found.keys()) for name, addresses in self.beside.items()}
        if named := [f"“{_short(name)}” ({count})" for name, count in counts.items() if count]:
            told = _("Of each row one address is read. Those of these columns are not: %(columns)s.")
            yield told % {"columns": ", ".join(named[:MOST_TOLD])}

    def told_unknown(self) -> Iterator[str]:
        """Nobody is left out by a word that nobody knows here."""
        for said, rows in [*self.unknown.items()][:MOST_WORDS]:
            told = ngettext(
                "What is said of a ticket is not understood, so it counts as valid: “%(said)s” in row %(rows)s.",
                "What is said of tickets is not understood, so they count as valid: “%(said)s” in rows %(rows)s.",
                len(rows),
            )
            yield told % {"said": _short(said), "rows": _listed(rows)}
        if more := [row for rows in [*self.unknown.values()][MOST_WORDS:] for row in rows]:
            told = _("Other words about tickets that are not understood: rows %(rows)s.")
            yield told % {"rows": _listed(more)}


def _is_gone_behind(line: str) -> bool:
    """Whether what stands behind the address says, in short, that its ticket is gone: (cancelled) · declined."""
    behind = re.split(r"@[^\s,;|>)\]\"]+", line)[-1].strip(AROUND + "-–—|")
    is_short = 0 < len(behind.split()) <= MOST_WORDS_BEHIND
    return is_short and ticket_in([("status", behind)])[0] is Ticket.GONE


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}…"


def _listed(rows: Sequence[int]) -> str:
    """3, 5, 8; of many the first, and how many more."""
    first = ", ".join(map(str, rows[:MOST_TOLD]))
    if len(rows) <= MOST_TOLD:
        return first
    return _("%(rows)s and %(count)s more") % {"rows": first, "count": len(rows) - MOST_TOLD}


def addresses_of(piece: str) -> list[str]:
    """Those in angle brackets, or each of those between blanks and marks; none if one of them is no address."""
    in_brackets = [inside for inside in IN_BRACKETS.findall(piece) if "@" in inside]
    typed = in_brackets or [word for word in re.split(r"[\s,;|]+", piece) if "@" in word]
    addresses = [re.sub("^mailto:", "", one.strip(AROUND), flags=re.IGNORECASE).strip(AROUND).lower() for one in typed]
    return addresses if all(map(is_address, addresses)) else []


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS
