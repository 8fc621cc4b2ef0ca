"""What makes forgetting impossible: access on every URL, every URL as every persona, one h1 on every page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from events.access import Access
from events.models import Attendee, Invitation
from exchange.models import Upload
from notes.models import Link, NoteRevision, WriteUp
from notes.services import save_note
from pitches.models import Interest
from schedule.models import GridBuild
from schedule.publishing import publish_grid
from schedule.services import place_session

from .factories import AttendeeFactory, PitchFactory, UserFactory

ROOT = Path(__file__).resolve().parent.parent


def walk(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def camp_urls():
    return [(path, view) for path, view in walk(get_resolver().url_patterns) if path.startswith("<slug:camp>")]


def test_every_camp_url_states_its_access():
    assert len(camp_urls()) > 60
    assert [path for path, view in camp_urls() if not hasattr(view, "camp_access")] == []


@pytest.fixture
def full_camp(camp, olga, hal, ben, rooms, slots):
    """One of everything that an address can name."""
    pitch = PitchFactory(camp=camp, hosts=[ben], proposed_by=ben)
    Interest.objects.create(pitch=pitch, attendee=ben)
    session = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp)
    save_note(session=session, text="Ducks.", by=ben, base_revision=0)
    return {
        "camp": camp.slug,
        "pitch_id": pitch.pk,
        "session_id": session.pk,
        "room_id": rooms[0].pk,
        "slot_id": slots[0].pk,
        "attendee_id": AttendeeFactory(camp=camp).pk,
        "number": 1,
        "build_id": GridBuild.objects.create(camp=camp, state=GridBuild.State.DONE).pk,
        "revision_id": NoteRevision.objects.get().pk,
        "link_id": Link.objects.create(session=session, url="https://x.example", title="x", by=ben).pk,
        "writeup_id": WriteUp.objects.create(camp=camp, by=ben, title="w", text="t").pk,
        "upload_id": Upload.objects.create(camp=camp, files={}).pk,
        "key": Invitation.objects.create(camp=camp, role="helper").key,
        "switch": "is_pitching_open",
        "kind": "json",
    }


def fill_in(path: str, values: dict) -> str:
    if path.endswith("my/<str:key>.ics"):
        values = values | {"key": Attendee.objects.filter(display_name="Ben").get().calendar_key}
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: str(values[m[1]]), path)


def expected(access: Access, persona: str) -> set[int]:
    """What the statement of access means for each persona."""
    fine = {200, 204, 302, 405, 422}
    level = {"organiser": 3, "helper": 2, "attendee": 1}.get(persona, 0)
    if level >= access:
        # Somebody else's thing is not found, whoever asks; an editor's right may be narrower than the role.
        return fine | ({403, 404} if persona in ("attendee", "helper") else set())
    if level == 0:
        return {404} if access > Access.ATTENDEE else {302}
    return {403}


PERSONAS = ["anonymous", "stranger", "waiting", "removed", "attendee", "helper", "organiser"]


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_camp_url_as_every_persona(full_camp, camp, olga, hal, ben, persona, django_capture_on_commit_callbacks):
    client = Client()
    people = {
        "stranger": lambda: UserFactory(),
        "waiting": lambda: AttendeeFactory(camp=camp, is_waiting=True).user,
        "removed": lambda: AttendeeFactory(camp=camp, removed_at=camp.created_at).user,
        "attendee": lambda: ben.user,
        "helper": lambda: hal.user,
        "organiser": lambda: olga.user,
    }
    if persona in people:
        client.force_login(people[persona](), backend="django.contrib.auth.backends.ModelBackend")
    wrong = []
    for path, view in camp_urls():
        status = client.get(fill_in(path, full_camp)).status_code
        if status not in expected(view.camp_access, persona):
            wrong.append((path, status))
    # Writing last, and what destroys the rest of the camp at the very end.
    last = ["delete", "remove", "archive", "leave"]
    posts = sorted(camp_urls(), key=lambda item: max((n for n, w in enumerate(last, 1) if w in item[0]), default=0))
    for path, view in posts:
        status = client.post(fill_in(path, full_camp), {}).status_code
        if status not in expected(view.camp_access, persona) | {404 if persona == "organiser" else 405}:
            wrong.append((f"POST {path}", status))
    assert wrong == []


def test_every_page_has_one_heading_and_names_itself(full_camp, olga, client):
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    pages = ["/", "/j/", "/me/", "/new/", "/demo/", "/accounts/login/code/", "/accounts/keep/", "/accounts/logout/"]
    pages += [fill_in(path, full_camp) for path, _view in camp_urls() if "leave" not in path]
    seen = 0
    for page in pages:
        response = client.get(page)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
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
    for path, _view in camp_urls():
        body = client.get(fill_in(path, full_camp)).content.decode(errors="replace")
        assert "@example.org" not in body, path


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


@pytest.mark.parametrize("command", ["serve", "runserver", "db_worker"])
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


def test_demo_sign_in_is_not_there_outside_the_demo(client, db, settings):
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"persona": "organiser", "camp": "govcamp-2027"}).status_code == 404


def test_a_missing_csrf_token_is_told_in_words(db, camp):
    response = Client(enforce_csrf_checks=True).post("/j/", {"code": "X"})
    assert response.status_code == 403
    assert "send it once more" in response.content.decode()


def test_every_answer_forbids_what_comes_from_elsewhere(client, db):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


APPS = ["accounts", "events", "pitches", "schedule", "notes", "exchange"]


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
