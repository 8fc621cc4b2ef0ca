"""What the settings promise to people, not how they are spelled."""

from __future__ import annotations

import ast
from pathlib import Path

import django
import pytest
from django.conf import global_settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from events.forms import RoomForm
from notes.forms import LinkForm, WriteUpForm

from .factories import UserFactory


def test_every_answer_forbids_what_comes_from_elsewhere(client, db):
    for address in ("/", "/health/", "/nothing/here/"):
        policy = client.get(address)["Content-Security-Policy"].split("; ")
        assert sorted(policy) == [
            "base-uri 'none'",
            "default-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "img-src 'self' data:",
            "object-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
        ]


def test_who_signed_out_in_another_process_is_out_here(db):
    """Each process has a memory of its own; what one remembers must not outlive the row."""
    client = Client()
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/accounts/keep/").status_code == 200

    SessionStore(client.session.session_key).delete()

    assert client.get("/accounts/keep/").status_code == 302


@pytest.mark.parametrize(("form", "field"), [(RoomForm, "online_url"), (LinkForm, "url"), (WriteUpForm, "url")])
def test_an_address_without_its_beginning_is_https_on_every_django(form, field):
    assert form.base_fields[field].clean("example.org") == "https://example.org"


SOURCE = (Path(__file__).resolve().parent.parent / "config" / "settings.py").read_text()


def test_no_line_sets_what_django_sets_itself():
    """What is written down as it is (not read from the environment) differs from what Django would choose."""
    said = {}
    for node in ast.parse(SOURCE).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                said[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    assert len(said) > 20
    said_for_older = {"DEFAULT_AUTO_FIELD"} if django.VERSION >= (6,) else set()
    same = {name for name, value in said.items() if getattr(global_settings, name, object()) == value}
    assert same == said_for_older
    assert len(SOURCE.splitlines()) <= 200
