"""Files as people have them become text: whichever way letters were written, and spreadsheets.

The text of a spreadsheet is that of its first sheet as CSV, line for line, so that rows have the numbers it shows.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ZIP = b"PK\x03\x04"
#: how files of earlier office programs begin, and what is locked by a password (Compound File Binary)
COMPOUND = b"\xd0\xcf\x11\xe0"
#: in such a file: what it holds
LOCKED, OLD_WORD = "EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
#: how pictures begin: PNG, JPEG, GIF, WebP
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
#: how web pages begin, and XML: some shops give theirs the name of an Excel file
WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,200}<(?:!doctype\s+html|html|head|meta|body|table|\?xml)\b", re.IGNORECASE
)
#: files in a zip that say what the zip is, and how much of each is read
MIMETYPE, MANIFEST, MOST_SAID = "mimetype", "META-INF/manifest.xml", 1_000_000
#: the ways in which documents are packed (ECMA-376-2, ODF 1.3-2), and the sign of what needs a password (APPNOTE 4.4.4)
PACKED_WITH, IS_ENCRYPTED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), 0x1
#: in a cell of a spreadsheet that is merged with the one before it; no text that people have holds it
MERGED = "\x1d"
#: what a spreadsheet may unpack to, for each byte that a file may have: text packs well
MOST_UNPACKED = 20
#: letters that are shown, where it is a guess which they are
MOST_SHOWN = 20
#: columns of a spreadsheet as far as its size is concerned: there may be more, in fewer rows
COLUMNS = 50
#: tags of such a file for each of its rows
TAGS = 100
#: seconds
PATIENCE = 30
#: for whom a process reads files at once; of its four threads, how many wait for their turn, and for how many seconds
AT_ONCE, MOST_WAITING, MOST_WAIT = 1, 2, 2.0


@dataclass(frozen=True, slots=True)
class Bytes:
    """How large one file may be."""

    bytes: int

    @property
    def megabytes(self) -> str:
        return f"{self.bytes / 1e6:g}"


@dataclass(frozen=True, slots=True)
class Size(Bytes):
    """The same of a table, which has rows."""

    rows: int

    @property
    def rows_in_words(self) -> str:
        return f"{self.rows:,}"

    @property
    def tags(self) -> int:
        """How many a spreadsheet may have in all its parts (XML): what is read of it takes as long as they are many.

        A cell is four or eight; a file of few rows has some of its own.
        """
        return (self.rows + 1_000) * TAGS


#: by the page: anybody may open a camp and be its organiser
BY_PAGE = Size(bytes=2_000_000, rows=20_000)
#: by the command: whoever runs the machine has more to bring
BY_COMMAND = Size(bytes=50_000_000, rows=500_000)


def refuse_bytes(size: int, most: Bytes) -> None:
    """ValidationError for a file that is too large; to be asked before it is read."""
    if size > most.bytes:
        raise ValidationError(_("The file is larger than %(most)s MB.") % {"most": most.megabytes})


@dataclass(frozen=True, slots=True)
class FileText:
    """A file as text, and which of its sheets that is."""

    text: str
    sheet: str = ""
    #: names of those that are not read
    others: tuple[str, ...] = ()
    #: what is passed over in it, by kind (`spreadsheet.Passed`): how many cells that is, and the first of them
    passed: Mapping[str, tuple[int, Sequence[str]]] = field(default_factory=dict)
    #: nothing in it says which letters its bytes are
    is_guessed: bool = False

    @property
    def told(self) -> str:
        """What is left out, or comes in unseen; nothing, mostly."""
        return " ".join([*self._told_letters(), *self._told_others(), *self._told_passed()])

    def _told_letters(self) -> Iterator[str]:
        if self.is_guessed:
            strange = "".join(dict.fromkeys(sign for sign in self.text if not sign.isascii()))[:MOST_SHOWN]
            told = _(
                "Its letters are read as those of western Europe: %(letters)s. If they are wrong, save it as UTF-8."
            )
            yield told % {"letters": strange}

    def _told_others(self) -> Iterator[str]:
        if self.others:
            named = ", ".join(f"“{name}”" for name in self.others)
            told = _(
                "Only the sheet “%(sheet)s” is read; these are left out: %(others)s. Save each as a file of its own."
            )
            yield told % {"sheet": self.sheet, "others": named}

    def _told_passed(self) -> Iterator[str]:
        sentences = {
            "unread": _("Cells with an error, or a formula without its result, are read as empty: %(cells)s."),
            "hidden": _("Hidden rows are read, too: %(cells)s. Delete what is not to come in."),
            "columns": _("Hidden columns are read, too, from %(cells)s on."),
            "struck": _("What is struck out is read, too: %(cells)s. Delete what is not to come in."),
            "links": _("Addresses behind what a cell says are not read: %(cells)s. Write each into a cell of its own."),
            "comments": _("Comments are not read: %(cells)s."),
        }
        for kind, told in sentences.items():
            count, first = self.passed.get(kind, (0, ()))
            if count:
                more = _("%(count)s more") % {"count": count - len(first)}
                yield told % {"cells": ", ".join([*first, *([more] if count > len(first) else [])])}


class ReadersBusy(Exception):
    """Others have their files read at this very moment, and that takes longer than anybody should wait."""


_HALL, _DOOR = threading.BoundedSemaphore(AT_ONCE + MOST_WAITING), threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def one_by_one() -> Iterator[None]:
    """Stands around whatever reads a file while somebody waits for a page: of all that are sent at once a process reads
    few, and has threads left for the pages of others. ReadersBusy: they do not come to an end soon.
    """
    if not _HALL.acquire(blocking=False):
        raise ReadersBusy
    try:
        if not _DOOR.acquire(timeout=MOST_WAIT):
            raise ReadersBusy
        try:
            yield
        finally:
            _DOOR.release()
    finally:
        _HALL.release()


def file_text(data: bytes, most: Size) -> FileText:
    """The file as text; ValidationError says why it is none, and what to do."""
    if told := _of_another_kind(data):
        raise ValidationError(told)
    if data.startswith(ZIP):
        return _text_of_spreadsheet(data, most)
    text, is_guessed = _decoded(data)
    return FileText(text.replace("\x00", ""), is_guessed=is_guessed)


def _of_another_kind(data: bytes) -> str:
    """What to do with a file that is neither text nor a spreadsheet."""
    if data.startswith(COMPOUND):
        if LOCKED in data:
            return _locked()
        if OLD_WORD in data:
            return _document()
        return _("This is a file of an old Excel. Save it as .xlsx or as CSV, and try again.")
    if data.startswith(b"%PDF"):
        return _("This is a PDF, which cannot be read. Bring the sheet it was made of, as .xlsx or CSV.")
    if WEB_PAGE.match(data):
        return _(
            "This is a web page, or XML, whatever its name says. Open it in a spreadsheet program, save it as .xlsx or "
            "CSV, and try again."
        )
    if data.startswith(b"{\\rtf"):
        return _document()
    if data.startswith(PICTURES):
        return _("This is a picture, which cannot be read. Type what it shows into a sheet, and bring that.")
    return ""


def _locked() -> str:
    return _("The file is locked by a password. Save it without one, and try again.")


def _document() -> str:
    return _("This is a text document. Copy its table into a spreadsheet, save that as .xlsx or CSV, and try again.")


def _decoded(data: bytes) -> tuple[str, bool]:
    """UTF-8 or UTF-16 where it is that; else Windows-1252, as Excel writes CSV in the west, which is a guess."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return _read(data, encoding), False
    # Letters of Latin in UTF-16 without a mark: every other byte is nothing.
    for encoding, nothing in (("utf-16-le", data[1:400:2]), ("utf-16-be", data[0:400:2])):
        if len(nothing) > 3 and nothing.count(0) > 0.8 * len(nothing):
            return _read(data, encoding), False
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return _read(data, "cp1252"), True


