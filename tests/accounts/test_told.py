"""Where what is told waits for the next page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse

from accounts.told import ToldStorage
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def request_of(user, session: SessionStore, cookies: dict[str, str]) -> HttpRequest:
    request = HttpRequest()
    request.user, request.session, request.COOKIES = user, session, cookies
    return request


def say(request: HttpRequest, sentence: str) -> dict[str, str]:
    """The cookies that the browser has then."""
    told, response = ToldStorage(request), HttpResponse()
    told.add(constants.INFO, sentence)
    told.update(response)
    return {name: cookie.value for name, cookie in response.cookies.items()}


def hear(request: HttpRequest) -> tuple[list[str], HttpResponse]:
    told, response = ToldStorage(request), HttpResponse()
    found = [message.message for message in told]
    told.update(response)
    return found, response


def test_for_whoever_is_signed_in_it_waits_in_the_database_and_for_others_in_a_cookie():
    session, ben = SessionStore(), UserFactory()
    assert say(request_of(ben, session, {}), "Done.") == {}
    assert hear(request_of(ben, session, {}))[0] == ["Done."]
    assert hear(request_of(ben, session, {}))[0] == []
    assert not session.keys()
    nobody = AnonymousUser()
    cookies = say(request_of(nobody, session, {}), "Sent.")
    assert list(cookies) == ["messages"]
    assert not session.keys()
    assert hear(request_of(nobody, session, cookies))[0] == ["Sent."]


def test_what_was_told_before_signing_in_is_heard_after_it_and_all_of_it_once():
    session, ben = SessionStore(), UserFactory()
    cookies = say(request_of(AnonymousUser(), session, {}), "Before.")
    assert say(request_of(ben, session, cookies), "After.") == {"messages": ""}
    found, response = hear(request_of(ben, session, {}))
    assert (sorted(found), session.keys() & {"_messages"}) == (["After.", "Before."], set())
    cookies = say(request_of(AnonymousUser(), session, {}), "Before.")
    found, response = hear(request_of(ben, session, cookies))
    assert found == ["Before."]
    assert response.cookies["messages"]["max-age"] == 0
