"""A camp with people in it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from events.models import Attendee, Camp, Role, Room, Slot

from .factories import AttendeeFactory, CampFactory, RoomFactory, UserFactory, make_organiser, make_slot


@pytest.fixture(autouse=True)
def _tasks_at_once(settings):
    """What is put into the queue is done before the test goes on."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def camp(db) -> Camp:
    return CampFactory(slug="lakeside-2030", name="Lakeside 2030")


@pytest.fixture
def olga(camp) -> Attendee:
    """Organiser."""
    return make_organiser(camp)


@pytest.fixture
def hal(camp) -> Attendee:
    """Helper."""
    return AttendeeFactory(camp=camp, display_name="Hal", role=Role.HELPER)


@pytest.fixture
def ben(camp) -> Attendee:
    return AttendeeFactory(camp=camp, display_name="Ben")


@pytest.fixture
def cleo(camp) -> Attendee:
    return AttendeeFactory(camp=camp, display_name="Cleo")


@pytest.fixture
def stranger(db):
    """Signed in, and in no camp."""
    return UserFactory()


@pytest.fixture
def rooms(camp) -> list[Room]:
    return [RoomFactory(camp=camp, name="Barn"), RoomFactory(camp=camp, name="Loft", capacity=10)]


@pytest.fixture
def slots(camp) -> list[Slot]:
    """Ten and eleven adjoin; after lunch comes one more."""
    made = [make_slot(camp, 10), make_slot(camp, 11), make_slot(camp, 13)]
    make_slot(camp, 12, kind=Slot.Kind.EVERYONE, title="Lunch")
    return made


@pytest.fixture
def sign_in(client: Client):
    def sign_in(attendee: Attendee) -> Client:
        client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
