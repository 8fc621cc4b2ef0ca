"""Each thing that can be wrong has its ways to go on: never in the past, with their cost, what drops said first."""

from __future__ import annotations

import pytest

from events.editing import archive_camp
from events.frame import close_rooms
from schedule.advice.mending import Mending
from schedule.desk.plan import Why
from schedule.draft.moves import pin_session, place_session, unplace_session
from schedule.models import LeadOffer
from tests.factories import PitchFactory, RoomFactory
from tests.schedule.desk.conftest import wished, words


def test_each_reason_is_one_link_on_the_page_of_a_session(hall, knots):
    page = hall.look(hall.address(knots))
    assert [words(link) for link in page.select(".whys a")] == [str(why.label) for why in Why]


def test_a_free_place_has_no_reasons_of_a_session(hall, camp, rooms, slots):
    page = hall.look(f"/{camp.slug}/draft/repair/cells/{slots[1].pk}-{rooms[0].pk}/")
    assert [words(link) for link in page.select(".whys a")] == [
        "Room gone",
        "New session now",
        "Everything 20 minutes later",
    ]


def test_of_a_room_that_is_gone_all_go_elsewhere_or_it_is_said_first_that_they_drop(hall, camp, knots, ducks, slots):
    # Both slots that are left of the other room, and one of the three has no place.
    for slot, title in ((slots[1], "Geese"), (slots[2], "Swans")):
        place_session(pitch=PitchFactory(camp=camp, title=title), room=knots.place.room, slot=slot)
    found = hall.remedies(knots, "room")
    assert found
    for remedy in found:
        assert remedy.startswith("Drops 1 session: “")
    assert any("2 sessions move" in remedy for remedy in found)


def test_ways_that_cost_the_same_as_told_stand_by_how_few_move(hall, camp, knots, rooms, slots, monkeypatch):
    wished(knots, 12)
    geese = place_session(pitch=PitchFactory(camp=camp, title="Geese"), room=rooms[1], slot=slots[2])
    few = [[knots.pitch_id, slots[0].pk, rooms[1].pk], [geese.pitch_id, slots[2].pk, rooms[1].pk]]
    many = [[knots.pitch_id, slots[1].pk, rooms[1].pk], [geese.pitch_id, slots[0].pk, rooms[1].pk]]
    # One wish more lies on the other side of a step.
    for attended in ((10, 15), (15, 10)):
        ways = [
            Mending([], moved=n, people=0, attended=a, standing=0, is_fewest=False, rows=rows)
            for n, a, rows in ((1, attended[0], few), (2, attended[1], many))
        ]
        for found in (ways, ways[::-1]):
            monkeypatch.setattr("schedule.advice.quick_repairs", lambda *_args, found=found: found)
            one, other = hall.remedies(knots, "room")
            assert one.startswith("1 session moves")
            assert other.startswith("2 sessions move")


def test_past_slots_are_never_offered(hall, at, camp, knots, rooms, slots):
    at(11.2)
    late = place_session(pitch=PitchFactory(camp=camp, title="Late"), room=rooms[0], slot=slots[2])
    for why in ("again", "full", "host", "room", "new"):
        for remedy in hall.remedies(late, why):
            assert "10:00" not in remedy
            assert "11:00" not in remedy or why == "new", remedy


def test_what_runs_is_offered_nothing_but_what_can_still_be_done(hall, at, knots, ducks):
    at(10.2)
    found = hall.remedies(knots, "host")
    assert any("Barn, 11:00" in remedy or "Loft, 11:00" in remedy for remedy in found)
    # Whoever stands there later would have to begin in what has begun.
    assert not any("swapped" in remedy for remedy in found)


def test_a_pinned_session_stays(hall, camp, olga, knots, rooms, slots):
    geese = place_session(pitch=PitchFactory(camp=camp, title="Geese"), room=rooms[0], slot=slots[1])
    pin_session(session=geese, is_pinned=True, by=olga)
    assert not any("Geese" in remedy for remedy in hall.remedies(knots, "host"))


@pytest.mark.parametrize(
    ("people", "said"), [(12, "About 10 wishes fewer."), (4, "About as many wishes: at most a few more or fewer.")]
)
def test_a_cost_is_told_in_steps_and_fewer_than_five_are_a_few(hall, knots, ducks, people, said):
    wished(ducks, 9, also=(knots, people))
    [remedy] = hall.remedies(knots, "cancel")
    assert said in remedy
    assert str(people) not in remedy


def test_where_nobody_has_said_what_they_want_no_cost_is_told(hall, knots):
    [remedy] = hall.remedies(knots, "cancel")
    assert "wish" not in remedy


def test_cancelling_says_who_is_told_and_that_it_drops_the_session(hall, knots):
    [remedy] = hall.remedies(knots, "cancel")
    assert remedy.startswith("Drops 1 session: “Knots”")
    assert "its hosts: Ben" in remedy


def test_too_full_is_a_larger_room_by_a_swap_then_once_more_later(hall, camp, ducks, knots):
    wished(ducks, 20)
    first, *rest = hall.remedies(ducks, "full")
    assert "“Ducks” to Barn, 10:00, swapped with “Knots”" in first
    assert any("Once more in" in remedy for remedy in rest)


