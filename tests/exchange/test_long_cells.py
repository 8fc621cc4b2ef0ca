"""Cells that are made to be looked through for ever: each of these ends, as work grows with a text and not its square.

Nothing here measures time: what goes with the square of a hundred thousand characters does not end while one waits.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from events.room_sizes import size_in_brackets
from events.tickets import ticket_in
from exchange.cells import (
    clock_in,
    days_in,
    days_named,
    names_several_days,
    slots_in,
    stretch,
    whole,
)
from exchange.host_names import names_in, without_brackets
from exchange.leading import LONGEST, MOST_TRIED, leading_in
from exchange.spans import label_of
from tests.factories import CampFactory

LONG = 100_000
HOSTILE = {
    "dashes": " - ", "words": " by with ", "brackets": "(", "both brackets": "()", "blanks": " ", "noughts": ".0",
    "signs": "- ", "colons in brackets": "(: ", "ands": " and ", "slots": "slot ", "nots": "not any ", "dates": "1 de 2 & 3.1. ",
    "days": "day 1 - ", "blanks in a bracket": "( ", "months": "mar 1 de ",
}  # fmt: skip


def long(piece: str) -> str:
    # Of what ends with a blank, the blank alone goes on as well.
    return f"1{piece * (LONG // len(piece))}{piece}{piece[-1] * LONG}!"


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_a_long_cell_is_read_to_its_end(db, piece):
    text, camp = long(piece), CampFactory()
    assert size_in_brackets(text) == (text, None, True)
    for read in (slots_in, lambda row, column: whole(row, column, 0, 10)):
        with pytest.raises(ValidationError):
            read({"length": text}, "length")
    for row in ({"starts_at": text}, {"starts_at": "10:00", "ends_at": text}):
        with pytest.raises(ValidationError):
            stretch(row, "starts_at", "ends_at")
    assert (clock_in(text), days_in(text, "Europe/Berlin"), label_of(text)) == (None, [], None)
    assert names_in(text, lambda name: False) != []
    assert without_brackets(text) == text
    assert ticket_in([("Status", text)]) is not None
    days_named(text, camp.starts_on, camp.ends_on, "Europe/Berlin")
    names_several_days(text)


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("before", ["", "Knots\n", "Knots\nby "])
def test_who_leads_it_is_asked_a_few_times_however_long_a_cell_is(piece, before):
    asked: list[str] = []

    def is_known(name: str) -> bool:
        asked.append(name)
        return False

    text = f"{before}Ann{long(piece)}"
    assert leading_in(text, is_known)[:2] == (" ".join(text.split()), "")
    assert asked == []
    # Of a shorter one each piece is asked for, and that for some of its ends only.
    leading_in(text[:LONGEST], is_known)
    assert len(asked) <= LONGEST * MOST_TRIED


def test_of_many_places_where_a_line_may_be_divided_the_last_are_tried():
    asked: list[str] = []
    leading_in("Knots" + " - Ann" * 300, lambda name: bool(asked.append(name)))
    # Each as a whole, and as its only part, by every word that may divide it.
    assert len(asked) <= 6 * MOST_TRIED


def test_a_title_with_all_its_hosts_is_no_long_cell():
    hosts = ", ".join(f"Host {n}" for n in range(150))
    assert leading_in(f"Knots\nby {hosts}", lambda name: False)[:2] == ("Knots", hosts)
