"""Walls whose days stand above the rooms, side by side."""

from __future__ import annotations

from datetime import date

import pytest

from events.decoding import BY_PAGE
from events.models import Camp
from exchange.uploads import import_files
from tests.exchange.spreadsheets import text_of, xlsx
from tests.factories import CampFactory

from .test_sheets import csv, refused, slots_of, standing, told


@pytest.fixture
def weekend(db) -> Camp:
    return CampFactory(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 13))


#: of a wall with Knots and Ducks on the first day, Bells and Fires on the other
STANDING = ["Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sun 10:00 Attic Fires", "Sun 10:00 Hall Bells"]
ROOMS = ("Barn,Loft,Hall,Attic", "10:00,Knots,Ducks,Bells,Fires", "11:00,,,,")


@pytest.mark.parametrize(
    "above",
    [
        [",Sat 12 Jan,,Sun 13 Jan,", ","],
        [",Saturday,,Sunday,", "Time,"],
        ["Time,Saturday,,Sunday,", ","],
        ["Day,Day 1,,Day 2,", "Time,"],
        ["Plan,,,,", "Zeit,Samstag,,Sonntag,", ","],
        ["Samstag,,,Sonntag,", "Zeit,"],
        [",Sat,Sat,Sun,Sun", "Time,"],
        [",2030-01-12,,2030-01-13,", "Time,"],
        [",Day 1: knots,,Day 2: bells,", "Time,"],
        ["12–13 January,,,,", ",12.1.,,13.1.,", "Time,"],
    ],
)
def test_each_room_is_on_the_day_above_it(weekend, above):
    *lines, head = above
    report = import_files(camp=weekend, files=csv(*lines, head + ROOMS[0], *ROOMS[1:]), by=None)
    assert standing(weekend) == STANDING
    assert slots_of(weekend) == "Sat 10:00–11:00, Sat 11:00–12:00, Sun 10:00–11:00, Sun 11:00–12:00"
    assert "left out: “Sat" not in told(report)


def test_rooms_may_stand_above_their_days(weekend):
    import_files(camp=weekend, files=csv("," + ROOMS[0], ",Sat,,Sun,", *ROOMS[1:]), by=None)
    assert standing(weekend) == STANDING


@pytest.mark.parametrize(
    ("merged", "break_", "slots"),
    [
        (("B1:C1", "D1:E1", "B4:E4"), ["", "", ""], "Sat 12:00–12:45 Party, Sun 10:00–11:00"),
        (("B1:C1", "D1:E1", "B4:C4", "D4:E4"), ["", "Tombola", ""], "Sun 12:00–12:45 Tombola"),
    ],
)
def test_what_is_merged_over_rooms_is_of_their_days(weekend, merged, break_, slots):
    rows: list[list[str | int | float]] = [
        ["", "Saturday", "", "Sunday", ""], ["Time", "Barn", "Loft", "Barn", "Loft"],
        ["10:00–11:00", "Knots", "Ducks", "Bells", "Fires"], ["12:00–12:45", "Party", *break_],
    ]  # fmt: skip
    import_files(camp=weekend, files={"sheet.csv": text_of(xlsx(rows, *merged), BY_PAGE)}, by=None)
    assert slots in slots_of(weekend)
    assert "Sun 12:00" in slots_of(weekend)
    assert standing(weekend)[-2:] == ["Sun 10:00 Barn Bells", "Sun 10:00 Loft Fires"]


def test_what_is_merged_over_the_border_of_two_days_is_on_both(weekend):
    rows: list[list[str | int | float]] = [
        ["", "Saturday", "", "Sunday", ""], ["Time", "Barn", "Loft", "Barn", "Loft"],
        ["10:00", "Knots", "Ducks", "", "Fires"], ["11:00", "", "", "", ""],
    ]  # fmt: skip
    data = text_of(xlsx(rows, "B1:C1", "D1:E1", "C3:D3"), BY_PAGE)
    import_files(camp=weekend, files={"sheet.csv": data}, by=None)
    assert standing(weekend) == [
        "Sat 10:00 Barn Knots", "Sat 10:00 Loft Ducks", "Sun 10:00 Barn Ducks", "Sun 10:00 Loft Fires",
    ]  # fmt: skip


