"""Grids as volunteers have them become slots, rooms and sessions: one file for each shape, and what it must become."""

from __future__ import annotations

import sys
from datetime import date, time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.decoding import BY_PAGE
from events.models import Camp, Slot
from events.room_sizes import OF_ROOMS
from exchange.between_marks import one_name
from exchange.cells import days_named
from exchange.csv_export import sheet
from exchange.report import ImportRefused, Report, quoted
from exchange.spans import label_of
from exchange.table import OTHER_NAMES, PROGRAMME, UNREAD
from exchange.uploads import import_files, work_out
from exchange.wall_sheet import read_wall
from pitches.models import Pitch
from schedule.wall.publish import publish_grid
from tests.exchange.spreadsheets import ods, text_of, xlsx
from tests.factories import AttendeeFactory, CampFactory, make_slot

SHAPES = Path(__file__).parent / "shapes" / "sheets"
#: file to the slots, and to what stands where: title@room of each
FILES = {
    "wall.csv": (
        "Sat 10:00–10:45, Sat 10:45–11:30, Sat 11:30–12:15, Sat 12:15–13:00 Lunch, Sat 13:00–13:45, Sat 13:45–14:30",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 10:45 Attic Bells", "Sat 10:45 Barn Owls",
         "Sat 10:45 Loft Knots", "Sat 13:00 Barn Long walk", "Sat 13:00 Loft Fires", "Sat 13:45 Barn Long walk",
         "Sat 13:45 Loft Ropes"],
    ),
    "wall_turned.csv": (
        "Sat 10:00–10:45, Sat 10:45–11:30, Sat 11:30–12:30 Lunch, Sat 12:30–13:15",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 10:45 Barn Knots", "Sat 10:45 Loft Bells",
         "Sat 12:30 Barn Owls"],
    ),
    "wall_two_days.csv": (
        "Sat 10:00–10:45, Sat 10:45–11:30, Sun 10:00–10:45",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 10:45 Barn Owls", "Sun 10:00 Attic Fires",
         "Sun 10:00 Barn Bells"],
    ),
    "wall_days_above.csv": (
        "Sat 10:00–11:00, Sat 11:00–12:00, Sat 12:00–13:00 Lunch, Sat 13:00–14:00, Sun 10:00–11:00, Sun 11:00–12:00, "
        "Sun 12:00–13:00 Lunch, Sun 13:00–14:00",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Barn Owls", "Sat 13:00 Loft Ropes",
         "Sun 10:00 Barn Bells", "Sun 11:00 Attic Fires", "Sun 13:00 Barn Knots"],
    ),
    "wall_days_above_turned.csv": (
        "Sat 10:00–11:00, Sat 11:00–12:00, Sun 10:00–11:00, Sun 11:00–12:00",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Barn Owls", "Sun 10:00 Hall Bells",
         "Sun 11:00 Attic Fires"],
    ),
    "wall_date_column.csv": (
        "Sat 09:00–09:45, Sat 09:45–10:30, Sun 09:00–10:00",
        ["Sat 09:00 Barn Knots", "Sat 09:00 Loft Ducks", "Sat 09:45 Barn Owls", "Sun 09:00 Barn Bells"],
    ),
    "twelve_hours.csv": (
        "Sat 09:30–11:00 Registration, Sat 11:00–12:00, Sat 12:00–13:00 Lunch break, Sat 13:00–14:00, Sat 14:15–15:15",
        ["Sat 11:00 Barn Knots", "Sat 11:00 Loft Ducks", "Sat 13:00 Barn Owls", "Sat 14:15 Loft Bells"],
    ),
    "google_sheets.csv": (
        "Sat 10:00–10:45, Sat 10:45–11:30",
        ["Sat 10:00 Barn Knots for beginners", "Sat 10:00 Loft Ducks", "Sat 10:45 Loft Owls, bats & more"],
    ),
    "german_excel.csv": (
        "Sat 09:00–09:45, Sat 09:45–10:30, Sat 12:00–13:00 Mittagspause, Sat 13:00–13:45",
        ["Sat 09:00 Barn Schlösser", "Sat 09:00 Café Knots", "Sat 09:45 Café Owls; bats", "Sat 13:00 Barn Ducks"],
    ),
    "numbers.csv": (
        "Sat 10:00–10:45, Sat 14:00–14:45, Sat 14:45–15:30",
        ["Sat 10:00 Barn Knots", "Sat 14:00 Loft Ducks", "Sat 14:45 Barn Owls", "Sat 14:45 Loft Bells"],
    ),
    "list_by_time.txt": (
        "Sat 10:00–11:00, Sat 11:00–12:00, Sat 12:00–13:00 Lunch, Sun 10:00–11:00",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Barn Owls", "Sun 10:00 Barn Bells"],
    ),
    "one_for_each_session.csv": (
        "Sat 10:00–10:45, Sat 10:45–11:30, Sat 13:00–13:45",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 10:45 Barn Owls", "Sat 13:00 Barn Bells"],
    ),
    "rooms_with_seats.csv": (
        "Sat 10:00–11:00, Sat 11:00–12:00",
        ["Sat 10:00 Barn Knots", "Sat 11:00 Attic Owls", "Sat 11:00 Loft Ducks"],
    ),
    "rooms_with_seats_behind.csv": (
        "Sat 10:00–11:00, Sat 11:00–12:00",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Attic Owls", "Sat 11:00 Den Bells"],
    ),
    "break_between.csv": (
        "Sat 10:00–10:45, Sat 10:45–11:00 Coffee, Sat 11:00–11:45",
        ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Barn Owls"],
    ),
}  # fmt: skip
TWO_DAYS = {name for name, (slots, _standing) in FILES.items() if "Sun" in slots}
#: needs the camp's slots: nothing in it says a time
NUMBERED = "numbered.txt"


def shape(name: str) -> dict[str, str]:
    return {"sheet.csv": text_of((SHAPES / name).read_bytes(), BY_PAGE)}


def csv(*lines: str) -> dict[str, str]:
    return {"sheet.csv": "\n".join(lines) + "\n"}


def slots_of(camp: Camp) -> str:
    return ", ".join(
        f"{slot.starts_at:%a %H:%M}–{slot.ends_at:%H:%M} {slot.title}".strip()
        + ("" if slot.is_for_sessions or slot.title else "?")
        for slot in camp.slots.all()
    )


def standing(camp: Camp) -> list[str]:
    return sorted(
        f"{cell.slot.starts_at:%a %H:%M} {cell.room} {session.title}"
        for session in camp.sessions.all()
        for cell in session.cells.select_related("slot", "room")
    )


def told(report: Report) -> str:
    return "\n".join(map(str, [*report.faults, *report.remarks]))


def refused(camp: Camp, files: dict[str, str]) -> str:
    with pytest.raises(ImportRefused) as error:
        import_files(camp=camp, files=files, by=None)
    assert not camp.sessions.exists()
    return told(error.value.report)


@pytest.fixture
def weekend(camp):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 13))
    camp.refresh_from_db()
    return camp


@pytest.fixture
def saturday(camp):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 12))
    camp.refresh_from_db()
    return camp


def test_every_file_is_tried():
    assert {path.name for path in SHAPES.iterdir()} == {*FILES, NUMBERED}


@pytest.mark.parametrize("name", FILES)
def test_a_grid_becomes_slots_rooms_and_sessions(request, sign_in, olga, name):
    camp = request.getfixturevalue("weekend" if name in TWO_DAYS else "saturday")
    slots, sessions = FILES[name]
    client, file = sign_in(olga), SimpleUploadedFile(name, (SHAPES / name).read_bytes())
    page = client.post(f"/{camp.slug}/import/", {"sheet": file}).url
    assert "made from the sheet" in client.get(page).content.decode()
    # Nothing is there before an organiser has seen what would come.
    assert not camp.slots.exists()
    client.post(page)
    assert slots_of(camp) == slots
    assert standing(camp) == sessions
    assert import_files(camp=camp, files=shape(name), by=None).has_changed_nothing


@pytest.mark.parametrize("name", [*FILES, NUMBERED])
def test_the_same_grid_finds_the_slots_that_are_there(request, db, name):
    camp = request.getfixturevalue("weekend" if name in TWO_DAYS else "saturday")
    if name == NUMBERED:
        for hour in (10, 11, 13):
            make_slot(camp, hour)
        expected = ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Loft Owls", "Sat 13:00 Barn Bells"]
    else:
        import_files(camp=camp, files=shape(name), by=None)
        camp.sessions.all().delete()
        Pitch.objects.all().delete()
        expected = FILES[name][1]
    count = camp.slots.count()
    report = import_files(camp=camp, files=shape(name), by=None)
    assert standing(camp) == expected
    assert camp.slots.count() == count
    assert "made from the sheet" not in told(report)


