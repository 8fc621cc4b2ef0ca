"""What moved, fell off or lost its room is seen wherever people look; how a room is found stands beside it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.limits import count_one
from events import news
from events.frame import close_rooms, save_room
from events.models import Attendee, Camp, Joining
from events.news import hear, mail_waiting_news, sentence
from events.roles import remove_attendee
from exchange.json_export import export_camp
from exchange.json_import import import_document
from pitches.services import set_interest, withdraw_pitch
from pitches.topics import keep_colours
from schedule.draft.moves import place_session, swap_sessions, unplace_session
from schedule.models import GridVersion
from schedule.wall import publish
from schedule.wall.hosts import switch_rooms
from schedule.wall.publish import publish_grid
from schedule.wall.shared import MANY_ROOMS
from schedule.wall.unseen import see_moves
from schedule.wall.whereabouts import changed_places, whereabouts
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory, make_organiser, make_slot, publish_anew

TAG = "Moved from "


@pytest.fixture
def attic(camp):
    return RoomFactory(camp=camp, name="Attic", building="House B", directions="second floor beside the kitchen")


@pytest.fixture
def early(camp):
    return make_slot(camp, 13.75, minutes=30)


@pytest.fixture
def knots(camp, ben, attic, early, rooms):
    return place_session(
        pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben], proposed_by=ben), room=attic, slot=early
    )


@pytest.fixture
def late(camp):
    return make_slot(camp, 15)


def move(session, room, slot) -> GridVersion:
    place_session(pitch=session.pitch, session=session, room=room, slot=slot)
    return publish_grid(camp=session.camp, by=None)


def reader(attendee=None) -> Client:
    client = Client()
    if attendee:
        client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(page: str) -> str:
    """What people read of it, without spaces too many."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def pages(camp, knots, cleo):
    """What Cleo, who is interested, reads on each page that shows the session. Her browser keeps what it has (ETag)."""
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    browsers, had = {}, {}

    def look(who, page: str) -> str:
        client = browsers.setdefault(who, reader(who))
        etag, before = had.get((who, page), ("", ""))
        answer = client.get(f"/{camp.slug}/{page}", headers={"If-None-Match": etag} if etag else {})
        assert answer.status_code in (200, 304)
        now = before if answer.status_code == 304 else text(answer.content.decode())
        had[who, page] = answer["ETag"], now
        return now

    def pages(who=cleo) -> dict[str, str]:
        at = {
            "grid": "grid/",
            "mine": "my/",
            "pitch": f"pitches/{knots.pitch_id}/",
            "session": f"sessions/{knots.pk}/",
            "about": "",
        }
        return {name: look(who, page) for name, page in at.items()}

    return pages


EVERY = {"grid", "mine", "pitch", "session", "about"}


def saying(pages: dict[str, str], words: str) -> set[str]:
    return {name for name, page in pages.items() if words in page}


# -- moved -------------------------------------------------------------------------------------------------


def test_moved_from_attic_is_read_on_every_page(camp, knots, pages, rooms, late):
    publish_grid(camp=camp, by=None)
    assert saying(pages(), TAG) == set()
    move(knots, rooms[0], late)
    assert saying(pages(), "Moved from Attic, 13:45") == EVERY
    publish_anew(camp)
    assert saying(pages(), "Moved from Attic, 13:45") == EVERY, "news until the day ends, whatever else is published"


def test_the_first_place_of_the_day_is_told_and_none_once_it_is_back(camp, knots, pages, attic, early, rooms, late):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], early)
    move(knots, rooms[1], late)
    assert saying(pages(), "Moved from Attic, 13:45") == EVERY
    move(knots, attic, early)
    assert saying(pages(), TAG) == set()
    assert GridVersion.latest(camp).moved_from == {}


def test_the_next_day_begins_anew_with_its_first_publish(camp, knots, pages, rooms, late, slots, monkeypatch):
    publish_grid(camp=camp, by=None)
    second = move(knots, rooms[0], late)
    assert [was["name"] for was in second.moved_from.values()] == ["Attic"]
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(publish.timezone, "now", lambda: tomorrow)
    assert saying(pages(), TAG) == EVERY, "nobody has published anything since"
    assert publish_anew(camp).moved_from == {}
    assert saying(pages(), TAG) == set()
    third = move(knots, rooms[0], slots[0])
    assert [(was["name"], datetime.fromisoformat(was["starts_at"]).hour) for was in third.moved_from.values()] == [
        ("Barn", 15)
    ]


