"""In and out: row by row, all or nothing, twice is once, and the same camp elsewhere."""

import csv
import io
import json
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from events.models import Attendee, Camp
from events.roles import leave_camp
from exchange.csv_export import csv_files
from exchange.json_export import Secrets, export_camp
from exchange.json_import import import_document
from exchange.report import ImportRefused
from exchange.table import guarded, unguarded
from exchange.uploads import import_files
from notes.models import Link, WriteUp
from notes.services import save_note, set_notes_rule
from pitches.models import Interest, Pitch
from pitches.services import merge_pitches, set_interest, withdraw_pitch
from schedule.draft import moves
from schedule.models import Cell
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory

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
    first = import_files(camp=camp, files=FILES, by=None)
    second = import_files(camp=camp, files=FILES, by=None)
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
        import_files(camp=camp, files=files, by=None)
    [fault] = refused.value.report.faults
    assert (fault.file, fault.row) == (file, FILES[file].count("\n") + 1)
    assert reason in fault.reason
    assert not camp.rooms.exists()

    report = import_files(camp=camp, files=files, skip_bad_rows=True, by=None)
    assert len(report.faults) == 1
    assert camp.pitches.count() == 2


@pytest.mark.parametrize(
    "text", ["", "nothing,here\n1,2\n", 'name,capacity\n"open quote,3\n', "name,capacity\n" + "x" * 200_000]
)
def test_a_file_that_is_no_table_is_told(camp, text):
    with pytest.raises(ImportRefused):
        import_files(camp=camp, files=FILES | {"rooms.csv": text}, by=None)
    assert not camp.rooms.exists()


def test_the_sheet_places_links_and_tells_its_faults(camp):
    report = import_files(camp=camp, files=FILES | {"sheet.csv": SHEET}, by=None)
    assert Cell.objects.count() == 3
    assert Link.objects.get().url == "https://notes.example/1"
    told = [str(remark) for remark in report.remarks]
    assert any("row 3" in text and "stray quotes" in text for text in told)
    assert any("row 3" in text and "Ann leads two sessions at once: row 2" in text for text in told)
    assert any("No pitch is called “Something new”" in text for text in told)
    assert [h.display_name for h in Pitch.objects.get(title="Something new").hosts.all()] == ["Cleo"]

    again = import_files(camp=camp, files=FILES | {"sheet.csv": SHEET}, by=None)
    assert again.has_changed_nothing


def test_a_dry_run_reports_and_changes_nothing(camp):
    report = import_files(camp=camp, files=FILES, dry_run=True, by=None)
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
    assert "no text that can be read" in client.post(f"/{camp.slug}/import/", {"rooms": binary}).content.decode()


@pytest.fixture
def lived_in(camp, olga, ben, cleo, rooms, slots):
    """A camp with something of everything."""
    one, two, gone = (
        PitchFactory(camp=camp, title=title, hosts=[host], proposed_by=ben)
        for title, host in (("Knots", ben), ("Ducks", cleo), ("Owls", ben))
    )
    one.not_in.add(slots[1])
    set_interest(pitch=one, attendee=cleo, level=2)
    session = moves.place_session(pitch=one, room=rooms[0], slot=slots[0])
    other = moves.place_session(pitch=two, room=rooms[1], slot=slots[0])
    moves.pin_session(session=session, is_pinned=True)
    publish_grid(camp=camp, by=None)
    moves.unplace_session(session=other)
    publish_grid(camp=camp, by=None)
    merge_pitches(source=gone, target=one, by=None)
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    save_note(session=session, text="Reef\nBowline", by=cleo, base_revision=1)
    set_notes_rule(session=session, rule="attendees")
    Link.objects.create(session=session, url="https://x.example", title="Slides", by=ben)
    WriteUp.objects.create(camp=camp, session=session, by=ben, title="W", text="t")
    AttendeeFactory(camp=camp, is_waiting=True)
    return camp


def test_a_document_of_before_calls_the_venue_a_place(lived_in):
    lived_in.venue = "By the lake"
    lived_in.save()
    document = json.loads(json.dumps(export_camp(lived_in, with_interest=False)))
    assert import_document(document=document, slug="copy").venue == "By the lake"
    document["camp"]["place"] = document["camp"].pop("venue")
    assert import_document(document=document, slug="older").venue == "By the lake"


def test_a_document_of_before_has_the_rule_with_the_notes(lived_in):
    document = export_camp(lived_in, with_interest=True, secrets=Secrets.OF_CAMP)
    for session in document["sessions"]:
        del session["notes_rule"]
    document["notes"][0]["rule"] = "attendees"
    camp = import_document(document=document, slug="again")
    assert [s.notes_rule for s in camp.sessions.order_by("pk")] == ["attendees", "public"]
    document["notes"][0]["rule"] = "whatever"
    with pytest.raises(ValidationError, match=r"notes\[1\].notes_rule"):
        import_document(document=document, slug="once-more")


