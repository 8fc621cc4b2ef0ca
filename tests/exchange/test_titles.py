"""Which pitch the title of a row means, and what belongs to a title."""

from __future__ import annotations

import pytest

from events.models import Camp
from exchange.csv_export import sheet
from exchange.titles import plain
from exchange.uploads import import_files
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory

from .test_sheets import csv, standing, told


def led(camp: Camp) -> list[str]:
    return sorted(
        f"{pitch.title}: {', '.join(h.display_name for h in pitch.hosts.all())}" for pitch in camp.pitches.all()
    )


@pytest.fixture
def ann(camp):
    return AttendeeFactory(camp=camp, display_name="Ann", user=None)


@pytest.fixture
def bob(camp):
    return AttendeeFactory(camp=camp, display_name="Bob", user=None)


@pytest.mark.parametrize("other", ["Accessibility", "ACCESSIBILITY"])
@pytest.mark.parametrize("is_led_by_one", [False, True])
def test_two_pitches_of_one_title_keep_their_cells_and_hosts(camp, ann, bob, rooms, slots, other, is_led_by_one):
    first = PitchFactory(camp=camp, title="Accessibility", hosts=[ann])
    second = PitchFactory(camp=camp, title=other, hosts=[ann if is_led_by_one else bob])
    # That which is made later stands first.
    place_session(pitch=first, room=rooms[0], slot=slots[1])
    place_session(pitch=second, room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=None)
    hanging, leading = standing(camp), led(camp)
    report = import_files(camp=camp, files={"sheet.csv": sheet(camp)}, by=None)
    assert report.has_changed_nothing
    assert not report.remarks
    assert (standing(camp), led(camp)) == (hanging, leading)
    assert first.sessions.count() == second.sessions.count() == 1


def test_of_several_that_are_called_so_the_row_means_the_one_whose_host_it_names(camp, ann, bob, rooms, slots):
    first = PitchFactory(camp=camp, title="Accessibility", hosts=[ann])
    second = PitchFactory(camp=camp, title="Accessibility", hosts=[bob])
    place_session(pitch=first, room=rooms[0], slot=slots[0])
    report = import_files(camp=camp, files=csv("Session,Room,Title,Leader1", "1,Barn,Accessibility,Bob"), by=None)
    assert second.sessions.get().cells.get().room == rooms[0]
    assert led(camp) == ["Accessibility: Ann", "Accessibility: Bob"]
    assert "row 2: “Accessibility” stood there on the draft" in told(report)


def test_on_a_wall_the_title_means_what_stands_there(camp, ann, bob, rooms, slots):
    PitchFactory(camp=camp, title="Accessibility", hosts=[ann])
    second = PitchFactory(camp=camp, title="accessibility", hosts=[bob])
    place_session(pitch=second, room=rooms[1], slot=slots[0])
    wall = csv("Time,Barn,Loft", "10:00,,Accessibility", "11:00,Ducks,")
    import_files(camp=camp, files=wall, by=None)
    assert second.sessions.get().cells.get().room == rooms[1]
    assert camp.sessions.count() == 2


def test_whoever_loses_a_cell_or_gets_a_host_by_a_sheet_is_told(camp, ann, bob, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp, title="Owls", hosts=[bob]), room=rooms[0], slot=slots[0])
    place_session(pitch=PitchFactory(camp=camp, title="Bats", hosts=[bob]), room=rooms[0], slot=slots[1])
    PitchFactory(camp=camp, title="Knots", hosts=[ann])
    rows = ["Session,Room,Title,Leader1", "1,Barn,Knots,Bob", "2,Barn,Newts,Cy", "3,Barn,Bats,Bob"]
    report = import_files(camp=camp, files=csv(*rows), by=None)
    lines = told(report).splitlines()
    assert "sheet.csv, row 2: “Knots” is there already: by this row it is led by Bob, too." in lines
    # Bats has another cell by the sheet.
    assert [line for line in lines if "gives way" in line] == [
        "sheet.csv, row 2: “Owls” stood there on the draft: it gives way to what the sheet says."
    ]


KEPT = [
    '"Agile" is dead', "'Tis the season", "“Smart” cities", "'Hello' in five languages", "Why “not”", "The hosts'",
    "“One” and “two”", "„Ja“ heißt ja", "’Twas", "‘Tis",
]  # fmt: skip


@pytest.mark.parametrize("title", KEPT)
def test_marks_that_have_a_partner_and_apostrophes_stay(camp, ann, rooms, slots, title):
    place_session(pitch=PitchFactory(camp=camp, title=title, hosts=[ann]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    fresh = CampFactory(starts_on=camp.starts_on, ends_on=camp.ends_on)
    report = import_files(camp=fresh, files={"sheet.csv": sheet(camp)}, by=None)
    assert [pitch.title for pitch in fresh.pitches.all()] == [title]
    assert "stray" not in told(report)
    assert import_files(camp=camp, files={"sheet.csv": sheet(camp)}, by=None).has_changed_nothing


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ('"Knots', "Knots"), ("Knots”", "Knots"), ('"Agile" is dead"', '"Agile" is dead'), ("“Ducks”", "Ducks"),
        ('""Knots', "Knots"), ("“Knots by ‘Ann’", "Knots by ‘Ann’"), ('"“Smart” cities', "“Smart” cities"), ('"', ""),
    ],
)  # fmt: skip
def test_marks_without_a_partner_or_around_the_whole_are_stray(typed, title):
    assert plain(typed) == title
