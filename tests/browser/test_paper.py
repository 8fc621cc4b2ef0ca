"""Sheets as they come out of a printer: Chromium's PDF pages, read by poppler, their codes by another library."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import expect

from .conftest import ROOT
from .paper_camps import ROOMS
from .test_pages import EVERY_RULE, found_by_axe

#: width and height in points
SIZES = {"a4": (842, 595), "a3": (1191, 842)}
CARDS = {"a4": (595, 842), "a3": (1191, 842)}
#: rooms beside each other
MOST = {"a4": 8, "a3": 12}


@pytest.fixture(scope="session")
def paper_camps(site_environment) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("No pdftotext (poppler-utils) to read what is printed.")
    code = "from tests.browser.paper_camps import make_paper_camps; make_paper_camps()"
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=site_environment, check=True)


@pytest.fixture
def organiser(open_page, paper_camps):
    return open_page("organiser", "bluelightcamp", color_scheme="dark")


class Pdf:
    """What came out."""

    def __init__(self, page, path: Path) -> None:
        self.path = path
        page.pdf(path=path, prefer_css_page_size=True, display_header_footer=True)

    @property
    def sizes(self) -> list[tuple[int, int]]:
        found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", self.path.read_bytes())
        return [(round(float(width)), round(float(height))) for width, height in found]

    @property
    def texts(self) -> list[str]:
        done = subprocess.run(["pdftotext", "-layout", self.path, "-"], capture_output=True, text=True, check=True)
        return [re.sub(r"\s+", " ", text.replace("\u00ad", "")) for text in done.stdout.split("\f")[:-1]]

    def edges(self) -> list[tuple[float, float, float, float]]:
        """Of each page, the box around all its words, in points."""
        done = subprocess.run(["pdftotext", "-bbox", self.path, "-"], capture_output=True, text=True, check=True)
        found = []
        for page in done.stdout.split("<page ")[1:]:
            boxes = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', page)
            left, top, right, bottom = zip(*(map(float, box) for box in boxes), strict=True)
            found.append((min(left), min(top), max(right), max(bottom)))
        return found

    def pictures(self, dpi: int = 150) -> list[np.ndarray]:
        """As a camera sees each page, in grey (PGM)."""
        to = self.path.with_suffix("")
        subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), self.path, to], check=True)
        return [_read(path) for path in sorted(self.path.parent.glob(f"{to.name}-*.pgm"))]

    def codes(self, dpi: int = 150) -> list[list[str]]:
        kind = zxingcpp.BarcodeFormat.QRCode
        return [[c.text for c in zxingcpp.read_barcodes(p, formats=kind)] for p in self.pictures(dpi)]


def _read(path: Path) -> np.ndarray:
    header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", path.read_bytes())
    width, height = int(header[1]), int(header[2])
    return np.frombuffer(path.read_bytes()[header.end() :], dtype=np.uint8).reshape(height, width)


def printed(page, path: str, tmp_path: Path) -> Pdf:
    page.goto(path)
    # Each with pictures of its own pages: of one with more of them some would be left over.
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    folder.mkdir()
    return Pdf(page, folder / "printed.pdf")


@pytest.mark.parametrize("size", ["a4", "a3"])
@pytest.mark.parametrize("rooms", ROOMS)
def test_the_grid_fits_its_sheets_each_with_camp_rooms_code_version_and_time(organiser, tmp_path, rooms, size):
    pdf = printed(organiser, f"/paper-{rooms}/grid/print/?size={size}", tmp_path)
    heads = organiser.eval_on_selector_all(
        ".leaf", "all => all.map(t => [...t.querySelectorAll('thead th[scope=col]')].slice(1).map(h => h.textContent))"
    )
    sheets = [[re.sub(r"\s+", " ", head).strip() for head in sheet] for sheet in heads]
    assert len(sheets) == -(-rooms // MOST[size])
    assert set(pdf.sizes) == {SIZES[size]}
    texts = pdf.texts
    # A day of so many titles may need a second page; each sheet of rooms begins a new one.
    assert len(sheets) <= len(texts) <= 2 * len(sheets)
    shown = []
    for text in texts:
        assert f"Camp of {rooms} rooms" in text
        assert re.search(r"Version 1, published \w+ \d+ \w+, \d\d:\d\d · printed \w+ \d+ \w+, \d\d:\d\d", text)
        assert not re.search(r"https?:|127\.0\.0\.1|Campgrid", text)
        part = re.search(rf"rooms (\d+) to (\d+) of {rooms}\b", text)
        first, last = map(int, part.groups()) if part else (1, rooms)
        shown += [] if (first, last) in shown else [(first, last)]
        # Each page has the heads of its own rooms; a long one may stand in two lines.
        assert all(head.split()[0] in text for head in [head for sheet in sheets for head in sheet][first - 1 : last])
    ends = np.cumsum([len(sheet) for sheet in sheets])
    assert shown == [(end - len(sheet) + 1, end) for sheet, end in zip(sheets, ends, strict=True)]
    for codes in pdf.codes():
        assert [urlsplit(code).path for code in codes] == [f"/paper-{rooms}/grid/"]
    for left, top, right, bottom in pdf.edges():
        assert left >= 24
        assert top >= 24
        assert right <= SIZES[size][0] - 24
        assert bottom <= SIZES[size][1] - 6


@pytest.mark.parametrize("size", ["a4", "a3"])
def test_a_sheet_is_filled(organiser, tmp_path, size):
    """It hangs on a wall: no third of it is empty."""
    for path in ("grid/print/", "paper/cells/"):
        pdf = printed(organiser, f"/paper-4/{path}?size={size}", tmp_path)
        [picture] = pdf.pictures(40)
        dark = np.argwhere(picture < 200)
        height, width = picture.shape
        # The number of the page stands below the sheet.
        rows = dark[dark[:, 0] < 0.955 * height]
        assert rows[:, 0].max() > 0.9 * height
        assert dark[:, 1].max() > 0.9 * width


def test_nobodys_own_marks_are_on_these_sheets(open_page, paper_camps, tmp_path):
    def words(person: str) -> list[str]:
        page = open_page(person, "bluelightcamp")
        pdf = printed(page, "/bluelightcamp/grid/print/?size=a3", tmp_path)
        return [re.sub(r"printed .*?, \d\d:\d\d", "", text) for text in pdf.texts]

    assert words("attendee") == words("organiser")


@pytest.mark.parametrize("size", ["a4", "a3"])
@pytest.mark.parametrize("rooms", ROOMS)
def test_every_code_of_the_empty_grid_is_read_by_a_camera(organiser, tmp_path, rooms, size):
    organiser.goto(f"/paper-{rooms}/draft/")
    wanted, found, page = rooms * 5, set(), 1
    while page <= 3 and len(found) < wanted:
        pdf = printed(organiser, f"/paper-{rooms}/paper/cells/?size={size}&page={page}", tmp_path)
        assert set(pdf.sizes) == {SIZES[size]}
        for text, codes in zip(pdf.texts, pdf.codes(), strict=True):
            assert f"Camp of {rooms} rooms" in text
            assert "printed" in text
            marks = {code for code in codes if "/Q/" in code}
            assert [urlsplit(code).path for code in codes if code not in marks] == [f"/paper-{rooms}/grid/"]
            assert all(re.fullmatch(r"HTTP://127\.0\.0\.1:\d+/Q/[0-9A-Z-]+", mark) for mark in marks)
            assert not marks & found
            found |= marks
        page += 1
    assert len(found) == wanted
    # Whoever scans one comes to its cell.
    organiser.goto(urlsplit(min(found)).path)
    assert organiser.locator("h1").inner_text().endswith((":00", ":45", ":30", ":15"))


@pytest.mark.parametrize(("size", "per_sheet"), [("a4", 8), ("a3", 16)])
def test_every_card_is_whole_and_its_code_leads_to_its_pitch(organiser, tmp_path, size, per_sheet):
    pdf = printed(organiser, f"/paper-8/paper/cards/?size={size}", tmp_path)
    titles = organiser.locator(".paper-cards h2").all_inner_texts()
    assert set(pdf.sizes) == {CARDS[size]}
    codes = pdf.codes()
    count = len(titles)
    assert [len(found) for found in codes] == [min(per_sheet, count - n) for n in range(0, count, per_sheet)]
    found = {code for page in codes for code in page}
    assert len(found) == count
    text = " ".join(pdf.texts)
    assert all(re.search(rf"\b{title.split()[-1]}\b", text) for title in titles)
    organiser.emulate_media(media="print")
    organiser.set_viewport_size({"width": int((CARDS[size][0] / 72 * 25.4 - 20) / 25.4 * 96), "height": 1000})
    cut = "all => all.filter(card => card.scrollHeight > card.clientHeight + 1 || card.scrollWidth > card.clientWidth + 1).length"
    assert organiser.eval_on_selector_all(".paper-cards > li", cut) == 0


def test_the_posters_code_is_read_from_its_page(organiser, tmp_path):
    pdf = printed(organiser, "/paper-4/poster/", tmp_path)
    [[code]] = pdf.codes(72)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/j/[A-Z2-9]{6}/", code)


def test_the_button_prints_and_is_not_there_without_a_script(open_page, paper_camps):
    page = open_page("organiser", "bluelightcamp")
    page.add_init_script("window.print = () => (document.title = 'printed')")
    page.goto("/paper-4/grid/print/")
    page.get_by_role("button", name="Print").click()
    assert page.title() == "printed"
    page = open_page("organiser", "bluelightcamp", scripts=False)
    page.goto("/paper-4/grid/print/")
    assert not page.locator("[data-print]").is_visible()


# -- the pack --------------------------------------------------------------------------------------------------


@pytest.fixture
def pack(organiser, tmp_path) -> Path:
    """The file, as one press brings it."""
    organiser.goto("/paper-8/paper/")
    with organiser.expect_download() as download:
        organiser.get_by_role("button", name="Get it for A4").click()
    assert download.value.suggested_filename == "paper-8-paper-pack.html"
    download.value.save_as(tmp_path / "pack.html")
    return tmp_path / "pack.html"


def test_the_button_is_back_once_the_file_was_sent(organiser):
    organiser.goto("/paper-8/paper/")
    for _ in range(2):
        with organiser.expect_download():
            organiser.get_by_role("button", name="Get it for A4").click()
        expect(organiser.get_by_role("button", name="Get it for A4")).to_be_enabled(timeout=8_000)


def test_the_pack_opens_without_a_network_and_prints_all_of_its_parts(chromium, pack, tmp_path):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pack.as_uri())
    rooms = page.locator(".door h2").all_inner_texts()
    numbers = page.locator(".pack-numbers strong").all_inner_texts()
    cells = page.locator(".leaf-blank").count()
    pdf = Pdf(page, tmp_path / "pack.pdf")
    context.close()
    assert asked == [pack.as_uri()]
    # Sheets lie across, signs and cards stand.
    assert set(pdf.sizes) == {SIZES["a4"], CARDS["a4"]}
    texts = pdf.texts
    assert len(rooms) == 8
    for room in rooms:
        # The sign of a door is a page of its own.
        assert sum(text.strip().startswith(room) and "Version 1" in text for text in texts) == 1
    blank = [text for text in texts if "Empty sheet: write a number or a title into each cell" in text]
    assert sum(len(re.findall(r"\b[A-H]\d\b", text)) for text in blank) == cells
    assert [text for text in texts if "Numbers of the pitches" in text]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    codes = [code for page in pdf.codes() for code in page]
    assert len({code for code in codes if not code.endswith("/grid/")}) == len(numbers)
    for left, top, _right, _bottom in pdf.edges():
        assert left >= 24
        assert top >= 14
    # A day of that many slots is on one sheet, as it is on its own.
    assert sum("Version 1, published" in text for text in texts) == 2


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_the_pack_can_be_read_on_a_phone(chromium, pack, width, scheme):
    context = chromium.new_context(offline=True, viewport={"width": width, "height": 740}, color_scheme=scheme)
    page = context.new_page()
    page.goto(pack.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_filled_sheet_comes_back(open_page, paper_camps, scripts):
    page = open_page("organiser", "bluelightcamp", scripts=scripts)
    page.goto("/paper-13/paper/")
    # What is printed has codes from then on.
    with page.expect_download():
        page.get_by_role("button", name="Get it for A3").click()
    page.goto("/paper-13/paper/pack/")
    waiting = page.locator(".pack-numbers li").last
    number, title = waiting.locator("strong").inner_text(), waiting.inner_text().split("\n")[-1]
    free = page.request.get("/paper-13/paper/sheet/empty.csv").text().splitlines()[1].split(",")[0]
    page.goto("/paper-13/paper/")
    page.get_by_role("link", name="Type a filled sheet in").click()
    page.get_by_label("A line for each cell").fill(f"{free} {number}\nZ99 1")
    page.get_by_role("button", name="Put them on the grid").click()
    expect(page.get_by_role("alert")).to_contain_text("No sheet has a place Z99.")
    expect(page.get_by_label("A line for each cell")).to_have_value(f"{free} {number}\nZ99 1")
    page.get_by_label("A line for each cell").fill(f"{free} {number}")
    page.get_by_role("button", name="Put them on the grid").click()
    expect(page.locator(".told").first).to_contain_text("1 session is placed.")
    assert title
    page.get_by_role("button", name="Undo").first.click()


# -- scanned, by a phone ---------------------------------------------------------------------------------------

CAMP = "paper-4"
PHONE = {"width": 360, "height": 740}


class Wall:
    """What hangs there, read from paper by a camera."""

    def __init__(self, reader, tmp_path: Path) -> None:
        cards = printed(reader, f"/{CAMP}/paper/cards/?which=waiting&size=a4", tmp_path)
        self.cards = [urlsplit(code).path for page in cards.codes() for code in page]
        cells = printed(reader, f"/{CAMP}/paper/cells/?size=a3", tmp_path)
        codes = [urlsplit(code).path for page in cells.codes() for code in page]
        self.free, self.taken = [], []
        for code in sorted(code for code in codes if code.startswith("/Q/")):
            reader.goto(code)
            (self.free if reader.get_by_text("It is free.").count() else self.taken).append(code)


@pytest.fixture
def wall(open_page, paper_camps, tmp_path) -> Wall:
    """Read without a script: so nothing is taken in hand by that."""
    return Wall(open_page("organiser", "bluelightcamp", scripts=False), tmp_path)


@pytest.fixture
def phone(open_page):
    return open_page("organiser", "bluelightcamp", viewport=PHONE)


def test_scan_a_card_scan_its_cell_and_nothing_is_pressed(phone, wall):
    for first, second in ((wall.cards[0], wall.free[0]), (wall.free[1], wall.cards[1])):
        phone.goto(first)
        expect(phone.get_by_role("main")).to_contain_text("Now scan")
        phone.goto(second)
        phone.wait_for_url("**/draft/scans/*/")
        expect(phone.locator(".message")).to_contain_text("is here now")
        expect(phone.get_by_role("button", name="Undo")).to_be_visible()
    # Back shows the page of the scan, and that does nothing by itself.
    stands = phone.locator("main h1").inner_text()
    phone.get_by_role("button", name="Undo").click()
    expect(phone.locator(".message").first).to_contain_text("is off the grid")
    phone.goto(wall.free[1])
    expect(phone.get_by_role("main")).to_contain_text("It is free.")
    assert stands


def test_coming_back_to_a_scan_places_nothing_again(phone, wall):
    phone.goto(wall.cards[0])
    expect(phone.get_by_role("main")).to_contain_text("It is in your hand")
    phone.goto(wall.free[0])
    phone.wait_for_url("**/draft/scans/*/")
    phone.goto(wall.cards[1])
    expect(phone.get_by_role("main")).to_contain_text("It is in your hand")
    sent = []
    phone.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    phone.go_back()
    phone.go_back()
    phone.reload()
    expect(phone.get_by_role("main")).to_be_visible()
    assert [url for url in sent if "/scans/" in url] == []


def test_a_page_that_nobody_looks_at_waits(open_page, wall):
    """A phone draws the page behind the camera's preview, or before anybody opens it."""
    page = open_page("organiser", "bluelightcamp", viewport=PHONE)
    page.add_init_script(
        "let seen = false; Object.defineProperty(document, 'visibilityState', { get: () => (seen ? 'visible' : 'hidden') });"
        "window.look = () => { seen = true; document.dispatchEvent(new Event('visibilitychange')); };"
    )
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(wall.cards[0])
    page.wait_for_load_state("networkidle")
    assert [url for url in sent if "/scans/" in url] == []
    with page.expect_navigation():
        page.evaluate("look()")
    expect(page.get_by_role("main")).to_contain_text("It is in your hand")
    assert len([url for url in sent if "/scans/" in url]) == 1


