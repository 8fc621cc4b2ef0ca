"""Two drafts: plan B is kept in the drawer, told beside the board, and changed over to and back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.once import BACKEND
from events.editing import archive_camp
from events.models import CampArchived, Slot
from pitches.services import set_interest, withdraw_pitch
from schedule import advice
from schedule.advice.counting import count_figures
from schedule.draft.drawer import bring_back_plan_b, change_over, drop_plan_b, keep_plan_b
from schedule.draft.history import told_steps
from schedule.draft.moves import add_repeat, pin_session, place_session, unplace_session
from schedule.draft.plan_b import read_plan_b
from schedule.draft.rows import read_draft
from schedule.draft.undo import redo_step, undo_moves, undo_step
from schedule.models import Draft, GridVersion, PlanB, Session, Step
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory, make_organiser


@pytest.fixture
def tunde(camp):
    return make_organiser(camp, "Tunde")


@pytest.fixture
def knots(camp, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Knots"), room=rooms[0], slot=slots[0])


@pytest.fixture
def ducks(camp, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[0])


def stand(camp) -> dict[str, object]:
    """By title, where each session stands on the draft, with its pin, and how often its pitch may run."""
    rows = camp.sessions.order_by("pk").with_place()
    return {
        f"{s.pitch.title} {s.pk}": (
            s.place and (s.place.room.name, s.place.slot.starts_at.hour), s.cells.count(), s.is_pinned, s.pitch.runs,
        )
        for s in rows
    }  # fmt: skip


def drawer(camp) -> tuple[object, ...]:
    """All that is in it."""
    kept = PlanB.of(camp)
    return (kept.pk, kept.places, kept.by_id, kept.kept_at) if kept else ()


def seen(camp) -> dict[str, int | None]:
    """What somebody saw who has looked just now."""
    kept = PlanB.of(camp)
    return {"seen_revision": Draft.revision_of(camp), "seen_plan": kept.pk if kept else None}


def keep(camp, by=None) -> PlanB:
    return keep_plan_b(camp=camp, by=by, **seen(camp))


def turn(camp, by):
    return change_over(camp=camp, by=by, **seen(camp))


def move(session: Session, room, slot, by=None) -> Session:
    return place_session(pitch=session.pitch, session=session, room=room, slot=slot, by=by)


def refused(deed, **kwargs) -> str:
    with pytest.raises(ValidationError) as found:
        deed(**kwargs)
    return " ".join(found.value.messages)


def lost(camp) -> dict[str, str]:
    return {str(found.session): found.why for found in read_plan_b(read_draft(camp), PlanB.of(camp)).lost}


# -- keeping, dropping ----------------------------------------------------------------------------------------------


class TestDrawer:
    def test_what_is_kept_is_the_grid_as_it_stands(self, camp, olga, knots, ducks, rooms, slots):
        pin_session(session=knots, is_pinned=True)
        kept = keep(camp, olga)
        assert kept.stood == {
            knots.pk: (rooms[0].pk, slots[0].pk, True),
            ducks.pk: (rooms[1].pk, slots[0].pk, False),
        }
        assert (PlanB.of(camp), kept.by) == (kept, olga)

    def test_there_is_one_for_each_camp_and_the_database_says_so(self, camp, knots):
        kept = keep(camp)
        with pytest.raises(IntegrityError), transaction.atomic():
            camp.plans_b.create(places={})
        kept.drop()
        camp.plans_b.create(places={})

    def test_another_is_kept_instead_and_the_first_brought_back(self, camp, knots, rooms, slots):
        first = keep(camp)
        move(knots, rooms[1], slots[1])
        second = keep(camp)
        assert PlanB.of(camp) == second
        bring_back_plan_b(camp=camp, plan=first.pk, instead_of=second.pk)
        assert PlanB.of(camp) == first
        # Pressed once more it is there already.
        bring_back_plan_b(camp=camp, plan=first.pk, instead_of=second.pk)
        assert PlanB.of(camp) == first

    def test_what_was_dropped_comes_back_unless_another_was_kept_since(self, camp, knots, rooms, slots):
        first = drop_plan_b(camp=camp, seen_plan=keep(camp).pk)
        assert PlanB.of(camp) is None
        bring_back_plan_b(camp=camp, plan=first.pk)
        assert PlanB.of(camp) == first
        drop_plan_b(camp=camp, seen_plan=first.pk)
        move(knots, rooms[1], slots[1])
        second = keep(camp)
        assert "Another plan B was kept since" in refused(bring_back_plan_b, camp=camp, plan=first.pk)
        assert PlanB.of(camp) == second

    def test_nothing_and_the_same_are_not_kept(self, camp, knots):
        keep(camp)
        assert "this very grid already" in refused(keep_plan_b, camp=camp, by=None, **seen(camp))
        unplace_session(session=knots)
        assert "there is nothing to keep" in refused(keep_plan_b, camp=camp, by=None, **seen(camp))

    def test_those_that_were_dropped_long_ago_go(self, camp, knots, rooms, slots, monkeypatch):
        monkeypatch.setattr(PlanB, "LEFT", 2)
        kept = []
        for n in range(5):
            move(knots, rooms[n % 2], slots[n % 3])
            kept.append(keep(camp))
        assert list(camp.plans_b.order_by("pk")) == kept[2:]
        assert "gone for good" in refused(bring_back_plan_b, camp=camp, plan=kept[0].pk, instead_of=kept[-1].pk)

    def test_whoever_kept_it_may_be_gone(self, camp, tunde, olga, knots, sign_in):
        keep(camp, tunde)
        tunde.delete()
        html = sign_in(olga).get(reverse("schedule:plan_b_detail", args=[camp.slug])).content.decode()
        assert "kept by Somebody" in html


# -- two at once ------------------------------------------------------------------------------------------------------


class TestTwoAtOnce:
    def test_a_draft_that_somebody_changed_is_not_changed_over(self, camp, olga, tunde, knots, ducks, rooms, slots):
        keep(camp)
        move(knots, rooms[0], slots[1])
        old = seen(camp)
        move(ducks, rooms[1], slots[2], tunde)
        before = stand(camp), drawer(camp)
        for deed in (change_over, keep_plan_b):
            assert "The draft was changed meanwhile" in refused(deed, camp=camp, by=olga, **old)
        assert (stand(camp), drawer(camp)) == before

    def test_a_plan_b_that_is_another_by_now_is_not_taken_replaced_or_dropped(
        self, camp, olga, tunde, knots, rooms, slots
    ):
        keep(camp)
        move(knots, rooms[0], slots[1])
        old = seen(camp)["seen_plan"]
        keep(camp, tunde)
        move(knots, rooms[0], slots[2])
        before, now = (stand(camp), drawer(camp)), Draft.revision_of(camp)
        for deed in (change_over, keep_plan_b):
            said = refused(deed, camp=camp, seen_revision=now, seen_plan=old, by=olga)
            assert "Plan B is another one by now" in said
        assert "Plan B is another one by now" in refused(drop_plan_b, camp=camp, seen_plan=old)
        assert (stand(camp), drawer(camp)) == before

    def test_two_who_keep_the_first_one_at_once(self, camp, olga, tunde, knots):
        both = seen(camp)
        keep_plan_b(camp=camp, by=olga, **both)
        assert "Plan B is another one by now" in refused(keep_plan_b, camp=camp, by=tunde, **both)
        assert PlanB.of(camp).by == olga


# -- changing over ----------------------------------------------------------------------------------------------------


class TestChangingOver:
    def test_the_two_change_places_pins_too(self, camp, olga, knots, ducks, rooms, slots):
        pin_session(session=knots, is_pinned=True)
        keep(camp)
        was = stand(camp)
        pin_session(session=knots, is_pinned=False)
        move(knots, rooms[0], slots[2])
        unplace_session(session=ducks)
        swans = place_session(pitch=PitchFactory(camp=camp, title="Swans"), room=rooms[1], slot=slots[0])
        tried = stand(camp)
        done = turn(camp, olga)
        assert {session.pk for session in done.moved} == {knots.pk, ducks.pk, swans.pk}
        assert stand(camp) == was | {f"Swans {swans.pk}": (None, 0, False, 1)}
        turn(camp, olga)
        assert stand(camp) == tried

    def test_one_step_that_the_history_tells(self, camp, olga, knots, ducks, rooms, slots):
        keep(camp)
        move(knots, rooms[0], slots[2])
        pin_session(session=ducks, is_pinned=True)
        done = turn(camp, olga)
        assert camp.steps.first() == done.step
        assert [told.sentence for told in told_steps(camp, [done.step])] == ["Plan B taken: 1 session moved"]
        assert done.step.kind == Step.Kind.PLAN_B

    def test_the_same_grid_is_not_changed_over(self, camp, olga, knots):
        keep(camp)
        assert "this very grid already" in refused(change_over, camp=camp, by=olga, **seen(camp))
        drop_plan_b(camp=camp, seen_plan=PlanB.of(camp).pk)
        gone = seen(camp) | {"seen_plan": None}
        assert "There is no plan B any more" in refused(change_over, camp=camp, by=olga, **gone)

    def test_undo_and_redo_change_both_back_exactly(self, camp, olga, knots, ducks, rooms, slots):
        keep(camp, olga)
        move(knots, rooms[0], slots[2])
        pin_session(session=knots, is_pinned=True)
        unplace_session(session=ducks)
        before = stand(camp), drawer(camp)
        turn(camp, olga)
        after = stand(camp), drawer(camp)
        for _again in range(2):
            undo_step(camp=camp, by=olga)
            assert (stand(camp), drawer(camp)) == before
            redo_step(camp=camp, by=olga)
            assert (stand(camp), drawer(camp)) == after

    def test_undo_of_the_sentence_does_the_same(self, camp, olga, knots, ducks, rooms, slots):
        keep(camp, olga)
        move(knots, rooms[0], slots[2])
        before = stand(camp), drawer(camp)
        done = turn(camp, olga)
        undo_moves(camp=camp, seen={s.pk: s.revision for s in camp.sessions.filter(pk=knots.pk)}, by=olga)
        assert (stand(camp), drawer(camp)) == before
        done.step.refresh_from_db()
        assert done.step.undone_at

    def test_undo_leaves_a_plan_b_alone_that_was_dropped_or_kept_anew_meanwhile(
        self, camp, olga, tunde, knots, ducks, rooms, slots
    ):
        keep(camp)
        move(knots, rooms[0], slots[2])
        before = stand(camp)
        turn(camp, olga)
        drop_plan_b(camp=camp, seen_plan=PlanB.of(camp).pk)
        undo_step(camp=camp, by=olga)
        assert (stand(camp), drawer(camp)) == (before, ())
        anew = keep(camp, tunde)
        redo_step(camp=camp, by=olga)
        assert PlanB.of(camp) == anew

    def test_repeats_run_as_often_as_the_plan_has_them(self, camp, olga, knots, rooms, slots):
        add_repeat(pitch=knots.pitch, room=rooms[1], slot=slots[1])
        keep(camp)
        unplace_session(session=Session.objects.latest("pk"))
        before = stand(camp)
        assert camp.pitches.get().runs == 1
        assert read_plan_b(read_draft(camp), PlanB.of(camp)).rows.pitches[0].runs == 2
        turn(camp, olga)
        assert (camp.pitches.get().runs, camp.sessions.placed().count()) == (2, 2)
        undo_step(camp=camp, by=olga)
        assert stand(camp) == before
        redo_step(camp=camp, by=olga)
        turn(camp, olga)
        assert stand(camp) == before

    def test_sessions_that_changed_places_in_it_change_places(self, camp, olga, knots, ducks, rooms, slots):
        keep(camp)
        was = stand(camp)
        unplace_session(session=ducks)
        move(Session.objects.get(pk=knots.pk), rooms[1], slots[0])
        move(Session.objects.get(pk=ducks.pk), rooms[0], slots[0])
        turn(camp, olga)
        assert stand(camp) == was

    def test_who_looked_before_is_told_who_moved_it(self, camp, olga, knots, rooms, slots):
        keep(camp)
        session = move(knots, rooms[0], slots[2])
        turn(camp, olga)
        said = refused(
            place_session, pitch=knots.pitch, session=session, room=rooms[1], slot=slots[1],
            seen_revision=session.revision,
        )  # fmt: skip
        assert "Olga moved “Knots” meanwhile" in said


# -- what is lost -------------------------------------------------------------------------------------------------------


class TestLost:
    @pytest.fixture
    def kept(self, camp, knots, ducks, rooms, slots):
        """Both stand elsewhere on the board by now, in one room of their own."""
        keep(camp)
        hut = RoomFactory(camp=camp, name="Hut")
        move(knots, hut, slots[0])
        move(ducks, hut, slots[1])
        return hut

    def test_what_was_withdrawn(self, camp, olga, kept, knots, ducks):
        withdraw_pitch(pitch=knots.pitch, by=None)
        assert lost(camp) == {"A withdrawn session": "it was withdrawn"}
        done = turn(camp, olga)
        assert [found.session.pk for found in done.lost] == [knots.pk]
        assert [str(cell.room) for cell in Session.objects.get(pk=ducks.pk).cells.all()] == ["Loft"]

    def test_what_stood_in_a_room_that_is_gone(self, camp, olga, kept, knots, rooms):
        rooms[0].delete()
        assert lost(camp) == {"Knots": "its room is gone"}
        before = stand(camp), drawer(camp)
        turn(camp, olga)
        assert Session.objects.get(pk=knots.pk).place is None
        # Undo brings back what was lost, too: in the drawer and on the board.
        undo_step(camp=camp, by=olga)
        assert (stand(camp), drawer(camp)) == before
        assert lost(camp) == {"Knots": "its room is gone"}

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_what_stood_in_a_slot_that_is_gone_or_for_everybody(self, camp, kept, knots, ducks, slots, is_gone):
        for session in (knots, ducks):
            unplace_session(session=session)
        if is_gone:
            slots[0].delete()
        else:
            Slot.objects.filter(pk=slots[0].pk).update(kind=Slot.Kind.EVERYONE)
        said = "its slot is gone, or for everybody now"
        assert lost(camp) == {"Knots": said, "Ducks": said}

    def test_what_got_longer_takes_no_place_of_another(self, camp, olga, rooms, slots, knots, ducks):
        swans = place_session(pitch=PitchFactory(camp=camp, title="Swans"), room=rooms[0], slot=slots[1])
        keep(camp)
        unplace_session(session=knots)
        knots.pitch.length = 2
        knots.pitch.save()
        assert lost(camp) == {"Knots": "another session needs its place"}
        unplace_session(session=swans)
        turn(camp, olga)
        assert (Session.objects.get(pk=swans.pk).cells.count(), Session.objects.get(pk=knots.pk).cells.count()) == (
            1,
            0,
        )

    def test_a_double_whose_second_slot_is_no_more(self, camp, rooms, slots):
        pitch = PitchFactory(camp=camp, title="Swans", length=2)
        swans = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
        place_session(pitch=PitchFactory(camp=camp), room=rooms[1], slot=slots[2])
        keep(camp)
        unplace_session(session=swans)
        slots[1].delete()
        assert lost(camp) == {"Swans": "it is a double now, and there is no second slot"}

    def test_a_session_that_is_gone_with_everything_is_no_more(self, camp, kept, knots):
        knots.delete()
        assert lost(camp) == {}


# -- while the camp runs --------------------------------------------------------------------------------------------------


class TestBegun:
    @pytest.fixture
    def running(self, camp, knots, ducks, rooms, slots, monkeypatch):
        """Kept with Knots at ten and Ducks at eleven; on the board it is the other way round. It is half past ten."""
        move(ducks, rooms[1], slots[1])
        keep(camp)
        move(knots, rooms[0], slots[1])
        move(ducks, rooms[1], slots[0])
        at = slots[0].starts_at + timedelta(minutes=30)
        monkeypatch.setattr(timezone, "now", lambda: at)
        assert camp.is_running

    def test_what_has_begun_stays_and_nothing_goes_where_something_began(
        self, camp, olga, running, knots, ducks, rooms, slots
    ):
        swans = place_session(pitch=PitchFactory(camp=camp, title="Swans"), room=rooms[1], slot=slots[2])
        turn(camp, olga)
        found = {s.pk: s.place and (s.place.room.name, s.place.slot.starts_at.hour) for s in camp.sessions.with_place()}
        # Ducks began; Knots would have begun elsewhere, and keeps its place.
        assert found == {ducks.pk: ("Loft", 10), knots.pk: ("Barn", 11), swans.pk: None}

    def test_what_would_have_begun_is_lost_where_another_gets_its_place(
        self, camp, running, knots, ducks, rooms, slots
    ):
        kept = PlanB.of(camp)
        swans = Session.objects.create(camp=camp, pitch=PitchFactory(camp=camp, title="Swans"))
        kept.places |= {str(swans.pk): [rooms[0].pk, slots[1].pk, False]}
        kept.save()
        assert lost(camp) == {"Knots": "that time has begun"}

    def test_a_camp_that_is_over_may_still_be_put_in_order(self, camp, olga, running, knots, monkeypatch):
        later = timezone.now() + timedelta(days=3)
        monkeypatch.setattr(timezone, "now", lambda: later)
        turn(camp, olga)
        place = Session.objects.get(pk=knots.pk).place
        assert (place.room.name, place.slot.starts_at.hour) == ("Barn", 10)


# -- live, archived -------------------------------------------------------------------------------------------------------


def test_in_live_mode_it_waits_until_it_is_published_as_a_whole(camp, olga, knots, ducks, rooms, slots):
    publish_grid(camp=camp, by=None, goes_live=True)
    keep(camp)
    move(knots, rooms[0], slots[2])
    number = GridVersion.latest(camp).number
    move(ducks, rooms[1], slots[2])
    assert GridVersion.latest(camp).number == number + 1
    turn(camp, olga)
    assert (GridVersion.latest(camp).number, Draft.of(camp).live) == (number + 1, "build")
    # What follows waits with it; taken back, all is out again.
    move(knots, rooms[0], slots[1], olga)
    assert GridVersion.latest(camp).number == number + 1
    undo_step(camp=camp, by=olga)
    undo_step(camp=camp, by=olga)
    assert (GridVersion.latest(camp).number, Draft.of(camp).live) == (number + 1, "on")


def test_an_archived_camp_is_read_and_not_changed(camp, olga, knots, rooms, slots, sign_in):
    keep(camp)
    move(knots, rooms[0], slots[2])
    archive_camp(camp=camp)
    camp.refresh_from_db()
    for deed in (keep_plan_b, change_over):
        with pytest.raises(CampArchived):
            deed(camp=camp, by=olga, **seen(camp))
    with pytest.raises(CampArchived):
        drop_plan_b(camp=camp, seen_plan=PlanB.of(camp).pk)
    page = look(sign_in(olga), camp)
    assert "1 session moves" in words(page)
    assert page.select("main form") == []


# -- the page ---------------------------------------------------------------------------------------------------------------


def words(tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def address(camp, name="detail") -> str:
    return reverse(f"schedule:plan_b_{name}", args=[camp.slug])


def look(client, camp) -> BeautifulSoup:
    answer = client.get(address(camp))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content.decode(), "html.parser")


def form_on(page, action: str) -> dict[str, str]:
    form = page.select_one(f'main form[action$="/{action}/"]')
    return {field["name"]: field["value"] for field in form.select("input[name]")}


def press(client, camp, name: str, fields: dict[str, str]) -> BeautifulSoup:
    answer = client.post(address(camp, name), fields, follow=True)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content.decode(), "html.parser")


@pytest.fixture
def at_desk(sign_in, olga):
    return sign_in(olga)


class TestPage:
    def test_from_nothing_to_two_and_back_by_pressing(self, camp, at_desk, knots, ducks, rooms, slots):
        page = look(at_desk, camp)
        assert "plan B waits in the drawer" in words(page)
        page = press(at_desk, camp, "keep", form_on(page, "keep"))
        assert "This grid is plan B now." in words(page)
        # The very grid is neither taken nor kept once more.
        assert "Plan B is the very grid that is on the board." in words(page)
        assert [form["action"].split("/")[-2] for form in page.select("main form")] == ["drop"]
        move(knots, rooms[0], slots[2])
        page = look(at_desk, camp)
        assert "If you change over, 1 session moves. The board becomes plan B." in words(page)
        assert words(page.select_one(".moves-over li")) == "Knots now: Barn, 13:00 in plan B: Barn, 10:00"
        before = stand(camp)
        page = press(at_desk, camp, "take", form_on(page, "take"))
        assert "Plan B is on the board. What was there is plan B now." in words(page)
        assert page.select_one("h1").get_text(strip=True).startswith("Build the grid")
        undo = page.select_one(".told form")
        fields = [(f["name"], f["value"]) for f in undo.select("input[name]")]
        answer = at_desk.post(undo["action"], {n: [v for m, v in fields if m == n] for n, _v in fields}, follow=True)
        assert answer.status_code == 200
        assert stand(camp) == before

    def test_drop_and_keep_instead_have_a_way_back(self, camp, at_desk, knots, rooms, slots):
        first = keep(camp)
        move(knots, rooms[0], slots[2])
        for action, said in (("drop", "Plan B is dropped."), ("keep", "The grid of now is plan B.")):
            page = look(at_desk, camp)
            page = press(at_desk, camp, action, form_on(page, action))
            assert said in words(page)
            assert PlanB.of(camp) != first
            undo = page.select_one(".told form")
            fields = {field["name"]: field["value"] for field in undo.select("input[name]")}
            page = press(at_desk, camp, "return", fields)
            assert "Plan B is there again." in words(page)
            assert PlanB.of(camp) == first

    def test_what_another_did_meanwhile_is_told(self, camp, at_desk, tunde, knots, rooms, slots):
        keep(camp)
        move(knots, rooms[0], slots[2])
        page = look(at_desk, camp)
        change_over(camp=camp, by=tunde, **seen(camp))
        before = stand(camp), drawer(camp)
        for action in ("take", "keep"):
            assert "The draft was changed meanwhile" in words(press(at_desk, camp, action, form_on(page, action)))
        assert "Plan B is another one by now" in words(press(at_desk, camp, "drop", form_on(page, "drop")))
        # A form that says nothing saw nothing.
        for action in ("take", "keep", "drop", "return"):
            press(at_desk, camp, action, {})
        assert (stand(camp), drawer(camp)) == before

    def test_sent_twice_it_is_done_once(self, camp, at_desk, knots, rooms, slots):
        page = look(at_desk, camp)
        fields = form_on(page, "keep")
        for _again in range(2):
            assert "This grid is plan B now." in words(press(at_desk, camp, "keep", fields))
        assert camp.plans_b.count() == 1
        move(knots, rooms[0], slots[2])
        fields = form_on(look(at_desk, camp), "take")
        for _again in range(2):
            press(at_desk, camp, "take", fields)
        assert camp.steps.filter(kind=Step.Kind.PLAN_B).count() == 1

    def test_what_is_lost_is_named_before_and_after(self, camp, at_desk, knots, ducks, rooms, slots):
        keep(camp)
        hut = RoomFactory(camp=camp, name="Hut")
        move(knots, hut, slots[2])
        move(ducks, hut, slots[1])
        rooms[0].delete()
        page = look(at_desk, camp)
        assert "“Knots”: its room is gone" in words(page)
        assert "1 session moves, 1 loses its place" in words(page)
        page = press(at_desk, camp, "take", form_on(page, "take"))
        assert "Off the grid: “Knots” (its room is gone)." in words(page)

    def test_rules_that_are_broken_stand_below_their_grid(self, camp, at_desk, ben, rooms, slots):
        one, other = (PitchFactory(camp=camp, title=title, hosts=[ben]) for title in ("Knots", "Ducks"))
        place_session(pitch=one, room=rooms[0], slot=slots[0])
        there = place_session(pitch=other, room=rooms[1], slot=slots[0])
        keep(camp)
        move(there, rooms[1], slots[1])
        page = look(at_desk, camp)
        board, plan = page.select(".sides")[0].select("section")
        assert words(board) == "On the board None."
        assert "Ben" in words(plan)
        line = next(row for row in page.select("tbody tr") if words(row.th) == "Rules broken")
        # Which is better is said by a word.
        assert [words(cell) for cell in line.select("td")] == ["0 better", "1"]

    def test_only_organisers(self, camp, hal, knots, sign_in):
        camp.save_flags(helpers_move=True, helpers_capture=True, helpers_repair=True)
        assert sign_in(hal).get(address(camp)).status_code == 403

    def test_ways_there(self, camp, hal, at_desk, knots):
        for name in ("draft_detail", "draft_figures"):
            html = at_desk.get(reverse(f"schedule:{name}", args=[camp.slug])).content.decode()
            assert f'href="{address(camp)}"' in html, name
        camp.save_flags(helpers_move=True)
        helper = Client()
        helper.force_login(hal.user, backend=BACKEND)
        for name in ("draft_detail", "draft_figures"):
            assert address(camp) not in helper.get(reverse(f"schedule:{name}", args=[camp.slug])).content.decode(), name


# -- figures ----------------------------------------------------------------------------------------------------------------


class TestFigures:
    @pytest.fixture
    def crowd(self, camp, knots, ducks, rooms, slots):
        """Eleven people want both: on the board they can, in plan B not."""
        for person in AttendeeFactory.create_batch(11, camp=camp):
            for session in (knots, ducks):
                set_interest(pitch=session.pitch, attendee=person, level=1)
        keep(camp)
        move(ducks, rooms[1], slots[2])

    def lines(self, page) -> dict[str, list[str]]:
        return {words(row.th): [words(cell) for cell in row.select("td")] for row in page.select("tbody tr")}

    def test_both_are_counted_by_the_task_from_the_same_wishes(self, camp, crowd, at_desk):
        advice.renew_figures(camp=camp)
        page = look(at_desk, camp)
        lines = self.lines(page)
        assert lines["Wishes met, of those possible"] == ["about 20 of about 20 better", "about 10 of about 20"]
        assert lines["What all but a few see of their wishes"] == ["100 % better", "50 % or more"]
        board, plan = page.select(".sides")[1].select("section")
        assert "No two sessions at the same time" in words(board)
        assert "wanted both by about 10 people" in words(plan)
        assert "being counted" not in words(page)
        assert page.select_one("#plan-b[data-every]") is None

    def test_a_page_whose_figures_are_to_come_asks_again(
        self, camp, crowd, at_desk, monkeypatch, django_capture_on_commit_callbacks
    ):
        advice.renew_figures(camp=camp)
        asked = []
        monkeypatch.setattr(type(count_figures), "enqueue", lambda task, camp_id: asked.append(camp_id))
        # Those of the draft are as they should be: it is plan B that nobody has counted.
        camp.plans_b.update(counted={}, counted_from="", draft_revision=None)
        with django_capture_on_commit_callbacks(execute=True):
            page = look(at_desk, camp)
        assert asked == [camp.pk]
        assert "The figures are being counted." in words(page)
        assert page.select_one("#plan-b[data-every]") is not None
        assert "Look again" in words(page.select_one("noscript"))
        assert "Wishes met, of those possible" not in self.lines(page)
        count_figures.func(camp.pk)
        assert "being counted" not in words(look(at_desk, camp))

    def test_older_figures_are_shown_without_a_winner(self, camp, crowd, at_desk, monkeypatch, rooms, slots):
        advice.renew_figures(camp=camp)
        monkeypatch.setattr(type(count_figures), "enqueue", lambda task, camp_id: None)
        place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[1])
        page = look(at_desk, camp)
        assert "being counted again" in words(page)
        assert self.lines(page)["Wishes met, of those possible"] == ["about 20 of about 20", "about 10 of about 20"]

    def test_they_are_not_counted_twice_and_no_row_that_went_is_made_anew(self, camp, crowd, monkeypatch):
        advice.renew_figures(camp=camp)
        first = PlanB.of(camp).counted_at
        advice.renew_figures(camp=camp)
        kept = PlanB.of(camp)
        assert (kept.counted_at, kept.draft_revision) == (first, Draft.revision_of(camp))
        monkeypatch.setattr("schedule.advice.counting.PlanB.of", lambda camp: kept)
        PlanB.objects.all().delete()
        advice.renew_figures(camp=camp)
        assert not PlanB.objects.exists()

    def test_what_was_kept_of_plan_b_is_what_is_told_of_the_draft_that_it_was(self, camp, crowd, olga):
        advice.renew_figures(camp=camp)
        told = PlanB.of(camp).counted["figures"]
        turn(camp, olga)
        advice.renew_figures(camp=camp)
        assert camp.draft.figures.counted["figures"] == told


def test_queries_do_not_depend_on_how_large_the_camp_is(camp, at_desk, knots, ducks, rooms, slots):
    def queries() -> int:
        move(knots, rooms[0], slots[2])
        advice.renew_figures(camp=camp)
        at_desk.get(address(camp))
        with CaptureQueriesContext(connection) as captured:
            look(at_desk, camp)
        return len([q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    swans = place_session(pitch=PitchFactory(camp=camp, title="Swans"), room=rooms[1], slot=slots[1])
    keep(camp)
    # Of plan B and off the board.
    unplace_session(session=swans)
    one = queries()
    for n, room in enumerate(RoomFactory.create_batch(3, camp=camp)):
        pitch = PitchFactory(camp=camp, title=f"Pitch {n}", hosts=[AttendeeFactory(camp=camp)])
        place_session(pitch=pitch, room=room, slot=slots[n])
    drop_plan_b(camp=camp, seen_plan=PlanB.of(camp).pk)
    keep(camp)
    for session in camp.sessions.exclude(pk__in=[knots.pk, ducks.pk]):
        unplace_session(session=session)
    move(Session.objects.get(pk=knots.pk), rooms[0], slots[0])
    assert queries() == one
    assert one <= 16


def test_changing_over_takes_as_many_statements_however_many_sessions(camp, olga, rooms, slots):
    def statements(count: int) -> int:
        for n in range(count):
            hall = RoomFactory(camp=camp)
            place_session(pitch=PitchFactory(camp=camp, title=f"Pitch {n}"), room=hall, slot=slots[0])
        keep(camp)
        for session in camp.sessions.with_place():
            if session.place:
                move(session, session.place.room, slots[1])
        with CaptureQueriesContext(connection) as captured:
            turn(camp, olga)
        return len(captured)

    one = statements(1)
    assert statements(6) == one
