"""What watches over the parts outlives whatever cannot be started; with programs that do nothing but say who they are."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.processes import ROOT, all_processes, eventually
from config.supervisor import LONGEST_WAIT, Supervisor

WHOLE = """
import json, logging, sys
from config import supervisor
from config.supervisor import Part, Supervisor
folder, start = sys.argv[1], float(sys.argv[2])
supervisor.START = start
logging.basicConfig(level="INFO", stream=sys.stderr)
parts = {name: Part([f"{folder}/{name}"]) for name in ("web", "worker")}
whole = Supervisor(host="127.0.0.1", port=0, parts=parts, trial=[f"{folder}/trial"])
if len(sys.argv) > 3:
    sys.executable = sys.argv[3]
sys.exit(whole.run(started=lambda: None))
"""
#: it ends when what started it does
PART = '#!/bin/sh\nprintf . > "/dev/fd/$CAMPGRID_READY"\nexec cat "/dev/fd/$CAMPGRID_LIFELINE"\n'
HANGS = '#!/bin/sh\nexec cat "/dev/fd/$CAMPGRID_LIFELINE"\n'


class Watched:
    """A supervisor in a process of its own, in a folder with the programs it starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "whole.py").write_text(WHOLE)
        self.write("web", PART)
        self.write("worker", PART)
        self.offer("web", "worker")

    def write(self, name: str, program: str) -> None:
        # In one step: one that runs is not written to.
        new = self.folder / "new"
        new.write_text(program)
        new.chmod(0o755)
        new.replace(self.folder / name)

    def offer(self, *names: str) -> None:
        """The release that lies here now has these parts."""
        parts = json.dumps({name: {"command": [str(self.folder / name)]} for name in names})
        self.write("trial", f"#!/bin/sh\nprintf '%s' '{parts}' > \"/dev/fd/$CAMPGRID_READY\"\n")

    def start(self, **how) -> None:
        self.begin(**how)
        eventually(lambda: self.said("All is up"), seconds=30)

    def begin(self, *, start: float = 60, executable: str = "", where: Path | None = None) -> None:
        more = [str(self.folder), str(start), *filter(None, [executable])]
        command = [sys.executable, str(self.folder / "whole.py"), *more]
        where = where or self.folder
        with (self.folder / "log").open("ab") as log:
            # A shell says by which name it went there.
            environment = os.environ | {"PYTHONPATH": str(ROOT), "PWD": str(where)}
            self.process = subprocess.Popen(command, cwd=where, env=environment, stderr=log)

    def said(self, what: str) -> int:
        return (self.folder / "log").read_text().count(what)

    def children(self) -> set[int]:
        return {process.pid for process in all_processes() if process.parent == self.process.pid}

    def hang_up(self, *, says: str) -> None:
        before = self.said(says)
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.said(says) > before, seconds=20)


@pytest.fixture
def watched(tmp_path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.process.terminate()
    watched.process.wait(timeout=30)


def test_a_part_whose_program_is_gone_is_tried_again_until_it_is_there(watched):
    watched.start()
    before = watched.children()
    for name in ("web", "worker"):
        (watched.folder / name).unlink()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: watched.said("cannot be started") >= 2, seconds=20)
    assert watched.process.poll() is None
    for name in ("web", "worker"):
        watched.write(name, PART)
    eventually(lambda: len(watched.children() - before) == 2, seconds=20)


@pytest.mark.parametrize("gone", ["trial", "second"])
def test_a_release_whose_program_is_gone_changes_nothing(watched, gone):
    watched.start()
    before = watched.children()
    watched.offer("web", "second")
    if gone == "trial":
        (watched.folder / "trial").unlink()
    watched.hang_up(says="the release before goes on")
    # Also what of it could be started is gone.
    eventually(lambda: watched.children() == before, seconds=20)
    assert watched.process.poll() is None
    watched.offer("web", "worker")
    watched.hang_up(says="All is up")


def test_a_release_that_does_not_start_ends_nothing_while_all_parts_have_fallen(watched):
    watched.start()
    for name in ("web", "worker"):
        (watched.folder / name).unlink()
    for pid in watched.children():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: watched.said("cannot be started") >= 2, seconds=20)
    watched.hang_up(says="the release before goes on")
    watched.write("web", PART)
    watched.write("worker", PART)
    eventually(lambda: len(watched.children()) == 2, seconds=30)
    assert watched.process.poll() is None


