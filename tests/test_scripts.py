"""The scripts: what several need stands once, and what people typed is no pattern."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = {path.name: path.read_text() for path in sorted((ROOT / "static/js").glob("*.js"))}
SHARED = re.search(r"window\.campgrid = \{ (.+) \};", SCRIPTS["page.js"])[1].split(", ")


def test_what_several_scripts_use_is_written_once():
    for name in [f"const {name} = " for name in SHARED] + [
        'meta[name="',
        "document.cookie.split",
        "/health/",
        "/\\s+/g",
    ]:
        assert [script for script, source in SCRIPTS.items() if name in source] == ["page.js"], name


def test_what_is_put_in_is_a_text_of_ours_a_number_or_a_function():
    """In a text that people typed "$&" would mean something."""
    put_in = [found for source in SCRIPTS.values() for found in re.findall(r"\.replace\([^,()]*, ([^()]*)", source)]
    assert put_in
    for found in put_in:
        assert re.fullmatch(r'"[^"]*"|.*\.length|number|', found), found
