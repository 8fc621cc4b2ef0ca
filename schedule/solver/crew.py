"""Helpers in processes of their own, one for each further core: a search from another seed, or the proof of a bound.

A child is `python -m schedule.solver.child`; what the two say to each other stands there. Leaving the crew ends all.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from .audience import limits
from .problem import Problem, to_document
from .search.search import Found, Listener, Progress
from .search.work import Job

#: the folder that holds the package `schedule`
ROOT = Path(__file__).resolve().parents[2]
#: far from the seeds people type
STRIDE = 1_000_003
#: seconds a child may be late before it is done without
GRACE = 2.0


def worthwhile_processes(problem: Problem, seconds: float) -> int:
    """One for each core, two at most, unless starting them would eat the time."""
    wishes = sum(len(a.wishes) for a in problem.attendees)
    return min(2, os.cpu_count() or 1) if seconds >= 0.5 + wishes / 20_000 else 1


class Crew:
    """The children of one solve; leaving the context ends them."""

    def __init__(self, problem: Problem, job: Job, started: float) -> None:
        self.job, self.started = job, started
        self.bound = sum(limits(problem))
        #: a grid that the proof came across
        self.starts: list[int] | None = None
        self.told: queue.Queue[tuple[int, dict[str, Any] | None]] = queue.Queue()
        self.children: dict[int, subprocess.Popen[str]] = {}
        self.found: dict[int, Found] = {}
        self.moves: dict[int, int] = {}
        self.attended: dict[int, int] = {}
        self.best_told = -1
        self.prover = 0
        roles = ["search"] * max(0, job.processes - 1)
        if job.with_bound:
            # The proof takes the place of one search.
            roles = [*roles[1:], "bound"]
        document = to_document(problem) if roles else {}
        for number, role in enumerate(roles, start=1):
            left = job.seconds - (time.monotonic() - started) - 0.05
            # Where it begins is known to the search here alone; so the others look elsewhere.
            own = replace(job, seconds=left, seed=job.seed + number * STRIDE, start=())
            self._start(number, json.dumps({"role": role, "problem": document, "job": asdict(own)}))
            if role == "bound":
                self.prover = number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            child.kill()
        for child in self.children.values():
            child.wait()

    def _start(self, number: int, order: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        try:
            child = subprocess.Popen(
                [sys.executable, "-m", "schedule.solver.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
                cwd=ROOT,
            )
        except OSError:
            # No process to be had: the search here does without.
            return
        self.children[number] = child
        threading.Thread(target=self._talk, args=(child, number, order), daemon=True).start()

    def _talk(self, child: subprocess.Popen[str], number: int, order: str) -> None:
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(order + "\n")
            child.stdin.flush()
            for line in child.stdout:
                self.told.put((number, json.loads(line)))
        except (OSError, ValueError):
            child.kill()
        self.told.put((number, None))

    # -- hearing ---------------------------------------------------------------------------------

    def ceiling(self) -> float:
        """The bound as it is known now."""
        self._hear()
        return self.bound

    def listening(self, listener: Listener) -> Listener:
        """Hears the children whenever the search here tells; the listener hears of all together."""

        def listen(progress: Progress) -> bool:
            self._hear()
            self.moves[0], self.attended[0] = progress.moves, progress.attended
            best = max(self.attended.values())
            self._tell_prover(best)
            together = replace(progress, moves=sum(self.moves.values()), attended=best, bound=max(self.bound, best))
            return listener(together)

        return listen

    def _hear(self, wait: float = 0.0) -> None:
        try:
            while True:
                number, line = self.told.get(timeout=wait) if wait else self.told.get_nowait()
                wait = 0.0
                self._take(number, line)
        except queue.Empty:
            return

    def _take(self, number: int, line: dict[str, Any] | None) -> None:
        if line is None:
            self.children.pop(number).wait()
        elif "found" in line:
            self.found[number] = Found(**line["found"])
        elif "bound" in line:
            self.bound = min(self.bound, line["bound"])
            self.starts = line["starts"] or self.starts
        else:
            self.moves[number], self.attended[number] = line["moves"], line["attended"]

    def _tell_prover(self, attended: int) -> None:
        prover = self.children.get(self.prover)
        if prover is None or attended <= self.best_told:
            return
        self.best_told = attended
        try:
            assert prover.stdin is not None
            prover.stdin.write(f"{attended}\n")
            prover.stdin.flush()
        except (OSError, ValueError):
            self.prover = 0

    def best_of(self, own: Found) -> tuple[Found, int, int]:
        """The best of what all found, the moves of all, and the bound. Waits for searches, not for the prover."""
        self._hear()
        if self.job.moves is None:
            until = max(self.started + self.job.seconds, time.monotonic()) + GRACE
            for number, child in self.children.items():
                if number != self.prover and time.monotonic() < self.started + self.job.seconds:
                    # The search here ended early: stopped, or perfect.
                    child.terminate()
        else:
            until = float("inf")
        while any(n != self.prover for n in self.children) and time.monotonic() < until:
            self._hear(wait=0.05)
        found = {0: own, **self.found}
        best = max(sorted(found), key=lambda number: found[number].value)
        wishes = max(f.wishes_alone for f in found.values())
        return replace(found[best], wishes_alone=wishes), sum(f.moves for f in found.values()), self.bound
