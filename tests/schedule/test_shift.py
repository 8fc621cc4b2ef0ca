"""A day that runs late: the rest of it moves by minutes, and everybody knows at once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.once import BACKEND
from events.editing import archive_camp
from events.http import Done
from events.models import Camp, CampArchived, Slot
from events.shifting import shift_slots
from pitches.services import set_interest
from schedule.draft.moves import place_session
from schedule.models import Draft, GridVersion, Session
from schedule.wall.publish import publish_grid
from schedule.wall.shift import shift_day
from schedule.wall.taking_back import take_back_version
from tests.factories import DAY, PitchFactory, make_slot

HOUR = timedelta(hours=1)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def starts(camp: Camp) -> list[str]:
    return [f"{slot.starts_at.astimezone(camp.tz):%H:%M}" for slot in camp.slots.all()]


@pytest.fixture
def client(sign_in, olga) -> Client:
    return sign_in(olga)


@pytest.fixture
def clock(monkeypatch, sign_in, olga):
    """Sets what time it is; who signed in years before is signed out then."""

    def clock(hour: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at(hour))
        sign_in(olga)

    return clock


@pytest.fixture
def knots(camp, ben, rooms, slots) -> Session:
    """In the Barn at ten."""
    return place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])


@pytest.fixture
def ducks(camp, rooms, slots, knots) -> Session:
    """In the Barn at eleven; both are published."""
    session = place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[0], slot=slots[1])
    publish_grid(camp=camp, by=None)
    return session


def shift(client: Client, camp: Camp, moving: object, minutes: object, way: str = "later", **more: object):
    seen = {"seen": Draft.revision_of(camp)}
    form = seen | {"moving": moving, "by_minutes": minutes, "way": way} | more
    return client.post(f"/{camp.slug}/slots/shift/", form)


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def undo(client: Client, response):
    # What an earlier answer said waits for the next page, too.
    *_before, message = get_messages(response.wsgi_request)
    found = Done.of(message.extra_tags or "").undo
    data: dict[str, list[str]] = {}
    for name, value in found.fields:
        data.setdefault(name, []).append(value)
    return client.post(found.address, data)


def calendar(client: Client, camp: Camp) -> dict[str, Calendar]:
    found = Calendar.from_ical(client.get(f"/{camp.slug}/calendar.ics").content).walk("VEVENT")
    return {str(entry["summary"]): entry for entry in found}


# -- what it does ----------------------------------------------------------------------------------------


def test_the_keynote_overran_everything_after_eleven_moves_by_fifteen_minutes(client, camp, ducks, slots, clock):
    clock(11.1)
    response = shift(client, camp, slots[1].pk, 15, publish="on")
    assert starts(camp) == ["10:00", "11:15", "12:15", "13:15"]
    assert [slot.minutes for slot in camp.slots.all()] == [60] * 4
    assert response.url == f"/{camp.slug}/slots/#slot-{slots[1].pk}"
    assert told(response) == "3 slots are 15 minutes later, from Sat 12 Jan, 11:15 on. Version 2 is published."


def test_calendars_and_the_wall_say_that_it_moved_and_what_stayed_did_not(client, camp, ducks, slots):
    before = calendar(client, camp)
    shift(client, camp, slots[1].pk, 15, publish="on")
    after = calendar(client, camp)
    assert (after["Ducks"].start, after["Ducks"].end) == (at(11.25), at(12.25))
    assert str(after["Ducks"]["uid"]) == str(before["Ducks"]["uid"])
    assert after["Ducks"]["sequence"] == before["Ducks"]["sequence"] + 1
    assert after["Ducks"]["last-modified"].dt >= before["Ducks"]["last-modified"].dt
    assert after["Knots"].to_ical() == before["Knots"].to_ical()
    page = client.get(f"/{camp.slug}/grid/versions/").content.decode()
    assert "“Ducks” moved from Barn, Sat 11:00 to Barn, Sat 11:15." in page
    assert "“Lunch” moved from Sat 12:00 to Sat 12:15." in page
    assert "Knots” moved" not in page


def test_without_publishing_the_wall_stays_and_the_draft_says_so(client, camp, ducks, slots):
    response = shift(client, camp, slots[1].pk, 15)
    assert GridVersion.latest(camp).number == 1
    assert calendar(client, camp)["Ducks"].start == at(11)
    assert "The published grid keeps the old times until you publish." in told(response)
    preview = client.get(f"/{camp.slug}/draft/publish/").context["preview"]
    assert [(line.title, line.before, line.after) for line in preview.groups[0].lines] == [
        ("Ducks", "Barn, Sat 11:00", "Barn, Sat 11:15")
    ]


def test_a_whole_day_moves_forward_and_back(client, camp, slots):
    shift(client, camp, "day-2030-01-12", 90)
    assert starts(camp) == ["11:30", "12:30", "13:30", "14:30"]
    shift(client, camp, "day-2030-01-12", 120, way="earlier")
    assert starts(camp) == ["09:30", "10:30", "11:30", "12:30"]


def test_only_that_day_moves(client, camp, slots):
    Camp.objects.filter(pk=camp.pk).update(ends_on=date(2030, 1, 13))
    make_slot(camp, 34)
    shift(client, camp, "day-2030-01-12", 30)
    assert starts(camp) == ["10:30", "11:30", "12:30", "13:30", "10:00"]


def test_what_hangs_on_a_slot_goes_along(client, camp, ben, ducks, rooms, slots):
    rooms[1].closed_in.add(slots[1])
    ben.away_in.add(slots[1])
    ducks.pitch.not_in.add(slots[0])
    Session.objects.filter(pk=ducks.pk).update(is_pinned=True)
    shift(client, camp, slots[1].pk, 15)
    ducks.refresh_from_db()
    assert (ducks.is_pinned, ducks.place.slot.starts_at) == (True, at(11.25))
    for there in (rooms[1].closed_in, ben.away_in):
        assert there.get().starts_at == at(11.25)


def test_nobody_loses_an_interest_and_the_sessions_are_the_same(client, camp, cleo, ducks, slots):
    set_interest(pitch=ducks.pitch, attendee=cleo, level=2)
    shift(client, camp, "day-2030-01-12", 15, publish="on")
    assert {session.pk for session in camp.sessions.placed()} == {ducks.pk, ducks.pk - 1}
    assert cleo.interests.get().level == 2


# -- taking it back --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "way"), [(15, "later"), (300, "later"), (60, "earlier")])
def test_it_can_be_taken_back_and_that_is_published_too(client, camp, ducks, slots, minutes, way):
    response = shift(client, camp, "day-2030-01-12", minutes, way, publish="on")
    response = undo(client, response)
    assert starts(camp) == ["10:00", "11:00", "12:00", "13:00"]
    assert GridVersion.latest(camp).number == 3
    assert calendar(client, camp)["Ducks"].start == at(11)
    # And so can that.
    undo(client, response)
    assert starts(camp)[0] != "10:00"


def test_taking_it_back_in_the_night_moves_the_same_slots(client, camp):
    """Moved out of the night they would be the next day's."""
    Camp.objects.filter(pk=camp.pk).update(ends_on=date(2030, 1, 13))
    for hour in (22, 23.5, 25):
        make_slot(camp, hour)
    response = shift(client, camp, "day-2030-01-12", 330)
    undo(client, response)
    assert starts(camp) == ["22:00", "23:30", "01:00"]


