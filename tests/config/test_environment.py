"""What an installation says in its environment, and what is told before anything starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import DEMO_KEY, database, earlier_keys, secret_key

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "k9Wq2zR7-tY4uP1oL8sD3fG6hJ0aXcVbNmQwErTyUiOpAsDfGh"


@pytest.fixture
def says(monkeypatch):
    """`says(NAME="value")`: the environment, and nothing else of ours in it."""
    for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "CAMPGRID_DATA", "DATABASE_URL", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)

    def says(**values: str) -> environ.Env:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return environ.Env()

    return says


@pytest.mark.parametrize("key", ["short", "x" * 60, GOOD_KEY[:49], DEMO_KEY, "abcabcab" * 8])
def test_a_key_that_can_be_guessed_is_refused_where_real_people_are(says, key):
    env = says(SECRET_KEY=key)
    with pytest.raises(ImproperlyConfigured, match=r"can be guessed.*This makes one"):
        secret_key(env, ["gunicorn"], is_trial=False)
    assert secret_key(env, ["gunicorn"], is_trial=True) == key


@pytest.mark.parametrize("command", ["seed_demo", "serve", "work"])
def test_all_commands_of_the_demo_have_one_key(says, command):
    """What the one that fills it sealed, a mail say, the worker opens."""
    assert secret_key(says(SECRET_KEY=""), ["manage.py", command], is_trial=True) == DEMO_KEY


def test_a_long_random_key_is_taken(says):
    assert secret_key(says(SECRET_KEY=GOOD_KEY), ["gunicorn"], is_trial=False) == GOOD_KEY


def file_of(env: environ.Env, base: Path, **how: bool) -> Path:
    return Path(database(env, base, **how)["NAME"])


def test_data_of_real_people_live_outside_the_checkout(says, tmp_path):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    env = says(HOME=str(tmp_path / "home"))
    file = file_of(env, checkout, is_demo=False, is_trial=False)
    assert file == tmp_path / "home" / ".local" / "share" / "campgrid" / "campgrid.sqlite3"
    assert file.parent.stat().st_mode & 0o077 == 0
    shared = file_of(says(XDG_DATA_HOME=str(tmp_path / "xdg")), checkout, is_demo=False, is_trial=False)
    assert shared == tmp_path / "xdg" / "campgrid" / "campgrid.sqlite3"


def test_the_demo_has_a_file_of_its_own_wherever_data_live(says, tmp_path):
    here = file_of(says(), tmp_path, is_demo=True, is_trial=True)
    assert here == tmp_path / "data" / "demo.sqlite3"
    env = says(CAMPGRID_DATA=str(tmp_path / "srv"))
    files = {file_of(env, tmp_path, is_demo=is_demo, is_trial=is_demo) for is_demo in (True, False)}
    assert files == {tmp_path / "srv" / "demo.sqlite3", tmp_path / "srv" / "campgrid.sqlite3"}


def test_database_url_says_it_all(says, tmp_path):
    env = says(DATABASE_URL="postgres://me@db.example:5432/camps", CAMPGRID_DATA=str(tmp_path / "srv"))
    assert database(env, tmp_path, is_demo=False, is_trial=False)["HOST"] == "db.example"
    assert not (tmp_path / "srv").exists()


@pytest.mark.parametrize(("added", "value"), [("", 2), ("?prepare_threshold=off", None), ("?prepare_threshold=7", 7)])
def test_plans_are_not_kept_behind_a_pooler_that_loses_them(says, tmp_path, added, value):
    env = says(DATABASE_URL=f"postgres://ann@db.example/camps{added}")
    found = database(env, tmp_path, is_demo=False, is_trial=False)
    assert found["PREPARED_FROM"] == value
    assert "prepare_threshold" not in found["OPTIONS"]


def test_a_database_of_before_is_told_of_and_not_passed_over(says, tmp_path):
    earlier = tmp_path / "campgrid.sqlite3"
    earlier.write_bytes(b"people")
    env = says(CAMPGRID_DATA=str(tmp_path / "srv"))
    with pytest.raises(ImproperlyConfigured, match=f"mv {earlier}. {tmp_path}/srv/"):
        database(env, tmp_path, is_demo=False, is_trial=False)
    # The demo never used it for anything but itself.
    assert file_of(env, tmp_path, is_demo=True, is_trial=True).name == "demo.sqlite3"
    # Moved as it was told: found.
    earlier.rename(tmp_path / "srv" / "campgrid.sqlite3")
    assert file_of(env, tmp_path, is_demo=False, is_trial=False).read_bytes() == b"people"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": os.environ["PATH"], "ALLOWED_HOSTS": "camp.example"}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=base | environment, capture_output=True, text=True)


def test_a_server_for_people_does_not_start_on_the_demos_database(tmp_path):
    url = {"DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3", "HOME": str(tmp_path)}
    assert run("manage.py", "migrate", "-v0", CAMPGRID_DEMO="1", **url).returncode == 0
    assert run("manage.py", "check", SECRET_KEY=GOOD_KEY, **url).returncode == 0
    seeding = "from demo.seeder import *; from django.utils import timezone; Seeder(random.Random(1), timezone.now()).people()"
    assert run("manage.py", "shell", "-v0", "-c", seeding, CAMPGRID_DEMO="1", **url).returncode == 0

    checked = run("manage.py", "check", SECRET_KEY=GOOD_KEY, **url)
    served = run("-c", "import config.wsgi", SECRET_KEY=GOOD_KEY, **url)
    for refused in (checked, served):
        assert refused.returncode != 0
        assert "This database holds the demo." in refused.stderr
        assert "CAMPGRID_DATA" in refused.stderr
    assert run("manage.py", "check", CAMPGRID_DEMO="1", **url).returncode == 0


def test_hsts_of_other_hosts_is_off_until_asked():
    show = "from config import settings as s; print(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    url = {"DATABASE_URL": "sqlite://:memory:", "SECRET_KEY": GOOD_KEY}
    assert run("-c", show, **url).stdout.split() == ["False", "False"]
    asked = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "1", "SECURE_HSTS_PRELOAD": "1"}
    assert run("-c", show, **url, **asked).stdout.split() == ["True", "True"]


def test_earlier_keys_are_taken_each_as_long_as_the_key_itself(says):
    other = GOOD_KEY[::-1]
    assert earlier_keys(says(), is_trial=False) == []
    assert earlier_keys(says(SECRET_KEY_FALLBACKS=f"{GOOD_KEY}, {other},"), is_trial=False) == [GOOD_KEY, other]
    env = says(SECRET_KEY_FALLBACKS=f"{GOOD_KEY},short")
    with pytest.raises(ImproperlyConfigured, match=r"One of SECRET_KEY_FALLBACKS can be guessed"):
        earlier_keys(env, is_trial=False)
    assert earlier_keys(env, is_trial=True) == [GOOD_KEY, "short"]
