"""What makes forgetting impossible: access on every address, one h1 on every page. Who may what: test_rights."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

from .addresses import camp_addresses

ROOT = Path(__file__).resolve().parent.parent


def test_every_camp_url_states_its_access():
    assert len(camp_addresses()) > 60
    assert [address.name for address in camp_addresses() if not hasattr(address.view, "camp_access")] == []


def test_every_page_has_one_heading_and_names_itself(full_camp, olga, client):
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    pages = ["/", "/j/", "/me/", "/new/", "/new/import/", "/demo/", "/accounts/login/code/", "/accounts/keep/"]
    pages.append("/accounts/logout/")
    pages += [full_camp.url(address) for address in camp_addresses()]
    seen = 0
    for page in pages:
        response = client.get(page)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        if "attachment" in response.get("Content-Disposition", ""):
            # A file to be printed: no page of the site.
            continue
        seen += 1
        html = response.content.decode()
        assert html.count("<h1") == 1, page
        assert re.search(r"<title>\s*\S", html), page
        assert html.count('<main id="main"') == 1, page
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), (page, {i for i in ids if ids.count(i) > 1})
    assert seen > 30


def test_no_page_names_an_email_address(full_camp, camp, olga, ben, client):
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    for address in camp_addresses():
        body = client.get(full_camp.url(address)).content.decode(errors="replace")
        assert "@example.org" not in body, address.name


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_constraint_has_a_name_of_its_app():
    ours = ["accounts", "events", "pitches", "schedule", "notes", "exchange"]
    for label in ours:
        for model in apps.get_app_config(label).get_models():
            for constraint in model._meta.constraints:
                assert constraint.name.startswith(f"{label}_{model._meta.model_name}"), constraint.name


def test_solver_runs_without_django():
    code = "import schedule.solver, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_grid_is_made_before_or_tools_are_loaded():
    code = "import schedule.solver, sys; sys.exit(bool({'ortools', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("path", ["/{camp}/pitches/99999999999999999999/", "/{camp}/sessions/9223372036854775808/"])
def test_a_number_too_large_for_the_database_is_not_found(client, camp, path):
    assert client.get(path.format(camp=camp.slug)).status_code == 404


def test_a_public_server_does_not_start_without_a_secret():
    command = [sys.executable, "manage.py", "check"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode != 0
    assert "Set SECRET_KEY" in result.stderr


@pytest.mark.parametrize("command", ["serve", "runserver", "work", "db_worker"])
def test_whatever_serves_does_not_start_without_a_secret(command):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp"}
    result = subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=environment, capture_output=True, text=True, input=""
    )
    assert result.returncode != 0
    assert "Set SECRET_KEY" in result.stderr


def test_commands_that_serve_nobody_need_no_secret(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def test_a_missing_csrf_token_is_told_in_words(db, camp):
    response = Client(enforce_csrf_checks=True).post("/j/", {"code": "X"})
    assert response.status_code == 403
    assert "send it once more" in response.content.decode()


APPS = ["accounts", "events", "pitches", "schedule", "notes", "exchange", "demo"]


def test_templates_look_downhill_too():
    """A template never reverses an address of an app above its own; what starts with an underscore at the top may."""
    folders = {"account": 0} | {app: rank for rank, app in enumerate(APPS)}
    wrong = []
    for path in sorted((ROOT / "templates").glob("*/*.html")):
        rank = folders.get(path.parent.name, len(APPS))
        for app in re.findall(r"{% url '(\w+):", path.read_text()):
            if APPS.index(app) > rank:
                wrong.append((path.name, app))
    assert wrong == []
