"""Our way out is our way in: for every format, into the same camp nothing changes, into a fresh one it is equal."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.listed import list_addresses
from events.models import Attendee, Camp, EarlierCalendarKey, Role
from events.models.attendee import new_key
from exchange.csv_export import csv_files, csv_zip, sheet
from exchange.json_export import Secrets, export_camp
from exchange.json_import import import_document, read_document
from exchange.report import Report
from exchange.uploads import import_files
from notes.models import Link
from notes.services import save_note, set_notes_rule
from pitches.order import put_after
from pitches.services import merge_pitches, set_interest, withdraw_pitch
from schedule.draft.moves import add_repeat, pin_session, place_session
from schedule.models import Cell, Draft, GridVersion
from schedule.models.session import WITHDRAWN
from schedule.wall.grid import published_grid
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory
from tests.test_archived import rows as rows_of_all

#: as people call themselves and their sessions, and as no spreadsheet may take it
NAMES = ["@Ann", "-Bo", "=Cy", "+Di", "＝Ed", "'=Flo", "Zoë Ångström", "Ann", "Ann"]
NEW = {"rooms", "slots", "attendees", "pitches", "sessions"}


@pytest.fixture
def full(camp, olga, ben, cleo, rooms, slots) -> Camp:
    """Odd names, doubles, repeats, an order, notes, links, a version, and somebody of every kind."""
    people = [AttendeeFactory(camp=camp, display_name=name, user=None) for name in NAMES]
    pitches = [
        PitchFactory(camp=camp, title=f"{name} talks", topic=name, about=f"{name}\n=1+1", hosts=[person])
        for name, person in zip(NAMES[:7], people, strict=False)
    ]
    # The second of two who are called the same.
    pitches.append(PitchFactory(camp=camp, title="Second", hosts=[people[8]]))
    pitches.append(PitchFactory(camp=camp, title="Five lead", hosts=people[:5]))
    double = PitchFactory(camp=camp, title="Long", length=2, rather="not_last", hosts=[ben])
    put_after(pitch=pitches[1], earlier=[pitches[0]])
    place_session(pitch=double, room=rooms[0], slot=slots[0])
    # Its second running comes first: in the order of ids the sheet would exchange them.
    place_session(pitch=pitches[5], room=rooms[1], slot=slots[2])
    add_repeat(pitch=pitches[5], room=rooms[1], slot=slots[0])
    session = place_session(pitch=pitches[7], room=rooms[1], slot=slots[1])
    five = place_session(pitch=pitches[8], room=rooms[0], slot=slots[2])
    pin_session(session=session, is_pinned=True)
    set_interest(pitch=pitches[2], attendee=cleo, level=2)
    kites = PitchFactory(camp=camp, title="Kites", hosts=[cleo])
    place_session(pitch=kites, room=camp.rooms.create(name="Nook"), slot=slots[1])
    publish_grid(camp=camp, by=None)
    # On the grid still, by another title.
    withdraw_pitch(pitch=kites, by=None)
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    set_notes_rule(session=session, rule="public")
    Link.objects.create(session=five, url="https://x.example/1", title="x", kind="document", by=ben)
    merge_pitches(source=PitchFactory(camp=camp, title="Twice", hosts=[cleo]), target=pitches[3], by=None)
    list_addresses(camp=camp, emails=["vera@tickets.example"])
    Draft.objects.filter(camp=camp).update(fairness=9, hosts=7, times=8, calm=0)
    ben.earlier_calendar_keys.create(key=new_key())
    camp.name = "Zoë's camp"
    camp.save()
    return camp


def night(zone: str, back: str) -> Camp:
    """One in which the clocks are put back, at the moment `back`: what begins at a quarter past one does so twice, and
    ends at one.
    """
    put_back = datetime.fromisoformat(back)
    day = put_back.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    camp = CampFactory(slug="autumn", time_zone=zone, starts_on=day, ends_on=day + timedelta(days=1))
    rooms = [camp.rooms.create(name=name) for name in ("Attic", "Barn")]
    for start, end in pairwise([-75, -45, -15, 0, 15, 45, 90]):
        times = [put_back + timedelta(minutes=minutes) for minutes in (start, end)]
        slot = camp.slots.create(starts_at=times[0], ends_at=times[1])
        for room in rooms:
            pitch = PitchFactory(camp=camp, title=f"{room.name}, {start:+}", hosts=[AttendeeFactory(camp=camp)])
            place_session(pitch=pitch, room=room, slot=slot)
    publish_grid(camp=camp, by=None)
    return camp


@pytest.fixture
def autumn(db) -> Camp:
    return night("Europe/London", "2027-10-31 01:00Z")


@pytest.fixture
def moscow(db) -> Camp:
    """Both hours are MSK there."""
    return night("Europe/Moscow", "2014-10-25 22:00Z")


@pytest.fixture(params=["full", "autumn", "moscow"])
def any_camp(db, request) -> Camp:
    return request.getfixturevalue(request.param)


# -- every format ------------------------------------------------------------------------------------------


def fresh_camp(slug: str, camp: Camp) -> Camp:
    """An empty one, at that time."""
    return CampFactory(
        slug=slug, hashtag=camp.hashtag, time_zone=camp.time_zone, starts_on=camp.starts_on, ends_on=camp.ends_on
    )


def json_of(camp: Camp) -> Any:
    return json.loads(json.dumps(export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE)))


def json_into_fresh(out: Any, slug: str, camp: Camp) -> Camp:
    camp.delete()
    return import_document(document=out, slug=slug, with_calendar_keys=True)


def unzipped(camp: Camp) -> dict[str, str]:
    """What the zip holds that organisers download, and wishes, which the command adds."""
    with zipfile.ZipFile(io.BytesIO(csv_zip(camp, with_interest=True))) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def tables_into_fresh(out: dict[str, str], slug: str, camp: Camp) -> Camp:
    fresh = fresh_camp(slug, camp)
    report = import_files(camp=fresh, files=out, by=None)
    assert report.fault_count == 0
    return fresh


def sheet_of(camp: Camp) -> dict[str, str]:
    return {"sheet.csv": sheet(camp, "https://here.example")}


def sheet_into_fresh(out: dict[str, str], slug: str, camp: Camp) -> Camp:
    """The wall's rooms and sessions come with it; its slots have to be there."""
    fresh = fresh_camp(slug, camp)
    slots = csv_files(camp, with_interest=False)["slots.csv"]
    import_files(camp=fresh, files={"slots.csv": slots}, by=None)
    import_files(camp=fresh, files=out, by=None)
    publish_grid(camp=fresh, accept_broken=True, by=None)
    return fresh