def test_what_was_made_and_left_out_is_told(saturday):
    report = import_files(camp=saturday, files=shape("wall.csv"), by=None)
    assert told(report).splitlines() == [
        "sheet.csv, cell B1: “Barn (30)” is read as the room Barn with 30 seats.",
        "sheet.csv, cell A2: The camp has no slots for sessions yet: 6 slots are made from the sheet, Sat 12 Jan "
        "10:00–10:45, 10:45–11:30, 11:30–12:15, 12:15–13:00, 13:00–13:45, 13:45–14:30. If that is wrong, make the "
        "slots first.",
        "sheet.csv, cell B2: No pitch is called “Knots”; it is new.",
        "sheet.csv, cell C2: The title has stray quotes: “Ducks”. Read as: Ducks.",
        "sheet.csv, cell C2: No pitch is called “Ducks”; it is new.",
        "sheet.csv, cell B3: No pitch is called “Owls”; it is new.",
        "sheet.csv, cell D3: No pitch is called “Bells”; it is new.",
        "sheet.csv, cell B6: No pitch is called “Long walk”; it is new.",
        "sheet.csv, cell C6: No pitch is called “Fires”; it is new.",
        "sheet.csv, cell C7: No pitch is called “Ropes”; it is new.",
        "sheet.csv, cell B7: “Long walk” fills two slots in a row: it is a double session.",
    ]
    # Where the slots are there, nothing comes of a line for everybody, or of an empty one.
    again = import_files(camp=saturday, files=shape("wall.csv"), by=None)
    assert told(again).splitlines() == [
        "sheet.csv, cell A5: “Lunch” is for everybody: no room has it, and it is left out.",
        "sheet.csv, row 4: This row has no title: it is left out.",
        "sheet.csv, cell C2: The title has stray quotes: “Ducks”. Read as: Ducks.",
    ]
    assert dict(saturday.rooms.values_list("name", "capacity")) == {"Barn": 30, "Loft": 30, "Attic": 30}
    assert Pitch.objects.get(title="Long walk").length == 2
    # In two rooms, or after another session: it runs twice.
    assert Pitch.objects.get(title="Knots").sessions.count() == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wall_two_days.csv", "cell C10: No time stands beside “Ann says: bring wood”: it is left out."),
        ("wall_two_days.csv", "cell A1: What stands above the headings is left out: “Lakeside 2030”."),
        ("wall_date_column.csv", "cell B2: “12/01/2030” is read as 12 January 2030."),
        ("twelve_hours.csv", "Nothing says which half of the day times are in: “1:00” is read as 13:00, and so on."),
        ("list_by_time.txt", "“Bo & Cy” is read as 2 people."),
    ],
)
def test_whatever_is_not_taken_as_it_stands_is_told(weekend, saturday, name, said):
    camp = weekend if name in TWO_DAYS else saturday
    if name in TWO_DAYS:
        Camp.objects.filter(pk=camp.pk).update(ends_on=date(2030, 1, 13))
        camp.refresh_from_db()
    assert said in told(import_files(camp=camp, files=shape(name), by=None))


def test_seats_are_taken_from_beside_the_name_or_from_a_line_of_their_own(saturday):
    import_files(camp=saturday, files=shape("rooms_with_seats.csv"), by=None)
    assert dict(saturday.rooms.values_list("name", "capacity")) == {"Barn": 30, "Loft": 10, "Attic": 5}
    import_files(camp=saturday, files=csv(',Hall (8),"Shed\n[max. 4 people]"', "10:00,Bells,"), by=None)
    rooms = dict(saturday.rooms.values_list("name", "capacity"))
    # A room in which nothing stands is a room, too.
    assert (rooms["Hall"], rooms["Shed"]) == (8, 4)


def test_what_a_spreadsheet_merges_is_a_double_or_for_everybody(saturday):
    rows: list[list[str | int | float]] = [
        ["Grid"], ["", "Barn", "Loft", "Attic"], [0.4375, "Knots", "Ducks", ""], [0.46875, "", "Owls", ""],
        [0.5, "What comes next", "", ""], [0.53125, "Bells", "", "Fires"],
    ]  # fmt: skip
    data = xlsx(rows, "B3:B4", "B5:D5", "B6:C6")
    report = import_files(camp=saturday, files={"sheet.csv": text_of(data, BY_PAGE)}, by=None)
    assert slots_of(saturday) == ("Sat 10:30–11:15, Sat 11:15–12:00, Sat 12:00–12:45 What comes next, Sat 12:45–13:30")
    assert standing(saturday) == [
        "Sat 10:30 Barn Knots", "Sat 10:30 Loft Ducks", "Sat 11:15 Barn Knots", "Sat 11:15 Loft Owls",
        "Sat 12:45 Attic Fires", "Sat 12:45 Barn Bells",
    ]  # fmt: skip
    assert Pitch.objects.get(title="Knots").sessions.count() == 1
    assert "cell B6: “Bells” stands over Barn, Loft: it goes into Barn." in told(report)


def test_merged_cells_of_a_grid_that_is_turned_round(saturday):
    rows: list[list[str | int | float]] = [
        ["", "10:00", "10:45", "11:30"], ["Barn", "Knots", "", "Lunch"], ["Loft", "Ducks", "Owls", ""],
    ]  # fmt: skip
    import_files(camp=saturday, files={"sheet.csv": text_of(xlsx(rows, "B2:C2", "D2:D3"), BY_PAGE)}, by=None)
    assert slots_of(saturday) == "Sat 10:00–10:45, Sat 10:45–11:30, Sat 11:30–12:15 Lunch"
    assert standing(saturday) == [
        "Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 10:45 Barn Knots", "Sat 10:45 Loft Owls",
    ]  # fmt: skip
    assert Pitch.objects.get(title="Knots").length == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            (",Barn,Loft", "10:00,Knots,Ducks", "10:20,Owls,"),
            "cell A3: The camp has no slot that starts at 10:20 on Sat 12 Jan. It has Sat 12 Jan 10:00–11:00.",
        ),
        ((",Barn,Loft", f"10:00,Knots,{'x' * 141}"), "cell C2: “Title” has 141 characters; 140 is the most."),
        ((",Barn,Loft", "12:00,Knots,Ducks"), "cell A2: “12:00” is for everybody in this camp, and 2 sessions"),
        (("Sun 13 January 2030", ",Barn,Loft", "10:00,Knots,"), "cell A3: “Sun 13 January 2030” is not a day of"),
        ((",Barn,Loft", "10:00–10:00,Knots,Ducks"), "cell A2: It ends when it starts"),
        (("Time,End,Barn,Loft", "10:00,soon,Knots,Ducks"), "cell A2: “soon” is not a time like 14:30."),
        ((",Barn,Loft", "Session 1,Knots,", "Session 2,Owls,"), "cell A3: There is no session slot 2: the camp has 1."),
        (("Time,Room,Title", "soon,Barn,Knots"), "row 2: “soon” is not a time like 14:30."),
        (("Time,Until,Room,Title", "10:00,soon,Barn,Knots"), "row 2: “soon” is not a time like 14:30."),
    ],
)
def test_what_is_not_understood_is_a_fault_with_its_cell(saturday, lines, said):
    make_slot(saturday, 10)
    make_slot(saturday, 12, kind=Slot.Kind.EVERYONE, title="Lunch")
    assert said in refused(saturday, csv(*lines))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("Session,Room,Title", "1,Barn,Knots"), "row 2: The camp has no slots for sessions. Make them first, or"),
        ((",Barn,Loft", "Session 1,Knots,"), "cell A2: The camp has no slots for sessions. Make them first, or"),
        (
            ("Time,Session,Room,Title", "10:00,1,Barn,Knots", "11:00,3,Barn,Owls"),
            "row 3: The slot of session 3 cannot be made: no row says when session 2 starts.",
        ),
        (
            ("Time,Session,Room,Title", "10:00,1,Barn,Knots", "9:00,2,Barn,Owls"),
            "row 3: Session 2 does not start after the one before it.",
        ),
        (
            (",Barn,Loft", "10:00–11:00,Knots,", "10:30–11:30,Owls,"),
            "cell A3: It overlaps the slot of Sat 12 Jan, 10:00",
        ),
        (("a,b", "1,2"), "This is neither a list with the columns Session or Time, Room and Title, nor a grid with"),
    ],
)
def test_slots_that_cannot_be_made_are_told(saturday, lines, said):
    assert said in refused(saturday, csv(*lines))
    assert not saturday.slots.exists()


def test_of_several_days_one_must_be_named(weekend):
    said = "The camp has several days, and nothing says which this is. Put the day above the times, or beside them."
    assert said in refused(weekend, csv(",Barn,Loft", "10:00,Knots,Ducks"))
    Camp.objects.filter(pk=weekend.pk).update(ends_on=date(2030, 1, 20))
    weekend.refresh_from_db()
    said = "“Saturday” may be several days of the camp: write the date."
    assert said in refused(weekend, csv("Saturday", ",Barn,Loft", "10:00,Knots,Ducks"))


def test_a_night_goes_on_after_midnight(weekend):
    import_files(camp=weekend, files=csv("Saturday,Barn,Loft", "22:00,Knots,", "23:30,Owls,", "0:30,Bells,"), by=None)
    assert standing(weekend) == ["Sat 22:00 Barn Knots", "Sat 23:30 Barn Owls", "Sun 00:30 Barn Bells"]


def test_a_list_by_rooms_is_no_day_that_goes_back(saturday):
    """9:00 in the second room is not nine in the evening, though it stands below 2:00."""
    rows = [f"{hour}:00,{room},{room} {hour}" for room in ("Barn", "Loft") for hour in (9, 11, 1, 2)]
    import_files(camp=saturday, files=csv("Time,Room,Title", *rows), by=None)
    assert {line.split()[1] for line in standing(saturday)} == {"09:00", "11:00", "13:00", "14:00"}


