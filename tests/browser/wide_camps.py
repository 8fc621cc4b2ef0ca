"""Camps whose table is wider than a screen, one for each test; run by `manage.py shell`, on the database of the site."""

from __future__ import annotations

from datetime import date, time, timedelta

from accounts.models import User
from demo.personas import demo_address
from events.day_pattern import DayPattern, generate_slots
from events.frame import add_rooms, add_slots
from events.models import Attendee, Camp, Role, Room
from events.opening import open_camp
from notes.services import save_note
from pitches.models import Pitch
from pitches.services import submit_pitch
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid

ROOMS = ["Barn", "Loft", *(f"Room {number}" for number in range(3, 21))]
TITLES = ["Ducks", "Geese", "Swans", "Herons"]
#: in the first slot; Herons wait
PLACED = {"Ducks": "Barn", "Geese": "Loft", "Swans": "Room 12"}
NOTES = "First line about ducks.\n\n" + "\n\n".join(f"Paragraph {number}." for number in range(30))


def make_wide_camps(slugs: list[str], rooms: int = len(ROOMS), days: int = 1) -> None:
    """A session in the first room of each, one far to the right; published, with notes."""
    organiser = User.objects.get(email=demo_address("organiser"))
    for slug in slugs:
        _make(slug, organiser, rooms, days)


def _make(slug: str, organiser: User, rooms: int, days: int) -> None:
    day = date(2031, 3, 1)
    camp = Camp(slug=slug, name=f"Camp {slug}", starts_on=day, ends_on=day + timedelta(days=days - 1))
    camp = open_camp(camp=camp, by=organiser, display_name="Olga")
    olga = camp.attendees.get()
    # Somebody else, who may place.
    robin = User.objects.get(email=demo_address("helper"))
    Attendee.objects.create(camp=camp, user=robin, display_name="Robin", role=Role.HELPER)
    camp.save_flags(helpers_move=True)
    pattern = DayPattern(starts=time(10), ends=time(17), minutes=45, between=15, lunch_at=time(12, 45))
    add_slots(camp=camp, slots=generate_slots(camp, camp.days, pattern))
    add_rooms(camp=camp, rooms=[Room(camp=camp, name=name) for name in ROOMS[:rooms]])
    # Nobody hosts two at a time.
    pitches = {title: submit_pitch(pitch=Pitch(title=title), by=olga).pitch for title in TITLES}
    first = camp.slots.for_sessions().order_by("starts_at")[0]
    sessions = {
        title: place_session(pitch=pitches[title], room=camp.rooms.get(name=name), slot=first)
        for title, name in PLACED.items()
    }
    publish_grid(camp=camp, by=None)
    save_note(session=sessions["Ducks"], text=NOTES, by=olga, base_revision=0)
