"""Placing, moving, pinning, building: what the draft allows and what it says."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from events.frame import drop_from_frame
from events.joining import rename_attendee
from pitches.models import Pitch
from pitches.services import merge_pitches, return_pitch, save_pitch, set_interest, submit_pitch, withdraw_pitch
from schedule import advice
from schedule.advice import renew_figures
from schedule.build import border, run
from schedule.build.border import NOBODY
from schedule.draft import moves
from schedule.models import Cell, Draft, GridBuild
from tests.factories import AttendeeFactory, PitchFactory


@pytest.fixture
def pitch(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


def test_a_session_keeps_its_row_when_it_moves(pitch, rooms, slots):
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    moved = moves.place_session(pitch=pitch, room=rooms[1], slot=slots[2])
    assert moved.pk == session.pk
    assert [(c.room, c.slot) for c in session.cells.all()] == [(rooms[1], slots[2])]


def test_a_cell_is_given_once(camp, pitch, rooms, slots):
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    with pytest.raises(ValidationError, match="“Knots” already has Barn"):
        moves.place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    other = moves.place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.create(session=other, room=rooms[0], slot=slots[0])


def test_a_double_takes_two_adjoining_slots_and_never_runs_over_a_break(camp, rooms, slots):
    double = PitchFactory(camp=camp, length=2)
    session = moves.place_session(pitch=double, room=rooms[0], slot=slots[0])
    assert {c.slot for c in session.cells.all()} == set(slots[:2])
    for slot in slots[1:]:
        with pytest.raises(ValidationError, match="two slots in a row"):
            moves.place_session(pitch=double, room=rooms[0], slot=slot)
    assert session.cells.count() == 2


def test_a_move_nobody_saw_is_told_and_not_overwritten(camp, olga, pitch, rooms, slots):
    oscar = AttendeeFactory(camp=camp, display_name="Oscar", role="organiser")
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0], by=olga)
    seen = session.revision
    moves.place_session(pitch=pitch, room=rooms[1], slot=slots[1], by=oscar, seen_revision=seen)
    with pytest.raises(ValidationError, match="Oscar moved “Knots” meanwhile: Loft"):
        moves.place_session(pitch=pitch, room=rooms[0], slot=slots[2], by=olga, seen_revision=seen)
    assert session.cells.get().room == rooms[1]


def test_every_change_of_the_draft_is_counted(camp, pitch, rooms, slots):
    before = Draft.revision_of(camp)
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    moves.pin_session(session=session, is_pinned=True)
    moves.unplace_session(session=session)
    assert Draft.revision_of(camp) == before + 3


def test_swapping_puts_each_where_the_other_was(camp, pitch, rooms, slots):
    one = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    two = moves.place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[2])
    moves.swap_sessions(one=one, other=two)
    assert (one.cells.get().slot, two.cells.get().slot) == (slots[2], slots[0])
    assert (one.cells.get().room, two.cells.get().room) == (rooms[1], rooms[0])


def test_a_withdrawn_pitch_frees_its_cell(pitch, rooms, slots):
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    withdraw_pitch(pitch=pitch, by=None)
    assert not session.cells.exists()


def test_a_pitch_that_comes_back_runs_as_often_as_before(pitch, rooms, slots):
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    for slot in slots[1:]:
        moves.add_repeat(pitch=pitch, room=rooms[0], slot=slot)
    withdraw_pitch(pitch=pitch, by=None)
    return_pitch(pitch=pitch, seen=pitch.withdrawal, by=None)
    pitch.refresh_from_db()
    assert (pitch.runs, pitch.sessions.placed().count()) == (3, 3)


def test_a_pitch_that_comes_back_takes_as_many_cells_as_it_is_long_now(pitch, rooms, slots):
    """Not as many as whoever brings it back saw."""
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    seen = Pitch.objects.get(pk=pitch.pk)
    pitch.length = 2
    pitch.save()
    withdraw_pitch(pitch=pitch, by=None)
    return_pitch(pitch=seen, seen=pitch.withdrawal, by=None)
    assert Cell.objects.count() == 2


def test_a_merged_pitch_brings_its_session_along(camp, pitch, rooms, slots):
    target = PitchFactory(camp=camp)
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    merge_pitches(source=pitch, target=target, by=None)
    session.refresh_from_db()
    assert session.pitch == target
    assert session.cells.count() == 1


def test_a_merged_pitch_stands_where_one_of_the_two_stood_though_the_other_was_off_the_grid(camp, pitch, rooms, slots):
    target = PitchFactory(camp=camp)
    off = moves.place_session(pitch=target, room=rooms[1], slot=slots[0])
    moves.unplace_session(session=off)
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    merge_pitches(source=pitch, target=target, by=None)
    assert [cell.session for cell in Cell.objects.filter(session__pitch=target)] == [session]
    # Whoever moves the pitch moves the session that stands, and the grid has it once.
    moves.place_session(pitch=target, room=rooms[0], slot=slots[2])
    assert [(cell.session, cell.slot) for cell in Cell.objects.all()] == [(session, slots[2])]


def test_a_merged_pitch_keeps_the_running_that_stands_and_not_the_one_before_it(camp, pitch, rooms, slots):
    target = PitchFactory(camp=camp)
    first = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    second = moves.add_repeat(pitch=pitch, room=rooms[0], slot=slots[1])
    moves.unplace_session(session=first)
    merge_pitches(source=pitch, target=target, by=None)
    assert [cell.session for cell in Cell.objects.filter(session__pitch=target)] == [second]


def test_a_session_follows_the_length_of_its_pitch(pitch, rooms, slots):
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    pitch.length = 2
    pitch.save()
    assert session.cells.count() == 2
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    pitch.length = 1
    pitch.save()
    assert session.cells.count() == 1


def test_a_room_with_sessions_is_not_taken_away(pitch, rooms, slots):
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    with pytest.raises(ValidationError, match="Move them on the grid first"):
        drop_from_frame(thing=rooms[0])
    drop_from_frame(thing=rooms[1])


def test_a_camp_with_everything_in_it_can_be_deleted(camp, pitch, rooms, slots):
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    camp.delete()
    assert not Cell.objects.exists()


def test_a_broken_rule_names_the_host_the_titles_and_the_time(camp, ben, pitch, rooms, slots):
    other = PitchFactory(camp=camp, title="Ducks", hosts=[ben])
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[1])
    session = moves.place_session(pitch=other, room=rooms[1], slot=slots[1])
    [broken] = advice.broken_rules(border.read_case(camp))
    assert broken.sentence == "Ben would lead “Knots” and “Ducks” at 11:00."
    assert session.pk in broken.session_ids


def test_what_a_cell_would_break_is_known_before(camp, ben, pitch, rooms, slots):
    other = PitchFactory(camp=camp, title="Ducks", hosts=[ben], needs=["projector"])
    rooms[0].features = ["projector"]
    rooms[0].save()
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[1])
    choices = advice.cell_choices(border.read_case(camp), NOBODY, other.pk)
    assert len(choices[slots[1].pk, rooms[1].pk].broken) == 2
    assert len(choices[slots[0].pk, rooms[1].pk].broken) == 1


def make_wishes(camp, count=12):
    pitches = PitchFactory.create_batch(6, camp=camp)
    for number in range(count):
        person = AttendeeFactory(camp=camp)
        for pitch in (pitches[number % 6], pitches[(number * 5 + 1) % 6]):
            set_interest(pitch=pitch, attendee=person, level=1)
    return pitches


def test_a_build_places_all_and_keeps_what_is_pinned(camp, rooms, slots):
    pitches = make_wishes(camp)
    session = moves.place_session(pitch=pitches[0], room=rooms[1], slot=slots[2])
    moves.pin_session(session=session, is_pinned=True)
    build = GridBuild.objects.create(camp=camp, seconds=0.2, draft_revision=Draft.revision_of(camp))

    run.run_build(build=build)

    build.refresh_from_db()
    assert (build.state, build.is_applied, build.unplaced) == ("done", True, [])
    assert Cell.objects.count() == 6
    assert (session.cells.get().room, session.cells.get().slot) == (rooms[1], slots[2])


def test_a_build_does_not_overwrite_a_draft_that_changed_meanwhile(camp, olga, rooms, slots):
    pitches = make_wishes(camp)
    build = GridBuild.objects.create(camp=camp, seconds=0.2, draft_revision=Draft.revision_of(camp))
    moves.place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])

    run.run_build(build=build)

    assert (build.is_applied, Cell.objects.count()) == (False, 1)
    run.take_build(build=build, by=olga)
    assert Cell.objects.count() == 6


def test_what_finds_no_place_comes_back_with_its_reason(camp, rooms, slots):
    for room, code in zip(rooms, ["stage", "quiet"], strict=True):
        room.features = [code]
        room.save()
    PitchFactory(camp=camp, title="Opera", needs=["stage", "quiet"])
    build = GridBuild.objects.create(camp=camp, seconds=0.1)
    run.run_build(build=build)
    [[title, reason]] = build.shown["unplaced"]
    assert title == "Opera"
    assert "No room has all that it needs." in reason


def test_a_build_can_be_stopped_and_keeps_the_best(camp, rooms, slots):
    make_wishes(camp)
    build = GridBuild.objects.create(camp=camp, seconds=30, is_stop_asked=True)
    run.run_build(build=build)
    assert build.elapsed < 15
    assert Cell.objects.count() == 6


def test_one_build_runs_at_a_time(camp, django_capture_on_commit_callbacks):
    one = run.start_build(camp=camp, seconds=1)
    assert run.start_build(camp=camp, seconds=1) == one


def test_a_build_that_got_no_task_is_answered_as_begun_and_taken_up(
    camp, monkeypatch, django_capture_on_commit_callbacks
):
    def locked(build: GridBuild) -> None:
        raise OperationalError("database is locked")

    queued = []
    monkeypatch.setattr(run, "enqueue", locked)
    with django_capture_on_commit_callbacks(execute=True):
        build = run.start_build(camp=camp, seconds=1)
    monkeypatch.setattr(run, "enqueue", queued.append)
    GridBuild.objects.update(seen_alive_at=timezone.now() - 2 * GridBuild.PATIENCE)
    run.take_up_left_builds()
    assert queued == [build]


def test_a_build_whose_worker_died_is_taken_up_again(camp, monkeypatch):
    build = run.start_build(camp=camp, seconds=1)
    queued = []
    monkeypatch.setattr(run, "enqueue", queued.append)
    run.revive(build=build)
    assert queued == []
    GridBuild.objects.filter(pk=build.pk).update(
        state="running", seen_alive_at=camp.created_at - GridBuild.PATIENCE * 2
    )
    run.revive(build=build)
    run.revive(build=build)
    assert queued == [build]


def test_what_has_begun_stays_while_the_camp_runs(camp, rooms, slots):
    pitches = make_wishes(camp)
    moves.place_session(pitch=pitches[0], room=rooms[0], slot=slots[0])
    camp.today = lambda: camp.starts_on
    case = border.read_case(camp, now=slots[0].starts_at)
    fixed, others = case.problem.sessions[0], case.problem.sessions[1:]
    assert (fixed.pin_slot, fixed.pin_room) == (0, 0)
    assert all(0 in session.unavailable for session in others)


def test_an_htmx_look_at_an_unchanged_draft_costs_nothing(sign_in, camp, olga, pitch, rooms, slots):
    client = sign_in(olga)
    session = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    renew_figures(camp=camp)
    page = client.get(f"/{camp.slug}/draft/").content.decode()
    poll, htmx = re.search(r'id="draft-grid" hx-get="([^"]+)"', page)[1].replace("&amp;", "&"), {"HX-Request": "true"}
    assert client.get(poll, headers=htmx).status_code == 204
    moves.pin_session(session=session, is_pinned=True)
    moved = client.get(poll, headers=htmx).content.decode()
    assert moved.lstrip().startswith('<div id="draft-grid"')
    # New figures are news, too.
    poll = re.search(r'id="draft-grid" hx-get="([^"]+)"', moved)[1].replace("&amp;", "&")
    assert client.get(poll, headers=htmx).status_code == 204
    renew_figures(camp=camp)
    assert client.get(poll, headers=htmx).status_code == 200


def edit_pitch(pitch, **changes):
    hosts = changes.pop("hosts", list(pitch.hosts.all()))
    for name, value in changes.items():
        setattr(pitch, name, value)
    save_pitch(pitch=pitch, hosts=hosts, not_in=[], by=None)


#: what can become of a pitch that has no place on the draft, and what the page says then
WAITING = {
    "title": (lambda pitch, who: edit_pitch(pitch, title="Ropes"), "Ropes"),
    "length": (lambda pitch, who: edit_pitch(pitch, length=2), ""),
    "host": (lambda pitch, who: edit_pitch(pitch, hosts=[who]), ""),
    "a host's name": (lambda pitch, who: rename_attendee(attendee=pitch.hosts.get(), display_name="Bo"), ""),
    "withdrawn": (lambda pitch, who: withdraw_pitch(pitch=pitch, by=None), ""),
    "merged": (lambda pitch, who: merge_pitches(source=pitch, target=PitchFactory(camp=pitch.camp), by=None), ""),
    "another one": (lambda pitch, who: submit_pitch(pitch=Pitch(title="Bells", length=1), by=who), "Bells"),
}


@pytest.mark.parametrize(("change", "words"), WAITING.values(), ids=WAITING)
def test_a_draft_that_is_open_follows_a_pitch_that_waits(sign_in, camp, olga, ben, pitch, change, words):
    """A colleague's page that was left open: the draft's revision does not count all of it."""
    client, htmx = sign_in(olga), {"HX-Request": "true"}
    page = client.get(f"/{camp.slug}/draft/").content.decode()
    poll = re.search(r'id="draft-grid" hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    assert client.get(poll, headers=htmx).status_code == 204
    change(Pitch.objects.get(pk=pitch.pk), ben)
    answer = client.get(poll, headers=htmx)
    assert answer.status_code == 200
    assert words in answer.content.decode()


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


def test_a_pin_and_a_swap_say_what_the_person_saw(sign_in, camp, olga, pitch, rooms, slots):
    one = moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    two = moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[0])
    client = sign_in(olga)
    page = client.get(
        reverse("schedule:session_place", args=[camp.slug, pitch.pk]), {"slot": slots[0].pk}
    ).content.decode()
    seen = {"seen": one.revision, "swap": f"{two.pk}-{two.revision}"}
    for name, value in seen.items():
        assert f'name="{name}" value="{value}"' in " ".join(page.split())
    moves.place_session(pitch=two.pitch, room=rooms[1], slot=slots[1])
    address = reverse("schedule:session_place", args=[camp.slug, pitch.pk])
    told = client.post(address, seen, follow=True).content.decode()
    assert "moved “Ducks” meanwhile" in told
    assert one.cells.get().room == rooms[0]
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[2])
    pin = reverse("schedule:session_pin", args=[camp.slug, one.pk])
    assert "moved “Knots” meanwhile" in client.post(pin, seen | {"on": "1"}, follow=True).content.decode()
    one.refresh_from_db()
    assert not one.is_pinned


def test_a_double_is_not_offered_a_cell_whose_second_half_is_taken(sign_in, camp, olga, pitch, rooms, slots):
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[1])
    double = PitchFactory(camp=camp, length=2)
    page = sign_in(olga).get(reverse("schedule:session_place", args=[camp.slug, double.pk]), {"slot": slots[0].pk})
    offered = set(re.findall(r'name="cell" value="(\d+-\d+)"', page.content.decode()))
    assert f"{slots[0].pk}-{rooms[0].pk}" not in offered
    assert f"{slots[0].pk}-{rooms[1].pk}" in offered