def test_taking_it_back_is_refused_if_somebody_changed_the_draft_since(client, camp, ducks, rooms, slots):
    response = shift(client, camp, slots[1].pk, 15, publish="on")
    place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[2])
    refused = undo(client, response)
    assert refused.url == f"/{camp.slug}/slots/shift/"
    assert "The draft was changed meanwhile." in told(refused)
    assert starts(camp) == ["10:00", "11:15", "12:15", "13:15"]


def test_sent_twice_it_is_done_once(client, camp, ducks, slots):
    key = {"form_key": "a" * 32, "seen": Draft.revision_of(camp)}
    for _time in range(2):
        shift(client, camp, slots[1].pk, 15, publish="on", **key)
    assert starts(camp)[1] == "11:15"
    assert GridVersion.latest(camp).number == 2


# -- what cannot be --------------------------------------------------------------------------------------


def test_a_page_that_is_not_as_it_was_seen_moves_nothing(client, camp, ducks, rooms, slots):
    seen = Draft.revision_of(camp)
    place_session(pitch=PitchFactory(camp=camp, title="Kites"), room=rooms[1], slot=slots[2])
    response = shift(client, camp, slots[1].pk, 15, publish="on", seen=seen)
    page = response.content.decode()
    assert response.status_code == 422
    assert "The draft was changed meanwhile. Look at it again, then decide." in page
    # What they would publish now stands there, and what was typed, too.
    assert "“Kites” is new" in page
    assert 'name="by_minutes" value="15"' in page
    assert f'name="seen" value="{Draft.revision_of(camp)}"' in page
    assert starts(camp)[1] == "11:00"
    assert GridVersion.latest(camp).number == 1
    shift(client, camp, slots[1].pk, 15, publish="on")
    assert starts(camp)[1] == "11:15"


