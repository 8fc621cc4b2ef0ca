"""A short run of the fuzzer; the long one is `python -m bench.fuzz`."""

from __future__ import annotations

import logging

import pytest

from bench.fuzz import Fuzz
from events.models import Role
from pitches.models import PitchQuerySet

from ..addresses import camp_addresses


@pytest.fixture
def fuzz(full_camp, olga, settings, caplog):
    settings.ALLOWED_HOSTS = ["*"]
    caplog.set_level(logging.CRITICAL)
    host = full_camp.camp.attendees.get(pk=full_camp.host.pk)
    paths = [full_camp.url(address) for address in camp_addresses()]
    outside = ["/", "/j/", "/j/ABC/", "/me/", "/new/", "/accounts/login/code/", "/accounts/keep/", "/robots.txt"]
    return Fuzz([*paths, *outside], [None, host, olga, olga], full_camp.camp, seed=5)


def test_no_request_of_any_kind_answers_500(fuzz):
    found = fuzz.run(320)
    assert found.wrong == []
    assert set(found.asked.values()) == {40}
    # They get somewhere: not all of it is refused at the door.
    for kind in ("question", "form", "header"):
        assert sum(count for (k, status), count in found.answered.items() if k == kind and status < 400) > 5, kind


def test_what_fails_is_found_and_told(fuzz, monkeypatch):
    def about(self, words):
        raise ZeroDivisionError

    monkeypatch.setattr(PitchQuerySet, "about", about)
    fuzz.paths = [path for path in fuzz.paths if path.endswith("/pitches/")]
    fuzz.kinds = {"question": fuzz.question}
    found = fuzz.run(80)
    assert found.wrong
    assert all("/pitches/" in told for _kind, told in found.wrong)
    assert "Error" in found.wrong[0][1].rpartition(": ")[2]
    assert sum(count for (_kind, status), count in found.answered.items() if status == 500) == len(found.wrong)


def test_everybody_is_what_they_were_again(fuzz, full_camp, olga):
    type(olga).objects.filter(pk=olga.pk).update(role=Role.ATTENDEE)
    fuzz.sign_in()
    olga.refresh_from_db()
    assert olga.role == Role.ORGANISER
    assert fuzz.clients[-1].get(f"/{full_camp.camp.slug}/settings/").status_code == 200
