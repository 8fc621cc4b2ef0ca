"""The server is off and the browser was closed: what one had opens again, says from when it is, and goes when it must."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import ARGUMENTS, CHROMIUM, ROOT, served
from .test_journey import submit

CAMP = "bluelightcamp"
HOME, GRID, MY, WAITING = (f"/{CAMP}/{rest}" for rest in ("", "grid/", "my/", "waiting/"))
PHONE = {"width": 360, "height": 740}
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith("campgrid-pages:")) continue;
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}"""


class Hall:
    """A server that can be stopped, and a phone that can be switched off."""

    def __init__(self, chromium, environment: dict[str, str], profiles: Path) -> None:
        self.chromium, self.environment, self.profiles = chromium, environment, profiles
        self.port, self.server = 0, None
        self.phones: list[BrowserContext] = []

    def start(self, **more: str) -> None:
        self.server = served(self.environment | more, port=self.port)
        self.address = self.server.__enter__()
        self.port = int(self.address.rpartition(":")[2])

    def stop(self) -> None:
        if self.server:
            self.server.__exit__(None, None, None)
        self.server = None

    def phone(self, name: str = "phone", **options) -> Page:
        """Switched on, or on again: what it keeps is what it kept."""
        context = self.chromium.browser_type.launch_persistent_context(
            str(self.profiles / name),
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            base_url=self.address,
            viewport=PHONE,
            **options,
        )
        context.set_default_timeout(30_000)
        self.phones.append(context)
        return context.new_page()

    def close(self) -> None:
        """All phones are switched off, and the server."""
        while self.phones:
            self.phones.pop().close()
        if self.server is None:
            self.start()

    def do(self, code: str) -> str:
        """Done on the server's side, by the services."""
        command = [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            f"from events.models import *\ncamp = Camp.objects.get(slug='{CAMP}')\n{code}",
        ]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()


@pytest.fixture(scope="module")
def running(chromium, demo, tmp_path_factory) -> Iterator[Hall]:
    with demo.database() as url:
        hall = Hall(chromium, demo.environment(url), tmp_path_factory.mktemp("profiles"))
        hall.start()
        hall.do("from events.editing import switch_camp\nswitch_camp(camp=camp, is_pitching_open=True)")
        yield hall
        hall.close()
        hall.stop()


@pytest.fixture
def hall(running, tmp_path) -> Iterator[Hall]:
    running.profiles = tmp_path
    yield running
    running.close()


def sign_in(page: Page, persona: str = "attendee") -> None:
    page.goto("/demo/")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='{persona}']").click()
    page.wait_for_url(f"**/{CAMP}/**")


def kept(page: Page) -> list[str]:
    return page.evaluate(KEPT)


def until(page: Page, is_so, what: str = "") -> list[str]:
    """What is kept, once it is so."""
    late = time.monotonic() + 60
    while not is_so(found := kept(page)):
        assert time.monotonic() < late, (what, found)
        page.wait_for_timeout(250)
    return found


def all_kept(page: Page) -> list[str]:
    """What the camp's list says, all of it."""
    wanted = page.evaluate(f"async () => (await (await fetch('/{CAMP}/kept.json')).json()).pages")
    return until(page, lambda found: set(wanted) <= set(found), "not all is kept")


def is_from(page: Page) -> str:
    expect(page.locator("#kept")).to_be_visible()
    text = page.locator("#kept").inner_text()
    assert re.search(r"This is from \d\d:\d\d\.", text), text
    return text


def shows_nothing_kept(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("h1")).to_have_text("This page is not kept here")


# -- after one visit ---------------------------------------------------------------------------------------------------


