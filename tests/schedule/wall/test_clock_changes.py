"""A session is shown at its hour in any program, also on the day the clocks change."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from django.test import Client
from icalendar import Calendar

from schedule.draft.moves import place_session
from schedule.wall.clock_changes import clock_changes, vtimezone
from schedule.wall.publish import publish_grid
from tests.factories import CampFactory, PitchFactory, make_organiser

#: usual, by half an hour, backward in Ramadan, in the other half of the year, never, at midnight, a change of the zone
ZONES = [
    "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "America/New_York", "Pacific/Auckland", "Asia/Kolkata",
    "America/Santiago", "Africa/Cairo", "Asia/Tehran", "America/St_Johns", "Pacific/Apia", "UTC",
]  # fmt: skip


def as_a_program_reads_it(zone: str, first: int, last: int):
    """The component alone, read by another library than the one that writes it."""
    text = vtimezone(ZoneInfo(zone), first, last).decode()
    return tzical(io.StringIO(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")).get(zone)


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_is_the_clocks_of_the_zone(zone):
    ours, real = as_a_program_reads_it(zone, 2026, 2028), ZoneInfo(zone)
    changes = list(clock_changes(real, 2026, 2028))[1:]
    # On the days about each change, and now and then else.
    days = {(change.at - change.before).date() + timedelta(days=n) for change in changes for n in (-1, 0, 1)}
    days |= {date(2027, month, 15) for month in range(1, 13)}
    for day in sorted(days):
        for half_hour in range(48):
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + half_hour * timedelta(minutes=30)
            local = moment.astimezone(real)
            if local.fold or not datetime(2026, 1, 3) < local.replace(tzinfo=None) < datetime(2028, 12, 29):
                # The second of two equal hours has no name in a calendar.
                continue
            assert local.replace(tzinfo=ours).utcoffset() == local.utcoffset(), local


def test_the_change_in_spring_is_named_by_the_clock_before_it():
    """At one o'clock the clocks of London go to two (RFC 5545, 3.6.5, its own example is New York's)."""
    text = vtimezone(ZoneInfo("Europe/London"), 2027, 2027).decode()
    summer = text.partition("BEGIN:DAYLIGHT")[2].partition("END:DAYLIGHT")[0]
    assert "DTSTART:20270328T010000" in summer
    assert "TZOFFSETFROM:+0000" in summer
    assert "TZOFFSETTO:+0100" in summer


NIGHTS = {
    "London in spring": ("Europe/London", datetime(2027, 3, 28, 0, 0), datetime(2027, 3, 28, 3, 0)),
    "London in autumn": ("Europe/London", datetime(2027, 10, 31, 0, 0), datetime(2027, 10, 31, 3, 0)),
    "Lord Howe in spring": ("Australia/Lord_Howe", datetime(2027, 10, 2, 14, 0), datetime(2027, 10, 2, 17, 0)),
    "Lord Howe in autumn": ("Australia/Lord_Howe", datetime(2027, 4, 3, 13, 30), datetime(2027, 4, 3, 17, 0)),
    "Casablanca before Ramadan": ("Africa/Casablanca", datetime(2025, 2, 23, 0, 0), datetime(2025, 2, 23, 4, 0)),
    "Casablanca after Ramadan": ("Africa/Casablanca", datetime(2025, 4, 6, 0, 0), datetime(2025, 4, 6, 4, 0)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_on_the_night_the_clocks_change_each_session_has_its_moment_and_one_kind_of_clock(night):
    """Half an hour each, one after the other, over the change."""
    zone, first, last = night
    day = first.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    camp = CampFactory(time_zone=zone, starts_on=day - timedelta(days=1), ends_on=day + timedelta(days=1))
    host, room, told, start = make_organiser(camp), camp.rooms.create(name="Barn"), {}, first.replace(tzinfo=UTC)
    while start < last.replace(tzinfo=UTC):
        slot = camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=30))
        session = place_session(pitch=PitchFactory(camp=camp, hosts=[host]), room=room, slot=slot)
        told[f"session-{session.key}@campgrid"] = (slot.starts_at, slot.ends_at)
        start += timedelta(minutes=30)
    publish_grid(camp=camp, accept_broken=True, by=None)
    body = Client().get(f"/{camp.slug}/calendar.ics").content
    events = Calendar.from_ical(body).walk("VEVENT")
    # Of two zones, a time that occurs twice equals none (PEP 495): so both in UTC.
    read = {str(e["UID"]): (e["DTSTART"].dt.astimezone(UTC), e["DTEND"].dt.astimezone(UTC)) for e in events}
    assert read == told
    for event in events:
        assert event["DTSTART"].params.get("TZID") == event["DTEND"].params.get("TZID")
        # What is told by the clock of the camp has a name that occurs once.
        for end in (event["DTSTART"], event["DTEND"]):
            assert not end.params.get("TZID") or end.dt.utcoffset() == end.dt.replace(fold=1).utcoffset()
    assert b"BEGIN:VTIMEZONE" in body


def test_what_is_cancelled_says_so_in_its_title(camp, ben, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    session = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    session.cells.all().delete()
    publish_grid(camp=camp, by=None)
    [event] = Calendar.from_ical(Client().get(f"/{camp.slug}/calendar.ics").content).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("Cancelled: Knots", "CANCELLED")
