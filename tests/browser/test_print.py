"""On paper: the grid fits A4 and A3 either way round, says on each page what it is of, and the poster fills its page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

#: its grid is published
CAMP = "bluelightcamp"
#: width and height in points
PAPER = {"A4": (595, 842), "A3": (842, 1191)}
#: what stands left and right of a page, in millimetres
MARGIN = 12


def printed(page, path: Path, paper: str, is_landscape: bool) -> list[tuple[int, int]]:
    """Prints it with the marks of the printer asked for, and returns the size of every page."""
    page.pdf(path=path, format=paper, landscape=is_landscape, display_header_footer=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", path.read_bytes())
    return [(int(float(width)), int(float(height))) for width, height in sizes]


def text_of(path: Path) -> list[str]:
    """What each page says, line by line."""
    if not shutil.which("pdftotext"):
        pytest.skip("No pdftotext (poppler-utils) to read what is printed.")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


@pytest.fixture
def grid(open_page):
    page = open_page("organiser", CAMP, color_scheme="dark")
    page.goto(f"/{CAMP}/grid/")
    return page


@pytest.mark.parametrize("is_landscape", [False, True])
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_every_page_has_the_rooms_camp_and_version_and_no_mark_of_the_printer(grid, tmp_path, paper, is_landscape):
    heads = grid.locator("table.grid").first.locator("thead tr:not(.paper) th").all_text_contents()
    rooms = [re.split(r"\s+\d", head.strip())[0] for head in heads[1:]]
    path = tmp_path / "grid.pdf"
    sizes = printed(grid, path, paper, is_landscape)
    assert set(sizes) == {PAPER[paper][::-1] if is_landscape else PAPER[paper]}
    pages = text_of(path)
    assert len(pages) == len(sizes)
    for number, text in enumerate(pages, 1):
        flat = re.sub(r"\s+", "", text)
        assert re.search(r"BlueLightCamp·version\d+,published", flat), text
        assert f"{number}/{len(pages)}" in flat
        assert not re.search(r"https?:|127\.0\.0\.1|Campgrid", text), text
        # The four rooms of the demo stand beside each other in a line of their own.
        assert re.search(r"\s+".join(["Time", *(rf"{re.escape(room)} \d+" for room in rooms)]), text), text


def test_on_paper_nobodys_own_marks_stand(open_page):
    """It hangs on a wall, where others read what whoever printed it wants to be at."""
    page = open_page("attendee", CAMP)
    page.goto(f"/{CAMP}/grid/?past=1")
    marks, mine = page.locator(".entry .own"), page.locator(".entry.mine a").first
    assert marks.count()
    page.emulate_media(media="print")
    assert not any(mark.is_visible() for mark in marks.all())
    assert mine.evaluate("link => getComputedStyle(link).textDecorationLine") == "none"


#: as if each of the four rooms stood there so often, in the size that a table of so many has
WIDER = """(table, [times, size]) => {
  table.className = `grid ${size}`;
  table.querySelectorAll("tr:not(.paper)").forEach(row =>
    [...row.children].slice(1).forEach(cell => {
      for (let more = 1; more < times; more++) row.append(cell.cloneNode(true));
    }));
}"""


@pytest.mark.parametrize(("times", "size"), [(1, ""), (2, "wide"), (3, "widest")])
@pytest.mark.parametrize("width", [703, 1032, 1497])
def test_the_grid_is_a_table_on_any_paper_and_none_of_it_is_beyond_the_edge(grid, width, times, size):
    """703 and 1032 px are A4 between its margins, either way round; 1497 is A3 across."""
    grid.locator("table.grid").first.evaluate(WIDER, [times, size])
    grid.set_viewport_size({"width": width, "height": 1000})
    grid.emulate_media(media="print", color_scheme="dark")
    boxes = grid.eval_on_selector_all(
        ".grid :is(th, td), .grid a, .grid span",
        "all => all.map(one => one.getBoundingClientRect()).filter(box => box.width).map(box => [box.left, box.right])",
    )
    assert len(boxes) > 60
    assert min(left for left, _right in boxes) >= 0
    assert max(right for _left, right in boxes) <= width + 1
    style = "one => [getComputedStyle(one).display, getComputedStyle(one).color]"
    assert grid.locator("table.grid").first.evaluate(style)[0] == "table"
    assert grid.locator(".grid thead").first.evaluate(style)[0] == "table-header-group"
    assert grid.locator(".grid tr.paper").first.evaluate(style)[0] == "table-row"
    # The theme is that of paper, whatever the screen has.
    assert grid.locator(".grid td .entry a").first.evaluate(style)[1] == "rgb(0, 0, 0)"
    assert grid.locator("body").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"


def test_on_a_screen_the_line_for_paper_is_not_there(grid):
    for width in (360, 1280):
        grid.set_viewport_size({"width": width, "height": 900})
        assert not grid.locator(".grid tr.paper").first.is_visible()


@pytest.mark.parametrize("is_landscape", [False, True])
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_poster_fills_one_page(open_page, tmp_path, paper, is_landscape):
    page = open_page("organiser", CAMP, color_scheme="dark")
    page.goto(f"/{CAMP}/poster/")
    path = tmp_path / "poster.pdf"
    assert printed(page, path, paper, is_landscape) == [PAPER[paper][::-1] if is_landscape else PAPER[paper]]
    [text] = text_of(path)
    assert not re.search(r"https?://127|Campgrid|\d+ ?/ ?\d+$", text.strip()), text
    width, height = (size * 96 / 72 - 2 * MARGIN * 96 / 25.4 for size in PAPER[paper])
    if is_landscape:
        width, height = height, width
    page.set_viewport_size({"width": int(width), "height": int(height)})
    page.emulate_media(media="print")
    box = page.locator(".poster").bounding_box()
    code = page.locator(".poster .qr").bounding_box()
    assert box["y"] >= 0
    assert 0.95 * height < box["height"] <= height
    assert code["width"] > 0.45 * min(width, height)
    assert code["x"] >= 0
    assert code["y"] + code["height"] <= height
