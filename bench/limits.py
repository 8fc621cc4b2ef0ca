"""`python -m bench.limits`: what the largest input costs that each form, file or text takes.

CPU time (`time.process_time`) in this process, queries, and how long the longest transaction was held: on SQLite nobody
else can write meanwhile. The table is Markdown. The database is made for the run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .databases import manage, own_database, set_up_django

DAY = "2030-01-12"


@dataclass
class Cost:
    seconds: float = 0.0
    queries: int = 0
    held: float = 0.0


@contextmanager
def measured() -> Iterator[Cost]:
    """What is done in the block."""
    from django.db import connection, transaction

    cost = Cost()
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    begun: list[float] = []

    def watched_enter(self: Any) -> None:
        enter(self)
        begun.append(time.monotonic())

    def watched_leave(self: Any, *error: Any) -> None:
        leave(self, *error)
        cost.held = max(cost.held, time.monotonic() - begun.pop())

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        cost.queries += 1
        return execute(*arguments)

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = watched_enter, watched_leave
    start = time.process_time()
    try:
        with connection.execute_wrapper(count):
            yield cost
    finally:
        cost.seconds = time.process_time() - start
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave


def people(count: int) -> dict[str, str]:
    """So many people, each with a pitch that comes after the one before, and an interest: all files at their size."""
    return {
        "attendees.csv": "attendee,display_name\n" + "".join(f"a{n},Ann {n}\n" for n in range(count)),
        "pitches.csv": "pitch,title,hosts,after\n"
        + "".join(f"p{n},Knot {n},a{n},{f'p{n - 1}' if n else ''}\n" for n in range(count)),
        "interests.csv": "attendee,pitch,level\n" + "".join(f"a{n},p{n},1\n" for n in range(count)),
    }


def circle(count: int) -> dict[str, str]:
    """Pitches each of which comes after the next, and the last after the first."""
    rows = "".join(f"p{n},Knot {n},p{(n + 1) % count}\n" for n in range(count))
    return {"pitches.csv": f"pitch,title,after\n{rows}"}


def say(what: str, cost: Cost) -> None:
    print(f"| {what} | {cost.seconds:.2f} | {cost.queries:,} | {cost.held:.2f} |", flush=True)


def measure_imports(new_camp: Callable[[str], Any]) -> None:
    from events.decoding import BY_PAGE
    from exchange.uploads import import_files

    one = {"attendees.csv": people(BY_PAGE.rows)["attendees.csv"]}
    for name, files in (
        ("8,000 rows in one file", {"attendees.csv": people(8_000)["attendees.csv"]}),
        (f"{BY_PAGE.rows:,} rows in one file", one),
        ("3 × 8,000 rows", people(8_000)),
        (f"3 × {BY_PAGE.rows:,} rows", people(BY_PAGE.rows)),
        (f"{BY_PAGE.rows:,} pitches in one circle", circle(BY_PAGE.rows)),
    ):
        camp = new_camp(name)
        for what, arguments in (("preview", {"dry_run": True}), ("import", {"skip_bad_rows": True})):
            with measured() as cost:
                import_files(camp=camp, files=files, **arguments, by=None)
            say(f"{what}: {name}", cost)


def measure_texts(camp: Any) -> None:
    from events.markdown import MOST_MARKS, to_html
    from notes.merge import merge

    base = "same\n" * 12_000
    with measured() as cost:
        merge(base, "mine\n" + base, base + "theirs\n")
    say("merge: 12,000 equal lines", cost)
    for name, text in (
        ("90 kB of brackets", "[" * 90_000),
        (f"{MOST_MARKS:,} brackets", "[" * MOST_MARKS),
        (f"{MOST_MARKS:,} stars", "*a " * MOST_MARKS),
        ("90 kB of quotes in quotes", "> " * 45_000),
    ):
        with measured() as cost:
            to_html(text)
        say(f"Markdown: {name}", cost)


def measure_pages(camp: Any) -> None:
    from django.test import Client

    from notes.models import WriteUp
    from pitches.models import Pitch

    text = "A long line about knots and ducks.\n" * 1_700
    WriteUp.objects.bulk_create([WriteUp(camp=camp, title=f"W {n}", text=text[:60_000]) for n in range(100)])
    Pitch.objects.bulk_create([Pitch(camp=camp, title=f"Knot {n}", about="a" * 10_000) for n in range(1_000)])
    client = Client()
    for name, address, data in (
        ("feed: 100 write-ups of 60,000 characters", "record/feed.atom", {}),
        ("search: one word in 1,000 pitches of 10,000 characters", "pitches/", {"q": "ducks"}),
        ("search: 8 words of 11 letters, nearly found", "pitches/", {"q": " ".join(["a" * 10 + "b"] * 8)}),
    ):
        with measured() as cost:
            response = client.get(f"/{camp.slug}/{address}", data)
        say(name if response.status_code == 200 else f"{name} ({response.status_code})", cost)


def main() -> None:
    with own_database():
        manage("migrate", "-v0")
        set_up_django()
        from events.models import Camp

        def new_camp(name: str) -> Any:
            slug = f"camp-{Camp.objects.count()}"
            camp = Camp.objects.create(slug=slug, name=name, starts_on=DAY, ends_on=DAY)
            camp.refresh_from_db()
            return camp

        print(f"Load when it began: {os.getloadavg()[0]:.1f}\n")
        print("| what | CPU s | queries | held, s |\n|---|--:|--:|--:|")
        measure_texts(new_camp("texts"))
        measure_pages(new_camp("pages"))
        measure_imports(new_camp)


if __name__ == "__main__":
    main()
