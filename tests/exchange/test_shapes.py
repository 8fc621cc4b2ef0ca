"""Lists and sheets as people really have them: what can be told apart is read, what is not understood is told."""

from __future__ import annotations

import io
import subprocess
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date, time
from time import perf_counter

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from events.decoding import BY_PAGE, Size, file_text
from events.models import Camp, Room, Slot
from events.pasted_rooms import read_rooms
from exchange.cells import clock_in, days_in, whole
from exchange.csv_export import sheet
from exchange.report import ImportRefused, Report
from exchange.uploads import import_files
from notes.services import save_note
from pitches.models import Pitch
from schedule.wall.publish import publish_grid
from tests.exchange.spreadsheets import ods, text_of, xlsx
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, make_slot

ROOMS = "name,capacity\nBarn,30\nLoft Ä,10\n"


def come_in(camp: Camp, name: str, data: bytes) -> Report:
    return import_files(camp=camp, files={name: text_of(data, BY_PAGE)}, by=None)


def rooms_of(camp: Camp) -> list[tuple[str, int]]:
    return list(camp.rooms.order_by("pk").values_list("name", "capacity"))


def told(report: Report) -> str:
    return "\n".join(map(str, [*report.faults, *report.remarks]))


# -- letters, marks, ends of lines -------------------------------------------------------------------------------

WRITTEN = {
    "UTF-8": ROOMS.encode(),
    "UTF-8 with its mark": ROOMS.encode("utf-8-sig"),
    "UTF-16 with its mark": ROOMS.encode("utf-16"),
    "UTF-16, the other way round": b"\xfe\xff" + ROOMS.encode("utf-16-be"),
    "UTF-16 without a mark": ROOMS.encode("utf-16-le"),
    "UTF-16 without a mark, the other way round": ROOMS.encode("utf-16-be"),
    "Windows-1252": ROOMS.encode("cp1252"),
    "semicolons": ROOMS.replace(",", ";").encode(),
    "tabs": ROOMS.replace(",", "\t").encode(),
    "a mark that is said": b"sep=|\r\n" + ROOMS.replace(",", "|").encode(),
    "said, and that of Excel": b"sep=;\r\n" + ROOMS.replace(",", ";").encode(),
    "Windows": ROOMS.replace("\n", "\r\n").encode(),
    "an old Mac": ROOMS.replace("\n", "\r").encode(),
    "no end of the last line": ROOMS.rstrip().encode(),
    "quotes": ROOMS.replace("Barn", '"Barn"').encode(),
    "a title row": b"Rooms of Lakeside 2030,\n,\n" + ROOMS.encode(),
    "headings in capitals": ROOMS.replace("name,capacity", "NAME, Capacity ").encode(),
    "other headings": ROOMS.replace("name,capacity", "Room name,Seats").encode(),
    "numbers of a spreadsheet": ROOMS.replace("30", "30.0").replace("10", "10.00").encode(),
    "blank lines": ROOMS.replace("\n", "\n\n,\n").encode(),
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN)
def test_however_it_is_written_it_is_the_same_list(camp, data):
    report = come_in(camp, "rooms.csv", data)
    assert rooms_of(camp) == [("Barn", 30), ("Loft Ä", 10)]
    above = "rooms.csv, row 3: What stands above the headings is left out: “Rooms of Lakeside 2030”."
    assert told(report) == (above if data.startswith(b"Rooms of") else "")
    assert come_in(camp, "rooms.csv", data).has_changed_nothing


@pytest.mark.parametrize(
    "text",
    [
        # As many cells as there are headings: these are headings that nobody knows.
        "Thing,Who,What\nKnots,Ann,Talk\nDucks,Bo,Workshop\n",
        "Thing;Who\nKnots;Talk\n",
    ],
)
def test_a_row_that_holds_a_heading_by_chance_is_no_line_of_headings(camp, text):
    with pytest.raises(ImportRefused) as refused:
        come_in(camp, "pitches.csv", text.encode())
    assert "The column “title” is missing." in told(refused.value.report)


def test_a_row_with_more_commas_than_its_headings_have_is_read_as_its_headings(camp):
    come_in(camp, "rooms.csv", b"name;capacity;features\nHall;100;projector, name, capacity\n")
    assert rooms_of(camp) == [("Hall", 100)]


def test_a_cell_may_hold_many_commas_where_semicolons_stand_between(sign_in, camp, olga):
    text = "title;about\nKnots;" + ", ".join(["rope"] * 80) + "\n"
    file = SimpleUploadedFile("pitches.csv", text.encode())
    assert sign_in(olga).post(f"/{camp.slug}/import/", {"pitches": file}).status_code == 302
    come_in(camp, "pitches.csv", text.encode())
    assert Pitch.objects.get().about.count(",") == 79


def test_too_many_columns_are_told_whatever_stands_between(sign_in, camp, olga):
    text = "name;capacity\nHall;" + ";".join(["1"] * 60) + "\n"
    answer = sign_in(olga).post(f"/{camp.slug}/import/", {"rooms": SimpleUploadedFile("rooms.csv", text.encode())})
    assert answer.status_code == 422
    assert "Row 2 has more than 50 columns" in answer.content.decode()


@pytest.mark.parametrize(
    ("header", "row", "title", "host"),
    [
        ("Name,Session title", "Ann,Knots", "Knots", ""),
        ("Session title,Name", "Knots,Ann", "Knots", ""),
        ("Name,Talk,Speaker", "x,Knots,", "Knots", ""),
        ("Talk,Title", "x,Knots", "Knots", ""),
        ("Name", "Knots", "Knots", ""),
    ],
)
def test_the_heading_that_says_more_is_the_title(camp, header, row, title, host):
    report = come_in(camp, "pitches.csv", f"{header}\n{row}\n".encode())
    assert [p.title for p in Pitch.objects.all()] == [title]
    assert "No heading stands above" not in told(report)


def test_of_two_columns_of_one_name_the_second_is_told(camp):
    report = come_in(camp, "rooms.csv", b"name,capacity,name\nBarn,30,Shed\n")
    assert rooms_of(camp) == [("Barn", 30)]
    assert "The column “name (2)” is not read." in told(report)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("pitches.csv", "pitch,title\np1,Knots\np1,Ducks\n", "“p1” stands for “Knots” already, in a row above."),
        ("attendees.csv", "id,name\n7,Ann\n7,Bo\n", "“7” stands for “Ann” already, in a row above."),
        ("pitches.csv", f"title,topic\nKnots,{'x' * 51}\n", "“topic” has 51 characters; 50 is the most."),
        ("pitches.csv", f"title,about\nKnots,{'x' * 10_001}\n", "“about” has 10001 characters; 10000 is the most."),
        (
            "slots.csv",
            f"starts_at,ends_at,title\n9:00,10:00,{'x' * 81}\n",
            "“title” has 81 characters; 80 is the most.",
        ),
    ],
)
def test_nothing_is_dropped_or_cut_without_a_word(camp, file, text, said):
    with pytest.raises(ImportRefused) as refused:
        come_in(camp, file, text.encode())
    assert said in told(refused.value.report)


