"""What the page of places offers is done when it is pressed."""

from __future__ import annotations

import re

import pytest

from events.frame import close_rooms
from schedule.draft.moves import place_session, slots_from
from schedule.models import Session
from tests.factories import PitchFactory, RoomFactory, make_slot
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


def buttons(html: str, page: str) -> list[tuple[str, dict[str, str]]]:
    """Every form that puts something somewhere, and what it sends."""
    found = []
    for form in re.findall(r'<form method="post".*?</form>', html, re.DOTALL):
        action = re.search(r'<form[^>]*action="([^"]*)"', form)
        sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        sent |= dict(re.findall(r'<button[^>]*name="(\w+)" value="([^"]*)"', form))
        if not action or "/swap/" in action[1]:
            found.append((action[1] if action else page, sent))
    return found


def test_no_button_of_the_page_is_refused(sign_in, day, olga):
    client, refused, pressed = sign_in(olga), [], 0
    for pitch in day.pitches.all():
        for slot in day.slots.for_sessions():
            page = f"/{day.slug}/draft/pitches/{pitch.pk}/place/?slot={slot.pk}"
            for address, sent in buttons(client.get(page).content.decode(), page):
                pressed += 1
                with undone():
                    response = client.post(address, sent, follow=True)
                    html = response.content.decode()
                    if response.status_code != 200 or "message error" in html or 'class="summary"' in html:
                        told = re.findall(r'<p class="message error"[^>]*>([^<]*)', html)
                        refused.append((pitch.title, str(slot), address, sent.get("cell"), told))
    assert pressed > 50
    assert refused == []


def test_all_that_could_be_done_is_offered(sign_in, day, olga):
    """Not offering anything would be easy: every free cell that a session may have is a button."""
    client, missing = sign_in(olga), []
    taken = {(c.room_id, c.slot_id) for s in Session.objects.filter(camp=day) for c in s.cells.all()}
    for pitch in day.pitches.filter(sessions=None):
        for slot in day.slots.for_sessions():
            slot.camp = day
            page = f"/{day.slug}/draft/pitches/{pitch.pk}/place/?slot={slot.pk}"
            offered = {sent["cell"] for _a, sent in buttons(client.get(page).content.decode(), page) if "cell" in sent}
            try:
                needed = slots_from(slot, pitch.length)
            except Exception:
                continue
            for room in day.rooms.all():
                if not {(room.pk, s.pk) for s in needed} & taken and f"{slot.pk}-{room.pk}" not in offered:
                    missing.append((pitch.title, str(slot), room.name))
    assert missing == []


def test_the_best_cells_say_when_they_are_also_in_the_slot_that_is_open(sign_in, day, olga):
    pitch = day.pitches.get(title="Stars")
    wrong = []
    for slot in day.slots.for_sessions():
        page = sign_in(olga).get(f"/{day.slug}/draft/pitches/{pitch.pk}/place/?slot={slot.pk}").content.decode()
        best = page.partition("The best cells")[2].partition("<h2>")[0]
        words = [" ".join(text.split()) for text in re.findall(r"<small>(.*?)</small>", best, re.DOTALL)]
        assert words
        wrong += [text for text in words if not re.fullmatch(r"Sat 12 Jan, \d\d:00, holds \d+", text)]
    assert wrong == []


def test_a_swap_out_of_a_closed_room_says_who_would_land_in_it(sign_in, day, olga, rooms, slots):
    """Both ways round, and where it stands now as well."""
    owls = PitchFactory(camp=day, title="Owls")
    place_session(pitch=owls, room=rooms[0], slot=slots[1])

    def said_of(title: str, room: str) -> str:
        pitch = day.pitches.get(title=title)
        page = f"/{day.slug}/draft/pitches/{pitch.pk}/place/?slot={slots[1].pk}"
        rows = re.findall(
            r"<li>(.*?)</li>", sign_in(olga).get(page).text.rpartition('<ul class="place-cells">')[2], re.S
        )
        [row] = [row for row in rows if room in re.sub(r'<span class="why">.*?</span>', "", row)]
        return " ".join(re.sub(r"<[^>]+>", " ", row).split())

    assert said_of("Owls", "Loft").endswith("swap with “Bells” Barn is closed at 11:00: “Bells” cannot be there.")
    assert said_of("Bells", "Barn").endswith("swap with “Owls” Barn is closed at 11:00: “Bells” cannot be there.")
    assert said_of("Owls", "Barn") == "Barn: here now Barn is closed at 11:00: “Owls” cannot be there."
    assert said_of("Bells", "Loft") == "Loft: here now"
