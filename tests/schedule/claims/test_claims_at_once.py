"""Two hundred hosts press at the same moment, and ten cells are free: ten are placed, the others are told."""

from __future__ import annotations

from collections import Counter
from threading import Barrier, BoundedSemaphore, Thread

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from events.editing import switch_camp
from events.models import Attendee
from pitches.models import Pitch
from schedule.models import Cell, GridVersion
from tests.factories import RoomFactory, UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"
HOSTS, TAKEN = 200, "Somebody took it a moment ago."
#: of the database, which has not one for each of them; SQLite has one writer, for whom as many wait as a server has
CONNECTIONS = {"sqlite": 8, "postgresql": 40}


def hosts_of(camp) -> list[tuple[Client, str]]:
    """Each signed in, and the address at which they place what they host."""
    users = UserFactory.create_batch(HOSTS)
    people = Attendee.objects.bulk_create(
        [Attendee(camp=camp, user=user, display_name=f"H{user.pk}") for user in users]
    )
    pitches = Pitch.objects.bulk_create([Pitch(camp=camp, title=f"Pitch {person.pk}") for person in people])
    Pitch.hosts.through.objects.bulk_create(
        [Pitch.hosts.through(pitch=pitch, attendee=person) for pitch, person in zip(pitches, people, strict=True)]
    )
    clients = [Client() for _ in people]
    for client, user in zip(clients, users, strict=True):
        client.force_login(user, backend=BACKEND)
    pages = [reverse("schedule:place_claim", args=[camp.slug, pitch.pk]) for pitch in pitches]
    return list(zip(clients, pages, strict=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_claims_at_once_on_ten_cells_ten_are_placed_and_the_others_told(camp, slots):
    switch_camp(camp=camp, can_hosts_claim=True)
    rooms = RoomFactory.create_batch(10, camp=camp)
    for slot in slots[1:]:
        slot.delete()
    hosts, start, may = hosts_of(camp), Barrier(HOSTS), BoundedSemaphore(CONNECTIONS[connection.vendor])
    answers: list[tuple[int, str]] = [(0, "")] * HOSTS

    def press(number: int) -> None:
        client, page = hosts[number]
        cell = f"{slots[0].pk}-{rooms[number % 10].pk}"
        start.wait()
        with may:
            try:
                answer = client.post(page, {"cell": cell, "seen": "0"})
                answers[number] = answer.status_code, answer.content.decode()
            finally:
                connections.close_all()

    threads = [Thread(target=press, args=[number]) for number in range(HOSTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(status for status, _page in answers) == {302: 10, 422: 190}
    assert all(TAKEN in page for status, page in answers if status == 422)
    # One in each room, and all ten are out.
    assert sorted(Cell.objects.values_list("room", flat=True)) == sorted(room.pk for room in rooms)
    latest = GridVersion.latest(camp)
    assert latest is not None
    assert (latest.number, latest.placements.count()) == (10, 10)
    assert {row.session_id for row in latest.placements.all()} == set(Cell.objects.values_list("session", flat=True))
