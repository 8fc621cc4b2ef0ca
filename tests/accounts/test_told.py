"""Where what is told waits for the next page, and when it is known to be heard."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.core import mail
from django.db import OperationalError, connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import told, told_rows
from accounts.models import User
from accounts.told import ToldStorage
from accounts.told_rows import KEPT_FOR, MOST_WAITING
from config.cleaning import clean_up
from tests.factories import AttendeeFactory, CampFactory, UserFactory
from tests.test_typed import DATA

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser(person, *, scripts: bool = True) -> Client:
    """Signed in; the first page set the cookie, if it has scripts."""
    client = Client()
    client.force_login(person.user, backend=BACKEND)
    if scripts:
        client.cookies["heard"] = f"{person.user.mark}.0"
    return client


def pitch(client: Client, camp, title: str):
    answer = client.post(f"/{camp.slug}/pitches/new/", DATA | {"title": title})
    assert answer.status_code == 302
    return answer


def page(client: Client, camp, *titles: str) -> list[int]:
    """How often each is told on the next page."""
    html = client.get(f"/{camp.slug}/pitches/").content.decode()
    return [html.count(f"<p data-told>“{title}” is on the board.") for title in titles]


def arrive(client: Client, person) -> None:
    """What the page's script does: it says the highest number on it."""
    client.cookies["heard"] = f"{person.user.mark}.{waiting(person)[-1][0]}"


def waiting(person) -> list:
    return User.objects.get(pk=person.user.pk).told


def done_on(client: Client, camp) -> list[str]:
    """The forms that the next page's script is told to be done."""
    return re.findall(r'<meta name="done" content="(\w+)"', client.get(f"/{camp.slug}/pitches/").content.decode())


def sentences(person) -> list[str]:
    return [entry[2] for entry in waiting(person) if len(entry) > 1]


def test_a_page_that_was_lost_is_told_again_and_one_that_came_is_told_once(camp, ben):
    client, phone = browser(ben), browser(ben)
    pitch(client, camp, "Knots")
    # Two pages in a row are lost.
    assert [page(client, camp, "Knots") for _ in range(2)] == [[1], [1]]
    arrive(client, ben)
    assert page(client, camp, "Knots") == [0]
    assert sentences(ben) == []
    # On every other device, too.
    assert page(phone, camp, "Knots") == [0]
    pitch(phone, camp, "Bells")
    assert page(client, camp, "Knots", "Bells") == [0, 1]


def test_what_was_said_after_the_page_that_came_is_told(camp, ben):
    client = browser(ben)
    pitch(client, camp, "Knots")
    page(client, camp)
    arrive(client, ben)
    pitch(client, camp, "Bells")
    assert sentences(ben) == ["“Bells” is on the board."]
    assert page(client, camp, "Knots", "Bells") == [0, 1]


def test_without_scripts_it_is_told_once(camp, ben):
    client = browser(ben, scripts=False)
    pitch(client, camp, "Knots")
    assert [page(client, camp, "Knots") for _ in range(2)] == [[1], [0]]
    assert sentences(ben) == []


def test_where_scripts_are_off_by_now_it_is_told_once_more_at_most(camp, ben):
    """The cookie of the day when they ran is there still."""
    client = browser(ben)
    pitch(client, camp, "Knots")
    assert [page(client, camp, "Knots") for _ in range(3)] == [[1], [1], [0]]
    pitch(client, camp, "Bells")
    assert page(client, camp, "Knots", "Bells") == [0, 1]


def test_pages_that_were_all_lost_are_told_again(camp, ben):
    """Nor did what they said of themselves come."""
    client = browser(ben)
    pitch(client, camp, "Knots")
    for _ in range(3):
        assert page(client, camp, "Knots") == [1]
        del client.cookies["shown"]


def test_the_page_says_the_number_to_its_script(camp, ben):
    client = browser(ben)
    pitch(client, camp, "Knots")
    assert f'data-number="{waiting(ben)[0][0]}"' in client.get(f"/{camp.slug}/pitches/").content.decode()


@pytest.mark.parametrize("scripts", [True, False])
def test_of_two_people_on_one_device_each_hears_their_own(camp, ben, cleo, scripts):
    client = browser(ben, scripts=scripts)
    pitch(client, camp, "Knots")
    other = browser(cleo)
    pitch(other, camp, "Bells")
    client.force_login(cleo.user, backend=BACKEND)
    if scripts:
        # Of Ben, and higher than any of Cleo's.
        client.cookies["heard"] = f"{ben.user.mark}.{waiting(cleo)[-1][0] + 1000}"
    assert page(client, camp, "Knots", "Bells") == [0, 1]
    client.force_login(ben.user, backend=BACKEND)
    if scripts:
        client.cookies["heard"] = f"{cleo.user.mark}.{waiting(cleo)[-1][0]}"
    assert page(client, camp, "Knots", "Bells") == [1, 0]


