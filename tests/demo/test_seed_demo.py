"""`seed_demo` calls services only, so it is the longest integration test too."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.services import account_under, account_with, send_sign_in_code
from demo.camps import CAMPS, is_stale
from demo.checks import refuse_demo_data
from demo.personas import PERSONAS, demo_address
from events.models import Camp
from tests.factories import CampFactory, UserFactory


def seed(slug: str) -> str:
    told = StringIO()
    call_command("seed_demo", camp=slug, stdout=told)
    return told.getvalue()


def test_a_demo_camp_is_whole_and_made_once(db):
    assert "lgovsm: made" in seed("lgovsm")
    camp = Camp.objects.get(slug="lgovsm")

    assert not camp.attendees.exclude(news=[]).exists()
    assert camp.grid_versions.count() == 1
    assert camp.sessions.placed().count() == len(camp.slots.for_sessions())
    for key, _name, _purpose in PERSONAS:
        assert camp.attendees.present().filter(user__email=demo_address(key)).count() == 1
    assert "are there" in seed("lgovsm")
    assert Camp.objects.get().pk == camp.pk


def test_nobody_is_mailed_that_the_demo_was_made(db, settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    seed("govcamp-2027")
    assert not DBTaskResult.objects.filter(queue_name="mail").exists()


@pytest.mark.parametrize(("slug", "is_made_anew"), [("bluelightcamp", True), ("lgovsm", False)])
def test_only_the_camp_of_today_is_made_anew(db, slug, is_made_anew):
    today = timezone.localdate()
    camp = Camp.objects.create(slug=slug, name=slug, starts_on=today, ends_on=today)
    assert is_stale(camp) is is_made_anew


@pytest.mark.parametrize("slug", CAMPS)
def test_every_camp_is_called_by_the_slug_it_is_made_under(db, monkeypatch, slug):
    """The page offers the camps by these slugs."""
    monkeypatch.setattr("demo.management.commands.seed_demo.CROWD", 8)
    seed(slug)
    assert Camp.objects.get().slug == slug


def test_the_demo_is_not_made_among_real_people(db):
    real = CampFactory(slug="real")
    UserFactory()
    with pytest.raises(CommandError, match="holds people"):
        seed("lgovsm")
    assert list(Camp.objects.all()) == [real]


def test_who_asks_for_a_code_to_a_demo_address_does_not_keep_a_server_from_starting(db, settings):
    settings.DEMO = False
    send_sign_in_code(browser="somebody", email=demo_address("organiser"))
    account_under(email=demo_address("organiser"))
    assert refuse_demo_data() == []
    account_with(email=demo_address("organiser"))
    assert [problem.id for problem in refuse_demo_data()] == ["demo.E001"]