def both_of(camp: Camp) -> dict[str, str]:
    return unzipped(camp) | sheet_of(camp)


def both_into_fresh(out: dict[str, str], slug: str, camp: Camp) -> Camp:
    fresh = fresh_camp(slug, camp)
    import_files(camp=fresh, files=out, by=None)
    publish_grid(camp=fresh, accept_broken=True, by=None)
    return fresh


def read_table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def compared_json(out: Any) -> Any:
    return out | {"slug": ""}


def compared_tables(out: dict[str, str]) -> Any:
    """By the row in which somebody stands and not by the key that they have: keys are ids."""
    keys = {
        row[column]: f"{column} {number}"
        for name, column in (("attendees.csv", "attendee"), ("pitches.csv", "pitch"))
        for number, row in enumerate(read_table(out.get(name, "")))
    }

    def renamed(cell: str) -> str:
        return ";".join(sorted(keys.get(part, part) for part in cell.split(";")))

    return {
        name: sorted(
            [
                [column, renamed(cell)] if column in ("attendee", "pitch", "hosts", "after") else [column, cell]
                for column, cell in row.items()
                # Notes of ours are a link for another camp, and so is what it links to.
                if column != "Session notes"
            ]
            # Cells of a row stand together: a title beside another time is another table.
            for row in read_table(text)
        )
        for name, text in out.items()
    }


