"""`serve`: nobody is refused by a reload, and whatever is killed, neither a half nor a port is left."""

from __future__ import annotations

import os
import pty
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest

from bench.processes import HOST, ROOT, Served, eventually, is_gone, is_port_free, people_at_the_door, run

LONG_BUILD = """
from tests.serving.long_build import start
start()
"""


def changed(releases, name: str, file: str, *, old: str, new: str, slow: str = "    paths = [") -> None:
    path = releases.make(name) / "config" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new).replace("    paths = [", slow))


SLOW = """    __import__("time").sleep(int(request.GET.get("seconds", 0)))
    paths = ["""


def test_a_hang_up_serves_the_new_release_and_refuses_nobody(served, releases):
    changed(releases, "second", "signposts.py", old='"User-agent: *"', new='"User-agent: second"', slow=SLOW)
    before, starts = served.parts(), served.starts()
    assert "second" not in served.get("/robots.txt")[1]
    releases.choose("second")
    with people_at_the_door(served) as wrong:
        served.process.send_signal(signal.SIGHUP)
        served.has_started(after=starts)
        eventually(lambda: is_gone(set().union(*before.values())))
    assert wrong == []
    assert "User-agent: second" in served.get("/robots.txt")[1]
    assert served.is_whole()


def test_a_request_that_takes_long_is_answered_by_the_release_that_has_it(served, releases):
    """Longer than anybody is waited for when all is to end; here somebody else is at the door meanwhile."""
    changed(releases, "slow", "signposts.py", old='"User-agent: *"', new='"User-agent: slow"', slow=SLOW)
    starts = served.starts()
    releases.choose("slow")
    served.process.send_signal(signal.SIGHUP)
    served.has_started(after=starts)
    eventually(served.is_whole)
    found: list[int] = []
    slow = threading.Thread(target=lambda: found.append(served.get("/robots.txt?seconds=25")[0]))
    before, starts = served.parts(), served.starts()
    served.process.send_signal(signal.SIGHUP)
    # The new web server is about to be ready, and the old one gets this.
    eventually(lambda: len(served.parts()["web"]) == 2)
    slow.start()
    served.has_started(after=starts)
    slow.join()
    assert found == [200]
    eventually(lambda: is_gone(set(before["web"])))


def test_a_name_that_leads_elsewhere_while_it_renews_itself_is_still_its_name(served, releases):
    """The new code begins when the release of before is no longer what the name leads to."""
    releases.make("later")
    starts = served.starts()
    served.process.send_signal(signal.SIGHUP)
    served.has_started(after=starts)
    # It says so before it takes its own place.
    with releases.chosen("later"):
        eventually(served.is_whole)
        starts = served.starts()
        served.process.send_signal(signal.SIGHUP)
        served.has_started(after=starts)
        eventually(served.is_whole)
        [web] = served.parts()["web"]
        assert os.path.basename(os.readlink(f"/proc/{web}/cwd")) == "later"


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [
        ("no-command", "supervisor.py", "import os\n", "import nothing_of_this_name\n"),
        ("no-web", "web.py", "    supervisor.tell_ready()", "    raise RuntimeError"),
        ("no-worker", "management/commands/work.py", "            tell_ready()", "            raise RuntimeError"),
    ],
)
def test_a_release_that_does_not_start_takes_nothing_down(served, releases, name, file, old, new):
    changed(releases, name, file, old=old, new=new)
    before, told = served.parts(), served.said("goes on")
    with releases.chosen(name):
        with people_at_the_door(served) as wrong:
            served.process.send_signal(signal.SIGHUP)
            eventually(lambda: served.said("goes on") > told)
            eventually(served.is_whole)
        assert served.parts() == before
        # What falls now is started again from the release that goes on, though the name leads to the other one.
        [victim] = before["web"]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: victim not in served.pids() and served.is_whole())
        assert served.get()[0] == 200
    assert wrong == []


@pytest.mark.parametrize("name", ["web", "web worker", "events", "default", "mail"])
def test_a_part_that_was_killed_is_there_again_and_nobody_is_refused(served, name):
    before = served.parts()
    victim = before[name][0]
    with people_at_the_door(served) as wrong:
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: victim not in served.pids() and served.is_whole())
        # Whoever lost their master, too.
        eventually(lambda: is_gone({victim}) and (name != "web" or is_gone(set(before["web worker"]))))
    assert [what for what in wrong if "Refused" in what] == []
    # Those whose very request was being answered by what was killed.
    assert len(wrong) <= (3 if name.startswith("web") else 0)


def test_a_terminal_that_is_closed_ends_all(environment, tmp_path):
    served = Served(ROOT, environment, log=tmp_path / "log")
    terminal, inside = pty.openpty()
    command = [sys.executable, "manage.py", "serve", "--port", str(served.port), "--without-worker"]
    with served.log.open("wb") as log:
        # A session of its own, whose terminal is what it reads from; it hears of that also where these tests do not.
        process = subprocess.Popen(
            ["env", "--default-signal=HUP", "setsid", "--ctty", *command],
            cwd=ROOT,
            env=environment,
            stdin=inside,
            stdout=log,
            stderr=log,
        )
    os.close(inside)
    eventually(served.starts)
    os.close(terminal)
    eventually(lambda: process.poll() is not None)
    assert process.returncode == 0
    eventually(lambda: is_port_free(served.port))


def test_terminate_during_a_build_gives_it_to_whoever_comes_next(served, environment):
    run(ROOT, environment, "shell", "-v0", "-c", LONG_BUILD)

    def build() -> tuple[str, int]:
        with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"), timeout=20) as database:
            return database.execute("SELECT state, tries FROM schedule_gridbuild").fetchone()

    eventually(lambda: build() == ("running", 1))
    pids = served.pids()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=20) == 0
    assert is_gone(pids)
    assert is_port_free(served.port)
    assert build() == ("running", 1)
    served.start()
    eventually(lambda: build() == ("running", 2))
    with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"), timeout=20) as database:
        database.execute("UPDATE schedule_gridbuild SET is_stop_asked = 1")
    eventually(lambda: build() == ("done", 2))


def test_a_server_that_cannot_start_leaves_nothing(environment, tmp_path):
    served = Served(ROOT, environment | {"WEB_WORKERS": "none"}, log=tmp_path / "log")
    served.process = served.popen()
    assert served.process.wait(timeout=60) not in (0, None)
    assert is_port_free(served.port)
    assert HOST not in served.log.read_text()


def test_nothing_is_left_when_serve_itself_is_killed(served):
    """The last one: what all of these tests share is gone afterwards."""
    assert served.is_whole()
    pids = served.pids()
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait()
    eventually(lambda: is_gone(pids))
    assert is_port_free(served.port)
