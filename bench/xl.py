"""`python -m bench.xl`: a camp of 1,000 sessions, 40 slots × 30 rooms and 5,000 people, always the same.

It is written into DATABASE_URL (without it, into campgrid-xl.sqlite3 in the folder for temporary files), which has to
be empty. Rows are written in bulk; what publishing makes is made by publishing. Only models and addresses are used,
so that the same file makes the camp with an older state of the product.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .databases import manage, set_up_django
from .forms import hidden_fields

if TYPE_CHECKING:
    from django.db.models import Model
    from django.test import Client

    from events.models import Attendee, Camp, Room, Slot
    from pitches.models import Pitch
    from schedule.models import Session

SLUG = "camp-of-a-thousand"
SESSIONS, SLOTS, ROOMS, PEOPLE, DAYS = 1000, 40, 30, 5000, 5
#: doubles fill rooms of their own, so that a single never stands in the way of a second half
DOUBLES, SINGLE_ROOMS = 30, 25
#: a Monday: the camp neither runs nor is over for some time, so its pages do not depend on the day they are measured
FIRST_DAY = datetime(2030, 6, 3, tzinfo=ZoneInfo("Europe/London"))
TOPICS = [
    f"{field} {what}"
    for field in ("Data", "Health", "Schools", "Housing", "Climate", "Transport", "Libraries", "Care")
    for what in ("and people", "in the open", "on paper", "next year", "gone wrong")
]
WORDS = (
    "council open ledger bridge service map budget night form queue letter garden signal trust harbour data clinic "
    "radio winter answer public shelter ticket window school river record promise neighbour paper street kitchen"
).split()
#: who signs in on the bench: e-mail as in the demo, name
PERSONAS = {"organiser": "Morgan", "host": "Sasha", "attendee": "Charlie"}


def address_of(persona: str) -> str:
    return f"{persona}@demo.campgrid.example"


def make_camp(seed: int = 1) -> Camp:
    """The camp, with a first version, a second one in which sessions moved, and a draft that differs again."""
    from django.test import Client

    rng = random.Random(seed)
    camp, rooms, slots = _frame()
    people = _people(camp, rng)
    pitches = _pitches(camp, people, slots, rng)
    _wishes(people, pitches, rng)
    sessions = _sessions(camp, pitches, people[0], rooms, slots)
    organiser = Client()
    organiser.force_login(people[0].user, backend="django.contrib.auth.backends.ModelBackend")
    publish(organiser)
    _swap(organiser, sessions, rng, pairs=15)
    publish(organiser)
    _swap(organiser, sessions, rng, pairs=3)
    _record(camp, organiser, sessions, people, rng)
    return camp


def _text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def _saved(rows: Iterable[Model]) -> list[Any]:
    """The rows with their ids, in their order, in as few statements as the database takes."""
    rows = list(rows)
    return list(type(rows[0])._default_manager.bulk_create(rows, batch_size=2000))


def _frame() -> tuple[Camp, list[Room], list[Slot]]:
    """Five days of eight slots, with a lunch for everybody in the middle."""
    from events.models import Camp, Room, Slot

    last_day = FIRST_DAY + timedelta(days=DAYS - 1)
    camp = Camp.objects.create(
        slug=SLUG, name="Camp of a Thousand", starts_on=FIRST_DAY.date(), ends_on=last_day.date(), venue="Everywhere"
    )
    rooms = _saved(
        Room(
            camp=camp, position=r, name=f"Room {r + 1}", capacity=max(12, round(PEOPLE / 2 * 0.85**r)),
            features=["projector", "step-free"] if r % 3 else ["projector"],
            building="North wing" if r % 2 else "South wing", directions=f"Floor {r // 10}",
        )
        for r in range(ROOMS)
    )  # fmt: skip
    slots, per_day = [], SLOTS // DAYS
    for day in (FIRST_DAY + timedelta(days=d) for d in range(DAYS)):
        for hour in range(per_day + 1):
            start, is_lunch = day + timedelta(hours=9 + hour), hour == per_day // 2
            kind, title = (Slot.Kind.EVERYONE, "Lunch") if is_lunch else (Slot.Kind.SESSIONS, "")
            slots.append(
                Slot(camp=camp, starts_at=start, ends_at=start + timedelta(minutes=60), kind=kind, title=title)
            )
    return camp, rooms, [slot for slot in _saved(slots) if slot.kind == Slot.Kind.SESSIONS]


def _people(camp: Camp, rng: random.Random) -> list[Attendee]:
    """The organiser first, then the host of a famous pitch, then an attendee; then everybody else."""
    from accounts.models import User
    from events.models import Attendee, Role

    addresses = [address_of(persona) for persona in PERSONAS]
    addresses += [f"person-{n}@demo.campgrid.example" for n in range(PEOPLE - len(addresses))]
    # An unusable password starts with "!": hashing none of them saves a minute.
    users = _saved(User(email=address, password=f"!{n:040d}") for n, address in enumerate(addresses))
    names = list(PERSONAS.values())
    names += [f"{rng.choice(WORDS).capitalize()} {rng.choice('ABCDEFGHJKLMNOPRSTW')}." for _ in users[len(names) :]]
    roles = [Role.ORGANISER] + [Role.HELPER if n % 250 == 249 else Role.ATTENDEE for n in range(1, PEOPLE)]
    return _saved(
        Attendee(camp=camp, user=user, display_name=name, role=role)
        for user, name, role in zip(users, names, roles, strict=True)
    )


def _pitches(camp: Camp, people: list[Attendee], slots: list[Slot], rng: random.Random) -> list[Pitch]:
    """The most famous first, one host each from the second person on; every twentieth has the next one's host, too."""
    from pitches.models import Pitch

    pitches = _saved(
        Pitch(
            camp=camp, title=_text(rng, 6)[:-1], about=_text(rng, rng.randint(20, 90)), topic=rng.choice(TOPICS),
            kind=rng.choice(Pitch.Kind.values), needs=["projector"] if rng.random() < 0.3 else [],
            length=2 if is_double(rank) else 1, proposed_by=people[rank + 1],
        )
        for rank in range(SESSIONS)
    )  # fmt: skip
    ranks = [(rank, rank) for rank in range(SESSIONS)]
    ranks += [(rank, rank + 1) for rank in range(0, SESSIONS - DOUBLES - 1, 20)]
    hosting, ruling_out = Pitch.hosts.through, Pitch.not_in.through
    _saved(hosting(pitch=pitches[rank], attendee=people[host + 1]) for rank, host in ranks)
    # A slot that the layout below does not give to the pitch.
    _saved(ruling_out(pitch=pitches[rank], slot=slots[(rank + 7) % SLOTS]) for rank in range(0, SESSIONS - DOUBLES, 10))
    return pitches


