"""A camp with people in it."""

from __future__ import annotations

import uuid
from itertools import count
from pathlib import Path

import django.utils.deprecation
import pytest
import redis
from django.conf import settings
from django.test import Client
from django_tasks.backends import immediate

from events.caching import memory, pieces
from events.models import Attendee, Camp, Role, Room, Slot

from .addresses import FullCamp
from .factories import AttendeeFactory, CampFactory, RoomFactory, UserFactory, make_organiser, make_slot

COUNTER = count()


def pytest_configure(config: pytest.Config) -> None:
    """What Django 5.2 says that 6.1, the newest allowed, lacks (deprecation) is an error; 6.1 itself has no such name."""
    if hasattr(django.utils.deprecation, "RemovedInDjango61Warning"):
        config.addinivalue_line("filterwarnings", "error::django.utils.deprecation.RemovedInDjango61Warning")


#: they start programs that have the database, though the test itself has none
WITH_PROGRAMS = ("bench", "browser", "config", "demo", "serving", "test_runs.py", "test_settings.py", "test_workers.py")
#: they look at pages as a browser shows them, or at what it keeps for itself, whatever the pages are made from
IN_THE_BROWSER = tuple(
    f"browser/test_{name}.py"
    for name in (
        "buttons",
        "draft_windows",
        "drafts",
        "live",
        "my_day",
        "offline",
        "pages",
        "paper",
        "passkey",
        "phones",
        "plan_b",
        "practise",
        "print",
        "repair",
        "take_along",
        "taps",
        "undo",
        "wcag",
        "workshop",
    )
)
#: how files are read; what becomes of that in a database is tried by those beside them
OF_FILES = (
    *(
        f"exchange/test_{name}.py"
        for name in ("as_people_have_them", "days", "days_above", "shapes", "sheets", "titles")
    ),
    "events/test_address_list.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what cannot find anything else on another database: pytest-django keeps it from the one there is."""
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here).as_posix()
        has_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
        if place.startswith((*IN_THE_BROWSER, *OF_FILES)) or not (has_database or place.startswith(WITH_PROGRAMS)):
            item.add_marker("anywhere")


@pytest.fixture(autouse=True)
def _tasks_at_once(settings, monkeypatch):
    """What is put into the queue is done before the test goes on; tasks have ids as those of the database."""
    monkeypatch.setattr(immediate, "get_random_id", lambda: str(uuid.uuid4()))
    settings.TASKS = {
        "default": settings.TASKS["default"] | {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}
    }


@pytest.fixture(autouse=True)
def empty_cache(settings):
    """No limit, page or piece of one is left over from another test; call it to empty the cache in the middle of one.

    Not `cache.clear()`: on Redis that empties what other tests and runs rely on at this moment.
    """

    caches = settings.CACHES

    def empty_cache() -> None:
        number = next(COUNTER)
        settings.CACHES = {
            name: found | {"KEY_PREFIX": f"{found['KEY_PREFIX']}-{number}"} for name, found in caches.items()
        }
        memory.forget()
        pieces.forget()

    empty_cache()
    return empty_cache


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_in_redis():
    """Pages are kept for long; what this run put there goes with it."""
    yield
    default = settings.CACHES["default"]
    if "redis" in default["BACKEND"]:
        with redis.from_url(default["LOCATION"]) as connection:
            for key in connection.scan_iter(match=f"{default['KEY_PREFIX']}*", count=1000):
                connection.delete(key)


@pytest.fixture
def camp(db) -> Camp:
    return CampFactory(slug="lakeside-2030", name="Lakeside 2030")


@pytest.fixture
def olga(camp) -> Attendee:
    """Organiser."""
    return make_organiser(camp)


@pytest.fixture
def hal(camp) -> Attendee:
    """Helper."""
    return AttendeeFactory(camp=camp, display_name="Hal", role=Role.HELPER)


@pytest.fixture
def ben(camp) -> Attendee:
    return AttendeeFactory(camp=camp, display_name="Ben")


@pytest.fixture
def cleo(camp) -> Attendee:
    return AttendeeFactory(camp=camp, display_name="Cleo")


@pytest.fixture
def stranger(db):
    """Signed in, and in no camp."""
    return UserFactory()


@pytest.fixture
def rooms(camp) -> list[Room]:
    return [RoomFactory(camp=camp, name="Barn"), RoomFactory(camp=camp, name="Loft", capacity=10)]


@pytest.fixture
def slots(camp) -> list[Slot]:
    """Ten and eleven adjoin; after lunch comes one more."""
    made = [make_slot(camp, 10), make_slot(camp, 11), make_slot(camp, 13)]
    make_slot(camp, 12, kind=Slot.Kind.EVERYONE, title="Lunch")
    return made


@pytest.fixture
def full_camp(camp, olga, hal, ben, cleo, rooms, slots) -> FullCamp:
    """Ben hosts, Cleo is another attendee."""
    return FullCamp(camp=camp, host=ben, attendee=cleo, rooms=rooms, slots=slots)


@pytest.fixture
def sign_in(client: Client):
    def sign_in(attendee: Attendee) -> Client:
        client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
