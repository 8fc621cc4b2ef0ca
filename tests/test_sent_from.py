"""Whoever looks at an address that only takes what is sent: by Back, a reload, or the way back from signing in."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from schedule.models import Draft

from .addresses import Address, camp_addresses
from .test_archived import undone

SENT = [address for address in camp_addresses() if hasattr(address.view, "sent_from")]


class Actions(HTMLParser):
    """Where each form of a page is sent to; None for those that do not say it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "form":
            self.found.append(dict(attrs).get("action"))


@pytest.mark.parametrize("method", ["get", "head"])
def test_every_address_of_a_camp_can_be_looked_at_or_leads_to_one_that_can(sign_in, olga, full_camp, method):
    """Never a blank page (405); each that takes only what is sent is told by `sent_from` where it is sent from."""
    client, wrong = sign_in(olga), []
    for address in camp_addresses():
        form = full_camp.forms().get(address.name)
        url = full_camp.url(address, form)
        first = getattr(client, method)(url)
        response = getattr(client, method)(url, follow=True)
        led = not hasattr(address.view, "sent_from") or first.status_code == 302
        if response.status_code != 200 or not led:
            wrong.append((address.name, first.status_code, response.status_code))
    assert wrong == []
    assert len(SENT) > 25


def refused(client, full_camp, address: Address):
    """The page that says what is wrong, where an address has one."""
    form = full_camp.forms()[address.name]
    wrong = {"file": SimpleUploadedFile("list.csv", b"nobody\n"), "day-minutes": "x"} | dict.fromkeys(
        Draft.CONCERNS, "99"
    )
    page = client.post(full_camp.url(address, form), wrong)
    return page if page.status_code == 422 else None


def test_every_form_of_a_page_that_says_what_is_wrong_goes_where_it_belongs(sign_in, olga, full_camp):
    """The page stands at another address than usual: a form without one of its own would be sent there."""
    client, seen, wrong = sign_in(olga), [], []
    for address in SENT:
        with undone():
            if page := refused(client, full_camp, address):
                seen.append(address.name)
                if None in Actions(page.content.decode()).found:
                    wrong.append(address.name)
    assert wrong == []
    assert {*seen} == {
        "events:address_upload", "events:room_paste", "events:slot_generate", "schedule:room_close", "schedule:host_away",
        "schedule:build_start",
    }  # fmt: skip


def test_the_way_back_keeps_what_was_asked_for(sign_in, olga, full_camp):
    """The links to more pages of a list stand on the page that says what is wrong, too."""
    page = sign_in(olga).get("/lakeside-2030/people/addresses/?page=2&q=%C3%A9")
    assert page.url == "/lakeside-2030/people/?page=2&q=%C3%A9"


def test_got_it_on_a_page_that_says_what_is_wrong_leads_to_a_page(sign_in, olga, full_camp):
    client = sign_in(olga)
    html = client.post("/lakeside-2030/slots/generate/", {}).content.decode()
    back = unescape(html.partition('name="next" value="')[2].partition('"')[0])
    assert back == "/lakeside-2030/slots/generate/"
    response = client.post("/lakeside-2030/news/heard/", {"seen": "1", "next": back}, follow=True)
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == "/lakeside-2030/slots/"


def test_strangers_learn_nothing_by_looking(client, full_camp):
    found = {address.name: client.get(full_camp.url(address)) for address in SENT}
    assert {r.status_code for r in found.values()} == {302, 404}
    # A code on paper may be opened by anybody: it leads to what everybody sees.
    open_to_all = {found.pop(name).url for name in ("schedule:scan_hold", "schedule:scan_place")}
    assert open_to_all == {"/lakeside-2030/grid/"}
    assert all(r.status_code == 404 or r.url.startswith("/lakeside-2030/join/") for r in found.values())


def test_looking_at_the_way_in_to_the_demo_leads_to_its_people(client, db):
    assert client.get("/demo/sign-in/").url == "/demo/"