def times_of(camp: Camp) -> list[tuple[datetime, datetime]]:
    return list(camp.slots.values_list("starts_at", "ends_at"))


FORMATS: dict[str, tuple[Callable[..., Any], Callable[..., Camp], Callable[..., Any]]] = {
    "json": (json_of, json_into_fresh, compared_json),
    "csv": (unzipped, tables_into_fresh, compared_tables),
    "sheet": (sheet_of, sheet_into_fresh, compared_tables),
    "csv and sheet": (both_of, both_into_fresh, compared_tables),
}


def test_what_was_withdrawn_is_no_row_of_the_sheet(full):
    """Brought back it was a pitch that nobody made, called “A withdrawn session”."""
    grid = published_grid(GridVersion.latest(full), full)
    assert any(cell.entry.title == str(WITHDRAWN) for row in grid.rows for cell in row.running if cell.entry)
    assert not {str(WITHDRAWN), "Kites"} & {row["Title"] for row in read_table(sheet(full))}


@pytest.mark.parametrize("kind", FORMATS)
def test_into_a_fresh_camp_it_is_equal(any_camp, kind):
    out_of, into_fresh, compared = FORMATS[kind]
    out, times = out_of(any_camp), times_of(any_camp)
    fresh = into_fresh(out, "fresh", any_camp)
    assert times_of(fresh) == times
    assert compared(out_of(fresh)) == compared(out)


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "json"])
def test_into_the_same_camp_nothing_changes(any_camp, kind):
    out = FORMATS[kind][0](any_camp)
    before = rows_of_all()
    report: Report = import_files(camp=any_camp, files=out, by=None)
    assert report.fault_count == 0
    assert report.has_changed_nothing, report.added
    assert rows_of_all() == before


# -- what a format is to keep ------------------------------------------------------------------------------


def test_in_json_all_that_others_know_it_by_is_kept(client, full, ben, cleo):
    """Printed codes, calendars that are subscribed to, the addresses that may join, and what counts beside wishes."""
    pages = [f"/lakeside-2030/sessions/{session.pk}/" for session in full.sessions.all()]
    pages += [f"/lakeside-2030/my/{person.calendar_key}.ics" for person in (ben, cleo)]
    pages += [f"/lakeside-2030/rooms/{room.pk}.ics" for room in full.rooms.all()]
    pages += [f"/lakeside-2030/pitches/{pitch.pk}/" for pitch in full.pitches.all()]
    code, before = full.code, {page: client.get(page).status_code for page in pages}
    calendar = uids(client.get("/lakeside-2030/calendar.ics").content)
    fresh = json_into_fresh(json_of(full), "lakeside-2030", full)
    assert {page: client.get(page).status_code for page in pages} == before
    assert uids(client.get("/lakeside-2030/calendar.ics").content) == calendar
    draft = fresh.draft
    assert (fresh.code, draft.fairness, draft.hosts, draft.times, draft.calm) == (code, 9, 7, 8, 0)
    assert fresh.pitches.get(title="Long").rather == "not_last"
    assert [listed.email for listed in fresh.listed_addresses.all()] == ["vera@tickets.example"]


def uids(calendar: bytes) -> list[bytes]:
    return sorted(line for line in calendar.splitlines() if line.startswith((b"UID", b"SEQUENCE", b"SUMMARY")))


def test_whoever_has_a_calendar_here_keeps_theirs(full, ben):
    """Beside the original no key opens two calendars."""
    copy = import_document(document=json_of(full), slug="copy", with_calendar_keys=True)
    mine = set(full.attendees.values_list("calendar_key", flat=True))
    assert mine.isdisjoint(copy.attendees.values_list("calendar_key", flat=True))
    assert EarlierCalendarKey.objects.get().attendee.camp == full
    assert copy.code != full.code


