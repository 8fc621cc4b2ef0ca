"""What people read can be translated: a sentence is a constant with places for values, and never put together.

Read from the source (static analysis). gettext looks a text up as a whole: one that was filled in before, or glued, is in
no catalogue, and is shown in English for ever.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "config", "events", "exchange", "notes", "pitches", "schedule"]
#: how the functions that translate, or mark for it, are called; `say` is one that was given
TRANSLATES = {"_", "N_", "say", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "ngettext", "ngettext_lazy"}
#: two words beside each other: it is read, and not parsed
READS = re.compile(r"[A-Za-z’']{2,},? [a-z’']{2,}")

#: raised at whoever runs the server, writes the code or wrote the file: no page tells it
NOT_FOR_PAGES = {"CommandError", "ImproperlyConfigured", "ProblemError", "TypeError", "ValueError", "SystemExit"}
#: written for whoever runs a command or reads the log
FOR_OPERATORS = {"print", "write", "log", "debug", "info", "warning", "error", "exception", "parse", "add_argument"}
#: module: why it may put English together
OF_OPERATORS = {
    "config/environment.py": "read by whoever starts the server",
    "config/supervisor.py": "it says nothing but in the log",
    "schedule/solver/__main__.py": "the command line of the scheduler, which stands without Django",
}
#: function of a model: what the Django admin and a traceback call a row
NAMES_A_ROW = {"__str__", "__repr__"}


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    paths = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
    return tuple((str(p.relative_to(ROOT)), ast.parse(p.read_text())) for p in paths if "migrations" not in p.parts)


def called(node: ast.AST) -> str:
    """How what is called is named: `_` of `_("…")`, `write` of `self.stdout.write(…)`."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_whole(node: ast.AST) -> bool:
    """A constant, or something that is one elsewhere; neither filled in nor glued."""
    if isinstance(node, ast.Constant | ast.Name | ast.Attribute):
        return True
    return isinstance(node, ast.IfExp) and is_whole(node.body) and is_whole(node.orelse)


def glued(tree: ast.AST) -> Iterator[int]:
    """Lines on which a text is looked up that no catalogue can hold."""
    for node in ast.walk(tree):
        if (name := called(node)) in TRANSLATES and isinstance(node, ast.Call):
            texts = node.args[:2] if name.startswith(("ngettext", "pgettext")) else node.args[:1]
            if not all(is_whole(text) for text in texts):
                yield node.lineno


def english(tree: ast.AST, *, is_solver: bool = False) -> Iterator[int]:
    """Lines with an f-string that reads as a sentence and is shown to people."""

    def look(node: ast.AST) -> Iterator[int]:
        if isinstance(node, ast.Raise) and called(node.exc or node) in NOT_FOR_PAGES:
            return
        if called(node) in FOR_OPERATORS:
            return
        if isinstance(node, ast.FunctionDef) and node.name in NAMES_A_ROW and not is_solver:
            return
        if isinstance(node, ast.JoinedStr):
            texts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
            if READS.search("".join(map(str, texts))):
                yield node.lineno
        for child in ast.iter_child_nodes(node):
            yield from look(child)

    return look(tree)


def test_what_is_translated_is_one_constant():
    assert [f"{path}:{line}" for path, tree in trees() for line in glued(tree)] == []


def test_no_sentence_is_put_together_in_english():
    found = [
        f"{path}:{line}"
        for path, tree in trees()
        # Commands speak to whoever runs them.
        if path not in OF_OPERATORS and "management" not in path.split("/")
        for line in english(tree, is_solver=path.startswith("schedule/solver/"))
    ]
    assert found == []


def test_the_reader_reads():
    """A rule that finds nothing to hold would pass, too."""
    calls = [node for _path, tree in trees() for node in ast.walk(tree) if called(node) in TRANSLATES]
    assert len(calls) > 400
    assert {path for path, _tree in trees()} > set(OF_OPERATORS)


@pytest.mark.parametrize(
    "source",
    [
        '_(f"{n} rooms")',
        '_("%s rooms" % n)',
        '_("{} rooms".format(n))',
        '_("room" + s)',
        'ngettext("one", f"{n} many", n)',
    ],
)
def test_what_was_filled_in_before_is_found(source):
    assert list(glued(ast.parse(source))) == [1]


@pytest.mark.parametrize("source", ['_("%(n)s rooms") % {"n": n}', "_(rule.SENTENCE)", '_("a" if b else "c")'])
def test_what_is_filled_in_after_is_none(source):
    assert list(glued(ast.parse(source))) == []


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('Reason(f"No cell of the grid will do: {rule}")', True),
        ('text += f" A room with {needs} would do."', True),
        ('raise ValidationError(f"The room {room} is taken.")', True),
        ('f"/{camp.slug}/grid/"', False),
        ('f"{room}, {day} {hour}"', False),
        ('raise CommandError(f"There is no camp {slug}.")', False),
        ('log.warning(f"Build {pk} was taken up")', False),
        ('def __str__(self):\n    return f"version {self.number} of the grid"', False),
    ],
)
def test_a_sentence_is_told_from_an_address_and_from_what_operators_read(source, is_found):
    assert bool(list(english(ast.parse(source)))) is is_found
