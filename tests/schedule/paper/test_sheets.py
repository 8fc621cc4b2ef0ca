"""How rooms are spread over sheets, and what a sheet says: never what it is to whoever prints it."""

from __future__ import annotations

import re

import pytest

from events.models import Room
from pitches.models import Interest
from schedule.draft.moves import place_session
from schedule.paper.marks import CardMark, CellMark, mark_text
from schedule.paper.sheets import PAPERS, columns_on, paper_of, spread
from schedule.wall.grid import GridRoom
from schedule.wall.publish import publish_grid
from tests.factories import PitchFactory

A4, A3 = PAPERS


@pytest.mark.parametrize(
    ("rooms", "on_a4", "on_a3"),
    [
        (1, [1], [1]),
        (4, [4], [4]),
        (8, [8], [8]),
        (9, [5, 4], [9]),
        (13, [7, 6], [7, 6]),
        (40, [8] * 5, [10] * 4),
        (0, [], []),
    ],
)
def test_as_few_sheets_as_can_be_and_none_much_fuller_than_another(rooms, on_a4, on_a3):
    found = [GridRoom(number, f"Room {number}") for number in range(rooms)]
    assert [len(columns.rooms) for columns in columns_on(found, A4)] == on_a4
    assert [len(columns.rooms) for columns in columns_on(found, A3)] == on_a3
    assert [room for columns in columns_on(found, A4) for room in columns.rooms] == found


def test_nothing_is_spread_over_nothing():
    assert spread([], 8) == []


@pytest.mark.parametrize("code", ["", "a5", "A3", "a4"])
def test_any_other_paper_is_a4(code):
    assert paper_of(code) == A4


def test_fewer_rooms_are_written_larger():
    sizes = [columns_on([GridRoom(n, "x") for n in range(count)], A4)[0].size for count in (3, 5, 8)]
    assert sizes == ["leaf-xl", "leaf-l", "leaf-s"]


@pytest.fixture
def published(camp, olga, ben, rooms, slots):
    knots = PitchFactory(camp=camp, title="Knots", topic="Ropes", hosts=[ben])
    place_session(pitch=knots, room=rooms[0], slot=slots[0], by=olga)
    return publish_grid(camp=camp, by=olga)


def test_the_grid_on_paper_is_the_same_for_everybody(client, sign_in, camp, cleo, olga, published):
    page = f"/{camp.slug}/grid/print/"
    Interest.objects.create(pitch=camp.pitches.get(), attendee=cleo, level=2)

    def sheets(html: str) -> str:
        return re.sub(r"\s+", " ", "".join(re.findall(r"<table.*?</table>", html, re.DOTALL)))

    stranger = sheets(client.get(page).content.decode())
    assert "Knots" in stranger
    assert "Ben" in stranger
    assert "Version 1, published" in stranger
    assert "· printed " in stranger
    assert stranger.count("<svg") == 1
    for person in (cleo, olga):
        assert sheets(sign_in(person).get(page).content.decode()) == stranger


def test_before_there_is_a_grid_one_is_told_so(client, camp):
    assert client.get(f"/{camp.slug}/grid/print/").url == f"/{camp.slug}/grid/"


def test_a_withdrawn_title_is_on_no_paper(client, camp, olga, published):
    from pitches.services import withdraw_pitch

    withdraw_pitch(pitch=camp.pitches.get(), by=olga)
    html = client.get(f"/{camp.slug}/grid/print/").content.decode()
    assert "Knots" not in html
    assert "Ben" not in html


def test_every_cell_has_its_code_and_rows_for_everybody_have_none(sign_in, camp, hal, rooms, slots):
    page = sign_in(hal).get(f"/{camp.slug}/paper/cells/")
    [sheet] = page.context["page"]
    codes = [code for row in sheet.rows for code in row.cells]
    assert [code.address for code in codes] == [
        f"HTTP://TESTSERVER/Q/{mark_text(CellMark.of(slot, room))}" for slot in slots for room in rooms
    ]
    html = page.content.decode()
    assert html.count('class="qr"') == 1 + 6
    assert 'aria-label="Barn, Sat 12 Jan, 10:00"' in html
    assert "Lunch" in html


def test_codes_of_a_large_camp_come_some_sheets_at_a_time(sign_in, camp, hal, slots):
    Room.objects.bulk_create([Room(camp=camp, name=f"Room {n}", position=n) for n in range(100)])
    page = sign_in(hal).get(f"/{camp.slug}/paper/cells/?size=a4")
    assert sum(sheet.count for sheet in page.context["page"]) <= 240
    assert page.context["page"].paginator.num_pages == 2
    assert "Page 1 of 2" in page.content.decode()
    assert "rooms 1 to 8 of 100" in re.sub(r"\s+", " ", page.content.decode())


def test_without_rooms_or_slots_one_is_told_what_to_do(sign_in, camp, hal):
    assert "give the camp slots and rooms" in sign_in(hal).get(f"/{camp.slug}/paper/cells/").content.decode()


def test_there_is_a_card_for_each_open_pitch_or_for_those_that_wait(sign_in, camp, hal, olga, rooms, slots):
    knots = PitchFactory(camp=camp, title="Knots", hosts=[hal], length=2, topic="Ropes")
    bells = PitchFactory(camp=camp, title="Bells")
    PitchFactory(camp=camp, title="Kites", withdrawn_at=camp.created_at)
    place_session(pitch=bells, room=rooms[0], slot=slots[0], by=olga)
    client, path = sign_in(hal), f"/{camp.slug}/paper/cards/"
    cards = client.get(path).context["cards"]
    assert [pitch.title for pitch, _hue, _address in cards] == ["Knots", "Bells"]
    assert cards[0][2] == f"HTTP://TESTSERVER/Q/{mark_text(CardMark.of(knots))}"
    html = client.get(f"{path}?which=waiting").content.decode()
    assert "Knots" in html
    assert "takes two slots" in html
    assert "Bells" not in html
    knots.delete()
    assert "Every pitch has a place." in client.get(f"{path}?which=waiting").content.decode()


@pytest.mark.parametrize("path", ["paper/cards/", "paper/cells/", "grid/print/"])
def test_a_page_that_nobody_could_ask_for_is_one_that_is_there(sign_in, camp, olga, published, path):
    for query in ("size=a3&page=99", "size=%F0&page=x", "page=-1"):
        assert sign_in(olga).get(f"/{camp.slug}/{path}?{query}").status_code == 200
