"""Releases in folders of their own, and the one that is served."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.processes import ROOT, Served, environment_of, eventually, run
from bench.servers import REDIS, OwnPostgres, OwnRedis, postgres_programs


class Releases:
    """Folders that hold the product, and the name by which the one to be served is called (a link)."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.current = folder, folder / "current"

    def make(self, name: str) -> Path:
        """Everything as it is here; the package `config` is its own, so that it may be changed."""
        release = self.folder / name
        release.mkdir()
        for entry in ROOT.iterdir():
            if entry.name not in ("config", "manage.py", "data", ".git"):
                (release / entry.name).symlink_to(entry)
        shutil.copy(ROOT / "manage.py", release)
        shutil.copytree(ROOT / "config", release / "config", ignore=shutil.ignore_patterns("__pycache__"))
        return release

    def choose(self, name: str) -> None:
        link = self.folder / "next"
        link.symlink_to(self.folder / name)
        link.replace(self.current)

    @contextmanager
    def chosen(self, name: str) -> Iterator[None]:
        """For a while, whatever becomes of a test: those after it are served the one before."""
        before = os.readlink(self.current)
        self.choose(name)
        try:
            yield
        finally:
            self.choose(before)


@pytest.fixture(scope="package")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An empty database, and files to serve."""
    environment = environment_of(tmp_path_factory.mktemp("data"))
    run(ROOT, environment, "migrate", "-v0")
    run(ROOT, environment, "collectstatic", "--noinput", "-v0")
    return environment


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    releases = Releases(tmp_path_factory.mktemp("releases"))
    releases.make("first")
    releases.choose("first")
    return releases


@pytest.fixture(scope="module")
def _one_server(environment, releases, tmp_path_factory) -> Iterator[Served]:
    served = Served(releases.current, environment, log=tmp_path_factory.mktemp("log") / "log")
    served.start()
    yield served
    served.end()


@pytest.fixture
def served(_one_server) -> Served:
    """The same for several tests; each begins when all of it is there, and nothing that the one before replaced."""
    eventually(lambda: _one_server.process.poll() is not None or _one_server.is_whole())
    return _one_server


@dataclass
class Two:
    """Two servers that share nothing but the two databases, and what works for them."""

    postgres: OwnPostgres
    redis: OwnRedis
    first: Served
    second: Served
    workers: list[subprocess.Popen[bytes]]
    folders: list[Path]

    def start_worker(self) -> subprocess.Popen[bytes]:
        """On a machine of its own."""
        number = len(self.workers) % 2
        home, environment = (self.first, self.second)[number].home, (self.first, self.second)[number].environment
        with (self.folders[number] / "log").open("ab") as log:
            worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=home, env=environment, stderr=log)
        self.workers.append(worker)
        return worker

    def mails(self, to: str = "") -> str:
        """All that was mailed to them, or to anybody, by whichever worker."""
        files = [file.read_text() for folder in self.folders for file in sorted((folder / "mail").glob("*"))]
        # A worker writes all its mails into one file, with a line between.
        mails = [mail for file in files for mail in re.split(r"^-{70,}$", file, flags=re.MULTILINE)]
        return "".join(mail for mail in mails if f"To: {to}" in mail)


@pytest.fixture(scope="package")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """In the second half of `.ci/run`: with databases of their own, which may be killed."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("The tests on PostgreSQL have it.")
    if not (REDIS and postgres_programs()):
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No PostgreSQL or Redis of its own: these tests must not be skipped here.")
        pytest.skip("No PostgreSQL or Redis of its own.")
    # Not below pytest's own folder, which is one user's alone.
    with tempfile.TemporaryDirectory(prefix="campgrid-postgres-") as place, ExitStack() as at_the_end:
        postgres, redis = OwnPostgres(Path(place)), OwnRedis(tmp_path_factory.mktemp("redis"))
        for server in (postgres, redis):
            server.start()
            at_the_end.callback(server.kill)
        sites, folders = [], []
        for name in ("first", "second"):
            folder = tmp_path_factory.mktemp(name)
            (folder / "mail").mkdir()
            urls = {
                "DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "WEB_WORKERS": "1",
                "EMAIL_URL": f"filemail:///{folder}/mail",
            }  # fmt: skip
            home = Releases(folder).make("release")
            sites.append(Served(home, environment_of(folder, **urls), folder / "log", arguments=("--without-worker",)))
            folders.append(folder)
        run(sites[0].home, sites[0].environment, "migrate", "-v0")
        run(sites[0].home, sites[0].environment, "collectstatic", "--noinput", "-v0")
        shutil.copytree(folders[0] / "static", folders[1] / "static")
        making = "from tests.serving.long_build import make_camp; make_camp()"
        run(sites[0].home, sites[0].environment, "shell", "-v0", "-c", making)
        two = Two(postgres, redis, *sites, workers=[], folders=folders)
        for site in sites:
            site.start()
            at_the_end.callback(site.end)
        two.start_worker()
        yield two
        for worker in two.workers:
            worker.kill()
            worker.wait()
