"""Work without an end has one: files are read by a worker, with nothing held, and written in one short transaction."""

import logging
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import stamps
from events.decoding import BY_PAGE
from events.editing import archive_camp
from events.models import Camp
from exchange import csv_import, table, uploads
from exchange.models import Upload, UploadTakenAway
from exchange.report import MOST_TOLD, ImportRefused
from exchange.uploads import import_files, import_now, keep_upload, read_again, start_import, work_out
from pitches.models import Interest, Order
from tests.exchange.spreadsheets import xlsx
from tests.factories import AttendeeFactory, UserFactory, make_organiser

ROOMS = {"rooms.csv": "name,capacity\nAttic,5\nBarn,9\n"}


def people(count: int) -> dict[str, str]:
    """So many people, each with a pitch that comes after the one before, and an interest in it."""
    return {
        "attendees.csv": "attendee,display_name\n" + "".join(f"a{n},Ann {n}\n" for n in range(count)),
        "pitches.csv": "pitch,title,hosts,after\n"
        + "".join(f"p{n},Knot {n},a{n},{f'p{n - 1}' if n else ''}\n" for n in range(count)),
        "interests.csv": "attendee,pitch,level\n" + "".join(f"a{n},p{n},1\n" for n in range(count)),
    }


@pytest.fixture
def upload(camp, olga) -> Upload:
    """Read already: tests have their tasks done at once."""
    kept = keep_upload(camp=camp, by=olga, files=ROOMS, rows=3)
    kept.refresh_from_db()
    return kept


@pytest.fixture
def in_time(monkeypatch):
    """What is done between working out and the transaction, when nothing is held; and how often that was."""
    worked, then = [], []
    work_out = uploads.work_out

    def watched(camp, *args):
        worked.append(connection.in_atomic_block)
        outcome = work_out(camp, *args)
        if then:
            then.pop()()
        return outcome

    monkeypatch.setattr(uploads, "work_out", watched)
    return worked, then


