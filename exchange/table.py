"""Texts of rows (CSV), and how large they may be. Nothing here knows a camp.

What can be told apart is read: commas, semicolons, tabs or what `sep=` says between cells, any ends of lines, a few
lines above the headings, headings in any letters and under other common names. What columns are called is said here
alone: a list and a wall ask the same.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.text import carried, plain_heading
from events.decoding import Size
from events.marks import MARKS, MOST_ABOVE, first_rows, marks_of
from events.room_sizes import FEATURES, NAMES, OF_ROOMS, SEATS

#: the sheet where it says times, and not the numbers of slots
BY_TIME = "sheet.csv by time"
#: the list of people where their names stand in two columns
BY_PARTS = "attendees.csv by parts"
#: columns each file must have
COLUMNS = {
    "rooms.csv": ["name"],
    "slots.csv": ["starts_at"],
    "attendees.csv": ["display_name"],
    "pitches.csv": ["title"],
    "interests.csv": ["attendee", "pitch", "level"],
    "sheet.csv": ["Session", "Room", "Title"],
}
#: those of the other shapes that a file may have
SHAPES = COLUMNS | {BY_TIME: ["Time", "Room", "Title"], BY_PARTS: ["First name", "Last name"]}
#: columns each may have beside those
KNOWN = {
    "rooms.csv": ["capacity", "features"],
    "slots.csv": ["date", "ends_at", "kind", "title"],
    "attendees.csv": ["attendee", "role"],
    BY_PARTS: ["attendee", "role"],
    "pitches.csv": ["pitch", "topic", "hosts", "length", "kind", "about", "after"],
    "interests.csv": [],
    "sheet.csv": [
        "Year", "Time", "Capacity", "Leader1", "Leader2", "Leader3", "Leader 4", "Session notes", "Hashtag",
    ],
    BY_TIME: [
        "Year", "Date", "Ends", "Capacity", "Leader1", "Leader2", "Leader3", "Leader 4", "Session notes", "Hashtag",
    ],
}  # fmt: skip
# Words of headings, as people have them in English, German, French, Spanish and Dutch.
DAYS = [
    "day", "datum", "tag", "weekday", "wochentag", "jour", "fecha", "día", "dag", "start date", "event start date",
    "startdatum", "beginnt am",
]  # fmt: skip
STARTS = [
    "start", "starts", "starts at", "from", "start time", "begins", "when", "zeit", "uhrzeit", "beginn", "von",
    "anfang", "startzeit", "wann", "heure", "horaire", "début", "hora", "inicio", "comienzo", "tijd", "tijdstip",
    "aanvang", "begin", "van", "event start time", "scheduled at", "beginnt um",
]  # fmt: skip
ENDS = [
    "end", "ends", "ends at", "until", "to", "end time", "finish", "ende", "bis", "schluss", "endzeit", "fin", "hasta",
    "einde", "eind", "tot", "event end time", "endet um",
]  # fmt: skip
TITLES = [
    "proposal title", "talk title", "event title", "subject", "idea", "titel", "thema", "vortrag", "betreff", "idee",
    "titre", "sujet", "thème", "idée", "título", "tema", "charla", "onderwerp",
]  # fmt: skip
#: and of what is for everybody, too
PROGRAMME = [
    "activity", "programme", "program", "agenda", "event", "item", "programm", "programmpunkt", "aktivität", "activité",
    "actividad", "programa", "activiteit", "programma",
]  # fmt: skip
TOPICS = ["track", "theme", "category", "kategorie", "catégorie", "categoría", "categorie"]
TEXTS = [
    "description", "short description", "abstract", "summary", "details", "beschreibung", "descripción", "beschrijving",
    "résumé",
]  # fmt: skip
LEADERS = [
    "leader", "leaders", "led by", "who", "host", "hosts", "speaker", "speakers", "presenter", "facilitator", "leitung",
    "referent", "referentin", "referenten", "sprecher", "moderation", "wer", "intervenant", "animateur", "ponente",
    "facilitador", "spreker", "begeleider", "host name", "host names", "session host", "session hosts", "speaker name",
    "speaker names", "presenters", "facilitators", "proposed by", "submitted by", "vorgeschlagen von",
]  # fmt: skip
NOTES = [
    "notes", "note", "session note", "link", "document", "notizen", "notiz", "protokoll", "notas", "nota", "lien",
    "enlace", "notities", "notitie", "aantekeningen",
]  # fmt: skip
#: of columns that people have beside the others, and of which nothing is read in any shape
UNREAD = [
    "duration", "minutes", "min", "mins", "dauer", "minuten", "durée", "duración", "duur", "comment", "comments",
    "remark", "remarks", "bemerkung", "bemerkungen", "anmerkung", "anmerkungen", "kommentar", "kommentare",
    "commentaire", "commentaires", "remarque", "remarques", "comentario", "comentarios", "observaciones", "opmerking",
    "opmerkingen", "number", "no", "nr", "round", "block",
]  # fmt: skip
#: other names of columns, as people and programs have them; letters, accents, case, blanks and signs aside
OTHER_NAMES = {
    "name": NAMES,
    "capacity": SEATS,
    "Capacity": SEATS,
    "features": FEATURES,
    "date": DAYS,
    "Date": DAYS,
    "starts_at": [*STARTS, "time"],
    "ends_at": ENDS,
    "Ends": ENDS,
    "kind": ["type"],
    "role": ["rolle", "rôle", "rol"],
    "length": ["länge", "longueur", "longitud", "lengte"],
    "attendee": ["attendee id", "key", "id"],
    "display_name": [
        "attendee name", "full name", "person", "ticket full name", "your name", "your full name", "what is your name",
        "name", "vollständiger name", "nom complet", "nombre completo", "volledige naam", "nom", "nombre", "naam",
        "participant name", "participant", "participants", "attendees", "delegate name", "delegate", "guest name",
        "guest", "teilnehmername", "teilnehmer", "teilnehmerin", "name des teilnehmers", "nom du participant",
        "nombre del asistente", "asistente", "participante", "naam deelnemer", "deelnemer", "attendee",
    ],
    "First name": [
        "first", "ticket first name", "given name", "forename", "vorname", "prénom", "voornaam", "nombre",
    ],
    "Last name": [
        "last", "surname", "ticket last name", "family name", "nachname", "familienname", "nom de famille", "apellido",
        "apellidos", "achternaam", "nom", "naam", "name",
    ],
    "pitch": ["pitch id", "key", "id"],
    "title": ["session title", "talk", "session", *TITLES, "name", "topic"],
    "about": TEXTS,
    "topic": TOPICS,
    "hosts": LEADERS,
    "level": ["interest", "interesse", "intérêt", "interés"],
    "Session": ["slot", "session no", "session number"],
    "Room": [
        "location", "where", "room name", "raum", "raumname", "ort", "wo", "lieu", "lugar", "ruimte", "locatie",
        *OF_ROOMS, "venue",
    ],
    "Title": ["session title", "talk", "topic", "session", "session name", "what", *TITLES, "was", *PROGRAMME],
    "Time": STARTS,
    "Session notes": NOTES,
    "Leader1": [*LEADERS, "host 1", "speaker 1"],
    "Leader2": ["host 2", "speaker 2", "co host"],
    "Leader3": ["host 3", "speaker 3"],
    "Leader 4": ["host 4", "speaker 4"],
}  # fmt: skip

#: and in files of that name only: what is on is no title of a pitch
ONLY_IN = {("slots.csv", "title"): ["what", "was", *PROGRAMME, "slot", "block", "label", "session name"]}

Row = dict[str, str]
#: a cell of nothing, or of a line that is drawn below headings: |---|:--:|
RULED = re.compile(":?-{2,}:?|")
#: under this name a row has what stood beyond its headings
BEYOND = ""


#: of a row, and of a cell in it: twice what the longest text of a pitch has
MOST_COLUMNS, LONGEST_CELL = 50, 20_000


def count_rows(name: str, text: str, most: Size) -> int:
    """How many lines the table has; ValidationError names what is too large, and no more of it is read."""
    try:
        mark = headings_of(name, text).mark
    except NotATable:
        # Told by whoever reads it.
        mark = MARKS[0]
    count = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            count += 1
            # The first holds the names of the columns.
            if count > most.rows + 1:
                raise ValidationError(
                    _("The file has more than %(most)s rows. Divide it, and bring the parts one after the other.")
                    % {"most": most.rows_in_words}
                )
            refuse_row(row, count)
    except csv.Error:
        if len(text) > csv.field_size_limit():
            # One cell that goes on and on: a quote that is never closed, say.
            raise ValidationError(_too_long(count + 1)) from None
        # Anything else is told with its row by whoever reads it.
    return count


def refuse_row(row: list[str], number: int) -> None:
    if len(row) > MOST_COLUMNS:
        raise ValidationError(_("Row %(row)s has more than %(most)s columns.") % {"row": number, "most": MOST_COLUMNS})
    if row and len(max(row, key=len)) > LONGEST_CELL:
        raise ValidationError(_too_long(number))


def _too_long(number: int) -> str:
    return _("A cell of row %(row)s has more than %(most)s characters.") % {
        "row": number, "most": f"{LONGEST_CELL:,}",
    }  # fmt: skip


class NotATable(Exception):
    """The file cannot be read from this row on."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = row, reason


