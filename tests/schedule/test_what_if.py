"""What one more room or slot would win: asked, worked out, told; nothing on the draft moves."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.few import in_steps
from events.frame import close_rooms, drop_from_frame
from events.models import Camp, Slot
from pitches.models import Interest
from pitches.services import set_interest
from pitches.wishes import read_wishes
from schedule import solver
from schedule.advice import Won, won_in_words
from schedule.build import asking, border, run
from schedule.build.asking import ask_what_if, last_asked
from schedule.build.what_if import THOUGHT, Question, slots_thought_of, with_it
from schedule.draft.moves import pin_session, place_session
from schedule.draft.rows import read_draft
from schedule.models import Cell, Draft, GridBuild
from tests.factories import DAY, AttendeeFactory, CampFactory, PitchFactory, RoomFactory, make_organiser, make_slot

HTMX = {"HX-Request": "true"}


@pytest.fixture
def tight(camp, olga) -> Camp:
    """One room, two slots, three pitches: eight want the first and the second, six the second and the third."""
    RoomFactory(camp=camp, name="Barn", capacity=40)
    for hour in (10, 11):
        make_slot(camp, hour)
    a, b, c = (PitchFactory(camp=camp, title=title) for title in ("Ants", "Bees", "Crows"))
    for pitches, count in (((a, b), 8), ((b, c), 6)):
        for person in AttendeeFactory.create_batch(count, camp=camp):
            for pitch in pitches:
                set_interest(pitch=pitch, attendee=person, level=Interest.Level.INTERESTED)
    return camp


@pytest.fixture
def answered(olga, django_capture_on_commit_callbacks):
    """Olga asks, and a worker is done with it."""

    def answered(camp, seconds=0.1, **question):
        with django_capture_on_commit_callbacks(execute=True), pytest.MonkeyPatch.context() as patch:
            patch.setattr(asking, "USUAL", seconds)
            made = ask_what_if(camp=camp, question=Question(**question), by=olga)
        return GridBuild.objects.get(pk=made.pk)

    return answered


def barn(camp):
    return camp.rooms.get(name="Barn").pk


# -- what is found ------------------------------------------------------------------------------------------------


def test_a_room_more_gives_what_waits_a_place(tight, answered):
    """One room: Ants and Bees, 8 + 8 + 6 = 22 wishes. With a second Crows beside Ants: all 28, and nothing waits."""
    build = answered(tight, room=barn(tight))
    assert build.state == GridBuild.State.DONE
    # 25 are told of 28, and 20 of 22.
    assert Won(**build.answer) == Won(more=5, waited=1, waits=0, beyond=10, is_best=True, is_about_wishes=True)
    assert won_in_words(build.answer) == [
        "With it about 5 more wishes are met, the one that would wait without it gets a place.",
        "No grid with it meets more wishes than one that was found: that is proved.",
    ]


def test_a_slot_more_does_too(tight, answered):
    build = answered(tight, day=tight.starts_on)
    assert (build.answer["more"], build.answer["waits"], build.answer["is_best"]) == (5, 0, True)


def test_nothing_is_put_on_the_draft_and_nothing_is_asked_there(sign_in, tight, olga, answered):
    before, page = Draft.revision_of(tight), f"/{tight.slug}/draft/"
    client = sign_in(olga)
    was = client.get(page).content.decode()
    build = answered(tight, room=barn(tight))
    assert not Cell.objects.filter(session__camp=tight).exists()
    assert (Draft.revision_of(tight), tight.rooms.count(), tight.slots.count()) == (before, 1, 2)
    assert (build.plan, build.is_asking, build.is_applied) == ([], False, False)
    assert ("Take it" in was, "Take it" in client.get(page).content.decode()) == (False, False)


def test_what_is_proved_holds_for_every_grid_there_can_be(tight, answered):
    """All grids with a second room like the first are looked at: none meets as many more as is told to be out of reach."""
    build = answered(tight, room=barn(tight))
    draft, wishes = read_draft(tight), read_wishes(tight)
    most = {}
    for name, rows in (("now", draft), ("then", with_it(draft, Question(room=barn(tight))))):
        case = border.read_case(tight, draft=rows, wishes=wishes)
        cells = [None, *product(range(len(case.slots)), range(len(case.rooms)))]
        grids = (
            [solver.Placement(i, *cell) for i, cell in enumerate(chosen) if cell]
            for chosen in product(cells, repeat=len(case.pitches))
            if len({c for c in chosen if c}) == sum(1 for c in chosen if c)
        )
        most[name] = max(solver.score(case.problem, grid).attended for grid in grids)
    assert most == {"now": 22, "then": 28}
    assert most["then"] - most["now"] < build.answer["beyond"]
    assert build.answer["more"] == in_steps(most["then"]) - in_steps(most["now"])


def test_it_is_compared_with_the_last_build_of_this_very_camp(
    tight, olga, answered, monkeypatch, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run.start_build(camp=tight, seconds=0.1, by=olga)
    searches = []
    real = border.best_grid
    monkeypatch.setattr(
        border,
        "best_grid",
        lambda case, **given: searches.append((len(case.rooms), given["seconds"])) or real(case, **given),
    )
    build = answered(tight, room=barn(tight))
    # As long as the build, and no search of the camp as it is.
    assert searches == [(2, 0.1)]
    assert build.answer["more"] == 5
    # Somebody else wants something by now: that build says nothing of the camp as it is.
    set_interest(
        pitch=tight.pitches.get(title="Crows"), attendee=AttendeeFactory(camp=tight), level=Interest.Level.MUST
    )
    searches.clear()
    answered(tight, room=barn(tight))
    assert [rooms for rooms, _seconds in searches] == [1, 2]


def test_a_search_that_finds_less_is_told_to_win_nothing(tight, answered, monkeypatch):
    """What is possible without it is possible with it."""
    tight.pitches.filter(title="Crows").delete()
    real = border.best_grid

    def unlucky(case, **given):
        found = real(case, **given)
        if len(case.rooms) == 1:
            return found
        both = [solver.Placement(0, 0, 0), solver.Placement(1, 0, 1)]
        return solver.Solution(both, solver.score(case.problem, both), {}, 1, 0.1, bound=found.bound, wishes_alone=16)

    monkeypatch.setattr(border, "best_grid", unlucky)
    assert answered(tight, room=barn(tight)).answer["more"] == 0


def test_what_is_told_does_not_contradict_itself(tight, answered):
    """A host's own wish is in what is proved, and in no number that is told: so what is out of reach lies beyond."""
    for build in (answered(tight, room=barn(tight)), answered(tight, day=tight.starts_on)):
        assert build.answer["beyond"] > build.answer["more"]