# -- nothing is held, nothing is asked twice ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_while_the_files_are_read(camp, in_time):
    import_files(camp=camp, files=ROOMS, by=None)
    assert in_time[0] == [False]
    assert camp.rooms.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_camp_that_changed_meanwhile_is_looked_at_anew(camp, in_time):
    worked, then = in_time

    def somebody_makes_the_attic():
        camp.rooms.create(name="Attic", position=7)
        stamps.bump(camp, stamps.FRAME)

    then.append(somebody_makes_the_attic)
    report = import_files(camp=camp, files=ROOMS, by=None)
    assert worked == [False, True]
    assert (report.added["rooms"], camp.rooms.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_rows_that_became_wrong_meanwhile_are_refused(camp, in_time):
    def the_camp_moves():
        Camp.objects.filter(pk=camp.pk).update(starts_on="2030-02-01", ends_on="2030-02-02")
        stamps.bump(camp, stamps.FRAME)

    in_time[1].append(the_camp_moves)
    slots = f"date,starts_at,ends_at,kind\n{camp.starts_on},10:00,11:00,sessions\n"
    with pytest.raises(ImportRefused):
        import_files(camp=camp, files=ROOMS | {"slots.csv": slots}, by=None)
    assert not camp.rooms.exists()


def test_no_row_asks_the_database(camp):
    counts = []
    for count in (3, 300):
        with CaptureQueriesContext(connection) as asked:
            import_files(camp=camp, files=people(count), dry_run=True, by=None)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 10


def test_what_is_read_is_what_is_written(camp):
    report = import_files(camp=camp, files=people(300), by=None)
    assert report.added == {"attendees": 300, "pitches": 300, "interests": 300}
    assert (Interest.objects.count(), Order.objects.count()) == (300, 299)
    assert camp.pitches.get(import_key="p7").hosts.get().display_name == "Ann 7"
    assert camp.pitches.get(import_key="p7").after.get().title == "Knot 6"
    before = stamps.read(camp, *stamps.PARTS)
    assert import_files(camp=camp, files=people(300), by=None).has_changed_nothing
    assert stamps.read(camp, *stamps.PARTS) == before


def test_a_row_that_is_wrong_leaves_nothing_behind(camp, slots):
    sheet = "Session,Room,Title,Leader1\n1,Barn,Knots,Ann\n9,Loft,Owls,Bob\n"
    import_files(camp=camp, files={"sheet.csv": sheet}, skip_bad_rows=True, by=None)
    assert [p.title for p in camp.pitches.all()] == ["Knots"]
    assert not camp.attendees.filter(display_name="Bob").exists()


GOOD = {
    "rooms.csv": "name,capacity\nBarn,30\n",
    "slots.csv": "date,starts_at,ends_at\n2030-01-12,10:00,11:00\n2030-01-12,11:00,12:00\n",
    "attendees.csv": "attendee,display_name\na1,Ann\n",
    "pitches.csv": "pitch,title,hosts,after\np1,Knots,a1,\n",
    "interests.csv": "attendee,pitch,level\na1,p1,1\n",
    "sheet.csv": "Session,Room,Capacity,Title,Leader1,Session notes\n1,Barn,,Knots,Ann,\n",
}


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("rooms.csv", "Shed,many\n,5\n"),
        ("slots.csv", "2030-01-12,10:30,11:30\n2031-01-12,10:00,11:00\n"),
        ("attendees.csv", "a1,Bob\na2,\n"),
        ("pitches.csv", "p2,Owls,a9,\np3,Ducks,,p9\np4,Geese,,p5\np5,Swans,,p4\np1,Kites,,\n"),
        ("interests.csv", "a1,p2,1\na9,p1,1\na1,p1,5\n"),
        ("sheet.csv", "9,Attic,,Owls,Bob,\n1,Loft,many,Ducks,Cleo,\n2,Loft,,,Dan,\nx,Barn,,Geese,Eve,\n"),
        ("sheet.csv", "1,Barn,,Owls,Bob,\n2,Barn,,Knots,Ann,\n2,Barn,,Swans,Fay,x\n"),
    ],
)
def test_the_preview_counts_what_importing_the_rest_will_do(camp, file, rows):
    """A refused row leaves nothing behind that the next could lean on: no person, no room, no pitch, no number."""
    files = GOOD | {file: GOOD[file] + rows}
    before = import_files(camp=camp, files=files, dry_run=True, by=None)
    after = import_files(camp=camp, files=files, skip_bad_rows=True, by=None)
    assert before.as_json() == after.as_json()
    made = {
        "rooms": camp.rooms.count(),
        "slots": camp.slots.count(),
        "pitches": camp.pitches.count(),
        "interests": Interest.objects.count(),
    }
    assert {kind: after.added[kind] for kind in made} == made
    assert import_files(camp=camp, files=files, skip_bad_rows=True, by=None).has_changed_nothing


# -- the page ----------------------------------------------------------------------------------------------------


def test_looking_reads_no_file_and_works_nothing_out(sign_in, camp, olga, upload, monkeypatch):
    monkeypatch.setattr(uploads, "work_out", None)
    client = sign_in(olga)
    with CaptureQueriesContext(connection) as asked:
        html = client.get(f"/{camp.slug}/import/{upload.pk}/").content.decode()
    assert "2 rows, 2 new" in html
    assert [q["sql"] for q in asked if '"files"' in q["sql"]] == []


def test_pressed_twice_it_is_imported_once(sign_in, camp, olga, upload, monkeypatch):
    client, done, url = sign_in(olga), [], f"/{camp.slug}/import/{upload.pk}/"
    monkeypatch.setattr(uploads, "import_now", lambda upload: done.append(upload.pk))
    for _twice in range(2):
        assert client.post(url).status_code == 302
    assert done == [upload.pk]


def test_once_imported_it_says_so_and_the_files_are_gone(sign_in, camp, olga, upload):
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    client.post(url)
    upload.refresh_from_db()
    assert (upload.state, upload.files, camp.rooms.count()) == ("done", {}, 2)
    html = client.get(url).content.decode()
    assert "What the import did" in html
    assert f'href="/{camp.slug}/draft/"' in html
    assert "<button>Import" not in html


def test_what_is_not_read_yet_is_not_imported(sign_in, camp, olga, upload):
    Upload.objects.update(state="reading")
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    response = client.post(url, follow=True)
    assert "look at what the files would do first" in response.content.decode()
    assert not camp.rooms.exists()


