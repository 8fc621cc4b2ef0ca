"""What is wrong is told as the fault, with who, where and when; never as the rule's own sentence."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from events.frame import close_rooms, set_away
from events.models import Camp, Slot
from pitches.order import put_after
from schedule import advice, solver
from schedule.advice.breaks import break_sentence
from schedule.build import border
from schedule.draft import moves
from schedule.draft.moves import place_session
from schedule.draft.rows import read_draft
from schedule.models import Cell, Session
from schedule.solver import rules
from schedule.wall.publish import publish_grid
from tests.factories import PitchFactory, RoomFactory, make_slot


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben], proposed_by=ben)


def faults(camp) -> list[str]:
    return [broken.sentence for broken in advice.broken_rules(border.read_case(camp))]


def no_rule(words: str) -> bool:
    return not any(rule.SENTENCE in words for rule in rules.RULES)


# -- on the draft ------------------------------------------------------------------------------------------


def test_a_room_that_is_closed_then(camp, knots, rooms):
    room, night = RoomFactory(camp=camp, name="Classroom A"), make_slot(camp, 3)
    moves.place_session(pitch=knots, room=room, slot=night)
    close_rooms(rooms=[room], slots=[night], is_closed=True)
    assert faults(camp) == ["Classroom A is closed at 03:00: “Knots” cannot be there."]


def test_the_half_of_a_double_in_which_it_is_closed(camp, knots, rooms, slots):
    knots.length = 2
    knots.save()
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    close_rooms(rooms=[rooms[0]], slots=[slots[1]], is_closed=True)
    assert faults(camp) == ["Barn is closed at 11:00: “Knots” cannot be there."]


def test_a_camp_of_several_days_says_the_day(camp, knots, rooms, slots):
    Camp.objects.filter(pk=camp.pk).update(ends_on=camp.ends_on + timedelta(days=1))
    camp.refresh_from_db()
    sunday = make_slot(camp, 34)
    moves.place_session(pitch=knots, room=rooms[0], slot=sunday)
    close_rooms(rooms=[rooms[0]], slots=[sunday], is_closed=True)
    assert faults(camp) == ["Barn is closed at Sun 10:00: “Knots” cannot be there."]


def test_a_slot_that_hosts_ruled_out_and_one_in_which_they_are_away(camp, ben, knots, rooms, slots):
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    knots.not_in.add(slots[0])
    assert faults(camp) == ["“Knots” cannot be at 10:00: its hosts ruled that out."]
    set_away(attendee=ben, slots=[slots[0]], is_away=True, by=None)
    assert faults(camp) == ["At 10:00 Ben cannot be there to host “Knots”."]


def test_a_room_without_what_is_needed(camp, knots, rooms, slots):
    rooms[1].features = ["projector", "quiet"]
    rooms[1].save()
    knots.needs = ["quiet", "projector"]
    knots.save()
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    assert faults(camp) == ["Barn does not have what “Knots” needs: Projector, Quiet."]


def test_a_host_with_two_sessions_at_once_and_one_who_cannot_walk(camp, ben, knots, rooms, slots):
    ducks = PitchFactory(camp=camp, title="Ducks", hosts=[ben])
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    assert faults(camp) == ["Ben would lead “Knots” and “Ducks” at 10:00."]
    moves.place_session(pitch=ducks, session=ducks.sessions.get(), room=rooms[1], slot=slots[1])
    Camp.objects.filter(pk=camp.pk).update(walking_minutes=15)
    for room, building in zip(rooms, ["House A", ""], strict=True):
        room.building = building
        room.save()
    camp.refresh_from_db()
    assert faults(camp) == [
        "Ben would lead “Knots” and “Ducks” with no time to walk from House A to Loft before 11:00."
    ]


def test_a_clash_with_a_double_is_at_the_time_at_which_both_run(camp, ben, knots, rooms, slots):
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[1])
    ducks = PitchFactory(camp=camp, title="Ducks", hosts=[ben], length=2)
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    assert faults(camp) == ["Ben would lead “Knots” and “Ducks” at 11:00."]
    case = border.read_case(camp)
    both = tuple(solver.Placement(case.position_of(pitch.pk), slot, 0) for pitch, slot in ((knots, 1), (ducks, 0)))
    words = break_sentence(case, rules.Broken(rules.cell_given_twice, both))
    assert words == "“Knots” and “Ducks” are both in Barn at 11:00."


def test_a_double_over_a_break(camp, knots, rooms, slots):
    knots.length = 2
    knots.save()
    session = Session.objects.create(camp=camp, pitch=knots)
    Cell.objects.create(session=session, room=rooms[0], slot=slots[1])
    assert faults(camp) == ["“Knots” takes two slots in a row, and none follows 11:00 without a break."]


def test_a_session_more_often_than_agreed_and_twice_at_once(camp, knots, rooms, slots):
    for slot in slots[:2]:
        moves.place_session(
            pitch=knots, session=Session.objects.create(camp=camp, pitch=knots), room=rooms[0], slot=slot
        )
    assert faults(camp) == ["“Knots” is on the grid more often than agreed."]
    Cell.objects.filter(slot=slots[1]).update(slot=slots[0], room=rooms[1])
    assert faults(camp) == ["“Knots” is on the grid twice at 10:00.", "Ben would lead “Knots” in two rooms at 10:00."]
    third = Session.objects.create(camp=camp, pitch=knots)
    moves.place_session(pitch=knots, session=third, room=rooms[0], slot=slots[1])
    assert faults(camp) == [
        "“Knots” is on the grid twice at 10:00.",
        "“Knots” is on the grid more often than agreed.",
        "Ben would lead “Knots” in two rooms at 10:00.",
    ]


def test_every_rule_has_a_fault_that_is_not_the_rule(camp, ben, knots, rooms, slots):
    """Whatever breaks is put into words with all that its sentence names."""
    other = PitchFactory(camp=camp, title="Ducks", hosts=[ben])
    case = border.read_case(camp)
    one, two = (
        solver.Placement(case.position_of(pitch.pk), slot, room) for pitch, slot, room in ((knots, 0, 0), (other, 1, 1))
    )
    hosts = frozenset({case.attendees.index(ben.pk)})
    for rule in rules.RULES:
        for rows in ((one, two), (one, one), (two,)):
            broken = rules.Broken(rule, rows, hosts)
            words = break_sentence(case, broken)
            assert no_rule(words), words
            assert "%" not in words
            assert "Knots" in words or "Ducks" in words
            assert ("Ben" in words) == ("%(names)s" in broken.sentence), words
        assert no_rule(rule.NO_CELL)
        assert "%" not in rule.NO_CELL


# -- where a place is looked for ---------------------------------------------------------------------------


def test_a_cell_says_what_is_wrong_with_it(sign_in, camp, olga, knots, rooms, slots):
    # What is closed is no cell to put anything into: it says so itself. Where something stands, the reason is told.
    close_rooms(rooms=rooms[:2], slots=[slots[0]], is_closed=True)
    place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[0], slot=slots[0])
    place_session(pitch=knots, room=rooms[1], slot=slots[1])
    page = sign_in(olga).get(f"/{camp.slug}/draft/pitches/{knots.pk}/place/", {"slot": slots[0].pk}).content.decode()
    assert re.findall(r'<span class="why">(.*?)</span>', page) == ["Barn is closed at 10:00: “Knots” cannot be there."]


def test_a_slot_that_has_begun_was_ruled_out_by_nobody(camp, knots, rooms, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: slots[0].starts_at + timedelta(minutes=5))
    case = border.read_case(camp)
    broken = rules.Broken(rules.host_is_available, (solver.Placement(case.position_of(knots.pk), 0, 0),))
    assert break_sentence(case, broken) == "10:00 has begun: “Knots” cannot start then."


# -- why a session has no place, and what contradicts each other -------------------------------------------


def unplaced(camp) -> dict[str, str]:
    case = border.read_case(camp)
    found = border.best_grid(case, seconds=0.2, seed=1).unplaced
    return {case.pitches[i].title: advice.reason_in_words(case, i, reason) for i, reason in found.items()}


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("closed", "Every room is closed whenever it could be."),
        ("ruled out", "There is no slot left that its hosts can make."),
        ("double", "It takes two slots in a row, and no two follow each other without a break."),
    ],
)
def test_no_place_is_told_as_the_fault(camp, knots, rooms, slots, what, reason):
    if what == "closed":
        close_rooms(rooms=rooms, slots=slots, is_closed=True)
    elif what == "ruled out":
        knots.not_in.set(slots)
    else:
        slots[1].delete()
        knots.length = 2
        knots.save()
    assert unplaced(camp) == {"Knots": reason}


def test_no_room_has_all_of_several_needs(camp, knots, rooms, slots):
    for room, code in zip(rooms, ["quiet", "stage"], strict=True):
        room.features = [code]
        room.save()
    knots.needs = ["quiet", "stage"]
    knots.save()
    assert unplaced(camp) == {"Knots": "No room has all that it needs. A room with Quiet, Stage would make a place."}


def test_contradictions_name_what_is_asked_and_no_rule(camp, ben, knots, rooms, slots):
    Slot.objects.filter(pk__in=[slots[1].pk, slots[2].pk]).delete()
    splices = PitchFactory(camp=camp, title="Splices")
    put_after(pitch=splices, earlier=[knots])
    for pitch, room in ((knots, rooms[0]), (splices, rooms[1])):
        session = moves.place_session(pitch=pitch, room=room, slot=slots[0])
        moves.pin_session(session=session, is_pinned=True)
    found = advice.contradictions(border.read_case(camp))
    assert all(no_rule(sentence) and "%" not in sentence for sentence in found)
    assert f"\x02{knots.pk}\x03" in " ".join(found)
    assert any("comes after" in sentence for sentence in found)


# -- needs that no room has recorded -----------------------------------------------------------------------


@pytest.fixture
def film(camp, rooms, slots):
    return PitchFactory(camp=camp, title="Film", needs=["projector", "quiet"])


def test_a_need_that_no_room_has_recorded_keeps_nobody_off_the_grid(camp, film):
    assert unplaced(camp) == {}
    session = moves.place_session(pitch=film, room=camp.rooms.first(), slot=camp.slots.first())
    assert faults(camp) == []
    assert publish_grid(camp=camp, by=None).placements.get().session == session


def test_as_soon_as_one_room_has_it_it_is_a_rule(camp, film, rooms):
    rooms[1].features = ["projector"]
    rooms[1].save()
    case = border.read_case(camp)
    [placed] = border.best_grid(case, seconds=0.2, seed=1).placements
    assert case.rooms[placed.room] == rooms[1]
    moves.place_session(pitch=film, room=rooms[0], slot=camp.slots.first())
    assert faults(camp) == ["Barn does not have what “Film” needs: Projector."]


def test_organisers_are_warned_once_for_each_need_with_one_action(sign_in, camp, olga, film):
    pages = [f"/{camp.slug}/{page}" for page in ("draft/", "draft/publish/", f"draft/pitches/{film.pk}/place/")]
    for number in range(4):
        PitchFactory(camp=camp, title=f"Slides {number}", needs=["projector"])
    for page in pages:
        html = sign_in(olga).get(page).content.decode()
        assert html.count("No room has a projector recorded.") == 1, page
        assert html.count("No room is recorded as quiet.") == 1, page
        warning = html.partition("No room has a projector recorded.")[2].partition("</div>")[0]
        assert re.search(rf'<a href="/{camp.slug}/rooms/features/[^"]*">\s*Say which rooms have it\s*</a>', warning), (
            page
        )
        named = "“Film”, “Slides 0”, “Slides 1” and 2 more" if "place" not in page else "“Film”"
        assert f"Asked for by {named}. It keeps nobody off the grid." in warning, page


def test_a_room_with_a_link_has_a_link_ticked_or_not(camp, rooms, slots):
    rooms[1].online_url = "https://meet.example/barn"
    rooms[1].save()
    film = PitchFactory(camp=camp, title="Film", needs=["online"])
    assert advice.missing_needs(read_draft(camp)) == []
    moves.place_session(pitch=film, room=rooms[1], slot=slots[0])
    assert faults(camp) == []
    moves.place_session(pitch=film, session=film.sessions.get(), room=rooms[0], slot=slots[0])
    assert faults(camp) == ["Barn does not have what “Film” needs: Online link."]


def test_nothing_is_missing_where_a_room_has_it_nobody_needs_it_or_there_is_no_room(camp, film, rooms):
    assert [need.code for need in advice.missing_needs(read_draft(camp))] == ["projector", "quiet"]
    film.needs = ["from an import"]
    film.save()
    [need] = advice.missing_needs(read_draft(camp))
    assert need.sentence == "No room has “from an import” recorded."
    rooms[0].features = ["from an import"]
    rooms[0].save()
    assert advice.missing_needs(read_draft(camp)) == []
    camp.rooms.all().delete()
    assert advice.missing_needs(read_draft(camp)) == []
