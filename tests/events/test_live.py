"""A piece that asks is told by which stamps it may hear of changes: those of what it shows, for minutes, and nobody's."""

from __future__ import annotations

import pytest
from django.core.signing import Signer

from events import hints, live, stamps
from events.models import HelperRight, Role
from events.models.camp import Joining
from pitches.services import set_interest
from tests.factories import AttendeeFactory, PitchFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _streams(settings) -> None:
    settings.HAS_STREAMS = True


def ask(client, address: str):
    return client.get(address, headers={"HX-Request": "true"})


def told(response) -> set[str]:
    heard = live.read_token(response.headers[live.HEADER])
    assert heard is not None
    return set(heard.parts)


def test_it_hears_of_what_it_shows_with_the_page_and_when_nothing_changed(client, camp):
    stamps.bump(camp, stamps.GRID)
    response = ask(client, f"/{camp.slug}/grid/")
    assert told(response) == {"frame", "grid", "people", "pitches"}
    assert response.headers[live.HEADER].split(" ")[2:4] == ["frame=0", "grid=1"]
    again = ask(client, f"/{camp.slug}/grid/?seen={response.wsgi_request.page_stamp}")
    assert again.status_code == 204
    assert told(again) == told(response)


def test_a_page_that_is_loaded_is_given_none(client, camp):
    assert live.HEADER not in client.get(f"/{camp.slug}/grid/").headers


def test_where_nobody_sends_messages_nobody_is_given_one(client, camp, settings):
    settings.HAS_STREAMS = False
    assert live.HEADER not in ask(client, f"/{camp.slug}/grid/").headers


def test_strangers_of_a_closed_camp_are_given_none(client, camp):
    camp.joining = Joining.LISTED
    camp.save()
    response = ask(client, f"/{camp.slug}/grid/")
    assert live.HEADER not in response.headers


PEOPLE = {
    "nobody": set(),
    Role.ATTENDEE: {"closed-7"},
    Role.HELPER: {"closed-7"},
    Role.ORGANISER: {"closed-7", "draft", "hands"},
}


@pytest.mark.parametrize("who", PEOPLE)
def test_of_the_draft_hear_its_organisers_and_of_what_is_closed_those_who_are_in(camp, who):
    me = None if who == "nobody" else AttendeeFactory(camp=camp, role=who)
    noted = dict.fromkeys([*stamps.PARTS, "notes-7", "closed-7", "closed-camp"], 1)
    heard = live.read_token(live.token_of(camp, me, noted))
    assert heard.parts - {"closed-camp"} == {"frame", "people", "pitches", "grid", "notes-7"} | PEOPLE[who]
    assert ("closed-camp" in heard.parts) == (me is not None)


@pytest.mark.parametrize("right", HelperRight.values)
def test_helpers_who_may_do_any_of_it_hear_of_the_draft(camp, right):
    camp.save_flags(**{f"helpers_{right}": True})
    me = AttendeeFactory(camp=camp, role=Role.HELPER)
    assert {"draft", "hands"} <= live.read_token(live.token_of(camp, me, dict.fromkeys(stamps.PARTS, 1))).parts
    other = AttendeeFactory(camp=camp)
    assert not {"draft", "hands"} & live.read_token(live.token_of(camp, other, dict.fromkeys(stamps.PARTS, 1))).parts


def test_about_wishes_nobody_hears_anything(client, camp):
    response = ask(client, f"/{camp.slug}/pitches/")
    assert stamps.WISHES in response.wsgi_request.noted
    assert told(response) == {"frame", "people", "pitches"}


def test_a_tap_tells_nobody(camp, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(hints, "send", sent.append)
    pitch, attendee = PitchFactory(camp=camp), AttendeeFactory(camp=camp)
    with django_capture_on_commit_callbacks(execute=True):
        set_interest(pitch=pitch, attendee=attendee, level=2)
    assert sent == []
    with django_capture_on_commit_callbacks(execute=True):
        stamps.bump(camp, stamps.GRID)
    assert sent == [camp.pk]


def test_a_token_ends(camp, monkeypatch):
    token = live.token_of(camp, None, {stamps.GRID: 3})
    now = live.time.time()
    monkeypatch.setattr(live.time, "time", lambda: now + live.LIFETIME.total_seconds() - 2)
    assert live.read_token(token) is not None
    monkeypatch.setattr(live.time, "time", lambda: now + live.LIFETIME.total_seconds() + 2)
    assert live.read_token(token) is None


@pytest.mark.parametrize("token", ["", "7", "7 9999999999 grid=1", "7 9999999999 grid=1:abc", "ü:ü"])
def test_a_token_that_is_not_ours_says_nothing(token):
    assert live.read_token(token) is None
    # Nor does one that was signed for something else.
    assert live.read_token(Signer(salt="elsewhere").sign("7 9999999999 draft=1")) is None


def test_the_draft_is_heard_of_by_its_organisers_page(sign_in, camp, olga):
    assert told(ask(sign_in(olga), f"/{camp.slug}/draft/")) == {"draft", "frame", "grid", "people", "pitches"}
