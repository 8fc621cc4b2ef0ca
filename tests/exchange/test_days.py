"""What says a day in lists and sheets, as people write it in five languages; and what only looks like it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import dates, translation

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