def test_a_title_that_speaks_of_coffee_is_a_session_all_the_same(saturday):
    import_files(camp=saturday, files=csv(",Barn,Loft", "10:00,Coffee roasting at home,", "11:00,Coffee,"), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Coffee roasting at home"]


def test_a_room_or_title_that_is_there_is_taken_whatever_letters_it_has(saturday, rooms):
    make_slot(saturday, 10)
    import_files(camp=saturday, files=csv(",BARN,loft", "10:00,Knots,"), by=None)
    import_files(camp=saturday, files=csv(",BARN,loft", "10:00,KNOTS,"), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots"]
    assert saturday.rooms.count() == len(rooms)


# -- sheets to fill in --------------------------------------------------------------------------------------------


def blank(client, camp: Camp, kind: str) -> str:
    answer = client.get(f"/{camp.slug}/import/sheets/{kind}/")
    assert answer["Content-Disposition"] == f'attachment; filename="{camp.slug}-{kind}.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return text_of(answer.content, BY_PAGE)


@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize("kind", ["grid", "list"])
def test_a_sheet_that_is_filled_in_comes_back(sign_in, weekend, olga, rooms, kind, days):
    for day in range(days):
        make_slot(weekend, 24 * day + 10)
        make_slot(weekend, 24 * day + 12, kind=Slot.Kind.EVERYONE, title="Lunch, long")
        make_slot(weekend, 24 * day + 13)
    client = sign_in(olga)
    text = blank(client, weekend, kind)
    assert text.count("Barn") == (days if kind == "grid" else 2 * days)
    # As it comes nothing comes of it.
    assert import_files(camp=weekend, files={"sheet.csv": text}, by=None).has_changed_nothing
    if kind == "grid":
        filled = text.replace("13:00–14:00,", "13:00–14:00,Knots", days)
    else:
        filled = text.replace(f",{2 * days},Barn,30,,", f",{2 * days},Barn,30,Knots,")
    import_files(camp=weekend, files={"sheet.csv": filled}, by=None)
    day = {1: "Sat", 2: "Sun"}[days]
    assert f"{day} 13:00 Barn Knots" in standing(weekend)
    assert weekend.slots.count() == 3 * days


@pytest.mark.parametrize("kind", ["rooms", "slots", "attendees", "pitches"])
def test_the_other_sheets_have_what_the_camp_has_and_change_nothing(sign_in, weekend, olga, rooms, kind):
    make_slot(weekend, 10)
    text = blank(sign_in(olga), weekend, kind)
    assert import_files(camp=weekend, files={f"{kind}.csv": text}, by=None).has_changed_nothing
    assert ("Barn" in text) == (kind == "rooms")


def test_a_camp_without_slots_gives_a_sheet_that_makes_them(sign_in, saturday, olga, rooms):
    text = blank(sign_in(olga), saturday, "grid")
    assert text.startswith("Time,Barn,Loft")
    import_files(camp=saturday, files={"sheet.csv": text + "10:00,Knots,\n"}, by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots"]


def test_of_several_days_without_slots_each_has_its_part_of_the_grid(sign_in, weekend, olga, rooms):
    text = blank(sign_in(olga), weekend, "grid")
    assert [line for line in text.splitlines() if line[:1] == "2"] == ["2030-01-12,,", "2030-01-13,,"]


@pytest.mark.parametrize("kind", ["grid", "list", "rooms", "slots", "attendees", "pitches"])
def test_a_sheet_comes_back_as_it_left_with_nothing_to_tell(sign_in, weekend, olga, kind):
    """Whatever rooms and slots are called; and there is no row in it that is an example."""
    for name, seats in (
        ("=Hall", 7),
        ("Studio (2)", 12),
        ("Lab (12)", 5),
        ("Duration", 9),
        ("Room; west", 3),
        ("10:00", 4),
    ):
        weekend.rooms.create(name=name, capacity=seats, features=["projector", "beamer"])
    for day in range(2):
        make_slot(weekend, 24 * day + 10)
        make_slot(weekend, 24 * day + 12, kind=Slot.Kind.EVERYONE, title="Lunch")
        make_slot(weekend, 24 * day + 13)
    text = blank(sign_in(olga), weekend, kind)
    name = "sheet.csv" if kind in ("grid", "list") else f"{kind}.csv"
    assert "\n=" not in text
    assert ",=" not in text
    report = import_files(camp=weekend, files={name: text}, by=None)
    assert report.has_changed_nothing
    assert (weekend.rooms.count(), weekend.slots.count()) == (6, 6)
    # Rows that nobody filled in, and what is for everybody, are all that is told.
    left = [line for line in told(report).splitlines() if "no title" not in line and "is for everybody" not in line]
    assert left == []


def test_there_is_no_sheet_of_another_kind(sign_in, saturday, olga):
    assert sign_in(olga).get(f"/{saturday.slug}/import/sheets/interests/").status_code == 404


def test_what_cannot_be_read_leads_to_a_sheet_to_fill_in(sign_in, saturday, olga):
    client, url = sign_in(olga), f"/{saturday.slug}/import/"
    sheets = f'href="{url}sheets/grid/"'
    assert sheets in client.get(url).content.decode()
    damaged = client.post(url, {"sheet": SimpleUploadedFile("x.xlsx", b"PK\x03\x04")}).content.decode()
    assert 'href="#sheets"' in damaged
    assert sheets in damaged
    page = client.get(client.post(url, {"sheet": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}).url).content.decode()
    assert f'href="{url}#sheets"' in page
    assert f'href="/{saturday.slug}/slots/"' in page
    make_slot(saturday, 10)
    page = client.get(client.post(url, {"sheet": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}).url).content.decode()
    assert "Make the slots of the camp" not in page


# -- how much there is ----------------------------------------------------------------------------------------------


def in_slots(each: int, row: str) -> list[str]:
    """Rows of a list, so many at each time, one in each room; every other has the title T."""
    return [
        f"2030-01-12,{9 + n // each // 60}:{n // each % 60:02},R{n % each},"
        + row.format(n=n, title="T" if n % 2 else f"U{n}")
        for n in range(600)
    ]


@pytest.mark.parametrize(
    "rows",
    [
        in_slots(50, "{title},"),
        in_slots(50, "{title},Ann {n}"),
        in_slots(2, "{title},"),
        [f"2030-01-12,{1 if n % 2 else 9}:00,R{n // 2},T{n}," if n < 8 else f"2030-01-12,7:00,R{n},T{n}," for n in range(600)],
    ],
    ids=["one title", "one title, many hosts", "in many slots", "in many rooms"],
)  # fmt: skip
def test_work_grows_with_the_sheet_and_not_with_its_square(weekend, monkeypatch, rows):
    """One title whose hosts are others in each row told three million clashes of 5,000 rows."""

    def calls(count: int) -> int:
        """How many functions of ours are called for so many rows."""
        found = 0

        def counted(frame, event, arg) -> None:
            nonlocal found
            found += event == "call" and "/exchange/" in frame.f_code.co_filename

        before = sys.getprofile()
        sys.setprofile(counted)
        try:
            work_out(weekend, csv("Date,Time,Room,Title,Leader1", *rows[:count]))
        finally:
            sys.setprofile(before)
        return found

    monkeypatch.setattr("exchange.sheet_import.MOST_HOSTS", 20)
    first, second, third = (calls(count) for count in (200, 400, 600))
    assert third - second < 1.05 * (second - first)


# -- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "start", "end", "beside"),
    [
        ("2-3pm", time(14), time(15), ""), ("9-10am", time(9), time(10), ""), ("10:00-11", time(10), time(11), ""),
        ("10-11:30", time(10), time(11, 30), ""), ("11-1pm", time(11), time(13), ""), ("11-12am", time(23), time(0), ""),
        ("2pm-3", time(14), time(15), ""), ("10am–1", time(10), time(13), ""), ("2.30-3.15pm", time(14, 30), time(15, 15), ""),
        ("14–15 Uhr", time(14), time(15), ""), ("10–11", time(10), time(11), ""), ("Sat 10-11", time(10), time(11), "Sat"),
        ("10:00 11:00", time(10), time(11), ""), ("Sat 10:00 - Sat 11:00", time(10), time(11), "Sat - Sat"),
        # Lines as word processors make them, words as other languages have them, and times without a sign in them.
        ("10:00‑10:45", time(10), time(10, 45), ""), ("10:00 − 10:45", time(10), time(10, 45), ""),
        ("10:00 → 10:45", time(10), time(10, 45), ""), ("De 13 a 14 h", time(13), time(14), ""),
        ("10 til 10:45", time(10), time(10, 45), ""), ("11.30 t/m 12.15", time(11, 30), time(12, 15), ""),
        ("10:00 bis ca. 10:45", time(10), time(10, 45), ""), ("0930-1015", time(9, 30), time(10, 15), ""),
        ("0930 hrs", time(9, 30), None, ""), ("2030 hrs", time(20, 30), None, ""), ("10 Uhr 30", time(10, 30), None, ""),
        ("10 Uhr 30 - 11 Uhr 15", time(10, 30), time(11, 15), ""), ("10 heures 30", time(10, 30), None, ""),
        ("10h 30", time(10, 30), None, ""), ("10 Uhr 30 Minuten", time(10), None, "30 Minuten"), ("ab 10 Uhr", time(10), None, ""),
        # A number of something is no hour.
        ("Session 12 - 10:00", time(10), None, "Session 12"), ("1 - 10:00", time(10), None, "1"),
        ("Jan 9 – 10:00", time(10), None, "Jan 9"), ("Sat 12–13 January 10:00–11:00", time(10), time(11), "Sat 12–13 January"),
        ("10:00 11", time(10), None, "11"),
    ],
)  # fmt: skip
def test_the_ends_of_a_stretch_of_time(cell, start, end, beside):
    label = label_of(cell)
    assert label is not None
    assert (label.start, label.end, label.beside, label.fault) == (start, end, beside, "")


def test_a_long_text_names_no_moment():
    """It is not looked through for one: each pair of numbers in it is no stretch."""
    assert label_of("1-2 " * 60) is None
    assert label_of(f"10:00{' ' * 500}Sat") == label_of("10:00 Sat")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("10:00 (doors 9:30)", "“10:00 (doors 9:30)” names several times"),
        ("10:00 - Coffee - 11:00", "names several times"),
        ("10:00–11:00, 14:00–15:00", "names several times"),
        ("10:00 - 30", "“30” is not a time like 14:30."),
        ("10:00–10:00", "It ends when it starts: “10:00”."),
        ("until 10:00", "“until 10:00” says when something ends: write when it starts, too."),
        ("Sat, bis 10 Uhr", "“Sat, bis 10 Uhr” says when something ends"),
        ("jusqu’à 10h", "says when something ends"),
    ],
)
def test_a_cell_of_which_the_time_cannot_be_told_is_a_fault(saturday, cell, said):
    assert said in refused(saturday, csv(",Barn,Loft", f'"{cell}",Knots,Ducks', "12:00,Owls,"))


