"""A build that is done beside a draft that was changed meanwhile: what taking it does, and to whose moves."""

from __future__ import annotations

import pytest

from schedule.draft.moves import pin_session, place_session, unplace_session
from schedule.draft.rows import read_draft
from schedule.draft.undo import undo_step
from schedule.models import GridBuild
from schedule.workshop.taking import if_taken
from tests.factories import PitchFactory, make_organiser


@pytest.fixture
def tunde(camp):
    return make_organiser(camp, "Tunde")


@pytest.fixture
def pitches(camp):
    return [PitchFactory(camp=camp, title=title) for title in ("Knots", "Ducks", "Soup", "Chess")]


@pytest.fixture
def done(camp, olga, rooms, slots, pitches) -> GridBuild:
    """Knots and Ducks stood there when it began; it found places for them and for Soup."""
    for pitch, slot in zip(pitches[:2], slots, strict=False):
        place_session(pitch=pitch, room=rooms[0], slot=slot, by=olga)
    rows = [(pitches[0], slots[0]), (pitches[1], slots[1]), (pitches[2], slots[2])]
    plan = [[pitch.pk, slot.pk, rooms[0].pk] for pitch, slot in rows]
    return camp.grid_builds.create(state=GridBuild.State.DONE, plan=plan)


def said(camp, build) -> str:
    return if_taken(read_draft(camp), build)


def test_what_moves_comes_and_goes_is_counted_each_for_itself(camp, tunde, rooms, slots, pitches, done):
    assert said(camp, done) == "If you take it, 1 more gets a place."
    place_session(pitch=pitches[3], room=rooms[1], slot=slots[0])
    place_session(pitch=pitches[0], room=rooms[1], slot=slots[1])
    assert said(camp, done).startswith("If you take it, 1 session moves, 1 more gets a place, 1 loses its place.")


def test_it_is_said_whose_moves_would_be_undone(camp, olga, tunde, rooms, slots, pitches, done):
    place_session(pitch=pitches[0], room=rooms[1], slot=slots[0], by=tunde)
    assert said(camp, done).endswith("That undoes what was done since it began: Tunde: “Knots” moved to Loft, 10:00.")
    # One who put nothing in its way is not named, nor one who took it back; what a build brings back is.
    pin_session(session=camp.sessions.get(pitch=pitches[1]), is_pinned=True, by=olga)
    assert "Olga" not in said(camp, done)
    unplace_session(session=camp.sessions.get(pitch=pitches[1]), by=olga)
    assert "Olga: “Ducks” taken off the grid; Olga: “Ducks” pinned; Tunde:" in said(camp, done)
    undo_step(camp=camp, by=tunde)
    place_session(pitch=pitches[0], room=rooms[1], slot=slots[2], by=olga)
    assert "Tunde" not in said(camp, done)


def test_of_many_moves_three_are_named(camp, tunde, rooms, slots, pitches, done):
    for slot in (slots[1], slots[2], slots[0], slots[1], slots[2]):
        place_session(pitch=pitches[0], room=rooms[1], slot=slot, by=tunde)
    assert said(camp, done).count("Tunde") == 3
    assert said(camp, done).endswith("; 2 more moves.")


def test_where_the_draft_came_to_the_same_nothing_moves(camp, tunde, rooms, slots, pitches, done):
    place_session(pitch=pitches[2], room=rooms[0], slot=slots[2], by=tunde)
    assert said(camp, done) == "If you take it, every session stays where it is."


def test_the_page_says_it_beside_the_buttons(sign_in, camp, olga, tunde, rooms, slots, pitches, done):
    place_session(pitch=pitches[0], room=rooms[1], slot=slots[0], by=tunde)
    page = " ".join(sign_in(olga).get(f"/{camp.slug}/draft/").content.decode().split())
    assert "If you take it, 1 session moves, 1 more gets a place. That undoes what was done since" in page
    assert "Tunde: “Knots” moved to Loft" in page