def test_moved_into_what_stays_is_refused(client, camp, slots):
    response = shift(client, camp, slots[1].pk, 15, way="earlier")
    assert response.status_code == 422
    text = "Sat 12 Jan, 10:00 and Sat 12 Jan, 11:00 would overlap: one would end at 11:00, the other begin at 10:45."
    assert text in response.content.decode()
    assert starts(camp)[1] == "11:00"


def test_what_is_refused_for_another_reason_offers_no_broken_rules(client, camp, ducks, slots):
    response = shift(client, camp, slots[2].pk, 45, publish="on", way="earlier")
    assert response.status_code == 422
    assert 'name="accept_broken"' not in response.content.decode()


def test_moved_into_the_next_day_is_refused(client, camp):
    Camp.objects.filter(pk=camp.pk).update(ends_on=date(2030, 1, 13))
    evening = make_slot(camp, 22)
    make_slot(camp, 24 + 9)
    response = shift(client, camp, evening.pk, 630)
    assert response.status_code == 422
    assert "would overlap: one would end at 09:30, the other begin at 09:00." in response.content.decode()
    assert shift(client, camp, evening.pk, 600).status_code == 302


def test_over_midnight_goes_on_and_beyond_the_camp_is_refused(client, camp):
    slot = make_slot(camp, 23.5, 30)
    assert shift(client, camp, slot.pk, 30).status_code == 302
    assert [slot.starts_at for slot in camp.slots.all()] == [at(24)]
    response = shift(client, camp, slot.pk, 360)
    assert response.status_code == 422
    assert "Sun 13 Jan, 00:00 would lie outside the days of the camp." in response.content.decode()
    early = make_slot(camp, 0.25, 30)
    assert "outside the days" in shift(client, camp, early.pk, 30, way="earlier").content.decode()


def test_what_is_over_stays(client, camp, slots, clock):
    clock(11.1)
    page = client.get(f"/{camp.slug}/slots/shift/").content.decode()
    assert "the whole day" not in page
    assert "from 10:00 on" not in page
    # Just begun, by the clock alone: it is what moves unless somebody says otherwise.
    assert re.search(rf'<option value="{slots[1].pk}" selected>Sat 12 Jan from 11:00 on', page)
    response = shift(client, camp, slots[0].pk, 15)
    assert response.status_code == 422
    assert "That is over, or was taken away meanwhile." in response.content.decode()
    response = client.post(
        f"/{camp.slug}/draft/shift/undo/",
        {"slot": [slots[0].pk], "by_minutes": 15, "way": "later", "seen": Draft.revision_of(camp)},
    )
    assert "Sat 12 Jan, 10:00 is over, and stays as it was." in told(response)
    assert starts(camp)[0] == "10:00"


def test_nothing_is_moved_to_where_it_would_be_over(client, camp, clock):
    slot = make_slot(camp, 15)
    clock(14.9)
    response = shift(client, camp, slot.pk, 75, way="earlier")
    assert "Sat 12 Jan, 15:00 would be over already. Choose fewer minutes." in response.content.decode()
    assert shift(client, camp, slot.pk, 15, way="earlier").status_code == 302


