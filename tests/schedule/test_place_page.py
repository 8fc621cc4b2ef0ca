"""What the page of places offers is done when it is pressed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.frame import close_rooms
from pitches.models import MOST_RUNS
from pitches.services import set_interest
from schedule.advice import renew_figures
from schedule.draft.moves import place_session, slots_from
from schedule.models import Session
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory, make_slot
from tests.test_archived import undone


@pytest.fixture
def day(camp, ben, cleo, rooms, slots):
    """Ten and eleven adjoin, lunch is at twelve, one, two and three adjoin; singles and doubles stand about."""
    make_slot(camp, 14)
    make_slot(camp, 15)
    RoomFactory(camp=camp, name="Shed")
    for title, length, room, slot in (
        ("Knots", 1, 0, 0), ("Bells", 1, 1, 1), ("Kites", 2, 1, 2), ("Rafts", 1, 0, 2), ("Maps", 2, None, None),
        ("Stars", 1, None, None),
    ):  # fmt: skip
        pitch = PitchFactory(camp=camp, title=title, length=length, hosts=[ben] if title == "Knots" else [])
        if room is not None:
            place_session(pitch=pitch, room=rooms[room], slot=slots[slot])
    close_rooms(rooms=[rooms[0]], slots=[slots[1]], is_closed=True)
    return camp


def page_of(client, camp, pitch) -> BeautifulSoup:
    address = f"/{camp.slug}/draft/pitches/{pitch.pk}/place/"
    return BeautifulSoup(client.get(address).content.decode(), "html.parser")


def buttons(page: BeautifulSoup) -> list[dict[str, str]]:
    """What every button that puts something somewhere sends."""
    hidden = {field["name"]: field["value"] for field in page.find(id="place").find_all("input", type="hidden")}
    found = page.find_all("button", attrs={"name": ["cell", "swap"]})
    return [hidden | {button["name"]: button["value"]} for button in found]


def test_no_button_of_the_page_is_refused(sign_in, day, olga):
    client, refused, pressed = sign_in(olga), [], 0
    for pitch in day.pitches.all():
        address = f"/{day.slug}/draft/pitches/{pitch.pk}/place/"
        for sent in buttons(page_of(client, day, pitch)):
            pressed += 1
            with undone():
                response = client.post(address, sent, follow=True)
                html = response.content.decode()
                if response.status_code != 200 or "message error" in html or 'class="summary"' in html:
                    told = re.findall(r'<p class="message error"[^>]*>([^<]*)', html)
                    refused.append((pitch.title, sent, told))
    assert pressed > 50
    assert refused == []


def test_all_that_could_be_done_is_offered(sign_in, day, olga):
    """Not offering anything would be easy: every free cell that a session may have is a button, on the map, too; but
    for those in which the room is closed.
    """
    client, missing = sign_in(olga), []
    taken = {(c.room_id, c.slot_id) for s in Session.objects.filter(camp=day) for c in s.cells.all()}
    for pitch in day.pitches.filter(sessions=None):
        page = page_of(client, day, pitch)
        offered = [
            {button["value"] for button in page.select(f"table.{table} button[name=cell]")}
            for table in ("board", "map")
        ]
        assert offered[0] == offered[1]
        for slot in day.slots.for_sessions():
            slot.camp = day
            try:
                needed = slots_from(slot, pitch.length)
            except ValidationError:
                continue
            for room in day.rooms.all():
                if room.closed_in.contains(slot):
                    continue
                if not {(room.pk, s.pk) for s in needed} & taken and f"{slot.pk}-{room.pk}" not in offered[0]:
                    missing.append((pitch.title, str(slot), room.name))
    assert missing == []


def test_the_best_three_are_marked_where_they_are(sign_in, day, olga):
    page = page_of(sign_in(olga), day, day.pitches.get(title="Stars"))
    best = [button["value"] for button in page.select(".place-cells button")]
    marked = {button.find(class_="rank").text.strip(): button["value"] for button in page.select(".board button.best")}
    assert len(best) == 3
    assert [marked[rank] for rank in ("Best", "2nd", "3rd")] == best
    words = [" ".join(small.text.split()) for small in page.select(".place-cells small")]
    assert all(re.fullmatch(r"Sat 12 Jan, \d\d:00, holds \d+", text) for text in words)


def test_nobody_is_offered_to_change_places_with_themselves(sign_in, day, olga):
    for session in day.sessions.placed():
        page = page_of(sign_in(olga), day, session.pitch)
        swaps = [button["value"].partition("-")[0] for button in page.find_all("button", attrs={"name": "swap"})]
        assert str(session.pk) not in swaps


def test_what_has_begun_is_offered_to_nobody(sign_in, day, olga, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: slots[1].starts_at + timedelta(minutes=1))
    page = page_of(sign_in(olga), day, day.pitches.get(title="Stars"))
    begun = {slots[0].pk, slots[1].pk}
    pressed = [int(button["value"].partition("-")[0]) for button in page.select(".board button[name=cell]")]
    assert pressed
    assert not begun & set(pressed)
    assert "Begun" in page.find(id=f"slot-{slots[0].pk}").text


def test_the_best_three_are_still_to_come(sign_in, day, olga, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: slots[1].starts_at + timedelta(minutes=5))
    page = page_of(sign_in(olga), day, day.pitches.get(title="Stars"))
    best = page.select("#place button[name=cell]")
    begun = {str(slot.pk) for slot in slots[:2]}
    assert len(best) == 3
    assert [button for button in best if button["value"].split("-")[0] in begun] == []


def test_a_swap_out_of_a_closed_room_says_who_would_land_in_it(sign_in, day, olga, rooms, slots):
    """Both ways round, and where it stands now as well."""
    owls = PitchFactory(camp=day, title="Owls")
    place_session(pitch=owls, room=rooms[0], slot=slots[1])

    def said_of(title: str, room: str) -> str:
        page = page_of(sign_in(olga), day, day.pitches.get(title=title))
        names = [next(head.stripped_strings) for head in page.select(".board thead th[scope=col]")][1:]
        cell = page.find(id=f"slot-{slots[1].pk}").find_all("td")[names.index(room)]
        return " ".join((cell.button or cell).get_text(" ").replace("\u00ad", "").split())

    assert said_of("Owls", "Loft").endswith("swap with “Bells” Barn is closed at 11:00: “Bells” cannot be there.")
    assert said_of("Bells", "Barn").endswith("swap with “Owls” Barn is closed at 11:00: “Bells” cannot be there.")
    assert said_of("Owls", "Barn") == "here now Barn is closed at 11:00: “Owls” cannot be there."
    assert said_of("Bells", "Loft") == "here now"


@pytest.mark.parametrize(
    ("seats", "said"), [(40, "all seated"), (18, "a few without a seat"), (10, "about 10 without a seat")]
)
def test_a_price_says_who_would_have_no_seat(sign_in, camp, olga, rooms, slots, seats, said):
    """In the room it goes to, and in the one that is left to whoever changes places with it."""
    small = RoomFactory(camp=camp, name="Small", capacity=seats)
    place_session(pitch=PitchFactory(camp=camp, title="Few"), room=small, slot=slots[0])
    many = place_session(pitch=PitchFactory(camp=camp, title="Many"), room=rooms[0], slot=slots[0])
    for person in AttendeeFactory.create_batch(20, camp=camp):
        set_interest(pitch=many.pitch, attendee=person, level=1)
    renew_figures(camp=camp)

    def told(title: str, slot, room) -> str:
        page = page_of(sign_in(olga), camp, camp.pitches.get(title=title))
        return " ".join(page.find(id=f"place-{slot.pk}-{room.pk}").text.split())

    assert said in told("Many", slots[1], small)
    assert said in told("Many", slots[0], small)
    assert said in told("Few", slots[0], rooms[0])
    assert "seat" not in told("Few", slots[0], rooms[0]).replace(said, "")


def test_it_runs_once_more_where_one_says(sign_in, camp, olga, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots")
    first = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    client = sign_in(olga)
    address = f"/{camp.slug}/draft/pitches/{pitch.pk}/place/"
    [again] = page_of(client, camp, pitch).find_all("a", string="Run it again")
    assert again["href"] == f"{address}?running=again"
    page = BeautifulSoup(client.get(again["href"]).content.decode(), "html.parser")
    assert "Where does it run again?" in page.find(class_="held").text
    assert page.select("a.way-on, button[name=swap]") == []
    sent = {field["name"]: field["value"] for field in page.find(id="place").find_all("input", type="hidden")}
    for slot in slots[:2]:
        client.post(again["href"], sent | {"cell": f"{slot.pk}-{rooms[1].pk}"})
    assert pitch.sessions.placed().count() == 3
    assert Session.objects.get(pk=first.pk).place.room == rooms[0]
    for room, slot in ((rooms[0], slots[1]), (rooms[0], slots[2])):
        client.post(again["href"], sent | {"cell": f"{slot.pk}-{room.pk}"})
    assert pitch.sessions.placed().count() == MOST_RUNS == 5
    # So often it may run, and no more.
    assert page_of(client, camp, pitch).find("a", string="Run it again") is None
    answer = client.post(again["href"], sent | {"cell": f"{slots[2].pk}-{rooms[1].pk}"})
    assert answer.status_code == 422
    assert "5 times at most" in answer.content.decode()


def test_a_closed_cell_is_told_as_closed_and_is_no_target(sign_in, day, olga, rooms, slots):
    """In the table and on the map."""
    page = page_of(sign_in(olga), day, day.pitches.get(title="Stars"))
    cell = f"{slots[1].pk}-{rooms[0].pk}"
    assert page.find_all("button", value=cell) == []
    assert page.find_all("button", value=f"{slots[1].pk}-{rooms[1].pk}") == []
    told = [closed.get_text(" ", strip=True) for closed in page.select(".price.closed, .map i.closed")]
    assert len(told) == 2
    assert all(words.startswith("Closed") for words in told)