def test_every_row_of_our_files_reads_with_its_accents_in_excel(sign_in, full, olga):
    """UTF-8 with a mark before it; without, Excel reads Windows-1252."""
    client = sign_in(olga)
    with zipfile.ZipFile(io.BytesIO(client.get("/lakeside-2030/export/csv/").content)) as archive:
        texts = [archive.read(name) for name in archive.namelist()]
    texts.append(client.get("/lakeside-2030/export/sheet/").content)
    assert {text[:3] for text in texts} == {b"\xef\xbb\xbf"}
    assert any("Zoë Ångström".encode() in text for text in texts)


@pytest.mark.parametrize("kind", ["csv", "sheet"])
def test_so_do_those_of_the_command(full, tmp_path, kind):
    target = tmp_path / "out"
    call_command("export_camp", full.slug, format=kind, output=str(target))
    if kind == "csv":
        with zipfile.ZipFile(target) as archive:
            assert {archive.read(name)[:3] for name in archive.namelist()} == {b"\xef\xbb\xbf"}
    else:
        assert target.read_bytes()[:3] == b"\xef\xbb\xbf"


def test_a_double_stays_one_session_in_two_slots(full):
    fresh = sheet_into_fresh(sheet_of(full), "fresh", full)
    [double] = fresh.sessions.filter(pitch__title="Long")
    assert (double.pitch.length, double.cells.count()) == (2, 2)
    assert fresh.sessions.filter(pitch__title="'=Flo talks").count() == 2


def test_the_notes_of_a_session_are_the_address_of_its_page(full):
    rows = {row["Title"]: row for row in read_table(sheet_of(full)["sheet.csv"])}
    session = full.sessions.get(pitch__title="Second")
    assert rows["Second"]["Session notes"] == f"https://here.example/lakeside-2030/sessions/{session.pk}/"
    # Where a document is linked, that is what people look for.
    assert rows["Five lead"]["Session notes"] == "https://x.example/1"


@pytest.mark.parametrize("name", ["Smith, Jane", "R&D team", "A/C", "Ben and Cleo", "+Di", "Ann + Bo"])
def test_a_name_that_looks_like_several_stays_one_person(camp, rooms, slots, name):
    host = AttendeeFactory(camp=camp, display_name=name, user=None)
    place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[host]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    fresh = sheet_into_fresh(sheet_of(camp), "fresh", camp)
    assert [h.display_name for h in fresh.pitches.get().hosts.all()] == [name]
    assert import_files(camp=camp, files=sheet_of(camp), by=None).has_changed_nothing


MARKED = ["“TBC”", "““TBC””", "“Total”", "“Info Requested”"]
ROOM_NAMES = ["?", "TBC", "-", "…", "#", "Total", "Sum: 12", *MARKED]
PEOPLE_NAMES = ["Info Requested", "Ann Info Requested", "“Foo” and “bar”", "Dr. “Max” P, PhD", "A “B, C", *MARKED]


def camp_of(room: str = "Barn", person: str = "Ann", title: str = "Knots") -> Camp:
    """One in which a room, a person or a session is called so."""
    camp = CampFactory(slug="oddly")
    slots = [camp.slots.create(starts_at=f"2030-01-12T{h}:00Z", ends_at=f"2030-01-12T{h + 1}:00Z") for h in (10, 11)]
    rooms = [camp.rooms.create(name=name, capacity=seats) for name, seats in ((room, 12), ("Other", 40))]
    people = [AttendeeFactory(camp=camp, display_name=name, user=None) for name in (person, "Cy")]
    for host, slot, called in zip(people, slots, (title, "Bees"), strict=True):
        place_session(pitch=PitchFactory(camp=camp, title=called, hosts=[host]), room=rooms[0], slot=slot)
    publish_grid(camp=camp, by=None)
    return camp


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "json"])
@pytest.mark.parametrize(
    "called", [*({"room": name} for name in ROOM_NAMES), *({"person": name} for name in PEOPLE_NAMES)], ids=str
)
def test_whoever_and_whatever_is_called_oddly_comes_back(db, kind, called):
    """What a list from elsewhere says instead of a name is a name where the camp has it."""
    camp = camp_of(**called)
    out_of, into_fresh, compared = FORMATS[kind]
    out = out_of(camp)
    assert import_files(camp=camp, files=out, by=None).has_changed_nothing
    fresh = into_fresh(out, "fresh", camp)
    assert compared(out_of(fresh)) == compared(out)
    assert fresh.rooms.filter(name=called.get("room", "Barn")).exists()
    assert fresh.attendees.filter(display_name=called.get("person", "Ann")).exists()


