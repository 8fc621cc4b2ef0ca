from __future__ import annotations

from tests.factories import CampFactory

PAGE = "/demo/"


def test_offers_the_demo_camps_that_are_there_and_no_other(client, db):
    CampFactory(slug="govcamp-2027", name="GovCamp 2027")
    CampFactory(slug="lakeside-2030", name="Lakeside 2030")

    page = client.get(PAGE).content.decode()

    assert "GovCamp 2027" in page
    assert "Lakeside 2030" not in page
    assert page.count('name="persona"') == 5


def test_is_not_there_outside_the_demo(client, db, settings):
    settings.DEMO = False
    assert client.get(PAGE).status_code == 404