# -- which line holds the headings, and what stands between cells ----------------------------------------


def called(*columns: str) -> frozenset[str]:
    """All names of these columns, as `plain_heading` has them."""
    return frozenset(plain_heading(name) for column in columns for name in (column, *OTHER_NAMES.get(column, [])))


def is_called(heading: str, column: str) -> bool:
    return plain_heading(heading) in called(column)


class Headings(NamedTuple):
    """Where they are, and what they are called here."""

    line: int
    mark: str
    #: one for each cell; empty for a column that nobody named
    names: list[str]
    #: of which nothing is read
    unknown: list[str]
    #: what stands above them
    above: list[str]


def _other_names(file: str, column: str) -> list[str]:
    return [*OTHER_NAMES.get(column, []), *ONLY_IN.get((file, column), [])]


def named(name: str, cells: Sequence[str]) -> list[str]:
    """The columns by our names, where they have one; others keep theirs.

    Our own name comes first, then the others in the order of `OTHER_NAMES`: each cell is one column, and each column
    one cell. What a file cannot do without may stand under our own name of what it can: a list of people whose names
    are headed "Attendee", as our key of a person is.
    """
    wanted = [*SHAPES[name], *KNOWN[name]]
    ours, typed = {plain_heading(column) for column in wanted}, [plain_heading(cell) for cell in cells]
    found: dict[int, str] = {}
    for column in wanted:
        for called in (column, *_other_names(name, column)):
            word = plain_heading(called)
            at = next((i for i, cell in enumerate(typed) if cell == word and i not in found), None)
            is_ours = at is not None and called != column and word in ours
            if at is not None and not is_ours:
                found[at] = column
                break
    for column in set(SHAPES[name]) - set(found.values()):
        others = {plain_heading(called) for called in _other_names(name, column)}
        spare = [i for i, cell in enumerate(typed) if cell in others and found.get(i) not in SHAPES[name]]
        found |= dict.fromkeys(spare[:1], column)
    names: list[str] = []
    for i, cell in enumerate(cells):
        column, number = found.get(i, cell), 1
        called = column
        # Twice the same heading: the second is a column of its own, and has its number.
        while called and called in names:
            number += 1
            called = f"{column} ({number})"
        names.append(called)
    return names