def test_two_of_one_name_in_a_list_without_keys_are_told(camp):
    report = come_in(camp, "attendees.csv", b"Full name\nAnn\nAnn\n")
    assert report.added == {"attendees": 1}
    assert "row 3: “Ann” stands in a row above, too." in told(report)


def test_rows_have_the_numbers_that_the_spreadsheet_shows(camp):
    with pytest.raises(ImportRefused) as refused:
        come_in(camp, "rooms.csv", b"Our rooms\n\nname,capacity\nBarn,30\n\nLoft,many\n")
    assert [fault.row for fault in refused.value.report.faults] == [6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,capacity\nBarn,30,and a stage\n", "No heading stands above “and a stage”: it is left out."),
        ("name,capacity,\nBarn,30,and a stage\n", "No heading stands above “and a stage”: it is left out."),
        ("name,capacity,Colour\nBarn,30,red\n", "The column “Colour” is not read."),
        ("name,capacity,Colour,Smell\nBarn,30,red,hay\n", "The columns “Colour”, “Smell” are not read."),
    ],
)
def test_what_is_left_out_is_told(camp, text, said):
    report = come_in(camp, "rooms.csv", text.encode())
    assert said in told(report)
    assert rooms_of(camp) == [("Barn", 30)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old Excel"),
        (b"PK\x03\x04 and no more", "The spreadsheet is damaged"),
        (b"\x81\x8d\x90", "no text that can be read"),
        (b"\xff\xfe\x00", "no text that can be read"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(sign_in, camp, olga, data, said):
    with pytest.raises(ValidationError, match=said):
        text_of(data, BY_PAGE)
    answer = sign_in(olga).post(f"/{camp.slug}/import/", {"rooms": SimpleUploadedFile("rooms", data)})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_row(camp):
    with pytest.raises(ImportRefused) as refused:
        come_in(camp, "rooms.csv", b'name,capacity\nBarn,30\n"Loft,10\nShed,5\n')
    assert [(f.row, f.reason) for f in refused.value.report.faults] == [
        (3, "A quotation mark in this row is never closed.")
    ]
    assert not camp.rooms.exists()


# -- times, days, numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("14:30", time(14, 30)), ("14.30", time(14, 30)), ("9:00", time(9)), ("9.00", time(9)), ("09.00", time(9)),
        ("14h30", time(14, 30)), ("2:00 PM", time(14)), ("2 pm", time(14)), ("2pm", time(14)), ("2.15 p.m.", time(14, 15)),
        ("12:00 am", time(0)), ("12:30 PM", time(12, 30)), ("14:30:00", time(14, 30)), (" 9:05 ", time(9, 5)),
        ("14", None), ("25:00", None), ("14:60", None), ("13:00 pm", None), ("0:30 am", None), ("soon", None), ("", None),
        ("14.3", None), ("1430", None), ("14:30:15", None), ("٩:٠٠", None), ("14.30.00.00", None),
    ],
)  # fmt: skip
def test_times_as_people_write_them(value, found):
    assert clock_in(value) == found


@pytest.mark.parametrize(
    ("value", "zone", "found"),
    [
        ("2027-05-08", "Europe/London", [date(2027, 5, 8)]),
        ("08/05/2027", "Europe/London", [date(2027, 5, 8), date(2027, 8, 5)]),
        ("08/05/2027", "America/New_York", [date(2027, 8, 5), date(2027, 5, 8)]),
        ("08/05/2027", "America/Sao_Paulo", [date(2027, 5, 8), date(2027, 8, 5)]),
        ("8.5.2027", "Europe/Berlin", [date(2027, 5, 8), date(2027, 8, 5)]),
        ("25/12/2027", "America/New_York", [date(2027, 12, 25)]),
        ("05/05/27", "Europe/London", [date(2027, 5, 5)]),
        ("8 May 2027", "Europe/London", [date(2027, 5, 8)]),
        ("Sat 8th May 2027", "Europe/London", [date(2027, 5, 8)]),
        ("May 8, 2027", "Europe/London", [date(2027, 5, 8)]),
        ("8. Mai 2027", "Europe/Berlin", [date(2027, 5, 8)]), ("Samstag, 8. März 2027", "Europe/Berlin", [date(2027, 3, 8)]),
        ("samedi 8 août 2027", "Europe/Paris", [date(2027, 8, 8)]), ("8 fevr. 2027", "Europe/Paris", [date(2027, 2, 8)]),
        ("8 de enero de 2027", "Europe/Madrid", [date(2027, 1, 8)]), ("8 mrt 2027", "Europe/Amsterdam", [date(2027, 3, 8)]),
        ("8 juil. 2027", "Europe/Paris", [date(2027, 7, 8)]), ("Sept 8, 2027", "Europe/London", [date(2027, 9, 8)]),
        ("2027-05-08 00:00", "Europe/London", [date(2027, 5, 8)]),
        ("31/02/2027", "Europe/London", []), ("8 Maj 2027", "Europe/London", []), ("soon", "Europe/London", []),
        ("", "Europe/London", []), ("32/13/2027", "Europe/London", []),
    ],
)  # fmt: skip
def test_days_as_people_write_them(value, zone, found):
    assert days_in(value, zone) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [("120", 120), ("120.0", 120), ("120.00", 120), ("1,000", 1000), ("1 000", 1000), ("12,345,678", 12_345_678)],
)
def test_numbers_as_spreadsheets_write_them(value, found):
    assert whole({"capacity": value}, "capacity", 0, 100_000_000) == found


@pytest.mark.parametrize("value", ["1.000", "12.5", "1,00", "10,0000", "-1", "+1", "1e3", "٣", "²", "many", "0x10"])
def test_numbers_that_could_be_two_are_refused(value):
    with pytest.raises(ValidationError, match="not a whole number"):
        whole({"capacity": value}, "capacity", 0, 100_000)


