"""What organisers do with the scheduler: concerns, prices, repeats, closures, repair."""

from dataclasses import asdict

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from events.frame import close_rooms
from pitches.models import Interest, WishSnapshot
from pitches.services import set_interest
from pitches.wishes import Wishes, read_wishes, renew_wishes
from schedule import advice, solver
from schedule.build import border, run
from schedule.draft import moves
from schedule.draft.concerns import set_concerns
from schedule.draft.rows import read_draft
from schedule.models import Draft, GridBuild
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, PitchFactory


def interested(camp, pitches, count=1, level=1):
    for _ in range(count):
        person = AttendeeFactory(camp=camp)
        for pitch in pitches:
            set_interest(pitch=pitch, attendee=person, level=level)


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


@pytest.fixture
def ducks(camp, cleo):
    return PitchFactory(camp=camp, title="Ducks", hosts=[cleo])


@pytest.fixture
def build(camp, django_capture_on_commit_callbacks):
    """Starts a build, lets the worker do it, and returns the row."""

    def build(**arguments):
        with django_capture_on_commit_callbacks(execute=True):
            made = run.start_build(camp=camp, **arguments)
        made.refresh_from_db()
        return made

    return build


def url(name, camp, *arguments):
    return reverse(f"schedule:{name}", args=[camp.slug, *arguments])


# -- concerns ------------------------------------------------------------------------------------


def test_the_draft_has_a_number_for_every_concern_of_the_solver():
    assert set(Draft.CONCERNS) == {concern.NAME for concern in solver.CONCERNS}


def test_a_build_keeps_the_concerns_it_was_started_with(sign_in, camp, olga, rooms, slots, knots):
    form = {"seconds": "1", "fairness": "7", "topics": "0", "seen": Draft.revision_of(camp)}
    response = sign_in(olga).post(url("build_start", camp), form)
    assert response.status_code == 302
    draft = Draft.of(camp)
    assert (draft.fairness, draft.topics, draft.seats) == (7, 0, 3)
    weights = border.read_case(camp).problem.weights
    assert (weights.fairness, weights.topics) == (0.2, 0.0)