@pytest.mark.parametrize(
    "lines",
    [
        ("Room,Barn,Loft", "Floor,Ground,First", "10:00,Knots,Ducks"),
        ("Time / Room,Barn,Loft", "Host,Ann,Bo", "10:00,Knots,Ducks"),
        ("Raum,Barn,Loft", "Miete,Ja,Nein", "10:00,Knots,Ducks"),
        (",Barn,Loft", "Chair,Ann,Bo", "10:00,Knots,Ducks"),
        ("Track,Red,Blue", "Room,Barn,Loft", "10:00,Knots,Ducks"),
        ("Room plan,v3,", "Time,Barn,Loft", "10:00,Knots,Ducks"),
        # Turned round.
        ("Room,Floor,10:00", "Barn,Ground,Knots", "Loft,First,Ducks"),
    ],
)
def test_the_line_that_says_it_names_rooms_does(saturday, lines):
    """What stands between it and the times became the rooms: Knots were on the floor called Ground."""
    report = import_files(camp=saturday, files=csv(*lines), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks"]
    assert [room.name for room in saturday.rooms.all()] == ["Barn", "Loft"]
    assert any("is left out" in str(remark) for remark in report.remarks)


def test_a_list_with_sessions_where_the_camp_has_a_break_is_a_fault(saturday):
    """As for a grid: it ended in an error that nobody had foreseen, and nothing could be imported."""
    make_slot(saturday, 10)
    make_slot(saturday, 12, kind=Slot.Kind.EVERYONE, title="Lunch")
    rows = ["Time,Room,Title", "10:00,Barn,Owls", "12:00,Barn,Knots", "12:00,Loft,Ducks"]
    said = "row 3: “12:00” is for everybody in this camp, and 2 sessions stand beside it."
    assert refused(saturday, csv(*rows)).count(said) == 1
    assert "and 1 session stands beside it." in refused(saturday, csv(*rows[:3]))
    import_files(camp=saturday, files=csv(*rows), by=None, skip_bad_rows=True)
    assert standing(saturday) == ["Sat 10:00 Barn Owls"]


@pytest.mark.parametrize("cell", ["9.3", "25:00", "10:00 / 10:15 / 10:30", "10,30"])
def test_titles_beside_what_is_meant_as_a_time_are_not_left_out(saturday, cell):
    """Excel makes 9.3 of 9.30: the row went with a remark."""
    rows = [",Barn,Loft", f'"{cell}",Knots,', "11:00,Owls,", "12.5,,"]
    assert f"cell A2: “{cell}” is not a time like 14:30." in refused(saturday, csv(*rows))
    report = import_files(camp=saturday, files=csv(*rows), by=None, skip_bad_rows=True)
    assert (report.fault_count, standing(saturday)) == (1, ["Sat 11:00 Barn Owls"])


def test_a_year_is_no_time_unless_others_are_written_like_it(saturday):
    """Half past eight in the evening, beside 0930; alone above a grid it is the year."""
    assert label_of("2030") is None
    assert label_of("2029–2030") is None
    import_files(camp=saturday, files=csv("2030,,", "Time,Barn,Loft", "0930,Knots,", "2030,Owls,"), by=None)
    assert slots_of(saturday) == "Sat 09:30–20:30, Sat 20:30–07:30"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            (",Barn,Loft", "Sat 10:00 (helpers only),Knots,"),
            "cell A2: What stands beside the time is left out: “helpers only”.",
        ),
        ((",Barn,Loft", "12:15 in the hall,Lunch,Lunch", "14:00,Knots,"), "is left out: “in the hall”."),
        (("Time,Room,Title", "Sat 10:00 GMT,Barn,Knots"), "row 2: What stands beside the time is left out: “GMT”."),
        (("Session,Time,Room,Title", "1,Sat 10:00 (quiet),Barn,Knots"), "is left out: “quiet”."),
        ((",Barn,Loft", "Saturday the 12th of January 10:00,Knots,"), ""),
        ((",Barn,Loft", "Sat session 1 10:00,Knots,", "12:00 Lunch,Lunch,Lunch"), ""),
    ],
)
def test_what_stands_beside_a_time_is_told_whatever_else_does(saturday, lines, said):
    """Beside a day, and where one thing was for everybody, it was dropped without a word."""
    told = list(map(str, import_files(camp=saturday, files=csv(*lines), by=None).remarks))
    found = [sentence for sentence in told if "beside the time" in sentence]
    assert len(found) == bool(said), told
    assert all(said in sentence for sentence in found), told


def test_a_break_that_stands_beside_its_day_and_time_is_for_everybody(saturday):
    import_files(
        camp=saturday, files=csv(",Barn,Loft", "Sat 10:00,Knots,", "Sat 12:00 Lunch,,", "Sat 13:00,Owls,"), by=None
    )
    assert slots_of(saturday) == "Sat 10:00–12:00, Sat 12:00–13:00 Lunch, Sat 13:00–15:00"


@pytest.mark.parametrize(
    ("lines", "slots"),
    [
        ((",Barn,Loft", "2-3pm,Knots,", "3-4pm,Owls,"), "Sat 14:00–15:00, Sat 15:00–16:00"),
        # Eleven to one is no stretch of fourteen hours.
        ((",Barn,Loft", "11:00–1:00,Knots,", "14:00–15:00,Owls,"), "Sat 11:00–13:00, Sat 14:00–15:00"),
        (("Time,End,Barn,Loft", "2:00,3pm,Knots,"), "Sat 14:00–15:00"),
        (("Time,End,Room,Title", "2:00,3:00 pm,Barn,Knots"), "Sat 14:00–15:00"),
    ],
)
def test_what_one_end_says_holds_for_both(saturday, lines, slots):
    import_files(camp=saturday, files=csv(*lines), by=None)
    assert slots_of(saturday) == slots


def test_two_ends_that_are_not_the_same_are_a_fault(saturday):
    lines = ("Time,End,Room,Title", "10:00–11:00,12:00,Barn,Knots")
    assert "“10:00–11:00 – 12:00” names several times" in refused(saturday, csv(*lines))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # In the order of the clock: the room that is used after noon only says nothing of noon by itself.
        (["9:00 Barn", "11:00 Barn", "1:00 Loft", "2:00 Loft"], ["09 Barn", "11 Barn", "13 Loft", "14 Loft"]),
        (["9:00 Barn", "11:00 Barn", "1:00 Loft", "8:30 Attic"], ["09 Barn", "11 Barn", "13 Loft", "08 Attic"]),
        # By rooms, in any order.
        (["1:00 Loft", "2:00 Loft", "9:00 Barn", "11:00 Barn", "1:00 Barn"],
         ["13 Loft", "14 Loft", "09 Barn", "11 Barn", "13 Barn"]),
        (["7:00 Barn", "12:00 Barn", "1:00 Barn", "7:00 Loft"], ["07 Barn", "12 Barn", "13 Barn", "07 Loft"]),
        # Of a clock that goes on to 24 what goes back is after noon as well, if nothing went on until late.
        (["9:00 Barn", "13:00 Barn", "2:00 Barn"], ["09 Barn", "13 Barn", "14 Barn"]),
    ],
)  # fmt: skip
def test_halves_of_the_day_are_told_by_the_whole_sheet(saturday, rows, expected):
    lines = [f"{clock},{room},{room} {clock}" for clock, room in (row.split() for row in rows)]
    report = import_files(camp=saturday, files=csv("Time,Room,Title", *lines), by=None)
    assert sorted(f"{line[4:6]} {line.split()[2]}" for line in standing(saturday)) == sorted(expected)
    assert "Nothing says which half of the day times are in" in told(report)


def test_a_room_that_goes_on_after_midnight_is_told_by_another_that_was_late(weekend):
    rows = (
        "Date,Time,Room,Title",
        "12/01/2030,22:00,Barn,Knots",
        "12/01/2030,23:00,Barn,Owls",
        "12/01/2030,1:00,Bar,Bells",
    )
    import_files(camp=weekend, files=csv(*rows), by=None)
    assert standing(weekend) == ["Sat 22:00 Barn Knots", "Sat 23:00 Barn Owls", "Sun 01:00 Bar Bells"]
    # The date of the night itself holds.
    rows = (
        "Date,Time,Room,Title",
        "13/01/2030,1:00,Bar,Bells",
        "13/01/2030,10:00,Barn,Fires",
        "13/01/2030,19:00,Barn,Ropes",
    )
    import_files(camp=weekend, files=csv(*rows), skip_bad_rows=True, by=None)
    assert "Sun 01:00 Bar Bells" in standing(weekend)