@pytest.mark.parametrize(
    ("row", "start", "end"),
    [
        ("2030-01-12,14.30,15.15,sessions", "14:30", "15:15"),
        ("2030-01-12,09.00–09.45,,sessions", "09:00", "09:45"),
        ("2030-01-12,9:00 - 9:45,,sessions", "09:00", "09:45"),
        ("2030-01-12,2:00-3:00 PM,,sessions", "14:00", "15:00"),
        ("2030-01-12,11:30 AM to 12:15 PM,,sessions", "11:30", "12:15"),
        ("2030-01-12,11:30–12:30 PM,,sessions", "11:30", "12:30"),
        ("2030-01-12,9:30–10:15 am,,sessions", "09:30", "10:15"),
        ("2030-01-12,2-3pm,,sessions", "14:00", "15:00"),
        ("2030-01-12,10:00-11,,sessions", "10:00", "11:00"),
        ("2030-01-12,9,10 am,sessions", "09:00", "10:00"),
        ("2030-01-12,2:00,3:00 pm,sessions", "14:00", "15:00"),
        ("2030-01-12,11:00,1:00,sessions", "11:00", "13:00"),
        ("12/01/2030,14:30,15:15,sessions", "14:30", "15:15"),
        ("Sat 12 Jan 2030,14:30,15:15,Sessions", "14:30", "15:15"),
        (",14:30,15:15,", "14:30", "15:15"),
        (",1430,1515,", "14:30", "15:15"),
        (",De 14 a 15 h,,", "14:00", "15:00"),
        (",14 Uhr 30,15 Uhr 15,", "14:30", "15:15"),
    ],
)
def test_slots_as_people_write_them(camp, row, start, end):
    come_in(camp, "slots.csv", f"date,starts_at,ends_at,kind\n{row}\n".encode())
    slot = Slot.objects.get()
    assert f"{slot.starts_at:%Y-%m-%d %H:%M}" == f"2030-01-12 {start}"
    assert f"{slot.ends_at:%H:%M}" == end


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2030-01-12,09.00,09.00,sessions", "It ends when it starts"),
        ("2030-01-12,09.00–09.00,,sessions", "It ends when it starts"),
        ("2030-01-12,09.00,,sessions", "“ends_at” is empty"),
        ("2030-01-12,until 9:00,,sessions", "“starts_at” is empty"),
        ("2030-01-12,9–10–11,,sessions", "is not a time"),
        ("13/01/2030,09.00,10.00,sessions", "is not a day of the camp"),
        ("2030-01-12,14.3,15.15,sessions", "“14.3” is not a time"),
        ("2030-01-12,9,10,sessions", "“9” is not a time"),
        ("2030-01-12,10:00,45,sessions", "“45” is not a time"),
    ],
)
def test_a_slot_that_is_not_understood_is_a_fault(camp, row, said):
    with pytest.raises(ImportRefused) as refused:
        come_in(camp, "slots.csv", f"date,starts_at,ends_at,kind\n{row}\n".encode())
    assert said in told(refused.value.report)


def test_a_day_that_can_be_read_in_two_ways_is_read_as_one_of_the_camp_and_told(camp):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2027, 5, 7), ends_on=date(2027, 5, 9))
    camp.refresh_from_db()
    text = "date,starts_at,ends_at\n08/05/2027,9:00,10:00\n08/05/2027,10:00,11:00\n05/09/2027,11:00,12:00\n"
    report = come_in(camp, "slots.csv", text.encode())
    assert told(report).splitlines() == [
        "slots.csv, row 2: “08/05/2027” is read as 8 May 2027.",
        "slots.csv, row 4: “05/09/2027” is read as 9 May 2027.",
    ]


# -- spreadsheets ------------------------------------------------------------------------------------------------


def test_a_spreadsheet_of_excel_comes_in_by_the_page(sign_in, camp, olga):
    file = SimpleUploadedFile("rooms.xlsx", xlsx([["Our rooms"], ["name", "capacity"], ["Barn", 30], ["Loft Ä", 10]]))
    client = sign_in(olga)
    page = client.post(f"/{camp.slug}/import/", {"rooms": file}).url
    assert "2 rows, 2 new" in client.get(page).content.decode()
    client.post(page)
    assert rooms_of(camp) == [("Barn", 30), ("Loft Ä", 10)]


def test_its_days_and_times_are_those_it_shows(camp):
    # 47495 is 12 January 2030, 0.4375 half past ten.
    rows: list[list[str | int | float]] = [["date", "starts_at", "ends_at"], [47495, 0.4375, 0.46875]]
    come_in(camp, "slots.csv", xlsx(rows))
    slot = Slot.objects.get()
    assert f"{slot.starts_at:%Y-%m-%d %H:%M}–{slot.ends_at:%H:%M}" == "2030-01-12 10:30–11:15"


def test_what_is_merged_holds_for_all_its_cells(camp):
    rows: list[list[str | int | float]] = [
        ["date", "starts_at", "ends_at"],
        ["2030-01-12", "9:00", "9:45"],
        ["", "9:45", "10:30"],
    ]
    come_in(camp, "slots.csv", xlsx(rows, "A2:A3"))
    assert Slot.objects.count() == 2


def test_a_spreadsheet_of_libreoffice_comes_in(camp):
    come_in(camp, "rooms.csv", ods([["name", "capacity"], ["Barn", "30"], ["Loft Ä", "10"]]))
    assert rooms_of(camp) == [("Barn", 30), ("Loft Ä", 10)]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused():
    small = Size(bytes=1_000, rows=10)
    with pytest.raises(ValidationError, match="Unpacked, the spreadsheet is too large"):
        text_of(xlsx([["name"], *[["x" * 3000]] * 10]), small)


