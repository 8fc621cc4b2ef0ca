"""Two organisers look at one page and press at once: nobody writes over what they have not seen (optimistic lock)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from schedule.models import Session

from .factories import PitchFactory, make_organiser

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def two(camp, olga):
    """Olga and Oscar, each at their browser."""
    clients = [Client(), Client()]
    for client, person in zip(clients, [olga, make_organiser(camp, "Oscar")], strict=True):
        client.force_login(person.user, backend=BACKEND)
    return clients


def form_with(html: str, text: str) -> dict[str, str]:
    """What the form that holds this sends, but what one chooses in it."""
    [form] = [form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if text in form]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_a_waiting_pitch_that_the_other_placed_meanwhile_is_not_moved(two, camp, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots")
    address = f"/{camp.slug}/draft/pitches/{pitch.pk}/place/?slot={slots[0].pk}"
    cells = [f"{slots[0].pk}-{room.pk}" for room in rooms]
    forms = [form_with(client.get(address).content.decode(), 'id="place"') for client in two]
    statuses = [
        client.post(address, form | {"cell": cell}).status_code
        for client, form, cell in zip(two, forms, cells, strict=True)
    ]
    assert statuses == [302, 422]
    assert Session.objects.get().place.room == rooms[0]


def test_a_role_that_the_other_gave_meanwhile_is_not_written_over(two, camp, ben):
    action = f"/{camp.slug}/people/{ben.pk}/role/"
    forms = [form_with(client.get(f"/{camp.slug}/people/").content.decode(), action) for client in two]
    pages = [
        client.post(action, form | {"role": role}, follow=True).content.decode()
        for client, form, role in zip(two, forms, ["helper", "organiser"], strict=True)
    ]
    assert "The role of Ben: Helper." in pages[0]
    assert "The role of Ben was changed meanwhile." in pages[1]
    ben.refresh_from_db()
    assert ben.role == "helper"
