"""Sessions without notes: those that were, and of which nobody wrote anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notes.services import save_note, set_notes_rule
from pitches.services import withdraw_pitch
from schedule.draft.moves import place_session, unplace_session
from schedule.wall.publish import publish_grid

from ..factories import DAY, PitchFactory


@pytest.fixture
def sessions(camp, ben, rooms, slots):
    """At ten, at eleven and at one, published; one more is on the draft alone."""
    made = [
        place_session(pitch=PitchFactory(camp=camp, title=title, hosts=[ben]), room=rooms[0], slot=slot)
        for title, slot in zip(("Knots", "Bells", "Tides"), slots, strict=True)
    ]
    publish_grid(camp=camp, by=None)
    place_session(pitch=PitchFactory(camp=camp, title="Not published"), room=rooms[1], slot=slots[0])
    return made


@pytest.fixture
def listed(client, camp, monkeypatch):
    """What stands under that heading at a time of the day, in hours."""

    def listed(hour: float) -> list[str]:
        moment = DAY + timedelta(hours=hour)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        page = client.get(f"/{camp.slug}/record/").content.decode()
        _, _, below = page.partition("Sessions without notes")
        return [title for title in ("Knots", "Bells", "Tides", "Not published", "Withdrawn") if title in below]

    return listed


@pytest.mark.parametrize(
    ("hour", "titles"),
    [
        (9, []),
        (9.99, []),
        (10, ["Knots"]),
        (10.5, ["Knots"]),
        (11.25, ["Knots", "Bells"]),
        (12.5, ["Knots", "Bells"]),
        (40, ["Knots", "Bells", "Tides"]),
    ],
)
def test_only_what_has_begun_is_missed(sessions, listed, hour, titles):
    assert listed(hour) == titles


def test_what_was_cancelled_was_not(camp, sessions, listed):
    unplace_session(session=sessions[0])
    publish_grid(camp=camp, by=None)
    assert listed(40) == ["Bells", "Tides", "Not published"]


def test_what_was_withdrawn_was_not_also_before_the_grid_is_published_again(sessions, listed):
    withdraw_pitch(pitch=sessions[0].pitch, by=None)
    assert listed(40) == ["Bells", "Tides"]


def test_what_has_notes_or_takes_none_is_not_missed(sessions, ben, listed):
    save_note(session=sessions[0], text="A bowline.", by=ben, base_revision=0)
    set_notes_rule(session=sessions[1], rule="none")
    assert listed(40) == ["Tides"]


def test_a_browser_that_has_the_page_gets_a_new_one_when_the_next_session_begins(client, camp, sessions, monkeypatch):
    page = f"/{camp.slug}/record/"
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=10.5))
    seen = client.get(page).headers["ETag"]
    assert client.get(page, headers={"If-None-Match": seen}).status_code == 304
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=11))
    response = client.get(page, headers={"If-None-Match": seen})
    assert response.status_code == 200
    assert "Bells" in response.content.decode()
