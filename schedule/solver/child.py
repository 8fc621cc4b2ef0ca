"""One helper process of a crew: a search from another seed, or the proof of a bound.

`python -m schedule.solver.child` reads one JSON document, tells its progress in lines of JSON, and ends with what it
found. SIGTERM makes it end at once with the best so far. A prover hears of better grids in further lines. It is a
module that nothing imports, so that the one that runs is the only copy of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict

from .bound.bound import prove
from .problem import Problem, read_problem
from .search.board import Board
from .search.search import Progress, search_alone
from .search.work import Job

#: seconds before the end at which a prover tells what it has
MARGIN = 0.4


def main() -> None:
    """Do what the order asks; ends without a word once nobody listens any more."""
    try:
        work()
    except BrokenPipeError:
        # The parent was killed. What Python would still write out at the end goes nowhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def work() -> None:
    """The one order that comes."""
    # Ctrl-C reaches the whole group; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    problem, job = read_problem(order["problem"]), Job(**order["job"])
    if order["role"] == "bound":
        tell_bounds(problem, job.seconds)
    else:
        tell_search(problem, job)


def tell_search(problem: Problem, job: Job) -> None:
    """Tells how far it is, and at the end what it found."""
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stop.append(number))

    def tell(progress: Progress) -> bool:
        print(json.dumps({"moves": progress.moves, "attended": progress.attended}), flush=True)
        return not stop

    found = search_alone(Board(problem), job, tell)
    print(json.dumps({"found": asdict(found)}), flush=True)


def tell_bounds(problem: Problem, seconds: float) -> None:
    """Tells every better bound; hears of better grids meanwhile."""
    incumbent = [0]

    def hear() -> None:
        for line in sys.stdin:
            incumbent[0] = int(line)

    threading.Thread(target=hear, daemon=True).start()
    for proof in prove(problem, seconds=seconds - MARGIN, incumbent=lambda: incumbent[0]):
        print(json.dumps({"bound": proof.bound, "starts": proof.starts}), flush=True)


if __name__ == "__main__":
    main()