def test_where_the_new_code_cannot_be_begun_the_old_watches_over_the_new_parts(watched):
    watched.start(executable="/gone/python")
    for _time in range(2):
        before = watched.children()
        watched.hang_up(says="goes on with the code of the release before")
        eventually(lambda before=before: len(watched.children() - before) == len(watched.children()) == 2, seconds=20)
    # The end of the lifeline is still its own: parts end with it.
    left = watched.children()
    watched.process.kill()
    watched.process.wait()
    eventually(lambda: not left & {process.pid for process in all_processes()}, seconds=20)


def test_a_trial_that_hangs_is_given_up_and_the_next_hang_up_is_heard(watched):
    watched.start(start=2)
    before = watched.children()
    watched.write("trial", HANGS)
    watched.hang_up(says="the release before goes on")
    eventually(lambda: watched.children() == before, seconds=20)
    watched.offer("web", "worker")
    watched.hang_up(says="All is up")


def test_what_falls_while_a_release_is_tried_out_begins_where_the_served_one_lies(watched):
    for name in ("old", "new"):
        (watched.folder / f"{name}-release").mkdir()
    current = watched.folder / "current"
    current.symlink_to("old-release")
    watched.start(where=current)
    before = watched.children()
    current.unlink()
    current.symlink_to("new-release")
    watched.write("trial", HANGS)
    watched.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(watched.children()) == 3, seconds=20)
    tried = (watched.children() - before).pop()
    assert Path(f"/proc/{tried}/cwd").readlink().name == "new-release"
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(watched.children() - before) == 3, seconds=20)
    again = watched.children() - before - {tried}
    assert {Path(f"/proc/{pid}/cwd").readlink().name for pid in again} == {"old-release"}
    # Its turn: all of it lies there.
    os.kill(tried, signal.SIGKILL)
    eventually(lambda: watched.said("the release before goes on"), seconds=20)
    watched.offer("web", "worker")
    watched.hang_up(says="All is up")
    eventually(lambda: not watched.children() & again, seconds=30)
    for pid in [watched.process.pid, *watched.children()]:
        assert Path(f"/proc/{pid}/cwd").readlink().name == "new-release"


def test_a_first_start_that_cannot_be_is_an_end_with_a_code(watched):
    (watched.folder / "worker").unlink()
    watched.begin()
    assert watched.process.wait(timeout=20) == 1


def test_a_part_that_falls_for_a_day_is_still_waited_for(monkeypatch):
    monkeypatch.setattr("config.supervisor.time.monotonic", lambda: 0.0)
    supervisor = Supervisor.__new__(Supervisor)
    supervisor.falls, supervisor.due = {"web": 5_000}, {}
    supervisor._has_fallen("web", "ended", lived=0.0)
    assert supervisor.due["web"] == LONGEST_WAIT


def test_what_is_heard_as_the_new_code_begins_is_heard_by_it(monkeypatch):
    """A second reload, or an end, in the moment after "All is up" was said: it would be forgotten with the old code."""
    supervisor, wanted = Supervisor.__new__(Supervisor), {signal.SIGHUP, signal.SIGTERM}
    supervisor.current, supervisor.leaving, supervisor.has_terminal, supervisor.home = {}, {}, False, "/srv/current"
    supervisor.woken, writer = os.pipe()
    os.set_blocking(supervisor.woken, False)
    os.write(writer, bytes(wanted))
    heard, waiting = [], []

    def exec_fails(*_):
        waiting.append(signal.sigpending())
        raise OSError

    monkeypatch.setattr(os, "execv", exec_fails)
    before = {number: signal.signal(number, lambda number, _frame: heard.append(number)) for number in wanted}
    try:
        with socket.socket() as supervisor.listener:
            supervisor.lifeline, supervisor.pair = os.pipe(), os.pipe()
            supervisor._renew_itself()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # They wait while the new code is loaded (signals that are blocked stay over `exec`), or come back to the old one.
    assert wanted <= waiting[0]
    assert set(heard) == wanted
