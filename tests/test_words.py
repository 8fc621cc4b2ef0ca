"""`docs/words.md` against the code: what it names exists, what it forbids is nowhere, what has one meaning stays at home."""

from __future__ import annotations

import ast
import functools
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "events", "pitches", "schedule", "notes", "exchange", "demo", "config", "bench"]


def tables() -> list[list[list[str]]]:
    """The rows of each table of the page, headings left out."""
    text = (ROOT / "docs" / "words.md").read_text()
    found = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    return [[[cell.strip() for cell in row.strip("|").split("|")] for row in t.splitlines()[2:]] for t in found]


WORDS, MEANINGS, OTHERS = tables()[:3]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def parts(name: str) -> set[str]:
    """The words of a name, in the singular: `GridVersions_of` has grid, version and of."""
    found = {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}
    return found | {part.removesuffix("s") for part in found}


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


@functools.cache
def names_by_file() -> dict[str, frozenset[str]]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return {
        path.relative_to(ROOT).as_posix(): frozenset(names_in(ast.parse(path.read_text()))) for path in sorted(files)
    }


def uses_of(word: str) -> set[tuple[str, str]]:
    """(file, name) wherever the word is a part of a name, but for the names that others gave."""
    given = {(name, home) for names, _who, homes in OTHERS for name in names.split(", ") for home in quoted(homes)}
    return {
        (file, name)
        for file, names in names_by_file().items()
        for name in names
        if word in parts(name) and not any(name.strip("_") == other and file.startswith(home) for other, home in given)
    }


def test_there_are_names_to_look_at():
    assert len(names_by_file()) > 100
    assert uses_of("camp")


@pytest.mark.parametrize("dotted", [name for row in WORDS for name in quoted(row[2])])
def test_what_a_word_is_called_in_the_code_exists(dotted):
    module, *rest = dotted.split(".")
    found = importlib.import_module(module)
    for number, name in enumerate(rest, 1):
        if not hasattr(found, name):
            found = importlib.import_module(".".join(dotted.split(".")[: number + 1]))
        elif name in getattr(found, "__dict__", {}) or not isinstance(found, type):
            found = getattr(found, name)
        else:
            found = getattr(found, name, None)
    assert found is not None


@pytest.mark.parametrize("word", [word for row in WORDS for word in row[3].split(", ") if word])
def test_a_word_that_is_never_said_is_nowhere(word):
    assert uses_of(word) == set()


@pytest.mark.parametrize(("word", "homes"), [(row[0], tuple(quoted(row[2]))) for row in MEANINGS])
def test_a_word_with_one_meaning_stays_at_home(word, homes):
    assert {(file, name) for file, name in uses_of(word) if not file.startswith(homes)} == set()


@pytest.mark.parametrize(("name", "homes"), [(n, quoted(r[2])) for r in OTHERS for n in r[0].split(", ")])
def test_an_exception_is_still_needed(name, homes):
    found = [f for f, names in names_by_file().items() if {name, f"__{name}__"} & names and f.startswith(tuple(homes))]
    assert found, f"{name} is used nowhere: take it off the page"