def test_a_member_opens_the_day_from_the_icon_with_server_off_and_browser_started_again(hall):
    """One page was looked at, the first one ever: the worker was not there before."""
    page = hall.phone()
    sign_in(page)
    pages = all_kept(page)
    manifest = page.evaluate("async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()")
    assert (manifest["start_url"], manifest["scope"], manifest["name"]) == (MY, HOME, "BlueLightCamp")
    page.context.close()
    hall.phones.clear()
    hall.stop()
    page = hall.phone()
    response = page.goto(manifest["start_url"])
    # What it may load is as it was.
    assert "script-src 'self'" in response.headers["content-security-policy"]
    assert "Campgrid does not answer" in is_from(page)
    # From here on by links alone, as one would.
    session = next(path for path in pages if re.search(r"/sessions/\d+/$", path))
    page.evaluate("document.querySelectorAll('main details').forEach((folded) => { folded.open = true; })")
    page.locator(f"main a[href='{session}']").first.click()
    page.wait_for_url(f"**{session}")
    is_from(page)
    for name, heading in [("Grid", "Grid"), ("About", "BlueLightCamp")]:
        page.get_by_role("navigation", name="BlueLightCamp").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("h1")).to_contain_text(heading)
        is_from(page)
    # Where the rooms are.
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    page.goto(f"{session}notes/")
    is_from(page)
    expect(page.locator("textarea").first).to_be_visible()
    # It looks as it did: its styles are there.
    assert page.evaluate("getComputedStyle(document.querySelector('#kept')).position") == "sticky"


def test_a_stranger_of_a_public_camp_opens_the_grid_without_the_server(hall):
    page = hall.phone()
    page.goto(GRID)
    all_kept(page)
    page.context.close()
    hall.phones.clear()
    hall.stop()
    page = hall.phone()
    page.goto(GRID)
    is_from(page)
    assert page.locator("table.grid .entry").count() > 3
    page.goto(HOME)
    is_from(page)
    # Not kept: it says so, and what is.
    shows_nothing_kept(page, MY)
    expect(page.locator("#kept-pages a").first).to_have_text("Grid")
    shows_nothing_kept(page, "/")


def test_a_page_that_was_read_opens_and_one_that_was_not_does_not(hall):
    page = hall.phone()
    page.goto(GRID)
    all_kept(page)
    read, unread = page.eval_on_selector_all(
        ".entry a[href*='/sessions/']", "links => [...new Set(links.map(a => a.getAttribute('href')))].slice(0, 2)"
    )
    page.goto(read)
    until(page, lambda found: read in found)
    hall.stop()
    page.goto(read)
    is_from(page)
    shows_nothing_kept(page, unread)


def test_where_nothing_is_kept_it_is_not_said_that_nobody_is_signed_in(hall):
    """That page is about nobody, and what was tapped before waits all the same."""
    page = hall.phone()
    sign_in(page)
    page.goto(GRID)
    all_kept(page)
    page.context.set_offline(True)
    page.locator(".on-card").first.click()
    shows_nothing_kept(page, f"/{CAMP}/notes/")
    taps = page.locator("#taps")
    expect(taps).to_contain_text("1 tap not sent yet. This goes by itself", use_inner_text=True)
    expect(taps).not_to_contain_text("Nobody is signed in", use_inner_text=True)
    page.get_by_role("link", name="See what waits").click()
    expect(page.locator("#waiting-taps li")).to_have_count(1)
    page.context.set_offline(False)


def test_what_was_not_kept_comes_by_itself_once_the_network_is_back(hall):
    page = hall.phone()
    page.goto(GRID)
    all_kept(page)
    # Of a stranger it is not kept; the worker has a network of its own, so the server is what goes.
    hall.stop()
    shows_nothing_kept(page, f"/{CAMP}/notes/")
    hall.start()
    expect(page.locator("h1")).not_to_have_text("This page is not kept here", timeout=60_000)
    expect(page).to_have_url(re.compile(f"/{CAMP}/notes/$"))


# -- what is fresh, and what is not ------------------------------------------------------------------------------------


def test_a_kept_page_is_loaded_anew_when_the_server_is_back(hall):
    page = hall.phone()
    page.goto(GRID)
    all_kept(page)
    expect(page.locator("#kept")).to_be_hidden()
    hall.stop()
    page.reload()
    is_from(page)
    # A piece that asks for itself gets no answer, be it kept or not; the strip stays.
    status = page.evaluate(
        "() => fetch('/bluelightcamp/grid/', {headers: {'HX-Request': 'true'}}).then(r => r.status, () => 0)"
    )
    assert status == 0
    is_from(page)
    hall.start()
    expect(page.locator("#kept")).to_be_hidden(timeout=60_000)
    assert page.locator("table.grid .entry").count() > 3


