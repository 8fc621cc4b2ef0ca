"""Sheets and lists that were tried one after the other because somebody has them like that."""

from __future__ import annotations

from datetime import date

import pytest

from events.decoding import BY_PAGE
from events.models import Camp, Slot
from exchange.csv_export import csv_files
from exchange.report import Report
from exchange.spans import label_of
from exchange.table import named
from exchange.uploads import import_files
from tests.exchange.spreadsheets import text_of, xlsx
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, make_slot

from .test_sheets import csv, slots_of, standing, told


@pytest.fixture
def saturday(db) -> Camp:
    return CampFactory(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 12))


@pytest.fixture
def weekend(db) -> Camp:
    return CampFactory(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 13))


def come_in(camp: Camp, name: str, *lines: str) -> Report:
    return import_files(camp=camp, files={name: "\n".join(lines) + "\n"}, by=None, skip_bad_rows=True)


# -- times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "start", "end", "beside"),
    [
        ("9h30", "09:30", "", ""), ("14 h 30", "14:30", "", ""), ("09:00 Uhr", "09:00", "", ""), ("9.30 uur", "09:30", "", ""),
        ("2 uur tot 3 uur", "02:00", "03:00", ""), ("15 h 30 à 16 h 15", "15:30", "16:15", ""), ("10 o'clock", "10:00", "", ""),
        ("noon", "12:00", "", ""), ("12 noon", "12:00", "", ""), ("Noon – 2 pm", "12:00", "14:00", ""), ("Sat noon", "12:00", "", "Sat"),
        ("6 pm until midnight", "18:00", "00:00", ""), ("Mittag", "12:00", "", ""), ("minuit", "00:00", "", ""),
        ("12:00 Mittag", "12:00", "", "Mittag"), ("10:00-11:00", "10:00", "11:00", ""), ("2030-01-12 10:00:00", "10:00", "", "2030-01-12"),
        ("2030-01-12T10:00", "10:00", "", "2030-01-12"), ("1/12/2030 1:00:00 PM", "13:00", "", "1/12/2030"),
        ("10u", "10:00", "", ""), ("10u30", "10:30", "", ""), ("10 heures", "10:00", "", ""), ("10:00 hasta 11:00", "10:00", "11:00", ""), ("10:00:00-11:00:00", "10:00", "11:00", ""), ("11:00..11:45", "11:00", "11:45", ""), ("9.00 ... 9.45", "09:00", "09:45", ""), ("23:00–24:00", "23:00", "00:00", ""), ("24:00", "00:00", "", ""), ("7:30p", "19:30", "", ""), ("9:30a–1:15p", "09:30", "13:15", ""), ("Sat 7:30P", "19:30", "", "Sat"), ("13:00 a 14:00", "13:00", "14:00", ""),
    ],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(cell, start, end, beside):
    label = label_of(cell)
    assert label is not None
    assert [f"{one:%H:%M}" if one else "" for one in (label.start, label.end)] == [start, end]
    assert label.beside == beside


@pytest.mark.parametrize("cell", ["Midnight Lounge", "Afternoon", "Noon walk with Ann"])
def test_a_name_that_holds_an_hour_is_no_time(cell):
    assert label_of(cell) is None


@pytest.mark.parametrize(
    "cell", ["2030-01-12T10:00:00Z", "2030-01-12T10:00+01:00", "2030-01-12 10:00:00 +0000", "10:00Z"]
)
def test_a_time_zone_is_told_and_not_taken_for_the_clock_of_the_camp(cell):
    label = label_of(cell)
    assert label is not None
    assert "says a time zone: write the time that clocks in the camp show." in label.fault


def test_a_list_of_a_program_says_day_and_time_in_one_cell(weekend):
    rows = ("Knots,Barn,2030-01-12 10:00:00,2030-01-12 10:45:00", "Ducks,Loft,13/01/2030 10:00,13/01/2030 10:45")
    come_in(weekend, "sheet.csv", "Title,Room,Start,End", *rows)
    assert standing(weekend) == ["Sat 10:00 Barn Knots", "Sun 10:00 Loft Ducks"]
    assert slots_of(weekend) == "Sat 10:00–10:45, Sun 10:00–10:45"
    other = CampFactory(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 13))
    come_in(other, "slots.csv", "start,end", "2030-01-12 09:00,2030-01-12 09:45", "13.01.2030 11:00,13.01.2030 11:45")
    assert slots_of(other) == "Sat 09:00–09:45, Sun 11:00–11:45"


# -- walls --------------------------------------------------------------------------------------------------------