def test_the_day_is_that_of_the_camp(camp, knots, rooms, late, slots, monkeypatch):
    """In Auckland one day ends at noon in London."""
    Camp.objects.filter(pk=camp.pk).update(time_zone="Pacific/Auckland")
    camp.refresh_from_db()
    knots.camp = camp
    morning = datetime.fromisoformat("2030-01-12T10:30:00+00:00")
    monkeypatch.setattr(publish.timezone, "now", lambda: morning)
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    monkeypatch.setattr(publish.timezone, "now", lambda: morning + timedelta(hours=2))
    assert [was["name"] for was in publish_anew(camp).moved_from.values()] == []


def test_a_place_on_another_day_is_told_with_its_day(camp, knots, pages, rooms):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], make_slot(camp, 34))
    assert saying(pages(), "Moved from Attic, Sat 13:45") == EVERY


def test_a_room_that_is_called_something_else_and_a_later_end_are_no_moves(camp, knots, attic, early):
    publish_grid(camp=camp, by=None)
    attic.name = "Loft 2"
    attic.save()
    early.ends_at += timedelta(minutes=5)
    early.save()
    assert publish_grid(camp=camp, by=None).moved_from == {}


def test_the_first_grid_and_a_new_session_moved_from_nowhere(camp, knots, rooms, slots):
    assert publish_grid(camp=camp, by=None).moved_from == {}
    place_session(pitch=PitchFactory(camp=camp, title="Owls"), room=rooms[0], slot=slots[0])
    assert publish_grid(camp=camp, by=None).moved_from == {}


def test_an_old_version_says_what_had_moved_by_then(client, camp, knots, rooms, attic, late, early):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    move(knots, attic, early)
    tags = [client.get(f"/{camp.slug}/grid/versions/{n}/").content.decode().count(TAG) for n in (1, 2, 3)]
    assert tags == [0, 1, 0]


def test_an_imported_camp_says_the_same(camp, knots, rooms, late):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    copy = import_document(document=export_camp(camp, with_interest=False), slug="copy")
    latest = GridVersion.latest(copy)
    [(session, was)] = latest.moved_from.items()
    assert int(session) == copy.sessions.get().pk
    assert was["name"] == "Attic"
    assert was["room"] == copy.rooms.get(name="Attic").pk


def test_it_costs_no_query_for_each_session(
    camp, knots, rooms, attic, slots, late, client, django_assert_max_num_queries
):
    others = [place_session(pitch=PitchFactory(camp=camp), room=room, slot=slot) for room in rooms for slot in slots]
    publish_grid(camp=camp, by=None)
    for one, other in zip(others[::2], others[1::2], strict=True):
        swap_sessions(one=one, other=other)
    publish_grid(camp=camp, by=None)
    with django_assert_max_num_queries(8):
        page = client.get(f"/{camp.slug}/grid/").content.decode()
    assert page.count(TAG) == 6


def test_topics_that_have_their_colours_cost_one_query_and_look_the_same(camp, knots, client, empty_cache):
    def look() -> tuple[int, str]:
        empty_cache()
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/{camp.slug}/grid/").content.decode()
        return len(captured), page.partition("<table")[2]

    publish_grid(camp=camp, by=None)
    plain, _page = look()
    knots.pitch.topic = "Rope"
    knots.pitch.save()
    unknown, drawn = look()
    keep_colours(camp=camp)
    known, same = look()
    assert (unknown - plain, known - plain) == (2, 1)
    assert "Rope" in drawn
    assert drawn == same


# -- off the grid, closed ----------------------------------------------------------------------------------


def test_what_fell_off_is_told_as_cancelled_on_every_page(camp, knots, pages):
    publish_grid(camp=camp, by=None)
    unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    found = pages()
    assert saying(found, "Cancelled") == EVERY
    assert saying(found, "was in Attic, Sat 13:45") == {"grid", "mine", "about"}
    assert saying(found, "It was to be in Attic, Sat 12 Jan, 13:45.") == {"pitch", "session"}
    assert saying(found, TAG) == set()


def test_what_moved_before_it_fell_off_is_told_with_its_last_place(camp, ben, knots, pages, rooms, late):
    """Everywhere the same: what the page of the session and the mail to its host say."""
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    found = pages()
    assert saying(found, "was in Barn, Sat 15:00") == {"grid", "mine", "about"}
    assert saying(found, "It was to be in Barn, Sat 12 Jan, 15:00.") == {"pitch", "session"}
    assert any("Barn, Sat 15:00" in line for line in told(ben))
    assert saying(found, "in Attic") == set()


