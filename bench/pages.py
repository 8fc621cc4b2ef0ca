"""`python -m bench.pages [--size demo|xl]`: what every main page costs whom, beside an empty page of the same frame.

CPU time (`time.process_time`) of Django's test client in this process, the median of 12; queries without BEGIN, COMMIT
and SAVEPOINT; bytes raw and as gzip sends them (compressing is not in the time). The same person's empty page (for
strangers an attendee's) is measured after every measurement, so that × compares what ran at the same time. The table is
Markdown. The database is made for the run.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import os
import re
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import xl
from .databases import manage, own_database, set_up_django

if TYPE_CHECKING:
    from django.http import HttpResponse

    from schedule.models import Session

#: the demo camp in which a page has most to show
DEMO_CAMPS = {"board": "govcamp-2027", "grid": "bluelightcamp", "record": "localgovcamp"}
XL_CAMPS = dict.fromkeys(DEMO_CAMPS, xl.SLUG)

STRANGER, ATTENDEE, HOST, ORGANISER = "stranger", "attendee", "host", "organiser"
EVERYBODY = (STRANGER, ATTENDEE, HOST, ORGANISER)
PEOPLE = (ATTENDEE, HOST, ORGANISER)

ROUNDS = 12
#: nobody waits an hour for the median of a page that takes a minute
MOST_SECONDS = 40.0
TRANSACTION = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE SAVEPOINT")


@dataclass(frozen=True)
class Goal:
    """What issue 14 wants reached; None = it says nothing."""

    times_empty: float | None = None
    ms: float | None = None
    queries: int | None = None
    #: compressed
    kb: float | None = None


@dataclass(frozen=True)
class Page:
    """One thing to measure. The path is filled in from `Places`."""

    name: str
    path: str
    personas: tuple[str, ...] = EVERYBODY
    #: caches are emptied before each measurement; else the page has been looked at before
    is_cold: bool = False
    #: asks with the ETag of the answer before
    is_conditional: bool = False
    #: values of the form that is sent, taken in turn; filled in like the path
    posts: tuple[Mapping[str, str], ...] = ()
    #: the part of a page that is asked for after the form, by htmx; the two are one answer to whoever pressed
    then: str = ""
    demo: Goal = field(default_factory=Goal)
    xl: Goal = field(default_factory=Goal)

    @property
    def expected(self) -> int:
        return 304 if self.is_conditional else 200


TAPS = ({"level": "1"}, {"level": "0"})
HTMX = {"HX-Request": "true"}
#: there and back again
MOVES = ({"cell": "{own_cell}"}, {"cell": "{free_cell}"})
UNCHANGED = Goal(times_empty=0.7)
TAP = Goal(ms=2, queries=5)
DRAFT, XL_DRAFT = Goal(times_empty=6, queries=14), Goal(ms=300, queries=20, kb=60)

PAGES = [
    Page("camp", "{grid}/"),
    Page("board, cold", "{board}/pitches/", is_cold=True, demo=Goal(times_empty=3)),
    Page("board, from its fragment", "{board}/pitches/", demo=Goal(times_empty=1.8)),
    Page("board, 304", "{board}/pitches/", is_conditional=True, demo=UNCHANGED, xl=UNCHANGED),
    Page("pitch", "{board}/pitches/{pitch}/"),
    Page("tap", "{board}/pitches/{pitch}/interest/", (ATTENDEE,), posts=TAPS, demo=TAP, xl=TAP),
    Page("grid, cold", "{grid}/grid/", is_cold=True, demo=Goal(times_empty=2), xl=Goal(ms=60, kb=30)),
    Page("grid, warm", "{grid}/grid/", demo=Goal(times_empty=2), xl=Goal(ms=60, kb=30)),
    Page("grid, 304", "{grid}/grid/", is_conditional=True, demo=UNCHANGED, xl=UNCHANGED),
    Page("version", "{grid}/grid/versions/1/"),
    Page("session", "{grid}/sessions/{session}/", demo=Goal(times_empty=2)),
    Page("mine", "{grid}/my/", PEOPLE, demo=Goal(times_empty=2)),
    Page("calendar, cold", "{grid}/calendar.ics", (STRANGER, ATTENDEE), is_cold=True, demo=Goal(times_empty=2)),
    Page("calendar, from the version's cache", "{grid}/calendar.ics", (STRANGER, ATTENDEE), demo=Goal(times_empty=0.5)),
    Page(
        "calendar, 304", "{grid}/calendar.ics", (STRANGER, ATTENDEE), is_conditional=True, demo=UNCHANGED, xl=UNCHANGED
    ),
    Page("my calendar", "{grid}/my/{calendar_key}.ics", (ATTENDEE,)),
    Page("record", "{record}/record/"),
    Page("feed", "{record}/record/feed.atom", (STRANGER,)),
    Page("draft, cold", "{grid}/draft/", (ORGANISER,), is_cold=True, demo=DRAFT, xl=XL_DRAFT),
    Page("draft, kept", "{grid}/draft/", (ORGANISER,), demo=DRAFT, xl=XL_DRAFT),
    Page("place", "{grid}/draft/pitches/{placed_pitch}/place/", (ORGANISER,)),
    Page("all cells' costs of one pitch", "{grid}/bench/cells/{placed_pitch}/", (ORGANISER,), xl=Goal(ms=150)),
    Page(
        "move, and the board after it",
        "{grid}/draft/pitches/{placed_pitch}/place/",
        (ORGANISER,),
        posts=MOVES,
        then="{grid}/draft/",
        xl=Goal(ms=150),
    ),
    Page("figures", "{grid}/draft/figures/", (ORGANISER,)),
    Page("repair", "{grid}/draft/repair/", (ORGANISER,)),
    Page("publish", "{grid}/draft/publish/", (ORGANISER,)),
    Page("people", "{board}/people/", (ORGANISER,)),
    Page("settings", "{board}/settings/", (ORGANISER,)),
    Page("export", "{grid}/export/", (ORGANISER,)),
    Page("export as JSON", "{grid}/export/json/", (ORGANISER,)),
]
EMPTY = Page("empty page", "{grid}/bench/empty/", PEOPLE)
BARE = Page("bare view", "bench/bare/", EVERYBODY)


@dataclass(frozen=True)
class Cost:
    """What one page cost one persona; `ms` and `times_empty` are medians of `rounds`."""

    ms: float
    #: beside the empty page of the same round
    times_empty: float
    rounds: int
    queries: int
    size: int
    compressed: int
    #: how it answered, where that was not what was asked for
    wrong_status: int | None = None

    def told_against(self, goal: Goal) -> str:
        """The goals with their verdict; nothing where there is none."""
        told = []
        for wanted, got, unit in (
            (goal.times_empty, self.times_empty, "×"),
            (goal.ms, self.ms, "ms"),
            (goal.queries, self.queries, "queries"),
            (goal.kb, self.compressed / 1024, "KB"),
        ):
            if wanted is not None:
                told.append(f"≤ {wanted:g} {unit}: {'met' if got <= wanted else '**missed**'}")
        return "; ".join(told)


class Visitor:
    """A persona with a browser of their own, and the addresses that are theirs."""

    def __init__(self, persona: str, things: Mapping[str, object]) -> None:
        from django.test import Client

        from accounts.models import User
        from events.models import Attendee

        self.client = Client()
        self.things = dict(things)
        if persona == STRANGER:
            return
        user = User.objects.get(email=xl.address_of(persona))
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        me = Attendee.objects.filter(user=user, camp__slug=things["grid"]).first()
        self.things["calendar_key"] = me.calendar_key if me else ""

    def request(self, page: Page, number: int = 0, etag: str = "") -> HttpResponse:
        path = "/" + page.path.format_map(self.things)
        if page.posts:
            fields = {name: text.format_map(self.things) for name, text in page.posts[number % len(page.posts)].items()}
            if page.then:
                done = self.client.post(path, fields, headers=HTMX)
                # Refused, it would measure a board that is kept.
                assert done.status_code == 302, done.status_code
                return self.client.get("/" + page.then.format_map(self.things), headers=HTMX)
            answer = self.client.post(path, fields, headers={"Accept": "application/json"})
        else:
            answer = self.client.get(path, headers={"If-None-Match": etag} if etag else None)
        return answer


def things_of(camps: Mapping[str, str]) -> dict[str, object]:
    """What the paths of pages are filled in with: camps, and a pitch and a session with something to show."""
    from pitches.models import Pitch
    from schedule.models import Session

    things: dict[str, object] = dict(camps)
    host = xl.address_of(HOST)
    pitch = Pitch.objects.filter(camp__slug=camps["board"], hosts__user__email=host).first()
    rows = Session.objects.filter(camp__slug=camps["grid"], placements__isnull=False).order_by("pk")
    session = rows.filter(pitch__hosts__user__email=host).first() or rows.first()
    if pitch:
        things["pitch"] = pitch.pk
    if session:
        things |= {"session": session.pk, "placed_pitch": session.pitch_id}
        things |= _cells(session)
    return things


def _cells(session: Session) -> dict[str, str]:
    """Where it stands on the draft, and where nothing does, as the page of places names them; none in a full grid."""
    from schedule.models import Cell

    own = session.cells.values_list("slot_id", "room_id").earliest("slot__starts_at")
    taken = set(Cell.objects.filter(session__camp=session.camp).values_list("slot_id", "room_id"))
    slots = session.camp.slots.for_sessions().values_list("pk", flat=True)
    rooms = session.camp.rooms.values_list("pk", flat=True)
    free = next(((slot, room) for slot in slots for room in rooms if (slot, room) not in taken), None)
    return {"own_cell": f"{own[0]}-{own[1]}", "free_cell": f"{free[0]}-{free[1]}"} if free else {}


def clear_caches() -> None:
    from django.core.cache import caches

    from events.caching import memory, pieces

    for cache in caches.all(initialized_only=True):
        cache.clear()
    memory.forget()
    pieces.forget()


def cpu_ms(visitor: Visitor, page: Page, number: int, etag: str = "") -> tuple[float, HttpResponse]:
    started = time.process_time()
    answer = visitor.request(page, number, etag)
    return 1000 * (time.process_time() - started), answer


def measure(visitor: Visitor, page: Page, reader: Visitor, rounds: int) -> Cost:
    """The page as `visitor` asks for it, in turn with the empty page as `reader` does."""
    times, empty_times, etag = [], [], ""
    end = time.monotonic() + MOST_SECONDS
    for number in range(-1, rounds):
        if page.is_cold:
            clear_caches()
        if page.is_conditional:
            etag = visitor.request(page).headers.get("ETag", '"none"')
        ms, _answer = cpu_ms(visitor, page, number, etag)
        empty_ms, _answer = cpu_ms(reader, EMPTY, number)
        is_late = time.monotonic() > end
        # The first one fills what a process fills once; beside a page that takes a minute that is nothing.
        if number >= 0 or is_late:
            times.append(ms)
            empty_times.append(empty_ms)
        if is_late:
            break
    if page.is_cold:
        clear_caches()
    queries, answer = counted(visitor, page, rounds, etag)
    return Cost(
        ms=statistics.median(times),
        times_empty=statistics.median(own / empty for own, empty in zip(times, empty_times, strict=True)),
        rounds=len(times),
        queries=queries,
        size=len(answer.content),
        compressed=len(gzip.compress(answer.content, 6)),
        wrong_status=None if answer.status_code == page.expected else answer.status_code,
    )


def counted(visitor: Visitor, page: Page, number: int, etag: str) -> tuple[int, HttpResponse]:
    """Queries of one more request, and its answer: counting costs time, so it is not the one that was measured."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = visitor.request(page, number, etag)
    return sum(not TRANSACTION.match(query["sql"]) for query in captured.captured_queries), answer


