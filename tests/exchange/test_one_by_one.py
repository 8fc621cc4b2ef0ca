"""Whoever sends files, however many and whatever is in them, keeps nobody else waiting."""

from __future__ import annotations

import io
import threading
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from events import decoding
from events.decoding import BY_PAGE, ReadersBusy, Size, file_text, one_by_one
from tests.exchange.spreadsheets import ods, xlsx

BACKEND = "django.contrib.auth.backends.ModelBackend"


def with_part(data: bytes, part: str, content: str) -> bytes:
    """The same file, with that in the place of one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in {*archive.namelist(), part}:
            changed.writestr(name, content if name == part else archive.read(name))
    return out.getvalue()


def sheet_of(rows: str) -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'


ROW = '<row><c t="inlineStr"><is><t>x</t></is></c></row>'
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, sheet_of(ROW * 300_000)),
        # Of nothing but rows without a cell, and strings that no cell has.
        (SHEET, sheet_of("<row/>" * 2_200_000)),
        ("xl/sharedStrings.xml", f"<sst>{'<si><t>x</t></si>' * 550_000}</sst>"),
    ],
)
def test_of_rows_without_an_end_none_is_read(part, content):
    """Ten of three million rows each, of 419 KB, kept everybody waiting for most of a minute."""
    with pytest.raises(ValidationError, match="There is more in the spreadsheet than 20,000 rows have"):
        file_text(with_part(xlsx([["name"]]), part, content), BY_PAGE)


def test_as_many_rows_as_are_taken_are_read():
    data = with_part(xlsx([["name"]]), SHEET, sheet_of(ROW * 20_001))
    assert file_text(data, BY_PAGE).text == "x\n" * 20_001
    with pytest.raises(ValidationError, match="The sheet goes on to the cell A20002, and no more than 20,000 rows"):
        file_text(with_part(xlsx([["name"]]), SHEET, sheet_of(ROW * 20_002)), BY_PAGE)


def test_the_same_of_opendocument():
    content = f"<office:document-content>{'<a/>' * 2_200_000}</office:document-content>"
    with pytest.raises(ValidationError, match="There is more in the spreadsheet than 20,000 rows have"):
        file_text(with_part(ods([["name"]]), "content.xml", content), BY_PAGE)


def test_a_part_that_is_long_is_not_unpacked_to_its_end():
    with pytest.raises(ValidationError, match="Unpacked, the spreadsheet is too large"):
        file_text(with_part(ods([["name"]]), "content.xml", " " * 50_000), Size(bytes=1_000, rows=10))


def test_a_file_of_very_many_parts_is_not_read():
    out = io.BytesIO(xlsx([["name"]]))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}.xml", "")
    with pytest.raises(ValidationError, match="There is more in the spreadsheet"):
        file_text(out.getvalue(), BY_PAGE)


def test_a_sheet_that_says_nowhere_which_part_it_is_ends_in_a_sentence():
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book = f'<workbook xmlns="{main}"><sheets><sheet name="Rooms" sheetId="1"/></sheets></workbook>'
    with pytest.raises(ValidationError, match="The spreadsheet is damaged"):
        file_text(with_part(xlsx([["name"]]), "xl/workbook.xml", book), BY_PAGE)


# -- at the door -------------------------------------------------------------------------------------------

WHERE_FILES_COME = [
    ("/{camp}/import/", "rooms"),
    ("/{camp}/people/addresses/", "file"),
    ("/new/import/", "document"),
]


@pytest.fixture
def olgas(olga) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(olga.user, backend=BACKEND)
    return client


@pytest.mark.parametrize(("address", "field"), WHERE_FILES_COME)
def test_whoever_comes_while_files_of_others_are_read_is_told_to_come_again(address, field, camp, olgas, monkeypatch):
    monkeypatch.setattr(decoding, "MOST_WAIT", 0.01)
    data = {field: SimpleUploadedFile("mine.csv", b"name\nBarn\n"), "text": "Ann Ash, ann@x.example"}
    # What nobody reads holds nobody up.
    assert olgas.get(address.format(camp=camp.slug), follow=True).status_code == 200
    with one_by_one():
        answer = olgas.post(address.format(camp=camp.slug), data, headers={"Origin": "http://testserver"})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) == 5
    html = answer.content.decode()
    assert "Files of others are being read at this very moment." in html
    # What a page can carry is there.
    assert "Choose them again: mine.csv." in html
    assert "Ann Ash, ann@x.example" in html
    assert not camp.uploads.exists()
    assert not camp.listed_addresses.exists()


def test_few_wait_for_their_turn_and_others_are_told_at_once(monkeypatch):
    """They would hold the threads that answer everybody."""
    monkeypatch.setattr(decoding, "MOST_WAIT", 60.0)
    is_read, came = threading.Event(), []

    def comes() -> None:
        with one_by_one():
            came.append(1)
            is_read.wait(20)

    threads = [threading.Thread(target=comes) for _one in range(3)]
    for thread in threads:
        thread.start()
    while decoding._HALL._value:  # type: ignore[attr-defined]
        is_read.wait(0.01)
    with pytest.raises(ReadersBusy), one_by_one():
        pass
    assert came == [1]
    is_read.set()
    for thread in threads:
        thread.join()
    assert came == [1, 1, 1]
    # Whoever was refused has left, too.
    with one_by_one():
        pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "field", "reader"),
    [("import/", "rooms", "exchange.forms.file_text"), ("people/addresses/", "file", "events.forms.file_text")],
)
def test_a_file_is_read_with_nothing_held_and_by_one_at_a_time(place, field, reader, camp, olgas, monkeypatch):
    """The form of a key was done once around its reader, and nobody else could save anything meanwhile."""
    held = []

    def looked_at(data, most):
        held.append((connection.in_atomic_block, decoding._DOOR._value))  # type: ignore[attr-defined]
        return file_text(data, most)

    monkeypatch.setattr(reader, looked_at)

    def sent() -> int:
        data = {field: SimpleUploadedFile("mine.csv", b"name\nann@x.example\n"), "form_key": "ab" * 16}
        return olgas.post(f"/{camp.slug}/{place}", data).status_code

    assert sent() == 302
    assert held == [(False, 0)]
    # Sent again it is answered as before, and not even read.
    assert sent() == 302
    assert len(held) == 1
    assert camp.uploads.count() + camp.listed_addresses.count() == 1
