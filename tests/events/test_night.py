"""A camp that goes on past midnight of its last day goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from events.models import Camp, Slot
from exchange.csv_export import csv_files
from exchange.uploads import import_files
from pitches.services import withdraw_pitch
from schedule.build.border import read_case
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid

from ..factories import AttendeeFactory, CampFactory, PitchFactory, make_organiser


@pytest.fixture
def night(db, monkeypatch) -> Camp:
    """Its last day was yesterday, and its last slot, of that evening, ends in an hour; it stays that late."""
    now = timezone.now().replace(hour=1, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: now)
    yesterday = timezone.now().date() - timedelta(days=1)
    camp = CampFactory(time_zone="UTC", starts_on=yesterday, ends_on=yesterday)
    make_organiser(camp)
    return camp


@pytest.fixture
def evening(night) -> Slot:
    start = timezone.now().replace(hour=20, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return night.slots.create(starts_at=start, ends_at=timezone.now() + timedelta(hours=1))


def test_it_runs_until_its_last_slot_ends(night, evening):
    assert (night.is_running, night.is_over) == (True, False)
    Slot.objects.filter(pk=evening.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert (night.is_running, night.is_over) == (False, True)


def test_without_such_a_slot_it_is_over_at_midnight(night):
    assert (night.is_running, night.is_over) == (False, True)


def test_long_after_it_no_slot_is_asked_for(night, evening, django_assert_num_queries):
    night.starts_on = night.ends_on = night.ends_on - timedelta(days=1)
    with django_assert_num_queries(0):
        assert night.is_over


def test_nothing_is_placed_into_what_has_begun(night, evening):
    night.rooms.create(name="Barn")
    PitchFactory(camp=night, hosts=[AttendeeFactory(camp=night)])
    assert [session.unavailable for session in read_case(night).problem.sessions] == [frozenset({0})]
    Slot.objects.filter(pk=evening.pk).update(starts_at=timezone.now() + timedelta(minutes=30))
    assert [session.unavailable for session in read_case(night).problem.sessions] == [frozenset()]


def test_what_is_cancelled_stays_in_the_calendar_for_those_who_are_there(night, evening):
    later = night.slots.create(starts_at=evening.ends_at, ends_at=evening.ends_at + timedelta(minutes=30))
    room, pitch = night.rooms.create(name="Barn"), PitchFactory(camp=night, hosts=[AttendeeFactory(camp=night)])
    place_session(pitch=pitch, room=room, slot=later)
    publish_grid(camp=night, by=None)
    withdraw_pitch(pitch=pitch, by=None)
    calendar = Calendar.from_ical(Client().get(f"/{night.slug}/calendar.ics").content)
    assert [str(event["STATUS"]) for event in calendar.walk("VEVENT")] == ["CANCELLED"]


def test_the_front_page_says_so(night, evening):
    assert list(Camp.objects.not_over()) == [night]
    Slot.objects.filter(pk=evening.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert list(Camp.objects.filter(Camp.objects.is_over_now())) == [night]


def test_in_the_west_such_a_night_is_two_days_ago_for_others(db, monkeypatch):
    """At 07:00 on the third by UTC it is still the evening of the second in Samoa, and the night of the first goes on."""
    now = datetime(2030, 1, 3, 7, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    camp = CampFactory(time_zone="Pacific/Pago_Pago", starts_on=date(2030, 1, 1), ends_on=date(2030, 1, 1))
    camp.slots.create(starts_at=datetime(2030, 1, 2, 8, tzinfo=UTC), ends_at=now + timedelta(minutes=1))
    assert list(Camp.objects.not_over()) == [camp]


def test_a_slot_after_midnight_of_the_last_day_comes_in_as_it_went_out(night):
    late = night.slots.create(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(minutes=30))
    other = CampFactory(time_zone="UTC", starts_on=night.starts_on, ends_on=night.ends_on)
    import_files(camp=other, files={"slots.csv": csv_files(night, with_interest=False)["slots.csv"]}, by=None)
    assert [(slot.starts_at, slot.ends_at) for slot in other.slots.all()] == [
        (late.starts_at.replace(second=0, microsecond=0), late.ends_at.replace(second=0, microsecond=0))
    ]
