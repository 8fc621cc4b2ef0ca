"""Who runs the machine: the admin's sign-in, the first organiser, who may open camps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command, get_commands
from django.test import Client

from accounts.admin import WRONG_FOR_ONE_ACCOUNT, WRONG_FROM_ONE_SOURCE
from accounts.models import User
from accounts.once import BACKEND
from events.models import Camp, Role
from tests.factories import AttendeeFactory, UserFactory

from .test_limits import at_once, counted

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
NEW = {
    "name": "Harbour Camp", "starts_on": "2030-06-01", "ends_on": "2030-06-02", "time_zone": "Europe/London",
    "joining": "open", "display_name": "Ada", "musts_each": 3, "walking_minutes": 0, "room_minutes": 2,
}  # fmt: skip


@pytest.fixture
def operator(transactional_db) -> User:
    return User.objects.create_superuser("op@example.org", PASSWORD)


def sign_in(password: str, email: str = "op@example.org") -> str:
    client = Client()
    response = client.post("/admin/login/", {"username": email, "password": password})
    return "in" if response.status_code == 302 else response.content.decode()


def test_ten_wrong_passwords_for_one_account_and_the_right_one_waits(operator):
    for _ in range(10):
        assert "Too many" not in sign_in("wrong")
    assert "Too many wrong passwords." in sign_in("wrong")
    assert "Too many wrong passwords." in sign_in(PASSWORD)


def test_of_twelve_wrong_ones_at_once_ten_are_looked_at(operator):
    pages = at_once(*[lambda: sign_in("wrong")] * 12)
    assert sum("Too many" in page for page in pages) == 2


def test_one_network_does_not_try_one_account_after_the_other(operator):
    counted(WRONG_FROM_ONE_SOURCE, "127.0.0.1", 30)
    assert "Too many wrong passwords." in sign_in(PASSWORD)


def test_a_right_password_costs_nothing(operator):
    for _ in range(12):
        assert sign_in(PASSWORD) == "in"
    counted(WRONG_FOR_ONE_ACCOUNT, "op@example.org", 9)
    assert sign_in(PASSWORD, "OP@example.org".lower()) == "in"


def test_the_command_makes_somebody_who_may_open_camps(settings, client, db):
    settings.CAMPS_OPENED_BY = "named"
    call_command("make_organiser", "Anna@example.org")
    anna = User.objects.get()
    assert anna.email == "anna@example.org"
    client.force_login(anna, backend=BACKEND)
    assert client.post("/new/", NEW).status_code == 302
    assert Camp.objects.get().attendees.get(user=anna).role == Role.ORGANISER


def test_the_command_makes_the_organiser_of_a_camp_that_has_none(camp):
    call_command("make_organiser", "anna@example.org", "--camp", camp.slug, "--name", "Anna")
    [anna] = camp.attendees.organisers()
    assert (anna.display_name, anna.user.email) == ("Anna", "anna@example.org")
    # Again, it changes nothing.
    call_command("make_organiser", "anna@example.org", "--camp", camp.slug, "--name", "Ann")
    assert camp.attendees.get().display_name == "Anna"


def test_somebody_who_is_in_already_becomes_organiser(camp, ben):
    call_command("make_organiser", ben.user.email, "--camp", camp.slug, "--name", "B")
    ben.refresh_from_db()
    assert (ben.role, ben.display_name) == (Role.ORGANISER, "Ben")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["anna@example.org", "--camp", "nowhere", "--name", "A"], "There is no camp"),
        (["anna@example.org", "--camp", "lakeside-2030"], "Say with --name"),
        (["anna"], "valid e"),
    ],
)
def test_the_command_says_what_is_wrong(camp, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("make_organiser", *arguments)
    assert not User.objects.exists()


@pytest.mark.parametrize("is_named", [False, True])
def test_where_the_operator_names_them_nobody_else_opens_camps(settings, client, camp, olga, is_named):
    settings.CAMPS_OPENED_BY = "named"
    User.objects.filter(pk=olga.user.pk).update(may_open_camps=is_named)
    client.force_login(olga.user, backend=BACKEND)
    copy = {"name": "Next", "slug": "next", "starts_on": "2031-01-11"}
    answers = [client.get("/new/"), client.post("/new/", NEW), client.post(f"/{camp.slug}/copy/", copy)]
    assert [answer.status_code for answer in answers] == ([200, 302, 302] if is_named else [403, 403, 422])
    for answer in answers:
        assert is_named or "whom the operator of this site named" in answer.content.decode()
    assert Camp.objects.count() == (3 if is_named else 1)


def test_by_default_everybody_with_an_account_opens_camps(client, db):
    client.force_login(UserFactory(), backend=BACKEND)
    assert client.post("/new/", NEW).status_code == 302
    client.force_login(AttendeeFactory(camp=Camp.objects.get()).user, backend=BACKEND)
    assert client.get("/new/").status_code == 200


def test_the_manual_names_every_command_for_operators_and_who_may_use_the_admin():
    manual = (ROOT / "docs" / "operating.md").read_text()
    table = manual.partition("\n## Commands\n")[2].partition("\n## ")[0]
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    commands = {name for name, app in get_commands().items() if app in ours}
    # That one is for whoever translates.
    assert {*re.findall(r"^\| `(\w+)", table, re.MULTILINE)} == commands - {"makemessages"} | {"createsuperuser"}
    first = manual.partition("\n## The first organiser\n")[2].partition("\n## ")[0]
    assert {"make_organiser", "createsuperuser"} <= {*re.findall(r"\w+", first)}
    assert "`/admin/`" in first
