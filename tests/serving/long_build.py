"""A camp whose grid takes long to build: no grid of it is proved to be the best within seconds."""

from __future__ import annotations

import random

from allauth.account.models import EmailAddress

from demo.personas import demo_address
from events.models import Camp, Role
from pitches.models import Interest
from schedule.build.run import start_build
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, RoomFactory, UserFactory, make_slot

#: of the demo's, so that one click signs in as its organiser
SLUG = "govcamp-2027"
#: somebody who gets mail; personas get none
ANN = "ann@example.org"


def make_camp() -> Camp:
    chance = random.Random(1)
    camp = CampFactory(slug=SLUG, name="A long build")
    organiser, ann = UserFactory(email=demo_address("organiser")), UserFactory(email=ANN)
    for user in (organiser, ann):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    AttendeeFactory(camp=camp, user=organiser, display_name="Olga", role=Role.ORGANISER)
    for number in range(3):
        RoomFactory(camp=camp, name=f"Room {number}", capacity=15)
    for hour in range(9, 15):
        make_slot(camp, hour)
    people = AttendeeFactory.create_batch(60, camp=camp)
    pitches = [PitchFactory(camp=camp, hosts=[person]) for person in people[:24]]
    for person in people:
        for pitch in chance.sample(pitches, 8):
            Interest.objects.get_or_create(pitch=pitch, attendee=person, defaults={"level": 2})
    return camp


def start() -> None:
    start_build(camp=make_camp(), seconds=60)
