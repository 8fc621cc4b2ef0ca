"""What a bad day took is counted as lost; and of every fault that is played there are figures, with nothing lost."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench import faults
from bench.processes import ROOT

#: as the bench prints them
COLUMNS = ["acknowledged", "lost", "twice", "500", "told to try again", "no answer", "longest wait"]


class Day:
    """Three who were acknowledged, and what else they were told."""

    def __init__(self, port: int, cookies: list[str]) -> None:
        self.acknowledged, self.never = ["fault a", "fault b", "fault c"], []
        self.statuses: Counter[int] = Counter({302: 3, 200: 2, 503: 1, 507: 1, 0: 2})
        self.longest = 1.25

    def __enter__(self) -> Day:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Mistaken(Day):
    def __enter__(self) -> Day:
        self.statuses[500] += 1
        return self


@pytest.mark.parametrize(
    ("day", "stored", "line", "is_well"),
    [
        (Day, {"a": 1, "b": 1, "c": 1}, "| 3 | 0 | 0 | 0 | 2 | 2 | 1.2 s |", True),
        (Day, {"a": 1, "b": 1}, "| 3 | 1 | 0 | 0 | 2 | 2 | 1.2 s |", False),
        (Day, {"a": 1, "b": 2, "c": 1}, "| 3 | 0 | 1 | 0 | 2 | 2 | 1.2 s |", False),
        (Mistaken, {"a": 1, "b": 1, "c": 1}, "| 3 | 0 | 0 | 1 | 2 | 2 | 1.2 s |", False),
    ],
    ids=["nothing", "lost", "twice", "500"],
)
def test_what_was_acknowledged_and_is_not_there_is_lost(monkeypatch, capsys, day, stored, line, is_well):
    monkeypatch.setattr(faults, "Load", day)
    monkeypatch.setattr(faults, "BEFORE", 0)
    monkeypatch.setattr(faults, "AFTER", 0)
    monkeypatch.setattr(faults, "_in_database", lambda: Counter({f"fault {name}": n for name, n in stored.items()}))
    served: Any = Day(0, [])
    served.port = 0
    assert faults.play("hail", lambda: None, faults.World(served, Path()), []) is is_well
    assert capsys.readouterr().out.startswith(f"| hail {line}")


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL and Redis"])
def test_every_fault_that_is_played_has_its_figures_and_nothing_was_lost(engine):
    text = (ROOT / "docs" / "reliability.md").read_text().split(f"## On {engine}\n")[1].split("\n## ")[0]
    head, _line, *rows = [re.split(r" *\| *", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    assert head == ["what happened", *COLUMNS]
    anything: Any = Day(0, [])
    others = {} if engine == "SQLite" else {"postgres": anything, "redis": anything}
    played = [name for name, _fault in faults.faults(faults.World(anything, Path(), has_own_disk=True, **others))]
    assert [row[0] for row in rows] == played
    assert [row[0] for row in rows if row[2:5] != ["0", "0", "0"]] == []