def test_what_comes_back_is_not_cancelled(camp, knots, pages, attic, early):
    publish_grid(camp=camp, by=None)
    unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    move(knots, attic, early)
    assert saying(pages(), "Cancelled") == set()


def test_a_withdrawn_session_is_cancelled_and_says_nothing_else(camp, knots, pages, cleo):
    publish_grid(camp=camp, by=None)
    withdraw_pitch(pitch=knots.pitch, by=None)
    assert saying(pages(), "Cancelled") == EVERY, "by the banner"
    see_moves(attendee=cleo, at=timezone.now())
    found = pages()
    assert saying(found, "Cancelled") == {"grid", "mine", "session", "about"}
    assert saying(found, "Knots") == set()
    # Whoever publishes has to know which one it is; what is published says it to nobody.
    publish = reader(make_organiser(camp)).get(f"/{camp.slug}/draft/publish/").content.decode()
    assert "1 is cancelled" in publish
    assert "Knots (withdrawn)" in publish
    publish_grid(camp=camp, by=None)
    assert saying(pages(), "Knots") == set()
    versions = reader(make_organiser(camp, "Oscar")).get(f"/{camp.slug}/grid/versions/").content.decode()
    assert "“A withdrawn session” is off the grid." in versions


def test_what_moved_or_lost_its_room_and_was_withdrawn_is_cancelled_and_no_more(camp, knots, pages, rooms, late):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    close_rooms(rooms=[rooms[0]], slots=[late], is_closed=True)
    assert saying(pages(), TAG) == saying(pages(), "Room closed") == EVERY
    withdraw_pitch(pitch=knots.pitch, by=None)
    found = pages(AttendeeFactory(camp=camp))
    assert saying(found, TAG) == saying(found, "Room closed") == set()
    mine = reader(knots.pitch.hosts.get()).get(f"/{camp.slug}/my/").content.decode()
    assert ("Cancelled" in mine, TAG in mine, "Room closed" in mine) == (True, False, False)


def test_what_is_withdrawn_is_told_on_the_front_page_before_and_after_the_next_version(camp, knots, pages, late):
    publish_grid(camp=camp, by=None)
    withdraw_pitch(pitch=knots.pitch, by=None)
    for _version in range(2):
        about = text(pages()["about"])
        assert "Cancelled" in about
        assert "was in Attic, Sat 13:45" in about
        # As on the grid: what it was called is told no more.
        assert "Knots" not in about
        publish_anew(camp)


def test_closed_is_what_the_room_is_at_the_published_time(camp, olga, ben, knots, pages, attic, late, early):
    """A slot in which it is closed has the time at which it is published; one that no version knows has its own."""
    publish_grid(camp=camp, by=None)
    switch_rooms(camp=camp, rooms=[attic], slots=[late], is_closed=True, by=olga)
    # The draft of a day that is shifted: nobody's room is closed before that is published.
    late.starts_at, late.ends_at = early.starts_at + timedelta(minutes=29), early.ends_at + timedelta(minutes=29)
    late.save()
    touching, new = make_slot(camp, 14.25), make_slot(camp, 14)
    switch_rooms(camp=camp, rooms=[attic], slots=[touching], is_closed=True, by=olga)
    assert (saying(pages(), "Room closed"), told(ben)) == (set(), [])
    switch_rooms(camp=camp, rooms=[attic], slots=[new], is_closed=True, by=olga)
    assert saying(pages(), "Room closed") == EVERY
    assert len(told(ben)) == 1


def test_a_lost_room_is_told_before_the_next_version(camp, knots, pages, attic, early, late):
    publish_grid(camp=camp, by=None)
    close_rooms(rooms=[attic], slots=[late], is_closed=True)
    assert saying(pages(), "Room closed") == set()
    close_rooms(rooms=[attic], slots=[early], is_closed=True)
    assert saying(pages(), "Room closed") == EVERY
    close_rooms(rooms=[attic], slots=[early], is_closed=False)
    assert saying(pages(), "Room closed") == set()