def test_a_camp_whose_slots_are_over_has_nothing_to_move(client, camp, slots, clock):
    clock(48)
    assert "There is no slot that is still to come." in client.get(f"/{camp.slug}/slots/shift/").content.decode()
    assert shift(client, camp, slots[2].pk, 15).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"moving": ""}, {"moving": "day-2030-01-13"}, {"moving": "x"}, {"moving": "\u00b2"}, {"moving": "9" * 30},
        {"by_minutes": ""}, {"by_minutes": "0"}, {"by_minutes": "-15"}, {"by_minutes": "721"}, {"by_minutes": "1.5"},
        {"by_minutes": "9" * 40}, {"by_minutes": "\x00"}, {"way": ""}, {"way": "sideways"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_beside_it(client, camp, slots, wrong):
    form = {"moving": slots[1].pk, "by_minutes": 15, "way": "later", "seen": Draft.revision_of(camp)} | wrong
    response = client.post(f"/{camp.slug}/slots/shift/", form)
    assert response.status_code == 422
    [name] = wrong
    assert f'id="id_{name}_error"' in response.content.decode()
    assert starts(camp)[1] == "11:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot": []}, {"slot": ["x"]}, {"slot": ["9" * 30]}, {"seen": "x"}, {"seen": ""}, {"by_minutes": "9" * 17},
        {"by_minutes": "x"}, {"by_minutes": "0"}, {"by_minutes": "721"}, {"by_minutes": ""}, {"way": "sideways"},
    ],
)  # fmt: skip
def test_an_undo_that_makes_no_sense_is_told(client, camp, slots, wrong):
    form = {"slot": [slots[1].pk], "by_minutes": 15, "way": "later", "seen": Draft.revision_of(camp)} | wrong
    response = client.post(f"/{camp.slug}/draft/shift/undo/", form)
    assert response.status_code == 302
    assert told(response)
    assert starts(camp)[1] == "11:00"


def test_what_lies_outside_the_camp_already_moves_too(client, camp):
    """Days that were set back and slots that were left: they are late all the same."""
    slot = make_slot(camp, 10)
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2030, 1, 14), ends_on=date(2030, 1, 14))
    assert shift(client, camp, slot.pk, 15).status_code == 302
    assert starts(camp) == ["10:15"]


def test_slots_of_another_camp_are_none(client, camp, slots):
    other = Camp.objects.create(slug="elsewhere", name="Elsewhere", starts_on=DAY.date(), ends_on=DAY.date())
    theirs = make_slot(other, 10)
    assert shift(client, camp, theirs.pk, 15).status_code == 422
    assert Slot.objects.get(pk=theirs.pk).starts_at == at(10)


def test_an_archived_camp_does_not_move(client, camp, slots):
    archive_camp(camp=camp)
    assert shift(client, camp, slots[1].pk, 15).status_code == 403
    with pytest.raises(CampArchived):
        shift_day(camp=camp, slots=[slots[1].pk], minutes=15, by=None)


# -- published at once -----------------------------------------------------------------------------------


def test_what_else_waits_on_the_draft_is_told_before(client, camp, ducks, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp, title="Kites"), room=rooms[1], slot=slots[2])
    page = client.get(f"/{camp.slug}/slots/shift/").content.decode()
    assert "“Kites” is new: Loft, Sat 13:00." in page


def test_before_the_first_grid_there_is_nothing_to_publish(client, camp, knots, slots):
    assert 'name="publish"' not in client.get(f"/{camp.slug}/slots/shift/").content.decode()
    assert shift(client, camp, slots[0].pk, 15, publish="on").status_code == 302
    assert GridVersion.latest(camp) is None


def test_a_draft_that_breaks_a_rule_is_asked_about_and_all_or_nothing(client, camp, ben, ducks, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp, title="Kites", hosts=[ben]), room=rooms[1], slot=slots[0])
    response = shift(client, camp, slots[1].pk, 15, publish="on")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Ben would lead" in page
    assert 'name="accept_broken"' in page
    assert starts(camp)[1] == "11:00"
    assert GridVersion.latest(camp).number == 1
    assert shift(client, camp, slots[1].pk, 15, publish="on", accept_broken="1").status_code == 302
    assert GridVersion.latest(camp).number == 2


