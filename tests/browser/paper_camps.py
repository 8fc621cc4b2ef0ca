"""Camps to print, with four rooms and with forty; run by `manage.py shell`, on the database of the site."""

from __future__ import annotations

from datetime import date, time

from accounts.models import User
from demo.personas import demo_address
from events.day_pattern import DayPattern, generate_slots
from events.frame import add_rooms, add_slots
from events.models import Camp, Room
from events.opening import open_camp
from pitches.models import Pitch
from pitches.services import submit_pitch
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid

ROOMS = [4, 8, 13, 40]
NAMES = ["Barn", "Loft", "Print shop", "Reading room", "Committee room", "Gallery", "Long hall", "Kitchen"]
TITLES = [
    "Ducks", "Minutes that people read", "Accessibility statements nobody copies", "Phishing tests: do they help?",
    "What we learned from moving forty councils onto one design system, and what we would not do again",
    "A very long title that somebody typed on a phone, with all that they would like to say about it, up to what a title holds, which is this",
]  # fmt: skip
TOPICS = ["Data", "Design", "Community", ""]


def make_paper_camps() -> None:
    """paper-4, paper-8 …: each with two thirds of its cells taken, published; twelve pitches wait."""
    organiser = User.objects.get(email=demo_address("organiser"))
    for rooms in ROOMS:
        _make(f"paper-{rooms}", organiser, rooms)


def _make(slug: str, organiser: User, rooms: int) -> None:
    day = date(2031, 3, 1)
    camp = Camp(slug=slug, name=f"Camp of {rooms} rooms", starts_on=day, ends_on=day)
    camp = open_camp(camp=camp, by=organiser, display_name="Olga")
    olga = camp.attendees.get()
    pattern = DayPattern(starts=time(10), ends=time(16), minutes=45, between=15, lunch_at=time(12, 45))
    add_slots(camp=camp, slots=generate_slots(camp, camp.days, pattern))
    names = [f"{NAMES[n % len(NAMES)]} {n // len(NAMES) + 1}".removesuffix(" 1") for n in range(rooms)]
    add_rooms(camp=camp, rooms=[Room(camp=camp, name=name) for name in names])
    cells = [(slot, room) for slot in camp.slots.for_sessions().order_by("starts_at") for room in camp.rooms.all()]
    for number, (slot, room) in enumerate(cells):
        if number % 3 < 2:
            place_session(pitch=_pitch(olga, number), room=room, slot=slot)
    for number in range(len(cells), len(cells) + 12):
        _pitch(olga, number)
    publish_grid(camp=camp, by=None, accept_broken=True)


def _pitch(olga, number: int) -> Pitch:
    pitch = Pitch(title=f"{TITLES[number % len(TITLES)]} {number}", topic=TOPICS[number % len(TOPICS)])
    return submit_pitch(pitch=pitch, by=olga).pitch
