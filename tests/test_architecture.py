"""`docs/architecture.md` stays true: what it sends people to is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROWS = re.findall(r"^\| (.+?) \| `(\S+)` \| `(\S+)` \|$", PAGE, re.MULTILINE)


def defined_in(body: list[ast.stmt], prefix: str = "") -> set[str]:
    """Functions, classes with what is in them, and what is set."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(prefix + node.name)
        if isinstance(node, ast.ClassDef):
            found |= defined_in(node.body, f"{prefix}{node.name}.")
        if isinstance(node, ast.Assign):
            found |= {prefix + target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(prefix + node.target.id)
    return found


def is_defined(text: str, name: str, kind: str) -> bool:
    if kind == ".py":
        return name in defined_in(ast.parse(text).body)
    if kind == ".css":
        return re.search(rf"{re.escape(name)}\s*:", text) is not None
    return re.search(rf'{{% partialdef {name}\b|class="{name}"|id="{name}"', text) is not None


def test_it_answers_many_questions_on_few_lines():
    assert len(ROWS) >= 25
    assert len({behaviour for behaviour, _file, _name in ROWS}) == len(ROWS)
    assert len(PAGE.splitlines()) <= 200


@pytest.mark.parametrize(("behaviour", "file", "name"), ROWS)
def test_where_one_is_sent_to_is_what_one_looks_for(behaviour, file, name):
    path = ROOT / file
    assert path.is_file(), f"{behaviour}: {file} is gone"
    assert is_defined(path.read_text(), name, path.suffix), f"{behaviour}: {file} does not define {name}"


def test_a_name_that_is_gone_is_missed():
    assert not is_defined("def other(): ...", "camp_view", ".py")
    assert not is_defined("camp_view()", "camp_view", ".py")
    assert not is_defined("a { color: var(--accent) }", "--accent", ".css")