def test_without_a_script_one_large_button_each(open_page, wall):
    page = open_page("organiser", "bluelightcamp", scripts=False, viewport=PHONE)
    page.goto(wall.cards[0])
    for name, next_scan in (("Take it in hand", wall.free[2]), ("Put it there", None)):
        button = page.get_by_role("button", name=name)
        assert button.bounding_box()["height"] >= 44
        assert button.bounding_box()["y"] < 500
        button.click()
        if next_scan:
            page.goto(next_scan)
    expect(page.get_by_role("main")).to_contain_text("is here now")


def test_a_taken_cell_is_decided_by_a_finger(phone, wall):
    phone.goto(wall.cards[-1])
    # Once the form that went by itself was answered: else its answer comes over the page that is asked for next.
    expect(phone.get_by_role("button", name="Put it down")).to_be_visible()
    phone.wait_for_load_state("networkidle")
    # The last of the day: none that has begun since it was printed.
    phone.goto(wall.taken[-1])
    button = phone.get_by_role("button", name=re.compile("^Put it there, and let “.*” wait$"))
    expect(button).to_be_visible()
    phone.wait_for_load_state("networkidle")
    assert "/Q/" in phone.url
    button.click()
    expect(phone.get_by_role("main")).to_contain_text("waits for a place")


