"""What comes or goes while several rows are read, or between a form and the camp's lock, is no 500."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from events.frame import close_rooms, drop_from_frame, set_away
from events.models import Room, Slot
from exchange.outcome import Outcome
from pitches.services import withdraw_pitch
from schedule.draft.moves import place_session, unplace_session
from schedule.draft.rows import read_draft
from schedule.models import Cell, Draft
from schedule.views import repair
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory, make_slot


@contextmanager
def just_before(table: str, do: Callable[[], Any]) -> Iterator[None]:
    """Somebody else does that, and is done, before this table is read."""
    done = []

    def wrapper(execute, sql, params, many, context):
        if f'FROM "{table}"' in sql and not done:
            done.append(True)
            do()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield
    assert done


@pytest.fixture
def standing(camp, ben, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])


def new_things(camp, what: str) -> Callable[[], Any]:
    def do() -> None:
        room = RoomFactory(camp=camp, name="New") if what == "room" else camp.rooms.first()
        slot = make_slot(camp, 17) if what == "slot" else camp.slots.last()
        pitch = PitchFactory(camp=camp, title="New") if what == "pitch" else camp.pitches.get()
        place_session(pitch=pitch, room=room, slot=slot)

    return do


@pytest.mark.parametrize("what", ["room", "slot", "pitch"])
def test_what_is_placed_while_the_draft_is_read_is_not_shown_yet(camp, standing, what):
    with just_before(Cell._meta.db_table, new_things(camp, what)):
        draft = read_draft(camp)
    shown = {found.session.title for found in draft.standing}
    assert shown == ({"Knots"} if what == "pitch" else set())
    assert len(read_draft(camp).standing) == camp.sessions.placed().count()


@pytest.mark.parametrize("page", ["draft/publish/", "draft/repair/", "draft/"])
def test_no_page_of_the_draft_is_a_500_for_it(sign_in, camp, olga, standing, page):
    client = sign_in(olga)
    with just_before(Cell._meta.db_table, new_things(camp, "room")):
        assert client.get(f"/{camp.slug}/{page}").status_code == 200


@pytest.mark.parametrize(
    ("table", "what"),
    [
        (Cell._meta.db_table, "room"),
        (Cell._meta.db_table, "slot"),
        ("schedule_session", "pitch"),
        ("notes_link", "host"),
    ],
)
def test_whoever_joins_and_pitches_while_an_import_is_planned_is_left_out(camp, standing, table, what):
    """Planned on numbers that hold no more, it is planned anew."""

    def joins() -> None:
        PitchFactory(camp=camp, title="New", hosts=[AttendeeFactory(camp=camp)])

    with just_before(
        "pitches_pitch_hosts" if what == "host" else table, joins if what == "host" else new_things(camp, what)
    ):
        outcome = Outcome.of(camp, ["sheet.csv"])
    assert {pitch.title for pitch in outcome.pitches} == {"Knots"}
    assert {host.display_name for hosts in outcome.hosts.values() for host in hosts.values()} == {"Ben"}


@pytest.mark.parametrize("what", ["room", "slot"])
def test_nothing_is_closed_in_what_somebody_deleted_meanwhile(camp, what):
    room, slot = RoomFactory(camp=camp, name="Attic"), make_slot(camp, 10)
    drop_from_frame(thing=camp.rooms.get() if what == "room" else camp.slots.get())
    with pytest.raises(ValidationError, match=r"“(Attic|.*10:00)” was deleted meanwhile"):
        close_rooms(rooms=[room], slots=[slot], is_closed=True)


def test_nobody_is_away_in_a_slot_that_somebody_deleted_meanwhile(camp, ben, olga):
    slot = make_slot(camp, 10)
    drop_from_frame(thing=camp.slots.get())
    with pytest.raises(ValidationError, match=r"“.*10:00” was deleted meanwhile"):
        set_away(attendee=ben, slots=[slot], is_away=True, by=olga)


@pytest.mark.parametrize(("service", "page"), [("set_away", "hosts"), ("switch_rooms", "rooms")])
def test_the_form_is_shown_again_with_the_sentence(sign_in, camp, olga, ben, rooms, monkeypatch, service, page):
    slot = make_slot(camp, 10)
    PitchFactory(camp=camp, title="Knots", hosts=[ben])
    real = getattr(repair, service)

    def later(**facts: Any) -> None:
        # The other organiser held the camp, and is done.
        drop_from_frame(thing=Slot.objects.get(pk=slot.pk))
        real(**facts)

    monkeypatch.setattr(repair, service, later)
    chosen = (
        {"host": ben.pk, "away_in": [slot.pk]} if page == "hosts" else {"room": rooms[0].pk, "closed_in": [slot.pk]}
    )
    response = sign_in(olga).post(f"/{camp.slug}/draft/repair/{page}/", chosen)
    assert response.status_code == 422
    assert "” was deleted meanwhile." in response.content.decode()
    assert not Room.closed_in.through.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_pitch_that_is_withdrawn_while_its_places_are_counted_leads_back_to_the_draft(
    sign_in, camp, olga, standing, method
):
    ask = getattr(sign_in(olga), method)
    with just_before("events_room", lambda: withdraw_pitch(pitch=standing.pitch, by=None)):
        response = ask(f"/{camp.slug}/draft/pitches/{standing.pitch_id}/place/", follow=True)
    assert response.redirect_chain[-1][0].endswith("/draft/")
    assert "“Knots” is off the board. It stays off the grid." in response.content.decode()


#: pages that say which revision of the draft one saw
WITH_A_REVISION = ["slots/shift/", "draft/publish/", "draft/", "draft/repair/"]


@pytest.mark.parametrize("table", [Slot, Room, Cell])
@pytest.mark.parametrize("page", WITH_A_REVISION)
def test_nobody_is_said_to_have_seen_what_came_while_the_page_was_made(
    sign_in, camp, olga, standing, rooms, slots, page, table
):
    """It would be published, or built upon, as if they had (optimistic lock)."""
    publish_grid(camp=camp, by=None)
    client, address = sign_in(olga), f"/{camp.slug}/{page}"
    client.get(address)
    # What is kept of the draft must be made anew.
    place_session(pitch=standing.pitch, room=rooms[1], slot=slots[0])
    before = Draft.revision_of(camp)
    with just_before(table._meta.db_table, lambda: unplace_session(session=standing)):
        html = client.get(address).content.decode()
    said = {int(number) for number in re.findall(r'name="seen" value="(\d+)"', html)}
    assert said == {before} != {Draft.revision_of(camp)}
