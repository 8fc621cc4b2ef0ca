"""`python -m bench.herd`: a grid is published while 250 and 1,000 phones look at it.

Every phone is somebody else, signed in, and has the grid open. A phone asks as the page does: `?seen=` its stamp, by
htmx, compressed, on a connection of its own (the server keeps none for the 45 s between two asks). First all ask
while nothing changed, then the organiser publishes, then all ask again within two seconds. A late start counts as
waiting. SQLite without more; PostgreSQL and Redis when DATABASE_URL and REDIS_URL name them.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import http.client
import random
import re
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from .forms import hidden_fields
from .serving import FORM_HEADERS, HOST, cookies_of, demo, served

if TYPE_CHECKING:
    from events.models import Attendee, Camp
    from schedule.models import Session

SLUG = "bluelightcamp"
#: all ask again within these seconds
SPREAD = 2.0
PATIENCE = 30.0
#: no slot begins or ends in the seconds that a publish and all that is asked about it may take
CALM = 100.0
#: phones and the seconds after publishing within which the last of them is answered; None = nothing is wanted
GOALS = {250: None, 1000: 3.0}
STAMP = re.compile(rf"/{SLUG}/grid/\?seen=([^&\"]+)")


@dataclass
class Phone:
    cookie: str
    #: of the grid it shows
    stamp: str = ""

    @property
    def path(self) -> str:
        return f"/{SLUG}/grid/" + (f"?seen={self.stamp}" if self.stamp else "")


@dataclass(frozen=True)
class Answer:
    """What a phone got."""

    #: moments, by the clock of `time.monotonic`
    asked: float
    answered: float
    #: what came through the network, read only when nobody waits any more
    raw: bytes

    @property
    def seconds(self) -> float:
        return self.answered - self.asked

    @cached_property
    def status(self) -> int:
        """0 = there was no answer."""
        return int(self.raw.split(b" ", 2)[1]) if self.raw.startswith(b"HTTP/") else 0

    @cached_property
    def stamp(self) -> str:
        """Of the grid that came; empty when none did, or not all of it."""
        head, _blank, body = self.raw.partition(b"\r\n\r\n")
        try:
            text = gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body
        except (EOFError, OSError):
            return ""
        found = STAMP.search(text.decode())
        return found[1] if found else ""


# -- phones --------------------------------------------------------------------------------------


async def ask(port: int, phone: Phone, at: float) -> Answer:
    """The phone asks at that moment."""
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    try:
        raw = await asyncio.wait_for(_get(port, phone), PATIENCE)
    except (OSError, TimeoutError):
        raw = b""
    return Answer(at, time.monotonic(), raw)


async def _get(port: int, phone: Phone) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(
            f"GET {phone.path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {phone.cookie}\r\nHX-Request: true\r\n"
            "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
        )
        return await reader.read(-1)
    finally:
        writer.close()


async def ask_all(port: int, phones: list[Phone], rng: random.Random, spread: float = SPREAD) -> list[Answer]:
    """All ask within `spread` seconds from now, each when it happens to."""
    now = time.monotonic()
    return await asyncio.gather(*(ask(port, phone, now + rng.uniform(0, spread)) for phone in phones))


async def open_grid(port: int, phones: list[Phone], rng: random.Random) -> None:
    """Every phone shows the grid, whatever it showed before."""
    for phone in phones:
        phone.stamp = ""
    answers = await ask_all(port, phones, rng, spread=len(phones) / 50)
    if missing := Counter(answer.status for answer in answers if not answer.stamp):
        raise SystemExit(f"Not every phone got the grid with a stamp to ask with; statuses: {dict(missing)}.")
    _remember(phones, answers)


def _remember(phones: list[Phone], answers: list[Answer]) -> None:
    for phone, answer in zip(phones, answers, strict=True):
        phone.stamp = answer.stamp or phone.stamp


def is_unchanged(phone: Phone, answer: Answer) -> bool:
    return answer.status == 204


def is_new(phone: Phone, answer: Answer) -> bool:
    return answer.status == 200 and answer.stamp not in ("", phone.stamp)


# -- the camp ------------------------------------------------------------------------------------


def fill(camp: Camp, count: int, rng: random.Random) -> list[Attendee]:
    """`count` people in the camp, with wishes; the organisers are not among them."""
    from accounts.models import User
    from events.models import Attendee, Role
    from pitches.models import Interest

    known = camp.attendees.present().exclude(role=Role.ORGANISER)
    missing = range(max(0, count - known.count()))
    users = User.objects.bulk_create(User(email=f"phone-{n}@demo.campgrid.example", password="!") for n in missing)
    people = Attendee.objects.bulk_create(
        Attendee(camp=camp, user=user, display_name=f"Phone {n}") for n, user in enumerate(users)
    )
    pitches = list(camp.pitches.open())
    Interest.objects.bulk_create(
        Interest(pitch=pitch, attendee=person) for person in people for pitch in rng.sample(pitches, 6)
    )
    return list(known.select_related("user")[:count])


class Organiser:
    """Moves two sessions and publishes, through the pages that are there for it."""

    def __init__(self, port: int, camp: Camp) -> None:
        self.port = port
        [self.cookie] = cookies_of(camp.attendees.organisers().select_related("user")[:1])
        rows = camp.sessions.filter(cells__isnull=False, pitch__length=1).order_by("pk")
        self.pair = list(rows[:2])

    def publish(self) -> None:
        """Two sessions have changed places on a new version."""
        self.swap(*self.pair)
        page = self._send("GET", "draft/publish/")
        self._send("POST", "draft/publish/", {**hidden_fields(page, "draft/publish/"), "accept_broken": 1})

    def swap(self, one: Session, other: Session) -> None:
        """They change places on the draft."""
        self._send("POST", f"draft/pitches/{one.pitch_id}/place/?running={one.pk}", {"swap": other.pk})

    def _send(self, method: str, path: str, values: dict[str, object] | None = None) -> str:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        body = urlencode(values) if values else None
        connection.request(method, f"/{SLUG}/{path}", body, FORM_HEADERS | {"Cookie": self.cookie})
        answer = connection.getresponse()
        if answer.status != (302 if method == "POST" else 200):
            raise SystemExit(f"{method} {path} was refused: {answer.status}")
        return answer.read().decode()


# -- the measurement -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Herd:
    """How one publish went."""

    phones: int
    #: seconds from the moment the organiser had their answer until the last phone had its own
    last: float
    waited: list[float]
    #: what phones got instead, and how many
    wrong: Counter[str]
    #: how long phones waited for "nothing new"
    unchanged: list[float]

    def row(self) -> str:
        goal = GOALS.get(self.phones)
        verdict = ""
        if goal is not None:
            verdict = f"≤ {goal:g} s, 0 errors: {'met' if self.last <= goal and not self.wrong else '**missed**'}"
        p95 = statistics.quantiles(self.waited, n=20)[-1]
        quiet = statistics.quantiles(self.unchanged, n=20)[-1]
        return (
            f"| {self.phones:,} | {self.last:.2f} | {statistics.median(self.waited):.2f} | {p95:.2f} "
            f"| {max(self.waited):.2f} | {_told(self.wrong)} | {quiet:.2f} | {verdict} |"
        )


def _told(wrong: Counter[str]) -> str:
    """How many errors, and of which kinds."""
    kinds = ", ".join(f"{count} × {kind}" for kind, count in wrong.most_common())
    return f"{wrong.total()}" + (f": {kinds}" if kinds else "")


def wrong_answers(
    when: str, phones: list[Phone], answers: Iterable[Answer], is_right: Callable[[Phone, Answer], bool]
) -> Counter[str]:
    """What phones got that they should not: the status, 0 for no answer, and when."""
    pairs = zip(phones, answers, strict=True)
    return Counter(f"{answer.status} {when}" for phone, answer in pairs if not is_right(phone, answer))


def until_next_edge(edges: Iterable[float], now: float) -> float:
    """Seconds until a slot begins or ends: then every grid changes once more, whoever publishes."""
    return min((edge - now for edge in edges if edge > now), default=float("inf"))


async def publish_to(port: int, phones: list[Phone], organiser: Organiser, rng: random.Random) -> Herd:
    quiet = await ask_all(port, phones, rng)
    wrong = wrong_answers("while nothing changed", phones, quiet, is_unchanged)
    await asyncio.to_thread(organiser.publish)
    published = time.monotonic()
    answers = await ask_all(port, phones, rng)
    wrong += wrong_answers("after the publish", phones, answers, is_new)
    _remember(phones, answers)
    last = max(answer.answered for answer in answers) - published
    return Herd(len(phones), last, [a.seconds for a in answers], wrong, [a.seconds for a in quiet])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, nargs="+", default=list(GOALS))
    parser.add_argument("--rounds", type=int, default=3, help="publishes for each number of phones")
    options = parser.parse_args()
    # Every phone that waits holds a connection open.
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rng = random.Random(1)
    with demo(SLUG), served() as port:
        from events.models import Camp

        camp = Camp.objects.get(slug=SLUG)
        people = fill(camp, max(options.phones), rng)
        phones = [Phone(cookie) for cookie in cookies_of(people)]
        organiser = Organiser(port, camp)
        print("| phones | all answered after s | p50 s | p95 s | longest s | errors | unchanged, p95 s | goal |")
        print("|--:|--:|--:|--:|--:|--:|--:|---|")
        for count in options.phones:
            looking = phones[:count]
            edges = [moment.timestamp() for slot in camp.slots.all() for moment in (slot.starts_at, slot.ends_at)]
            is_open = False
            for _round in range(options.rounds):
                # A slot that begins meanwhile changes "now" on every grid: phones that were opened before it get a page
                # where "nothing new" is wanted, which is right, and not what is measured.
                while (calm := until_next_edge(edges, time.time())) < CALM:
                    time.sleep(calm + 1)
                    is_open = False
                if not is_open:
                    asyncio.run(open_grid(port, looking, rng))
                    is_open = True
                print(asyncio.run(publish_to(port, looking, organiser, rng)).row(), flush=True)


if __name__ == "__main__":
    main()