def test_a_double_is_without_a_room_when_its_second_half_is(camp, rooms, slots, client):
    double = place_session(pitch=PitchFactory(camp=camp, length=2), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    close_rooms(rooms=[rooms[0]], slots=[slots[1]], is_closed=True)
    for page in ("grid/", "", f"sessions/{double.pk}/", f"pitches/{double.pitch_id}/"):
        assert "Room closed" in client.get(f"/{camp.slug}/{page}").content.decode(), page


def test_when_the_camp_is_over_its_front_page_tells_no_moves(camp, knots, pages, rooms, late):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    Camp.objects.filter(pk=camp.pk).update(starts_on="2020-01-01", ends_on="2020-01-01")
    assert saying(pages(), TAG) == EVERY - {"about"}


def test_the_front_page_tells_what_is_still_ahead(camp, knots, pages, rooms, slots, late, attic, monkeypatch, client):
    owls = place_session(pitch=PitchFactory(camp=camp, title="Owls"), room=rooms[1], slot=slots[0])
    newts = place_session(pitch=PitchFactory(camp=camp, title="Newts"), room=rooms[1], slot=late)
    Camp.objects.filter(pk=camp.pk).update(joining=Joining.OPEN)
    start = knots.place.slot.starts_at
    monkeypatch.setattr(timezone, "now", lambda: start - timedelta(hours=8))
    publish_grid(camp=camp, by=None)
    unplace_session(session=owls)
    unplace_session(session=newts)
    move(knots, rooms[0], slots[2])

    def seen_at(hours: float) -> tuple[list[str], str]:
        monkeypatch.setattr(timezone, "now", lambda: start + timedelta(hours=hours))
        answer = client.get(f"/{camp.slug}/")
        return [title for title in ("Knots", "Owls", "Newts") if title in answer.content.decode()], answer["ETag"]

    early, etag = seen_at(-4)
    assert early == ["Knots", "Owls", "Newts"]
    assert seen_at(-3.76) == (early, etag)
    later, other_etag = seen_at(0)
    assert (later, other_etag != etag) == (["Knots", "Newts"], True)
    assert seen_at(0.3)[0] == ["Newts"]
    assert seen_at(2.3)[0] == []


def test_what_was_cancelled_goes_from_the_front_page_when_it_would_have_ended(camp, knots, early, pages, monkeypatch):
    """Though no slot of the grid begins or ends at that moment any more."""
    start, end = early.starts_at, early.ends_at
    monkeypatch.setattr(timezone, "now", lambda: start - timedelta(hours=1))
    publish_grid(camp=camp, by=None)
    unplace_session(session=knots)
    early.delete()
    publish_grid(camp=camp, by=None)
    assert "Knots" in pages()["about"]
    monkeypatch.setattr(timezone, "now", lambda: end - timedelta(seconds=1))
    assert "Knots" in pages()["about"]
    monkeypatch.setattr(timezone, "now", lambda: end)
    assert "Knots" not in pages()["about"]


def test_it_goes_when_its_last_place_would_have_ended(camp, knots, early, slots, rooms, pages, monkeypatch):
    """It had moved before it fell off, into a slot that is gone."""
    start = early.starts_at
    last = make_slot(camp, 20)
    end = last.ends_at
    monkeypatch.setattr(timezone, "now", lambda: start - timedelta(hours=1))
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], last)
    unplace_session(session=knots)
    last.delete()
    publish_grid(camp=camp, by=None)
    monkeypatch.setattr(timezone, "now", lambda: end - timedelta(seconds=1))
    assert "Knots" in pages()["about"]
    monkeypatch.setattr(timezone, "now", lambda: end)
    assert "Knots" not in pages()["about"]


def test_no_link_for_people_online_is_kept_for_everybody(camp, knots, rooms, late):
    rooms[0].online_url = "https://meet.example.org/barn"
    rooms[0].save()
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)
    assert [place.title for place in changed_places(camp)] == ["Knots"]
    assert "meet.example.org" not in str(changed_places(camp))
    assert whereabouts(camp)[0].state.online_url == "https://meet.example.org/barn"


def test_the_front_page_tells_ten_and_how_many_more(camp, rooms, attic, slots, client):
    for room in (*rooms, attic):
        for slot in (*slots, make_slot(camp, 16 + room.pk % 7), make_slot(camp, 23 + room.pk % 7)):
            place_session(pitch=PitchFactory(camp=camp), room=room, slot=slot)
    publish_grid(camp=camp, by=None)
    close_rooms(rooms=[*rooms, attic], slots=camp.slots.all(), is_closed=True)
    unplace_session(session=camp.sessions.first())
    publish_grid(camp=camp, by=None, accept_broken=True)
    page = text(client.get(f"/{camp.slug}/").content.decode())
    # By time, whatever became of them: the one that is off the grid was the first of the day.
    assert (page.count("Room closed"), page.count("Cancelled")) == (9, 1)
    assert page.index("Cancelled") < page.index("Room closed")
    starts = [place.starts_at for place in changed_places(camp)]
    assert (len(starts), starts) == (15, sorted(starts))
    assert "5 more are on the grid." in page