def headings_of(name: str, text: str) -> Headings:
    """The first line that has all columns a file of this name needs. NotATable: none has."""
    marks, skip = marks_of(text)
    known = {*SHAPES[name], *KNOWN[name]}
    read = {mark: _first_rows(text, mark) for mark in marks}
    lacking = SHAPES[name]
    for line in range(skip, MOST_ABOVE):
        found: list[tuple[int, str, list[str]]] = []
        for mark, rows in read.items():
            if line >= len(rows) or len(rows[line]) > MOST_COLUMNS:
                continue
            names = named(name, rows[line])
            missing = [column for column in SHAPES[name] if column not in names]
            if not missing:
                found.append((sum(column in known for column in names), mark, names))
            elif len(missing) < len(lacking):
                lacking = missing
        if not found:
            continue
        _count, mark, names = max(found, key=lambda one: one[0])
        above = [" ".join(filter(None, row)) for row in read[mark][skip:line]]
        if any(sum(map(bool, row)) >= max(2, len(list(filter(None, names)))) for row in read[mark][skip:line]):
            # As many cells as there are headings: those are headings themselves, which nobody knows.
            break
        unknown = [column for column in names if column and column not in known]
        return Headings(line + 1 - skip, mark, names, unknown, list(filter(None, above)))
    raise NotATable(1, _("The column “%(name)s” is missing.") % {"name": lacking[0]})


