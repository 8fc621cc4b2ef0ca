"""Imports go downhill, and at the top of a module, where the contracts of `pyproject.toml` and a reader see them."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
APPS = set(CONFIG["root_packages"])
#: What loads OR-tools is imported when somebody asks: everybody else starts without it.
LOADED_WHEN_ASKED = "schedule/solver/"


def lazy_imports(path: Path) -> list[str]:
    """Imports of ours within a function, but `ready`, where Django wants receivers to be imported."""
    found = []
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name == "ready":
            continue
        for node in ast.walk(function):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            is_ours = any(module.split(".")[0] in APPS for module in modules)
            if is_ours or (isinstance(node, ast.ImportFrom) and node.level):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def test_nothing_of_ours_is_imported_within_a_function():
    """So no circle can hide. The contracts hold for lazy imports too, but nobody reads them there."""
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    found = [line for path in paths for line in lazy_imports(path)]
    assert [line for line in found if not line.startswith(LOADED_WHEN_ASKED)] == []


def test_no_contract_has_an_exemption():
    exemptions = [
        f"{contract['name']}: {key}"
        for contract in CONFIG["contracts"]
        for key in contract
        if key.startswith("ignore_")
    ]
    assert exemptions == []
