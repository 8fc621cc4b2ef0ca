"""Tests run without collected files; so this looks whether what templates and code name is there."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent


def test_every_static_file_that_is_named_is_there():
    texts = [path.read_text() for path in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templatetags/*.py")]]
    named = {name for text in texts for name in re.findall(r"\bstatic[ (][\"']([^\"']+)[\"']", text)}
    assert "css/campgrid.css" in named
    assert "icons.svg" in named
    assert [name for name in sorted(named) if finders.find(name) is None] == []
