"""What comes next for somebody, on every page of a running camp."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.editing import edit_camp
from events.live import HEADER, read_token
from events.models import Camp, Room, Slot
from pitches.services import set_interest, withdraw_pitch
from schedule.draft.moves import place_session
from schedule.wall.choices import go_to
from schedule.wall.publish import publish_grid
from tests.factories import DAY, PitchFactory, make_slot

HTMX = {"HX-Request": "true"}


@pytest.fixture
def clock(monkeypatch):
    """`clock(10.5)`: it is half past ten on the day of the camp, by UTC."""

    def at(hour: float | datetime) -> None:
        moment = hour if isinstance(hour, datetime) else DAY + timedelta(hours=hour)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


@pytest.fixture
def day(camp, rooms, slots, cleo):
    """Knots at ten in the Barn, Ducks and Owls at eleven, lunch, Bells at one in a house of its own."""
    rooms[0].directions, rooms[0].features = "Second floor beside the kitchen", ["step-free"]
    rooms[0].save()
    far = camp.rooms.create(name="Tower", building="House B", online_url="https://meet.example/tower")
    places = {"Knots": (rooms[0], 0), "Ducks": (rooms[0], 1), "Owls": (rooms[1], 1), "Bells": (far, 2)}
    made = {}
    for title, (room, number) in places.items():
        made[title] = place_session(pitch=PitchFactory(camp=camp, title=title), room=room, slot=slots[number])
    publish_grid(camp=camp, by=None)
    return made


def wish(day, who, *titles: str) -> None:
    for title in titles:
        set_interest(pitch=day[title].pitch, attendee=who, level=1)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


@pytest.fixture
def line(camp, cleo, sign_in):
    """`line()`: what stands below the tabs, on whichever page; empty: nothing."""

    def line(page: str = "pitches/", who=cleo) -> str:
        html = sign_in(who).get(f"/{camp.slug}/{page}").content.decode()
        found = re.search(r'<aside id="next".*?</aside>', html, re.DOTALL)
        return plain(found[0]) if found else ""

    return line


def test_it_says_when_in_which_room_and_how_one_gets_there(day, cleo, clock, line):
    wish(day, cleo, "Knots")
    clock(9.8)
    assert line() == "Next 10:00 Barn, Second floor beside the kitchen · Step-free · Knots"


@pytest.mark.parametrize(
    "page", ["", "pitches/", "grid/", "record/", "calendar/", "name/", "pitches/new/", "leave/", "grid/versions/"]
)
def test_it_stands_on_every_page(day, cleo, clock, line, page):
    wish(day, cleo, "Knots")
    clock(9.8)
    assert "Knots" in line(page)


def test_my_day_has_the_card_instead_with_the_room_largest(day, camp, cleo, clock, sign_in):
    wish(day, cleo, "Knots")
    clock(9.8)
    html = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    assert 'id="next"' not in html
    card = re.search(r'<section class="next big".*?</section>', html, re.DOTALL)[0]
    assert re.search(r'<b class="room">Barn</b>', card)
    assert "Second floor beside the kitchen · Step-free" in card


@pytest.mark.parametrize(
    ("hour", "says"),
    [
        (5.9, ""),  # longer than four hours before
        (6.1, "Next 10:00 Barn"),
        (10.1, "Now until 11:00 Barn"),  # those who are late look for it
        (10.2, "Next 13:00 Tower"),
        (13.1, "Now until 14:00 Tower"),
        (13.5, "Now until 14:00 Tower"),  # nothing of mine is left
        (14.1, ""),
    ],
)
def test_it_changes_with_the_day(day, cleo, clock, line, hour, says):
    wish(day, cleo, "Knots", "Bells")
    clock(hour)
    assert line().startswith(says)
    assert bool(line()) == bool(says)


def test_two_at_once_ask_until_i_said_which(day, cleo, clock, line):
    wish(day, cleo, "Ducks", "Owls")
    clock(10.5)
    assert line() == "Next 11:00 Two at once: which one?"
    go_to(session=day["Owls"], attendee=cleo)
    assert line() == "Next 11:00 Loft · Owls"


def test_whoever_chose_nothing_is_shown_what_is_for_everybody_and_the_way_to_choose(day, clock, line):
    clock(9.8)
    assert line() == "Next 10:00 Nothing chosen yet: see what is on"
    clock(11.5)
    assert line() == "Next 12:00 Lunch"


def test_before_there_is_a_grid_it_says_what_the_day_is_at(camp, slots, cleo, clock, line):
    clock(11.5)
    assert line() == "Next 12:00 Lunch"
    clock(10.5)
    assert line() == "Next 11:00 Sessions: say what you want to be at"


def test_how_long_one_walks_and_the_link_for_people_online(day, camp, cleo, clock, sign_in):
    wish(day, cleo, "Owls", "Bells")
    camp.walking_minutes = 70
    edit_camp(camp=camp, fields=["walking_minutes"], by=None)
    clock(12.5)
    html = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    card = plain(re.search(r'<section class="next big".*?</section>', html, re.DOTALL)[0])
    assert "House B. About 70 minutes from Loft. There is less time in between." in card
    assert "Join online" in card
    assert "https://meet.example/tower" in html


def test_in_one_building_it_is_the_minutes_between_rooms(day, camp, cleo, clock, sign_in):
    wish(day, cleo, "Knots")
    go_to(session=day["Owls"], attendee=cleo)
    clock(10.5)
    assert "About 2 minutes from Barn." in sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    camp.room_minutes = 0
    edit_camp(camp=camp, fields=["room_minutes"], by=None)
    assert "from Barn" not in sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()


def test_what_was_withdrawn_or_is_not_mine_is_not_next(day, cleo, ben, clock, line):
    wish(day, cleo, "Knots", "Bells")
    wish(day, ben, "Knots")
    withdraw_pitch(pitch=day["Knots"].pitch, by=None)
    clock(9.8)
    assert line().startswith("Next 13:00 Tower")


def test_strangers_people_who_wait_and_an_archived_camp_have_none(day, camp, cleo, clock, client, line):
    clock(9.8)
    assert 'id="next"' not in client.get(f"/{camp.slug}/grid/").content.decode()
    cleo.is_waiting = True
    cleo.save()
    assert line("grid/") == ""
    cleo.is_waiting = False
    cleo.save()
    assert line("grid/")
    Camp.objects.filter(pk=camp.pk).update(archived_at=timezone.now())
    assert line("grid/") == ""


def asks(html: str) -> str:
    return re.search(r'<aside id="next"[^>]*?hx-get="([^"]+)"', html, re.DOTALL)[1]


def test_it_asks_for_itself_and_is_told_unchanged(day, camp, cleo, clock, sign_in, settings):
    settings.HAS_STREAMS = True
    wish(day, cleo, "Knots", "Bells")
    clock(9.8)
    client = sign_in(cleo)
    address = asks(client.get(f"/{camp.slug}/pitches/").content.decode())
    assert client.get(address, headers=HTMX).status_code == 204
    clock(9.9)
    unchanged = client.get(address, headers=HTMX)
    assert unchanged.status_code == 204
    # What it is told at once: a publish, a title, a room.
    heard = read_token(unchanged[HEADER])
    assert heard is not None
    assert heard.parts == {"grid", "pitches", "people", "frame"}
    clock(10.5)
    changed = client.get(address, headers=HTMX).content.decode()
    assert plain(changed).startswith("Next 13:00 Tower")
    assert client.get(asks(changed), headers=HTMX).status_code == 204
    clock(20)
    none = client.get(address, headers=HTMX).content.decode()
    assert plain(none) == ""
    assert 'id="next" hidden' in none
    # The page stays open until the next day.
    assert client.get(asks(none), headers=HTMX).status_code == 204
    clock(9.5)
    assert plain(client.get(asks(none), headers=HTMX).content.decode()).startswith("Next")
    assert client.get(address)["Location"] == f"/{camp.slug}/my/"


def test_no_page_is_told_unchanged_whose_line_is_another(day, camp, cleo, clock, sign_in):
    """Record and versions show nothing else that a tap or the clock changes."""
    clock(9.8)
    client = sign_in(cleo)
    for page in ("record/", "grid/versions/", "grid/how/"):
        client.get(f"/{camp.slug}/{page}")
        etag = client.get(f"/{camp.slug}/{page}")["ETag"]

        def again(page=page, etag=etag) -> int:
            return client.get(f"/{camp.slug}/{page}", headers={"If-None-Match": etag}).status_code

        assert again() == 304
        set_interest(pitch=day["Knots"].pitch, attendee=cleo, level=1)
        assert again() == 200
        set_interest(pitch=day["Knots"].pitch, attendee=cleo, level=0)
        assert again() == 304
        clock(11.5)
        assert again() == 200
        clock(9.8)


@pytest.mark.parametrize("page", ["record/", "grid/", "my/", "grid/how/"])
def test_it_costs_two_queries_on_the_day_and_none_on_others(day, camp, cleo, clock, sign_in, page):
    counts = []
    for moment in (DAY - timedelta(days=3), DAY + timedelta(hours=9.8)):
        clock(moment)
        client = sign_in(cleo)
        client.get(f"/{camp.slug}/{page}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/{camp.slug}/{page}")
        counts.append(len(captured))
    # The grid and My day ask for both themselves.
    assert counts[1] - counts[0] == (0 if page in ("grid/", "my/") else 2)


def night(camp: Camp, *starts: datetime) -> list[Slot]:
    return [camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=50)) for start in starts]


def put(camp: Camp, room: Room, slot: Slot, title: str):
    return place_session(pitch=PitchFactory(camp=camp, title=title), room=room, slot=slot)


def test_a_day_that_goes_on_after_midnight_is_one_day(camp, rooms, cleo, clock, line):
    evening, late = night(camp, DAY + timedelta(hours=22), DAY + timedelta(hours=25))
    day = {"Ghosts": put(camp, rooms[0], evening, "Ghosts"), "Stars": put(camp, rooms[1], late, "Stars")}
    publish_grid(camp=camp, by=None, accept_broken=True)
    wish(day, cleo, "Ghosts", "Stars")
    clock(22.5)
    assert line() == "Next 01:00 Loft · Stars"
    clock(24.5)
    assert line().startswith("Next 01:00 Loft")
    clock(26)
    assert line() == ""


def test_in_the_night_in_which_the_clocks_are_put_back_an_hour_occurs_twice(camp, rooms, cleo, clock, line, sign_in):
    """Both sessions start at half past one; the second is next when the first has ended, and says which half it is."""
    camp.starts_on = camp.ends_on = date(2030, 10, 26)
    camp.save()
    first, second = night(camp, datetime(2030, 10, 27, 0, 30, tzinfo=UTC), datetime(2030, 10, 27, 1, 30, tzinfo=UTC))
    day = {"Ghosts": put(camp, rooms[0], first, "Ghosts"), "Stars": put(camp, rooms[1], second, "Stars")}
    publish_grid(camp=camp, by=None, accept_broken=True)
    wish(day, cleo, "Ghosts", "Stars")
    clock(datetime(2030, 10, 27, 0, 20, tzinfo=UTC))
    assert line() == "Next 01:30 BST Barn · Ghosts"
    clock(datetime(2030, 10, 27, 1, 0, tzinfo=UTC))
    assert line().startswith("Next 01:30 GMT Loft · Stars")
    html = sign_in(cleo).get(f"/{camp.slug}/pitches/").content.decode()
    # For the script, the moment itself.
    assert 'data-begins="2030-10-27T01:30:00+00:00"' in html


def test_the_next_morning_is_another_day(camp, rooms, cleo, clock, line):
    camp.ends_on = camp.starts_on + timedelta(days=1)
    camp.save()
    today, tomorrow = make_slot(camp, 15), make_slot(camp, 33)
    day = {"Knots": put(camp, rooms[0], today, "Knots"), "Bells": put(camp, rooms[0], tomorrow, "Bells")}
    publish_grid(camp=camp, by=None)
    wish(day, cleo, "Knots", "Bells")
    clock(15.5)
    assert line() == "Now until 16:00 Barn · Knots"
    clock(20)
    assert line() == ""
    clock(32)
    assert line() == "Next 09:00 Barn · Bells"