@pytest.mark.parametrize("typed", ["Tea\u00a0 and  cake", "Tea\tand cake", "Tea and\ncake", " Tea and cake"])
@pytest.mark.parametrize("what", ["room", "person", "title"])
def test_blanks_that_nobody_sees_make_no_other_thing(db, what, typed):
    """Pasted from a text program; each was one more room, person or pitch when it came in again."""
    camp = camp_of(**{what: typed})
    assert import_files(camp=camp, files=both_of(camp), by=None).has_changed_nothing
    names = {"room": camp.rooms.first().name, "person": camp.attendees.order_by("pk").first().display_name}
    assert (names | {"title": camp.pitches.order_by("pk").first().title})[what] == "Tea and cake"


def test_blanks_of_an_older_release_make_no_other_thing_either(db):
    camp = camp_of()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pitches_pitch SET title = 'Knots  and bends' WHERE title = 'Knots'")
        cursor.execute("UPDATE events_attendee SET display_name = 'Ann\u00a0B' WHERE display_name = 'Ann'")
    assert import_files(camp=camp, files=unzipped(camp), by=None).has_changed_nothing


@pytest.mark.parametrize("start", range(0, 24, 2))
@pytest.mark.parametrize("hours", [11, 12, 13, 15, 18, 23])
def test_a_slot_of_most_of_a_day_ends_when_it_did(db, start, hours):
    """10:00 to 1:00 came back as three hours: an end in the afternoon is written so elsewhere."""
    camp = CampFactory(slug="long")
    starts_at = datetime(2030, 1, 12, start, tzinfo=ZoneInfo(camp.time_zone))
    camp.slots.create(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))
    fresh = tables_into_fresh(unzipped(camp), "fresh", camp)
    assert times_of(fresh) == times_of(camp)
    assert import_files(camp=camp, files=unzipped(camp), by=None).has_changed_nothing


def test_one_session_in_all_rooms_at_once_stays_a_session(camp, rooms, slots):
    """Another organiser shows it in the second room; in a fresh camp it was read as a break for everybody."""
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[AttendeeFactory(camp=camp)])
    place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    Cell.objects.create(session=camp.sessions.create(pitch=pitch), room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, accept_broken=True, by=None)
    fresh = sheet_into_fresh(sheet_of(camp), "fresh", camp)
    assert fresh.sessions.filter(pitch__title="Knots", placements__isnull=False).distinct().count() == 2


def test_a_key_of_ours_in_a_file_from_elsewhere_is_nobody_of_ours(camp, ben):
    """On another installation a12 is somebody else."""
    people = f"attendee,display_name\na{ben.pk},Zelda\n"
    pitches = f"pitch,title,hosts\np1,Owls,a{ben.pk}\n"
    import_files(camp=camp, files={"attendees.csv": people, "pitches.csv": pitches}, by=None)
    assert camp.pitches.get(title="Owls").hosts.get().display_name == "Zelda"
    # From now on ben has a key that is not hers, and both come in again as they are.
    out = unzipped(camp)
    assert {row["attendee"]: row["display_name"] for row in read_table(out["attendees.csv"])}[f"aa{ben.pk}"] == "Ben"
    assert import_files(camp=camp, files=out, by=None).has_changed_nothing


