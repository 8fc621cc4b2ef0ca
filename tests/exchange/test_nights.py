"""Slots of a night in files: after midnight, and where the clocks show an hour twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from events.models import Camp
from exchange.blank_sheets import BLANKS
from exchange.report import ImportRefused, Report
from exchange.uploads import import_files

from ..factories import DAY, CampFactory

LONDON, LORD_HOWE = ("Europe/London", date(2027, 10, 30)), ("Australia/Lord_Howe", date(2027, 4, 3))


def night_of(place: tuple[str, date] = LONDON, days: int = 2) -> Camp:
    zone, day = place
    return CampFactory(time_zone=zone, starts_on=day, ends_on=day + timedelta(days=days - 1))


def read(camp: Camp, rows: str) -> Report:
    return import_files(camp=camp, files={"slots.csv": f"date,starts_at,ends_at\n{rows}"}, by=None)


def times(camp: Camp) -> list[str]:
    """In UTC."""
    return [f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}" for slot in camp.slots.all()]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "row", "found"),
    [
        (LONDON, "2027-10-31,01:15 BST,01:45 BST", "00:15–00:45"),
        (LONDON, "2027-10-31,01:15 GMT,01:45 GMT", "01:15–01:45"),
        (LONDON, "2027-10-31,01:15 BST,01:00 GMT", "00:15–01:00"),
        (LONDON, "2027-10-31,01:00 BST,01:00 GMT", "00:00–01:00"),
        (LONDON, "2027-10-31,00:30,01:15 GMT", "23:30–01:15"),
        (LONDON, "2027-10-31,01:15 GMT,02:30", "01:15–02:30"),
        (LONDON, "2027-10-30,22:00,01:30 GMT", "21:00–01:30"),
        # However it is typed.
        (LONDON, "2027-10-31,01.15 bst – 01.00 gmt,", "00:15–01:00"),
        (LONDON, ",2027-10-31 01:15 GMT,01:45 GMT", "01:15–01:45"),
        (LORD_HOWE, "2027-04-04,01:45 +11,01:45 +1030", "14:45–15:15"),
        # Nothing says which: it is the first; and what starts in the second does not end before that.
        (LONDON, "2027-10-31,01:15,01:45", "00:15–00:45"),
        (LONDON, "2027-10-31,01:15 GMT,01:45", "01:15–01:45"),
    ],
)
def test_a_row_says_which_of_two_equal_hours(place, row, found):
    camp = night_of(place)
    report = read(camp, row)
    assert (report.fault_count, report.remarks) == (0, [])
    assert times(camp) == [found]


@pytest.mark.django_db
@pytest.mark.parametrize("row", ["2027-10-30,10:00 GMT,11:00", "2027-10-31,01:15 CET,02:15"])
def test_the_name_of_another_zone_is_refused(row):
    camp = night_of()
    with pytest.raises(ImportRefused) as refused:
        read(camp, row)
    assert refused.value.report.fault_count == 1


@pytest.mark.django_db
def test_a_row_that_falls_on_another_is_told():
    camp = night_of()
    report = read(camp, "2027-10-31,01:15,01:45\n2027-10-31,01:15,01:45\n")
    assert [line.reason for line in report.remarks] == ["Row 2 is a slot at 01:15 BST, too: this one is left out."]


@pytest.mark.django_db
@pytest.mark.parametrize("blank", ["grid", "list"])
def test_a_sheet_that_we_give_comes_back_in(blank):
    """Filled in by hand: each session is in the hour beside which it was written."""
    camp = night_of()
    camp.rooms.create(name="Attic"), camp.rooms.create(name="Barn")
    read(camp, "2027-10-31,01:15 BST,01:45 BST\n2027-10-31,01:15 GMT,01:45 GMT\n")
    text = BLANKS[blank].made_of(camp)
    titles = iter("ABCD")
    lines = []
    for line in text.splitlines():
        if "01:15" in line and blank == "grid":
            line = f"{line.split(',')[0]},{next(titles)},"
        elif "01:15" in line:
            line = ",".join([*line.split(",")[:5], next(titles), *line.split(",")[6:]])
        lines.append(line)
    report = import_files(camp=camp, files={"sheet.csv": "\n".join(lines)}, by=None)
    assert report.fault_count == 0, report.remarks
    placed = camp.sessions.order_by("pitch__title").values_list("pitch__title", "cells__slot__starts_at__hour")
    assert list(placed) == ([("A", 0), ("B", 1)] if blank == "grid" else [("A", 0), ("B", 0), ("C", 1), ("D", 1)])


@pytest.mark.django_db
def test_a_list_by_times_says_it_too():
    camp = night_of()
    camp.rooms.create(name="Attic")
    read(camp, "2027-10-31,01:15 BST,01:45 BST\n2027-10-31,01:15 GMT,01:45 GMT\n")
    text = "Date,Time,Room,Title\n2027-10-31,01:15 BST,Attic,Owls\n2027-10-31,Sun 01:15 GMT,Attic,01:15 GMT is what\n"
    assert import_files(camp=camp, files={"sheet.csv": text}, by=None).fault_count == 0
    assert set(camp.sessions.values_list("pitch__title", "cells__slot__starts_at__hour")) >= {("Owls", 0)}
    assert camp.sessions.filter(cells__slot__starts_at__hour=1).count() == 1


@pytest.mark.django_db
def test_a_sheet_that_has_the_other_hour_is_told():
    camp = night_of()
    read(camp, "2027-10-31,01:15 GMT,01:45 GMT\n")
    head = "Year,Time,Session,Room,Capacity,Title,Leader1\n"
    for time, told in (
        ("01:15 GMT", []),
        ("01:15 BST", ["The sheet says “Sun 01:15”; session 1 starts at 01:15 GMT, and that holds."]),
    ):
        sheet = {"sheet.csv": f"{head}2027,Sun {time},1,Attic,20,Owls,Ben\n"}
        report = import_files(camp=camp, files=sheet, by=None)
        assert [r.reason for r in report.remarks if "holds" in r.reason] == told


def test_without_dates_what_is_below_the_late_evening_is_after_midnight(camp):
    rows = ",09:00,10:00\n,22:00,23:00\n,23:30,00:30\n,00:45,01:30\n,2:00,3:00\n"
    report = read(camp, rows)
    assert times(camp) == ["09:00–10:00", "22:00–23:00", "23:30–00:30", "00:45–01:30", "02:00–03:00"]
    assert [(line.row, line.reason) for line in report.remarks] == [
        (5, "“00:45” stands below the late evening: it is read as Sun 13 Jan, and so on.")
    ]
    assert read(camp, rows).has_changed_nothing


@pytest.mark.parametrize(
    "rows",
    [
        # It stands above the evening: it is the morning.
        ",00:45,01:30\n,22:00,23:00\n",
        # And so it is where a day begins anew, or a date says so.
        ",22:00,23:00\n,08:00,09:00\n,00:45,01:30\n",
        f",22:00,23:00\n{DAY.date()},00:45,01:30\n",
    ],
)
def test_else_it_is_the_morning_before(camp, rows):
    assert read(camp, rows).remarks == []
    starts = datetime.fromisoformat(f"{DAY.date()} 00:45Z")
    assert camp.slots.order_by("starts_at").first().starts_at == starts
