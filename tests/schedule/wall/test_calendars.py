"""Calendars as programs read them: never empty, told when they changed, with the place and the link for whom it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts.once import BACKEND
from events.editing import delete_camp
from events.frame import drop_from_frame, save_room
from events.joining import rename_attendee
from events.models import Joining, Room, Stamp
from notes.services import save_note
from pitches.services import save_pitch, withdraw_pitch
from schedule.draft import moves
from schedule.models import Session
from schedule.wall.publish import publish_grid
from tests.factories import CampFactory, PitchFactory, UserFactory

LINK = "https://meet.example.org/barn"


@pytest.fixture
def knots(camp, ben, rooms, slots) -> Session:
    pitch = PitchFactory(camp=camp, title="Knots", about="How to tie.", hosts=[ben])
    return moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])


@pytest.fixture
def feeds(camp, ben, knots, rooms) -> list[str]:
    """Of the camp, a room, a session; and the one that is somebody's own."""
    publish_grid(camp=camp, by=None)
    names = ("calendar", f"rooms/{rooms[0].pk}", f"sessions/{knots.pk}", f"my/{ben.calendar_key}")
    return [f"/{camp.slug}/{name}.ics" for name in names]


def read(path: str) -> Calendar:
    return Calendar.from_ical(Client().get(path).content)


def entry(path: str):
    [found] = read(path).walk("VEVENT")
    return found


def age(**ago: int) -> None:
    """Everything was changed that long ago, as far as its stamps say."""
    for stamp in Stamp.objects.all():
        Stamp.objects.filter(pk=stamp.pk).update(changed_at=stamp.changed_at - timedelta(**ago))


# -- never empty ---------------------------------------------------------------------------------------------------


def test_a_calendar_without_a_session_holds_the_days_of_the_camp(camp, ben, rooms):
    camp.venue, camp.ends_on = "Boathouse", camp.starts_on + timedelta(days=1)
    camp.save()
    for path in (
        f"/{camp.slug}/calendar.ics",
        f"/{camp.slug}/my/{ben.calendar_key}.ics",
        f"/{camp.slug}/rooms/{rooms[0].pk}.ics",
    ):
        found = entry(path)
        assert (found["summary"], found["location"], found["transp"]) == ("Lakeside 2030", "Boathouse", "TRANSPARENT")
        # The end is the day after the last (RFC 5545, 3.6.1).
        assert (found["dtstart"].dt, found["dtend"].dt) == (date(2030, 1, 12), date(2030, 1, 14))
        assert found["url"] == "http://testserver/lakeside-2030/"
        assert "They come by themselves." in found["description"]
        assert {"uid", "dtstamp"} <= {name.lower() for name in found}


def test_the_days_of_the_camp_go_when_a_session_comes(camp, feeds, ben, cleo):
    assert [str(e["summary"]) for e in read(feeds[0]).walk("VEVENT")] == ["Knots"]
    assert entry(f"/{camp.slug}/my/{cleo.calendar_key}.ics")["summary"] == "Lakeside 2030"


def test_the_days_are_one_event_under_every_name_of_the_server_and_another_for_another_camp(camp):
    def uid(camp, host: str) -> str:
        body = Client().get(f"/{camp.slug}/calendar.ics", headers={"host": host}).content
        return str(Calendar.from_ical(body).walk("VEVENT")[0]["uid"])

    assert uid(camp, "testserver") == uid(camp, "127.0.0.1")
    assert uid(camp, "testserver") != uid(CampFactory(), "testserver")


# -- what changed is told --------------------------------------------------------------------------------------------


def rename_the_session(knots: Session) -> None:
    knots.pitch.title = "Ropes"
    knots.pitch.save()


def rename_the_room(knots: Session) -> None:
    room = knots.camp.rooms.get(name="Barn")
    room.name = "Stable"
    room.save()
    publish_grid(camp=knots.camp, by=None)


def move_the_room_to_another_building(knots: Session) -> None:
    room = knots.camp.rooms.get(name="Barn")
    room.building = "Annex"
    room.save()
    publish_grid(camp=knots.camp, by=None)


