"""Files at fixed addresses: robots.txt, security.txt, favicon.ico."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from events.models.camp import RESERVED_SLUGS
from tests.addresses import camp_addresses
from tests.factories import CampFactory


def rules(client) -> list[str]:
    return re.findall(r"^Disallow: (\S+)$", client.get("/robots.txt").content.decode(), re.MULTILINE)


def is_closed(path: str, closed: list[str]) -> bool:
    """As RFC 9309 reads a rule: it holds for what begins like it, and a star stands for anything."""
    return any(re.match(re.escape(rule).replace(r"\*", ".*"), path) for rule in closed)


def test_search_engines_have_nothing_to_look_for_on_personal_pages(client, full_camp):
    closed = rules(client)
    for path in ("/accounts/login/code/", "/admin/", "/me/", "/new/", "/j/ABCDEF/", "/demo/"):
        assert is_closed(path, closed), path
    # An address with a key in it is somebody's own.
    secret = [address for address in camp_addresses() if "<str:key>" in address.path]
    assert len(secret) >= 2
    for address in secret:
        assert is_closed(full_camp.url(address), closed), address.name
    for name in ("schedule:my_interests", "events:camp_join", "events:people_list", "schedule:draft_detail"):
        [address] = [a for a in camp_addresses() if a.name == name]
        assert is_closed(full_camp.url(address), closed), name


@pytest.mark.parametrize(
    "path", ["/", "/lakeside-2030/", "/lakeside-2030/pitches/", "/lakeside-2030/grid/", "/lakeside-2030/record/"]
)
def test_what_a_camp_shows_to_all_can_be_found(client, camp, path):
    assert not is_closed(path, rules(client))
    assert "X-Robots-Tag" not in client.get(path)


def test_camps_for_listed_people_only_and_hidden_ones_are_neither_to_be_found_nor_named(client, db):
    CampFactory(slug="invited", joining="listed")
    CampFactory(slug="hidden", is_public=False)
    CampFactory(slug="hidden-too", is_public=False, joining="listed")
    closed = " ".join(rules(client))
    assert "hidden" not in closed
    assert "invited" not in closed
    for slug in ("invited", "hidden", "hidden-too"):
        assert client.get(f"/{slug}/")["X-Robots-Tag"] == "noindex, nofollow"


def test_security_txt_is_there_once_somebody_is_named(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = ["safety@camp.example", "https://camp.example/tell"]
    response = client.get("/security.txt", follow=True)
    fields = [line.split(": ", 1) for line in response.content.decode().splitlines()]
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert [value for name, value in fields if name == "Contact"] == [
        "mailto:safety@camp.example",
        "https://camp.example/tell",
    ]
    [expires] = [parse_datetime(value) for name, value in fields if name == "Expires"]
    # Less than a year ahead, as the RFC wants it.
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)
    assert ["Canonical", "http://testserver/.well-known/security.txt"] in fields


def test_the_picture_in_the_tab_is_where_browsers_look_for_it(client, db):
    icon = client.get("/favicon.ico")
    assert icon.status_code == 200
    assert b"".join(icon)[:6] == b"\x00\x00\x01\x00\x03\x00"
    touch = client.get("/apple-touch-icon.png")
    assert b"".join(touch)[:4] == b"\x89PNG"
    assert 'href="/favicon.ico"' in client.get("/").content.decode()


def test_addresses_that_the_installation_may_need_are_no_camps():
    wanted = "metrics healthz version openapi embed calendar sw manifest legal imprint wall stage desk search series push live docs"
    assert set(wanted.split()) <= RESERVED_SLUGS
