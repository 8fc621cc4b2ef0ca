"""Undo and Redo of each one's last deeds on the draft, and the history of everybody's."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.once import BACKEND
from events.editing import archive_camp
from events.erasing import erase_attendee
from events.merging import merge_attendees
from events.models import CampArchived
from events.roles import change_role
from pitches.models import Pitch
from pitches.services import return_pitch, withdraw_pitch
from schedule.build import run
from schedule.draft.history import told_steps
from schedule.draft.moves import add_repeat, pin_all, pin_session, place_session, swap_sessions, unplace_session
from schedule.draft.undo import redo_step, undo_moves, undo_step
from schedule.models import Draft, GridBuild, Session, Step
from schedule.views.moved import STEPS_PER_PAGE
from tests.factories import PitchFactory, RoomFactory, make_organiser

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


@pytest.fixture
def at(rooms, slots):
    """Puts a pitch into room and slot of these numbers."""

    def at(pitch, room, slot, by):
        return place_session(pitch=pitch, room=rooms[room], slot=slots[slot], by=by)

    return at


def stand(camp) -> dict[int, object]:
    """Where each session stands, its pin, and how often its pitch runs."""
    rows = camp.sessions.order_by("pk").with_place()
    return {
        s.pk: (s.place and (s.place.room_id, s.place.slot_id), s.cells.count(), s.is_pinned, s.pitch.runs) for s in rows
    }


def cell_of(session: Session) -> tuple[str, int] | None:
    place = Session.objects.get(pk=session.pk).place
    return (place.room.name, place.slot.starts_at.hour) if place else None


def refused(deed, **kwargs) -> str:
    with pytest.raises(ValidationError) as found:
        deed(**kwargs)
    return " ".join(found.value.messages)


def browser(person) -> Client:
    client = Client()
    client.force_login(person.user, backend=BACKEND)
    return client


def form_in(html: str, name: str) -> dict[str, str]:
    [form] = re.findall(rf'<form id="{name}".*?</form>', html, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def press(client: Client, camp, name: str):
    page = client.get(f"/{camp.slug}/draft/").content.decode()
    return client.post(f"/{camp.slug}/draft/steps/{name}/", form_in(page, f"step-{name}"), follow=True)


# -- one's own ----------------------------------------------------------------------------------------------------


def test_undo_goes_back_step_by_step_and_redo_forward_again(camp, olga, knots, at):
    session = at(knots, 0, 0, olga)
    at(knots, 1, 1, olga)
    pin_session(session=session, is_pinned=True, by=olga)
    found = []
    for deed in (undo_step, undo_step, undo_step, redo_step, redo_step, redo_step):
        assert deed(camp=camp, by=olga) == [session]
        session.refresh_from_db()
        found.append((cell_of(session), session.is_pinned))
    loft = ("Loft", 11)
    assert found == [
        (loft, False), (("Barn", 10), False), (None, False), (("Barn", 10), False), (loft, False), (loft, True),
    ]  # fmt: skip


def test_with_nothing_left_that_is_a_sentence(camp, olga, knots, at):
    assert "Nothing of yours" in refused(undo_step, camp=camp, by=olga)
    at(knots, 0, 0, olga)
    assert "Nothing of yours" in refused(redo_step, camp=camp, by=olga)


def test_a_new_deed_ends_what_could_be_done_anew(camp, olga, tunde, knots, ducks, at):
    at(knots, 0, 0, olga)
    undo_step(camp=camp, by=olga)
    # A colleague's does not.
    at(ducks, 0, 1, tunde)
    assert camp.steps.to_redo(olga).exists()
    at(ducks, 0, 2, olga)
    assert "Nothing of yours" in refused(redo_step, camp=camp, by=olga)


def test_what_changes_nothing_is_no_step_and_hides_none(camp, olga, knots, at):
    session = at(knots, 0, 0, olga)
    at(knots, 0, 0, olga)
    pin_session(session=session, is_pinned=False, by=olga)
    assert Step.objects.count() == 1
    undo_step(camp=camp, by=olga)
    assert cell_of(session) is None


def test_fifty_can_be_taken_back_and_the_history_keeps_more(camp, olga, tunde, knots, monkeypatch, at):
    monkeypatch.setattr(Step, "OPEN", 5)
    monkeypatch.setattr(Step, "KEPT", 8)
    for number in range(12):
        at(knots, number % 2, number % 3, olga)
    assert camp.steps.count() == 8
    for _number in range(5):
        undo_step(camp=camp, by=olga)
    assert "Nothing of yours" in refused(undo_step, camp=camp, by=olga)
    # Her fifty are not his.
    at(knots, 0, 1, tunde)
    undo_step(camp=camp, by=tunde)


def test_fifty_and_five_hundred():
    assert (Step.OPEN, Step.KEPT) == (50, 500)


def test_a_swap_is_one_step(camp, olga, knots, ducks, at):
    one, other = at(knots, 0, 0, None), at(ducks, 1, 2, None)
    before = stand(camp)
    swap_sessions(one=one, other=other, by=olga)
    after = stand(camp)
    assert set(undo_step(camp=camp, by=olga)) == {one, other}
    assert stand(camp) == before
    redo_step(camp=camp, by=olga)
    assert stand(camp) == after != before


def test_a_build_that_was_taken_is_one_step(camp, olga, rooms, slots, knots, ducks, at):
    session = at(knots, 0, 0, olga)
    plan = [[knots.pk, slots[1].pk, rooms[1].pk], [ducks.pk, slots[0].pk, rooms[0].pk]]
    build = camp.grid_builds.create(plan=plan, state=GridBuild.State.DONE, draft_revision=Draft.revision_of(camp))
    run.take_build(build=build, by=olga)
    assert len(undo_step(camp=camp, by=olga)) == 2
    assert cell_of(session) == ("Barn", 10)
    assert camp.sessions.placed().count() == 1
    assert len(redo_step(camp=camp, by=olga)) == 2
    assert cell_of(session) == ("Loft", 11)


def test_what_a_worker_put_on_the_draft_is_told_and_nobodys_to_take_back(camp, olga, rooms, slots, knots, sign_in):
    plan = [[knots.pk, slots[1].pk, rooms[1].pk]]
    run.apply_plan(camp=camp, rows=plan)
    assert "Nothing of yours" in refused(undo_step, camp=camp, by=olga)
    page = sign_in(olga).get(f"/{camp.slug}/draft/history/").content.decode()
    assert "Build: 1 session placed" in page
    assert "Somebody" in page


def test_runs_go_back_and_forth_with_a_repeat(camp, olga, rooms, slots, knots, at):
    at(knots, 0, 0, olga)
    again = add_repeat(pitch=knots, room=rooms[0], slot=slots[1], by=olga)
    unplace_session(session=again, by=olga)
    runs = []
    for deed in (undo_step, undo_step, redo_step, redo_step):
        deed(camp=camp, by=olga)
        runs.append((Pitch.objects.get().runs, camp.sessions.placed().count()))
    assert runs == [(2, 2), (1, 1), (2, 2), (1, 1)]


# -- others -------------------------------------------------------------------------------------------------------


def test_nobody_undoes_a_later_step_of_somebody_else(camp, olga, tunde, knots, ducks, at):
    mine = at(ducks, 0, 2, olga)
    session = at(knots, 0, 0, olga)
    at(knots, 1, 1, tunde)
    clock = timezone.localtime(Session.objects.get(pk=session.pk).moved_at, camp.tz)
    text = refused(undo_step, camp=camp, by=olga)
    assert text.startswith(f"Tunde moved “Knots” since, {clock:%H:%M}.")
    assert cell_of(session) == ("Loft", 11)
    # The next press goes on with the step before.
    assert undo_step(camp=camp, by=olga) == [mine]
    assert cell_of(session) == ("Loft", 11)
    assert "Nothing of yours" in refused(undo_step, camp=camp, by=olga)


def test_the_day_is_said_if_it_was_not_today(camp, olga, tunde, knots, at):
    at(knots, 0, 0, olga)
    session = at(knots, 1, 1, tunde)
    Session.objects.filter(pk=session.pk).update(moved_at=timezone.now() - timedelta(days=3))
    assert re.search(r"since, \w{3} \d+ \w{3}, \d\d:\d\d\.", refused(undo_step, camp=camp, by=olga))


def test_two_interleaved_each_take_back_their_own(camp, olga, tunde, knots, ducks, at):
    one, other = at(knots, 0, 0, olga), at(ducks, 1, 0, tunde)
    at(knots, 0, 1, olga)
    at(ducks, 1, 1, tunde)
    assert undo_step(camp=camp, by=olga) == [one]
    assert undo_step(camp=camp, by=olga) == [one]
    assert (cell_of(one), cell_of(other)) == (None, ("Loft", 11))
    assert undo_step(camp=camp, by=tunde) == [other]
    assert redo_step(camp=camp, by=olga) == [one]
    assert (cell_of(one), cell_of(other)) == (("Barn", 10), ("Loft", 10))


def test_when_the_other_took_theirs_back_mine_is_the_last_again(camp, olga, tunde, knots, at):
    session = at(knots, 0, 0, olga)
    at(knots, 1, 1, tunde)
    undo_step(camp=camp, by=tunde)
    undo_step(camp=camp, by=olga)
    assert cell_of(session) is None


def test_a_swap_is_taken_back_whole_or_not_at_all(camp, olga, tunde, knots, ducks, at):
    one, other = at(knots, 0, 0, None), at(ducks, 1, 2, None)
    swap_sessions(one=one, other=other, by=olga)
    pin_session(session=other, is_pinned=True, by=tunde)
    before = stand(camp)
    assert "Tunde moved “Ducks” since" in refused(undo_step, camp=camp, by=olga)
    assert stand(camp) == before


def test_redo_is_held_to_the_same(camp, olga, tunde, knots, at):
    session = at(knots, 0, 0, olga)
    undo_step(camp=camp, by=olga)
    at(knots, 1, 1, tunde)
    assert "Tunde moved “Knots” since" in refused(redo_step, camp=camp, by=olga)
    assert cell_of(session) == ("Loft", 11)


def test_a_cell_that_is_taken_meanwhile_is_told_and_passed_over(camp, olga, tunde, knots, ducks, at):
    session = at(knots, 0, 0, olga)
    unplace_session(session=session, by=olga)
    at(ducks, 0, 0, tunde)
    assert "“Ducks” already has Barn then" in refused(undo_step, camp=camp, by=olga)
    assert cell_of(session) is None
    assert camp.steps.to_undo(olga).count() == 1


def test_a_pitch_that_was_withdrawn_meanwhile_stays_off_and_is_named_nowhere(camp, olga, knots, at, sign_in):
    session = at(knots, 0, 0, olga)
    withdraw_pitch(pitch=knots, by=None)
    client = sign_in(olga)
    for path in ("draft/", "draft/history/"):
        assert "Knots" not in client.get(f"/{camp.slug}/{path}").content.decode()
    text = refused(undo_step, camp=camp, by=olga)
    assert "is off the board. It stays off the grid." in text
    assert "Knots" not in text
    assert cell_of(session) is None


def test_a_pitch_that_is_back_on_its_place_can_be_taken_back_as_before(camp, olga, knots, at):
    at(knots, 0, 0, olga)
    session = at(knots, 1, 1, olga)
    withdraw_pitch(pitch=knots, by=None)
    return_pitch(pitch=knots, seen=knots.withdrawal, by=None)
    assert cell_of(session) == ("Loft", 11)
    undo_step(camp=camp, by=olga)
    assert cell_of(session) == ("Barn", 10)


def test_a_room_that_is_gone_meanwhile_is_told(camp, olga, rooms, knots, at, sign_in):
    session = at(knots, 0, 0, olga)
    at(knots, 1, 1, olga)
    rooms[0].delete()
    assert "the room or the slot is gone" in refused(undo_step, camp=camp, by=olga)
    assert cell_of(session) == ("Loft", 11)
    assert "“Knots” placed: a place that is gone" in sign_in(olga).get(f"/{camp.slug}/draft/history/").content.decode()


def test_an_archived_camp_refuses_and_forgets_no_step(camp, olga, knots, at, sign_in):
    at(knots, 0, 0, olga)
    archive_camp(camp=camp)
    with pytest.raises(CampArchived):
        undo_step(camp=camp, by=olga)
    assert camp.steps.to_undo(olga).count() == 1
    answer = sign_in(olga).get(f"/{camp.slug}/draft/")
    assert answer.context["buttons"] == (None, None)
    page = answer.content.decode()
    assert "step-undo" not in page
    assert "/draft/history/" in page


# -- the button beside the sentence -------------------------------------------------------------------------------


def seen(*sessions: Session) -> dict[int, int]:
    return dict(Session.objects.filter(pk__in=[s.pk for s in sessions]).values_list("pk", "revision"))


def test_undo_beside_the_sentence_is_undo_of_that_step(camp, olga, knots, at):
    at(knots, 0, 0, olga)
    session = at(knots, 1, 1, olga)
    undo_moves(camp=camp, seen=seen(session), by=olga)
    assert Step.objects.filter(undone_at=None).count() == 1
    # The other button goes on with the step before: nothing is undone twice.
    undo_step(camp=camp, by=olga)
    assert cell_of(session) is None
    redo_step(camp=camp, by=olga)
    redo_step(camp=camp, by=olga)
    assert cell_of(session) == ("Loft", 11)
    assert Step.objects.count() == 2


def test_undo_of_undo_is_the_step_done_anew(camp, olga, knots, at):
    session = at(knots, 0, 0, olga)
    undo_step(camp=camp, by=olga)
    undo_moves(camp=camp, seen=seen(session), by=olga)
    assert cell_of(session) == ("Barn", 10)
    assert Step.objects.get().undone_at is None


def test_undo_of_undo_gives_a_repeat_its_running_back(camp, olga, rooms, slots, knots, at):
    at(knots, 0, 0, olga)
    session = add_repeat(pitch=knots, room=rooms[0], slot=slots[1], by=olga)
    runs = []
    for _number in range(2):
        undo_moves(camp=camp, seen=seen(session), by=olga)
        runs.append(Pitch.objects.get().runs)
    assert runs == [1, 2]


def test_undo_of_a_colleagues_move_by_hand_is_a_step_of_ones_own(camp, olga, tunde, knots, at):
    session = at(knots, 0, 0, olga)
    undo_moves(camp=camp, seen=seen(session), by=tunde)
    assert Step.objects.get(by=tunde).kind == Step.Kind.BACK
    assert "Tunde moved" in refused(undo_step, camp=camp, by=olga)
    undo_step(camp=camp, by=tunde)
    assert cell_of(session) == ("Barn", 10)


# -- pages --------------------------------------------------------------------------------------------------------


def test_buttons_across_reloads(camp, olga, knots, at):
    """Another browser of hers, no script."""
    session = at(knots, 0, 0, olga)
    at(knots, 1, 1, olga)
    page = press(browser(olga), camp, "undo").content.decode()
    assert "“Knots” is here now: Barn, Sat 12 Jan, 10:00." in page
    assert f'id="entry-{session.pk}"' in page
    assert re.search(r"Undo</span>\s*<span class=\"visually-hidden\">: “Knots” placed: Barn, 10:00<", page)
    assert re.search(r"Redo</span>\s*<span class=\"visually-hidden\">: “Knots” moved to Loft, 11:00<", page)
    page = press(browser(olga), camp, "undo").content.decode()
    assert re.search(r'<button id="nothing-to-undo"[^>]* disabled>', page)
    assert "step-undo" not in page.replace("nothing-to-undo", "")
    for _number in range(2):
        press(browser(olga), camp, "redo")
    assert cell_of(session) == ("Loft", 11)


def test_a_button_sent_twice_takes_back_one_step(camp, olga, knots, at):
    at(knots, 0, 0, olga)
    session = at(knots, 1, 1, olga)
    client, address = browser(olga), f"/{camp.slug}/draft/steps/undo/"
    form = form_in(client.get(f"/{camp.slug}/draft/").content.decode(), "step-undo")
    for _number in range(2):
        client.post(address, form)
    assert cell_of(session) == ("Barn", 10)
    # From another window, whose form has another key.
    page = client.post(address, {"step": form["step"]}, follow=True).content.decode()
    assert "Your last step is another one by now." in page
    assert cell_of(session) == ("Barn", 10)


@pytest.mark.parametrize("step", ["0", "x", "", "999999"])
@pytest.mark.parametrize("way", ["undo", "redo"])
def test_a_step_that_is_not_there_takes_nothing_back(camp, olga, knots, at, way, step):
    at(knots, 0, 0, olga)
    session = at(knots, 1, 1, olga)
    if way == "redo":
        undo_step(camp=camp, by=olga)
    before = cell_of(session)
    page = browser(olga).post(f"/{camp.slug}/draft/steps/{way}/", {"step": step}, follow=True).content.decode()
    assert "That step is not there any more." in page
    assert cell_of(session) == before


def test_a_refusal_is_told_on_the_page_and_the_next_button_is_another(camp, olga, tunde, knots, ducks, at):
    mine = at(ducks, 0, 2, olga)
    at(knots, 0, 0, olga)
    at(knots, 1, 1, tunde)
    client = browser(olga)
    assert "Tunde moved “Knots” since" in press(client, camp, "undo").content.decode()
    press(client, camp, "undo")
    assert cell_of(mine) is None


def test_an_open_page_has_its_own_buttons_anew_with_the_grid(camp, olga, tunde, knots, ducks, at):
    """Each one's own: in what is kept for all there is none."""
    at(knots, 0, 0, olga)
    mine, his = browser(olga), browser(tunde)
    page = his.get(f"/{camp.slug}/draft/").content.decode()
    # Beside them he reads for a moment that she placed it.
    steps = [
        found.partition('<div id="draft-steps"')[2].partition('id="draft-here"')[0]
        for found in (page, mine.get(f"/{camp.slug}/draft/").content.decode())
    ]
    assert ["“Knots” placed" in found for found in steps] == [False, True]
    poll = re.search(r'id="draft-grid" hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    assert his.get(poll, headers=HTMX).status_code == 204
    at(ducks, 1, 2, tunde)
    answers = [client.get(poll, headers=HTMX).content.decode() for client in (his, mine)]
    for answer, words in zip(answers, ["“Ducks” placed: Loft, 13:00", "“Knots” placed: Barn, 10:00"], strict=True):
        beside = answer.partition('<div id="draft-steps" class="steps" hx-swap-oob="morph">')[2]
        assert words in beside
        assert beside.count("placed") == 2


def test_the_history_says_who_did_what_and_what_was_taken_back(camp, olga, tunde, knots, ducks, at, rooms, slots):
    one, other = at(knots, 0, 0, olga), at(ducks, 1, 2, tunde)
    swap_sessions(one=one, other=other, by=olga)
    pin_session(session=one, is_pinned=True, by=tunde)
    unplace_session(session=other, by=olga)
    add_repeat(pitch=knots, room=rooms[0], slot=slots[1], by=tunde)
    undo_step(camp=camp, by=tunde)
    page = browser(olga).get(f"/{camp.slug}/draft/history/").content.decode()
    lines = [re.sub("<[^>]+>", "", li) for li in re.findall(r'<li id="step-.*?</li>', page, re.DOTALL)]
    lines = [re.sub(r",? \d\d:\d\d|\w{3} \d+ \w{3} \d{4},?", "", line) for line in lines]
    assert [" ".join(line.split()) for line in lines] == [
        "“Knots” runs once more: Barn Undone · Tunde Organiser",
        "“Ducks” taken off the grid · Olga Organiser",
        "“Knots” pinned · Tunde Organiser",
        "“Knots” and “Ducks” swapped · Olga Organiser",
        "“Ducks” placed: Loft · Tunde Organiser",
        "“Knots” placed: Barn · Olga Organiser",
    ]


def test_titles_are_those_of_today(camp, olga, knots, at):
    at(knots, 0, 0, olga)
    Pitch.objects.update(title="Ropes")
    assert "“Ropes” placed" in browser(olga).get(f"/{camp.slug}/draft/history/").content.decode()
    assert "Knots" not in repr(list(Step.objects.values_list()))


def test_the_history_comes_a_page_at_a_time_in_as_many_queries(camp, olga, knots, at):
    at(knots, 0, 0, olga)
    client, page, counts = browser(olga), f"/{camp.slug}/draft/history/", []
    for more in (0, STEPS_PER_PAGE + 3):
        for number in range(more):
            at(knots, number % 2, (number + 1) % 3, olga)
        # What is kept for all pages is made.
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            shown = client.get(page).content.decode()
        counts.append(len(captured))
    assert shown.count('<li id="step-') == STEPS_PER_PAGE
    assert counts[0] == counts[1]


def test_whoever_is_erased_is_named_in_no_step(camp, olga, tunde, knots, at):
    at(knots, 0, 0, tunde)
    change_role(attendee=tunde, role="attendee", by=None)
    erase_attendee(attendee=tunde, with_texts=False)
    page = browser(olga).get(f"/{camp.slug}/draft/history/").content.decode()
    assert "Tunde" not in page
    assert "Somebody" in page


def test_two_places_that_become_one_take_their_steps_along(camp, olga, tunde, knots, at):
    session = at(knots, 0, 0, tunde)
    merge_attendees(source=tunde, into=olga)
    undo_step(camp=camp, by=olga)
    assert cell_of(session) is None


# -- whatever one did ---------------------------------------------------------------------------------------------


def test_as_many_statements_for_many_sessions_as_for_few(camp, olga, rooms, slots):
    counts, plan = [], []
    for number in (1, 12):
        made = [RoomFactory(camp=camp) for _number in range(number)]
        plan += [[PitchFactory(camp=camp, length=2).pk, slots[0].pk, room.pk] for room in made]
        run.apply_plan(camp=camp, rows=plan, by=olga)
        for deed in (undo_step, redo_step):
            with CaptureQueriesContext(connection) as captured:
                deed(camp=camp, by=olga)
            counts.append(len(captured))
    assert counts[:2] == counts[2:]


@pytest.mark.parametrize("seed", range(8))
def test_all_undone_is_as_it_was_and_all_redone_as_it_became(camp, olga, rooms, slots, seed):
    dice = random.Random(seed)
    pitches = [PitchFactory(camp=camp, length=1 + (number == 0)) for number in range(4)]
    for pitch, room in zip(pitches, rooms, strict=False):
        place_session(pitch=pitch, room=room, slot=slots[2 * (pitch.length == 1)])
    before, states = stand(camp), []

    def deed() -> None:
        placed = list(camp.sessions.placed().order_by("pk"))
        room, slot, pitch = dice.choice(rooms), dice.choice(slots), dice.choice(pitches)
        match dice.randrange(6):
            case 0:
                unplace_session(session=dice.choice(placed), by=olga)
            case 1:
                pin_session(session=dice.choice(placed), is_pinned=dice.random() < 0.5, by=olga)
            case 2:
                swap_sessions(one=placed[0], other=placed[-1], by=olga)
            case 3:
                add_repeat(pitch=pitch, room=room, slot=slot, by=olga)
            case _:
                place_session(pitch=pitch, room=room, slot=slot, by=olga)

    for _number in range(40):
        count = Step.objects.count()
        try:
            deed()
        except (ValidationError, IndexError):
            continue
        if Step.objects.count() > count:
            states.append(stand(camp))
    steps = camp.steps.filter(by=olga).count()
    assert steps == len(states) > 8
    after = states.pop()
    for state in reversed(states):
        undo_step(camp=camp, by=olga)
        assert {pk: found for pk, found in stand(camp).items() if pk in state} == state
    undo_step(camp=camp, by=olga)
    assert {pk: found for pk, found in stand(camp).items() if pk in before} == before
    assert camp.sessions.placed().count() == sum(found[0] is not None for found in before.values())
    for _number in range(steps):
        redo_step(camp=camp, by=olga)
    assert stand(camp) == after


class TestPinAll:
    def test_all_in_a_room_or_a_slot_as_one_step(self, camp, olga, knots, ducks, at, rooms, slots):
        one, other = at(knots, 0, 0, olga), at(ducks, 0, 1, olga)
        beside = at(PitchFactory(camp=camp, title="Swans"), 1, 0, olga)
        pin_session(session=one, is_pinned=True, by=olga)

        def pinned() -> set[int]:
            return set(camp.sessions.filter(is_pinned=True).values_list("pk", flat=True))

        assert pin_all(place=rooms[0], is_pinned=True, by=olga) == [other]
        assert pinned() == {one.pk, other.pk}
        step = camp.steps.first()
        assert told_steps(camp, [step])[0].sentence == "“Ducks” pinned"
        undo_step(camp=camp, by=olga, seen=step.pk)
        assert pinned() == {one.pk}
        before = Draft.revision_of(camp)
        assert pin_all(place=slots[0], is_pinned=True, by=olga) == [beside]
        assert Draft.revision_of(camp) > before
        assert pin_all(place=slots[0], is_pinned=False, by=olga) == [one, beside]
        assert told_steps(camp, [camp.steps.first()])[0].sentence == "2 sessions no longer pinned"
        assert pinned() == set()
        # There is nothing to let go any more, and so no step.
        count = camp.steps.count()
        assert pin_all(place=slots[0], is_pinned=False, by=olga) == []
        assert camp.steps.count() == count

    def test_by_the_heads_of_the_board(self, sign_in, camp, olga, knots, ducks, at, rooms, slots):
        at(knots, 0, 0, olga), at(ducks, 0, 1, olga)
        client = sign_in(olga)

        def heads() -> dict[str, tuple[str, str]]:
            page = BeautifulSoup(client.get(f"/{camp.slug}/draft/").content.decode(), "html.parser")
            return {" ".join(b.text.split()): (b["value"], b["aria-pressed"]) for b in page.select(".board .pins")}

        free = {"Pin all of Barn": (f"room-{rooms[0].pk}-1", "false")}
        free |= {f"Pin all of {slot.starts_at:%H}:00": (f"slot-{slot.pk}-1", "false") for slot in slots[:2]}
        assert heads() == free
        told = client.post(f"/{camp.slug}/draft/pins/", {"where": f"room-{rooms[0].pk}-1"}, follow=True)
        assert "Barn: 2 sessions pinned." in told.content.decode()
        assert heads()["Pin all of Barn"] == (f"room-{rooms[0].pk}-0", "true")
        client.post(f"/{camp.slug}/draft/pins/", {"where": f"slot-{slots[0].pk}-0"})
        assert heads()["Pin all of Barn"][1] == "false"

    @pytest.mark.parametrize(
        "where", ["", "room", "room-1", "room-x-1", "room-999-1", "tent-1-1", "room-1-2", "slot-²-1"]
    )
    def test_what_is_no_place_is_told(self, sign_in, camp, olga, knots, at, where):
        at(knots, 0, 0, olga)
        answer = sign_in(olga).post(f"/{camp.slug}/draft/pins/", {"where": where}, follow=True)
        assert "Choose a room or a slot that is there." in answer.content.decode()
        assert not camp.sessions.filter(is_pinned=True).exists()


def test_what_was_taken_back_is_said(sign_in, camp, olga, knots, ducks, at):
    one, other = at(knots, 0, 0, olga), at(ducks, 1, 0, olga)
    swap_sessions(one=one, other=other, by=olga)
    client = sign_in(olga)

    def pressed(way: str) -> str:
        step = camp.steps.next_of(olga).filter(undone_at__isnull=way == "undo").get()
        answer = client.post(f"/{camp.slug}/draft/steps/{way}/", {"step": step.pk}, follow=True)
        return " ".join(
            BeautifulSoup(answer.content.decode(), "html.parser").find(attrs={"data-told": True}).text.split()
        )

    assert pressed("undo") == "Taken back: “Knots” and “Ducks” swapped."
    assert pressed("redo") == "Done anew: “Knots” and “Ducks” swapped."
    pressed("undo")
    assert pressed("undo") == "Taken back: “Ducks” placed: Loft, 10:00. “Ducks” is off the grid."


def test_back_by_the_button_of_the_message_each_says_where_it_is(sign_in, camp, olga, knots, ducks, at):
    one, other = at(knots, 0, 0, olga), at(ducks, 1, 0, olga)
    client = sign_in(olga)
    swap = {"swap": f"{other.pk}-{other.revision}", "seen": one.revision}
    page = client.post(f"/{camp.slug}/draft/pitches/{knots.pk}/place/", swap, follow=True).content.decode()
    form = BeautifulSoup(page, "html.parser").select_one(".told form")
    moved = [field["value"] for field in form.select("input[name=moved]")]
    answer = client.post(form["action"], {"moved": moved}, follow=True)
    told = " ".join(BeautifulSoup(answer.content.decode(), "html.parser").find(attrs={"data-told": True}).text.split())
    assert told.startswith(
        "“Knots” is here now: Barn, Sat 12 Jan, 10:00. “Ducks” is here now: Loft, Sat 12 Jan, 10:00."
    )
