"""`python -m schedule.solver INSTANCE.json --seconds 10 --seed 1 --output GRID.json`."""

import argparse
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

from .bound.bound import is_worthwhile
from .crew import worthwhile_processes
from .problem import Placement, Problem, ProblemError, Weights, read_problem
from .rules import broken_rules
from .search.search import Progress
from .search.work import Job
from .solve import Solution, solve


def main(arguments: list[str] | None = None) -> int:
    """Writes the grid; the last line of stdout says how good it is. 2 = not a valid instance."""
    options = _parser().parse_args(arguments)
    try:
        problem = _read(options.instance)
    except ProblemError as error:
        print(f"{options.instance}: {error}", file=sys.stderr)
        return 2
    if options.published:
        problem = _near_published(problem, keep_others=options.weighted)
    else:
        problem = replace(problem, published=())
    stop = _stop_on_interrupt()

    def listener(progress: Progress) -> bool:
        print(
            f"{progress.seconds:7.2f} s  attended {progress.attended}  bound {progress.bound}  moves {progress.moves}",
            file=sys.stderr,
        )
        return not stop

    solution = solve(
        problem,
        Job(
            seconds=options.seconds,
            seed=options.seed,
            moves=options.moves,
            processes=options.processes or worthwhile_processes(problem, options.seconds),
            weighted=options.weighted or options.published,
            start=_published_grid(problem),
            with_bound=not options.no_bound and options.moves is None and is_worthwhile(problem, options.seconds),
        ),
        listener,
    )
    if options.output:
        Path(options.output).write_text(json.dumps(_grid(problem, solution)), encoding="utf-8")
    print(json.dumps(_summary(solution)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m schedule.solver", description=__doc__)
    parser.add_argument("instance")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--moves", type=int, help="exactly so many moves instead of a time")
    parser.add_argument("--processes", type=int, help="searches side by side; default: one for each core, if worth it")
    parser.add_argument("--weighted", action="store_true", help="let the weights of the file count against wishes")
    parser.add_argument("--output", help="where the grid goes, as JSON")
    parser.add_argument(
        "--published", action="store_true", help="start from the published grid; a move counts against wishes"
    )
    parser.add_argument(
        "--no-bound", action="store_true", help="prove no bound better than the trivial one: both cores search"
    )
    return parser


def _read(path: str) -> Problem:
    try:
        return read_problem(json.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise ProblemError(error.strerror or "cannot be read") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError(f"not JSON: {error}") from error


def _near_published(problem: Problem, *, keep_others: bool) -> Problem:
    """Moves count against wishes, by the file's weight or one wish each."""
    others = problem.weights if keep_others else Weights(unplaced=problem.weights.unplaced)
    return replace(problem, weights=replace(others, calm=problem.weights.calm or 1.0))


def _published_grid(problem: Problem) -> tuple[Placement, ...]:
    """What is published, to start from, as far as it can stand."""
    kept: list[Placement] = []
    for p in problem.published:
        if all(q.session != p.session for q in kept) and not broken_rules(problem, [*kept, p]):
            kept.append(p)
    return tuple(kept)


def _stop_on_interrupt() -> list[int]:
    """A list that stops being empty at Ctrl-C: the best grid so far is still written."""
    stop: list[int] = []

    def interrupted(number: int, frame: FrameType | None) -> None:
        stop.append(number)

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    return stop


def _grid(problem: Problem, solution: Solution) -> dict[str, object]:
    return {"instance": problem.name, "assignments": [list(p) for p in solution.placements]}


def _summary(solution: Solution) -> dict[str, object]:
    bound = solution.bound
    return {
        "attended": solution.score.attended,
        "wishes": solution.score.wishes,
        "bound": bound,
        "proven": solution.is_proven,
        "seconds": round(solution.seconds, 3),
        "moves": solution.moves,
        "unplaced": [[session, str(reason)] for session, reason in sorted(solution.unplaced.items())],
        "feasible": solution.is_feasible,
    }


if __name__ == "__main__":
    sys.exit(main())
