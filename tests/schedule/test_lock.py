"""Building, taking and publishing: on the draft as it was seen, with a plan that still fits, or not at all."""

import re
from dataclasses import asdict

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from events.editing import edit_camp
from events.frame import close_rooms, drop_from_frame, save_room, save_slot, set_away
from events.merging import merge_attendees
from events.models import Slot
from pitches.services import save_pitch, withdraw_pitch
from schedule.advice.mending import Mending
from schedule.build import border, run
from schedule.draft import moves
from schedule.draft.lock import locked_draft
from schedule.models import Cell, Draft, GridBuild, GridVersion
from tests.factories import AttendeeFactory, PitchFactory

CHANGED = "The draft was changed meanwhile."


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


@pytest.fixture
def plan(knots, rooms, slots):
    """Knots in the barn at one o'clock, after lunch."""
    return [[knots.pk, slots[2].pk, rooms[0].pk]]


def url(name, camp, *arguments):
    return reverse(f"schedule:{name}", args=[camp.slug, *arguments])


def take(client, camp, plan, kind):
    """A plan that was worked out for the draft as it is now; called later it is taken, and the page after it says."""
    done = {"state": GridBuild.State.DONE, "draft_revision": Draft.revision_of(camp), "kind": kind}
    if kind == GridBuild.Kind.GRID:
        build = camp.grid_builds.create(plan=plan, **done)
        return lambda: client.post(
            url("build_take", camp, build.pk), {"seen": Draft.revision_of(camp)}, follow=True
        ).content.decode()
    mending = Mending([], moved=1, people=1, attended=1, standing=0, is_fewest=True, rows=plan)
    build = camp.grid_builds.create(alternatives=[asdict(mending)], **done)
    return lambda: client.post(url("repair_take", camp, build.pk), {"number": "0"}, follow=True).content.decode()


def make_for_everybody(knots, room, slot):
    slot.kind = Slot.Kind.EVERYONE
    save_slot(slot=slot)


def make_double(knots, room, slot):
    knots.length = 2
    save_pitch(pitch=knots, hosts=knots.hosts.all(), not_in=[], by=None)


#: what happens meanwhile, and what is said when the build, or the repair, is taken after it
MEANWHILE = {
    "slot for everybody": (make_for_everybody, "is for everybody now. Work out a new plan.", CHANGED),
    "slot gone": (lambda knots, room, slot: drop_from_frame(thing=slot), "A slot of this plan is gone", CHANGED),
    "room gone": (lambda knots, room, slot: drop_from_frame(thing=room), "A room of this plan is gone", CHANGED),
    "pitch double": (make_double, "“Knots” no longer fits where this plan puts it.", CHANGED),
    "pitch withdrawn": (
        lambda knots, room, slot: withdraw_pitch(pitch=knots, by=None),
        "left out: Knots.",
        "left out: Knots.",
    ),
}


@pytest.mark.parametrize("kind", [GridBuild.Kind.GRID, GridBuild.Kind.REPAIR])
@pytest.mark.parametrize("what", MEANWHILE)
def test_a_plan_that_no_longer_fits_is_refused_in_words(sign_in, camp, olga, knots, rooms, slots, plan, kind, what):
    change, of_build, of_repair = MEANWHILE[what]
    taken = take(sign_in(olga), camp, plan, kind)
    change(knots, rooms[0], slots[2])
    assert (of_build if kind == GridBuild.Kind.GRID else of_repair) in taken()
    assert not Cell.objects.exists()


def test_a_double_whose_second_cell_the_plan_gives_away_is_refused(sign_in, camp, olga, knots, rooms, slots):
    ducks = PitchFactory(camp=camp, title="Ducks")
    plan = [[knots.pk, slots[0].pk, rooms[0].pk], [ducks.pk, slots[1].pk, rooms[0].pk]]
    taken = take(sign_in(olga), camp, plan, GridBuild.Kind.GRID)
    make_double(knots, rooms[0], slots[0])
    assert "no longer fits where this plan puts it." in taken()
    assert not Cell.objects.exists()


@pytest.mark.parametrize("change", [make_double, lambda knots, room, slot: Slot.objects.filter(pk=slot.pk).delete()])
def test_a_build_whose_plan_fell_apart_while_it_ran_waits(
    sign_in, camp, olga, knots, rooms, slots, monkeypatch, change
):
    for slot in slots[:2]:
        slot.delete()
    build = run.start_build(camp=camp, seconds=0.1)
    best_grid = border.best_grid

    def best_grid_and_meanwhile(*arguments, **named):
        found = best_grid(*arguments, **named)
        change(knots, rooms[0], slots[2])
        return found

    monkeypatch.setattr(border, "best_grid", best_grid_and_meanwhile)
    run.run_build(build=build)
    assert (build.state, build.is_applied, Cell.objects.count()) == (GridBuild.State.DONE, False, 0)
    response = sign_in(olga).post(url("build_take", camp, build.pk), {"seen": Draft.revision_of(camp)}, follow=True)
    assert "Work out a new plan." in response.content.decode()


def test_what_the_pages_show_is_what_their_forms_say_was_seen(sign_in, camp, olga, knots, rooms, slots):
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    client, hidden = sign_in(olga), f'name="seen" value="{Draft.revision_of(camp)}"'
    camp.grid_builds.create(state=GridBuild.State.DONE)
    page = client.get(url("draft_detail", camp)).content.decode()
    assert set(re.findall(rf'{hidden} form="([\w-]+)"', page)) == {"build-start", "build-take"}
    assert {"build-start", "build-take"} <= set(re.findall(r'<form id="([\w-]+)"', page))
    for name in ("draft_repair", "grid_publish"):
        assert hidden in client.get(url(name, camp)).content.decode()


