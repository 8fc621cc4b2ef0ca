"""Slots hang on the camp's days and clock: who changes those is asked what becomes of them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from icalendar import Calendar

from accounts.once import BACKEND
from events.editing import edit_camp
from events.forms import CampForm
from events.frame import save_slot
from events.hanging import hanging_on
from events.http import Done
from events.models import Camp, Slot
from events.shifting import by_day, shift_slots
from pitches.models import Interest
from pitches.services import set_interest, withdraw_pitch
from schedule.draft.moves import pin_session, place_session
from schedule.draft.rows import read_draft
from schedule.models import Draft, GridVersion, Session
from schedule.wall.feeds import tell_calendars
from schedule.wall.publish import pending_changes, publish_grid
from tests.factories import DAY, AttendeeFactory, CampFactory, PitchFactory, UserFactory, make_slot

WEEK = timedelta(days=7)


def settings(camp: Camp, **changes: object) -> dict[str, object]:
    kept = {
        name: found
        for name in CampForm.Meta.fields
        if (found := getattr(camp, name)) or name in ("walking_minutes", "room_minutes")
    }
    return kept | changes


def save(client, camp: Camp, **changes: object):
    camp.refresh_from_db()
    return client.post(f"/{camp.slug}/settings/", settings(camp, **changes))


def clocks(camp: Camp) -> list[str]:
    camp = Camp.objects.get(pk=camp.pk)
    return [
        f"{slot.starts_at.astimezone(camp.tz):%d.%m. %H:%M}-{slot.ends_at.astimezone(camp.tz):%H:%M}"
        for slot in camp.slots.all()
    ]


def moments(camp: Camp) -> list[datetime]:
    return [slot.starts_at for slot in camp.slots.all()]


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def undo(client, response):
    # What an earlier answer said waits for the next page, too.
    *_before, message = get_messages(response.wsgi_request)
    found = Done.of(message.extra_tags or "").undo
    data: dict[str, list[str]] = {}
    for name, value in found.fields:
        data.setdefault(name, []).append(value)
    return client.post(found.address, data)


@pytest.fixture
def client(sign_in, olga):
    return sign_in(olga)


# -- another time zone -----------------------------------------------------------------------------------


def test_another_time_zone_asks_what_stays_and_keeps_what_was_typed(client, camp, slots):
    before = moments(camp)
    response = save(client, camp, time_zone="America/Halifax", name="Harbour", tagline="By the sea")
    page = response.content.decode()
    assert response.status_code == 422
    assert "10:00 stays 10:00" in page
    assert "what was at 10:00 is at 06:00" in page
    assert "Choose what stays as it is." in page
    assert 'value="Harbour"' in page
    assert 'value="By the sea"' in page
    assert '<option value="America/Halifax" selected>' in page
    camp.refresh_from_db()
    assert (camp.time_zone, camp.name) == ("Europe/London", "Lakeside 2030")
    assert moments(camp) == before


def test_the_clock_times_stay_if_so_chosen(client, camp, slots):
    before = clocks(camp)
    response = save(client, camp, time_zone="America/Halifax", clocks="clock")
    assert response.status_code == 302
    assert clocks(camp) == before
    assert moments(camp)[0] == DAY + timedelta(hours=14)
    assert "4 slots stand at other times." in told(response)


def test_the_moments_stay_if_so_chosen(client, camp, slots):
    before = moments(camp)
    response = save(client, camp, time_zone="America/Halifax", clocks="moment")
    assert moments(camp) == before
    assert clocks(camp)[0] == "12.01. 06:00-07:00"
    assert told(response) == "Saved."


@pytest.mark.parametrize("answer", ["", "both", "Clock"])
def test_any_other_answer_is_none(client, camp, slots, answer):
    assert save(client, camp, time_zone="America/Halifax", clocks=answer).status_code == 422
    camp.time_zone = "America/Halifax"
    with pytest.raises(ValidationError, match="Choose what stays"):
        edit_camp(camp=camp, fields=["time_zone"], clocks=answer, by=None)


def test_nothing_is_asked_where_nothing_hangs_on_it(client, camp):
    assert save(client, camp, time_zone="Asia/Tokyo").status_code == 302
    assert save(client, camp, starts_on="2030-02-01", ends_on="2030-02-03").status_code == 302


def test_nothing_is_asked_if_the_clocks_show_the_same(client, camp, slots):
    assert save(client, camp, time_zone="Europe/Lisbon").status_code == 302
    assert clocks(camp)[0] == "12.01. 10:00-11:00"


def test_moments_on_another_day_are_refused_by_name(client, camp, slots):
    """20:00 in London is 05:00 in Tokyo, which is of the night still; 22:00 is the next day there."""
    make_slot(camp, 20)
    assert save(client, camp, time_zone="Asia/Tokyo", clocks="moment").status_code == 302
    save(client, camp, time_zone="Europe/London", clocks="moment")
    make_slot(camp, 22)
    response = save(client, camp, time_zone="Asia/Tokyo", clocks="moment")
    assert response.status_code == 422
    assert "Sat 12 Jan, 22:00 would lie outside the days of the camp." in response.content.decode()


def test_a_time_that_the_new_clocks_skip_is_refused(client, camp):
    """On 10 March 2030 at 02:00 the clocks of New York go on an hour; those of London do not."""
    camp.starts_on = camp.ends_on = date(2030, 3, 10)
    camp.save()
    start = datetime(2030, 3, 10, 2, 30, tzinfo=UTC)
    camp.slots.create(starts_at=start, ends_at=start + timedelta(hours=2))
    response = save(client, camp, time_zone="America/New_York", clocks="clock")
    assert response.status_code == 422
    assert "02:30 does not exist on 2030-03-10" in response.content.decode()
    assert moments(camp) == [start]


# -- other days ------------------------------------------------------------------------------------------


def test_other_days_ask_what_becomes_of_the_slots(client, camp, slots):
    response = save(client, camp, starts_on="2030-06-15", ends_on="2030-06-15")
    page = response.content.decode()
    assert response.status_code == 422
    assert "They move along: 154 days later." in page
    assert 'value="2030-06-15"' in page
    camp.refresh_from_db()
    assert camp.starts_on == date(2030, 1, 12)


def test_slots_move_with_the_days_and_keep_their_clock_times(client, camp, slots):
    save(client, camp, starts_on="2030-06-15", ends_on="2030-06-15", follow="move")
    assert clocks(camp) == [f"15.06. {hour}:00-{hour + 1}:00" for hour in (10, 11, 12, 13)]
    # It is summer then.
    assert moments(camp)[0] == datetime(2030, 6, 15, 9, tzinfo=UTC)


def test_slots_that_would_be_left_outside_are_refused_by_name(client, camp, slots):
    response = save(client, camp, starts_on="2030-01-13", ends_on="2030-01-13", follow="stay")
    assert response.status_code == 422
    assert (
        "Sat 12 Jan, 10:00 · Sat 12 Jan, 11:00 · Sat 12 Jan, 12:00 · … would lie outside" in response.content.decode()
    )
    camp.refresh_from_db()
    assert camp.starts_on == date(2030, 1, 12)


def test_slots_stay_where_the_days_still_hold_them(client, camp, slots):
    before = moments(camp)
    assert save(client, camp, starts_on="2030-01-11", follow="stay").status_code == 302
    assert moments(camp) == before


def test_one_more_day_at_the_end_asks_nothing(client, camp, slots):
    assert save(client, camp, ends_on="2030-01-14").status_code == 302


def test_a_day_with_slots_is_not_cut_off(client, camp, slots):
    save(client, camp, ends_on="2030-01-13")
    make_slot(camp, 34)
    response = save(client, camp, ends_on="2030-01-12")
    assert response.status_code == 422
    assert "Sun 13 Jan, 10:00 would lie outside" in response.content.decode()
    Slot.objects.filter(starts_at=DAY + timedelta(hours=34)).delete()
    assert save(client, camp, ends_on="2030-01-12").status_code == 302


@pytest.mark.parametrize("days", [1, -1])
def test_days_full_of_slots_make_room_for_each_other(client, camp, days):
    """10:00 of the first day goes where 10:00 of the second stands."""
    camp.ends_on = date(2030, 1, 14)
    camp.save()
    for day in range(3):
        make_slot(camp, 24 * day + 10)
    first = camp.starts_on + timedelta(days=days)
    save(client, camp, starts_on=first, ends_on=first + timedelta(days=2), follow="move")
    assert moments(camp) == [DAY + timedelta(days=day + days, hours=10) for day in range(3)]


def test_a_time_that_the_clocks_skip_on_the_new_day_is_refused(client, camp):
    make_slot(camp, 1.5)
    response = save(client, camp, starts_on="2030-03-31", ends_on="2030-03-31", follow="move")
    assert response.status_code == 422
    assert "01:30 does not exist on 2030-03-31" in response.content.decode()


def test_both_at_once_are_both_asked(client, camp, slots):
    other = {"time_zone": "America/Halifax", "starts_on": "2030-01-19", "ends_on": "2030-01-19"}
    page = save(client, camp, **other).content.decode()
    assert 'name="clocks"' in page
    assert 'name="follow"' in page
    save(client, camp, **other, clocks="clock", follow="move")
    assert clocks(camp)[0] == "19.01. 10:00-11:00"


def test_what_hangs_on_a_slot_goes_along(client, camp, olga, ben, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    pitch.not_in.add(slots[1])
    session = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    pin_session(session=session, is_pinned=True)
    rooms[1].closed_in.add(slots[2])
    ben.away_in.add(slots[2])
    save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move")
    session.refresh_from_db()
    assert session.is_pinned
    assert session.place.slot.starts_at == slots[0].starts_at + WEEK
    assert [pitch.not_in.get().pk, rooms[1].closed_in.get().pk, ben.away_in.get().pk] == [
        slots[1].pk, slots[2].pk, slots[2].pk,
    ]  # fmt: skip


# -- taken back, published -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "America/Halifax", "clocks": "clock"},
        {"starts_on": "2030-06-15", "ends_on": "2030-06-16", "follow": "move"},
        {
            "time_zone": "Asia/Tokyo", "starts_on": "2030-01-10", "ends_on": "2030-01-10", "clocks": "clock",
            "follow": "move",
        },
    ],
)  # fmt: skip
def test_it_can_be_taken_back(client, camp, slots, changes):
    before = moments(camp)
    response = save(client, camp, **changes)
    assert moments(camp) != before
    assert undo(client, response).status_code == 302
    assert moments(camp) == before
    camp.refresh_from_db()
    assert (camp.time_zone, camp.starts_on, camp.ends_on) == ("Europe/London", DAY.date(), DAY.date())


def test_taking_it_back_keeps_what_others_saved_since(client, camp, slots):
    response = save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move")
    save(client, camp, venue="Barn Lane")
    undo(client, response)
    camp.refresh_from_db()
    assert (camp.venue, camp.starts_on) == ("Barn Lane", DAY.date())


def test_taking_it_back_is_refused_if_others_changed_it_since(client, camp, slots):
    response = save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move")
    save(client, camp, starts_on="2030-01-26", ends_on="2030-01-26", follow="move")
    refused = undo(client, response)
    assert refused.status_code == 422
    assert "This was saved anew since you opened the page." in refused.content.decode()
    assert clocks(camp)[0] == "26.01. 10:00-11:00"


@pytest.fixture
def knots(camp, ben, rooms, slots) -> Session:
    session = place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    return session


def in_calendar(client, camp):
    [found] = Calendar.from_ical(client.get(f"/{camp.slug}/calendar.ics").content).walk("VEVENT")
    return found


def test_what_is_published_waits_until_it_is_published(client, camp, knots):
    save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move")
    assert GridVersion.latest(camp).number == 1
    assert in_calendar(client, camp).start == DAY + timedelta(hours=10)


def test_it_is_published_at_once_if_so_chosen(client, camp, knots):
    before = in_calendar(client, camp)
    response = save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move", publish="on")
    assert "Version 2 is published." in told(response)
    assert re.search(r"<tbody>.*10:00.*Knots", client.get(f"/{camp.slug}/grid/").content.decode(), re.DOTALL)
    after = in_calendar(client, camp)
    assert after.start == DAY + timedelta(days=7, hours=10)
    assert str(after["uid"]) == str(before["uid"])
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt >= before["last-modified"].dt
    assert "Knots” moved from Barn" in client.get(f"/{camp.slug}/grid/versions/").content.decode()
    undo(client, response)
    assert GridVersion.latest(camp).number == 3
    assert in_calendar(client, camp).start == DAY + timedelta(hours=10)


def test_nothing_else_is_published_with_it(client, camp, knots, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp, title="Half-baked"), room=rooms[1], slot=slots[1])
    response = save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move", publish="on")
    assert response.status_code == 422
    assert "holds other changes that nobody has published" in response.content.decode()
    camp.refresh_from_db()
    assert camp.starts_on == DAY.date()
    assert moments(camp)[0] == DAY + timedelta(hours=10)
    assert GridVersion.latest(camp).number == 1


def rename_a_room(camp, knots) -> None:
    camp.rooms.filter(name="Barn").update(name="Shed")


def move_a_slot(camp, knots) -> None:
    slot = camp.slots.first()
    slot.ends_at -= timedelta(minutes=5)
    slot.save()


def name_a_break(camp, knots) -> None:
    camp.slots.filter(title="Lunch").update(title="Dinner")


def withdraw(camp, knots) -> None:
    withdraw_pitch(pitch=knots.pitch, by=None)


@pytest.mark.parametrize("change", [rename_a_room, move_a_slot, name_a_break, withdraw])
def test_nor_what_waits_of_rooms_slots_and_times(client, camp, knots, change):
    change(camp, knots)
    response = save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move", publish="on")
    assert response.status_code == 422
    assert "holds other changes that nobody has published" in response.content.decode()
    assert GridVersion.latest(camp).number == 1
    # Where no slot moves nothing is published, and nothing refused.
    assert save(client, camp, tagline="By the sea", publish="on").status_code == 302


def test_whoever_saves_it_is_not_told_that_their_own_session_moved(client, camp, olga, ben, knots):
    knots.pitch.hosts.add(olga)
    save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move", publish="on")
    for person in (olga, ben):
        person.refresh_from_db()
    assert ([item["kind"] for item in ben.news], olga.news) == (["moved"], [])


def test_clock_times_that_stay_do_so_on_the_wall_and_nothing_is_said_to_have_moved(
    client, camp, olga, ben, knots, slots
):
    before = in_calendar(client, camp)
    front, grid = f"/{camp.slug}/", f"/{camp.slug}/grid/"
    response = save(client, camp, time_zone="America/Halifax", clocks="clock")
    assert "Version 2 is published." in told(response)
    after = in_calendar(client, camp)
    assert (after.start, after.end) == (DAY + timedelta(hours=14), DAY + timedelta(hours=15))
    assert str(after["uid"]) == str(before["uid"])
    assert after["sequence"] > before["sequence"]
    for page in (front, grid, knots.pitch.get_absolute_url()):
        there = client.get(page)
        assert there.status_code == 200
        assert "oved from" not in there.content.decode()
    assert re.search(r"<tbody>.*10:00.*Knots.*11:00", client.get(grid).content.decode(), re.DOTALL)
    # They were told all of it.
    camp.refresh_from_db()
    tell_calendars(camp=camp)
    assert in_calendar(client, camp)["sequence"] == after["sequence"]
    assert "No session moved." in client.get(f"/{camp.slug}/grid/versions/").content.decode()
    ben.refresh_from_db()
    assert (ben.news, mail.outbox) == ([], [])
    assert pending_changes(GridVersion.latest(camp), read_draft(camp)) == []
    undo(client, response)
    assert GridVersion.latest(camp).number == 3
    assert in_calendar(client, camp).start == DAY + timedelta(hours=10)


def test_what_moved_that_day_is_told_by_the_clock_at_which_it_stood(client, camp, knots, rooms, slots):
    place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[1])
    publish_grid(camp=camp, by=None)
    save(client, camp, time_zone="America/Halifax", clocks="clock")
    assert "Moved from Barn, 10:00" in client.get(f"/{camp.slug}/grid/").content.decode()


@pytest.mark.parametrize("also", [{}, {"starts_on": "2030-01-11", "follow": "stay"}])
def test_what_waits_on_the_draft_waits_on_where_clock_times_stay(client, camp, knots, rooms, slots, also):
    place_session(pitch=PitchFactory(camp=camp, title="Half-baked"), room=rooms[1], slot=slots[1])
    save(client, camp, time_zone="America/Halifax", clocks="clock", publish="on", **also)
    latest = GridVersion.latest(camp)
    assert (latest.number, latest.placements.count()) == (2, 1)
    assert len(pending_changes(latest, read_draft(camp))) == 1


def test_moments_that_stay_publish_nothing(client, camp, knots):
    page = client.post(f"/{camp.slug}/settings/", settings(camp, time_zone="America/Halifax")).content.decode()
    assert "No host is told that their session moved; whoever gets sessions by mail gets them anew." in page
    assert 'name="publish"' not in page
    save(client, camp, time_zone="America/Halifax", clocks="moment")
    assert GridVersion.latest(camp).number == 1
    assert re.search(r"<tbody>.*06:00.*Knots", client.get(f"/{camp.slug}/grid/").content.decode(), re.DOTALL)


def test_what_was_never_published_is_not_published_by_it(client, camp, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    assert save(client, camp, time_zone="America/Halifax", clocks="clock", publish="on").status_code == 302
    assert GridVersion.latest(camp) is None


def test_who_looked_at_the_draft_before_is_told(client, camp, knots):
    seen = Draft.revision_of(camp)
    save(client, camp, starts_on="2030-01-19", ends_on="2030-01-19", follow="move")
    page = client.post(f"/{camp.slug}/draft/publish/", {"seen": seen}).content.decode()
    assert "The draft was changed meanwhile." in page


# -- nights ----------------------------------------------------------------------------------------------


def night_of(camp: Camp) -> Slot:
    """00:30 after the last day."""
    return make_slot(camp, 24.5, 45)


def test_the_night_after_the_last_day_belongs_to_the_camp(client, camp, slots):
    night = night_of(camp)
    slot = {"day": "2030-01-13", "starts": "00:30", "ends": "01:15", "kind": "sessions", "title": "Owls"}
    assert client.post(f"/{camp.slug}/slots/{night.pk}/", slot).status_code == 302
    night.refresh_from_db()
    assert (night.title, night.starts_at) == ("Owls", DAY + timedelta(hours=24.5))
    assert client.post(f"/{camp.slug}/slots/", slot | {"starts": "05:59", "ends": "06:30"}).status_code == 302
    assert client.post(f"/{camp.slug}/slots/", slot | {"starts": "06:00", "ends": "06:30"}).status_code == 422
    assert save(client, camp, starts_on="2030-01-11", follow="stay").status_code == 302


@pytest.mark.parametrize("local", [time(0, 1), time(1), time(5, 59)])
def test_a_camp_holds_its_last_night(camp, local):
    assert camp.holds(camp.at(date(2030, 1, 13), local))
    assert not camp.holds(camp.at(date(2030, 1, 14), local))


def test_the_night_is_of_the_day_before_unless_people_slept(camp):
    camp.ends_on = date(2030, 1, 14)
    evening, night, late = make_slot(camp, 22, 90), make_slot(camp, 24.25, 45), make_slot(camp, 25.5, 60)
    early, noon = make_slot(camp, 24 + 29, 30), make_slot(camp, 24 + 36)
    assert [(day.day, found) for day, found in by_day(camp, camp.slots.all())] == [
        (12, [evening, night, late]), (14, [early, noon]),
    ]  # fmt: skip


def autumn(camp: Camp) -> Slot:
    """From the first 01:30 to the second 01:15 of the night in which the clocks of London go back."""
    camp.starts_on = camp.ends_on = date(2030, 10, 27)
    camp.save()
    start = datetime(2030, 10, 27, 0, 30, tzinfo=UTC)
    return camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=45))


def test_a_new_title_moves_no_slot_out_of_an_hour_that_occurs_twice(client, camp):
    slot = autumn(camp)
    later = camp.slots.create(starts_at=slot.ends_at, ends_at=slot.ends_at + timedelta(minutes=30))
    for row, starts, ends in ((slot, "01:30", "01:15"), (later, "01:15", "01:45")):
        before = (row.starts_at, row.ends_at)
        sent = {"day": "2030-10-27", "starts": starts, "ends": ends, "kind": "sessions", "title": "Owls"}
        assert client.post(f"/{camp.slug}/slots/{row.pk}/", sent).status_code == 302
        row.refresh_from_db()
        assert (row.title, row.starts_at, row.ends_at) == ("Owls", *before)


def test_a_slot_that_would_end_before_it_starts_is_refused(client, camp):
    autumn(camp)
    response = save(client, camp, starts_on="2030-10-20", ends_on="2030-10-20", follow="move")
    assert response.status_code == 422
    assert "would end before it starts" in response.content.decode()


# -- by minutes ------------------------------------------------------------------------------------------


def test_minutes_are_those_that_pass(camp):
    """In the night of 31 March the clocks of London go from 01:00 to 02:00."""
    camp.starts_on = camp.ends_on = date(2030, 3, 31)
    camp.save()
    start = datetime(2030, 3, 31, 0, 30, tzinfo=UTC)
    slot = camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=30))
    shift_slots(camp=camp, slots=[slot.pk], minutes=60)
    assert clocks(camp) == ["31.03. 02:30-03:00"]
    shift_slots(camp=camp, slots=[slot.pk], minutes=-60)
    assert moments(camp) == [start]


def test_slots_of_another_camp_do_not_move(camp, slots):
    other = CampFactory()
    theirs = make_slot(other, 10)
    with pytest.raises(ValidationError, match="One of these slots was taken away meanwhile"):
        shift_slots(camp=camp, slots=[slots[0].pk, theirs.pk], minutes=5)
    assert moments(camp)[0] == slots[0].starts_at


# -- other things that hang on a setting -----------------------------------------------------------------


def test_a_slot_with_sessions_stays_one_for_sessions(client, camp, knots, slots):
    sent = {"day": "2030-01-12", "starts": "10:00", "ends": "11:00", "kind": "everyone", "title": "Lunch"}
    response = client.post(f"/{camp.slug}/slots/{slots[0].pk}/", sent)
    assert response.status_code == 422
    assert "There are sessions in “Sat 12 Jan, 10:00”. Move them on the grid first." in response.content.decode()
    assert (
        client.post(f"/{camp.slug}/slots/{slots[1].pk}/", sent | {"starts": "11:00", "ends": "12:00"}).status_code
        == 302
    )


def test_who_changes_or_takes_away_a_slot_reads_what_hangs_on_it(client, camp, ben, knots, rooms, slots):
    knots.pitch.not_in.add(slots[0])
    rooms[1].closed_in.add(slots[0])
    ben.away_in.add(slots[0])
    for address in (f"/{camp.slug}/slots/{slots[0].pk}/", f"/{camp.slug}/slots/{slots[0].pk}/delete/"):
        page = client.get(address).content.decode()
        for sentence in (
            "Closed then: Loft",
            "Not there then: Ben",
            "Cannot be then: “Knots”",
            "On the draft there: “Knots”",
        ):
            assert sentence in page
    assert hanging_on(camp, slots[1]) == []
    for address in (f"/{camp.slug}/rooms/{rooms[0].pk}/", f"/{camp.slug}/rooms/{rooms[0].pk}/delete/"):
        assert "On the draft there: “Knots”" in client.get(address).content.decode()
    assert hanging_on(camp, rooms[1]) == ["It is closed: Sat 12 Jan, 10:00"]


def test_places_that_are_fewer_than_people_are_told(client, camp, ben, cleo):
    response = save(client, camp, capacity=1)
    assert "3 people are in already, more than there are places." in told(response)
    assert camp.attendees.present().count() == 3
    assert "are in already" not in told(save(client, camp, capacity=1, venue="Hall")).removeprefix(told(response))


def test_who_moves_up_is_told_to_who_made_room(client, camp):
    camp.capacity = 1
    camp.save()
    AttendeeFactory(camp=camp, is_waiting=True)
    assert "1 person moved up from the waiting list." in told(save(client, camp, capacity=2))


def test_saving_a_slot_as_it_is_by_a_program_goes_on(camp, slots):
    slots[0].kind = Slot.Kind.EVERYONE
    save_slot(slot=slots[0])
    save_slot(slot=slots[0])
    assert Slot.objects.get(pk=slots[0].pk).kind == Slot.Kind.EVERYONE


def test_fewer_musts_each_take_nobodys_away_and_it_is_said(client, camp, cleo):
    camp.musts_each = 3
    camp.save()
    for _number in range(3):
        set_interest(pitch=PitchFactory(camp=camp), attendee=cleo, level=Interest.Level.MUST)
    kept = "Whoever chose more musts before keeps them, and they count as before."
    assert kept in told(save(client, camp, musts_each=1))
    assert cleo.interests.filter(level=Interest.Level.MUST).count() == 3
    camp.refresh_from_db()
    assert kept not in told(save(client, camp, musts_each=2)).removeprefix("Saved. " + kept)


def test_an_operator_changes_no_time_behind_the_slots(client, camp, slots):
    """In the admin nothing asks what becomes of them."""
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
    address = f"/admin/events/camp/{camp.pk}/change/"
    assert 'name="time_zone"' not in operator.get(address).content.decode()
    sent = settings(camp, time_zone="Asia/Tokyo", starts_on="2030-01-13", ends_on="2030-01-14")
    sent |= {"slug": camp.slug, "code": camp.code, "name": "By the lake", "conduct": "Be kind."}
    sent |= {"created_at_0": "2026-11-29", "created_at_1": "10:00"}
    response = operator.post(address, sent)
    assert response.status_code == 302, response.content.decode()
    was = (camp.time_zone, camp.starts_on, camp.ends_on)
    camp.refresh_from_db()
    assert (camp.name, camp.time_zone, camp.starts_on, camp.ends_on) == ("By the lake", *was)
    assert 'name="time_zone"' in operator.get("/admin/events/camp/add/").content.decode()


def test_an_operator_changes_nothing_that_others_would_have_to_hear_of(camp, ben):
    """A place more moves somebody up, another way between buildings makes the draft another: its own page does that."""
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
    page = operator.get(f"/admin/events/camp/{camp.pk}/change/").content.decode()
    for name in ("capacity", "walking_minutes", "archived_at", "archived_at_0"):
        assert f'name="{name}"' not in page
    assert 'name="venue"' in page


def test_an_operator_writes_over_nothing_that_was_saved_meanwhile(camp):
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
    address = f"/admin/events/camp/{camp.pk}/change/"
    form = operator.get(address).context["adminform"].form
    typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: "on" if value is True else value for name, value in typed.items() if value not in (None, False)}
    sent |= {"created_at_0": "2026-11-29", "created_at_1": "10:00", "name": "By the lake"}
    seen = Camp.objects.get(pk=camp.pk)
    real = Camp.save

    def later(self: Camp, *args: object, **kwargs: object) -> None:
        # Between the form and the row an organiser saves another venue.
        Camp.objects.filter(pk=camp.pk).update(venue="Barn")
        real(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Camp, "save", later)
        assert operator.post(address, sent).status_code == 302
    camp.refresh_from_db()
    assert (camp.name, camp.venue) == ("By the lake", "Barn") != (seen.name, seen.venue)
