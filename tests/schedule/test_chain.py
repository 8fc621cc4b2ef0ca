"""A chain: whoever stands there makes way, and is lifted next, until one finds a free place; then all move at once."""

from __future__ import annotations

import random
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError

from events.few import in_steps
from pitches.services import set_interest, withdraw_pitch
from pitches.wishes import told_wishes
from schedule import advice, solver
from schedule.advice import renew_figures
from schedule.build.border import case_of
from schedule.draft.chain import LONGEST, Link, as_planned, place_chain
from schedule.draft.moves import pin_session, place_session, unplace_session
from schedule.draft.rows import read_draft
from schedule.draft.undo import redo_step, undo_step
from schedule.models import Session
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory, make_organiser, make_slot
from tests.test_archived import undone


@pytest.fixture
def tunde(camp):
    return make_organiser(camp, "Tunde")


@pytest.fixture
def put(camp, rooms, slots):
    """Puts a session of that title there."""

    def put(title, room, slot, length=1):
        pitch = PitchFactory(camp=camp, title=title, length=length)
        return place_session(pitch=pitch, room=rooms[room], slot=slots[slot])

    return put


def at(session: Session) -> tuple[int, int] | None:
    place = Session.objects.get(pk=session.pk).place
    return (place.room_id, place.slot_id) if place else None


def link(session: Session, room, slot) -> Link:
    now = Session.objects.get(pk=session.pk)
    return Link(now.pitch_id, now.pk, now.revision, slot.pk, room.pk)


def page(client, address) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content.decode(), "html.parser")


def ways_on(found: BeautifulSoup) -> dict[str, str]:
    """By the title of who would make way."""
    return {a.get_text().partition("“")[2].partition("”")[0]: a["href"] for a in found.select(".board a.way-on")}


class TestAllAtOnce:
    def test_three_move_as_one_step_and_back(self, camp, olga, put, rooms, slots):
        knots, bells, kites = put("Knots", 0, 0), put("Bells", 1, 0), put("Kites", 1, 1)
        before = [at(session) for session in (knots, bells, kites)]
        chain = [
            link(knots, rooms[1], slots[0]),
            link(bells, rooms[1], slots[1]),
            link(kites, rooms[0], slots[2]),
        ]
        moved = place_chain(camp=camp, chain=chain, by=olga)
        after = [(rooms[1].pk, slots[0].pk), (rooms[1].pk, slots[1].pk), (rooms[0].pk, slots[2].pk)]
        assert [at(session) for session in (knots, bells, kites)] == after
        assert moved == [knots, bells, kites]
        [step] = camp.steps.filter(by=olga)
        undo_step(camp=camp, by=olga, seen=step.pk)
        assert [at(session) for session in (knots, bells, kites)] == before
        redo_step(camp=camp, by=olga, seen=step.pk)
        assert [at(session) for session in (knots, bells, kites)] == after

    def test_what_waits_takes_a_place_and_who_stood_there_another(self, camp, olga, put, rooms, slots):
        knots, ducks = put("Knots", 0, 0), PitchFactory(camp=camp, title="Ducks")
        chain = [Link(ducks.pk, 0, 0, slots[0].pk, rooms[0].pk), link(knots, rooms[1], slots[2])]
        place_chain(camp=camp, chain=chain, by=olga)
        assert at(ducks.sessions.get()) == (rooms[0].pk, slots[0].pk)
        assert at(knots) == (rooms[1].pk, slots[2].pk)

    def test_in_a_ring_they_change_places(self, camp, olga, put, rooms, slots):
        knots, bells = put("Knots", 0, 0), put("Bells", 1, 0)
        place_chain(camp=camp, chain=[link(knots, rooms[1], slots[0]), link(bells, rooms[0], slots[0])], by=olga)
        assert (at(knots), at(bells)) == ((rooms[1].pk, slots[0].pk), (rooms[0].pk, slots[0].pk))

    def test_all_or_none(self, camp, olga, tunde, put, rooms, slots):
        knots, bells, kites = put("Knots", 0, 0), put("Bells", 1, 0), put("Kites", 1, 1)
        before = [at(session) for session in (knots, bells, kites)]
        to_taken = [link(knots, rooms[1], slots[0]), link(bells, rooms[1], slots[1])]
        with pytest.raises(ValidationError, match="“Kites” already has"):
            place_chain(camp=camp, chain=to_taken, by=olga)
        stale = [link(knots, rooms[1], slots[0]), link(bells, rooms[0], slots[2])]
        place_session(pitch=bells.pitch, room=rooms[1], slot=slots[2], by=tunde)
        with pytest.raises(ValidationError, match="Tunde moved “Bells” meanwhile"):
            place_chain(camp=camp, chain=stale, by=olga)
        twice = [link(knots, rooms[1], slots[0]), link(knots, rooms[0], slots[2])]
        with pytest.raises(ValidationError, match="two places"):
            place_chain(camp=camp, chain=twice, by=olga)
        withdraw_pitch(pitch=kites.pitch, by=olga)
        gone = [link(knots, rooms[1], slots[1]), link(kites, rooms[0], slots[2])]
        with pytest.raises(ValidationError, match="off the board"):
            place_chain(camp=camp, chain=gone, by=olga)
        assert at(knots) == before[0]
        assert not camp.steps.filter(by=olga, kind="move").exists()