def test_the_progress_is_shown_with_and_without_scripts(sign_in, camp, olga, upload):
    Upload.objects.update(state="reading", done=1, rows=4)
    upload.refresh_from_db()
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    html = client.get(url).content.decode()
    assert 'value="25"' in html
    assert "Look again" in html
    assert "<form" not in html.partition("<main")[2]
    htmx = {"HX-Request": "true"}
    assert client.get(url, {"seen": upload.stamp}, headers=htmx).status_code == 204
    Upload.objects.update(done=2)
    assert 'value="50"' in client.get(url, {"seen": upload.stamp}, headers=htmx).content.decode()
    Upload.objects.update(state="read")
    assert client.get(url, {"seen": upload.stamp}, headers=htmx)["HX-Refresh"] == "true"


WAITS = "It waits for its turn: what began before it, the building of a grid say, is done first."


@pytest.mark.parametrize(
    ("state", "waits"), [("waiting", True), ("reading", False), ("pressed", True), ("importing", False)]
)
def test_what_no_worker_has_begun_waits_for_its_turn_and_is_not_at_nought(sign_in, camp, olga, upload, state, waits):
    Upload.objects.update(state=state, done=0, rows=4)
    html = sign_in(olga).get(f"/{camp.slug}/import/{upload.pk}/").content.decode()
    assert (WAITS in html, "<progress" in html) == (waits, not waits)


def test_what_was_pressed_waits_until_a_worker_begins(sign_in, camp, olga, upload, monkeypatch):
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    with monkeypatch.context() as busy:
        busy.setattr(uploads, "import_now", lambda upload: None)
        assert WAITS in client.post(url, follow=True).content.decode()
    told, tell = [], Upload.tell

    def heard(upload, **changes):
        tell(upload, **changes)
        told.append(upload.state)

    monkeypatch.setattr(Upload, "tell", heard)
    uploads.import_upload.enqueue(upload.pk, "en")
    assert (told[0], told[-1], camp.rooms.count()) == ("importing", "done", 2)


def test_another_organiser_finds_the_files_and_imports_them(sign_in, camp, upload):
    client = sign_in(make_organiser(camp, "Oscar"))
    url = f"/{camp.slug}/import/{upload.pk}/"
    assert f'href="{url}"' in client.get(f"/{camp.slug}/import/").content.decode()
    client.post(url)
    assert camp.rooms.count() == 2
    assert url not in client.get(f"/{camp.slug}/import/").content.decode()


def test_progress_is_told_while_it_goes_on(camp, olga, monkeypatch):
    monkeypatch.setattr(uploads, "BEAT", 0)
    monkeypatch.setattr(csv_import, "STRIDE", 1)
    told = []
    tell = Upload.tell

    def heard(upload, **changes):
        tell(upload, **changes)
        told.append((upload.state, upload.done))

    monkeypatch.setattr(Upload, "tell", heard)
    keep_upload(camp=camp, by=olga, files=ROOMS, rows=3)
    assert told == [("reading", 0), ("reading", 1), ("reading", 2), ("read", 3)]


# -- a bad day ---------------------------------------------------------------------------------------------------


def test_a_task_that_is_done_again_changes_nothing(camp, upload):
    start_import(upload=upload, skip_bad_rows=False)
    camp.rooms.all().delete()
    uploads.import_upload.enqueue(upload.pk, "en")
    uploads.read_upload.enqueue(upload.pk, "en")
    upload.refresh_from_db()
    assert (upload.state, camp.rooms.count()) == ("done", 0)


def test_of_two_workers_only_one_comes_to_an_end(camp, upload, monkeypatch):
    Upload.objects.update(state="importing")
    upload.refresh_from_db()
    write_outcome = uploads.write_outcome

    def meanwhile(**given):
        Upload.objects.update(state="done")
        write_outcome(**given)

    monkeypatch.setattr(uploads, "write_outcome", meanwhile)
    with pytest.raises(UploadTakenAway):
        import_now(upload=upload)
    assert not camp.rooms.exists()


def test_what_goes_wrong_is_told_and_can_be_begun_again(sign_in, camp, olga, upload, monkeypatch, caplog):
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    caplog.set_level(logging.CRITICAL)
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "write_outcome", lambda **given: 1 / 0)
        client.post(url)
    assert not camp.rooms.exists()
    html = client.get(url).content.decode()
    assert "Something went wrong, and nothing was imported." in html
    client.post(url, {"again": "1"})
    client.post(url)
    assert camp.rooms.count() == 2


