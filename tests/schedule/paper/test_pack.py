"""The paper pack: one file for when the network is gone, and the sheet that comes back."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Room
from pitches.models import Interest, Pitch
from pitches.services import merge_pitches, withdraw_pitch
from schedule.draft.moves import place_session
from schedule.models import Cell, PaperCodes, Session
from schedule.paper.codes import LETTERS, Codes, give_codes, letters_of
from schedule.paper.filled import file_lines
from schedule.paper.pack import pack_of
from schedule.paper.sheets import PAPERS
from schedule.wall.publish import publish_grid

from ...factories import PitchFactory, RoomFactory, make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def pitches(camp, rooms, slots, ben) -> list[Pitch]:
    return [PitchFactory(camp=camp, title=title, hosts=[ben]) for title in ("Knots", "Ducks", "Kites")]


@pytest.fixture
def codes(camp, pitches) -> Codes:
    give_codes(camp=camp)
    return Codes(camp)


def places(camp) -> dict[str, str]:
    """By title, where it stands on the draft, as codes."""
    codes = Codes(camp)
    cells = Cell.objects.filter(session__camp=camp).select_related("session__pitch")
    return {cell.session.title: codes.cell(cell.slot_id, cell.room_id) for cell in cells}


def type_in(client, camp, lines: str = "", **more):
    return client.post(f"/{camp.slug}/paper/sheet/", {"lines": lines, **more})


# -- codes -----------------------------------------------------------------------------------------------------


def test_no_letter_looks_like_a_digit():
    assert not set("IO") & set(LETTERS)
    assert [letters_of(number) for number in (0, 23, 24, 25, 48)] == ["A", "Z", "AA", "AB", "BA"]


def test_what_has_a_code_keeps_it(camp, codes, pitches, rooms):
    before = {**codes.rooms}, {**codes.slots}, {**codes.pitches}
    rooms[0].delete()
    pitches[0].withdraw()
    RoomFactory(camp=camp, name="Attic", position=0)
    make_slot(camp, 8)
    PitchFactory(camp=camp, title="Late")
    give_codes(camp=camp)
    after = Codes(camp)
    assert all(
        known.items() <= found.items()
        for known, found in zip(before, (after.rooms, after.slots, after.pitches), strict=True)
    )
    assert after.pitches[camp.pitches.get(title="Late").pk] == 4
    assert after.rooms[Room.objects.get(name="Attic").pk] == letters_of(len(before[0]))


def test_a_code_leads_to_the_pitch_that_took_in_the_one_it_was_printed_for(camp, codes, pitches):
    merge_pitches(source=pitches[0], target=pitches[1], by=None)
    assert codes.read("A1 1", needs_place=True).pitch == pitches[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Z9 1", "No sheet has a place Z9."),
        ("A99 1", "No sheet has a place A99."),
        ("A0 1", "No sheet has a place A0."),
        ("A1 99", "No pitch has the number 99."),
        ("A1 0", "No pitch has the number 0."),
        ("A1", "Type behind A1 what is there"),
        ("A1 ", "Type behind A1 what is there"),
        ("Knots", "Begin with the code of the place"),
        ("17", "Begin with the code of the place"),
        ("²1 1", "Begin with the code of the place"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(sign_in, olga, camp, codes, text, said):
    answer = type_in(sign_in(olga), camp, f"A2 2\n{text}")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Line 2" in answer.content.decode()
    assert places(camp) == {}


def test_what_is_gone_since_the_sheet_was_printed_is_said(sign_in, olga, camp, codes, pitches, rooms, slots):
    rooms[0].delete()
    slots[1].delete()
    withdraw_pitch(pitch=pitches[2], by=None)
    html = type_in(sign_in(olga), camp, "A1 1\nB2 1\nB1 3").content.decode()
    assert "The room of A1 is not there any more." in html
    assert "The slot of B2 is not there any more." in html
    assert "The pitch 3 was withdrawn." in html


# -- typed -----------------------------------------------------------------------------------------------------


def test_a_filled_sheet_comes_back_by_typing(sign_in, olga, camp, codes):
    answer = type_in(sign_in(olga), camp, "A1 1\n\nb2: 2\nB 1 kites\n")
    assert answer.status_code == 302
    assert places(camp) == {"Knots": "A1", "Ducks": "B2", "Kites": "B1"}
    # One step, which Undo takes back.
    assert camp.steps.count() == 1


def test_many_lines_ask_no_more_of_the_database_than_one(camp, codes, pitches, rooms, slots, django_assert_num_queries):
    read = Codes(camp)
    with django_assert_num_queries(3):
        for line in ["A1 1", "B2 2", "A2 Knots", "B1 Something new"] * 5:
            read.read(line, needs_place=True)


def test_all_of_it_or_nothing(sign_in, olga, camp, codes):
    """The second line is found wrong only when it is placed."""
    answer = type_in(sign_in(olga), camp, "A1 1\nA1 2")
    assert answer.status_code == 422
    assert "Line 2, “A1 2”: Row 1 has this place, too." in answer.content.decode()
    assert "A1 1" in answer.content.decode()
    assert places(camp) == {}


def test_two_rows_of_one_pitch_by_number_and_by_title_are_found(sign_in, olga, camp, codes):
    answer = type_in(sign_in(olga), camp, "A1 1\nA2 Knots")
    assert "This title stands in another row, too." in answer.content.decode()


def test_a_number_tells_pitches_of_one_title_apart(sign_in, olga, camp, codes, pitches):
    Pitch.objects.filter(pk=pitches[1].pk).update(title="Knots")
    assert type_in(sign_in(olga), camp, "A1 2").status_code == 302
    assert Session.objects.get().pitch == pitches[1]


def test_a_title_that_nobody_pitched_becomes_a_pitch_if_asked(sign_in, olga, camp, codes):
    client = sign_in(olga)
    assert type_in(client, camp, "A1 Lanterns").status_code == 422
    assert type_in(client, camp, "A1 Lanterns", with_new="on").status_code == 302
    assert places(camp) == {"Lanterns": "A1"}


def test_nothing_at_all_is_told(sign_in, olga, camp, codes):
    assert "Type at least one line, or choose a file." in type_in(sign_in(olga), camp).content.decode()


def test_the_wall_takes_numbers_too(sign_in, olga, camp, codes, rooms, slots):
    row = {"1-slot": slots[0].pk, "1-room": rooms[0].pk}
    client = sign_in(olga)
    client.post(f"/{camp.slug}/draft/wall/", row | {"1-title": "2"})
    assert places(camp) == {"Ducks": "A1"}
    # The code of a cell says where, whatever the row says.
    client.post(f"/{camp.slug}/draft/wall/", row | {"1-title": "b2 3"})
    assert places(camp) == {"Ducks": "A1", "Kites": "B2"}
    answer = client.post(f"/{camp.slug}/draft/wall/", row | {"1-title": "77"})
    assert "No pitch has the number 77." in answer.content.decode()


def test_on_the_wall_a_title_of_digits_is_a_title(sign_in, olga, camp, codes, rooms, slots):
    PitchFactory(camp=camp, title="2")
    PitchFactory(camp=camp, title="B2 1")
    client = sign_in(olga)
    for number, title in enumerate(("2", "B2 1")):
        row = {"1-slot": slots[number].pk, "1-room": rooms[0].pk, "1-title": title}
        client.post(f"/{camp.slug}/draft/wall/", row)
    assert places(camp) == {"2": "A1", "B2 1": "A2"}


# -- as a file -------------------------------------------------------------------------------------------------


def test_a_filled_sheet_comes_back_as_a_file(sign_in, olga, camp, codes):
    client = sign_in(olga)
    empty = client.get(f"/{camp.slug}/paper/sheet/empty.csv").content.decode("utf-8-sig")
    lines = empty.splitlines()
    assert lines[0] == "cell,slot,room,pitch"
    filled = "\r\n".join([lines[0], lines[1] + "2", *lines[2:]])
    answer = type_in(client, camp, file=SimpleUploadedFile("sheet.csv", filled.encode()))
    assert answer.status_code == 302
    assert places(camp) == {"Ducks": lines[1].partition(",")[0]}


def test_the_empty_file_has_the_free_cells_alone(sign_in, olga, camp, codes, pitches, rooms, slots):
    place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    rooms[1].closed_in.add(slots[0])
    text = sign_in(olga).get(f"/{camp.slug}/paper/sheet/empty.csv").content.decode()
    assert not re.search(r"^[AB]1,", text, re.MULTILINE)
    assert re.search(r"^A2,", text, re.MULTILINE)


@pytest.mark.parametrize(
    "text", ["A1;1\nB2;Ducks\n", "A1\t1\nB2\tDucks", "cell,note,pitch\nA1,x,1\nB2,,Ducks\nB1,,\n", "A1 1\nB2 Ducks"]
)
def test_a_file_is_read_whatever_stands_between(text):
    assert [line.text for line in file_lines(text)] == ["A1 1", "B2 Ducks"]


def test_each_wrong_row_of_a_file_is_told(sign_in, olga, camp, codes):
    file = SimpleUploadedFile("sheet.csv", b"cell,pitch\nA1,1\nZ9,1\nA2,88\n")
    html = type_in(sign_in(olga), camp, file=file).content.decode()
    assert "Line 3, “Z9 1”: No sheet has a place Z9." in html
    assert "Line 4, “A2 88”: No pitch has the number 88." in html
    assert places(camp) == {}


def test_what_is_no_table_is_told(sign_in, olga, camp, codes):
    for data in (b"%PDF-1.4", b"\x00\x01\xff", b""):
        answer = type_in(sign_in(olga), camp, file=SimpleUploadedFile("sheet.csv", data))
        assert answer.status_code == 422
    assert places(camp) == {}


# -- the pack --------------------------------------------------------------------------------------------------


def pack_html(client, camp, size="a4") -> str:
    made = client.post(f"/{camp.slug}/paper/pack/make/", {"size": size})
    answer = client.get(made.url)
    assert answer["Content-Disposition"] == f'attachment; filename="{camp.slug}-paper-pack.html"'
    return answer.content.decode()


def test_one_press_makes_one_file_that_fetches_nothing(sign_in, olga, camp, pitches, rooms, slots):
    place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    pitches[0].hosts.add(olga)
    publish_grid(camp=camp, by=olga)
    html = pack_html(sign_in(olga), camp)
    outside = re.findall(r"""(?:src|href)=["']([^"']*)|url\(["']?(?!data:)([^)"']*)|@import""", html)
    assert {found for pair in outside for found in pair if found and not found.startswith("#")} == set()
    assert "<script" not in html
    assert "<link" not in html
    # Every picture that is named is there.
    named = set(re.findall(r'<use href="#([^"]+)"', html))
    assert named
    assert named <= set(re.findall(r'<symbol id="([^"]+)"', html))


