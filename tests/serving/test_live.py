"""What changes is told to whoever listens, by one server or two, and whatever is killed meanwhile."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bench.processes import ROOT, Browser, Served, environment_of, eventually, run

from .listening import Listening, token_for
from .long_build import SLUG

BUMP = "from events import stamps; from events.models import Camp; stamps.bump(Camp.objects.get(slug='{}'), 'grid')"
PAGE = f"/{SLUG}/grid/"


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """Of its own: a camp of the demo is in it."""
    environment = environment_of(tmp_path_factory.mktemp("live"))
    run(ROOT, environment, "migrate", "-v0")
    run(ROOT, environment, "collectstatic", "--noinput", "-v0")
    return environment


@pytest.fixture(scope="module")
def _camp(environment, _one_server) -> None:
    run(
        _one_server.home,
        environment,
        "shell",
        "-v0",
        "-c",
        "from tests.serving.long_build import make_camp; make_camp()",
    )


@pytest.fixture
def site(served, _camp) -> Served:
    return served


@pytest.fixture
def bump(site):
    """From outside of all of its processes."""
    return lambda: run(site.home, site.environment, "shell", "-v0", "-c", BUMP.format(SLUG))


@pytest.fixture
def listen() -> Iterator[object]:
    opened = []

    def listen(served: Served) -> Listening:
        eventually(lambda: token_for(served, PAGE))
        opened.append(Listening(served, token_for(served, PAGE)))
        return opened[-1]

    yield listen
    for listening in opened:
        listening.close()


def test_what_changes_is_told(site, bump, listen):
    page = listen(site)
    before = page.numbers()["grid"]
    bump()
    page.hears("grid", above=before)
    assert set(page.numbers()) == {"grid", "frame", "people", "pitches"}


def test_it_takes_no_thread_of_the_web_server(site, listen):
    """It has eight in all."""
    pages = [listen(site) for _ in range(30)]
    eventually(lambda: all("grid" in page.numbers() for page in pages))
    assert site.get()[0] == 200


def test_after_the_web_server_was_killed_it_is_heard_all_the_same(site, bump, listen):
    page = listen(site)
    before = page.numbers()["grid"]
    for pid in [*site.parts()["web"], *site.parts()["web worker"]]:
        os.kill(pid, signal.SIGKILL)
    bump()
    page.hears("grid", above=before)
    eventually(site.is_whole)


def test_who_comes_back_after_it_was_killed_is_told_what_changed_meanwhile(site, bump, listen):
    page = listen(site)
    before = page.numbers()["grid"]
    [pid] = site.parts()["events"]
    os.kill(pid, signal.SIGKILL)
    eventually(page.is_over)
    bump()
    # Comes to the door while nobody is there, maybe: then it waits.
    listen(site).hears("grid", above=before)
    eventually(site.is_whole)


def test_a_reload_lets_all_go_and_has_them_again(site, bump, listen):
    page, starts = listen(site), site.starts()
    before = page.numbers()["grid"]
    site.process.send_signal(signal.SIGHUP)
    site.has_started(after=starts)
    eventually(page.is_over)
    bump()
    listen(site).hears("grid", above=before)
    eventually(site.is_whole)


def test_whoever_has_no_token_is_refused(site):
    listening = Listening(site, "7 9999999999 draft=1:forged")
    eventually(listening.is_over)
    assert listening.data.startswith(b"HTTP/1.1 403 ")


# -- two servers, PostgreSQL and Redis -----------------------------------------------------------------


def frame_of(two) -> int:
    return int(two.postgres.ask("SELECT coalesce(max(number), 0) FROM events_stamp WHERE part = 'frame'")[0][0])


@pytest.fixture
def save(two):
    """On the first server, by its organiser; the number that the frame had before."""
    olga, names = Browser(), (f"Room {secrets.token_hex(4)}" for _ in iter(int, 1))
    olga.get(two.first, "/demo/")
    assert olga.post(two.first, "/demo/sign-in/", persona="organiser", camp=SLUG)[0] == 200
    [(room,)] = two.postgres.ask("SELECT min(id) FROM events_room")

    def save() -> int:
        before = frame_of(two)
        assert olga.post(two.first, f"/{SLUG}/rooms/{room}/", name=next(names), capacity=20)[0] == 200
        assert frame_of(two) > before
        return before

    return save


def test_what_is_saved_on_one_is_told_by_the_other(two, save, listen):
    page = listen(two.second)
    page.hears("frame", above=save())


def test_while_redis_is_away_it_is_told_all_the_same_and_when_it_is_back_too(two, save, listen):
    page = listen(two.second)
    two.redis.kill()
    try:
        page.hears("frame", above=save())
    finally:
        two.redis.start()
    page.hears("frame", above=save())


def test_after_the_database_was_away_what_changed_is_told(two, save, listen):
    page = listen(two.second)
    page.hears("frame", above=save())
    two.postgres.kill()
    with suppress(AssertionError):
        eventually(lambda: two.second.said("nobody is told anything"), seconds=20)
    two.postgres.start()
    eventually(lambda: two.first.get()[0] == 200)
    assert not page.is_over()
    page.hears("frame", above=save())
