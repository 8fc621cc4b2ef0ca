"""Placing, moving, pinning, building: what the draft allows and what it says."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from events.services import drop_from_frame
from pitches.services import merge_pitches, set_interest, withdraw_pitch
from schedule import advice, planner, services
from schedule.models import Cell, Draft, GridBuild
from tests.factories import AttendeeFactory, PitchFactory


@pytest.fixture
def pitch(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


def test_a_session_keeps_its_row_when_it_moves(pitch, rooms, slots):
    session = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    moved = services.place_session(pitch=pitch, room=rooms[1], slot=slots[2])
    assert moved.pk == session.pk
    assert [(c.room, c.slot) for c in session.cells.all()] == [(rooms[1], slots[2])]


def test_a_cell_is_given_once(camp, pitch, rooms, slots):
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    with pytest.raises(ValidationError, match="“Knots” already has Barn"):
        services.place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    other = services.place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.create(session=other, room=rooms[0], slot=slots[0])


def test_a_double_takes_two_adjoining_slots_and_never_runs_over_a_break(camp, rooms, slots):
    double = PitchFactory(camp=camp, length=2)
    session = services.place_session(pitch=double, room=rooms[0], slot=slots[0])
    assert {c.slot for c in session.cells.all()} == set(slots[:2])
    for slot in slots[1:]:
        with pytest.raises(ValidationError, match="two slots in a row"):
            services.place_session(pitch=double, room=rooms[0], slot=slot)
    assert session.cells.count() == 2


def test_a_move_nobody_saw_is_told_and_not_overwritten(camp, olga, pitch, rooms, slots):
    oscar = AttendeeFactory(camp=camp, display_name="Oscar", role="organiser")
    session = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0], by=olga)
    seen = session.revision
    services.place_session(pitch=pitch, room=rooms[1], slot=slots[1], by=oscar, seen_revision=seen)
    with pytest.raises(ValidationError, match="Oscar moved “Knots” meanwhile: Loft"):
        services.place_session(pitch=pitch, room=rooms[0], slot=slots[2], by=olga, seen_revision=seen)
    assert session.cells.get().room == rooms[1]


def test_every_change_of_the_draft_is_counted(camp, pitch, rooms, slots):
    before = Draft.revision_of(camp)
    session = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    services.pin_session(session=session, is_pinned=True)
    services.unplace_session(session=session)
    assert Draft.revision_of(camp) == before + 3


def test_swapping_puts_each_where_the_other_was(camp, pitch, rooms, slots):
    one = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    two = services.place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[2])
    services.swap_sessions(one=one, other=two)
    assert (one.cells.get().slot, two.cells.get().slot) == (slots[2], slots[0])
    assert (one.cells.get().room, two.cells.get().room) == (rooms[1], rooms[0])


def test_a_withdrawn_pitch_frees_its_cell(pitch, rooms, slots):
    session = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    withdraw_pitch(pitch=pitch)
    assert not session.cells.exists()


def test_a_merged_pitch_brings_its_session_along(camp, pitch, rooms, slots):
    target = PitchFactory(camp=camp)
    session = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    merge_pitches(source=pitch, target=target)
    session.refresh_from_db()
    assert session.pitch == target
    assert session.cells.count() == 1


def test_a_session_follows_the_length_of_its_pitch(pitch, rooms, slots):
    session = services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    pitch.length = 2
    pitch.save()
    assert session.cells.count() == 2
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    pitch.length = 1
    pitch.save()
    assert session.cells.count() == 1


def test_a_room_with_sessions_is_not_taken_away(pitch, rooms, slots):
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    with pytest.raises(ValidationError, match="Move them on the grid first"):
        drop_from_frame(thing=rooms[0])
    drop_from_frame(thing=rooms[1])


def test_a_camp_with_everything_in_it_can_be_deleted(camp, pitch, rooms, slots):
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    camp.delete()
    assert not Cell.objects.exists()


def test_a_broken_rule_names_the_host_the_titles_and_the_time(camp, ben, pitch, rooms, slots):
    other = PitchFactory(camp=camp, title="Ducks", hosts=[ben])
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[1])
    session = services.place_session(pitch=other, room=rooms[1], slot=slots[1])
    [broken] = advice.broken_rules(planner.build_plan(camp))
    assert broken.sentence == ("A host is never in two rooms at once. Ben would lead “Knots” and “Ducks” at 11:00.")
    assert session.pk in broken.session_ids


def test_what_a_cell_would_break_is_known_before(camp, ben, pitch, rooms, slots):
    other = PitchFactory(camp=camp, title="Ducks", hosts=[ben], needs=["projector"])
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[1])
    choices = advice.cell_choices(planner.build_plan(camp), other.pk)
    assert len(choices[slots[1].pk, rooms[1].pk].broken) == 2
    assert len(choices[slots[0].pk, rooms[0].pk].broken) == 1


def make_wishes(camp, count=12):
    pitches = PitchFactory.create_batch(6, camp=camp)
    for number in range(count):
        person = AttendeeFactory(camp=camp)
        for pitch in (pitches[number % 6], pitches[(number * 5 + 1) % 6]):
            set_interest(pitch=pitch, attendee=person, level=1)
    return pitches


def test_a_build_places_all_and_keeps_what_is_pinned(camp, rooms, slots):
    pitches = make_wishes(camp)
    session = services.place_session(pitch=pitches[0], room=rooms[1], slot=slots[2])
    services.pin_session(session=session, is_pinned=True)
    build = GridBuild.objects.create(camp=camp, seconds=0.2, draft_revision=Draft.revision_of(camp))

    services.run_build(build)

    build.refresh_from_db()
    assert (build.state, build.is_applied, build.unplaced) == ("done", True, [])
    assert Cell.objects.count() == 6
    assert (session.cells.get().room, session.cells.get().slot) == (rooms[1], slots[2])


def test_a_build_does_not_overwrite_a_draft_that_changed_meanwhile(camp, olga, rooms, slots):
    pitches = make_wishes(camp)
    build = GridBuild.objects.create(camp=camp, seconds=0.2, draft_revision=Draft.revision_of(camp))
    services.place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])

    services.run_build(build)

    assert (build.is_applied, Cell.objects.count()) == (False, 1)
    services.take_build(build=build, by=olga)
    assert Cell.objects.count() == 6


def test_what_finds_no_place_comes_back_with_its_reason(camp, rooms, slots):
    PitchFactory(camp=camp, title="Opera", needs=["stage"])
    build = GridBuild.objects.create(camp=camp, seconds=0.1)
    services.run_build(build)
    [[title, reason]] = build.unplaced
    assert title == "Opera"
    assert "a room that has what it needs" in reason


def test_a_build_can_be_stopped_and_keeps_the_best(camp, rooms, slots):
    make_wishes(camp)
    build = GridBuild.objects.create(camp=camp, seconds=30, is_stop_asked=True)
    services.run_build(build)
    assert build.elapsed < 15
    assert Cell.objects.count() == 6


def test_one_build_runs_at_a_time(camp, django_capture_on_commit_callbacks):
    one = services.start_build(camp=camp, seconds=1)
    assert services.start_build(camp=camp, seconds=1) == one


def test_a_build_whose_worker_died_is_taken_up_again(camp, monkeypatch):
    build = services.start_build(camp=camp, seconds=1)
    queued = []
    monkeypatch.setattr(services, "enqueue", queued.append)
    services.revive(build)
    assert queued == []
    GridBuild.objects.filter(pk=build.pk).update(
        state="running", seen_alive_at=camp.created_at - GridBuild.PATIENCE * 2
    )
    services.revive(build)
    services.revive(build)
    assert queued == [build]


def test_what_has_begun_stays_while_the_camp_runs(camp, rooms, slots):
    pitches = make_wishes(camp)
    services.place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    camp.today = lambda: camp.starts_on
    plan = planner.build_plan(camp, now=slots[0].starts_at)
    fixed, others = plan.problem.sessions[0], plan.problem.sessions[1:]
    assert (fixed.pin_slot, fixed.pin_room) == (0, 0)
    assert all(0 in session.unavailable for session in others)


def test_an_htmx_look_at_an_unchanged_draft_costs_nothing(sign_in, camp, olga, pitch, rooms, slots):
    client = sign_in(olga)
    services.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    url = f"/{camp.slug}/draft/?revision="
    htmx = {"HX-Request": "true"}
    assert client.get(f"{url}{Draft.revision_of(camp)}", headers=htmx).status_code == 204
    changed = client.get(f"{url}0", headers=htmx).content.decode()
    assert changed.lstrip().startswith('<div id="draft-grid"')


def test_placing_by_form_and_a_full_cell_is_told_with_422(sign_in, camp, olga, pitch, rooms, slots):
    client = sign_in(olga)
    url = f"/{camp.slug}/draft/pitches/{pitch.pk}/place/"
    client.post(url, {"cell": f"{slots[0].pk}-{rooms[0].pk}"})
    assert Cell.objects.get().room == rooms[0]
    other = PitchFactory(camp=camp)
    response = client.post(url.replace(str(pitch.pk), str(other.pk)), {"cell": f"{slots[0].pk}-{rooms[0].pk}"})
    assert response.status_code == 422
    assert "already has Barn" in response.content.decode()
    for nonsense in ("", "x", "1-", "0-0", f"{10**30}-1"):
        assert client.post(url, {"cell": nonsense}).status_code == 422
