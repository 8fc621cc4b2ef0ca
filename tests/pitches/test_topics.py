"""Topics keep their own colours: the first eight differ, and none is changed by another that comes or goes."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.apps import apps

from pitches.models import Pitch, TopicColour, hue_of
from pitches.services import return_pitch, save_pitch, submit_pitch, withdraw_pitch
from pitches.topics import coloured, hues_of, keep_colours
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid

from ..factories import CampFactory, PitchFactory

#: by their names alone several of these share a colour
EIGHT = ["Data", "Housing", "Health", "Design", "Money", "Climate", "Schools", "Roads"]


def pitch(topic: str, by, title: str = "") -> Pitch:
    return submit_pitch(pitch=Pitch(title=title or f"About {topic}", topic=topic), by=by).pitch


def retopic(found: Pitch, topic: str) -> None:
    found.topic = topic
    save_pitch(pitch=found, hosts=[], not_in=[], by=None)


@pytest.fixture
def eight(camp, ben) -> dict[str, Pitch]:
    return {topic: pitch(topic, ben) for topic in EIGHT}


def hues(camp) -> dict[str, int]:
    return dict(hues_of(camp))


def test_these_eight_would_collide_by_their_names():
    assert len({hue_of(topic) for topic in EIGHT}) < 8


def test_the_first_eight_topics_differ(camp, eight):
    assert sorted(hues(camp).values()) == list(range(8))


@pytest.mark.parametrize("seed", range(20))
def test_any_eight_topics_differ_and_sixteen_have_each_colour_twice(seed):
    topics = [f"topic {seed * 100 + n}" for n in range(16)]
    assert sorted(coloured(topics[:8], {}).values()) == list(range(8))
    assert sorted(coloured(topics, {}).values()) == sorted([*range(8), *range(8)])


def test_a_topic_that_is_renamed_keeps_its_colour_and_so_do_the_others(camp, eight):
    before = hues(camp)
    retopic(eight["Data"], "Data and AI")
    assert hues(camp) == {"data and ai" if topic == "data" else topic: hue for topic, hue in before.items()}


def test_a_topic_of_several_pitches_stays_when_one_of_them_is_about_something_else(camp, ben, eight):
    pitch("Data", ben, "More data")
    before = hues(camp)
    retopic(eight["Data"], "Housing")
    assert hues(camp) == before


@pytest.mark.parametrize("gone", EIGHT)
def test_a_topic_that_goes_changes_no_other(camp, eight, gone):
    before = hues(camp)
    withdraw_pitch(pitch=eight[gone], by=None)
    assert hues(camp) == {topic: hue for topic, hue in before.items() if topic != gone.lower()}


def test_what_comes_back_has_its_colour_again_and_a_new_one_takes_what_is_free(camp, ben, eight):
    before = hues(camp)
    withdraw_pitch(pitch=eight["Money"], by=None)
    eight["Money"].refresh_from_db()
    return_pitch(pitch=eight["Money"], seen=eight["Money"].withdrawal, by=None)
    assert hues(camp) == before
    withdraw_pitch(pitch=eight["Money"], by=None)
    pitch("Libraries", ben)
    assert hues(camp)["libraries"] == before["money"]
    eight["Money"].refresh_from_db()
    return_pitch(pitch=eight["Money"], seen=eight["Money"].withdrawal, by=None)
    # The ninth: somebody has its colour now, and keeps it.
    assert hues(camp)["libraries"] == before["money"]
    assert len(set(hues(camp).values())) == 8


def test_letters_large_or_small_are_one_topic_and_each_camp_has_colours_of_its_own(camp, ben, eight):
    before = hues(camp)
    pitch("DATA", ben)
    assert hues(camp) == before
    assert hues_of(camp).of("dAtA") == before["data"]
    assert hues(CampFactory()) == {}


def test_what_was_taken_in_without_a_service_has_the_colours_that_are_kept_next(camp, ben):
    for topic in EIGHT:
        PitchFactory(camp=camp, topic=topic)
    before = hues(camp)
    keep_colours(camp=camp)
    assert hues(camp) == before
    assert TopicColour.objects.count() == 8


def test_camps_that_stand_get_their_colours_and_keep_them(camp):
    made = [PitchFactory(camp=camp, topic=topic) for topic in [*EIGHT, "Data", ""]]
    before = hues(camp)
    import_module("pitches.migrations.0007_topic_colours").keep_colours(apps, None)
    assert dict(TopicColour.objects.values_list("name", "hue")) == before
    withdraw_pitch(pitch=made[1], by=None)
    assert hues(camp) == {topic: hue for topic, hue in before.items() if topic != "housing"}


def test_a_topic_has_one_colour_on_every_page_and_always_a_word(client, camp, ben, rooms, slots, eight):
    session = place_session(pitch=eight["Design"], room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    hue = hues(camp)["design"]
    for page in ("pitches/", f"pitches/{eight['Design'].pk}/", "grid/", f"sessions/{session.pk}/"):
        html = client.get(f"/{camp.slug}/{page}").content.decode()
        chips = re.findall(r'<span class="chip hue-(\d)">(.*?)</span>', html)
        assert (str(hue), "Design") in chips, page
        assert all(word for _hue, word in chips)
        assert {word: int(number) for number, word in chips} == {w: hues_of(camp).of(w) for _n, w in chips}