def test_a_sheet_with_a_merged_title_and_a_break_at_noon(weekend):
    rows: list[list[str | int | float]] = [
        ["Unconference Jan 2030", "", "", ""], ["", "Barn (40)", "Loft", "Attic"], ["Saturday 12 Jan", "", "", ""],
        ["9h30", "Opening", "", ""], ["10h00 – 10h45", "Knots", "Ducks", ""], ["Noon", "Lunch", "", ""],
        ["13h", "Bells", "TBD", "?"], ["Sunday", "", "", ""], ["9h30", "Ants", "", ""],
    ]  # fmt: skip
    data = text_of(xlsx(rows, "A1:D1", "B4:D4", "B6:D6"), BY_PAGE)
    report = import_files(camp=weekend, files={"sheet.csv": data}, by=None)
    assert slots_of(weekend).split(", ")[:3] == ["Sat 09:30–10:00 Opening", "Sat 10:00–10:45", "Sat 12:00–13:00 Lunch"]
    assert standing(weekend) == [
        "Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 13:00 Barn Bells", "Sun 09:30 Barn Ants",
    ]  # fmt: skip
    assert "“Unconference Jan 2030”" in told(report)
    assert "cell C7: “TBD” is no title: it is left out." in told(report)


@pytest.mark.parametrize("is_turned", [False, True])
def test_days_that_stand_side_by_side_are_read_one_after_the_other(weekend, is_turned):
    rows = [
        ["Saturday", "Barn", "Loft", "", "Sunday", "Barn", "Attic (20)"],
        ["10:00", "Knots", "Ducks", "", "10:00", "Ants", "Bees"],
        ["11:00", "Owls", "", "", "11:30", "", "Cats"],
    ]
    report = come_in(weekend, "sheet.csv", *map(",".join, zip(*rows, strict=True) if is_turned else rows))
    assert standing(weekend) == [
        "Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Barn Owls", "Sun 10:00 Attic Bees", "Sun 10:00 Barn Ants",
        "Sun 11:30 Attic Cats",
    ]  # fmt: skip
    cell = "A7" if is_turned else "G1"
    assert f"cell {cell}: “Attic (20)” is read as the room Attic with 20 seats." in told(report)


def test_times_with_their_ends_begin_one_wall(weekend):
    lines = (
        "Saturday,Ends,Barn,Sunday,Ends,Barn",
        "10:00,10:45,Knots,10:00,11:00,Ants",
        "11:00,11:45,Owls,11:00,12:00,Bees",
    )
    come_in(weekend, "sheet.csv", *lines)
    assert slots_of(weekend) == "Sat 10:00–10:45, Sat 11:00–11:45, Sun 10:00–11:00, Sun 11:00–12:00"
    assert standing(weekend) == [
        "Sat 10:00 Barn Knots", "Sat 11:00 Barn Owls", "Sun 10:00 Barn Ants", "Sun 11:00 Barn Bees",
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["Ends", "Ende", "Doors"])
def test_a_column_of_times_behind_the_rooms_begins_no_other_wall(saturday, head):
    report = come_in(saturday, "sheet.csv", f"Time,Barn,Loft,{head}", "10:00,Knots,Ducks,10:45", "11:00,,Owls,11:45")
    assert [line for line in standing(saturday) if ":45" not in line.split()[-1]] == [
        "Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Loft Owls",
    ]  # fmt: skip
    assert "is not read" in told(report)
    assert [room.name for room in saturday.rooms.all()] == ["Barn", "Loft"]


def test_days_where_rooms_stand_are_refused_and_no_rooms(weekend):
    report = come_in(weekend, "sheet.csv", "Time,Saturday,Sonntag", "10:00,Knots,Ants", "11:00,Owls,Bees")
    assert not weekend.rooms.exists()
    day = "names a day, and stands where rooms do: give each day a grid of its own, below the other."
    assert f"cell B1: “Saturday” {day}" in told(report)
    assert f"cell C1: “Sonntag” {day}" in told(report)


def test_a_break_whose_time_is_that_of_something_else_is_told(saturday):
    report = come_in(saturday, "sheet.csv", "Time,Barn,Loft", "10:00,Knots,Ducks", "12:00,Lunch,", "12:00–14:00,,")
    assert "“Lunch” is for everybody: no room has it, and it is left out." in told(report)


def test_a_line_above_says_the_day_of_a_list(weekend):
    lines = ("Saturday,,,", "10:00,Barn,Knots,Ann", "11:00,Loft,TBA,", ",Sunday 13 Jan,,", "10:00,Barn,Bees,Bo")
    report = come_in(weekend, "sheet.csv", "Time,Room,Title,Host", *lines)
    assert report.fault_count == 0
    assert standing(weekend) == ["Sat 10:00 Barn Knots", "Sun 10:00 Barn Bees"]
    assert "row 4: This row has no title: it is left out." in told(report)


def test_lines_between_rooms_and_times_say_something_of_each_and_are_no_rooms(saturday):
    lines = ("Seats,30,12", "Equipment,beamer,none", "10:00,Knots,Ducks", "11:00,Owls,")
    report = come_in(saturday, "sheet.csv", ",Barn,Loft", *lines)
    assert list(saturday.rooms.values_list("name", "capacity")) == [("Barn", 30), ("Loft", 12)]
    assert "cell A3: No time stands beside “Equipment · beamer · none”: it is left out." in told(report)


