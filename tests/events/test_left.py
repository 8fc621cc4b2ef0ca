"""What somebody did in a place is theirs, also once they left: nobody brings it back, takes it over or reads it."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from events import joining, roles
from events.invitations import invite
from events.models import Attendee, Role
from pitches.models import Interest
from pitches.wishes import renew_wishes, told_wishes
from tests.factories import AttendeeFactory, PitchFactory, UserFactory


def _put_back(client, person, at):
    page = client.post(f"/{person.camp.slug}/people/{person.pk}/remove/", {"back": at.isoformat()}, follow=True)
    person.refresh_from_db()
    return page.content.decode()


@pytest.mark.parametrize("noted", ["here", "by the release before", "before it came here in a document"])
def test_whoever_left_is_brought_back_by_nobody_and_their_place_is_nobodys(camp, olga, ben, sign_in, noted):
    """Their place has no account any more, and still is none that somebody wrote down."""
    PitchFactory(camp=camp, hosts=[ben])
    roles.leave_camp(attendee=ben)
    if noted != "here":
        was_of = ben.was_of if noted == "by the release before" else None
        Attendee.objects.filter(pk=ben.pk).update(has_left=was_of is None, was_of=was_of)
    client, out = sign_in(olga), ben.removed_at
    assert f"{ben} left. Only they can come back" in _put_back(client, ben, out).replace("&#x27;", "'")
    assert (ben.removed_at, ben.is_written_down and ben.was_of is None) == (out, False)
    assert client.post(f"/{camp.slug}/people/{ben.pk}/handover/").status_code == 404
    assert not camp.invitations.exists()
    # A row that was put back all the same, by an earlier release say.
    Attendee.objects.filter(pk=ben.pk).update(removed_at=None, has_left=True)
    assert client.post(f"/{camp.slug}/people/{ben.pk}/handover/").status_code == 404
    line = re.search(rf'<li id="person-{ben.pk}">.*?</li>', client.get(f"/{camp.slug}/people/").content.decode(), re.S)[
        0
    ]
    assert "written down" not in line
    assert "Hand over" not in line
    with pytest.raises(ValidationError, match="in the camp no more"):
        joining.accept_invitation(
            invitation=invite(camp=camp, by=olga.user, role=Role.ATTENDEE, attendee=ben),
            user=UserFactory(),
            display_name="X",
        )
    assert joining.write_down(camp=camp, display_name=ben.display_name) != ben


@pytest.mark.parametrize("who", ["with an account", "written down"])
def test_a_removal_is_taken_back_whoever_it_was(camp, olga, ben, sign_in, who):
    person = ben if who == "with an account" else joining.write_down(camp=camp, display_name="Gran")
    roles.remove_attendee(attendee=person)
    assert f"{person} is in again." in _put_back(sign_in(olga), person, person.removed_at)
    assert (person.removed_at, person.is_written_down) == (None, who == "written down")


def test_removed_and_left_at_once_the_first_stands(camp, olga, ben):
    again = Attendee.objects.get(pk=ben.pk)
    roles.remove_attendee(attendee=ben)
    with pytest.raises(ValidationError, match="is in this camp no more"):
        roles.leave_camp(attendee=again)
    ben.refresh_from_db()
    # Removed: they cannot join again.
    assert (ben.user, ben.has_left) == (again.user, False)
    cleo = AttendeeFactory(camp=camp)
    roles.leave_camp(attendee=Attendee.objects.get(pk=cleo.pk))
    with pytest.raises(ValidationError, match="is in this camp no more"):
        roles.remove_attendee(attendee=cleo)


def test_an_account_does_not_go_from_under_its_places(ben):
    with pytest.raises(ProtectedError):
        ben.user.delete()


def test_what_somebody_wished_who_left_is_told_to_nobody_were_they_put_back(camp, ben):
    """What is told of those who were written down is told at once, be it of one of them alone."""
    pitch, gran = PitchFactory(camp=camp), joining.write_down(camp=camp, display_name="Gran")
    Interest.objects.create(pitch=pitch, attendee=gran)
    renew_wishes(camp=camp)
    Interest.objects.create(pitch=pitch, attendee=ben)
    roles.leave_camp(attendee=ben)
    Attendee.objects.filter(pk=ben.pk).update(removed_at=None)
    renew_wishes(camp=camp)
    assert told_wishes(camp).people == (gran.pk,)