def test_what_is_pinned_stays_in_both(tight, olga, answered):
    slot = tight.slots.earliest("starts_at")
    session = place_session(pitch=tight.pitches.get(title="Crows"), room=tight.rooms.get(), slot=slot, by=olga)
    pin_session(session=session, is_pinned=True, by=olga)
    # Crows and Bees, 6 + 14 = 20; with a second room all of them, 28.
    assert answered(tight, room=barn(tight)).answer["more"] == 5


def test_pins_that_cannot_hold_give_no_answer(sign_in, tight, olga, answered):
    for title, number in (("Ants", 0), ("Bees", 1)):
        slot = tight.slots.all()[number]
        session = place_session(pitch=tight.pitches.get(title=title), room=tight.rooms.get(), slot=slot, by=olga)
        pin_session(session=session, is_pinned=True, by=olga)
    close_rooms(rooms=list(tight.rooms.all()), slots=list(tight.slots.all()), is_closed=True)
    build = answered(tight, room=barn(tight))
    assert (build.state, build.answer) == (GridBuild.State.DONE, {"none": "contradiction"})
    assert (
        "what is pinned and asked for cannot all hold"
        in sign_in(olga).get(f"/{tight.slug}/draft/figures/").content.decode()
    )


def test_without_wishes_only_places_are_told(camp, rooms, slots, answered):
    PitchFactory.create_batch(9, camp=camp)
    build = answered(camp, room=rooms[0].pk)
    told = won_in_words(build.answer)
    assert "wishes are met" not in told[0]
    assert told[-1] == "Nobody or only a few have said yet what they want to be at."


