"""Versions, the public grid, and calendars that behave."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from events.joining import rename_attendee
from pitches.services import save_pitch, set_interest
from schedule.draft import moves
from schedule.models import Draft, GridVersion, Session
from schedule.wall.changes import with_sentences
from schedule.wall.grid import GridRow
from schedule.wall.publish import publish_grid
from schedule.wall.shared import _now
from tests.factories import CampFactory, PitchFactory, RoomFactory, make_slot, publish_anew


@pytest.fixture
def knots(camp, ben, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    return moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])


def events(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return {str(e["uid"]): e for e in Calendar.from_ical(response.content).walk("VEVENT")}


def test_nothing_is_seen_before_it_is_published(client, camp, knots):
    assert "Knots" not in client.get(f"/{camp.slug}/grid/").content.decode()
    assert client.get(f"/{camp.slug}/sessions/{knots.pk}/").status_code == 404
    publish_grid(camp=camp, by=None)
    assert "Knots" in client.get(f"/{camp.slug}/grid/").content.decode()
    assert client.get(f"/{camp.slug}/sessions/{knots.pk}/").status_code == 200


def test_versions_are_numbered_say_what_changed_and_never_change(camp, knots, rooms, slots):
    first = publish_grid(camp=camp, by=None)
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[2])
    new = moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[0], slot=slots[0])
    second = publish_grid(camp=camp, by=None)
    moves.unplace_session(session=new)
    third = publish_grid(camp=camp, by=None)

    assert [v.number for v in (first, second, third)] == [1, 2, 3]
    assert [v.sentences for v in with_sentences(camp, [first, second, third])] == [
        ["The first grid: 1 session."],
        ["“Ducks” is new: Barn, Sat 10:00.", "“Knots” moved from Barn, Sat 10:00 to Loft, Sat 13:00."],
        ["“Ducks” is off the grid."],
    ]
    assert first.placements.get().room_name == "Barn"


def test_an_old_version_stays_as_it_was_when_rooms_are_renamed_and_dropped(client, camp, knots, rooms, slots):
    publish_grid(camp=camp, by=None)
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[2])
    publish_grid(camp=camp, by=None)
    rooms[0].delete()
    page = client.get(f"/{camp.slug}/grid/versions/1/").content.decode()
    assert "Barn" in page
    assert "Knots" in page


def test_a_grid_that_breaks_a_rule_is_published_only_when_that_is_accepted(
    sign_in, camp, olga, ben, knots, rooms, slots
):
    clash = PitchFactory(camp=camp, title="Ducks", hosts=[ben])
    moves.place_session(pitch=clash, room=rooms[1], slot=slots[0])
    client, url = sign_in(olga), f"/{camp.slug}/draft/publish/"
    seen = {"seen": Draft.revision_of(camp)}
    response = client.post(url, seen)
    assert response.status_code == 422
    assert "Ben would lead" in response.content.decode()
    assert GridVersion.latest(camp) is None
    client.post(url, seen | {"accept_broken": "1"})
    assert GridVersion.latest(camp).number == 1


def test_a_calendar_follows_a_move_and_takes_a_cancelled_session_away(client, camp, knots, rooms, slots):
    feed = f"/{camp.slug}/calendar.ics"
    publish_grid(camp=camp, by=None)
    [(uid, first)] = events(client, feed).items()
    told = [Session.objects.get().told_at]

    def published():
        publish_grid(camp=camp, by=None)
        told.append(Session.objects.get().told_at)
        return events(client, feed)[uid]

    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1])
    moved = published()
    RoomFactory(camp=camp)
    same = published()
    moves.unplace_session(session=knots)
    gone = published()
    moves.place_session(pitch=knots.pitch, room=rooms[0], slot=slots[0])
    back = published()

    assert [e["sequence"] for e in (first, moved, same, gone, back)] == [0, 1, 1, 2, 3]
    assert told[0] < told[1] == told[2] < told[3] < told[4]
    assert moved["last-modified"].dt == told[1].replace(microsecond=0)
    assert [str(e["status"]) for e in (moved, gone, back)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert moved["location"] == "Loft"
    assert moved["dtstart"].dt == slots[1].starts_at


def test_cancelled_sessions_leave_the_feed_when_the_camp_is_over(client, camp, knots, slots):
    publish_grid(camp=camp, by=None)
    moves.unplace_session(session=knots)
    publish_grid(camp=camp, by=None)
    camp.starts_on = camp.ends_on = camp.starts_on.replace(year=2020)
    camp.save()
    # What is left is the camp itself.
    assert [str(e["summary"]) for e in events(client, f"/{camp.slug}/calendar.ics").values()] == ["Lakeside 2030"]


def test_a_renamed_pitch_keeps_its_address_notes_and_uid(client, camp, knots):
    publish_grid(camp=camp, by=None)
    before = set(events(client, f"/{camp.slug}/calendar.ics"))
    knots.pitch.title = "Ropes"
    knots.pitch.save()
    assert set(events(client, f"/{camp.slug}/calendar.ics")) == before
    assert "Ropes" in client.get(f"/{camp.slug}/sessions/{knots.pk}/").content.decode()


def test_calendars_of_a_room_a_session_and_my_own(client, camp, ben, cleo, knots, rooms, slots):
    ducks = moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[1])
    publish_grid(camp=camp, by=None)
    set_interest(pitch=ducks.pitch, attendee=cleo, level=1)

    def titles(path):
        return {str(e["summary"]) for e in events(client, path).values()}

    assert titles(f"/{camp.slug}/calendar.ics") == {"Knots", "Ducks"}
    assert titles(f"/{camp.slug}/rooms/{rooms[0].pk}.ics") == {"Knots"}
    assert titles(f"/{camp.slug}/sessions/{ducks.pk}.ics") == {"Ducks"}
    assert titles(f"/{camp.slug}/my/{ben.calendar_key}.ics") == {"Knots"}
    assert titles(f"/{camp.slug}/my/{cleo.calendar_key}.ics") == {"Ducks"}


def test_a_replaced_calendar_address_is_dead(sign_in, camp, ben, knots):
    old = ben.calendar_key
    client = sign_in(ben)
    client.post(f"/{camp.slug}/my/calendar/replace/")
    ben.refresh_from_db()
    assert client.get(f"/{camp.slug}/my/{old}.ics").status_code == 404
    assert client.get(f"/{camp.slug}/my/{ben.calendar_key}.ics").status_code == 200


def test_a_calendar_says_what_programs_ask_for(client, camp, knots):
    publish_grid(camp=camp, by=None)
    body = client.get(f"/{camp.slug}/calendar.ics").content.decode()
    for line in ("NAME:Lakeside 2030", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "BEGIN:VTIMEZONE", "METHOD:PUBLISH"):
        assert line in body
    assert "DTSTART;TZID=Europe/London:20300112T100000" in body


def test_times_are_right_on_the_night_the_clocks_go_back(client, db):
    # 27 October 2030, 01:30 happens twice; sessions run before, during and after.
    day = datetime(2030, 10, 26).date()
    camp = CampFactory(slug="night", starts_on=day, ends_on=day + timedelta(days=1))
    room = RoomFactory(camp=camp)
    utc = ZoneInfo("UTC")
    starts = [datetime(2030, 10, 26, hour, 30, tzinfo=utc) for hour in (22, 23)]
    starts += [datetime(2030, 10, 27, hour, 30, tzinfo=utc) for hour in (0, 1, 2)]
    for start in starts:
        slot = camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=50))
        moves.place_session(pitch=PitchFactory(camp=camp), room=room, slot=slot)
    publish_grid(camp=camp, by=None)
    found = events(client, f"/{camp.slug}/calendar.ics").values()
    assert sorted(e["dtstart"].dt.astimezone(utc) for e in found) == starts
    assert {e["dtend"].dt.astimezone(utc) - e["dtstart"].dt.astimezone(utc) for e in found} == {timedelta(minutes=50)}


def test_an_unchanged_grid_costs_a_304_and_any_change_a_200(sign_in, camp, ben, cleo, knots, rooms, slots):
    publish_grid(camp=camp, by=None)
    client, url = sign_in(cleo), f"/{camp.slug}/grid/"

    def seen_after(change):
        etag = client.get(url)["ETag"]
        change()
        return client.get(url, headers={"If-None-Match": etag}).status_code

    def move():
        moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1])

    def rename():
        knots.pitch.title = "Ropes"
        save_pitch(pitch=knots.pitch, hosts=[ben], not_in=[], by=None)

    assert seen_after(lambda: None) == 304
    assert seen_after(move) == 304
    assert seen_after(lambda: publish_grid(camp=camp, by=None)) == 200
    assert seen_after(rename) == 200
    assert seen_after(lambda: rename_attendee(attendee=ben, display_name="Benny")) == 200
    assert seen_after(lambda: set_interest(pitch=knots.pitch, attendee=cleo, level=1)) == 200
    assert seen_after(lambda: set_interest(pitch=knots.pitch, attendee=ben, level=1)) == 304


def test_htmx_polls_for_nothing_until_something_changed(client, camp, knots):
    publish_grid(camp=camp, by=None)
    url, htmx = f"/{camp.slug}/grid/", {"HX-Request": "true"}
    stamp = client.get(url).context["request"].page_stamp
    assert client.get(f"{url}?seen={stamp}", headers=htmx).status_code == 204
    publish_anew(camp)
    partial = client.get(f"{url}?seen={stamp}", headers=htmx)
    assert partial.content.decode().lstrip().startswith('<div id="published-grid"')
    assert "HX-Request" in partial["Vary"]


def test_mine_is_marked_and_clashes_are_shown(sign_in, camp, cleo, knots, rooms, slots):
    ducks = moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=None)
    for session in (knots, ducks):
        set_interest(pitch=session.pitch, attendee=cleo, level=1)
    client = sign_in(cleo)
    assert client.get(f"/{camp.slug}/grid/").content.decode().count("Clash") == 2
    assert "Two at once: which one?" in client.get(f"/{camp.slug}/my/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_grid_costs_the_same_for_one_and_for_three(
    client, camp, rooms, slots, count, django_assert_max_num_queries
):
    for slot in slots[:count]:
        moves.place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slot)
    publish_grid(camp=camp, by=None)
    with django_assert_max_num_queries(6):
        response = client.get(f"/{camp.slug}/grid/")
    assert len(response.context["grid"].entries) == count


def test_now_and_next_are_marked(client, camp, knots, slots, monkeypatch):
    publish_grid(camp=camp, by=None)
    from schedule.wall import grid

    monkeypatch.setattr(grid.timezone, "now", lambda: slots[0].starts_at + timedelta(minutes=5))
    rows = grid.published_grid(GridVersion.latest(camp), camp).rows
    assert [row.is_now for row in rows] == [True, False, False, False]
    assert [row.is_next for row in rows] == [False, True, False, False]
    page = client.get(f"/{camp.slug}/grid/").content.decode()
    assert f'<tr id="slot-{slots[0].pk}" class="now">' in page
    assert re.search(rf'next\s+<a href="#slot-{slots[1].pk}">', page)


def test_in_a_break_the_grid_says_what_comes_next_and_on_a_free_evening_nothing(client, camp, monkeypatch):
    """A browser that has the page, and asks again, hears of each of it at that moment."""
    first, *_later = [make_slot(camp, hour) for hour in (10, 11.25, 17, 22.75, 24.25, 24 + 20, 48 + 10)]
    moves.place_session(pitch=PitchFactory(camp=camp), room=RoomFactory(camp=camp), slot=first)
    publish_grid(camp=camp, by=None)
    etag, begins = "", first.starts_at

    def said_at(hour: float) -> str | None:
        """Of the time in hours after midnight; None while the page is as it was."""
        nonlocal etag
        monkeypatch.setattr(timezone, "now", lambda: begins + timedelta(hours=hour - 10))
        answer = client.get(f"/{camp.slug}/grid/", headers={"If-None-Match": etag} if etag else {})
        if answer.status_code == 304:
            return None
        etag = answer["ETag"]
        line = re.search(r'<p class="no-print">\s*(<span class="now-flag">|<strong>)(.*?)</p>', answer.text, re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line[2])).strip() if line else ""

    assert said_at(5.9) == ""
    assert said_at(6) == "Next 10:00"
    assert said_at(9.99) is None
    assert said_at(10) == "Now 10:00–11:00 · next 11:15"
    assert said_at(11) == "Next 11:15"
    assert said_at(11.2) is None
    assert said_at(11.25) == "Now 11:15–12:15 · next 17:00"
    assert said_at(12.25) == "Next 17:00"
    assert said_at(17) == "Now 17:00–18:00 · next 22:45"
    assert said_at(22.75) == "Now 22:45–23:45 · next 00:15"
    assert said_at(23.75) == "Next 00:15"
    assert said_at(24.25) == "Now 00:15–01:15 · next 20:00"
    assert said_at(24 + 20) == "Now 20:00–21:00"
    assert said_at(24 + 21) == ""
    assert not said_at(48 + 5.9)
    assert said_at(48 + 6) == "Next 10:00"
    assert said_at(48 + 11) == ""


def test_links_to_two_rows_that_run_at_once_do_not_run_together(camp, knots, slots):
    row = [GridRow(pk, slots[0].starts_at, slots[0].ends_at, title, False) for pk, title in ((7, "Tea"), (8, "Cake"))]
    assert re.search(r"Tea\s*</a>\s+<a", _now(row, []))
    assert re.search(r"Next\s*</strong>\s+<a", _now([], row))
    assert _now([], []) == ""