@contextmanager
def dead_access_point(port: int) -> Iterator[None]:
    """Takes every connection and answers none."""
    taken, listener = [], socket.create_server(("127.0.0.1", port), reuse_port=False)
    threading.Thread(
        target=lambda: [taken.append(one) for one in iter(lambda: accepted(listener), None)], daemon=True
    ).start()
    yield
    listener.close()
    for one in taken:
        one.close()


def accepted(listener: socket.socket) -> socket.socket | None:
    try:
        return listener.accept()[0]
    except OSError:
        return None


def test_on_a_dead_access_point_the_kept_page_comes_after_a_few_seconds(hall):
    page = hall.phone()
    page.goto(GRID)
    all_kept(page)
    hall.stop()
    with dead_access_point(hall.port):
        started = time.monotonic()
        page.goto(GRID, wait_until="commit")
        took = time.monotonic() - started
        assert "Campgrid does not answer" in is_from(page)
        assert 4 < took < 9


def test_errors_and_what_is_not_ours_are_never_kept(hall):
    page = hall.phone()
    page.goto(GRID)
    before = all_kept(page)
    for path in (
        "nothing-here/",
        "sessions/999999/",
        "people/",
        "settings/",
        "my/",
        "join/",
        "accent.css",
        "calendar/",
    ):
        page.goto(f"/{CAMP}/{path}")
    page.goto(GRID)
    page.wait_for_timeout(1_000)
    assert sorted(kept(page)) == sorted(before)


# -- what goes ---------------------------------------------------------------------------------------------------------


def test_whoever_signs_out_leaves_nothing_for_the_next_on_this_phone(hall):
    page = hall.phone()
    sign_in(page)
    all_kept(page)
    page.goto("/accounts/logout/")
    page.locator("main form button").click()
    page.wait_for_load_state()
    # What anybody sees may be kept of the page that came, nothing else is.
    until(page, lambda found: MY not in found and WAITING not in found)
    names = page.evaluate("async () => (await caches.keys()).filter(name => name.startsWith('campgrid-pages:'))")
    assert all(name.startswith("campgrid-pages:-:") for name in names)
    hall.stop()
    shows_nothing_kept(page, MY)


def test_somebody_else_signs_in_and_sees_nothing_of_before(hall):
    page = hall.phone()
    sign_in(page)
    all_kept(page)
    first = page.locator("meta[name=person]").get_attribute("content")
    sign_in(page, "organiser")
    names = page.evaluate("async () => caches.keys()")
    assert not [name for name in names if first in name]


def test_nor_if_the_clock_of_the_phone_was_put_back_meanwhile(hall):
    page = hall.phone()
    sign_in(page)
    all_kept(page)
    first = page.locator("meta[name=person]").get_attribute("content")
    page.evaluate(
        """async (person) => (await caches.open("campgrid-notes")).put(
          "/who", new Response(JSON.stringify({ person, at: Date.now() + 3_600_000 })))""",
        first,
    )
    sign_in(page, "organiser")
    assert not [name for name in page.evaluate("async () => caches.keys()") if first in name]
    all_kept(page)


def removed(hall: Hall, page: Page) -> None:
    mark = page.locator("meta[name=attendee]").get_attribute("content")
    hall.do(
        f"from events.roles import remove_attendee\nme = next(a for a in camp.attendees.present() if a.mark == '{mark}')\nremove_attendee(attendee=me)"
    )


def test_whoever_is_removed_keeps_nothing_after_the_next_contact_be_it_a_page_of_another_camp(hall):
    page = hall.phone()
    page.goto(f"/{CAMP}/join/")
    page.get_by_label("The name people will see").fill("Rob")
    submit(page, "Go in")
    all_kept(page)
    removed(hall, page)
    page.goto("/govcamp-2027/grid/")
    until(page, lambda found: not any(path.startswith(HOME) for path in found), "kept of a camp that one is out of")
    hall.stop()
    shows_nothing_kept(page, MY)


