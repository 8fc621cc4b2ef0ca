"""What is said of fields that were left empty: which they are, once each, with the way to each."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from ..addresses import camp_addresses
from ..factories import UserFactory
from ..test_archived import undone


def summary_of(html: str) -> list[tuple[str, str]]:
    """The address of a field and what is said of it, as the summary above the form has them."""
    found = re.findall(r'<div class="summary".*?</div>', html, re.DOTALL)
    lines = re.findall(r"<li>(.*?)</li>", "".join(found), re.DOTALL)
    return [re.findall(r'(?:<a href="#([^"]*)">)?([^<]+)', line)[0] for line in lines]


def test_a_new_camp_says_which_fields_are_missing(client, db):
    client.force_login(UserFactory())
    sent = {"time_zone": "Europe/London", "joining": "open", "is_public": "on"}
    response = client.post(reverse("events:camp_create"), sent)
    assert response.status_code == 422
    assert [(field, unescape(text)) for field, text in summary_of(response.content.decode())] == [
        ("id_name", "Type what the camp is called."),
        ("id_starts_on", "Choose the first day."),
        ("id_ends_on", "Choose the last day."),
        ("id_display_name", "Type your own name in this camp."),
    ]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": "!!!"}, "Type an address of letters, digits and hyphens, like govcamp-2030."),
        ({"slug": "!!!"}, "Type an address of letters, digits and hyphens, like govcamp-2030."),
    ],
)
def test_an_address_that_cannot_be_made_is_still_told(client, db, sent, told):
    client.force_login(UserFactory())
    response = client.post(reverse("events:camp_create"), sent)
    assert ("id_slug", told) in summary_of(response.content.decode())


def test_no_form_says_a_sentence_twice_and_each_leads_to_its_field(full_camp, client, olga):
    """Of two that say the same, nobody knows which field is meant."""
    client.force_login(olga.user)
    forms, refused = full_camp.forms(), 0
    for address in camp_addresses():
        if address.name not in forms:
            continue
        with undone():
            response = client.post(full_camp.url(address, forms[address.name]), {})
        if response.status_code != 422:
            continue
        html = response.content.decode()
        said = summary_of(html)
        refused += 1
        assert len({text for _field, text in said}) == len(said), address.name
        for field, _text in said:
            assert not field or re.search(rf'id="{field}(_0)?"', html), (address.name, field)
    assert refused > 10
