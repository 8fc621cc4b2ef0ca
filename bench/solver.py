"""`make bench-solver`: the scheduler beside what a camp would do otherwise, its bound, its pace and its memory.

    python -m bench.solver compare [INSTANCE.json …]    a table; instances are made when none are given
    python -m bench.solver bound INSTANCE.json --seconds 60 --plot docs/solver-bound.svg
    python -m bench.solver growth --plot docs/solver-growth.svg
    python -m bench.solver pace INSTANCE.json --against CHECKOUT --moves 1000000    CPU time beside another checkout
    python -m bench.solver hosts INSTANCE.json --moves 400000    what the concerns about hosts do, and what they cost

Peers: a grid as by hand (largest first, spread out, written here), conference-scheduler (CBC; it optimises room fit,
not wishes) and CP-SAT with the exact objective. All are judged by `schedule.solver.score`. Two shared cores: read
ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schedule.solver import (
    CONCERNS,
    Placement,
    Problem,
    broken_rules,
    expected_people,
    is_unwelcome,
    read_problem,
    score,
    solve,
)
from schedule.solver.search.board import Board
from schedule.solver.search.search import search_alone
from schedule.solver.search.start import greedy
from schedule.solver.search.work import Job

ROOT = Path(__file__).resolve().parent.parent
TIMES = (0.1, 1.0, 5.0, 10.0, 30.0)
SIZES = ((30, 5, 7), (60, 6, 12), (150, 10, 18), (300, 15, 24), (600, 24, 30), (1000, 30, 40))
PEOPLE = (100, 300, 1000, 3000)


def camp(sessions: int, slots: int, rooms: int, people: int, seed: int = 1) -> dict[str, Any]:
    """A made-up camp: everybody has two topics they like, popular sessions draw from all."""
    rng = random.Random(seed)
    topics = max(3, sessions // 8)
    topic = [rng.randrange(topics) for _ in range(sessions)]
    pull = [rng.paretovariate(1.5) for _ in range(sessions)]
    attendees = []
    for _ in range(people):
        liked = rng.sample(range(topics), 2)
        weights = [pull[i] * (5 if topic[i] in liked else 1) for i in range(sessions)]
        wishes = set(rng.choices(range(sessions), weights, k=rng.randint(4, 14)))
        attendees.append({"wishes": [[i, 1] for i in sorted(wishes)]})
    return {
        "format": "unconf-1",
        "name": f"made-{sessions}x{people}",
        "slots": [{"day": t // 3, "next": t % 3 < 2 and t + 1 < slots} for t in range(slots)],
        "rooms": [{"capacity": max(12, round(people / 2 * 0.85**r))} for r in range(rooms)],
        "sessions": [
            {"hosts": [rng.randrange(people)], "topic": str(topic[i]), "required": True} for i in range(sessions)
        ],
        "attendees": attendees,
    }


# -- peers ---------------------------------------------------------------------------------------


def by_hand(problem: Problem) -> list[Placement]:
    """Largest first into the largest room that is left, each into the slot with the fewest people placed so far."""
    fans = [0] * len(problem.sessions)
    for a in range(len(problem.attendees)):
        for session in problem.wishes_of(a):
            fans[session] += 1
    rooms = sorted(range(len(problem.rooms)), key=lambda r: -problem.rooms[r].capacity)
    load = [0] * len(problem.slots)
    rows: list[Placement] = []
    order = sorted(
        range(len(problem.sessions)),
        key=lambda i: (problem.sessions[i].pin_slot is None, -problem.sessions[i].length, -fans[i]),
    )
    for i in order:
        found = (
            Placement(i, t, r)
            for t in sorted(range(len(problem.slots)), key=lambda t: load[t])
            for r in rooms
            if not broken_rules(problem, [*(p for p in rows if p.slot in (t - 1, t, t + 1)), Placement(i, t, r)])
        )
        p = next(found, None)
        if p is not None:
            rows.append(p)
            load[p.slot] += fans[i]
    return rows


def by_conference_scheduler(problem: Problem) -> list[Placement]:
    """Room fit by CBC; hosts and what they ruled out are given as unavailability. Singles only."""
    import pulp
    from conference_scheduler import scheduler
    from conference_scheduler.lp_problem import objective_functions
    from conference_scheduler.resources import Event, Slot

    start = datetime(2030, 1, 1, 9)
    slots, cells = [], []
    for t in range(len(problem.slots)):
        for r, room in enumerate(problem.rooms):
            at = start + timedelta(hours=t)
            slots.append(Slot(venue=str(r), starts_at=at, duration=60, session=str(t), capacity=room.capacity))
            cells.append((t, r))
    fans = [0] * len(problem.sessions)
    for a in range(len(problem.attendees)):
        for session in problem.wishes_of(a):
            fans[session] += 1
    events = [Event(name=str(i), duration=60, demand=fans[i]) for i in range(len(problem.sessions))]
    for i, session in enumerate(problem.sessions):
        events[i].add_unavailability(*(s for s, (t, _) in zip(slots, cells, strict=True) if t in session.unavailable))
        events[i].add_unavailability(
            *(events[j] for j, other in enumerate(problem.sessions) if j != i and other.hosts & session.hosts)
        )
    found = scheduler.solution(
        events,
        slots,
        objective_function=objective_functions.efficiency_capacity_demand_difference,
        solver=pulp.PULP_CBC_CMD(msg=False, timeLimit=120),
    )
    return [Placement(i, *cells[n]) for i, n in found or []]


def by_cp_sat(problem: Problem, seconds: float) -> tuple[list[Placement], int]:
    """The exact objective as a model; the grid after `seconds` and the bound it proved. Singles only."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    slots = range(len(problem.slots))
    runs = [
        [model.new_bool_var("") if t not in s.unavailable else model.new_constant(0) for t in slots]
        for s in problem.sessions
    ]
    for row in runs:
        model.add_exactly_one(row)
    for t in slots:
        model.add(sum(row[t] for row in runs) <= len(problem.rooms))
    hosted: dict[int, list[int]] = {}
    for i, s in enumerate(problem.sessions):
        for h in s.hosts:
            hosted.setdefault(h, []).append(i)
    for found in hosted.values():
        for t in slots:
            model.add_at_most_one(runs[i][t] for i in found)
    terms = []
    for a in range(len(problem.attendees)):
        wishes = problem.wishes_of(a)
        for t in slots:
            seen = model.new_bool_var("")
            model.add_bool_or([*(runs[i][t] for i in wishes), seen.negated()])
            for i in hosted.get(a, ()):
                model.add_implication(runs[i][t], seen.negated())
            terms.append(seen)
    model.maximize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [], int(solver.best_objective_bound)
    rows, used = [], [0] * len(problem.slots)
    for i, row in enumerate(runs):
        t = next(t for t in slots if solver.value(row[t]))
        rows.append(Placement(i, t, used[t]))
        used[t] += 1
    return rows, int(solver.best_objective_bound)


