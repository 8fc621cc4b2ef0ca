"""A spreadsheet (.xlsx, .ods) on standard input becomes the CSV of its first sheet, line for line, on standard output;
above it stands a line of JSON: the `names` of all its sheets, that one first, and what is `passed` over in it; or how
`far` out a sheet goes of which nothing is written, because it is larger than the arguments say: what stands in each
cell that belongs to the one before it, the most rows, the most cells, the most characters, the most tags. Of more tags
than that (`crowded`) the library sees nothing: it would read them all before it says how many rows they make.

A process of its own, with little memory and time: a file of a few hundred bytes can say that its sheet has a million
columns, and the library makes room for all of them. Nothing of the product is imported here.
"""

from __future__ import annotations

import csv
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial, reduce
from itertools import islice
from typing import IO, Any
from xml.etree import ElementTree  # nosec B405 # in a process of little memory and time; expat bounds what entities do
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

#: bytes of memory, and seconds of a processor
MEMORY, SECONDS = 1_000_000_000, 20
#: of sheets
MOST_NAMES, LONGEST_NAME = 20, 60
#: of cells of which the library says nothing; and of pieces of a sheet, 64 KB each, that are looked through for them
MOST_PASSED, MOST_PIECES = 5, 800
#: digits of a number of a text
LONGEST_NUMBER = 10
#: kinds of what the library is silent about: see `Passed`
KINDS = ("unread", "hidden", "columns", "struck", "links", "comments")
#: bytes of a part that becomes a tree
LARGEST_TREE = 3_000_000


#: names of what is read of a file end so, and how many parts it may have; the one in which OpenDocument has its sheets
READ, MOST_PARTS, CONTENT = (".xml", ".rels", "mimetype"), 2_000, "content.xml"
#: what a line ends with, or a column, within the text of a cell of OpenDocument (ODF 1.3, 6.1.4 and 6.1.5)
BREAKS = {rb"<text:line-break\s*/>": b"\n", rb"<text:tab(?:\s[^<>]*)?/>": b"\t"}

#: a cell, as the spreadsheet calls it
CELL = re.compile("([A-Z]{1,3})([0-9]{1,7})")
#: row and column of the first cell, and of the last
Merge = tuple[tuple[int, int], tuple[int, int]]


class TooFar(Exception):
    """The name of the cell up to which the sheet goes."""


def first_sheet(data: bytes, merged: str, most_rows: int, most_cells: int) -> tuple[list[str], list[list[Any]]]:
    """The names of all sheets, and the rows of the first that a spreadsheet program shows. TooFar: it is too large."""
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        # What is hidden comes last: lists behind the choices of a form, say.
        sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
        if not sheets:
            return [], []
        sheet = workbook.get_sheet_by_name(sheets[0].name)
        # Asked before a row is written out: a cell that is repeated, or stands far out, costs its file a few bytes.
        if (end := sheet.end) and (end[0] >= most_rows or (end[0] + 1) * (end[1] + 1) > most_cells):
            raise TooFar(name_of(*end))
        rows = sheet.to_python(skip_empty_area=False)
        fill_merged(rows, merges_of(sheet, data), merged, most_cells)
    return [one.name for one in sheets], rows


class Crowded(Exception):
    """There is more in the file than rows that anybody types have."""


@dataclass(slots=True)
class Left:
    """What may still be read of a file."""

    size: int
    tags: int
    parts: int = MOST_PARTS

    def pieces_of(self, part: IO[bytes]) -> Iterator[bytes]:
        """All of the part. MemoryError, Crowded: that is more than is left."""
        self.parts -= 1
        if self.parts < 0:
            raise Crowded
        for piece in iter(partial(part.read, 65_536), b""):
            self.size -= len(piece)
            self.tags -= piece.count(b"<")
            if self.size < 0:
                raise MemoryError
            if self.tags < 0:
                raise Crowded
            yield piece