def _first_rows(text: str, mark: str) -> list[list[str]]:
    # One with too many cells is no line of headings: told by whoever reads it.
    return [
        [carried(cell).strip() for cell in row] if len(row) <= MOST_COLUMNS else row for row in first_rows(text, mark)
    ]


def lines_in(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line of a table: a cell of several lines is in one. NotATable ends it.

    A quotation mark that is left open makes one cell of all that follows, up to the next: where the lines of such a
    cell do not hold together, nothing of it is believed.
    """
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=mark)
    number = before = 0
    try:
        for number, row in enumerate(reader, 1):
            its_own, before = lines[before : reader.line_num], reader.line_num
            if _is_torn(its_own, mark, is_last=before == len(lines)):
                raise NotATable(number, _("A quotation mark in this row is never closed."))
            yield number, row
    except csv.Error as error:
        raise NotATable(number + 1, _("This is not CSV: %(error)s.") % {"error": error}) from error


def _is_torn(lines: Sequence[str], mark: str, *, is_last: bool) -> bool:
    """Whether a quotation mark is open at the end of a row, or was open over lines that are rows of their own."""
    if len(lines) == 1 and not is_last:
        return False
    try:
        list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error as error:
        # In one line a mark within a text is a way of writing, unless nothing closes it.
        return len(lines) > 1 or "unexpected end of data" in str(error)
    return False


def rows_of(name: str, text: str) -> Iterator[tuple[int, Row]]:
    """Number, as a spreadsheet shows it, and cells of each row that holds anything. NotATable ends it.

    What stands beyond the headings is under `BEYOND`: whoever reads the row tells of it.
    """
    headings = headings_of(name, text)
    known = [column for column in headings.names if column]
    empty = dict.fromkeys([*known, *KNOWN[name]], "")
    above: list[str] = []
    # A spreadsheet shows no row for the line that says the mark.
    _marks, hidden = marks_of(text)
    try:
        for count, row in lines_in(text, headings.mark):
            number = count - hidden
            _refuse_row_of_table(row, count)
            if number < headings.line:
                continue
            cells = [unguarded(carried(cell).strip()) for cell in row]
            above = above or cells
            # They may stand once more, as above each page of a print.
            is_above = number == headings.line or (cells == above and len(above) > 1)
            if is_above or all(RULED.fullmatch(cell) for cell in cells):
                continue
            # Shorter rows lack what their last columns would say.
            found = {column: cell for column, cell in zip(headings.names, cells, strict=False) if column}
            beyond = [
                cell for n, cell in enumerate(cells) if cell and (n >= len(headings.names) or not headings.names[n])
            ]
            if any(found.values()) or beyond:
                yield number, empty | found | ({BEYOND: " · ".join(beyond)} if beyond else {})
    except NotATable as error:
        raise NotATable(max(1, error.row - hidden), error.reason) from error


def _refuse_row_of_table(row: list[str], number: int) -> None:
    try:
        refuse_row(row, number)
    except ValidationError as refused:
        raise NotATable(number, " ".join(refused.messages)) from refused


# -- formulas ---------------------------------------------------------------------------------------------

#: what makes a formula of a cell, in letters of either width (OWASP: CSV injection); apostrophes guard it
FORMULA = re.compile("'*[=+\\-@＝＋－＠\t\r]")


def guarded(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; one that has some, one more."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def unguarded(cell: str) -> str:
    """What was written by `guarded` as it was before."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
