"""A small document makes no large camp: grids of few rows and many cells, moves told over and over, numbers of pages."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, connections

from accounts.converters import MOST_DIGITS
from events.models import Camp, Room
from exchange import arriving
from exchange.arriving import largest_given, write_arrival
from exchange.json_export import export_camp
from exchange.json_import import import_document, read_document
from exchange.models import Upload
from schedule.models import GridVersion, Session
from schedule.wall import extent
from schedule.wall.extent import MOST_CELLS
from schedule.wall.grid import draft_grid, published_grid
from tests.factories import CampFactory, PitchFactory, UserFactory

START = datetime(2030, 1, 1, tzinfo=UTC)
only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, and no sequences")


def at(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def slots(count: int, minutes: int = 10) -> list[dict]:
    return [{"starts_at": at(n * minutes), "ends_at": at((n + 1) * minutes)} for n in range(count)]


def frame(rooms: int, slots: int) -> dict:
    return {
        "rooms": [{"id": n, "name": f"Room {n}", "capacity": 5} for n in range(1, rooms + 1)],
        "slots": [
            {"id": n, "starts_at": at(n * 10), "ends_at": at(n * 10 + 10), "kind": "sessions", "title": ""}
            for n in range(1, slots + 1)
        ],
    }


def place(session: int, room: int, start: int, end: int) -> dict:
    return {
        "session": session, "room": room, "slot": 1, "room_name": "Barn", "starts_at": at(start), "ends_at": at(end),
    }  # fmt: skip


def a_document(*, sessions: int = 1, **parts: object) -> dict:
    key = "00000000-0000-4000-8000-{:012}".format
    return {
        "format": "campgrid-1",
        "slug": "small",
        "camp": {"name": "Small", "starts_on": "2030-01-01", "ends_on": "2030-01-20"},
        "pitches": [{"title": "Knots"}],
        "sessions": [{"pitch": 1, "key": key(n)} for n in range(sessions)],
        **parts,
    }  # fmt: skip


def version(number: int, frame: dict, places: list[dict], minutes: int = 0) -> dict:
    return {"number": number, "published_at": at(minutes), "frame": frame, "placements": places}


# -- cells -------------------------------------------------------------------------------------------------


def test_rooms_and_slots_make_no_more_cells_than_a_page_can_show(db):
    rooms = [{"name": f"Room {n}"} for n in range(50)]
    read_document(document=a_document(rooms=rooms, slots=slots(1_000)))
    with pytest.raises(ValidationError, match=r"slots: 50 rooms and 1001 slots make a grid of more than 50,000 cells"):
        read_document(document=a_document(rooms=rooms, slots=slots(1_001)))


@pytest.mark.parametrize(
    ("rooms", "slots_of", "places", "is_taken"),
    [
        (50, 1_000, 0, True),
        (50, 1_001, 0, False),
        # A place in a room, and at a time, that the frame does not know adds a column and a row.
        (0, 0, 223, True),
        (0, 0, 224, False),
    ],
)
def test_nor_do_those_of_a_version(db, rooms, slots_of, places, is_taken):
    stands = [place(n + 1, -n - 1, n, n + 1) for n in range(places)]
    document = a_document(sessions=max(1, places), versions=[version(1, frame(rooms, slots_of), stands)])
    if is_taken:
        made = import_document(document=document, slug="small")
        grid = published_grid(GridVersion.latest(made), made)
        assert sum(len(row.cells) for row in grid.rows) <= MOST_CELLS
        return
    with pytest.raises(ValidationError, match=r"versions\[1\]: .* make a grid of more than 50,000 cells"):
        read_document(document=document)


def test_sessions_that_reach_over_all_slots_are_refused(db):
    """Each would be looked at for each row it covers: few places, very many steps."""
    stands = [place(n + 1, 1, 10, 10_010) for n in range(51)]
    document = a_document(sessions=51, versions=[version(1, frame(1, 1_000), stands)])
    with pytest.raises(ValidationError, match=r"versions\[1\]: Sessions that reach over so many slots"):
        read_document(document=document)
    document["versions"][0]["placements"].pop()
    read_document(document=document)


def test_so_are_those_of_the_draft(db):
    rooms, count = [{"name": "Barn"}], 1_000
    document = a_document(sessions=count // 2, rooms=rooms, slots=slots(count))
    for n, session in enumerate(document["sessions"]):
        session["cells"] = [[n + 1, 1], [count - n, 1]]
    with pytest.raises(ValidationError, match="sessions: Sessions that reach over so many slots"):
        read_document(document=document)
    # As they are where one stands after the other.
    for n, session in enumerate(document["sessions"]):
        session["cells"] = [[2 * n + 1, 1], [2 * n + 2, 1]]
    made = import_document(document=document, slug="small")
    assert sum(entry.span for entry in draft_grid(made).entries) == count


# -- what moved --------------------------------------------------------------------------------------------


def test_what_versions_of_a_day_keep_of_moves_is_bounded(db, monkeypatch):
    """Each keeps where every session stood that fell off that day, though it holds none itself."""
    monkeypatch.setattr(extent, "MOST_MOVED", 20)
    stands = [place(n + 1, 1, n * 10, n * 10 + 10) for n in range(5)]
    versions = [version(1, frame(1, 5), stands)] + [version(n, frame(0, 0), [], n) for n in range(2, 6)]
    made = import_document(document=a_document(sessions=5, versions=versions), slug="small")
    kept = [len(found.moved_from) for found in made.grid_versions.order_by("number")]
    assert kept == [0, 5, 5, 5, 5]
    # In whatever order they stand, it is the one that makes too much of it.
    versions.insert(0, version(6, frame(0, 0), [], 6))
    with pytest.raises(ValidationError, match=r"versions\[1\]: Versions of one day tell more than 20 times"):
        read_document(document=a_document(sessions=5, versions=versions))
    # Of the day after they tell nothing anew.
    versions[0] = version(6, frame(0, 0), [], 24 * 60 + 6)
    read_document(document=a_document(sessions=5, versions=versions))


# -- numbers of pages --------------------------------------------------------------------------------------


def with_number(number: int, slug: str) -> dict:
    document = a_document(slug=slug, addresses={"sessions": [number]})
    document["sessions"][0]["key"] = f"00000000-0000-4000-8000-{number % 10**12:012}"
    return document


def pk_of(camp: Camp) -> int:
    return int(camp.sessions.get().pk)


def test_one_document_takes_the_numbers_from_no_later_camp(db):
    """A number is kept if it is not far beyond those that are here, wherever these have got to."""
    far = largest_given(Session) + arriving.AHEAD_BY_PAGE
    first = import_document(document=with_number(far, "first"), slug="first")
    assert pk_of(first) == far
    # As an honest camp that came to be here since, left and came back.
    second = import_document(document=with_number(far + 5_000, "second"), slug="second")
    assert pk_of(second) == far + 5_000
    # The next cannot leap as far again from nothing.
    third = import_document(document=with_number(far + 2 * arriving.AHEAD_BY_PAGE, "third"), slug="third")
    assert far + 5_000 < pk_of(third) < far + 10_000


def test_a_camp_that_is_gone_comes_back_to_its_numbers(db):
    """Though no row that is left is anywhere near them."""
    number = largest_given(Session) + arriving.AHEAD_BY_PAGE
    for _time in range(2):
        made = import_document(document=with_number(number, "first"), slug="first")
        assert pk_of(made) == number
        made.delete()
    number += arriving.AHEAD_BY_PAGE
    assert pk_of(import_document(document=with_number(number, "second"), slug="second")) == number


def test_however_many_come_new_rows_go_on(db):
    """Near the end of what a database counts to no document gets, nor does it push what comes later there."""
    camp = CampFactory()
    pitch = PitchFactory(camp=camp)
    Session.objects.create(pk=arriving.LARGEST_NUMBER, camp=camp, pitch=pitch)
    made = import_document(document=with_number(arriving.LARGEST_NUMBER + 7, "next"), slug="next")
    assert pk_of(made) != arriving.LARGEST_NUMBER + 7
    if connection.vendor == "sqlite":
        assert camp.sessions.create(pitch=pitch).pk > arriving.LARGEST_NUMBER
    assert 2 * arriving.LARGEST_NUMBER <= 10**MOST_DIGITS < 2**63


def test_who_runs_the_machine_moves_an_old_installation_with_its_numbers(db, tmp_path):
    """By the page, by which anybody brings one, such a number is told."""
    number = largest_given(Session) + 50 * arriving.AHEAD_BY_PAGE
    made = import_document(document=with_number(number, "small"), slug="page")
    assert pk_of(made) < number
    file = tmp_path / "camp.json"
    file.write_text(json.dumps(with_number(number + 1, "small")))
    call_command("import_camp", str(file), slug="moved")
    assert pk_of(Camp.objects.get(slug="moved")) == number + 1


def test_what_is_gone_may_have_a_large_number_too(db):
    """Its number is of no use here, and no reason to refuse a camp that has been far."""
    stands = [place(1, -(10**14), 10, 20)]
    made = import_document(document=a_document(versions=[version(1, frame(1, 1), stands)]), slug="small")
    assert GridVersion.latest(made).placements.get().room_ref == -(10**14)
    # And out and in again it is the same.
    assert export_camp(made, with_interest=False)["versions"][0]["placements"][0]["room"] == -(10**14)


@only_postgres
@pytest.mark.django_db(transaction=True)
def test_two_that_come_in_at_once_do_not_set_the_numbers_back(monkeypatch):
    """Of two that saw the same sequence, the second would set back what the first had set."""
    camp = CampFactory()
    pitch = PitchFactory(camp=camp)
    small, large = (largest_given(Session) + number for number in (2_000, 900_000))
    keep_ahead, threads = arriving._keep_ahead, []

    def bring(number: int) -> None:
        try:
            write_arrival(arrival=read_document(document=with_number(number, f"camp-{number}"), slug=f"camp-{number}"))
        finally:
            connections.close_all()

    def meanwhile(model, number):
        if model is Session and number == large and not threads:
            threads.append(Thread(target=bring, args=[small]))
            threads[0].start()
            # Not let in before this one is done.
            threads[0].join(timeout=1)
            assert threads[0].is_alive()
        keep_ahead(model, number)

    monkeypatch.setattr(arriving, "_keep_ahead", meanwhile)
    bring(large)
    threads[0].join(timeout=10)
    assert {large, small} <= {*Session.objects.values_list("pk", flat=True)}
    assert camp.sessions.create(pitch=pitch).pk > large


# -- texts ---------------------------------------------------------------------------------------------------


def test_what_no_feed_can_carry_is_in_no_field(db):
    """Also in those that are our own otherwise: a room's name on a version, what calendars were told."""
    bad = "Ba\x00rn\ud800 \x0bLoft"
    stands = [place(1, 1, 10, 20) | {"room_name": bad}]
    document = a_document(versions=[version(1, frame(1, 1), stands)])
    document["sessions"][0]["told"] = bad
    made = import_document(document=document, slug="small")
    assert GridVersion.latest(made).placements.get().room_name == "Barn Loft"
    assert made.sessions.get().told == "Barn Loft"