def test_an_export_imported_elsewhere_is_the_same_camp(lived_in):
    document = json.loads(json.dumps(export_camp(lived_in, with_interest=True, secrets=Secrets.OF_CAMP)))
    lived_in.delete()

    copy = import_document(document=document, slug="copy")

    again = export_camp(copy, with_interest=True, secrets=Secrets.OF_CAMP)
    assert again | {"slug": "lakeside-2030"} == document


def test_beside_the_original_calendars_are_not_confused(lived_in, client):
    copy = import_document(document=export_camp(lived_in, with_interest=True), slug="copy")
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
        (lambda d: d["pitches"][0].update(hosts=[99]), "pitches[1].hosts: there is no number 99 in attendees"),
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
        import_document(document=document, slug="copy")
    assert place in " ".join(error.value.messages).replace("“", "").replace("”", "")
    assert not Camp.objects.filter(slug="copy").exists()


def test_no_file_that_is_downloaded_holds_a_formula(sign_in, camp, olga, ben, rooms, slots):
    ben.display_name = "@SUM(1)"
    ben.save()
    pitch = PitchFactory(camp=camp, title="=HYPERLINK(1)", about="+1", topic="-1", hosts=[ben])
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    client = sign_in(olga)
    with zipfile.ZipFile(io.BytesIO(client.get(f"/{camp.slug}/export/csv/").content)) as files:
        texts = [files.read(name).decode() for name in files.namelist()]
    texts.append(client.get(f"/{camp.slug}/export/sheet/").content.decode())
    cells = [cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []
    assert {"'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(1)"} <= set(cells)


@pytest.mark.parametrize(
    ("text", "in_the_file"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        # Full width, as in East Asia: spreadsheets take it for the same.
        ("＝1+1", "'＝1+1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠SUM(1)", "'＠SUM(1)"),
        # One that was there already is not taken off on the way back.
        ("'=1", "''=1"), ("''-1", "'''-1"),
        ("Knots", "Knots"), ("'Tis", "'Tis"), ("1+1", "1+1"), ("", ""), (-3, -3),
    ],
)  # fmt: skip
def test_formulas_do_not_reach_a_spreadsheet_and_the_text_comes_back(text, in_the_file):
    assert guarded(text) == in_the_file
    if isinstance(text, str):
        assert unguarded(in_the_file) == text


def test_names_that_look_like_formulas_come_back_as_they_were(camp):
    """Out as CSV and into a fresh camp: the same names."""
    names = ["@Ann", "-Bo", "=Cy", "+Di", "＝Ed", "'=Flo"]
    for name in names:
        host = AttendeeFactory(camp=camp, display_name=name, user=None)
        PitchFactory(camp=camp, title=f"{name} talks", topic=name, hosts=[host])
    fresh = CampFactory(slug="fresh")
    import_files(camp=fresh, files=csv_files(camp, with_interest=True), by=None)
    assert set(names) <= set(fresh.attendees.values_list("display_name", flat=True))
    found = {(p.title, p.topic, p.hosts.get().display_name) for p in fresh.pitches.all()}
    assert found == {(f"{name} talks", name, name) for name in names}


def test_what_left_or_was_withdrawn_is_named_in_no_file_that_is_read_again(camp, ben, cleo):
    """A host who left, and a wish for a pitch that was withdrawn, were rows that could not be read."""
    gone = AttendeeFactory(camp=camp, display_name="Gone")
    PitchFactory(camp=camp, title="Knots", hosts=[ben, gone])
    withdrawn = PitchFactory(camp=camp, title="Kites", hosts=[ben])
    set_interest(pitch=withdrawn, attendee=cleo, level=1)
    leave_camp(attendee=gone)
    withdraw_pitch(pitch=withdrawn, by=None)
    fresh = CampFactory(slug="fresh")
    report = import_files(camp=fresh, files=csv_files(camp, with_interest=True), by=None)
    assert report.fault_count == 0
    assert [h.display_name for h in fresh.pitches.get().hosts.all()] == ["Ben"]


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
    ("command", "options", "said"),
    [
        ("import_camp", ("{folder}/nowhere", "--slug", "x"), "there is no such directory"),
        ("import_camp", ("{folder}", "--slug", "x"), "holds none of"),
        ("import_camp", ("{folder}/nowhere.json", "--slug", "x"), "cannot be read"),
        ("build_grid", ("none",), "none"),
        ("publish_grid", ("none",), "none"),
        ("export_camp", ("none", "--format", "ics", "--output", "{folder}/x"), "none"),
    ],
)
def test_a_command_that_cannot_says_so_in_a_sentence(db, tmp_path, command, options, said):
    with pytest.raises(CommandError, match=said):
        call_command(command, *(option.format(folder=tmp_path) for option in options))