@pytest.mark.parametrize(
    ("won", "said"),
    [
        (Won(25, 5, 2, 40, False, True), "With it about 25 more wishes are met, 3 of the 5 that would wait without it get a place. No grid with it meets 40 wishes more than the best one known without it: that is proved."),
        (Won(0, 2, 0, 5, True, True), "With it at most a few more wishes are met, all 2 that would wait without it get a place. No grid with it meets more wishes than one that was found: that is proved."),
        (Won(-5, 3, 3, 5, False, True), "With it about 5 fewer wishes are met, 3 pitches still wait."),
        (Won(10, 0, 0, 15, True, True), "With it about 10 more wishes are met, every pitch has a place, as it has without it."),
        (Won(0, 3, 2, 5, False, False), "With it 1 of the 3 that would wait without it gets a place. Nobody or only a few have said yet what they want to be at."),
    ],
)  # fmt: skip
def test_in_words(won, said):
    assert " ".join(won_in_words(won.as_json())).startswith(said)


# -- what is thought of -------------------------------------------------------------------------------------------


def test_the_room_is_like_the_one_that_was_chosen(camp, rooms):
    room = rooms[0]
    room.features, room.building = ["projector"], "Annex"
    room.save()
    close_rooms(rooms=[room], slots=list(camp.slots.all()), is_closed=True)
    thought = with_it(read_draft(camp), Question(room=room.pk)).rooms[-1]
    assert (thought.pk, thought.capacity, thought.features, thought.building) == (
        THOUGHT, room.capacity, ["projector"], "Annex",
    )  # fmt: skip


def test_the_slot_follows_the_last_of_the_day_after_the_same_pause_and_what_closes_the_day_moves_on(camp):
    for hour in (10, 11.25):
        make_slot(camp, hour)
    make_slot(camp, 12.25, 30, Slot.Kind.EVERYONE, "Closing")
    draft = read_draft(camp)
    slot = slots_thought_of(camp, draft.slots)[camp.starts_on]
    assert (slot.starts_at, slot.ends_at) == (DAY + timedelta(hours=12.5), DAY + timedelta(hours=13.5))
    bigger = with_it(draft, Question(day=camp.starts_on))
    assert [(s.pk == THOUGHT, s.is_for_sessions) for s in bigger.slots] == [(False, True), (False, True), (True, True)]
    problem = border.case_of(bigger).problem
    assert [(s.gap, s.next) for s in problem.slots] == [(15, True), (15, True), (None, False)]


def test_a_day_that_runs_into_the_next_has_none(camp):
    camp.ends_on += timedelta(days=1)
    camp.save()
    for hour in range(10, 34):
        make_slot(camp, hour)
    make_slot(camp, 36)
    assert list(slots_thought_of(camp, list(camp.slots.all()))) == [date(2030, 1, 13)]


def test_each_day_of_a_camp_has_its_own(camp):
    camp.ends_on += timedelta(days=1)
    camp.save()
    for hour in (10, 11, 34, 35):
        make_slot(camp, hour)
    RoomFactory(camp=camp)
    draft = read_draft(camp)
    # Between the two days: positions of all that follows are others.
    slots = with_it(draft, Question(day=camp.starts_on)).slots
    assert [slot.pk for slot in slots].index(THOUGHT) == 2
    days = [slot.day for slot in border.case_of(with_it(draft, Question(day=camp.starts_on))).problem.slots]
    assert [days.count(day) for day in sorted(set(days))] == [3, 2]


def test_over_midnight_and_when_the_clocks_change(camp):
    """On the night to 31 March 2030 London's clocks go from 01:00 to 02:00: an hour's slot is an hour."""
    camp.starts_on = camp.ends_on = date(2030, 3, 30)
    camp.save()
    start = datetime(2030, 3, 30, 22, 30, tzinfo=UTC)
    for number in range(2):
        camp.slots.create(starts_at=start + timedelta(hours=number), ends_at=start + timedelta(hours=number + 1))
    found = slots_thought_of(camp, list(camp.slots.all()))
    assert list(found) == [camp.starts_on]
    assert (found[camp.starts_on].starts_at, found[camp.starts_on].minutes) == (start + timedelta(hours=2), 60)


