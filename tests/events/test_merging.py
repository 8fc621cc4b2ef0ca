"""Two places of one person become one while an organiser decides about one of them."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.claims import finish_claim
from accounts.form_keys import FIELD
from accounts.models import Claim, User
from events.editing import archive_camp
from events.erasing import erase_attendee
from events.invitations import invite
from events.joining import join_as_guest
from events.merging import merge_attendees
from events.models import Attendee, EarlierCalendarKey, Role
from events.roles import change_role, leave_camp, let_back_in, remove_attendee
from events.views import camp as camp_views
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, UserFactory, make_organiser
from tests.pitches.test_meanwhile import beside

BACKEND = "django.contrib.auth.backends.ModelBackend"
DECISIONS = {
    "removed": lambda attendee: remove_attendee(attendee=attendee),
    "demoted": lambda attendee: change_role(attendee=attendee, role=Role.ATTENDEE, by=None),
}


def stands(attendee: Attendee) -> tuple:
    row = Attendee.objects.get(pk=attendee.pk)
    return row.removed_at is not None, row.role, [item["kind"] for item in row.news]


EXPECTED = {"removed": (True, "attendee", []), "demoted": (False, "attendee", ["role"])}


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_was_decided_since_they_were_read_holds_when_two_places_become_one(camp, olga, decision):
    mine, other = AttendeeFactory(camp=camp, role=Role.ORGANISER), AttendeeFactory(camp=camp)
    DECISIONS[decision](Attendee.objects.get(pk=mine.pk))
    merge_attendees(source=other, into=mine)
    assert stands(mine) == EXPECTED[decision]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decision", DECISIONS)
def test_a_claim_does_not_bring_back_what_an_organiser_decides_at_this_moment(decision):
    camp = CampFactory()
    make_organiser(camp)
    account = UserFactory(email="tea@example.org")
    mine = AttendeeFactory(camp=camp, user=account, role=Role.ORGANISER)
    guest = join_as_guest(camp=camp, display_name="Tea")
    claim = Claim.objects.create(
        guest=guest.user, email=account.email, code_hash="", expires_at=timezone.now() + timedelta(minutes=5)
    )
    with beside(lambda: finish_claim(claim=claim)) as begin, transaction.atomic():
        DECISIONS[decision](Attendee.objects.get(pk=mine.pk))
        begin()
    assert stands(mine) == EXPECTED[decision]
    assert not Attendee.objects.filter(pk=guest.pk).exists()


#: what changes the row of one's own place, by the name under which the view calls it
OWN_CHANGES = {
    "read": (camp_views, "hear", "news/heard/", {"seen": "1"}),
    "calendar": (Attendee, "replace_calendar_key", "my/calendar/replace/", {}),
}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", OWN_CHANGES)
@pytest.mark.parametrize("whose", ["guest", "account"])
def test_a_form_about_ones_own_place_and_a_claim_do_not_wait_for_each_other(monkeypatch, change, whose):
    """Both end: the form holds the place and, as it ends, its account; the claim held them the other way round (deadlock)."""
    camp, (where, name, address, typed) = CampFactory(), OWN_CHANGES[change]
    account, guest = AttendeeFactory(camp=camp), join_as_guest(camp=camp, display_name="Tea")
    claim, client, do = claim_of(guest, account), Client(), getattr(where, name)
    client.force_login((guest if whose == "guest" else account).user, backend=BACKEND)
    with beside(lambda: finish_claim(claim=claim)) as begin:
        monkeypatch.setattr(where, name, lambda *args, **said: (do(*args, **said), begin()))
        answer = client.post(f"/{camp.slug}/{address}", typed | {FIELD: secrets.token_hex(16)})
    assert answer.status_code == 302
    assert not User.objects.filter(pk=guest.user_id).exists()


def claim_of(guest: Attendee, account: Attendee) -> Claim:
    return Claim.objects.create(
        guest=guest.user, email=account.user.email, code_hash="", expires_at=timezone.now() + timedelta(minutes=5)
    )


@pytest.fixture(params=["the guest", "the account"])
def two_places(request, camp, olga) -> tuple[Attendee, Attendee, Attendee]:
    """Guest and account, of which one is an organiser and the other was removed; first the organiser."""
    account, guest = AttendeeFactory(camp=camp), join_as_guest(camp=camp, display_name="Tea")
    runs, out = (guest, account) if request.param == "the guest" else (account, guest)
    change_role(attendee=runs, role=Role.ORGANISER, by=olga)
    remove_attendee(attendee=out)
    return runs, guest, account


@pytest.mark.parametrize("is_archived", [False, True])
def test_a_camp_keeps_its_last_organiser_when_two_places_become_one(camp, olga, two_places, is_archived):
    runs, guest, account = two_places
    remove_attendee(attendee=olga)
    archive_camp(camp=camp, is_archived=is_archived)
    claim = claim_of(guest, account)
    with pytest.raises(ValidationError, match=r"took you off this camp.* A camp needs an organiser"):
        finish_claim(claim=claim)
    assert list(camp.attendees.organisers()) == [runs]
    assert Claim.objects.filter(guest=guest.user).exists()


def test_whoever_was_removed_in_one_place_keeps_no_role_and_no_link_of_the_other(camp, olga, two_places):
    runs, guest, account = two_places
    invite(camp=camp, by=runs.user, role=Role.ORGANISER)
    finish_claim(claim=claim_of(guest, account))
    [left] = Attendee.objects.filter(user=account.user)
    assert (left.removed_at is not None, left.role) == (True, Role.ATTENDEE)
    assert not camp.invitations.exists()


@pytest.mark.parametrize("kept", ["the guest", "the account"])
@pytest.mark.parametrize("has_others", [False, True])
def test_an_organiser_who_removes_a_place_of_their_own_and_keeps_it_is_in(client, camp, olga, kept, has_others):
    """They were removed by their own word, or told that an organiser had taken them off."""
    guest = join_as_guest(camp=camp, display_name="Tea")
    runs, out = (guest, olga) if kept == "the guest" else (olga, guest)
    change_role(attendee=guest, role=Role.ORGANISER, by=olga)
    client.force_login(runs.user, backend=BACKEND)
    client.post(f"/{camp.slug}/people/{out.pk}/remove/")
    if has_others:
        make_organiser(camp, "Oscar")
    account = finish_claim(claim=claim_of(guest, olga))
    [left] = camp.attendees.filter(user=account)
    assert (left.removed_at, left.role) == (None, Role.ORGANISER)


def test_whom_another_organiser_removed_too_stays_out(client, camp, olga):
    """Also where it was taken back in between, and done again."""
    guest = join_as_guest(camp=camp, display_name="Tea")
    remove_attendee(attendee=guest, by=olga)
    let_back_in(attendee=guest, role=Role.ATTENDEE, seen=guest.removed_at.isoformat())
    remove_attendee(attendee=guest, by=make_organiser(camp, "Oscar"))
    finish_claim(claim=claim_of(guest, olga))
    assert Attendee.objects.get(pk=olga.pk).removed_at is not None


# -- calendars -----------------------------------------------------------------------------------------------------


@pytest.fixture
def one_place(camp) -> tuple[Attendee, list[str]]:
    """What two places became, one of which had been two before; and the addresses of all their calendars."""
    account = AttendeeFactory(camp=camp)
    first, second = (join_as_guest(camp=camp, display_name=name) for name in ("Tea", "Pot"))
    keys = [f"/{camp.slug}/my/{place.calendar_key}.ics" for place in (account, first, second)]
    merge_attendees(source=first, into=second)
    finish_claim(claim=claim_of(second, account))
    return account, keys


def statuses(addresses: list[str]) -> list[int]:
    return [Client().get(address).status_code for address in addresses]


def test_calendars_of_both_places_go_on_and_show_what_the_one_shows(camp, one_place, rooms, slots):
    """A program that follows the address of the guest's place showed nothing any more, and nobody was told."""
    account, addresses = one_place
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[account])
    place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    before = [Client().get(address)["ETag"] for address in addresses]
    publish_grid(camp=camp, by=None)
    for address, etag in zip(addresses, before, strict=True):
        answer = Client().get(address, headers={"if-none-match": etag})
        assert (answer.status_code, "SUMMARY:Knots" in answer.content.decode()) == (200, True)
        assert "private" in answer["Cache-Control"]


