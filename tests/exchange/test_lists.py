"""Lists as forms, ticket shops and spreadsheet programs write them: one file for each shape, and what it must become."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from django.utils import timezone

from events import stamps
from events.decoding import BY_PAGE
from events.models import Attendee, Camp
from exchange.outcome import Outcome
from exchange.report import ImportRefused, Report
from exchange.uploads import import_files
from exchange.writing import write_outcome
from tests.exchange.spreadsheets import text_of
from tests.factories import AttendeeFactory

SHAPES = Path(__file__).parent / "shapes" / "lists"
READ = {
    "twelve_hours.slots.csv": ["09:00–10:00", "10:15–11:15", "12:00–13:00", "13:00–14:00", "14:15–15:15"],
    "german_headings.slots.csv": ["09:00–09:45 Begrüßung"],
    "german_excel.slots.csv": ["09:00–09:45 Begrüßung", "10:00–10:45"],
    "google_form.rooms.csv": ["Barn 30", "Loft (upstairs) 10", "Attic 30"],
    "numbers.rooms.csv": ["Barn 1200", "Loft 10"],
    "seats_behind.rooms.csv": ["Barn 40", "Loft 10", "Attic 20"],
    "totals.attendees.csv": ["Ann Ash", "Bo"],
    "numbered.pitches.csv": ["Knots: Ann Ash", "Ducks: "],
    "eventbrite.attendees.csv": ["Ann Ash", "Bo"],
}
#: all that is read otherwise than it stands, or not at all
TOLD = {
    "twelve_hours.slots.csv": [
        "row 2: “12/01/2030” is read as 12 January 2030.",
        "row 4: Nothing says which half of the day times are in: “1:00” is read as 13:00, and so on.",
    ],
    "german_headings.slots.csv": ["row 2: “12.01.2030” is read as 12 January 2030."],
    "german_excel.slots.csv": ["row 2: “12.01.2030” is read as 12 January 2030."],
    "google_form.rooms.csv": ["row 1: The column “What is in it?” is not read."],
    "numbers.rooms.csv": ["row 2: What stands above the headings is left out: “Rooms”."],
    "seats_behind.rooms.csv": [
        "row 2: “Barn: 40” is read as the room Barn with 40 seats.",
        "row 3: “Loft: 10” is read as the room Loft with 10 seats.",
        "row 4: “Attic, max. 20” is read as the room Attic with 20 seats.",
        "row 5: “Total: 70” counts the other rows: it is left out.",
    ],
    "totals.attendees.csv": [
        "row 1: The column “#” is not read.",
        "row 4: “-” is no name: nobody is written down.",
        "row 5: “Summe 2” counts the other rows: it is left out.",
        "row 6: “Gesamt” counts the other rows: it is left out.",
    ],
    "numbered.pitches.csv": [
        "row 1: The columns “No.”, “Duration” are not read.",
        "row 2: “Ann Ash” is nobody in this camp yet: they are written down as a host.",
    ],
    "eventbrite.attendees.csv": ["row 1: The column “Email” is not read."],
}
REFUSED = {
    "pasted.rooms.txt": "row 3: “capacity” is “~20”, not a whole number from 0 to 100000.",
    "google_form.pitches.csv": "row 1: The column “title” is missing.",
}


def come_in(camp: Camp, name: str) -> Report:
    text = text_of((SHAPES / name).read_bytes(), BY_PAGE)
    return import_files(camp=camp, files={f"{name.split('.')[1]}.csv": text}, by=None)


def told(report: Report) -> str:
    return "\n".join(map(str, [*report.faults, *report.remarks]))


def found(camp: Camp, name: str) -> list[str]:
    match name.split(".")[1]:
        case "slots":
            return [f"{s.starts_at:%H:%M}–{s.ends_at:%H:%M} {s.title}".strip() for s in camp.slots.all()]
        case "rooms":
            return [f"{room.name} {room.capacity}" for room in camp.rooms.all()]
        case "pitches":
            pitches = camp.pitches.order_by("pk")
            return [f"{p.title}: {', '.join(h.display_name for h in p.hosts.all())}" for p in pitches]
        case _:
            return [person.display_name for person in camp.attendees.order_by("pk")]


def test_every_file_is_tried():
    assert {path.name for path in SHAPES.iterdir()} == {*READ, *REFUSED}


@pytest.mark.parametrize("name", READ)
def test_a_list_is_read_as_people_have_it(camp, name):
    report = come_in(camp, name)
    assert found(camp, name) == READ[name]
    assert [str(remark).split(", ", 1)[1] for remark in report.remarks] == TOLD[name]
    assert come_in(camp, name).has_changed_nothing


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_is_refused_with_a_sentence(camp, name):
    with pytest.raises(ImportRefused) as refused:
        come_in(camp, name)
    assert REFUSED[name] in str(refused.value.report.faults[0])


def test_hosts_without_a_list_of_people_are_known_by_their_names(camp, ben):
    text = 'title,hosts\nKnots,"ben, Ann"\nDucks,Ann & Cy\n'
    assert import_files(camp=camp, files={"pitches.csv": text}, by=None).added == {"pitches": 2}
    hosts = {p.title: {h.display_name for h in p.hosts.all()} for p in camp.pitches.all()}
    assert hosts == {"Knots": {"Ben", "Ann"}, "Ducks": {"Ann", "Cy"}}
    assert ben in camp.pitches.get(title="Knots").hosts.all()


def hosts_in(camp: Camp) -> dict[str, set[str]]:
    return {pitch.title: {host.display_name for host in pitch.hosts.all()} for pitch in camp.pitches.all()}


@pytest.mark.parametrize("has_people", [True, False])
@pytest.mark.parametrize(
    ("cell", "hosts"),
    [
        ("Ann Ash, Bo", {"Ann Ash", "Bo"}),
        ("Ann Ash & Bo", {"Ann Ash", "Bo"}),
        ("Ann Ash / Bo; Cy", {"Ann Ash", "Bo", "Cy"}),
        *((f"Ann Ash {word} Bo", {"Ann Ash", "Bo"}) for word in ("and", "und", "et", "y", "e", "en")),
        ("Bo and Sons", {"Bo and Sons"}),
        ("Ortega y Gasset", {"Ortega y Gasset"}),
    ],
)
def test_several_hosts_in_one_cell_are_read_in_one_way(camp, has_people, cell, hosts):
    people = {"attendees.csv": "name\nAnn Ash\nBo\nCy\nBo and Sons\nOrtega y Gasset\n"}
    pitches = {"pitches.csv": f'title,hosts\nKnots,"{cell}"\n'}
    if not has_people:
        import_files(camp=camp, files=people, by=None)
    report = import_files(camp=camp, files=pitches | (people if has_people else {}), by=None)
    assert (hosts_in(camp), told(report)) == ({"Knots": hosts}, "")


def test_hosts_whom_nobody_knows_are_divided_where_no_name_has_such_a_word(camp):
    text = "title,hosts\nKnots,Ann und Bo\nDucks,Ortega y Gasset\nBells,Smith et al.\n"
    import_files(camp=camp, files={"pitches.csv": text}, by=None)
    assert hosts_in(camp) == {"Knots": {"Ann", "Bo"}, "Ducks": {"Ortega y Gasset"}, "Bells": {"Smith et al."}}


def test_hosts_beside_a_list_of_people_may_be_in_the_camp_already(camp, ben):
    """What the list calls somebody comes first: of two of one name that one is meant."""
    files = {
        "attendees.csv": "key,name\nx1,Ann\nBen,Benita\n",
        "pitches.csv": 'title,hosts\nKnots,"ben, Ann"\nDucks,x1\nOwls,Ben\nBells,BEN & ann\n',
    }
    assert import_files(camp=camp, files=files, by=None).fault_count == 0
    assert hosts_in(camp) == {"Knots": {"Ben", "Ann"}, "Ducks": {"Ann"}, "Owls": {"Benita"}, "Bells": {"Ben", "Ann"}}
    assert ben in camp.pitches.get(title="Knots").hosts.all()


@pytest.mark.parametrize("has_people", [True, False])
def test_what_is_in_brackets_is_no_part_of_a_name_and_it_is_told(camp, has_people):
    people = {"attendees.csv": "name\nAnn\nBo (Rome)\n"}
    if not has_people:
        import_files(camp=camp, files=people, by=None)
    pitches = {"pitches.csv": 'title,hosts\nKnots,"Ann (she/her, Berlin), Bo (Rome)"\nDucks,Bo (Rome)\n'}
    report = import_files(camp=camp, files=pitches | (people if has_people else {}), by=None)
    assert hosts_in(camp) == {"Knots": {"Ann", "Bo (Rome)"}, "Ducks": {"Bo (Rome)"}}
    assert told(report) == (
        "pitches.csv, row 2: “Ann (she/her, Berlin), Bo (Rome)” is read as Ann, Bo (Rome): what is in brackets is no part "
        "of a name."
    )


def test_who_is_not_in_the_file_is_told_with_the_name_that_the_file_has(camp):
    files = {"attendees.csv": "name\nAnn\n", "pitches.csv": 'title,hosts\nKnots,"Ann, Bo"\nDucks,Cy\n'}
    brought = {"attendees.csv": "Teilnehmer 2026.csv", "pitches.csv": "Themen.csv"}
    with pytest.raises(ImportRefused) as refused:
        import_files(camp=camp, files=files, brought=brought, by=None)
    assert told(refused.value.report).splitlines() == [
        "Themen.csv, row 2: There is no attendee “Ann, Bo” in Teilnehmer 2026.csv, nor in this camp. Put ; between hosts.",
        "Themen.csv, row 3: There is no attendee “Cy” in Teilnehmer 2026.csv, nor in this camp.",
    ]


def test_no_file_is_named_that_nobody_brought(camp):
    files = {
        "pitches.csv": "title,hosts,after\nKnots,a7,\nDucks,,Bells\n",
        "interests.csv": "attendee,pitch,level\nx,y,1\n",
    }
    with pytest.raises(ImportRefused) as refused:
        import_files(camp=camp, files=files, brought={"pitches.csv": "Themen.csv"}, by=None)
    assert told(refused.value.report).splitlines() == [
        "Themen.csv, row 2: There is no attendee “a7” in this camp.",
        "Themen.csv, row 3: There is no pitch “Bells” in Themen.csv.",
        "interests.csv, row 2: There is no attendee “x” in this camp.",
    ]


def test_names_that_nobody_can_tell_apart_are_told(camp):
    text = "name\nAnna Müller\nanna  müller\nＢｏ\nBo\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert camp.attendees.count() == 4
    assert told(report).splitlines() == [
        "attendees.csv, row 3: “anna müller” comes in beside “Anna Müller”. If they are one, take this row out.",
        "attendees.csv, row 5: “Bo” comes in beside “Ｂｏ”. If they are one, take this row out.",
    ]
    assert told(import_files(camp=camp, files={"attendees.csv": text}, by=None)) == ""


@pytest.mark.parametrize(
    ("said", "length"),
    [("", 1), ("1", 1), ("single", 1), ("1 slot", 1), ("einfach", 1), ("2", 2), ("2.0", 2), ("2 slots", 2), ("Double", 2),
     ("doppelt", 2), ("doble", 2), ("dubbel", 2), ("double slot", 2)],
)  # fmt: skip
def test_a_length_counts_slots(camp, said, length):
    import_files(camp=camp, files={"pitches.csv": f"title,Länge\nKnots,{said}\n"}, by=None)
    assert camp.pitches.get().length == length


@pytest.mark.parametrize("said", ["45 min", "90", "3", "0", "slots", "-1"])
def test_a_length_in_minutes_is_refused_with_what_it_counts(camp, said):
    with pytest.raises(ImportRefused) as refused:
        import_files(camp=camp, files={"pitches.csv": f"title,length\nKnots,{said}\n"}, by=None)
    sentence = f"“length” is “{said}”; it counts slots: 1 for one slot, 2 for a double."
    assert told(refused.value.report) == f"pitches.csv, row 2: {sentence}"


@pytest.mark.parametrize("headings", [
    "Raum;Plätze;Ausstattung", "Salle;Places;Équipement", "Sala;Plazas;Equipamiento", "Zaal;Plaatsen;Uitrusting",
])  # fmt: skip
def test_rooms_have_headings_in_five_languages(camp, headings):
    report = import_files(camp=camp, files={"rooms.csv": f"{headings}\nAttic;ca. 25 Plätze;projector\n"}, by=None)
    assert ([(r.name, r.capacity, r.features) for r in camp.rooms.all()], told(report)) == (
        [("Attic", 25, ["projector"])], "",
    )  # fmt: skip


@pytest.mark.parametrize("headings", [
    "Vorname,Nachname", "Vorname,Name", "Prénom,Nom", "Nombre,Apellidos", "Voornaam,Naam", "First name,Name",
])  # fmt: skip
def test_a_name_in_two_columns_is_one(camp, headings):
    import_files(camp=camp, files={"attendees.csv": f"{headings}\nAnn,Ash\n"}, by=None)
    assert camp.attendees.get().display_name == "Ann Ash"


@pytest.mark.parametrize(
    "heading", ["Name", "Nom", "Nombre", "Naam", "Ticket Full Name,Ticket First Name,Ticket Last Name"]
)
def test_a_whole_name_stays_whole(camp, heading):
    import_files(camp=camp, files={"attendees.csv": f"{heading}\nAnn Ash,Ann,\n"}, by=None)
    assert camp.attendees.get().display_name == "Ann Ash"


def test_a_row_is_counted_as_the_spreadsheet_shows_it(camp):
    """A cell of several lines is in one row, and the line that says the mark is in none."""
    with pytest.raises(ImportRefused) as refused:
        import_files(
            camp=camp, files={"rooms.csv": 'sep=,\nname,features\n"Barn\nwest",\nLoft,\n,projector\n'}, by=None
        )
    assert [fault.row for fault in refused.value.report.faults] == [4]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Evening slots that somebody typed before the morning's are no sign of another clock.
        (["18:00,19:00", "9:00,10:00"], ["09:00–10:00", "18:00–19:00"]),
        (["7:00,8:00", "9:00,10:00"], ["07:00–08:00", "09:00–10:00"]),
        (["11:30,12:30", "12:30,1:15"], ["11:30–12:30", "12:30–13:15"]),
        (["23:00,1:00"], ["23:00–01:00"]),
        # Whatever clock it is, nothing goes on for fourteen hours.
        (["11:00,1:00", "14:00,15:00"], ["11:00–13:00", "14:00–15:00"]),
    ],
)
def test_only_a_day_that_goes_back_from_noon_is_on_a_clock_of_twelve(camp, rows, expected):
    import_files(camp=camp, files={"slots.csv": "starts_at,ends_at\n" + "\n".join(rows) + "\n"}, by=None)
    assert found(camp, ".slots.") == expected


# -- hosts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        "Knots,Ann;Bo,thing,1,Ropes",
        "Knots,Ann;Bo,,3,Ropes",
        f"Knots,Ann;Bo,,1,{'x' * 51}",
        f"{'x' * 141},Ann;Bo,,1,Ropes",
        f"Knots,Ann;{'x' * 60};a7,,1,Ropes",
    ],
)
def test_a_pitch_that_is_refused_leaves_no_hosts_behind(camp, row):
    text = f"title,hosts,kind,length,topic\n{row}\nDucks,Cy,,1,\n"
    before = stamps.read_record(camp, stamps.PEOPLE).number
    report = import_files(camp=camp, files={"pitches.csv": text}, skip_bad_rows=True, by=None)
    assert report.fault_count == 1
    assert [person.display_name for person in camp.attendees.all()] == ["Cy"]
    assert stamps.read_record(camp, stamps.PEOPLE).number != before


def test_a_pitch_that_is_there_already_makes_nobody(camp):
    import_files(camp=camp, files={"pitches.csv": "title,hosts\nKnots,Ann\n"}, by=None)
    report = import_files(camp=camp, files={"pitches.csv": "title,hosts\nKnots,Bo\n"}, by=None)
    assert report.has_changed_nothing
    assert [person.display_name for person in camp.attendees.all()] == ["Ann"]


def test_whoever_is_written_down_is_a_change_of_the_people(camp):
    """Whatever the report counts."""
    report = Report()
    outcome = Outcome.of(camp, [])
    outcome.report = report
    outcome.make_attendee(Attendee(display_name="Ann"))
    before = stamps.read_record(camp, stamps.PEOPLE).number
    write_outcome(outcome=outcome, by=None)
    assert stamps.read_record(camp, stamps.PEOPLE).number != before


def test_who_was_removed_or_waits_is_not_made_a_host(camp):
    import_files(camp=camp, files={"attendees.csv": "name\nAnn\nBo\n"}, by=None)
    camp.attendees.filter(display_name="Ann").update(removed_at=timezone.now())
    report = import_files(camp=camp, files={"pitches.csv": "title,hosts\nKnots,Ann;Bo\n"}, by=None)
    assert [host.display_name for host in camp.pitches.get().hosts.all()] == ["Bo"]
    assert "pitches.csv, row 2: “Ann” is not in this camp, or no longer: they are not made a host." in told(report)
    # Who has the name now is in.
    AttendeeFactory(camp=camp, display_name="Ann", user=None)
    import_files(camp=camp, files={"pitches.csv": "title,hosts\nDucks,Ann\n"}, by=None)
    assert camp.pitches.get(title="Ducks").hosts.get().removed_at is None


def test_of_two_people_of_one_name_none_is_made_a_host(camp):
    people = [AttendeeFactory(camp=camp, display_name="Ann", user=None) for _number in range(2)]
    report = import_files(camp=camp, files={"pitches.csv": "title,hosts\nKnots,Ann\n"}, by=None)
    assert not camp.pitches.get().hosts.exists()
    assert "row 2: Several people in this camp are called “Ann”: none of them is made a host by this row." in told(
        report
    )
    # A key says who.
    import_files(camp=camp, files={"pitches.csv": f"title,hosts\nDucks,a{people[1].pk}\n"}, by=None)
    assert camp.pitches.get(title="Ducks").hosts.get() == people[1]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("attendees.csv", "name,role\nAnn,Helper\n"),
        ("pitches.csv", "title,kind\nKnots,WORKSHOP\n"),
        ("slots.csv", "starts_at,ends_at,kind\n9:00,10:00,Everyone\n"),
    ],
)
def test_kinds_and_roles_may_have_capitals(camp, file, text):
    assert import_files(camp=camp, files={file: text}, by=None).fault_count == 0
    values = [*camp.attendees.values_list("role"), *camp.pitches.values_list("kind"), *camp.slots.values_list("kind")]
    assert values[0][0] == text.strip().split(",")[-1].lower()


def test_whoever_has_no_ticket_any_more_is_no_attendee(camp):
    text = (
        "First Name,Surname,Attendee #,Attendee Status,Refunded\nAnn,Ash,1,Attending,£0.00\n"
        "Cy,Cedar,2,Not Attending,£0.00\nDee,Dogwood,3,Checked In,£10.00\nEve,Elm,4,Pending,\n"
    )
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert [person.display_name for person in camp.attendees.all()] == ["Ann Ash"]
    assert told(report).splitlines() == [
        "attendees.csv, row 3: “Cy Cedar” has no ticket that is valid (Not Attending, £0.00): they are left out.",
        "attendees.csv, row 4: “Dee Dogwood” has no ticket that is valid (Checked In, £10.00): they are left out.",
        "attendees.csv, row 5: “Eve Elm” has no ticket that is valid (Pending): they are left out.",
    ]


@pytest.mark.parametrize(
    "heading", ["Ticket-Status", "Bestellstatus", "Status der Bestellung", "Statut de la commande"]
)
def test_what_says_the_status_may_be_called_so_in_other_languages(camp, heading):
    report = import_files(camp=camp, files={"attendees.csv": f"Name,{heading}\nAnn,Storniert\nBo,\n"}, by=None)
    assert [person.display_name for person in camp.attendees.all()] == ["Bo"]
    assert told(report) == "attendees.csv, row 2: “Ann” has no ticket that is valid (Storniert): they are left out."


def test_a_status_that_is_not_understood_is_told_once_and_keeps_nobody_out(camp):
    text = "Name,Status\nAnn,Gold\nBo,Gold\nCy,bezahlt\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert camp.attendees.count() == 3
    assert told(report) == (
        "attendees.csv, row 2: “Gold” is nothing that is understood of a ticket: whoever it is said of comes in."
    )


@pytest.mark.parametrize(
    "heading", ["Void Status", "Cancellation status", "Refund status", "Stornierungsstatus", "Is cancelled"]
)
@pytest.mark.parametrize("yes", ["yes", "Y", "TRUE", "1", "Ja", "oui", "sí"])
def test_yes_under_what_asks_if_a_ticket_is_gone_says_that_it_is(camp, heading, yes):
    text = f"Name,{heading}\nAnn,{yes}\nBo,no\nCy,\nDee,FALSE\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert [person.display_name for person in camp.attendees.order_by("pk")] == ["Bo", "Cy", "Dee"]
    assert told(report) == f"attendees.csv, row 2: “Ann” has no ticket that is valid ({yes}): they are left out."


@pytest.mark.parametrize("heading", ["Badge status", "Status", "Payment Status", "Zahlungsstatus", "Status (2)"])
@pytest.mark.parametrize("said", ["No", "yes", "nein", "0", "true", "N"])
def test_yes_or_no_to_a_question_that_is_not_known_is_told_and_drops_nobody(camp, heading, said):
    text = f"Name,{heading}\nAnn,{said}\nBo,{said}\nCy,cancelled\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert [person.display_name for person in camp.attendees.order_by("pk")] == ["Ann", "Bo"]
    assert told(report).splitlines() == [
        f"attendees.csv, row 2: “{heading}: {said}” is nothing that is understood of a ticket: whoever it is said of comes in.",
        "attendees.csv, row 4: “Cy” has no ticket that is valid (cancelled): they are left out.",
    ]


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ("Status,Status", "paid,cancelled"), ("Status,Status,Status", "paid,cancelled,paid"), ("Status,Status (2)", "paid,cancelled"),
        ("Status,Status,Status", "paid,paid,cancelled"), ("Status,status", "paid,cancelled"), ("Status,Cancelled (2)", "paid,yes"),
    ],
)  # fmt: skip
def test_of_several_columns_of_one_status_all_are_read(camp, heads, said):
    text = f"Name,{heads}\nAnn,{said}\nBo,paid{',' * heads.count(',')}\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert [person.display_name for person in camp.attendees.all()] == ["Bo"]
    said = said.replace(",", ", ")
    assert told(report) == f"attendees.csv, row 2: “Ann” has no ticket that is valid ({said}): they are left out."


def test_of_many_without_a_ticket_the_first_are_named_and_the_rest_counted(camp):
    gone = "".join(f"Gone {n},cancelled\n" for n in range(250))
    odd = "".join(f"Odd {n},2030-01-{n + 1:02}\n" for n in range(15))
    text = f"Name,Status\n{gone}{odd}Ann,paid\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    assert camp.attendees.count() == 16
    lines = told(report).splitlines()
    assert len(lines) == report.remark_count == 22
    assert lines[9] == "attendees.csv, row 11: “Gone 9” has no ticket that is valid (cancelled): they are left out."
    assert lines[20:] == [
        "attendees.csv, row 12: From here on, 240 more people have no ticket that is valid: they are left out.",
        "attendees.csv, row 262: From here on, what 5 more tickets say is not understood: whoever they are of comes in.",
    ]


# -- what is there already ---------------------------------------------------------------------------------------------

FIRST = {
    "rooms.csv": "name,capacity,features\nBarn,30,projector\n",
    "slots.csv": "starts_at,ends_at,kind,title\n9:00,10:00,sessions,\n",
    "attendees.csv": "attendee,name,role\nx,Ann,helper\n",
    "pitches.csv": "pitch,title,topic,length,about\ny,Knots,Rope,1,Long\n",
}


@pytest.mark.parametrize(
    ("file", "again", "columns"),
    [
        ("rooms.csv", "name,capacity,features\nBarn,40,projector\n", "“capacity”"),
        ("rooms.csv", "name,features\nBarn,Whiteboard\n", "“features”"),
        ("slots.csv", "starts_at,ends_at,kind,title\n9:00,11:00,everyone,Tea\n", "“ends_at”, “kind”, “title”"),
        ("attendees.csv", "attendee,name,role\nx,Ann Ash,organiser\n", "“display_name”, “role”"),
        ("pitches.csv", "pitch,title,topic,length,kind,about\ny,Knot,Hair,2,workshop,L\n",
         "“title”, “topic”, “length”, “kind”, “about”"),
    ],
)  # fmt: skip
def test_where_a_row_says_otherwise_than_what_is_there_it_is_told(camp, file, again, columns):
    import_files(camp=camp, files={file: FIRST[file]}, by=None)
    same = import_files(camp=camp, files={file: FIRST[file]}, by=None)
    assert (same.has_changed_nothing, same.remarks) == (True, [])
    report = import_files(camp=camp, files={file: again}, by=None)
    assert report.has_changed_nothing
    assert f"is there already and stays as it is; this row says otherwise in {columns}." in told(report)
    # What a row does not say is no difference.
    least = {"rooms.csv": "name\nBarn\n", "pitches.csv": "pitch,title\ny,Knots\n"}
    if file in least:
        assert import_files(camp=camp, files={file: least[file]}, by=None).remarks == []


def test_rooms_that_nobody_tells_apart_are_one_and_told(camp):
    camp.rooms.create(name="Loft", capacity=10)
    rows = "name,capacity\nHall,100\nHALL,20\nhall ,4\nHall\u200b,\nloft,10\n"
    report = import_files(camp=camp, files={"rooms.csv": rows}, by=None)
    assert sorted(camp.rooms.values_list("name", "capacity")) == [("Hall", 100), ("Loft", 10)]
    assert [line for line in told(report).splitlines() if "is the room" in line] == [
        "rooms.csv, row 3: “HALL” is the room Hall, which is there already.",
        "rooms.csv, row 4: “hall” is the room Hall, which is there already.",
        "rooms.csv, row 5: “Hall\u200b” is the room Hall, which is there already.",
        "rooms.csv, row 6: “loft” is the room Loft, which is there already.",
    ]
    assert "row 4: “hall” is there already and stays as it is; this row says otherwise in “capacity”." in told(report)


def test_two_rooms_that_differ_in_capitals_keep_what_is_theirs(camp):
    for name in ("Hall", "HALL"):
        camp.rooms.create(name=name, capacity=30)
    camp.slots.create(starts_at=camp.at(camp.starts_on, time(10)), ends_at=camp.at(camp.starts_on, time(11)))
    rows = "Session,Room,Title\n1,Hall,Knots\n1,HALL,Ducks\n"
    import_files(camp=camp, files={"rooms.csv": "name,capacity\nHALL,30\nHall,30\n", "sheet.csv": rows}, by=None)
    assert sorted((s.title, s.cells.get().room.name) for s in camp.sessions.all()) == [
        ("Ducks", "HALL"),
        ("Knots", "Hall"),
    ]
    assert camp.rooms.count() == 2


def test_what_a_shop_writes_in_place_of_a_name_is_no_person(camp):
    rows = "First Name,Last Name\nAnn,Ash\nInfo Requested,Info Requested\ninfo requested,\nBo,Info Requested\n"
    report = import_files(camp=camp, files={"attendees.csv": rows}, by=None)
    assert sorted(camp.attendees.values_list("display_name", flat=True)) == ["Ann Ash", "Bo"]
    assert told(report).splitlines() == [
        "attendees.csv, row 3: “Info Requested Info Requested” is no name: nobody is written down.",
        "attendees.csv, row 4: “info requested” is no name: nobody is written down.",
    ]


def test_two_rows_of_one_room_that_differ_are_told(camp):
    report = import_files(camp=camp, files={"rooms.csv": "name,capacity\nBarn,30\nBarn,50\n"}, by=None)
    assert told(report).startswith(
        "rooms.csv, row 3: “Barn” is there already and stays as it is; this row says otherwise"
    )


def test_who_was_removed_does_not_come_back_and_it_is_told(camp):
    import_files(camp=camp, files={"attendees.csv": "name\nAnn\n"}, by=None)
    camp.attendees.update(removed_at=timezone.now())
    report = import_files(camp=camp, files={"attendees.csv": "name\nAnn\n"}, by=None)
    assert "row 2: “Ann” was removed from this camp, or left it, and does not come back by this row." in told(report)


def test_features_are_known_by_what_people_call_them(camp):
    text = 'name,features\nBarn,"Projector, HEARING LOOP\nstep free"\nLoft,"tables, chairs;Whiteboard"\nAttic,beamer\n'
    report = import_files(camp=camp, files={"rooms.csv": text}, by=None)
    assert {room.name: room.features for room in camp.rooms.all()} == {
        "Barn": ["projector", "hearing-loop", "step-free"], "Loft": ["tables, chairs", "whiteboard"], "Attic": ["beamer"],
    }  # fmt: skip
    assert told(report).splitlines() == [
        "rooms.csv, row 3: “tables, chairs” is nothing that sessions can ask for here: it is kept as it stands.",
        "rooms.csv, row 4: “beamer” is nothing that sessions can ask for here: it is kept as it stands.",
    ]
    # What a room has already is known the next time.
    assert import_files(camp=camp, files={"rooms.csv": "name,features\nShed,Beamer\n"}, by=None).remarks == []
    assert camp.rooms.get(name="Shed").features == ["beamer"]


@pytest.mark.parametrize(("capacity", "is_told"), [(None, False), (6, False), (5, True), (2, True)])
def test_people_who_are_written_down_take_places_and_it_is_told(camp, olga, capacity, is_told):
    """Whoever then comes would stand in a queue before an empty hall."""
    camp.capacity = capacity
    camp.save()
    there = camp.attendees.present().count()
    rows = "".join(f"Person {number}\n" for number in range(5 - there))
    report = import_files(camp=camp, files={"attendees.csv": f"name\n{rows}"}, by=None, dry_run=True)
    assert any("places, and 5 people would have one" in remark.reason for remark in report.remarks) == is_told


# -- what is not one of the list ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("rooms", "Room,Seats\nBarn,10\nTotal,30\n", "row 3: “Total” counts the other rows: it is left out."),
        ("rooms", "Raum,Plätze\nBarn,10\nSumme: 30,\n", "row 3: “Summe: 30” counts the other rows"),
        ("rooms", "Room,Seats\nBarn,10\n???,30\n", "row 3: “???” is no room."),
        ("attendees", "#,Name\n1,Ann\n2,Bo\n,Summe 2\n,Gesamt\n", "row 5: “Gesamt” counts the other rows"),
        ("attendees", "Name,Role\nAnn,\nBo,\nTotal,8\n", "row 4: “Total” counts the other rows"),
        ("attendees", "Name\nAnn\nBo\nTotal: 2\nNumber of people: 2\nGrand total\n", "row 5: “Number of people: 2” counts"),
        ("attendees", "Name\nAnn\nBo\n-\n???\n", "row 5: “???” is no name: nobody is written down."),
        ("pitches", "Topic,Title,Host\n,Knots,\nTotal,3,\n", "row 3: “Total” counts the other rows"),
        ("slots", "Day,Start,End,Title\nSat,9:00,10:00,\n,,,Total 1\n", "row 3: “Total 1” counts the other rows"),
        ("sheet", "Time,Room,Title\n9:00,Barn,Knots\nTotal,,1\n", "row 3: “Total” counts the other rows"),
    ],
)  # fmt: skip
def test_what_counts_the_others_or_has_no_letter_is_none_of_them_and_told(camp, file, text, said):
    report = import_files(camp=camp, files={f"{file}.csv": text}, by=None)
    assert said in told(report)
    assert [room.name for room in camp.rooms.all()] == (["Barn"] if file in ("rooms", "sheet") else [])
    assert sorted(a.display_name for a in camp.attendees.all()) == (["Ann", "Bo"] if file == "attendees" else [])
    assert [p.title for p in camp.pitches.all()] == (["Knots"] if file in ("pitches", "sheet") else [])


def test_names_that_hold_such_a_word_and_keys_of_ours_are_names(camp):
    text = "attendee,display_name,role\na1,Total,attendee\na2,Sum,\n,Tom Total,\n,Summer,\na3,???,\n,007,\n"
    report = import_files(camp=camp, files={"attendees.csv": text}, by=None)
    names = [a.display_name for a in camp.attendees.order_by("pk")]
    assert names == ["Total", "Sum", "Tom Total", "Summer", "???", "007"]
    assert not report.remarks
    import_files(camp=camp, files={"rooms.csv": "name,features\nTotal,projector\n7,\n"}, by=None)
    assert [room.name for room in camp.rooms.all()] == ["Total", "7"]


def test_a_first_name_beside_a_whole_name_is_not_read_and_told(camp):
    report = import_files(camp=camp, files={"attendees.csv": "Full name,First name\nAnn Ash,Ann\n"}, by=None)
    assert [a.display_name for a in camp.attendees.all()] == ["Ann Ash"]
    assert told(report) == "attendees.csv, row 1: The column “First name” is not read."


def test_hosts_that_a_pitch_has_not_are_told(camp):
    rows = "title,hosts\nKnots,Ann\nKnots,Cy\nKnots,ann\n"
    report = import_files(camp=camp, files={"pitches.csv": rows}, by=None)
    other = "“Knots” is there already and stays as it is; this row says otherwise in “hosts”."
    assert [line for line in told(report).splitlines() if other in line] == [f"pitches.csv, row 3: {other}"]
    report = import_files(camp=camp, files={"pitches.csv": "title,hosts\nKnots,Dora\nKnots,Ann\n"}, by=None)
    assert told(report) == f"pitches.csv, row 2: {other}"