def test_while_the_camp_runs_no_slot_is_thought_of_that_would_have_begun():
    today = timezone.localdate()
    camp = Camp(starts_on=today, ends_on=today, slug="today", name="Today")
    now = timezone.now()
    assert camp.is_running
    for hours, is_offered in ((-3, False), (1, True)):
        start = now + timedelta(hours=hours)
        slots = [Slot(pk=1, camp=camp, starts_at=start, ends_at=start + timedelta(hours=1))]
        assert bool(slots_thought_of(camp, slots)) is is_offered


@pytest.mark.parametrize("question", [{"room": 0}, {"day": date(2031, 1, 1)}])
def test_what_is_not_there_is_no_question(camp, rooms, slots, question):
    assert with_it(read_draft(camp), Question(**question)) is None


# -- asked ----------------------------------------------------------------------------------------------------------


def ask(client, camp, **data):
    return client.post(f"/{camp.slug}/draft/what-if/", data, follow=True)


def test_an_organiser_asks_and_reads_the_answer(sign_in, tight, olga, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr(asking, "USUAL", 0.1)
    client = sign_in(olga)
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, tight, room=barn(tight))
    page = client.get(f"/{tight.slug}/draft/figures/").content.decode()
    assert "One more room like Barn, for 40 people" in page
    assert "With it about 5 more wishes are met, the one that would wait without it gets a place." in page
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, tight, day=tight.starts_on.isoformat())
    page = client.get(f"/{tight.slug}/draft/figures/").content.decode()
    # The last of each stays.
    assert "One more slot at the end of Saturday 12 January 2030" in page
    assert "One more room like Barn, for 40 people" in page
    assert "changed since" not in page


def test_an_answer_of_another_camp_says_so(sign_in, tight, olga, answered):
    answered(tight, room=barn(tight))
    drop_from_frame(thing=tight.slots.latest("starts_at"))
    assert (
        "Rooms, slots, pitches or wishes changed since"
        in sign_in(olga).get(f"/{tight.slug}/draft/figures/").content.decode()
    )


@pytest.mark.parametrize("data", [{}, {"room": "0"}, {"room": "x"}, {"room": "1" * 40}, {"day": "2031-01-01"}, {"day": "x"}, {"room": "", "day": ""}])  # fmt: skip
def test_what_cannot_be_asked_is_told(sign_in, tight, olga, data):
    page = ask(sign_in(olga), tight, **data).content.decode()
    assert "Choose a room or a day that is there." in page
    assert not GridBuild.objects.exists()


def test_a_room_of_another_camp_is_none(sign_in, tight, olga):
    other = RoomFactory(camp=CampFactory())
    assert "Choose a room or a day that is there." in ask(sign_in(olga), tight, room=other.pk).content.decode()


def test_the_same_is_asked_once(tight, olga):
    question = Question(room=barn(tight))
    assert ask_what_if(camp=tight, question=question, by=olga) == ask_what_if(
        camp=tight, question=question, by=make_organiser(tight, "Tunde")
    )
    with pytest.raises(ValidationError, match="Something else is being worked out"):
        ask_what_if(camp=tight, question=Question(day=tight.starts_on), by=olga)


def test_while_the_grid_is_built_nothing_is_asked(sign_in, tight, olga):
    run.start_build(camp=tight, seconds=1, by=olga)
    page = ask(sign_in(olga), tight, room=barn(tight)).content.decode()
    assert "Something else is being worked out just now." in page
    assert GridBuild.objects.count() == 1


def test_a_build_does_not_wait_for_a_question(tight, olga):
    asked = ask_what_if(camp=tight, question=Question(room=barn(tight)), by=olga)
    build = run.start_build(camp=tight, seconds=0.1, by=olga)
    assert build.kind == GridBuild.Kind.GRID
    asked.refresh_from_db()
    assert asked.is_stop_asked
    run.run_build(build=run.begin_build(build_id=asked.pk))
    asked.refresh_from_db()
    # Searched for less long than the build, it says nothing.
    assert (asked.state, asked.answer) == (GridBuild.State.DONE, {"none": "stopped"})