def test_the_front_page_asks_once_what_moved(camp, knots, rooms, late, client):
    publish_grid(camp=camp, by=None)
    move(knots, rooms[0], late)

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert TAG in client.get(f"/{camp.slug}/").content.decode()
        return [q["sql"] for q in captured if "schedule_" in q["sql"] or "closed_in" in q["sql"]]

    assert len(asked()) == 5
    assert asked() == []


# -- hosts -------------------------------------------------------------------------------------------------


def told(attendee) -> list[str]:
    attendee.refresh_from_db()
    return [sentence(item) for item in attendee.news]


def test_hosts_get_a_mail_when_it_moves_and_when_it_falls_off(camp, olga, ben, knots, rooms, late):
    publish_grid(camp=camp, by=olga)
    assert told(ben) == []
    place_session(pitch=knots.pitch, room=rooms[0], slot=late)
    publish_grid(camp=camp, by=olga)
    moved = "“Knots”, which you host, moved from Attic, Sat 13:45 to Barn, Sat 15:00."
    assert told(ben) == [moved]
    assert [(m.to, moved in m.body, knots.pitch.get_absolute_url() in m.body) for m in mail.outbox] == [
        ([ben.user.email], True, True)
    ]
    publish_anew(camp, by=olga)
    unplace_session(session=knots)
    publish_grid(camp=camp, by=olga)
    assert told(ben) == ["“Knots”, which you host, is off the grid. It was to be here: Barn, Sat 15:00."]
    assert len(mail.outbox) == 2


def test_hosts_read_the_last_place_whatever_was_told_before(camp, olga, ben, knots, attic, early, rooms, late):
    publish_grid(camp=camp, by=olga)
    for room, slot in [(rooms[0], late), (attic, early), (rooms[0], late)]:
        place_session(pitch=knots.pitch, session=knots, room=room, slot=slot)
        publish_grid(camp=camp, by=olga)
    moved = "“Knots”, which you host, moved from Attic, Sat 13:45 to Barn, Sat 15:00."
    assert told(ben) == [moved]
    assert [moved in m.body for m in mail.outbox] == [True, False, True]


def test_hosts_of_a_room_closed_opened_and_closed_read_that_it_is_closed(camp, olga, ben, knots, attic, early):
    publish_grid(camp=camp, by=olga)
    for is_closed in (True, False, True):
        switch_rooms(camp=camp, rooms=[attic], slots=[early], is_closed=is_closed, by=olga)
    [said] = told(ben)
    assert "is closed: Attic, Sat 13:45" in said
    assert ["is closed" in m.body for m in mail.outbox] == [True, False, True]


def test_two_runnings_of_one_pitch_are_told_each(camp, olga, ben, knots, rooms, slots, late):
    knots.pitch.runs = 2
    knots.pitch.save()
    second = camp.sessions.create(pitch=knots.pitch)
    place_session(pitch=knots.pitch, session=second, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=olga)
    place_session(pitch=knots.pitch, session=second, room=rooms[1], slot=slots[0])
    place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=late)
    publish_grid(camp=camp, by=olga)
    assert sorted(sentence.partition("moved from ")[2] for sentence in told(ben)) == [
        "Attic, Sat 13:45 to Barn, Sat 15:00.",
        "Barn, Sat 10:00 to Loft, Sat 10:00.",
    ]
    assert len(mail.outbox) == 1


def test_a_host_who_was_removed_or_waits_is_told_nothing(camp, olga, ben, cleo, knots, rooms, late):
    knots.pitch.hosts.add(cleo)
    publish_grid(camp=camp, by=olga)
    remove_attendee(attendee=ben)
    Attendee.objects.filter(pk=cleo.pk).update(is_waiting=True)
    place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=late)
    publish_grid(camp=camp, by=olga)
    assert (told(ben), told(cleo), mail.outbox) == ([], [], [])


