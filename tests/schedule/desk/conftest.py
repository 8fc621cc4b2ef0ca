"""A morning in the hall: Knots at ten in the Barn, the camp runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from accounts.once import BACKEND
from events.models import Attendee
from pitches.services import set_interest
from pitches.wishes import renew_wishes
from schedule.draft.moves import place_session
from schedule.models import Session
from tests.factories import DAY, AttendeeFactory, PitchFactory


@pytest.fixture
def at(monkeypatch) -> Callable[[float], None]:
    """It is that hour of the day."""

    def at(hour: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=hour))

    return at


@pytest.fixture
def nine(at) -> None:
    at(9.5)


@pytest.fixture
def knots(camp, ben, rooms, slots) -> Session:
    return place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])


@pytest.fixture
def ducks(camp, cleo, rooms, slots) -> Session:
    return place_session(pitch=PitchFactory(camp=camp, title="Ducks", hosts=[cleo]), room=rooms[1], slot=slots[0])


def wished(session: Session, people: int, also: tuple[Session, int] | None = None) -> None:
    """So many people want to be there, and it is told."""
    for one, count in ((session, people), *([also] if also else [])):
        for _n in range(count):
            set_interest(pitch=one.pitch, attendee=AttendeeFactory(camp=session.camp), level=1)
    renew_wishes(camp=session.camp)


class Hall:
    """An organiser with a phone."""

    def __init__(self, person: Attendee) -> None:
        self.client, self.camp = Client(), person.camp
        self.client.force_login(person.user, backend=BACKEND)

    def address(self, session: Session, why: str = "") -> str:
        return f"/{self.camp.slug}/draft/repair/sessions/{session.pk}/" + (f"?why={why}" if why else "")

    def look(self, address: str) -> BeautifulSoup:
        response = self.client.get(address)
        assert response.status_code == 200, response.status_code
        return BeautifulSoup(response.content, "html.parser")

    def remedies(self, session: Session, why: str) -> list[str]:
        return [words(found) for found in self.look(self.address(session, why)).select(".remedies > li")]

    def plans(self, session: Session, why: str) -> list[str]:
        return [found["value"] for found in self.look(self.address(session, why)).select("button[name=plan]")]

    def choose(self, session: Session, why: str, number: int = 0, **typed: str):
        plan = self.plans(session, why)[number]
        return self.client.post(self.address(session, why), {"plan": plan, **typed}, follow=True)

    def undo(self):
        step = self.camp.steps.to_undo(self.person).first()
        return self.client.post(f"/{self.camp.slug}/draft/steps/undo/", {"step": step.pk}, follow=True)


@pytest.fixture
def hall(olga, nine) -> Hall:
    found = Hall(olga)
    found.person = olga
    return found


def words(tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def said(response) -> str:
    return words(BeautifulSoup(response.content, "html.parser").select_one(".told"))


def where(session: Session) -> tuple[str, int] | None:
    place = Session.objects.with_place().get(pk=session.pk).place
    return (place.room.name, place.slot.starts_at.hour) if place else None
