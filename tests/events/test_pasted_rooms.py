"""Rooms come in as lines: as people have them in a mail, in a sheet, in a list made by hand."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError

from events.models import Room
from events.pasted_rooms import as_lines, read_rooms
from schedule.draft.moves import place_session

from ..factories import CampFactory, PitchFactory, RoomFactory


@pytest.mark.parametrize("total", ["Total: 50", "Summe, 50", "Total"])
def test_what_counts_the_other_lines_is_no_room(camp, total):
    with pytest.raises(ValidationError, match="counts the other lines"):
        read_rooms(f"Attic, 40\nLoft, 10\n{total}", camp)


def read(text: str, camp) -> list[tuple]:
    return [(room.name, room.capacity, *room.features) for room in read_rooms(text, camp)]


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("Attic, 40, projector", [("Attic", 40, "projector")]),
        ("Attic,40,Projector,step-free\nLoft , 10", [("Attic", 40, "projector", "step-free"), ("Loft", 10)]),
        ("Attic\n\n  \nLoft\n", [("Attic", 30), ("Loft", 30)]),
        ("Attic\t40\tprojector\r\nLoft\t10\t\r\n", [("Attic", 40, "projector"), ("Loft", 10)]),
        ("Attic; 40; Hearing loop", [("Attic", 40, "hearing-loop")]),
        ("Attic, projector, 40", [("Attic", 40, "projector")]),
        ("Attic, 40 people, STEP FREE", [("Attic", 40, "step-free")]),
        ("Attic, holds 40", [("Attic", 40)]),
        ("Barn, holds about 30\nLoft, holds ca. 30 people", [("Barn", 30), ("Loft", 30)]),
        ("Attic, ca. 25 Plätze\nLoft, about 10 seats", [("Attic", 25), ("Loft", 10)]),
        ("Attic; environ 25 places\nLoft; 10 plazas\nBox (ca. 8 plaatsen)", [("Attic", 25), ("Loft", 10), ("Box", 8)]),
        ("Raum\tPlätze\tAusstattung\nAttic\t40", [("Attic", 40)]),
        ("| Room | Seats |\n|---|:--:|\n| Attic | 40 |\n| Loft | |", [("Attic", 40), ("Loft", 30)]),
        ("Attic, 40\n----------\nLoft, 10", [("Attic", 40), ("Loft", 10)]),
        # As in every list: a cell of its own says how many, and what differs in brackets only keeps them.
        ("Attic (40), 50", [("Attic (40)", 50)]),
        ("Lab (10)\nLab (20)", [("Lab (10)", 30), ("Lab (20)", 30)]),
        ("Hall (1st)\nHall (2nd), 20", [("Hall (1st)", 30), ("Hall (2nd)", 20)]),
        (
            "Barn (cap. 30)\nDen (12 chairs)\nShed, cap. 8\nNook, 5 pax",
            [("Barn", 30), ("Den", 12), ("Shed", 8), ("Nook", 5)],
        ),
        ("Espacio; Aforo; Equipamiento\nAttic; 40", [("Attic", 40)]),
        ("Attic (40)\nLoft (10 seats), quiet", [("Attic", 40), ("Loft", 10, "quiet")]),
        # A number that no room holds tells them apart.
        ("Studio (1)\nStudio (2), 12\nBox (3 people)", [("Studio (1)", 30), ("Studio (2)", 12), ("Box", 3)]),
        ("- Attic, 40\n* Loft, 10\n• Barn, 5", [("Attic", 40), ("Loft", 10), ("Barn", 5)]),
        ("1. Attic, 40\n2) Loft", [("Attic", 40), ("Loft", 30)]),
        ("Name, Capacity, Features\nAttic, 40, Online link", [("Attic", 40, "online")]),
        ("Room\tSeats\nAttic\t40", [("Attic", 40)]),
        ('"Attic, left", 40', [("Attic, left", 40)]),
        ('The "big" one, 40', [('The "big" one', 40)]),
        ("Room 4, 25\nB12, 30", [("Room 4", 25), ("B12", 30)]),
        ("Attic, 40, projector, projector", [("Attic", 40, "projector")]),
        ("Attic,40\x0bLoft,10", [("Attic", 40), ("Loft", 10)]),
        ('"Attic, 40', [('"Attic', 40)]),
        ("\ufeffAttic, 40", [("Attic", 40)]),
    ],
)
def test_lines_as_people_have_them(camp, text, rooms):
    assert read(text, camp) == rooms


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["Paste at least one line with the name of a room."]),
        ("Name, Capacity", ["Paste at least one line with the name of a room."]),
        (", 40", ["Line 1: Begin it with the name of the room."]),
        (
            "Attic, 40\n\nLoft, beamer",
            [
                "Line 3: “beamer” is neither how many it holds nor something a room has. Take it out, or write what it is "
                "called here: Projector, Step-free, Hearing loop, Quiet, Online link, Whiteboard, Stage."
            ],
        ),
        ("Attic, 40, 50", ["Line 1: It has several sizes: 40, 50. Keep one."]),
        ("Attic, 1,000", ["Line 1: It has several sizes: 1, 000. Keep one."]),
        ("Attic\nCellar\nattic", ["Line 3: “attic”: line 1 has that name, too."]),
        ("BARN, 4", ["Line 1: “BARN”: the camp has that room already."]),
        ("Attic, 999999", ["Line 1: Ensure this value is less than or equal to 100000."]),
        (f"{'x' * 61}, 4", ["Line 1: Ensure this value has at most 60 characters (it has 61)."]),
        ("\u200b, 4", ["Line 1: Type a name that can be seen: this one has invisible characters only."]),
        ("Attic, -4", None),
        ("Attic, 4.5", None),
        ("Attic, ²", None),
        ("\n".join(f"Room {n}" for n in range(201)), ["These are more than 200 lines. Paste fewer."]),
    ],
)
def test_a_line_that_is_no_room_is_told_by_its_number(camp, rooms, text, faults):
    with pytest.raises(ValidationError) as refused:
        read_rooms(text, camp)
    if faults is not None:
        assert refused.value.messages == faults


def test_a_feature_that_an_import_brought_is_known(camp, rooms):
    Room.objects.filter(pk=rooms[0].pk).update(features=["piano"])
    assert read("Attic, Piano", camp) == [("Attic", 30, "piano")]


def test_rooms_pasted_are_there_in_their_order_and_told_as_they_were_understood(sign_in, camp, olga, rooms):
    client = sign_in(olga)
    response = client.post(f"/{camp.slug}/rooms/paste/", {"lines": "Cellar, 12\nAttic, 40, projector"}, follow=True)
    page = response.content.decode()
    assert "2 rooms are added: Cellar (12), Attic (40)." in page
    assert [room.name for room in camp.rooms.all()] == ["Barn", "Loft", "Cellar", "Attic"]
    assert 'data-touches="room-' in page


def test_one_wrong_line_and_nothing_is_added_with_everything_typed_still_there(sign_in, camp, olga):
    typed = "  Attic, 40\nLoft, beamer\n\n<b>, 4, 5"
    response = sign_in(olga).post(f"/{camp.slug}/rooms/paste/", {"lines": typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert not camp.rooms.exists()
    assert unescape(re.findall(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page, re.DOTALL)[0]) == typed
    summary = page.partition('class="summary"')[2].partition("</div>")[0]
    assert re.findall(r'<a href="#id_lines">(Line \d)', summary) == ["Line 2", "Line 4"]


def test_what_was_pasted_is_taken_back_as_long_as_nobody_used_it(sign_in, camp, olga, slots):
    client = sign_in(olga)
    client.post(f"/{camp.slug}/rooms/paste/", {"lines": "Cellar, 12\nAttic, 40"})
    cellar, attic = camp.rooms.all()
    seen = {"room": [f"{room.pk}-{room.state}" for room in (cellar, attic)]}
    Room.objects.filter(pk=attic.pk).update(directions="Up the stairs")
    page = client.post(f"/{camp.slug}/rooms/paste/undo/", seen, follow=True).content.decode()
    assert "“Attic” was changed since." in page
    assert camp.rooms.count() == 2
    Room.objects.filter(pk=attic.pk).update(directions="")
    session = place_session(pitch=PitchFactory(camp=camp), room=attic, slot=slots[0])
    page = client.post(f"/{camp.slug}/rooms/paste/undo/", seen, follow=True).content.decode()
    assert "“Attic” is used by now (" in page
    assert session.pitch.title in page
    assert camp.rooms.count() == 2
    session.cells.all().delete()
    attic.closed_in.add(slots[0])
    page = client.post(f"/{camp.slug}/rooms/paste/undo/", seen, follow=True).content.decode()
    assert "“Attic” is used by now (It is closed: " in page
    assert camp.rooms.count() == 2
    attic.closed_in.clear()
    page = client.post(f"/{camp.slug}/rooms/paste/undo/", seen, follow=True).content.decode()
    assert "2 rooms are taken away again." in page
    assert not camp.rooms.exists()
    assert "gone already" in client.post(f"/{camp.slug}/rooms/paste/undo/", seen, follow=True).content.decode()


def test_rooms_of_another_camp_are_not_taken_away(sign_in, camp, olga, rooms):
    other = RoomFactory(camp=CampFactory(), name="Theirs")
    sign_in(olga).post(f"/{camp.slug}/rooms/paste/undo/", {"room": [f"{other.pk}-{other.state}", "²-x", "x"]})
    assert Room.objects.filter(pk=other.pk).exists()


def test_rooms_written_as_lines_are_read_as_they_were(camp, rooms):
    Room.objects.filter(pk=rooms[0].pk).update(name='The "big", red one', features=["projector", "online"])
    rows = list(camp.rooms.all())
    written = as_lines(rows)
    camp.rooms.all().delete()
    assert read(written, camp) == [(r.name, r.capacity, *r.features) for r in rows]


@pytest.mark.parametrize(
    "text",
    [
        "Room | Capacity\n-----|-----\nBarn | 40\nLoft | 12", "Room | Capacity\nBarn | 40\nLoft | 12", "Barn | 40\n---+---|---\nLoft | 12",
        "Rooms:\nBarn (40)\nLoft (12)", "Name\nBarn, 40\nLoft, 12", "Room name\n\nBarn: 40\nLoft: 12",
    ],
)  # fmt: skip
def test_headings_are_no_rooms_however_the_lines_below_are_divided(camp, text):
    """They made a room “Room | Capacity”, and one called “Barn | 40” with 30 seats."""
    assert read(text, camp) == [("Barn", 40), ("Loft", 12)]


def test_a_bar_in_a_name_stays_where_nothing_is_a_table(camp):
    assert [name for name, *_rest in read("Hall | East\nHall | West", camp)] == ["Hall | East", "Hall | West"]
    assert [name for name, *_rest in read("Room", camp)] == ["Room"]


def test_a_line_that_says_what_is_below_it_is_no_room(camp):
    with pytest.raises(ValidationError, match="Line 2: “Upstairs:” says what the lines below it are"):
        read_rooms("Barn, 40\nUpstairs:\nLoft, 12", camp)