@pytest.mark.parametrize(
    "damage", [lambda d: d.update(slug="\x00\ud800"), lambda d: d["pitches"][0].update(kind="\x00\ud800")]
)
def test_nor_is_it_in_what_is_kept_of_a_document(client, db, damage):
    """A sentence that quotes it is a row, too."""
    document = a_document()
    damage(document)
    client.force_login(UserFactory())
    file = SimpleUploadedFile("camp.json", json.dumps(document).encode())
    url = client.post("/new/import/", {"document": file}).url
    assert Upload.objects.get().state in ("read", "refused")
    assert client.get(url).status_code == 200


# -- what is told ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["name", "time_zone"])
def test_what_was_said_beside_the_document_is_not_blamed_on_it(db, field):
    with pytest.raises(ValidationError) as refused:
        read_document(document=a_document(), slug="small", **{field: "x" * 100})
    assert "camp." not in " ".join(refused.value.messages)


def test_a_database_says_nothing_to_people(db, caplog):
    """Two rows that it cannot hold both: the log has its words."""
    document = read_document(document=a_document(rooms=[{"name": "Barn"}]), slug="small")
    document.rooms.append(copy.copy(document.rooms[0]))
    with pytest.raises(ValidationError) as refused:
        write_arrival(arrival=document)
    told = " ".join(refused.value.messages)
    assert told.startswith("Nothing was imported: something in the file is not as the database wants it")
    assert not any(word in told for word in ("UNIQUE", "unique", "constraint", "events_room", "DETAIL"))
    assert "events_room" in caplog.text
    assert not Room.objects.exists()


def test_neither_does_python(db, monkeypatch, caplog):
    monkeypatch.setattr("exchange.json_import._Reader.people", lambda self: int("seven"))
    with pytest.raises(ValidationError) as refused:
        read_document(document=a_document())
    assert refused.value.messages == ["slots: cannot be read."]
    assert "invalid literal" in caplog.text