def test_what_nobody_is_at_can_be_begun_again(sign_in, camp, olga, upload):
    long_ago = timezone.now() - 2 * Upload.PATIENCE
    Upload.objects.update(state="importing", seen_alive_at=long_ago)
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    assert "Nothing has happened for a minute." in client.get(url).content.decode()
    client.post(url, {"again": "1"})
    upload.refresh_from_db()
    assert upload.state == "read"


@pytest.mark.parametrize("state", ["waiting", "pressed"])
def test_what_waits_in_line_is_not_stuck_before_an_hour_is_over(sign_in, camp, olga, upload, state):
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    for long, is_stuck in ((timedelta(minutes=20), False), (timedelta(minutes=61), True)):
        Upload.objects.update(state=state, seen_alive_at=timezone.now() - long)
        html = client.get(url).content.decode()
        assert WAITS in html
        assert ("It has waited for an hour: it may have got stuck." in html, 'name="again"' in html) == (is_stuck,) * 2
        assert "Nothing has happened" not in html
        assert read_again(upload=upload) == is_stuck


def test_what_somebody_is_at_is_not_begun_again(camp, upload):
    Upload.objects.update(state="importing")
    read_again(upload=upload)
    upload.refresh_from_db()
    assert upload.state == "importing"


def test_rows_that_became_wrong_are_told_on_the_page(sign_in, camp, olga):
    files = {"slots.csv": f"date,starts_at,ends_at,kind\n{camp.starts_on},10:00,11:00,sessions\n"}
    upload = keep_upload(camp=camp, by=olga, files=files)
    Camp.objects.update(starts_on="2030-02-01", ends_on="2030-02-02")
    client, url = sign_in(olga), f"/{camp.slug}/import/{upload.pk}/"
    html = client.post(url, follow=True).content.decode()
    assert "Nothing was imported: some rows are wrong." in html
    assert "is not a day of the camp" in html
    client.post(url, {"skip": "1"})
    upload.refresh_from_db()
    assert (upload.state, camp.slots.count()) == ("done", 0)


def test_a_camp_that_was_archived_meanwhile_takes_nothing(camp, upload):
    Upload.objects.update(state="importing")
    upload.refresh_from_db()
    archive_camp(camp=camp)
    import_now(upload=Upload.objects.get())
    upload.refresh_from_db()
    assert upload.state == "refused"
    assert "archived" in upload.problem
    assert not camp.rooms.exists()


# -- sizes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,capacity\n" + "x" * 2_000_000, "larger than 2 MB"),
        ("name,capacity\n" + "Barn,5\n" * 20_001, "more than 20,000 rows"),
        ("name,capacity\n" + "," * 60, "Row 2 has more than 50 columns"),
        ("," * 1_000_000 + "\na", "Row 1 has more than 50 columns"),
        ("name,capacity\n" + "x" * 20_001, "A cell of row 2 has more than 20,000 characters"),
        ('name,capacity\n"' + "x,\n" * 200_000, "A cell of row 2 has more than 20,000 characters"),
        ("PK\x03\x04", "The spreadsheet is damaged"),
    ],
    ids=["bytes", "rows", "columns", "header", "cell", "quote", "zip"],
)
def test_what_is_too_large_is_refused_at_once_by_its_size(sign_in, camp, olga, text, told):
    file = SimpleUploadedFile("rooms.csv", text.encode())
    response = sign_in(olga).post(f"/{camp.slug}/import/", {"rooms": file})
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Upload.objects.exists()


def test_what_is_as_large_as_may_be_is_taken(camp):
    assert table.count_rows("rooms.csv", "name,capacity\n" + "Barn,5\n" * 20_000, BY_PAGE) == 20_001
    assert table.count_rows("rooms.csv", "a,b\n" + "x" * 20_000 + "," * 49, BY_PAGE) == 2


def test_the_page_says_how_large_files_may_be(sign_in, camp, olga):
    html = sign_in(olga).get(f"/{camp.slug}/import/").content.decode()
    assert "Each file may hold up to 2 MB and 20,000 rows." in html