def unpacked(data: bytes, left: Left) -> bytes:
    """The same file with what is read of it, and no more than was looked at here, whatever it says of its own size."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        for name in dict.fromkeys(archive.namelist()):
            if name.lower().endswith(READ):
                with archive.open(name) as part, copy.open(name, "w", force_zip64=True) as copied:
                    pieces = left.pieces_of(part)
                    for piece in [with_breaks(b"".join(pieces))] if name == CONTENT else pieces:
                        copied.write(piece)
    return out.getvalue()


def with_breaks(content: bytes) -> bytes:
    """Breaks become text, as CSV has them: the library leaves out what has a name of its own."""
    for sign, text in BREAKS.items():
        content = re.sub(sign, text, content)
    return content


def fill_merged(rows: list[list[Any]], merges: list[Merge], merged: str, most_cells: int) -> None:
    """What is merged over several rows is said once, in the first of them: it holds for all. Merged over columns it may
    be a line of its own, like a break.
    """
    for (top, left), (bottom, right) in merges:
        for row in rows[top : bottom + 1]:
            # No cell belongs to two of them: a file that says so of many would never come to an end.
            most_cells -= 1 + len(row[left : right + 1])
            if most_cells < 0:
                raise TooFar(name_of(bottom, right))
            if left < len(row):
                row[left] = rows[top][left]
                row[left + 1 : right + 1] = [merged] * len(row[left + 1 : right + 1])


def merges_of(sheet: CalamineSheet, data: bytes) -> list[Merge]:
    """Those of the sheet, whichever way the file says them; the library knows them of .xlsx only."""
    if sheet.merged_cell_ranges is not None:
        return sheet.merged_cell_ranges
    return spans_of(data, sheet.name).merges


@cache
def spans_of(data: bytes, sheet: str) -> Spans:
    """Of a file of OpenDocument; there are none in another."""
    spans = Spans(sheet)
    with zipfile.ZipFile(io.BytesIO(data)) as archive, suppress(KeyError), archive.open(CONTENT) as content:
        while not spans.is_over and (piece := content.read(65_536)):
            spans.parser.Parse(piece)
    return spans


class Spans:
    """The cells of one table of an OpenDocument file that stand over others (ODF 1.3, 9.1.4); and, by the kinds of
    `Passed`, what else of it the library is silent about.
    """

    def __init__(self, table: str) -> None:
        self.table, self.is_inside, self.is_over = table, False, False
        #: where the next row, and the next cell in it, stand; and the next column that is described
        self.row = self.next_row = self.column = self.next_column = 0
        self.merges: list[Merge] = []
        self.found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        #: names of styles whose letters are struck out; which is being described
        self.struck: set[str] = set()
        self.style = ""
        #: the name of the cell, and what was found in it so far: each is told once
        self.cell, self.seen = "", set[str]()
        self.is_row_hidden = self.is_cell_struck = False
        #: how deep in a comment one is, which is no text of its cell; and styles of the text that is open
        self.comments, self.styles = 0, list[str]()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.text

    def start(self, element: str, said: dict[str, str]) -> None:
        match element:
            case "style:style":
                self.style = said.get("style:name", "")
            case "style:text-properties" if said.get("style:text-line-through-style", "none") != "none":
                self.struck.add(self.style)
            case "table:table" if said.get("table:name") == self.table:
                self.is_inside = True
        if self.is_inside:
            self.start_inside(element, said)

    def start_inside(self, element: str, said: dict[str, str]) -> None:
        match element:
            case "table:table-column":
                if said.get("table:visibility", "visible") != "visible":
                    self.found["columns"].append(name_of(0, self.next_column)[:-1])
                self.next_column += number(said, "table:number-columns-repeated")
            case "table:table-row":
                self.row, self.column = self.next_row, 0
                self.next_row += number(said, "table:number-rows-repeated")
                self.is_row_hidden = said.get("table:visibility", "visible") != "visible"
            case "table:table-cell" | "table:covered-table-cell":
                self.start_cell(said)
            case "office:annotation":
                self.comments += 1
                self.pass_over("comments", self.cell)
            case "text:a" if not self.comments:
                self.pass_over("links", self.cell)
            case "text:span":
                self.styles.append(said.get("text:style-name", ""))

    def start_cell(self, said: dict[str, str]) -> None:
        self.cell, self.seen = name_of(self.row, self.column), set()
        self.is_cell_struck = said.get("table:style-name") in self.struck
        down, across = number(said, "table:number-rows-spanned"), number(said, "table:number-columns-spanned")
        if down > 1 or across > 1:
            self.merges.append(((self.row, self.column), (self.row + down - 1, self.column + across - 1)))
        if said.get("calcext:value-type") == "error" or ("table:formula" in said and "office:value-type" not in said):
            self.found["unread"].append(self.cell)
        self.column += number(said, "table:number-columns-repeated")

    def text(self, piece: str) -> None:
        if not self.is_inside or self.comments or not piece.strip():
            return
        if self.is_cell_struck or not self.struck.isdisjoint(self.styles):
            self.pass_over("struck", self.cell)
        if self.is_row_hidden:
            self.is_row_hidden = False
            self.found["hidden"].append(str(self.row + 1))

    def pass_over(self, kind: str, cell: str) -> None:
        if kind not in self.seen:
            self.seen.add(kind)
            self.found[kind].append(cell)

    def end(self, element: str) -> None:
        self.is_over = self.is_over or (self.is_inside and element == "table:table")
        if self.is_inside and element == "office:annotation":
            self.comments -= 1
        elif self.is_inside and element == "text:span":
            self.styles.pop()


class Passed:
    """What a worksheet of .xlsx holds and the library is silent about (ECMA-376-1, 18.3.1): by kind, which cells it is.

    `unread`: an error, or a formula of which no result was saved. `hidden`: rows, by number, and `columns`, by letter,
    that nobody sees who looks at it. `struck`: struck out. `links` and `comments`: behind the cell.
    """

    def __init__(
        self,
        struck: frozenset[str] = frozenset(),
        texts: frozenset[str] = frozenset(),
        *,
        is_calculated_later: bool = False,
    ) -> None:
        self.found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        #: numbers of the styles whose letters are struck out, and of the texts some of whose are
        self.struck, self.texts = struck, texts
        self.is_run_struck = False
        #: programs that work nothing out write 0, and that whoever opens the book is to do so
        self.is_calculated_later = is_calculated_later
        self.cell, self.row = dict[str, str](), dict[str, str]()
        self.has_formula = self.has_value = self.is_filled = self.is_in_value = False
        #: as it was saved; of a formula that nobody has worked out it is empty, or 0 where the book says so
        self.value = ""

    def start(self, element: str, said: dict[str, str]) -> None:
        match element.rpartition(":")[2]:
            case "row":
                self.row, self.is_filled = said, False
            case "c":
                self.cell, self.has_formula, self.has_value, self.value = said, False, False, ""
                self.is_run_struck = False
            case "f":
                self.has_formula = True
            case "v":
                self.is_in_value = True
            case "is":
                self.has_value = self.is_filled = True
            case "strike" if is_on(said, "val", "1"):
                self.is_run_struck = True
            case "col" if is_on(said, "hidden"):
                # A range of columns; the last may be the last that there can be.
                self.found["columns"].append(name_of(0, number(said, "min") - 1)[:-1])
            case "hyperlink":
                self.found["links"].append(said.get("ref", "?"))
            case "comment":
                self.found["comments"].append(said.get("ref", "?"))

    def end(self, element: str) -> None:
        match element.rpartition(":")[2]:
            case "v":
                self.is_in_value = False
                # A text of no letters is a result as well.
                self.has_value = bool(self.value) or self.cell.get("t") == "str"
                self.is_filled = self.is_filled or self.has_value
            case "c":
                is_worked_out = self.has_value and not (self.is_calculated_later and self.value == "0")
                if self.cell.get("t") == "e" or (self.has_formula and not is_worked_out):
                    self.found["unread"].append(self.cell.get("r", "?"))
                elif self.has_value and self.is_struck:
                    self.found["struck"].append(self.cell.get("r", "?"))
            case "row":
                if self.is_filled and is_on(self.row, "hidden"):
                    self.found["hidden"].append(self.row.get("r", "?"))

    def text(self, piece: str) -> None:
        if self.is_in_value and len(self.value) < LONGEST_NUMBER:
            self.value += piece

    @property
    def is_struck(self) -> bool:
        """All letters of the cell are struck out, or some."""
        is_text = self.cell.get("t") == "s" and self.value in self.texts
        return self.is_run_struck or is_text or self.cell.get("s") in self.struck

    def scan(self, archive: zipfile.ZipFile, path: str) -> None:
        """Through that part of the file, as far as one looks."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        with archive.open(path) as content:
            for piece in islice(iter(partial(content.read, 65_536), b""), MOST_PIECES):
                parser.Parse(piece)

    def as_json(self) -> dict[str, tuple[int, list[str]]]:
        return {kind: (len(cells), cells[:MOST_PASSED]) for kind, cells in self.found.items()}