def is_double(rank: int) -> bool:
    """The least famous ones run for two slots."""
    return rank >= SESSIONS - DOUBLES


def _wishes(people: list[Attendee], pitches: list[Pitch], rng: random.Random) -> None:
    """5 to 20 wishes each, drawn to two topics of one's own and to what is famous: 44,000, up to 2,000 for one."""
    from pitches.models import Interest, Sight

    fame = sorted((rng.paretovariate(1.5) for _ in pitches), reverse=True)
    interests, sights = [], []
    for person in people:
        liked = rng.sample(TOPICS, 2)
        weights = [pull * (5 if p.topic in liked else 1) for pull, p in zip(fame, pitches, strict=True)]
        wished = dict.fromkeys(rng.choices(range(len(pitches)), weights, k=5 + min(15, int(rng.expovariate(1 / 5)))))
        for number, rank in enumerate(wished):
            level = Interest.Level.MUST if number < 3 and rng.random() < 0.25 else Interest.Level.INTERESTED
            interests.append(Interest(pitch=pitches[rank], attendee=person, level=level))
        unwished = set(rng.sample(range(len(pitches)), 10)).difference(wished)
        sights += [Sight(pitch=pitches[rank], attendee=person) for rank in sorted(unwished)]
    _saved(interests)
    _saved(sights)


