"""The large camp can still be made, and is a camp that could be held."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import xl
from bench.pages import TRANSACTION


@pytest.mark.django_db
def test_every_session_has_its_place_and_no_rule_is_broken(client, monkeypatch):
    # Every session has a host of its own; fewer people than that are not possible, and more only take time.
    monkeypatch.setattr(xl, "PEOPLE", xl.SESSIONS + 1)

    camp = xl.make_camp()

    assert camp.sessions.filter(cells__isnull=False).distinct().count() == xl.SESSIONS
    assert [(v.number, len(v.changes)) for v in camp.grid_versions.all()] == [(2, 30), (1, 0)]
    client.force_login(camp.attendees.organisers().get().user, backend="django.contrib.auth.backends.ModelBackend")
    publish = client.get(f"/{camp.slug}/draft/publish/")
    assert publish.context["broken"] == []
    preview = publish.context["preview"]
    assert sum(len(group.lines) for group in preview.groups) + len(preview.rest) == 6

    # The same at each time and place: figures of two runs can be held against each other.
    assert camp.pitches.order_by("pk").first().title == "Night service school council data map"
    # What goes over the network to a phone in a full hall, and what the database is asked.
    # Who comes to the draft is written down as being there, for the others: eight of those.
    for path, kb, most in (("grid/", 30, 14), ("draft/", 60, 34)):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/{camp.slug}/{path}").content
        assert page.count(b"/pitches/") + page.count(b"/sessions/") >= xl.SESSIONS
        assert len(gzip.compress(page, 6)) <= kb * 1024
        assert len([q for q in captured if not TRANSACTION.match(q["sql"])]) <= most
