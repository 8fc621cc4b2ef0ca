from __future__ import annotations

import pytest

from accounts.models import User
from demo.personas import demo_address
from tests.factories import CampFactory

PAGE = "/demo/sign-in/"


@pytest.fixture
def morgan(db) -> User:
    return User.objects.create_user(demo_address("organiser"))


def test_one_click_and_one_is_that_person(client, morgan):
    demo_camp = CampFactory(slug="govcamp-2027")

    response = client.post(PAGE, {"persona": "organiser", "camp": "govcamp-2027"})

    assert response.url == demo_camp.get_absolute_url()
    assert client.session["_auth_user_id"] == str(morgan.pk)


@pytest.mark.parametrize(
    "chosen", [{"persona": "organiser", "camp": "lakeside-2030"}, {"persona": "nobody", "camp": "govcamp-2027"}, {}]
)
def test_only_personas_and_demo_camps_can_be_chosen(client, camp, morgan, chosen):
    CampFactory(slug="govcamp-2027")

    assert client.post(PAGE, chosen).status_code == 404
    assert "_auth_user_id" not in client.session


def test_is_not_there_outside_the_demo(client, morgan, settings):
    CampFactory(slug="govcamp-2027")
    settings.DEMO = False

    assert client.post(PAGE, {"persona": "organiser", "camp": "govcamp-2027"}).status_code == 404
    assert "_auth_user_id" not in client.session
