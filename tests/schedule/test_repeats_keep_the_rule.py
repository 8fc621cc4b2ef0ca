"""What a room agreed on about notes holds for the next running of its pitch, too."""

from __future__ import annotations

import pytest

from notes.services import set_notes_rule
from schedule.draft.moves import add_repeat, place_session
from schedule.draft.plan import apply_plan
from schedule.models import Session

from ..factories import PitchFactory


@pytest.mark.parametrize("rule", ["public", "attendees", "none"])
def test_a_repeat_by_hand_begins_with_the_strictest_rule_of_those_there_are(camp, rooms, slots, rule):
    pitch = PitchFactory(camp=camp)
    first = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    set_notes_rule(session=first, rule=rule)
    second = add_repeat(pitch=pitch, room=rooms[0], slot=slots[1])
    assert Session.objects.get(pk=second.pk).notes_rule == rule
    set_notes_rule(session=second, rule="public")
    third = add_repeat(pitch=pitch, room=rooms[0], slot=slots[2])
    assert Session.objects.get(pk=third.pk).notes_rule == rule


def test_a_repeat_of_a_plan_does_so_too_and_other_pitches_do_not(camp, rooms, slots):
    pitch, other = PitchFactory(camp=camp, runs=2), PitchFactory(camp=camp)
    first = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    set_notes_rule(session=first, rule="none")
    rows = [[pitch.pk, slot.pk, rooms[0].pk] for slot in slots[:2]] + [[other.pk, slots[0].pk, rooms[1].pk]]
    apply_plan(camp=camp, rows=rows)
    assert sorted(pitch.sessions.values_list("notes_rule", flat=True)) == ["none", "none"]
    assert other.sessions.get().notes_rule == "public"
