"""Searches in processes of their own, one for each core, each from a seed of its own.

A child is `python -m schedule.solver.crew`: it reads one JSON document, tells its progress in lines of JSON, and
ends with what it found. SIGTERM makes it end at once with the best so far.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from .board import Board
from .problem import Problem, read_problem, to_document
from .search import Found, Listener, Progress, search_alone

#: the folder that holds the package `schedule`
ROOT = Path(__file__).resolve().parents[2]
#: far from the seeds people type
STRIDE = 1_000_003
#: seconds a child needs before it can search
START = 0.15


def search_together(
    problem: Problem, seconds: float, seed: int, moves: int | None, processes: int, listener: Listener
) -> Found:
    """The best of what all children found; a child that died is done without."""
    started = time.monotonic()
    document = to_document(problem)
    told: queue.Queue[tuple[int, dict[str, Any] | None]] = queue.Queue()
    children = []
    for number in range(processes):
        child = _start()
        children.append(child)
        order = {
            "problem": document,
            "seconds": max(0.1, seconds - START),
            "seed": seed + number * STRIDE,
            "moves": moves,
        }
        threading.Thread(target=_talk, args=(child, number, json.dumps(order), told), daemon=True).start()
    found = _listen(children, told, listener, started)
    if not found:
        # Nothing came back (no processes to be had, say): then here.
        left = max(0.1, seconds - (time.monotonic() - started))
        return search_alone(Board(problem), left, seed, moves, listener)
    best = max(sorted(found), key=lambda number: found[number].value)
    return Found(found[best].where, found[best].value, sum(f.moves for f in found.values()))


def _start() -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "schedule.solver.crew"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )


def _talk(
    child: subprocess.Popen[str], number: int, order: str, told: queue.Queue[tuple[int, dict[str, Any] | None]]
) -> None:
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        with child.stdin as stdin:
            stdin.write(order)
        for line in child.stdout:
            told.put((number, json.loads(line)))
    except (OSError, ValueError):
        child.kill()
    child.wait()
    told.put((number, None))


def _listen(
    children: list[subprocess.Popen[str]],
    told: queue.Queue[tuple[int, dict[str, Any] | None]],
    listener: Listener,
    started: float,
) -> dict[int, Found]:
    found: dict[int, Found] = {}
    moves, attended = [0] * len(children), [0] * len(children)
    running = len(children)
    while running:
        number, line = told.get()
        if line is None:
            running -= 1
        elif "where" in line:
            found[number] = Found(line["where"], line["value"], line["moves"])
        else:
            moves[number], attended[number] = line["moves"], line["attended"]
            if not listener(Progress(time.monotonic() - started, sum(moves), max(attended))):
                for child in children:
                    child.terminate()
    return found


def main() -> None:
    """One child."""
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stop.append(number))
    # Ctrl-C reaches the whole group; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.load(sys.stdin)

    def tell(progress: Progress) -> bool:
        print(json.dumps({"moves": progress.moves, "attended": progress.attended}), flush=True)
        return not stop

    board = Board(read_problem(order["problem"]))
    found = search_alone(board, order["seconds"], order["seed"], order["moves"], tell)
    print(json.dumps({"where": found.where, "value": found.value, "moves": found.moves}), flush=True)


if __name__ == "__main__":
    main()