# -- how much it asks of the database ----------------------------------------------------------------------


def with_sessions(slug: str, count: int) -> Camp:
    """So many sessions on the grid, each with notes of two revisions, a link and an interest."""
    camp = CampFactory(slug=slug)
    host = AttendeeFactory(camp=camp)
    slot = camp.slots.create(starts_at="2030-01-12T10:00Z", ends_at="2030-01-12T11:00Z")
    for n in range(count):
        pitch = PitchFactory(camp=camp, title=f"Knot {n}", hosts=[host])
        session = camp.sessions.create(pitch=pitch)
        Cell.objects.create(session=session, slot=slot, room=camp.rooms.create(name=f"Room {n}"))
        for revision in range(2):
            save_note(session=session, text=f"Reef {revision}", by=host, base_revision=revision)
        Link.objects.create(session=session, url="https://x.example", title="x")
        set_interest(pitch=pitch, attendee=host, level=1)
        publish_grid(camp=camp, accept_broken=True, by=None)
    return camp


def asked(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        do()
    return len(queries)


def test_an_export_takes_as_many_queries_however_large_the_camp_is(db):
    few, many = with_sessions("few", 2), with_sessions("many", 9)
    counts = [asked(lambda camp=camp: json_of(camp)) for camp in (few, many)]
    assert counts[0] == counts[1] <= 25


def test_reading_and_writing_a_document_ask_no_more_for_a_larger_one(db):
    documents = [json_of(with_sessions(f"c{count}", count)) for count in (2, 9)]
    for document in documents:
        # What each version changed is worked out from the one before.
        document["versions"] = document["versions"][-1:]
    reads = [asked(lambda document=document: read_document(document=document)) for document in documents]
    # Whether the camp ends after it starts is asked of the database.
    assert reads[0] == reads[1] <= 3
    counts = [
        asked(lambda n=n, document=document: import_document(document=document, slug=f"new-{n}"))
        for n, document in enumerate(documents)
    ]
    assert counts[0] == counts[1]


def test_rows_are_looked_at_when_it_is_their_turn(db):
    """The first that is wrong ends it, however many come behind."""

    class Rows(list):
        taken = 0

        def __iter__(self):
            for row in super().__iter__():
                Rows.taken += 1
                yield row

    camp = {"name": "X", "starts_on": "2030-01-01", "ends_on": "2030-01-02"}
    rooms = Rows([{"name": "Barn"}, {"name": "Barn"}, *({"name": f"Room {n}"} for n in range(300))])
    with pytest.raises(Exception, match=r"rooms\[2\]"):
        read_document(document={"format": "campgrid-1", "slug": "x", "camp": camp, "rooms": rooms})
    assert Rows.taken == 2


# -- who runs a camp that came in --------------------------------------------------------------------------


def exported(camp: Camp, folder: Any) -> str:
    target = folder / "camp.json"
    call_command("export_camp", camp.slug, format="json", output=str(target))
    return str(target)


@pytest.mark.parametrize(("name", "called"), [("", "Olga"), ("Fern", "Fern"), ("OLGA", "Olga")])
def test_the_command_gives_it_an_organiser(full, tmp_path, capsys, name, called):
    file = exported(full, tmp_path)
    call_command("import_camp", file, slug="copy", organiser="New@Example.org", organiser_name=name)
    mine = Attendee.objects.get(camp__slug="copy", user__isnull=False)
    assert (mine.display_name, mine.role, mine.user.email) == (called, Role.ORGANISER, "new@example.org")
    assert "has no organiser" not in capsys.readouterr().err


def test_without_one_it_says_what_to_do(full, tmp_path, capsys):
    file = exported(full, tmp_path)
    call_command("import_camp", file, slug="copy")
    assert "Its organisers (Olga) have no account here" in (told := capsys.readouterr().err)
    assert "make_organiser EMAIL --camp copy --name NAME" in told
    # What it says works.
    call_command("make_organiser", "new@example.org", camp="copy", name="Fern")
    assert Attendee.objects.get(camp__slug="copy", user__isnull=False).role == Role.ORGANISER


def test_a_camp_from_tables_has_one_too(db, tmp_path, capsys):
    (tmp_path / "slots.csv").write_text("date,starts_at,ends_at\n2030-01-12,10:00,11:00\n")
    call_command("import_camp", str(tmp_path), slug="one")
    assert "It has no organiser" in capsys.readouterr().err
    call_command("import_camp", str(tmp_path), slug="two", organiser="new@example.org", organiser_name="Fern")
    mine = Attendee.objects.get(camp__slug="two")
    assert (mine.display_name, mine.role, mine.user.email) == ("Fern", Role.ORGANISER, "new@example.org")


def test_an_organiser_who_is_no_address_is_refused_before_anything_is_read(db, tmp_path):
    with pytest.raises(Exception, match="valid email"):
        call_command("import_camp", str(tmp_path), slug="one", organiser="nobody")


@pytest.mark.parametrize(("options", "is_kept"), [({}, False), ({"keep_calendar_keys": True}, True)])
def test_the_command_keeps_calendars_only_of_a_file_that_never_left_ones_hands(
    full, ben, tmp_path, capsys, options, is_kept
):
    file, key = exported(full, tmp_path), ben.calendar_key
    earlier = ben.earlier_calendar_keys.get().key
    full.delete()
    call_command("import_camp", file, slug="lakeside-2030", **options)
    for one in (key, earlier):
        assert Attendee.objects.with_calendar_key(one).exists() == is_kept
    assert ("--keep-calendar-keys lets the calendars go on" in capsys.readouterr().err) != is_kept


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        ({}, {"interests", "code", "listed_addresses", "calendar_keys", "earlier_calendar_keys"}),
        # The key of a calendar opens what its owner is interested in.
        ({"without_interest": True}, {"code", "listed_addresses"}),
        ({"without_secrets": True}, {"interests"}),
    ],
)
def test_what_the_command_writes_holds_what_was_asked_for(full, tmp_path, options, holds):
    target = tmp_path / "camp.json"
    call_command("export_camp", full.slug, format="json", output=str(target), **options)
    document = json.loads(target.read_text())
    assert {"interests"} & {*document} | {*document.get("secrets", {})} == holds


