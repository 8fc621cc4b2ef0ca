"""Two servers behind one address: what is done on one holds on the other. Each feature that comes has a line here."""

from __future__ import annotations

import re
import subprocess

import pytest

from bench.processes import Browser, eventually

from .long_build import ANN, SLUG


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html
    return found[1]


@pytest.fixture
def olga(two) -> Browser:
    """The organiser, signed in on the first server."""
    browser = Browser()
    browser.get(two.first, "/demo/")
    status, html = browser.post(two.first, "/demo/sign-in/", persona="organiser", camp=SLUG)
    assert status == 200
    assert "Sign out" in html
    return browser


def state_of_build(two) -> tuple[object, ...]:
    return two.postgres.ask("SELECT state, tries FROM schedule_gridbuild ORDER BY id DESC LIMIT 1")[0]


def test_signed_in_on_one_is_signed_in_on_the_other(two, olga):
    assert "Sign out" in olga.get(two.second, "/me/")[1]


def test_signed_out_on_one_is_signed_out_on_the_other(two, olga):
    olga.get(two.second, "/accounts/logout/")
    olga.post(two.second, "/accounts/logout/")
    assert "Sign in" in olga.get(two.first, "/me/")[1]
    assert "Sign in" in olga.get(two.second, "/me/")[1]


def test_a_code_mailed_by_one_holds_on_the_other(two):
    ann, codes = Browser(), re.compile(r"^ +([A-Z0-9-]{6,})$", re.MULTILINE)
    # Another test may have had one mailed to her before, for another browser.
    before = set(codes.findall(two.mails(to=ANN)))
    ann.get(two.first, "/accounts/login/code/")
    status, html = ann.post(two.first, "/accounts/login/code/", email=ANN)
    assert status == 200, html
    eventually(lambda: set(codes.findall(two.mails(to=ANN))) - before)
    [code] = set(codes.findall(two.mails(to=ANN))) - before
    status, html = ann.post(two.second, "/accounts/login/code/confirm/", code=code)
    assert "Sign out" in html
    assert "Sign out" in ann.get(two.first, "/me/")[1]


def test_a_build_is_seen_and_stopped_on_the_other_and_taken_up_by_the_other_worker(two, olga):
    seen = field(olga.get(two.first, f"/{SLUG}/draft/")[1], "seen")
    assert olga.post(two.first, f"/{SLUG}/draft/builds/", seconds=60, seen=seen)[0] == 200
    eventually(lambda: state_of_build(two) == ("running", 1))
    page = olga.get(two.second, f"/{SLUG}/draft/")[1]
    [stop] = set(re.findall(rf"/{SLUG}/draft/builds/\d+/stop/", page))
    [first] = two.workers
    two.start_worker()
    first.kill()
    first.wait()
    eventually(lambda: state_of_build(two) == ("running", 2))
    assert olga.post(two.second, stop)[0] == 200
    eventually(lambda: state_of_build(two) == ("done", 2))
    # It ended neither by itself, when its time was over, nor because there is nothing better.
    assert two.postgres.ask("SELECT elapsed < seconds - 5, is_proven FROM schedule_gridbuild") == [(True, False)]
    assert "sessions" in olga.get(two.first, f"/{SLUG}/draft/")[1]


def test_what_is_published_on_one_is_seen_on_the_other_at_the_next_look(two, olga):
    if not two.postgres.ask("SELECT id FROM schedule_cell"):
        # The build of the test above may have been another process's.
        [(pitch, slot, room)] = two.postgres.ask(
            "SELECT (SELECT min(id) FROM pitches_pitch), (SELECT min(id) FROM events_slot), (SELECT min(id) FROM events_room)"
        )
        assert olga.post(two.first, f"/{SLUG}/draft/pitches/{pitch}/place/", cell=f"{slot}-{room}")[0] == 200
    stranger = Browser()
    before = stranger.get(two.second, f"/{SLUG}/grid/")[1]
    assert "Version 1" not in before
    seen = field(olga.get(two.first, f"/{SLUG}/draft/publish/")[1], "seen")
    status, html = olga.post(two.first, f"/{SLUG}/draft/publish/", seen=seen, accept_broken=1)
    assert (status, "Version 1 is published." in html) == (200, True)
    assert "Version 1" in stranger.get(two.second, f"/{SLUG}/grid/")[1]


def test_a_form_sent_to_both_is_done_once(two, olga):
    page = olga.get(two.first, f"/{SLUG}/pitches/new/")[1]
    fields = {
        "title": "Knots",
        "about": "",
        "kind": "talk",
        "length": "1",
        "who": "me",
        "form_key": field(page, "form_key"),
    }
    for server in (two.first, two.second):
        assert olga.post(server, f"/{SLUG}/pitches/new/", **fields)[0] == 200
    assert two.postgres.ask("SELECT count(*) FROM pitches_pitch WHERE title = 'Knots'") == [(1,)]


def test_they_share_no_folder(two):
    assert two.first.home != two.second.home
    named = [
        {name: value for name, value in site.environment.items() if str(folder) in value}
        for site, folder in zip((two.first, two.second), two.folders, strict=True)
    ]
    assert set(named[0]) >= {"CAMPGRID_DATA", "STATIC_ROOT", "EMAIL_URL"}
    assert not set(named[0].values()) & set(named[1].values())
    assert all(isinstance(worker, subprocess.Popen) for worker in two.workers)
