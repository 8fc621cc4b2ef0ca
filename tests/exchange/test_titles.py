"""Which pitch the title of a row means, and what belongs to a title."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Camp
from exchange.csv_export import sheet
from exchange.titles import plain
from exchange.uploads import import_files
from notes.models import Link
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, make_slot

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


def test_a_room_that_is_not_known_yet_is_none(camp, rooms, slots):
    names = ["TBC", "tbd", "n/a", "?"]
    rows = [f"1,{name},Talk {n}" for n, name in enumerate(names)]
    lines = told(import_files(camp=camp, files=csv("Session,Room,Title", *rows), by=None))
    assert set(camp.rooms.all()) == {*rooms}
    assert not standing(camp)
    for n, name in enumerate(names):
        assert f"row {n + 2}: “{name}” is no room." in lines
        assert f"row {n + 2}: “Talk {n}” has no room: it waits for a place." in lines


def test_a_cell_of_a_wall_that_says_that_nothing_is_there_is_empty(camp, rooms, slots):
    words = ["free", "empty", "x", "OPEN", "Closed", "not available"]
    rooms_there = ",".join(f"Room {n}" for n in range(len(words)))
    wall = csv(f"Time,Barn,{rooms_there}", f"10:00,Knots,{','.join(words)}", f"11:00,Ducks{',' * len(words)}")
    lines = told(import_files(camp=camp, files=wall, by=None))
    assert standing(camp) == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Ducks"]
    for word in words:
        assert f"“{word}” is no title: it is left out." in lines


@pytest.mark.parametrize("title", ["CANCELLED: Foo", "Cancelled – Foo", "Foo (cancelled)", "Canceled", "Abgesagt: Foo"])
@pytest.mark.parametrize("is_wall", [False, True])
def test_what_is_cancelled_is_left_out_and_told(camp, rooms, slots, title, is_wall):
    wall = csv("Time,Barn,Loft", f"10:00,Knots,{title}", "11:00,Ducks,")
    listed = csv("Session,Room,Title", "1,Barn,Knots", "2,Barn,Ducks", f"1,Loft,{title}")
    report = import_files(camp=camp, files=wall if is_wall else listed, by=None)
    assert standing(camp) == ["Sat 10:00 Barn Knots", "Sat 11:00 Barn Ducks"]
    assert f"“{title}” is left out." in told(report)


def test_a_pitch_that_speaks_of_what_is_cancelled_is_one(camp, rooms, slots):
    PitchFactory(camp=camp, title="Cancelled: a history")
    import_files(camp=camp, files=csv("Session,Room,Title", "1,Barn,Cancelled: a history"), by=None)
    assert standing(camp) == ["Sat 10:00 Barn Cancelled: a history"]


@pytest.mark.parametrize("is_wall", [False, True])
def test_several_lines_and_an_address_behind_a_title_are_told(camp, rooms, slots, is_wall):
    talk, linked = '"First talk\nSecond talk"', "Knots https://notes.example/1"
    wall = csv("Time,Barn,Loft", f"10:00,{talk},{linked}")
    listed = csv("Session,Room,Title", f"1,Barn,{talk}", f"1,Loft,{linked}")
    lines = told(import_files(camp=camp, files=wall if is_wall else listed, by=None))
    assert standing(camp) == ["Sat 10:00 Barn First talk Second talk", "Sat 10:00 Loft Knots"]
    assert "“First talk Second talk” has several lines and is read as one title" in lines
    assert "The address behind “Knots” is no part of the title: it is read as that of its notes." in lines
    assert Link.objects.get().url == "https://notes.example/1"


def test_where_no_row_can_be_used_there_is_nothing_to_press(sign_in, camp, olga, rooms, slots):
    rows = b"Session,Room,Title\n1,Barn,\n"
    page = (
        sign_in(olga)
        .post(f"/{camp.slug}/import/", {"sheet": SimpleUploadedFile("sheet.csv", rows)}, follow=True)
        .content.decode()
    )
    assert "No row can be used: there is nothing to import." in page
    assert ">Import</button>" not in page


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


NAMED_ODDLY = [
    "TBA",
    "n/a",
    "🦆",
    '"Agile" is dead',
    "'Tis the season",
    'Say "hi"',
    "“Smart” cities",
    "Open",
]


@pytest.mark.parametrize("title", NAMED_ODDLY)
def test_our_own_sheet_loses_no_title(camp, ann, rooms, slots, title):
    """Into the same camp nothing changes; into a fresh one it comes as it is."""
    pitch = PitchFactory(camp=camp, title=title, hosts=[ann])
    place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    ours, hanging = sheet(camp), standing(camp)
    assert import_files(camp=camp, files={"sheet.csv": ours}, by=None).has_changed_nothing
    assert standing(camp) == hanging
    fresh = CampFactory(starts_on=camp.starts_on, ends_on=camp.ends_on, time_zone=camp.time_zone)
    for slot in camp.slots.all():
        slot.pk, slot.camp = None, fresh
        slot.save()
    import_files(camp=fresh, files={"sheet.csv": ours}, by=None)
    assert [pitch.title for pitch in fresh.pitches.all()] == [title]


@pytest.mark.parametrize(
    "title",
    [
        'TV of 55"',
        "“Open",
        "???",
        "…",
        ":-)",
        '"x"',
        "Cancelled: tea",
        "foo (cancelled)",
        "Closing",
        "See https://x.example/1",
    ],
)
def test_a_title_that_is_not_as_titles_are_comes_out_and_in_as_it_is(camp, rooms, title):
    slot = make_slot(camp, 10)
    place_session(pitch=PitchFactory(camp=camp, title=title), room=rooms[0], slot=slot)
    other = title.strip('"“')
    if other and other != title:
        place_session(pitch=PitchFactory(camp=camp, title=other), room=rooms[1], slot=slot)
    publish_grid(camp=camp, by=None)
    text = sheet(camp)
    assert import_files(camp=camp, files={"sheet.csv": text}, by=None).has_changed_nothing
    fresh = CampFactory(slug="fresh", starts_on=camp.starts_on, ends_on=camp.ends_on)
    make_slot(fresh, 10)
    report = import_files(camp=fresh, files={"sheet.csv": text}, by=None)
    assert sorted(p.title for p in fresh.pitches.all()) == sorted(p.title for p in camp.pitches.all())
    assert "stray quotes" not in " ".join(map(str, report.remarks))