def test_whoever_publishes_and_whose_session_stays_is_told_nothing(camp, ben, cleo, knots, rooms, slots, late, sign_in):
    place_session(pitch=PitchFactory(camp=camp, title="Owls", hosts=[cleo]), room=rooms[1], slot=slots[0])
    ben.role = "organiser"
    ben.save()
    publish_grid(camp=camp, by=None)
    place_session(pitch=knots.pitch, room=rooms[0], slot=late)
    page = sign_in(ben).get(f"/{camp.slug}/draft/publish/").content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    sign_in(ben).post(f"/{camp.slug}/draft/publish/", {"seen": seen, "accept_broken": "1"})
    assert camp.grid_versions.count() == 2
    assert (told(ben), told(cleo), mail.outbox) == ([], [], [])


def test_a_later_end_is_told_to_hosts(camp, olga, ben, knots, early):
    publish_grid(camp=camp, by=None)
    early.ends_at += timedelta(minutes=5)
    early.save()
    publish_grid(camp=camp, by=olga)
    assert told(ben) == ["“Knots”, which you host, ends at 14:20 now: Attic, Sat 13:45."]


def test_hosts_are_told_when_the_room_is_lost_and_when_it_is_open_again(
    camp, olga, ben, knots, attic, early, late, sign_in
):
    publish_grid(camp=camp, by=None)
    client = sign_in(olga)
    address = f"/{camp.slug}/draft/repair/rooms/"
    client.post(address, {"room": attic.pk, "closed_in": [late.pk]})
    assert told(ben) == []
    client.post(address, {"room": attic.pk, "closed_in": [early.pk]})
    closed = "The room of “Knots”, which you host, is closed: Attic, Sat 13:45. You are told of its new place."
    assert told(ben) == [closed]
    hear(attendee=ben, seen=ben.news[-1]["number"])
    client.post(f"{address}{attic.pk}/reopen/")
    assert told(ben) == ["The room of “Knots”, which you host, is open again: Attic, Sat 13:45."]
    assert [m.to for m in mail.outbox] == [[ben.user.email]] * 2


def test_hosts_hear_nothing_of_a_room_whose_session_is_over_withdrawn_or_as_it_was(
    camp, olga, ben, knots, attic, early, late, monkeypatch
):
    publish_grid(camp=camp, by=None)
    switch_rooms(camp=camp, rooms=[attic], slots=[early], is_closed=True, by=olga)
    hear(attendee=ben, seen=max(item["number"] for item in Attendee.objects.get(pk=ben.pk).news))
    switch_rooms(camp=camp, rooms=[attic], slots=[early, late], is_closed=True, by=olga)
    assert told(ben) == [], "as it was"
    early.starts_at -= timedelta(minutes=30)
    early.save()
    half = make_slot(camp, 13.75, minutes=15)
    switch_rooms(camp=camp, rooms=[attic], slots=[half], is_closed=True, by=olga)
    switch_rooms(camp=camp, rooms=[attic], slots=[half], is_closed=False, by=olga)
    assert told(ben) == [], "closed before and after"
    withdraw_pitch(pitch=knots.pitch, by=ben)
    switch_rooms(camp=camp, rooms=[attic], slots=[early], is_closed=False, by=olga)
    assert told(ben) == [], "withdrawn"
    publish_grid(camp=camp, by=olga)
    assert told(ben) == [], "they know that it was withdrawn"


def test_hosts_are_mailed_no_place_that_is_over_by_then(
    camp, olga, ben, knots, attic, early, rooms, slots, late, monkeypatch
):
    owls = place_session(pitch=PitchFactory(camp=camp, title="Owls", hosts=[ben]), room=rooms[1], slot=early)
    newts = place_session(pitch=PitchFactory(camp=camp, title="Newts", hosts=[ben]), room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=olga, accept_broken=True)
    monkeypatch.setattr(news, "count_one", lambda **_which: False)
    switch_rooms(camp=camp, rooms=[attic], slots=[early], is_closed=True, by=olga)
    place_session(pitch=owls.pitch, session=owls, room=rooms[0], slot=late)
    unplace_session(session=newts)
    publish_grid(camp=camp, by=olga, accept_broken=True)
    monkeypatch.setattr(news, "count_one", count_one)
    monkeypatch.setattr(timezone, "now", lambda: early.ends_at)
    mail_waiting_news()
    [letter] = mail.outbox
    assert [title in letter.body for title in ("Knots", "Owls", "Newts")] == [False, True, False]
    assert len(told(ben)) == 3


