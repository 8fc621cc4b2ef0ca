"""In the night in which the clocks are put back, a time that they show twice says which it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.clocks import on_the_clock
from events.models import Camp
from events.templatetags.campgrid import clock
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid

from ..factories import CampFactory, PitchFactory, make_organiser

LONDON, LORD_HOWE, SAO_PAULO = "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        (LONDON, datetime(2027, 10, 31, 0, 15), "01:15 BST"),
        (LONDON, datetime(2027, 10, 31, 1, 15), "01:15 GMT"),
        # Half an hour, in a zone whose times have no letters.
        (LORD_HOWE, datetime(2027, 4, 3, 14, 45), "01:45 +11"),
        (LORD_HOWE, datetime(2027, 4, 3, 15, 15), "01:45 +1030"),
        (SAO_PAULO, datetime(2018, 2, 18, 2, 30), "23:30 -03"),
        # Both hours have the same letters.
        ("Europe/Moscow", datetime(2014, 10, 25, 21, 15), "01:15 +0400"),
        ("Europe/Moscow", datetime(2014, 10, 25, 22, 15), "01:15 +0300"),
        # Beside it, and on other days, the clock says all.
        (LONDON, datetime(2027, 10, 30, 23, 59), "00:59"),
        (LONDON, datetime(2027, 10, 31, 2, 0), "02:00"),
        (LORD_HOWE, datetime(2027, 4, 3, 14, 15), "01:15"),
        (LONDON, datetime(2027, 3, 28, 0, 30), "00:30"),
        (LONDON, datetime(2027, 3, 28, 1, 30), "02:30"),
        (LONDON, datetime(2027, 6, 12, 8, 0), "09:00"),
        ("UTC", datetime(2027, 10, 31, 1, 15), "01:15"),
    ],
)
def test_only_what_is_shown_twice_has_the_name_of_its_zone(zone, moment, shown):
    assert on_the_clock(moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))) == shown


def test_what_a_page_told_once_is_not_told_of_the_other_hour():
    """Python takes two moments of one zone that its clocks show alike for one; the second was told as the first."""
    first, second = (datetime(2027, 10, 31, 1, 15, fold=fold, tzinfo=ZoneInfo(LONDON)) for fold in (0, 1))
    with timezone.override(LONDON):
        assert [clock(first), clock(second)] == ["01:15 BST", "01:15 GMT"]
    with timezone.override("UTC"):
        assert [clock(first), clock(second)] == ["00:15", "01:15"]


@pytest.fixture
def autumn(db) -> Camp:
    """A camp through the night, with slots from a quarter past one to one, an hour, and from one to two."""
    day = date(2027, 10, 30)
    camp = CampFactory(slug="autumn", time_zone=LONDON, starts_on=day, ends_on=day + timedelta(days=1))
    organiser, room = make_organiser(camp), camp.rooms.create(name="Barn")
    for start, end in (((0, 15), (1, 0)), ((1, 0), (2, 0))):
        times = (datetime(2027, 10, 31, *clock, tzinfo=UTC) for clock in (start, end))
        slot = camp.slots.create(**dict(zip(("starts_at", "ends_at"), times, strict=True)))
        place_session(pitch=PitchFactory(camp=camp, hosts=[organiser]), room=room, slot=slot)
    publish_grid(camp=camp, by=None)
    return camp


@pytest.mark.parametrize("page", ["", "grid/", "sessions/{pk}/"])
def test_pages_say_it(client: Client, autumn, page):
    first = autumn.sessions.get(cells__slot__starts_at__lt="2027-10-31T00:30Z")
    shown = client.get(f"/autumn/{page.format(pk=first.pk)}").text
    assert "01:15 BST" in shown
    assert "01:15–" not in shown


def test_a_slot_is_called_by_it(autumn):
    assert [str(slot) for slot in autumn.slots.all()] == ["Sun 31 Oct, 01:15 BST", "Sun 31 Oct, 01:00 GMT"]


def made(client: Client, starts: str, ends: str, **answers: str) -> tuple[int, str]:
    typed = {"day": "2027-10-31", "starts": starts, "ends": ends, "kind": "sessions", "title": ""}
    response = client.post("/empty/slots/", typed | answers)
    return response.status_code, response.text


@pytest.mark.parametrize(
    ("starts", "ends", "answers", "asked", "found"),
    [
        ("01:15", "02:30", {}, ["starts_hour"], None),
        ("01:15", "02:30", {"starts_hour": "0"}, [], (0, 15, 2, 30)),
        ("01:15", "02:30", {"starts_hour": "1"}, [], (1, 15, 2, 30)),
        ("01:15", "02:30", {"starts_hour": "7"}, ["starts_hour"], None),
        ("00:30", "01:15", {}, ["ends_hour"], None),
        ("00:30", "01:15", {"ends_hour": "1"}, [], (23, 30, 1, 15)),
        ("01:15", "01:45", {}, ["starts_hour", "ends_hour"], None),
        ("01:15", "01:45", {"starts_hour": "0", "ends_hour": "1"}, [], (0, 15, 1, 45)),
        # What starts in the second ends in it; what would end before it starts ends in the second.
        ("01:15", "01:45", {"starts_hour": "1"}, [], (1, 15, 1, 45)),
        ("01:15", "01:00", {"starts_hour": "0"}, [], (0, 15, 1, 0)),
        ("09:00", "10:00", {}, [], (9, 0, 10, 0)),
    ],
)
def test_a_new_slot_is_asked_which_hour(db, sign_in, starts, ends, answers, asked, found):
    empty = CampFactory(slug="empty", time_zone=LONDON, starts_on=date(2027, 10, 30), ends_on=date(2027, 10, 31))
    status, page = made(sign_in(make_organiser(empty)), starts, ends, **answers)
    assert status == (422 if asked else 302)
    assert [name for name in ("starts_hour", "ends_hour") if f'name="{name}"' in page] == asked
    times = [(s.starts_at.hour, s.starts_at.minute, s.ends_at.hour, s.ends_at.minute) for s in empty.slots.all()]
    assert times == ([found] if found else [])
    assert all(slot.minutes < 180 for slot in empty.slots.all())
    assert not asked or ("01:15 BST" in page and "01:15 GMT" in page)


def test_one_that_is_there_can_go_into_the_other_hour_and_else_stays(sign_in, autumn):
    client, slot = sign_in(autumn.attendees.get(display_name="Olga")), autumn.slots.first()
    address = f"/autumn/slots/{slot.pk}/"
    page = client.get(address).text
    assert 'name="starts_hour"' in page
    typed = {"day": "2027-10-31", "starts": "01:15", "ends": "01:00", "kind": "sessions", "title": "Owls"}
    assert client.post(address, typed).status_code == 302
    slot.refresh_from_db()
    assert (slot.title, f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}") == ("Owls", "00:15–01:00")
    assert client.post(address, typed | {"starts": "01:15", "ends": "01:30", "ends_hour": "0"}).status_code == 302
    slot.refresh_from_db()
    assert f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}" == "00:15–00:30"
    autumn.slots.exclude(pk=slot.pk).update(starts_at="2027-10-31T03:00Z", ends_at="2027-10-31T04:00Z")
    later = typed | {"ends": "01:30", "starts_hour": "1", "ends_hour": "1"}
    assert client.post(address, later).status_code == 302
    slot.refresh_from_db()
    assert f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}" == "01:15–01:30"
    # Untouched it stays there.
    assert client.post(address, typed | {"ends": "01:30", "title": "Bats"}).status_code == 302
    slot.refresh_from_db()
    assert (slot.title, f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}") == ("Bats", "01:15–01:30")