def test_one_address_that_is_replaced_ends_all(client, camp, one_place):
    account, addresses = one_place
    client.force_login(account.user, backend=BACKEND)
    client.post(f"/{camp.slug}/my/calendar/replace/")
    account.refresh_from_db()
    assert statuses([*addresses, f"/{camp.slug}/my/{account.calendar_key}.ics"]) == [404, 404, 404, 200]


@pytest.mark.parametrize("end", [erase_attendee, remove_attendee, leave_camp])
def test_whoever_is_out_has_no_calendar_left(camp, one_place, end):
    account, addresses = one_place
    end(attendee=account, **({"with_texts": False} if end is erase_attendee else {}))
    assert statuses(addresses) == [404] * 3
    assert EarlierCalendarKey.objects.exists() == (end is not erase_attendee)


def test_what_was_replaced_before_does_not_come_back_with_the_merge(camp):
    """Also where the place was read before: the address may have got into wrong hands."""
    account, guest = AttendeeFactory(camp=camp), join_as_guest(camp=camp, display_name="Tea")
    address = f"/{camp.slug}/my/{guest.calendar_key}.ics"
    Attendee.objects.get(pk=guest.pk).replace_calendar_key()
    merge_attendees(source=guest, into=account)
    assert statuses([address]) == [404]


def test_an_address_opens_a_calendar_in_its_own_camp_alone(one_place):
    _account, addresses = one_place
    other = CampFactory()
    assert statuses([f"/{other.slug}/my/{address.rpartition('/')[2]}" for address in addresses]) == [404] * 3
