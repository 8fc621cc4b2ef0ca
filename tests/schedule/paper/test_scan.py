"""Scan a card, then its cell, with the camera of any phone: placed. In any order, twice, or with a card that is elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.contrib.messages import get_messages
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.http import Done
from events.models import Slot
from pitches.services import merge_pitches, withdraw_pitch
from schedule.draft.moves import add_repeat, pin_session, place_session, unplace_session
from schedule.models import Cell, Session, Step
from schedule.paper.found import found_by_scan
from schedule.paper.hand import LASTS
from schedule.paper.marks import CardMark, CellMark, mark_text, read_mark
from tests.factories import DAY, CampFactory, PitchFactory, RoomFactory, make_organiser, make_slot
from tests.test_archived import rows

BACKEND = "django.contrib.auth.backends.ModelBackend"
PLACE = "schedule:scan_place"


@pytest.fixture
def knots(camp, ben):
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


@pytest.fixture
def bells(camp):
    return PitchFactory(camp=camp, title="Bells")


@pytest.fixture
def phone(olga):
    """Any phone on which she is signed in."""

    def phone() -> Client:
        client = Client()
        client.force_login(olga.user, backend=BACKEND)
        return client

    return phone


def address(mark) -> str:
    return f"/Q/{mark_text(mark)}"


def card(pitch) -> str:
    return address(CardMark.of(pitch))


def cell(slot, room) -> str:
    return address(CellMark.of(slot, room))


def send(client: Client, camp, press, **more):
    return client.post(reverse(press.page, args=[camp.slug]), dict(press.fields) | more)


def scan(client: Client, camp, where: str):
    """As a phone does: the page is opened, and its script presses the first button if nothing is to be decided."""
    page = client.get(where)
    assert page.status_code == 200
    sent = 0
    while page.context.get("goes_by_itself"):
        sent += 1
        assert sent == 1, "It is pressed again and again."
        answer = send(client, camp, page.context["found"].presses[0])
        assert answer.status_code == 302
        page = client.get(answer.url)
        page.sent = answer
    return page


def said(page) -> str:
    """All that stands on the page for whoever scanned."""
    html = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&quot;", '"').split())


def words(page) -> list[str]:
    return [press.words for press in page.context["found"].presses]


def press(client: Client, camp, page, text: str):
    [found] = [one for one in page.context["found"].presses if one.words == text]
    answer = send(client, camp, found)
    assert answer.status_code == 302
    after = client.get(answer.url)
    after.sent = answer
    return after


def places() -> dict[str, str]:
    return {cell.session.title: f"{cell.room}, {cell.slot.starts_at:%H}" for cell in Cell.objects.order_by("pk")}


# -- a card, then its cell -------------------------------------------------------------------------------------


def test_a_card_then_its_cell_and_it_is_placed(phone, camp, knots, rooms, slots):
    olga = phone()
    page = scan(olga, camp, card(knots))
    assert "It is in your hand. Now scan where it goes. It waits for a place." in said(page)
    page = scan(olga, camp, cell(slots[1], rooms[0]))
    assert places() == {"Knots": "Barn, 11"}
    assert "“Knots” is here now: Barn, Sat 12 Jan, 11:00." in said(page)
    assert "Now scan the next card" in said(page)


def test_the_cell_first_and_then_the_card_is_the_same(phone, camp, knots, rooms, slots):
    olga = phone()
    page = scan(olga, camp, cell(slots[1], rooms[0]))
    assert "It is free. Now scan the card that goes there." in said(page)
    scan(olga, camp, card(knots))
    assert places() == {"Knots": "Barn, 11"}


def test_after_that_the_hand_is_empty(phone, camp, knots, bells, rooms, slots):
    """The next cell does not take the last card along."""
    olga = phone()
    for pitch, room in ((knots, rooms[0]), (bells, rooms[1])):
        scan(olga, camp, card(pitch))
        page = scan(olga, camp, cell(slots[0], room))
        assert page.sent.cookies["hand"].value == ""
    assert places() == {"Knots": "Barn, 10", "Bells": "Loft, 10"}
    scan(olga, camp, cell(slots[2], rooms[0]))
    assert places() == {"Knots": "Barn, 10", "Bells": "Loft, 10"}


def test_opening_a_page_changes_nothing_however_often(phone, camp, knots, rooms, slots):
    """A phone that fetches what it sees, a preview, a reload: only what is sent places."""
    olga = phone()
    scan(olga, camp, card(knots))
    before = rows()
    for _time in range(3):
        page = olga.get(cell(slots[0], rooms[0]))
        assert page.context["goes_by_itself"]
        assert "no-store" in page["Cache-Control"]
        assert "hand" not in page.cookies
    assert rows() == before
    for method in ("head", "get"):
        for where in (card(knots), cell(slots[0], rooms[0])):
            assert not getattr(Client(), method)(where).cookies


def test_the_same_card_twice_is_still_in_hand(phone, camp, knots, rooms, slots):
    olga = phone()
    scan(olga, camp, card(knots))
    page = olga.get(card(knots))
    assert not page.context["goes_by_itself"]
    assert "It is in your hand." in said(page)
    assert words(page) == ["Put it down"]
    assert "It is in your hand." not in said(press(olga, camp, page, "Put it down"))
    scan(olga, camp, cell(slots[0], rooms[0]))
    assert places() == {}


def test_another_card_takes_the_place_of_the_first_in_the_hand(phone, camp, knots, bells, rooms, slots):
    olga = phone()
    for pitch in (knots, bells):
        scan(olga, camp, card(pitch))
    scan(olga, camp, cell(slots[0], rooms[0]))
    assert places() == {"Bells": "Barn, 10"}


def test_of_two_cells_the_last_one_counts(phone, camp, knots, rooms, slots):
    olga = phone()
    for room in rooms:
        scan(olga, camp, cell(slots[0], room))
    scan(olga, camp, card(knots))
    assert places() == {"Knots": "Loft, 10"}


def test_a_page_sent_twice_places_once(phone, camp, knots, rooms, slots):
    """The answer was lost, or the button was pressed while the script had sent it."""
    olga = phone()
    scan(olga, camp, card(knots))
    page = olga.get(cell(slots[0], rooms[0]))
    html = page.content.decode().partition("data-by-itself")[2].partition("</form>")[0]
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    assert data.keys() > {"card", "cell", "seen"}
    where = reverse(PLACE, args=[camp.slug])
    first, second = olga.post(where, data), olga.post(where, data)
    assert first.url == second.url
    assert Step.objects.count() == 1
    assert Session.objects.get().revision == 1


# -- elsewhere, taken, past, gone ------------------------------------------------------------------------------


def test_a_card_that_is_elsewhere_moves_says_from_where_and_can_go_back(phone, camp, olga, knots, rooms, slots):
    session = place_session(pitch=knots, room=rooms[1], slot=slots[0], by=olga)
    client = phone()
    assert "It stands in Loft, Sat 12 Jan, 10:00." in said(scan(client, camp, card(knots)))
    page = scan(client, camp, cell(slots[2], rooms[0]))
    assert places() == {"Knots": "Barn, 13"}
    assert Session.objects.get().pk == session.pk
    sentence = "“Knots” is here now: Barn, Sat 12 Jan, 13:00. It stood in Loft, Sat 12 Jan, 10:00."
    assert sentence in said(page)
    *_before, message = get_messages(page.sent.wsgi_request)
    undo = Done.of(message.extra_tags).undo
    client.post(undo.address, dict(undo.fields))
    assert places() == {"Knots": "Loft, 10"}


def test_where_it_stands_already_there_is_nothing_to_do(phone, camp, olga, knots, rooms, slots):
    place_session(pitch=knots, room=rooms[0], slot=slots[0], by=olga)
    client = phone()
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[0], rooms[0]))
    assert "It stands in Barn, Sat 12 Jan, 10:00 already." in said(page)
    assert words(page) == ["Put the card down"]
    assert Step.objects.count() == 1
    # It is not in hand any more: the next cell does not take it along.
    assert page.cookies["hand"].value == ""
    scan(client, camp, cell(slots[1], rooms[0]))
    assert places() == {"Knots": "Barn, 10"}


@pytest.fixture
def taken(camp, olga, bells, rooms, slots):
    """Bells stands in the Barn at ten."""
    return place_session(pitch=bells, room=rooms[0], slot=slots[0], by=olga)


def test_a_taken_cell_says_who_stands_there_and_nothing_goes_by_itself(phone, camp, knots, taken, rooms, slots):
    client = phone()
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[0], rooms[0]))
    assert "“Bells” stands in Barn, Sat 12 Jan, 10:00." in said(page)
    assert words(page) == ["Put it there, and let “Bells” wait", "Put the card down"]
    assert places() == {"Bells": "Barn, 10"}
    page = press(client, camp, page, "Put it there, and let “Bells” wait")
    assert places() == {"Knots": "Barn, 10"}
    assert "“Bells” waits for a place." in said(page)
    *_before, message = get_messages(page.sent.wsgi_request)
    undo = Done.of(message.extra_tags).undo
    data: dict[str, list[str]] = {}
    for name, value in undo.fields:
        data.setdefault(name, []).append(value)
    client.post(undo.address, data)
    assert places() == {"Bells": "Barn, 10"}


def test_two_that_stand_change_places(phone, camp, olga, knots, taken, rooms, slots):
    place_session(pitch=knots, room=rooms[1], slot=slots[2], by=olga)
    client = phone()
    scan(client, camp, cell(slots[0], rooms[0]))
    page = scan(client, camp, card(knots))
    assert words(page)[0] == "Swap the two"
    page = press(client, camp, page, "Swap the two")
    assert places() == {"Knots": "Barn, 10", "Bells": "Loft, 13"}
    assert "“Knots” and “Bells” changed places." in said(page)


def test_who_took_the_cell_meanwhile_is_told_and_the_card_stays_in_hand(phone, camp, olga, knots, bells, rooms, slots):
    client = phone()
    scan(client, camp, card(knots))
    page = client.get(cell(slots[0], rooms[0]))
    place_session(pitch=bells, room=rooms[0], slot=slots[0], by=olga)
    page = press(client, camp, page, "Put it there")
    assert "“Bells” already has Barn then." in said(page)
    assert not page.context["goes_by_itself"]
    assert places() == {"Bells": "Barn, 10"}
    scan(client, camp, cell(slots[0], rooms[1]))
    assert places() == {"Bells": "Barn, 10", "Knots": "Loft, 10"}


def test_who_moved_the_card_meanwhile_is_told(phone, camp, knots, rooms, slots):
    oscar, client = make_organiser(camp, "Oscar"), phone()
    session = place_session(pitch=knots, room=rooms[1], slot=slots[0], by=oscar)
    scan(client, camp, card(knots))
    page = client.get(cell(slots[0], rooms[0]))
    place_session(pitch=knots, session=session, room=rooms[1], slot=slots[1], by=oscar)
    page = press(client, camp, page, "Put it there")
    assert "Oscar moved “Knots” meanwhile: Loft, Sat 12 Jan, 11:00. Look again, then decide." in said(page)
    assert places() == {"Knots": "Loft, 11"}


def test_a_cell_that_has_begun_is_asked_about(phone, camp, knots, rooms, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=10, minutes=30))
    client = phone()
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[0], rooms[0]))
    assert "10:00 has begun: “Knots” cannot start then." in said(page)
    assert words(page) == ["Put it there all the same", "Put the card down"]
    assert places() == {}
    scan(client, camp, cell(slots[1], rooms[0]))
    assert places() == {"Knots": "Barn, 11"}


def test_a_host_in_two_rooms_is_told_before(phone, camp, olga, ben, knots, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp, title="Splices", hosts=[ben]), room=rooms[1], slot=slots[0], by=olga)
    client = phone()
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[0], rooms[0]))
    assert re.search(r"Ben.*10:00|10:00.*Ben", said(page))
    press(client, camp, page, "Put it there all the same")
    assert places()["Knots"] == "Barn, 10"


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        ("room", "The room of this code is not there any more."),
        ("slot", "The slot of this code is not there any more."),
        ("both", "Neither the room nor the slot of this code is there any more."),
        ("kind", "The slot of this code is for everybody now."),
    ],
)
def test_what_was_deleted_since_the_printing_is_said_with_one_step(phone, camp, knots, rooms, slots, gone, sentence):
    where, client = cell(slots[0], rooms[0]), phone()
    if gone in ("room", "both"):
        rooms[0].delete()
    if gone in ("slot", "both"):
        slots[0].delete()
    if gone == "kind":
        Slot.objects.filter(pk=slots[0].pk).update(kind="everyone")
    for is_held in (False, True):
        page = scan(client, camp, where)
        assert sentence in said(page)
        assert words(page) == []
        assert client.get(page.context["found"].way.address).status_code == 200
        if not is_held:
            scan(client, camp, card(knots))
    # The card is still in hand.
    scan(client, camp, cell(slots[1], rooms[1]))
    assert places() == {"Knots": "Loft, 11"}


def test_a_cell_that_is_gone_by_the_time_the_card_comes(phone, camp, knots, rooms, slots):
    client = phone()
    scan(client, camp, cell(slots[0], rooms[0]))
    rooms[0].delete()
    page = scan(client, camp, card(knots))
    assert "It is in your hand." in said(page)
    assert places() == {}


def test_a_withdrawn_pitch_comes_off_the_wall(phone, camp, olga, knots, rooms, slots):
    client = phone()
    scan(client, camp, card(knots))
    withdraw_pitch(pitch=knots, by=olga)
    page = scan(client, camp, card(knots))
    assert "This pitch was withdrawn. Take its card off the wall." in said(page)
    assert "Knots" not in said(page)
    assert client.get(page.context["found"].way.address).status_code == 200
    # It was in hand when it went.
    page = client.get(cell(slots[0], rooms[0]))
    assert "The card in your hand is off the board. It is free." in said(page)
    scan(client, camp, cell(slots[0], rooms[0]))
    assert places() == {}


def test_withdrawn_between_page_and_press(phone, camp, olga, knots, rooms, slots):
    client = phone()
    scan(client, camp, card(knots))
    page = client.get(cell(slots[0], rooms[0]))
    withdraw_pitch(pitch=knots, by=olga)
    page = press(client, camp, page, "Put it there")
    assert "The card or its place went meanwhile. Look again, then decide." in said(page)
    assert places() == {}


def test_the_card_of_a_pitch_that_is_part_of_another_is_that_ones(phone, camp, olga, knots, bells, rooms, slots):
    merge_pitches(source=knots, target=bells, by=olga)
    client = phone()
    assert "Bells" in said(scan(client, camp, card(knots)))
    scan(client, camp, cell(slots[0], rooms[0]))
    assert places() == {"Bells": "Barn, 10"}


def test_a_double_needs_two_slots_in_a_row(phone, camp, rooms, slots):
    double, client = PitchFactory(camp=camp, title="Long", length=2), phone()
    scan(client, camp, card(double))
    page = scan(client, camp, cell(slots[1], rooms[0]))
    assert "A double session needs two slots in a row, with no break between." in said(page)
    scan(client, camp, cell(slots[0], rooms[0]))
    assert Cell.objects.count() == 2


def test_a_pitch_that_runs_twice_gets_its_second_place_and_then_one_says_which_moves(
    phone, camp, olga, knots, rooms, slots
):
    place_session(pitch=knots, room=rooms[0], slot=slots[0], by=olga)
    knots.runs = 2
    knots.save()
    client = phone()
    scan(client, camp, card(knots))
    scan(client, camp, cell(slots[1], rooms[0]))
    assert Cell.objects.count() == 2
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[2], rooms[1]))
    assert words(page) == [
        "Move the one in Barn, Sat 12 Jan, 10:00",
        "Move the one in Barn, Sat 12 Jan, 11:00",
        "Put the card down",
    ]
    press(client, camp, page, "Move the one in Barn, Sat 12 Jan, 11:00")
    assert {str(cell) for cell in Cell.objects.all()} == {"Barn, Sat 12 Jan, 10:00", "Loft, Sat 12 Jan, 13:00"}


def test_one_that_is_pinned_does_not_move_by_itself(phone, camp, olga, knots, rooms, slots):
    session = place_session(pitch=knots, room=rooms[0], slot=slots[0], by=olga)
    pin_session(session=session, is_pinned=True, by=olga, seen_revision=session.revision)
    client = phone()
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[1], rooms[1]))
    assert "It is pinned where it stands." in said(page)
    assert places() == {"Knots": "Barn, 10"}
    press(client, camp, page, "Put it there all the same")
    assert places() == {"Knots": "Loft, 11"}


def test_a_taken_cell_that_has_begun_says_both(phone, camp, knots, taken, rooms, slots, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=10, minutes=30))
    client = phone()
    scan(client, camp, card(knots))
    page = scan(client, camp, cell(slots[0], rooms[0]))
    assert "“Bells” stands in Barn, Sat 12 Jan, 10:00." in said(page)
    assert "That slot has begun." in said(page)


def test_of_a_cell_that_was_first_the_card_is_put_down_and_the_cell_waits(
    phone, camp, knots, bells, taken, rooms, slots
):
    client = phone()
    scan(client, camp, cell(slots[0], rooms[0]))
    page = scan(client, camp, card(knots))
    press(client, camp, page, "Put the card down")
    page = scan(client, camp, card(PitchFactory(camp=camp, title="Maps")))
    assert words(page)[0] == "Put it there, and let “Bells” wait"


def test_a_closed_room_is_not_called_free(phone, camp, rooms, slots):
    rooms[0].closed_in.add(slots[1])
    page = scan(phone(), camp, cell(slots[1], rooms[0]))
    assert "The room is closed then." in said(page)
    assert "It is free." not in said(page)


# -- whose hand ------------------------------------------------------------------------------------------------


def test_two_phones_have_a_hand_each_and_two_tabs_one(phone, camp, knots, bells, rooms, slots):
    one, other = phone(), phone()
    scan(one, camp, card(knots))
    scan(other, camp, card(bells))
    scan(one, camp, cell(slots[0], rooms[0]))
    scan(other, camp, cell(slots[0], rooms[1]))
    assert places() == {"Knots": "Barn, 10", "Bells": "Loft, 10"}


def test_a_phone_that_goes_to_somebody_else_hands_no_card_over(phone, camp, knots, rooms, slots):
    client = phone()
    scan(client, camp, card(knots))
    client.force_login(make_organiser(camp, "Oscar").user, backend=BACKEND)
    page = scan(client, camp, cell(slots[0], rooms[0]))
    assert places() == {}
    assert "It is free." in said(page)


def test_a_card_is_in_hand_for_some_minutes(phone, camp, knots, rooms, slots, monkeypatch):
    client, now = phone(), signing.time.time()
    scan(client, camp, card(knots))
    monkeypatch.setattr(signing.time, "time", lambda: now + LASTS.total_seconds() + 1)
    scan(client, camp, cell(slots[0], rooms[0]))
    assert places() == {}


def test_whoever_has_to_sign_in_again_goes_on_with_the_scan(phone, camp, olga, knots, rooms, slots):
    client = phone()
    scan(client, camp, card(knots))
    page = client.get(cell(slots[0], rooms[0]))
    del client.cookies["sessionid"]
    # What its script sends is not done, and leads to a page that says where to sign in.
    answer = send(client, camp, page.context["found"].presses[0])
    assert answer.url == cell(slots[0], rooms[0])
    html = client.get(answer.url).content.decode()
    [back] = re.findall(r'/accounts/login/code/\?next=([^"]+)', html.partition("<main")[2])
    assert unquote(back) == cell(slots[0], rooms[0])
    assert places() == {}
    client.force_login(olga.user, backend=BACKEND)
    scan(client, camp, unquote(back))
    assert places() == {"Knots": "Barn, 10"}


def test_nobody_makes_a_hand_themselves(phone, camp, knots, rooms, slots):
    client = phone()
    client.cookies["hand"] = f"{camp.attendees.get(display_name='Olga').pk}.{mark_text(CardMark.of(knots))}"
    scan(client, camp, cell(slots[0], rooms[0]))
    assert places() == {}


# -- whoever else scans it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["stranger", "attendee", "helper"])
def test_others_see_the_pitch_or_the_row_of_the_grid(client, camp, cleo, hal, stranger, knots, rooms, slots, kind):
    users = {"stranger": stranger, "attendee": cleo.user, "helper": hal.user}
    client.force_login(users[kind], backend=BACKEND)
    before = rows_of_the_draft()
    for where, page in ((card(knots), knots.get_absolute_url()), (cell(slots[0], rooms[0]), f"/{camp.slug}/grid/")):
        answer = client.get(where)
        assert answer.url.partition("#")[0] == page
        assert client.get(page).status_code == 200
    assert client.get(cell(slots[0], rooms[0])).url.endswith(f"#slot-{slots[0].pk}")
    mark = mark_text(CardMark.of(knots))
    for name, data in (
        ("schedule:scan_hold", {"mark": mark}),
        (PLACE, {"card": mark, "cell": mark_text(CellMark.of(slots[0], rooms[0])), "seen": "-0"}),
    ):
        assert client.post(reverse(name, args=[camp.slug]), data).status_code == 302
    assert rows_of_the_draft() == before
    assert "hand" not in client.cookies


def rows_of_the_draft():
    return list(Session.objects.values_list()), list(Cell.objects.values_list())


def test_whoever_is_not_signed_in_reads_what_it_is(client, camp, olga, knots, rooms, slots):
    page = said(client.get(card(knots)))
    assert "Knots" in page
    assert "Ben" in page
    assert "Barn, Sat 12 Jan, 10:00" in said(client.get(cell(slots[0], rooms[0])))
    gone = cell(slots[0], rooms[0])
    withdraw_pitch(pitch=knots, by=olga)
    rooms[0].delete()
    for where in (card(knots), gone):
        page = said(client.get(where))
        assert "Not there any more" in page
        assert "Knots" not in page


def test_a_closed_camp_leads_strangers_to_its_door(client, camp, knots):
    camp.joining, camp.is_public = "listed", False
    camp.save()
    answer = client.get(card(knots))
    assert answer.url.startswith(f"/{camp.slug}/join/?next=")
    assert unquote(answer.url).endswith(card(knots))


def test_an_archived_camp_is_read(phone, camp, knots, rooms, slots):
    camp.archived_at = timezone.now()
    camp.save()
    client = phone()
    assert client.get(card(knots)).url == knots.get_absolute_url()
    assert client.get(cell(slots[0], rooms[0])).url.startswith(f"/{camp.slug}/grid/")


# -- marks -----------------------------------------------------------------------------------------------------


def test_an_address_is_the_same_after_renames_and_moves(camp, knots, rooms, slots):
    before = card(knots), cell(slots[0], rooms[0])
    knots.title, rooms[0].name = "Other knots", "Other barn"
    slots[0].starts_at += timedelta(minutes=5)
    camp.name = "Another name"
    for row in (knots, rooms[0], slots[0], camp):
        row.save()
    assert (card(knots), cell(slots[0], rooms[0])) == before


def test_it_is_short_and_in_capitals_alone(camp, knots, rooms, slots):
    """What a QR code holds in five and a half bits a letter (alphanumeric mode)."""
    for mark in (CardMark.of(knots), CellMark.of(slots[0], rooms[0]), CellMark(46655, 1679615, 1679615)):
        text = mark_text(mark)
        assert re.fullmatch(r"[0-9A-Z-]+", text)
        assert len(text) <= 20
        assert read_mark(text) == read_mark(text.lower()) == mark


def test_a_mark_that_was_never_printed_is_not_found(client, camp, olga, knots):
    text = mark_text(CardMark.of(knots))
    numbers = text.rpartition("-")[0]
    wrong = [
        f"{numbers}-{'0' * 6 if not text.endswith('0' * 6) else '1' * 6}",
        numbers,
        "x",
        "-",
        f"{text}0",
        "é-é",
        "%00",
    ]
    client.force_login(olga.user, backend=BACKEND)
    for one in wrong:
        assert read_mark(one) is None
        assert client.get(f"/Q/{one}").status_code == 404
    assert client.get(f"/q/{text.lower()}").status_code == 200
    for page in ("scan_hold", "scan_place"):
        assert client.post(reverse(f"schedule:{page}", args=[camp.slug]), {"mark": "x", "card": "y"}).status_code == 302


def test_paper_outlives_a_new_key(settings, camp, knots):
    text = mark_text(CardMark.of(knots))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    assert read_mark(text) == CardMark.of(knots)
    settings.SECRET_KEY_FALLBACKS = []
    assert read_mark(text) is None


def test_a_mark_of_another_camp_places_nothing_here(phone, camp, knots, rooms, slots):
    elsewhere = CampFactory()
    foreign = CellMark.of(make_slot(elsewhere, 10), RoomFactory(camp=elsewhere))
    client = phone()
    data = {"card": mark_text(CardMark.of(knots)), "cell": mark_text(foreign), "seen": "-0"}
    client.post(reverse(PLACE, args=[camp.slug]), data)
    assert places() == {}
    answer = client.post(reverse("schedule:scan_hold", args=[camp.slug]), {"mark": mark_text(foreign)})
    assert answer.cookies["hand"].value == ""


def test_what_is_found_asks_little(camp, olga, knots, rooms, slots, django_assert_max_num_queries):
    for number in range(6):
        place_session(pitch=PitchFactory(camp=camp), room=rooms[number % 2], slot=slots[number // 2], by=olga)
    session = place_session(pitch=knots, room=camp.rooms.create(name="Attic"), slot=slots[0], by=olga)
    add_repeat(pitch=knots, room=camp.rooms.create(name="Shed"), slot=slots[1], by=olga)
    unplace_session(session=session, by=olga)
    with django_assert_max_num_queries(14):
        found_by_scan(camp, CardMark.of(knots), CellMark.of(slots[2], camp.rooms.get(name="Shed")))