@pytest.mark.parametrize(
    "names",
    [
        ["“Zed”"],
        ["A", "B", "C", "Smith, John", "“Zed”"],
        ["A", "B", "C", "N.N.", "Ann (Berlin)", "by Bea", "Dr. Cy, PhD"],
    ],
)
def test_names_with_commas_and_marks_come_in_as_they_were_however_many_lead_a_session(camp, rooms, slots, names):
    """The fourth column has all from the fourth on: “Smith, John” there became two strangers, “Zed” another Zed."""
    people = [AttendeeFactory(camp=camp, display_name=name, user=None) for name in names]
    place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=people), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    out = sheet_of(camp)
    assert import_files(camp=camp, files=out, by=None).has_changed_nothing
    fresh = fresh_camp("fresh", camp)
    import_files(camp=fresh, files={"slots.csv": csv_files(camp, with_interest=False)["slots.csv"]}, by=None)
    import_files(camp=fresh, files=out, by=None)
    assert sorted(person.display_name for person in fresh.attendees.all()) == sorted(names)


def test_what_a_room_has_keeps_its_comma(camp, rooms):
    camp.rooms.update(features=["table, round"])
    out = csv_files(camp, with_interest=False)
    assert not import_files(camp=camp, files=out, by=None).remarks
    fresh = tables_into_fresh(out, "fresh", camp)
    assert {tuple(room.features) for room in fresh.rooms.all()} == {("table, round",)}
