"""What caches may keep (Cache-Control), and what a camp for listed people only shows to strangers.

Derived from all addresses and all kinds of people.
"""

from __future__ import annotations

import pytest
from django.test import Client

from events.models import Camp, Joining

from .addresses import Form, FullCamp, camp_addresses
from .test_rights import PEOPLE, letter, person, unseen

__all__ = ["person"]

#: the ways in, and an address that is a key: open to strangers of a closed camp, too
WAYS_IN = {"events:camp_join", "events:invitation_accept", "schedule:my_calendar", "schedule:mails_stop"}
OUTSIDE = ["anonymous", "stranger", "elsewhere", "removed"]


def secrets_of(full_camp: FullCamp) -> list[str]:
    """Whoever reads one of these can go in somewhere with it."""
    camp = full_camp.camp
    keys = list(camp.attendees.values_list("calendar_key", flat=True))
    keys += [full_camp.keys["events:invitation_accept"], full_camp.mails.key]
    return [camp.code, *keys]


@pytest.mark.parametrize("kind", PEOPLE)
def test_personal_pages_are_kept_by_nobody_else_and_secrets_by_nobody(full_camp, person, kind):
    client, secrets, wrong, seen_secrets = person(kind), secrets_of(full_camp), [], 0
    if kind == "anonymous":
        client.cookies["theme"] = "dark"
    forms = full_camp.forms()
    for address in camp_addresses():
        for method in ("get", "post"):
            form = forms.get(address.name, Form())
            with unseen(client):
                url = full_camp.url(address, form)
                response = client.get(url) if method == "get" else client.post(url, form.data)
            said = {part.strip() for part in response.get("Cache-Control", "").split(",")}
            body = response.content.decode(errors="replace") + response.get("Location", "")
            shows_secret = any(secret in body for secret in secrets)
            seen_secrets += shows_secret
            if address.name == "events:camp_accent":
                # A colour, the same for all.
                is_right = said == {"public", "max-age=300"} or response.status_code == 405
            elif shows_secret:
                is_right = {"private", "no-store"} <= said
            else:
                is_right = "private" in said and ("no-cache" in said or "no-store" in said)
            if not is_right:
                wrong.append((address.name, method, response.status_code, sorted(said)))
            if method == "get" and response.status_code == 200 and "no-store" not in said and "ETag" not in response:
                wrong.append((address.name, "no ETag"))
    assert wrong == []
    if kind == "organiser":
        assert seen_secrets >= 3


@pytest.mark.parametrize("page", ["/j/", "/accounts/login/code/", "/accounts/keep/", "/accounts/keep/code/"])
def test_pages_where_codes_are_typed_are_written_down_nowhere(client, sign_in, cleo, page):
    for browser in (client, sign_in(cleo)):
        assert "no-store" in browser.get(page)["Cache-Control"]
        assert "no-store" in browser.post(page, {"code": "ABCDEF"})["Cache-Control"]


@pytest.fixture
def closed(full_camp) -> FullCamp:
    Camp.objects.filter(pk=full_camp.camp.pk).update(joining=Joining.LISTED)
    full_camp.camp.refresh_from_db()
    return full_camp


@pytest.mark.parametrize("kind", OUTSIDE)
def test_a_camp_for_listed_people_shows_strangers_the_join_page_and_nothing_else(closed, person, kind):
    client, wrong, forms = person(kind), [], closed.forms()
    for address in camp_addresses():
        if address.name in WAYS_IN:
            continue
        for headers in ({}, {"HX-Request": "true"}, {"If-None-Match": "*"}):
            with unseen(client):
                seen = client.get(closed.url(address), headers=headers)
            with unseen(client):
                form = forms.get(address.name, Form())
                sent = client.post(closed.url(address, form), form.data, headers=headers)
            for response in (seen, sent):
                is_sent_in = "/join/" in response.get("HX-Redirect", "")
                if letter(response, closed.camp.slug) not in "JN-" and not is_sent_in:
                    wrong.append((address.name, response.status_code))
                if b"Knots" in response.content or "noindex" not in response["X-Robots-Tag"]:
                    wrong.append((address.name, "tells"))
    assert wrong == []


@pytest.mark.parametrize("kind", ["attendee", "host", "helper", "organiser"])
def test_whoever_is_in_sees_it_as_any_camp(closed, person, kind):
    client = person(kind)
    for address in camp_addresses():
        if address.path.endswith(".ics"):
            with unseen(client):
                response = client.get(closed.url(address))
            assert response.status_code == 200, address.name
            assert "private" in response["Cache-Control"]
    for page in ("", "grid/", "pitches/", "record/", "record/feed.atom", "accent.css", "calendar.ics"):
        response = client.get(f"/{closed.camp.slug}/{page}")
        assert response.status_code == 200, page
        assert "public" not in response["Cache-Control"], page


def test_a_camp_for_listed_people_is_not_on_the_front_page(closed, client):
    assert closed.camp.name not in client.get("/").content.decode()
    Camp.objects.filter(pk=closed.camp.pk).update(joining=Joining.OPEN)
    assert closed.camp.name in client.get("/").content.decode()


def test_the_join_page_of_a_closed_camp_tells_its_name_and_no_more(closed):
    page = Client().get(f"/{closed.camp.slug}/join/")
    text = page.content.decode()
    assert closed.camp.name in text
    assert f"/{closed.camp.slug}/grid/" not in text
    assert "noindex" in page["X-Robots-Tag"]
    assert "public" not in page["Cache-Control"]
