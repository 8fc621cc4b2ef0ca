"""Joining, waiting, roles, copies, frames."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.signals import guest_claimed
from events import editing, erasing, frame, joining, opening, roles
from events.day_pattern import DayPattern, generate_slots
from events.forms import CampCreateForm
from events.invitations import invite
from events.listed import list_addresses
from events.merging import merge_attendees
from events.models import Attendee, Camp, Joining, Role, Slot
from tests.factories import AttendeeFactory, CampFactory, RoomFactory, UserFactory, make_organiser, make_slot


def test_the_last_place_goes_once_and_the_next_waits(camp):
    camp.capacity = 1
    camp.save()
    first = joining.join_as_guest(camp=camp, display_name="First")
    second = joining.join_as_guest(camp=camp, display_name="Second")
    assert (first.is_waiting, second.is_waiting) == (False, True)
    assert joining.number_in_queue(second) == 1


def test_the_queue_is_counted_and_not_read(camp, django_assert_num_queries):
    """Who came in the same moment is told apart by their number; who left or is in has none."""
    now = timezone.now()
    one, two, three = (AttendeeFactory(camp=camp, is_waiting=True, joined_at=now) for _ in range(3))
    earlier = AttendeeFactory(camp=camp, is_waiting=True, joined_at=now - timedelta(minutes=1))
    gone = AttendeeFactory(camp=camp, is_waiting=True, joined_at=now, removed_at=now)
    inside = AttendeeFactory(camp=camp)
    AttendeeFactory(camp=CampFactory(), is_waiting=True, joined_at=now - timedelta(minutes=9))
    people = (earlier, one, two, three, gone, inside)
    assert [joining.number_in_queue(person) for person in people] == [1, 2, 3, 4, 0, 0]
    with django_assert_num_queries(2):
        joining.number_in_queue(three)


def test_whoever_waits_longest_moves_up_and_is_told(camp, django_capture_on_commit_callbacks):
    camp.capacity = 1
    camp.save()
    first = joining.join_as_guest(camp=camp, display_name="First")
    second = joining.join_camp(camp=camp, user=UserFactory(email="second@example.org"), display_name="Second")
    third = joining.join_as_guest(camp=camp, display_name="Third")

    with django_capture_on_commit_callbacks(execute=True):
        roles.leave_camp(attendee=first)

    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.is_waiting, third.is_waiting) == (False, True)
    assert [m.to for m in mail.outbox] == [["second@example.org"]]


def test_nobody_is_mailed_for_ever_by_being_put_into_the_queue_again_and_again(camp):
    """Removed, let back in while the camp is full, and given a place: an organiser could have that done all day."""
    person = joining.join_camp(camp=camp, user=UserFactory(), display_name="Vic")
    for _round in range(9):
        roles.remove_attendee(attendee=person)
        Camp.objects.update(capacity=0)
        roles.let_back_in(attendee=person, role=Role.ATTENDEE, seen=person.removed_at.isoformat())
        Camp.objects.update(capacity=5)
        assert joining.move_up(camp=camp) == [person]
    assert len(mail.outbox) == joining.MOVED_UP_AT_ONE_ADDRESS.most == 6


def test_who_moved_up_is_told_by_the_same_transaction(camp, monkeypatch):
    """Nobody has a place without being told: if the mail cannot be put into the queue, nothing was done."""

    def locked(**mail) -> None:
        raise OperationalError("database is locked")

    camp.capacity = 1
    camp.save()
    first = joining.join_as_guest(camp=camp, display_name="First")
    second = joining.join_camp(camp=camp, user=UserFactory(), display_name="Second")
    monkeypatch.setattr(joining, "send_later", locked)
    with pytest.raises(OperationalError), transaction.atomic():
        roles.leave_camp(attendee=first)
    second.refresh_from_db()
    assert second.is_waiting
    monkeypatch.undo()
    roles.leave_camp(attendee=first)
    assert len(mail.outbox) == 1


def test_more_places_let_in_whoever_waits(sign_in, camp, olga, ben, django_capture_on_commit_callbacks):
    camp.capacity = 2
    camp.save()
    waiting = [joining.join_camp(camp=camp, user=UserFactory(), display_name=name) for name in ("One", "Two", "Three")]
    settings = {
        "name": camp.name, "starts_on": camp.starts_on, "ends_on": camp.ends_on, "time_zone": camp.time_zone,
        "accent": camp.accent, "joining": camp.joining, "musts_each": 3, "walking_minutes": 0, "room_minutes": 2,
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_in(olga).post(f"/{camp.slug}/settings/", settings | {"capacity": 4}).status_code == 302
    assert [camp.attendees.get(pk=person.pk).is_waiting for person in waiting] == [False, False, True]
    assert [m.to for m in mail.outbox] == [[person.user.email] for person in waiting[:2]]


def test_joining_twice_changes_nothing(camp):
    user = UserFactory()
    one = joining.join_camp(camp=camp, user=user, display_name="A")
    two = joining.join_camp(camp=camp, user=user, display_name="B")
    assert one == two
    assert two.display_name == "A"


def test_the_removed_cannot_join_again(camp, ben, olga):
    roles.remove_attendee(attendee=ben)
    with pytest.raises(ValidationError, match="took you off"):
        joining.join_camp(camp=camp, user=ben.user, display_name="Ben")


@pytest.mark.parametrize("is_archived", [False, True])
def test_the_next_moves_up_when_two_places_of_one_person_become_one(camp, ben, cleo, is_archived):
    camp.capacity = 2
    camp.save()
    next_one = joining.join_camp(camp=camp, user=UserFactory(), display_name="Next")
    assert next_one.is_waiting
    editing.archive_camp(camp=camp, is_archived=is_archived)
    merge_attendees(source=ben, into=cleo)
    next_one.refresh_from_db()
    # Nobody moves up in an archived camp.
    assert next_one.is_waiting == is_archived
    editing.archive_camp(camp=camp, is_archived=False)
    next_one.refresh_from_db()
    assert not next_one.is_waiting


def test_the_next_moves_up_when_a_guest_turns_out_to_be_in_the_camp_already(camp, ben, cleo):
    camp.capacity = 3
    camp.save()
    guest = joining.join_as_guest(camp=camp, display_name="Teapot")
    next_one = joining.join_camp(camp=camp, user=UserFactory(), display_name="Next")
    guest_claimed.send(sender=User, guest=guest.user, account=ben.user)
    next_one.refresh_from_db()
    assert not next_one.is_waiting


def test_whoever_left_may_come_back(camp, ben, olga):
    user = ben.user
    roles.leave_camp(attendee=ben)
    assert not joining.join_camp(camp=camp, user=user, display_name="Ben").is_waiting


#: how a camp may lose an organiser
LOSING = [
    lambda olga: roles.change_role(attendee=olga, role=Role.ATTENDEE, by=None),
    lambda olga: roles.remove_attendee(attendee=olga),
    lambda olga: roles.leave_camp(attendee=olga),
    lambda olga: erasing.erase_attendee(attendee=olga, with_texts=False),
]


@pytest.mark.parametrize("lose", LOSING)
def test_a_camp_never_loses_its_last_organiser(camp, olga, lose):
    # Written down by name only: cannot sign in, so does not count.
    AttendeeFactory(camp=camp, user=None, role=Role.ORGANISER)
    with pytest.raises(ValidationError, match="needs an organiser"):
        lose(olga)
    olga.refresh_from_db()
    assert olga.is_organiser
    make_organiser(camp, "Oscar")
    lose(olga)


@pytest.mark.parametrize("lose", LOSING)
def test_nor_one_who_became_it_since_they_were_looked_up(camp, olga, ben, lose):
    """The page found an attendee; while it waited for the camp they were given its keys."""
    seen = Attendee.objects.get(pk=ben.pk)
    roles.change_role(attendee=ben, role=Role.ORGANISER, by=olga)
    roles.leave_camp(attendee=olga)
    with pytest.raises(ValidationError, match="needs an organiser"):
        lose(seen)
    assert [*camp.attendees.organisers()] == [ben]


@pytest.mark.parametrize(
    ("rule", "sentence"), [(Joining.LISTED, "not on this camp's list"), (Joining.CODE, "not this camp's code")]
)
def test_nobody_joins_by_a_rule_that_is_another_by_now(camp, stranger, rule, sentence):
    """It is asked once more when the camp is held: an organiser may have changed it since the page asked."""
    Camp.objects.filter(pk=camp.pk).update(joining=rule)
    for join in (partial(joining.join_camp, user=stranger), joining.join_as_guest):
        with pytest.raises(ValidationError, match=sentence):
            join(camp=camp, display_name="Fern")
    assert not camp.attendees.filter(display_name="Fern").exists()
    if rule == Joining.CODE:
        assert joining.join_as_guest(camp=camp, display_name="Fern", code=camp.code).display_name == "Fern"


def test_only_listed_addresses_that_are_proved_may_join(camp, stranger):
    camp.joining = Joining.LISTED
    list_addresses(camp=camp, emails=[stranger.email.upper()])
    assert not joining.may_join(camp, stranger, "")
    stranger.emailaddress_set.create(email=stranger.email, verified=True, primary=True)
    assert joining.may_join(camp, stranger, "")


def test_an_invitation_works_once(camp, olga):
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER)
    helper = joining.accept_invitation(invitation=invitation, user=UserFactory(), display_name="Hal")
    assert helper.role == Role.HELPER
    with pytest.raises(ValidationError, match="used already"):
        joining.accept_invitation(invitation=invitation, user=UserFactory(), display_name="Eve")


def test_an_invitation_lasts_14_days(camp, olga):
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER)
    for age, is_open in ((timedelta(days=13, hours=23), True), (timedelta(days=14, seconds=1), False)):
        invitation.created_at = timezone.now() - age
        assert invitation.is_open == is_open
    invitation.save()
    with pytest.raises(ValidationError, match="too old"):
        joining.accept_invitation(invitation=invitation, user=UserFactory(), display_name="Eve")


def test_an_invitation_never_lowers_a_role(camp, olga):
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER)
    joining.accept_invitation(invitation=invitation, user=olga.user, display_name="Olga")
    olga.refresh_from_db()
    assert olga.is_organiser


def test_a_place_that_was_written_down_is_handed_over(camp, olga):
    written = joining.write_down(camp=camp, display_name="Gran")
    invitation = invite(camp=camp, by=olga.user, role=Role.ATTENDEE, attendee=written)
    user = UserFactory()
    joining.accept_invitation(invitation=invitation, user=user, display_name="Gran")
    written.refresh_from_db()
    assert written.user == user


@pytest.mark.parametrize("place", ["written down", "one's own, and written down", "one's own"])
def test_whoever_accepts_is_called_what_they_typed_whatever_place_they_had(camp, olga, place):
    user = UserFactory()
    if "own" in place:
        joining.join_camp(camp=camp, user=user, display_name="Annie")
    written = joining.write_down(camp=camp, display_name="Gran") if "written" in place else None
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER, attendee=written)
    mine = joining.accept_invitation(invitation=invitation, user=user, display_name="Granny Ann")
    mine.refresh_from_db()
    assert mine.display_name == "Granny Ann"
    assert camp.attendees.get(user=user) == mine


def test_who_is_in_already_is_offered_the_name_they_have(sign_in, camp, olga, ben):
    """Accepted with nothing changed, it must not give them the name somebody else wrote down."""
    written = joining.write_down(camp=camp, display_name="Gran")
    invitation = invite(camp=camp, by=olga.user, role=Role.ATTENDEE, attendee=written)
    page = sign_in(ben).get(f"/{camp.slug}/invitations/{invitation.key}/").content.decode()
    assert 'value="Ben"' in page
    assert "Gran" not in page


def test_the_same_written_name_is_the_same_person(camp):
    one = joining.write_down(camp=camp, display_name="Gran")
    assert joining.write_down(camp=camp, display_name=" gran ") == one
    # Also where the database knows no such letters (SQLite).
    zoe = joining.write_down(camp=camp, display_name="Zoë")
    assert joining.write_down(camp=camp, display_name="ZOË") == zoe


def test_a_copy_has_the_frame_and_not_the_people(camp, olga, ben, rooms, slots):
    new = opening.copy_camp(
        source=camp,
        camp=Camp(slug="next", name="Next", starts_on=date(2030, 7, 13)),
        by=olga.user,
        display_name="Olga",
    )
    assert [r.name for r in new.rooms.all()] == ["Barn", "Loft"]
    assert [a.display_name for a in new.attendees.all()] == ["Olga"]
    # Ten o'clock stays ten o'clock, although July is an hour ahead.
    assert [s.starts_at.astimezone(new.tz).hour for s in new.slots.all()] == [10, 11, 12, 13]


#: by the clocks of London, in the night of 31 October 2027: 01:30 BST–01:00 GMT; and 01:15 in both hours
OVER_THE_HOUR = [((0, 30), (1, 0))]
IN_BOTH_HOURS = [((0, 15), (0, 30)), ((1, 15), (1, 30))]


def test_no_guest_opens_a_camp_by_copying_one_that_they_run(sign_in, camp, olga):
    """Nobody but their device would know who runs it; a new one asks them for an address first, too."""
    guest = joining.join_as_guest(camp=camp, display_name="Gus")
    roles.change_role(attendee=guest, role=Role.ORGANISER, by=olga)
    typed = {"name": "Next", "slug": "next", "starts_on": "2031-01-11"}
    client, page = sign_in(guest), f"/{camp.slug}/copy/"
    assert all(
        "You are here as a guest" in answer.content.decode() for answer in (client.get(page), client.post(page, typed))
    )
    copy = Camp(name="Next", slug="next", starts_on=camp.starts_on)
    with pytest.raises(ValidationError, match="needs an e-mail address"):
        opening.copy_camp(source=camp, camp=copy, by=guest.user, display_name="Gus")
    assert not Camp.objects.filter(slug="next").exists()


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        (OVER_THE_HOUR, "Sun 31 Oct, 01:30 BST would end before it starts, because the clocks change."),
        (IN_BOTH_HOURS, "Sun 31 Oct, 01:15 BST and Sun 31 Oct, 01:15 GMT would overlap"),
    ],
)
def test_a_copy_whose_slots_no_clock_can_hold_is_refused_beside_the_day(sign_in, camp, olga, slots, said):
    Camp.objects.filter(pk=camp.pk).update(starts_on=date(2027, 10, 30), ends_on=date(2027, 10, 31))
    for start, end in slots:
        starts_at, ends_at = (datetime(2027, 10, 31, *clock, tzinfo=UTC) for clock in (start, end))
        Slot.objects.create(camp=camp, starts_at=starts_at, ends_at=ends_at)
    typed = {"name": "Next", "slug": "next", "starts_on": "2027-11-06"}
    answer = sign_in(olga).post(f"/{camp.slug}/copy/", typed)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors["starts_on"])
    assert not Camp.objects.filter(slug="next").exists()
    # That night itself has both.
    assert sign_in(olga).post(f"/{camp.slug}/copy/", typed | {"starts_on": "2027-10-30"}).status_code == 302
    assert list(Camp.objects.get(slug="next").slots.values_list("starts_at", "ends_at")) == list(
        camp.slots.values_list("starts_at", "ends_at")
    )


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


@pytest.mark.parametrize(
    ("pattern", "lunch"),
    [
        (DayPattern(time(10), time(17), 45, 15, time(12, 45), 15), "12:45-13:00"),
        (DayPattern(time(10), time(17), 45, 15, time(16), 60), "16:00-17:00"),
        (DayPattern(time(10), time(17), 45, 15, time(16, 45), 15), "16:45-17:00"),
        (DayPattern(time(10), time(17), 45, 60, time(10, 50), 40), "10:50-11:30"),
        (DayPattern(time(10), time(11), 45, 15, time(10), 60), "10:00-11:00"),
        (DayPattern(time(21), time(5), 30, 15, time(0), 60), "00:00-01:00"),
        (DayPattern(time(21), time(5), 30, 15, time(23), 90), "23:00-00:30"),
    ],
)
def test_lunch_that_was_asked_for_is_made(camp, pattern, lunch):
    slots = generate_slots(camp, camp.days, pattern)
    assert clocks([slot for slot in slots if slot.kind == Slot.Kind.EVERYONE], camp) == [lunch]
    assert all(camp.at(camp.starts_on, pattern.starts) <= slot.starts_at for slot in slots)
    frame.add_slots(camp=camp, slots=slots)


@pytest.mark.parametrize(
    ("starts", "ends", "lunch"),
    [
        ("10:00", "17:00", "18:00"),
        ("10:00", "17:00", "16:45"),
        ("10:00", "17:00", "09:30"),
        ("21:00", "05:00", "12:00"),
    ],
)
def test_lunch_outside_the_day_is_refused_beside_it(sign_in, camp, olga, starts, ends, lunch):
    typed = {"starts": starts, "ends": ends, "minutes": "30", "between": "15", "lunch_at": lunch, "lunch_minutes": "60"}
    form = {f"day-{name}": value for name, value in typed.items()}
    answer = sign_in(olga).post(f"/{camp.slug}/slots/generate/", form)
    assert answer.status_code == 422
    assert f"Lunch does not lie between {starts} and {ends}." in answer.content.decode()
    assert not camp.slots.exists()


def test_a_night_camp_runs_over_midnight(camp):
    slots = generate_slots(camp, camp.days, DayPattern(time(22), time(2), 60, 0))
    assert clocks(slots, camp) == ["22:00-23:00", "23:00-00:00", "00:00-01:00", "01:00-02:00"]
    frame.add_slots(camp=camp, slots=slots)


def test_a_lunch_that_the_clocks_skip_is_told_beside_it(sign_in, db):
    camp = CampFactory(starts_on=date(2030, 3, 30), ends_on=date(2030, 3, 30))
    values = {"starts": "22:00", "ends": "05:00", "lunch_at": "01:30", "minutes": 45, "between": 15, "lunch_minutes": 5}
    data = {f"day-{name}": value for name, value in values.items()}
    html = sign_in(make_organiser(camp)).post(f"/{camp.slug}/slots/generate/", data).content.decode()
    beside = html.partition('id="id_day-lunch_at_error"')[2].partition("</div>")[0]
    assert "01:30 does not exist on 2030-03-31." in beside


def test_lunch_alone_is_no_day(sign_in, camp, olga):
    values = {"starts": "10:00", "ends": "12:00", "lunch_at": "11:00", "minutes": 90, "between": 0, "lunch_minutes": 60}
    data = {f"day-{name}": value for name, value in values.items()}
    answer = sign_in(olga).post(f"/{camp.slug}/slots/generate/", data)
    assert (answer.status_code, "No slot is as short as that." in answer.content.decode()) == (422, True)


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
        frame.add_slots(camp=camp, slots=generate_slots(camp, camp.days, PATTERN))
    assert camp.slots.count() == 4


def test_a_camp_is_deleted_only_with_its_name(camp, olga):
    with pytest.raises(ValidationError):
        editing.delete_camp(camp=camp, typed_name="lakeside")
    editing.delete_camp(camp=camp, typed_name="Lakeside 2030")
    assert not Camp.objects.exists()


@pytest.mark.parametrize("what", ["room", "slot"])
def test_an_edit_does_not_bring_back_what_was_deleted_meanwhile(camp, what):
    thing = RoomFactory(camp=camp) if what == "room" else make_slot(camp, 10)
    type(thing).objects.filter(pk=thing.pk).delete()
    with pytest.raises(ValidationError, match="was deleted meanwhile"):
        frame.save_room(room=thing) if what == "room" else frame.save_slot(slot=thing)
    assert not type(thing).objects.exists()


def test_an_address_that_somebody_took_meanwhile_is_told(client, camp, stranger, monkeypatch):
    """Both found it free; by the form, and by a copy of a camp."""
    monkeypatch.setattr(CampCreateForm, "clean_slug", lambda form: camp.slug)
    monkeypatch.setattr(CampCreateForm, "validate_unique", lambda form: None)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    fields = {"name": "Lakeside", "starts_on": "2030-01-12", "ends_on": "2030-01-12", "time_zone": "Europe/London"}
    response = client.post(
        reverse("events:camp_create"), fields | {"joining": "open", "display_name": "Stan", "conduct": "Be kind."}
    )
    told = "The address “lakeside-2030” is taken by another camp. Add the year or the town."
    assert (response.status_code, told in response.content.decode()) == (422, True)
    copy = Camp(name="Two", slug=camp.slug, starts_on=camp.starts_on)
    with pytest.raises(ValidationError, match="The address “lakeside-2030” is taken"):
        opening.copy_camp(source=camp, camp=copy, by=stranger, display_name="Stan")
    assert Camp.objects.count() == 1


def test_whoever_is_removed_while_somebody_gives_them_a_role_stays_out(camp, olga, ben, monkeypatch, sign_in):
    """The page had found them before: it leads back to the list with a sentence."""
    roles.remove_attendee(attendee=type(ben).objects.get(pk=ben.pk))
    with pytest.raises(ValidationError, match="was removed meanwhile"):
        roles.change_role(attendee=ben, role=Role.HELPER, by=olga)
    monkeypatch.setattr("events.views.people.get_object_or_404", lambda *found, **which: ben)
    page = sign_in(olga).post(f"/{camp.slug}/people/{ben.pk}/role/", {"role": Role.HELPER}, follow=True)
    assert page.status_code == 200
    assert "was removed meanwhile." in page.content.decode()


@pytest.mark.parametrize(
    ("waited", "places", "told", "waits"),
    [
        (False, None, "is in again.", False), (False, 2, "waits for a place: all are taken", True),
        # Whoever waited before has a place, if there is one by now.
        (True, 9, "is in again.", False),
    ],
)  # fmt: skip
def test_a_removal_is_taken_back_right_after(camp, olga, ben, sign_in, waited, places, told, waits):
    ben.is_waiting, ben.role = waited, Role.HELPER
    ben.save()
    client, address = sign_in(olga), f"/{camp.slug}/people/{ben.pk}/remove/"
    page = client.post(address, follow=True).content.decode()
    assert f"{ben} is removed." in page
    seen = re.search(r'name="back" value="([^"]+)"', page)[1].replace("&#43;", "+").replace("&#x2B;", "+")
    camp.capacity = places
    camp.save()
    if waits:
        AttendeeFactory(camp=camp)
    assert "That was changed meanwhile" in client.post(address, {"back": "then"}, follow=True).content.decode()
    back = {"back": seen, "role": re.search(r'name="role" value="([^"]+)"', page)[1]}
    assert told in client.post(address, back, follow=True).content.decode()
    ben.refresh_from_db()
    assert (ben.removed_at, ben.is_waiting, ben.role) == (None, waits, Role.HELPER)
    # Once is enough.
    assert "That was changed meanwhile" in client.post(address, {"back": seen}, follow=True).content.decode()