def rename_the_host(knots: Session) -> None:
    rename_attendee(attendee=knots.pitch.hosts.get(), display_name="Benjamin")


def give_a_link(knots: Session) -> None:
    room = knots.camp.rooms.get(name="Barn")
    room.online_url = LINK
    save_room(room=room)


@pytest.mark.parametrize(
    "change",
    [
        rename_the_session,
        rename_the_room,
        move_the_room_to_another_building,
        rename_the_host,
        give_a_link,
        lambda knots: withdraw_pitch(pitch=knots.pitch, by=None),
    ],
)
def test_sequence_dtstamp_and_last_modified_rise_with_what_is_told(feeds, knots, change):
    earlier = datetime(2026, 1, 1, 10, tzinfo=UTC)
    Session.objects.update(told_at=earlier)
    before = entry(feeds[3])
    change(knots)
    after = entry(feeds[3])
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert before["uid"] == after["uid"]
    for name in ("dtstamp", "last-modified"):
        assert before[name].dt == earlier
        assert after[name].dt == Session.objects.get().told_at.replace(microsecond=0) > earlier
    assert entry(feeds[0])["sequence"] == 1


# -- how it is asked for ---------------------------------------------------------------------------------------------


def test_head_says_what_get_says_and_sends_nothing(feeds):
    age(hours=1)
    for path in feeds:
        got, head = Client().get(path), Client().head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Type", "ETag", "Last-Modified", "Content-Disposition", "Cache-Control"):
            assert head.get(name) == got.get(name), (path, name)
        assert head["Content-Type"] == "text/calendar; charset=utf-8"


def test_a_calendar_is_sent_again_only_if_it_changed_since(feeds, knots):
    age(hours=1)
    for number, path in enumerate(feeds[:3]):
        at = Client().get(path)["Last-Modified"]
        assert parsedate_to_datetime(at) < datetime.now(UTC) - timedelta(minutes=59)
        assert Client().get(path, headers={"If-Modified-Since": at}).status_code == 304
        assert Client().head(path, headers={"If-Modified-Since": at}).status_code == 304
        knots.pitch.title = f"Ropes {number}"
        save_pitch(pitch=knots.pitch, hosts=knots.pitch.hosts.all(), not_in=[], by=None)
        assert Client().get(path, headers={"If-Modified-Since": at}).status_code == 200
        age(hours=1)


def test_the_end_of_the_camp_is_a_change(feeds, camp, knots):
    """What was cancelled is told no longer, though nobody did anything."""
    moves.unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    camp.starts_on = camp.ends_on = datetime.now(UTC).date() - timedelta(days=3)
    type(camp).objects.filter(pk=camp.pk).update(starts_on=camp.starts_on, ends_on=camp.ends_on)
    noon = datetime.combine(camp.ends_on, time(12), camp.tz)
    camp.slots.all().delete()
    camp.slots.create(starts_at=noon, ends_at=noon + timedelta(hours=1))
    age(days=30)
    [changed] = {Client().get(path)["Last-Modified"] for path in feeds[:3]}
    midnight = datetime.combine(camp.ends_on + timedelta(days=1), time(), camp.tz)
    assert parsedate_to_datetime(changed) == midnight
    # A night that ends at two belongs to the camp.
    camp.slots.update(ends_at=midnight + timedelta(hours=2))
    assert parsedate_to_datetime(Client().get(feeds[0])["Last-Modified"]) == midnight + timedelta(hours=2)
    camp.slots.update(ends_at=noon + timedelta(hours=1))
    # And it stays so: a moment that ran with the clock would never be told unchanged.
    assert Client().get(feeds[0], headers={"If-Modified-Since": changed}).status_code == 304