def test_all_parts_are_in_it(sign_in, olga, camp, pitches, rooms, slots):
    place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=olga)
    html = pack_html(sign_in(olga), camp)
    assert "Version 1, published" in html
    assert "printed" in html
    for room in rooms:
        assert f"<h2>{room.name}</h2>" in html
    for pitch in pitches:
        assert f"QR code of {pitch.title}" in html
    codes = Codes(camp)
    for slot in slots:
        for room in rooms:
            assert f"<small>{codes.cell(slot.pk, room.pk)}</small>" in html
    assert "QR code to the grid" in html
    assert f"/{camp.slug}/paper/sheet/" in html


def test_without_a_version_it_is_the_draft_and_says_so(sign_in, olga, camp, pitches, rooms, slots):
    place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    html = pack_html(sign_in(olga), camp)
    assert "Draft, not published" in html
    assert "Version" not in html


def test_the_door_says_what_its_room_agreed_on(camp, pitches, rooms, slots, olga):
    session = place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    Session.objects.filter(pk=session.pk).update(notes_rule="none")
    publish_grid(camp=camp, by=olga)
    door = next(door for door in pack_of(camp, PAPERS[0]).doors if door.room.id == rooms[0].pk)
    line = next(line for line in door.lines if line.title == "Knots")
    assert line.rule == "No notes are taken"


