"""The bench of pages still runs: it stands apart from the product, so nothing else would notice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse

from bench.forms import hidden_fields
from bench.pages import Cost, Goal, Page, measure

ROOT = Path(__file__).resolve().parents[2]


def measured(*options: str) -> dict[tuple[str, str], list[str]]:
    """Page and persona → the other cells of the row, as the command prints them."""
    command = [sys.executable, "-m", "bench.pages", "--rounds", "2", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines()[2:]]
    return {(name, persona): cells for name, persona, *cells in rows}


def test_a_page_of_the_demo_is_measured_beside_the_empty_one():
    rows = measured("--only", "grid")

    assert {"bare view", "empty page", "grid, cold", "grid, 304"} <= {name for name, _persona in rows}
    ms, times_empty, queries, size, compressed, goal = rows["grid, cold", "attendee"]
    assert float(re.match(r"[\d.]+", ms)[0]) > 0
    assert float(times_empty) > 1
    assert int(queries) > 3
    assert float(size) > 5 * float(rows["grid, 304", "attendee"][3])
    assert float(size) > float(compressed) > 0
    assert goal.startswith("≤ 2 ×")


def test_a_goal_is_told_as_met_only_up_to_its_limit():
    cost = Cost(ms=6.0, times_empty=2.0, rounds=12, queries=15, size=9000, compressed=2048)

    assert cost.told_against(Goal(times_empty=2, queries=14)) == "≤ 2 ×: met; ≤ 14 queries: **missed**"
    assert cost.told_against(Goal(ms=5.9, kb=2)) == "≤ 5.9 ms: **missed**; ≤ 2 KB: met"
    assert cost.told_against(Goal()) == ""


class Looker:
    """Asks for nothing; tells what was in the cache whenever it was asked to, and leaves something there."""

    def __init__(self) -> None:
        self.found: list[object] = []
        self.etags: list[str] = []

    def request(self, page: Page, number: int = 0, etag: str = "") -> HttpResponse:
        self.found.append(cache.get("left"))
        self.etags.append(etag)
        cache.set("left", "something")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SAVEPOINT looked")
            cursor.execute("RELEASE SAVEPOINT looked")
        return HttpResponse("a" * 1000, headers={"ETag": '"known"'})


@pytest.mark.django_db
def test_caches_are_empty_for_what_is_measured_cold_and_only_for_that():
    cold, warm = Looker(), Looker()

    measure(cold, Page("board, cold", "x/", is_cold=True), Looker(), rounds=2)
    measure(warm, Page("board, warm", "x/"), Looker(), rounds=2)

    # Once to warm up, twice measured, once counted.
    assert cold.found == [None, None, None, None]
    assert warm.found == ["something"] * 4


@pytest.mark.django_db
def test_savepoints_are_no_queries_and_an_answer_that_is_not_304_is_told():
    looker = Looker()

    cost = measure(looker, Page("grid, 304", "x/", is_conditional=True), Looker(), rounds=1)

    assert cost.queries == 1
    assert cost.wrong_status == 200
    assert (cost.rounds, cost.size) == (1, 1000)
    assert cost.compressed < 100
    assert looker.etags[-1] == '"known"'


def test_hidden_fields_are_those_of_the_form_that_is_sent():
    page = (
        '<form action="/x/out/"><input type="hidden" name="a" value="1"></form>'
        '<form method="post"><input type=hidden name="seen" value="7"><input name="b" value="2"></form>'
        '<input type="hidden" name="c" value="3">'
    )

    assert hidden_fields(page, "draft/publish/") == {"seen": "7"}
