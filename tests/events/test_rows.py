"""A row of a statement that is written out is what the ORM reads: the same types, on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from accounts.sessions import SessionStore
from events.access import find_camp
from events.models import Attendee, Camp
from pitches.models import Pitch

from ..factories import PitchFactory


def values_of(row: Model) -> dict[str, tuple[type, object]]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: (type(value), value) for name, value in values.items()}


def test_the_place_and_the_camp_are_as_the_orm_reads_them(camp, cleo):
    Camp.objects.filter(pk=camp.pk).update(archived_at=timezone.now(), is_public=True, capacity=40)
    Attendee.objects.filter(pk=cleo.pk).update(is_waiting=True)
    found, me = find_camp(camp.slug, cleo.user)
    assert values_of(found) == values_of(Camp.objects.get(pk=camp.pk))
    assert values_of(me) == values_of(Attendee.objects.get(pk=cleo.pk))


def test_what_was_found_can_be_followed_and_saved(camp, cleo, django_assert_num_queries):
    with django_assert_num_queries(1):
        found, me = find_camp(camp.slug, cleo.user)
        assert me.camp is found
        assert me.user is cleo.user
    me.display_name = "Cleopatra"
    me.save()
    assert Attendee.objects.get(pk=cleo.pk).display_name == "Cleopatra"
    assert Attendee.objects.count() == 1


def test_no_place_elsewhere_of_others_or_given_up_is_taken_for_mine(camp, cleo, ben):
    other = Camp.objects.create(slug="other", name="Other", starts_on=camp.starts_on, ends_on=camp.ends_on)
    assert find_camp(other.slug, cleo.user) == (other, None)
    assert find_camp(camp.slug, ben.user)[1] == ben
    Attendee.objects.filter(pk=cleo.pk).update(removed_at=timezone.now())
    assert find_camp(camp.slug, cleo.user) == (camp, None)


def test_who_is_signed_in_is_as_the_orm_reads_them(cleo):
    assert values_of(User.objects.get(pk=cleo.user.pk)) == values_of(User.objects.filter(pk=cleo.user.pk).get())
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=0)


def test_a_relation_to_users_finds_its_own_alone(cleo, ben):
    helpers = Group.objects.create(name="Helpers")
    helpers.user_set.add(ben.user)
    assert helpers.user_set.get(pk=ben.user.pk) == ben.user
    with pytest.raises(User.DoesNotExist):
        helpers.user_set.get(pk=cleo.user.pk)


def test_a_sign_in_is_read_until_it_ends_and_by_either_store(cleo):
    ours, djangos = SessionStore(), db.SessionStore()
    for written in (ours, djangos):
        written["who"] = "Cleo"
        written.create()
        for store in (SessionStore, db.SessionStore):
            assert store(written.session_key).load() == {"who": "Cleo"}
    Session.objects.filter(session_key=ours.session_key).update(expire_date=timezone.now())
    ended = SessionStore(ours.session_key)
    assert ended.load() == {}
    # A key that nobody gave is not taken up: no session can be forced upon anybody.
    assert ended.session_key is None


def test_an_open_pitch_is_as_the_orm_reads_it(camp, ben):
    pitch = PitchFactory(camp=camp, hosts=[ben], needs=["projector"])
    found = Pitch.open_in(camp, pitch.pk)
    assert values_of(found) == values_of(Pitch.objects.get(pk=pitch.pk))
    assert found.camp is camp


def test_no_pitch_that_is_elsewhere_withdrawn_or_merged_is_open(camp):
    pitch, other = PitchFactory(camp=camp), PitchFactory(camp=camp)
    elsewhere = Camp.objects.create(slug="other", name="Other", starts_on=camp.starts_on, ends_on=camp.ends_on)
    assert Pitch.open_in(elsewhere, pitch.pk) is None
    Pitch.objects.filter(pk=pitch.pk).update(withdrawn_at=timezone.now())
    Pitch.objects.filter(pk=other.pk).update(merged_into=pitch)
    assert Pitch.open_in(camp, pitch.pk) is None
    assert Pitch.open_in(camp, other.pk) is None