def test_hosts_of_a_day_that_moves_are_told_and_whoever_moved_it_is_not(client, camp, olga, ben, knots, ducks, slots):
    ducks.pitch.hosts.add(olga)
    response = shift(client, camp, slots[0].pk, 15, publish="on")
    undo(client, response)
    for person in (olga, ben):
        person.refresh_from_db()
    assert GridVersion.latest(camp).number == 3
    assert (len(ben.news), olga.news) == (1, [])
    assert [m.to for m in mail.outbox] == [[ben.user.email]] * 2


def test_a_double_that_is_torn_apart_is_a_broken_rule(client, camp, knots, rooms, slots):
    """It may run over a change-over, not over a break of three quarters of an hour."""
    knots.pitch.length = 2
    knots.pitch.save()
    publish_grid(camp=camp, by=None)
    response = shift(client, camp, slots[1].pk, 45, publish="on")
    assert response.status_code == 422
    # It breaks none before it moves: the way on is offered because of what was refused.
    assert "Knots" in response.content.decode()
    assert 'name="accept_broken"' in response.content.decode()
    assert shift(client, camp, slots[1].pk, 15, publish="on").status_code == 302


# -- a minute after midnight -----------------------------------------------------------------------------


def test_a_night_that_runs_late_moves_at_a_minute_past_midnight(client, camp, ben, rooms, clock):
    """The camp's last day is over by the calendar; its night is not."""
    late, later = make_slot(camp, 23.25), make_slot(camp, 24.25)
    place_session(pitch=PitchFactory(camp=camp, title="Owls", hosts=[ben]), room=rooms[0], slot=later)
    publish_grid(camp=camp, by=None)
    clock(24 + 1 / 60)
    page = client.get(f"/{camp.slug}/slots/shift/").content.decode()
    # It moves with Saturday, and is named by its own day, as everywhere.
    assert "Sat 12 Jan from 23:15 on" in page
    assert (
        "Sun 13 Jan from 00:15 on" in page.partition('label="Saturday 12 January 2030"')[2].partition("</optgroup>")[0]
    )
    shift(client, camp, later.pk, 20, publish="on")
    assert starts(camp) == ["23:15", "00:35"]
    assert calendar(client, camp)["Owls"].start == at(24.25) + timedelta(minutes=20)
    assert Slot.objects.get(pk=late.pk).starts_at == at(23.25)


def test_in_the_night_the_clocks_go_back_minutes_are_those_that_pass(client, camp):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2030, 10, 26), ends_on=date(2030, 10, 26))
    start = datetime(2030, 10, 27, 0, 30, tzinfo=UTC)
    slot = camp.slots.create(starts_at=start, ends_at=start + HOUR / 2)
    shift(client, camp, slot.pk, 60)
    assert starts(camp) == ["01:30"]
    assert Slot.objects.get().starts_at == start + HOUR


def about(client, camp) -> str:
    """What the camp's front page says of the day, in words."""
    main = client.get(f"/{camp.slug}/").content.decode().partition("<main")[2]
    return " ".join(re.sub("<[^>]*>", " ", main).split())


def test_the_front_page_tells_the_day_as_it_is_published_as_grid_and_my_day_do(
    camp, olga, ben, rooms, slots, monkeypatch
):
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=9.5))
    place_session(pitch=PitchFactory(camp=camp, title="Knots"), room=rooms[0], slot=slots[0])
    client = Client()
    client.force_login(ben.user, backend=BACKEND)
    everything = [slot.pk for slot in camp.slots.all()]
    # Nothing is published: the slots are all there is.
    shift_slots(camp=camp, slots=everything, minutes=5)
    assert "Next, at 10:05: Sessions" in about(client, camp)
    shift_slots(camp=camp, slots=everything, minutes=-5)
    publish_grid(camp=camp, by=olga)
    shift_slots(camp=camp, slots=everything, minutes=20)
    said = about(client, camp)
    assert "Next, at 10:00: Sessions" in said
    assert "10:00–11:00 Sessions" in said
    assert "10:20" not in said
    publish_grid(camp=camp, by=olga)
    assert "Next, at 10:20: Sessions" in about(client, camp)
    take_back_version(camp=camp, by=olga)
    said = about(client, camp)
    assert "Next, at 10:00: Sessions" in said
    assert "10:20" not in said