def test_other_days_may_follow_below(db):
    camp = CampFactory(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 16))
    lines = (
        ",Sat,,Sun,", "Time,Barn,Loft,Barn,Loft", "10:00,A,B,C,D", ",Mon,,Tue,", "10:00,E,,,F",
        "Wednesday,Barn,Loft,,", "10:00,G,H,,",
    )  # fmt: skip
    import_files(camp=camp, files=csv(*lines), by=None)
    assert standing(camp) == [
        "Mon 10:00 Barn E", "Sat 10:00 Barn A", "Sat 10:00 Loft B", "Sun 10:00 Barn C", "Sun 10:00 Loft D",
        "Tue 10:00 Loft F", "Wed 10:00 Barn G", "Wed 10:00 Loft H",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        # The camp from its first day to its last, and no days of columns.
        ("From,12 Jan,to,13 Jan,", "Time," + ROOMS[0]),
        ("12 Jan,13 Jan,,,", "Time," + ROOMS[0]),
        (",12 Jan,13 Jan,,", "Time," + ROOMS[0]),
        # A room of no day, and a day of no room.
        (",,Sat,,Sun", "Time," + ROOMS[0]),
        (",Sat,,,,Sun", "Time," + ROOMS[0]),
        # Both in one cell.
        ("Time,Sat 12 Jan Barn,Sat 12 Jan Loft,Sun 13 Jan Barn,Sun 13 Jan Loft",),
        ("Saturday,,,,", "Time,Sat Barn,Sat Loft,Sun Barn,Sun Loft"),
        ("Time,12 Jan,,13 Jan,",),
        # One below the other, and nothing between them.
        ("Sat 12 Jan,,,,", "Sun 13 Jan,,,,", "Time," + ROOMS[0]),
    ],
)
def test_where_the_day_of_a_room_is_not_certain_it_is_a_fault(weekend, lines):
    said = refused(weekend, csv(*lines, *ROOMS[1:]))
    assert "a grid of" in said or "names several days: write one." in said
    import_files(camp=weekend, files=csv(*lines, *ROOMS[1:]), by=None, skip_bad_rows=True)
    assert not standing(weekend)


def test_a_day_merged_over_some_rooms_is_not_that_of_those_behind(weekend):
    rows: list[list[str | int | float]] = [
        ["", "Saturday", "", "", "Sunday"], ["Time", "Barn", "Loft", "Hall", "Attic"], ["10:00", "A", "B", "C", "D"],
        ["11:00", "", "", "", ""],
    ]  # fmt: skip
    said = refused(weekend, {"sheet.csv": text_of(xlsx(rows, "B1:C1"), BY_PAGE)})
    assert "cell B1: “Saturday · Sunday” are several days, and which room is on which is not certain" in said


def test_a_day_above_and_another_beside_a_time_are_a_fault(weekend):
    said = refused(weekend, csv(",Sat,,Sun,", "Time," + ROOMS[0], "Sat 10:00,Knots,,Bells,", "Sat 11:00,,,,"))
    assert "cell A3: “Sun” and “Sat” name different days: write one." in said


def test_a_day_beside_other_things_in_a_line_is_that_of_what_follows(weekend):
    lines = ("Saturday", "Time,Barn,Loft", "10:00,Knots,", "Sunday,doors open at nine,", "10:00,Bells,")
    report = import_files(camp=weekend, files=csv(*lines), by=None)
    assert standing(weekend) == ["Sat 10:00 Barn Knots", "Sun 10:00 Barn Bells"]
    assert "cell A4: No time stands beside “Sunday · doors open at nine”: it is left out." in told(report)


def test_what_stands_above_a_wall_without_an_end_is_not_read(weekend):
    """Each line of it was read as one of the wall, in every way in which that can stand: for half a minute."""
    wall = ["", ",Barn,Loft", "10:00,Knots,Ducks", "11:00,Bells,Fires"]
    above = [f"Line of,many,{number}" for number in range(100, 149)]
    said = refused(weekend, csv("Sat 12 Jan", *above, *wall))
    assert "nor a grid with times down and rooms across that begins within its first 50 lines." in said
    import_files(camp=weekend, files=csv("Sat 12 Jan", *above[2:], *wall), by=None)
    assert "Sat 10:00 Barn Knots" in standing(weekend)


def test_far_down_no_column_of_numbers_makes_a_grid_of_it(weekend):
    lines = [
        "Session 5,of,many",
        *[f"Line of,many,{number}" for number in range(100, 149)],
        ",Barn,Loft",
        "10:00,Knots,Ducks",
    ]
    assert "begins within its first 50 lines." in refused(weekend, csv("Sat 12 Jan", *lines))
