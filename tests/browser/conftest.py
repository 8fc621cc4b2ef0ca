"""The whole of Campgrid as it is served, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    driven = [item for item in items if "tests/browser/" in str(item.path)]
    for number, item in enumerate(driven):
        item.add_marker(pytest.mark.browser)
        # Two servers with a browser each, one for each core.
        item.add_marker(pytest.mark.xdist_group(f"browser-{number % 2}"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def database_url(folder: Path) -> str:
    """A database of its own, on the same engine as the other tests."""
    base = os.environ.get("DATABASE_URL", "")
    if not base.startswith("postgres"):
        return f"sqlite:///{folder / 'browser.sqlite3'}"
    import psycopg

    name = f"campgrid_browser_{os.environ.get('PYTEST_XDIST_WORKER', '0')}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return base.rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a demo that was seeded and is served as `make demo` does, the worker for tasks included."""
    if not CHROMIUM:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No Chromium: browser tests must not be skipped here.")
        pytest.skip("No Chromium. Install it to run the browser tests.")
    folder = tmp_path_factory.mktemp("site")
    environment = os.environ | {
        "CAMPGRID_DEMO": "1",
        "DATABASE_URL": database_url(folder),
        "EMAIL_URL": "dummymail://",
    }
    for command in (["migrate", "-v0"], ["seed_demo"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    port = free_port()
    server = subprocess.Popen([sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/health/", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("No Chromium. Install it to run the browser tests.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(site, chromium):
    """`open_page(persona, camp, scripts=True, …)`: a page of a fresh browser, signed in as a persona of the demo."""
    contexts = []

    def open_page(persona: str = "", camp: str = "govcamp-2027", scripts: bool = True, **options):
        options.setdefault("viewport", {"width": 390, "height": 800})
        context = chromium.new_context(base_url=site, java_script_enabled=scripts, **options)
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
    yield open_page
    for context in contexts:
        context.close()
    # A form that was refused (422) and a page that is not there are told as errors by the browser itself.
    assert [text for text in errors if "status of 4" not in text] == []