def test_no_title_takes_the_words_away_that_say_from_when_a_page_is(hall):
    page = hall.phone()
    sign_in(page)
    path = hall.do(
        "from pitches.models import Pitch\nfrom events import stamps\npitch = camp.pitches.open().first()\n"
        "pitch.title = '{kept-at}'\npitch.save()\nstamps.bump(camp, stamps.PITCHES)\nprint(pitch.get_absolute_url())"
    )
    page.goto(path)
    until(page, lambda found: path in found)
    hall.stop()
    page.goto(path)
    is_from(page)
    expect(page.locator("h1")).to_have_text("{kept-at}")


def session_of_mine(hall: Hall, page: Page) -> str:
    return next(path for path in all_kept(page) if re.search(r"/sessions/\d+/$", path))


def test_a_stricter_rule_of_the_room_takes_the_notes_off_the_device_and_nothing_else(hall):
    """Read as a stranger, who may not read them any more."""
    page = hall.phone()
    page.goto(f"/{CAMP}/record/")
    path = page.locator("main a[href*='/sessions/']").first.get_attribute("href").split("#")[0]
    page.goto(path)
    number = re.search(r"/(\d+)/$", path)[1]
    text = hall.do(f"from notes.models import Note\nprint(Note.objects.get(session_id={number}).text.split()[0])")
    before = until(page, lambda found: {path, GRID} <= set(found))
    hall.do(
        f"from notes.services import set_notes_rule\nset_notes_rule(session=camp.sessions.get(pk={number}), rule='attendees')"
    )
    page.goto(GRID)
    read = "async (path) => (await (await caches.match(path))?.text()) ?? ''"
    late = time.monotonic() + 30
    while text in page.evaluate(read, path):
        assert time.monotonic() < late
        page.wait_for_timeout(250)
    hall.stop()
    page.goto(path)
    assert text not in page.locator("main").inner_text()
    page.goto(GRID)
    is_from(page)
    assert set(before) - {path} <= set(kept(page)) | {f"/{CAMP}/record/"}


def test_what_was_taken_is_shown_to_nobody_though_the_network_goes_at_that_moment(hall):
    """The list came, and nothing after it."""
    page = hall.phone()
    page.goto(GRID)
    all_kept(page)
    page.evaluate(f"""async () => {{
        const notes = await caches.open("campgrid-notes");
        await notes.put("/taken/{CAMP}", new Response(JSON.stringify({{"{HOME}": 99}})));
    }}""")
    hall.stop()
    shows_nothing_kept(page, GRID)


# -- what is sent without a network ------------------------------------------------------------------------------------

PITCH = f"/{CAMP}/pitches/new/"


def pitch_without_network(page: Page, title: str) -> None:
    page.goto(PITCH)
    is_from(page)
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Pitch it").click()
    page.wait_for_url(f"**{WAITING}")
    expect(page.locator("#waiting-texts")).to_contain_text(title)


def test_where_nothing_could_leave_the_line_nothing_is_put_in_it(hall):
    """Safari 15.0 has a worker and no locks."""
    page = hall.phone()
    page.add_init_script("delete Navigator.prototype.locks")
    sign_in(page)
    all_kept(page)
    hall.stop()
    page.goto(PITCH)
    page.get_by_label("Title").fill("Typed on an old phone")
    page.get_by_role("button", name="Pitch it").click()
    expect(page.locator("#not-saved")).to_contain_text("Your text is kept here")
    expect(page.get_by_label("Title")).to_have_value("Typed on an old phone")


def waiting(page: Page) -> list[str]:
    return page.locator("#waiting-texts > li strong").all_inner_texts()


def pitched(hall: Hall, start: str) -> list[str]:
    """Titles on the board, as the server has them, in the order in which they came."""
    return hall.do(
        f"print('|'.join(camp.pitches.filter(title__startswith='{start}').order_by('pk').values_list('title', flat=True)))"
    ).split("|")


