"""A build before one's eyes: what it has so far, what becomes another by it, taken or left; what never moves."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.once import BACKEND
from events.frame import close_rooms, drop_from_frame
from events.models import Camp
from pitches.models import Interest
from pitches.services import set_interest, withdraw_pitch
from schedule import solver
from schedule.advice import compared_in_words, concern_words, renew_figures
from schedule.advice.compared import Compared, compare, count_moves
from schedule.build import border, run
from schedule.build.costs import concern_costs
from schedule.build.sketches import Sketches
from schedule.draft.concerns import set_concerns
from schedule.draft.moves import pin_session, place_session
from schedule.draft.plan import apply_plan
from schedule.draft.rows import read_draft
from schedule.draft.undo import redo_step, undo_step
from schedule.models import Cell, Draft, GridBuild, Step
from schedule.workshop.sketch import sketch_of
from schedule.workshop.verdict import Proof, proof_of, verdict_of
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, RoomFactory, make_organiser

HTMX = {"HX-Request": "true"}


@pytest.fixture
def tunde(camp):
    return make_organiser(camp, "Tunde")


@pytest.fixture
def knots(camp):
    return PitchFactory(camp=camp, title="Knots")


@pytest.fixture
def ducks(camp):
    return PitchFactory(camp=camp, title="Ducks")


def interested(camp, pitches, count, level=1):
    for person in AttendeeFactory.create_batch(count, camp=camp):
        for pitch in pitches:
            set_interest(pitch=pitch, attendee=person, level=level)


@pytest.fixture
def clash(camp, olga, rooms, slots, knots, ducks):
    """Six want both, which stand at the same time."""
    interested(camp, [knots, ducks], 6)
    return [
        place_session(pitch=pitch, room=room, slot=slots[0], by=olga)
        for pitch, room in ((knots, rooms[0]), (ducks, rooms[1]))
    ]


@pytest.fixture
def build(camp, olga, django_capture_on_commit_callbacks):
    """Olga builds, and a worker is done with it."""

    def build(**given):
        with django_capture_on_commit_callbacks(execute=True):
            made = run.start_build(camp=camp, **{"seconds": 0.1, "by": olga} | given)
        return GridBuild.objects.get(pk=made.pk)

    return build


def stand(camp) -> set[tuple[int, int, int]]:
    cells = Cell.objects.filter(session__camp=camp)
    return set(cells.values_list("session_id", "room_id", "slot_id"))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def url(camp, name="", build=None) -> str:
    return f"/{camp.slug}/draft/" + (f"builds/{build.pk}/{name}/" if build else name)


# -- beside the one that was there before -------------------------------------------------------------------------


def test_what_becomes_another_is_one_sentence(sign_in, camp, olga, clash, build):
    made = build()
    assert made.is_asking
    # One of the two moves; or both, if the other's room fits better.
    said = r"[12] sessions? moves?, about 5 more wishes are met, at most a few people see less of what they want\."
    assert re.fullmatch(said, compared_in_words(made))
    page = sign_in(olga).get(url(camp)).content.decode()
    assert re.search(said, text_of(page))
    assert "Take it" in page
    assert "Leave it" in page


@pytest.mark.parametrize(
    ("compared", "said"),
    [
        (Compared(12, 0, 0, 30, 0), "12 sessions move, about 30 more wishes are met, at most a few people see less"),
        (Compared(1, 2, 1, 0, 5), "1 session moves, 2 more get a place, 1 loses its place, about as many wishes"),
        (Compared(1, 0, 0, -10, 15), "about 10 fewer wishes are met, about 15 people see less of what they want."),
        (Compared(0, 0, 0), "The last build found no better grid: every session stays where it was."),
    ],
)
def test_in_peoples_terms(compared, said):
    assert said in compared_in_words(GridBuild(state="done", compared=compared.as_json()))


def test_where_nothing_is_known_of_wishes_only_moves_are_told():
    found = GridBuild(state="done", compared=Compared(2, 0, 0).as_json(), is_about_wishes=False)
    assert compared_in_words(found) == "2 sessions move."


def test_fewer_than_five_who_see_less_are_a_few(camp, clash, knots, ducks):
    """Six want both. If Ducks loses its place all six see less; of the numbers below five none is told."""
    case = border.read_case(camp)
    told = case.shown
    one = [p for p in case.placements if case.pitches[p.session] == knots]
    apart = [*one, case.placements[1]._replace(slot=2)]
    assert compare(told, case.placements, apart) == Compared(1, 0, 0, more=5, worse=0)
    assert compare(told, apart, one) == Compared(0, 0, 1, more=-5, worse=5)
    two = Interest.objects.filter(pitch=knots).values_list("attendee", flat=True)[:2]
    Interest.objects.filter(attendee__in=list(two)).delete()
    told = border.read_case(camp).shown
    # Both sums are told, 5 and a few, and what is told of the difference adds up.
    assert [border.told_attended(told, grid) for grid in (apart, one)] == [5, 0]
    assert compare(told, apart, one) == Compared(0, 0, 1, more=-5, worse=0)


def test_of_several_runnings_those_that_can_stay_do():
    before = [(1, 0, 0), (1, 1, 0), (2, 0, 1)]
    assert count_moves(before, [(1, 1, 0), (1, 2, 0), (3, 0, 1)]) == (1, 1, 1)
    assert count_moves(before, before) == (0, 0, 0)


def test_with_no_grid_before_there_is_nothing_to_decide(sign_in, camp, olga, rooms, slots, knots, ducks, build):
    made = build()
    assert (made.is_applied, made.is_asking, made.compared) == (True, False, {})
    assert "Take it" not in sign_in(olga).get(url(camp)).content.decode()


def test_the_same_grid_again_asks_nothing_and_says_so(sign_in, camp, olga, clash, build):
    build()
    before = stand(camp)
    made = build()
    assert stand(camp) == before
    assert not made.is_asking
    page = text_of(sign_in(olga).get(url(camp)).content.decode())
    assert "The last build found no better grid: every session stays where it was." in page


# -- taken, or left -----------------------------------------------------------------------------------------------


def test_taken_it_stays_and_is_asked_no_more(sign_in, camp, olga, clash, build):
    made = build()
    found, client = stand(camp), sign_in(olga)
    for _twice in range(2):
        page = client.post(url(camp, "take", made), {"seen": Draft.revision_of(camp)}, follow=True).content.decode()
        assert "The grid of the build stays." in page
        assert "Leave it" not in page
    assert stand(camp) == found


def test_left_the_grid_is_as_before(sign_in, camp, olga, clash, build):
    before = stand(camp)
    made = build()
    after, client = stand(camp), sign_in(olga)
    assert after != before
    page = client.post(url(camp, "leave", made), follow=True).content.decode()
    assert "The grid is as it was before the build." in page
    assert "It was left." in page
    assert "Take it" not in page
    assert stand(camp) == before
    # The same form again, from a page that is old.
    page = client.post(url(camp, "leave", made), follow=True).content.decode()
    assert "The build is left." in page
    assert stand(camp) == before
    redo_step(camp=camp, by=olga)
    assert stand(camp) == after


def test_a_build_is_a_step_of_whoever_started_it(camp, olga, clash, build):
    before = stand(camp)
    made = build()
    assert (made.step.by, made.step.kind) == (olga, Step.Kind.BUILD)
    undo_step(camp=camp, by=olga)
    made = GridBuild.objects.get()
    assert stand(camp) == before
    assert not made.is_asking
    redo_step(camp=camp, by=olga)
    assert GridBuild.objects.get().is_asking


def test_a_colleague_may_leave_it_and_take_that_back(sign_in, camp, tunde, clash, build):
    before = stand(camp)
    made = build()
    after = stand(camp)
    sign_in(tunde).post(url(camp, "leave", made))
    assert stand(camp) == before
    assert camp.steps.filter(by=tunde, kind=Step.Kind.BACK).count() == 1
    undo_step(camp=camp, by=tunde)
    assert stand(camp) == after


def test_what_somebody_moved_since_is_told_and_not_overwritten(sign_in, camp, olga, tunde, rooms, slots, clash, build):
    made = build()
    moved = next(s for s in clash if s.pk in {found["session"] for found in made.step.moves})
    place_session(pitch=moved.pitch, room=rooms[1], slot=slots[2], by=tunde)
    found, client = stand(camp), sign_in(olga)
    page = client.post(url(camp, "leave", made), follow=True).content.decode()
    assert f"Tunde moved “{moved}” since" in page
    assert "The grid stays as it is" in page
    assert stand(camp) == found
    assert GridBuild.objects.get().is_asking
    undo_step(camp=camp, by=tunde)
    client.post(url(camp, "leave", made))
    assert [s.cells.get().slot for s in clash] == [slots[0], slots[0]]


def test_an_old_place_that_is_taken_since_is_told(sign_in, camp, olga, tunde, rooms, slots, clash, build):
    made = build()
    [old] = {(m["before"]["room"], m["before"]["slot"]) for m in made.step.moves} - {
        (m["after"]["room"], m["after"]["slot"]) for m in made.step.moves
    }
    room, slot = (next(x for x in things if x.pk == pk) for things, pk in zip((rooms, slots), old, strict=True))
    place_session(pitch=PitchFactory(camp=camp, title="Maps"), room=room, slot=slot, by=tunde)
    found = stand(camp)
    page = sign_in(olga).post(url(camp, "leave", made), follow=True).content.decode()
    assert f"“Maps” already has {room} then." in page
    assert stand(camp) == found


def test_what_is_withdrawn_since_stays_off_and_the_rest_goes_back(camp, olga, tunde, rooms, slots, clash, build):
    interested(camp, [PitchFactory(camp=camp, title="Maps")], 6)
    made = build()
    assert made.compared["placed"] == 1
    before = {s.pk for s in clash}
    withdraw_pitch(pitch=camp.pitches.get(title="Maps"), by=None)
    run.leave_build(build=made, by=olga)
    assert {session for session, _room, slot in stand(camp) if slot == slots[0].pk} == before


def test_a_room_that_is_gone_since_is_told(camp, olga, rooms, slots, knots, build):
    attic = RoomFactory(camp=camp, name="Attic", capacity=2)
    interested(camp, [knots], 12)
    place_session(pitch=knots, room=attic, slot=slots[0], by=olga)
    made = build()
    found = stand(camp)
    assert attic.pk not in {room for _session, room, _slot in found}
    drop_from_frame(thing=attic)
    with pytest.raises(ValidationError, match="the room or the slot is gone"):
        run.leave_build(build=made, by=olga)
    assert stand(camp) == found


def test_of_two_who_decide_the_second_is_told(sign_in, camp, olga, tunde, clash, build):
    made = build()
    found = stand(camp)
    run.take_build(build=made, by=tunde)
    page = sign_in(olga).post(url(camp, "leave", made), follow=True).content.decode()
    assert "Somebody took it meanwhile, so it stays." in page
    assert stand(camp) == found


def test_one_that_was_left_is_not_taken_from_an_old_page(sign_in, camp, olga, tunde, clash, build):
    made = build()
    run.leave_build(build=made, by=tunde)
    found = stand(camp)
    page = sign_in(olga).post(url(camp, "take", made), {"seen": Draft.revision_of(camp)}, follow=True)
    assert "Somebody left it meanwhile." in page.content.decode()
    assert stand(camp) == found


def test_undo_brings_one_back_that_was_left_and_it_is_not_left_any_more(sign_in, camp, olga, clash, build):
    made = build()
    found = stand(camp)
    client = sign_in(olga)
    assert "It was left." in client.post(url(camp, "leave", made), follow=True).content.decode()
    redo_step(camp=camp, by=olga)
    assert stand(camp) == found
    assert "It was left." not in client.get(url(camp)).content.decode()


def test_each_step_of_a_slider_says_something_else():
    words = concern_words().split("|")
    assert len({word.split(": ")[1] for word in words}) == len(words) == 11


def test_how_long_it_takes_stands_where_the_sheet_begins(sign_in, camp, olga):
    sheet = sign_in(olga).get(url(camp)).content.decode().partition("sheet concerns")[2]
    assert sheet.index('id="seconds"') < sheet.index('type="range"')


def test_one_that_waits_beside_a_changed_draft_is_taken_or_left(sign_in, camp, olga, rooms, slots, clash, monkeypatch):
    made = run.start_build(camp=camp, seconds=0.1, by=olga)
    place_session(pitch=PitchFactory(camp=camp, title="Maps"), room=rooms[0], slot=slots[2], by=olga)
    run.run_build(build=made)
    found, client = stand(camp), sign_in(olga)
    page = text_of(client.get(url(camp)).content.decode())
    assert "The build is done, but the draft is not as it was when it began. If you take it, " in page
    assert "Take it" in page
    page = client.post(url(camp, "leave", made), follow=True).content.decode()
    assert "The build is left. The grid stays as it is." in page
    assert "Take it" not in page
    assert stand(camp) == found


def test_colleagues_see_with_the_grid_that_one_is_asked(client, camp, olga, tunde, clash, build):
    client.force_login(tunde.user, backend=BACKEND)
    page = client.get(url(camp)).content.decode()
    [stamp] = re.findall(r'id="draft-grid" hx-get="[^"]*stamp=(\w+)', page)
    assert client.get(f"{url(camp)}?stamp={stamp}", headers=HTMX).status_code == 204
    build()
    part = client.get(f"{url(camp)}?stamp={stamp}", headers=HTMX).content.decode()
    assert re.search(r'id="build-progress"[^>]* hx-swap-oob="morph"', part)
    assert "Take it" in part


# -- before one's eyes --------------------------------------------------------------------------------------------


def progress_of(solution, seconds=0.5) -> border.Progress:
    starts = [-1] * (max(p.session for p in solution.placements) + 1)
    rooms = list(starts)
    for p in solution.placements:
        starts[p.session], rooms[p.session] = p.slot, p.room
    return border.Progress(seconds, 1, 0, starts=starts, rooms=rooms)


@pytest.fixture
def running(camp, olga, clash) -> GridBuild:
    """A build that has a first grid."""
    made = run.begin_build(build_id=run.start_build(camp=camp, seconds=30, by=olga).pk)
    case = border.read_case(camp)
    show = Sketches(made, case, case.shown)
    show(progress_of(border.best_grid(case, seconds=0.1, seed=1)))
    return GridBuild.objects.get(pk=made.pk)


def test_the_first_grid_is_drawn_and_nothing_is_moved(sign_in, camp, olga, clash, running):
    before, revision = stand(camp), Draft.revision_of(camp)
    page = text_of(sign_in(olga).get(url(camp)).content.decode())
    assert "Being built: about 10 wishes so far" in page
    assert stand(camp) == before
    assert Draft.revision_of(camp) == revision
    # As it is drawn, they are not at the same time.
    drawn = sketch_of(read_draft(camp), running)
    assert len({found.slot for found in drawn.standing}) == 2
    assert {found.session.pk for found in drawn.standing} == {session.pk for session in clash}


def test_a_page_that_has_not_seen_a_grid_is_told_to_fetch_it(sign_in, camp, olga, running):
    client = sign_in(olga)
    for sketches, trigger in ((running.sketches - 1, "built"), (running.sketches, None)):
        answer = client.get(f"/{camp.slug}/draft/builds/{running.pk}/?sketches={sketches}", headers=HTMX)
        assert answer.headers.get("HX-Trigger-After-Settle") == trigger


def test_as_soon_as_somebody_changes_the_draft_that_is_shown(sign_in, camp, olga, tunde, rooms, slots, knots, running):
    client = sign_in(olga)
    assert "Being built" in client.get(url(camp)).content.decode()
    place_session(pitch=knots, room=rooms[0], slot=slots[2], by=tunde)
    assert "Being built" not in client.get(url(camp)).content.decode()


def test_one_that_takes_over_begins_with_what_was_drawn(camp, rooms, slots, running):
    """The worker was killed: the draft is as it was, and another builds it anew."""
    before = stand(camp)
    GridBuild.objects.update(seen_alive_at=timezone.now() - 2 * GridBuild.PATIENCE, seconds=0.1)
    again = run.begin_build(build_id=running.pk)
    assert stand(camp) == before
    run.run_build(build=again)
    assert stand(camp) != before
    assert again.is_asking


def test_grids_are_drawn_no_more_often_than_they_may_cost(camp, olga, clash, monkeypatch):
    made = run.begin_build(build_id=run.start_build(camp=camp, seconds=30, by=olga).pk)
    case = border.read_case(camp)
    found = border.best_grid(case, seconds=0.1, seed=1)
    show, drawn = Sketches(made, case, case.shown), []
    for seconds in (0.1, 0.3, 0.5, 1.2, 1.4, 3.0):
        show(progress_of(found, seconds))
        drawn.append(made.sketches)
    assert drawn == [0, 1, 1, 1, 2, 3]
    # The same grid is not drawn twice.
    last = progress_of(found, 9.0)
    show(last)
    show(border.Progress(20.0, 1, 0, starts=last.starts, rooms=last.rooms))
    assert made.sketches == 4


def test_a_grid_so_far_breaks_no_rule_and_looking_changes_nothing(camp, clash):
    PitchFactory.create_batch(3, camp=camp, length=2)
    problem = border.read_case(camp).problem
    sketch, seen = solver.Sketch(problem), []

    def look(progress):
        seen.append(solver.broken_rules(problem, sketch.of(progress)))
        return True

    job = solver.Job(moves=20_000, seed=3, weighted=True)
    looked_at, alone = solver.solve(problem, job, look), solver.solve(problem, job)
    assert seen
    assert not any(list(broken) for broken in seen)
    assert looked_at.placements == alone.placements


# -- what each concern costs --------------------------------------------------------------------------------------


@pytest.fixture
def unfair(camp, rooms, slots):
    """One slot for three: what meets most wishes leaves four people with nothing of what they must see."""
    for slot in slots[1:]:
        drop_from_frame(thing=slot)
    popular, second, lonely = PitchFactory.create_batch(3, camp=camp)
    interested(camp, [popular], 18)
    interested(camp, [second], 18)
    interested(camp, [lonely], 4, level=2)
    set_concerns(camp=camp, concerns={"fairness": 10, "topics": 0, "seats": 0, "calm": 4})


def test_what_a_concern_costs_is_measured_and_stands_beside_its_slider(sign_in, camp, olga, unfair, build):
    made = build()
    # Without it 36 wishes would be met; with it 30. Nothing is published that could stay, and two count nothing.
    assert made.costs == {"fairness": [10, 5]}
    page = sign_in(olga).get(url(camp)).content.decode()
    assert "At 10 (more than anything) it cost about 5 wishes in the build of " in page
    assert "It is at 4: a fair amount." in page
    assert "It is at 0: not at all." in page
    assert "|10: more than anything" in page


def test_what_costs_a_few_is_not_told_to_cost_nothing(sign_in, camp, olga, clash, build):
    made = build()
    assert made.costs == {"fairness": [2, 0], "topics": [2, 0], "seats": [3, 0]}
    page = sign_in(olga).get(url(camp)).content.decode()
    assert "At 2 (a little): without it alone the build of " in page


def measured(camp, titles, alone=0):
    """What is told that each concern cost where these stand in the one slot; no search finds better."""
    case = border.read_case(camp)
    at = {pitch.title: i for i, pitch in enumerate(case.pitches)}
    grid = [solver.Placement(at[title], 0, room) for room, title in enumerate(titles)]
    given = {"wishes_alone": alone, "seconds": 0.01, "seed": 1, "is_wanted": lambda: True}
    return concern_costs(case, case.shown, grid, **given)


@pytest.fixture
def stuck(monkeypatch):
    """No search finds anything better than where it begins."""

    def solve(problem, job, listener):
        return solver.Solution(list(job.start), solver.score(problem, job.start), {}, 0, 0.0)

    monkeypatch.setattr(solver, "solve", solve)


def test_what_a_concern_costs_is_measured_against_the_grid_that_was_replaced(camp, rooms, slots, unfair, stuck):
    popular, second, lonely = camp.pitches.order_by("pk")
    fair = [popular.title, lonely.title]
    assert measured(camp, fair) == {"fairness": 0}
    # Without fairness that would have stayed; but not one that breaks a rule.
    for pitch, room in ((popular, rooms[0]), (second, rooms[1])):
        place_session(pitch=pitch, room=room, slot=slots[0])
    assert measured(camp, fair) == {"fairness": 5}
    close_rooms(rooms=rooms[1:], slots=slots[:1], is_closed=True)
    assert measured(camp, fair) == {"fairness": 0}


def test_where_one_concern_counts_it_cost_what_the_build_knows_to_be_lost(camp, unfair, stuck):
    popular, _second, lonely = camp.pitches.order_by("pk")
    assert measured(camp, [popular.title, lonely.title], alone=40) == {"fairness": 10}
    # With two of them nobody knows which.
    set_concerns(camp=camp, concerns={"fairness": 10, "seats": 1, "topics": 0, "calm": 0})
    assert measured(camp, [popular.title, lonely.title], alone=40) == {"fairness": 0, "seats": 0}


@pytest.mark.parametrize("is_of_another_camp", [False, True])
def test_nothing_is_measured_while_somebody_waits_for_a_build(camp, olga, clash, monkeypatch, is_of_another_camp):
    waits = CampFactory() if is_of_another_camp else camp
    made = run.start_build(camp=camp, seconds=0.1, by=olga)
    put = run._put_on_draft

    def put_and_meanwhile(build):
        done = put(build)
        waits.grid_builds.create(seconds=1)
        return done

    monkeypatch.setattr(run, "_put_on_draft", put_and_meanwhile)
    run.run_build(build=made)
    assert (made.state, made.costs) == (GridBuild.State.DONE, {})


# -- what is known of a camp is not forgotten ---------------------------------------------------------------------


@pytest.fixture
def searching(monkeypatch):
    """What the next searches come back with: told as the change of what they really found."""

    def searching(**changes):
        search = border.best_grid

        def best_grid(case, **given):
            found = search(case, **given)
            given = {name: changed(found) for name, changed in changes.items()}
            return replace(found, **given)

        monkeypatch.setattr(border, "best_grid", best_grid)

    return searching


def test_the_grid_that_a_build_replaces_is_one_that_is_known(camp, olga, rooms, slots, knots, ducks, build, searching):
    """A short search may see fewer wishes met than stand there already; what else counts then cost the difference."""
    interested(camp, [knots, ducks], 6)
    for pitch, slot in ((knots, slots[0]), (ducks, slots[1])):
        place_session(pitch=pitch, room=rooms[0], slot=slot, by=olga)
    searching(
        placements=lambda found: found.placements[:1],
        score=lambda found: replace(found.score, attended=6),
        wishes_alone=lambda found: 6,
        bound=lambda found: 17,
    )
    made = build()
    assert (made.wishes_alone, made.attended, made.told_cost, made.is_proven) == (12, 6, 5, False)


def test_a_grid_that_breaks_a_rule_is_none_that_could_be_built(camp, olga, rooms, slots, build, searching):
    mine = PitchFactory.create_batch(2, camp=camp, hosts=[olga])
    for pitch in mine:
        interested(camp, [pitch], 6)
    for pitch, room in zip(mine, rooms, strict=False):
        place_session(pitch=pitch, room=room, slot=slots[0], by=olga)
    searching(wishes_alone=lambda found: 5)
    assert build().wishes_alone == 5


def test_what_was_proved_of_the_same_camp_holds_for_the_next_build(camp, clash, build, searching):
    first = build()
    searching(bound=lambda found: 1000, wishes_alone=lambda found: 3)
    again = build(seed=2)
    assert (again.limit, again.wishes_alone, again.is_proven) == (first.limit, first.wishes_alone, True)
    # More may be possible with one interest more, whether it is told yet or not; and with a pin less.
    interested(camp, [clash[0].pitch], 1)
    assert build().limit == 1000


def test_a_pin_is_part_of_what_was_proved(camp, clash, build, searching):
    for session in clash:
        pin_session(session=session, is_pinned=True)
    searching(bound=lambda found: 6)
    assert build().limit == 6
    pin_session(session=clash[0], is_pinned=False)
    searching(bound=lambda found: 12)
    assert build().limit == 12


# -- the verdict --------------------------------------------------------------------------------------------------


class Good:
    """Figures, as far as the verdict asks."""

    def __init__(self, least=40, limit=1224, attended=1200):
        self.figures = type("Figures", (), {"least": least, "limit": limit, "attended": attended})


@pytest.mark.parametrize(
    ("counted", "proof", "said"),
    [
        (None, None, ""),
        (Good(), None, "All but a few people see 40 % or more of what they could; how much better a grid could be is not "
         "proved."),
        (Good(None, limit=0), None, "Nobody or only a few have said yet what they want to be at."),
        (Good(None), None, "Fewer than ten people have said what they want, so whom it serves is not told; how much better a "
         "grid could be is not proved."),
        (Good(), Proof(3, 25, True, 0), "fewer than 25 of about 1220 wishes could still be won; proved within 3 %."),
        (Good(0), Proof(0, 5, True, 0), "Some people see nothing, or next to nothing, of what they want; no grid meets "
         "more wishes: that is proved."),
        (Good(), Proof(3, 25, False, -10), "they could; the grid of the last build was proved within 3 %; this one meets "
         "about 10 wishes fewer."),
        (Good(), Proof(0, 5, False, 10), "; the grid of the last build was proved the best; this one meets about 10 wishes "
         "more."),
        (Good(), Proof(3, 25, False, 0), "proved within 3 %; this one meets about as many wishes."),
    ],
)  # fmt: skip
def test_a_verdict_says_what_is_known_and_no_more(counted, proof, said):
    found = verdict_of(counted, proof)
    assert found.endswith(said)
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("build", "is_same", "attended", "said"),
    [
        ({"is_proven": True}, True, 100, Proof(0, 5, True, 0)),
        # It is proved of the most wishes that are known, and three of them are what the concerns cost.
        ({"is_proven": True, "attended": 97}, True, 100, Proof(6, 5, True, 0)),
        ({"is_proven": True, "attended": 93}, True, 100, Proof(12, 10, True, 0)),
        ({"limit": 110, "wishes_alone": 105}, True, 100, Proof(20, 20, True, 0)),
        # More is told than is true: hosts who lead at that hour count in what is told.
        ({"limit": 60, "wishes_alone": 50, "attended": 50}, True, 100, Proof(40, 20, True, 0)),
        # As many wishes are told of another grid; of those that count in the proof it may meet fewer.
        ({"is_proven": True}, False, 100, Proof(0, 5, False, 0)),
        ({"is_proven": True}, False, 90, Proof(0, 5, False, -10)),
        ({"is_proven": True}, False, 110, Proof(0, 5, False, 10)),
        ({"limit": 0}, True, 100, None),
        ({"is_proven": True, "state": "failed"}, True, 100, None),
        ({"is_proven": True, "is_about_wishes": False}, True, 100, None),
    ],
)
def test_what_is_proved_is_said_of_the_grid_it_was_proved_of(build, is_same, attended, said):
    numbers = {"told_attended": 100, "attended": 100, "limit": 100, "wishes_alone": 100}
    found, counted = GridBuild(**{"state": "done", **numbers, **build}), Good(attended=attended)
    assert proof_of(found, counted, is_same=is_same, is_of_this=True) == said
    assert proof_of(found, counted, is_same=is_same, is_of_this=False) is None
    assert proof_of(None, None, is_same=False, is_of_this=True) is None


def test_after_a_move_what_was_proved_of_the_build_is_not_taken_back(sign_in, camp, olga, rooms, slots, clash, build):
    """Both stand on one page: what the build proved, and how good the draft is that was changed since."""
    build()
    one, other = clash
    for is_moved in (False, True):
        if is_moved:
            stood = one.cells.select_related("slot").get()
            free = next(room for room in rooms if room.pk != stood.room_id)
            place_session(pitch=other.pitch, room=free, slot=stood.slot, by=olga)
        renew_figures(camp=camp)
        page = text_of(sign_in(olga).get(url(camp)).content.decode())
        assert "No grid can meet more than the best one known: that is proved." in page
        assert "is not proved" not in page
        assert ("; no grid meets more wishes: that is proved" in page) == (not is_moved)
        beside = "the grid of the last build was proved the best; this one meets about 5 wishes fewer."
        assert (beside in page) == is_moved


def test_a_draft_without_a_build_has_a_verdict_that_claims_no_proof(sign_in, camp, olga, clash):
    renew_figures(camp=camp)
    page = text_of(sign_in(olga).get(url(camp)).content.decode())
    assert "how much better a grid could be is not proved." in page


@pytest.mark.parametrize(
    ("change", "is_proved"),
    [
        (lambda camp, pinned: None, True),
        # A room more, a pitch more, other wishes, a pin less: more may be possible than was proved.
        (lambda camp, pinned: run.stamps.bump(camp, run.stamps.FRAME), False),
        (lambda camp, pinned: run.stamps.bump(camp, run.stamps.PITCHES), False),
        (lambda camp, pinned: run.stamps.bump(camp, run.stamps.WISHES), False),
        (lambda camp, pinned: pin_session(session=pinned, is_pinned=False), False),
    ],
)
def test_a_proof_holds_for_the_camp_it_was_of(sign_in, camp, olga, clash, build, change, is_proved):
    pin_session(session=clash[0], is_pinned=True)
    build()
    renew_figures(camp=camp)
    change(camp, clash[0])
    page = text_of(sign_in(olga).get(url(camp)).content.decode())
    assert ("no grid meets more wishes: that is proved." in page) == is_proved
    assert ("is not proved." in page) != is_proved


# -- pinned, begun and past never move ----------------------------------------------------------------------------


@pytest.fixture
def today(db) -> Camp:
    """Now is in the second of its four slots: the first is over."""
    now = timezone.now()
    camp = CampFactory(
        starts_on=now.date() - timedelta(days=1), ends_on=now.date() + timedelta(days=1), slug="today", name="Today"
    )
    for hours in (-2, -0.5, 1, 2):
        start = now + timedelta(hours=hours)
        camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=50), kind="sessions")
    for name in ("Barn", "Loft"):
        RoomFactory(camp=camp, name=name)
    return camp


@pytest.fixture
def stays(today):
    """What is over, what runs, and what is pinned, each with a rival of which six want both; two are free to go."""
    slots, rooms = list(today.slots.all()), list(today.rooms.all())
    pitches = PitchFactory.create_batch(8, camp=today)
    for number in range(0, 8, 2):
        interested(today, pitches[number : number + 2], 6)
    placed = [
        place_session(pitch=pitch, room=rooms[number % 2], slot=slots[number // 2])
        for number, pitch in enumerate(pitches)
    ]
    for session in placed[4:6]:
        pin_session(session=session, is_pinned=True)
    return placed[:6]


def test_pinned_begun_and_past_never_move(today, stays):
    """Each pair clashes, so that a build that could would take it apart."""
    assert [slot.starts_at <= timezone.now() for slot in today.slots.all()] == [True, True, False, False]
    before = {s.pk: (s.place.room_id, s.place.slot_id) for s in stays}
    made = GridBuild.objects.create(camp=today, seconds=0.2, draft_revision=Draft.revision_of(today))
    run.run_build(build=made)
    assert made.is_applied
    assert {s.pk: (s.place.room_id, s.place.slot_id) for s in type(stays[0]).objects.filter(pk__in=before)} == before


@pytest.mark.parametrize("which", [0, 2], ids=["past", "begun"])
def test_a_plan_that_is_taken_late_moves_nothing_that_began_since(today, stays, which):
    room, slot = stays[which].place.room, today.slots.last()
    before = stand(today)
    Cell.objects.filter(slot=slot).delete()
    free = stand(today)
    rows = [[stays[which].pitch_id, slot.pk, room.pk]]
    with pytest.raises(ValidationError, match="would move where something has begun by now"):
        apply_plan(camp=today, rows=rows)
    assert stand(today) == free < before


def test_nor_is_anything_put_where_something_runs(today):
    pitch, slot, room = PitchFactory(camp=today), today.slots.all()[1], today.rooms.first()
    with pytest.raises(ValidationError, match="would move where something has begun by now"):
        apply_plan(camp=today, rows=[[pitch.pk, slot.pk, room.pk]])


def test_what_was_pinned_meanwhile_stays_when_a_build_is_taken(sign_in, camp, olga, tunde, clash):
    made = run.start_build(camp=camp, seconds=0.1, by=olga)
    # Changed meanwhile, so that it waits to be taken.
    Draft.touch(camp)
    run.run_build(build=made)
    for session in clash:
        pin_session(session=session, is_pinned=True, by=tunde)
    found = stand(camp)
    page = sign_in(olga).post(url(camp, "take", made), {"seen": Draft.revision_of(camp)}, follow=True).content.decode()
    assert "is pinned by now, and stays." in page
    assert stand(camp) == found


def test_pins_that_contradict_each_other_both_stay(sign_in, camp, olga, ben, rooms, slots, build):
    """No grid keeps both; so none is put there, and there is nothing to take."""
    for number in (0, 1):
        session = place_session(pitch=PitchFactory(camp=camp, hosts=[ben]), room=rooms[number], slot=slots[0])
        pin_session(session=session, is_pinned=True)
    before = stand(camp)
    made = build()
    assert stand(camp) == before
    assert (made.is_applied, made.is_asking, bool(made.contradiction)) == (False, False, True)
    assert "Take it" not in sign_in(olga).get(url(camp)).content.decode()


def test_a_build_is_not_left_once_what_it_moved_has_begun(today, stays):
    """A grid of yesterday evening; what stands in a slot that runs stays there."""
    olga = make_organiser(today)
    session = stays[2]
    made = GridBuild.objects.create(camp=today, state="done", is_applied=True, by=olga)
    step = today.steps.filter(moves__0__session=session.pk).first()
    GridBuild.objects.update(step=step)
    before = stand(today)
    with pytest.raises(ValidationError, match="has begun by now"):
        run.leave_build(build=made, by=olga)
    assert stand(today) == before


# -- a worker that is gone ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "seconds", "told"),
    [
        ("running", 1, None),
        ("running", 5, "No word from the worker. If it is gone, another begins anew in half a minute."),
        ("waiting", 5, "No worker is free yet."),
        ("done", 5, None),
    ],
)
def test_whoever_watches_is_told_soon_that_nothing_is_heard(sign_in, camp, olga, state, seconds, told):
    made = camp.grid_builds.create(state=state, seen_alive_at=timezone.now() - timedelta(seconds=seconds))
    page = text_of(sign_in(olga).get(f"/{camp.slug}/draft/builds/{made.pk}/", headers=HTMX).content.decode())
    sentences = ("No word from the worker.", "No worker is free yet.")
    assert [sentence in page for sentence in sentences] == [bool(told) and sentence in told for sentence in sentences]
    assert (told or "") in page


def test_that_it_builds_is_said_where_it_stands_and_by_nothing_over_it(sign_in, camp, olga, knots):
    sent = {"seen": Draft.revision_of(camp), "seconds": "1"}
    answer = sign_in(olga).post(url(camp, "builds/"), sent, follow=True)
    page = BeautifulSoup(answer.content, "html.parser")
    assert camp.grid_builds.count() == 1
    assert page.select(".told .message") == []
    assert page.select_one("#build-progress [data-say]").get_text().strip() == "Waiting to start"