@dataclass(frozen=True)
class Size:
    """How large the camps are, and which goals are for them."""

    camps: Mapping[str, str]
    goals: str

    def make(self, wanted: list[Page]) -> None:
        """The camps that these pages show."""
        if self.goals == "xl":
            xl.make_camp()
            return
        paths = " ".join(page.path for page in [EMPTY, *wanted])
        for name, slug in self.camps.items():
            if "{" + name + "}" in paths:
                manage("seed_demo", "--camp", slug)


SIZES = {"demo": Size(DEMO_CAMPS, "demo"), "xl": Size(XL_CAMPS, "xl")}


def costs(size: Size, wanted: list[Page], rounds: int) -> Iterator[tuple[Page, str, Cost]]:
    things = things_of(size.camps)
    visitors = {persona: Visitor(persona, things) for persona in EVERYBODY}
    # As a process of the web server does before its first request.
    gc.collect()
    gc.freeze()
    for page in (BARE, EMPTY, *wanted):
        if page.posts is MOVES and "free_cell" not in things:
            # The grid of the demo is full: nothing can be moved there and back.
            continue
        for persona in page.personas:
            # The same frame without content: an organiser's has more links than an attendee's.
            reader = visitors[persona if persona in EMPTY.personas else ATTENDEE]
            yield page, persona, measure(visitors[persona], page, reader, rounds)