def passed_in(data: bytes, sheet: str) -> Passed:
    """Of a file of OpenDocument what `Spans` has found. Nothing of an .xlsx that says in a way of its own where its
    sheets are: the library has read it.
    """
    passed = Passed()
    passed.found = spans_of(data, sheet).found
    with zipfile.ZipFile(io.BytesIO(data)) as archive, suppress(expat.ExpatError, ElementTree.ParseError, KeyError):
        later = is_calculated_later(archive)
        passed = Passed(struck_styles(archive), struck_texts(archive), is_calculated_later=later)
        path = path_of(archive, sheet)
        passed.scan(archive, path)
        # Each once, however often the sheet says that it goes with it.
        for kind, part in dict.fromkeys(related(archive, path).values()):
            if kind == "comments":
                passed.scan(archive, part)
    return passed


def tree_of(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """What a part says. KeyError: there is none, or of more of it than any has a tree would grow for seconds."""
    if archive.getinfo(part).file_size > LARGEST_TREE:
        raise KeyError(part)
    return ElementTree.fromstring(archive.read(part))  # nosec B314


def is_calculated_later(archive: zipfile.ZipFile) -> bool:
    """Whether the book says that its formulas are to be worked out when it is opened (ECMA-376-1, 18.2.2)."""
    found = tree_of(archive, "xl/workbook.xml").find("{*}calcPr")
    return found is not None and is_on(found.attrib, "fullCalcOnLoad")


def leave_out(rows: list[list[Any]], cells: list[str]) -> None:
    """What was not worked out is no 0."""
    for name in cells:
        if at := CELL.fullmatch(name):
            column = reduce(lambda found, letter: found * 26 + ord(letter) - 64, at[1], 0) - 1
            row = int(at[2]) - 1
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = ""


def path_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Where in the file that worksheet is. KeyError: nowhere that it says."""
    book = "xl/workbook.xml"
    parts = related(archive, book)
    for one in tree_of(archive, book).iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            return parts[next((value for name, value in one.attrib.items() if name.endswith("}id")), "")][1]
    raise KeyError(sheet)


def related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part of the file goes with, by id: of which kind it is, and where (ECMA-376-2, 9.3)."""
    folder, _slash, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    found = {}
    for one in tree_of(archive, relations):
        target = one.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], path)
    return found


