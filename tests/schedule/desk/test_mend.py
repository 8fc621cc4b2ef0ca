"""What is chosen on the desk is done as one step, taken back by one Undo, and refused with what happened meanwhile."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from schedule.desk.mend import mend
from schedule.desk.plan import Move, Plan
from schedule.draft.history import told_steps
from schedule.draft.moves import place_session, unplace_session
from schedule.draft.plan import apply_plan
from schedule.models import GridVersion, LeadOffer, Session
from schedule.wall.live import switch_live
from schedule.wall.publish import publish_grid
from tests.factories import CampFactory, PitchFactory, make_organiser
from tests.schedule.desk.conftest import Hall, said, where


def steps(camp) -> list[str]:
    return [found.sentence for found in told_steps(camp, list(camp.steps.filter(undone_at=None)))]


def test_a_room_that_is_gone_is_closed_and_its_sessions_go_elsewhere_in_one_step(hall, camp, knots, rooms, slots):
    before = camp.steps.count()
    response = hall.choose(knots, "room")
    assert where(knots)[0] == "Loft"
    assert set(rooms[0].closed_in.all()) == set(slots)
    assert camp.steps.count() == before + 1
    assert steps(camp)[0] == "Repair: Barn gone, 1 session moved"
    assert "Barn is closed; 1 session moved." in said(response)


def test_one_undo_opens_the_room_and_brings_the_session_back_and_redo_does_it_again(hall, camp, olga, knots, rooms):
    hall.choose(knots, "room")
    hall.undo()
    assert where(knots) == ("Barn", 10)
    assert not rooms[0].closed_in.exists()
    step = camp.steps.to_redo(olga).get()
    hall.client.post(f"/{camp.slug}/draft/steps/redo/", {"step": step.pk})
    assert where(knots)[0] == "Loft"
    assert rooms[0].closed_in.count() == 3


def test_what_was_closed_before_stays_closed_when_it_is_taken_back(hall, knots, rooms, slots):
    rooms[0].closed_in.add(slots[2])
    hall.choose(knots, "room")
    hall.undo()
    assert list(rooms[0].closed_in.all()) == [slots[2]]


def test_a_session_that_runs_goes_on_in_a_room_that_is_free(hall, at, knots, rooms, slots):
    at(10.3)
    hall.choose(knots, "room")
    assert where(knots) == ("Loft", 10)
    # What has begun is not closed any more: it is over by itself.
    assert set(rooms[0].closed_in.all()) == set(slots[1:])


def test_a_double_that_runs_keeps_its_second_slot_where_it_goes_on(hall, at, camp, rooms, slots):
    long, maps, bells = (
        PitchFactory(camp=camp, title=t, length=n) for t, n in (("Long", 2), ("Maps", 1), ("Bells", 1))
    )
    running = place_session(pitch=long, room=rooms[0], slot=slots[0])
    other = place_session(pitch=maps, room=rooms[0], slot=slots[2])
    place_session(pitch=bells, room=rooms[1], slot=slots[2])
    at(10.3)
    [told] = hall.remedies(running, "room")
    assert "1 session moves, 1 waits for a place" in told
    assert told.count("“Long” to Loft") == 1
    hall.choose(running, "room")
    assert where(running) == ("Loft", 10)
    assert running.cells.count() == 2
    # Nothing else was left for it.
    assert where(other) is None


def test_a_host_who_is_missing_is_away_then_and_the_session_runs_later(hall, knots, ben, slots):
    plan = next(n for n, text in enumerate(hall.remedies(knots, "host")) if "11:00" in text or "13:00" in text)
    hall.choose(knots, "host", plan)
    assert where(knots)[1] > 10
    assert list(ben.away_in.all()) == [slots[0]]
    hall.undo()
    assert where(knots) == ("Barn", 10)
    assert not ben.away_in.exists()


def test_only_the_one_who_is_missing_is_away_and_told(hall, knots, ben, hal, slots):
    knots.pitch.hosts.add(hal)
    why = f"host&who={ben.pk}"
    hall.choose(knots, why, next(n for n, text in enumerate(hall.remedies(knots, why)) if "away from" in text))
    assert where(knots)[1] > 10
    assert list(ben.away_in.all()) == [slots[0]]
    assert not hal.away_in.exists()
    hal.refresh_from_db()
    assert "away" not in [item["kind"] for item in hal.news]


def test_those_who_are_there_go_on_without_the_one_who_is_missing(hall, knots, ben, hal, cleo):
    knots.pitch.hosts.add(hal, cleo)
    why = f"host&who={ben.pk}"
    assert hall.remedies(knots, why)[0].startswith("Cleo, Hal lead it")
    hall.choose(knots, why)
    assert set(knots.pitch.hosts.all()) == {hal, cleo}


def test_handing_over_leaves_it_where_it_is_and_tells_both(hall, camp, knots, ben, cleo):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    response = hall.choose(knots, "host")
    assert list(knots.pitch.hosts.all()) == [cleo]
    assert where(knots) == ("Barn", 10)
    assert "“Knots” is led by Cleo now." in said(response)
    assert steps(camp)[0] == "Repair: “Knots” handed over"
    for person, kind in ((ben, "no_host"), (cleo, "host")):
        person.refresh_from_db()
        assert [item["kind"] for item in person.news] == [kind]
    hall.undo()
    assert list(knots.pitch.hosts.all()) == [ben]


def test_cancelled_is_off_the_grid_and_back_by_undo(hall, knots):
    response = hall.choose(knots, "cancel")
    assert where(knots) is None
    assert "“Knots” is off the grid." in said(response)
    hall.undo()
    assert where(knots) == ("Barn", 10)


def test_what_waits_takes_the_place_of_what_is_cancelled(hall, camp, knots, slots):
    maps = PitchFactory(camp=camp, title="Maps")
    PitchFactory(camp=camp, title="Cannot be then").not_in.add(slots[0])
    alone, instead = hall.remedies(knots, "cancel")
    assert alone.startswith("Drops 1 session: “Knots” “Knots” comes off the grid")
    assert "“Maps”, which waits, takes its place" in instead
    response = hall.choose(knots, "cancel", 1)
    assert where(maps.sessions.get()) == ("Barn", 10)
    assert where(knots) is None
    assert "“Maps” is here now: Barn, " in said(response)
    assert "“Knots” waits for a place." in said(response)
    hall.undo()
    assert where(knots) == ("Barn", 10)
    assert where(maps.sessions.get()) is None
    # The same is offered where its host is missing.
    [number] = [n for n, text in enumerate(hall.remedies(knots, "host")) if "takes its place" in text]
    assert "“Maps” is here now: Barn, " in said(hall.choose(knots, "host", number))


def test_what_cannot_be_then_takes_no_place(hall, camp, knots, slots):
    PitchFactory(camp=camp, title="Cannot be then").not_in.add(slots[0])
    assert len(hall.remedies(knots, "cancel")) == 1


def test_once_it_has_begun_nothing_takes_its_place(hall, at, camp, knots):
    PitchFactory(camp=camp, title="Maps")
    at(10.3)
    assert len(hall.remedies(knots, "cancel")) == 1


def test_too_full_swaps_the_two_in_one_step(hall, knots, ducks):
    hall.choose(ducks, "full")
    assert where(ducks) == ("Barn", 10)
    assert where(knots) == ("Loft", 10)
    hall.undo()
    assert where(ducks) == ("Loft", 10)
    assert where(knots) == ("Barn", 10)


def test_run_again_is_a_session_of_its_own_and_one_undo_away(hall, camp, knots):
    hall.choose(knots, "again")
    assert knots.pitch.sessions.placed().count() == 2
    hall.undo()
    assert knots.pitch.sessions.placed().count() == 1
    knots.pitch.refresh_from_db()
    assert knots.pitch.runs == 1


def full(camp, rooms, slots) -> None:
    for slot in slots:
        for room in rooms:
            if not Session.objects.filter(cells__slot=slot, cells__room=room).exists():
                place_session(pitch=PitchFactory(camp=camp, title=f"{room} {slot}"), room=room, slot=slot)


@pytest.mark.parametrize(("why", "typed"), [("again", {}), ("new", {"title": "Fire drill", "behalf": ""})])
def test_what_gives_way_waits_and_comes_back_by_the_same_undo(hall, camp, knots, rooms, slots, why, typed):
    full(camp, rooms, slots)
    before, count = camp.sessions.placed().count(), camp.steps.count()
    response = hall.choose(knots, why, **typed)
    assert camp.sessions.placed().count() == before
    assert camp.steps.count() == count + 1
    waiting = camp.pitches.filter(sessions__cells=None, sessions__isnull=False)
    assert waiting.count() == 1
    gone = waiting.get().sessions.get()
    # What it was done for is told first, and by its name, then what made way.
    told = "“Knots” runs once more." if why == "again" else "“Fire drill” is on the board, and here: "
    assert told in said(response)
    assert f"“{gone.title}” waits for a place." in said(response)
    hall.undo()
    assert where(gone) is not None


def test_a_new_session_is_on_the_board_and_in_the_room(hall, camp, knots):
    response = hall.choose(knots, "new", title="Fire drill", behalf="Gran")
    session = camp.sessions.get(pitch__title="Fire drill")
    assert where(session)[1] == 10
    assert [str(host) for host in session.pitch.hosts.all()] == ["Gran"]
    assert "Undo takes it off the grid." in said(response)
    hall.undo()
    assert where(session) is None


def test_a_new_session_without_a_title_says_so_beside_the_field(hall, camp, knots):
    response = hall.choose(knots, "new", title="", behalf="Gran")
    assert response.status_code == 422
    assert b"Gran" in response.content
    assert camp.pitches.count() == 1


def test_everything_later_moves_what_has_not_begun_and_undo_moves_it_back(hall, at, camp, knots, slots):
    at(10.5)
    response = hall.choose(knots, "later")
    for slot, minute in zip(slots, (0, 20, 20), strict=True):
        slot.refresh_from_db()
        assert slot.starts_at.minute == minute
    assert "3 slots are 20 minutes later." in said(response)
    assert steps(camp)[0] == "Repair: 3 slots 20 minutes later"
    hall.undo()
    for slot in slots:
        slot.refresh_from_db()
        assert slot.starts_at.minute == 0


# -- out at once, or on the draft -----------------------------------------------------------------------


def test_of_a_room_that_is_gone_it_is_said_what_is_out_and_what_waits(hall, camp, olga, knots, ducks, rooms):
    publish_grid(camp=camp, by=olga)
    told = said(hall.choose(knots, "room"))
    assert "The grid that is out says at once that Barn is closed." in told
    assert "Where its sessions go waits on the draft. Nobody sees that until you publish." in told
    assert "Room closed" in hall.client.get(f"/{camp.slug}/grid/").content.decode()


def test_of_a_room_in_which_nothing_is_published_nobody_sees_that_it_is_closed(hall, camp, olga, knots, ducks, slots):
    unplace_session(session=knots)
    publish_grid(camp=camp, by=olga)
    address = f"/{camp.slug}/draft/repair/cells/{slots[0].pk}-{camp.rooms.first().pk}/?why=room"
    plan = hall.look(address).select_one("button[name=plan]")["value"]
    told = said(hall.client.post(address, {"plan": plan}, follow=True))
    assert "at once" not in told
    assert "draft" not in told


def test_of_a_session_handed_over_nothing_waits(hall, camp, olga, knots, cleo):
    publish_grid(camp=camp, by=olga)
    LeadOffer.objects.create(session=knots, attendee=cleo)
    told = said(hall.choose(knots, "host"))
    assert "Everybody sees at once who leads it." in told
    assert "draft" not in told


def test_of_times_and_of_a_new_session_it_is_said_what_waits(hall, camp, olga, knots):
    publish_grid(camp=camp, by=olga)
    assert "The new times wait on the draft. Nobody sees that until you publish." in said(hall.choose(knots, "later"))
    told = said(hall.choose(knots, "new", title="Tea", behalf=""))
    assert "Everybody sees at once that it is pitched. Its place waits on the draft." in told


def test_a_helper_who_cannot_publish_is_told_who_does(hall, camp, olga, hal, knots):
    camp.save_flags(helpers_repair=True)
    publish_grid(camp=camp, by=olga)
    helper = Hall(hal)
    page = helper.look(helper.address(knots, "cancel")).get_text()
    assert "goes out when an organiser publishes" in page
    told = said(helper.choose(knots, "cancel"))
    assert "It waits on the draft. An organiser publishes it." in told
    assert "you publish" not in told


def test_without_live_mode_it_is_on_the_draft_and_says_that_it_waits_to_be_published(hall, camp, olga, knots):
    publish_grid(camp=camp, by=olga)
    response = hall.choose(knots, "cancel")
    assert "It waits on the draft. Nobody sees that until you publish." in said(response)
    assert GridVersion.latest(camp).number == 1
    assert f"/{camp.slug}/draft/publish/" in response.content.decode()


@pytest.mark.parametrize("why", ["room", "host", "cancel", "later"])
def test_in_live_mode_it_goes_out_at_once_and_undo_does_too(hall, camp, olga, knots, why):
    publish_grid(camp=camp, by=olga)
    switch_live(camp=camp, is_on=True)
    response = hall.choose(knots, why)
    assert GridVersion.latest(camp).number == 2, said(response)
    assert "It is out: version 2." in said(response)
    hall.undo()
    assert GridVersion.latest(camp).number == 3


# -- two at once ----------------------------------------------------------------------------------------


@pytest.fixture
def other(camp) -> Hall:
    oscar = make_organiser(camp, "Oscar")
    found = Hall(oscar)
    found.person = oscar
    return found


def test_a_repair_of_what_somebody_moved_meanwhile_says_who_and_where_to(hall, other, knots, ducks):
    [plan] = hall.plans(knots, "cancel")
    other.choose(knots, "room")
    response = hall.client.post(hall.address(knots, "cancel"), {"plan": plan})
    assert response.status_code == 422
    assert "Oscar moved “Knots” meanwhile: Loft" in response.content.decode()
    assert where(knots)[0] == "Loft"
    # The page shows what can be done now.
    assert hall.choose(knots, "cancel").status_code == 200
    assert where(knots) is None


def test_a_repair_beside_what_somebody_did_elsewhere_is_done(hall, other, knots, ducks):
    [plan] = hall.plans(knots, "cancel")
    other.choose(ducks, "cancel")
    hall.client.post(hall.address(knots, "cancel"), {"plan": plan})
    assert where(knots) is None


def test_somebody_was_put_into_the_room_meanwhile_so_nothing_is_closed(hall, camp, olga, knots, rooms, slots):
    plan = hall.plans(knots, "room")[0]
    geese = place_session(pitch=PitchFactory(camp=camp, title="Geese"), room=rooms[0], slot=slots[2], by=olga)
    response = hall.client.post(hall.address(knots, "room"), {"plan": plan})
    assert response.status_code == 422
    assert "“Geese” stands in Barn by now" in response.content.decode()
    assert not rooms[0].closed_in.exists()
    assert where(knots) == ("Barn", 10)
    assert where(geese) == ("Barn", 13)


def test_a_room_that_was_closed_meanwhile_takes_nobody(hall, knots, ducks, rooms, slots):
    plan = hall.plans(ducks, "full")[0]
    rooms[0].closed_in.add(slots[0])
    response = hall.client.post(hall.address(ducks, "full"), {"plan": plan})
    assert response.status_code == 422
    assert "Barn was closed for that time meanwhile" in response.content.decode()


def test_nothing_goes_to_what_has_begun_since_the_page_was_looked_at(hall, at, camp, olga, knots, rooms, slots):
    plans, found = hall.plans(knots, "again"), hall.remedies(knots, "again")
    plan = plans[next(n for n, text in enumerate(found) if "11:00" in text)]
    late = place_session(pitch=PitchFactory(camp=camp, title="Late"), room=rooms[0], slot=slots[2])
    at(11.1)
    response = hall.client.post(hall.address(knots, "again"), {"plan": plan})
    assert response.status_code == 422
    assert "has begun by now" in response.content.decode()
    moves = [Move(late.pk, late.revision, rooms[1].pk, slots[1].pk)]
    with pytest.raises(ValidationError, match="has begun by now"):
        mend(camp=camp, plan=Plan("full", moves=moves), by=olga)


def test_hosts_who_changed_meanwhile_are_not_overwritten(hall, knots, ben, cleo, hal):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    plan = hall.plans(knots, "host")[0]
    knots.pitch.hosts.set([hal])
    response = hall.client.post(hall.address(knots, "host"), {"plan": plan})
    assert response.status_code == 422
    assert "Somebody changed who hosts “Knots” meanwhile" in response.content.decode()


@pytest.mark.parametrize("text", ["", "x", "x:y:z", "[]"])
def test_what_is_no_plan_of_this_camp_is_refused_with_a_sentence(hall, knots, text):
    response = hall.client.post(hall.address(knots, "cancel"), {"plan": text})
    assert response.status_code == 422
    assert "Choose one of the ways that are shown." in response.content.decode()


def test_a_plan_of_another_camp_is_none(hall, olga, knots):
    text = Plan("cancel").signed(CampFactory())
    assert hall.client.post(hall.address(knots), {"plan": text}).status_code == 422


def test_what_is_gone_is_told(camp, olga, knots, rooms, slots):
    with pytest.raises(ValidationError, match="is gone"):
        mend(
            camp=camp, plan=Plan("room", moves=[Move(knots.pk, knots.revision, rooms[0].pk + 99, slots[1].pk)]), by=olga
        )
    with pytest.raises(ValidationError, match="is gone"):
        mend(camp=camp, plan=Plan("room", moves=[Move(knots.pk + 99, 0)]), by=olga)


def test_a_step_of_a_repair_without_moves_is_passed_over_if_it_cannot_be_taken_back(hall, camp, knots, cleo, hal):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    hall.choose(knots, "host")
    knots.pitch.hosts.set([hal])
    response = hall.undo()
    assert "Somebody changed who hosts “Knots” meanwhile" in said(response)
    assert list(knots.pitch.hosts.all()) == [hal]


def test_a_repeat_that_is_dropped_does_not_come_back_by_itself(hall, camp, olga, knots):
    hall.choose(knots, "again")
    again = knots.pitch.sessions.exclude(pk=knots.pk).get()
    hall.choose(again, "cancel")
    knots.pitch.refresh_from_db()
    assert knots.pitch.runs == 1
    hall.undo()
    knots.pitch.refresh_from_db()
    assert knots.pitch.runs == 2


def test_a_session_off_the_grid_has_a_desk_without_what_needs_a_place(hall, olga, knots):
    unplace_session(session=knots, by=olga)
    page = hall.look(hall.address(knots))
    assert "Room gone" not in page.get_text()
    assert "New session now" in page.get_text()


@pytest.mark.parametrize(
    ("why", "typed", "told"),
    [
        ("again", {}, "“Knots” runs once more: "),
        ("new", {"title": "Fire drill", "behalf": ""}, "“Fire drill” placed: "),
    ],
)
def test_the_history_says_what_was_put_there_and_that_another_made_way(
    hall, camp, knots, rooms, slots, why, typed, told
):
    full(camp, rooms, slots)
    hall.choose(knots, why, **typed)
    assert steps(camp)[0].startswith(told)
    assert steps(camp)[0].endswith("; 1 made way")
    hall.undo()
    assert camp.sessions.placed().count() == 6


def test_the_history_says_that_what_waited_was_placed(hall, camp, knots):
    PitchFactory(camp=camp, title="Maps")
    hall.choose(knots, "cancel", 1)
    assert steps(camp)[0] == "“Maps” placed: Barn, 10:00; 1 made way"


# -- counted in one way ---------------------------------------------------------------------------------


def test_what_is_offered_said_taken_back_and_in_the_history_is_counted_alike(hall, camp, olga, knots, rooms, slots):
    for slot in slots:
        place_session(pitch=PitchFactory(camp=camp, title=f"Loft {slot.pk}"), room=rooms[1], slot=slot)
    maps = place_session(pitch=PitchFactory(camp=camp, title="Maps"), room=rooms[0], slot=slots[1])
    unplace_session(session=camp.sessions.get(pitch__title=f"Loft {slots[2].pk}"))
    [told, *_others] = hall.remedies(knots, "room")
    assert "1 session moves, 1 waits for a place" in told
    counted = "1 session moved, 1 session lost its place"
    response = hall.choose(knots, "room")
    assert f"Barn is closed; {counted}." in said(response)
    assert steps(camp)[0] == f"Repair: Barn gone, {counted}"
    assert f"Taken back: Repair: Barn gone, {counted}." in said(hall.undo())
    assert {where(knots), where(maps)} == {("Barn", 10), ("Barn", 11)}


def test_what_stood_nowhere_before_is_placed_and_not_moved(camp, olga, rooms, slots):
    rows = [[PitchFactory(camp=camp).pk, slot.pk, rooms[0].pk] for slot in slots[:2]]
    apply_plan(camp=camp, rows=rows, by=olga)
    assert steps(camp)[0] == "Build: 2 sessions placed"
