"""A pitch that is made longer where there is no room for that: whoever saves it is told that its session has no place."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.form_keys import FIELD
from schedule.draft.moves import add_repeat, place_session
from schedule.wall.publish import publish_grid
from tests.factories import PitchFactory, UserFactory

OFF = "Its session is off the grid now: it takes two slots in a row, and they are not free where it was."
TO_DO = {
    "olga": "Give it another place on the draft before you publish.",
    "ben": "Ask an organiser for another place before they publish the next grid.",
}


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


def save(client, pitch, length: int) -> str:
    data = {"title": pitch.title, "kind": "discussion", "length": length, "hosts": [h.pk for h in pitch.hosts.all()]}
    address = reverse("pitches:pitch_edit", args=[pitch.camp.slug, pitch.pk])
    html = client.post(address, data, follow=True).content.decode()
    assert "“Knots” is saved." in html
    return html


@pytest.mark.parametrize("who", ["olga", "ben"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_whoever_makes_it_too_long_for_its_place_is_told(request, sign_in, camp, knots, rooms, slots, who, at):
    person = request.getfixturevalue(who)
    session = place_session(pitch=knots, room=rooms[0], slot=slots[at])
    # Of ten and eleven somebody else has the second; a break follows on the others, or nothing.
    if at == 0:
        place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[1])
    publish_grid(camp=camp, by=None)
    html = save(sign_in(person), knots, 2)
    assert not session.cells.exists()
    assert f"{OFF} {TO_DO[who]}" in html
    # Once.
    assert OFF not in save(sign_in(person), knots, 2)


def test_where_there_is_room_nothing_is_said(sign_in, knots, olga, rooms, slots):
    session = place_session(pitch=knots, room=rooms[0], slot=slots[0])
    assert OFF not in save(sign_in(olga), knots, 2)
    assert session.cells.count() == 2
    assert OFF not in save(sign_in(olga), knots, 1)
    assert session.cells.count() == 1


def test_of_two_runnings_the_one_without_room_is_told(sign_in, knots, olga, rooms, slots):
    place_session(pitch=knots, room=rooms[0], slot=slots[0])
    add_repeat(pitch=knots, room=rooms[0], slot=slots[2])
    assert OFF in save(sign_in(olga), knots, 2)
    assert knots.sessions.placed().count() == 1


def test_one_that_was_submitted_and_is_put_right_is_told_so_as_well(sign_in, camp, olga, rooms, slots):
    client, address = sign_in(olga), reverse("pitches:pitch_create", args=[camp.slug])
    data = {"title": "Knots", "kind": "discussion", "length": 1, "who": "me", FIELD: "a" * 32}
    client.post(address, data)
    place_session(pitch=camp.pitches.get(), room=rooms[0], slot=slots[2])
    html = client.post(address, data | {"length": 2}, follow=True).content.decode()
    assert camp.pitches.get().length == 2
    assert OFF in html


@pytest.mark.parametrize(
    ("length", "stands", "of_other", "other_stands", "is_told"),
    [
        # It takes the length of the other, and has no second slot.
        (1, 1, 2, None, True),
        # It is double, and waits; what stands of the other is single.
        (2, None, 1, 1, True),
        # The place of the other is for a double already.
        (1, 2, 2, 0, False),
        (1, 0, 2, None, False),
        (1, 1, 1, 2, False),
    ],
)
def test_so_is_whoever_merges_two(
    sign_in, camp, knots, olga, rooms, slots, length, stands, of_other, other_stands, is_told
):
    other = PitchFactory(camp=camp, title="Ropes", length=of_other)
    knots.length = length
    knots.save()
    for pitch, slot in ((knots, stands), (other, other_stands)):
        if slot is not None:
            place_session(pitch=pitch, room=rooms[0], slot=slots[slot])
    address = reverse("pitches:pitch_merge", args=[camp.slug, other.pk])
    html = sign_in(olga).post(address, {"target": knots.pk}, follow=True).content.decode()
    assert "is part of this pitch now" in html
    assert (OFF in html) == is_told
    assert knots.sessions.placed().exists() != is_told


def test_an_operator_makes_it_longer_on_its_own_page(client, knots):
    client.force_login(
        UserFactory(is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    asked = client.get(reverse("admin:pitches_pitch_change", args=[knots.pk])).context["adminform"].form.fields
    assert ("title" in asked, "length" in asked) == (True, False)
    assert "length" in client.get(reverse("admin:pitches_pitch_add")).context["adminform"].form.fields