def test_more_faults_than_anybody_reads_are_counted(sign_in, camp, olga):
    text = "name,capacity\n" + "".join(f"Room {n},many\n" for n in range(MOST_TOLD + 50))
    upload = keep_upload(camp=camp, by=olga, files={"rooms.csv": text})
    html = sign_in(olga).get(f"/{camp.slug}/import/{upload.pk}/").content.decode()
    assert "250 rows are wrong" in html
    assert "These are the first 200." in html
    assert html.count("rooms.csv, row") == MOST_TOLD


@pytest.mark.parametrize(
    ("file", "header", "row"),
    [
        ("rooms.csv", "name,capacity", "Barn,{}"),
        ("slots.csv", "date,starts_at,ends_at,kind", "{},10:00,11:00,sessions"),
        ("slots.csv", "date,starts_at,ends_at,kind", "2030-01-12,{},11:00,sessions"),
        ("slots.csv", "date,starts_at,ends_at,kind", "2030-01-12,10:00,11:00,{}"),
        ("attendees.csv", "attendee,display_name,role", "a,Ann,{}"),
        ("pitches.csv", "pitch,title,hosts", "p,Knots,{}"),
        ("pitches.csv", "pitch,title,kind", "p,Knots,{}"),
        ("pitches.csv", "pitch,title,after", "p,Knots,{}"),
        ("interests.csv", "attendee,pitch,level", "{},p,1"),
    ],
)
def test_a_fault_quotes_no_more_than_a_sentence_can_bear(camp, file, header, row):
    text = f"{header}\n{row.format('x' * 9_000)}\n"
    report = import_files(camp=camp, files={file: text}, dry_run=True, by=None)
    assert "x" * 40 + "…" in str(report.faults[0])
    assert len(str(report.faults[0])) < 200


# -- this after that -----------------------------------------------------------------------------------------------


def test_a_long_circle_is_told_by_its_ends(camp):
    rows = "".join(f"p{n},Knot {n},p{(n + 1) % 500}\n" for n in range(500))
    report = import_files(camp=camp, files={"pitches.csv": f"pitch,title,after\n{rows}"}, dry_run=True, by=None)
    [fault] = report.faults
    assert fault.row == 501
    assert "“Knot 499” after “Knot 0” after" in fault.reason
    assert fault.reason.count("“") == 8


def test_circles_without_an_end_are_given_up(camp, monkeypatch):
    monkeypatch.setattr(csv_import, "MOST_STEPS", 3)
    rows = "".join(f"p{n},Knot {n},p{(n + 1) % 9}\n" for n in range(9))
    report = import_files(camp=camp, files={"pitches.csv": f"pitch,title,after\n{rows}"}, skip_bad_rows=True, by=None)
    assert "circles, too many to name" in str(report.faults[-1])
    assert (camp.pitches.count(), report.fault_count + Order.objects.count()) == (9, 9)


# -- wishes ----------------------------------------------------------------------------------------------------------


def test_an_import_leaves_the_wishes_of_whoever_has_an_account_alone(camp):
    files = people(3)
    wishes = files.pop("interests.csv")
    import_files(camp=camp, files=files, by=None)
    mine, gone, _written_down = camp.attendees.order_by("import_key")
    mine.user = UserFactory()
    mine.save()
    gone.removed_at = timezone.now()
    gone.save()
    report = import_files(camp=camp, files={"interests.csv": wishes}, by=None)
    assert [i.attendee.import_key for i in Interest.objects.all()] == ["a2"]
    # What is said is the same, whatever they wish.
    Interest.objects.create(attendee=mine, pitch=camp.pitches.get(import_key="p0"), level=2)
    again = import_files(camp=camp, files={"interests.csv": wishes}, by=None)
    assert report.as_json() == again.as_json()
    assert "left out: 2" in str(report.remarks[0])
    assert Interest.objects.get(attendee=mine).level == 2


def test_whoever_takes_their_place_over_meanwhile_is_left_alone_too(camp, monkeypatch):
    person = AttendeeFactory(camp=camp, user=None, import_key="a")
    files = {"pitches.csv": "pitch,title\np,Knots\n", "interests.csv": "attendee,pitch,level\na,p,1\n"}
    work_out = uploads.work_out

    def and_then(camp, *args):
        outcome = work_out(camp, *args)
        if person.user is None:
            person.user = UserFactory()
            person.save()
            stamps.bump(camp, stamps.CROWD)
        return outcome

    monkeypatch.setattr(uploads, "work_out", and_then)
    import_files(camp=camp, files=files, by=None)
    assert camp.pitches.count() == 1
    assert not Interest.objects.exists()


