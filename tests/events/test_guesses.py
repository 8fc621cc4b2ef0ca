"""One who guesses a camp's code is stopped soon, and shuts out nobody behind the same address."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Tally
from accounts.once import BACKEND
from events.guesses import FROM_ONE_SOURCE, OF_ONE_BROWSER
from events.models import Joining
from tests.accounts.test_limits import at_once, counted
from tests.factories import UserFactory

TOO_MANY = "Too many wrong codes"


@pytest.fixture
def camp(camp):
    camp.joining = Joining.CODE
    camp.save()
    return camp


def type_code(client: Client, code: str) -> str:
    """On the front page's form; what the page says that comes."""
    return client.get(f"/j/?code={code}", follow=True).content.decode()


def join(client: Client, camp, code: str):
    return client.post(f"/{camp.slug}/join/", {"display_name": "Fern", "code": code})


def test_125_wrong_codes_from_one_phone_shut_out_that_phone_alone(camp):
    phone, friend = Client(), Client()
    for number in range(125):
        page = phone.get(f"/j/AAAA{number:03d}/").content.decode()
    assert TOO_MANY in page
    assert TOO_MANY in type_code(phone, camp.code)
    assert join(phone, camp, camp.code).status_code == 422
    assert "The name people will see" in type_code(friend, camp.code)
    assert join(friend, camp, camp.code).status_code == 302


def test_the_same_by_the_form_of_the_camp(camp):
    phone = Client()
    for number in range(11):
        join(phone, camp, f"AAAA{number:03d}")
    assert TOO_MANY in join(phone, camp, camp.code).content.decode()
    assert join(Client(), camp, camp.code).status_code == 302


def test_ten_wrong_ones_and_no_more(camp):
    phone = Client()
    assert not any(TOO_MANY in type_code(phone, f"AAAA{n:02d}") for n in range(10))
    assert TOO_MANY in type_code(phone, "AAAA99")


def test_a_right_code_costs_no_guess(camp):
    """A tablet at the door, on which helpers let in one after the other."""
    tablet = Client()
    for _ in range(12):
        assert join(tablet, camp, camp.code).status_code == 302
        tablet.cookies.pop("sessionid")
    assert camp.attendees.count() == 12


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_of_one_browser_at_once_ten_are_looked_at(camp):
    phone = Client()
    type_code(phone, "AAAA00")
    cookie = phone.cookies["browser"].value

    def guess() -> str:
        client = Client()
        client.cookies["browser"] = cookie
        return client.get("/j/AAAA11/").content.decode()

    pages = [page for _ in range(2) for page in at_once(*[guess] * 8)]
    assert sum(TOO_MANY not in page for page in pages) == 9


def test_300_people_behind_one_address_get_in_though_each_mistypes_three_times(camp):
    counted(FROM_ONE_SOURCE, "127.0.0.1", 3 * 290)
    for _ in range(10):
        person = Client()
        for number in range(3):
            assert join(person, camp, f"WRONG{number}").status_code == 422
        assert join(person, camp, camp.code).status_code == 302
    assert camp.attendees.count() == 10


@pytest.fixture
def flooded(camp) -> None:
    """Somebody who throws the cookie away has guessed from this network until it was stopped."""
    counted(FROM_ONE_SOURCE, "127.0.0.1", FROM_ONE_SOURCE.most - 5)
    pages = [Client().get(f"/j/AA{number:04d}/").content.decode() for number in range(7)]
    assert ["from this network" in page for page in pages] == [False] * 5 + [True] * 2


@pytest.mark.usefixtures("flooded")
def test_who_throws_the_cookie_away_is_stopped_too_and_nobody_in_good_standing(camp):
    assert TOO_MANY in type_code(Client(), camp.code)
    signed_in = Client()
    signed_in.force_login(UserFactory(), backend=BACKEND)
    assert join(signed_in, camp, camp.code).status_code == 302


def test_a_browser_that_gave_a_right_code_before_stays_in_good_standing(camp):
    person = Client()
    type_code(person, camp.code)
    counted(FROM_ONE_SOURCE, "127.0.0.1", FROM_ONE_SOURCE.most)
    assert join(Client(), camp, camp.code).status_code == 422
    assert join(person, camp, camp.code).status_code == 302


def test_a_cookie_made_up_is_none(camp):
    forged = Client()
    forged.cookies["browser"] = "0123456789abcdef.known:forged"
    type_code(forged, "AAAA00")
    marks = Tally.objects.filter(what=OF_ONE_BROWSER.what).values_list("who", flat=True)
    type_code(Client(), "AAAA00")
    assert len(marks.all()) == 2
    assert forged.cookies["browser"].value != "0123456789abcdef.known:forged"


def test_pages_of_strangers_stay_without_a_cookie(client, camp):
    client.get("/")
    client.get(f"/{camp.slug}/")
    assert "browser" not in client.cookies
