"""Invitations end with the right they came from, and are seen and taken back by those who run the camp."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from events import joining, roles
from events.erasing import erase_attendee, erase_user
from events.invitations import invite
from events.models import Invitation, Role
from tests.factories import AttendeeFactory, CampFactory, UserFactory, make_organiser

OTHER = "second@example.org"


@pytest.fixture
def oscar(camp):
    """Another organiser."""
    return make_organiser(camp, "Oscar")


def accepts(invitation: Invitation, user=None) -> bool:
    """Whether they are in by it, which they should not be."""
    try:
        joining.accept_invitation(invitation=invitation, user=user or UserFactory(), display_name="Again")
    except ValidationError:
        return False
    return True


ENDINGS = {
    "removed": lambda person: roles.remove_attendee(attendee=person),
    "made a helper": lambda person: roles.change_role(attendee=person, role="helper", by=None),
    "made an attendee": lambda person: roles.change_role(attendee=person, role="attendee", by=None),
    "gone by themselves": lambda person: roles.leave_camp(attendee=person),
    "erased": lambda person: erase_attendee(attendee=person, with_texts=False),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("email", ["", OTHER])
def test_whoever_is_organiser_no_more_is_not_one_again_by_their_own_invitation(camp, olga, oscar, end, email):
    invitation = invite(camp=camp, by=oscar.user, role=Role.ORGANISER, email=email)
    end(oscar)
    assert not accepts(invitation)


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_nor_by_a_link_of_somebody_else_that_they_could_read(camp, olga, oscar, end):
    invitation = invite(camp=camp, by=olga.user, role=Role.ORGANISER)
    end(oscar)
    assert not accepts(invitation)


def test_nor_by_one_of_which_nobody_knows_whose_it_is(camp, olga, oscar):
    invitation = invite(camp=camp, by=oscar.user, role=Role.ORGANISER, email=OTHER)
    Invitation.objects.update(invited_by=None)
    roles.remove_attendee(attendee=oscar)
    assert not accepts(invitation)


def test_what_others_mailed_and_links_that_give_no_more_than_is_left_stay_open(camp, olga, oscar):
    mailed = invite(camp=camp, by=olga.user, role=Role.ORGANISER, email=OTHER)
    helping = invite(camp=camp, by=olga.user, role=Role.HELPER)
    roles.change_role(attendee=oscar, role="helper", by=None)
    assert accepts(mailed)
    assert accepts(helping)


def test_an_attendee_who_is_removed_takes_no_link_along(camp, olga, ben):
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER)
    roles.remove_attendee(attendee=ben)
    assert accepts(invitation)


def test_whoever_was_removed_comes_back_by_a_link_made_since_only(camp, olga, ben):
    before = invite(camp=camp, by=olga.user, role=Role.HELPER)
    roles.remove_attendee(attendee=ben)
    with pytest.raises(ValidationError, match="took you off this camp since"):
        joining.accept_invitation(invitation=before, user=ben.user, display_name="Ben")
    assert accepts(invite(camp=camp, by=olga.user, role=Role.HELPER), ben.user)


def test_removing_an_organiser_says_that_their_invitations_are_taken_back(camp, olga, oscar, sign_in):
    client = sign_in(olga)
    invite(camp=camp, by=oscar.user, role=Role.ORGANISER)
    page = client.post(f"/{camp.slug}/people/{oscar.pk}/remove/", follow=True).content.decode()
    assert "Oscar is removed. Invitations from before that they could use are taken back." in page


def test_the_page_of_people_lists_what_was_mailed_without_the_address(camp, olga, sign_in):
    invite(camp=camp, by=olga.user, role=Role.ORGANISER, email=OTHER)
    page = sign_in(olga).get(f"/{camp.slug}/people/").content.decode()
    assert "Open invitations" in page
    assert "mailed by <bdi>Olga</bdi>" in page
    assert OTHER not in page


def test_an_invitation_is_taken_back_by_any_organiser(camp, olga, oscar, sign_in):
    invitation = invite(camp=camp, by=oscar.user, role=Role.HELPER, email=OTHER)
    client = sign_in(olga)
    address = f"/{camp.slug}/people/invitations/{invitation.pk}/take-back/"
    assert address in client.get(f"/{camp.slug}/people/").content.decode()
    page = client.post(address, follow=True).content.decode()
    assert "The invitation is taken back" in page
    assert "mailed by" not in page
    assert not accepts(invitation)


def test_a_link_that_was_taken_back_while_its_page_was_open_is_refused_with_a_sentence(camp, olga):
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER)
    Invitation.objects.all().delete()
    with pytest.raises(ValidationError, match="was taken back"):
        joining.accept_invitation(invitation=invitation, user=UserFactory(), display_name="Fern")


def test_an_invitation_of_another_camp_or_one_too_old_is_not_found(camp, olga, sign_in):
    theirs = Invitation.objects.issue(camp=CampFactory(slug="other"), role="helper", is_shown=True)
    old = invite(camp=camp, by=olga.user, role=Role.HELPER)
    Invitation.objects.filter(pk=old.pk).update(created_at=old.created_at - timedelta(days=15))
    for invitation in (theirs, old):
        address = f"/{camp.slug}/people/invitations/{invitation.pk}/take-back/"
        assert sign_in(olga).post(address).status_code == 404


def test_nobody_but_organisers_takes_one_back(camp, olga, hal, sign_in):
    invitation = invite(camp=camp, by=olga.user, role=Role.HELPER)
    address = f"/{camp.slug}/people/invitations/{invitation.pk}/take-back/"
    assert sign_in(hal).post(address).status_code == 403
    assert Client().post(address).status_code == 404
    assert Invitation.objects.filter(pk=invitation.pk).exists()


# -- a place that is handed over -------------------------------------------------------------------------------


@pytest.fixture
def gran(camp):
    """Somebody who was written down."""
    return joining.write_down(camp=camp, display_name="Gran")


def hand_over(camp, olga, place) -> Invitation:
    return invite(camp=camp, by=olga.user, role=Role.ATTENDEE, attendee=place)


@pytest.mark.parametrize("is_in", [False, True], ids=["a newcomer", "somebody who is in"])
def test_of_two_links_to_one_place_the_first_closes_the_other(camp, olga, gran, ben, is_in):
    one, two = hand_over(camp, olga, gran), hand_over(camp, olga, gran)
    place = joining.accept_invitation(invitation=one, user=ben.user if is_in else UserFactory(), display_name="Gran")
    assert not camp.invitations.open().exists()
    roles.leave_camp(attendee=place)
    assert not accepts(two)


@pytest.mark.parametrize("end", [roles.leave_camp, roles.remove_attendee])
def test_a_place_that_somebody_left_is_taken_over_by_nobody(camp, olga, gran, end):
    end(attendee=gran)
    late = hand_over(camp, olga, gran)
    with pytest.raises(ValidationError, match="This place is in the camp no more"):
        joining.accept_invitation(invitation=late, user=UserFactory(), display_name="Eve")
    assert camp.attendees.get(pk=gran.pk).user is None


def test_a_place_that_somebody_has_is_taken_over_by_nobody(camp, olga, ben):
    late = hand_over(camp, olga, ben)
    with pytest.raises(ValidationError, match="This place is taken over already"):
        joining.accept_invitation(invitation=late, user=UserFactory(), display_name="Eve")


def test_removing_a_place_closes_the_links_to_it(camp, olga, gran):
    hand_over(camp, olga, gran)
    roles.remove_attendee(attendee=gran)
    assert not camp.invitations.exists()


@pytest.mark.parametrize("erase", ["place", "user"])
def test_erasing_somebody_leaves_a_place_that_is_another_persons_now(camp, olga, cleo, erase):
    """As an earlier release could hand it over."""
    ben = AttendeeFactory(camp=camp, was_of=cleo.user)
    if erase == "user":
        erase_user(user=cleo.user, with_texts=True)
    else:
        erase_attendee(attendee=cleo, with_texts=True)
    assert camp.attendees.filter(pk=ben.pk).exists()


def test_who_is_refused_while_they_take_a_place_over_leaves_no_guest_behind(camp, olga, monkeypatch):
    place = AttendeeFactory(camp=camp, display_name="Kim", user=None)
    shown = invite(camp=camp, by=olga.user, role=Role.ATTENDEE, attendee=place).shown()

    def refused(**which):
        raise ValidationError("This link was used already.")

    monkeypatch.setattr("events.views.camp.accept_invitation", refused)
    before = User.objects.count()
    typed = {"display_name": "Kim", "code": shown["code"]}
    page = Client().post(f"/{camp.slug}/invitations/{shown['key']}/", typed)
    assert "This link was used already." in page.content.decode()
    assert User.objects.count() == before