def struck_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The numbers of the styles in which what a cell says is struck out (ECMA-376-1, 18.8.10 and 18.8.45)."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = tree_of(archive, "xl/styles.xml")
    fonts = styles.findall("{*}fonts/{*}font")
    # Without a value it is on.
    marks = [font.find("{*}strike") for font in fonts]
    struck = {str(n) for n, mark in enumerate(marks) if mark is not None and is_on(mark.attrib, "val", "1")}
    styled = styles.findall("{*}cellXfs/{*}xf")
    return frozenset(str(n) for n, style in enumerate(styled) if style.get("fontId") in struck)


def struck_texts(archive: zipfile.ZipFile) -> frozenset[str]:
    """The numbers of the texts that cells share, some of whose letters are struck out (ECMA-376-1, 18.4)."""
    parts = [path for kind, path in related(archive, "xl/workbook.xml").values() if kind == "sharedStrings"]
    found, count = set[str](), 0

    def start(element: str, said: dict[str, str]) -> None:
        nonlocal count
        element = element.rpartition(":")[2]
        count += element == "si"
        if element == "strike" and is_on(said, "val", "1"):
            found.add(str(count - 1))

    for path in parts[:1]:
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        with archive.open(path) as content:
            for piece in islice(iter(partial(content.read, 65_536), b""), MOST_PIECES):
                parser.Parse(piece)
    return frozenset(found)


def is_on(said: Mapping[str, str], name: str, otherwise: str = "0") -> bool:
    """A truth as XML says it (xsd:boolean)."""
    return said.get(name, otherwise) in ("1", "true")


def number(said: dict[str, str], name: str) -> int:
    value = said.get(name, "1")
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 10 else 1


def name_of(row: int, column: int) -> str:
    """As the spreadsheet calls the cell: A1."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def in_words(cell: Any) -> str:
    """As the spreadsheet would show it; moments in the way that every reader of ours knows."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(cell) if cell is not None else ""


def lines_of(rows: list[list[Any]], most: int) -> Iterator[list[str]]:
    """Each row in words. MemoryError, which says what it is to whoever reads it: they are longer than that together,
    as one long cell is that is merged over very many rows.
    """
    for row in rows:
        words = [in_words(cell) for cell in row]
        most -= sum(map(len, words))
        if most < 0:
            raise MemoryError
        yield words


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    # One that was made to burst ends this process; what it leaves behind is of no use to anybody.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="")
    merged, (most_rows, most_cells, most, most_tags) = sys.argv[1], map(int, sys.argv[2:])
    try:
        data = unpacked(sys.stdin.buffer.read(), Left(most, most_tags))
        names, rows = first_sheet(data, merged, most_rows, most_cells)
    except Crowded:
        out.write(json.dumps({"crowded": True}) + "\n")
    except TooFar as far:
        out.write(json.dumps({"far": str(far)}) + "\n")
    else:
        passed = passed_in(data, names[0]) if names else Passed()
        leave_out(rows, passed.found["unread"])
        said = {"names": [name[:LONGEST_NAME] for name in names[:MOST_NAMES]], "passed": passed.as_json()}
        out.write(json.dumps(said) + "\n")
        csv.writer(out, lineterminator="\n").writerows(lines_of(rows, most))
    out.flush()


if __name__ == "__main__":
    main()