@pytest.mark.parametrize("value", ["11", "-1", "much", ""])
def test_a_concern_out_of_range_is_told_beside_it(sign_in, camp, olga, value):
    response = sign_in(olga).post(url("build_start", camp), {"fairness": value, "topics": "9"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "Choose a number from 0 (not at all) to 10 (a lot)." in html
    assert 'value="9"' in html
    assert not camp.grid_builds.exists()


def test_fairness_gives_something_to_whoever_gets_nothing(camp, rooms, slots, build):
    # Five pitches compete for one slot with two rooms; nine people share two of them, one wants another.
    close_rooms(rooms=rooms, slots=slots[1:], is_closed=True)
    popular, second, lonely = PitchFactory.create_batch(3, camp=camp)
    interested(camp, [popular], 4)
    interested(camp, [second], 4)
    interested(camp, [lonely], 3, level=2)
    set_concerns(camp=camp, concerns={"fairness": 0, "topics": 0, "seats": 0, "calm": 0})
    build(seconds=0.3)
    plain = border.draft_score(border.read_case(camp))
    set_concerns(camp=camp, concerns={"fairness": 10, "topics": 0, "seats": 0, "calm": 0})
    made = build(seconds=0.3)
    fair = border.draft_score(border.read_case(camp))
    assert fair.concerns["fairness"] <= plain.concerns["fairness"]
    assert made.wishes_alone == plain.attended
    assert made.cost == plain.attended - fair.attended


def test_a_build_says_what_no_grid_can_exceed(camp, rooms, slots, knots, ducks, build):
    interested(camp, [knots, ducks], 3)
    made = build(seconds=0.3)
    assert (made.attended, made.limit, made.is_proven) == (6, 6, True)


def test_a_build_goes_by_what_is_wished_now_and_tells_numbers_of_the_snapshot(camp, rooms, slots, knots, ducks, build):
    """One cell for two pitches; so few taps are not told yet."""
    close_rooms(rooms=rooms, slots=slots[1:], is_closed=True)
    close_rooms(rooms=rooms[1:], slots=slots, is_closed=True)
    for pitch, fans in ((ducks, 1), (knots, 2)):
        interested(camp, [pitch], fans)
        made = build(seconds=0.3)
        assert list(camp.sessions.placed().values_list("pitch", flat=True)) == [pitch.pk]
        assert (made.attended, made.told_attended) == (fans, 0)


def test_a_cell_says_what_it_would_change(sign_in, camp, olga, rooms, slots, knots, ducks):
    interested(camp, [knots, ducks], 6)
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[1])
    page = url("session_place", camp, knots.pk)
    assert "What each cell would change is being counted." in sign_in(olga).get(page).content.decode()
    advice.renew_figures(camp=camp)
    html = sign_in(olga).get(f"{page}?slot={slots[1].pk}").content.decode()
    assert "about 5 wishes fewer" in html
    assert "less for about 5 people" in html


def test_the_best_cells_stand_in_an_order_that_does_not_tell_what_a_few_wish(camp, rooms, slots, knots, ducks):
    """Four want both: at the time of the ducks Knots wins nothing, later four. Both are a few, so the earlier is first."""
    interested(camp, [knots, ducks], 4)
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    best = advice.best_cells(advice.place_slots(read_draft(camp), read_wishes(camp), knots.pk, None))
    assert [cell.slot for cell in best] == slots
    interested(camp, [knots, ducks], 1)
    best = advice.best_cells(advice.place_slots(read_draft(camp), read_wishes(camp), knots.pk, None))
    assert [cell.slot for cell in best] == [*slots[1:], slots[0]]


def test_fewer_than_five_people_are_a_few(sign_in, camp, olga, rooms, slots, knots, ducks):
    interested(camp, [knots, ducks], 3)
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    advice.renew_figures(camp=camp)
    html = sign_in(olga).get(url("draft_figures", camp)).content.decode()
    assert "wanted both by" not in html
    html = sign_in(olga).get(url("session_place", camp, knots.pk)).content.decode()
    assert "more for" not in html
    assert "about as many wishes" in html


def test_pins_that_contradict_each_other_are_named(camp, rooms, slots, ben, knots, build):
    other = PitchFactory(camp=camp, title="Geese", hosts=[ben])
    for pitch, room in ((knots, rooms[0]), (other, rooms[1])):
        session = moves.place_session(pitch=pitch, room=room, slot=slots[0])
        moves.pin_session(session=session, is_pinned=True)
    made = build(seconds=0.3)
    text = " ".join(made.shown["contradiction"])
    assert "“Knots” and “Geese” have a host in common, who can lead one at a time." in text
    assert "“Knots” is pinned: Barn, Sat 12 Jan, 10:00." in text
    assert len(made.shown["contradiction"]) == 3


def test_what_found_no_place_comes_with_what_would_make_room(camp, rooms, slots, build):
    for room, code in zip(rooms, ["stage", "quiet"], strict=True):
        room.features = [code]
        room.save()
    wanted = PitchFactory(camp=camp, title="Film", needs=["stage", "quiet"])
    made = build(seconds=0.2)
    [(title, reason)] = made.shown["unplaced"]
    assert title == wanted.title
    assert "A room with Quiet, Stage would make a place." in reason


# -- repeats -------------------------------------------------------------------------------------


@pytest.fixture
def crowded(camp, rooms, slots, knots, ducks):
    """Knots and Ducks run at the same time; six people want both; the rest of the day is free."""
    interested(camp, [knots, ducks], 6)
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])


def test_a_repeat_is_suggested_by_the_wishes_it_wins(camp, crowded, knots, ducks):
    first = advice.repeat_ideas(border.read_case(camp))[0]
    assert first.pitch_id in (knots.pk, ducks.pk)
    # Six, in steps of five.
    assert first.gain == 5


def test_a_repeat_is_a_session_of_its_own_and_counts_once(sign_in, camp, olga, crowded, knots, rooms, slots):
    response = sign_in(olga).post(url("repeat_add", camp, knots.pk), {"slot": slots[2].pk, "room": rooms[0].pk})
    assert response.status_code == 302
    assert knots.sessions.placed().count() == 2
    case = border.read_case(camp)
    assert advice.broken_rules(case) == []
    assert border.draft_score(case).attended == 12


def test_a_repeat_is_placed_pinned_and_taken_off_apart_from_the_first(camp, crowded, knots, rooms, slots):
    second = moves.add_repeat(pitch=knots, room=rooms[0], slot=slots[2])
    first = knots.sessions.exclude(pk=second.pk).get()
    moves.place_session(pitch=knots, session=second, room=rooms[1], slot=slots[2])
    assert first.cells.get().slot == slots[0]
    moves.unplace_session(session=second)
    knots.refresh_from_db()
    assert knots.runs == 1
    assert first.cells.exists()


def test_a_build_keeps_a_repeat_and_its_row(camp, crowded, knots, rooms, slots, build):
    second = moves.add_repeat(pitch=knots, room=rooms[0], slot=slots[2])
    moves.pin_session(session=second, is_pinned=True)
    rows = set(knots.sessions.values_list("pk", flat=True))
    build(seconds=0.2)
    second.refresh_from_db()
    assert second.cells.get().slot == slots[2]
    assert set(knots.sessions.values_list("pk", flat=True)) == rows
    assert advice.broken_rules(border.read_case(camp)) == []