class TestPrices:
    @pytest.mark.parametrize("seed", range(4))
    def test_a_price_is_what_all_of_it_wins(self, camp, rooms, slots, olga, seed):
        """Placed as it says, the draft meets as many wishes more or fewer as the cell said, in steps of five."""
        rng = random.Random(seed)
        make_slot(camp, 15)
        RoomFactory(camp=camp, name="Shed", capacity=30)
        cells = [(room, slot) for room in camp.rooms.all() for slot in camp.slots.for_sessions()]
        rng.shuffle(cells)
        pitches = PitchFactory.create_batch(6, camp=camp)
        for person in AttendeeFactory.create_batch(25, camp=camp):
            for pitch in rng.sample(pitches, 3):
                set_interest(pitch=pitch, attendee=person, level=1)
        for pitch, (room, slot) in zip(pitches, cells, strict=False):
            slot.camp = camp
            place_session(pitch=pitch, room=room, slot=slot)
        renew_figures(camp=camp)
        wishes = told_wishes(camp)

        def attended() -> float:
            case = case_of(read_draft(camp), wishes=wishes)
            return solver.score(case.shown, case.placements).attended

        draft, now = read_draft(camp), attended()
        first, other = (found.session for found in rng.sample(draft.standing, 2))
        place = Session.objects.get(pk=other.pk).place
        chain = [link(first, place.room, place.slot)]
        planned = as_planned(draft, chain, other)
        seen = 0
        for found in advice.place_slots(planned, wishes, other.pitch_id, other.pk, before=draft):
            for cell in found.cells:
                if not cell.is_open:
                    continue
                seen += 1
                with undone():
                    place_chain(camp=camp, chain=[*chain, link(other, cell.room, cell.slot)], by=olga)
                    assert cell.choice.gain == in_steps(round(attended() - now))
        assert seen >= 5


