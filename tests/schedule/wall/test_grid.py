"""Cells know how many rows they cover, from the rows of their own grid."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from events import stamps
from events.models import Camp, Slot
from schedule.draft import moves
from schedule.models import Cell, Session
from schedule.wall.grid import Grid, draft_grid, published_grid
from schedule.wall.publish import publish_grid
from schedule.wall.stamp import PARTS, latest_version
from tests.factories import PitchFactory, RoomFactory, make_slot


@pytest.fixture
def double(camp, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots", length=2)
    return moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])


def column(grid: Grid, room: int = 0) -> list[tuple[str, int, bool]]:
    """Title, span and "continued" of every cell of a room with somebody in it, from top to bottom."""
    cells = [row.cells[room] for row in grid.rows if row.cells]
    return [(c.entry.title, c.span, c.is_continued) for c in cells if c.entry]


def test_a_double_session_covers_two_rows(camp, double):
    version = publish_grid(camp=camp, by=None)
    assert column(published_grid(version, camp)) == [("Knots", 2, False), ("Knots", 0, True)]
    assert [entry.span for entry in published_grid(version, camp).entries] == [2]


def test_an_old_version_keeps_its_table_when_the_pitch_changes_its_length(camp, double, rooms, slots):
    one = moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[0])
    version = publish_grid(camp=camp, by=None)
    for pitch, length in ((double.pitch, 1), (one.pitch, 2)):
        pitch.length = length
        pitch.save()
    assert column(published_grid(version, camp)) == [("Knots", 2, False), ("Knots", 0, True)]
    assert column(published_grid(version, camp), room=1) == [("Ducks", 1, False)]


@pytest.mark.parametrize(("rooms_there", "size"), [(4, "grid"), (5, "grid wide"), (8, "grid wide"), (9, "grid widest")])
def test_the_more_rooms_the_smaller_the_table_is_printed(camp, rooms, slots, client, rooms_there, size):
    for _ in range(rooms_there - len(rooms)):
        RoomFactory(camp=camp)
    moves.place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    page = client.get(f"/{camp.slug}/grid/").content.decode()
    assert re.findall(r'<table class="([^"]*)"', page) == [size]


def test_a_row_for_everybody_in_between_parts_a_session(camp, rooms, slots):
    session = Session.objects.create(camp=camp, pitch=PitchFactory(camp=camp, title="Knots", length=2))
    for slot in slots[1:]:
        Cell.objects.create(session=session, room=rooms[0], slot=slot)
    assert column(draft_grid(camp)) == [("Knots", 1, False), ("Knots", 1, True)]


def test_midnight_parts_a_session(camp, rooms):
    late, early = make_slot(camp, 23), make_slot(camp, 24)
    moves.place_session(pitch=PitchFactory(camp=camp, title="Owls", length=2), room=rooms[0], slot=late)
    grid = draft_grid(camp)
    assert [day.rows[0].slot_id for day in grid.days] == [late.pk, early.pk]
    assert column(grid) == [("Owls", 1, False), ("Owls", 1, True)]
    assert [entry.span for entry in grid.entries] == [2]


def test_of_two_that_overlap_both_are_seen(camp, rooms):
    for hour, title in ((10, "Knots"), (10.5, "Ducks")):
        moves.place_session(pitch=PitchFactory(camp=camp, title=title), room=rooms[0], slot=make_slot(camp, hour))
    assert column(draft_grid(camp)) == [("Knots", 1, False), ("Ducks", 1, False)]


def test_a_session_in_a_slot_that_is_for_everybody_now_is_still_seen(camp, double, slots):
    Slot.objects.filter(pk=slots[0].pk).update(kind=Slot.Kind.EVERYONE, title="Opening")
    grid = draft_grid(camp)
    assert [(row.title, bool(row.cells)) for row in grid.rows[:3]] == [("Opening", False), ("", True), ("", True)]
    assert column(grid) == [("Knots", 2, False), ("Knots", 0, True)]


def test_a_session_whose_slot_and_room_the_frame_does_not_know_is_still_seen(camp, double):
    version = publish_grid(camp=camp, by=None)
    version.frame = {"rooms": [], "slots": []}
    grid = published_grid(version, camp)
    assert [room.name for room in grid.rooms] == ["Barn"]
    assert column(grid) == [("Knots", 1, False)]


def test_a_double_session_on_the_night_the_clocks_go_back_covers_two_rows(camp):
    room = RoomFactory(camp=camp)
    start = datetime(2030, 10, 27, 0, 30, tzinfo=UTC)
    slots = [
        camp.slots.create(starts_at=start + timedelta(hours=n), ends_at=start + timedelta(hours=n + 1)) for n in (0, 1)
    ]
    moves.place_session(pitch=PitchFactory(camp=camp, title="Owls", length=2), room=room, slot=slots[0])
    assert column(draft_grid(camp)) == [("Owls", 2, False), ("Owls", 0, True)]


def test_a_title_leads_to_the_place_on_the_draft_and_to_the_session_on_the_wall(camp, double):
    version = publish_grid(camp=camp, by=None)
    place = reverse("schedule:session_place", args=[camp.slug, double.pitch.pk])
    assert [entry.address for entry in draft_grid(camp).entries] == [f"{place}?running={double.pk}"]
    assert [entry.address for entry in published_grid(version, camp).entries] == [double.get_absolute_url()]


def test_a_camp_whose_name_is_a_number_has_the_same_addresses(camp, double):
    Camp.objects.filter(pk=camp.pk).update(slug="0")
    camp.slug = double.camp.slug = "0"
    version = publish_grid(camp=camp, by=None)
    assert [entry.address for entry in published_grid(version, camp).entries] == [double.get_absolute_url()]


def test_the_version_that_is_kept_is_nobodys_to_change(camp, double):
    """All who look share what is kept; each gets a version of their own, with the camp as they found it."""
    publish_grid(camp=camp, by=None)
    numbers = stamps.read(camp, *PARTS)
    mine, theirs = (latest_version(Camp.objects.get(pk=camp.pk), numbers) for _ in range(2))
    mine.camp.name = "Another"
    assert (mine.number, theirs.number, theirs.camp.name) == (1, 1, camp.name)
    assert latest_version(camp, numbers).camp is camp
