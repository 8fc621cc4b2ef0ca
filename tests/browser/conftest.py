"""The whole of Campgrid as it is served, and a real browser in front of it."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from bench.processes import CHROMIUM, free_port

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

#: what browsers learned in 2022: a phone that was new the year before, and was never renewed, does without
OF_2022 = (
    "AbortSignal.timeout", "Array.prototype.at", "Array.prototype.findLast", "HTMLFormElement.prototype.requestSubmit",
    "SubmitEvent.prototype.submitter",
)  # fmt: skip
WITHOUT_2022 = ";".join(f"delete {name}" for name in OF_2022)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


class Demo:
    """The demo as `make demo` seeds it: made once for all processes of this run, on the engine of the other tests."""

    def __init__(self, shared: Path) -> None:
        self.shared, self.static = shared, shared / "static"
        self.postgres = os.environ.get("DATABASE_URL", "")
        if not self.postgres.startswith("postgres"):
            self.postgres = ""
        self.name = f"campgrid_browser_{os.environ['TEST_RUN']}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Address of a copy that nobody else has, another site of this run neither."""
        name = f"{self.name}_{secrets.token_hex(3)}"
        with self._alone():
            self._copy(name)
        try:
            yield self._address(name)
        finally:
            if self.postgres:
                with self._alone():
                    # Whoever still wants a copy makes it anew; the last leaves nothing behind.
                    self._run(f"DROP DATABASE {name} WITH (FORCE)", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _copy(self, name: str) -> None:
        if not self._is_made():
            self._seed(f"{self.name}_half")
        if self.postgres:
            self._run(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        else:
            shutil.copy(self._file(self.name), self._file(name))

    def _seed(self, half: str) -> None:
        """Under another name until it is whole."""
        if self.postgres:
            self._run(f"DROP DATABASE IF EXISTS {half} WITH (FORCE)", f"CREATE DATABASE {half}")
        environment = self.environment(self._address(half))
        for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"], ["seed_demo"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        if self.postgres:
            self._run(f"ALTER DATABASE {half} RENAME TO {self.name}")
        else:
            self._file(half).rename(self._file(self.name))

    def environment(self, url: str, **more: str) -> dict[str, str]:
        """Variables of a site on the database at that address."""
        return {
            **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "CAMPGRID_DEMO": "1", "DATABASE_URL": url,
            "STATIC_ROOT": str(self.static), "EMAIL_URL": "dummymail://",
            # What is kept for one copy is about rows of that one.
            "CACHE_PREFIX": f"{os.environ['CACHE_PREFIX']}-{url.rpartition('_')[2]}", **more,
        }  # fmt: skip

    def _file(self, name: str) -> Path:
        return self.shared / f"{name}.sqlite3"

    def _address(self, name: str) -> str:
        return self.postgres.rpartition("/")[0] + f"/{name}" if self.postgres else f"sqlite:///{self._file(name)}"

    def _is_made(self) -> bool:
        if self.postgres:
            return bool(self._run(f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'"))
        return self._file(self.name).exists()

    def _run(self, *statements: str) -> list[tuple[object, ...]]:
        """What the last of them found."""
        import psycopg

        with psycopg.connect(self.postgres, autocommit=True) as connection:
            for statement in statements:
                found = connection.execute(statement)
            return found.fetchall() if found.description else []

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process of this run is at it (file lock)."""
        with (self.shared / "demo.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    if not CHROMIUM:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No Chromium: browser tests must not be skipped here.")
        pytest.skip("No Chromium. Install it to run the browser tests.")
    base = tmp_path_factory.getbasetemp()
    # Of several processes each has a base of its own, in one folder.
    return Demo(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="session")
def site_environment(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables of a demo that was seeded: its database, and the folder in which its mails arrive."""
    with demo.database() as url:
        yield demo.environment(url, EMAIL_URL=f"filemail:///{tmp_path_factory.mktemp('site') / 'mail'}")


@pytest.fixture(scope="session")
def site(site_environment: dict[str, str]) -> Iterator[str]:
    """Its address, served as `make demo` does, the worker for tasks included."""
    with served(site_environment) as address:
        yield address


@contextmanager
def served(environment: dict[str, str], port: int = 0) -> Iterator[str]:
    """The server's address, once it answers; the server is gone afterwards."""
    port = port or free_port()
    server = subprocess.Popen([sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        late = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(f"{address}/health/", timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > late:
                    raise
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("No Chromium. Install it to run the browser tests.")
    from playwright.sync_api import expect, sync_playwright

    # As pages have: five seconds are little for a machine that builds a grid meanwhile.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def wide_camps(request, site_environment) -> Iterator[str]:
    """One for each test that wants one, all made in one go."""
    count = sum("wide_camp" in item.fixturenames for item in request.session.items)
    slugs = [f"wide-{number}" for number in range(1, count + 1)]
    code = f"make_wide_camps({slugs}); make_wide_camps(['twelve'], 12); make_wide_camps(['two-days'], 12, 2)"
    code = f"from tests.browser.wide_camps import make_wide_camps; {code}"
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=site_environment, check=True)
    return iter(slugs)


@pytest.fixture
def camp_of_twelve(wide_camps) -> str:
    """Twelve rooms, of which a window of 1280 shows all."""
    return "twelve"


@pytest.fixture
def camp_of_two_days(wide_camps) -> str:
    """Twelve rooms, the same slots on each day."""
    return "two-days"


@pytest.fixture
def wide_camp(wide_camps) -> str:
    """A camp of its own, whose table is wider than a screen: see `wide_camps.py`."""
    return next(wide_camps)


@pytest.fixture(scope="session")
def made_camp(site_environment) -> Callable[[str], str]:
    """`made_camp(slug)`: a wide camp that the tests of one file share. Once a session, not once a module: a process that
    takes tests over from the other one may come back to a file it had left."""

    @cache
    def make(slug: str) -> str:
        code = f"from tests.browser.wide_camps import make_wide_camps; make_wide_camps(['{slug}'])"
        subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=site_environment, check=True)
        return slug

    return make


@pytest.fixture
def open_page(site, chromium):
    """`open_page(persona, camp, scripts=True, …)`: a page of a fresh browser, signed in as a persona of the demo."""
    contexts = []

    def open_page(persona: str = "", camp: str = "govcamp-2027", scripts: bool = True, **options):
        options.setdefault("viewport", {"width": 390, "height": 800})
        # What a network does is seen as it is; what is kept for when there is none has tests of its own.
        options.setdefault("service_workers", "block")
        context = chromium.new_context(**{"base_url": site, "java_script_enabled": scripts} | options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        # A script that fails, or something the policy forbids, must not go unseen.
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if persona:
            page.goto("/demo/")
            page.locator(f"form:has(input[value='{camp}']) button[value='{persona}']").click()
        return page

    errors: list[str] = []
    # What was refused (422), is not there, or did not get through is told as an error by the browser itself.
    open_page.expected = r"status of (4\d\d|50[234])|net::ERR_|htmx:(afterRequest|sendError)"
    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in errors if not re.search(open_page.expected, text)] == []