class TestPage:
    def address(self, camp, session) -> str:
        return f"/{camp.slug}/draft/pitches/{session.pitch_id}/place/?running={session.pk}"

    def test_one_makes_way_after_the_other(self, sign_in, camp, olga, put, rooms, slots):
        knots, bells, kites = put("Knots", 0, 0), put("Bells", 1, 0), put("Kites", 1, 1)
        client = sign_in(olga)
        first = page(client, self.address(camp, knots))
        assert set(ways_on(first)) == {"Bells", "Kites"}
        second = page(client, ways_on(first)["Bells"])
        assert second.h1.text == "Bells"
        held = " ".join(second.find(class_="held").text.split())
        assert f"“Knots” goes to {rooms[1]}, 10:00. Where does “Bells” go?" in held
        # Knots are on the way already, and nobody changes places with one who has none.
        assert set(ways_on(second)) == {"Kites"}
        assert second.select("button[name=swap]") == []
        address = ways_on(second)["Kites"]
        third = page(client, address)
        assert third.h1.text == "Kites"
        hidden = {field["name"]: field["value"] for field in third.find(id="place").select("input[type=hidden]")}
        free = third.select_one(f".board button[value='{slots[2].pk}-{rooms[0].pk}']")
        answer = client.post(address, hidden | {"cell": free["value"]}, follow=True)
        html = answer.content.decode()
        assert f"“Knots” is here now: {rooms[1]}" in html
        assert "2 sessions made way." in html
        assert [at(session) for session in (knots, bells, kites)] == [
            (rooms[1].pk, slots[0].pk),
            (rooms[1].pk, slots[1].pk),
            (rooms[0].pk, slots[2].pk),
        ]
        history = client.get(f"/{camp.slug}/draft/history/").content.decode()
        assert f"“Knots” moved to {rooms[1]}, 10:00; 2 made way" in history

    def test_no_free_place_of_a_chain_is_refused(self, sign_in, camp, olga, put, rooms, slots):
        put("Maps", 0, 1, length=1)
        knots, bells = put("Knots", 0, 0), put("Bells", 1, 0)
        PitchFactory(camp=camp, title="Waits")
        client, pressed = sign_in(olga), 0
        for address in ways_on(page(client, self.address(camp, knots))).values():
            found = page(client, address)
            hidden = {field["name"]: field["value"] for field in found.find(id="place").select("input[type=hidden]")}
            for button in found.select(".board button[name=cell]"):
                pressed += 1
                with undone():
                    answer = client.post(address, hidden | {"cell": button["value"]}, follow=True)
                    assert "is here now" in answer.content.decode()
        assert pressed >= 4
        assert at(bells) == (rooms[1].pk, slots[0].pk)

    def test_what_waits_may_have_a_taken_place(self, sign_in, camp, olga, put, rooms, slots):
        knots = put("Knots", 0, 0)
        ducks = PitchFactory(camp=camp, title="Ducks")
        client = sign_in(olga)
        found = page(client, f"/{camp.slug}/draft/pitches/{ducks.pk}/place/")
        address = ways_on(found)["Knots"]
        second = page(client, address)
        hidden = {field["name"]: field["value"] for field in second.find(id="place").select("input[type=hidden]")}
        client.post(address, hidden | {"cell": f"{slots[2].pk}-{rooms[1].pk}"})
        assert at(ducks.sessions.get()) == (rooms[0].pk, slots[0].pk)
        assert at(knots) == (rooms[1].pk, slots[2].pk)

    def test_a_double_takes_the_place_of_one_and_not_of_two(self, sign_in, camp, olga, put, rooms, slots):
        double = PitchFactory(camp=camp, title="Maps", length=2)
        put("Knots", 0, 0)
        client, address = sign_in(olga), f"/{camp.slug}/draft/pitches/{double.pk}/place/"
        assert set(ways_on(page(client, address))) == {"Knots"}
        put("Bells", 0, 1)
        assert ways_on(page(client, address)) == {}

    def test_what_changed_meanwhile_is_told_and_nothing_moves(self, sign_in, camp, olga, tunde, put, rooms, slots):
        knots, bells = put("Knots", 0, 0), put("Bells", 1, 0)
        client = sign_in(olga)
        address = ways_on(page(client, self.address(camp, knots)))["Bells"]
        found = page(client, address)
        hidden = {field["name"]: field["value"] for field in found.find(id="place").select("input[type=hidden]")}
        place_session(pitch=knots.pitch, room=rooms[0], slot=slots[2], by=tunde)
        answer = client.post(address, hidden | {"cell": f"{slots[1].pk}-{rooms[1].pk}"})
        assert answer.status_code == 422
        assert "Tunde moved “Knots” meanwhile" in answer.content.decode()
        assert (at(knots), at(bells)) == ((rooms[0].pk, slots[2].pk), (rooms[1].pk, slots[0].pk))
        # Looked at again it is no chain any more.
        again = page(client, address)
        assert "Tunde moved “Knots” meanwhile" in again.find(class_="summary").text
        assert "goes to" not in again.find(class_="held").text
        unplace_session(session=bells, by=tunde)
        assert page(client, address).find(class_="summary")

    @pytest.mark.parametrize(
        "then", ["", "x", "1-2-3", "1-2-3-4-x", "²-0-0-1-1", "9" * 40 + "-0-0-1-1", "0-0-0-0-0", "-----"]
    )
    def test_what_is_no_link_is_told_or_left_out(self, sign_in, camp, olga, put, then):
        knots = put("Knots", 0, 0)
        client = sign_in(olga)
        for times in (1, 30):
            query = urlencode([("running", knots.pk), *[("then", then)] * times])
            address = f"/{camp.slug}/draft/pitches/{knots.pitch_id}/place/?{query}"
            assert client.get(address).status_code == 200
            assert client.post(address, {"cell": "1-1"}).status_code == 422

    def test_a_chain_ends_somewhere(self, sign_in, camp, olga, put, rooms, slots):
        extra = [RoomFactory(camp=camp, name=f"Tent {number}") for number in range(LONGEST)]
        sessions = [
            place_session(pitch=PitchFactory(camp=camp, title=f"S{n}"), room=room, slot=slots[0])
            for n, room in enumerate([*rooms, *extra])
        ]
        client, address, steps = sign_in(olga), self.address(camp, sessions[0]), 0
        while ways := ways_on(page(client, address)):
            address, steps = next(iter(ways.values())), steps + 1
        assert steps == LONGEST

    def test_who_is_pinned_stays(self, sign_in, camp, olga, put):
        knots, bells = put("Knots", 0, 0), put("Bells", 1, 0)
        pin_session(session=bells, is_pinned=True)
        found = page(sign_in(olga), self.address(camp, knots))
        assert ways_on(found) == {}
        assert found.select("button[name=swap]") == []
        assert "Pinned, stays" in found.find(class_="board").text
        # In hand it may go wherever one says.
        assert page(sign_in(olga), self.address(camp, bells)).select("button[name=cell]")

    def test_after_a_chain_that_fits_no_more_the_page_works(self, sign_in, camp, olga, tunde, put, rooms, slots):
        knots, bells = put("Knots", 0, 0), put("Bells", 1, 0)
        client = sign_in(olga)
        address = ways_on(page(client, self.address(camp, knots)))["Bells"]
        place_session(pitch=knots.pitch, room=rooms[0], slot=slots[2], by=tunde)
        form = page(client, address).find(id="place")
        assert "then" not in form["action"]
        hidden = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
        client.post(form["action"], hidden | {"cell": f"{slots[1].pk}-{rooms[1].pk}"})
        assert at(bells) == (rooms[1].pk, slots[1].pk)

    def test_a_chain_names_nobody_twice(self, sign_in, camp, olga, put, rooms, slots):
        knots, bells = put("Knots", 0, 0), put("Bells", 1, 0)
        links = [link(knots, rooms[1], slots[0]), Link(knots.pitch_id, 0, 0, slots[1].pk, rooms[0].pk)]
        query = urlencode([("running", bells.pk), *[("then", str(one)) for one in links]])
        found = page(sign_in(olga), f"/{camp.slug}/draft/pitches/{bells.pitch_id}/place/?{query}")
        # One that is said to stand nowhere, and does.
        assert "The draft changed meanwhile." in found.find(class_="summary").text
        twice = urlencode([("running", bells.pk), *[("then", str(links[0]))] * 2])
        found = page(sign_in(olga), f"/{camp.slug}/draft/pitches/{bells.pitch_id}/place/?{twice}")
        assert "two places of a chain" in found.find(class_="summary").text
        again = page(sign_in(olga), f"/{camp.slug}/draft/pitches/{bells.pitch_id}/place/?running=again&then={links[0]}")
        assert "goes to" not in again.find(class_="held").text