def row(page: Page, persona: str, cost: Cost, goal: Goal) -> str:
    name = page.name + (f" (answers {cost.wrong_status})" if cost.wrong_status else "")
    median = f"{cost.ms:.1f}" + (f" ({cost.rounds} ×)" if cost.rounds < ROUNDS else "")
    cells = [
        name, persona, median, f"{cost.times_empty:.1f}", cost.queries,
        f"{cost.size / 1024:.1f}", f"{cost.compressed / 1024:.1f}", cost.told_against(goal),
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="demo")
    parser.add_argument("--only", metavar="NAME", nargs="+", default=[""], help="pages whose name begins so")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    wanted = [page for page in PAGES if page.name.startswith(tuple(options.only))]
    if not wanted:
        parser.error("There is no such page. There are: " + "; ".join(page.name for page in PAGES))
    size: Any = SIZES[options.size]
    with own_database() as folder:
        os.environ["BENCH_FOLDER"] = str(folder)
        set_up_django("bench.settings")
        manage("collectstatic", "--noinput", "-v0")
        manage("migrate", "-v0")
        size.make(wanted)
        print("| page | who | CPU ms | × empty page | queries | KB | KB gzip | goal |")
        print("|---|---|--:|--:|--:|--:|--:|---|")
        for page, persona, cost in costs(size, wanted, options.rounds):
            print(row(page, persona, cost, getattr(page, size.goals)), flush=True)
        from django.db import connections

        # A server throws no database away that somebody is connected to.
        connections.close_all()


if __name__ == "__main__":
    main()
