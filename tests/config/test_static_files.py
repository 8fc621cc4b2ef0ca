"""What goes out of our scripts: what runs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from config.static_files import StaticFiles, bare

SCRIPTS = sorted((Path(__file__).resolve().parents[2] / "static/js").glob("*.js"))
WRITTEN = (
    '// What it is.\n(() => {\n  // Why.\n  const address = "https://example.org"; // told\n\n  go(address);\n})();\n'
)
RUNS = '(() => {\nconst address = "https://example.org"; // told\ngo(address);\n})();\n'


def test_lines_that_are_a_comment_go_and_indentation():
    assert bare(WRITTEN) == RUNS


@pytest.mark.parametrize(
    ("name", "found"), [("js/ours.js", RUNS), ("vendor/theirs.js", WRITTEN), ("js/ours.txt", WRITTEN)]
)
def test_only_our_own_scripts_are_touched(tmp_path, name, found):
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    storage.save(name, ContentFile(WRITTEN.encode()))
    assert (tmp_path / name).read_text() == found


def test_what_has_a_name_by_its_content_is_bare_too(tmp_path):
    storage = StaticFiles(location=tmp_path / "out", base_url="/static/")
    came_from = FileSystemStorage(location=tmp_path / "in")
    came_from.save("js/ours.js", ContentFile(WRITTEN.encode()))
    storage.save("js/ours.js", came_from.open("js/ours.js"))
    list(storage.post_process({"js/ours.js": (came_from, "js/ours.js")}))
    named = (tmp_path / "out/js").glob("ours.*.js")
    assert [path.read_text() for path in named] == [RUNS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_line_of_ours_means_something_else_without_those_before_it(script):
    """No text goes over several lines, no comment begins on one line and ends on another."""
    source = script.read_text()
    assert "/*" not in source
    code = [line for line in source.splitlines() if not line.strip().startswith("//")]
    assert [line for line in code if line.count("`") % 2 or line.endswith("\\")] == []
