"""The five demo camps, each in another stage of its life."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from events.day_pattern import DayPattern, generate_slots
from events.frame import add_slots
from events.models import Camp, Slot
from notes.models import Link, WriteUp
from schedule.draft.moves import unplace_session
from schedule.wall.publish import publish_grid

from . import texts
from .seeder import Seeder

LONDON = ZoneInfo("Europe/London")


def govcamp(seeder: Seeder) -> None:
    """Pitching is open; nothing is on the grid yet."""
    day = date(2027, 1, 23)
    camp = seeder.open(
        slug="govcamp-2027", name="GovCamp 2027", tagline="A day to talk about making public services better",
        starts_on=day, ends_on=day, venue="City Hall, Birmingham", hashtag="#govcamp27", accent="#2457a6",
        description="People who work in and around the public service meet on a Saturday, of their own accord, to "
        "talk about what matters to them. **You** make the agenda, in the first hour of the day.",
    )  # fmt: skip
    seeder.rooms(
        camp,
        [
            ("Council chamber", 120, ["projector", "step-free", "hearing-loop", "stage"], "Ground floor, straight on"),
            ("Library", 60, ["projector", "step-free"], "Ground floor, left of the lift"),
            ("Committee 1", 40, ["projector", "step-free"], "First floor"),
            ("Committee 2", 40, ["projector", "step-free"], "First floor, next door"),
            ("Tea room", 30, ["step-free"], "Beside the kitchen"),
            ("Mezzanine", 25, ["whiteboard"], "Up the open stairs"),
            ("Attic", 16, ["whiteboard"], "Third floor, no lift"),
            ("Quiet room", 12, ["quiet", "step-free"], "Behind the desk"),
        ],
    )
    pattern = DayPattern(time(11), time(16, 30), 45, 10, time(12, 50), 50)
    add_slots(camp=camp, slots=generate_slots(camp, [day], pattern))
    seeder.everyone(
        camp, day,
        [("09:00", "10:00", "Doors and coffee"), ("10:00", "10:50", "Pitching"), ("16:30", "17:00", "Closing")],
    )  # fmt: skip
    people = seeder.fill(camp, 245)
    pitches = seeder.pitch(camp, people, list(texts.GOVCAMP))
    seeder.interest(camp, people, pitches, 14)


def bluelightcamp(seeder: Seeder) -> None:
    """Today; sessions run now, whatever the hour."""
    start = seeder.now.astimezone(LONDON).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    camp = seeder.open(
        slug="bluelightcamp", name="BlueLightCamp", tagline="Police, fire, ambulance, rescue: one day, no ranks",
        starts_on=start.date(), ends_on=(start + timedelta(hours=6)).date(), venue="Fire service college",
        hashtag="#blcamp", accent="#0b5fa5", musts_each=2,
        description="For everybody who wears a uniform, and everybody who works with them. Ranks stay at the door.",
    )  # fmt: skip
    seeder.rooms(
        camp,
        [
            ("Drill hall", 80, ["projector", "step-free", "stage"], "Across the yard"),
            ("Classroom A", 30, ["projector", "step-free"], ""),
            ("Classroom B", 30, ["projector"], ""),
            ("Watch room", 15, ["quiet", "step-free"], "Beside the kitchen"),
        ],
    )
    hours = [timedelta(hours=n) for n in (0, 2, 3, 4, 5)]
    slots = [Slot(starts_at=start + h, ends_at=start + h + timedelta(minutes=59)) for h in hours]
    pause = start + timedelta(hours=1)
    slots.append(Slot(starts_at=pause, ends_at=pause + timedelta(minutes=59), kind=Slot.Kind.EVERYONE, title="Food"))
    add_slots(camp=camp, slots=slots)
    people = seeder.fill(camp, 110)
    pitches = seeder.pitch(camp, people, list(texts.BLUELIGHT))
    seeder.interest(camp, people, pitches, 10)
    seeder.build(camp)
    publish_grid(camp=camp, by=None)
    seeder.write(camp, people, 0.3)
    camp.save_flags(is_pitching_open=False)


def localgovcamp(seeder: Seeder) -> None:
    """Over; the notes and write-ups are in."""
    day = (seeder.now - timedelta(days=24)).astimezone(LONDON).date()
    camp = seeder.open(
        slug="localgovcamp", name="LocalGovCamp", tagline="The unconference for people in local government",
        starts_on=day, ends_on=day, venue="Town Hall, Leeds", hashtag="#localgovcamp", accent="#7a3b8f",
        are_counts_shown=True, description="Two tiers, one day, many biscuits.",
    )  # fmt: skip
    seeder.rooms(
        camp,
        [
            ("Main hall", 90, ["projector", "step-free", "hearing-loop"], ""),
            ("Room 2", 40, ["projector", "step-free"], ""),
            ("Room 3", 25, ["whiteboard"], ""),
            ("Snug", 12, ["quiet"], "Behind the bar"),
        ],
    )
    pattern = DayPattern(time(10, 30), time(15, 45), 50, 10, time(12, 30))
    add_slots(camp=camp, slots=generate_slots(camp, [day], pattern))
    seeder.everyone(camp, day, [("09:30", "10:30", "Coffee and pitching"), ("15:45", "16:30", "Closing")])
    people = seeder.fill(camp, 85)
    pitches = seeder.pitch(camp, people, list(texts.LOCALGOV))
    seeder.interest(camp, people, pitches, 9)
    seeder.build(camp)
    publish_grid(camp=camp, by=None)
    seeder.write(camp, people, 0.8)
    sessions = list(camp.sessions.placed().order_by("pk"))
    for session in sessions[:5]:
        url = f"https://slides.example.org/{session.pk}"
        Link.objects.create(session=session, url=url, title="Slides", by=people[0])
    authors = [seeder.persona(camp, "attendee"), seeder.persona(camp, "host"), people[8]]
    for number, (title, text) in enumerate(texts.WRITEUPS):
        # The first looks back on the whole day.
        about = sessions[number] if number else None
        WriteUp.objects.create(camp=camp, session=about, by=authors[number], title=title, text=text)
    WriteUp.objects.create(camp=camp, by=people[9], title="A day in Leeds", url="https://blog.example.org/localgovcamp")
    camp.save_flags(is_pitching_open=False, is_interest_open=False)


def digital_health_hack(seeder: Seeder) -> None:
    """Two days: workshops, then projects and show-and-tell. Published twice."""
    first = (seeder.now + timedelta(days=17)).astimezone(LONDON).date()
    second = first + timedelta(days=1)
    camp = seeder.open(
        slug="digital-health-hack", name="Digital Health Hack", tagline="A day to learn, a day to build",
        starts_on=first, ends_on=second, venue="University hospital, Cardiff", hashtag="#dhhack", accent="#b3261e",
        capacity=60, description="Conference day with workshops, hack day with projects, show-and-tell at the end.",
    )  # fmt: skip
    seeder.rooms(
        camp,
        [
            ("Lecture theatre", 100, ["projector", "step-free", "stage"], ""),
            ("Lab 1", 30, ["projector", "step-free", "whiteboard"], ""),
            ("Lab 2", 30, ["whiteboard"], ""),
        ],
    )
    add_slots(camp=camp, slots=generate_slots(camp, [first], DayPattern(time(10), time(15), 60, 15, time(12, 30))))
    add_slots(camp=camp, slots=generate_slots(camp, [second], DayPattern(time(9, 30), time(15), 120, 15, time(11, 45))))
    seeder.everyone(camp, first, [("09:00", "10:00", "Welcome"), ("16:00", "17:00", "Project pitches")])
    seeder.everyone(camp, second, [("15:30", "17:00", "Show-and-tell")])
    people = seeder.fill(camp, 60)
    workshops = seeder.pitch(camp, people, texts.HEALTH_WORKSHOPS)
    projects = seeder.pitch(camp, people, texts.HEALTH_PROJECTS)
    night = camp.at(second, time(0))
    workshop_day = list(camp.slots.for_sessions().filter(starts_at__lt=night))
    hack_day = list(camp.slots.for_sessions().filter(starts_at__gte=night))
    for pitch in workshops:
        pitch.not_in.add(*hack_day)
    for pitch in projects:
        pitch.not_in.set(workshop_day)
    seeder.interest(camp, people, workshops + projects, 8)
    seeder.build(camp)
    publish_grid(camp=camp, by=None)
    last = camp.sessions.placed().latest("pk")
    unplace_session(session=last)
    publish_grid(camp=camp, by=None)


def lgovsm(seeder: Seeder) -> None:
    """A weekly hour online: a camp with one room."""
    tuesday = seeder.now.astimezone(LONDON).date()
    tuesday -= timedelta(days=(tuesday.weekday() - 1) % 7 + 14)
    weeks = [tuesday + timedelta(weeks=n) for n in range(6)]
    camp = seeder.open(
        slug="lgovsm", name="#lgovsm", tagline="Local government social media, every Tuesday at eight",
        starts_on=weeks[0], ends_on=weeks[-1], venue="Online", hashtag="#lgovsm", accent="#00695c",
        description="One hour, one question, everybody types.",
    )  # fmt: skip
    camp.rooms.create(name="Online", capacity=200, features=["online"], online_url="https://meet.example.org/lgovsm")
    slots = [Slot(starts_at=camp.at(day, time(20)), ends_at=camp.at(day, time(21))) for day in weeks]
    add_slots(camp=camp, slots=slots)
    people = seeder.fill(camp, 40)
    pitches = seeder.pitch(camp, people, texts.LGOVSM)
    seeder.interest(camp, people, pitches, 5)
    seeder.build(camp)
    publish_grid(camp=camp, by=None)
    seeder.write(camp, people, 0.4)


#: how each is made, in the order in which they are offered
CAMPS = {
    "govcamp-2027": govcamp,
    "bluelightcamp": bluelightcamp,
    "localgovcamp": localgovcamp,
    "digital-health-hack": digital_health_hack,
    "lgovsm": lgovsm,
}


def is_stale(camp: Camp) -> bool:
    """The camp of today is shown while its sessions run; afterwards it is made anew."""
    soon = timezone.now() + timedelta(hours=1)
    return camp.slug == "bluelightcamp" and not camp.slots.filter(ends_at__gt=soon).exists()