@pytest.mark.parametrize("cookie", ["", "x", "{mark}", "{mark}.", "{mark}.x", "{mark}.²", "{mark}." + "9" * 5000, ".9"])
def test_a_cookie_that_is_none_of_ours_hides_nothing(camp, ben, cookie):
    client = browser(ben)
    pitch(client, camp, "Knots")
    client.cookies["heard"] = cookie.format(mark=ben.user.mark)
    assert [page(client, camp, "Knots") for _ in range(2)] == [[1], [1]]


def test_only_a_page_that_shows_it_counts_where_no_script_says_so(camp, ben):
    client, address = browser(ben, scripts=False), f"/{camp.slug}/pitches/"
    client.get(address)
    pitch(client, camp, "Knots")
    assert client.head(address).status_code == 200
    piece = {"HX-Request": "true", "HX-Target": "board", "HX-Current-URL": f"http://testserver{address}"}
    assert "is on the board" not in client.get(address, headers=piece).content.decode()
    assert client.get("/health/").status_code == 200
    assert client.get(f"/{camp.slug}/calendar.ics").status_code == 200
    assert client.get("/accounts/login/code/").status_code == 302
    assert [page(client, camp, "Knots") for _ in range(2)] == [[1], [0]]


def test_what_waits_is_no_unchanged_page_and_what_was_heard_is(camp, ben):
    client, address = browser(ben), f"/{camp.slug}/pitches/"
    pitch(client, camp, "Knots")
    page(client, camp)
    arrive(client, ben)
    seen = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": seen}).status_code == 304
    told_rows.write_told(pk=ben.user.pk, said=[told.Message(constants.INFO, "Elsewhere.", "")])
    assert client.get(address, headers={"If-None-Match": seen}).status_code == 200


def test_a_form_that_is_done_is_told_to_each_browser_until_its_page_came(camp, ben, cleo):
    client, phone, key = browser(ben), browser(ben), "0" * 32
    client.post(f"/{camp.slug}/pitches/new/", DATA | {"title": "Knots", "form_key": key})
    # Two pages in a row are lost.
    assert [done_on(client, camp) for _ in range(2)] == [[key[:16]]] * 2
    arrive(client, ben)
    assert done_on(client, camp) == []
    # Of what was heard here another device knows nothing; others are told nothing.
    assert [done_on(phone, camp), done_on(browser(cleo), camp)] == [[key[:16]], []]
    assert done_on(client, camp) == []
    # Done once more, with other words say, it is told once more.
    client.post(f"/{camp.slug}/pitches/new/", DATA | {"title": "Knots and bells", "form_key": key})
    assert done_on(client, camp) == [key[:16]]


