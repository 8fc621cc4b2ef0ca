"""The same form sent to two web processes at once: two servers with one database, and somebody whose double tap hits both."""

from __future__ import annotations

import http.client
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from .conftest import served

CAMP = "govcamp-2027"
ROUNDS = 8


class Answer(NamedTuple):
    status: int
    goes_to: str
    html: str
    cookies: dict[str, str]


class Visitor:
    """A browser that follows nothing by itself and sends what it is told to, where it is told to."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def send(self, address: str, path: str, data: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if data is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": address}
        connection.request("GET" if data is None else "POST", path, data and urlencode(data), headers)
        response = connection.getresponse()
        set_now = [line.partition(";")[0].split("=", 1) for line in response.headers.get_all("Set-Cookie") or []]
        answer = Answer(
            response.status, response.getheader("Location") or "", response.read().decode(), dict(map(tuple, set_now))
        )
        connection.close()
        return answer

    def look(self, address: str, path: str) -> Answer:
        answer = self.send(address, path)
        self.cookies |= answer.cookies
        return answer

    def form(self, address: str, path: str) -> dict[str, str]:
        """The hidden fields of the page's forms, as a browser would send them."""
        html = self.look(address, path).html.partition("<main")[2]
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))

    def send_to_both(self, servers: list[str], path: str, data: dict[str, str]) -> list[Answer]:
        """At once, with the cookies from before; none of the answers has come when the other is sent."""
        start, answers = Barrier(len(servers)), []

        def tap(address: str) -> None:
            start.wait()
            answers.append(self.send(address, path, data))

        threads = [Thread(target=tap, args=[address]) for address in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


@pytest.fixture(scope="module")
def servers(site, site_environment) -> Iterator[list[str]]:
    with served(site_environment) as other:
        yield [site, other]


@pytest.fixture
def count(site_environment):
    """Asks the database behind both servers, past everything that is kept."""
    url = site_environment["DATABASE_URL"]

    def count(table: str, column: str, value: str) -> int:
        question = f"SELECT count(*) FROM {table} WHERE {column} = "
        if url.startswith("sqlite"):
            connection = sqlite3.connect(url.removeprefix("sqlite:///"))
            [found] = connection.execute(question + "?", [value]).fetchone()
            connection.close()
            return int(found)
        import psycopg

        with psycopg.connect(url) as connection:
            [found] = connection.execute(question + "%s", [value]).fetchone()
            return int(found)

    return count


@pytest.fixture
def organiser(site) -> Visitor:
    visitor = Visitor()
    data = {"csrfmiddlewaretoken": visitor.form(site, "/demo/")["csrfmiddlewaretoken"]}
    answer = visitor.send(site, "/demo/sign-in/", data | {"camp": CAMP, "persona": "organiser"})
    assert answer.status == 302
    visitor.cookies |= answer.cookies
    return visitor


def test_a_pitch_sent_to_two_processes_at_once_is_one_pitch(servers, organiser, count):
    for number in range(ROUNDS):
        title = f"Sent to both, {number}"
        path = f"/{CAMP}/pitches/new/"
        data = organiser.form(servers[number % 2], path) | {"title": title, "kind": "talk", "length": "1", "who": "me"}
        answers = organiser.send_to_both(servers, path, data)
        assert [answer.status for answer in answers] == [302, 302]
        assert answers[0].goes_to == answers[1].goes_to
        assert count("pitches_pitch", "title", title) == 1


def test_a_guest_who_taps_twice_is_one_person_and_in_by_either_answer(servers, count):
    for number in range(ROUNDS):
        guest, name = Visitor(), f"Gus the {number}"
        path = f"/{CAMP}/join/"
        data = guest.form(servers[number % 2], path) | {"display_name": name}
        answers = guest.send_to_both(servers, path, data)
        assert [answer.status for answer in answers] == [302, 302]
        assert count("events_attendee", "display_name", name) == 1
        for answer in answers:
            either = Visitor()
            either.cookies = guest.cookies | answer.cookies
            assert f"You are in as {name}<" in either.look(servers[0], f"/{CAMP}/").html


def mails_to(folder: Path, address: str) -> list[str]:
    found = [path.read_text() for path in folder.glob("*")] if folder.exists() else []
    return [text for text in found if f"To: {address}" in text]


def test_one_code_is_mailed_and_it_lets_in_by_either_answer(servers, site_environment):
    folder = Path(site_environment["EMAIL_URL"].removeprefix("filemail:///"))
    visitor, address = Visitor(), "twice@example.org"
    data = visitor.form(servers[0], "/accounts/login/code/") | {"email": address}
    answers = visitor.send_to_both(servers, "/accounts/login/code/", data)
    assert [(a.status, a.goes_to) for a in answers] == [(302, "/accounts/login/code/confirm/")] * 2
    # The browser may have only the answer of the second tap.
    by_second = Visitor()
    by_second.cookies = visitor.cookies | answers[-1].cookies
    page = by_second.look(servers[1], "/accounts/login/code/confirm/")
    assert page.status == 200
    for _ in range(150):
        if mails_to(folder, address):
            break
        time.sleep(0.2)
    time.sleep(2)
    [mail] = mails_to(folder, address)
    [code] = re.findall(r"^    (\S+)$", mail, re.MULTILINE)
    data = by_second.form(servers[1], "/accounts/login/code/confirm/") | {"code": code}
    answers = by_second.send_to_both(servers, "/accounts/login/code/confirm/", data)
    assert [answer.status for answer in answers] == [302, 302]
    assert answers[0].goes_to == answers[1].goes_to
    for answer in answers:
        either = Visitor()
        either.cookies = by_second.cookies | answer.cookies
        assert either.look(servers[0], "/me/").status == 200