def test_what_is_no_time_below_the_headings_is_no_heading(saturday):
    """Excel takes 10.30 for a number and shows 10.3."""
    report = come_in(saturday, "sheet.csv", "Zeit,Barn,Loft", "10.3,Knots,Ducks", "11:15,Owls,")
    assert list(saturday.rooms.values_list("name", flat=True)) == ["Barn", "Loft"]
    assert standing(saturday) == ["Sat 11:15 Barn Owls"]
    assert "cell A2: “10.3” is not a time like 14:30." in told(report)


# -- lists --------------------------------------------------------------------------------------------------------


def test_a_slot_that_is_called_like_a_break_is_one_and_it_is_told(saturday):
    report = come_in(saturday, "slots.csv", "Beginn,Ende,Titel", "9h30,10h15,Plenum", "10:15,10:45,Kaffee")
    assert list(saturday.slots.values_list("title", "kind")) == [("Plenum", "sessions"), ("Kaffee", "everyone")]
    assert told(report) == "slots.csv, row 3: “Kaffee” is read as something for everybody."
    report = come_in(
        saturday, "slots.csv", "start,end,title,kind", "12:00,13:00,Lunch,sessions", "13:00,14:00,Pub,Break"
    )
    assert list(saturday.slots.values_list("kind", flat=True))[2:] == ["sessions", "everyone"]


@pytest.mark.parametrize(
    ("kind", "slot"),
    [
        ("Session", ("", "sessions")),
        ("Breakout", ("", "sessions")),
        ("Lunch", ("Lunch", "everyone")),
        ("Plenary", ("", "everyone")),
    ],
)
def test_kinds_of_slots_are_known_by_what_people_call_them(saturday, kind, slot):
    come_in(saturday, "slots.csv", "start,end,type,title", f"9:30,10:15,{kind},")
    assert list(saturday.slots.values_list("title", "kind")) == [slot]


def test_an_answer_to_an_invitation_is_no_ticket_that_nobody_reads(saturday):
    """As Meetup writes it: who waits has no place, and who said no does not come."""
    rows = ("Ann\tYes\tYes", "Bo\tNo\tNo", "Cy\tNo\tWaitlist")
    report = come_in(saturday, "attendees.csv", "Name\tEvent Host\tRSVP", *rows)
    assert [person.display_name for person in saturday.attendees.order_by("pk")] == ["Ann"]
    assert told(report).splitlines()[1:] == [
        "attendees.csv, row 3: “Bo” has no ticket that is valid (No): they are left out.",
        "attendees.csv, row 4: “Cy” has no ticket that is valid (Waitlist): they are left out.",
    ]


@pytest.mark.parametrize(
    "heading", ["RSVP status", "Attending?", "Will you attend?", "Are you coming?", "Zusage", "¿Asistirá?", "Participe"]
)
def test_who_is_asked_whether_they_come_and_says_no_does_not(saturday, heading):
    come_in(
        saturday,
        "attendees.csv",
        f"Name,{heading}",
        "Ann,yes",
        "Bo,no",
        "Cy,Maybe",
        "Dee,Can't come",
        "Ed,ja",
        "Flo,nein",
    )
    assert [person.display_name for person in saturday.attendees.order_by("pk")] == ["Ann", "Ed"]


def test_of_a_row_without_a_name_and_a_ticket_no_empty_name_is_quoted(saturday):
    report = come_in(saturday, "attendees.csv", "Name,approval_status", ",invited", "Ann,approved")
    assert "row 2: This row has no ticket that is valid (invited): it is left out." in told(report)


@pytest.mark.parametrize(
    "heading",
    ["Participant", "Delegate name", "Guest", "Teilnehmername", "What is your name?", "Deelnemer", "Attendee"],
)
def test_people_are_found_under_what_lists_call_them(saturday, heading):
    come_in(saturday, "attendees.csv", f"Nr.,{heading},Company", "1,Ann Ash,X")
    assert [person.display_name for person in saturday.attendees.all()] == ["Ann Ash"]


def test_a_key_of_ours_beside_a_name_is_a_key(saturday):
    come_in(saturday, "attendees.csv", "Attendee,Name", "7,Ann Ash", "8,Bo")
    assert sorted(saturday.attendees.values_list("display_name", "import_key")) == [("Ann Ash", "7"), ("Bo", "8")]


def test_no_column_that_is_needed_is_taken_for_another():
    """Or the wrong one would be named as missing: "Session" is a name of titles, too."""
    assert named("sheet.csv", ["Session", "Room"]) == ["Session", "Room"]


def test_roles_are_known_by_what_people_call_them(saturday):
    come_in(saturday, "attendees.csv", "Name,Rolle", "Ann,Organizer", "Bo,volunteer", "Cy,Teilnehmer", "Dee,Helfer")
    roles = list(saturday.attendees.order_by("pk").values_list("role", flat=True))
    assert roles == ["organiser", "helper", "attendee", "helper"]


def test_the_euro_and_the_quotes_of_windows_are_letters(saturday):
    data = "Titel;Beschreibung\nBudget: 5 €;„Geld“ – wie viel?\n".encode("cp1252")
    import_files(camp=saturday, files={"pitches.csv": text_of(data, BY_PAGE)}, by=None)
    assert list(saturday.pitches.values_list("title", "about")) == [("Budget: 5 €", "„Geld“ – wie viel?")]


