"""The camp's own page to those who are in: as whom, what is now, one next step, whom to ask."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from events.joining import rename_attendee
from events.models import Role, Slot
from events.roles import change_role
from tests.factories import AttendeeFactory

PAGE = "/lakeside-2030/"


@pytest.fixture
def at(monkeypatch):
    """Makes it that time of the camp's day."""

    def at(clock: str, day: int = 12) -> None:
        moment = datetime.fromisoformat(f"2030-01-{day}T{clock}").replace(tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


@pytest.fixture
def day(camp):
    """10:00 to 12:00, lunch, and a late evening that runs past midnight."""
    for start, end, title in [("12T10", "12T11", ""), ("12T11", "12T12", ""), ("12T12", "12T13", "Lunch")]:
        kind = Slot.Kind.EVERYONE if title else Slot.Kind.SESSIONS
        camp.slots.create(starts_at=f"2030-01-{start}:00Z", ends_at=f"2030-01-{end}:00Z", kind=kind, title=title)
    camp.slots.create(starts_at="2030-01-12T22:00Z", ends_at="2030-01-13T01:00Z", title="Stars")
    return camp


def words(html: str) -> str:
    """What the page says between its heading and what the day is like, in words."""
    main = html.partition("<main")[2].partition("New to this?")[0]
    return " ".join(re.sub("<[^>]*>", " ", main).split())


@pytest.mark.parametrize(
    ("clock", "number", "said"),
    [
        ("09:00", 11, "Saturday 12 January 2030, 10:00: Sessions"),
        ("09:00", 12, "Next, at 10:00: Sessions"),
        ("10:00", 12, "Now, until 11:00: Sessions Then, at 11:00: Sessions"),
        ("11:59", 12, "Now, until 12:00: Sessions Then, at 12:00: Lunch"),
        ("12:30", 12, "Now, until 13:00: Lunch Then, at 22:00: Stars"),
        ("13:00", 12, "Next, at 22:00: Stars"),
        ("00:30", 13, "Now, until 01:00: Stars"),
    ],
)
def test_it_says_what_is_now_and_what_comes_next(sign_in, ben, day, at, clock, number, said):
    at(clock, number)
    client = sign_in(ben)
    assert said in words(client.get(PAGE).content.decode())


def test_after_the_last_slot_nothing_is_now(sign_in, ben, day, at):
    at("01:00", 13)
    client = sign_in(ben)
    said = words(client.get(PAGE).content.decode())
    assert "Now," not in said
    assert "Next," not in said


def test_whoever_has_the_page_gets_another_when_a_slot_begins_ends_or_the_day_is_another(sign_in, ben, day, at):
    at("23:59", 11)
    client, etag = sign_in(ben), ""
    for clock, number, status in [
        ("23:59", 11, 200), ("00:01", 12, 200), ("09:30", 12, 200), ("09:59", 12, 304), ("10:01", 12, 200), ("10:59", 12, 304),
        ("11:00", 12, 200), ("13:01", 12, 200), ("21:59", 12, 304),
    ]:  # fmt: skip
        at(clock, number)
        answer = client.get(PAGE, headers={"If-None-Match": etag})
        assert answer.status_code == status, (clock, number)
        etag = answer.headers["ETag"]


def test_it_says_as_whom_one_is_in_and_one_next_step(sign_in, ben, camp):
    html = sign_in(ben).get(PAGE).content.decode()
    assert "You are in as Ben That is the only name anybody sees." in words(html)
    buttons = re.findall(r'<a class="button"\s+href="([^"]*)"', html.partition("<main")[2])
    assert buttons == ["/lakeside-2030/pitches/"]


def test_once_interest_is_closed_the_step_is_the_grid(sign_in, ben, camp):
    camp.save_flags(is_interest_open=False)
    html = sign_in(ben).get(PAGE).content.decode()
    assert re.findall(r'<a class="button"\s+href="([^"]*)"', html.partition("<main")[2]) == ["/lakeside-2030/grid/"]


def test_organisers_are_those_to_ask_by_the_names_they_have_now(sign_in, client, ben, olga, camp):
    helper = AttendeeFactory(camp=camp, display_name="Cleo H", role=Role.HELPER)
    signed = sign_in(ben)
    assert "People to ask Olga Organiser" in words(signed.get(PAGE).content.decode())
    change_role(attendee=helper, role=Role.ORGANISER, by=olga)
    rename_attendee(attendee=olga, display_name="Olga the tall")
    answer = signed.get(PAGE)
    assert "People to ask Olga the tall Organiser Cleo H Organiser" in words(answer.content.decode())
    # Somebody who comes in changes nothing of it.
    AttendeeFactory(camp=camp)
    assert signed.get(PAGE, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_strangers_are_told_no_names(client, olga, camp):
    html = client.get(PAGE).content.decode()
    assert "Olga" not in html
    assert "People to ask" not in html