def test_it_is_watched_and_stopped(sign_in, tight, olga):
    asked = ask_what_if(camp=tight, question=Question(room=barn(tight)), by=olga)
    client = sign_in(olga)
    page = client.get(f"/{tight.slug}/draft/figures/").content.decode()
    assert re.search(rf'hx-get="/{tight.slug}/draft/builds/{asked.pk}/" data-every="1"', page)
    # Who has no scripts and follows the address of the part comes to the page.
    assert client.get(f"/{tight.slug}/draft/builds/{asked.pk}/").url == f"/{tight.slug}/draft/figures/"
    part = client.get(f"/{tight.slug}/draft/builds/{asked.pk}/", headers=HTMX).content.decode()
    assert "One more room like Barn, for 40 people: Waiting to start" in part
    assert "<h1" not in part
    page = client.post(f"/{tight.slug}/draft/builds/{asked.pk}/stop/", follow=True).content.decode()
    assert "It stops, and there is no answer." in page
    run.run_build(build=run.begin_build(build_id=asked.pk))
    assert "There is no answer: it was stopped." in client.get(f"/{tight.slug}/draft/figures/").content.decode()


def test_one_whose_worker_died_is_begun_again(tight, olga):
    asked = ask_what_if(camp=tight, question=Question(room=barn(tight)), by=olga)
    GridBuild.objects.update(seconds=0.1, seen_alive_at=timezone.now() - 2 * GridBuild.PATIENCE)
    run.take_up_left_builds()
    asked.refresh_from_db()
    assert (asked.state, asked.answer["more"]) == (GridBuild.State.DONE, 5)


def test_the_last_of_each_is_told_in_two_queries(tight, answered, django_assert_num_queries):
    for _twice in range(2):
        answered(tight, room=barn(tight))
    answered(tight, day=tight.starts_on)
    with django_assert_num_queries(2):
        asked = last_asked(tight)
    assert [next(iter(build.question)) for build in asked.answered] == ["day", "room"]
    assert asked.answered[1].pk == max(b.pk for b in GridBuild.objects.all() if "room" in b.question)


def test_a_helper_reads_and_does_not_ask(sign_in, tight, answered, olga):
    answered(tight, room=barn(tight))
    helper = make_organiser(tight, "Robin")
    helper.role = "helper"
    helper.save()
    tight.save_flags(helpers_move=True)
    client = sign_in(helper)
    page = client.get(f"/{tight.slug}/draft/figures/").content.decode()
    assert "With it about 5 more wishes are met" in page
    assert "Work it out" not in page
    assert client.post(f"/{tight.slug}/draft/what-if/", {"room": barn(tight)}).status_code == 403
    assert GridBuild.objects.count() == 1


def test_what_went_while_it_waited_is_told(sign_in, tight, olga):
    asked = ask_what_if(camp=tight, question=Question(room=barn(tight)), by=olga)
    RoomFactory(camp=tight, name="Loft")
    drop_from_frame(thing=tight.rooms.get(name="Barn"))
    run.run_build(build=run.begin_build(build_id=asked.pk))
    page = sign_in(olga).get(f"/{tight.slug}/draft/figures/").content.decode()
    assert "One more room like one that is gone" in page
    assert "There is no answer: what it was to be like is gone" in page


def test_one_that_is_done_is_not_said_to_stop(sign_in, tight, olga, answered):
    build = answered(tight, room=barn(tight))
    page = sign_in(olga).post(f"/{tight.slug}/draft/builds/{build.pk}/stop/", follow=True).content.decode()
    assert "It is done already." in page
    assert "With it about 5 more wishes are met" in page


@pytest.mark.parametrize("was_built", [False, True])
def test_how_far_it_is_counts_both_searches(
    tight, olga, answered, monkeypatch, django_capture_on_commit_callbacks, was_built
):
    if was_built:
        with django_capture_on_commit_callbacks(execute=True):
            run.start_build(camp=tight, seconds=0.1, by=olga)
    told, real = [], border.best_grid

    def best_grid(case, *, seconds, seed, listener):
        listener(Progress(seconds=seconds / 2))
        told.append(round(GridBuild.objects.filter(kind=GridBuild.Kind.WHAT_IF).first().percent))
        return real(case, seconds=seconds, seed=seed)

    monkeypatch.setattr(border, "best_grid", best_grid)
    answered(tight, room=barn(tight))
    assert told == ([50] if was_built else [25, 75])


class Progress:
    def __init__(self, seconds):
        self.seconds = seconds
