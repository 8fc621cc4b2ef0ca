"""Stamps count what changed, each part for itself."""

from django.db import transaction

from events import stamps
from tests.factories import CampFactory


def test_a_bump_counts_its_parts_and_no_other(camp):
    other = CampFactory()
    stamps.bump(camp, stamps.GRID, stamps.notes_of(7))
    stamps.bump(camp, stamps.GRID)
    assert stamps.read(camp, stamps.GRID, stamps.notes_of(7), stamps.PITCHES, stamps.notes_of(8)) == (2, 1, 0, 0)
    assert stamps.read(other, stamps.GRID) == (0,)


def test_a_bump_that_is_rolled_back_did_not_happen(camp):
    with transaction.atomic():
        stamps.bump(camp, stamps.GRID)
        transaction.set_rollback(True)
    assert stamps.read(camp, stamps.GRID) == (0,)


def test_reading_takes_one_query_for_any_number_of_parts(camp, django_assert_num_queries):
    with django_assert_num_queries(1):
        stamps.read(camp, *stamps.PARTS, stamps.notes_of(1))