def test_what_scans_lead_to_is_for_everybody(open_page, wall):
    """Light, not wider than a phone, and axe finds nothing, whoever scans."""
    for person in ("organiser", "attendee", ""):
        page = open_page(person, "bluelightcamp", scripts=True, viewport={"width": 320, "height": 640})
        page.add_init_script("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for code in (wall.cards[0], wall.taken[0], wall.free[-1]):
                page.goto(code)
                assert found_by_axe(page, EVERY_RULE) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= 320


# -- the wall, typed in ----------------------------------------------------------------------------------------


def test_titles_are_typed_one_after_the_other_with_enter_between(open_page, paper_camps):
    page = open_page("organiser", "bluelightcamp", viewport={"width": 1280, "height": 900})
    page.goto("/paper-8/paper/cards/?which=waiting")
    titles = page.locator(".paper-cards h2").all_inner_texts()[:3]
    page.goto("/paper-8/draft/wall/")
    fields = page.locator("[data-title]")
    rooms = [page.locator(f"#id_{n}-room option:checked").inner_text() for n in (1, 2, 3)]
    fields.first.focus()
    for number, title in enumerate(titles, 1):
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(fields.nth(number)).to_be_focused()
    page.keyboard.type("Nobody pitched this")
    page.get_by_role("button", name="Put them on the grid").click()
    expect(page.get_by_role("alert")).to_contain_text("No pitch has this title.")
    assert [fields.nth(n).input_value() for n in range(4)] == [*titles, "Nobody pitched this"]
    page.get_by_role("link", name=re.compile("No pitch has this title")).click()
    expect(fields.nth(3)).to_be_focused()
    fields.nth(3).fill("")
    page.get_by_role("button", name="Put them on the grid").click()
    expect(page.locator(".message")).to_contain_text("3 sessions are placed.")
    page.goto("/paper-8/draft/")
    for room, title in zip(rooms, titles, strict=True):
        assert page.locator(".board .entry", has_text=title).count() == 1, room


def test_in_the_last_row_enter_sends_and_without_a_script_in_any(open_page, paper_camps):
    page = open_page("organiser", "bluelightcamp")
    page.goto("/paper-13/draft/wall/")
    page.locator("[data-title]").last.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Type at least one title.")
    page = open_page("organiser", "bluelightcamp", scripts=False)
    page.goto("/paper-13/draft/wall/")
    page.locator("[data-title]").first.fill("Nothing like it")
    with page.expect_navigation():
        page.locator("[data-title]").first.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No pitch has this title.")


def test_eight_rooms_stand_beside_each_other_on_the_published_grid_and_no_word_breaks(open_page, paper_camps):
    page = open_page("organiser", viewport={"width": 1280, "height": 800})
    page.goto("/paper-8/grid/")
    box = page.locator(".grid-box").first
    assert box.evaluate(
        "box => [box.scrollWidth - box.clientWidth, innerWidth - box.getBoundingClientRect().right > 0]"
    ) == [0, True]
    # The button is one line: its word is not broken.
    lines = page.locator(".grid .on-card:visible").evaluate_all(
        """buttons => buttons.map(button => {
            const words = [...button.childNodes].find(node => node.nodeType === 3 && node.data.trim());
            const range = document.createRange();
            range.selectNodeContents(words);
            return new Set([...range.getClientRects()].filter(one => one.width > 1).map(one => Math.round(one.top))).size;
        })"""
    )
    assert lines
    assert set(lines) == {1}
    # What stands above it is one line, for whoever runs the camp, too.
    top = page.locator("#published-grid").evaluate("node => node.getBoundingClientRect().top")
    assert page.locator("main h1").evaluate("node => node.getBoundingClientRect().top") >= top - 1