def test_a_wall_with_rooms_down_says_their_seats_in_a_column(saturday):
    import_files(
        camp=saturday, files=csv("Room,Seats,10:00–10:45,11:00–11:45", "Barn,30,Knots,Ducks", "Loft,12,Bells,"), by=None
    )
    assert list(saturday.rooms.values_list("name", "capacity")) == [("Barn", 30), ("Loft", 12)]
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Bells", "Sat 11:00 Barn Ducks"]


def test_headings_that_stand_once_more_are_nobody(saturday):
    report = come_in(saturday, "attendees.csv", "#,Name,Email", "1,Ann,a@x.example", "#,Name,Email", "2,Bo,b@x.example")
    assert [person.display_name for person in saturday.attendees.order_by("pk")] == ["Ann", "Bo"]
    assert told(report) == "attendees.csv, row 1: The columns “#”, “Email” are not read."
    come_in(saturday, "rooms.csv", "Room", "Room")
    assert [room.name for room in saturday.rooms.all()] == ["Room"]


def test_who_leads_a_session_may_stand_behind_by_in_a_column_too(saturday):
    report = come_in(
        saturday, "sheet.csv", "Heure;Salle;Titre;Intervenant", "9 h 30;Loft;Canards;par Luc", "10h;Loft;Nœuds;tba"
    )
    assert [person.display_name for person in saturday.attendees.all()] == ["Luc"]
    assert "row 2: “par Luc” is read as Luc." in told(report)
    assert "row 3: “tba” names nobody." in told(report)


def test_what_stands_beside_a_time_in_a_list_is_told(saturday):
    report = come_in(
        saturday, "sheet.csv", "Time,Room,Title", "10:00 GMT,Barn,Knots", "11:00 GMT,Barn,Ducks", "Sat 12:00,Barn,Owls"
    )
    assert standing(saturday)[0] == "Sat 10:00 Barn Knots"
    assert told(report).count("What stands beside the time is left out: “GMT”.") == 1
    assert told(report).count("beside the time") == 1


def test_lines_that_are_drawn_in_a_table_are_no_rows(saturday):
    report = come_in(
        saturday, "pitches.csv", "| Title | Host |", "|---|:--:|", "| Knots | Ann |", "| -- on dashes | Ann |"
    )
    assert list(saturday.pitches.order_by("pk").values_list("title", flat=True)) == ["Knots", "-- on dashes"]
    assert [person.display_name for person in saturday.attendees.all()] == ["Ann"]
    assert report.remark_count == 1


@pytest.mark.parametrize(
    "heads", ["Speaker 1,Speaker 2", "Host,Co-host", "Leader,Host 2", "Leader 1,Leader 2", "host_1,host_2"]
)
def test_further_hosts_may_stand_in_columns_of_their_own(saturday, heads):
    report = come_in(
        saturday, "sheet.csv", f"Time,Room,Title,{heads}", "10:00,Barn,Knots,Ann,Bo", "11:00,Loft,Ducks,,Cy"
    )
    hosts = {
        pitch.title: [host.display_name for host in pitch.hosts.order_by("pk")] for pitch in saturday.pitches.all()
    }
    assert hosts == {"Knots": ["Ann", "Bo"], "Ducks": ["Cy"]}
    assert "read" not in told(report)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("by Ann", ["Ann"]), ("(Ann)", ["Ann"]), ("(by Ann)", ["Ann"]), ("[by Ann & Bo]", ["Ann", "Bo"]), ("Hosts: Ann, Bo", ["Ann", "Bo"]),
        ("par Ann (Berlin)", ["Ann"]), ("Ann, (Bo)", ["Ann", "Bo"]), ("(Ann) and (Bo)", ["Ann", "Bo"]), ("(TBD)", []), ("Byron", ["Byron"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "head", "row"),
    [("pitches.csv", "title,hosts", 'Knots,"{}"'), ("sheet.csv", "Time,Room,Title,Leader1", '10:00,Barn,Knots,"{}"')],
)
def test_by_and_brackets_are_no_part_of_a_host_in_any_list(saturday, cell, names, name, head, row):
    report = come_in(saturday, name, head, row.format(cell))
    assert [host.display_name for host in saturday.pitches.get().hosts.order_by("pk")] == names
    is_told = any(
        f"“{cell}” is read as" in str(told) or f"“{cell}” names nobody" in str(told) for told in report.remarks
    )
    assert is_told == ([cell] != names)
    if cell == "(Ann)":
        assert any(str(told).endswith("“(Ann)” is read as Ann.") for told in report.remarks)


def test_whoever_is_called_so_is_the_host(saturday):
    for name in ("by Ann", "(Ann)", "Ann"):
        AttendeeFactory(camp=saturday, display_name=name, user=None)
    come_in(saturday, "pitches.csv", "title,hosts", "Knots,by Ann", "Ducks,(Ann)", "Owls,Ann")
    hosts = {pitch.title: [host.display_name for host in pitch.hosts.all()] for pitch in saturday.pitches.all()}
    assert hosts == {"Knots": ["by Ann"], "Ducks": ["(Ann)"], "Owls": ["Ann"]}


