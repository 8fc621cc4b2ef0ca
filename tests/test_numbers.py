"""Numbers that no row can have: in every address and in every field of every form they are not found, or refused."""

from __future__ import annotations

import re
from itertools import product

import pytest

from .addresses import Form, camp_addresses
from .test_rights import person, unseen

__all__ = ["person"]

#: where the numbers of databases end
ENDS = [10**18 - 1, 2**63]
#: like a revision or a row, and none that there is
NOBODYS = 7_919


@pytest.mark.parametrize("kind", ["attendee", "organiser"])
def test_an_address_with_such_a_number_is_not_found(full_camp, person, kind):
    """But for the form of a thing that somebody took away meanwhile: it comes back with what was typed."""
    client, forms, found, asked = person(kind), full_camp.forms(), [], 0
    for address in camp_addresses():
        form = forms.get(address.name, Form())
        for name in re.findall(r"<row:(\w+)>", address.path):
            for number in ENDS:
                url = full_camp.url(address, Form(values=form.values | {name: number}))
                asked += 1
                with unseen(client):
                    statuses = {client.get(url).status_code, client.post(url, form.data).status_code}
                if not statuses <= {404, 405, 302, 403, 422} or (number >= 10**18 and 422 in statuses):
                    found.append((address.name, number, statuses))
    assert asked > 80
    assert found == []


@pytest.mark.parametrize("kind", ["attendee", "organiser"])
@pytest.mark.parametrize("number", [NOBODYS, 2**63])
def test_a_form_with_such_a_number_ends_in_words(full_camp, person, kind, number):
    """Also where the thing that the form is about has nothing yet: no notes, no session."""
    client, forms = person(kind), full_camp.forms()
    bare = {"session_id": full_camp.other.pk, "pitch_id": full_camp.idea.pk}
    for address in camp_addresses():
        form = forms.get(address.name)
        things = ({}, bare) if bare.keys() & set(re.findall(r":(\w+)>", address.path)) else ({},)
        for name, values in product({*form.data, *MANY}, things) if form else ():
            url = full_camp.url(address, Form(values=form.values | values))
            # Of several values of one name the last is the one; a field of several choices has them all.
            with unseen(client):
                answer = client.post(url, form.data | {name: ["1", str(number)]})
                # The test client raises what a visitor would get as a 500; an outage is none of this.
                assert answer.status_code in {200, 302, 403, 404, 405, 422}, (address.name, name)


#: fields of several choices that the forms of the table leave empty
MANY = ["not_in", "builds_on", "closed_in", "away_in"]