# -- ours ----------------------------------------------------------------------------------------


def run(file: Path, seconds: float, *flags: str) -> dict[str, Any]:
    """The command as anybody runs it: its summary, its progress, and its peak memory in MB."""
    command = [sys.executable, "-m", "schedule.solver", str(file), "--seconds", str(seconds), *flags]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = child.communicate()
    summary: dict[str, Any] = json.loads(out)
    summary["progress"] = [line.split() for line in err.splitlines() if "attended" in line]
    return summary


def peak_memory(file: Path, seconds: float) -> float:
    """MB that the largest process of a run took, asked by a small process: a child starts with its parent's peak."""
    ask = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "schedule.solver", str(file), "--seconds", str(seconds)]
    small = subprocess.run([sys.executable, "-c", ask, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(small.stdout) / 1024


def first_grid(problem: Problem) -> float:
    """Seconds from the problem in memory to a first grid."""
    began = time.perf_counter()
    greedy(Board(problem), random.Random(1))
    return time.perf_counter() - began


def compare(files: list[Path], cp_sat_seconds: float) -> None:
    """The table of the docs."""
    head = ["instance", "limit", "by hand", "conf.-scheduler", f"CP-SAT {cp_sat_seconds:g} s", "first grid"]
    print("| " + " | ".join([*head, *(f"{t:g} s" for t in TIMES), "moves/s", "MB"]) + " |")
    print("|---" * (len(head) + len(TIMES) + 2) + "|")
    for file in files:
        problem = read_problem(json.loads(file.read_text()))
        plain = all(s.length == 1 and not s.features and s.pin_slot is None for s in problem.sessions)
        small = len(problem.sessions) <= 150
        hand = score(problem, by_hand(problem))
        row = [file.stem, str(hand.trivial_limit), f"{hand.attended:,}" + ("" if not hand.unplaced else " *")]
        row.append(f"{score(problem, by_conference_scheduler(problem)).attended:,}" if plain and small else "–")
        if plain and small and cp_sat_seconds:
            grid, bound = by_cp_sat(problem, cp_sat_seconds)
            row.append(f"{score(problem, grid).attended:,} (≤ {bound:,})")
        else:
            row.append("–")
        row.append(f"{1000 * first_grid(problem):.0f} ms")
        for seconds in TIMES:
            summary = run(file, seconds, "--no-bound")
            row.append(f"{summary['attended']:,}")
        row.append(f"{summary['moves'] / summary['seconds']:,.0f}")
        row.append(f"{peak_memory(file, 2.0):.0f}")
        print("| " + " | ".join(row) + " |", flush=True)


def plot_bound(file: Path, seconds: float, target: Path) -> None:
    """What is met and what is proved, over time."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    summary = run(file, seconds)
    at = [float(line[0]) for line in summary["progress"]]
    figure, axes = pyplot.subplots(figsize=(7, 3.5))
    axes.step(
        at, [int(line[5]) for line in summary["progress"]], where="post", label="no grid can meet more", color="#8a3b12"
    )
    axes.step(at, [int(line[3]) for line in summary["progress"]], where="post", label="met", color="#2457a8")
    axes.set(
        xlabel="seconds", ylabel="wishes", title=f"{file.stem}: {summary['attended']} met, at most {summary['bound']}"
    )
    axes.legend()
    figure.tight_layout()
    figure.savefig(target)
    print(f"{file.stem}: attended {summary['attended']}, bound {summary['bound']}, {summary['seconds']} s → {target}")


def growth(target: Path) -> None:
    """Seconds to a first grid, and microseconds a move, over sessions and people."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6))
    print("| sessions × slots × rooms | people | first grid, ms | µs a move |\n|---|---|---|---|")
    for people in PEOPLE:
        firsts, paces = [], []
        for sessions, slots, rooms in SIZES:
            problem = read_problem(camp(sessions, slots, rooms, people))
            firsts.append(1000 * first_grid(problem))
            began = time.perf_counter()
            found = search_alone(Board(problem), Job(moves=100_000), lambda progress: True)
            paces.append(1e6 * (time.perf_counter() - began) / found.moves)
            print(f"| {sessions} × {slots} × {rooms} | {people:,} | {firsts[-1]:.1f} | {paces[-1]:.2f} |", flush=True)
        sizes = [sessions for sessions, _, _ in SIZES]
        left.loglog(sizes, firsts, marker="o", label=f"{people:,} people")
        right.loglog(sizes, paces, marker="o", label=f"{people:,} people")
    left.set(xlabel="sessions", ylabel="ms", title="first grid")
    right.set(xlabel="sessions", ylabel="µs", title="a move")
    right.legend()
    figure.tight_layout()
    figure.savefig(target)


def cpu_seconds(checkout: Path, file: Path, moves: int, *flags: str) -> float:
    """CPU time of the whole command, searching alone for a fixed number of moves."""
    command = [sys.executable, "-m", "schedule.solver", str(file), "--moves", str(moves), "--processes", "1", *flags]
    child = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{checkout}: {' '.join(command)} failed")
    return used.ru_utime + used.ru_stime


def pace(files: list[Path], other: Path, moves: int, pairs: int, *flags: str) -> None:
    """The median of the ratios of runs made in turn: single runs of equal code already spread by three percent."""
    print(
        "| instance | flags | moves | CPU s there | CPU s here | here / there, median | least | most |\n"
        + "|---" * 8
        + "|"
    )
    for file in files:
        runs = [(cpu_seconds(other, file, moves, *flags), cpu_seconds(ROOT, file, moves, *flags)) for _ in range(pairs)]
        ratios = sorted(here / there for there, here in runs)
        there, here = (statistics.median(times) for times in zip(*runs, strict=True))
        print(
            f"| {file.stem} | {' '.join(flags)} | {moves:,} | {there:.2f} | {here:.2f} "
            f"| {statistics.median(ratios):.3f} | {ratios[0]:.3f} | {ratios[-1]:.3f} |",
            flush=True,
        )


#: what organisers slide the concerns "hosts" and "times" to
SLID = ((0, 0), (2, 0), (5, 0), (10, 0), (0, 3), (0, 10), (2, 3))


def hosts(files: list[Path], moves: int) -> None:
    """With the other weights of the file as they are; every second session would rather not be last on its day."""
    print(
        "| instance | hosts at | times at | wishes met | what hosts lack | emptiest room, median room "
        "| at the time they would rather have | CPU s |\n" + "|---" * 8 + "|"
    )
    scales = {concern.NAME: concern.scale for concern in CONCERNS}
    for file in files:
        problem = with_times(read_problem(json.loads(file.read_text())))
        for number, other in SLID:
            weights = replace(problem.weights, hosts=scales["hosts"](number), times=scales["times"](other))
            began = time.process_time()
            found = solve(replace(problem, weights=weights), Job(moves=moves, weighted=True))
            took = time.process_time() - began
            people = sorted(expected_people(problem, found.placements).values())
            said = [p for p in found.placements if problem.sessions[p.session].rather_not]
            in_time = sum(not is_unwelcome(problem, p.session, p.slot) for p in said)
            print(
                f"| {file.stem} | {number} | {other} | {found.score.attended:,} | {found.score.concerns['hosts']:.1f} "
                f"| {people[0]:.1f}, {statistics.median(people):.1f} | {in_time} of {len(said)} | {took:.1f} |",
                flush=True,
            )


def with_times(problem: Problem) -> Problem:
    ends = frozenset(t for t, slot in enumerate(problem.slots) if not slot.next)
    sessions = (replace(s, rather_not=ends if i % 2 else s.rather_not) for i, s in enumerate(problem.sessions))
    return replace(problem, sessions=tuple(sessions))


def made_files() -> list[Path]:
    """Instances of the usual sizes, made here."""
    folder = Path(tempfile.mkdtemp())
    files = []
    for (sessions, slots, rooms), people in zip(SIZES[:3], (120, 300, 1000), strict=True):
        files.append(folder / f"made-{sessions}.json")
        files[-1].write_text(json.dumps(camp(sessions, slots, rooms, people)))
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["compare", "bound", "growth", "pace", "hosts"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="for the proof, and for CP-SAT")
    parser.add_argument("--plot", type=Path, default=Path("solver.svg"))
    parser.add_argument("--against", type=Path, help="pace: the other checkout")
    parser.add_argument("--moves", type=int, default=1_000_000, help="pace, hosts: of each run")
    parser.add_argument("--pairs", type=int, default=11, help="pace: runs of each")
    parser.add_argument("--weighted", action="store_true", help="pace: with the weights of the file")
    options = parser.parse_args()
    files = [file.resolve() for file in options.files] or made_files()
    if options.what == "compare":
        compare(files, options.seconds)
    elif options.what == "bound":
        for file in files:
            plot_bound(file, options.seconds, options.plot)
    elif options.what == "hosts":
        hosts(files, options.moves)
    elif options.what == "pace":
        pace(files, options.against, options.moves, options.pairs, *(["--weighted"] if options.weighted else []))
    else:
        growth(options.plot)


if __name__ == "__main__":
    main()