def test_run_it_again_is_the_best_free_place_later(hall, knots):
    wished(knots, 12)
    found = hall.remedies(knots, "again")
    assert len(found) in (2, 3)
    assert all("Once more in" in remedy for remedy in found)


def test_where_nothing_is_free_it_is_said_what_would_wait(hall, camp, knots, ducks, rooms, slots):
    taken = {(knots.place.room_id, slots[0].pk), (ducks.place.room_id, slots[0].pk)}
    for slot in slots:
        for room in rooms:
            if (room.pk, slot.pk) not in taken:
                place_session(pitch=PitchFactory(camp=camp), room=room, slot=slot)
    for why in ("again", "new"):
        found = hall.remedies(knots, why)
        assert found
        assert all(remedy.startswith("Drops 1 session") for remedy in found)


def test_a_new_session_goes_where_something_is_free_now_then_next(hall, at, camp, knots):
    at(10.1)
    first, *rest = hall.remedies(knots, "new")
    assert "Loft, 10:00" in first
    assert "free now, until 11:00" in first
    assert "Barn, 11:00" in rest[0]


def test_a_room_that_is_closed_is_not_offered(hall, camp, knots, slots):
    shed = RoomFactory(camp=camp, name="Shed", capacity=90)
    close_rooms(rooms=[shed], slots=slots, is_closed=True)
    for why in ("again", "full", "host", "new", "room"):
        assert not any("Shed" in remedy for remedy in hall.remedies(knots, why))


@pytest.mark.parametrize("minutes", [20, 10, 30])
def test_everything_later_is_all_that_has_not_begun_from_here_on(hall, at, camp, knots, minutes):
    at(10.5)
    found = next(one for one in hall.remedies(knots, "later") if one.startswith(f"{minutes} minutes later"))
    assert f"from 11:00 on 3 slots move. 11:00 becomes 11:{minutes}, and the day ends at 14:{minutes}." in found


def test_of_a_camp_that_is_over_nothing_can_be_later(hall, at, knots):
    at(40)
    assert hall.remedies(knots, "later") == []


def test_a_co_host_and_whoever_offered_can_lead_it(hall, camp, knots, ben, cleo, hal):
    knots.pitch.hosts.add(hal)
    LeadOffer.objects.create(session=knots, attendee=cleo)
    found = hall.remedies(knots, f"host&who={ben.pk}")
    assert found[0].startswith("Hal leads it alone")
    assert found[1].startswith("Cleo, who offered, leads it with Hal")
    assert hall.remedies(knots, f"host&who={hal.pk}")[0].startswith("Ben leads it alone")
    knots.pitch.hosts.remove(hal)
    assert hall.remedies(knots, "host")[0].startswith("Cleo, who offered, leads it")


def test_of_several_hosts_it_is_asked_who_is_missing(hall, knots, ben, hal):
    page = hall.look(hall.address(knots, "host"))
    assert "Who is missing?" not in page.get_text()
    knots.pitch.hosts.add(hal)
    for address in (hall.address(knots, "host"), hall.address(knots, "host&who=x"), hall.address(knots, "host&who=0")):
        page = hall.look(address)
        assert not page.select(".remedies")
        assert "Nothing can be done" not in page.get_text()
        links = page.select("nav[aria-labelledby=who-title] a")
        assert [words(link) for link in links] == ["Ben", "Hal"]
        assert not any(link.has_attr("aria-current") for link in links)
    [chosen] = hall.look(hall.address(knots) + links[0]["href"].partition("#")[0]).select("nav [aria-current]")
    assert words(chosen) == "Ben"


def test_the_card_says_whom_it_writes_down_as_away(hall, camp, knots, ben, hal):
    def away(why: str) -> list[str]:
        return [text for text in hall.remedies(knots, why) if "away from" in text]

    for text in away("host"):
        assert "Ben is written down as away from 10:00 to 11:00, and told." in text
    knots.pitch.hosts.add(hal)
    found = away(f"host&who={hal.pk}")
    assert found
    for text in found:
        assert "Hal is written down as away from 10:00 to 11:00, and told." in text
        assert "Ben is" not in text


def test_whoever_leads_something_else_then_is_not_proposed(hall, knots, ducks, cleo):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    assert not any("Cleo" in remedy for remedy in hall.remedies(knots, "host"))


def test_an_archived_camp_has_no_desk(hall, camp, knots):
    archive_camp(camp=camp)
    page = hall.look(hall.address(knots, "cancel"))
    assert not page.select(".whys, .remedies")


def test_what_has_begun_in_a_room_that_is_gone_is_named_with_what_to_do(hall, at, camp, knots, ducks, rooms, slots):
    later = place_session(pitch=PitchFactory(camp=camp, title="Maps"), room=rooms[0], slot=slots[1])
    assert not any("has begun" in told for told in hall.remedies(later, "room"))
    at(10.3)
    # Ducks has the other room.
    for one in (knots, later):
        told = hall.remedies(one, "room")
        assert told
        assert all("“Knots” has begun there and stays on the grid. No room is free now" in way for way in told)
    unplace_session(session=ducks)
    [told, *_others] = hall.remedies(later, "room")
    assert "“Knots” has begun there and stays on the grid: lead its people to Loft, which is free now." in told
    # From where it runs it goes there by itself.
    assert not any("stays on the grid" in way for way in hall.remedies(knots, "room"))
