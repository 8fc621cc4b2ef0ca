"""How many want to be at a pitch, as it is told: whoever imports people reads no small number beside them."""

from __future__ import annotations

import pytest

from pitches.board import interest_counts
from pitches.services import set_interest
from pitches.together import wanted_too
from pitches.wishes import Wishes, read_wishes, renew_wishes
from schedule import advice
from schedule.models import DraftFigures
from tests.factories import AttendeeFactory, PitchFactory


@pytest.fixture
def ducks(camp):
    return PitchFactory(camp=camp, title="Ducks")


def want(camp, pitch, count, *, written=False):
    for person in AttendeeFactory.create_batch(count, camp=camp, **({"user": None} if written else {})):
        set_interest(pitch=pitch, attendee=person, level=1)


@pytest.mark.parametrize(("written", "came", "told"), [
    (5, 0, 5), (5, 1, 5), (5, 4, 5), (3, 2, 3), (3, 3, 3), (3, 4, 3), (0, 4, 0), (5, 5, 10), (3, 7, 10), (0, 12, 12), (12, 0, 12),
])  # fmt: skip
def test_fewer_than_five_who_came_count_as_none_beside_those_who_were_written_down(camp, ducks, written, came, told):
    want(camp, ducks, written, written=True)
    want(camp, ducks, came)
    # Enough others tap: all of it is in the snapshot.
    want(camp, PitchFactory(camp=camp), 5)
    wishes = renew_wishes(camp=camp)
    # Nobody was written down: as everywhere, what is few is said to be a few by whoever says it.
    assert wishes.told(ducks.pk) == (told if written else came)
    assert wishes.count(ducks.pk) == written + came


def test_the_board_and_the_tray_tell_that(camp, olga, rooms, slots, ducks, empty_cache):
    want(camp, ducks, 5, written=True)
    want(camp, ducks, 3)
    want(camp, PitchFactory(camp=camp), 5)
    advice.renew_figures(camp=camp)
    empty_cache()
    assert interest_counts(camp, 1)[ducks.pk] == 5
    counted = advice.counted_of(DraftFigures.objects.get(draft__camp=camp))
    assert counted.interested[ducks.pk] == 5


def test_whoever_takes_their_place_over_came_themselves(camp, ducks, django_user_model):
    want(camp, ducks, 6, written=True)
    assert renew_wishes(camp=camp).told(ducks.pk) == 6
    person = camp.attendees.written_down().first()
    person.user = django_user_model.objects.create(email="came@example.org")
    person.save()
    assert renew_wishes(camp=camp).told(ducks.pk) == 5


def test_it_is_kept_with_the_snapshot(camp, ducks):
    want(camp, ducks, 5, written=True)
    want(camp, ducks, 1)
    wishes = read_wishes(camp)
    assert Wishes.from_json(wishes.as_json()) == wishes
    assert wishes.written.bit_count() == 5
    # Of a snapshot of before it is not known who was written down.
    old = wishes.as_json()
    del old["written"]
    assert Wishes.from_json(old).told(ducks.pk) == 6


@pytest.mark.parametrize(("written", "came", "is_named"), [(4, 1, False), (1, 4, False), (5, 0, True), (0, 5, True), (0, 4, False), (4, 5, True)])  # fmt: skip
def test_nor_do_they_stand_behind_what_is_wanted_together(camp, ducks, written, came, is_named):
    """Whoever imports four who want both would see whether one more does."""
    geese = PitchFactory(camp=camp, title="Geese")
    for user, count in ((None, written), ("theirs", came)):
        for person in AttendeeFactory.create_batch(count, camp=camp, **({} if user else {"user": None})):
            for pitch in (ducks, geese):
                set_interest(pitch=pitch, attendee=person, level=1)
    want(camp, PitchFactory(camp=camp), 5)
    renew_wishes(camp=camp)
    assert wanted_too(camp, ducks.pk, 1) == ([geese.pk] if is_named else [])