# -- what the page says of it ------------------------------------------------------------------------------------


def preview(client, camp, **files: SimpleUploadedFile) -> str:
    url = client.post(f"/{camp.slug}/import/", files).url
    return " ".join(client.get(url).content.decode().split())


@pytest.mark.parametrize("count", [1, 2])
def test_rows_are_counted_in_words_that_fit(sign_in, camp, olga, count):
    rooms = "name\n" + "".join(f"Barn {n}\n" for n in range(count))
    html = preview(sign_in(olga), camp, rooms=SimpleUploadedFile("rooms.csv", rooms.encode()))
    assert ("1 row, 1 new" if count == 1 else "2 rows, 2 new") in html
    assert "1 rows" not in html


@pytest.mark.parametrize("count", [1, 2])
def test_rows_of_which_nothing_more_is_told_are_counted_in_words_that_fit(sign_in, camp, olga, count):
    people = "attendee,display_name\n" + "".join(f"b{n},Bo {n}\n" for n in range(count))
    wishes = "attendee,pitch,level\n" + "".join(f"b{n},k,1\n" for n in range(count))
    files = {"attendees": people, "pitches": "pitch,title\nk,Knots\n", "interests": wishes}
    brought = {name: SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in files.items()}
    said = "1 row; how many" if count == 1 else "2 rows; how many"
    assert f"{said} are new is told to nobody" in preview(sign_in(olga), camp, **brought)


def test_rows_are_told_by_the_name_of_the_file_that_was_brought(sign_in, camp, olga):
    sheet = SimpleUploadedFile(
        "wand.xlsx", xlsx([["", "Barn", "Loft"], ["10:00", "Knots", ""], ["10:45", "?", "Owls"]])
    )
    rooms = SimpleUploadedFile("Räume.csv", b"name,capacity\nBarn,many\n")
    client = sign_in(olga)
    html = preview(client, camp, sheet=sheet, rooms=rooms)
    assert "wand.xlsx, cell B3: “?” is no title: it is left out." in html
    assert "Räume.csv, row 2: “capacity” is “many”, not a whole number from 0 to 100000." in html
    client.post(f"/{camp.slug}/import/{Upload.objects.get().pk}/", {"skip": "1"})
    # What is told once it is done, too.
    report = Upload.objects.get(state=Upload.State.DONE).report
    assert report["faults"] == ["Räume.csv, row 2: “capacity” is “many”, not a whole number from 0 to 100000."]
    assert not any("sheet.csv" in remark for remark in report["remarks"])


def test_two_files_of_one_name_are_told_apart(sign_in, camp, olga):
    rooms = SimpleUploadedFile("list.csv", b"name,capacity\nBarn,many\n")
    people = SimpleUploadedFile("list.csv", b"display_name,role\nAnn,queen\n")
    html = preview(sign_in(olga), camp, rooms=rooms, attendees=people)
    assert "rooms.csv, row 2: “capacity”" in html
    assert "list.csv" not in html


def test_rooms_and_slots_that_would_be_made_are_named(sign_in, camp, olga):
    rows = [["", *[f"Barn {n}" for n in range(1, 13)]], ["10:00", "Knots"], ["10:45", "Lunch"], ["11:45", "Owls"]]
    client = sign_in(olga)
    html = preview(client, camp, sheet=SimpleUploadedFile("wand.xlsx", xlsx(rows)))
    assert "12 rows, 12 new" in html
    ten = ", ".join(f"Barn {n}" for n in range(1, 11))
    assert f"<li>New rooms: {ten} and 2 more</li>" in html
    # No more of them are kept than are told.
    report = work_out(camp, {"rooms.csv": "name\n" + "".join(f"Room {n}\n" for n in range(500))}).report
    assert (report.made["rooms"][0], len(report.made["rooms"][1])) == (500, 10)
    assert "<li>New slots: Sat 12 Jan 10:00–10:45, Sat 12 Jan 10:45–11:45 Lunch, Sat 12 Jan 11:45–12:30</li>" in html
    client.post(f"/{camp.slug}/import/{Upload.objects.get().pk}/")
    again = preview(client, camp, sheet=SimpleUploadedFile("wand.xlsx", xlsx(rows)))
    assert "New rooms" not in again
    assert "New slots" not in again