def test_two_pitches_and_a_note_wait_in_a_list_and_go_once_in_order(hall):
    """The browser is closed and started again before the server is back."""
    page = hall.phone()
    sign_in(page)
    notes = next(path for path in all_kept(page) if path.endswith("/notes/"))
    hall.stop()
    pitch_without_network(page, "Wait one")
    page.goto(notes)
    words = "Ducks nobody heard of"
    page.locator("textarea[name=text]").fill(page.locator("textarea[name=text]").input_value() + f"\n\n{words}")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{WAITING}")
    # One form that is kept, opened twice: two pitches.
    pitch_without_network(page, "Wait two")
    assert [line.partition(":")[0] for line in waiting(page)] == ["Pitch a session", "Notes", "Pitch a session"]
    expect(page.locator("#waiting-texts")).to_contain_text("Waiting to be sent")
    page.goto(GRID)
    expect(page.locator("#taps")).to_contain_text("Texts wait to be sent")
    page.context.close()
    hall.phones.clear()
    hall.start()
    page = hall.phone()
    page.goto(WAITING)
    expect(page.locator("#nothing-waits")).to_be_visible()
    assert waiting(page) == []
    assert pitched(hall, "Wait ") == ["Wait one", "Wait two"]
    page.goto(notes.removesuffix("notes/"))
    expect(page.locator("#session-page")).to_contain_text(words)
    # What was done is told, as it would have been.
    page.goto(GRID)
    assert not page.locator("#not-saved").is_visible()


def test_what_waits_can_be_changed_and_taken_out(hall):
    page = hall.phone()
    sign_in(page)
    all_kept(page)
    hall.stop()
    for title in ("Change me", "Take me out", "Take me out, no"):
        pitch_without_network(page, title)
    page.locator("#waiting-texts > li", has_text="Take me out, no").get_by_role("button", name="Take it out").click()
    page.locator("#taken-out button").click()
    assert len(waiting(page)) == 3
    page.locator("#waiting-texts > li").nth(1).get_by_role("button", name="Take it out").click()
    page.locator("#waiting-texts > li", has_text="Change me").get_by_role("link", name="Change it").click()
    page.wait_for_url(f"**{PITCH}")
    expect(page.get_by_label("Title")).to_have_value("Change me")
    page.get_by_label("Title").fill("Changed by me")
    page.get_by_role("button", name="Pitch it").click()
    page.wait_for_url(f"**{WAITING}")
    assert [line.partition(": ")[2] for line in waiting(page)] == ["Take me out, no", "Changed by me"]
    hall.start()
    expect(page.locator("#nothing-waits")).to_be_visible(timeout=60_000)
    assert pitched(hall, "Take me") + pitched(hall, "Change") == ["Take me out, no", "Changed by me"]


def test_what_was_not_taken_is_told_with_its_text_and_leads_back_to_the_form(hall):
    """Both changed the same lines; and pitching was closed."""
    page = hall.phone()
    sign_in(page)
    notes = next(path for path in all_kept(page) if path.endswith("/notes/"))
    hall.stop()
    page.goto(notes)
    page.locator("textarea[name=text]").fill("Mine, all of it")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{WAITING}")
    pitch_without_network(page, "Too late")
    number = re.search(r"/sessions/(\d+)/", notes)[1]
    hall.do(
        "from notes.services import save_note\nfrom notes.models import Note\n"
        f"session = camp.sessions.get(pk={number})\nnote = Note.objects.filter(session=session).first()\n"
        "save_note(session=session, text='Theirs, all of it', by=None, base_revision=note.revision if note else 0)\n"
        "from events.editing import switch_camp\nswitch_camp(camp=camp, is_pitching_open=False)"
    )
    hall.start()
    told = page.locator("#waiting-texts .message.warning")
    expect(told).to_have_count(2, timeout=60_000)
    expect(told.first).to_be_visible(timeout=60_000)
    expect(told.first).to_contain_text("changed meanwhile")
    expect(told.nth(1)).to_contain_text("Pitching is closed")
    expect(page.locator("#waiting-texts")).to_contain_text("Mine, all of it")
    page.locator("#waiting-texts > li").first.get_by_role("link", name="Change it").click()
    expect(page.locator("textarea[name=text]")).to_have_value("Mine, all of it")
    submit(page, "Save")
    expect(page.locator("textarea[name=text]")).to_have_value(
        re.compile("Theirs, all of it.*Mine, all of it", re.DOTALL)
    )
    hall.do("from events.editing import switch_camp\nswitch_camp(camp=camp, is_pitching_open=True)")