@pytest.mark.parametrize(
    "name", ["ZOË ÅNGSTRÖM", "Zoë\u00a0Ångström", "Zoë\u200b Ångström", "zoe\u0308  ångström\ufeff"]
)
def test_whom_everybody_thinks_the_same_is_one_in_every_file(saturday, name):
    """Blanks and signs that nobody sees made a second person of them, and a second pitch."""
    zoe = AttendeeFactory(camp=saturday, display_name="Zoë Ångström", user=None)
    knots = PitchFactory(camp=saturday, title="Reef knots", hosts=[zoe])
    title = "REEF\u00a0\u200bKNOTS" if name.isupper() else "Reef\u200b  knots"
    rows = csv("Time,Room,Title,Leader1", f"10:00,Barn,{title},{name}")
    pitches = {"pitches.csv": f"title,hosts\nBends,{name}\n"}
    for files in (rows, pitches, csv(",Barn,Loft", f"10:00,{title} (by {name}),", "11:00,,")):
        import_files(camp=saturday, files=files, by=None)
    assert [person.display_name for person in saturday.attendees.filter(user=None)] == ["Zoë Ångström"]
    assert sorted(pitch.title for pitch in saturday.pitches.all()) == ["Bends", "Reef knots"]
    assert [[*pitch.hosts.all()] for pitch in saturday.pitches.all()] == [[zoe], [zoe]]
    assert saturday.sessions.get().pitch == knots


# -- lists of programs --------------------------------------------------------------------------------------------

#: as programs write out their sessions: two, Knots led by Ann and Bo in the barn at ten, Ducks in the loft at eleven
OF_PROGRAMS = {
    "a calendar": (
        "Subject,Start Date,Start Time,End Date,End Time,All Day Event,Location",
        "Knots,2030-01-12,10:00 AM,2030-01-12,10:45 AM,False,Barn",
        "Ducks,2030-01-12,11:00 AM,2030-01-12,11:45 AM,False,Loft",
    ),
    "a calendar, in German": (
        "Betreff;Beginnt am;Beginnt um;Endet am;Endet um;Ort",
        "Knots;12.01.2030;10:00:00;12.01.2030;10:45:00;Barn",
        "Ducks;12.01.2030;11:00:00;12.01.2030;11:45:00;Loft",
    ),
    "a call for papers": (
        "ID,Proposal title,Session type,Speaker names,Room,Start,End",
        'ABC12,Knots,Talk,"Ann\nBo",Barn,2030-01-12T10:00,2030-01-12T10:45',
        "XYZ34,Ducks,Talk,,Loft,2030-01-12T11:00,2030-01-12T11:45",
    ),
    "another": (
        "Session Id,Title,Owner,Room,Scheduled At,Scheduled Duration,Speakers",
        '345,Knots,Ann,Barn,12 Jan 2030 10:00 AM,45,"Ann, Bo"',
        "346,Ducks,Ann,Loft,12 Jan 2030 11:00 AM,45,",
    ),
    "a conference": (
        "Session Key,Event Title,Event Start Date,Event Start Time,Event End Date,Event End Time,Speakers,Venue",
        "1,Knots,2030-01-12,10:00 AM,2030-01-12,10:45 AM,Ann; Bo,Barn",
        "2,Ducks,2030-01-12,11:00 AM,2030-01-12,11:45 AM,,Loft",
    ),
}


@pytest.mark.parametrize("lines", OF_PROGRAMS.values(), ids=OF_PROGRAMS)
def test_lists_of_programs_come_in_as_what_they_are(weekend, lines):
    """They were read as grids: pitches were called “01/12/2030” and “False”, and stood in a room “End Date”."""
    report = come_in(weekend, "sheet.csv", *lines)
    assert report.fault_count == 0
    assert [room.name for room in weekend.rooms.order_by("name")] == ["Barn", "Loft"]
    assert standing(weekend) == ["Sat 10:00 Barn Knots", "Sat 11:00 Loft Ducks"]
    if any("Ann" in line for line in lines):
        hosts = weekend.pitches.get(title="Knots").hosts.order_by("pk")
        assert [host.display_name for host in hosts] == ["Ann", "Bo"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Name,Start,End,Location", "Knots,2030-01-12 10:00,2030-01-12 10:45,Barn", "Ducks,2030-01-12 11:00,2030-01-12 11:45,Loft"),
        ("Code,From when,Till when,Hall", "K,2030-01-12T10:00:00+00:00,2030-01-12T10:45:00+00:00,Barn", "D,2030-01-12T11:00:00+00:00,2030-01-12T11:45:00+00:00,Loft"),
        ("Nr,Begins with,Doors", "Knots,9:00,10:45:00", "Ducks,11:00,11:45:00"),
    ],
)  # fmt: skip
def test_a_list_of_which_a_column_is_not_known_is_no_grid(saturday, lines):
    report = come_in(saturday, "sheet.csv", *lines)
    assert "stand days or times, and no titles" in told(report)
    assert (saturday.pitches.count(), saturday.rooms.count()) == (0, 0)


