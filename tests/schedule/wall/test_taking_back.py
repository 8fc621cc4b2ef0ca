"""A publish is taken back: what was up before is up again, as a new version, and everybody concerned learns it."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from icalendar import Calendar

from accounts.once import BACKEND
from events.frame import close_rooms
from events.models import Attendee
from events.news import sentence
from pitches.services import set_interest, withdraw_pitch
from schedule.draft.moves import pin_session, place_session, unplace_session
from schedule.models import Cell, Draft, GridVersion
from schedule.wall.changes import with_sentences
from schedule.wall.publish import publish_grid
from schedule.wall.taking_back import take_back_version
from schedule.wall.telling import choose_telling
from schedule.wall.unseen import see_moves, unseen_of
from tests.factories import PitchFactory, RoomFactory, make_organiser


def reader(attendee: Attendee) -> Client:
    client = Client()
    client.force_login(attendee.user, backend=BACKEND)
    return client


def words(tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def address(camp) -> str:
    return f"/{camp.slug}/draft/publish/back/"


def stands(camp) -> dict[str, tuple[str, int]]:
    rows = GridVersion.latest(camp).placements.filter(is_cancelled=False).select_related("session__pitch")
    return {row.session.pitch.title: (row.room_name, row.starts_at.hour) for row in rows}


def draft(camp) -> dict[str, tuple[str, int]]:
    cells = Cell.objects.filter(session__camp=camp).select_related("session__pitch", "room", "slot")
    return {cell.session.pitch.title: (cell.room.name, cell.slot.starts_at.hour) for cell in cells}


@pytest.fixture
def knots(camp, ben, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])


@pytest.fixture
def ducks(camp, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[1])


FIRST = {"Knots": ("Barn", 10), "Ducks": ("Loft", 11)}
SECOND = {"Knots": ("Barn", 13), "Kites": ("Barn", 11)}


@pytest.fixture
def twice(camp, knots, ducks, rooms, slots):
    """In version 2 Knots is later, Ducks is off, Kites is new."""
    publish_grid(camp=camp, by=None)
    place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2])
    unplace_session(session=ducks)
    place_session(pitch=PitchFactory(camp=camp, title="Kites"), room=rooms[0], slot=slots[1])
    publish_grid(camp=camp, by=None)
    assert stands(camp) == SECOND
    mail.outbox.clear()
    return camp


def test_the_version_before_stands_again_as_a_new_one_and_the_draft_stays(twice):
    version = take_back_version(camp=twice, by=None)
    assert (version.number, version.takes_back) == (3, 2)
    assert (stands(twice), draft(twice)) == (FIRST, SECOND)
    assert [v.number for v in twice.grid_versions.order_by("number")] == [1, 2, 3]
    [told] = with_sentences(twice, [version])
    assert told.sentences[0] == "Version 2 was taken back."
    assert "“Knots” moved from Barn, Sat 13:00 to Barn, Sat 10:00." in told.sentences
    # The draft is another one now, and can be published.
    assert publish_grid(camp=twice, by=None).number == 4
    assert stands(twice) == SECOND


def test_taken_back_twice_it_is_up_again(twice):
    take_back_version(camp=twice, by=None)
    assert take_back_version(camp=twice, by=None).number == 4
    assert stands(twice) == SECOND


def test_calendars_get_a_higher_sequence(client, twice, knots, ducks, slots):
    def entries():
        found = Calendar.from_ical(client.get(f"/{twice.slug}/calendar.ics").content).walk("VEVENT")
        return {str(event["summary"]).removeprefix("Cancelled: "): event for event in found}

    before = entries()
    take_back_version(camp=twice, by=None)
    after = entries()
    key = next(title for title in before if "Knots" in title)
    assert after[key]["uid"] == before[key]["uid"]
    assert after[key]["sequence"] == before[key]["sequence"] + 1
    assert after[key]["dtstart"].dt == slots[0].starts_at
    status = {str(event["uid"]): (event["status"], event["sequence"]) for event in after.values()}
    was = {str(event["uid"]): (event["status"], event["sequence"]) for event in before.values()}
    changed = {uid for uid in status if status[uid][0] != was[uid][0]}
    assert len(changed) == 2, "Ducks is back, Kites is cancelled"
    assert all(status[uid][1] == was[uid][1] + 1 for uid in changed)


def test_whoever_was_told_of_the_move_is_told_that_it_is_back(twice, knots, ben, cleo, olga):
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    choose_telling(attendee=cleo, is_before=False, is_by_mail=True)
    cleo.refresh_from_db()
    see_moves(attendee=cleo, at=GridVersion.latest(twice).published_at)
    mail.outbox.clear()
    take_back_version(camp=twice, by=olga, why="The kitchen is dry")
    ben.refresh_from_db()
    assert [sentence(item) for item in ben.news] == [
        "“Knots”, which you host, moved from Barn, Sat 13:00 to Barn, Sat 10:00. Why: The kitchen is dry"
    ]
    bodies = {letter.to[0]: letter.body for letter in mail.outbox}
    assert "moved from Barn, Sat 13:00 to Barn, Sat 10:00. Why: The kitchen is dry" in bodies[ben.user.email]
    assert "Still in Barn. Why: The kitchen is dry" in bodies[cleo.user.email]
    cleo = Attendee.objects.get(pk=cleo.pk)
    [move] = unseen_of(cleo).moves
    assert (move.place.starts_at.hour, move.before.starts_at.hour) == (10, 13)
    banner = BeautifulSoup(reader(cleo).get(f"/{twice.slug}/").content, "html.parser").select_one(".moves")
    assert "Why: The kitchen is dry" in words(banner)


def test_who_had_not_seen_the_move_is_told_nothing(twice, knots, cleo):
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    cleo.moves_seen_at = twice.grid_versions.get(number=1).published_at
    cleo.save()
    twice.attendees.filter(pk=cleo.pk).get().interests.update(since=cleo.moves_seen_at)
    take_back_version(camp=twice, by=None)
    assert unseen_of(Attendee.objects.get(pk=cleo.pk)).moves == ()


class TestDraft:
    def test_chosen_it_goes_back_too_and_one_can_undo_it(self, twice, olga, knots):
        from schedule.draft.undo import undo_step

        take_back_version(camp=twice, by=olga, with_draft=True)
        assert (stands(twice), draft(twice)) == (FIRST, FIRST)
        undo_step(camp=twice, by=olga)
        assert (stands(twice), draft(twice)) == (FIRST, SECOND)

    def test_what_stays_keeps_its_pin(self, camp, knots, ducks, rooms, slots, olga):
        publish_grid(camp=camp, by=None)
        pin_session(session=knots, is_pinned=True)
        place_session(pitch=ducks.pitch, session=ducks, room=rooms[1], slot=slots[2])
        publish_grid(camp=camp, by=None)
        take_back_version(camp=camp, by=olga, with_draft=True)
        knots.refresh_from_db()
        assert (draft(camp), knots.is_pinned) == (FIRST, True)

    def test_live_goes_on_with_the_draft_and_ends_without_it(self, twice, olga, knots, rooms, slots):
        Draft.of(twice).go_live("on")
        take_back_version(camp=twice, by=olga, with_draft=True)
        assert (Draft.of(twice).live, GridVersion.latest(twice).number) == ("on", 3)
        take_back_version(camp=twice, by=olga)
        assert (Draft.of(twice).live, GridVersion.latest(twice).number) == ("", 4)
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[2], by=olga)
        assert GridVersion.latest(twice).number == 4

    def test_where_it_cannot_go_back_nothing_is_done(self, twice, olga, knots, slots):
        knots.pitch.length = 2
        twice.pitches.filter(pk=knots.pitch_id).update(length=2)
        # Ten and eleven: Kites stands there, and is taken off; but the room is needed by what stays.
        place_session(pitch=PitchFactory(camp=twice, title="Bells"), room=RoomFactory(camp=twice), slot=slots[0])
        twice.slots.filter(pk=slots[0].pk).update(kind="everyone")
        with pytest.raises(ValidationError):
            take_back_version(camp=twice, by=olga, with_draft=True)
        assert (GridVersion.latest(twice).number, draft(twice)["Knots"]) == (2, ("Barn", 13))


class TestRefused:
    def test_a_first_version(self, camp, olga, knots):
        publish_grid(camp=camp, by=None)
        with pytest.raises(ValidationError, match="There is no version before"):
            take_back_version(camp=camp, by=None)
        page = reader(olga).get(address(camp))
        assert "There is no version before to go back to." in page.content.decode()
        assert "<form" not in page.content.decode().partition("<main")[2].partition("</main")[0]

    def test_a_publish_in_between(self, twice, olga, knots, rooms, slots):
        client = reader(olga)
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[2])
        publish_grid(camp=twice, by=None)
        response = client.post(address(twice), {"seen": 2, "why": "Sorry"})
        assert response.status_code == 422
        text = response.content.decode()
        assert "Version 3 was published meanwhile" in text
        assert 'value="Sorry"' in text
        assert GridVersion.latest(twice).number == 3

    def test_two_at_once(self, twice, olga):
        oscar = make_organiser(twice, "Oscar")
        reader(oscar).post(address(twice), {"seen": 2})
        response = reader(olga).post(address(twice), {"seen": 2})
        assert "Somebody took version 2 back meanwhile: version 3 is up" in response.content.decode()
        assert GridVersion.latest(twice).number == 3

    def test_a_form_that_does_not_say_what_was_seen(self, twice, olga):
        assert reader(olga).post(address(twice), {}).status_code == 422
        assert GridVersion.latest(twice).number == 2

    def test_a_room_that_is_gone(self, camp, knots, ducks, rooms, slots):
        attic = RoomFactory(camp=camp, name="Attic")
        place_session(pitch=knots.pitch, session=knots, room=attic, slot=slots[0])
        publish_grid(camp=camp, by=None)
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[0])
        publish_grid(camp=camp, by=None)
        attic.delete()
        with pytest.raises(ValidationError, match="“Knots” would stand in Attic, which is gone"):
            take_back_version(camp=camp, by=None)

    def test_what_breaks_a_rule_by_now_unless_it_is_accepted(self, twice, olga, rooms, slots):
        close_rooms(rooms=[rooms[0]], slots=[slots[0]], is_closed=True)
        client = reader(olga)
        assert "Broken rules" in client.get(address(twice)).content.decode()
        response = client.post(address(twice), {"seen": 2})
        assert response.status_code == 422
        assert GridVersion.latest(twice).number == 2
        client.post(address(twice), {"seen": 2, "accept_broken": "1"})
        assert GridVersion.latest(twice).number == 3


def test_what_was_withdrawn_since_stays_off(twice, knots):
    withdraw_pitch(pitch=knots.pitch, by=None)
    take_back_version(camp=twice, by=None)
    assert stands(twice) == {"Ducks": ("Loft", 11)}


def test_the_page_says_what_changes_and_what_was_done(twice, olga):
    client = reader(olga)
    found = BeautifulSoup(client.get(address(twice)).content, "html.parser")
    assert [words(li) for li in found.select(".counts li")] == [
        "1 other time", "0 other room", "1 new", "1 cancelled", "0 stay",
    ]  # fmt: skip
    assert "the grid of version 1 is up again, as version 3" in words(found.find("main"))
    response = client.post(address(twice), {"seen": 2})
    [told] = [str(message) for message in get_messages(response.wsgi_request)]
    assert told == "Version 2 is taken back. What was up before is up again, as version 3."
    grid = BeautifulSoup(client.get(f"/{twice.slug}/grid/").content, "html.parser")
    assert grid.find("a", href=address(twice)).get_text() == "Take back version 3"


def test_sent_twice_it_is_taken_back_once(twice, olga):
    client = reader(olga)
    form = BeautifulSoup(client.get(address(twice)).content, "html.parser").select_one("main form")
    sent = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    assert [client.post(address(twice), sent).status_code for _ in range(2)] == [302, 302]
    assert GridVersion.latest(twice).number == 3


def main_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser").find("main")


def test_what_the_draft_would_lose_is_counted_before_one_presses(twice, olga, knots, rooms, slots):
    client = reader(olga)
    assert "not published" not in words(main_of(client.get(address(twice))))
    place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[0], by=olga)
    asked = main_of(client.get(address(twice)))
    assert "1 move on the draft that is not published goes, too. Undo brings it back." in words(asked)
    sent = {field["name"]: field.get("value", "") for field in asked.select("form input[type=hidden]")}
    # Moved on since, that was no longer what was read.
    kites = twice.sessions.get(pitch__title="Kites")
    place_session(pitch=kites.pitch, session=kites, room=rooms[1], slot=slots[2], by=olga)
    stood = draft(twice)
    answer = client.post(address(twice), sent | {"with_draft": "on"})
    assert answer.status_code == 422
    assert "The draft was changed meanwhile." in words(main_of(answer))
    assert "2 moves on the draft that are not published go, too." in words(main_of(answer))
    assert (draft(twice), GridVersion.latest(twice).number) == (stood, 2)
    # The draft that stays may be another one.
    assert client.post(address(twice), sent).status_code == 302


def test_where_nothing_can_be_taken_back_any_more_that_is_said_once_and_no_button_stands_there(twice, olga, rooms):
    client = reader(olga)
    sent = {"seen": "2", "draft": str(Draft.revision_of(twice))}
    rooms[1].delete()
    answer = main_of(client.post(address(twice), sent))
    assert words(answer).count("would stand in Loft, which is gone.") == 1
    assert answer.select("form button") == []
    assert "To the draft" in words(answer)


def test_before_the_press_the_page_says_what_would_be_and_not_that_it_is_done(twice, olga):
    said = words(BeautifulSoup(reader(olga).get(address(twice)).content, "html.parser").find("main"))
    assert "If you take back version 2, the grid of version 1 is up again, as version 3." in said
    assert "is taken back" not in said