def test_a_page_that_tells_of_a_form_is_another_one_than_before(camp, ben):
    client, address = browser(ben), f"/{camp.slug}/pitches/"
    tag = client.get(address)["ETag"]
    told_rows.write_told(pk=ben.user.pk, done=["f" * 16])
    assert (
        'content="ffffffffffffffff" data-number' in client.get(address, headers={"If-None-Match": tag}).content.decode()
    )
    arrive(client, ben)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_key_goes_after_a_day(camp, ben):
    told_rows.write_told(pk=ben.user.pk, done=["f" * 16])
    old = [[entry[0] - KEPT_FOR // timedelta(milliseconds=1) - 1, *entry[1:]] for entry in waiting(ben)]
    User.objects.filter(pk=ben.user.pk).update(told=old)
    assert done_on(browser(ben), camp) == []
    clean_up()
    assert waiting(ben) == []


def test_where_nothing_waits_nothing_is_asked_for_it(camp, ben):
    client = browser(ben)
    page(client, camp)
    with CaptureQueriesContext(connection) as before:
        page(client, camp)
    pitch(client, camp, "Knots")
    page(client, camp)
    arrive(client, ben)
    page(client, camp)
    with CaptureQueriesContext(connection) as after:
        page(client, camp)
    assert [q["sql"] for q in after if "told" in q["sql"] and "UPDATE" in q["sql"]] == []
    assert len(after) <= len(before)


def test_two_who_say_something_at_once_are_both_heard(camp, ben, transactional_db):
    start = Barrier(2)

    def say(title: str) -> None:
        client = browser(ben)
        client.get(f"/{camp.slug}/")
        start.wait()
        try:
            pitch(client, camp, title)
        finally:
            connections.close_all()

    for turn in range(5):
        titles = [f"Knots {turn}", f"Bells {turn}"]
        threads = [Thread(target=say, args=[title]) for title in titles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert page(browser(ben, scripts=False), camp, *titles) == [1, 1]


def test_what_is_taken_away_and_what_is_said_meanwhile_do_not_meet(camp, ben):
    """A page has loaded the person when another window says something: that stays."""
    client, other = browser(ben), browser(ben)
    pitch(client, camp, "Knots")
    page(client, camp)
    arrive(client, ben)
    stale = User.objects.get(pk=ben.user.pk)
    pitch(other, camp, "Bells")
    request = request_of(stale, {name: morsel.value for name, morsel in client.cookies.items()})
    assert hear(request)[0] == []
    assert sentences(ben) == ["“Bells” is on the board."]


def test_numbers_never_fall_though_the_clock_does(camp, ben, monkeypatch):
    client = browser(ben)
    pitch(client, camp, "Knots")
    page(client, camp)
    arrive(client, ben)
    page(client, camp)
    assert sentences(ben) == []
    earlier = timezone.now() - timedelta(minutes=5)
    monkeypatch.setattr(told_rows.timezone, "now", lambda: earlier)
    pitch(client, camp, "Bells")
    assert page(client, camp, "Bells") == [1]


def test_what_nobody_heard_goes_after_a_day(camp, ben, cleo):
    pitch(browser(ben), camp, "Knots")
    pitch(browser(cleo), camp, "Bells")
    old = [[entry[0] - KEPT_FOR // timedelta(milliseconds=1) - 1, *entry[1:]] for entry in waiting(ben)]
    User.objects.filter(pk=ben.user.pk).update(told=old)
    assert page(browser(ben), camp, "Knots") == [0]
    clean_up()
    assert waiting(ben) == []
    assert sentences(cleo) == ["“Bells” is on the board."]


def test_so_many_wait_and_the_oldest_go():
    ben = AttendeeFactory(camp=CampFactory())
    for number in range(MOST_WAITING + 2):
        say(request_of(User.objects.get(pk=ben.user.pk), {}), f"{number}.")
    assert sentences(ben) == [f"{number}." for number in range(2, MOST_WAITING + 2)]


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_cannot_be_written_down_is_told_by_a_cookie(monkeypatch, is_gone):
    ben = UserFactory()
    if is_gone:
        User.objects.all().delete()
    else:

        def broken(*args: object, **kwargs: object) -> bool:
            raise OperationalError("disk full")

        monkeypatch.setattr(told, "write_told", broken)
    cookies = say(request_of(ben, {}), "Done.")
    assert list(cookies) == ["messages"]
    assert hear(request_of(ben, cookies))[0] == ["Done."]


def test_whoever_signs_out_leaves_no_number(camp, ben):
    answer = browser(ben).post("/accounts/logout/")
    assert answer.cookies["heard"]["max-age"] == 0


def test_what_nobody_was_told_is_not_told_to_whoever_signs_in_next(camp, ben, cleo):
    client = browser(ben)
    assert "messages" in client.post("/accounts/logout/").cookies
    sign_in(client, cleo)
    page = client.get(f"/{camp.slug}/").content.decode()
    assert "You are signed out." not in page
    # And to nobody after them.
    client.cookies.pop("sessionid")
    assert "You are signed out." not in client.get("/").content.decode()


def sign_in(client: Client, person) -> None:
    client.post("/accounts/login/code/", {"email": person.user.email})
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
    assert client.post("/accounts/login/code/confirm/", {"code": code}).status_code == 302
    assert "_auth_user_id" in client.session


def test_of_nobody_it_is_told_to_nobody_until_somebody_signs_in(camp, ben):
    client = browser(ben)
    client.post("/accounts/logout/")
    assert "You are signed out." in client.get("/").content.decode()


# -- as the library of messages asks it ---------------------------------------------------------------------------


def request_of(user, cookies: dict[str, str]) -> HttpRequest:
    request = HttpRequest()
    request.method, request.user, request.COOKIES = "GET", user, cookies
    return request


def say(request: HttpRequest, sentence: str) -> dict[str, str]:
    """The cookies that the browser has then."""
    storage, response = ToldStorage(request), HttpResponse()
    storage.add(constants.INFO, sentence)
    storage.update(response)
    return {name: cookie.value for name, cookie in response.cookies.items()}


def hear(request: HttpRequest) -> tuple[list[str], HttpResponse]:
    storage, response = ToldStorage(request), HttpResponse()
    found = [str(message) for message in storage]
    storage.update(response)
    return found, response


def test_for_whoever_is_signed_in_it_waits_in_the_database_and_for_others_in_a_cookie():
    ben = UserFactory()
    assert say(request_of(ben, {}), "Done.") == {}
    assert hear(request_of(User.objects.get(), {}))[0] == ["Done."]
    assert hear(request_of(User.objects.get(), {}))[0] == []
    nobody = AnonymousUser()
    cookies = say(request_of(nobody, {}), "Sent.")
    assert list(cookies) == ["messages"]
    found, response = hear(request_of(nobody, cookies))
    assert (found, response.cookies["messages"]["max-age"]) == (["Sent."], 0)


def test_what_was_told_before_signing_in_is_heard_after_it_and_all_of_it_once():
    ben = UserFactory()
    cookies = say(request_of(AnonymousUser(), {}), "Before.")
    assert say(request_of(ben, cookies), "After.") == {}
    found, response = hear(request_of(User.objects.get(), cookies))
    assert (found, response.cookies["messages"]["max-age"]) == (["Before.", "After."], 0)
    assert hear(request_of(User.objects.get(), {}))[0] == []


def test_what_is_said_and_shown_by_one_answer_is_put_down_nowhere():
    for user in (UserFactory(), AnonymousUser()):
        request = request_of(user, {})
        storage, response = ToldStorage(request), HttpResponse()
        storage.add(constants.INFO, "Here.")
        assert [str(message) for message in storage] == ["Here."]
        storage.update(response)
        assert (dict(response.cookies), User.objects.get().told) == ({}, [])
