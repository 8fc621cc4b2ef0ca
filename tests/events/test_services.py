"""Joining, waiting, roles, copies, frames."""

from datetime import date, time

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from events import services
from events.agenda import DayPattern, generate_slots
from events.models import Camp, Joining, Role, Slot
from tests.factories import AttendeeFactory, CampFactory, UserFactory, make_organiser


def test_the_last_place_goes_once_and_the_next_waits(camp):
    camp.capacity = 1
    camp.save()
    first = services.join_as_guest(camp=camp, display_name="First")
    second = services.join_as_guest(camp=camp, display_name="Second")
    assert (first.is_waiting, second.is_waiting) == (False, True)
    assert services.place_in_queue(second) == 1


def test_whoever_waits_longest_moves_up_and_is_told(camp, django_capture_on_commit_callbacks):
    camp.capacity = 1
    camp.save()
    first = services.join_as_guest(camp=camp, display_name="First")
    second = services.join_camp(camp=camp, user=UserFactory(email="second@example.org"), display_name="Second")
    third = services.join_as_guest(camp=camp, display_name="Third")

    with django_capture_on_commit_callbacks(execute=True):
        services.leave_camp(attendee=first)

    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.is_waiting, third.is_waiting) == (False, True)
    assert [m.to for m in mail.outbox] == [["second@example.org"]]


def test_joining_twice_changes_nothing(camp):
    user = UserFactory()
    one = services.join_camp(camp=camp, user=user, display_name="A")
    two = services.join_camp(camp=camp, user=user, display_name="B")
    assert one == two
    assert two.display_name == "A"


def test_the_removed_cannot_join_again(camp, ben, olga):
    services.remove_attendee(attendee=ben)
    with pytest.raises(ValidationError, match="took you off"):
        services.join_camp(camp=camp, user=ben.user, display_name="Ben")


def test_whoever_left_may_come_back(camp, ben, olga):
    user = ben.user
    services.leave_camp(attendee=ben)
    assert not services.join_camp(camp=camp, user=user, display_name="Ben").is_waiting


@pytest.mark.parametrize(
    "lose",
    [
        lambda olga: services.change_role(attendee=olga, role=Role.ATTENDEE),
        lambda olga: services.remove_attendee(attendee=olga),
        lambda olga: services.leave_camp(attendee=olga),
    ],
)
def test_a_camp_never_loses_its_last_organiser(camp, olga, lose):
    # Written down by name only: cannot sign in, so does not count.
    AttendeeFactory(camp=camp, user=None, role=Role.ORGANISER)
    with pytest.raises(ValidationError, match="needs an organiser"):
        lose(olga)
    olga.refresh_from_db()
    assert olga.is_organiser
    make_organiser(camp, "Oscar")
    lose(olga)


def test_only_listed_addresses_that_are_proved_may_join(camp, stranger):
    camp.joining = Joining.LISTED
    services.list_addresses(camp=camp, emails=[stranger.email.upper()])
    assert not services.may_join(camp, stranger, "")
    stranger.emailaddress_set.create(email=stranger.email, verified=True, primary=True)
    assert services.may_join(camp, stranger, "")


def test_an_invitation_works_once(camp, olga):
    invitation = services.invite(camp=camp, role=Role.HELPER)
    helper = services.accept_invitation(invitation=invitation, user=UserFactory(), display_name="Hal")
    assert helper.role == Role.HELPER
    with pytest.raises(ValidationError, match="used already"):
        services.accept_invitation(invitation=invitation, user=UserFactory(), display_name="Eve")


def test_an_invitation_never_lowers_a_role(camp, olga):
    invitation = services.invite(camp=camp, role=Role.HELPER)
    services.accept_invitation(invitation=invitation, user=olga.user, display_name="Olga")
    olga.refresh_from_db()
    assert olga.is_organiser


def test_a_place_that_was_written_down_is_handed_over(camp, olga):
    written = services.write_down(camp=camp, display_name="Gran")
    invitation = services.invite(camp=camp, role=Role.ATTENDEE, attendee=written)
    user = UserFactory()
    services.accept_invitation(invitation=invitation, user=user, display_name="Gran")
    written.refresh_from_db()
    assert written.user == user


def test_the_same_written_name_is_the_same_person(camp):
    one = services.write_down(camp=camp, display_name="Gran")
    assert services.write_down(camp=camp, display_name=" gran ") == one


def test_a_copy_has_the_frame_and_not_the_people(camp, olga, ben, rooms, slots):
    new = services.copy_camp(
        source=camp,
        camp=Camp(slug="next", name="Next", starts_on=date(2030, 7, 13)),
        by=olga.user,
        display_name="Olga",
    )
    assert [r.name for r in new.rooms.all()] == ["Barn", "Loft"]
    assert [a.display_name for a in new.attendees.all()] == ["Olga"]
    # Ten o'clock stays ten o'clock, although July is an hour ahead.
    assert [s.starts_at.astimezone(new.tz).hour for s in new.slots.all()] == [10, 11, 12, 13]


PATTERN = DayPattern(time(10), time(17), 45, 15, time(12, 45), 60)


def clocks(slots, camp):
    return [f"{s.starts_at.astimezone(camp.tz):%H:%M}-{s.ends_at.astimezone(camp.tz):%H:%M}" for s in slots]


def test_the_generator_makes_the_day_that_was_asked_for(camp):
    slots = generate_slots(camp, camp.days, PATTERN)
    assert clocks(slots, camp) == [
        "10:00-10:45", "11:00-11:45", "12:00-12:45", "12:45-13:45",
        "13:45-14:30", "14:45-15:30", "15:45-16:30",
    ]  # fmt: skip
    assert [s.kind for s in slots].count(Slot.Kind.EVERYONE) == 1


def test_a_night_camp_runs_over_midnight(camp):
    slots = generate_slots(camp, camp.days, DayPattern(time(22), time(2), 60, 0))
    assert clocks(slots, camp) == ["22:00-23:00", "23:00-00:00", "00:00-01:00", "01:00-02:00"]
    services.add_slots(camp=camp, slots=slots)


def test_slots_stay_as_long_on_the_night_the_clocks_change(db):
    # 31 March 2030: one o'clock is followed by three.
    camp = CampFactory(starts_on=date(2030, 3, 30), ends_on=date(2030, 3, 31))
    slots = generate_slots(camp, [camp.starts_on], DayPattern(time(23), time(4), 60, 0))
    assert clocks(slots, camp) == ["23:00-00:00", "00:00-02:00", "02:00-03:00", "03:00-04:00"]
    assert {s.minutes for s in slots} == {60}


def test_a_time_the_clocks_skip_is_told(db):
    camp = CampFactory(starts_on=date(2030, 3, 31), ends_on=date(2030, 3, 31))
    with pytest.raises(ValidationError, match="does not exist"):
        camp.at(date(2030, 3, 31), time(1, 30))


def test_overlapping_slots_are_refused(camp, slots):
    with pytest.raises(ValidationError, match="overlaps"):
        services.add_slots(camp=camp, slots=generate_slots(camp, camp.days, PATTERN))
    assert camp.slots.count() == 4


def test_a_camp_is_deleted_only_with_its_name(camp, olga):
    with pytest.raises(ValidationError):
        services.delete_camp(camp=camp, typed_name="lakeside")
    services.delete_camp(camp=camp, typed_name="Lakeside 2030")
    assert not Camp.objects.exists()