def test_a_pitch_that_gets_longer_keeps_each_running_apart(camp, crowded, knots, rooms, slots):
    second = moves.add_repeat(pitch=knots, room=rooms[1], slot=slots[2])
    first = knots.sessions.exclude(pk=second.pk).get()
    knots.length = 2
    knots.save()
    # The first takes the slot after; the second has none after it and comes off.
    assert {cell.slot for cell in first.cells.all()} == {slots[0], slots[1]}
    assert not second.cells.exists()


def test_two_pinned_runnings_both_stay(camp, crowded, knots, rooms, slots, build):
    second = moves.add_repeat(pitch=knots, room=rooms[0], slot=slots[2])
    for session in knots.sessions.all():
        moves.pin_session(session=session, is_pinned=True)
    build(seconds=0.2)
    places = {s.pk: s.cells.get().slot for s in knots.sessions.all()}
    assert set(places.values()) == {slots[0], slots[2]}
    assert places[second.pk] == slots[2]


def test_a_full_cell_takes_no_repeat(sign_in, camp, olga, crowded, knots, rooms, slots):
    response = sign_in(olga).post(
        url("repeat_add", camp, knots.pk), {"slot": slots[0].pk, "room": rooms[1].pk}, follow=True
    )
    assert "already has Loft then" in response.content.decode()
    assert knots.sessions.count() == 1


# -- what is lost --------------------------------------------------------------------------------


def test_a_lost_room_breaks_what_stands_there_and_is_mended_with_one_move(
    sign_in, camp, olga, crowded, rooms, slots, django_capture_on_commit_callbacks
):
    client = sign_in(olga)
    client.post(url("room_close", camp), {"room": rooms[0].pk, "closed_in": [slots[0].pk]})
    html = client.get(url("draft_repair", camp)).content.decode()
    assert "Barn is closed at 10:00: “Knots” cannot be there." in html
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("repair_start", camp), {"seen": Draft.revision_of(camp)})
    build = camp.grid_builds.get(kind=GridBuild.Kind.REPAIR)
    best = build.alternatives[0]
    assert (best["moved"], best["is_fewest"], best["attended"]) == (1, True, 10)
    html = client.get(url("draft_repair", camp)).content.decode()
    assert "No repair that keeps as many sessions on the grid moves fewer: that is proved." in html
    assert "It concerns about 5 people." in html
    client.post(url("repair_take", camp, build.pk), {"number": 0})
    assert advice.broken_rules(border.read_case(camp)) == []


@pytest.mark.parametrize(("fans", "is_told"), [(0, False), (4, False), (5, True)])
def test_where_nothing_is_known_of_wishes_grids_are_not_compared_by_them(
    sign_in, camp, olga, rooms, slots, fans, is_told, django_capture_on_commit_callbacks, build
):
    """A grid of six cells and eight pitches, nothing to repair; fewer than five are told as none is."""
    pitches = PitchFactory.create_batch(8, camp=camp)
    interested(camp, pitches[:1], fans)
    build(seconds=0.2)
    client = sign_in(olga)
    html = client.get(url("draft_detail", camp)).content.decode()
    said = "Nobody or only a few have said yet what they want to be at."
    assert ("The last build found a grid that meets" in html) == is_told
    assert ("that more people would miss" in html) == is_told
    assert ("Every room and slot it could use is taken.</p>" in html) != is_told
    assert (said in html) != is_told
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("repair_start", camp), {"seen": Draft.revision_of(camp)})
    html = client.get(url("draft_repair", camp)).content.decode()
    assert "Nothing needs to move" in html
    assert "that is proved" not in html
    assert "It concerns" not in html
    assert ("wishes are met then." in html) == is_told
    assert (said in html) != is_told


@pytest.mark.parametrize("fans", [0, 5])
def test_what_was_known_of_wishes_when_it_ran_is_what_a_build_says(
    sign_in, camp, olga, rooms, slots, knots, ducks, fans, build
):
    """Whatever was wished since: its numbers are of then."""
    interested(camp, [knots], fans)
    build(seconds=0.2)
    build(seconds=0.2, kind=GridBuild.Kind.REPAIR)
    if fans:
        Interest.objects.all().delete()
        WishSnapshot.objects.update(wishes=Wishes().as_json())
    else:
        interested(camp, [ducks], 5)
        renew_wishes(camp=camp)
    client, said = sign_in(olga), "Nobody or only a few have said yet what they want to be at."
    for page in ("draft_detail", "draft_repair"):
        html = client.get(url(page, camp)).content.decode()
        assert (said in html) == (not fans), page