@pytest.mark.parametrize("stale", [True, False])
@pytest.mark.parametrize("name", ["build_start", "repair_start", "build_take", "grid_publish"])
def test_nothing_is_done_to_a_draft_that_was_not_seen(sign_in, camp, olga, knots, rooms, slots, name, stale):
    """Somebody moved a session since the page was loaded; or the form does not say what was seen."""
    client, seen = sign_in(olga), Draft.revision_of(camp)
    build = camp.grid_builds.create(state=GridBuild.State.DONE, plan=[])
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    address = url(name, camp, *([build.pk] if name == "build_take" else []))
    response = client.post(address, {"seen": seen} if stale else {}, follow=True)
    assert CHANGED in response.content.decode()
    assert (Cell.objects.count(), camp.grid_builds.count(), GridVersion.latest(camp)) == (1, 1, None)


def test_a_refused_build_keeps_the_concerns_as_they_were(sign_in, camp, olga):
    sign_in(olga).post(url("build_start", camp), {"seen": "99", "fairness": "9"})
    assert Draft.of(camp).fairness == 2


def test_the_published_grid_is_the_one_that_was_seen(sign_in, camp, olga, knots, rooms, slots):
    moves.place_session(pitch=knots, room=rooms[0], slot=slots[0])
    client = sign_in(olga)
    client.post(url("grid_publish", camp), {"seen": Draft.revision_of(camp)})
    assert GridVersion.latest(camp).placements.get().room_name == "Barn"


def test_the_command_does_not_build_over_what_changed_while_it_computed(camp, knots, rooms, slots, monkeypatch):
    best_grid = border.best_grid

    def best_grid_and_meanwhile(*arguments, **named):
        moves.place_session(pitch=knots, room=rooms[1], slot=slots[1])
        return best_grid(*arguments, **named)

    monkeypatch.setattr(border, "best_grid", best_grid_and_meanwhile)
    with pytest.raises(CommandError, match=CHANGED):
        call_command("build_grid", camp.slug, "--seconds=0.1")
    assert Cell.objects.get().room == rooms[1]


def walk_longer(camp, fields=("name", "walking_minutes")):
    camp.name, camp.walking_minutes = "Hillside", camp.walking_minutes + 5
    edit_camp(camp=camp, fields=fields, by=None)


def test_what_a_camp_is_called_is_no_news_to_the_draft(camp, rooms, slots):
    seen = Draft.revision_of(camp)
    walk_longer(camp, fields=["name"])
    assert Draft.revision_of(camp) == seen


@pytest.mark.parametrize(
    "change",
    [
        lambda ben, room, slot: close_rooms(rooms=[room], slots=[slot], is_closed=True),
        lambda ben, room, slot: set_away(attendee=ben, slots=[slot], is_away=True, by=None),
        lambda ben, room, slot: save_room(room=room),
        lambda ben, room, slot: save_slot(slot=slot),
        lambda ben, room, slot: drop_from_frame(thing=room),
        lambda ben, room, slot: merge_attendees(source=AttendeeFactory(camp=ben.camp), into=ben),
        lambda ben, room, slot: walk_longer(ben.camp),
    ],
)
def test_where_sessions_can_be_belongs_to_the_draft(camp, ben, rooms, slots, change):
    """A room that is closed, say, is news to whoever looks at the draft, and to whoever is about to publish it."""
    seen = Draft.revision_of(camp)
    change(ben, rooms[0], slots[0])
    with pytest.raises(ValidationError, match=CHANGED):
        locked_draft(camp=camp, seen=seen)


def placed_by_hand(knots, room, slot):
    return moves.place_session(pitch=knots, room=room, slot=slot)


def run_once_more(knots, room, slot):
    return moves.add_repeat(pitch=knots, room=room, slot=slot)


def as_on_a_page(*things):
    """The rows as a request has read them, before somebody else changes them."""
    return [type(thing).objects.get(pk=thing.pk) for thing in things]


@pytest.mark.parametrize("move", [placed_by_hand, run_once_more])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda knots, room, slot: withdraw_pitch(pitch=knots, by=None),
            "“Knots” is off the board. It stays off the grid.",
        ),
        (lambda knots, room, slot: drop_from_frame(thing=room), "“Barn” was deleted meanwhile."),
        (lambda knots, room, slot: drop_from_frame(thing=slot), "“.*10:00.*” was deleted meanwhile."),
        (make_for_everybody, "That slot is for everybody."),
    ],
)
def test_what_went_while_somebody_decided_gets_no_session(knots, rooms, slots, move, change, told):
    read = as_on_a_page(knots, rooms[0], slots[0])
    change(knots, rooms[0], slots[0])
    with pytest.raises(ValidationError, match=told):
        move(*read)
    assert not Cell.objects.exists()


@pytest.mark.parametrize("move", [placed_by_hand, run_once_more])
def test_a_pitch_that_became_longer_while_somebody_decided_takes_as_many_cells(knots, rooms, slots, move):
    read = as_on_a_page(knots, rooms[0], slots[0])
    make_double(knots, rooms[0], slots[0])
    move(*read)
    assert {cell.slot for cell in Cell.objects.all()} == set(slots[:2])
