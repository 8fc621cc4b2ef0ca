"""Whoever holds rows of a camp holds the camp first: two who hold them the other way round block each other."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .test_archived import send, undone, written_to

pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer, and holds no rows")

CAMP = re.compile(r'FROM "events_camp".* FOR (NO KEY )?UPDATE')
#: what services hold, or change, under the camp; a pitch that is only held against a merge is a tap's
ROW = re.compile(
    r'(FROM "(events_attendee|pitches_pitch)".* FOR (NO KEY )?UPDATE)|UPDATE "(events_attendee|pitches_pitch)"'
)


def rows_before_the_camp(queries: list[str]) -> list[str]:
    """What was held or changed before the camp was held for the first time."""
    camp = next((number for number, sql in enumerate(queries) if CAMP.search(sql)), 0)
    return [sql for sql in queries[:camp] if ROW.search(sql)]


def test_every_form_holds_the_camp_before_the_rows_in_it(sign_in, olga, ben, full_camp):
    wrong, holding = {}, set()
    for person in (olga, ben):
        client = sign_in(person)
        for address in written_to(full_camp):
            with undone(), CaptureQueriesContext(connection) as done:
                send(client, full_camp, address)
            queries = [query["sql"] for query in done]
            if any(map(CAMP.search, queries)):
                holding.add(address.name)
            if found := rows_before_the_camp(queries):
                wrong[address.name] = found[0][:80]
    assert wrong == {}
    # Else nothing was looked at: what changes rows of a camp holds it, but for a tap and what is one person's own.
    assert len(holding) > 40