def test_hosts_hear_that_it_is_back_in_place_of_that_it_fell_off(camp, olga, ben, knots, attic, early, rooms, late):
    publish_grid(camp=camp, by=olga)
    assert told(ben) == [], "the grid that is new tells where it is"
    unplace_session(session=knots)
    publish_grid(camp=camp, by=olga)
    assert "is off the grid" in told(ben)[0]
    place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=late)
    publish_grid(camp=camp, by=olga)
    assert told(ben) == ["“Knots”, which you host, is on the grid again: Barn, Sat 15:00."]
    assert "is on the grid again" in mail.outbox[-1].body


def test_hosts_hear_nothing_of_what_is_over(camp, olga, ben, knots, attic, early, late, rooms, monkeypatch):
    publish_grid(camp=camp, by=None)
    after = early.ends_at
    monkeypatch.setattr(timezone, "now", lambda: after)
    switch_rooms(camp=camp, rooms=[attic], slots=[early], is_closed=True, by=olga)
    place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=early)
    publish_grid(camp=camp, by=olga, accept_broken=True)
    assert told(ben) == []
    place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=late)
    publish_grid(camp=camp, by=olga, accept_broken=True)
    assert told(ben) == ["“Knots”, which you host, moved from Barn, Sat 13:45 to Barn, Sat 15:00."]


# -- how a room is found -----------------------------------------------------------------------------------

WAY = "House B · second floor beside the kitchen"


def test_the_way_to_a_room_stands_where_one_needs_it(camp, knots, pages):
    publish_grid(camp=camp, by=None)
    assert saying(pages(), WAY) == {"grid", "mine", "pitch", "session"}


def test_in_a_house_of_many_rooms_the_grid_alone_leaves_the_ways_out(camp, knots, pages):
    for _ in range(MANY_ROOMS - camp.rooms.count() - 1):
        RoomFactory(camp=camp)
    publish_grid(camp=camp, by=None)
    assert saying(pages(), WAY) == {"grid", "mine", "pitch", "session"}
    RoomFactory(camp=camp)
    publish_grid(camp=camp, by=None)
    assert saying(pages(), WAY) == {"mine", "pitch", "session"}


def test_the_way_is_that_of_now(camp, knots, pages, attic):
    publish_grid(camp=camp, by=None)
    attic.features, attic.directions = ["projector", "step-free"], "by the lift"
    save_room(room=attic)
    assert saying(pages(), "House B · by the lift · Step-free") == {"grid", "mine", "pitch", "session"}


def test_the_link_for_people_online_is_for_those_who_are_in(camp, knots, pages, attic, cleo):
    attic.online_url = "https://meet.example/attic"
    save_room(room=attic)
    publish_grid(camp=camp, by=None)
    assert saying(pages(), "Join online") == EVERY
    move(knots, attic, make_slot(camp, 15))
    assert saying(pages(), "Join online") == EVERY
    for who in (None, AttendeeFactory(camp=camp, is_waiting=True)):
        client = reader(who)
        for page in ("", "grid/", f"pitches/{knots.pitch_id}/", f"sessions/{knots.pk}/", f"sessions/{knots.pk}.ics"):
            answer = client.get(f"/{camp.slug}/{page}")
            assert answer.status_code == 200
            # They do see the session itself.
            assert "Knots" in answer.content.decode(), (who, page)
            assert "meet.example" not in answer.content.decode(), (who, page)
        assert "meet.example" not in client.get(f"/{camp.slug}/my/", follow=True).content.decode()
    page = reader(cleo).get(f"/{camp.slug}/grid/").content.decode()
    assert page.count('href="https://meet.example/attic"') == 1


def test_the_pitch_says_when_and_where_each_running_is(camp, knots, rooms, slots, client):
    knots.pitch.runs = 2
    knots.pitch.save()
    address = f"/{camp.slug}/pitches/{knots.pitch_id}/"
    assert "Sat 12 Jan 2030" not in text(client.get(address).content.decode())
    second = camp.sessions.create(pitch=knots.pitch)
    place_session(pitch=knots.pitch, session=second, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    page = client.get(address).content.decode()
    assert "Sat 12 Jan 2030, 10:00–11:00 · Barn" in text(page)
    assert "Sat 12 Jan 2030, 13:45–14:15 · Attic" in text(page)
    assert f'href="{second.get_absolute_url()}"' in page
