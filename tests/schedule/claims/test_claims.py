"""Hosts place themselves: what they may take, what everybody sees, and what stays the organisers'."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from events.editing import archive_camp, switch_camp
from events.frame import close_rooms, drop_from_frame, save_slot, set_away
from pitches.services import withdraw_pitch
from schedule.advice import renew_figures
from schedule.build import run
from schedule.claims import services
from schedule.claims.services import claim_place, give_back
from schedule.draft.history import told_steps
from schedule.draft.moves import pin_session, place_session, unplace_session
from schedule.draft.undo import undo_step
from schedule.models import Cell, Draft, GridVersion, Session
from schedule.wall.live import switch_live
from schedule.wall.publish import publish_grid
from tests.factories import DAY, AttendeeFactory, PitchFactory, RoomFactory, make_slot

#: of the page on which a host chooses
QUERIES = 17


@pytest.fixture
def knots(camp, ben, rooms, slots):
    switch_camp(camp=camp, can_hosts_claim=True)
    camp.refresh_from_db()
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


def url(camp, pitch, name="place_claim"):
    return reverse(f"schedule:{name}", args=[camp.slug, pitch.pk])


def press(client, camp, pitch, room, slot, seen=0, **more):
    return client.post(url(camp, pitch), {"cell": f"{slot.pk}-{room.pk}", "seen": seen, **more})


def published(camp):
    """Title to room and hour, as everybody sees it."""
    latest = GridVersion.latest(camp)
    rows = latest.placements.filter(is_cancelled=False).select_related("session__pitch") if latest else []
    return {row.session.title: (row.room_name, row.starts_at.hour) for row in rows}


# -- taken -------------------------------------------------------------------------------------------------


def test_a_host_takes_a_free_place_and_everybody_sees_it(sign_in, camp, ben, knots, rooms, slots):
    client = sign_in(ben)
    assert "Barn" in client.get(url(camp, knots)).content.decode()
    answer = press(client, camp, knots, rooms[0], slots[1])
    assert answer.url == knots.get_absolute_url()
    page = client.get(answer.url).content.decode()
    assert "“Knots” has its place: Barn, Sat 12 Jan, 11:00. Everybody sees it." in page
    assert published(camp) == {"Knots": ("Barn", 11)}
    assert "Knots" in client.get(reverse("schedule:grid_detail", args=[camp.slug])).content.decode()


def test_the_organisers_read_who_did_it(camp, ben, knots, rooms, slots):
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    [told] = told_steps(camp, list(camp.steps.all()))
    assert (told.sentence, told.step.by) == ("“Knots” placed as its host chose: Barn, 10:00", ben)


def test_nothing_else_that_waits_on_the_draft_goes_out_with_it(camp, ben, knots, rooms, slots):
    maps, tides = PitchFactory(camp=camp, title="Maps"), PitchFactory(camp=camp, title="Tides")
    place_session(pitch=maps, room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=None)
    place_session(pitch=maps, room=rooms[1], slot=slots[1])
    place_session(pitch=tides, room=rooms[1], slot=slots[2])
    rooms[0].name = "Attic"
    rooms[0].save()
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    assert published(camp) == {"Maps": ("Loft", 10), "Knots": ("Barn", 10)}
    assert [room["name"] for room in GridVersion.latest(camp).frame["rooms"]] == ["Barn", "Loft"]


def test_a_room_that_nobody_published_yet_comes_along(camp, ben, knots, rooms, slots):
    publish_after(camp, rooms, slots)
    shed = camp.rooms.create(name="Shed")
    camp.rooms.create(name="Tent")
    claim_place(pitch=knots, room=shed, slot=slots[1], by=ben)
    assert published(camp)["Knots"] == ("Shed", 11)
    assert [room["name"] for room in GridVersion.latest(camp).frame["rooms"]] == ["Barn", "Loft", "Shed"]


def publish_after(camp, rooms, slots, title="Maps"):
    """Maps stands in the loft at ten, and everybody sees it."""
    session = place_session(pitch=PitchFactory(camp=camp, title=title), room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=None)
    return session


def test_in_live_mode_it_goes_out_once(camp, olga, ben, knots, rooms, slots):
    publish_after(camp, rooms, slots)
    switch_live(camp=camp, is_on=True)
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    assert published(camp)["Knots"] == ("Barn", 10)
    assert GridVersion.latest(camp).number == 2
    assert Draft.of(camp).live == Draft.Live.ON


def test_what_live_mode_waits_with_waits_on(camp, ben, knots, rooms, slots):
    maps = publish_after(camp, rooms, slots)
    switch_live(camp=camp, is_on=True)
    Draft.of(camp).go_live(Draft.Live.BUILD)
    place_session(pitch=maps.pitch, room=rooms[1], slot=slots[2])
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    assert published(camp) == {"Maps": ("Loft", 10), "Knots": ("Barn", 10)}
    assert Draft.of(camp).live == Draft.Live.BUILD


# -- not to be had -----------------------------------------------------------------------------------------


def refused(pitch, room, slot, by, match, seen=None):
    before = list(Cell.objects.values_list("session", "room", "slot"))
    with pytest.raises(ValidationError, match=match):
        claim_place(pitch=pitch, room=room, slot=slot, by=by, seen_revision=seen)
    assert list(Cell.objects.values_list("session", "room", "slot")) == before


TAKEN = "Somebody took it a moment ago."


def test_what_somebody_took_a_moment_ago_is_not_given_twice_and_the_next_best_is_offered(
    sign_in, camp, ben, cleo, knots, rooms, slots
):
    maps = PitchFactory(camp=camp, title="Maps", hosts=[cleo])
    claim_place(pitch=maps, room=rooms[0], slot=slots[0], by=cleo)
    answer = press(sign_in(ben), camp, knots, rooms[0], slots[0])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert TAKEN in page
    best = page[page.index("The best places") : page.index("All that is free")]
    assert f'value="{slots[1].pk}-{rooms[0].pk}"' in best
    assert f'value="{slots[0].pk}-{rooms[0].pk}"' not in page
    assert Cell.objects.get().session.pitch == maps


def test_a_place_that_everybody_sees_taken_is_not_free(sign_in, camp, ben, knots, rooms, slots):
    maps = publish_after(camp, rooms, slots)
    unplace_session(session=maps)
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    assert f'value="{slots[0].pk}-{rooms[0].pk}"' in page
    assert f'value="{slots[0].pk}-{rooms[1].pk}"' not in page
    refused(knots, rooms[1], slots[0], ben, TAKEN)


def test_a_place_that_is_taken_on_the_draft_alone_is_not_free_and_nobody_reads_by_whom(
    sign_in, camp, ben, knots, rooms, slots
):
    place_session(pitch=PitchFactory(camp=camp, title="Secret plan"), room=rooms[0], slot=slots[0])
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    assert f'value="{slots[0].pk}-{rooms[0].pk}"' not in page
    assert "Secret plan" not in page
    refused(knots, rooms[0], slots[0], ben, TAKEN)


def test_a_slot_that_moved_on_the_draft_alone_is_not_to_be_had(sign_in, camp, ben, knots, rooms, slots):
    publish_after(camp, rooms, slots)
    slots[2].starts_at += timedelta(minutes=15)
    save_slot(slot=slots[2])
    assert f'value="{slots[2].pk}-' not in sign_in(ben).get(url(camp, knots)).content.decode()
    refused(knots, rooms[0], slots[2], ben, "about to be at another time")


def test_a_rule_that_would_break_is_told_and_not_broken(sign_in, camp, ben, knots, rooms, slots):
    """Ben hosts two: not both at ten. A room without a projector is not for a session that needs one."""
    maps = PitchFactory(camp=camp, title="Maps", hosts=[ben])
    claim_place(pitch=maps, room=rooms[0], slot=slots[0], by=ben)
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    assert f'value="{slots[0].pk}-{rooms[1].pk}"' not in page
    assert "Ben" in page[page.index(f'id="free-{slots[0].pk}"') : page.index(f'id="free-{slots[1].pk}"')]
    refused(knots, rooms[1], slots[0], ben, "Ben")
    # The organisers may.
    place_session(pitch=knots, room=rooms[1], slot=slots[0])


def test_a_rule_about_some_rooms_names_them(sign_in, camp, ben, knots, rooms, slots):
    rooms[0].features = ["projector"]
    rooms[0].save()
    knots.needs = ["projector"]
    knots.save()
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    assert '<p class="soft">Loft: ' in page
    assert f'value="{slots[0].pk}-{rooms[0].pk}"' in page


def test_a_closed_room_is_not_offered(sign_in, camp, ben, knots, rooms, slots):
    close_rooms(rooms=[rooms[0]], slots=[slots[0]], is_closed=True)
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    part = page[page.index(f'id="free-{slots[0].pk}"') : page.index(f'id="free-{slots[1].pk}"')]
    assert "Barn" not in part
    assert "Loft" in part
    refused(knots, rooms[0], slots[0], ben, "Barn")


def test_a_slot_in_which_a_host_is_away_says_so_once(sign_in, camp, ben, knots, rooms, slots):
    set_away(attendee=ben, slots=[slots[0]], is_away=True, by=None)
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    part = page[page.index(f'id="free-{slots[0].pk}"') : page.index(f'id="free-{slots[1].pk}"')]
    assert part.count("cannot be there to host") == 1
    refused(knots, rooms[0], slots[0], ben, "cannot be there to host")


def test_what_has_begun_is_not_offered(sign_in, camp, ben, knots, rooms, slots, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: DAY + timedelta(hours=10, minutes=5))
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    assert f'id="free-{slots[0].pk}"' not in page
    assert f'id="free-{slots[1].pk}"' in page
    refused(knots, rooms[0], slots[0], ben, "has begun")
    session = claim_place(pitch=knots, room=rooms[0], slot=slots[1], by=ben)
    monkeypatch.setattr("django.utils.timezone.now", lambda: DAY + timedelta(hours=11, minutes=5))
    with pytest.raises(ValidationError, match="has begun"):
        give_back(pitch=knots, by=ben)
    assert session.cells.exists()


def test_nothing_is_taken_once_the_camp_is_over(sign_in, camp, ben, knots, rooms, slots, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: DAY + timedelta(days=2))
    assert "The camp is over" in sign_in(ben).get(url(camp, knots)).content.decode()
    refused(knots, rooms[0], slots[0], ben, "The camp is over")


def test_a_double_takes_two_in_a_row(sign_in, camp, ben, cleo, knots, rooms, slots):
    knots.length = 2
    knots.save()
    page = sign_in(ben).get(url(camp, knots)).content.decode()
    # After eleven comes lunch.
    assert [f'value="{slot.pk}-{rooms[0].pk}"' in page for slot in slots] == [True, False, False]
    claim_place(pitch=PitchFactory(camp=camp, hosts=[cleo]), room=rooms[0], slot=slots[1], by=cleo)
    refused(knots, rooms[0], slots[0], ben, TAKEN)
    claim_place(pitch=knots, room=rooms[1], slot=slots[0], by=ben)
    assert {cell.slot for cell in Cell.objects.filter(room=rooms[1])} == set(slots[:2])


# -- who may -----------------------------------------------------------------------------------------------


def test_it_is_off_unless_the_organisers_switch_it_on(sign_in, camp, ben, olga, rooms, slots):
    knots = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    client = sign_in(ben)
    pages = [
        knots.get_absolute_url(),
        *(reverse(f"schedule:{name}", args=[camp.slug]) for name in ("my_interests", "grid_detail")),
    ]
    assert all("Choose a place" not in client.get(page).content.decode() for page in pages)
    assert "Hosts do not place themselves" in client.get(url(camp, knots)).content.decode()
    answer = press(client, camp, knots, rooms[0], slots[0])
    assert answer.status_code == 422
    assert "Hosts do not place themselves in this camp any more." in answer.content.decode()
    sign_in(olga).post(reverse("events:camp_switch", args=[camp.slug, "can_hosts_claim"]), {"on": "1"})
    client = sign_in(ben)
    assert all(re.search("Choose (a|its) place", client.get(page).content.decode()) for page in pages)
    assert press(client, camp, knots, rooms[0], slots[0]).status_code == 302


def test_nobody_but_an_organiser_places_what_somebody_else_hosts(sign_in, camp, cleo, hal, olga, knots, rooms, slots):
    for person in (cleo, hal):
        client = sign_in(person)
        assert client.get(url(camp, knots)).url == knots.get_absolute_url()
        assert press(client, camp, knots, rooms[0], slots[0]).url == knots.get_absolute_url()
        assert "You do not host “Knots”." in client.get(knots.get_absolute_url()).content.decode()
    refused(knots, rooms[0], slots[0], cleo, "You do not host “Knots”")
    # For a host who has no device, say; by the same rules.
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=olga)


def test_whoever_gave_up_hosting_gives_no_place_back(sign_in, camp, ben, cleo, knots, rooms, slots):
    session = claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    knots.hosts.set([cleo])
    sign_in(ben).post(url(camp, knots, "place_give_back"), {"seen": session.revision})
    assert published(camp) == {"Knots": ("Barn", 10)}
    # It is the one's who hosts it now.
    claim_place(pitch=knots, room=rooms[1], slot=slots[1], by=cleo)


def test_a_refusal_names_no_place_that_nobody_sees_yet(camp, olga, ben, knots, rooms, slots):
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    place_session(pitch=knots, room=rooms[1], slot=slots[2], by=olga)
    assert published(camp) == {"Knots": ("Barn", 10)}
    only = r"^\['The organisers placed “Knots”\. Ask them where it is to be\.'\]$"
    refused(knots, rooms[0], slots[1], ben, only)
    with pytest.raises(ValidationError, match=only):
        give_back(pitch=knots, by=ben)
    publish_grid(camp=camp, by=olga)
    refused(knots, rooms[0], slots[1], ben, "Loft, Sat 12 Jan, 13:00")
    # Nor a name that the room has on the draft alone.
    rooms[1].name = "Attic"
    rooms[1].save()
    refused(knots, rooms[0], slots[1], ben, only)


def test_what_the_organisers_placed_is_theirs(sign_in, camp, ben, knots, rooms, slots):
    session = place_session(pitch=knots, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    client = sign_in(ben)
    page = client.get(url(camp, knots)).content.decode()
    assert "The organisers placed it." in page
    refused(knots, rooms[1], slots[1], ben, r"The organisers placed “Knots”: Barn, Sat 12 Jan, 10:00\. Ask them")
    client.post(url(camp, knots, "place_give_back"), {"seen": session.revision})
    assert Cell.objects.get().room == rooms[0]


def test_what_is_off_the_board_gets_no_place(sign_in, camp, ben, knots, rooms, slots):
    withdraw_pitch(pitch=knots, by=None)
    answer = press(sign_in(ben), camp, knots, rooms[0], slots[0])
    assert answer.url == knots.get_absolute_url()
    assert not Cell.objects.exists()
    refused(knots, rooms[0], slots[0], ben, "off the board")


def test_an_archived_camp_gives_no_places(sign_in, camp, ben, knots, rooms, slots):
    archive_camp(camp=camp)
    client = sign_in(ben)
    assert "This camp is archived" in client.get(url(camp, knots)).content.decode()
    press(client, camp, knots, rooms[0], slots[0])
    refused(knots, rooms[0], slots[0], ben, "archived")


def test_places_are_taken_also_once_interest_and_pitching_are_closed(sign_in, camp, ben, knots, rooms, slots):
    switch_camp(camp=camp, is_interest_open=False, is_pitching_open=False)
    assert press(sign_in(ben), camp, knots, rooms[0], slots[0]).status_code == 302
    assert published(camp) == {"Knots": ("Barn", 10)}


def test_a_room_or_a_slot_that_went_meanwhile_is_told(sign_in, camp, ben, knots, rooms, slots):
    drop_from_frame(thing=rooms[1])
    answer = press(sign_in(ben), camp, knots, rooms[1], slots[0])
    assert answer.status_code == 422
    assert "Choose a room and a slot that are there." in answer.content.decode()


# -- moved, given back -------------------------------------------------------------------------------------


def test_the_host_moves_on_to_another_free_place(sign_in, camp, ben, knots, rooms, slots):
    session = claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    client = sign_in(ben)
    assert "Choose its place" in client.get(knots.get_absolute_url()).content.decode()
    assert "Choose its place" in client.get(session.get_absolute_url()).content.decode()
    page = client.get(url(camp, knots)).content.decode()
    assert re.search(r"It is in Barn, Sat[^,]* 12 Jan[^,]*, 10:00\.", page)
    assert press(client, camp, knots, rooms[1], slots[2], session.revision).status_code == 302
    assert published(camp) == {"Knots": ("Loft", 13)}
    assert Session.objects.get() == session


def test_the_host_gives_it_back_and_others_can_take_it(sign_in, camp, ben, cleo, knots, rooms, slots):
    session = claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    answer = sign_in(ben).post(url(camp, knots, "place_give_back"), {"seen": session.revision}, follow=True)
    assert "The place of “Knots” is free again." in answer.content.decode()
    assert published(camp) == {}
    assert not Cell.objects.exists()
    session.refresh_from_db()
    assert not session.is_pinned
    maps = PitchFactory(camp=camp, title="Maps", hosts=[cleo])
    claim_place(pitch=maps, room=rooms[0], slot=slots[0], by=cleo)
    assert published(camp) == {"Maps": ("Barn", 10)}


def test_it_is_taken_back_by_one_button(sign_in, camp, ben, knots, rooms, slots):
    """A claim, a move and what was given back; the place from before is theirs if it is still free."""

    def undo(page):
        form = page[page.index('class="told') :].partition("</form>")[0]
        address, fields = (
            re.search('action="([^"]+)"', form)[1],
            dict(re.findall('name="(cell|seen)" value="([^"]+)"', form)),
        )
        return client.post(address, fields)

    def press(room, slot):
        seen = Session.objects.values_list("revision", flat=True).first() or 0
        data = {"cell": f"{slot.pk}-{room.pk}", "seen": seen}
        return client.post(url(camp, knots), data, follow=True).content.decode()

    client = sign_in(ben)
    undo(press(rooms[0], slots[0]))
    assert published(camp) == {}
    client.get(url(camp, knots))
    press(rooms[0], slots[0])
    undo(press(rooms[1], slots[1]))
    assert published(camp) == {"Knots": ("Barn", 10)}
    client.get(url(camp, knots))
    seen = Session.objects.get().revision
    page = client.post(url(camp, knots, "place_give_back"), {"seen": seen}, follow=True)
    assert published(camp) == {}
    undo(page.content.decode())
    assert published(camp) == {"Knots": ("Barn", 10)}


def test_what_a_co_host_did_meanwhile_is_told_not_overwritten(sign_in, camp, ben, cleo, knots, rooms, slots):
    knots.hosts.add(cleo)
    session = claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    seen = session.revision
    claim_place(pitch=knots, room=rooms[1], slot=slots[1], by=cleo, seen_revision=seen)
    told = "Cleo moved “Knots” meanwhile: Loft, Sat 12 Jan, 11:00."
    client = sign_in(ben)
    assert told in press(client, camp, knots, rooms[0], slots[2], seen).content.decode()
    answer = client.post(url(camp, knots, "place_give_back"), {"seen": seen}, follow=True)
    assert told in answer.content.decode()
    assert published(camp) == {"Knots": ("Loft", 11)}


def test_pressed_twice_it_is_done_once(sign_in, camp, ben, knots, rooms, slots):
    client = sign_in(ben)
    for _ in range(2):
        assert press(client, camp, knots, rooms[0], slots[0], form_key="a" * 32).status_code == 302
    assert camp.steps.count() == GridVersion.latest(camp).number == 1


def test_the_same_place_again_changes_nothing(camp, ben, knots, rooms, slots):
    for _ in range(2):
        claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    assert camp.steps.count() == GridVersion.latest(camp).number == 1


# -- the organisers' ---------------------------------------------------------------------------------------


def test_a_build_moves_nothing_that_a_host_took(camp, ben, knots, rooms, slots):
    """In the small loft, though more want it than it holds: the barn is free."""
    claim_place(pitch=knots, room=rooms[1], slot=slots[2], by=ben)
    for _ in range(8):
        knots.interests.create(attendee=AttendeeFactory(camp=camp), level=1)
        PitchFactory(camp=camp)
    rooms[1].capacity = 1
    rooms[1].save()
    build = run.start_build(camp=camp, seconds=0.1)
    run.run_build(build=build)
    assert Cell.objects.count() > 1
    cell = Cell.objects.get(session__pitch=knots)
    assert (cell.room, cell.slot) == (rooms[1], slots[2])


def test_an_organiser_lifts_the_pin_and_what_follows_is_theirs(camp, olga, ben, knots, rooms, slots):
    session = claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    pin_session(session=session, is_pinned=False, by=olga)
    refused(knots, rooms[1], slots[1], ben, "The organisers placed")
    # Taken back, it is the host's again.
    undo_step(camp=camp, by=olga)
    session.refresh_from_db()
    assert session.is_pinned
    claim_place(pitch=knots, room=rooms[1], slot=slots[1], by=ben)


def test_an_organisers_undo_leaves_what_a_host_took_since(camp, olga, ben, cleo, knots, rooms, slots):
    place_session(pitch=knots, room=rooms[0], slot=slots[0], by=olga)
    undo_step(camp=camp, by=olga)
    claim_place(pitch=knots, room=rooms[1], slot=slots[1], by=ben)
    maps = PitchFactory(camp=camp, title="Maps", hosts=[cleo])
    session = place_session(pitch=maps, room=rooms[0], slot=slots[0], by=olga)
    unplace_session(session=session, by=olga)
    claim_place(pitch=maps, room=rooms[0], slot=slots[0], by=cleo)
    with pytest.raises(ValidationError, match="Cleo moved “Maps” since"):
        undo_step(camp=camp, by=olga)
    assert published(camp) == {"Knots": ("Loft", 11), "Maps": ("Barn", 10)}


def test_an_organisers_undo_does_not_push_a_host_off_the_place(camp, olga, ben, knots, rooms, slots):
    """Maps leaves the barn; a host takes it; Maps cannot come back."""
    maps = place_session(pitch=PitchFactory(camp=camp, title="Maps"), room=rooms[0], slot=slots[0], by=olga)
    unplace_session(session=maps, by=olga)
    claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)
    with pytest.raises(ValidationError, match="“Knots” already has Barn then"):
        undo_step(camp=camp, by=olga)
    assert published(camp) == {"Knots": ("Barn", 10)}


def test_the_database_gives_a_cell_once_whoever_holds_the_camp(camp, ben, cleo, knots, rooms, slots, monkeypatch):
    """The constraint alone: the other comes when it was looked for already."""
    maps, refuse_unfit = PitchFactory(camp=camp, title="Maps", hosts=[cleo]), services._refuse_unfit

    def meanwhile(*given):
        refuse_unfit(*given)
        cells = [Cell(room=rooms[0], slot=slots[0], session=Session.objects.create(camp=camp, pitch=maps))]
        Cell.objects.bulk_create(cells)

    monkeypatch.setattr(services, "_refuse_unfit", meanwhile)
    with pytest.raises(services.Taken, match=TAKEN):
        claim_place(pitch=knots, room=rooms[0], slot=slots[0], by=ben)


# -- what it says, and what it costs -----------------------------------------------------------------------


def wish(camp, pitch, people):
    for _ in range(people):
        pitch.interests.create(attendee=AttendeeFactory(camp=camp), level=1)


def test_seats_are_held_against_who_is_expected_and_a_few_are_told_to_nobody(sign_in, camp, ben, knots, rooms, slots):
    small = "fewer seats than people expected"
    rooms[1].capacity = 3
    rooms[1].save()
    wish(camp, knots, 4)
    renew_figures(camp=camp)
    client = sign_in(ben)
    # Four are a few: nobody reads whether they are more than three.
    assert small not in client.get(url(camp, knots)).content.decode()
    wish(camp, knots, 8)
    renew_figures(camp=camp)
    page = client.get(url(camp, knots)).content.decode()
    [part] = re.findall(
        rf'value="{slots[0].pk}-{rooms[1].pk}".*?</button>', page[page.index("All that is free") :], re.DOTALL
    )
    assert small in part
    [part] = re.findall(
        rf'value="{slots[0].pk}-{rooms[0].pk}".*?</button>', page[page.index("All that is free") :], re.DOTALL
    )
    assert small not in part


def test_a_camp_that_hides_the_counts_tells_hosts_no_number_of_people(sign_in, camp, ben, knots, rooms, slots):
    maps = PitchFactory(camp=camp, title="Maps")
    place_session(pitch=maps, room=rooms[1], slot=slots[0])
    for person in [AttendeeFactory(camp=camp) for _ in range(12)]:
        for pitch in (knots, maps):
            pitch.interests.create(attendee=person, level=1)
    renew_figures(camp=camp)
    client = sign_in(ben)
    page = client.get(url(camp, knots)).content.decode()
    assert (
        "more clashes than elsewhere"
        in page[page.index(f'id="free-{slots[0].pk}"') : page.index(f'id="free-{slots[1].pk}"')]
    )
    assert "fewest clashes" in page[page.index(f'id="free-{slots[1].pk}"') :]
    assert not re.search(r"about \d|\bwishes\b", page)
    # The best three are each in a slot of their own, and the one beside Maps is the last.
    best = re.findall(r'value="(\d+)-', page[page.index("The best places") : page.index("All that is free")])
    assert [int(pk) for pk in best] == [slots[1].pk, slots[2].pk, slots[0].pk]
    switch_camp(camp=camp, are_counts_shown=True)
    assert "about 10 wishes more" in client.get(url(camp, knots)).content.decode()


@pytest.mark.parametrize("many", [1, 6])
def test_a_larger_camp_takes_no_more_queries(sign_in, camp, ben, knots, rooms, slots, many, django_assert_num_queries):
    for hour in range(many):
        make_slot(camp, 14 + hour)
    for number in range(many):
        room = RoomFactory(camp=camp)
        place_session(
            pitch=PitchFactory(camp=camp, hosts=[AttendeeFactory(camp=camp)]), room=room, slot=slots[number % 3]
        )
        PitchFactory(camp=camp, hosts=[AttendeeFactory(camp=camp)])
    publish_grid(camp=camp, by=None)
    renew_figures(camp=camp)
    client = sign_in(ben)
    client.get(url(camp, knots))
    with django_assert_num_queries(QUERIES):
        client.get(url(camp, knots))
