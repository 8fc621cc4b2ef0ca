"""Things for tests, with as little said as needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import factory

from accounts.models import User
from events.models import Attendee, Camp, Role, Room, Slot
from pitches.models import Pitch
from schedule.models import GridVersion
from schedule.wall.publish import publish_grid

#: a Saturday in winter: London is on UTC
DAY = datetime(2030, 1, 12, tzinfo=UTC)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")


class CampFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Camp

    slug = factory.Sequence(lambda n: f"camp-{n}")
    name = factory.Sequence(lambda n: f"Camp {n}")
    starts_on = DAY.date()
    ends_on = DAY.date()


class RoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Room

    name = factory.Sequence(lambda n: f"Room {n}")
    capacity = 30


class AttendeeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendee

    user = factory.SubFactory(UserFactory)
    display_name = factory.Sequence(lambda n: f"Person {n}")


class PitchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pitch
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Pitch {n}")

    @factory.post_generation
    def hosts(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.hosts.set(extracted or [])


def make_slot(camp: Camp, hour: float, minutes: int = 60, kind: str = Slot.Kind.SESSIONS, title: str = "") -> Slot:
    start = DAY + timedelta(hours=hour)
    return camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=minutes), kind=kind, title=title)


def publish_anew(camp: Camp, by: Attendee | None = None) -> GridVersion:
    """The next version, in which no session is another one: there is one more room."""
    RoomFactory(camp=camp)
    return publish_grid(camp=camp, by=by, accept_broken=True)


def make_organiser(camp: Camp, name: str = "Olga") -> Attendee:
    return AttendeeFactory(camp=camp, display_name=name, role=Role.ORGANISER)
