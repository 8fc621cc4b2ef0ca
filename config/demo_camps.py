"""The demo camps, opened through the same services that the pages call."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from events.agenda import DayPattern, generate_slots
from events.models import Attendee, Camp, Role, Slot
from events.services import add_slots, change_role, join_camp, open_camp
from notes.models import Link, WriteUp
from notes.services import save_note
from pitches.models import Interest, Pitch
from pitches.services import mark_seen, set_interest, submit_pitch
from schedule import planner
from schedule.publishing import publish_grid
from schedule.services import apply_plan, unplace_session

from . import demo_texts as texts
from .views import PERSONAS, demo_address

LONDON = ZoneInfo("Europe/London")
TextRow = tuple[str, str, str, str]


@dataclass
class Seeder:
    """Everything random comes from one seeded source: the same camps every time."""

    random: random.Random
    now: datetime
    users: list[User] = field(default_factory=list)
    personas: dict[str, User] = field(default_factory=dict)

    # -- people ----------------------------------------------------------------------------------

    def people(self) -> None:
        """The five one may be."""
        for key, _name, _purpose in PERSONAS:
            address = demo_address(key)
            user = User.objects.by_email(address) or User.objects.create_user(address)
            EmailAddress.objects.get_or_create(user=user, email=address, defaults={"verified": True, "primary": True})
            self.personas[key] = user

    def name(self) -> str:
        if self.random.random() < 0.06:
            return self.random.choice(texts.PSEUDONYMS)
        first = self.random.choice(texts.FIRST)
        return first if self.random.random() < 0.4 else f"{first} {self.random.choice(texts.LAST)}."

    def open(self, **values: object) -> Camp:
        camp = open_camp(camp=Camp(**values), by=self.personas["organiser"], display_name="Morgan")
        names = {"helper": "Robin", "host": "Sasha", "attendee": "Charlie", "first-timer": "new here"}
        for key, name in names.items():
            attendee = join_camp(camp=camp, user=self.personas[key], display_name=name)
            if key == "helper":
                change_role(attendee=attendee, role=Role.HELPER)
        return camp

    def fill(self, camp: Camp, count: int) -> list[Attendee]:
        for user in self.users[:count]:
            join_camp(camp=camp, user=user, display_name=self.name())
        return list(camp.attendees.present().exclude(user=self.personas["first-timer"]).order_by("pk"))

    def persona(self, camp: Camp, key: str) -> Attendee:
        return camp.attendees.get(user=self.personas[key])

    # -- pitches and interest --------------------------------------------------------------------

    def pitch(self, camp: Camp, people: list[Attendee], rows: list[TextRow]) -> list[Pitch]:
        """The second is the host's; a few are ideas without one, a few need something."""
        slots = list(camp.slots.for_sessions())
        result = []
        for number, (topic, kind, title, about) in enumerate(rows):
            by = self.persona(camp, "host") if number == 1 else self.random.choice(people[5:] or people)
            needs = {"show": ["projector"], "talk": ["projector"]}.get(kind, [])
            pitch = Pitch(title=title, about=about, topic=topic, kind=kind, needs=needs)
            hosts = [] if title.startswith("Somebody") or self.random.random() < 0.05 else [by]
            if hosts and self.random.random() < 0.15:
                hosts.append(self.random.choice(people))
            not_in = [self.random.choice(slots)] if slots and self.random.random() < 0.1 else []
            by.camp = camp
            result.append(submit_pitch(pitch=pitch, by=by, hosts=dict.fromkeys(hosts), not_in=not_in))
        return result

    def interest(self, camp: Camp, people: list[Attendee], pitches: list[Pitch], most: int) -> None:
        """Clustered by topic, and heavy-tailed: a few pitches are wanted by very many."""
        fame = {p.pk: self.random.paretovariate(1.4) for p in pitches}
        topics = sorted({p.topic for p in pitches})
        for person in people:
            person.camp = camp
            mine = set(self.random.sample(topics, min(3, len(topics))))
            weights = [fame[p.pk] * (4 if p.topic in mine else 1) for p in pitches]
            count = min(len(pitches), max(1, int(self.random.gauss(most * 0.6, most * 0.25))))
            wanted = list(dict.fromkeys(self.random.choices(pitches, weights, k=count)))
            for number, pitch in enumerate(wanted):
                is_must = number < camp.musts_each and self.random.random() < 0.25
                level = Interest.Level.MUST if is_must else Interest.Level.INTERESTED
                set_interest(pitch=pitch, attendee=person, level=level)
        seen = self.random.sample(pitches, len(pitches) // 2)
        mark_seen(attendee=self.persona(camp, "attendee"), pitch_ids=[p.pk for p in seen])

    # -- grid and notes --------------------------------------------------------------------------

    def build(self, camp: Camp) -> None:
        """A short search, as it would have run the evening before."""
        first = camp.slots.first()
        plan = planner.build_plan(camp, now=first.starts_at - timedelta(hours=1))
        solution = planner.solve(plan, seconds=1.0, seed=1)
        apply_plan(camp=camp, rows=plan.rows(solution.placements))

    def write(self, camp: Camp, people: list[Attendee], share: float) -> None:
        for session in camp.sessions.placed().order_by("pk"):
            if self.random.random() > share:
                continue
            text = self.random.choice(texts.NOTES)
            first, second = self.random.sample(people, 2)
            save_note(session=session, text=text.split("\n\n")[0], by=first, base_revision=0)
            save_note(session=session, text=text, by=second, base_revision=1)

    def rooms(self, camp: Camp, rooms: list[tuple[str, int, list[str], str]]) -> None:
        for position, (name, capacity, features, directions) in enumerate(rooms):
            camp.rooms.create(name=name, capacity=capacity, features=features, directions=directions, position=position)

    def everyone(self, camp: Camp, day: date, rows: list[tuple[str, str, str]]) -> None:
        slots = [
            Slot(
                starts_at=camp.at(day, time.fromisoformat(start)),
                ends_at=camp.at(day, time.fromisoformat(end)),
                kind=Slot.Kind.EVERYONE,
                title=title,
            )
            for start, end, title in rows
        ]
        add_slots(camp=camp, slots=slots)


def govcamp(seeder: Seeder) -> None:
    """Pitching is open; nothing is on the grid yet."""
    day = date(2027, 1, 23)
    camp = seeder.open(
        slug="govcamp-2027", name="GovCamp 2027", tagline="A day to talk about making public services better",
        starts_on=day, ends_on=day, place="City Hall, Birmingham", hashtag="#govcamp27", accent="#2457a6",
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
        starts_on=start.date(), ends_on=(start + timedelta(hours=6)).date(), place="Fire service college",
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
    publish_grid(camp=camp)
    seeder.write(camp, people, 0.3)
    camp.save_flags(is_pitching_open=False)


def localgovcamp(seeder: Seeder) -> None:
    """Over; the notes and write-ups are in."""
    day = (seeder.now - timedelta(days=24)).astimezone(LONDON).date()
    camp = seeder.open(
        slug="localgovcamp", name="LocalGovCamp", tagline="The unconference for people in local government",
        starts_on=day, ends_on=day, place="Town Hall, Leeds", hashtag="#localgovcamp", accent="#7a3b8f",
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
    publish_grid(camp=camp)
    seeder.write(camp, people, 0.8)
    sessions = list(camp.sessions.placed().order_by("pk"))
    for session in sessions[:5]:
        url = f"https://slides.example.org/{session.pk}"
        Link.objects.create(session=session, url=url, title="Slides", by=people[0])
    authors = [seeder.persona(camp, "attendee"), seeder.persona(camp, "host"), people[8]]
    for number, (title, text) in enumerate(texts.WRITEUPS):
        session = sessions[number] if number else None
        WriteUp.objects.create(camp=camp, session=session, by=authors[number], title=title, text=text)
    WriteUp.objects.create(camp=camp, by=people[9], title="A day in Leeds", url="https://blog.example.org/localgovcamp")
    camp.save_flags(is_pitching_open=False, is_interest_open=False)


def digital_health_hack(seeder: Seeder) -> None:
    """Two days: workshops, then projects and show-and-tell. Published twice."""
    first = (seeder.now + timedelta(days=17)).astimezone(LONDON).date()
    second = first + timedelta(days=1)
    camp = seeder.open(
        slug="digital-health-hack", name="Digital Health Hack", tagline="A day to learn, a day to build",
        starts_on=first, ends_on=second, place="University hospital, Cardiff", hashtag="#dhhack", accent="#b3261e",
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
    publish_grid(camp=camp)
    last = camp.sessions.placed().order_by("-pk").first()
    unplace_session(session=last)
    publish_grid(camp=camp)


def lgovsm(seeder: Seeder) -> None:
    """A weekly hour online: a camp with one room."""
    tuesday = seeder.now.astimezone(LONDON).date()
    tuesday -= timedelta(days=(tuesday.weekday() - 1) % 7 + 14)
    weeks = [tuesday + timedelta(weeks=n) for n in range(6)]
    camp = seeder.open(
        slug="lgovsm", name="#lgovsm", tagline="Local government social media, every Tuesday at eight",
        starts_on=weeks[0], ends_on=weeks[-1], place="Online", hashtag="#lgovsm", accent="#00695c",
        description="One hour, one question, everybody types.",
    )  # fmt: skip
    camp.rooms.create(name="Online", capacity=200, features=["online"], online_url="https://meet.example.org/lgovsm")
    slots = [Slot(starts_at=camp.at(day, time(20)), ends_at=camp.at(day, time(21))) for day in weeks]
    add_slots(camp=camp, slots=slots)
    people = seeder.fill(camp, 40)
    pitches = seeder.pitch(camp, people, texts.LGOVSM)
    seeder.interest(camp, people, pitches, 5)
    seeder.build(camp)
    publish_grid(camp=camp)
    seeder.write(camp, people, 0.4)


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