@pytest.mark.parametrize("first", [30, 31])
@pytest.mark.parametrize(
    "lines",
    [
        ("Year,Time,Session,Room,Title", "2030,Tue 22:00,1,Barn,Knots", "2031,Wed 00:30,2,Barn,Owls"),
        ("Year,Date,Time,Room,Title", "2030,31 Dec,22:00,Barn,Knots", "2031,1 Jan,00:30,Barn,Owls"),
        ("Date,Time,Room,Title", "31/12/2030,22:00,Barn,Knots", "01/01/2031,00:30,Barn,Owls"),
        ("Date,Time,Barn,Loft", "2030-12-31,22:00,Knots,", "2031-01-01,0:30,Owls,"),
    ],
)
def test_the_night_of_new_year_belongs_to_the_camp(camp, lines, first):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2030, 12, first), ends_on=date(2030, 12, 31))
    camp.refresh_from_db()
    import_files(camp=camp, files=csv(*lines), by=None)
    assert standing(camp) == ["Tue 22:00 Barn Knots", "Wed 00:30 Barn Owls"]
    # As it leaves it comes in, there and in a fresh camp.
    publish_grid(camp=camp, accept_broken=True, by=None)
    text = sheet(camp)
    assert "2031,Wed 00:30,2" in text
    assert import_files(camp=camp, files={"sheet.csv": text}, by=None).has_changed_nothing
    fresh = CampFactory(starts_on=date(2030, 12, first), ends_on=date(2030, 12, 31), time_zone=camp.time_zone)
    import_files(camp=fresh, files={"sheet.csv": text}, by=None)
    assert standing(fresh) == standing(camp)


def test_what_is_of_the_year_after_and_not_of_that_night_is_left_out(camp):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2030, 12, 31), ends_on=date(2030, 12, 31))
    camp.refresh_from_db()
    report = import_files(camp=camp, files=csv("Year,Time,Session,Room,Title", "2031,10:00,1,Barn,Knots"), by=None)
    assert "This row is of 2031, and the camp is in 2030: it is left out." in told(report)


def test_a_time_that_the_clocks_skip_is_told_and_nothing_else_is_lost(camp):
    Camp.objects.filter(pk=camp.pk).update(
        starts_on=date(2030, 3, 30), ends_on=date(2030, 3, 31), time_zone="Europe/Berlin"
    )
    camp.refresh_from_db()
    said = "The clocks change that night: 02:30 does not exist on 2030-03-31."
    wall = csv("Saturday,Barn,Loft", "22:00,Knots,", "2:30,Owls,", "3:30,Bells,")
    assert f"cell A3: {said}" in refused(camp, wall)
    rows = ("Date,Time,Room,Title", "30/03/2030,22:00,Barn,Knots", "31/03/2030,2:30,Barn,Owls")
    assert f"row 3: {said}" in refused(camp, csv(*rows))
    rows = ("Time,Session,Room,Title", "Sat 22:00,1,Barn,Knots", "Sun 2:30,2,Barn,Owls", "Sun 10:00,3,Barn,Bells")
    assert f"row 3: {said}" in refused(camp, csv(*rows))
    import_files(camp=camp, files=wall, skip_bad_rows=True, by=None)
    assert camp.slots.count() == 2
    assert {line.split()[-1] for line in standing(camp)} == {"Knots", "Bells"}


@pytest.mark.parametrize(
    ("lines", "slots"),
    [
        ((",Barn,Loft", "9,Knots,Ducks", "10,Owls,", "11,Bells,"), "Sat 09:00–10:00, Sat 10:00–11:00, Sat 11:00–12:00"),
        (
            (",Barn,Loft", "11,Knots,", "12,Lunch,", "1,Owls,"),
            "Sat 11:00–12:00, Sat 12:00–13:00 Lunch, Sat 13:00–14:00",
        ),
        (("Time,Barn,Loft", "1,Knots,", "2,Owls,"), "Sat 13:00–14:00, Sat 14:00–15:00"),
        ((",Barn,Loft", "9,Knots,", "10:30,Owls,"), "Sat 09:00–10:30, Sat 10:30–12:00"),
    ],
)
def test_bare_hours_are_hours(saturday, lines, slots):
    report = import_files(camp=saturday, files=csv(*lines), by=None)
    assert slots_of(saturday) == slots
    assert "Numbers in this column are read as hours" in told(report)