def _read(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ValidationError(
            _("The file is no text that can be read. Save it as CSV (UTF-8) or .xlsx, and try again.")
        ) from None


def _kind_of_zip(data: bytes) -> str:
    """Why it is no spreadsheet that can be read, and what to do; nothing if it is one. Of what it holds nothing is
    unpacked that documents are not packed with: of what other ways make of a few bytes there is no end (zip bomb).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if told := _not_by_name(names):
                return told
            if any(part.flag_bits & IS_ENCRYPTED for part in parts):
                return _locked()
            if any(part.compress_type not in PACKED_WITH for part in parts):
                return _(
                    "The file is packed in a way in which no spreadsheet is. Open it, save it anew, and try again."
                )
            # No more of it than that is unpacked, whatever the file says of its size.
            said = {name: archive.open(name).read(MOST_SAID) for name in (MIMETYPE, MANIFEST) if name in names}
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError):
        return _damaged()
    if b"encryption-data" in said.get(MANIFEST, b""):
        return _locked()
    return _document() if b"opendocument.text" in said.get(MIMETYPE, b"") else ""


def _not_by_name(names: Collection[str]) -> str:
    """What to do with a zip of which the names in it say that it is no spreadsheet."""
    if "word/document.xml" in names:
        return _document()
    if any(name.endswith(".iwa") for name in names) or "Index.zip" in names:
        return _("This is a file of Apple's Numbers. Export it as Excel or CSV (File, Export To), and try again.")
    if "xl/workbook.bin" in names:
        return _("This is a binary Excel file (.xlsb). Save it as .xlsx or as CSV, and try again.")
    if "xl/workbook.xml" not in names and "content.xml" not in names:
        return _("This is a zip file. Unpack it, and choose the files in it.")
    return ""


def _text_of_spreadsheet(data: bytes, most: Size) -> FileText:
    """Read by a process of its own, which has an end whatever the file makes of its reader."""
    if told := _kind_of_zip(data):
        raise ValidationError(told)
    # No setting and no path of ours goes with it.
    reader = str(Path(__file__).with_name("spreadsheet.py"))
    # Above the rows stand their headings.
    most_unpacked = most.bytes * MOST_UNPACKED
    bounds = [str(most.rows + 1), str((most.rows + 1) * COLUMNS), str(most_unpacked), str(most.tags)]
    program = [sys.executable, "-I", reader, MERGED, *bounds]
    try:
        read = subprocess.run(program, input=data, capture_output=True, timeout=PATIENCE, env={})
    except subprocess.TimeoutExpired:
        raise ValidationError(_too_large()) from None
    if read.returncode < 0 or b"MemoryError" in read.stderr:
        raise ValidationError(_too_large())
    if read.returncode:
        raise ValidationError(_damaged())
    if len(read.stdout) > most_unpacked:
        raise ValidationError(_too_large())
    said, text = read.stdout.decode().split("\n", 1)
    found = json.loads(said)
    if found.get("crowded"):
        raise ValidationError(_crowded(most))
    if far := found.get("far"):
        raise ValidationError(_too_far(far, most))
    sheet, *others = found["names"] or [""]
    return FileText(text, sheet, tuple(others), found["passed"])


def _too_far(cell: str, most: Size) -> str:
    told = _(
        "The sheet goes on to the cell %(cell)s, and no more than %(rows)s rows of %(columns)s columns are read. "
        "Delete what stands far from the others, or divide the sheet, and try again."
    )
    return told % {"cell": cell, "rows": most.rows_in_words, "columns": COLUMNS}


def _crowded(most: Size) -> str:
    told = _(
        "There is more in the spreadsheet than %(rows)s rows have, which is the most that is read. Delete what is not "
        "to come in, or divide it, and try again."
    )
    return told % {"rows": most.rows_in_words}


def _too_large() -> str:
    return _("Unpacked, the spreadsheet is too large. Save the sheet as CSV, and try again.")


def _damaged() -> str:
    return _("The spreadsheet is damaged: it cannot be read. Open it, save it anew, and try again.")