def test_titles_that_are_numbers_times_or_days_stay_titles_beside_others(saturday):
    come_in(saturday, "sheet.csv", ",Barn,Loft,Nook", "10:00,1984,11:11,Midnight", "11:00,42,Knots,noon")
    titles = sorted(pitch.title for pitch in saturday.pitches.all())
    assert titles == ["11:11", "1984", "42", "Knots", "Midnight", "noon"]


@pytest.mark.parametrize("heading", ["What", "Activity", "Programme", "Agenda", "Event", "Programm", "Was", "Slot"])
def test_what_a_slot_is_called_stands_under_any_name_for_it(saturday, heading):
    """Lunch became a slot for sessions."""
    come_in(saturday, "slots.csv", f"Start,End,{heading}", "10:00,11:00,Session 1", "12:00,13:00,Lunch")
    assert slots_of(saturday) == "Sat 10:00–11:00 Session 1, Sat 12:00–13:00 Lunch"
    assert [slot.title for slot in saturday.slots.all() if not slot.is_for_sessions] == ["Lunch"]


def test_a_column_of_a_grid_called_so_stays_a_room(saturday):
    come_in(saturday, "sheet.csv", "Time,Programme,Barn", "10:00,Welcome speech,", "11:00,,Knots")
    assert [room.name for room in saturday.rooms.order_by("pk")] == ["Programme", "Barn"]


@pytest.mark.parametrize(
    ("title", "host"),
    [("Idea", "Proposed by"), ("Topic", "Who"), ("Proposal title", "Speaker names"), ("Title", "Submitted by"), ("Talk title", "Session host(s)")],
)  # fmt: skip
def test_pitches_are_found_under_what_forms_call_them(saturday, title, host):
    come_in(saturday, "pitches.csv", f"{title},{host}", "Knots,Ann")
    pitch = saturday.pitches.get()
    assert (pitch.title, pitch.hosts.get().display_name) == ("Knots", "Ann")


@pytest.mark.parametrize("heads", ["Venue,Pax", "Room,Max capacity", "Raum,Personen", "Room,Max. people"])
def test_seats_are_found_under_what_lists_call_them(saturday, heads):
    come_in(saturday, "rooms.csv", heads, "Barn,40")
    assert list(saturday.rooms.values_list("name", "capacity")) == [("Barn", 40)]


# -- what a row says of itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Status", "Cancelled"), ("State", "rejected"), ("status", "withdrawn"), ("Session status", "Canceled by host"),
        ("Cancelled", "yes"), ("Cancelled?", "x"), ("Status", "abgesagt"), ("Statut", "annulé"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "head", "rows"),
    [("pitches.csv", "Title", ["Knots", "Ducks"]), ("sheet.csv", "Time,Room,Title", ["10:00,Barn,Knots", "10:00,Loft,Ducks"])],
)  # fmt: skip
def test_what_a_list_says_was_cancelled_does_not_come_in(saturday, heading, said, name, head, rows):
    """The column was “not read”, and what had been called off hung on the wall."""
    report = come_in(saturday, name, f"{head},{heading}", f"{rows[0]},{said}", f"{rows[1]},")
    assert [pitch.title for pitch in saturday.pitches.all()] == ["Ducks"]
    assert f"“Knots” is left out: “{heading}” says “{said}”." in told(report)


def test_other_states_keep_nothing_out_and_are_told(saturday):
    rows = ["10:00,Barn,Knots,Confirmed", "11:00,Barn,Ducks,moved to Sunday", "12:00,Barn,Owls,Not cancelled"]
    report = come_in(saturday, "sheet.csv", "Time,Room,Title,Status", *rows)
    assert len(standing(saturday)) == 3
    assert "“moved to Sunday” below “Status” is not read: what it is said of comes in." in told(report)
    assert told(report).count("below “Status”") == 1


@pytest.mark.parametrize(
    "heading",
    [
        "Will you be joining us?", "Are you able to attend?", "Do you plan to attend?", "RSVP (yes/no)", "Will you attend the camp?",
        "Can you make it?", "Joining?", "Will you be there?", "Attendance", "Response", "Kommst du?", "Bist du dabei?", "Viendras-tu ?",
        "¿Vienes?", "Kom je?",
    ],
)  # fmt: skip
def test_however_people_are_asked_whether_they_come_no_is_no(saturday, heading):
    report = come_in(
        saturday, "attendees.csv", f"Name,{heading}", "Ann,Yes", "Bo,No", 'Cy,"No, sorry"', "Di,✗", "Ed,✓", "Fi,Regrets"
    )
    assert [person.display_name for person in saturday.attendees.order_by("pk")] == ["Ann", "Ed"]
    assert told(report).count("has no ticket that is valid") == 4