def _sessions(camp: Camp, pitches: list[Pitch], by: Attendee, rooms: list[Room], slots: list[Slot]) -> list[Session]:
    """All placed: by fame, the largest rooms first. No host is in two rooms at once, nobody is where they cannot be."""
    from schedule.models import Cell, Draft, Session

    sessions = _saved(Session(camp=camp, pitch=p, is_pinned=n % 50 == 0, moved_by=by) for n, p in enumerate(pitches))
    cells = []
    for rank, session in enumerate(sessions):
        room, starts = _place(rank)
        cells += [Cell(session=session, room=rooms[room], slot=slots[slot]) for slot in starts]
    _saved(cells)
    Draft.objects.update_or_create(camp=camp, defaults={"revision": 1})
    return sessions


def _place(rank: int) -> tuple[int, Sequence[int]]:
    """The room and the slots of the pitch of that rank."""
    if not is_double(rank):
        return rank // SLOTS, (rank % SLOTS,)
    number = rank - (SESSIONS - DOUBLES)
    first = 2 * (number % (SLOTS // 2))
    return SINGLE_ROOMS + number // (SLOTS // 2), (first, first + 1)


def _post(client: Client, path: str, **values: object) -> None:
    """A form is sent, and taken."""
    answer = client.post(f"/{SLUG}/{path}", values)
    if answer.status_code != 302:
        raise SystemExit(f"{path} was refused: {answer.status_code}")


def publish(organiser: Client) -> None:
    """As the organiser does it: the page, then its button."""
    page = organiser.get(f"/{SLUG}/draft/publish/").content.decode()
    _post(organiser, "draft/publish/", **hidden_fields(page, "draft/publish/"), accept_broken=1)


def _swap(organiser: Client, sessions: list[Session], rng: random.Random, pairs: int) -> None:
    """Neighbours by fame change places; those of ranks that share a host, or are pinned, stay."""
    free = [rank for rank in range(0, SESSIONS - DOUBLES - 2, 2) if rank % 50 > 2]
    for rank in rng.sample(free, pairs):
        one, other = sessions[rank], sessions[rank + 1]
        _post(organiser, f"draft/pitches/{one.pitch_id}/place/?running={one.pk}", swap=other.pk)


def _record(camp: Camp, organiser: Client, sessions: list[Session], people: list[Attendee], rng: random.Random) -> None:
    """Notes on 300 sessions, under a stricter rule on some; slides of 200, write-ups of 120."""
    from notes.models import Link, Note, NoteRevision, WriteUp

    noted = rng.sample(sessions, 300)
    texts = ["\n\n".join(f"* {_text(rng, 20)}" for _ in range(8)) for _ in noted]
    notes = _saved(Note(session=session, text=text, revision=1) for session, text in zip(noted, texts, strict=True))
    _saved(NoteRevision(note=note, number=1, text=note.text, by=rng.choice(people)) for note in notes)
    for session in noted[:30]:
        _post(organiser, f"sessions/{session.pk}/notes/rule/", rule="attendees")
    slides = rng.sample(sessions, 200)
    _saved(
        Link(session=session, url=f"https://slides.example.org/{n}", title="Slides", by=people[n])
        for n, session in enumerate(slides)
    )
    _saved(
        WriteUp(
            camp=camp, session=session, by=people[n], title=_text(rng, 5),
            text="\n\n".join(_text(rng, 40) for _ in range(3)),
        )
        for n, session in enumerate(rng.sample(sessions, 120))
    )  # fmt: skip


def main() -> None:
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(tempfile.gettempdir()) / 'campgrid-xl.sqlite3'}")
    set_up_django()
    manage("migrate", "-v0")
    started = time.monotonic()
    camp = make_camp()
    counts = {name: getattr(camp, name).count() for name in ("sessions", "rooms", "slots", "attendees")}
    print(f"/{camp.slug}/ in {os.environ['DATABASE_URL']}, {time.monotonic() - started:.0f} s: {counts}")


if __name__ == "__main__":
    main()