@pytest.mark.parametrize("far", ["XFD1048576", "A1048576", "XFD1"])
def test_a_spreadsheet_made_to_burst_ends_nobody_but_its_reader(far):
    """Two cells, far apart: the library makes room for all between them, which no machine has."""
    data = xlsx([["name", "capacity"], ["Barn", 30]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    files[sheet] = files[sheet].replace("</sheetData>", f'<row r="1048576"><c r="{far}"><v>1</v></c></row></sheetData>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    # One long row is much, and no harm: whatever comes of it is bounded.
    if far == "XFD1":
        assert len(text_of(out.getvalue(), BY_PAGE)) < 20 * BY_PAGE.bytes
    else:
        said = "too large" if far == "XFD1048576" else "goes on to the cell B1048576, and no more than 20,000 rows"
        with pytest.raises(ValidationError, match=said):
            text_of(out.getvalue(), BY_PAGE)


@pytest.mark.parametrize(
    ("data", "cell"),
    [
        (ods([["name"], ["Barn"]], down=1_000_000), "A1000001"),
        (ods([["name", "Barn"]] * 70, across=16_000), "WQK70"),
        (ods([["name"], ["Barn"]], down=11), "A12"),
        (xlsx([["name"], *[["Barn"]] * 11]), "A12"),
        (xlsx([["name", *["Barn"] * 20]] * 11, *["A1:U11"] * 3), "U11"),
    ],
)
def test_what_a_few_bytes_repeat_is_refused_before_it_is_written_out(data, cell):
    """As it is known how far a sheet goes: a file of 820 bytes held its request for 17 seconds."""
    begun = perf_counter()
    with pytest.raises(ValidationError, match=rf"The sheet goes on to the cell {cell}, and no more than 10 rows of 50"):
        file_text(data, Size(bytes=2_000_000, rows=10))
    # The million is counted by the library alone, in half a second or less.
    assert perf_counter() - begun < 4


def test_as_many_rows_as_may_be_are_written_out():
    small = Size(bytes=2_000_000, rows=10)
    for data in (ods([["name"], ["Barn"]], down=10), xlsx([["name"], *[["Barn"]] * 10])):
        assert file_text(data, small).text == "name\n" + 10 * "Barn\n"


@pytest.mark.parametrize("merged", [[], ["B2:B3"], ["B2:D2"], ["B2:C3"], ["A3:D3"], ["A2:A3", "C2:D2"]])
def test_merged_cells_mean_one_thing_in_every_spreadsheet(merged):
    rows = [["", "Barn", "Loft", "Porch"], ["10:00", "Knots", "Ducks", "Bread"], ["11:00", "Rope", "Ants", "Tea"]]
    read = [file_text(make(rows, *merged), BY_PAGE).text for make in (xlsx, ods)]
    assert read[0] == read[1]


@pytest.mark.parametrize("make", [xlsx, ods])
@pytest.mark.parametrize("merged", [["A1:C1"], ["A1:C2"], ["A1:A2", "B1:C2"]])
def test_what_is_merged_above_the_headings_or_elsewhere_changes_nothing_in_the_table(camp, make, merged):
    rows = [["Our rooms", "", ""], ["", "", ""], ["name", "capacity", ""], ["Barn", "30", ""], ["Loft", "10", ""]]
    come_in(camp, "rooms.csv", make(rows, *merged, merged_there=("A3:A4", "B4:B5")))
    assert rooms_of(camp) == [("Barn", 30), ("Loft", 10)]


BROKEN = {
    "xlsx": xlsx([["title", "about"], ["Knots", "First.\nThen"], ["Ducks", ""]]),
    "xlsx, Windows": xlsx([["title", "about"], ["Knots", "First._x000D_\nThen"], ["Ducks", ""]]),
    "ods": ods([["title", "about"], ["Knots", "First.</text:p><text:p>Then"], ["Ducks", ""]]),
    "ods, a break": ods([["title", "about"], ["Knots", "First.<text:line-break/>Then"], ["Ducks", ""]]),
    "csv": b'title,about\nKnots,"First.\nThen"\nDucks,\n',
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_break_within_a_cell_is_one_whoever_wrote_it(camp, data):
    come_in(camp, "pitches.csv", data)
    assert dict(Pitch.objects.values_list("title", "about")) == {"Knots": "First.\nThen", "Ducks": ""}


def test_what_is_merged_across_is_a_line_of_its_own(camp):
    """A break, say: filled into each column it would be a session called Lunch."""
    make_slot(camp, 10)
    rows: list[list[str | int | float]] = [
        ["Time", "Session", "Room", "Title"], ["10:00", 1, "Barn", "Knots"], ["Lunch", "", "", ""],
    ]  # fmt: skip
    report = come_in(camp, "sheet.csv", xlsx(rows, "A3:D3"))
    assert [p.title for p in Pitch.objects.all()] == ["Knots"]
    assert report.fault_count == 0


def test_another_zip_is_told_as_that():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("rooms.csv", ROOMS)
    with pytest.raises(ValidationError, match="This is a zip file"):
        text_of(out.getvalue(), BY_PAGE)


@pytest.mark.parametrize("cut", range(20, 1200, 60))
def test_a_damaged_spreadsheet_is_told_in_a_sentence(cut):
    whole_file = xlsx([["name", "capacity"], ["Barn", 30]])
    broken = whole_file[:cut] + bytes(b ^ 0x55 for b in whole_file[cut : cut + 20]) + whole_file[cut + 20 :]
    for data in (broken, whole_file[:cut]):
        # Nothing else may come of it; that it is refused where it matters is tried above.
        with suppress(ValidationError):
            text_of(data, BY_PAGE)


def packed(method: int, *, said: int | None = None, flags: int = 0, **files: bytes) -> bytes:
    """A spreadsheet that is packed in that way, or says that it is packed in another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ods([["name"], ["Barn"]]))) as archive, zipfile.ZipFile(out, "w", method) as made:
        for name in archive.namelist():
            made.writestr(name, files.get(name.rpartition(".")[0], archive.read(name)))
        for info in made.infolist():
            info.flag_bits |= flags
            info.compress_type = method if said is None else said
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(zipfile.ZIP_LZMA), "packed in a way in which no spreadsheet is. Open it, save it anew"),
        (packed(zipfile.ZIP_BZIP2), "packed in a way in which no spreadsheet is."),
        (packed(zipfile.ZIP_STORED, said=9), "packed in a way in which no spreadsheet is."),
        (packed(zipfile.ZIP_DEFLATED, flags=0x1), "The file is locked by a password."),
    ],
    ids=["lzma", "bzip2", "deflate64", "password"],
)
def test_only_what_documents_are_packed_with_is_unpacked(data, said):
    with pytest.raises(ValidationError, match=said):
        text_of(data, BY_PAGE)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_of_a_zip_that_bursts_next_to_nothing_is_unpacked(method):
    """In the process that answers requests: 545 bytes became 400 MB there."""
    data = packed(method, **{"META-INF/manifest": bytes(30_000_000)})
    tracemalloc.start()
    with suppress(ValidationError):
        text_of(data, BY_PAGE)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


def test_a_long_cell_over_many_rows_is_not_written_out(monkeypatch):
    """A file of 26 KB became 3 GB of text before it was refused."""
    run, written = subprocess.run, []

    def looked_at(*given, **how):
        done = run(*given, **how)
        written.append(len(done.stdout))
        return done

    monkeypatch.setattr(subprocess, "run", looked_at)
    data = xlsx([["name", ""], ["x" * 10_000, "b"], *[["", "b"]] * 90], "A2:A90")
    with pytest.raises(ValidationError, match="Unpacked, the spreadsheet is too large"):
        text_of(data, Size(bytes=1_000, rows=100))
    assert written[0] < 40_000


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def with_sheet(
    data: bytes,
    *changes: tuple[str, str],
    more: dict[str, str] | None = None,
    path: str = "xl/worksheets/sheet1.xml",
) -> bytes:
    """The same workbook with these texts of its sheet replaced, and more parts, or others."""
    out, more = io.BytesIO(), more or {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name, content in more.items():
            changed.writestr(name, content)
        for name in set(archive.namelist()) - set(more):
            content = archive.read(name).decode()
            for before, after in changes if name == path else ():
                assert before in content
                content = content.replace(before, after)
            changed.writestr(name, content)
    return out.getvalue()


def test_what_a_spreadsheet_holds_and_its_cells_do_not_say_is_told():
    """No result of a formula, `#N/A`, what was filtered away, struck out, or hung behind a cell."""
    data = with_sheet(
        xlsx([["Title", "Room"], ["Knots", "Barn"], ["Bells", "Loft"], ["Ducks", "Den"]]),
        ('<c r="A2" t="inlineStr"><is><t xml:space="preserve">Knots</t></is></c>', '<c r="A2"><f>B2&amp;"!"</f></c>'),
        ('<c r="B3" t="inlineStr"><is><t xml:space="preserve">Loft</t></is></c>', '<c r="B3" t="e"><v>#N/A</v></c>'),
        ('<row r="4">', '<row r="4" hidden="1">'),
        ('<c r="B4"', '<c r="B4" s="1"'),
        ('<c r="B2"', '<c r="B2" s="2"'),
        ("<sheetData>", '<cols><col min="3" max="5" hidden="1"/></cols><sheetData><row r="99" hidden="1"></row>'),
        ("</sheetData>", '</sheetData><hyperlinks><hyperlink ref="A3" location="x"/></hyperlinks>'),
        more={
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts><font/><font><strike/></font>'
            '<font><strike val="0"/></font></fonts><cellXfs><xf/><xf fontId="1"/><xf fontId="2"/></cellXfs></styleSheet>',
            "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="c" '
            'Type="http://x.example/comments" Target="../comments1.xml"/></Relationships>',
            "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList><comment ref="B1"/></commentList></comments>',
        },
    )
    read = file_text(data, BY_PAGE)
    assert read.told == (
        "Cells with an error, or a formula without its result, are read as empty: A2, B3. "
        "Hidden rows are read, too: 4. Delete what is not to come in. Hidden columns are read, too, from C on. "
        "What is struck out is read, too: B4. Delete what is not to come in. "
        "Addresses behind what a cell says are not read: A3. Write each into a cell of its own. "
        "Comments are not read: B1."
    )
    assert "Ducks,Den" in read.text
    assert not file_text(xlsx([["Title", "Room"], ["Knots", "Barn"]]), BY_PAGE).told


def test_the_same_of_a_file_of_libreoffice():
    """Of .ods nothing was told but what is unread: a comment went, and what was struck out or hidden came in unseen."""
    data, out = ods([["Title", "Room"], ["Knots", "Barn"], ["Bells", "Loft"], ["Ducks", "Den"]]), io.BytesIO()
    changes = {
        "<office:body>": '<office:automatic-styles><style:style style:name="gone"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style><style:style style:name="kept"><style:text-properties '
        'style:text-line-through-style="none"/></style:style></office:automatic-styles><office:body>',
        'table:name="Rooms">': 'table:name="Rooms"><table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse"/>',
        "<text:p>Title</text:p>": "<office:annotation><text:p>Moved!</text:p></office:annotation><text:p>Title</text:p>",
        "<text:p>Barn</text:p>": '<text:p><text:a xlink:href="https://x.example">Barn</text:a></text:p>',
        "<text:p>Bells</text:p>": '<text:p><text:span text:style-name="gone">Be</text:span>lls</text:p>',
        'office:value-type="string"><text:p>Loft': 'office:value-type="string" table:style-name="gone"><text:p>Loft',
        'office:value-type="string"><text:p>Den': 'office:value-type="string" table:style-name="kept"><text:p>Den',
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Ducks': "<table:table-row "
        'table:visibility="filter"><table:table-cell office:value-type="string"><text:p>Ducks',
    }
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name).decode()
            for before, after in changes.items() if name == "content.xml" else ():
                assert before in text
                text = text.replace(before, after)
            spaces = 'xmlns:style="urn:style" xmlns:xlink="urn:xlink" xmlns:office='
            changed.writestr(name, text.replace("xmlns:office=", spaces, 1))
    read = file_text(out.getvalue(), BY_PAGE)
    assert read.text == "Title,Room\nKnots,Barn\nBells,Loft\nDucks,Den\n"
    assert read.told == (
        "Hidden rows are read, too: 4. Delete what is not to come in. Hidden columns are read, too, from C on. "
        "What is struck out is read, too: A3, B3. Delete what is not to come in. "
        "Addresses behind what a cell says are not read: B2. Write each into a cell of its own. "
        "Comments are not read: A1."
    )


def test_letters_that_are_struck_out_are_told_though_others_of_the_cell_are_not():
    cell = '<c r="A2" t="inlineStr"><is><t xml:space="preserve">Knots</t></is></c>'
    struck = "<r><rPr><strike/></rPr><t>Kn</t></r><r><t>ots</t></r>"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    data = xlsx([["Title", "Room"], ["Knots", "Barn"], ["Bells", "Loft"]])
    inside = with_sheet(data, (cell, f'<c r="A2" t="inlineStr"><is>{struck}</is></c>'))
    relations = "xl/_rels/workbook.xml.rels"
    shared = with_sheet(
        with_sheet(data, (cell, '<c r="A2" t="s"><v>11</v></c>'), ("Bells", "Owls")),
        (
            "</Relationships>",
            f'<Relationship Id="z" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        ),
        more={"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"<si><t>x</t></si>" * 11}<si>{struck}</si></sst>'},
        path=relations,
    )
    for one in (inside, shared):
        read = file_text(one, BY_PAGE)
        assert "Knots,Barn" in read.text
        assert read.told == "What is struck out is read, too: A2. Delete what is not to come in."


@pytest.mark.parametrize(("encoding", "text"), [("cp1250", "Łódź"), ("cp1251", "Привет"), ("cp1252", "Ä")])
def test_letters_that_are_guessed_are_told(encoding, text):
    read = file_text(f"name\n{text}\n".encode(encoding), BY_PAGE)
    assert f"western Europe: {text.encode(encoding).decode('cp1252')[:6]}" in read.told or encoding == "cp1250"
    assert "If they are wrong, save it as UTF-8." in read.told
    assert not file_text(f"name\n{text}\n".encode(), BY_PAGE).told


CELL = '<c r="B2" t="inlineStr"><is><t xml:space="preserve">10</t></is></c>'
LATER = ("</sheets>", '</sheets><calcPr calcId="1" fullCalcOnLoad="1"/>')


@pytest.mark.parametrize(
    ("cell", "later", "read"),
    [
        # As openpyxl, and XlsxWriter, write what they cannot work out.
        ('<c r="B2"><f>10+90</f><v></v></c>', False, None),
        ('<c r="B2"><f>10+90</f><v/></c>', True, None),
        ('<c r="B2"><f>10+90</f></c>', False, None),
        ('<c r="B2"><f>10+90</f><v>0</v></c>', True, None),
        ('<c r="B2"><f>10-10</f><v>0</v></c>', False, "0"),
        ('<c r="B2"><f>10+90</f><v>100</v></c>', True, "100"),
        ('<c r="B2"><v>0</v></c>', True, "0"),
        ('<c r="B2" t="str"><f>""</f><v></v></c>', False, ""),
    ],
)
def test_a_formula_that_nobody_has_worked_out_is_told_whoever_wrote_it(cell, later, read):
    data = with_sheet(xlsx([["Room", "Seats"], ["Barn", "10"]]), (CELL, cell))
    if later:
        data = with_sheet(data, LATER, path="xl/workbook.xml")
    found = file_text(data, BY_PAGE)
    assert found.text == f"Room,Seats\nBarn,{read or ''}\n"
    unread = "Cells with an error, or a formula without its result, are read as empty: B2."
    assert found.told == (unread if read is None else "")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        # Written by a program that works nothing out, and an error as LibreOffice has it.
        ('table:formula="of:=10+90"><text:p></text:p>', None),
        (
            'table:formula="of:=1/0" office:value-type="string" office:string-value="" '
            'calcext:value-type="error"><text:p>#DIV/0!</text:p>',
            None,
        ),
        ('table:formula="of:=10-10" office:value-type="float" office:value="0"><text:p>0</text:p>', "0"),
    ],
)
def test_the_same_of_libreoffice(cell, read):
    data, out = ods([["Room", "Seats"], ["Barn", "10"], ["Loft", "5"]]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name).decode().replace('office:value-type="string"><text:p>10</text:p>', cell)
            changed.writestr(name, text.replace("<office:body>", '<office:body xmlns:calcext="urn:calcext">'))
    found = file_text(out.getvalue(), BY_PAGE)
    assert found.text == f"Room,Seats\nBarn,{read or ''}\nLoft,5\n"
    unread = "Cells with an error, or a formula without its result, are read as empty: B2."
    assert found.told == (unread if read is None else "")


def test_of_many_cells_that_are_not_read_the_first_are_named():
    rows: list[list[str | int | float]] = [["x"] for _ in range(9)]
    data = with_sheet(xlsx(rows), ('t="inlineStr"><is><t xml:space="preserve">x</t></is>', 't="e"><v>#REF!</v>'))
    assert file_text(data, BY_PAGE).told.endswith("are read as empty: A1, A2, A3, A4, A5, 4 more.")


@pytest.mark.parametrize("broken", ["<Relationships", "", "<Relationships/>"])
def test_where_a_file_says_nothing_of_its_sheets_that_can_be_read_it_is_read_all_the_same(broken):
    """The library finds its way through more than a parser of XML does."""
    data = with_sheet(xlsx([["Title"], ["Knots"]]), more={"xl/worksheets/_rels/sheet1.xml.rels": broken})
    assert file_text(data, BY_PAGE).text == "Title\nKnots\n"


def test_other_sheets_of_a_workbook_are_told(sign_in, camp, olga):
    rows: list[list[str | int | float]] = [["name", "capacity"], ["Barn", 30]]
    file = SimpleUploadedFile("rooms.xlsx", xlsx(rows, others=("Slots", "Notes")))
    client = sign_in(olga)
    page = client.post(f"/{camp.slug}/import/", {"rooms": file}).url
    said = "rooms.xlsx: Only the sheet “Rooms” is read; these are left out: “Slots”, “Notes”. Save each as a file"
    assert said in client.get(page).content.decode()
    client.post(page)
    assert said in client.get(page).content.decode()
    assert rooms_of(camp) == [("Barn", 30)]


def test_what_a_workbook_hides_is_not_taken_for_its_sheet():
    read = file_text(xlsx([["name"], ["Barn"]], hidden=("Choices",)), BY_PAGE)
    assert (read.text, read.sheet, read.others) == ("name\nBarn\n", "Rooms", ("Choices",))
    assert file_text(xlsx([["name"]]), BY_PAGE).told == ""
    assert file_text(ods([["name"]]), BY_PAGE).told == ""


def test_a_cell_of_several_lines_keeps_them(camp):
    rows: list[list[str | int | float]] = [["title", "about"], ["Knots", "First.\n\n* rope\n* hands"], ["Ducks", ""]]
    come_in(camp, "pitches.csv", xlsx(rows))
    assert Pitch.objects.get(title="Knots").about == "First.\n\n* rope\n* hands"
    assert Pitch.objects.count() == 2


def zip_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", ".", 1), data)
    return out.getvalue()


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "locked by a password. Save it without one"),
        (
            zip_of(content_xml=b"x", **{"META-INF__manifest_xml": b"<manifest:encryption-data/>"}),
            "locked by a password",
        ),
        (COMPOUND + "WordDocument".encode("utf-16-le"), "This is a text document. Copy its table into a spreadsheet"),
        (COMPOUND + "Workbook".encode("utf-16-le"), "This is a file of an old Excel."),
        (zip_of(word__document_xml=b"x"), "This is a text document."),
        (zip_of(content_xml=b"x", mimetype=b"application/vnd.oasis.opendocument.text"), "This is a text document."),
        (zip_of(Index__Document_iwa=b"x"), "This is a file of Apple's Numbers. Export it as Excel or CSV"),
        (zip_of(xl__workbook_bin=b"x"), "This is a binary Excel file"),
        (zip_of(rooms_csv=b"x"), "This is a zip file."),
        (b"%PDF-1.7", "This is a PDF, which cannot be read."),
        (b"<html><body><table><tr><th>Time</th></tr></table>", "This is a web page, or XML, whatever its name says."),
        (b'\xef\xbb\xbf\n<?xml version="1.0"?><Workbook/>', "This is a web page, or XML, whatever its name says."),
        (b"{\\rtf1\\ansi Time}", "This is a text document."),
        (b"\x89PNG\r\n", "This is a picture, which cannot be read."),
        (b"\xff\xd8\xff\xe0", "This is a picture"),
    ],
)
def test_files_of_other_programs_are_told_with_what_to_do(data, said):
    with pytest.raises(ValidationError, match=said):
        text_of(data, BY_PAGE)


# -- lists without keys ------------------------------------------------------------------------------------------


def test_a_list_of_titles_is_enough(camp):
    long = "A title that goes on and on until it has far more than sixty letters and differs only at its very end: "
    text = f"Talk,Speaker\nKnots,\n{long}one,\n{long}two,\n"
    report = come_in(camp, "pitches.csv", text.encode())
    assert sorted(Pitch.objects.values_list("title", flat=True)) == sorted(["Knots", f"{long}one", f"{long}two"])
    assert come_in(camp, "pitches.csv", text.encode()).has_changed_nothing
    assert told(report) == ""


def test_a_list_of_names_is_enough(camp):
    assert come_in(camp, "attendees.csv", b"Full name\nAnn\nBob\n").added == {"attendees": 2}
    assert come_in(camp, "attendees.csv", b"Full name\nAnn\nBob\n").has_changed_nothing


def test_a_room_without_a_number_of_seats_comes_in(camp):
    come_in(camp, "rooms.csv", b"Room\nBarn\n")
    assert Room.objects.get().capacity == 30


# -- sizes in brackets ------------------------------------------------------------------------------------------


def by_list(camp: Camp, names: list[str]) -> Report:
    return come_in(camp, "rooms.csv", "\n".join(["name", *names]).encode())


def by_rows(camp: Camp, names: list[str]) -> Report:
    rows = [f"{10 + n}:00,{name},T{n}" for n, name in enumerate(names)]
    return come_in(camp, "sheet.csv", "\n".join(["Time,Room,Title", *rows]).encode())


def by_wall(camp: Camp, names: list[str]) -> Report:
    return come_in(camp, "sheet.csv", f"Time,{','.join(names)}\n10:00{',T' * len(names)}\n11:00,U\n".encode())


def by_paste(camp: Camp, names: list[str]) -> None:
    for room in read_rooms("\n".join(names), camp):
        room.save()


@pytest.mark.parametrize("come", [by_list, by_rows, by_wall, by_paste])
def test_a_size_in_brackets_is_one_whoever_reads_it(camp, come):
    come(camp, ["Main Hall (120)", "Loft [max. 10 people]", "Studio (2)", "Box (3 seats)", "Hall (1st)"])
    assert rooms_of(camp) == [("Main Hall", 120), ("Loft", 10), ("Studio (2)", 30), ("Box", 3), ("Hall (1st)", 30)]
    # A room that is there is that one, with its brackets or without.
    camp.rooms.create(name="Lab (12)", capacity=5)
    if come is not by_paste:
        come(camp, ["Lab (12)", "main hall (120)" if come is not by_list else "Main Hall (120)"])
        assert camp.rooms.count() == 6


@pytest.mark.parametrize("come", [by_list, by_rows, by_wall, by_paste])
def test_rooms_that_differ_in_their_brackets_keep_them(camp, come):
    come(camp, ["Lab (10)", "Lab (20)"])
    assert rooms_of(camp) == [("Lab (10)", 30), ("Lab (20)", 30)]


def test_a_number_in_brackets_that_may_be_of_the_name_is_told_and_beside_seats_it_is_one(camp):
    report = come_in(camp, "rooms.csv", b"name,capacity\nMain Hall (120),\nLab (12),5\n")
    assert rooms_of(camp) == [("Main Hall", 120), ("Lab (12)", 5)]
    assert told(report) == "rooms.csv, row 2: “Main Hall (120)” is read as the room Main Hall with 120 seats."
    rows = "Session,Room,Capacity,Title\n1,Main Hall (120),,Knots\n1,Den (40),,Ducks\n1,Den (40),,Owls\n1,Lab (12),5,Ants\n"
    make_slot(camp, 10)
    report = come_in(camp, "sheet.csv", rows.encode())
    assert rooms_of(camp)[2:] == [("Den", 40)]
    assert told(report).count("is read as the room") == 1


@pytest.mark.parametrize("come", [by_list, by_rows, by_wall, by_paste])
@pytest.mark.parametrize(
    ("names", "rooms"),
    [
        (["Loft 10 seats", "Nook"], [("Loft", 10), ("Nook", 30)]),
        (["Hall 3", "Garden – 25 people", "Saal 40 Plätze"], [("Hall 3", 30), ("Garden", 25), ("Saal", 40)]),
        (["Nook: 30", "Box | 4", "Loft 10 seats", "Attic (12)"], [("Nook", 30), ("Box", 4), ("Loft", 10), ("Attic", 12)]),
        (["Loft max. 10", "Nook holds 30"], [("Loft", 10), ("Nook", 30)]),
        # What may be a name is one: where only some have it, where it counts on, or follows a word for a room.
        (["Nook: 30", "Box"], [("Nook: 30", 30), ("Box", 30)]),
        (["Nook: 30"], [("Nook: 30", 30)]),
        (["Room 101", "Studio 54", "Hall 3"], [("Room 101", 30), ("Studio 54", 30), ("Hall 3", 30)]),
        (["Loft 10", "Nook 30"], [("Loft 10", 30), ("Nook 30", 30)]),
        (["East - 12", "West - 20"], [("East - 12", 30), ("West - 20", 30)]),
        (["East: 12", "East: 20"], [("East: 12", 30), ("East: 20", 30)]),
        (["Zimmer: 12", "Saal: 20"], [("Zimmer: 12", 30), ("Saal: 20", 30)]),
        (["East: 11", "West: 12"], [("East: 11", 30), ("West: 12", 30)]),
        (["East: 1", "West: 20"], [("East: 1", 30), ("West: 20", 30)]),
    ],
)  # fmt: skip
def test_a_size_behind_a_name_is_one_where_it_is_sure(camp, come, names, rooms):
    come(camp, names)
    assert rooms_of(camp) == rooms


@pytest.mark.parametrize("come", [by_list, by_rows, by_wall])
@pytest.mark.parametrize(
    ("names", "unread"),
    [
        (["Nook: 30", "Box"], ["Nook: 30"]),
        (["East: 11", "West: 12"], ["East: 11", "West: 12"]),
        (["East: 12", "East: 20"], ["East: 12", "East: 20"]),
        (["Lab (10)", "Lab (20)", "Attic (30)"], ["Lab (10)", "Lab (20)"]),
        (["Loft = 10", "Box | 20", "Nook"], ["Loft = 10", "Box | 20"]),
        # These are numbers as names have them.
        (["Studio 54", "Hall 3", "East: 1", "Raum: 101", "Studio (2)", "Nook"], []),
        (["Nook: 30", "Box: 20"], []),
    ],
)
def test_a_size_that_stays_in_a_name_is_told(camp, come, names, unread):
    """Nobody looks for seats in names: each of these rooms had thirty, and nothing said so."""
    report = come(camp, names)
    found = [
        line.partition("“")[2].partition("” is read as a name, its number")[0] for line in told(report).split("\n")
    ]
    assert [name for name in found if name in names] == unread
    assert {name for name, _seats in rooms_of(camp)} >= set(unread)


def test_a_size_behind_a_name_is_told_and_finds_the_room_again(camp):
    lines = ["Time,Loft 10 seats,Nook: 30", "10:00,A,B", "Time,Loft 10 seats,Nook: 30", "11:00,C,D"]
    report = come_in(camp, "sheet.csv", "\n".join(lines).encode())
    assert rooms_of(camp) == [("Loft", 10), ("Nook", 30)]
    assert "cell C1: “Nook: 30” is read as the room Nook with 30 seats." in told(report)
    report = come_in(camp, "rooms.csv", b"name\nNook: 30\nShed\n")
    assert rooms_of(camp) == [("Loft", 10), ("Nook", 30), ("Shed", 30)]


# -- the sheet from the wall -------------------------------------------------------------------------------------

HEADINGS = "Year,Time,Session,Room,Capacity,Title,Leader1,Leader2,Leader3,Leader 4,Session notes,Hashtag\n"


@pytest.fixture
def day(camp):
    """Four slots from ten, with a break after the second."""
    return [make_slot(camp, hour, minutes=45) for hour in (10, 10.75, 12, 13)]


def hang(camp: Camp, *rows: str, **how) -> Report:
    return import_files(camp=camp, files={"sheet.csv": HEADINGS + "\n".join(rows) + "\n"}, **how, by=None)


def standing(camp: Camp) -> dict[str, list[str]]:
    """Title to the cells of each of its sessions, in order."""
    found: dict[str, list[str]] = {}
    for session in camp.sessions.order_by("pk").select_related("pitch"):
        cells = session.cells.order_by("slot__starts_at").select_related("room", "slot")
        found.setdefault(session.title, []).append(" ".join(f"{c.room}@{c.slot.starts_at:%H:%M}" for c in cells))
    return found


def test_a_row_of_another_year_is_left_out_and_told(camp, day):
    report = hang(camp, "2029,Sat 10:00,1,Barn,30,Last year's,Ann", "2030,Sat 10:00,1,Barn,30,Knots,Ann")
    assert standing(camp) == {"Knots": ["Barn@10:00"]}
    assert told(report).startswith("sheet.csv, row 2: This row is of 2029, and the camp is in 2030: it is left out.")


def test_a_time_that_is_not_that_of_the_slot_is_told(camp, day):
    report = hang(
        camp, "2030,Sat 14:00,1,Barn,30,Knots,", "2030,10.00–10.45,1,Loft,30,Ducks,", "2030,10:45 AM,2,Loft,30,Owls,"
    )
    said = "The sheet says “Sat 14:00”; session 1 starts at 10:00, and that holds."
    assert [line for line in told(report).splitlines() if "The sheet says" in line] == [f"sheet.csv, row 2: {said}"]


def test_what_is_merged_is_carried_down_and_breaks_are_left_out(camp, day):
    report = hang(
        camp, "2030,Sat 10:00,1,Barn,30,Knots,", ",,,Loft,10,Ducks,", ",,,,,,", ",12:45,,,,Lunch,", ",,,Shed,5,,",
        "2030,Sat 12:00,3,Barn,30,Owls,",
    )  # fmt: skip
    assert standing(camp) == {"Knots": ["Barn@10:00"], "Ducks": ["Loft@10:00"], "Owls": ["Barn@12:00"]}
    assert "row 5: “Lunch” has no session number or no room, like a break: it is left out." in told(report)
    assert "row 6: This row has no title: it is left out." in told(report)


def test_a_title_twice_runs_twice_and_in_adjoining_cells_of_a_room_it_is_a_double(camp, day):
    rows = [
        "2030,,1,Barn,30,Knots,", "2030,,2,Barn,30,Knots,", "2030,,1,Loft,30,Ducks,", "2030,,2,Attic,30,Ducks,",
        "2030,,2,Loft,30,Owls,", "2030,,3,Loft,30,Owls,",
    ]  # fmt: skip
    report = hang(camp, *rows)
    # Over the break from 11:30 to 12:00 the house lets a double run; over two hours it would not.
    assert standing(camp) == {
        "Knots": ["Barn@10:00 Barn@10:45"], "Ducks": ["Loft@10:00", "Attic@10:45"], "Owls": ["Loft@10:45 Loft@12:00"],
    }  # fmt: skip
    assert dict(Pitch.objects.values_list("title", "length")) == {"Knots": 2, "Ducks": 1, "Owls": 2}
    assert "“Knots” fills two slots in a row: it is a double session." in told(report)
    assert hang(camp, *rows).has_changed_nothing


def test_over_a_break_there_is_no_double(camp):
    """As for one that is placed by hand: it could never be moved again."""
    make_slot(camp, 10)
    make_slot(camp, 11, minutes=15, kind=Slot.Kind.EVERYONE, title="Tea")
    make_slot(camp, 11.25)
    hang(camp, "2030,,1,Barn,30,Knots,", "2030,,2,Barn,30,Knots,")
    assert standing(camp) == {"Knots": ["Barn@10:00", "Barn@11:15"]}
    assert Pitch.objects.get().length == 1


def test_a_row_with_a_time_of_its_own_is_none_of_the_session_above(camp, day):
    hang(camp, "2030,10:00,1,Barn,30,Knots,", "2030,11:30,,Foyer,,Coffee,", "2030,,3,Barn,30,Owls,")
    assert standing(camp) == {"Knots": ["Barn@10:00"], "Owls": ["Barn@12:00"]}


def test_only_leaders_are_leaders(camp, day):
    text = "Session,Room,Title,Leader 1,Leader email\n1,Barn,Knots,Ann,ann@example.org\n"
    report = import_files(camp=camp, files={"sheet.csv": text}, by=None)
    assert [h.display_name for h in Pitch.objects.get().hosts.all()] == ["Ann"]
    assert not camp.attendees.filter(display_name__contains="@").exists()
    assert "The column “Leader email” is not read." in told(report)


def test_a_pitch_that_was_there_before_keeps_its_length_and_runs_twice(camp, day):
    PitchFactory(camp=camp, title="Knots", length=1)
    hang(camp, "2030,,1,Barn,30,Knots,", "2030,,2,Barn,30,Knots,")
    assert standing(camp) == {"Knots": ["Barn@10:00", "Barn@10:45"]}


def test_further_leaders_become_hosts_also_two_in_one_cell(camp, day, ben):
    AttendeeFactory(camp=camp, display_name="Ann, Leeds", user=None)
    report = hang(
        camp, "2030,,1,Barn,30,Knots,Ann & Bob", "2030,,2,Attic,30,Knots,Cy", '2030,,1,Loft,30,Ducks,"Dan, Eve"',
        '2030,,2,Loft,30,Owls,"Ann, Leeds"', "2030,,3,Loft,30,Bells,Ben and Flo",
    )  # fmt: skip
    hosts = {p.title: sorted(h.display_name for h in p.hosts.all()) for p in Pitch.objects.all()}
    assert hosts == {
        "Knots": ["Ann", "Bob", "Cy"], "Ducks": ["Dan", "Eve"], "Owls": ["Ann, Leeds"], "Bells": ["Ben", "Flo"],
    }  # fmt: skip
    assert "“Ann & Bob” is read as 2 people." in told(report)
    assert "“Ann, Leeds” is read" not in told(report)
    assert ben in Pitch.objects.get(title="Bells").hosts.all()


def test_a_row_that_clashes_comes_in_as_a_pitch_that_waits(camp, day):
    report = hang(camp, "2030,,1,Barn,30,Knots,Ann", "2030,,1,Barn,30,Ducks,Bob")
    assert standing(camp) == {"Knots": ["Barn@10:00"]}
    assert [h.display_name for h in Pitch.objects.get(title="Ducks").hosts.all()] == ["Bob"]
    assert "row 3: Row 2 has Barn in session 1 already. “Ducks” waits for a place." in told(report)


def test_the_sheet_that_leaves_comes_in_again(camp, day, ben, rooms):
    """Into the same camp nothing changes; a fresh one has the same grid, doubles included."""
    AttendeeFactory(camp=camp, display_name="@Ann", user=None)
    hang(
        camp,
        "2030,,1,Barn,30,Knots,@Ann",
        "2030,,2,Barn,30,Knots,@Ann",
        "2030,,3,Loft,10,=Ducks,Ben",
        "2030,,4,Barn,30,Knots,",
    )
    publish_grid(camp=camp, accept_broken=True, by=None)
    save_note(session=camp.sessions.get(pitch__title="=Ducks"), text="Quack.", by=ben, base_revision=0)
    text = sheet(camp, "https://camp.example")
    assert f"https://camp.example/{camp.slug}/sessions/" in text
    assert import_files(camp=camp, files={"sheet.csv": text}, by=None).has_changed_nothing
    fresh = CampFactory()
    for slot in camp.slots.all():
        fresh.slots.create(starts_at=slot.starts_at, ends_at=slot.ends_at)
    import_files(camp=fresh, files={"sheet.csv": text}, by=None)
    assert standing(fresh) == standing(camp)
    hosts = [{p.title: {h.display_name for h in p.hosts.all()} for p in c.pitches.all()} for c in (camp, fresh)]
    assert hosts[0] == hosts[1]


def test_a_sheet_that_is_downloaded_opens_in_excel_with_its_accents(sign_in, camp, olga):
    assert sign_in(olga).get(f"/{camp.slug}/export/sheet/").content.startswith(b"\xef\xbb\xbf")