def test_bare_numbers_are_those_of_sessions_if_they_count_from_one_or_it_is_said(saturday):
    for hour in (10, 11, 12):
        make_slot(saturday, hour)
    import_files(camp=saturday, files=csv(",Barn,Loft", "1,Knots,", "2,Owls,"), by=None)
    import_files(camp=saturday, files=csv("Session,Barn,Loft", "3,,Bells"), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Owls", "Sat 12:00 Loft Bells"]
    saturday.sessions.all().delete()
    said = "cell A2: “3” may be an hour or the number of a session: write 9:00, or Session 1."
    assert said in refused(saturday, csv(",Barn,Loft", "3,,Bells"))


# -- what has no room, what is for everybody, what tears ---------------------------------------------------------------


def test_a_title_without_a_room_waits_for_a_place(saturday):
    rows = (
        "10:00,Barn,Knots,",
        "10:00,,Owls,Ann",
        "11:00,,Bells,Bo",
        "12:00,,Lunch,",
        "12:00,Loft,Ropes,",
        "13:00,,Market,",
    )
    report = import_files(camp=saturday, files=csv("Time,Room,Title,Speaker", *rows), by=None)
    assert slots_of(saturday) == "Sat 10:00–11:00, Sat 11:00–12:00, Sat 12:00–13:00, Sat 13:00–14:00 Market"
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 12:00 Loft Ropes"]
    assert {p.title for p in Pitch.objects.all()} == {"Knots", "Owls", "Bells", "Ropes"}
    assert [h.display_name for h in Pitch.objects.get(title="Owls").hosts.all()] == ["Ann"]
    assert "row 3: “Owls” has no room: it waits for a place." in told(report)
    assert "row 5: “Lunch” has no room, like a break: it is left out." in told(report)
    assert "row 7: Nothing else is at that time: “Market” is read as something for everybody." in told(report)
    again = import_files(camp=saturday, files=csv("Time,Room,Title,Speaker", *rows), by=None)
    assert again.has_changed_nothing
    assert "row 7: “Market” has no room, like a break: it is left out." in told(again)


def test_a_title_with_a_number_and_no_room_waits_as_well(saturday):
    make_slot(saturday, 10)
    report = import_files(
        camp=saturday, files=csv("Session,Room,Title", "1,,Owls", "1,Barn,Knots", "1,,Lunch"), by=None
    )
    assert {p.title for p in Pitch.objects.all()} == {"Knots", "Owls"}
    assert "row 2: “Owls” has no room: it waits for a place." in told(report)
    assert "row 4: “Lunch” has no session number or no room, like a break: it is left out." in told(report)


@pytest.mark.parametrize(
    ("lines", "slots"),
    [
        (("Time,Room,Title", "10:00,Barn,Knots", "10:00,Loft,Owls", "11:00,Barn,Demo hour", "11:00,Loft,Demo hour"),
         "Sat 10:00–11:00, Sat 11:00–12:00 Demo hour"),
        (("Time,Room,Title", "10:00,Barn,Knots", "10:00,Loft,Owls", "11:00,Barn,Lunch"),
         "Sat 10:00–11:00, Sat 11:00–12:00 Lunch"),
    ],
)  # fmt: skip
def test_what_is_in_all_rooms_is_for_everybody_in_a_list_too(saturday, lines, slots):
    import_files(camp=saturday, files=csv(*lines), by=None)
    assert slots_of(saturday) == slots
    assert {p.title for p in Pitch.objects.all()} == {"Knots", "Owls"}
    again = import_files(camp=saturday, files=csv(*lines), by=None)
    assert again.has_changed_nothing
    assert told(again).count("is for everybody: no room has it, and it is left out.") == 1


def test_a_break_in_all_rooms_of_a_numbered_list_is_told_once(saturday):
    for hour in (10, 11):
        make_slot(saturday, hour)
    rows = ("Session,Room,Title", "1,Barn,Knots", "1,Loft,Owls", "2,Barn,Demo hour", "2,Loft,Demo hour")
    report = import_files(camp=saturday, files=csv(*rows), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Owls"]
    assert [line for line in told(report).splitlines() if "everybody" in line] == [
        "sheet.csv, row 4: “Demo hour” is for everybody: no room has it, and it is left out."
    ]


def test_what_is_in_two_rooms_at_once_is_told(saturday):
    report = import_files(camp=saturday, files=csv(",Barn,Loft,Attic", "10:00,Lunch,Lunch,Knots"), by=None)
    assert "cell C2: “Lunch” is in two rooms at once: row 2 has it, too." in told(report)


@pytest.mark.parametrize(
    "lines",
    [
        (",Barn,Loft", '10:00,"Knots,Ducks', "11:00,Owls,Bells"),
        # Closed by the next that comes.
        (",Barn,Loft", '10:00,"Knots,Ducks', '11:00,Owls,"Bells"', "12:00,Fires,Ropes"),
        ("Time,Room,Title", '10:00,Barn,"Knots', "11:00,Barn,Owls"),
        ("Time,Room,Title", '10:00,Barn,"Knots', '11:00,Barn,"Owls"', "12:00,Barn,Bells"),
    ],
)
def test_a_quotation_mark_that_is_left_open_eats_nothing_untold(saturday, lines):
    assert "row 2: A quotation mark in this row is never closed." in refused(saturday, csv(*lines))


def test_a_quotation_mark_within_a_text_is_none_that_is_open(saturday):
    import_files(
        camp=saturday, files=csv(",Barn,Loft", '10:00,"Knots" and more,The "big" one', '11:00,"Two\nlines",'), by=None
    )
    assert {p.title for p in Pitch.objects.all()} == {"Knots and more", 'The "big" one', "Two lines"}


def test_a_sign_of_nothing_in_a_row_ends_no_file(saturday):
    import_files(camp=saturday, files={"rooms.csv": "name,capacity\nBarn,30\n\x1e\nLoft,\x1e\nAttic,5\n"}, by=None)
    assert [room.name for room in saturday.rooms.order_by("pk")] == ["Barn", "Loft", "Attic"]


# -- days, rooms and columns -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title", ["Lakeside, 12–13 January 2030", "Sat 12 January – Sun 13 January", "Saturday & Sunday"]
)
def test_a_title_that_names_two_days_is_no_day(weekend, title):
    lines = (f'"{title}"', ",Barn,Loft", "10:00,Knots,Ducks")
    said = refused(weekend, csv(*lines))
    assert "cell A3: The camp has several days, and nothing says which this is." in said
    report = import_files(camp=weekend, files=csv(*lines[:2], "Sun 10:00,Knots,", "Sun 11:00,,Owls"), by=None)
    assert f"cell A1: “{title}” names several days: it says of no session when it is." in told(report)
    assert standing(weekend) == ["Sun 10:00 Barn Knots", "Sun 11:00 Loft Owls"]


def test_times_on_two_days_are_refused(weekend):
    lines = ("Saturday", ",Barn,Loft", "10:00,Knots,", "Sat & Sun", ",Barn,Loft", "11:00,,Owls")
    assert "cell A6: “Sat & Sun” names several days: write one." in refused(weekend, csv(*lines))


def test_only_what_speaks_of_a_day_says_the_day(weekend):
    lines = ("Sunday", "#,Time,Barn,Loft", "1,10:00,Knots,", "Block A,11:00,,Owls", "Block B,12:00,Bells,Fires")
    report = import_files(camp=weekend, files=csv(*lines), by=None)
    assert {line[:3] for line in standing(weekend)} == {"Sun"}
    assert "cell A3: What stands before the times is not read: “1”, and so on." in told(report)


@pytest.mark.parametrize(
    ("saturday", "sunday"),
    [
        ("Saturday", "Sun"), ("Samstag", "Sonntag"), ("Sonnabend", "So"), ("Sa.", "So."), ("samedi", "dimanche"), ("sam.", "dim."),
        ("sábado", "domingo"), ("Sabado", "dom."), ("zaterdag", "zondag"), ("za", "zo"), ("12. Januar", "13. Jan."),
        ("12 janvier", "13 janv."), ("12 de enero", "13 ene. 2030"), ("12 januari", "zondag 13 januari 2030"),
    ],
)  # fmt: skip
def test_days_are_known_by_their_names_in_five_languages(weekend, saturday, sunday):
    import_files(
        camp=weekend, files=csv("Day,Time,Barn,Loft", f"{saturday},10:00,Knots,", f"{sunday},10:00,,Owls"), by=None
    )
    assert standing(weekend) == ["Sat 10:00 Barn Knots", "Sun 10:00 Loft Owls"]


@pytest.mark.parametrize("text", ["So what", "Do it again", "Sam", "Mar", "di Carlo", "Fr Brown", "vie", "Sa va"])
def test_a_word_that_is_short_for_a_day_elsewhere_is_none_among_others(weekend, text):
    assert days_named(text, weekend.starts_on, weekend.ends_on, weekend.time_zone) is None


def test_a_column_of_days_that_cannot_be_read_is_refused(weekend):
    lines = ("Saturday", "Date,Time,Barn,Loft", "the first,10:00,Knots,", "the second,10:00,Owls,")
    assert "cell B3: The camp has several days, and nothing says which this is." in refused(weekend, csv(*lines))
    import_files(camp=weekend, files=csv("Time,Tag,Barn,Loft", "10:00,Samstag,Knots,", "10:00,Sonntag,,Owls"), by=None)
    assert standing(weekend) == ["Sat 10:00 Barn Knots", "Sun 10:00 Loft Owls"]


def test_names_of_rooms_keep_what_is_in_brackets(saturday):
    heads = "Studio (2),Hall (1st),Barn (30),Loft (10 seats),Lab (10),Lab (20),Attic (2 floors)"
    report = import_files(camp=saturday, files=csv(f",{heads}", "10:00,Knots,,,,,,", "11:00,Owls,,,,,,"), by=None)
    assert list(saturday.rooms.order_by("pk").values_list("name", "capacity")) == [
        ("Studio (2)", 30), ("Hall (1st)", 30), ("Barn", 30), ("Loft", 10), ("Lab (10)", 30), ("Lab (20)", 30),
        ("Attic (2 floors)", 30),
    ]  # fmt: skip
    assert [line for line in told(report).splitlines() if "is read as the room" in line] == [
        "sheet.csv, cell D1: “Barn (30)” is read as the room Barn with 30 seats."
    ]


def test_a_room_that_is_there_is_known_with_its_brackets(saturday):
    saturday.rooms.create(name="Lab (12)", capacity=5)
    import_files(camp=saturday, files=csv(",Lab (12),Barn", "10:00,Knots,", "11:00,Owls,"), by=None)
    assert sorted(room.name for room in saturday.rooms.all()) == ["Barn", "Lab (12)"]


def test_seats_that_are_no_number_are_a_fault(saturday):
    assert "cell C2: “Capacity” is “~20”, not a whole number" in refused(
        saturday, csv("Time,Barn,Loft", "Seats,30,~20", "10:00,Knots,")
    )


def test_columns_that_are_no_rooms_become_none(saturday):
    lines = ("Von,Ende,Duration,#,Barn,Loft", "10:00,10:30,30,1,Knots,", "11:00,11:30,30,2,,Owls")
    report = import_files(camp=saturday, files=csv(*lines), by=None)
    assert slots_of(saturday) == "Sat 10:00–10:30, Sat 11:00–11:30"
    assert sorted(room.name for room in saturday.rooms.all()) == ["Barn", "Loft"]
    assert "cell C1: The column “Duration” is not read." in told(report)
    assert "cell D1: The column “#” is not read." in told(report)


def test_a_cell_that_holds_no_letter_is_told(saturday):
    report = import_files(camp=saturday, files=csv(",Barn,Loft", "10:00,Knots,???", "11:00,-,Owls"), by=None)
    assert "cell C2: “???” is no title: it is left out." in told(report)
    assert "cell B3" not in told(report)


# -- numbered lists ----------------------------------------------------------------------------------------------------


def test_one_bad_row_loses_no_numbered_sheet(saturday):
    rows = (
        "10:00,1,Barn,Knots",
        "10:00,one,Loft,Ducks",
        "11:00,2,Barn,Owls",
        "13:00,4,Barn,Fires",
        "13:00,4,Loft,Ropes",
    )
    files = csv("Time,Session,Room,Title", *rows)
    # Once each: neither for the making of slots and again for the row, nor for each row that lacks its slot.
    assert refused(saturday, files).splitlines()[:2] == [
        "sheet.csv, row 3: “Session” is “one”, not a whole number from 1 to 10000.",
        "sheet.csv, row 5: The slot of session 4 cannot be made: no row says when session 3 starts.",
    ]
    report = import_files(camp=saturday, files=files, skip_bad_rows=True, by=None)
    assert report.fault_count == 2
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Owls"]


def test_faults_of_another_file_are_no_faults_of_the_sheet(saturday):
    sheet = csv("Time,Session,Room,Title", "10:00,1,Barn,Knots", "later,2,Barn,Owls")
    report = import_files(
        camp=saturday, files=sheet | {"rooms.csv": "name,capacity\nLoft,many\n"}, skip_bad_rows=True, by=None
    )
    assert [str(fault) for fault in report.faults] == [
        "rooms.csv, row 2: “capacity” is “many”, not a whole number from 0 to 100000.",
        "sheet.csv, row 3: There is no session slot 2: the camp has 1.",
    ]
    assert standing(saturday) == ["Sat 10:00 Barn Knots"]


def test_a_time_that_cannot_be_read_beside_a_number_is_told_once(saturday):
    make_slot(saturday, 10)
    report = import_files(
        camp=saturday, files=csv("Time,Session,Room,Title", "at ten,1,Barn,Knots", "at ten,1,Loft,Owls"), by=None
    )
    assert [line for line in told(report).splitlines() if "no time" in line] == [
        "sheet.csv, row 2: “at ten” is no time that can be read: the number of the session holds."
    ]


def test_a_slot_that_is_lacking_is_told_once(saturday):
    make_slot(saturday, 10)
    said = refused(saturday, csv("Session,Room,Title", "2,Barn,Knots", "2,Loft,Owls"))
    assert said == "sheet.csv, row 2: There is no session slot 2: the camp has 1."


def test_a_time_that_is_not_that_of_the_slot_is_told_once(saturday):
    make_slot(saturday, 10)
    rows = ("10:00–10:30,1,Barn,Knots", "10:00–10:30,1,Loft,Owls", "9:00,1,Attic,Bells", "9:00,1,Shed,Fires")
    report = import_files(camp=saturday, files=csv("Time,Session,Room,Title", *rows), by=None)
    assert [line for line in told(report).splitlines() if "that holds" in line] == [
        "sheet.csv, row 2: The sheet says “10:00–10:30”; session 1 ends at 11:00, and that holds.",
        "sheet.csv, row 4: The sheet says “9:00”; session 1 starts at 10:00, and that holds.",
    ]
    report = import_files(camp=saturday, files=csv(",Barn,Loft", "10:00–10:30,Knots,Owls"), by=None)
    assert "cell A2: The sheet says until 10:30; the slot goes on until 11:00, and that holds." in told(report)


@pytest.mark.parametrize("year", ["²", "soon", "2030/31", "2" * 5000])
def test_a_year_that_is_none_is_told(saturday, year):
    make_slot(saturday, 10)
    report = import_files(camp=saturday, files=csv("Year,Session,Room,Title", f"{year},1,Barn,Knots"), by=None)
    assert f"row 2: “{quoted(year)}” is no year: it is not read." in told(report)
    assert standing(saturday) == ["Sat 10:00 Barn Knots"]


# -- who leads it ------------------------------------------------------------------------------------------------------


def test_of_two_people_of_one_name_none_is_made_a_host(saturday):
    make_slot(saturday, 10)
    for _number in range(2):
        AttendeeFactory(camp=saturday, display_name="Ann", user=None)
    report = import_files(camp=saturday, files=csv("Session,Room,Title,Leader1", "1,Barn,Knots,Ann"), by=None)
    assert "row 2: Several people in this camp are called “Ann”: none of them is made a host by this row." in told(
        report
    )
    pitch = Pitch.objects.get()
    assert not pitch.hosts.exists()
    # Of whom one leads it already, it is that one.
    pitch.hosts.add(saturday.attendees.filter(display_name="Ann").first())
    report = import_files(camp=saturday, files=csv("Session,Room,Title,Leader1", "1,Barn,Knots,Ann"), by=None)
    assert "Several people" not in told(report)


@pytest.mark.parametrize(
    ("cell", "title", "hosts"),
    [
        ("Knots\nby Ann", "Knots", ["Ann"]), ("Knots\nled by Ann Ash & Bo", "Knots", ["Ann Ash", "Bo"]),
        ("Knots\nHost: Ann", "Knots", ["Ann"]), ("Knots\n(led by Ann)", "Knots", ["Ann"]), ("Knots\npar Ann", "Knots", ["Ann"]),
        ("Knots\nCy", "Knots", ["Cy"]), ("Knots\ncy, Dee", "Knots", ["Cy", "Dee"]), ("Knots – Cy", "Knots", ["Cy"]),
        ("Knots by Cy and Dee", "Knots", ["Cy", "Dee"]), ("Knots (Cy)", "Knots", ["Cy"]), ("Knots with Cy", "Knots", ["Cy"]),
        ("Knots\nwith Cy & Dee", "Knots", ["Cy", "Dee"]), ("Knots\n– mit Cy", "Knots", ["Cy"]), ("Knots with\nCy", "Knots", ["Cy"]),
        ("Knots – with Cy", "Knots", ["Cy"]), ("Knots [Cy]", "Knots", ["Cy"]), ("Knots - part 2 - Cy", "Knots - part 2", ["Cy"]),
        # Where somebody is from, or how one speaks of them, is no part of a name; unless somebody is called so.
        ("Knots\nby Ann (Berlin)", "Knots", ["Ann"]), ("Knots\n(by Ann [she/her])", "Knots", ["Ann"]),
        ("Knots\nby Ann (she/her, Berlin), Bo (they)", "Knots", ["Ann", "Bo"]), ("Knots by Cy (Berlin)", "Knots", ["Cy"]),
        ("Knots\nCy (he/him)", "Knots", ["Cy"]), ("Knots (Cy (he/him))", "Knots", ["Cy"]), ("Knots\nby Eve (Rome)", "Knots", ["Eve (Rome)"]),
        ("Knots by Eve (Rome)", "Knots", ["Eve (Rome)"]), ("Knots\nby Robert (Bob) Smith", "Knots", ["Robert (Bob) Smith"]),
        # A line of its own, or two that belong together.
        ("Knots\nfor all\nby Ann", "Knots for all", ["Ann"]), ("Knots\nfor all\nCy", "Knots for all", ["Cy"]),
        ("Knots\nby Ann and\nBo", "Knots", ["Ann", "Bo"]), ("Knots\n(by Ann\n& Bo)", "Knots", ["Ann", "Bo"]),
        ("Knots\nby Ann,\nBo", "Knots", ["Ann", "Bo"]), ("Knots\nby Ann\nBring rope", "Knots", ["Ann"]),
        ("Knots\nHosts: Ann + Bo\nBring rope\nand a knife", "Knots", ["Ann", "Bo"]), ("Knots\nby Dr. Eve Elm, PhD", "Knots", ["Dr. Eve Elm, PhD"]),
        # Nobody knows who, or whether at all.
        ("Knots\nAnn", "Knots Ann", []), ("Knots\nwith rope", "Knots with rope", []), ("Knots – Ann", "Knots – Ann", []),
        ("Stand by Me", "Stand by Me", []), ("Knots\nCy, Ann", "Knots Cy, Ann", []), ("Knots - part 2", "Knots - part 2", []),
        ("Knots (advanced)", "Knots (advanced)", []), ("Knots (Cy) again", "Knots (Cy) again", []),
        ("Coffee\nwith Extra Milk", "Coffee with Extra Milk", []), ("Kaffee\nmit Milch", "Kaffee mit Milch", []),
        ("Café\navec Lait", "Café avec Lait", []), ("Arroz\ncon Leche", "Arroz con Leche", []), ("Koffie\nmet Melk", "Koffie met Melk", []),
        ("Kunst\nvon Unten", "Kunst von Unten", []), ("Klop\nDoor Bell", "Klop Door Bell", []), ("Klop\ndoor Ann", "Klop", ["Ann"]), ("Coffee with\nExtra Milk", "Coffee with Extra Milk", []),
        ("Coffee\nwith Cy & Milk", "Coffee with Cy & Milk", []),
    ],
)  # fmt: skip
def test_hosts_beside_a_title_on_a_wall_are_hosts_where_that_is_certain(saturday, cell, title, hosts):
    for name in ("Cy", "Dee", "Eve (Rome)"):
        AttendeeFactory(camp=saturday, display_name=name, user=None)
    wall = csv("Time,Barn,Loft", f'10:00,"{cell}",Owls', "11:00,Bells,")
    report = import_files(camp=saturday, files=wall, by=None)
    pitch = saturday.pitches.get(title__startswith=cell[:4])
    assert (pitch.title, [host.display_name for host in pitch.hosts.order_by("pk")]) == (title, hosts)
    is_told = "has several lines and is read as one title" in told(report) or "it stays a part of the title" in told(
        report
    )
    assert is_told == ("\n" in cell and not hosts)
    assert import_files(camp=saturday, files=wall, by=None).has_changed_nothing


def test_what_stands_below_whoever_leads_it_is_told(saturday):
    wall = csv(
        "Time,Barn,Loft", '10:00,"Knots\nby Ann and\nBo\nBring rope\nand a knife",Owls', '11:00,"Ducks\nby TBD",Bells'
    )
    report = import_files(camp=saturday, files=wall, by=None)
    assert hosts_by_title(saturday) == {"Knots": ["Ann", "Bo"], "Owls": [], "Ducks": [], "Bells": []}
    assert "cell B2: What stands below whoever leads it is left out: “Bring rope and a knife”." in told(report)
    assert "cell B3: “TBD” names nobody." in told(report)
    assert report.made["attendees"] == (2, ["Ann", "Bo"])
    assert "New people: Ann, Bo" in report.told_made


def test_strangers_behind_with_are_told_and_stay_in_the_title(saturday):
    wall = csv("Time,Barn,Loft", '10:00,"Knots\nwith Ann","Ducks\nwith Ann"', '11:00,"Owls\nmit Bo",Bells')
    report = import_files(camp=saturday, files=wall, by=None)
    assert not saturday.attendees.exists()
    assert [line for line in told(report).splitlines() if "it stays" in line] == [
        f"sheet.csv, cell {cell}: “{name}” is nobody in this camp, nor named by “by” in this sheet: it stays a part of the "
        "title. Write “by” before whoever leads it."
        for cell, name in (("B2", "Ann"), ("B3", "Bo"))
    ]


@pytest.mark.parametrize("turn", [False, True])
def test_whoever_is_named_elsewhere_in_the_sheet_is_known(saturday, turn):
    rows = [
        ["Time", "Barn", "Loft"],
        ["10:00", '"Knots\nwith Ann"', '"Ducks – Bo"'],
        ["11:00", '"Owls\nby Ann (Berlin) & Bo"', "Bells"],
    ]
    wall = csv(*map(",".join, zip(*rows, strict=True) if turn else rows))
    report = import_files(camp=saturday, files=wall, by=None)
    assert hosts_by_title(saturday) == {"Knots": ["Ann"], "Ducks": ["Bo"], "Owls": ["Ann", "Bo"], "Bells": []}
    assert "“Ann (Berlin) & Bo” is read as Ann, Bo: what is in brackets is no part of a name." in told(report)
    assert "stays a part" not in told(report)


def hosts_by_title(camp: Camp) -> dict[str, list[str]]:
    return {p.title: [host.display_name for host in p.hosts.order_by("pk")] for p in camp.pitches.order_by("pk")}


@pytest.mark.parametrize("turn", [False, True])
def test_two_cells_that_say_the_same_in_one_line_are_read_each_as_it_stands(saturday, turn):
    rows = [
        ["Time", "Barn", "Loft"],
        ["10:00", '"Knots\nby Ana y Luis"', "Owls"],
        ["11:00", "Bells", "Knots by Ana y Luis"],
    ]
    import_files(camp=saturday, files=csv(*map(",".join, zip(*rows, strict=True) if turn else rows)), by=None)
    hosts = hosts_by_title(saturday)
    assert hosts == {"Knots": ["Ana y Luis"], "Owls": [], "Bells": [], "Knots by Ana y Luis": []}


def test_what_is_merged_to_the_right_keeps_its_lines(saturday):
    """Turned round, a title of two lines that goes on over two times is one double with its host."""
    data = xlsx([["", "10:00", "11:00"], ["Barn", "Knots\nby Ann", ""], ["Loft", "Owls", "Bells"]], "B2:C2")
    import_files(camp=saturday, files={"sheet.csv": text_of(data, BY_PAGE)}, by=None)
    assert hosts_by_title(saturday) == {"Knots": ["Ann"], "Owls": [], "Bells": []}
    assert saturday.pitches.get(title="Knots").length == 2


def test_a_title_that_is_there_is_not_divided(saturday):
    wall = csv("Time,Barn,Loft", "10:00,Knots – Ann,Owls", "11:00,Bells,")
    import_files(camp=saturday, files=wall, by=None)
    AttendeeFactory(camp=saturday, display_name="Ann", user=None)
    assert import_files(camp=saturday, files=wall, by=None).has_changed_nothing


@pytest.mark.parametrize(
    "name", ["Ann (Berlin)", "Ortega y Gasset", "Ann, Bo & Co", "By Jove", "Door Jansen", "NN", "Müller, Ann [she]"]
)
def test_a_name_that_looks_like_something_else_comes_back_as_it_left(saturday, name):
    make_slot(saturday, 10)
    import_files(camp=saturday, files=csv("Session,Room,Title,Leader1", f'1,Barn,Knots,"{one_name(name)}"'), by=None)
    assert hosts_by_title(saturday) == {"Knots": [name]}
    # Where they are known, no quotes are needed.
    report = import_files(camp=saturday, files=csv("Session,Room,Title,Leader1", f'1,Barn,Knots,"{name}"'), by=None)
    assert report.has_changed_nothing


def test_two_names_on_two_lines_of_a_cell_are_two_people(saturday):
    make_slot(saturday, 10)
    import_files(camp=saturday, files=csv("Session,Room,Title,Leader1", '1,Barn,Knots,"Ann\nBo"'), by=None)
    assert {h.display_name for h in Pitch.objects.get().hosts.all()} == {"Ann", "Bo"}


def test_seats_that_a_sheet_says_otherwise_are_told_once(saturday):
    make_slot(saturday, 10)
    make_slot(saturday, 11)
    saturday.rooms.create(name="Barn", capacity=30)
    rows = ("1,Barn,40,Knots", "2,Barn,40,Owls", "1,Loft,,Bells", "2,Loft,9,Fires")
    report = import_files(camp=saturday, files=csv("Session,Room,Capacity,Title", *rows), by=None)
    assert [line for line in told(report).splitlines() if "holds" in line] == [
        "sheet.csv, row 2: The sheet says that Barn holds 40; it holds 30, and that stays so."
    ]
    assert saturday.rooms.get(name="Loft").capacity == 9


@pytest.mark.parametrize(
    "headings",
    [
        "Zeit;Raum;Titel", "Beginn;Saal;Thema", "Uhrzeit;Raum;Titel;Leitung;Notizen", "Heure;Salle;Titre",
        "Début;Lieu;Sujet", "debut;lieu;theme", "Hora;Sala;Título", "Hora;Lugar;Tema", "Tijd;Zaal;Titel",
        "Aanvang;Ruimte;Onderwerp;Spreker", "Time;Space;Topic;Notes",
    ],
)  # fmt: skip
def test_a_list_is_a_list_in_other_languages_too(saturday, headings):
    report = import_files(camp=saturday, files=csv(headings, "10:00;Barn;Knots", "10:00;Loft;Ducks"), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks"]
    assert [room.name for room in saturday.rooms.all()] == ["Barn", "Loft"]
    assert report.fault_count == 0


def test_who_leads_is_read_from_a_list_in_german(saturday):
    files = csv("Uhrzeit;Raum;Titel;Leitung;Notizen", "10:00;Barn;Knots;Ann;https://pad.example/1")
    import_files(camp=saturday, files=files, by=None)
    pitch = Pitch.objects.get(title="Knots")
    assert [host.display_name for host in pitch.hosts.all()] == ["Ann"]
    assert [link.url for link in pitch.sessions.get().links.all()] == ["https://pad.example/1"]


BESIDE_ROOMS = [
    "Notes", "Session notes", "Title", "Room", "Leader", "Notizen", "Notiz", "Raum", "Titel", "Leitung", "Referentin",
    "Titre", "Título", "Capacity", "Time", "Ende", "Tag", *UNREAD,
]  # fmt: skip


@pytest.mark.parametrize("word", BESIDE_ROOMS)
def test_one_column_of_a_list_beside_rooms_is_left_out_and_told(saturday, word):
    files = csv(f"Time,Barn,Loft,{word}", "10:00,Knots,Ducks,Bring wood", "10:45,Owls,,Ann asks")
    report = import_files(camp=saturday, files=files, by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 10:45 Barn Owls"]
    assert [room.name for room in saturday.rooms.all()] == ["Barn", "Loft"]
    assert f"cell D1: The column “{word}” is not read." in told(report)


@pytest.mark.parametrize("column", ["Room", "Title", "Leader1", "Session notes", "Capacity"])
def test_what_a_list_calls_a_column_is_no_room_of_a_wall(column):
    """One home for the names of columns: whatever is added for the one holds for the other."""
    for name in {*OTHER_NAMES[column]} - {*OF_ROOMS, *PROGRAMME}:
        wall = read_wall(f"Time,Barn,Loft,{name}\n10:00,Knots,Ducks,Bread\n11:00,Owls,Bells,Rope\n", lambda said: None)
        assert wall is not None, name
        assert [room for _row, _cell, room in wall.rooms] == ["Barn", "Loft"]


def test_a_hall_may_be_the_name_of_a_room(saturday):
    import_files(camp=saturday, files=csv(";Saal;Küche", "10:00;Knots;Ducks"), by=None)
    assert standing(saturday) == ["Sat 10:00 Küche Ducks", "Sat 10:00 Saal Knots"]


@pytest.mark.parametrize(
    "headings", ["Time,Title,Speaker,Track", "Time,Room,Speaker", "Zeit,Titel,Leitung", "Time,Room,Words", "Zeit,Raum"]
)
def test_a_list_that_lacks_a_column_is_no_wall(saturday, headings):
    lines = [f"{hour}:00,Knots,Ann,Crafts"[: 11 if headings == "Zeit,Raum" else None] for hour in (10, 11)]
    assert "This is neither a list with the columns" in refused(saturday, csv(headings, *lines))


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        ("Time,Main,Title", "“Title”"),
        ("Time,Title,Main", "“Title”"),
        ("Time,Main,Room", "“Room”"),
        ("Zeit;Haupt;Titel", "“Titel”"),
    ],
)
def test_a_room_beside_what_a_list_calls_a_column_is_refused_with_what_to_do(saturday, headings, named):
    rows = ("10:00,Knots,Ducks", "11:00,Owls,Bells")
    said = refused(saturday, csv(headings, *(row.replace(",", ";") if ";" in headings else row for row in rows)))
    assert said.startswith("sheet.csv, row 1: This is neither a list with the columns")
    assert f"Beside rooms no column is called {named}: leave it out, or make a room of that name in the camp" in said
    # As it says: a room of the camp is a room.
    saturday.rooms.create(name=named.strip("“”"))
    import_files(camp=saturday, files=csv(headings.replace(";", ","), *rows), by=None)
    assert len(standing(saturday)) == 4


def test_notes_beside_one_room_make_no_list_of_it(saturday):
    import_files(camp=saturday, files=csv("Time,Barn,Notes", "10:00,Knots,Bring wood", "11:00,Owls,"), by=None)
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Owls"]


def test_ends_and_days_beside_one_room_make_no_list_of_it(saturday):
    files = csv("Time,End,Day,Barn", "10:00,10:30,Sat,Knots", "11:00,11:30,Sat,Owls")
    import_files(camp=saturday, files=files, by=None)
    assert slots_of(saturday) == "Sat 10:00–10:30, Sat 11:00–11:30"
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Owls"]


@pytest.mark.parametrize("made_by", [xlsx, ods])
def test_what_is_merged_is_the_same_whichever_program_saved_it(saturday, made_by):
    rows = [
        ["", "Barn", "Loft", "Attic"], ["10:30", "Knots", "Ducks", ""], ["11:15", "", "Owls", ""],
        ["12:00", "What comes next", "", ""], ["12:45", "Bells", "", "Fires"],
    ]  # fmt: skip
    data = made_by(rows, "B2:B3", "B4:D4", "B5:C5")
    report = import_files(camp=saturday, files={"sheet.csv": text_of(data, BY_PAGE)}, by=None)
    assert slots_of(saturday) == "Sat 10:30–11:15, Sat 11:15–12:00, Sat 12:00–12:45 What comes next, Sat 12:45–13:30"
    assert standing(saturday) == [
        "Sat 10:30 Barn Knots", "Sat 10:30 Loft Ducks", "Sat 11:15 Barn Knots", "Sat 11:15 Loft Owls",
        "Sat 12:45 Attic Fires", "Sat 12:45 Barn Bells",
    ]  # fmt: skip
    assert Pitch.objects.get(title="Knots").sessions.count() == 1
    assert "cell B3: “Knots” fills two slots in a row: it is a double session." in told(report)
    assert "cell B5: “Bells” stands over Barn, Loft: it goes into Barn." in told(report)


@pytest.mark.parametrize("called", ["Loft  (20)", "Loft\u00a0(20)", "LOFT (20)", "Loft\u200b (20)"])
@pytest.mark.parametrize(
    "files",
    [
        {"sheet.csv": "Time,Barn,Loft (20)\n10:00,Ducks,Knots\n11:00,Owls,Bells\n"},
        {"sheet.csv": "Time,Room,Title\n10:00,Loft (20),Knots\n11:00,Barn,Ducks\n"},
        {"rooms.csv": "name\nLoft (20)\n"},
    ],
)
def test_a_room_that_is_there_by_the_rule_for_names_is_not_divided_into_name_and_seats(saturday, called, files):
    """Nobody sees the difference; it would be another room, with sessions of its own."""
    saturday.rooms.create(name="Barn")
    saturday.rooms.create(name=called, position=1)
    import_files(camp=saturday, files=files, by=None)
    assert [room.name for room in saturday.rooms.all()] == ["Barn", " ".join(called.split())]
