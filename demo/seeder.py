"""Fills a demo camp through the same services that the pages call."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress

from accounts.models import User
from events.frame import add_slots
from events.joining import join_camp
from events.models import Attendee, Camp, Role, Slot
from events.opening import open_camp
from events.roles import change_role
from events.worries import listen_to_worries
from notes.services import save_note
from pitches.models import Interest, Pitch
from pitches.services import mark_seen, set_interest, submit_pitch
from schedule.advice import renew_figures
from schedule.build import border
from schedule.draft.plan import apply_plan

from . import texts
from .personas import PERSONAS, demo_address

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
            attendee = join_camp(camp=camp, user=self.personas[key], display_name=name, code=camp.code)
            if key == "helper":
                change_role(attendee=attendee, role=Role.HELPER, by=None)
                listen_to_worries(attendee=attendee, listens=True, found_by="Yellow lanyard, at the desk")
        return camp

    def fill(self, camp: Camp, count: int) -> list[Attendee]:
        for user in self.users[:count]:
            join_camp(camp=camp, user=user, display_name=self.name(), code=camp.code)
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
            result.append(submit_pitch(pitch=pitch, by=by, hosts=dict.fromkeys(hosts), not_in=not_in).pitch)
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
        first = camp.slots.earliest("starts_at")
        before = first.starts_at - timedelta(hours=1)
        case = border.read_case(camp, now=before)
        solution = border.best_grid(case, seconds=1.0, seed=1)
        apply_plan(camp=camp, rows=case.rows(solution.placements), now=before)
        renew_figures(camp=camp)

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