def test_ones_own_goes_by_its_etag(feeds, ben):
    """A wish that was taken back leaves no time behind: a Last-Modified would be told unchanged where it is not."""
    answer = Client().get(feeds[3])
    assert "Last-Modified" not in answer
    assert Client().get(feeds[3], headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_other_sites_may_read_what_is_public_and_nothing_else(feeds, camp, ben, sign_in):
    save_note(session=Session.objects.get(), text="Ducks.", by=ben, base_revision=0)
    public, own = [*feeds[:3], f"/{camp.slug}/record/feed.atom"], feeds[3]
    for path in public:
        answer = Client().get(path)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert Client().head(path)["Access-Control-Allow-Origin"] == "*"
        again = Client().get(path, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")
    closed = [own, f"/{camp.slug}/grid/", f"/{camp.slug}/", f"/{camp.slug}/my/"]
    assert not [path for path in closed if "Access-Control-Allow-Origin" in sign_in(ben).get(path)]
    for hidden in ({"is_public": False}, {"is_public": True, "joining": Joining.LISTED}):
        type(camp).objects.filter(pk=camp.pk).update(**hidden)
        for path in [*public, own]:
            answer = sign_in(ben).get(path)
            assert answer.status_code == 200
            assert "Access-Control-Allow-Origin" not in answer, path


# -- the place, and the link -----------------------------------------------------------------------------------------


@pytest.fixture
def with_link(camp, rooms, knots) -> None:
    camp.venue = "Boathouse"
    camp.save()
    rooms[0].building, rooms[0].directions, rooms[0].online_url = "Annex", "Left of the lift", LINK
    rooms[0].save()


def test_the_building_and_the_way_are_told_to_all(with_link, feeds):
    for path in feeds[:3]:
        found = entry(path)
        assert found["location"] == "Barn, Annex, Boathouse"
        assert found["description"].endswith("Barn, Annex: Left of the lift")


def test_the_link_is_told_by_ones_own_calendar_alone(with_link, feeds):
    found = entry(feeds[3])
    assert found["location"] == f"Barn, Annex, Boathouse, {LINK}"
    assert found["description"].endswith(f"Join online: {LINK}")
    # RFC 7986, 5.11: VALUE=URI must be said.
    assert (found["conference"], found["conference"].params["VALUE"]) == (LINK, "URI")
    for path in feeds[:3]:
        assert LINK not in Client().get(path).content.decode()
        assert "CONFERENCE" not in Client().get(path).content.decode()


@pytest.mark.parametrize("by_list", [False, True])
def test_a_room_that_is_given_up_takes_its_link_along_and_calendars_are_told(with_link, feeds, knots, rooms, by_list):
    before = entry(feeds[3])
    moves.unplace_session(session=knots)
    if by_list:
        operator = Client()
        operator.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
        operator.post("/admin/events/room/", {"action": "delete_selected", "_selected_action": rooms[0].pk, "post": 1})
    else:
        drop_from_frame(thing=rooms[0])
    after = entry(feeds[3])
    assert (LINK in before["location"], LINK in after["location"]) == (True, False)
    assert after["sequence"] == before["sequence"] + 1


def test_with_the_whole_camp_nobody_is_told_of_its_rooms(with_link, feeds, camp):
    with CaptureQueriesContext(connection) as captured:
        delete_camp(camp=camp, typed_name=camp.name)
    assert not Session.objects.exists()
    assert [q["sql"] for q in captured if "ORDER BY number DESC" in q["sql"]] == []


def test_a_room_that_is_called_as_another_calendar_has_its_own(camp, knots, rooms):
    Room.objects.filter(pk=rooms[0].pk).update(name="The whole camp")
    publish_grid(camp=camp, by=None)
    page = Client().get(f"/{camp.slug}/calendar/").content.decode()
    for path in ("calendar.ics", *(f"rooms/{room.pk}.ics" for room in rooms)):
        assert f"/{camp.slug}/{path}" in page, path


def test_what_is_cancelled_has_no_link(with_link, feeds, camp, knots):
    moves.unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    assert entry(feeds[3])["status"] == "CANCELLED"
    assert LINK not in Client().get(feeds[3]).content.decode()


def test_a_room_without_more_to_say_adds_nothing(feeds):
    found = entry(feeds[3])
    assert (found["location"], found["description"]) == ("Barn", "Ben\n\nHow to tie.")
    assert "conference" not in found


def test_addresses_are_whole(with_link, feeds):
    for path in feeds:
        assert urlsplit(entry(path)["url"]).scheme == "http"