@pytest.mark.parametrize(
    "heading", ["Will you join us for dinner?", "Attending Sunday", "Joining the mailing list", "Will you present?"]
)
def test_who_is_asked_for_something_else_comes_all_the_same(saturday, heading):
    come_in(saturday, "attendees.csv", f"Name,{heading}", "Ann,No")
    assert saturday.attendees.get().display_name == "Ann"


# -- people where rooms stand, and nights -------------------------------------------------------------------------


@pytest.mark.parametrize("corner", ["Host", "Chair", "Moderation", "Led by"])
def test_people_above_a_grid_are_no_rooms_where_no_line_names_rooms(saturday, corner):
    report = come_in(saturday, "sheet.csv", f"{corner},Ann,Bo", "10:00,Knots,Ducks", "11:00,Owls,Bells")
    assert f"“{corner} · Ann · Bo” names people, and no line names the rooms." in told(report)
    assert not saturday.rooms.exists()


def test_a_room_that_is_there_is_one_whatever_stands_before_it(saturday):
    saturday.rooms.create(name="Ann")
    come_in(saturday, "sheet.csv", "Host,Ann,Bo", "10:00,Knots,Ducks")
    assert standing(saturday) == ["Sat 10:00 Ann Knots", "Sat 10:00 Bo Ducks"]


def test_what_begins_in_the_night_does_not_last_until_the_morning(weekend):
    """Ghosts went on until ten, and everything on Sunday was as long as that."""
    come_in(
        weekend, "sheet.csv", "Saturday,Barn,Loft", "21:00,Knots,", "23:00,Ducks,Owls", "00:30,Ghosts,", "Sunday,Barn,Loft",
        "10:00,Stars,",
    )  # fmt: skip
    assert slots_of(weekend) == "Sat 21:00–22:30, Sat 23:00–00:30, Sun 00:30–02:00, Sun 10:00–11:30"


# -- cells that hold no title -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["(cont.)", "continued", "Knots (cont.)", "knots – continued", "ditto", '""""', "↓", "|", "(Fortsetzung)", "(cont'd)"]
)  # fmt: skip
def test_what_goes_on_is_one_session(saturday, cell):
    """It was a pitch called “continued”, or was left out, and the session ended too soon."""
    report = come_in(
        saturday, "sheet.csv", ",Barn,Loft", "10:00,Knots,Ducks", f"11:00,{cell},Owls", f"12:00,Bells,{cell}"
    )
    found = [line for line in standing(saturday) if "Loft" not in line]
    assert found == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Knots", "Sat 12:00 Barn Bells"]
    assert saturday.sessions.filter(pitch__title="Knots").count() == 1
    assert "says that what stands above it goes on: it is read so." in told(report)


def test_nothing_goes_on_from_another_day_or_an_empty_cell(weekend):
    come_in(
        weekend, "sheet.csv", "Saturday,Barn,Loft", "10:00,Knots,Ducks", "11:00,,Owls", "12:00,↓,Bells", "Sunday,Barn,Loft", "10:00,↓,Rope",
    )  # fmt: skip
    assert [line for line in standing(weekend) if "Barn" in line] == ["Sat 10:00 Barn Knots"]


@pytest.mark.parametrize("cell", ["(closed)", "[free]", "( empty )", "none", "n.a.", "(TBD)"])
def test_brackets_make_no_title_of_what_is_none(saturday, cell):
    report = come_in(saturday, "sheet.csv", ",Barn,Loft", f"10:00,Knots,{cell}", "11:00,Owls,Bells")
    assert "Sat 10:00 Loft" not in " ".join(standing(saturday))
    assert f"“{cell}” is no title: it is left out." in told(report)


# -- days of slots ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ("Day,Start,End", "Sat,10:00,11:00", ",22:00,23:30", ",23:30,00:30", ",00:30,01:30", "Sun,10:00,11:00"),
        ("Start,End,Day", "Saturday 12 January,,", "10:00,11:00", "22:00,23:30", "23:30,00:30", "00:30,01:30", "13 Jan", "10:00,11:00"),
        ("Start,End", "2030-01-12 10:00,11:00", "22:00,23:30", "23:30,00:30", "00:30,01:30", "2030-01-13 10:00,11:00"),
    ],
)  # fmt: skip
def test_a_slot_that_says_no_day_is_on_that_of_the_row_above(weekend, lines):
    report = come_in(weekend, "slots.csv", *lines)
    assert slots_of(weekend) == "Sat 10:00–11:00, Sat 22:00–23:30, Sat 23:30–00:30, Sun 00:30–01:30, Sun 10:00–11:00"
    assert report.fault_count == 0
    assert told(report).count("This row says no day: it is on that of the row above") == 1
    assert told(report).count("“00:30” stands below the late evening: it is read as Sun 13 Jan") == 1
    assert come_in(weekend, "slots.csv", *lines).has_changed_nothing


def test_below_a_row_with_its_day_it_is_after_midnight_in_a_camp_of_a_day_too(saturday):
    come_in(saturday, "slots.csv", "Date,Start,End", "2030-01-12,22:00,23:00", ",00:30,01:30")
    assert slots_of(saturday) == "Sat 22:00–23:00, Sun 00:30–01:30"