def test_repairs_wait_while_the_grid_is_built(sign_in, camp, olga, crowded):
    GridBuild.objects.create(camp=camp, state=GridBuild.State.RUNNING)
    seen = {"seen": Draft.revision_of(camp)}
    html = sign_in(olga).post(url("repair_start", camp), seen, follow=True).content.decode()
    assert "The grid is being built just now." in html


def test_a_repair_is_refused_when_the_draft_changed(camp, olga, crowded, knots, rooms, slots, build):
    close_rooms(rooms=[rooms[0]], slots=[slots[0]], is_closed=True)
    made = build(seconds=0.3, kind=GridBuild.Kind.REPAIR)
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[1])
    with pytest.raises(ValidationError, match="The draft was changed"):
        run.take_repair(build=made, number=0, by=olga)
    with pytest.raises(ValidationError, match="Choose one of the repairs"):
        run.take_repair(build=made, number=9, by=olga)


def test_a_pin_in_a_lost_room_is_let_go_by_a_repair(camp, crowded, knots, rooms, slots):
    moves.pin_session(session=knots.sessions.get(), is_pinned=True)
    close_rooms(rooms=[rooms[0]], slots=slots, is_closed=True)
    case = border.read_case(camp, mending=True)
    found = advice.repairs(case, case.shown, seconds=0.3)
    assert found[0].moved == 1


def test_a_missing_host_leads_nothing_and_wishes_nothing_then(sign_in, camp, olga, ben, ducks, knots, rooms, slots):
    set_interest(pitch=ducks, attendee=ben, level=1)
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    client = sign_in(olga)
    client.post(url("host_away", camp), {"host": ben.pk, "away_in": [slots[0].pk]})
    [broken] = advice.broken_rules(border.read_case(camp))
    assert broken.sentence == "At 10:00 Ben cannot be there to host “Knots”."
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[1])
    assert border.draft_score(border.read_case(camp)).attended == 0
    client.post(url("host_back", camp, ben.pk))
    assert border.draft_score(border.read_case(camp)).attended == 1


def test_a_lost_slot_closes_every_room_and_they_open_again(sign_in, camp, olga, rooms, slots):
    client = sign_in(olga)
    client.post(url("room_close", camp), {"room": "all", "closed_in": [slots[1].pk]})
    assert [list(room.closed_in.all()) for room in rooms] == [[slots[1]], [slots[1]]]
    client.post(url("room_reopen", camp, rooms[0].pk))
    assert not rooms[0].closed_in.exists()
    assert rooms[1].closed_in.exists()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("room_close", {}, "Choose a room of this camp."),
        ("room_close", {"room": "all"}, "Choose at least one slot."),
        ("host_away", {"host": "999"}, "Choose a host of this camp."),
    ],
)
def test_what_is_wrong_is_told_beside_it(sign_in, camp, olga, rooms, slots, knots, name, data, sentence):
    response = sign_in(olga).post(url(name, camp), data)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_calm_keeps_what_is_published_where_it_is(camp, rooms, slots, build):
    pitches = PitchFactory.create_batch(3, camp=camp)
    for pitch, room, slot in zip(pitches, (rooms[0], rooms[1], rooms[0]), (slots[0], slots[0], slots[2]), strict=True):
        moves.place_session(pitch=pitch, room=room, slot=slot)
    publish_grid(camp=camp, by=None)
    set_concerns(camp=camp, concerns={"fairness": 0, "topics": 0, "seats": 0, "calm": 10})
    before = border.read_case(camp).placements
    build(seconds=0.2)
    assert border.read_case(camp).placements == before


def test_a_plan_costs_the_same_number_of_queries_whatever_its_size(
    camp, rooms, slots, crowded, django_assert_num_queries
):
    with django_assert_num_queries(9):
        small = border.read_case(camp)
    PitchFactory.create_batch(4, camp=camp)
    with django_assert_num_queries(9):
        large = border.read_case(camp)
    assert len(large.pitches) == len(small.pitches) + 4


def test_nothing_about_repairs_or_figures_names_who_is_interested(sign_in, camp, olga, crowded):
    names = [a.display_name for a in camp.attendees.filter(interests__isnull=False)]
    advice.renew_figures(camp=camp)
    client = sign_in(olga)
    for name in ("draft_figures", "draft_repair", "draft_detail"):
        html = client.get(url(name, camp)).content.decode()
        assert not [n for n in names if n in html]


def test_a_mending_survives_being_a_row(camp, crowded):
    case = border.read_case(camp, mending=True)
    found = advice.repairs(case, case.shown, seconds=0.2)
    assert asdict(found[0])["rows"]
