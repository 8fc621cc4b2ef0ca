"""The board: a card for each session, a place wherever one could stand, a map, and what is said beside it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from events.frame import set_away
from pitches.services import set_interest
from pitches.topics import hues_of
from schedule.advice import Expected, renew_figures
from schedule.draft.moves import pin_session, place_session
from schedule.draft.rows import read_draft
from schedule.wall.publish import publish_grid
from schedule.workshop import board
from schedule.workshop.board import Facts, board_of
from schedule.workshop.hyphens import SOFT, softened
from schedule.workshop.short_names import short_rooms
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory, make_slot


@pytest.fixture
def knots(camp, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots for beginners", topic="Ropes", hosts=[AttendeeFactory(camp=camp)])
    return place_session(pitch=pitch, room=rooms[0], slot=slots[0])


def drawn(camp, people=None, wrong=None):
    facts = Facts(people or {}, wrong or {}, hues_of(camp), "paper")
    found = board_of(camp, read_draft(camp), facts)
    return BeautifulSoup(found.table, "html.parser"), BeautifulSoup(found.map, "html.parser")


def words(tag) -> str:
    return " ".join(tag.get_text(" ").replace(SOFT, "").split())


def page(sign_in, who, camp, query=""):
    response = sign_in(who).get(f"/{camp.slug}/draft/{query}")
    return BeautifulSoup(response.content.decode(), "html.parser")


class TestCells:
    def test_every_cell_is_a_card_a_place_or_says_why_not(self, camp, knots, rooms, slots):
        rooms[1].closed_in.add(slots[1])
        table, small = drawn(camp)
        for slot in slots:
            row = table.find(id=f"slot-{slot.pk}")
            assert len(row.find_all("td")) == len(rooms)
        free = [link["href"] for link in table.find_all("a", class_="free")]
        assert len(free) == len(rooms) * len(slots) - 2
        assert f"/{camp.slug}/draft/cells/{slots[0].pk}-{rooms[1].pk}/" in free
        assert words(table.find("p", class_="closed")).startswith("Closed")
        assert len(small.select("td > a.free")) == len(free)
        assert len(small.select("td > .closed")) == 1

    def test_a_card_says_what_it_is_about_who_hosts_it_and_whom_to_expect(self, camp, knots):
        people = {knots.pk: Expected(5, 10, 15)}
        table, small = drawn(camp, people)
        card = table.find(id=f"entry-{knots.pk}")
        host = knots.pitch.hosts.get().display_name
        assert (
            words(card)
            == f"Ropes Knots for beginners {knots.place.room} {host} 5–15 people, {knots.place.room.capacity} seats"
        )
        assert (
            card.a["href"]
            == f"{reverse('schedule:session_place', args=[camp.slug, knots.pitch_id])}?running={knots.pk}"
        )
        assert card.p["class"] == ["band", f"hue-{hues_of(camp).of('Ropes')}"]
        [tile] = small.find_all("a", href=f"#entry-{knots.pk}")
        assert (tile.text.strip(), tile["aria-describedby"]) == ("Rop", f"entry-{knots.pk}")

    @pytest.mark.parametrize(
        ("expected", "said"),
        [
            (Expected(0, 0, 0), "a few"),
            (Expected(0, 10, 15), "up to 15"),
            (Expected(10, 10, 10), "about 10"),
            (Expected(10, 15, 20), "10–20"),
        ],
    )
    def test_whom_to_expect(self, camp, knots, expected, said):
        table, _map = drawn(camp, {knots.pk: expected})
        assert words(table.find(class_="people")).startswith(f"{said} people, ")
        # Of a few, a bar would tell how many.
        assert bool(table.find(class_="meter")) == (said != "a few")

    def test_what_is_too_much_for_the_seats_goes_beyond_them(self, camp, rooms, slots):
        room = RoomFactory(camp=camp, capacity=20)
        full = place_session(pitch=PitchFactory(camp=camp), room=room, slot=slots[0])
        table, small = drawn(camp, {full.pk: Expected(15, 25, 40)})
        sizes = {rect["class"][0]: rect["width"] for rect in table.find(class_="meter").find_all("rect")}
        assert sizes == {"back": "80", "may": "80", "sure": "60", "over": "20"}
        assert "over" in table.find(class_="people")["class"]
        assert small.find("a", class_="over").text.strip() == "▲"

    def test_a_room_that_has_no_seats_divides_by_nothing(self):
        assert board._meter(Expected(5, 10, 15), 0)["beyond"] == 20

    def test_pinned_double_and_wrong_say_so(self, camp, rooms, slots):
        pitch = PitchFactory(camp=camp, length=2)
        double = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
        pin_session(session=double, is_pinned=True)
        table, small = drawn(camp, wrong={double.pk: "Ben & Cleo are away."})
        [card] = table.find_all("div", class_="entry")
        assert card["class"] == ["entry", "pinned", "wrong"]
        assert card.parent["rowspan"] == "2"
        for said in ("Double", "Pinned", "Ben & Cleo are away."):
            assert said in words(card)
        [tile] = small.select("td[rowspan='2'] > a")
        assert tile.text.strip() == "!"

    def test_what_has_begun_is_offered_to_nobody(self, camp, knots, slots, monkeypatch):
        before = len(drawn(camp)[0].find_all("a", class_="free"))
        monkeypatch.setattr(timezone, "now", lambda: slots[1].starts_at + timedelta(minutes=1))
        after = [link["href"] for link in drawn(camp)[0].find_all("a", class_="free")]
        assert len(after) < before
        assert all(f"/{slots[2].pk}-" in href for href in after)

    @pytest.mark.parametrize(("count", "parts"), [(2, [2]), (12, [12]), (13, [7, 6]), (25, [9, 9, 7])])
    def test_a_map_of_many_rooms_has_parts_that_a_phone_is_wide_for(self, camp, rooms, slots, count, parts):
        RoomFactory.create_batch(count - len(rooms), camp=camp)
        _table, small = drawn(camp)
        heads = [len(part.thead.find_all("th")) - 1 for part in small.find_all("table")]
        assert heads == parts
        assert [len(row.find_all("td")) for part in small.find_all("table") for row in part.tbody.find_all("tr")] == [
            width for width in parts for _slot in slots
        ]

    def test_an_archived_camp_offers_no_place(self, camp, knots):
        camp.archived_at = camp.created_at
        assert drawn(camp)[0].find_all("a", class_="free") == []


class TestWords:
    def test_long_words_may_be_broken_short_ones_and_the_rest_not(self):
        assert softened("Homelessness data", "en").replace(SOFT, "-") == "Home-less-ness data"
        assert softened("The dashboard", "en") == "The dashboard"
        assert softened("The dashboard", "en", longest=8).replace(SOFT, "-") == "The dash-board"
        assert softened("Verwaltungsgericht", "de").replace(SOFT, "-") == "Verwal-tungs-ge-richt"
        assert softened("publishing", "en").replace(SOFT, "-") == "publish-ing"
        assert softened("Homelessness", "tlh") == "Homelessness"
        assert (
            softened("https://example.org/homelessness_data", "en").replace(SOFT, "")
            == "https://example.org/homelessness_data"
        )

    def test_with_many_rooms_they_are_broken_earlier(self, camp, slots):
        rooms = RoomFactory.create_batch(9, camp=camp)
        placed = place_session(pitch=PitchFactory(camp=camp, title="Dashboard"), room=rooms[0], slot=slots[0])
        assert drawn(camp)[0].find(id=f"entry-{placed.pk}").a.text == f"Dash{SOFT}board"

    def test_soft_hyphens_stay_in_the_cells(self, sign_in, camp, olga, rooms):
        PitchFactory(camp=camp, title="Homelessness", hosts=[olga])
        assert SOFT not in page(sign_in, olga, camp).text

    def test_no_two_rooms_are_alike_on_the_map(self):
        names = [
            "Great hall",
            "Reading room",
            "Committee 1",
            "Committee 2",
            "Tea room",
            "North gallery",
            "North hall",
            "",
        ]
        assert short_rooms(names) == ["Grea", "Read", "Com1", "Com2", "Tea", "NorG", "NorH", "?"]
        assert len(set(short_rooms(["Barn"] * 12))) == 12


class TestBeside:
    def test_what_waits_stands_most_wished_first_with_the_reason(self, sign_in, camp, olga, rooms):
        few, many = (
            PitchFactory(camp=camp, title="Few", hosts=[olga]),
            PitchFactory(camp=camp, title="Many", hosts=[olga]),
        )
        for person in AttendeeFactory.create_batch(6, camp=camp):
            set_interest(pitch=many, attendee=person, level=1)
        renew_figures(camp=camp)
        camp.grid_builds.create(
            state="done", is_applied=True, unplaced=[[f"\x02{few.pk}\x03", "Its host is away all day."]]
        )
        tray = page(sign_in, olga, camp).find(id="tray")
        items = [words(item) for item in tray.ol.find_all("li")]
        assert [item.split()[0] for item in items] == ["Many", "Few"]
        assert "6 people interested" in items[0]
        assert "a few people interested" in items[1]
        assert items[1].endswith("Its host is away all day.")

    def test_what_waits_since_the_last_build_says_so(self, sign_in, camp, olga, rooms, slots):
        old = PitchFactory(camp=camp, title="Old", hosts=[olga])
        build = camp.grid_builds.create(state="done", is_applied=True)
        PitchFactory(camp=camp, title="New", hosts=[olga])

        def told() -> dict[str, str]:
            items = page(sign_in, olga, camp).find(id="tray").ol.find_all("li")
            return {item.a.text: words(item.find_all("p")[-1]) for item in items}

        assert told() == {
            "Old": "It was taken off the grid since the last build.",
            "New": "New since the last build.",
        }
        build.is_applied = False
        build.save()
        assert told()["Old"] == "The last build found a place for it, and was not taken."
        build.delete()
        assert "build" not in str(told())
        assert old.sessions.count() == 0

    def test_a_fault_leads_to_where_it_is_mended(self, sign_in, camp, olga, ben, rooms, slots):
        pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
        knots = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
        set_away(attendee=ben, slots=[slots[0]], is_away=True, by=None)
        found = page(sign_in, olga, camp)
        line = found.find(class_="line-of-figures")
        assert "1 rule broken" in words(line)
        assert line.find("a", string="Move it")["href"].endswith(f"/{pitch.pk}/place/?running={knots.pk}")
        assert found.find(id="broken").find("a", string="Move it")
        assert words(found.find(id=f"entry-{knots.pk}").find(class_="why"))

    @pytest.mark.parametrize("is_out", [False, True])
    def test_each_figure_leads_to_where_one_acts(self, sign_in, camp, olga, knots, is_out):
        for person in AttendeeFactory.create_batch(10, camp=camp):
            set_interest(pitch=knots.pitch, attendee=person, level=1)
        renew_figures(camp=camp)
        if is_out:
            publish_grid(camp=camp, by=None)
        line = page(sign_in, olga, camp).find(class_="figures")
        ways = {words(link): link["href"] for link in line.find_all("a")}
        base = f"/{camp.slug}"
        state = "What is published is the same." if is_out else "Not published"
        assert ways == {
            "about 10 of about 10 wishes": f"{base}/draft/figures/",
            "least served 100 %": f"{base}/draft/figures/#for-whom",
            "0 wait": "#waiting",
            "0 rules broken": f"{base}/grid/how/#rules",
            state: reverse("schedule:grid_publish", args=[camp.slug]),
        }
        client = sign_in(olga)
        for href in ways.values():
            path, _hash, at = href.partition("#")
            html = client.get(path or f"{base}/draft/").content.decode()
            assert not at or f'id="{at}"' in html, href

    def test_with_many_rooms_the_most_wished_stand_below_and_all_open(self, sign_in, camp, olga, slots):
        RoomFactory.create_batch(9, camp=camp)
        PitchFactory.create_batch(8, camp=camp, hosts=[olga])
        found = page(sign_in, olga, camp)
        assert len(found.find(class_="shelf").find_all("a")) == 6
        assert found.find(class_="shelf").button["popovertarget"] == found.find(id="tray")["id"]
        assert found.find(id="tray").has_attr("popover")


class TestOneTopic:
    def shown(self, sign_in, camp, olga, query):
        found = page(sign_in, olga, camp, query)
        cards = {words(card.a): "aside" in card["class"] for card in found.find_all("div", class_="entry")}
        tiles = ["aside" in tile.get("class", ()) for tile in found.select(".map td > a:not(.free)")]
        waiting = [item.a.text for item in found.find(id="tray").ol.find_all("li")]
        return cards, tiles, waiting, words(found.find(id="board-filter").summary)

    def test_what_is_about_it_stands_out_and_nothing_moves(self, sign_in, camp, olga, knots, rooms, slots):
        other = PitchFactory(camp=camp, title="Ducks", topic="Birds", hosts=[olga])
        place_session(pitch=other, room=rooms[1], slot=slots[0])
        PitchFactory(camp=camp, title="Herons", topic="Birds", hosts=[olga])
        PitchFactory(camp=camp, title="Splices", topic="Ropes", hosts=[olga])
        everything = ({"Knots for beginners": False, "Ducks": False}, [False, False], ["Herons", "Splices"], "Filter")
        assert self.shown(sign_in, camp, olga, "") == everything
        assert self.shown(sign_in, camp, olga, "?topic=Birds") == (
            {"Knots for beginners": True, "Ducks": False},
            [True, False],
            ["Herons"],
            "Birds",
        )
        # The one after the other: neither is kept in the place of the other.
        assert self.shown(sign_in, camp, olga, "?topic=Ropes")[2] == ["Splices"]
        assert self.shown(sign_in, camp, olga, "?topic=Birds")[2] == ["Herons"]
        assert self.shown(sign_in, camp, olga, "?topic=%3Cb%3E")[:3] == everything[:3]

    def test_with_no_topic_there_is_nothing_to_choose(self, sign_in, camp, olga):
        assert page(sign_in, olga, camp).find(id="board-filter") is None


class TestFilling:
    def address(self, camp, slot, room) -> str:
        return reverse("schedule:cell_fill", args=[camp.slug, slot.pk, room.pk])

    def test_what_waits_is_priced_and_placed(self, sign_in, camp, olga, rooms, slots):
        pitch = PitchFactory(camp=camp, title="Knots", hosts=[olga])
        client, address = sign_in(olga), self.address(camp, slots[0], rooms[0])
        html = client.get(address).content.decode()
        [value] = re.findall(r'name="pitch" value="([^"]+)"', html)
        answer = client.post(address, {"pitch": value})
        assert answer.url == f"/{camp.slug}/draft/#entry-{pitch.sessions.get().pk}"
        assert (pitch.sessions.get().place.room, pitch.sessions.get().place.slot) == (rooms[0], slots[0])

    def test_what_was_placed_meanwhile_is_told_and_stays(self, sign_in, camp, olga, rooms, slots):
        pitch = PitchFactory(camp=camp, title="Knots", hosts=[olga])
        client, address = sign_in(olga), self.address(camp, slots[0], rooms[0])
        [value] = re.findall(r'name="pitch" value="([^"]+)"', client.get(address).content.decode())
        place_session(pitch=pitch, room=rooms[1], slot=slots[1])
        answer = client.post(address, {"pitch": value})
        assert answer.status_code == 422
        assert "moved “Knots” meanwhile" in answer.content.decode()
        assert pitch.sessions.get().place.room == rooms[1]

    def test_a_new_session_is_written_into_the_cell(self, sign_in, camp, olga, rooms, slots):
        client, address = sign_in(olga), self.address(camp, slots[0], rooms[0])
        answer = client.post(address, {"title": "Ducks", "behalf": "Dot"})
        pitch = camp.pitches.get(title="Ducks")
        assert answer.url == f"/{camp.slug}/draft/#entry-{pitch.sessions.get().pk}"
        assert [host.display_name for host in pitch.hosts.all()] == ["Dot"]

    @pytest.mark.parametrize("title", ["", " ", "x" * 500])
    def test_a_title_that_is_none_is_told_beside_it(self, sign_in, camp, olga, rooms, slots, title):
        answer = sign_in(olga).post(self.address(camp, slots[0], rooms[0]), {"title": title, "behalf": "Dot"})
        assert answer.status_code == 422
        assert 'value="Dot"' in answer.content.decode()
        assert camp.pitches.count() == 0

    def test_into_a_cell_that_is_taken_meanwhile_nothing_is_written(self, sign_in, camp, olga, rooms, slots, knots):
        answer = sign_in(olga).post(self.address(camp, slots[0], rooms[0]), {"title": "Ducks"})
        assert answer.status_code == 422
        assert "“Knots for beginners” stands there by now." in answer.content.decode()
        assert camp.pitches.count() == 1

    @pytest.mark.parametrize("value", ["", "x", "0-0", "99999999999-1"])
    def test_what_is_no_pitch_is_told(self, sign_in, camp, olga, rooms, slots, value):
        answer = sign_in(olga).post(self.address(camp, slots[0], rooms[0]), {"pitch": value})
        assert answer.status_code == 422
        assert "Choose a session that waits." in answer.content.decode()

    def test_a_cell_of_no_slot_for_sessions_is_none(self, sign_in, camp, olga, rooms):
        lunch = make_slot(camp, 12, kind="everyone")
        assert sign_in(olga).get(self.address(camp, lunch, rooms[0])).status_code == 404