def test_nothing_of_whoever_prints_is_on_it(sign_in, olga, ben, camp, pitches, rooms, slots):
    """An organiser with wishes, and one without: the same paper."""
    place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=olga)
    plain = pack_html(sign_in(olga), camp)
    Interest.objects.create(pitch=pitches[0], attendee=olga, level=2)
    when = re.compile(r"printed [^<]*")
    assert when.sub("", pack_html(sign_in(olga), camp)) == when.sub("", plain)


def test_a_withdrawn_pitch_is_on_no_sheet(sign_in, olga, camp, codes, pitches):
    withdraw_pitch(pitch=pitches[0], by=None)
    assert "Knots" not in pack_html(sign_in(olga), camp)


def test_the_page_says_what_came_since(sign_in, olga, camp, codes):
    client = sign_in(olga)
    assert "came after codes were given" not in client.get(f"/{camp.slug}/paper/pack/").content.decode()
    PitchFactory(camp=camp, title="Late")
    assert "came after codes were given" in client.get(f"/{camp.slug}/paper/pack/").content.decode()


def test_a_device_keeps_the_page(sign_in, olga, camp, codes):
    answer = sign_in(olga).get(f"/{camp.slug}/paper/pack/")
    assert answer["Campgrid-Page"].split()[1] == olga.mark


def test_looking_gives_no_codes(sign_in, olga, camp, pitches):
    client = sign_in(olga)
    for page in ("pack/", "pack/file/", "sheet/", "sheet/empty.csv"):
        assert client.get(f"/{camp.slug}/paper/{page}").status_code == 200
    assert not PaperCodes.objects.exists()