def test_where_no_row_says_a_day_it_is_told_what_to_do(weekend):
    report = come_in(weekend, "slots.csv", "Start,End", "10:00,11:00")
    assert "nothing says which this is. Write it in each row." in told(report)


# -- zones --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["GMT", "(CET)", "UTC+1", "GMT-8", "PST", "PT", "Europe/London", "[UTC]"])
@pytest.mark.parametrize(
    "lines", [("Time,Room,Title", "10:00 {},Barn,Knots"), ("Time,Barn,Loft", "10:00 {},Knots,"), ("Time,Time zone,Room,Title", "10:00,{},Barn,Knots")]
)  # fmt: skip
def test_a_zone_beside_a_time_that_is_not_the_camps_is_a_fault(saturday, zone, lines):
    """It was told as something left out, and the session stood hours too late."""
    Camp.objects.update(time_zone="America/New_York")
    saturday.refresh_from_db()
    report = come_in(
        saturday, "sheet.csv", lines[0], lines[1].format(zone), lines[1].format("EST").replace("10:00", "11:00")
    )
    assert [line.split()[1] for line in standing(saturday)] == ["16:00"]
    assert f"“10:00 {zone}” says a time zone: write the time that clocks in the camp show." in told(report)


@pytest.mark.parametrize("zone", ["EST", "EDT", "ET", "UTC-5", "America/Toronto", "Room/Tent", "ART", "Eastern"])
def test_the_camps_own_zone_and_what_is_none_are_no_fault(saturday, zone):
    Camp.objects.update(time_zone="America/New_York")
    saturday.refresh_from_db()
    report = come_in(saturday, "sheet.csv", "Time,Room,Title", f"10:00 {zone},Barn,Knots")
    assert (report.fault_count, len(standing(saturday))) == (0, 1)


# -- hosts beside rooms -------------------------------------------------------------------------------------------


def hosts_of(camp: Camp) -> dict[str, list[str]]:
    return {pitch.title: [one.display_name for one in pitch.hosts.order_by("pk")] for pitch in camp.pitches.all()}


@pytest.mark.parametrize("heading", ["Host", "Led by", "Speaker", "Wer"])
def test_a_column_of_hosts_behind_each_room_says_who_leads_what_is_there(saturday, heading):
    """They were “not read”, and nobody led anything."""
    report = come_in(
        saturday, "sheet.csv", f"Time,Barn,{heading},Loft,{heading}", "10:00,Knots,Ann,Ducks,Bo & Cy", "11:00,Owls,,,Di", "12:00,Lunch,,,",
    )  # fmt: skip
    assert hosts_of(saturday) == {"Knots": ["Ann"], "Ducks": ["Bo", "Cy"], "Owls": []}
    assert standing(saturday) == ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sat 11:00 Barn Owls"]
    assert "No title stands beside “Di”: it is left out." in told(report)
    assert "is not read" not in told(report)


def test_of_the_only_room_too(saturday):
    come_in(saturday, "sheet.csv", "Time,Barn,Host", "10:00,Knots,Ann", "11:00,Owls,Bo")
    assert hosts_of(saturday) == {"Knots": ["Ann"], "Owls": ["Bo"]}


def test_whose_host_stands_behind_several_rooms_nobody_knows(saturday):
    report = come_in(saturday, "sheet.csv", "Time,Barn,Loft,Host", "10:00,Knots,Ducks,Ann")
    assert hosts_of(saturday) == {"Knots": [], "Ducks": []}
    assert "The column “Host” is not read." in told(report)


# -- midnight as an end -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["24:00", "0:00", "00:00", "midnight", "00:30"])
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("slots.csv", ("Start,End", "9:00,{}")), ("sheet.csv", ("Time,Room,Title", "9:00–{},Barn,Knots")),
        ("sheet.csv", ("Time,Ends,Room,Title", "9:00,{},Barn,Knots")), ("sheet.csv", ("Time,Barn,Loft", "9:00 – {},Knots,")),
    ],
)  # fmt: skip
def test_what_ends_at_midnight_goes_on_until_then_however_long_that_is(saturday, end, name, lines):
    """It was read as noon: no clock that counts to twelve shows 0:00."""
    report = come_in(saturday, name, *(line.format(end) for line in lines))
    assert slots_of(saturday) == f"Sat 09:00–{'00:30' if '30' in end else '00:00'}"
    assert "half of the day" not in told(report)


def test_a_slot_of_most_of_a_day_comes_in_as_it_left(saturday):
    make_slot(saturday, 9, 15 * 60 + 30, Slot.Kind.EVERYONE, "Open space")
    files = csv_files(saturday, with_interest=False)
    fresh = CampFactory(starts_on=saturday.starts_on, ends_on=saturday.ends_on)
    import_files(camp=fresh, files=files, by=None)
    assert slots_of(fresh) == slots_of(saturday)
    assert import_files(camp=saturday, files=files, by=None).has_changed_nothing