def test_an_answer_that_is_lost_makes_nothing_twice(hall):
    page = hall.phone()
    sign_in(page)
    all_kept(page)
    hall.stop()
    pitch_without_network(page, "Once and no more")
    hall.start()
    lost = []
    page.route(
        "**/pitches/new/",
        lambda route: lose(route, lost) if route.request.method == "POST" and not lost else route.continue_(),
    )
    expect(page.locator("#nothing-waits")).to_be_visible(timeout=90_000)
    assert len(lost) == 1
    assert pitched(hall, "Once and") == ["Once and no more"]


def lose(route, lost: list) -> None:
    """It arrives; what it is answered does not."""
    lost.append(route.fetch(max_redirects=0).status)
    route.abort()


def test_what_one_sent_without_a_network_goes_as_nobody_else(hall):
    """The device is passed on before the network is back."""
    page = hall.phone()
    sign_in(page)
    all_kept(page)
    hall.stop()
    pitch_without_network(page, "Mine alone")
    page.goto("about:blank")
    page.context.clear_cookies()
    hall.start()
    other = page.context.new_page()
    sign_in(other, "organiser")
    other.goto(WAITING)
    other.wait_for_timeout(2_000)
    assert pitched(hall, "Mine alone") == [""]
    names = "() => Object.keys(localStorage).filter(name => name.includes(' waiting-'))"
    assert other.evaluate(names) == []


# -- a new release -----------------------------------------------------------------------------------------------------

#: by kept page, which of its files are not on the device, and by which name it knows a script that both releases have
FILES = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    if (!name.startsWith("campgrid-pages:")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const html = await (await cache.match(request)).text();
      const files = [...html.matchAll(/(?:src|href)="(\\/static\\/[^"#]+)/g)].map(([, path]) => path);
      const missing = [];
      for (const file of files) if (!(await caches.match(file))) missing.push(file);
      found[new URL(request.url).pathname] = [missing, files.filter(file => file.includes("/js/live."))];
    }
  }
  return found;
}"""


def next_release(static: Path, to: Path) -> str:
    """A release of which one script is another: the name of the new one; the old one is gone."""
    shutil.copytree(static, to)
    manifest = json.loads((to / "staticfiles.json").read_text())
    old = manifest["paths"]["js/live.js"]
    text = (to / old).read_text() + "window.isOfTheNextRelease = true;\n"
    for file in to.glob("js/live.*"):
        file.unlink()
    new = "js/live.0123456789ab.js"
    (to / new).write_text(text)
    manifest["paths"]["js/live.js"] = new
    (to / "staticfiles.json").write_text(json.dumps(manifest))
    return f"/static/{new}"


def test_a_new_release_is_never_mixed_with_the_old_one(hall, demo, tmp_path):
    new = next_release(demo.static, tmp_path / "next")
    page = hall.phone()
    page.goto(GRID)
    pages = all_kept(page)
    workers = "async () => (await navigator.serviceWorker.getRegistration()).active.scriptURL"
    assert page.evaluate(workers).endswith("/sw.js")
    hall.stop()
    hall.start(STATIC_ROOT=str(tmp_path / "next"))
    page.goto(HOME)
    # Whatever the new worker loads anew meanwhile.
    page.wait_for_function("() => window.isOfTheNextRelease === true")
    late = time.monotonic() + 60
    while True:
        found = page.evaluate(FILES)
        # At every moment: each page has all that it names, and one release's script.
        assert {path: state for path, state in found.items() if state[0] or len(state[1]) != 1} == {}
        if all(found.get(path, [0, 0])[1] == [new] for path in pages):
            break
        assert time.monotonic() < late, found
        page.wait_for_timeout(100)
    # What only pages of the old one were made of goes.
    page.wait_for_function(
        """async new_one => {
          const kept = await (await caches.open("campgrid-files")).keys();
          const scripts = kept.map(({ url }) => new URL(url).pathname).filter((path) => path.includes("/js/live."));
          return scripts.join() === new_one;
        }""",
        arg=new,
    )
    hall.stop()
    page.goto(GRID)
    is_from(page)
    assert page.evaluate("window.isOfTheNextRelease") is True
