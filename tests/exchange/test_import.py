"""In and out: row by row, all or nothing, twice is once, and the same camp elsewhere."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from events.models import Attendee, Camp
from exchange.csv_export import csv_files, guarded
from exchange.csv_import import import_files
from exchange.json_export import export_camp
from exchange.json_import import import_document
from exchange.report import ImportRefused
from notes.models import Link, WriteUp
from notes.services import save_note
from pitches.models import Interest, Pitch
from pitches.services import merge_pitches, set_interest
from schedule import services
from schedule.models import Cell
from schedule.publishing import publish_grid
from tests.factories import AttendeeFactory, PitchFactory

FILES = {
    "rooms.csv": "name,capacity,features\nBarn,30,projector;step-free\nLoft,10,\n",
    "slots.csv": "date,starts_at,ends_at,kind,title\n2030-01-12,10:00,11:00,sessions,\n2030-01-12,11:00,12:00,sessions,\n"
    "2030-01-12,12:00,13:00,everyone,Lunch\n",
    "attendees.csv": "attendee,display_name,role\na1,Ann,attendee\na2,Bob,attendee\n",
    "pitches.csv": "pitch,title,topic,hosts,length\np1,Knots,Rope,a1,1\np2,Ducks,,a1;a2,1\n",
    "interests.csv": "attendee,pitch,level\na2,p1,1\na1,p2,2\n",
}
SHEET = (
    "Year,Time,Session,Room,Capacity,Title,Leader1,Leader2,Leader3,Leader 4,Session notes,Hashtag\n"
    "2030,Sat 10:00,1,Barn,30,Knots,Ann,,,,https://notes.example/1,\n"
    "2030,Sat 10:00,1,Loft,10,“Ducks”,Ann,Bob,,,,\n"
    "2030,Sat 11:00,2,Barn,30,Something new,Cleo,,,,,\n"
)


def test_the_files_become_a_camp_and_twice_is_once(camp):
    first = import_files(camp=camp, files=FILES)
    second = import_files(camp=camp, files=FILES)
    assert first.added == {"rooms": 2, "slots": 3, "attendees": 2, "pitches": 2, "interests": 2}
    assert second.has_changed_nothing
    assert second.read == first.read
    assert sorted(Interest.objects.values_list("attendee__display_name", "level")) == [("Ann", 2), ("Bob", 1)]


@pytest.mark.parametrize(
    ("file", "row", "reason"),
    [
        ("rooms.csv", "Shed,many,", "“capacity” is “many”"),
        ("rooms.csv", ",5,", "“name” is empty"),
        ("slots.csv", "2030-01-12,11:30,12:30,sessions,", "overlaps the slot of Sat 12 Jan, 11:00"),
        ("slots.csv", "2031-01-12,11:30,12:30,sessions,", "is not a day of the camp"),
        ("slots.csv", "soon,11:30,12:30,sessions,", "“soon” is not a date"),
        ("slots.csv", "2030-01-12,25:00,12:30,sessions,", "“25:00” is not a time"),
        ("slots.csv", "2030-01-12,14:00,15:00,nap,", "neither sessions nor everyone"),
        ("attendees.csv", "a3,Cleo,king", "The role “king”"),
        ("attendees.csv", "a3,,", "“display_name” is empty"),
        ("pitches.csv", "p3,Owls,,a9,1", "no attendee “a9”"),
        ("pitches.csv", "p3,Owls,,,3", "“length” is “3”"),
        ("pitches.csv", f"p3,{'x' * 141},,,1", "141 characters"),
        ("interests.csv", "a1,p9,1", "no pitch “p9”"),
        ("interests.csv", "a1,p1,5", "“level” is “5”"),
    ],
)
def test_a_bad_row_is_named_with_its_reason_and_nothing_is_taken(camp, file, row, reason):
    files = FILES | {file: FILES[file] + row + "\n"}
    with pytest.raises(ImportRefused) as refused:
        import_files(camp=camp, files=files)
    [fault] = refused.value.report.faults
    assert (fault.file, fault.row) == (file, FILES[file].count("\n") + 1)
    assert reason in fault.reason
    assert not camp.rooms.exists()

    report = import_files(camp=camp, files=files, skip_bad_rows=True)
    assert len(report.faults) == 1
    assert camp.pitches.count() == 2


@pytest.mark.parametrize(
    "text", ["", "nothing,here\n1,2\n", 'name,capacity\n"open quote,3\n', "name,capacity\n" + "x" * 200_000]
)
def test_a_file_that_is_no_table_is_told(camp, text):
    with pytest.raises(ImportRefused):
        import_files(camp=camp, files=FILES | {"rooms.csv": text})
    assert not camp.rooms.exists()


def test_the_sheet_places_links_and_tells_its_faults(camp):
    report = import_files(camp=camp, files=FILES | {"sheet.csv": SHEET})
    assert Cell.objects.count() == 3
    assert Link.objects.get().url == "https://notes.example/1"
    told = [str(remark) for remark in report.remarks]
    assert any("row 3" in text and "stray quotes" in text for text in told)
    assert any("row 3" in text and "Ann leads two sessions at once: row 2" in text for text in told)
    assert any("No pitch is called “Something new”" in text for text in told)
    assert [h.display_name for h in Pitch.objects.get(title="Something new").hosts.all()] == ["Cleo"]

    again = import_files(camp=camp, files=FILES | {"sheet.csv": SHEET})
    assert again.has_changed_nothing


def test_a_room_given_twice_is_a_fault_and_the_pitch_is_not_lost(camp):
    sheet = SHEET + "2030,Sat 10:00,1,Barn,30,Owls,,,,,,\n2030,x,9,Barn,30,Late,,,,,,\n"
    with pytest.raises(ImportRefused) as refused:
        import_files(camp=camp, files=FILES | {"sheet.csv": sheet})
    assert [fault.row for fault in refused.value.report.faults] == [5, 6]
    assert "Barn is given twice in session 1: row 2 has it already" in refused.value.report.faults[0].reason


def test_a_dry_run_reports_and_changes_nothing(camp):
    report = import_files(camp=camp, files=FILES, dry_run=True)
    assert report.added["pitches"] == 2
    assert not camp.pitches.exists()


def test_the_page_shows_first_and_imports_then(sign_in, camp, olga):
    client = sign_in(olga)
    uploads = {name.removesuffix(".csv"): SimpleUploadedFile(name, text.encode()) for name, text in FILES.items()}
    response = client.post(f"/{camp.slug}/import/", uploads)
    preview = client.get(response.url).content.decode()
    assert "2 rows, 2 new" in preview
    assert not camp.pitches.exists()
    client.post(response.url)
    assert camp.pitches.count() == 2
    assert client.post(f"/{camp.slug}/import/", {}).status_code == 422
    binary = SimpleUploadedFile("r.csv", b"\xff\xfe\x00")
    assert "not UTF-8" in client.post(f"/{camp.slug}/import/", {"rooms": binary}).content.decode()


@pytest.fixture
def lived_in(camp, olga, ben, cleo, rooms, slots):
    """A camp with something of everything."""
    one, two, gone = (
        PitchFactory(camp=camp, title=title, hosts=[host], proposed_by=ben)
        for title, host in (("Knots", ben), ("Ducks", cleo), ("Owls", ben))
    )
    one.not_in.add(slots[1])
    set_interest(pitch=one, attendee=cleo, level=2)
    session = services.place_session(pitch=one, room=rooms[0], slot=slots[0])
    other = services.place_session(pitch=two, room=rooms[1], slot=slots[0])
    services.pin_session(session=session, is_pinned=True)
    publish_grid(camp=camp)
    services.unplace_session(session=other)
    publish_grid(camp=camp)
    merge_pitches(source=gone, target=one)
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    save_note(session=session, text="Reef\nBowline", by=cleo, base_revision=1)
    Link.objects.create(session=session, url="https://x.example", title="Slides", by=ben)
    WriteUp.objects.create(camp=camp, session=session, by=ben, title="W", text="t")
    AttendeeFactory(camp=camp, is_waiting=True)
    return camp


def test_an_export_imported_elsewhere_is_the_same_camp(lived_in):
    document = json.loads(json.dumps(export_camp(lived_in, with_interest=True)))
    lived_in.delete()

    copy = import_document(document, slug="copy")

    assert export_camp(copy, with_interest=True) | {"slug": "lakeside-2030"} == document


def test_beside_the_original_calendars_are_not_confused(lived_in, client):
    copy = import_document(export_camp(lived_in, with_interest=True), slug="copy")
    keys = {s.key for s in lived_in.sessions.all()}
    assert keys.isdisjoint({s.key for s in copy.sessions.all()})
    assert client.get("/copy/grid/").status_code == 200


def test_an_export_holds_no_secret(lived_in, olga):
    text = json.dumps(export_camp(lived_in, with_interest=True))
    secrets = [lived_in.code, *Attendee.objects.values_list("calendar_key", flat=True), "@example.org"]
    assert [s for s in secrets if s in text] == []


def test_what_organisers_download_does_not_say_who_is_interested(sign_in, lived_in, olga):
    client = sign_in(olga)
    assert "interests" not in client.get("/lakeside-2030/export/json/").json()
    assert "interests.csv" not in csv_files(lived_in, with_interest=False)
    for kind in ("csv", "sheet", "ics"):
        assert client.get(f"/lakeside-2030/export/{kind}/").status_code == 200
    assert client.get("/lakeside-2030/export/pdf/").status_code == 404


@pytest.mark.parametrize(
    ("break_it", "place"),
    [
        (lambda d: d.update(format="x"), "format"),
        (lambda d: d["camp"].update(starts_on="soon"), "camp.starts_on"),
        (lambda d: d["pitches"][0].update(hosts=[99]), "pitches[1]: there is no attendee 99"),
        (lambda d: d["sessions"][0].update(cells=[[1, 1], [1, 1]]), "sessions[1]"),
        (lambda d: d["rooms"][0].pop("name"), "rooms"),
        (lambda d: d.update(notes=7), "notes: must be a list"),
        (lambda d: d.update(interests=[[1]]), "interests[1]"),
    ],
)
def test_a_damaged_export_is_told_by_its_place(lived_in, break_it, place):
    document = json.loads(json.dumps(export_camp(lived_in, with_interest=True)))
    break_it(document)
    with pytest.raises(ValidationError) as error:
        import_document(document, slug="copy")
    assert place in " ".join(error.value.messages).replace("“", "").replace("”", "")
    assert not Camp.objects.filter(slug="copy").exists()


def test_formulas_do_not_reach_a_spreadsheet():
    assert guarded("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert guarded("Knots") == "Knots"
    assert guarded(-3) == -3


def test_the_commands_take_a_camp_from_files_to_calendar(db, tmp_path, capsys):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "wall.csv").write_text(SHEET)
    call_command("import_camp", str(tmp_path), slug="real", name="Real", timezone="Europe/Paris", verbosity=0)
    call_command("build_grid", "real", seconds=0.2, seed=1, json=True)
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["placed"], summary["feasible"], summary["unplaced"]) == (2, True, [])
    call_command("publish_grid", "real")
    for kind in ("ics", "csv", "sheet", "json"):
        call_command("export_camp", "real", format=kind, output=str(tmp_path / f"out.{kind}"))
    assert (tmp_path / "out.ics").read_text().count("BEGIN:VEVENT") == 2
    call_command("import_camp", str(tmp_path / "out.json"), slug="again")
    assert Interest.objects.filter(pitch__camp__slug="again").count() == 2


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("import_camp", ("/nowhere", "--slug", "x")),
        ("import_camp", ("/tmp", "--slug", "x")),
        ("import_camp", ("/nowhere.json", "--slug", "x")),
        ("build_grid", ("none",)),
        ("publish_grid", ("none",)),
        ("export_camp", ("none", "--format", "ics", "--output", "/tmp/x")),
    ],
)
def test_a_command_that_cannot_says_so_in_a_sentence(db, command, options):
    with pytest.raises(CommandError):
        call_command(command, *options)
