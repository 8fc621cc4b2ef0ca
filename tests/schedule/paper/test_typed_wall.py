"""Typing the wall in: one row a session, all of them or none, and what was typed is still there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from events.http import Done
from pitches.models import Pitch
from schedule.draft.moves import place_session
from schedule.models import Cell, Session, Step
from tests.factories import DAY, PitchFactory, make_organiser
from tests.test_archived import rows as all_rows


@pytest.fixture
def pitches(camp, ben):
    return {title: PitchFactory(camp=camp, title=title) for title in ("Knots", "Bells", "Tea and toast")}


@pytest.fixture
def client(olga):
    return signed_in(olga)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(camp) -> str:
    return f"/{camp.slug}/draft/wall/"


def typed(*rows) -> dict[str, str]:
    """As the page sends it: of each row slot, room and title."""
    return {
        f"{number}-{part}": str(getattr(value, "pk", value))
        for number, row in enumerate(rows, 1)
        for part, value in zip(("slot", "room", "title"), row, strict=True)
    }


def places() -> dict[str, str]:
    return {cell.session.title: f"{cell.room}, {cell.slot.starts_at:%H}" for cell in Cell.objects.order_by("pk")}


def faults(answer) -> dict[str, str]:
    assert answer.status_code == 422
    return {name: " ".join(found) for name, found in answer.context["form"].errors.items()}


def told(answer) -> str:
    *_before, message = get_messages(answer.wsgi_request)
    return str(message)


def test_the_rows_are_the_next_free_cells_as_a_wall_is_read(client, camp, olga, pitches, rooms, slots):
    place_session(pitch=pitches["Bells"], room=rooms[0], slot=slots[0], by=olga)
    rooms[1].closed_in.add(slots[1])
    form = client.get(at(camp)).context["form"]
    found = [(form[f"{n}-slot"].initial, form[f"{n}-room"].initial) for n in range(1, 6)]
    wanted = [(slots[0], rooms[1]), (slots[1], rooms[0]), (slots[2], rooms[0]), (slots[2], rooms[1])]
    assert found == [*((str(slot.pk), str(room.pk)) for slot, room in wanted), ("", "")]
    assert "6-title" not in form.fields
    page = client.get(at(camp)).content.decode()
    # Those that wait, each once.
    assert re.findall(r'<option value="([A-Z][^"]*)"></option>', page) == ["Knots", "Tea and toast"]


def test_while_the_camp_runs_it_begins_with_what_is_to_come(camp, olga, rooms, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=10, minutes=5))
    client = signed_in(olga)
    assert client.get(at(camp)).context["form"]["1-slot"].initial == str(slots[1].pk)


def test_titles_are_placed_whatever_their_capitals_and_spaces_in_one_step(client, camp, pitches, rooms, slots):
    data = typed((slots[0], rooms[0], " knots"), (slots[0], rooms[1], ""), (slots[1], rooms[1], "tea  AND toast"))
    answer = client.post(at(camp), data)
    assert answer.url == at(camp)
    assert told(answer) == "2 sessions are placed."
    assert places() == {"Knots": "Barn, 10", "Tea and toast": "Loft, 11"}
    assert Step.objects.count() == 1
    *_before, message = get_messages(answer.wsgi_request)
    undo, data = Done.of(message.extra_tags).undo, {}
    for name, value in undo.fields:
        data.setdefault(name, []).append(value)
    client.post(undo.address, data)
    assert places() == {}


def test_one_that_stands_elsewhere_moves_and_it_is_said_from_where(client, camp, olga, pitches, rooms, slots):
    session = place_session(pitch=pitches["Knots"], room=rooms[0], slot=slots[0], by=olga)
    # Its cell is free for another row then.
    answer = client.post(at(camp), typed((slots[2], rooms[1], "Knots"), (slots[0], rooms[0], "Bells")))
    assert told(answer) == "2 sessions are placed. “Knots” stood in Barn, Sat 12 Jan, 10:00."
    assert places() == {"Knots": "Loft, 13", "Bells": "Barn, 10"}
    assert Session.objects.get(pitch=pitches["Knots"]).pk == session.pk


def test_what_stands_there_already_is_no_fault_and_no_step(client, camp, olga, pitches, rooms, slots):
    place_session(pitch=pitches["Knots"], room=rooms[0], slot=slots[0], by=olga)
    answer = client.post(at(camp), typed((slots[0], rooms[0], "Knots")))
    assert told(answer) == "All of that stands there already."
    assert Step.objects.count() == 1
    assert Session.objects.get().revision == 1


def test_faults_stand_row_by_row_nothing_is_placed_and_all_is_still_there(client, camp, olga, pitches, rooms, slots):
    place_session(pitch=pitches["Bells"], room=rooms[0], slot=slots[0], by=olga)
    before = all_rows()
    data = typed(
        (slots[0], rooms[0], "Knots"),
        (slots[1], rooms[0], "Tee and toast"),
        (slots[2], rooms[0], "Xylophones"),
        (slots[2], rooms[1], "Tea and toast"),
        (slots[2], rooms[1], "knots"),
        ("", rooms[1], "Bells"),
    )
    answer = client.post(at(camp), data)
    # All of them in one answer, whichever kind they are of.
    assert faults(answer) == {
        "6-slot": "Choose a slot.",
        "2-title": "No pitch has this title. Is it “Tea and toast”?",
        "3-title": "No pitch has this title. Correct it, or tick that new titles become pitches.",
        "5-title": "This title stands in another row, too.",
    }
    assert all_rows() == before
    page = answer.content.decode()
    for text in ("Tee and toast", "Xylophones", "knots"):
        assert f'value="{text}"' in page
    for name in faults(answer):
        assert f'href="#id_{name}"' in page
        assert f'aria-describedby="id_{name}_error"' in page
        assert f'id="id_{name}_error"' in page
    assert page.count("Nothing is placed yet.") == 1


def test_a_taken_place_and_one_that_two_rows_want_are_named(client, camp, olga, pitches, rooms, slots):
    place_session(pitch=pitches["Bells"], room=rooms[0], slot=slots[0], by=olga)
    data = typed((slots[0], rooms[0], "Knots"), (slots[1], rooms[0], "Tea and toast"), (slots[1], rooms[0], "New"))
    assert faults(client.post(at(camp), data | {"with_new": "on"})) == {
        "1-title": "“Bells” stands there. Choose another place.",
        "3-title": "Row 2 has this place, too.",
    }
    assert not Pitch.objects.filter(title="New").exists()


def test_an_unknown_title_becomes_a_pitch_if_one_says_so(client, camp, pitches, rooms, slots):
    answer = client.post(at(camp), typed((slots[0], rooms[0], "Xylophones")) | {"with_new": "on"})
    assert told(answer) == "1 session is placed. 1 pitch is new."
    assert places() == {"Xylophones": "Barn, 10"}
    assert Pitch.objects.get(title="Xylophones").proposed_by.display_name == "Olga"


def test_of_two_of_one_title_the_one_that_waits_is_meant(client, camp, olga, pitches, rooms, slots):
    twin = PitchFactory(camp=camp, title="knots")
    sentence = "Several pitches have this title. Place them from the board."
    assert faults(client.post(at(camp), typed((slots[0], rooms[0], "Knots")))) == {"1-title": sentence}
    place_session(pitch=pitches["Knots"], room=rooms[1], slot=slots[0], by=olga)
    client.post(at(camp), typed((slots[0], rooms[0], "Knots")))
    assert Cell.objects.get(room=rooms[0]).session.pitch == twin


def test_a_pitch_that_may_run_twice_stands_in_two_rows(client, camp, pitches, rooms, slots):
    Pitch.objects.filter(title="Knots").update(runs=2)
    client.post(at(camp), typed((slots[0], rooms[0], "Knots"), (slots[1], rooms[1], "Knots")))
    assert Cell.objects.filter(session__pitch__title="Knots").count() == 2
    # Typed once more it moves the first, and none is made.
    client.post(at(camp), typed((slots[2], rooms[0], "Knots")))
    assert Cell.objects.filter(session__pitch__title="Knots").count() == 2
    assert Session.objects.count() == 2


def test_a_double_takes_the_slot_after_it(client, camp, pitches, rooms, slots):
    Pitch.objects.filter(title="Knots").update(length=2)
    sentence = "A double session needs two slots in a row, with no break between."
    assert faults(client.post(at(camp), typed((slots[1], rooms[0], "Knots")))) == {"1-title": sentence}
    data = typed((slots[0], rooms[0], "Knots"), (slots[1], rooms[0], "Bells"))
    assert faults(client.post(at(camp), data)) == {"2-title": "Row 1 has this place, too."}
    client.post(at(camp), typed((slots[0], rooms[0], "Knots")))
    assert Cell.objects.count() == 2


def test_nothing_typed_is_said(client, camp, pitches, rooms, slots):
    assert faults(client.post(at(camp), {})) == {"1-title": "Type at least one title."}


@pytest.mark.parametrize("text", ["999999", "x", "١٢", ""])
def test_a_slot_or_a_room_that_is_not_there_is_a_fault_of_its_row(client, camp, pitches, rooms, slots, text):
    found = faults(client.post(at(camp), typed((text, text, "Knots"))))
    assert found.keys() == {"1-slot", "1-room"}


def test_it_asks_the_same_of_the_database_for_one_row_and_for_twenty(
    client, camp, rooms, slots, django_assert_max_num_queries
):
    for number in range(20):
        PitchFactory(camp=camp, title=f"Pitch no {number}")
    more = [camp.rooms.create(name=f"Room {number}") for number in range(20)]
    with django_assert_max_num_queries(20):
        client.get(at(camp))
    client.post(at(camp), typed(*((slots[0], room, f"Pitch no {n}") for n, room in enumerate(more))))
    assert Cell.objects.count() == 20


def test_what_a_colleague_placed_meanwhile_is_told_and_moves_when_sent_again(client, camp, pitches, rooms, slots):
    oscar = make_organiser(camp, "Oscar")
    page = client.get(at(camp))
    place_session(pitch=pitches["Knots"], room=rooms[1], slot=slots[2], by=oscar)
    data = typed((slots[0], rooms[0], "Knots"), (slots[1], rooms[0], "Bells"))
    answer = client.post(at(camp), data | as_of(page))
    sentence = "Oscar put it in Loft, Sat 12 Jan, 13:00 meanwhile. Send again to move it here."
    assert faults(answer) == {"1-title": sentence}
    assert places() == {"Knots": "Loft, 13"}
    client.post(at(camp), data | as_of(answer))
    assert places() == {"Knots": "Barn, 10", "Bells": "Barn, 11"}


def as_of(page) -> dict[str, str]:
    return dict(re.findall(r'name="(as_of)" value="(\d+)"', page.content.decode()))


def test_what_one_placed_oneself_meanwhile_or_where_the_row_says_is_no_question(
    client, camp, olga, pitches, rooms, slots
):
    page = client.get(at(camp))
    place_session(pitch=pitches["Knots"], room=rooms[1], slot=slots[2], by=olga)
    place_session(pitch=pitches["Bells"], room=rooms[1], slot=slots[0], by=make_organiser(camp, "Oscar"))
    client.post(at(camp), typed((slots[0], rooms[0], "Knots"), (slots[0], rooms[1], "Bells")) | as_of(page))
    assert places() == {"Bells": "Loft, 10", "Knots": "Barn, 10"}


def test_what_they_break_and_what_has_begun_is_said_and_done(camp, olga, ben, rooms, slots, monkeypatch):
    """The wall is right: what hangs there stands there."""
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=10, minutes=5))
    for title in ("Knots", "Splices"):
        PitchFactory(camp=camp, title=title, hosts=[ben])
    client = signed_in(olga)
    answer = client.post(at(camp), typed((slots[0], rooms[0], "Knots"), (slots[0], rooms[1], "Splices")))
    assert places() == {"Knots": "Barn, 10", "Splices": "Loft, 10"}
    said = str(next(iter(get_messages(answer.wsgi_request))))
    assert "“Knots” stands in a slot that has begun." in said
    assert "“Splices” stands in a slot that has begun." in said
    assert "Ben" in said


def test_where_nothing_is_broken_nothing_is_warned_of(client, camp, olga, ben, pitches, rooms, slots):
    """What was wrong elsewhere before is not of these rows."""
    for room in rooms:
        place_session(pitch=PitchFactory(camp=camp, hosts=[ben]), room=room, slot=slots[0], by=olga)
    answer = client.post(at(camp), typed((slots[1], rooms[0], "Knots")))
    assert told(answer) == "1 session is placed."
    assert len([*get_messages(answer.wsgi_request)]) == 1
