"""What says a day in lists and sheets, as people write it in five languages; and what only looks like it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import dates, translation

from events.models import Camp
from exchange.cells import days_in, days_named, names_several_days
from exchange.day_names import LANGUAGES, WEEKDAY, month_of, weekday_of
from exchange.spans import label_of
from exchange.uploads import import_files
from tests.factories import CampFactory

FIRST, LAST, ZONE = date(2030, 1, 12), date(2030, 1, 20), "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        # A month and its year say no day: the 20th is none of theirs.
        ("Jan 2030", None), ("January 2030", None), ("Lakeside Camp, Januar 2030", None), ("janv. 2030", None),
        ("20 Jan 2030", [20]), ("Jan 20 2030", [20]), ("Jan 20, 2030", [20]), ("Jan 20th", [20]), ("Jan 20", [20]),
        # What only begins like a month is none.
        ("3 Marketing teams", None), ("Junior 13", None), ("Decision 12", None), ("12 Mayors", None),
        ("mardi", [15]), ("martes", [15]), ("maandag", [14]), ("mardi 9h30", [15]), ("Maandag 14", [14]),
        # Without a year.
        ("12.1.", [12]), ("Sa 12.01.", [12]), ("So, 13. 1.", [13]), ("Chapter 1.1. and 7.1.", None),
        ("1/13", [13]), ("Sun 1/13", [13]), ("13/1", [13]), ("1/13/30", [13]), ("13.1.30", [13]), ("1/2 of it", None), ("1/13/2", None),
        ("2030/01/13", [13]), ("2030.1.13", [13]), ("12. Mrz 2030", []), ("13. Jänner", [13]),
    ],
)  # fmt: skip
def test_a_day_is_named_or_it_is_not(text, days):
    found = days_named(text, FIRST, LAST, ZONE)
    assert (found if found is None else [day.day for day in found]) == days


@pytest.mark.parametrize(
    ("text", "is_several"),
    [
        ("9–10 mardi", False), ("10-11 Maandag", False), ("12–13 Marketing", False), ("1 & 2 Junioren", False),
        ("12–13 mars", True), ("12-13 Jan 2030", True), ("mardi & jeudi", True), ("12.1. und 13.1.", True), ("12.1.", False),
        ("Jan 2030", False),
    ],
)  # fmt: skip
def test_a_weekday_makes_no_second_day_of_two_hours(text, is_several):
    assert names_several_days(text) == is_several


@pytest.mark.parametrize("day", ["mardi", "martes", "maandag"])
def test_an_hour_behind_a_weekday_is_an_hour(day):
    """As behind a month it would be the number of a day."""
    label = label_of(f"{day} 9 – 10:00")
    assert label is not None
    assert (f"{label.start:%H:%M}", f"{label.end:%H:%M}", label.beside) == ("09:00", "10:00", day)


def test_every_weekday_that_is_found_has_its_number_and_is_no_month():
    for language in LANGUAGES:
        with translation.override(language):
            for number, name in dates.WEEKDAYS.items():
                found = WEEKDAY.search(str(name))
                assert found is not None
                assert weekday_of(found) == number
                assert month_of(str(name)) == 0
                assert days_in(f"3 {name} 2030", ZONE) == []


def test_a_list_of_slots_may_name_weekdays(db):
    camp = CampFactory(starts_on=date(2030, 1, 12), ends_on=date(2030, 1, 13))
    text = "Day,Start,End\nSaturday,10:00,11:00\nSonntag,10:00,11:00\nDay 2,11:00,12:00\n13.1.,12:00,13:00\n"
    import_files(camp=camp, files={"slots.csv": text}, by=None)
    assert [f"{slot.starts_at:%a %H:%M}" for slot in camp.slots.all()] == [
        "Sat 10:00", "Sun 10:00", "Sun 11:00", "Sun 12:00",
    ]  # fmt: skip


# -- rows that say a day in several cells --------------------------------------------------------------------


def slots_of(camp: Camp, name: str, *lines: str) -> tuple[list[str], str]:
    """When each slot starts and ends that comes in, and all that is told."""
    report = import_files(camp=camp, files={name: "\n".join(lines) + "\n"}, by=None, skip_bad_rows=True)
    zone = camp.tz
    slots = [
        f"{slot.starts_at.astimezone(zone):%d %H:%M}–{slot.ends_at.astimezone(zone):%d %H:%M}"
        for slot in camp.slots.all()
    ]
    return slots, "\n".join(map(str, [*report.faults, *report.remarks]))


def weekend() -> Camp:
    return CampFactory(starts_on=FIRST, ends_on=date(2030, 1, 13), time_zone=ZONE)


@pytest.mark.parametrize(
    ("row", "slot"),
    [
        ("2030-01-12,24:00,1:00", "13 00:00–13 01:00"), ("2030-01-12,24:00–1:00,", "13 00:00–13 01:00"),
        ("2030-01-12,24 Uhr,1 Uhr", "13 00:00–13 01:00"), ("2030-01-13,24:00,1:00", "14 00:00–14 01:00"),
        ("2030-01-11,24:00,1:00", "12 00:00–12 01:00"), (",2030-01-12 24:00,2030-01-13 1:00", "13 00:00–13 01:00"),
        ("2030-01-12,23:00,24:00", "12 23:00–13 00:00"), ("2030-01-12,0:00,1:00", "12 00:00–12 01:00"),
    ],
)  # fmt: skip
def test_what_starts_at_24_is_of_the_next_day(db, row, slot):
    assert slots_of(weekend(), "slots.csv", "date,starts_at,ends_at", row)[0] == [slot]


def test_24_after_the_night_of_the_camp_is_no_time_of_it(db):
    slots, told = slots_of(weekend(), "slots.csv", "date,starts_at,ends_at", "2030-01-14,24:00,1:00")
    assert (slots, "2030-01-14 is not a day of the camp" in told) == ([], True)


@pytest.mark.parametrize(
    "sheet",
    [
        ["Date,Time,Ends,Room,Title", "2030-01-12,24:00,1:00,Barn,Owls"],
        ["Date,Time,Room,Title", "2030-01-13,10:00–11:00,Loft,Ducks", "2030-01-12,24:00–1:00,Barn,Owls"],
        ["Year,Session,Time,Room,Title", "2030,1,12.1. 24:00–1:00,Barn,Owls"],
        ["12.1.2030,Barn,Loft", "24:00–1:00,Owls,Ducks"],
    ],
)
def test_in_a_sheet_that_starts_at_24_is_of_the_next_day(db, sheet):
    assert slots_of(weekend(), "sheet.csv", *sheet)[0][0] == "13 00:00–13 01:00"


OTHER_DAYS = [
    (",2030-01-12 10:00,2030-01-13 11:00", "2030-01-12 10:00", "2030-01-13 11:00"),
    (",2030-01-12 10:00,2030-01-11 11:00", "2030-01-12 10:00", "2030-01-11 11:00"),
    ("2030-01-12,10:00,2030-01-13 11:00", "2030-01-12 10:00", "2030-01-13 11:00"),
    ("2030-01-12,2030-01-13 10:00,11:00", "2030-01-12", "2030-01-13 10:00"),
    ("2030-01-12,22:00,2030-01-14 1:00", "2030-01-12 22:00", "2030-01-14 1:00"),
]


@pytest.mark.parametrize(("row", "one", "other"), OTHER_DAYS)
@pytest.mark.parametrize(
    ("name", "head", "more"), [("slots.csv", "date,starts_at,ends_at", ""), ("sheet.csv", "Date,Time,Ends,Room,Title", ",Barn,Owls")]
)  # fmt: skip
def test_a_row_whose_cells_say_different_days_is_wrong(db, name, head, more, row, one, other):
    slots, told = slots_of(weekend(), name, head, row + more)
    assert (slots, f"row 2: “{one}” and “{other}” name different days: write one." in told) == ([], True), told


@pytest.mark.parametrize(
    ("row", "slot"),
    [
        (",2030-01-12 10:00,2030-01-12 11:00", "12 10:00–12 11:00"), (",2030-01-12 22:00,2030-01-13 1:00", "12 22:00–13 01:00"),
        ("12.1.2030,2030-01-12  10:00,12.01.2030 11:00", "12 10:00–12 11:00"), ("Saturday,2030-01-12 10:00,11:00", "12 10:00–12 11:00"),
        # From there spreadsheets count: it is no day.
        ("2030-01-12,1899-12-30 10:00:00,1899-12-30 11:00:00", "12 10:00–12 11:00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "head", "more"), [("slots.csv", "date,starts_at,ends_at", ""), ("sheet.csv", "Date,Time,Ends,Room,Title", ",Barn,Owls")]
)  # fmt: skip
def test_a_day_that_is_said_twice_is_one(db, name, head, more, row, slot):
    assert slots_of(weekend(), name, head, row + more)[0] == [slot]


@pytest.mark.parametrize(
    "row", ["2030-01-12T10:00:00Z,11:00", "2030-01-12 10:00,2030-01-12T11:00+01:00", "10:00Z–11:00Z,"]
)
def test_a_time_zone_in_a_list_of_slots_is_told(db, row):
    slots, told = slots_of(weekend(), "slots.csv", "date,starts_at,ends_at", f"2030-01-12,{row}")
    assert (slots, "says a time zone: write the time that clocks in the camp show." in told) == ([], True), told
